"""The pulse of a region: who has most of what, how near the account is to its limit, and what changed last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lambdatui.insight.health import ITERATOR_AGE_MS
from lambdatui.insight.series import last, peak, rate, share_of_timeout, total, typical
from lambdatui.models.concurrency import AccountConcurrency
from lambdatui.models.function import FunctionSummary
from lambdatui.models.metric import (
    CONCURRENCY,
    DURATION_P95,
    ERRORS,
    INVOCATIONS,
    ITERATOR_AGE,
    THROTTLES,
    Metric,
    MetricQuery,
    Series,
)

CLAIMED = Metric("ClaimedAccountConcurrency", "Maximum", "Count")
"""What decides about throttling: what runs unreserved, and all that is reserved or provisioned (facts 3.6)."""
OF_REGION = (INVOCATIONS, ERRORS, THROTTLES, DURATION_P95, CONCURRENCY, CLAIMED)
"""What is asked of all functions together."""
OF_LOOKED_AT = (INVOCATIONS, DURATION_P95)
"""What is asked of some functions besides, for a sweep does not tell it."""

NEAR_LIMIT = 0.7
"""Share of the account's concurrency, 0..1, from which on AWS suggests an alarm (facts 3.6, C5)."""
LOOKED_AT = 40
"""Functions that are asked about one by one: with `OF_LOOKED_AT`, less than a fifth of one GetMetricData."""
LATELY_MS = 3_600_000

Found = Mapping[MetricQuery, Series]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A function with what it is ranked by, in the metric's unit."""

    function: str
    value: float


@dataclass(frozen=True, slots=True)
class Slow:
    """A function by how much of its timeout it uses."""

    function: FunctionSummary
    p95_ms: float
    share: float
    """Of the timeout, 0..1."""


def ranking(
    found: Found, metric: Metric, measure: Callable[[Series], float | None] = total, over: float = 0.0
) -> tuple[Ranked, ...]:
    """The functions that have some of a metric, those with most first, equal ones by name.

    Args:
        measure: makes one value of a series.
        over: leaves out who has no more than this.
    """
    ranked = (
        Ranked(function_of(query), measure(series) or 0.0)
        for query, series in found.items()
        if query == metric.of(function_of(query))
    )
    return tuple(sorted((one for one in ranked if one.value > over), key=lambda one: (-one.value, one.function)))


def function_of(query: MetricQuery) -> str:
    """The name of the function that a query is about; empty where it is about the region."""
    return dict(query.dimensions).get("FunctionName", "")


def behind(found: Found) -> tuple[Ranked, ...]:
    """The functions whose streams' records wait too long, by how long the newest of them waited."""
    return ranking(found, ITERATOR_AGE, last, ITERATOR_AGE_MS)


def functions_in(found: Found) -> frozenset[str]:
    """The names of all functions that something is told of."""
    return frozenset(map(function_of, found)) - {""}


def to_look_at(found: Found, functions: Iterable[str], most: int = LOOKED_AT) -> tuple[str, ...]:
    """The functions to ask about one by one: unwell ones, then those that ran, then others.

    Errors, throttles and ages do not compare. So each has a ranking of its own, and whoever stands first in one of
    them comes before all that stand second.

    Args:
        found: a sweep.
        functions: the names of all functions of the region.
        most: no more than so many.
    """
    places: dict[str, int] = {}
    for ranked in (ranking(found, ERRORS), ranking(found, THROTTLES), behind(found)):
        for place, one in enumerate(ranked):
            places[one.function] = min(place, places.get(one.function, place))
    ran = {function_of(query) for query, series in found.items() if series.values}
    return tuple(sorted(functions, key=lambda name: (places.get(name, len(ran)), name not in ran))[:most])


def slowest(found: Found, functions: Iterable[FunctionSummary]) -> tuple[Slow, ...]:
    """The functions of which a p95 is known, those first that come nearest to their timeout."""
    known = []
    for function in functions:
        p95_ms = typical(found.get(DURATION_P95.of(function.name)), found.get(INVOCATIONS.of(function.name)))
        share = share_of_timeout(p95_ms, function.timeout_s)
        if p95_ms is not None and share is not None:
            known.append(Slow(function, p95_ms, share))
    return tuple(sorted(known, key=lambda slow: (-slow.share, slow.function.name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How near the account came to its limit in the region."""

    limit: int | None
    reserved: int | None
    claimed: float | None
    """The highest in the window; None where nothing was published, as when nothing ran."""
    peak: float | None
    """The most that ran at the same time in the window."""

    @property
    def share(self) -> float | None:
        """What was claimed of the limit, 0..1; what is reserved is claimed at all times."""
        return rate(self.claimed if self.claimed is not None else self.reserved, self.limit)


def account(found: Found, concurrency: AccountConcurrency | None) -> Account:
    """The account, as far as it is known.

    Args:
        found: the metrics of the region.
        concurrency: limit and reservations; None where they are not known.
    """
    return Account(
        limit=concurrency.limit if concurrency else None,
        reserved=concurrency.reserved if concurrency else None,
        claimed=peak(found.get(CLAIMED.of_region)),
        peak=peak(found.get(CONCURRENCY.of_region)),
    )


def changed(functions: Iterable[FunctionSummary], now_ms: int) -> tuple[FunctionSummary, ...]:
    """The functions whose code or configuration changed within the last hour, the newest change first.

    Args:
        now_ms: epoch ms.
    """
    lately = [function for function in functions if (function.last_modified or 0) > now_ms - LATELY_MS]
    return tuple(sorted(lately, key=lambda function: (-(function.last_modified or 0), function.name)))
