"""How attempts are told in a row: when, what became of them, on what, and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from lambdatui.actions import entry_of
from lambdatui.clock import now_ms
from lambdatui.ui import figures
from lambdatui.ui.dialogs.plan_sections import MARKS, NOT_SET
from lambdatui.ui.widgets.column import Column, R
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.section_view import COLOURS

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdatui.actions.audit import AuditLine
    from lambdatui.ui.figures import Times

MAIN, ADDITIONAL = "version", "additional"
"""What the trail calls the two versions that share an alias's traffic."""


def result_cell(line: AuditLine) -> Content:
    """What became of an attempt, as glyph, colour and word."""
    glyph, tone = MARKS[line.result]
    return Content.styled(f"{glyph} {line.result}", COLOURS[tone])


def action_title(line: AuditLine) -> str:
    """The action's title; its id, where this console has no such action."""
    entry = entry_of(line.action)
    return entry.title if entry is not None else line.action


def subject_title(line: AuditLine) -> str:
    """What an attempt was made on."""
    return " ".join(filter(None, (":".join(filter(None, (line.function, line.qualifier))), line.mapping)))


def change_text(line: AuditLine) -> str:
    """What was to be changed, on one line: how it was and was meant to be before what it is, which may be cut off."""
    changed = line.changed
    if changed.keys() == {MAIN, ADDITIONAL}:
        return _division(line)
    told = (f"{before or NOT_SET} → {after or NOT_SET} ({label})" for label, (before, after) in changed.items())
    return "; ".join(told) or "-"


def _division(line: AuditLine) -> str:
    """How an alias was to divide its traffic, as short as can be: where the versions stay, one share tells it."""
    sides = [[told for label in (MAIN, ADDITIONAL) if (told := side.get(label))] for side in (line.before, line.after)]
    before, after = ([told.partition(" ")[0] for told in side] for side in sides)
    shown = ((side[1:] if before == after else side) for side in sides)
    return " → ".join(", ".join(side).replace("(", "").replace(")", "") for side in shown)


def moment_column(line_of: Callable[[R], AuditLine], times: Times) -> Column[R]:
    """When an attempt was begun."""
    return Column(
        id="at",
        title="WHEN",
        cell=lambda record: figures.moment(line_of(record).at_ms, now_ms(), times),
        value=lambda record: line_of(record).at_ms,
        unit="epoch ms",
        width=6 if times == "relative" else 20,
        align="right",
    )


def what_columns(line_of: Callable[[R], AuditLine]) -> tuple[Column[R], ...]:
    """Which action, on what, and what it was to change."""
    return (
        Column(id="action", title="ACTION", cell=lambda record: action_title(line_of(record)), flex=True, min_width=15),
        Column(id="subject", title="ON", cell=lambda record: subject_title(line_of(record)), flex=True, min_width=18),
        Column(
            id="change",
            title="CHANGE",
            cell=lambda record: change_text(line_of(record)),
            flex=True,
            min_width=18,
            priority=1,
        ),
    )


def who(line: AuditLine) -> str:
    """The caller, without what its ARN repeats."""
    return plain(line.identity.rpartition(":")[2].rpartition("/")[2])
