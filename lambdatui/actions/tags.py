"""Sets and removes tags of a function. Versions and aliases have none."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, field_validator

from lambdatui.actions.action import Action, Call, Draft, Params, Plan, Subject, Undo
from lambdatui.actions.function_changes import refuse, refuse_busy
from lambdatui.aws.connection import Connection
from lambdatui.aws.functions import get_function
from lambdatui.errors import AccessDenied, RequestRefused
from lambdatui.insight.configuration_settings import tag_problem, tags_problem
from lambdatui.models.configuration import FunctionConfiguration


class Tag(Params):
    """A tag that the function is to have."""

    key: str = Field(default="", title="Key", description="one that is there, or a new one")
    value: str = Field(default="", title="Value")


class TagKey(Params):
    """A tag that the function is to have no more."""

    key: str = Field(default="", title="Key")

    @field_validator("key")
    @classmethod
    def _named(cls, key: str) -> str:
        if not key:
            raise ValueError("which tag?")
        return key


class SetTag(Action[Tag]):
    """TagResource, which takes no RevisionId (facts 3.4)."""

    params = Tag

    async def draft(self, connection: Connection, subject: Subject) -> Draft[Tag]:
        _, tags = await _read(connection, subject)

        def problems(asked: Tag) -> Mapping[str, str]:
            if problem := tag_problem(asked.key, ""):
                return {"key": problem}
            problem = _problem(tags, asked)
            return {"value": problem} if problem else {}

        return Draft(
            params=Tag(), remarks=(_whose(subject, tags),), suggestions={"key": tuple(_own(tags))}, problems=problems
        )

    async def plan(self, connection: Connection, subject: Subject, params: Tag) -> Plan:
        configuration, tags = await _read(connection, subject)
        present = tags.get(params.key)
        if present != params.value:
            refuse(_problem(tags, params))
            refuse_busy(configuration)
        named = {"Resource": configuration.function_arn, "Tags": {params.key: params.value}}
        back = (
            Undo(action="tag-remove", params=TagKey(key=params.key))
            if present is None
            else Undo(action="tag-set", params=Tag(key=params.key, value=present))
        )
        return Plan(
            subject=subject,
            params=params,
            before={_label(params.key): _told(present)},
            after={_label(params.key): _told(params.value)},
            calls=() if present == params.value else (_call("TagResource", named),),
            undo=back,
        )


class RemoveTag(Action[TagKey]):
    """UntagResource, which takes no RevisionId (facts 3.4)."""

    params = TagKey

    async def draft(self, connection: Connection, subject: Subject) -> Draft[TagKey]:
        _, tags = await _read(connection, subject)
        keys = tuple(_own(tags))
        if not keys:
            raise RequestRefused(f"{subject} has no tags of its own to remove")
        return Draft(params=TagKey(key=keys[0]), remarks=(_whose(subject, tags),), choices={"key": keys})

    async def plan(self, connection: Connection, subject: Subject, params: TagKey) -> Plan:
        configuration, tags = await _read(connection, subject)
        present = tags.get(params.key)
        if present is not None:
            refuse(tag_problem(params.key, ""))
            refuse_busy(configuration)
        named = {"Resource": configuration.function_arn, "TagKeys": [params.key]}
        return Plan(
            subject=subject,
            params=params,
            before={_label(params.key): _told(present)},
            after={_label(params.key): None},
            calls=() if present is None else (_call("UntagResource", named),),
            undo=None if present is None else Undo(action="tag-set", params=Tag(key=params.key, value=present)),
        )


async def _read(connection: Connection, subject: Subject) -> tuple[FunctionConfiguration, Mapping[str, str]]:
    """The function's configuration, for its ARN without qualifier, and its tags.

    Raises:
        AccessDenied: its tags may not be seen; AWS then leaves them out of GetFunction (facts 1.1).
        ConsoleError: they could not be read.
    """
    detail = await get_function(connection, subject.function)
    if detail.tags_error is not None:
        raise AccessDenied("lambda:ListTags")
    return detail.configuration, detail.tags


def _own(tags: Mapping[str, str]) -> list[str]:
    """The keys that may be changed: AWS keeps its own to itself."""
    return [key for key in sorted(tags) if tag_problem(key, "") is None]


def _problem(tags: Mapping[str, str], wanted: Tag) -> str | None:
    """What is wrong with giving a tag to a function that has these."""
    return tag_problem(wanted.key, wanted.value) or tags_problem({**tags, wanted.key: wanted.value})


def _whose(subject: Subject, tags: Mapping[str, str]) -> str:
    """The tags there are, and of which function: a marked set is asked about with those of one."""
    return f"{subject}: {' · '.join(f'{key}={tags[key]}' for key in sorted(tags)) or 'no tags'}"


def _label(key: str) -> str:
    return f"tag {key}"


def _told(value: str | None) -> str | None:
    """A tag's value as plans tell it; an empty one is there all the same."""
    return "(empty)" if value == "" else value


def _call(operation: str, parameters: Mapping[str, object]) -> Call:
    return Call(service="lambda", operation=operation, parameters=parameters)
