"""What CloudWatch measured of two versions that share an alias's traffic, minute by minute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from lambdatui.insight.canary import Period, Tally, totals
from lambdatui.models.metric import ERRORS, INVOCATIONS, Metric

LATE_MS = 180_000
"""How much later than ever before a datapoint has to be to be called late: a minute or two is usual."""

DURATIONS = {name: Metric("Duration", name, "Milliseconds") for name in ("p50", "p95", "p99")}
COMPARED = ("p95", "p99")
"""The percentiles that tell which version is the slower one."""
OF_VERSION = (INVOCATIONS, ERRORS, *DURATIONS.values())
"""What is asked for of each version."""

Points = Mapping[int, float]
"""Values by the beginning of their minute, epoch ms."""


@dataclass(frozen=True)
class Measured:
    """The metrics of both versions since the shift began, as far as minutes are settled.

    Args:
        old: by metric, those of `OF_VERSION`.
        new: the same.
        throttles: of the alias.
        period_ms: how long a minute is; longer only where AWS has no finer metrics any more.
    """

    old: Mapping[Metric, Points]
    new: Mapping[Metric, Points]
    throttles: Points
    period_ms: int = 60_000

    @cached_property
    def periods(self) -> dict[int, Period]:
        """The minutes in which either was invoked, by their beginning, oldest first."""
        invoked = sorted(self.old[INVOCATIONS].keys() | self.new[INVOCATIONS].keys())
        return {minute: Period(_tally(self.old, minute), _tally(self.new, minute)) for minute in invoked}

    @property
    def newest_ms(self) -> int | None:
        """The beginning of the newest minute, epoch ms; None where there is none."""
        return max(self.periods, default=None)

    @cached_property
    def slower(self) -> dict[str, float]:
        """How many times the old version's duration the new one's is, by percentile.

        Of the minutes in which both were invoked, each as often as the new version was, so that a slow hour tells
        against neither.
        """
        weights = self.new[INVOCATIONS]
        ratios = {}
        for name in COMPARED:
            metric = DURATIONS[name]
            both = self.old[metric].keys() & self.new[metric].keys()
            old, new = (mean(version[metric], weights, both) for version in (self.old, self.new))
            if old and new is not None:
                ratios[name] = new / old
        return ratios

    def share(self, since_ms: int) -> float | None:
        """The new version's share of the invocations of the minutes from a time on, 0..1; None where none is known."""
        old, new = totals([period for minute, period in self.periods.items() if minute >= since_ms])
        invocations = (old + new).invocations
        return new.invocations / invocations if invocations else None

    def throttled(self, since_ms: int = 0) -> int:
        """How many invocations of the alias were throttled from a time on, epoch ms."""
        return round(sum(count for minute, count in self.throttles.items() if minute >= since_ms))

    def late_s(self, settled_ms: int) -> float | None:
        """How many seconds the next datapoint is overdue; None where it is not, or there never was one.

        It is due after the longest pause there was: an alias that is called every ten minutes is not late after five.

        Args:
            settled_ms: the beginning of the newest minute that is settled, epoch ms.
        """
        if self.newest_ms is None:
            return None
        pauses = (later - former for former, later in pairwise(self.periods))
        overdue_ms = settled_ms - self.newest_ms - max(pauses, default=self.period_ms)
        return overdue_ms / 1_000 if overdue_ms >= LATE_MS else None


def percentiles(version: Mapping[Metric, Points]) -> dict[str, float]:
    """A version's durations in ms by percentile: the mean of its minutes, each as often as it was invoked."""
    means = {name: mean(version[metric], version[INVOCATIONS], version[metric]) for name, metric in DURATIONS.items()}
    return {name: value for name, value in means.items() if value is not None}


def mean(points: Points, weights: Points, minutes: Iterable[int]) -> float | None:
    """The mean over some minutes by weight; None where nothing weighs anything."""
    weighed = {minute: weights.get(minute, 0.0) for minute in minutes}
    whole = sum(weighed.values())
    return sum(points[minute] * weight for minute, weight in weighed.items()) / whole if whole else None


def _tally(version: Mapping[Metric, Points], minute: int) -> Tally:
    """No datapoint of a count means none (facts 6)."""
    return Tally(round(version[INVOCATIONS].get(minute, 0)), round(version[ERRORS].get(minute, 0)))
