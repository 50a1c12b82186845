"""What is asked for beside the metrics of a function, to tell why they are as they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambdatui.clock import now_ms
from lambdatui.errors import NotFound
from lambdatui.insight.cold_starts import counted, terms
from lambdatui.insight.report import hides_reports
from lambdatui.models.function import FunctionSummary
from lambdatui.models.log import LogSource
from lambdatui.models.metric import WINDOWS, Series, Window
from lambdatui.models.release import Part

if TYPE_CHECKING:
    from lambdatui.aws.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked about, and what was learned before."""

    function: FunctionSummary
    window: Window
    parts: Mapping[str, Part[Any]]
    """By what was asked for."""


Request = Callable[["Connection", Asked], Awaitable[tuple[Any, ...]]]


async def _aliases(connection: Connection, asked: Asked) -> tuple[Any, ...]:
    from lambdatui.aws.releases import list_aliases  # noqa: PLC0415 - imports the SDK

    return await list_aliases(connection, asked.function.name)


async def _versions(connection: Connection, asked: Asked) -> tuple[Any, ...]:
    from lambdatui.aws.releases import list_versions  # noqa: PLC0415 - imports the SDK

    return tuple([version async for page in list_versions(connection, asked.function.name) for version in page])


async def _changes(connection: Connection, asked: Asked) -> tuple[Any, ...]:
    from lambdatui.aws.deployments import list_changes  # noqa: PLC0415 - imports the SDK

    now = now_ms()
    return (await list_changes(connection, asked.function.arn, now - WINDOWS[-1].span_s * 1_000, now),)


async def _alarms(connection: Connection, _asked: Asked) -> tuple[Any, ...]:
    from lambdatui.aws.alarms import list_alarms  # noqa: PLC0415 - imports the SDK

    return tuple([alarm async for page in list_alarms(connection) for alarm in page])


async def _reserved(connection: Connection, asked: Asked) -> tuple[Any, ...]:
    from lambdatui.aws.concurrency import get_reserved_concurrency  # noqa: PLC0415 - imports the SDK

    reserved = await get_reserved_concurrency(connection, asked.function.name)
    return () if reserved is None else (reserved,)


async def _account(connection: Connection, _asked: Asked) -> tuple[Any, ...]:
    from lambdatui.aws.concurrency import get_account_concurrency  # noqa: PLC0415 - imports the SDK

    return ((await get_account_concurrency(connection)).limit,)


async def _cold_starts(connection: Connection, asked: Asked) -> tuple[Any, ...]:
    """The series of cold starts over the window. What was read before is read no more but for the last two periods:
    some of their reports may have come late."""
    from lambdatui.aws.cold_starts import read_reports  # noqa: PLC0415 - imports the SDK

    function, period_s = asked.function, asked.window.period_s
    if hides_reports(function.log_format, function.system_log_level):
        raise NotFound("system log level WARN keeps reports out of the log")
    releases = (function, *(version.function for version in asked.parts["versions"].items))
    now = now_ms()
    window_ms = asked.window.range_ms(now)[0]
    had: Series | None = next(iter(asked.parts["cold starts"].items), None)
    since_ms = max(window_ms, had.times_ms[-1] - period_s * 1_000) if had is not None and had.times_ms else window_ms
    source = LogSource(function=function.name, group=function.log_group)
    try:
        reports = await read_reports(connection, source, terms(releases), since_ms, now)
    except NotFound:
        raise NotFound("there is no log group yet") from None
    read = counted(function.name, reports.events, since_ms, reports.until_ms, period_s, whole=reports.whole)
    return ((read if had is None else had.updated(read)).since(window_ms),)


REQUESTS: Mapping[str, Request] = {
    "aliases": _aliases,
    "versions": _versions,
    "changes": _changes,
    "alarms": _alarms,
    "reserved concurrency": _reserved,
    "account concurrency": _account,
    "cold starts": _cold_starts,
}
"""What is asked for beside the metrics; each part fails alone."""
OF_REGION = frozenset({"alarms", "account concurrency"})
"""The parts that are the same for every function."""
OF_WINDOW = frozenset({"cold starts"})
"""The parts that tell of the window: there is news when a period of it has ended. They need to know the versions."""
