"""What was done in this account and region, newest first, and what takes it back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content

from lambdatui.errors import ConsoleError
from lambdatui.ui.panes import audit_columns
from lambdatui.ui.panes.attempts_pane import AttemptsPane
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.record_table import Column, RecordTable

if TYPE_CHECKING:
    from lambdatui.actions.audit import AuditLine
    from lambdatui.actions.journal import Deed
    from lambdatui.aws.connection import Connection
    from lambdatui.models.identity import Identity


class UndoPane(AttemptsPane["Deed"]):
    """The audit trail as a journal. `enter` shows what the inverse would do, which writes nothing yet."""

    TITLE = "Undo"
    THINGS = "changes"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "undo", "undo", id="screen.undo", tooltip="what would take it back, to be confirmed"),
    ]

    def columns(self) -> Sequence[Column[Deed]]:
        return (
            Column(id="back", title="", cell=lambda deed: "↶" if deed.inverse is not None else "", width=1),
            *self.attempt_columns(),
            Column(id="undo", title="UNDO", cell=_inverse, flex=True, min_width=14, priority=2),
            Column(id="who", title="WHO", cell=lambda deed: audit_columns.who(deed.line), width=14, priority=3),
        )

    def line_of(self, record: Deed) -> AuditLine:
        return record.line

    def name_of(self, record: Deed) -> str:
        line = record.line
        told = audit_columns.action_title(line), audit_columns.subject_title(line), audit_columns.change_text(line)
        return " ".join(told)

    async def pages(self, connection: Connection) -> AsyncIterator[Sequence[Deed]]:
        from lambdatui.actions.journal import deeds  # noqa: PLC0415 - imports pydantic

        operations = self.session.operations
        here = self.session.identity or await _whose(connection)
        reading = await asyncio.to_thread(operations.trail.read)
        yield tuple(deeds(reading, operations.secret_undos, account=here.account, region=here.region))

    def nothing(self) -> Content:
        return Content(f"Nothing was done from here in {self.place}.")

    @on(RecordTable.Opened)
    def _opened(self, event: RecordTable.Opened) -> None:
        event.stop()
        self.post_message(Pane.UndoWanted(event.record))

    def action_undo(self) -> None:
        """Shows what would take back what is under the cursor."""
        if (deed := self.table.cursor_record) is not None:
            self.post_message(Pane.UndoWanted(deed))


async def _whose(connection: Connection) -> Identity:
    """The account that was asked for before anything else, and did not become known.

    Raises:
        ConsoleError: it still is not, and so neither what was done in it.
    """
    from lambdatui.aws.identity import get_identity  # noqa: PLC0415 - imports the SDK

    try:
        return await get_identity(connection)
    except ConsoleError as error:
        raise ConsoleError(
            f"it is not known whose account this is, and so not what was done in it: {error.title}",
            "; ".join(filter(None, (error.hint, "what was attempted in any account stands in :audit"))),
        ) from error


def _inverse(deed: Deed) -> Content:
    """What takes it back, or why nothing does."""
    if deed.inverse is None:
        return Content.styled(plain(deed.why_not), "dim")
    return Content(deed.inverse.title)
