"""A list of attempts, the newest first, whose ages go on while it is open."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Generic

from lambdatui.ui.panes import audit_columns
from lambdatui.ui.panes.list_pane import R
from lambdatui.ui.panes.reading_pane import ReadingPane
from lambdatui.ui.widgets.record_table import Column

if TYPE_CHECKING:
    from lambdatui.actions.audit import AuditLine


class AttemptsPane(ReadingPane[R], Generic[R]):
    """A subclass gives the pages, and says which attempt a record is."""

    ABOUT_FUNCTIONS = False
    MARKABLE = False
    AGES_EVERY_S = 1.0  # for what was just done is told in seconds

    @abstractmethod
    def line_of(self, record: R) -> AuditLine:
        """The attempt's line in the audit trail."""

    def key(self, record: R) -> str:
        return self.line_of(record).id

    def attempt_columns(self) -> Sequence[Column[R]]:
        """When it was, which action it was, on what, and what it was to change."""
        return (
            audit_columns.moment_column(self.line_of, self.session.times),
            *audit_columns.what_columns(self.line_of),
        )

    def on_mount(self) -> None:
        self.table.sort_by("at", reverse=True)
