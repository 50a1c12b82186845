"""How functions are doing, as far as anybody has looked: what a table of functions says of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError
from lambdatui.insight.event_ages import SQS, event_ages
from lambdatui.insight.health import Figures, Health, State, figures, health
from lambdatui.insight.pulse import to_look_at
from lambdatui.insight.series import bucketed, sparkline
from lambdatui.models.function import FunctionSummary
from lambdatui.models.metric import EVERY_FUNCTION, INVOCATIONS, ITERATOR_AGE, MetricQuery, Series, Window
from lambdatui.ui.concurrency_limits import ConcurrencyLimits

if TYPE_CHECKING:
    from lambdatui.aws.connection import Connection
    from lambdatui.models.event_source import EventSourceMapping
    from lambdatui.ui.session import Session

SPARKS = 8
"""Cells of a sparkline."""
LOOKED_AT = 80
"""Functions of a sweep that are looked at one by one, for what a sweep does not tell: a call of GetMetricData."""

REST_A_PAGE_MS = 60_000
"""After a sweep of the event source mappings for each page of it, so that it costs one call a minute."""
LONGEST_REST_MS = 10 * 60_000
"""Between two sweeps, however many pages they have."""


class FunctionHealth:
    """What is known of the functions of a region over the session's window; what nobody looked at is not known.

    Args:
        session: where to ask.
    """

    def __init__(self, session: Session) -> None:
        self.error: ConsoleError | None = None
        """Why the last look failed."""
        self._session = session
        self._window: Window = session.window
        self._figures: dict[str, Figures] = {}
        self._health: dict[str, Health] = {}
        self._sparks: dict[str, str] = {}
        self._swept = 0
        self._ages: Mapping[str, tuple[MetricQuery, ...]] | None = None
        """What tells how long events wait, by function; None while it is not known what functions read."""
        self._ages_due_ms = 0
        self.limits = ConcurrencyLimits(session)

    def figures(self, function: FunctionSummary) -> Figures | None:
        """The figures of a function; None where nobody looked."""
        return self._figures.get(function.name)

    def health(self, function: FunctionSummary) -> Health | None:
        """The verdict on a function; None where nobody looked."""
        return self._health.get(function.name)

    def spark(self, function: FunctionSummary) -> str:
        """Its invocations as a sparkline; empty where they are not known."""
        return self._sparks.get(function.name, "")

    @property
    def unwell(self) -> int:
        """How many of those that were looked at want a look of the operator's."""
        return sum(verdict.state.unwell for verdict in self._health.values())

    @property
    def looked_at(self) -> int:
        """How many functions were looked at, be it by a sweep of the region."""
        return max(len(self._health), self._swept)

    def forget(self) -> None:
        """Forgets everything: of another window, or of another place."""
        self._window = self._session.window
        self._figures, self._health, self._sparks = {}, {}, {}
        self._swept = 0

    async def look(self, functions: Sequence[FunctionSummary]) -> bool:
        """Asks for the metrics of these functions, as far as there can be news; whether anything is known anew.

        Raises:
            ConsoleError: they could not be had; what was known stays.
        """
        if not functions:
            return False
        window = self._session.window
        if window != self._window:
            self.forget()
        metrics = await self._session.metrics()
        await self.limits.learn_account()
        found = await metrics.get([query for function in functions for query in self._queries(function.name)], window)
        if window != self._session.window:
            return False
        changed = sum(self._judge(function, found) for function in functions) > 0
        await self.limits.learn_reserved(function.name for function in functions if self._near_limit(function.name))
        return sum(self._judge(function, found) for function in functions) > 0 or changed

    async def look_for_unwell(self, functions: Sequence[FunctionSummary]) -> bool:
        """Asks which of all functions are worst off, and looks at those; whether anything is known anew.

        Raises:
            ConsoleError: as `look`.
        """
        metrics = await self._session.metrics()
        window, named = self._session.window, {function.name: function for function in functions}
        swept = await metrics.sweep(list(named), window)
        changed = await self.look([named[name] for name in to_look_at(swept.series, named, LOOKED_AT)])
        if window != self._session.window:
            return False
        before, self._swept = self._swept, swept.looked_at
        return changed or before != self._swept

    async def learn_sources(self) -> bool:
        """Learns from one sweep of the region's event source mappings what functions read, no oftener than worth it.

        Until then, and where it is not permitted, every function is asked for an iterator age, and none for a queue's.
        A mapping that is made later is learnt of a minute later, in a region with so many that they fill ten pages
        or more ten minutes later.

        Returns:
            Whether there is more to ask for now.
        """
        if now_ms() < self._ages_due_ms:
            return False
        from lambdatui.aws.event_sources import list_event_source_mappings  # noqa: PLC0415 - imports the SDK

        async def sweep(connection: Connection) -> list[tuple[EventSourceMapping, ...]]:
            return [page async for page in list_event_source_mappings(connection)]

        self._ages_due_ms = now_ms() + LONGEST_REST_MS
        before = self._ages
        with suppress(ConsoleError):  # it is in the error log
            pages = await self._session.ask("event source mappings", sweep)
            self._ages = event_ages(mapping for page in pages for mapping in page)
            self._ages_due_ms = now_ms() + min(len(pages) * REST_A_PAGE_MS, LONGEST_REST_MS)
        return self._ages != before

    def _queries(self, name: str) -> tuple[MetricQuery, ...]:
        ages = self._ages.get(name, ()) if self._ages is not None else (ITERATOR_AGE.of(name),)
        return (*(metric.of(name) for metric in EVERY_FUNCTION), *ages)

    def _near_limit(self, name: str) -> bool:
        known = self._figures.get(name)
        return known is not None and (bool(known.throttles) or known.near_limit)

    def _judge(self, function: FunctionSummary, found: Mapping[MetricQuery, Series]) -> bool:
        """Takes the series of a function; whether it looks different now."""
        name = function.name
        if INVOCATIONS.of(name) not in found:
            return False
        known = figures(
            name,
            found,
            self._window.name,
            timeout_s=function.timeout_s,
            concurrency_limit=self.limits.of(name),
            queues=[query for query in self._queries(name) if query.namespace == SQS],
        )
        invocations = found[INVOCATIONS.of(name)]
        bar_ms = self._window.span_s * 1_000 // SPARKS
        until_ms = (now_ms() // bar_ms + 1) * bar_ms  # on the boundaries of bars, so that they do not dance
        values = bucketed(invocations, until_ms - SPARKS * bar_ms, until_ms, SPARKS, ran=bool(invocations.values))
        spark = sparkline(values)
        before = self._figures.get(name), self._sparks.get(name)
        self._figures[name], self._sparks[name] = known, spark
        self._health[name] = health(known)
        return before != (known, spark)


GLYPHS: dict[State, tuple[str, str]] = {
    State.FAILING: ("✗", "$error"),
    State.THROTTLED: ("▼", "$error"),
    State.SLOW: ("◷", "$warning"),
    State.BEHIND: ("«", "$warning"),
    State.UNKNOWN: ("?", "dim"),
    State.QUIET: ("·", "dim"),
    State.WELL: (" ", ""),
}
"""How a state looks, with and without colour."""

STOPPED = "■"
"""What marks a function that an emergency stop holds."""
