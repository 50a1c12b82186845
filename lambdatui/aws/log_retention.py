"""How long a log group keeps its events."""

from __future__ import annotations

from lambdatui.aws.connection import Connection
from lambdatui.aws.log_sources import describe_log_group
from lambdatui.errors import NotFound


async def get_log_retention(connection: Connection, group: str) -> int | None:
    """The days for which a log group keeps its events; None where it keeps them for ever.

    Args:
        connection: to the group's region.
        group: the group's name, as LoggingConfig says.

    Raises:
        NotFound: there is no such group; Lambda makes it when the function first logs (facts 5.1).
        ConsoleError: it could not be had.
    """
    described = await describe_log_group(connection, group)
    if described is None:
        raise NotFound(f"log group {group} not found", "Lambda makes it when the function first logs")
    days: int | None = described.get("retentionInDays")
    return days
