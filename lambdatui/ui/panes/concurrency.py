"""The concurrency of the region: who has how much of it reserved, provisioned and in use, and who starves whom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing, suppress
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from textual import on
from textual.content import Content
from textual.timer import Timer

from lambdatui.errors import ConsoleError, NotFound
from lambdatui.insight.concurrency_board import Standing, board
from lambdatui.insight.pulse import CLAIMED, NEAR_LIMIT
from lambdatui.insight.series import peak, rate
from lambdatui.models.concurrency import AccountConcurrency
from lambdatui.models.metric import CONCURRENCY, Metric
from lambdatui.models.release import ProvisionedConcurrency
from lambdatui.ui import figures
from lambdatui.ui.panes.concurrency_answers import Answers, T
from lambdatui.ui.panes.concurrency_columns import concurrency_columns
from lambdatui.ui.panes.functions import LOOK_EVERY_S, REST_S
from lambdatui.ui.panes.list_pane import ListPane
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.session import TELL_EVERY_S, InventoryChange, Reading
from lambdatui.ui.widgets.record_table import Column, RecordTable
from lambdatui.ui.widgets.trouble import trouble

if TYPE_CHECKING:
    from lambdatui.actions.action import Subject
    from lambdatui.aws.connection import Connection

UNRESERVED = Metric("UnreservedConcurrentExecutions", "Maximum", "Count")
"""What ran of all functions without a reservation at the same time (facts 3.6)."""
ACCOUNT_EVERY_S = 300.0
ASKED_TOGETHER = 64
"""Functions that are asked about before it is looked again which of them are in view."""

ACCOUNT, RESERVED, PROVISIONED, PEAKS = (
    "account concurrency",
    "reserved concurrency",
    "provisioned concurrency",
    "peaks",
)


class ConcurrencyPane(ListPane[Standing]):
    """A row for each function, the worst first.

    What is reserved is asked of every function, for GetFunction has a large bucket to itself; what is provisioned, from
    the small one that all calls share, and peaks, which cost money, only of those in view (facts 2.1, 7.2).
    """

    TITLE = "Concurrency"
    THINGS = "functions"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._peaks: dict[str, float | None] = {}
        """The most that ran of a function at the same time in the window; None where nothing is known to have run."""
        super().__init__(*arguments, **options)
        self._account: AccountConcurrency | None = None
        self._reserved: Answers[int | None] = Answers()
        self._provisioned: Answers[tuple[ProvisionedConcurrency, ...]] = Answers(unsettled=_in_progress)
        self._unreserved_peak: float | None = None
        self._claimed: float | None = None
        self._errors: dict[str, ConsoleError] = {}
        """Why something could not be asked at all, by what was asked for."""
        self._news: list[asyncio.Event] = []
        """What is waiting to look again whether there is something to ask for."""
        self._arrived: set[str] = set()
        self._telling: Timer | None = None

    def columns(self) -> Sequence[Column[Standing]]:
        return concurrency_columns(self._peaks if self.session.metered else None)

    def key(self, record: Standing) -> str:
        return record.function

    def subject_of(self, record: Standing) -> Subject:
        from lambdatui.actions.action import Subject  # noqa: PLC0415 - the first paint does without

        return Subject(function=record.function)

    def reading_now(self) -> Reading:
        return self.session.reading

    def on_mount(self) -> None:
        self.table.sort_by("verdict")
        self._show()
        self.watch(self.table, "scroll_y", self._look_again, init=False)

    def on_resize(self) -> None:
        """Other rows may be in view now."""
        self._look_again()

    def inventory_changed(self, change: InventoryChange) -> None:
        if change.replaced:
            for answers in (self._reserved, self._provisioned):
                answers.keep(self.session.functions.keys())
            self._show()
        elif change.arrived:
            self._show(function.name for function in change.arrived)
        self.show_title()
        self._look_again()

    def window_changed(self) -> None:
        self._peaks.clear()
        self._unreserved_peak = self._claimed = None
        self._show()
        self._look_again()

    def acted(self, subjects: Sequence[Subject]) -> None:
        self._ask_again(subject.function for subject in subjects)

    def read_again(self) -> None:
        self._ask_again(self.session.functions)

    def _ask_again(self, functions: Iterable[str]) -> None:
        names = tuple(functions)
        self._reserved.forget(names)
        self._provisioned.forget(names)
        self.start_asking()

    # -- asking

    def start_asking(self) -> None:
        self._news.clear()
        self.keep_asking(ACCOUNT, self._ask_account, partial(self._not_told, ACCOUNT))
        asked: dict[str, Callable[[], Awaitable[None]]] = {
            RESERVED: self._ask_reserved,
            PROVISIONED: self._ask_provisioned,
        }
        if self.session.metered:
            asked[PEAKS] = self._ask_peaks
        for about, ask in asked.items():
            news = asyncio.Event()
            self._news.append(news)
            self.keep_asking(about, partial(self._look, about, ask, news), partial(self._not_told, about))

    def _look_again(self) -> None:
        for news in self._news:
            news.set()

    async def _look(self, about: str, ask: Callable[[], Awaitable[None]], news: asyncio.Event) -> None:
        """Asks for what there is to ask for, and waits until the view moved or time went by."""
        news.clear()
        if self.watched:
            await ask()
            self._errors.pop(about, None)
            self.show_title()
        with suppress(TimeoutError):
            await asyncio.wait_for(news.wait(), LOOK_EVERY_S)
        await asyncio.sleep(REST_S)

    def _not_told(self, about: str, error: ConsoleError) -> None:
        self._errors[about] = error
        self.show_title()

    async def _ask_account(self) -> None:
        from lambdatui.aws.concurrency import get_account_concurrency  # noqa: PLC0415 - imports the SDK

        if not self.watched:
            await asyncio.sleep(LOOK_EVERY_S)
            return
        self._account = await get_account_concurrency(await self.session.connection())
        self._errors.pop(ACCOUNT, None)
        self._show()
        await asyncio.sleep(ACCOUNT_EVERY_S)

    async def _ask_reserved(self) -> None:
        from lambdatui.aws.concurrency import each_reserved  # noqa: PLC0415 - imports the SDK

        await self._ask_each(
            RESERVED, self._reserved, each_reserved, lambda: (*self._in_view(), *self.session.functions)
        )

    async def _ask_provisioned(self) -> None:
        """Of those first that are known to have any."""
        from lambdatui.aws.concurrency import each_provisioned  # noqa: PLC0415 - imports the SDK

        def wanted() -> tuple[str, ...]:
            having = (name for name, answer in self._provisioned.known.items() if isinstance(answer, tuple) and answer)
            return (*having, *self._in_view())

        await self._ask_each(PROVISIONED, self._provisioned, each_provisioned, wanted)

    async def _ask_each(
        self,
        about: str,
        answers: Answers[T],
        each: Callable[[Connection, Iterable[str]], AsyncGenerator[tuple[str, T | ConsoleError], None]],
        wanted: Callable[[], Iterable[str]],
    ) -> None:
        """Asks about one function after the other until none is due, those first that are in view by then."""
        while due := tuple(islice(answers.due(wanted()), ASKED_TOGETHER)):
            async with aclosing(each(await self.session.connection(), due)) as arriving:
                async for name, answer in arriving:
                    answers.take(name, answer)
                    if isinstance(answer, ConsoleError) and not isinstance(answer, NotFound):
                        self.session.log(about, answer)
                    self._arrived.add(name)
                    self._telling = self._telling or self.set_timer(TELL_EVERY_S, self._show_arrived)

    async def _ask_peaks(self) -> None:
        """Asks for the metrics of what is in view, in one request; what a function has not used is not published."""
        names, window = self._in_view(), self.session.window
        queries = {name: CONCURRENCY.of(name) for name in names}
        region = (UNRESERVED.of_region, CLAIMED.of_region)
        found = await (await self.session.metrics()).get((*region, *queries.values()), window)
        if window != self.session.window:
            return
        before = self._unreserved_peak
        self._unreserved_peak, self._claimed = (peak(found.get(query)) for query in region)
        self._peaks |= {name: peak(found[query]) for name, query in queries.items() if query in found}
        self._show(names if before == self._unreserved_peak else None)
        self.table.redraw()
        self.session.tell_health()

    def _in_view(self) -> tuple[str, ...]:
        return tuple(standing.function for standing in self.table.in_view)

    # -- showing

    def _show_arrived(self) -> None:
        names, self._arrived, self._telling = self._arrived, set(), None
        self._show(names)

    def _show(self, names: Iterable[str] | None = None) -> None:
        """Shows how functions stand now; all of them, unless some are named."""
        functions = self.session.functions
        standings = board(
            functions if names is None else (name for name in names if name in functions),
            reserved=self._reserved.known,
            provisioned=self._provisioned.known,
            peaks=self._peaks,
            account=self._account,
            unreserved_peak=self._unreserved_peak,
        )
        if names is None:
            self.table.set_records(standings)
        else:
            self.table.add_records(standings)
        self.show_title()

    def state(self) -> Content:
        """What went wrong, how far the asking is, and how the account stands."""
        told = super().state()
        return told if told.plain else Content(" · ").join((*self._troubles(), *self._head()))

    def _troubles(self) -> Iterator[Content]:
        for error in self._errors.values():
            yield trouble(error)
        for answers in (self._reserved, self._provisioned):
            if answers.stale:
                error = next(iter(answers.stale.values()))
                yield trouble(error, f"{figures.count(len(answers.stale))} stale: ")
        if self.session.metrics_slowed_until_ms is not None:
            yield Content.styled("metrics: budget used up, reading less often", "$warning")
        known, total = len(self._reserved.known), len(self.session.functions)
        if known < total:
            yield Content.styled(f"asking, {figures.count(known)} of {figures.count(total)}…", "$secondary")

    def _head(self) -> Iterator[Content]:
        limit = self._account.limit if self._account is not None else None
        of_limit = f" of {figures.count(limit)}" if limit is not None else ""
        if self._account is not None:
            known = "" if self._claimed is not None else of_limit
            yield Content(f"{figures.count(self._account.unreserved)}{known} unreserved")
        if self._claimed is not None:
            told = f"{self._claimed:,.0f}{of_limit} claimed in {self.session.window.name}"
            yield Content.styled(told, "$warning" if (rate(self._claimed, limit) or 0.0) > NEAR_LIMIT else "")

    # -- leading on

    @on(RecordTable.Highlighted)
    def _subject_changed(self, event: RecordTable.Highlighted) -> None:
        event.stop()
        self._look_again()
        self.tell_subject(self.session.functions.get(event.record.function) if event.record else None)

    @on(RecordTable.Opened)
    def _subject_opened(self, event: RecordTable.Opened) -> None:
        event.stop()
        if function := self.session.functions.get(event.record.function):
            self.post_message(Pane.SubjectOpened(function))


def _in_progress(provisioned: tuple[ProvisionedConcurrency, ...]) -> bool:
    return any(one.status == "IN_PROGRESS" for one in provisioned)
