"""Which charts there are of a function's metrics, as data; and how series become drawings (facts 6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lambdatui.insight.cold_starts import COLD_STARTS
from lambdatui.insight.series import Values, bucketed, rates
from lambdatui.models.deployment import Deployment
from lambdatui.models.metric import (
    ASYNC_AGE,
    CONCURRENCY,
    DURATION_P95,
    ERRORS,
    INVOCATIONS,
    ITERATOR_AGE,
    PROVISIONED_UTILIZATION,
    THROTTLES,
    Metric,
    MetricQuery,
    Series,
    Status,
    Window,
)
from lambdatui.models.release import Alias, Version
from lambdatui.ui import figures
from lambdatui.ui.widgets.time_chart import Drawing, Level, Trace
from lambdatui.ui.widgets.trouble import FAILED, FORBIDDEN

Reach = Literal["function", "release", "version"]
"""Of what a metric tells: of all of a function, of one alias or version, of the version that ran for an alias."""
ALL: frozenset[Reach] = frozenset({"function", "release", "version"})
NOT_BY_VERSION: frozenset[Reach] = frozenset({"function", "release"})

LATE_MS = 120_000
"""How long datapoints take to be published: until then, none does not mean none. A rule of thumb."""

DURATION_P50 = Metric("Duration", "p50", "Milliseconds")
DURATION_P99 = Metric("Duration", "p99", "Milliseconds")


@dataclass(frozen=True, slots=True)
class Line:
    """One series of a chart, and how it is drawn."""

    metric: Metric
    label: str
    glyph: str
    colour: str
    drawn: Literal["area", "line", "dots"] = "line"
    over: Metric | None = None
    """What it is a share of, where it is one."""
    version: str = ""
    """The version that ran, where an alias is looked at by version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Some series in one unit."""

    title: str
    unit: Literal["Count", "Milliseconds", "Share"]
    lines: tuple[Line, ...]
    reach: frozenset[Reach] = ALL
    always: bool = False
    """Whether it means something of every function; others are shown where there is data."""
    levels: tuple[str, ...] = ()
    """The names of the limits that it is seen against."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a function is looked at: all of it, an alias, or an alias by the versions that ran for it."""

    alias: str = ""
    versions: tuple[str, ...] = ()

    @property
    def reach(self) -> Reach:
        return "version" if self.versions else "release" if self.alias else "function"

    def __str__(self) -> str:
        against = f", {' against '.join(self.versions)}" if self.versions else ""
        return f"alias {self.alias}{against}" if self.alias else "whole function"


def _count(name: str) -> Metric:
    return Metric(name, "Sum", "Count")


CHARTS = (
    Chart(
        title="Invocations",
        unit="Count",
        lines=(
            Line(INVOCATIONS, "invocations", "▒", "accent", "area"),
            Line(ERRORS, "errors", "x", "error", "dots"),
        ),
        always=True,
    ),
    Chart(
        title="Duration",
        unit="Milliseconds",
        lines=(
            Line(DURATION_P50, "p50", ".", "secondary"),
            Line(DURATION_P95, "p95", "o", "accent"),
            Line(DURATION_P99, "p99", "^", "warning"),
        ),
        always=True,
        levels=("timeout",),
    ),
    Chart(
        title="Throttles",
        unit="Count",
        lines=(Line(THROTTLES, "throttled", "x", "error", "dots"),),
        reach=NOT_BY_VERSION,
        always=True,
    ),
    Chart(
        title="Concurrency",
        unit="Count",
        lines=(Line(CONCURRENCY, "at once", "o", "accent"),),
        reach=NOT_BY_VERSION,
        always=True,
        levels=("reserved", "account"),
    ),
    Chart(
        title="Cold starts",
        unit="Share",
        lines=(Line(COLD_STARTS, "of invocations", "o", "accent", over=INVOCATIONS),),
        reach=frozenset({"function"}),
    ),
    Chart(
        title="Iterator age",
        unit="Milliseconds",
        lines=(Line(ITERATOR_AGE, "last record", "o", "accent"),),
        reach=frozenset({"function"}),
    ),
    Chart(
        title="Age of asynchronous events",
        unit="Milliseconds",
        lines=(Line(ASYNC_AGE, "oldest", "o", "accent"),),
        reach=NOT_BY_VERSION,
    ),
    Chart(
        title="Events lost",
        unit="Count",
        lines=(
            Line(_count("AsyncEventsDropped"), "dropped", "x", "error", "dots"),
            Line(_count("DeadLetterErrors"), "dead-letter errors", "o", "warning", "dots"),
            Line(_count("DestinationDeliveryFailures"), "destination failures", "+", "warning", "dots"),
        ),
        reach=frozenset({"function"}),
    ),
    Chart(
        title="Provisioned concurrency",
        unit="Share",
        lines=(Line(PROVISIONED_UTILIZATION, "used", "▒", "accent", "area"),),
        reach=frozenset({"release"}),
    ),
    Chart(
        title="Provisioned spillover",
        unit="Count",
        lines=(Line(_count("ProvisionedConcurrencySpilloverInvocations"), "spilled over", "x", "warning", "dots"),),
        reach=frozenset({"release"}),
    ),
    Chart(
        title="Function URL",
        unit="Count",
        lines=(
            Line(_count("UrlRequestCount"), "requests", "▒", "accent", "area"),
            Line(_count("Url4xxCount"), "4xx", "o", "warning", "dots"),
            Line(_count("Url5xxCount"), "5xx", "x", "error", "dots"),
        ),
        reach=NOT_BY_VERSION,
    ),
)
"""In the order in which they are shown. Where a metric is published is told by facts 6."""

_COMPARED = (("o", "accent"), ("x", "warning"))
"""The glyph and the colour of each of two versions."""


def comparison(versions: Sequence[str]) -> tuple[Chart, ...]:
    """The charts of an alias by the versions that ran for it, one against the other."""

    def lines(metric: Metric, over: Metric | None = None) -> tuple[Line, ...]:
        looks = zip(versions, _COMPARED, strict=False)
        return tuple(
            Line(metric, f"version {version}", glyph, colour, over=over, version=version)
            for version, (glyph, colour) in looks
        )

    return (
        Chart(title="Invocations", unit="Count", lines=lines(INVOCATIONS), always=True),
        Chart(title="Error rate", unit="Share", lines=lines(ERRORS, INVOCATIONS), always=True),
        Chart(title="Duration p50", unit="Milliseconds", lines=lines(DURATION_P50), always=True, levels=("timeout",)),
        Chart(title="Duration p95", unit="Milliseconds", lines=lines(DURATION_P95), always=True, levels=("timeout",)),
    )


def charts(scope: Scope) -> tuple[Chart, ...]:
    """The charts that there can be of a scope."""
    if scope.versions:
        return comparison(scope.versions)
    return tuple(chart for chart in CHARTS if scope.reach in chart.reach)


def scopes(aliases: Iterable[Alias], versions: Iterable[Version]) -> list[Scope]:
    """All that can be looked at, in turns: the whole function, each alias, and each alias by two versions.

    The other version is the one that shares the traffic, or else the one published before the alias' own.
    """
    published = sorted((int(version.number) for version in versions if version.published), reverse=True)
    found = [Scope()]
    for alias in aliases:
        found.append(Scope(alias.name))
        own = alias.function_version
        before = next((str(number) for number in published if own.isdecimal() and number < int(own)), None)
        other = next(iter(alias.additional), before)
        if other is not None:
            found.append(Scope(alias.name, (own, other)))
    return found


def queries(function: str, scope: Scope) -> list[MetricQuery]:
    """What CloudWatch has to be asked for to draw all charts of a scope."""
    found = [INVOCATIONS.of(function, qualifier=scope.alias)]
    for line in (line for chart in charts(scope) for line in chart.lines):
        metrics = (metric for metric in (line.metric, line.over) if metric is not COLD_STARTS)
        found += [_query(metric, line, function, scope) for metric in metrics if metric is not None]
    return list(dict.fromkeys(found))


def _query(metric: Metric, line: Line, function: str, scope: Scope) -> MetricQuery:
    return metric.of(function, qualifier=scope.alias, executed_version=line.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The stretch of time that is drawn."""

    window: Window
    now_ms: int
    """Epoch ms."""
    times: figures.Times = "relative"

    @property
    def since_ms(self) -> int:
        return self.window.range_ms(self.now_ms)[0]

    @property
    def until_ms(self) -> int:
        return self.window.range_ms(self.now_ms)[1]

    @property
    def bucket_ms(self) -> int:
        return self.window.period_s * 1_000

    def bucket(self, at_ms: int) -> int | None:
        """The bucket that a moment is in; None outside."""
        inside = self.since_ms <= at_ms < self.until_ms
        return (at_ms - self.since_ms) // self.bucket_ms if inside else None

    def starts_ms(self, bucket: int) -> int:
        """When a bucket begins, epoch ms."""
        return self.since_ms + bucket * self.bucket_ms

    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Four or five round times: the bucket, not always whole, and how it is written."""
        step_ms = next(step for step in _TICKS_MS if self.window.span_s * 1_000 <= 5 * step)
        first = -(-self.since_ms // step_ms) * step_ms
        return tuple(
            ((at - self.since_ms) / self.bucket_ms, self.clock(at)) for at in range(first, self.until_ms, step_ms)
        )

    def clock(self, at_ms: int) -> str:
        """A moment as the axis has room for it: the time, or the day where the window has several."""
        told = self._written(at_ms)
        return told[5:10] if self._days else told[11:16] + told[19:]

    def moment(self, at_ms: int) -> str:
        """A moment to the minute, with the day where the window has several."""
        told = self._written(at_ms)
        return (told[5:16] if self._days else told[11:16]) + told[19:]

    @property
    def _days(self) -> bool:
        return self.window.span_s > 2 * 86_400

    def _written(self, at_ms: int) -> str:
        return figures.absolute(at_ms, self.times)


_MINUTE_MS = 60_000
_TICKS_MS = tuple(minutes * _MINUTE_MS for minutes in (5, 15, 60, 6 * 60, 24 * 60, 2 * 24 * 60))


def drawings(
    function: str,
    scope: Scope,
    found: Mapping[MetricQuery, Series],
    span: Span,
    *,
    levels: Mapping[str, Level],
    marks: Iterable[tuple[int, str]] = (),
) -> Iterator[Drawing]:
    """The charts that have data, or a meaning for every function.

    Args:
        found: what was answered, by query; what is absent was not asked for, for want of budget.
        levels: the limits that are known, by name.
        marks: deployments, by bucket, with a letter.
    """
    invocations = found.get(INVOCATIONS.of(function, qualifier=scope.alias))
    ran = invocations is not None and bool(invocations.values)
    marks = tuple(marks)
    for chart in charts(scope):
        series = [found.get(_query(line.metric, line, function, scope)) for line in chart.lines]
        if not chart.always and not any(one is not None and (one.values or not one.known) for one in series):
            continue
        summed = all(line.metric.stat == "Sum" and line.over is None for line in chart.lines)
        yield Drawing(
            title=f"{chart.title} per {figures.age(span.bucket_ms)}" if summed else chart.title,
            unit=chart.unit,
            buckets=span.window.buckets,
            traces=tuple(_trace(line, function, scope, found, span, ran=ran) for line in chart.lines),
            levels=tuple(levels[name] for name in chart.levels if name in levels),
            ticks=span.ticks(),
            marks=marks,
        )


def _trace(
    line: Line, function: str, scope: Scope, found: Mapping[MetricQuery, Series], span: Span, *, ran: bool
) -> Trace:
    series = found.get(_query(line.metric, line, function, scope))
    values = _values(series, span, ran=ran)
    if line.over is not None:
        values = rates(values, _values(found.get(_query(line.over, line, function, scope)), span, ran=ran))
    return Trace(
        label=line.label,
        values=values,
        glyph=line.glyph,
        colour=line.colour,
        drawn=line.drawn,
        adds_up=line.metric.stat == "Sum" and line.over is None,
        note=_note(series, span),
    )


def _values(series: Series | None, span: Span, *, ran: bool) -> Values:
    """The series by bucket. Where nothing can have been published yet, nothing is taken for zero."""
    if series is None:
        return (None,) * span.window.buckets
    counted, published = (
        bucketed(series, span.since_ms, span.until_ms, span.window.buckets, ran=zeros) for zeros in (ran, False)
    )
    settled = span.bucket(span.now_ms - LATE_MS) or 0
    return (*counted[:settled], *published[settled:])


def _note(series: Series | None, span: Span) -> str:
    if series is None:
        return "not asked for"
    if series.status is Status.PARTIAL and series.query.name == COLD_STARTS.name:
        until_ms = series.times_ms[-1] + series.period_s * 1_000 if series.times_ms else span.since_ms
        return f"partial: read until {span.moment(until_ms)}"
    return {
        Status.COMPLETE: "",
        Status.PARTIAL: "in part",
        Status.FORBIDDEN: f"{FORBIDDEN[0]} not permitted",
        Status.FAILED: f"{FAILED[0]} {series.why}",
    }[series.status]


def lettered(deployments: Sequence[Deployment], span: Span) -> list[tuple[int, str]]:
    """A letter for each bucket in which something changed, A first; those of one bucket share it."""
    buckets = dict.fromkeys(bucket for one in deployments if (bucket := span.bucket(one.at_ms)) is not None)
    return [(bucket, LETTERS[number % len(LETTERS)]) for number, bucket in enumerate(buckets)]


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
