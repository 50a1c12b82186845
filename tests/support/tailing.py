"""Tails of log groups at a scripted endpoint, and what comes of them."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

from lambdatui.aws.connection import Connection
from lambdatui.aws.logs import Tail
from lambdatui.models.log import LogEvent, LogSource
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen
from tests.support.log_group import FastClock, LogGroup, Written

ORDERS = LogSource(function="orders", group="/aws/lambda/orders")
PATIENCE_S = 30.0


class Case:
    """Groups at the wire, and tails of them."""

    def __init__(self, connection: Connection, endpoint: ScriptedEndpoint) -> None:
        self.clock = FastClock()
        self.endpoint = endpoint
        self.connection = connection

    @classmethod
    async def begun(cls, connection: Connection, endpoint: ScriptedEndpoint) -> Case:
        """A case whose clock starts when the connection is ready, which takes a while."""
        await connection.client("logs", once=True)
        return cls(connection, endpoint)

    def serve(self, *events: Written, **particular: Any) -> LogGroup:
        """Every group is this one."""
        group = LogGroup(self.clock.now_ms, events, **particular)
        self.endpoint.on("logs", "FilterLogEvents", group.answer)
        return group

    def serve_each(self, groups: Mapping[tuple[str, str], LogGroup]) -> None:
        """Each group is its own, by region and name."""

        def answer(seen: Seen) -> Answer:
            return groups[seen.region, json.loads(seen.body)["logGroupName"]].answer(seen)

        self.endpoint.on("logs", "FilterLogEvents", answer)

    def tail(self, *sources: LogSource, **particular: Any) -> Tail:
        given = {"since_ms": self.clock.began_ms, "clock": self.clock.now_ms, "sleep": self.clock.sleep, **particular}
        return Tail(self.connection, sources or (ORDERS,), **given)

    def written(self, number: int, message: str = "", **particular: Any) -> Written:
        """An event of this moment, there at once."""
        now = self.clock.now_ms()
        given = {"at_ms": now, "arrives_ms": now, "number": number, "message": message or f"line {number}"}
        return Written(**{**given, **particular})


async def read(tail: Tail, enough: Callable[[list[LogEvent]], bool]) -> list[LogEvent]:
    """What a tail gave, in its order, until it was enough."""
    had: list[LogEvent] = []
    async with asyncio.timeout(PATIENCE_S), aclosing(tail.batches()) as batches:
        async for batch in batches:
            had += batch
            if enough(had):
                return had
    return had


def at_least(count: int) -> Callable[[list[LogEvent]], bool]:
    return lambda had: len(had) >= count


@asynccontextmanager
async def following(tail: Tail) -> AsyncIterator[list[str]]:
    """Reads a tail meanwhile; the messages of what it has given so far, in its order."""
    had: list[str] = []
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(_collect(tail, had))
        try:
            yield had
        finally:
            reading.cancel()


async def _collect(tail: Tail, had: list[str]) -> None:
    async with aclosing(tail.batches()) as batches:
        async for batch in batches:
            had += [event.message for event in batch]


async def until(condition: Callable[[], object]) -> None:
    """Returns when a condition holds.

    Raises:
        TimeoutError: it did not come to hold in half a minute.
    """
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.001)


def numbered(count: int, *, since_ms: int, every_ms: float = 1.0) -> list[Written]:
    """Events in even steps that do not arrive late, numbered from 0."""
    return [
        Written(at_ms=(at := since_ms + int(number * every_ms)), arrives_ms=at, number=number, message=f"line {number}")
        for number in range(count)
    ]


def repeated(had: list[str]) -> list[str]:
    """The messages that were had more than once."""
    return [message for message, count in Counter(had).items() if count > 1]
