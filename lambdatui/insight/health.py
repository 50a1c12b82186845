"""How a function is, in one word, one glyph and one line with the numbers that say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from lambdatui.insight.series import last, peak, rate, share_of_timeout, total, typical
from lambdatui.insight.shares import percent
from lambdatui.models.metric import (
    ASYNC_AGE,
    CONCURRENCY,
    DURATION_P95,
    ERRORS,
    INVOCATIONS,
    ITERATOR_AGE,
    THROTTLES,
    MetricQuery,
    Series,
)

ERROR_RATE = 0.01
"""Share of invocations, 0..1, over which a function fails (facts 9.3, T9)."""
ERRORS_AT_LEAST = 3
"""Fewer do not make a rate. A rule of thumb."""
DEVIATIONS = 1.0
"""By how many standard deviations of the errors' number they must be too many, lest a few by chance make a function
seem to fail that is used little. A rule of thumb."""
NEAR_TIMEOUT = 0.8
"""Share of the timeout, 0..1, from which on a function is slow (facts 9.3, T1)."""
ITERATOR_AGE_MS = 30_000
"""From which on a reader of a stream is behind: where AWS suggests an alarm (facts 9.2, S3)."""
QUEUE_AGE_MS = 15 * 60_000
"""From which on a reader of a queue is behind. A rule of thumb: half of the queue's retention (facts 9.1, Q8) is told
by no list, and two days unless somebody set it."""
NEAR_LIMIT = 0.8
"""Share of the concurrency limit, 0..1, from which on a function is near it. A rule of thumb."""
ASYNC_AGE_SHARE = 0.5
"""Share of the age, 0..1, at which asynchronous events are given up (facts 9.1, A3)."""
MAX_ASYNC_AGE_S = 6 * 3_600
"""Seconds after which AWS gives up an asynchronous event, unless the function says otherwise (facts 3.8)."""


class State(StrEnum):
    """How a function is, the worst first. The value is also the name of its glyph."""

    FAILING = "failing"
    THROTTLED = "throttled"
    SLOW = "slow"
    BEHIND = "behind"
    UNKNOWN = "unknown"
    QUIET = "quiet"
    WELL = "well"

    @property
    def unwell(self) -> bool:
        """Whether an operator should look."""
        return self in {State.FAILING, State.THROTTLED, State.SLOW, State.BEHIND}

    @property
    def urgency(self) -> int:
        """For sorting: the lower, the worse."""
        return list(State).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is known of a function over a window; None is not known, or does not exist for it."""

    window: str
    """Its name, such as ``1 h``."""
    invocations: float | None = None
    errors: float | None = None
    p95_ms: float | None = None
    timeout_s: int = 3
    throttles: float | None = None
    concurrency: float | None = None
    """The highest in the window."""
    concurrency_limit: int | None = None
    """What is reserved for the function, else the account's; 0 if it is switched off."""
    iterator_age_ms: float | None = None
    """The newest, as that of events: what waited and waits no more is no trouble."""
    queue_age_ms: float | None = None
    """How long the oldest message waited last in the queues that it reads."""
    async_age_ms: float | None = None
    max_async_age_s: int = MAX_ASYNC_AGE_S

    @property
    def error_rate(self) -> float | None:
        """Share of invocations that failed, 0..1."""
        return rate(self.errors, self.invocations)

    @property
    def event_age_ms(self) -> float | None:
        """How long what it reads waits, be it records of a stream or messages of a queue."""
        return max((age for age in (self.iterator_age_ms, self.queue_age_ms) if age is not None), default=None)

    @property
    def near_limit(self) -> bool:
        """Whether it came near what may run at the same time."""
        if self.concurrency is None or self.concurrency_limit is None:
            return False
        return self.concurrency >= NEAR_LIMIT * self.concurrency_limit


@dataclass(frozen=True, slots=True)
class Health:
    """The verdict on a function."""

    state: State
    reason: str
    """One line, in the operator's words."""


def figures(
    function: str,
    found: Mapping[MetricQuery, Series],
    window: str,
    *,
    timeout_s: int,
    concurrency_limit: int | None = None,
    queues: Iterable[MetricQuery] = (),
    max_async_age_s: int = MAX_ASYNC_AGE_S,
) -> Figures:
    """The figures of a function from the series of its metrics; those that were not asked for are not known.

    The p95 is a mean over the window, weighted by the invocations (see `typical`).

    Args:
        function: its name.
        window: the window's name.
        queues: of the ages, in seconds, of the oldest messages in the queues that it reads.
    """
    waited_s = [age for age in (last(found.get(query)) for query in queues) if age is not None]
    invocations = found.get(INVOCATIONS.of(function))
    return Figures(
        window=window,
        invocations=total(invocations),
        errors=total(found.get(ERRORS.of(function))),
        p95_ms=typical(found.get(DURATION_P95.of(function)), invocations),
        timeout_s=timeout_s,
        throttles=total(found.get(THROTTLES.of(function))),
        concurrency=peak(found.get(CONCURRENCY.of(function))),
        concurrency_limit=concurrency_limit,
        iterator_age_ms=last(found.get(ITERATOR_AGE.of(function))),
        queue_age_ms=max(waited_s) * 1_000 if waited_s else None,
        async_age_ms=last(found.get(ASYNC_AGE.of(function))),
        max_async_age_s=max_async_age_s,
    )


def health(known: Figures) -> Health:
    """The worst that the figures say. What is not known hides no trouble that is."""
    for state, judge in _RULES:
        reason = judge(known)
        if reason:
            return Health(state, reason)
    return Health(State.WELL, f"{_count(known.invocations or 0)} invocations in {known.window}, nothing wrong")


def _failing(known: Figures) -> str:
    share, errors, invocations = known.error_rate, known.errors, known.invocations
    if share is None or errors is None or invocations is None or errors < ERRORS_AT_LEAST:
        return ""
    by_chance = DEVIATIONS * sqrt(errors * (1 - share))
    if errors - by_chance <= ERROR_RATE * invocations:
        return ""
    return f"{percent(share)} errors in {known.window}: {_count(errors)} of {_count(invocations)}"


def _throttled(known: Figures) -> str:
    if known.concurrency_limit == 0:
        return "switched off: its reserved concurrency is 0"
    if not known.throttles:
        return ""
    reached = (
        f"; concurrency reached {_count(known.concurrency)} of {_count(known.concurrency_limit)}"
        if known.concurrency is not None and known.concurrency_limit is not None
        else ""
    )
    return f"{_count(known.throttles)} throttled in {known.window}{reached}"


def _slow(known: Figures) -> str:
    share = share_of_timeout(known.p95_ms, known.timeout_s)
    if share is None or known.p95_ms is None or share < NEAR_TIMEOUT:
        return ""
    return f"p95 {_span(known.p95_ms)} is {percent(share)} of the timeout, {known.timeout_s} s"


def _behind(known: Figures) -> str:
    if known.iterator_age_ms is not None and known.iterator_age_ms > ITERATOR_AGE_MS:
        return f"records of its stream wait {_span(known.iterator_age_ms)}"
    if known.queue_age_ms is not None and known.queue_age_ms > QUEUE_AGE_MS:
        return f"messages of its queue wait {_span(known.queue_age_ms)}"
    if known.async_age_ms is not None and known.async_age_ms > ASYNC_AGE_SHARE * known.max_async_age_s * 1_000:
        waited, limit = _span(known.async_age_ms), _span(known.max_async_age_s * 1_000)
        return f"events wait {waited}; at {limit} they are dropped"
    return ""


def _unknown(known: Figures) -> str:
    missing = [name for name in ("invocations", "errors", "throttles") if getattr(known, name) is None]
    return f"not known: {', '.join(missing)}" if missing else ""


def _quiet(known: Figures) -> str:
    return f"no invocations in {known.window}" if not known.invocations else ""


_RULES: tuple[tuple[State, Callable[[Figures], str]], ...] = (
    (State.FAILING, _failing),
    (State.THROTTLED, _throttled),
    (State.SLOW, _slow),
    (State.BEHIND, _behind),
    (State.UNKNOWN, _unknown),
    (State.QUIET, _quiet),
)
"""What each state needs: the reason if it is so, nothing if not. The first that is so counts."""

_UNITS = ((3_600_000, "h"), (60_000, "m"), (1_000, "s"))


def _count(number: float) -> str:
    return f"{number:,.0f}"


def _span(milliseconds: float) -> str:
    """``4.1 s``, ``12 m``: two figures are enough for a verdict."""
    for length, unit in _UNITS:
        if milliseconds >= length:
            value = milliseconds / length
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
    return f"{milliseconds:.0f} ms"
