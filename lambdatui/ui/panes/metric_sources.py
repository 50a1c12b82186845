"""What is asked for beside the metrics of a function, to tell why they are as they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from lambdatui.clock import now_ms
from lambdatui.models.function import FunctionSummary
from lambdatui.models.metric import WINDOWS

if TYPE_CHECKING:
    from lambdatui.aws.connection import Connection

Request = Callable[["Connection", FunctionSummary], Awaitable[tuple[Any, ...]]]


async def _aliases(connection: Connection, function: FunctionSummary) -> tuple[Any, ...]:
    from lambdatui.aws.releases import list_aliases  # noqa: PLC0415 - imports the SDK

    return await list_aliases(connection, function.name)


async def _versions(connection: Connection, function: FunctionSummary) -> tuple[Any, ...]:
    from lambdatui.aws.releases import list_versions  # noqa: PLC0415 - imports the SDK

    return tuple([version async for page in list_versions(connection, function.name) for version in page])


async def _changes(connection: Connection, function: FunctionSummary) -> tuple[Any, ...]:
    from lambdatui.aws.deployments import list_changes  # noqa: PLC0415 - imports the SDK

    now = now_ms()
    return (await list_changes(connection, function.arn, now - WINDOWS[-1].span_s * 1_000, now),)


async def _alarms(connection: Connection, _function: FunctionSummary) -> tuple[Any, ...]:
    from lambdatui.aws.alarms import list_alarms  # noqa: PLC0415 - imports the SDK

    return tuple([alarm async for page in list_alarms(connection) for alarm in page])


async def _reserved(connection: Connection, function: FunctionSummary) -> tuple[Any, ...]:
    from lambdatui.aws.concurrency import get_reserved_concurrency  # noqa: PLC0415 - imports the SDK

    reserved = await get_reserved_concurrency(connection, function.name)
    return () if reserved is None else (reserved,)


async def _account(connection: Connection, _function: FunctionSummary) -> tuple[Any, ...]:
    from lambdatui.aws.concurrency import get_account_concurrency  # noqa: PLC0415 - imports the SDK

    return ((await get_account_concurrency(connection)).limit,)


REQUESTS: Mapping[str, Request] = {
    "aliases": _aliases,
    "versions": _versions,
    "changes": _changes,
    "alarms": _alarms,
    "reserved concurrency": _reserved,
    "account concurrency": _account,
}
"""What is asked for beside the metrics; each part fails alone."""
OF_REGION = frozenset({"alarms", "account concurrency"})
"""The parts that are the same for every function."""
