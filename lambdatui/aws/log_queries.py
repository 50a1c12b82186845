"""Queries of CloudWatch Logs Insights: big histories are searched at AWS, not here.

Every function here raises only `lambdatui.errors`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

from lambdatui.aws.connection import Connection
from lambdatui.aws.faults import translated
from lambdatui.errors import ConsoleError, RequestRefused
from lambdatui.models.log_query import QueryState

GROUPS_AT_MOST = 50
"""Log groups in one query (facts 2.4)."""
ROWS_AT_MOST = 100_000
"""Rows of one query, 10,000 a page (facts 2.4)."""
LONGEST_PAUSE_S = 2.0
PATIENCE = 20
"""How often an answer is asked for before a throttled or unreachable AWS is given up: more than half a minute."""

Sleep = Callable[[float], Awaitable[None]]

_GOOD_ENDS = frozenset({"Complete", "Cancelled"})
"""Cancelled is by somebody's will: by this console's, or in another."""
_FAILURES: Mapping[str, tuple[str, str]] = {
    "Failed": ("the query failed at AWS", "AWS does not say why: try a shorter time or fewer log groups"),
    "Timeout": ("the query ran longer than AWS allows", "60 minutes: choose a shorter time or fewer log groups"),
}
"""How a query ends that did not do what was asked, by its status: what is wrong, and what to do."""


async def run_query(
    connection: Connection,
    groups: Sequence[str],
    query: str,
    *,
    since_ms: int,
    until_ms: int,
    limit: int = 1_000,
    every_s: float = 0.25,
    sleep: Sleep = asyncio.sleep,
) -> AsyncGenerator[QueryState, None]:
    """Runs a query and gives its states as they come, partial rows included; the last one is settled.

    The query is started once, whatever happens: AWS charges for each. Throttling and faults while it runs are waited
    out. Whoever stops listening (`aclose`, or cancelling the task) stops the query at AWS too, and that is waited for.

    Args:
        groups: names of log groups; the same one twice counts once.
        query: in the Logs Insights query language; a ``limit`` in it goes before the argument.
        since_ms: epoch ms, included. AWS takes whole seconds: the range is widened to them (facts 2.4).
        until_ms: epoch ms, included.
        limit: rows at most, 1 to `ROWS_AT_MOST`.
        every_s: seconds to the second look; the pauses double up to `LONGEST_PAUSE_S`.
        sleep: waits for so many seconds.

    Raises:
        RequestRefused: there are too many groups or rows, or none; or AWS cannot read the query, in AWS's words.
        ReadOnly: billed reads are not allowed.
        NotFound: a group does not exist, which is so until the function has logged (facts 5.1).
        ConsoleError: the query did not end well, or its rows cannot be had.
    """
    chosen = list(dict.fromkeys(groups))
    _check(len(chosen), limit)
    asked = {
        "logGroupNames": chosen,
        "queryString": query,
        "startTime": since_ms // 1_000,
        "endTime": -(-until_ms // 1_000),
        "limit": limit,
    }
    starting = asyncio.ensure_future(_start(connection, asked))
    state = None
    try:
        # A request that left cannot be called back: it is let through to learn the id by which the query is stopped.
        query_id = await asyncio.shield(starting)
        for pause in _pauses(every_s):
            state = await _look(connection, query_id, every_s, sleep)
            yield state
            if state.settled:
                _check_end(state.status)
                return
            await sleep(pause)
    finally:
        if state is None or not state.stopped:
            await asyncio.shield(_stop(connection, starting))


def _check(groups: int, limit: int) -> None:
    """Refuses what AWS would refuse, and says how to mend it."""
    if not groups:
        raise RequestRefused("no log group is chosen", "choose a function that writes to CloudWatch Logs")
    if groups > GROUPS_AT_MOST:
        raise RequestRefused(
            f"{groups} log groups are chosen, and AWS searches {GROUPS_AT_MOST} at a time", "choose fewer functions"
        )
    if not 1 <= limit <= ROWS_AT_MOST:
        raise RequestRefused(f"{limit} rows are asked for, and AWS gives 1 to {ROWS_AT_MOST:,}", "change the limit")


def _check_end(status: str) -> None:
    """Refuses a status with which a query has settled, but not as it should."""
    if status not in _GOOD_ENDS:
        unknown = (f"AWS says of the query: {status}", "run it again; that is charged again")
        raise ConsoleError(*_FAILURES.get(status, unknown))


def _pauses(first_s: float) -> Iterator[float]:
    """Seconds between one request and the next: they double, and then stay as they are."""
    pause = first_s
    while True:
        yield min(pause, LONGEST_PAUSE_S)
        pause = min(pause * 2, LONGEST_PAUSE_S)


async def _start(connection: Connection, asked: Mapping[str, Any]) -> str:
    """Starts a query and returns its id."""
    answer = await connection.call_once("logs", "StartQuery", **asked)
    with translated(connection, "logs", "StartQuery"):
        return str(answer["queryId"])


async def _look(connection: Connection, query_id: str, every_s: float, sleep: Sleep) -> QueryState:
    """The query as it is now: the first page of its rows while it runs, and all of them when it has settled."""
    answer = await _results(connection, every_s, sleep, queryId=query_id)
    state = _read(connection, answer)
    if not (state.settled and answer.get("nextToken")):
        return state
    pages = [answer]
    while token := pages[-1].get("nextToken"):
        pages.append(await _results(connection, every_s, sleep, queryId=query_id, nextToken=token))
    return _read(connection, {**answer, "results": [row for page in pages for row in page.get("results") or ()]})


def _read(connection: Connection, answer: Mapping[str, Any]) -> QueryState:
    with translated(connection, "logs", "GetQueryResults"):
        return QueryState.from_aws(answer)


async def _results(connection: Connection, every_s: float, sleep: Sleep, **asked: str) -> dict[str, Any]:
    """One page of results. AWS keeps them and asks nothing for them, so what passes is waited out."""
    for pause in islice(_pauses(every_s), PATIENCE - 1):
        try:
            return await connection.call_once("logs", "GetQueryResults", **asked)
        except ConsoleError as error:
            if not error.transient:
                raise
        await sleep(pause)
    return await connection.call_once("logs", "GetQueryResults", **asked)


async def _stop(connection: Connection, starting: asyncio.Future[str]) -> None:
    """Stops the query, if it came to be; one that has ended meanwhile, or was never started, is none to stop."""
    with suppress(ConsoleError):
        await connection.call("logs", "StopQuery", queryId=await starting)
