"""Log events as they come, polled so that none is lost and none comes twice.

CloudWatch Logs has no cursor that could be followed: events arrive late, several share a millisecond, and pages are cut
anywhere (facts 2.4). So each log group is read in two ways at once. The *head* asks often for what is newer than the
newest event, less an overlap. The *sweep* asks less often for everything younger than the window, from where the last
sweep began: whatever arrived since, however late within the window, is in it. Event ids tell what was had before.
Where Live Tail is asked for, it takes the head's haste off it and nothing else.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

from lambdatui.aws.connection import Connection
from lambdatui.aws.live_tail import LiveState, LiveTail
from lambdatui.aws.log_groups import Group, cause_of
from lambdatui.aws.quota import per_second
from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError
from lambdatui.models.log import LogEvent, LogSource

WINDOW_MS = 60_000
"""How late an event may arrive and still be found."""
SOONEST_S = 0.25
"""Between two looks of the head while events come."""
RATE_MS = 5_000
"""Over how long events are counted to tell how many come in a second."""
AHEAD = 32
"""Batches that wait for whoever reads; when there are as many, nothing more is asked for."""

Sleep = Callable[[float], Awaitable[None]]


class Tail:
    """The log events of some functions, from a time on.

    Args:
        connection: whose region must be configured.
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
        self._waiting: deque[list[LogEvent]] = deque()
        self._news, self._room = asyncio.Event(), asyncio.Event()
        self._room.set()
        self._groups = self._group(sources)
        self._live = LiveTail(
            self._groups,
            asked={"logEventFilterPattern": pattern} if pattern else {},
            room=self.room,
            clock=clock,
        )

    def _group(self, sources: Iterable[LogSource]) -> list[Group]:
        """The groups in which the functions log, those of one region sharing its quota."""
        by_region: defaultdict[str, defaultdict[str, list[LogSource]]] = defaultdict(lambda: defaultdict(list))
        for source in sources:
            by_region[source.region or self.connection.region][source.group].append(source)
        groups = []
        for region, by_name in by_region.items():
            connection = self.connection.in_region(region)
            rate = per_second("cloudwatch-logs", "FilterLogEvents", region)
            soonest_s = max(SOONEST_S, 2 * len(by_name) / rate)
            groups += [Group(self, connection, name, sharing, soonest_s) for name, sharing in by_name.items()]
        return groups

    @property
    def problems(self) -> dict[str, ConsoleError]:
        """What stands in the way at present, by log group, with its region where that is not the connection's.

        Reading goes on as soon as it is gone.
        """
        return {self._named(group): group.problem for group in self._groups if group.problem is not None}

    def _named(self, group: Group) -> str:
        return group.name if group.connection is self.connection else f"{group.name} ({group.connection.region})"

    @property
    def lag_ms(self) -> int:
        """How long ago the time is up to which every group has been read, or heard in full by Live Tail.

        0 without groups.
        """
        now = self.clock()
        return max((now - max(group.read_ms, group.heard_ms) for group in self._groups), default=0)

    @property
    def gap_ms(self) -> int:
        """How long the stretch is, up to now, that could not be read in the group that fares worst; 0 without problems.

        It begins where the last reading of that group began that had everything up to then. What Live Tail tells
        meanwhile does not shorten it.
        """
        now = self.clock()
        return max((now - group.read_ms for group in self._groups if group.problem is not None), default=0)

    @property
    def per_second(self) -> float:
        """Events that came in a second, over the last five."""
        since = self.clock() - RATE_MS
        while self._arrivals and self._arrivals[0][0] < since:
            self._arrivals.popleft()
        return sum(count for _, count in self._arrivals) / (RATE_MS / 1000)

    @property
    def live(self) -> LiveState:
        """Whether Live Tail helps: its price runs from when it is starting until it is off."""
        return self._live.state

    @property
    def live_problem(self) -> ConsoleError | None:
        """Why Live Tail is off though nobody ended it; polling goes on all the same."""
        return self._live.problem

    @property
    def live_since_ms(self) -> int | None:
        """Epoch ms since when Live Tail sends; None while it does not."""
        return self._live.since_ms

    @property
    def live_sessions(self) -> int:
        """How many sessions are open, one for each region: AWS charges for the minutes of each (facts 7.2)."""
        return self._live.sessions

    @property
    def sampled(self) -> bool:
        """Whether Live Tail left events out of its last update; they come by polling, a little later."""
        return self._live.sampled

    def go_live(self, account: str) -> None:
        """Begins Live Tail, which is billed, while or as soon as `batches` is read; not where an end was set.

        Polling goes on more slowly, and finds what Live Tail leaves out: each event comes once. AWS ends a session
        after three hours; the next one begins at once. Whatever else ends it is told in `live_problem`.

        Args:
            account: the number of the account whose log groups these are.
        """
        if self.until_ms is None:
            self._live.go(account)

    def end_live(self) -> None:
        """Ends Live Tail: polling is all there is, at its usual pace."""
        self._live.end()

    async def batches(self) -> AsyncGenerator[list[LogEvent], None]:
        """The events, some at a time, each batch in order; what is late comes in a later batch.

        A fault is never the end: it is told in `problems`, and what it kept back comes when it is over. Only where an
        end was set is what will not pass by itself raised. Closing the iterator ends every request and Live Tail;
        another iterator goes on from there, without Live Tail, and neither loses nor repeats anything. One at a time.

        Raises:
            ConsoleError: reading up to `until_ms` is not possible; or Fault, a mistake of the console's own.
        """
        reading = asyncio.create_task(self._read())
        reading.add_done_callback(lambda _: self._news.set())
        try:
            while self._waiting or not reading.done():
                while self._waiting:
                    batch = self._waiting.popleft()
                    if len(self._waiting) < AHEAD:
                        self._room.set()
                    yield batch
                self._news.clear()
                if not reading.done():
                    await self._news.wait()
            await reading
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self) -> None:
        """Reads all groups to the end that was set, or for ever."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for group in self._groups:
                    tasks.create_task(group.read())
                if self.until_ms is None:
                    tasks.create_task(self._live.run())
        except Exception as error:
            raise cause_of(error) from None

    async def room(self) -> None:
        """Returns when there is room for more events."""
        await self._room.wait()

    def put(self, events: list[LogEvent]) -> None:
        """Takes what a group has read, for whoever reads the batches."""
        self._arrivals.append((self.clock(), len(events)))
        self._waiting.append(events)
        self._news.set()
        if len(self._waiting) >= AHEAD:
            self._room.clear()
