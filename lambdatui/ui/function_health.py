"""How functions are doing, as far as anybody has looked: what a table of functions says of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError
from lambdatui.insight.health import Figures, Health, State, figures, health
from lambdatui.insight.series import bucketed, sparkline
from lambdatui.models.function import FunctionSummary
from lambdatui.models.metric import EVERY_FUNCTION, INVOCATIONS, ITERATOR_AGE, MetricQuery, Series, Window

if TYPE_CHECKING:
    from lambdatui.ui.session import Session

SPARKS = 8
"""Cells of a sparkline."""
WORST = 80
"""Functions of a sweep that are looked at one by one, for what a sweep does not tell."""


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
        self._account_limit: int | None = None
        self._limit_asked = False

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

    def forget(self) -> None:
        """Forgets everything: of another window, or of another place."""
        self._window = self._session.window
        self._figures, self._health, self._sparks = {}, {}, {}

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
        await self._learn_limit()
        queries = [metric.of(function.name) for function in functions for metric in (*EVERY_FUNCTION, ITERATOR_AGE)]
        found = await metrics.get(queries, window)
        if window != self._session.window:
            return False
        return sum(self._judge(function, found) for function in functions) > 0

    async def look_for_unwell(self, functions: Sequence[FunctionSummary]) -> bool:
        """Asks which of all functions are worst off, and looks at those; whether anything is known anew.

        Raises:
            ConsoleError: as `look`.
        """
        metrics = await self._session.metrics()
        swept = await metrics.sweep([function.name for function in functions], self._session.window)
        peaks = {
            dict(query.dimensions).get("FunctionName", ""): max(series.values)
            for query, series in swept.series.items()
            if series.values and max(series.values) > 0
        }
        worst = sorted((f for f in functions if f.name in peaks), key=lambda f: -peaks[f.name])
        return await self.look(worst[:WORST])

    def _judge(self, function: FunctionSummary, found: Mapping[MetricQuery, Series]) -> bool:
        """Takes the series of a function; whether it looks different now."""
        name = function.name
        if INVOCATIONS.of(name) not in found:
            return False
        known = figures(
            name, found, self._window.name, timeout_s=function.timeout_s, concurrency_limit=self._account_limit
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

    async def _learn_limit(self) -> None:
        """Asks once for the account's concurrency, against which that of every function stands."""
        if self._limit_asked:
            return
        from lambdatui.aws.concurrency import get_account_concurrency  # noqa: PLC0415 - imports the SDK

        self._limit_asked = True
        with suppress(ConsoleError):  # it is in the error log, and the column does without
            self._account_limit = (await self._session.ask("account concurrency", get_account_concurrency)).limit


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
