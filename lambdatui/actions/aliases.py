"""Creates, repoints and deletes aliases."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from pydantic import Field

from lambdatui.actions.action import NOT_ASKED, Action, Call, Draft, Params, Plan, State, Subject, Undo
from lambdatui.actions.codedeploy_collision import refuse_while_codedeploy_shifts
from lambdatui.actions.flight_collision import refuse_while_a_shift_flies
from lambdatui.actions.function_changes import refuse
from lambdatui.actions.on_alias import has_url, mappings_on, provisioned_on
from lambdatui.actions.permission import permitted
from lambdatui.actions.subjects import alias_of, published_versions
from lambdatui.aws.connection import Connection
from lambdatui.aws.functions import get_event_invoke_config
from lambdatui.aws.releases import get_alias, has_policy, list_aliases
from lambdatui.errors import ConsoleError
from lambdatui.insight.configuration_settings import (
    DESCRIPTION_LENGTH,
    alias_name_problem,
    alias_version_problem,
)
from lambdatui.models.arn import LATEST
from lambdatui.models.release import Alias, RoutingConfig


class Weighted(Params):
    """What may share the traffic with a version."""

    weights: Mapping[str, float] = Field(default_factory=dict, json_schema_extra=NOT_ASKED)
    """The share 0..1 of another version, which only an inverse brings back: a shift is an action of its own."""


class Pointing(Weighted):
    """Where an alias is to point."""

    version: str = Field(title="Version", description="all traffic of the alias goes to it")


class NewAlias(Weighted):
    """An alias that is not there yet."""

    name: str = Field(default="", title="Name")
    version: str = Field(title="Version", description="all traffic of the alias goes to it")
    description: str = Field(default="", title="Description", max_length=DESCRIPTION_LENGTH)

    @property
    def wanted(self) -> Alias:
        """The alias as it is to be."""
        routing = RoutingConfig(additional_version_weights=dict(self.weights))
        return Alias(
            name=self.name, function_version=self.version, description=self.description, routing_config=routing
        )


class CreateAlias(Action[NewAlias]):
    """CreateAlias, which takes no RevisionId (facts 3.2, 3.4)."""

    params = NewAlias

    async def draft(self, connection: Connection, subject: Subject) -> Draft[NewAlias]:
        versions = await _versions(connection, subject.function)
        taken = tuple(alias.name for alias in await list_aliases(connection, subject.function))

        def problems(asked: NewAlias) -> Mapping[str, str]:
            problem = alias_name_problem(asked.name, taken)
            return {"name": problem} if problem else {}

        return Draft(
            params=NewAlias(version=versions[0]),
            remarks=(f"there are {', '.join(taken)}",) if taken else (),
            choices={"version": versions},
            problems=problems,
        )

    async def plan(self, connection: Connection, subject: Subject, params: NewAlias) -> Plan:
        aliases = {alias.name: alias for alias in await list_aliases(connection, subject.function)}
        present, wanted = _told(aliases.get(params.name)), _told(params.wanted)
        if present != wanted:
            versions = await _versions(connection, subject.function)
            refuse(alias_name_problem(params.name, aliases))
            refuse(alias_version_problem(params.version, versions))
        optional = {
            **({"Description": params.description} if params.description else {}),
            **({"RoutingConfig": _routing(params)} if params.weights else {}),
        }
        call = _call("CreateAlias", subject.function, params.name, FunctionVersion=params.version, **optional)
        return Plan(
            subject=Subject(function=subject.function, qualifier=params.name),
            params=params,
            before=present,
            after=wanted,
            calls=() if present == wanted else (call,),
            undo=Undo(action="alias-delete", params=Params()),
        )


class RepointAlias(Action[Pointing]):
    """UpdateAlias with the version and, at the same time, no weights: leaving them out would keep them (facts 3.2)."""

    params = Pointing

    async def draft(self, connection: Connection, subject: Subject) -> Draft[Pointing]:
        alias = await get_alias(connection, subject.function, subject.qualifier)
        versions = await _versions(connection, subject.function)
        now = f"{alias.name} points at version {alias.function_version}"
        weights = _weights(alias)
        return Draft(
            params=Pointing(version=alias.function_version),
            remarks=(f"{now}, {weights}" if weights else now,),
            choices={"version": versions},
        )

    async def plan(self, connection: Connection, subject: Subject, params: Pointing) -> Plan:
        alias = await get_alias(connection, subject.function, subject.qualifier)
        described = NewAlias(name=alias.name, description=alias.description or "", **dict(params))
        before, after = _told(alias), _told(described.wanted)
        provisioned = await permitted(provisioned_on(connection, subject.function, alias.name))
        ready = provisioned.requested_provisioned_concurrent_executions if provisioned is not None else 0
        collision: tuple[str, ...] = ()
        if before != after:
            await refuse_while_a_shift_flies(connection, subject)
            versions = await _versions(connection, subject.function)
            refuse(alias_version_problem(params.version, versions, provisioned=ready > 0))
            refuse("an alias with provisioned concurrency cannot have weights" if ready and params.weights else None)
            collision = await refuse_while_codedeploy_shifts(connection, subject)
        return Plan(
            subject=subject,
            params=params,
            before=before,
            after=after,
            calls=() if before == after else _repoint_calls(subject.function, alias, params),
            warnings=(*_warnings(alias, params, ready), *collision),
            undo=Undo(action="alias-repoint", params=Pointing(**_lasting(alias))),
        )


class DeleteAlias(Action[Params]):
    """DeleteAlias, which takes no RevisionId (facts 3.2, 3.4)."""

    async def plan(self, connection: Connection, subject: Subject, params: Params) -> Plan:
        alias = await alias_of(connection, subject)
        if alias is None:
            return Plan(subject=subject, params=params, before=_told(None), after=_told(None), calls=())
        await refuse_while_a_shift_flies(connection, subject)
        collision = await refuse_while_codedeploy_shifts(connection, subject)
        return Plan(
            subject=subject,
            params=params,
            before=_told(alias),
            after=_told(None),
            calls=(_call("DeleteAlias", subject.function, alias.name),),
            warnings=(*collision, *await _hanging(connection, subject)),
            undo=Undo(
                action="alias-create",
                params=NewAlias(name=alias.name, description=alias.description or "", **_lasting(alias)),
            ),
        )

    async def present(self, connection: Connection, subject: Subject, params: Params) -> State:
        alias = await alias_of(connection, subject)
        if alias is not None:
            await refuse_while_a_shift_flies(connection, subject)
            await refuse_while_codedeploy_shifts(connection, subject)
        return _told(alias)


async def _versions(connection: Connection, function: str) -> tuple[str, ...]:
    """What an alias can point at: the published versions from the newest to the oldest, and ``$LATEST``."""
    return (*await published_versions(connection, function), LATEST)


def _told(alias: Alias | None) -> dict[str, str | None]:
    """An alias as plans tell it."""
    return {
        "version": alias.function_version if alias else None,
        "weights": _weights(alias) if alias else None,
        "description": (alias.description or None) if alias else None,
    }


def _weights(alias: Alias) -> str | None:
    return ", ".join(f"{share * 100:g} % to version {other}" for other, share in alias.additional.items()) or None


def _lasting(alias: Alias) -> dict[str, Any]:
    """Where an alias points, as it can be written: a weight of 1 can only be read, while a shift lasts (facts 3.3)."""
    if alias.all_on_additional:
        return {"version": alias.all_on_additional}
    return {"version": alias.function_version, "weights": dict(alias.additional)}


def _routing(params: Weighted) -> dict[str, Any]:
    return {"AdditionalVersionWeights": dict(params.weights)}


def _repoint_calls(function: str, alias: Alias, params: Pointing) -> tuple[Call, ...]:
    """Version and weights in one request, but in two where the versions change places: AWS fails on that (facts 3.2).

    The second has no RevisionId, for the first one makes a new one.
    """
    guarded = {"FunctionVersion": params.version, "RevisionId": alias.revision_id}
    if alias.function_version not in params.weights:
        return (_call("UpdateAlias", function, alias.name, **guarded, RoutingConfig=_routing(params)),)
    cleared = _call("UpdateAlias", function, alias.name, **guarded, RoutingConfig=_routing(Weighted()))
    return cleared, _call("UpdateAlias", function, alias.name, RoutingConfig=_routing(params))


def _warnings(alias: Alias, params: Pointing, ready: int) -> Iterable[str]:
    if alias.all_on_additional:
        yield (
            f"all of {alias.name} still goes to version {alias.all_on_additional}, for a provisioned shift has not "
            "ended: this ends it at once"
        )
    elif alias.additional and not params.weights:
        yield f"the split ends: now {_weights(alias)}"
    if ready and params.version != alias.function_version:
        yield (
            f"it has {ready:,} provisioned: Lambda goes on with version {alias.function_version} until they are ready "
            f"on version {params.version}"
        )


async def _hanging(connection: Connection, subject: Subject) -> list[str]:
    """What hangs on an alias and does not follow its version (facts 3.2), and what of it cannot be looked at."""
    function, alias = subject.function, subject.qualifier

    looks: Mapping[str, Callable[[Connection, str, str], Awaitable[object]]] = {
        "a function URL": has_url,
        "a resource policy": has_policy,
        "provisioned concurrency": provisioned_on,
        "settings for asynchronous invocations": get_event_invoke_config,
        "event source mappings": mappings_on,
    }
    found = []
    for what, look in looks.items():
        try:
            if await look(connection, function, alias):
                found.append(f"it has {what}")
        except ConsoleError as error:
            found.append(f"whether it has {what} is not known: {error.title}")
    return [*found, "what hangs on it works no more, and undo brings back the alias alone"] if found else []


def _call(operation: str, function: str, alias: str, **parameters: Any) -> Call:
    named = {"FunctionName": function, "Name": alias}
    return Call(service="lambda", operation=operation, parameters={**named, **parameters})
