"""What CloudWatch measured: what can be asked for, over which stretch of time, and the datapoints that came back."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from enum import StrEnum

LAMBDA = "AWS/Lambda"

Dimensions = tuple[tuple[str, str], ...]
"""Names and values. CloudWatch matches the whole set or nothing (facts 6)."""

_DAY_S = 86_400
RETENTION = ((15 * _DAY_S, 60), (63 * _DAY_S, 300), (455 * _DAY_S, 3_600))
"""Up to which age, and by which multiple, a period in seconds finds data (facts 2.4)."""


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """One metric and the statistic that is wanted of it."""

    name: str
    stat: str
    """In AWS's words: ``Sum``, ``Maximum``, ``p95``."""
    dimensions: Dimensions = ()
    """None for the total of the region."""
    namespace: str = LAMBDA
    period_s: int = 60
    """Seconds between two datapoints as AWS publishes them; a window may ask for fewer."""

    @property
    def counts(self) -> bool:
        """Whether a datapoint counts events, so that none means none; of all others, none means unknown (facts 6)."""
        return self.stat in {"Sum", "SampleCount"}


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of `AWS/Lambda` with the statistic that makes sense for it (facts 6)."""

    name: str
    stat: str
    unit: str
    """In CloudWatch's words: ``Count``, ``Milliseconds``, ``None`` for a share of 1."""

    def of(self, function: str, *, qualifier: str = "", executed_version: str = "") -> MetricQuery:
        """The query for a function as a whole, for one of its releases, or for the version that ran behind an alias.

        Args:
            qualifier: an alias or a version; empty for all of them together.
            executed_version: only with an alias.
        """
        resource = (("Resource", f"{function}:{qualifier}"),) if qualifier else ()
        executed = (("ExecutedVersion", executed_version),) if executed_version else ()
        return MetricQuery(self.name, self.stat, (("FunctionName", function), *resource, *executed))

    @property
    def of_region(self) -> MetricQuery:
        """The query for all functions of the region together."""
        return MetricQuery(self.name, self.stat)


INVOCATIONS = Metric("Invocations", "Sum", "Count")
ERRORS = Metric("Errors", "Sum", "Count")
THROTTLES = Metric("Throttles", "Sum", "Count")
DURATION_P95 = Metric("Duration", "p95", "Milliseconds")
CONCURRENCY = Metric("ConcurrentExecutions", "Maximum", "Count")
PROVISIONED_UTILIZATION = Metric("ProvisionedConcurrencyUtilization", "Maximum", "None")
ITERATOR_AGE = Metric("IteratorAge", "Maximum", "Milliseconds")
ASYNC_AGE = Metric("AsyncEventAge", "Maximum", "Milliseconds")

EVERY_FUNCTION = (INVOCATIONS, ERRORS, DURATION_P95, THROTTLES, CONCURRENCY)
"""What the row of any function shows."""
STREAM_READERS = (ITERATOR_AGE,)
"""What is asked besides of a function that reads Kinesis, DynamoDB or DocumentDB."""
ASYNCHRONOUS = (ASYNC_AGE,)
"""What is asked besides of a function that is invoked asynchronously."""
FUNCTION_METRICS = (*EVERY_FUNCTION, *STREAM_READERS, *ASYNCHRONOUS)


class Status(StrEnum):
    """How far the datapoints of a series can be trusted."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    """Some datapoints are missing, and AWS does not say which."""
    FORBIDDEN = "forbidden"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The datapoints of one query, oldest first. Where nothing was published, there is none: gaps stay gaps."""

    query: MetricQuery
    period_s: int
    """Seconds that one datapoint covers, from its time on."""
    times_ms: tuple[int, ...] = ()
    """Epoch ms; the beginning of each period."""
    values: tuple[float, ...] = ()
    """In the metric's unit."""
    status: Status = Status.COMPLETE
    why: str = ""
    """AWS's words where the status is not complete."""

    @property
    def known(self) -> bool:
        """Whether the absence of a datapoint says something, or there are datapoints at all."""
        return self.status is Status.COMPLETE or bool(self.times_ms)

    def updated(self, later: Series) -> Series:
        """`later`, with the datapoints of this series where the later one has none: a later datapoint replaces every
        one that covers some of the same time, even if the periods differ."""
        covered = [(time_ms, time_ms + later.period_s * 1_000) for time_ms in later.times_ms]
        length_ms = self.period_s * 1_000
        points = dict(zip(later.times_ms, later.values, strict=True))
        for time_ms, value in zip(self.times_ms, self.values, strict=True):
            if not any(time_ms < end and start < time_ms + length_ms for start, end in covered):
                points[time_ms] = value
        times_ms = tuple(sorted(points))
        return replace(later, times_ms=times_ms, values=tuple(points[time_ms] for time_ms in times_ms))

    def since(self, since_ms: int) -> Series:
        """The same without what lies before `since_ms`, epoch ms."""
        first = bisect_left(self.times_ms, since_ms)
        return replace(self, times_ms=self.times_ms[first:], values=self.values[first:])


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time that ends now."""

    name: str
    span_s: int
    """Seconds."""
    wished_period_s: int
    """Seconds, as fine as would look well."""

    @property
    def period_s(self) -> int:
        """Seconds between datapoints: as wished, or as fine as AWS still has them."""
        return retained_period_s(self.span_s, self.wished_period_s)

    @property
    def buckets(self) -> int:
        """How many periods there are."""
        return self.span_s // self.period_s

    def range_ms(self, now_ms: int, period_s: int = 0) -> tuple[int, int]:
        """From when, included, until when, excluded: epoch ms, on the boundaries of periods, with the running one.

        Args:
            now_ms: epoch ms.
            period_s: seconds, where it is not the window's own.
        """
        period_ms = (period_s or self.period_s) * 1_000
        until_ms = (now_ms // period_ms + 1) * period_ms
        return until_ms - max(self.span_s * 1_000 // period_ms, 1) * period_ms, until_ms


def retained_period_s(age_s: int, wished_s: int) -> int:
    """The finest period, in seconds, not below `wished_s` for which AWS has data as old as `age_s` seconds.

    With any other, GetMetricData answers nothing at all, and no error (facts 2.4).
    """
    multiple = next((multiple for limit, multiple in RETENTION if age_s <= limit), RETENTION[-1][1])
    return -(-wished_s // multiple) * multiple


FIFTEEN_MINUTES = Window("15 m", 15 * 60, 60)
HOUR = Window("1 h", 3_600, 60)
THREE_HOURS = Window("3 h", 3 * 3_600, 300)
DAY = Window("24 h", _DAY_S, 900)
WEEK = Window("7 d", 7 * _DAY_S, 3_600)
WINDOWS = (FIFTEEN_MINUTES, HOUR, THREE_HOURS, DAY, WEEK)
