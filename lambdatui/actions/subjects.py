"""What there is of a function: to do an action to, where the operator has only named the function, and to choose."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from lambdatui.actions.action import Kind, Subject
from lambdatui.actions.permission import permitted
from lambdatui.aws.connection import Connection
from lambdatui.aws.event_sources import list_event_source_mappings
from lambdatui.aws.releases import list_aliases, list_provisioned, list_versions
from lambdatui.models.arn import LATEST
from lambdatui.models.event_source import EventSourceMapping
from lambdatui.models.release import Alias


def mapping_subject(mapping: EventSourceMapping) -> Subject:
    """A mapping as the subject of an action."""
    return Subject(
        function=mapping.function_name or "",
        qualifier=mapping.qualifier,
        mapping=mapping.uuid,
        title=f"{mapping.source} to {mapping.function_name or mapping.function_arn or 'no function'}",
    )


async def subjects_of(connection: Connection, function: str, kind: Kind) -> tuple[Subject, ...]:
    """All that an action of a kind can be done to in one function, in AWS's order.

    Raises:
        ConsoleError: they could not be read.
    """
    if kind in {"function", "invocable"}:
        return (Subject(function=function),)
    if kind == "mapping":
        aliases = await permitted(list_aliases(connection, function)) or ()
        return tuple(map(mapping_subject, await mappings_of(connection, function, (alias.name for alias in aliases))))
    if kind == "provisioned release":
        configured = await list_provisioned(connection, function)
        return tuple(Subject(function=function, qualifier=each.qualifier) for each in configured)
    qualifiers: list[str] = []
    if kind != "version":
        qualifiers += [alias.name for alias in await list_aliases(connection, function)]
    if kind == "published release":
        qualifiers += await published_versions(connection, function)
    elif kind != "alias":
        qualifiers += [version.number async for page in list_versions(connection, function) for version in page]
    return tuple(Subject(function=function, qualifier=qualifier) for qualifier in qualifiers)


async def mappings_of(
    connection: Connection, function: str, qualifiers: Iterable[str]
) -> tuple[EventSourceMapping, ...]:
    """The mappings of a function and of its releases, each once.

    Args:
        qualifiers: aliases and versions: AWS does not say that what invokes them is among the function's own.

    Raises:
        ConsoleError: they could not be read.
    """

    async def of(name: str) -> list[EventSourceMapping]:
        return [mapping async for page in list_event_source_mappings(connection, name) for mapping in page]

    names = {function, *(f"{function}:{qualifier}" for qualifier in qualifiers if qualifier != LATEST)}
    found = await asyncio.gather(*map(of, sorted(names)))
    return tuple({mapping.uuid: mapping for mappings in found for mapping in mappings}.values())


async def alias_of(connection: Connection, subject: Subject) -> Alias | None:
    """The alias that the subject is; None where it is none, or there is none of that name.

    Raises:
        ConsoleError: the function's aliases could not be read.
    """
    if not subject.alias:
        return None
    aliases = await list_aliases(connection, subject.function)
    return next((alias for alias in aliases if alias.name == subject.alias), None)


async def published_versions(connection: Connection, function: str) -> tuple[str, ...]:
    """The numbers of a function's published versions, the newest first; ``$LATEST`` is not among them.

    Raises:
        ConsoleError: they could not be read.
    """
    versions = [version async for page in list_versions(connection, function) for version in page if version.published]
    return tuple(version.number for version in sorted(versions, key=lambda version: -version.order))
