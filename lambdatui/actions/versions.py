"""Publishes versions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import Field

from lambdatui.actions.action import Action, Call, Draft, Params, Plan, Subject
from lambdatui.actions.function_changes import refuse_busy, until_ready
from lambdatui.actions.subjects import published_versions
from lambdatui.aws.connection import Connection
from lambdatui.aws.functions import get_function
from lambdatui.insight.configuration_settings import DESCRIPTION_LENGTH
from lambdatui.insight.release_diff import compare
from lambdatui.models.arn import LATEST
from lambdatui.models.configuration import FunctionDetail

DESCRIPTION = "Description"
"""A version has its own: that it differs may be all that makes ``$LATEST`` another one."""


class Publication(Params):
    """What is to be said of the version."""

    description: str = Field(
        default="", title="Description", description="of the version", max_length=DESCRIPTION_LENGTH
    )


class PublishVersion(Action[Publication]):
    """PublishVersion, of exactly the code and configuration that were looked at (facts 3.1, 3.4).

    Where neither changed since the last version AWS makes none, and answers with that one.
    """

    params = Publication

    def __init__(self) -> None:
        self._newest: dict[str, str | None] = {}
        """The newest version of each function when it was last planned for, which is before anything is sent."""

    async def draft(self, connection: Connection, subject: Subject) -> Draft[Publication]:
        latest = await get_function(connection, subject.function)
        return Draft(params=Publication(), remarks=((await _standing(connection, latest)).told,))

    async def plan(self, connection: Connection, subject: Subject, params: Publication) -> Plan:
        latest = await get_function(connection, subject.function)
        standing = await _standing(connection, latest)
        self._newest[subject.function] = standing.newest
        if standing.differing:
            refuse_busy(latest.configuration)
        named = {
            "FunctionName": subject.function,
            "CodeSha256": latest.configuration.code_sha256,
            "RevisionId": latest.configuration.revision_id,
        }
        described = {"Description": params.description} if params.description else {}
        call = Call(service="lambda", operation="PublishVersion", parameters={**named, **described})
        return Plan(
            subject=subject,
            params=params,
            before={LATEST: "published" if standing.published else "not published"},
            after={LATEST: "published"},
            calls=(call,) if standing.differing else (),
            remarks=(standing.told, "a version stays until it is deleted: there is no undo"),
            warnings=standing.warnings,
        )

    async def settle(self, connection: Connection, plan: Plan, tell: Callable[[str], None]) -> None:
        function = plan.subject.function
        if newest := await _newest(connection, function):
            await until_ready(connection, function, lambda doing: tell(f"version {newest}: {doing}"), newest)
            made = newest != self._newest.get(function)
            tell(f"version {newest} is the newest" if made else f"no version was made: version {newest} is the same")


@dataclass(frozen=True, slots=True)
class _Standing:
    """How ``$LATEST`` stands to the newest version."""

    newest: str | None
    """The number; None where none was published."""
    differing: tuple[str, ...]
    """In what they differ."""

    @property
    def published(self) -> bool:
        """Whether all that counts is in a version."""
        return self.newest is not None and not set(self.differing) - {DESCRIPTION}

    @property
    def told(self) -> str:
        if self.newest is None:
            return "no version was ever published"
        if not self.differing:
            return f"nothing changed since version {self.newest}, which AWS would answer with"
        return f"differs from version {self.newest} in {', '.join(self.differing)}"

    @property
    def warnings(self) -> tuple[str, ...]:
        if not (self.published and self.differing):
            return ()
        return (f"only the description differs: AWS may make no version, and answer with version {self.newest}",)


async def _standing(connection: Connection, latest: FunctionDetail) -> _Standing:
    function = latest.configuration.function_name
    newest = await _newest(connection, function)
    if newest is None:
        return _Standing(None, ("everything",))
    diff = compare(await get_function(connection, function, newest), latest)
    differing = (
        *(() if diff.code.same else ("code",)),
        *(field.name for field in diff.fields),
        *(("layers",) if diff.layers else ()),
        *(("environment",) if diff.environment else ()),
        *(("perhaps the environment, which cannot be read",) if diff.unreadable else ()),
    )
    return _Standing(newest, differing)


async def _newest(connection: Connection, function: str) -> str | None:
    """The number of the newest version; None where none was published."""
    return next(iter(await published_versions(connection, function)), None)
