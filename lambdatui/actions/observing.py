"""How the old and the new version of a flight do: metrics, alarms and log since it began, as evidence to judge by.

Metrics are counted by minute, and come a minute or two after it; a minute counts when there was time for that. They
are read anew from the beginning each time, for AWS adds to what it has told: an error is stamped with the time at which
its invocation began (facts 6).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from lambdatui.aws.alarms import list_alarms
from lambdatui.aws.cold_starts import PAGES, pattern
from lambdatui.aws.connection import Connection
from lambdatui.aws.functions import get_function
from lambdatui.aws.log_groups import STREAM_OF_FUNCTION
from lambdatui.aws.metrics import Metrics
from lambdatui.aws.paging import SMALL_TOKEN, answers
from lambdatui.clock import now_ms
from lambdatui.errors import AccessDenied, ConsoleError, NotFound
from lambdatui.insight.canary import Evidence, Tally, interval, totals
from lambdatui.insight.shift_metrics import OF_VERSION, Measured, Points, percentiles
from lambdatui.insight.version_log import TERMS, LoggedError, VersionLog, version_of
from lambdatui.models.alarm import CompositeAlarm, Watched, watches
from lambdatui.models.log import LogSource
from lambdatui.models.metric import THROTTLES, Series, Status, Window

MINUTE_MS = 60_000
EVERY_MS = 30_000
"""No look sooner after the last one: nothing can have come."""
SETTLED_MS = MINUTE_MS
"""After its end, a minute's metrics have mostly come."""
RECENT_MS = 5 * MINUTE_MS
"""Throttles are held against a flight for so long: they pass, and are no version's fault."""
BASELINE_MS = 60 * MINUTE_MS
"""How long before the flight the log is read: an error that the old version had then is not the new one's."""
OVERLAP_MS = MINUTE_MS
"""How late an event may arrive in the log and still be found."""

T = TypeVar("T")


class Shift(Protocol):
    """What is looked at, whoever runs it: an alias on its way from one version to another."""

    @property
    def function(self) -> str: ...
    @property
    def alias(self) -> str: ...
    @property
    def old(self) -> str: ...
    @property
    def new(self) -> str: ...
    @property
    def began_ms(self) -> int:
        """Epoch ms."""

    @property
    def step_began_ms(self) -> int:
        """Since when the new version has the share that it has, epoch ms."""


@dataclass(frozen=True, slots=True)
class VersionFigures:
    """How one version did since the flight began."""

    tally: Tally = field(default_factory=Tally)
    percentiles: Mapping[str, float] = field(default_factory=dict)
    """Duration in ms by ``p50``, ``p95`` and ``p99``, as far as known: those of the minutes, by their invocations."""
    cold_starts: int | None = None
    """None where the log could not be read."""

    @property
    def invocations(self) -> int:
        return self.tally.invocations

    @property
    def errors(self) -> int:
        return self.tally.errors

    @property
    def interval(self) -> tuple[float, float] | None:
        """The error rate's confidence interval, 95 %, as shares; None where nothing was invoked."""
        return interval(self.tally)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the last look found."""

    old: VersionFigures = field(default_factory=VersionFigures)
    new: VersionFigures = field(default_factory=VersionFigures)
    throttles: int = 0
    """Of the alias, since the flight began."""
    share: float | None = None
    """The new version's of what was invoked since the step began, 0..1; None where nothing is known to have been."""
    errors: tuple[LoggedError, ...] = ()
    """The new version's last ones in the log, oldest first."""
    newest_ms: int | None = None
    """The beginning of the newest minute with metrics, epoch ms; None where there is none."""
    missing: tuple[str, ...] = ()
    """What could not be looked at, and why."""


class Observer:
    """Looks at the versions of one shift, no oftener than there can be news.

    Args:
        connection: to where the function is. Metrics are charged: 11 a minute, which is 0.7 US cents an hour.
    """

    def __init__(self, connection: Connection) -> None:
        self.figures = Figures()
        self._connection = connection
        self._metrics = Metrics(connection)
        self._looked_ms: int | None = None
        self._evidence = Evidence()
        self._sources: tuple[LogSource, ...] = ()
        self._read_ms: dict[LogSource, int] = {}
        self._logs: defaultdict[str, VersionLog] = defaultdict(VersionLog)
        self._before = VersionLog()
        """What the old version logged, before the flight too."""

    @property
    def price_usd(self) -> float:
        """What it cost so far, US dollars."""
        return self._metrics.price_usd

    async def __call__(self, shift: Shift) -> Evidence:
        """What is known of both versions since the flight began, and what could not be had of it for now.

        That is enough to go back by, as the case may be, and never to go on.
        """
        now = now_ms()
        if self._looked_ms is not None and 0 <= now - self._looked_ms < EVERY_MS:
            return self._evidence
        missing: list[str] = []
        unseen: list[str] = []
        alarms = await _part("alarms", _fired(self._connection, shift), missing, unseen) or ()
        logged = await _part("log", self._read_logs(shift, now), missing, unseen)
        old, new = self._logs[shift.old], self._logs[shift.new]
        fatal = {kind: count for kind, count in new.fatal.items() if kind not in self._before.errors}
        try:
            measured = await self._measure(shift, now)
        except ConsoleError as error:
            unseen.insert(0, error.title)
            self.figures = replace(self.figures, missing=(*missing, *unseen))
            return replace(self._evidence, alarms=alarms, fatal=fatal, unseen="; ".join(unseen))
        settled_ms = _settled_ms(now, measured.period_ms)
        old_tally, new_tally = totals(list(measured.periods.values()))
        self.figures = Figures(
            old=VersionFigures(old_tally, percentiles(measured.old), len(old.cold) if logged else None),
            new=VersionFigures(new_tally, percentiles(measured.new), len(new.cold) if logged else None),
            throttles=measured.throttled(),
            share=measured.share(shift.step_began_ms),
            errors=tuple(new.last),
            newest_ms=measured.newest_ms,
            missing=(*missing, *unseen),
        )
        self._looked_ms = now
        self._evidence = Evidence(
            periods=tuple(measured.periods.values()),
            slower=measured.slower,
            fatal=fatal,
            alarms=alarms,
            throttles=measured.throttled(settled_ms - RECENT_MS),
            late_s=measured.late_s(settled_ms),
            unseen="; ".join(unseen),
        )
        return self._evidence

    async def _measure(self, shift: Shift, now: int) -> Measured:
        began_ms = shift.began_ms // MINUTE_MS * MINUTE_MS
        window = Window("flight", max(now - began_ms, 0) // MINUTE_MS * 60 + 60, 60)
        throttles = THROTTLES.of(shift.function, qualifier=shift.alias)
        of_version = {
            version: {
                metric: metric.of(shift.function, qualifier=shift.alias, executed_version=version)
                for metric in OF_VERSION
            }
            for version in (shift.old, shift.new)
        }
        queries = (query for by_metric in of_version.values() for query in by_metric.values())
        found = await self._metrics.get([*queries, throttles], window)
        settled_ms = _settled_ms(now, window.period_s * 1_000)
        told = {
            version: {
                metric: _points(found.get(query), shift.began_ms, settled_ms) for metric, query in by_metric.items()
            }
            for version, by_metric in of_version.items()
        }
        return Measured(
            old=told[shift.old],
            new=told[shift.new],
            throttles=_points(found.get(throttles), shift.began_ms, settled_ms),
            period_ms=window.period_s * 1_000,
        )

    async def _read_logs(self, shift: Shift, now: int) -> bool:
        """Reads what the log has to tell since last time; whether there is a log at all."""
        if not self._sources:
            self._sources = await self._find_sources(shift)
        read = await asyncio.gather(*(self._read_log(source, shift, now) for source in self._sources))
        return any(read)

    async def _find_sources(self, shift: Shift) -> tuple[LogSource, ...]:
        """Where both versions log: that is part of each one's configuration."""
        groups = []
        for version in (shift.old, shift.new):
            logging = (await get_function(self._connection, shift.function, version)).configuration.logging_config
            groups.append((logging and logging.log_group) or f"/aws/lambda/{shift.function}")
        return tuple(LogSource(function=shift.function, group=group) for group in dict.fromkeys(groups))

    async def _read_log(self, source: LogSource, shift: Shift, now: int) -> bool:
        since_ms = min(self._read_ms.get(source, shift.began_ms - BASELINE_MS), now - OVERLAP_MS)
        pages = answers(
            self._connection,
            "logs",
            "FilterLogEvents",
            SMALL_TOKEN,
            logGroupName=source.group,
            startTime=since_ms,
            endTime=now,
            filterPattern=pattern(TERMS),
        )
        number, read_ms = 0, since_ms
        try:
            async for page in pages:
                for event in page.get("events") or ():
                    self._take(source, shift, event["timestamp"], event["logStreamName"], event["message"])
                    read_ms = max(read_ms, event["timestamp"])
                number += 1
                if number == PAGES and page.get(SMALL_TOKEN[1]):
                    break
            else:
                read_ms = now - OVERLAP_MS
        except NotFound:
            return False  # it is made by the first invocation (facts 5.1)
        self._read_ms[source] = read_ms
        return True

    def _take(self, source: LogSource, shift: Shift, at_ms: int, stream: str, message: str) -> None:
        named = None if source.own else STREAM_OF_FUNCTION.match(stream)
        version = version_of(stream)
        if version is None or (named is not None and named["function"] != shift.function):
            return
        if version == shift.old:
            self._before.take(at_ms, stream, message)
        if at_ms >= shift.began_ms:
            self._logs[version].take(at_ms, stream, message)


def _settled_ms(now: int, period_ms: int) -> int:
    """The beginning of the newest period, epoch ms, that ended long enough ago for its metrics to have come."""
    return (now - SETTLED_MS) // period_ms * period_ms - period_ms


def _points(series: Series | None, began_ms: int, settled_ms: int) -> Points:
    """The datapoints of the minutes that are settled and began after the shift: before, the shares were others.

    Raises:
        ConsoleError: AWS told none, or only a part.
    """
    if series is None or series.status is not Status.COMPLETE:
        raise ConsoleError(f"metrics could not be had: {series.why if series else 'the budget is spent'}")
    points = zip(series.times_ms, series.values, strict=True)
    return {time_ms: value for time_ms, value in points if began_ms <= time_ms <= settled_ms}


async def _fired(connection: Connection, shift: Shift) -> tuple[str, ...]:
    """The alarms that watch what the new version does for the alias, and fire since the flight began."""
    firing = [alarm async for page in list_alarms(connection, firing=True) for alarm in page]
    fired = [alarm for alarm in firing if alarm.firing and (alarm.since_ms or 0) >= shift.began_ms]
    ruled = any(isinstance(alarm, CompositeAlarm) for alarm in fired)
    among = [alarm async for page in list_alarms(connection) for alarm in page] if ruled else fired
    return tuple(
        watch.alarm.alarm_name
        for watch in watches(fired, among)
        if any(_concerns(watched, shift) for watched in watch.watched)
    )


def _concerns(watched: Watched, shift: Shift) -> bool:
    """Whether an alarm's metric has the new version in it, as the alias's traffic brings it there (facts 6)."""
    resources = {"", f"{shift.function}:{shift.alias}", f"{shift.function}:{shift.new}"}
    return (
        watched.function == shift.function
        and watched.resource in resources
        and watched.executed_version in {"", shift.new}
    )


async def _part(what: str, reading: Awaitable[T], missing: list[str], unseen: list[str]) -> T | None:
    """What helps to judge; where the operator may not see it `missing` says so, and where nobody can now, `unseen`."""
    try:
        return await reading
    except AccessDenied as error:
        missing.append(f"{what}: {error.title}")
    except ConsoleError as error:
        unseen.append(f"{what}: {error.title}")
    return None
