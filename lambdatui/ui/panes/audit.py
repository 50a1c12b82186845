"""The audit trail: everything that was attempted from here, newest first, and what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content

from lambdatui.errors import ConsoleError
from lambdatui.ui.panes import audit_columns
from lambdatui.ui.panes.attempts_pane import AttemptsPane
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.record_table import Column, RecordTable

if TYPE_CHECKING:
    from lambdatui.actions.audit import AuditLine
    from lambdatui.aws.connection import Connection

WITHOUT_END = frozenset({"open", "unknown"})
"""The results of which AWS may know more."""


class AuditPane(AttemptsPane["AuditLine"]):
    """The attempts of all accounts and regions; `o` asks AWS what became of one that has no end."""

    TITLE = "Audit trail"
    THINGS = "attempts"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "look", "look at AWS", id="audit.look", tooltip="find out what became of an attempt without end"),
    ]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._unreadable = self._open = 0

    def columns(self) -> Sequence[Column[AuditLine]]:
        return (
            Column(
                id="result", title="RESULT", cell=audit_columns.result_cell, value=lambda line: line.result, width=11
            ),
            *self.attempt_columns(),
            Column(
                id="error", title="WHAT WENT WRONG", cell=lambda line: line.error, flex=True, min_width=28, priority=2
            ),
            Column(id="who", title="WHO", cell=audit_columns.who, width=14, priority=3),
            Column(id="region", title="REGION", cell=lambda line: line.region, width=14, priority=4),
            Column(id="account", title="ACCOUNT", cell=lambda line: line.account, width=12, priority=5),
        )

    def line_of(self, record: AuditLine) -> AuditLine:
        return record

    def name_of(self, record: AuditLine) -> str:
        from lambdatui.actions.audit import as_record  # noqa: PLC0415 - imports pydantic

        return as_record(record).rstrip()

    # -- reading

    async def pages(self, connection: Connection) -> AsyncIterator[Sequence[AuditLine]]:
        reading = await asyncio.to_thread(self.session.operations.trail.read)
        self._unreadable, self._open = reading.unreadable, len(reading.open_intents())
        yield reading.entries

    def state(self) -> Content:
        told = []
        if self._open:
            told.append(
                Content.assemble((f"? {self._open} open  ", "$warning"), ("o", "bold $accent"), " looks at AWS")
            )
        if self._unreadable:
            told.append(Content.styled(f"! lines that cannot be read: {self._unreadable}", "$error"))
        return Content(" · ").join((*told, *filter(None, (super().state(),))))

    def nothing(self) -> Content:
        return Content("Nothing was attempted from here yet.")

    # -- what a row can do

    @on(RecordTable.Opened)
    def _show_entry(self, event: RecordTable.Opened) -> None:
        event.stop()
        from lambdatui.ui.dialogs.facts import Facts  # noqa: PLC0415 - the first paint does without
        from lambdatui.ui.panes.audit_sections import audit_sections  # noqa: PLC0415

        line: AuditLine = event.record
        title = f"{audit_columns.action_title(line)}: {audit_columns.subject_title(line)}"
        self.app.push_screen(Facts[None](title, audit_sections(line)))

    def action_look(self) -> None:
        """Finds out what became of the attempt under the cursor, and writes it down."""
        line, identity = self.table.cursor_record, self.session.identity
        if line is None:
            return
        if line.result not in WITHOUT_END:
            self._tell(f"what became of it is known: {line.result}")
        elif identity is None or (line.account, line.region) != (identity.account, identity.region):
            self._tell(f"it was attempted in {line.account}, {line.region}: look from there")
        else:
            self._look(line)

    @work(group="looking back", exclusive=True, exit_on_error=False, description="what became of an attempt")
    async def _look(self, line: AuditLine) -> None:
        from lambdatui.actions.looking_back import look_back  # noqa: PLC0415 - imports the SDK

        try:
            found = await self.session.ask("audit trail", partial(look_back, line=line))
            await asyncio.to_thread(self.session.operations.trail.append, found)
        except ConsoleError as error:
            self._tell(str(error))
            return
        self._tell(found.error)
        self.read_again()

    def _tell(self, what: str) -> None:
        self.notify(plain(what), markup=False)
