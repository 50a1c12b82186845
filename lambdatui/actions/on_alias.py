"""What hangs on an alias and does not follow its version (facts 3.2)."""

from __future__ import annotations

from lambdatui.aws.connection import Connection
from lambdatui.aws.event_sources import list_event_source_mappings
from lambdatui.aws.releases import list_provisioned, list_urls
from lambdatui.models.arn import qualifier_of
from lambdatui.models.event_source import EventSourceMapping
from lambdatui.models.release import ProvisionedConcurrency


async def provisioned_on(connection: Connection, function: str, alias: str) -> ProvisionedConcurrency | None:
    """Its provisioned concurrency; None where it has none."""
    configured = await list_provisioned(connection, function)
    return next((each for each in configured if each.qualifier == alias), None)


async def has_url(connection: Connection, function: str, alias: str) -> bool:
    """Whether it has a function URL."""
    return any(qualifier_of(each.function_arn or "") == alias for each in await list_urls(connection, function))


async def mappings_on(connection: Connection, function: str, alias: str) -> list[EventSourceMapping]:
    """The event source mappings that call it."""
    pages = list_event_source_mappings(connection, f"{function}:{alias}")
    return [each async for page in pages for each in page if each.qualifier == alias]
