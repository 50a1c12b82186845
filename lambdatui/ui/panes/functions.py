"""Every function of the region."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content

from lambdatui.clock import now_ms, today
from lambdatui.insight.runtimes import runtime_status
from lambdatui.models.function import FunctionSummary
from lambdatui.ui import figures
from lambdatui.ui.panes.list_pane import ListPane
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.session import InventoryChange, Reading, Session
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.record_table import Column, RecordTable

REFRESH_AGES_S = 60.0
"""Ages are written in minutes at the finest that matters."""


class FunctionsPane(ListPane[FunctionSummary]):
    """The inventory: comes in page by page, and stays on screen while it is read again."""

    TITLE = "Functions"
    THINGS = "functions"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("Y", "copy_arn", "copy ARN", id="list.copy_arn", show=False, tooltip="copy the ARN to the clipboard"),
    ]

    def columns(self) -> Sequence[Column[FunctionSummary]]:
        return function_columns(self.session, today())

    def key(self, record: FunctionSummary) -> str:
        return record.name

    def on_mount(self) -> None:
        self.table.sort_by("name")
        self.inventory_changed(InventoryChange(replaced=True))
        self.set_interval(REFRESH_AGES_S, self._refresh_ages)

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
        return Content.assemble(super().nothing(), " ", ("R", "bold $accent"), " chooses another region.")

    @on(RecordTable.Highlighted)
    def _subject_changed(self, event: RecordTable.Highlighted) -> None:
        event.stop()
        self.post_message(Pane.SubjectChanged(event.record))

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


def function_columns(session: Session, today: date) -> Sequence[Column[FunctionSummary]]:
    """The columns of the inventory.

    Args:
        session: knows how times are written.
        today: the date by which runtimes are judged.
    """

    def runtime(function: FunctionSummary) -> Content | str:
        if function.runtime is None:
            return Content.styled("image", "dim") if function.package_type == "Image" else "-"
        status = runtime_status(function.runtime, today)
        return (
            Content.assemble(plain(function.runtime), (f" {status.glyph}", status.colour))
            if status.glyph
            else plain(function.runtime)
        )

    return (
        Column(id="name", title="NAME", cell=lambda f: f.name, flex=True, min_width=20),
        Column(id="runtime", title="RUNTIME", cell=runtime, value=lambda f: f.runtime, width=16, priority=1),
        Column(
            id="memory",
            title="MEMORY",
            cell=lambda f: f"{figures.count(f.memory_mb)} MB",
            value=lambda f: f.memory_mb,
            unit="MB",
            width=9,
            align="right",
            priority=2,
        ),
        Column(
            id="timeout",
            title="TIMEOUT",
            cell=lambda f: f"{f.timeout_s} s",
            value=lambda f: f.timeout_s,
            unit="s",
            width=7,
            align="right",
            priority=2,
        ),
        Column(
            id="size",
            title="SIZE",
            cell=lambda f: figures.size(f.code_size),
            value=lambda f: f.code_size,
            unit="B",
            width=8,
            align="right",
            priority=4,
        ),
        Column(
            id="modified",
            title="MODIFIED",
            cell=lambda f: figures.moment(f.last_modified, now_ms(), session.times),
            value=lambda f: f.last_modified,
            unit="epoch ms",
            width=8 if session.times == "relative" else 20,
            align="right",
            priority=3,
        ),
        Column(id="arch", title="ARCH", cell=lambda f: " ".join(f.architectures), width=6, priority=5),
        Column(id="package", title="PACKAGE", cell=lambda f: f.package_type, width=7, priority=6),
        Column(id="description", title="DESCRIPTION", cell=lambda f: f.description, width=36, priority=7),
    )
