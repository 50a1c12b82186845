"""Log groups by name, and where those of a function are that its configuration does not tell of."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from lambdatui.aws.connection import Connection, region_names
from lambdatui.aws.paging import SMALL_TOKEN, items
from lambdatui.errors import ConsoleError
from lambdatui.models.log import REPLICA_PREFIX, LogSource


async def edge_sources(
    connection: Connection, function: str, regions: Sequence[str] | None = None
) -> tuple[list[LogSource], list[tuple[str, ConsoleError]]]:
    """The groups of a Lambda@Edge function in the regions where it has run (facts 3.14), all regions asked at once.

    Args:
        connection: to any region of the account.
        function: the function's name; its group is the default one, for one that was configured is called alike
            everywhere.
        regions: where to look; None for all of the connection's partition.

    Returns:
        The groups that there are, and the regions that could not be asked with what was in the way; both in the order
        of `regions`.

    Raises:
        SettingsError: nothing configures the connection's own region.
    """
    if regions is None:
        regions = await asyncio.to_thread(region_names, "logs", beside=connection.region)
    found = await asyncio.gather(*(_replica(connection, function, region) for region in regions))
    sources = [answer for answer in found if isinstance(answer, LogSource)]
    problems = [
        (region, answer) for region, answer in zip(regions, found, strict=True) if isinstance(answer, ConsoleError)
    ]
    return sources, problems


async def _replica(connection: Connection, function: str, region: str) -> LogSource | ConsoleError | None:
    """The function's group in a region; None where it has none."""
    there = connection.in_region(region)
    group = f"/aws/lambda/{REPLICA_PREFIX}{function}"
    try:
        if await describe_log_group(there, group) is None:
            return None
    except ConsoleError as error:
        return error
    return LogSource(function=function, group=group, region="" if there is connection else region)


async def describe_log_group(connection: Connection, name: str) -> Mapping[str, Any] | None:
    """A log group as DescribeLogGroups tells of it; None where there is none of exactly this name.

    Raises:
        ConsoleError: it could not be had.
    """
    listed = items(connection, "logs", "DescribeLogGroups", SMALL_TOKEN, "logGroups", logGroupNamePrefix=name)
    async for group in listed:
        if group.get("logGroupName") == name:
            found: Mapping[str, Any] = group
            return found
    return None
