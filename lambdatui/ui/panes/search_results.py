"""One search of the logs: the query under way, what it costs, and the rows that it finds."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass

from textual import on, work
from textual.content import Content
from textual.worker import Worker, WorkerError, WorkerState

from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError, Fault, NotFound
from lambdatui.insight.log_queries import price_usd
from lambdatui.models.log import LogSource
from lambdatui.models.log_query import QueryRow, QueryState
from lambdatui.ui import figures
from lambdatui.ui.panes.list_pane import ListPane
from lambdatui.ui.panes.log_words import some_of
from lambdatui.ui.panes.search_columns import (
    MESSAGE,
    STREAM,
    TIMESTAMP,
    FoundRow,
    Shape,
    columns_of,
    group_of,
    moment_ms,
)
from lambdatui.ui.session import Session
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.record_table import Column, FilterError, RecordTable
from lambdatui.ui.widgets.trouble import forbidden_or_failed, in_short, trouble

ROWS_AT_MOST = 1_000
"""Rows that are asked for where the query itself sets no limit."""
AROUND_MS = 60_000
"""How much before and after a log event is shown around it."""
STOPPING_S = 1.0
"""How long leaving the pane waits for AWS to take note that the query is to stop."""
EDIT_OR_AGAIN = "E edits the query; ctrl+r runs it again, which is billed again."

MISSING_GROUP = re.compile(r"Log group '([^']+)' does not exist")
"""How AWS refuses a query, unbilled, because of one group among all: a function that never logged has none."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A query and what it is asked of."""

    title: str
    text: str
    """In the Logs Insights query language."""
    sources: tuple[LogSource, ...]
    functions: Mapping[str, str]
    """Names of functions by the log group that is theirs alone."""
    span_ms: int
    """How far back from now."""
    over: str
    """Sources and time, as a title names them; harmless."""


def usd(amount: float) -> str:
    """US dollars, with as many digits as tell something: ``$12.30``, ``$0.006``, ``<$0.001``."""
    if amount >= 1 or amount == 0:
        return f"${amount:,.2f}"
    return f"${amount:.3f}" if amount >= 0.001 else "<$0.001"


class SearchResults(ListPane[FoundRow]):
    """Runs one query while it is on screen, and no longer: whoever leaves it stops the query at AWS.

    Args:
        session: where to ask.
        question: what to ask.
    """

    TITLE = "Log search"
    THINGS = "rows"

    def __init__(self, session: Session, question: Question) -> None:
        self.question = question
        self._shape = Shape()
        self._found: QueryState | None = None
        self._error: ConsoleError | None = None
        self._missing: tuple[str, ...] = ()
        """Groups that do not exist and were left out."""
        self._search: Worker[None] | None = None
        super().__init__(session)

    def columns(self) -> Sequence[Column[FoundRow]]:
        return columns_of(self._shape, self.question.functions, self.session.times)

    def key(self, record: FoundRow) -> str:
        return f"{record.number:06}"

    def name_of(self, record: FoundRow) -> str:
        return record.row.get(MESSAGE) or next(iter(record.row.values()), "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in {"sort_next", "sort_reverse"} and not self._shape.kinds:
            return None
        return super().check_action(action, parameters)

    # -- the query

    @property
    def searching(self) -> bool:
        """Whether the query runs and nobody has asked to stop it."""
        return self._search is not None and not (self._search.is_finished or self._search.is_cancelled)

    def on_mount(self) -> None:
        self.read_again()

    def read_again(self) -> None:
        """Asks anew, up to now; one that runs is left alone, for each is billed."""
        if not self.searching:
            self._found = self._error = None
            self._missing = ()
            self.table.set_records(())
            self._search = self._ask()
            self.show_title()

    def step_back(self) -> bool:
        """Stops the query, or takes away a filter or marks."""
        if self.searching and self._search is not None:
            self._search.cancel()
            self.show_title()
            return True
        return super().step_back()

    async def on_unmount(self) -> None:
        """Lets the query be stopped at AWS before the connection is gone."""
        if self._search is not None:
            self._search.cancel()
            with suppress(WorkerError, TimeoutError):
                await asyncio.wait_for(self._search.wait(), STOPPING_S)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self._error = Fault(event.worker.error)
        self.show_title()

    @work(group="search", exclusive=True, exit_on_error=False, description="search logs")
    async def _ask(self) -> None:
        groups = list(dict.fromkeys(source.group for source in self.question.sources))
        until_ms = now_ms()
        try:
            while missing := await self._ask_of(groups, until_ms):
                groups.remove(missing)
                self._missing += (missing,)
        except ConsoleError as error:
            self._error = error
            if not isinstance(error, NotFound):
                self.session.log("log search", error)

    async def _ask_of(self, groups: Sequence[str], until_ms: int) -> str:
        """Asks of some groups, and returns the one that does not exist, if AWS refused the query because of it.

        Raises:
            ConsoleError: the query did not end well, or no group would be left to search.
        """
        from lambdatui.aws.log_queries import run_query  # noqa: PLC0415 - imports the SDK

        states = run_query(
            await self.session.connection(),
            groups,
            self.question.text,
            since_ms=until_ms - self.question.span_ms,
            until_ms=until_ms,
            limit=ROWS_AT_MOST,
        )
        try:
            async with aclosing(states):
                async for state in states:
                    await self._take(state)
        except NotFound as error:
            named = MISSING_GROUP.search(error.title)
            if named is None:
                raise
            if named[1] in groups and len(groups) > 1:
                return named[1]
            raise NotFound(error.title, "a log group comes to be when its function first logs") from None
        return ""

    async def _take(self, state: QueryState) -> None:
        self._found = state
        if state.rows and (shape := Shape.of(state)) != self._shape:
            self._shape = shape
            await self._renew_table()
        self.table.set_records(FoundRow(*numbered) for numbered in enumerate(state.rows))
        self.show_title()

    async def _renew_table(self) -> None:
        """Puts a table with the columns of the result in the place of the one that has others."""
        former, self.table = self.table, RecordTable(self.columns(), self.key)
        with self.app.batch_update():
            await self.mount(self.table, after=former)
            with suppress(FilterError):  # it may name a column that is gone, as the order may
                self.table.set_filter(former.filter_text)
            with suppress(KeyError):
                self.table.sort_by(former.sort_column, reverse=former.sort_reverse)
            if former.has_focus:
                self.focus_content()
            await former.remove()
        self.refresh_bindings()

    # -- what is said of it

    def count(self) -> str:
        more = "…" if self.searching else ""
        return f"{plain(self.question.title)}  {figures.count(self.table.total)}{more}"

    def state(self) -> Content:
        parts = (self._standing(), self._left_out(), self._scanned(), Content.styled(self.question.over, "$secondary"))
        return Content(" · ").join(part for part in parts if part)

    def _standing(self) -> Content:
        """How the query stands, in AWS's word where it has one."""
        if self._error is not None:
            (glyph, colour), word = in_short(self._error)
            return trouble(self._error) if self.table.total else Content.styled(f"{glyph} {word}", colour)
        if self.searching:
            return Content.styled(f"{plain(self._found.status)}…" if self._found else "Starting…", "$secondary")
        if self._found is None or self._found.status != "Complete":
            return Content.styled("Cancelled, partial" if self.table.total else "Cancelled", "$warning")
        if len(self._found.rows) == ROWS_AT_MOST:
            return Content.styled(f"only {figures.count(ROWS_AT_MOST)} rows were asked for", "$warning")
        return Content("Complete")

    def _left_out(self) -> Content:
        """The functions without a log, whose absence from the rows means nothing."""
        names = [source.function for source in self.question.sources if source.group in self._missing]
        return Content.styled(f"without {some_of(names)}: no log group", "$warning") if names else Content("")

    def _scanned(self) -> Content:
        """What AWS charges for so far, and how much that is where the price is known."""
        if self._found is None:
            return Content("")
        scanned = f"scanned {figures.size(self._found.bytes_scanned)}"
        price = price_usd(self._found.bytes_scanned, region_of(self.session))
        return Content(scanned if price is None else f"{scanned} · {usd(price)}")

    def nothing(self) -> Content:
        over = self.question.over
        if self._error is not None:
            return forbidden_or_failed(self._error, EDIT_OR_AGAIN)
        if self.searching:
            return Content.assemble(f"AWS searches {over}. ", ("esc", "bold $accent"), " stops it.")
        if self._found is None or self._found.status != "Complete":
            return Content("Stopped before anything was found.")
        events = figures.count(self._found.records_scanned)
        return Content(f"Nothing found in {over}: AWS looked through {events} log events.")

    # -- what a row can do

    @on(RecordTable.Opened)
    def _open_lines(self, event: RecordTable.Opened) -> None:
        """Opens the lines around a log event."""
        event.stop()
        found: FoundRow = event.record
        at_ms = moment_ms(found.row.get(TIMESTAMP, ""))
        if at_ms is not None:
            self._open_around(at_ms, found.row)
        elif found.row.pointer:
            self.notify("ask for @timestamp to see the lines around an event", markup=False)
        else:
            self.notify("a sum of many events, with no lines of its own", markup=False)

    def _open_around(self, at_ms: int, row: QueryRow) -> None:
        from lambdatui.ui.dialogs.log_lines import LogLines  # noqa: PLC0415

        sources = self._sources_of(row)
        names = some_of([source.function for source in sources])
        self.app.push_screen(
            LogLines(
                self.session,
                f"{names} around {figures.absolute(at_ms, self.session.times)}",
                sources,
                since_ms=at_ms - AROUND_MS,
                until_ms=at_ms + AROUND_MS,
                at_ms=at_ms,
                stream=row.get(STREAM),
            )
        )

    def _sources_of(self, row: QueryRow) -> Sequence[LogSource]:
        """Whose log a row can be from; a query may name log groups that no function was chosen for."""
        group = group_of(row)
        if not group:
            return self.question.sources
        chosen = [source for source in self.question.sources if source.group == group]
        return chosen or [LogSource(function=self.question.functions.get(group, group), group=group)]


def region_of(session: Session) -> str:
    """Where the session is, as far as it is known; empty if it is not."""
    return session.identity.region if session.identity else session.target.region or ""
