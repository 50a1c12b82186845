"""Metrics from CloudWatch: in batches, no oftener than there can be news, and within a budget.

GetMetricData is charged by the metric, so that what is asked for is counted here. Raises only `lambdatui.errors`.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from lambdatui.aws.connection import Connection
from lambdatui.aws.faults import translated
from lambdatui.aws.paging import TOKEN, answers
from lambdatui.clock import now_ms
from lambdatui.errors import RequestRefused
from lambdatui.models.metric import (
    ERRORS,
    ITERATOR_AGE,
    LAMBDA,
    THROTTLES,
    Metric,
    MetricQuery,
    Series,
    Status,
    Window,
)

QUERIES_AT_MOST = 500
"""In one GetMetricData (facts 2.4)."""
DATAPOINTS_AT_MOST = 100_800
"""In the answer to one GetMetricData (facts 2.4)."""
USD_PER_METRIC = 0.01 / 1_000
"""What AWS charges for a metric asked for, in every region and from the first one on (facts 7.2)."""
BUDGET_USD = 0.25
"""For an hour."""

HOUR_MS = 3_600_000
RETRY_MS = 60_000
"""After which what AWS told in part or not at all is asked for again, where its period is longer."""
KEPT = 2_000
"""Series in memory: a few screens of functions in every window."""

SWEEP = (ERRORS, THROTTLES, ITERATOR_AGE)
"""What tells the unwell functions of a region. Metrics Insights has no percentiles: slow ones are found row by row."""
SWEPT_AT_MOST = 10_000
"""Metrics that one query of Metrics Insights looks at, in no order that is told (AWS: Metrics Insights quotas)."""
RANKED_AT_MOST = 500
"""Series that one query of Metrics Insights returns (AWS: Metrics Insights quotas)."""
SWEEP_EVERY_MS = 5 * 60_000
SWEEP_SHARE = 0.25
"""The part of the budget that is for sweeps, 0..1, lest they leave nothing for the rows on screen."""

_ROUNDING = 1e-6
"""Metrics that may be lost in adding up fractions."""

_STATUSES: Mapping[str, Status] = {
    "Complete": Status.COMPLETE,
    "PartialData": Status.PARTIAL,
    "Forbidden": Status.FORBIDDEN,
}
"""By AWS's StatusCode; InternalError, and what may come, is a failure."""
_WORDS: Mapping[Status, str] = {
    Status.COMPLETE: "",
    Status.PARTIAL: "AWS sent a part of the data",
    Status.FORBIDDEN: "not permitted",
    Status.FAILED: "AWS could not answer",
}
"""Where AWS does not say why."""


class Allowance:
    """Metrics that may be asked for in any hour: a fifth of them at once, the others as time goes by.

    Whoever asks for more than a fifth waits until that is whole, and then pays back what is over it.

    Args:
        per_hour: metrics.
    """

    BURST = 0.2

    def __init__(self, per_hour: float) -> None:
        self._burst = per_hour * self.BURST
        self._per_ms = per_hour * (1 - self.BURST) / HOUR_MS
        self._left = self._burst
        self._counted_at_ms: int | None = None

    def held_until_ms(self, metrics: int, now_ms: int) -> int | None:
        """When to look again, epoch ms, if so many may not be asked for yet: within the hour. None if they may."""
        gone_ms = max(now_ms - (self._counted_at_ms if self._counted_at_ms is not None else now_ms), 0)
        self._left = min(self._burst, self._left + gone_ms * self._per_ms)
        self._counted_at_ms = now_ms
        missing = min(metrics, self._burst) - self._left
        if self._per_ms and missing <= _ROUNDING:
            return None
        return now_ms + (min(ceil(missing / self._per_ms), HOUR_MS) if self._per_ms else HOUR_MS)

    def spend(self, metrics: int) -> None:
        """Takes so many off what is left."""
        self._left -= metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What was found unwell in a region."""

    series: Mapping[MetricQuery, Series] = field(default_factory=dict)
    """The metrics of `SWEEP` of the functions that have most of each."""
    whole: bool = False
    """Whether no function can have been left out that has more than those that are here."""
    looked_at: int = 0
    """How many functions were compared."""
    asked_ms: int = 0
    """Epoch ms; 0 for never."""


@dataclass(frozen=True, slots=True)
class _Kept:
    series: Series
    due_ms: int
    """When there can be news of it."""


class Metrics:
    """The metrics of one account in one region, asked for once however many panes want them.

    Args:
        connection: whose CloudWatch is asked.
        clock: the time, epoch ms.
        budget_usd_per_hour: US dollars; when they would be exceeded, what is known is given again, and
            `slowed_until_ms` says so. With 0, nothing is asked for at all.
    """

    def __init__(
        self,
        connection: Connection,
        clock: Callable[[], int] = now_ms,
        budget_usd_per_hour: float = BUDGET_USD,
    ) -> None:
        self.requested = 0
        """Metrics that AWS charges for, so far. Of a query of Metrics Insights, every metric that it looked at counts:
        AWS tells its price for alarms alone, and this is the dearest that it can be."""
        self.slowed_until_ms: int | None = None
        """Until when the budget holds back what `get` was asked for last, epoch ms; None where it does not."""
        self.sweep_slowed_until_ms: int | None = None
        """The same of `sweep`."""
        self._connection = connection
        self._clock = clock
        per_hour = budget_usd_per_hour / USD_PER_METRIC
        self._for_rows = Allowance(per_hour * (1 - SWEEP_SHARE))
        self._for_sweeps = Allowance(per_hour * SWEEP_SHARE)
        self._asking = asyncio.Lock()
        self._sweeping = asyncio.Lock()
        self._kept: dict[tuple[MetricQuery, Window], _Kept] = {}
        self._swept: dict[Window, Sweep] = {}

    @property
    def price_usd(self) -> float:
        """What all of it costs so far, US dollars, before tax and discounts."""
        return self.requested * USD_PER_METRIC

    async def get(self, queries: Iterable[MetricQuery], window: Window) -> dict[MetricQuery, Series]:
        """The series of each query over the window that ends now, in the order of the queries.

        Nothing is asked for again before a period has ended since, for there can be no news. A query that the budget
        holds back has the series of last time, and is absent where there is none. Those who ask at the same time wait
        for each other, and share.

        Raises:
            ConsoleError: AWS refused or did not answer; what it answered before that is kept for the next time.
        """
        wanted = tuple(dict.fromkeys(queries))
        async with self._asking:
            now = self._clock()
            due = [query for query in wanted if self._due_ms(query, window) <= now]
            self.slowed_until_ms = self._for_rows.held_until_ms(len(due), now) if due else None
            if self.slowed_until_ms is None:
                for period_s, batch in _batches(due, window):
                    for series in await self._ask(batch, period_s, window.range_ms(now, period_s)):
                        self._keep(series, window, now)
            found = {query: self._kept[query, window] for query in wanted if (query, window) in self._kept}
            self._forget(window, found)
        return {query: kept.series for query, kept in found.items()}

    async def sweep(self, functions: Sequence[str], window: Window) -> Sweep:
        """The functions of the region that are worst off by each metric of `SWEEP`: a query for each, however many
        functions there are, and no oftener than every `SWEEP_EVERY_MS` and the budget allow.

        Where the endpoint has no Metrics Insights, the first functions are asked for one by one.

        Args:
            functions: names of all functions of the region.

        Raises:
            ConsoleError: AWS refused or did not answer.
        """
        async with self._sweeping:
            now = self._clock()
            before = self._swept.get(window, Sweep())
            looked_at = min(len(functions), SWEPT_AT_MOST)
            if now < before.asked_ms + SWEEP_EVERY_MS:
                return before
            self.sweep_slowed_until_ms = self._for_sweeps.held_until_ms(looked_at * len(SWEEP), now)
            if self.sweep_slowed_until_ms is not None:
                return before
            found: dict[MetricQuery, Series] = {}
            for metric in SWEEP:
                ranked = await self._rank(metric, looked_at, window, now)
                if ranked is None:
                    return await self._one_by_one(functions, window, now)
                found |= ranked
            return self._remember(window, found, functions, looked_at, now)

    async def _rank(self, metric: Metric, looked_at: int, window: Window, now: int) -> dict[MetricQuery, Series] | None:
        """The functions with most of a metric; None where the endpoint cannot tell."""
        since_ms, until_ms = window.range_ms(now)
        aggregate = "SUM" if metric.stat == "Sum" else "MAX"
        expression = (
            f'SELECT {aggregate}({metric.name}) FROM SCHEMA("{LAMBDA}", FunctionName) GROUP BY FunctionName '  # noqa: S608
            f"ORDER BY {aggregate}() DESC LIMIT {RANKED_AT_MOST}"
        )
        asked = {"Id": "ranked", "Expression": expression, "Period": window.period_s}
        try:
            results = await self._results([asked], since_ms, until_ms, looked_at, self._for_sweeps)
        except RequestRefused:
            return None
        with translated(self._connection, "cloudwatch", "GetMetricData"):
            by_function: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
            for result in results:
                by_function[result.get("Label", "")].append(result)
            series = [_series(metric.of(name), window.period_s, parts) for name, parts in by_function.items()]
        if any(one.status in {Status.FAILED, Status.FORBIDDEN} for one in series):
            return None
        return {one.query: one for one in series if one.values}

    async def _one_by_one(self, functions: Sequence[str], window: Window, now: int) -> Sweep:
        first = functions[: QUERIES_AT_MOST // len(SWEEP)]
        found = await self.get((metric.of(name) for metric in SWEEP for name in first), window)
        return self._remember(window, found, functions, len(found) // len(SWEEP), now)

    def _remember(
        self, window: Window, found: Mapping[MetricQuery, Series], functions: Sequence[str], looked_at: int, now: int
    ) -> Sweep:
        complete = all(series.status is Status.COMPLETE for series in found.values())
        whole = complete and looked_at == len(functions)
        self._swept[window] = Sweep(series=found, whole=whole, looked_at=looked_at, asked_ms=now)
        return self._swept[window]

    async def _ask(self, batch: Sequence[MetricQuery], period_s: int, range_ms: tuple[int, int]) -> list[Series]:
        asked = [_as_aws(f"m{number}", query, period_s) for number, query in enumerate(batch)]
        results = await self._results(asked, *range_ms, len(batch), self._for_rows)
        with translated(self._connection, "cloudwatch", "GetMetricData"):
            by_id: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
            for result in results:
                by_id[result["Id"]].append(result)
            return [_series(query, period_s, by_id[f"m{number}"]) for number, query in enumerate(batch)]

    async def _results(
        self, asked: list[dict[str, Any]], since_ms: int, until_ms: int, charged: int, allowance: Allowance
    ) -> list[dict[str, Any]]:
        """The MetricDataResults of all pages. Each page counts: nobody says that AWS charges for the first alone."""
        results: list[dict[str, Any]] = []
        async for answer in answers(
            self._connection,
            "cloudwatch",
            "GetMetricData",
            TOKEN,
            MetricDataQueries=asked,
            StartTime=since_ms / 1_000,
            EndTime=until_ms / 1_000,
            ScanBy="TimestampAscending",
        ):
            self.requested += charged
            allowance.spend(charged)
            results += answer.get("MetricDataResults") or ()
        return results

    def _due_ms(self, query: MetricQuery, window: Window) -> int:
        kept = self._kept.get((query, window))
        return kept.due_ms if kept else 0

    def _keep(self, series: Series, window: Window, now: int) -> None:
        _, period_ends_ms = window.range_ms(now, series.period_s)
        before = self._kept.pop((series.query, window), None)
        if series.status is Status.COMPLETE:
            self._kept[series.query, window] = _Kept(series, period_ends_ms)
            return
        if before:
            since_ms, _ = window.range_ms(now, series.period_s)
            series = before.series.updated(series).since(since_ms)
        self._kept[series.query, window] = _Kept(series, min(period_ends_ms, now + RETRY_MS))

    def _forget(self, window: Window, found: Mapping[MetricQuery, _Kept]) -> None:
        """Drops what was not looked at for longest."""
        for query, kept in found.items():
            del self._kept[query, window]
            self._kept[query, window] = kept
        for key in list(self._kept)[:-KEPT]:
            del self._kept[key]


def _batches(queries: Iterable[MetricQuery], window: Window) -> Iterator[tuple[int, list[MetricQuery]]]:
    """The queries with the period to ask them with, seconds, as many together as AWS takes."""
    by_period: defaultdict[int, list[MetricQuery]] = defaultdict(list)
    for query in queries:
        by_period[max(query.period_s, window.period_s)].append(query)
    for period_s, alike in by_period.items():
        datapoints = max(window.span_s // period_s, 1)
        size = max(min(QUERIES_AT_MOST, DATAPOINTS_AT_MOST // datapoints), 1)
        for start in range(0, len(alike), size):
            yield period_s, alike[start : start + size]


def _as_aws(name: str, query: MetricQuery, period_s: int) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in query.dimensions]
    metric = {"Namespace": query.namespace, "MetricName": query.name, "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": period_s, "Stat": query.stat}}


def _series(query: MetricQuery, period_s: int, parts: Sequence[Mapping[str, Any]]) -> Series:
    """One series from what the pages say of it; the last page says how it ended."""
    points = {
        int(time.timestamp() * 1_000): float(value)
        for part in parts
        for time, value in zip(part.get("Timestamps") or (), part.get("Values") or (), strict=True)
    }
    status = _STATUSES.get(parts[-1].get("StatusCode", ""), Status.FAILED) if parts else Status.FAILED
    said = "; ".join(message.get("Value", "") for part in parts for message in part.get("Messages") or ())
    times_ms = tuple(sorted(points))
    return Series(
        query=query,
        period_s=period_s,
        times_ms=times_ms,
        values=tuple(points[time_ms] for time_ms in times_ms),
        status=status,
        why="" if status is Status.COMPLETE else said or _WORDS[status],
    )
