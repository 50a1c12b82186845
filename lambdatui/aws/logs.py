"""Log events as they come, polled so that none is lost and none comes twice.

CloudWatch Logs has no cursor that could be followed: events arrive late, several share a millisecond, and pages are cut
anywhere (facts 2.4). So each log group is read in two ways at once. The *head* asks often for what is newer than the
newest event, less an overlap. The *sweep* asks less often for everything younger than the window, from where the last
sweep began: whatever arrived since, however late within the window, is in it. Event ids tell what was had before.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from lambdatui.aws.connection import Connection
from lambdatui.aws.quota import per_second
from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError, Fault, NotFound, RequestRefused, Throttled
from lambdatui.models.log import LogEvent, LogSource

WINDOW_MS = 60_000
"""How late an event may arrive and still be found."""
OVERLAP_MS = 2_000
"""How far the head looks back behind the newest event."""
SOONEST_S, LATEST_S = 0.25, 5.0
"""Between two looks of the head: while events come, and after a rest."""
SWEEP_S = 2.0
SWEEP_SHARE = 0.2
"""Of the time that sweeping takes at most: after a long sweep comes a long pause."""
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
"""Before an answer that could not be had is asked for again."""
RATE_MS = 5_000
"""Over how long events are counted to tell how many come in a second."""
AHEAD = 32
"""Batches that wait for whoever reads; when there are as many, nothing more is asked for."""

STREAM_OF_FUNCTION = re.compile(r"\d{4}/\d\d/\d\d/(?P<function>[^\[\]]+)\[[^\]]+\]")
"""How a stream is called in a group that was configured: the default group's streams name no function (facts 5.1)."""

Sleep = Callable[[float], Awaitable[None]]


class Tail:
    """The log events of some functions, from a time on.

    Args:
        connection: to the region of the groups, which must be configured.
        sources: where each function logs; functions that share a group are told apart by the names of the streams.
        since_ms: epoch ms; nothing older is asked for.
        until_ms: epoch ms up to which is read, once; None to go on for as long as somebody listens.
        pattern: CloudWatch's filter pattern, heeded at the source.
        window_ms: how late an event may arrive and still be found.
        clock: the time, epoch ms.
        sleep: waits for so many seconds.
    """

    def __init__(
        self,
        connection: Connection,
        sources: Iterable[LogSource],
        *,
        since_ms: int,
        until_ms: int | None = None,
        pattern: str = "",
        window_ms: int = WINDOW_MS,
        clock: Callable[[], int] = now_ms,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.throttled = 0
        """How often AWS said that it was asked too often."""
        self.late = 0
        """Events that came after newer ones of their group."""
        self.connection = connection
        self.since_ms = since_ms
        self.until_ms = until_ms
        self.pattern = {"filterPattern": pattern} if pattern else {}
        self.window_ms = window_ms
        self.clock = clock
        self.sleep = sleep
        self.sequence = itertools.count()
        self._arrivals: deque[tuple[int, int]] = deque()
        self._batches: asyncio.Queue[list[LogEvent] | ConsoleError | None] = asyncio.Queue(AHEAD)
        by_group: defaultdict[str, list[LogSource]] = defaultdict(list)
        for source in sources:
            by_group[source.group].append(source)
        rate = per_second("cloudwatch-logs", "FilterLogEvents", connection.region)
        self.soonest_s = max(SOONEST_S, 2 * len(by_group) / rate)
        """Between two looks at a busy group, so that all groups together stay within the quota."""
        self._groups = [_Group(self, name, sharing) for name, sharing in by_group.items()]

    @property
    def problems(self) -> dict[str, ConsoleError]:
        """What stands in the way at present, by log group; reading goes on as soon as it is gone."""
        return {group.name: group.problem for group in self._groups if group.problem is not None}

    @property
    def lag_ms(self) -> int:
        """How long ago the time is up to which every group has been read; 0 without groups."""
        return max((self.clock() - group.read_ms for group in self._groups), default=0)

    @property
    def per_second(self) -> float:
        """Events that came in a second, over the last five."""
        since = self.clock() - RATE_MS
        while self._arrivals and self._arrivals[0][0] < since:
            self._arrivals.popleft()
        return sum(count for _, count in self._arrivals) / (RATE_MS / 1000)

    async def batches(self) -> AsyncGenerator[list[LogEvent], None]:
        """The events, some at a time, each batch in order; what is late comes in a later batch.

        A fault is never the end: it is told in `problems`, and what it kept back comes when it is over. Only where an
        end was set is what will not pass by itself raised. Closing the iterator ends every request.

        Raises:
            ConsoleError: reading up to `until_ms` is not possible; or Fault, a mistake of the console's own.
        """
        readers = [asyncio.create_task(self._run(group)) for group in self._groups]
        try:
            ended = 0
            while ended < len(readers):
                batch = await self._batches.get()
                if isinstance(batch, ConsoleError):
                    raise batch
                if batch is None:
                    ended += 1
                else:
                    yield batch
        finally:
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)

    async def _run(self, group: _Group) -> None:
        try:
            await group.read()
        except ConsoleError as error:
            await self._batches.put(error)
        except Exception as error:
            await self._batches.put(Fault(error.exceptions[0] if isinstance(error, ExceptionGroup) else error))
        else:
            await self._batches.put(None)

    async def put(self, events: list[LogEvent]) -> None:
        """Hands over what a group has read, when there is room for it."""
        self._arrivals.append((self.clock(), len(events)))
        await self._batches.put(events)


class _Group:
    """One log group as it is read."""

    def __init__(self, tail: Tail, name: str, sources: Sequence[LogSource]) -> None:
        self.name = name
        self.problem: ConsoleError | None = None
        self.read_ms = tail.since_ms
        """Epoch ms up to which everything was asked for."""
        self._tail = tail
        self._sources = {source.function: source for source in sources}
        self._newest_ms = tail.since_ms
        self._head_ms = self._swept_ms = tail.since_ms
        """Epoch ms from which on the head and the sweep may still have events answered."""
        self._came = False
        self._pause_s = tail.soonest_s
        self._known = _Known()
        self._of_stream: dict[str, LogSource | None] = {}

    async def read(self) -> None:
        """Reads up to the end that was set, or for ever."""
        tail = self._tail
        begun_ms = tail.clock() if tail.until_ms is None else tail.until_ms
        self._swept_ms = begun_ms - tail.window_ms
        await self._pages(tail.since_ms, until_ms=tail.until_ms, head=True)
        self.read_ms = begun_ms
        if tail.until_ms is None:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._follow())
                tasks.create_task(self._sweep(begun_ms))

    async def _follow(self) -> None:
        """Reads what is newer than the newest event: soon again while events come, later while none do."""
        tail = self._tail
        while True:
            self._came = False
            await tail.sleep(self._pause_s)
            begun_ms = tail.clock()
            await self._pages(max(tail.since_ms, min(self._newest_ms, begun_ms) - OVERLAP_MS), head=True)
            self.read_ms = begun_ms
            longer_s = min(self._pause_s * 1.5, max(LATEST_S, tail.soonest_s))
            self._pause_s = tail.soonest_s if self._came else longer_s

    async def _sweep(self, former_ms: int) -> None:
        """Reads the window again and again; `former_ms` is when the last reading of all of it began."""
        tail = self._tail
        took_s = 0.0
        while True:
            await tail.sleep(max(SWEEP_S, took_s * (1 / SWEEP_SHARE - 1), self._pause_s))
            begun_ms = tail.clock()
            self._swept_ms = former_ms - tail.window_ms
            await self._pages(max(tail.since_ms, self._swept_ms), until_ms=begun_ms)
            took_s = (tail.clock() - begun_ms) / 1000
            former_ms = begun_ms

    async def _pages(self, since_ms: int, *, until_ms: int | None = None, head: bool = False) -> None:
        """Reads from one time to another, or to the newest event there is.

        A page that could not be had is asked for again, for as long as it takes. Where its token is no longer known,
        reading starts anew a little before the last event that was had.
        """
        end = {"endTime": until_ms} if until_ms is not None else {}
        token: dict[str, str] = {}
        wait_s, had_ms = FIRST_WAIT_S, since_ms
        while True:
            if head:
                self._head_ms = max(since_ms, had_ms - OVERLAP_MS)
            try:
                answer = await self._tail.connection.call_once(
                    "logs",
                    "FilterLogEvents",
                    logGroupName=self.name,
                    startTime=since_ms,
                    **end,
                    **self._tail.pattern,
                    **token,
                )
            except ConsoleError as error:
                if self._tail.until_ms is not None and not (error.transient or token):
                    raise
                self.problem = error
                self._tail.throttled += isinstance(error, Throttled)
                if isinstance(error, NotFound | RequestRefused) and token:
                    token, since_ms = {}, max(since_ms, had_ms - OVERLAP_MS)
                await self._tail.sleep(wait_s)
                wait_s = min(wait_s * 2, LONGEST_WAIT_S)
                continue
            self.problem, wait_s = None, FIRST_WAIT_S
            if events := answer.get("events"):
                await self._take(events)
                had_ms = events[-1]["timestamp"]
            following = answer.get("nextToken")
            if not following:
                return
            token = {"nextToken": following}

    async def _take(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Hands on those of a page that were not had before."""
        sequence = self._tail.sequence
        fresh = []
        for event in events:
            at_ms, stream = event["timestamp"], event["logStreamName"]
            if self._known.add(event["eventId"], at_ms):
                source = self._source(stream)
                if source is not None:
                    fresh.append(
                        LogEvent(at_ms, event["ingestionTime"], next(sequence), source, stream, event["message"])
                    )
        if fresh:
            self._came = True
            fresh.sort()
            self._tail.late += sum(event.at_ms < self._newest_ms for event in fresh)
            self._newest_ms = max(self._newest_ms, fresh[-1].at_ms)
            await self._tail.put(fresh)
        self._known.forget(min(self._swept_ms, self._head_ms))

    def _source(self, stream: str) -> LogSource | None:
        """Whose stream it is; None where it is that of a function that nobody asked for."""
        if stream not in self._of_stream:
            named = STREAM_OF_FUNCTION.match(stream)
            only = next(iter(self._sources.values()))
            self._of_stream[stream] = self._sources.get(named["function"]) if named and not only.own else only
        return self._of_stream[stream]


class _Known:
    """The ids of events that were had, by the second of the event, so that old ones can be forgotten together."""

    def __init__(self) -> None:
        self._by_second: defaultdict[int, set[str]] = defaultdict(set)

    def add(self, event_id: str, at_ms: int) -> bool:
        """Whether the event is new; from now on it is not."""
        ids = self._by_second[at_ms // 1000]
        before = len(ids)
        ids.add(event_id)
        return len(ids) > before

    def forget(self, before_ms: int) -> None:
        """Forgets the events of an earlier time, which will not be asked for again."""
        for second in [second for second in self._by_second if second < before_ms // 1000]:
            del self._by_second[second]
