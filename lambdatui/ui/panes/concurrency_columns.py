"""How a function on the concurrency board is written as a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from lambdatui.insight.concurrency import requested
from lambdatui.insight.concurrency_board import Standing
from lambdatui.ui import figures
from lambdatui.ui.panes.release_columns import allocated, part_cell
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.record_table import Column
from lambdatui.ui.widgets.section_view import COLOURS, GLYPHS

SEVERITIES = ("error", "warning", "dim")
"""The tones of verdicts, the worst first."""
NONE = Content.styled("-", "dim")


def concurrency_columns(peaks: Mapping[str, float | None] | None) -> Sequence[Column[Standing]]:
    """The columns of the board.

    Args:
        peaks: those functions whose peak was asked for, as it becomes known; None where metrics may cost nothing.
    """
    peak: Column[Standing] = Column(
        id="peak",
        title="PEAK",
        cell=lambda s: _peak(s, asked=peaks is not None and s.function in peaks),
        value=lambda s: s.peak,
        width=6,
        align="right",
    )
    return (
        Column(id="function", title="FUNCTION", cell=lambda s: s.function, flex=True, min_width=20),
        Column(id="reserved", title="RESERVED", cell=_reserved, value=lambda s: s.limit, width=8, align="right"),
        Column(
            id="provisioned",
            title="PROVISIONED",
            cell=_provisioned,
            value=lambda s: requested(s.provisioned.items) or None,
            flex=True,
            min_width=12,
        ),
        *((peak,) if peaks is not None else ()),
        Column(
            id="share",
            title="SHARE",
            cell=lambda s: NONE if s.share is None else figures.percent(s.share),
            value=lambda s: s.share,
            width=6,
            align="right",
            priority=1,
        ),
        Column(id="verdict", title="VERDICT", cell=_verdict, value=_urgency, flex=True, min_width=22),
    )


def _reserved(standing: Standing) -> Content:
    if (missing := part_cell(standing.reserved)) is not None:
        return missing
    if standing.limit is None:
        return NONE
    return Content.styled(figures.count(standing.limit), "" if standing.limit else "$error")


def _provisioned(standing: Standing) -> Content:
    if not standing.provisioned.items:
        return part_cell(standing.provisioned) or NONE
    each = (Content.assemble((plain(one.qualifier), "bold"), " ", allocated(one)) for one in standing.provisioned.items)
    return Content("; ").join(each)


def _peak(standing: Standing, *, asked: bool) -> Content:
    if standing.peak is not None:
        return Content(figures.short(standing.peak))
    return NONE if asked else Content.styled("…", "dim")


def _verdict(standing: Standing) -> Content:
    if (verdict := standing.verdict) is None:
        return part_cell(standing.reserved) or NONE
    return Content.styled(f"{GLYPHS[verdict.tone]}{plain(verdict.text)}", COLOURS[verdict.tone])


def _urgency(standing: Standing) -> float:
    """The worst first, and among equals those that have most of the account's limit."""
    verdict = standing.verdict
    severity = len(SEVERITIES) if verdict is None else SEVERITIES.index(verdict.tone)
    return severity * 2 - (standing.share or 0.0)
