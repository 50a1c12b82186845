"""All that the audit trail says of one attempt, in sections."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lambdatui.actions import entry_of
from lambdatui.actions.audit import IN_FORCE
from lambdatui.ui import figures
from lambdatui.ui.dialogs.plan_sections import MARKS, change_rows
from lambdatui.ui.panes.audit_columns import subject_title
from lambdatui.ui.widgets.section_view import Section, Value

if TYPE_CHECKING:
    from lambdatui.actions.audit import AuditLine

OPEN = "open: under way in some console, or left without an outcome"


def audit_sections(line: AuditLine) -> tuple[Section, ...]:
    """What became of it, what it was to change, what was sent, and what takes it back."""
    calls = tuple(
        (str(number), Value(f"{call.service}:{call.operation}\n{_json(call.parameters)}", block=True))
        for number, call in enumerate(line.calls, start=1)
    )
    sections = (
        Section("Attempt", tuple(_attempt(line))),
        Section("Change", tuple(change_rows(line.before, line.after))),
        Section("Requests", calls),
        Section("Undo", tuple(_undo(line))),
    )
    return tuple(section for section in sections if section.rows)


def _attempt(line: AuditLine) -> Iterator[tuple[str, Value]]:
    glyph, tone = MARKS[line.result]
    yield "result", Value(f"{glyph} {OPEN if line.result == 'open' else line.result}", tone)
    if line.error:
        yield "", Value(line.error)
    yield "action", Value(line.action)
    yield "on", Value(subject_title(line))
    yield "begun", Value(figures.absolute(line.at_ms))
    if line.ended is not None:
        yield "ended", Value(figures.absolute(round(line.ended.timestamp() * 1000)))
    yield "by", Value(line.identity)
    yield "account", Value(line.account)
    yield "region", Value(line.region)
    for request_id in line.request_ids:
        yield "request id", Value(request_id)
    yield "id", Value(line.id, "dim")
    if line.batch is not None:
        entry = entry_of(line.action)
        yield "shift" if entry is not None and not entry.several else "marked set", Value(line.batch, "dim")


def _undo(line: AuditLine) -> Iterator[tuple[str, Value]]:
    if line.undo is not None and line.result in IN_FORCE:
        entry = entry_of(line.undo.action)
        yield "by", Value(entry.title if entry is not None else line.undo.action)
        if line.undo.parameters:
            yield "with", Value(_json(line.undo.parameters), block=True)
    if line.undoes is not None:
        yield "takes back", Value(line.undoes, "dim")


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
