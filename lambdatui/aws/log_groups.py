"""How one log group is read: by its head, by its sweep, and by what Live Tail says meanwhile (see `logs`)."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lambdatui.aws.connection import Connection
from lambdatui.errors import ConsoleError, Fault, NotFound, RequestRefused, Throttled
from lambdatui.models.log import LogEvent, LogSource

if TYPE_CHECKING:
    from lambdatui.aws.logs import Tail

OVERLAP_MS = 2_000
"""How far the head looks back behind the newest event."""
AGAIN_AT_MOST = 2_000
"""Events that the head reads again at most, as far as it can be foreseen."""
PAGE = 5_000
"""Events to a page: AWS gives 10,000, which take 0.1 s to read, for which a key would have to wait."""
LATEST_S = 5.0
"""Between two looks of the head after a rest, and while Live Tail is on."""
SWEEP_S = 2.0
SWEEP_SHARE = 0.2
"""Of the time that sweeping takes at most: after a long sweep comes a long pause."""
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
"""Before an answer that could not be had is asked for again."""

STREAM_OF_FUNCTION = re.compile(r"\d{4}/\d\d/\d\d/(?P<function>[^\[\]]+)\[[^\]]+\]")
"""How a stream is called in a group that was configured: the default group's streams name no function (facts 5.1)."""


class Group:
    """One log group as it is read.

    Args:
        tail: what it is read for, and how.
        connection: to the group's region.
        name: the group's name.
        sources: which functions' events are wanted.
        soonest_s: between two looks of the head at least.
    """

    def __init__(
        self, tail: Tail, connection: Connection, name: str, sources: Sequence[LogSource], soonest_s: float
    ) -> None:
        self.connection = connection
        self.name = name
        self.problem: ConsoleError | None = None
        self.read_ms = tail.since_ms
        """Epoch ms up to which everything was asked for."""
        self.heard_ms = 0
        """Epoch ms up to which Live Tail told, as far as it left nothing out."""
        self._tail = tail
        self._sources = {source.function: source for source in sources}
        self._newest_ms = self._shown_ms = tail.since_ms
        """Epoch ms of the newest event that was polled, and of the newest that was handed on."""
        self._ingested_ms = 0
        """Epoch ms of the newest ingestion, whichever way the event came."""
        self._head_ms = self._swept_ms = tail.since_ms
        """Epoch ms from which on the head and the sweep may still have events answered."""
        self._came = False
        self._soonest_s = self._pause_s = soonest_s
        self._longest_s = max(LATEST_S, soonest_s)
        self._resting: asyncio.Future[Any] | None = None
        self._known = Known()
        self._pairs = Pairs(tail.window_ms)
        self._of_stream: dict[str, LogSource | None] = {}

    async def read(self) -> None:
        """Reads up to the end that was set, or for ever; what an earlier reading was sure of is not asked for again."""
        tail = self._tail
        since_ms = max(tail.since_ms, min(self._head_ms, self._swept_ms))
        begun_ms = tail.clock() if tail.until_ms is None else tail.until_ms
        self._swept_ms = begun_ms - tail.window_ms
        await self._pages(since_ms, until_ms=tail.until_ms, head=True)
        self.read_ms = begun_ms
        if tail.until_ms is None:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._follow())
                tasks.create_task(self._sweep(begun_ms))

    def begin_live(self) -> None:
        """Live Tail is about to tell of events that are ingested from now on."""
        self._pairs.begin(self._ingested_ms)

    def hear(self, events: Sequence[Mapping[str, Any]], *, whole: bool) -> None:
        """Hands on what Live Tail tells and polling has not found.

        Args:
            events: members of a LiveTailSessionUpdate.
            whole: whether none was left out.
        """
        if whole:
            self.heard_ms = self._tail.clock()
        recent = [event for event in events if event["timestamp"] >= self._tail.since_ms]
        self._hand_on([event for event in self._wanted(recent) if self._pairs.heard(event)])

    def end_live(self) -> None:
        """Live Tail tells no more: the head looks at once."""
        self._pairs.end()
        if self._resting is not None:
            self._resting.cancel()

    async def _follow(self) -> None:
        """Reads what is newer than the newest event: soon again while events come, later while none do."""
        tail = self._tail
        while True:
            self._came = False
            await self._rest(self._longest_s if tail.live == "on" else self._pause_s)
            begun_ms = tail.clock()
            await self._pages(max(tail.since_ms, min(self._newest_ms, begun_ms) - self._overlap_ms), head=True)
            self.read_ms = begun_ms
            longer_s = min(self._pause_s * 1.5, self._longest_s)
            self._pause_s = self._soonest_s if self._came else longer_s

    @property
    def _overlap_ms(self) -> int:
        """How far the head looks back; less far under a flood, where what is late then waits for the sweep."""
        return round(min(OVERLAP_MS, AGAIN_AT_MOST * 1000 / max(1, self._tail.per_second)))

    async def _rest(self, seconds: float) -> None:
        """Waits so long, or until Live Tail ends."""
        self._resting = asyncio.ensure_future(self._tail.sleep(seconds))
        try:
            await asyncio.wait((self._resting,))
        finally:
            self._resting.cancel()

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
            await self._tail.room()
            if head:
                self._head_ms = max(since_ms, had_ms - OVERLAP_MS)
            try:
                answer = await self.connection.call_once(
                    "logs",
                    "FilterLogEvents",
                    logGroupName=self.name,
                    startTime=since_ms,
                    limit=PAGE,
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
                self._take(events)
                had_ms = events[-1]["timestamp"]
            following = answer.get("nextToken")
            if not following:
                return
            token = {"nextToken": following}

    def _take(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Hands on those of a page that were not had before."""
        fresh = self._wanted([event for event in events if self._known.add(_identity(event), event["timestamp"])])
        if fresh:
            self._newest_ms = max(self._newest_ms, fresh[-1].at_ms)
            self._hand_on(self._pairs.unheard(fresh))
        settled_ms = min(self._swept_ms, self._head_ms)
        self._known.forget(settled_ms)
        self._pairs.forget(settled_ms)

    def _wanted(self, events: Sequence[Mapping[str, Any]]) -> list[LogEvent]:
        """The events of the functions that were asked for, in order."""
        sequence = self._tail.sequence
        wanted = [
            LogEvent(event["timestamp"], event["ingestionTime"], next(sequence), source, stream, event["message"])
            for event in events
            if (source := self._source(stream := event["logStreamName"])) is not None
        ]
        wanted.sort()
        self._ingested_ms = max([self._ingested_ms, *(event.ingested_ms for event in wanted)])
        return wanted

    def _hand_on(self, events: list[LogEvent]) -> None:
        if events:
            self._came = True
            self._tail.late += sum(event.at_ms < self._shown_ms for event in events)
            self._shown_ms = max(self._shown_ms, events[-1].at_ms)
            self._tail.put(events)

    def _source(self, stream: str) -> LogSource | None:
        """Whose stream it is; None where it is that of a function that nobody asked for."""
        if stream not in self._of_stream:
            named = STREAM_OF_FUNCTION.match(stream)
            only = next(iter(self._sources.values()))
            self._of_stream[stream] = self._sources.get(named["function"]) if named and not only.own else only
        return self._of_stream[stream]


class Known:
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


class Pairs:
    """Shows an event once that Live Tail tells of, without an id, and polling finds too.

    What reads the same at the same millisecond in the same stream is counted: one more for each that was heard, one
    less for each that was polled. Whichever way leads has something that the other way has not shown.

    Args:
        window_ms: how late an event may arrive to be found by polling.
    """

    def __init__(self, window_ms: int) -> None:
        self._window_ms = window_ms
        self._after_ms: int | None = None
        """Epoch ms; what was ingested later can come both ways. None while Live Tail is off."""
        self._leads: defaultdict[int, Counter[tuple[int, str, str]]] = defaultdict(Counter)
        """By the second of the event, as in `Known`; what has come both ways equally often is not in it."""
        self._settled_s = 0

    def begin(self, ingested_ms: int) -> None:
        """Counts from now on; `ingested_ms` is the newest ingestion of all events that were had."""
        self._after_ms = ingested_ms

    def end(self) -> None:
        """Live Tail tells no more. What it told and was not polled yet is remembered still."""
        self._after_ms = None

    def heard(self, event: LogEvent) -> bool:
        """Whether to show an event that Live Tail tells; what polling is sure to have found is left to it."""
        if self._after_ms is None or event.ingested_ms <= self._after_ms:
            return False
        if event.at_ms // 1000 < self._settled_s:
            return event.ingested_ms - event.at_ms > self._window_ms
        return self._count(event, 1)

    def unheard(self, events: list[LogEvent]) -> list[LogEvent]:
        """Those of some polled events that are to be shown."""
        if self._after_ms is None and not self._leads:
            return events
        return [event for event in events if not self._both_ways(event) or self._count(event, -1)]

    def forget(self, before_ms: int) -> None:
        """Forgets the events of an earlier time, which will not be asked for again."""
        self._settled_s = before_ms // 1000
        for second in [second for second in self._leads if second < self._settled_s]:
            del self._leads[second]

    def _both_ways(self, event: LogEvent) -> bool:
        """Whether a polled event has been told, or may yet be."""
        if self._after_ms is not None and event.ingested_ms > self._after_ms:
            return True
        return _reading(event) in self._leads.get(event.at_ms // 1000, ())

    def _count(self, event: LogEvent, step: int) -> bool:
        """Counts an event for its way; whether that way leads now."""
        counts, reading = self._leads[event.at_ms // 1000], _reading(event)
        counts[reading] += step
        lead = counts[reading]
        if not lead:
            del counts[reading]
        return lead * step > 0


def _reading(event: LogEvent) -> tuple[int, str, str]:
    """What two events have in common that are taken for the same; white space at the end does not count."""
    return event.at_ms, event.stream, event.message.rstrip()


def cause_of(error: Exception) -> ConsoleError:
    """What went wrong first, in a group of tasks or alone; a Fault where that was not foreseen."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error if isinstance(error, ConsoleError) else Fault(error)


def _identity(event: Mapping[str, Any]) -> str:
    """What makes an event the same one when it is had again: its id, which emulators leave out at times."""
    return event.get("eventId") or f"{event['logStreamName']} {event['timestamp']} {event['message']}"
