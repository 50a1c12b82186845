"""A log group that grows by a clock of the test's own, and answers FilterLogEvents as AWS does (facts 2.4)."""

from __future__ import annotations

import asyncio
import json
import time
from bisect import insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from tests.support.endpoint import Answer, Seen, error, json_answer

PAGE = 10_000
STREAM = "2026/11/20/[14]0123456789abcdef0123456789abcdef"


@dataclass
class FastClock:
    """Time that runs some times as fast as it is, for code that is told the time and how to wait."""

    speed: float = 20.0
    began_ms: int = 1_795_212_000_000
    """2026-11-20 22:00:00Z."""
    _began_s: float = field(default_factory=time.monotonic)

    def now_ms(self) -> int:
        return self.began_ms + int((time.monotonic() - self._began_s) * 1000 * self.speed)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)


@dataclass(frozen=True, order=True)
class Written:
    """An event, and when it can be had."""

    at_ms: int
    arrives_ms: int
    number: int
    message: str
    stream: str = STREAM

    def as_json(self) -> dict[str, object]:
        return {
            "eventId": f"{self.number:056d}",
            "timestamp": self.at_ms,
            "ingestionTime": self.arrives_ms,
            "logStreamName": self.stream,
            "message": self.message,
        }


class LogGroup:
    """Answers for one group; `answer` is a script of `ScriptedEndpoint.on("logs", "FilterLogEvents", …)`.

    Args:
        clock: epoch ms; an event is there once it has arrived by this clock.
        page: events to a page at most.
        empty_every: every so many requests a page is empty though its token says that there is more; 0 never.
        faults: what is answered instead to the first requests, by the number of the request.
    """

    def __init__(
        self,
        clock: Callable[[], int],
        events: Iterable[Written] = (),
        *,
        page: int = PAGE,
        empty_every: int = 0,
        faults: dict[int, Answer] | None = None,
    ) -> None:
        self.asked: list[dict[str, object]] = []
        self._clock = clock
        self._coming: list[Written] = sorted(events, key=lambda event: event.arrives_ms, reverse=True)
        self._there: list[Written] = []
        self._page = page
        self._empty_every = empty_every
        self._faults = faults or {}

    def write(self, *events: Written) -> None:
        """Adds events that are there from now on."""
        for event in events:
            insort(self._there, event)

    def answer(self, seen: Seen) -> Answer:
        asked = json.loads(seen.body)
        self.asked.append(asked)
        if fault := self._faults.pop(len(self.asked), None):
            return fault
        now_ms = self._clock()
        arrived = []
        while self._coming and self._coming[-1].arrives_ms <= now_ms:
            arrived.append(self._coming.pop())
        if arrived:
            self._there = sorted(self._there + arrived)
        token = asked.get("nextToken")
        if token == "expired":
            return error("InvalidParameterException", 400, "The specified nextToken is invalid.")
        after = tuple(map(int, token.split(":"))) if token else (asked["startTime"], -1)
        if self._empty_every and len(self.asked) % self._empty_every == 0:
            return json_answer({"events": [], "nextToken": f"{after[0]}:{after[1]}"})
        found: Sequence[Written] = self._after(*after)
        found = [event for event in found if event.at_ms < asked.get("endTime", 1 << 60)]
        page = min(self._page, asked.get("limit", PAGE))
        content: dict[str, object] = {"events": [event.as_json() for event in found[:page]]}
        if len(found) > page:
            last = found[page - 1]
            content["nextToken"] = f"{last.at_ms}:{last.number}"
        return json_answer(content)

    def _after(self, at_ms: int, number: int) -> list[Written]:
        low, high = 0, len(self._there)
        while low < high:
            middle = (low + high) // 2
            if self._there[middle].at_ms < at_ms:
                low = middle + 1
            else:
                high = middle
        return sorted(
            (event for event in self._there[low:] if (event.at_ms, event.number) > (at_ms, number)),
            key=lambda event: (event.at_ms, event.number),
        )
