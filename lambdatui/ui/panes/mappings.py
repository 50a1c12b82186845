"""Every event source mapping of the region, those that need a look first."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content

from lambdatui.clock import now_ms
from lambdatui.models.event_source import EventSourceMapping
from lambdatui.models.function import FunctionSummary
from lambdatui.ui import figures
from lambdatui.ui.panes import trigger_words as words
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.panes.reading_pane import ReadingPane
from lambdatui.ui.panes.triggers import told
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.record_table import Column, RecordTable
from lambdatui.ui.widgets.section_view import COLOURS

if TYPE_CHECKING:
    from lambdatui.actions.action import Subject
    from lambdatui.aws.connection import Connection

FAILING, OFF, CHANGING, UNKNOWN, WELL = range(5)
"""The order in which mappings stand."""
GLYPHS = {FAILING: ("!", "error"), OFF: ("○", "warning"), CHANGING: ("~", "warning"), UNKNOWN: ("?", "warning")}


def urgency(mapping: EventSourceMapping) -> int:
    """How soon a mapping wants a look: failing, disabled, about to change, in an unknown state, well."""
    if mapping.failing:
        return FAILING
    if mapping.state == "Disabled":
        return OFF
    if mapping.changing:
        return CHANGING
    return WELL if mapping.state == "Enabled" else UNKNOWN


class MappingsPane(ReadingPane[EventSourceMapping]):
    """One sweep of ListEventSourceMappings, and no call for any one function (facts 2.1)."""

    TITLE = "Event source mappings"
    THINGS = "event source mappings"

    def columns(self) -> Sequence[Column[EventSourceMapping]]:
        times = self.session.times
        return (
            Column(id="urgency", title="", cell=_glyph, value=urgency, width=1),
            Column(id="function", title="FUNCTION", cell=lambda m: m.function_name or "-", flex=True, min_width=14),
            Column(id="calls", title="CALLS", cell=lambda m: m.qualifier, width=7, priority=3),
            Column(id="source", title="SOURCE", cell=lambda m: m.source, flex=True, min_width=10),
            Column(id="what", title="WHAT", cell=lambda m: m.what, width=16, priority=2),
            Column(id="state", title="STATE", cell=lambda m: told(words.state_of_mapping(m)), width=10),
            Column(
                id="result",
                title="LAST RESULT",
                cell=lambda m: told(words.result_of_mapping(m)),
                flex=True,
                min_width=12,
                priority=1,
            ),
            Column(
                id="batch",
                title="BATCH",
                cell=lambda m: "-" if m.batch_size is None else figures.count(m.batch_size),
                value=lambda m: m.batch_size,
                width=6,
                align="right",
                priority=4,
            ),
            Column(
                id="window",
                title="WINDOW",
                cell=lambda m: "-" if m.batching_window_s is None else f"{m.batching_window_s} s",
                value=lambda m: m.batching_window_s,
                unit="s",
                width=6,
                align="right",
                priority=5,
            ),
            Column(
                id="modified",
                title="MODIFIED",
                cell=lambda m: figures.moment(m.modified_ms, now_ms(), times),
                value=lambda m: m.modified_ms,
                unit="epoch ms",
                width=8 if times == "relative" else 20,
                align="right",
                priority=6,
            ),
        )

    def key(self, record: EventSourceMapping) -> str:
        return record.uuid

    def subject_of(self, record: EventSourceMapping) -> Subject:
        from lambdatui.actions.subjects import mapping_subject  # noqa: PLC0415 - imports the SDK

        return mapping_subject(record)

    def name_of(self, record: EventSourceMapping) -> str:
        return f"{record.source} to {record.function_name}"

    def on_mount(self) -> None:
        self.table.sort_by("urgency")

    async def pages(self, connection: Connection) -> AsyncIterator[Sequence[EventSourceMapping]]:
        from lambdatui.aws.event_sources import list_event_source_mappings  # noqa: PLC0415 - imports the SDK

        async for page in list_event_source_mappings(connection):
            yield page

    def unsettled(self, record: EventSourceMapping) -> bool:
        return record.changing

    def _function(self, mapping: EventSourceMapping | None) -> FunctionSummary | None:
        return self.session.functions.get(mapping.function_name) if mapping else None

    @on(RecordTable.Highlighted)
    def _subject_changed(self, event: RecordTable.Highlighted) -> None:
        event.stop()
        self.tell_subject(self._function(event.record))

    @on(RecordTable.Opened)
    def _open_function(self, event: RecordTable.Opened) -> None:
        event.stop()
        mapping: EventSourceMapping = event.record
        if function := self._function(mapping):
            self.post_message(Pane.SubjectOpened(function, tab="triggers"))
        elif self.session.reading.read_at is None:
            self.notify("the functions of the region are not read yet", markup=False)
        else:
            name = plain(mapping.function_name or mapping.function_arn or "any function")
            self.notify(f"orphaned: there is no function {name} for it", severity="warning", markup=False)


def _glyph(mapping: EventSourceMapping) -> Content:
    glyph, tone = GLYPHS.get(urgency(mapping), (" ", ""))
    return Content.styled(glyph, COLOURS[tone])
