"""Every function of the region."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content

from lambdatui.clock import today
from lambdatui.errors import ConsoleError
from lambdatui.models.function import FunctionSummary
from lambdatui.ui import figures
from lambdatui.ui.panes.function_columns import METRIC_COLUMNS, function_columns
from lambdatui.ui.panes.list_pane import ListPane
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.session import InventoryChange, Reading, Session
from lambdatui.ui.widgets.frame import with_keys
from lambdatui.ui.widgets.record_table import Column, RecordTable
from lambdatui.ui.widgets.trouble import trouble

REFRESH_AGES_S = 60.0
"""Ages are written in minutes at the finest that matters."""
LOOK_EVERY_S = 15.0
"""Between two questions whether there can be news; AWS is asked only where there can."""
REST_S = 0.25
"""How long the cursor has to rest before anything is asked for."""

if TYPE_CHECKING:
    from lambdatui.actions.action import Subject


class FunctionsPane(ListPane[FunctionSummary]):
    """The inventory: comes in page by page, and stays on screen while it is read again."""

    TITLE = "Functions"
    THINGS = "functions"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("U", "unwell_first", "unwell", id="functions.unwell", tooltip="those first that want a look"),
        Binding("Y", "copy_arn", "copy ARN", id="list.copy_arn", show=False, tooltip="copy the ARN to the clipboard"),
    ]

    def __init__(self, session: Session, **options: Any) -> None:
        self._moved = asyncio.Event()
        super().__init__(session, **options)

    def columns(self) -> Sequence[Column[FunctionSummary]]:
        return function_columns(self.session, today(), self.session.health if self.session.metered else None)

    def key(self, record: FunctionSummary) -> str:
        return record.name

    def subject_of(self, record: FunctionSummary) -> Subject:
        from lambdatui.actions.action import Subject  # noqa: PLC0415 - the first paint does without

        return Subject(function=record.name)

    def acted(self, subjects: Sequence[Subject]) -> None:
        """Only those are read again, for the whole inventory may be 200 pages."""
        self.run_worker(
            self.session.reread({subject.function for subject in subjects}),
            exit_on_error=False,
            description="functions that something was done to",
        )

    def on_mount(self) -> None:
        self.table.sort_by("name")
        self.inventory_changed(InventoryChange(replaced=True))
        self.set_interval(REFRESH_AGES_S, self._refresh_ages)
        self.watch(self.table, "scroll_y", self._moved.set, init=False)

    def on_resize(self) -> None:
        """Other rows may be in view now."""
        self._moved.set()

    def _refresh_ages(self) -> None:
        self.table.redraw()
        self.show_title()

    def inventory_changed(self, change: InventoryChange) -> None:
        if change.replaced:
            self.table.set_records(list(self.session.functions.values()))
        elif change.arrived:
            self.table.add_records(change.arrived)
        self.show_title()

    def reading_now(self) -> Reading:
        return self.session.reading

    def nothing(self) -> Content:
        key = with_keys(self.screen, "{app.region}")
        return Content.assemble(super().nothing(), " ", (key, "bold $accent"), " chooses another region.")

    # -- how they are doing

    def start_asking(self) -> None:
        if self.session.metered:
            self.keep_asking("metrics", self._look, self._not_seen)
            self.keep_asking("what functions read", self._learn_sources, self._not_seen)

    def window_changed(self) -> None:
        self.session.health.forget()
        self._show_health(self.table.records)
        self._moved.set()

    async def _look(self) -> None:
        """Asks for the metrics of what is in view, and waits until there can be news, or the view moved and rests."""
        self._moved.clear()
        if self.watched:
            await self._look_once()
        patience_s = LOOK_EVERY_S
        while await self._moves_within(patience_s):
            patience_s = REST_S

    async def _moves_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._moved.wait(), seconds)
        moved = self._moved.is_set()
        self._moved.clear()
        return moved

    async def _learn_sources(self) -> None:
        if self.watched and await self.session.health.learn_sources():
            self._moved.set()
        await asyncio.sleep(LOOK_EVERY_S)

    def _not_seen(self, error: ConsoleError) -> None:
        self.session.health.error = error
        self.show_title()

    async def _look_once(self) -> None:
        looked_at = self.table.in_view
        changed = await self.session.health.look(looked_at)
        if self.table.sort_column == "health":
            looked_at = list(self.session.functions.values())
            changed |= await self.session.health.look_for_unwell(looked_at)
        self.session.health.error = None
        if changed:
            self._show_health(looked_at)

    def _show_health(self, functions: Sequence[FunctionSummary]) -> None:
        """Shows that more is known of these functions, or less, wherever it is told."""
        if self.table.sort_column in METRIC_COLUMNS or self.table.filter_text:
            self.table.reread(functions)
        self.session.tell_health()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "unwell_first" and not self.session.metered:
            return None
        return super().check_action(action, parameters)

    def health_changed(self) -> None:
        self.table.redraw()
        self.show_title()

    def action_unwell_first(self) -> None:
        """Puts those first that want a look, after asking which of all functions do."""
        self.table.sort_by("health")
        self._show_top()
        self._moved.set()

    def state(self) -> Content:
        reading = self.session.reading
        if reading.running or reading.error is not None or not self.session.metered:
            return super().state()
        told = [Content.styled(f"metrics {self.session.window.name}", "$secondary")]
        if self.session.health.error is not None:
            told = [trouble(self.session.health.error, "metrics: ")]
        elif self.session.metrics_slowed_until_ms is not None:
            told = [Content.styled("metrics: budget used up, reading less often", "$warning")]
        if unwell := self.session.health.unwell:
            told.insert(0, Content.styled(f"{unwell} unwell{self._looked_at()}", "$error"))
        return Content(" · ").join(told)

    def _looked_at(self) -> str:
        """Of how many functions it is known how they are, unless of all."""
        looked_at = self.session.health.looked_at
        return f" of {figures.count(looked_at)} looked at" if looked_at < len(self.session.functions) else ""

    @on(RecordTable.Highlighted)
    def _subject_changed(self, event: RecordTable.Highlighted) -> None:
        event.stop()
        self._moved.set()
        self.tell_subject(event.record)

    @on(RecordTable.Opened)
    def _subject_opened(self, event: RecordTable.Opened) -> None:
        event.stop()
        self.post_message(Pane.SubjectOpened(event.record))

    def chosen(self) -> tuple[str, ...]:
        return tuple(function.name for function in self.table.marked)

    def action_copy_arn(self) -> None:
        self.copy(lambda function: function.arn)

    def read_again(self) -> None:
        self.post_message(Pane.InventoryWanted())
