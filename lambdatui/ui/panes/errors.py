"""What went wrong in this session, newest first."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from lambdatui.ui import figures
from lambdatui.ui.panes.list_pane import ListPane
from lambdatui.ui.session import LoggedError
from lambdatui.ui.widgets.record_table import Column


class ErrorsPane(ListPane[LoggedError]):
    """The error log. The same error several times is one line with its count."""

    TITLE = "Errors"
    THINGS = "errors"
    ABOUT_FUNCTIONS = False

    def columns(self) -> Sequence[Column[LoggedError]]:
        return (
            Column(
                id="at",
                title="FIRST",
                cell=lambda entry: figures.absolute(entry.at, "local"),
                value=lambda entry: -entry.at,
                width=19,
            ),
            Column(
                id="times",
                title="TIMES",
                cell=lambda entry: figures.count(entry.times),
                value=lambda entry: entry.times,
                width=5,
                align="right",
                priority=2,
            ),
            Column(id="where", title="WHERE", cell=lambda entry: entry.where, width=20, priority=1),
            Column(id="what", title="WHAT, AND WHAT TO DO", cell=lambda entry: str(entry.error), flex=True),
        )

    def key(self, record: LoggedError) -> str:
        return f"{record.at} {record.where} {record.error}"

    def name_of(self, record: LoggedError) -> str:
        return f"{figures.absolute(record.at)} {record.where}: {record.error}"

    def nothing(self) -> Content:
        return Content("Nothing went wrong in this session.")

    def on_mount(self) -> None:
        self.table.sort_by("at")
        self.table.set_records(list(self.session.errors))
        self.show_title()

    def error_logged(self, entry: LoggedError) -> None:
        self.table.set_records(list(self.session.errors))
        self.show_title()
