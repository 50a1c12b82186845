"""Searching big histories where they are: queries of Logs Insights over the chosen functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from lambdatui.errors import BilledReadOff
from lambdatui.insight.log_queries import GB, READY, price_usd, query_for
from lambdatui.models.function import FunctionSummary
from lambdatui.models.log import LogSource
from lambdatui.ui.dialogs.query_editor import QueryEditor, Written
from lambdatui.ui.panes.list_pane import ListPane
from lambdatui.ui.panes.log_words import some_of
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.panes.search_results import Question, SearchResults, region_of, usd
from lambdatui.ui.session import InventoryChange
from lambdatui.ui.widgets.record_table import Column, RecordTable
from lambdatui.ui.widgets.trouble import trouble

_MINUTE = 60_000
SPANS: Mapping[str, int] = {
    "15 m": 15 * _MINUTE,
    "1 h": 60 * _MINUTE,
    "3 h": 3 * 60 * _MINUTE,
    "12 h": 12 * 60 * _MINUTE,
    "1 d": 24 * 60 * _MINUTE,
    "3 d": 3 * 24 * 60 * _MINUTE,
    "7 d": 7 * 24 * 60 * _MINUTE,
}
"""How far back a search can go, in ms."""
USUAL_SPAN = "1 h"

TELLS: Mapping[str, str] = {
    "errors": "how often each type of error came, and in how many requests",
    "slowest": "the 100 longest invocations, with their memory and cold start",
    "cold-starts": "how many there were hour by hour, and how long they took",
    "memory": "how near to its memory size each function came",
    "timeouts": "the invocations that ran out of time",
}
"""What each ready query tells."""
SEARCHES = "logs:StartQuery"
"""The operation that AWS bills."""
OWN = "own"
"""The id of the query that the operator wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A query that can be run."""

    id: str
    title: str
    tells: str
    text: str


class QueryChoice(ListPane[Offer]):
    """The queries that can be run, and what they are to search."""

    TITLE = "Log search"
    THINGS = "queries"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.span = USUAL_SPAN

    def columns(self) -> Sequence[Column[Offer]]:
        return (
            Column(id="query", title="QUERY", cell=lambda offer: offer.title, width=20),
            Column(id="tells", title="WHAT IT TELLS", cell=lambda offer: offer.tells, flex=True),
        )

    def key(self, record: Offer) -> str:
        return record.id

    def name_of(self, record: Offer) -> str:
        return record.text

    def on_mount(self) -> None:
        self.offer()

    def inventory_changed(self, change: InventoryChange) -> None:
        self.offer()

    def offer(self) -> None:
        """Offers the ready queries for the functions as they log now, and the operator's own."""
        functions = self.functions
        formats = {function.log_format for function in functions}
        ready = [
            Offer(id=query.id, title=query.title, tells=TELLS[query.id], text=query_for(query, formats))
            for query in READY
        ]
        own = [_own(query)] if (query := self.session.query) else []
        self.table.set_records([*ready, *own] if functions else ())
        self.show_title()

    def keep(self, offer: Offer, text: str) -> Offer:
        """What a query is after editing: itself if nothing was changed, else the operator's own, which is kept."""
        if text == offer.text or not text.strip():
            return offer
        self.session.query = text
        self.offer()
        self.table.move_to(OWN)
        return _own(text)

    def extend(self) -> None:
        """Goes further back with the next search, and from the longest time to the shortest."""
        spans = list(SPANS)
        self.span = spans[(spans.index(self.span) + 1) % len(spans)]
        self.show_title()

    # -- what is searched

    @property
    def functions(self) -> tuple[FunctionSummary, ...]:
        """The chosen functions, as far as they are there."""
        known = self.session.functions
        return tuple(known[name] for name in self.session.chosen if name in known)

    @property
    def over(self) -> str:
        """Functions and time, as a title names them."""
        return f"{some_of(function.name for function in self.functions)} · last {self.span}"

    def question(self, offer: Offer) -> Question:
        """A query, asked of the chosen functions."""
        users = Counter(function.log_group for function in self.session.functions.values())
        return Question(
            title=offer.title,
            text=offer.text,
            sources=tuple(LogSource(function=one.name, group=one.log_group) for one in self.functions),
            functions={one.log_group: one.name for one in self.session.functions.values() if users[one.log_group] == 1},
            span_ms=SPANS[self.span],
            over=self.over,
        )

    def state(self) -> Content:
        if not self.functions:
            return Content("")
        if not self.session.target.billed_reads:
            return trouble(BilledReadOff(SEARCHES))
        price = price_usd(GB, region_of(self.session))
        billed = "AWS bills what is scanned" if price is None else f"{usd(price)} per GB scanned"
        return Content.assemble((self.over, "bold"), f" · {billed}")

    def nothing(self) -> Content:
        return Content.assemble(
            "No function is chosen to search the logs of.\n",
            "In the list of functions, move to one or mark some with ",
            ("space", "bold $accent"),
            ", and come back with ",
            (":search", "bold $accent"),
            ".",
        )


def _own(text: str) -> Offer:
    return Offer(id=OWN, title="Your query", tells=" ".join(text.split()), text=text)


class SearchPane(Pane):
    """Offers queries, and shows what the one that was run has found. Nothing runs unasked, for AWS bills it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("E", "edit", "edit", id="search.edit", tooltip="write a query, beginning with this one"),
        Binding("T", "extend", "time", id="search.extend", tooltip="how far back to search: 15 m to 7 d"),
    ]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._choice = QueryChoice(self.session)
        self._results: SearchResults | None = None
        self._asked: Offer | None = None
        """What was run or written last."""

    @classmethod
    def contents(cls) -> tuple[tuple[type[Widget], ...], ...]:
        return ((QueryChoice, RecordTable), (SearchResults, RecordTable))

    def compose(self) -> ComposeResult:
        yield self._choice

    def focus_content(self) -> None:
        (self._results or self._choice).focus_content()

    def chosen(self) -> tuple[str, ...]:
        return self.session.chosen

    def step_back(self) -> bool:
        if self._results is None:
            return self._choice.step_back()
        if not self._results.step_back():
            self._results.remove()
            self._results = None
            self._choice.display = True
            self.focus_content()
            self.refresh_bindings()
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "edit" and not self._choice.functions:
            return None
        if action == "extend" and (self._results is not None or not self._choice.functions):
            return None
        return True

    def action_extend(self) -> None:
        self._choice.extend()

    def action_edit(self) -> None:
        offer = self._asked if self._results is not None else self._choice.table.cursor_record
        if offer is None:
            return

        async def written(result: Written | None) -> None:
            if result is not None:
                self._asked = self._choice.keep(offer, result.text)
                if result.run:
                    await self._run(self._asked)

        self.app.push_screen(QueryEditor(offer.text, self._choice.over), written)

    @on(RecordTable.Opened)
    async def _run_chosen(self, event: RecordTable.Opened) -> None:
        event.stop()
        await self._run(event.record)

    async def _run(self, offer: Offer) -> None:
        """Puts a new search in the place of the choice, or of the search before."""
        former, self._asked = self._results, offer
        self._results = SearchResults(self.session, self._choice.question(offer))
        self._choice.display = False
        await self.mount(self._results)
        self.focus_content()
        self.refresh_bindings()
        if former is not None:
            await former.remove()
