"""What differs between two invocations of a function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual.containers import VerticalGroup

from lambdatui.insight.invocation_answer import COMPARED_LINES, difference
from lambdatui.ui import figures
from lambdatui.ui.dialogs.invoke_result import Run
from lambdatui.ui.dialogs.reading_dialog import ReadingDialog
from lambdatui.ui.widgets.section_view import Section, SectionView, Tone, Value

TONES: Mapping[str, Tone] = {"+": "good", "-": "error", "@": "dim"}
"""How the lines of a unified difference are meant, by how they begin."""


class RunComparison(ReadingDialog[None]):
    """The figures side by side, and the difference of the responses.

    Args:
        before: the earlier run.
        after: the later one.
    """

    def __init__(self, before: Run, after: Run) -> None:
        told, response = SectionView(), SectionView()
        told.show([Section("Figures", tuple(_figures(before, after)))])
        response.show([Section("Response", tuple(("", value) for value in _response(before, after)))])
        super().__init__(f"{after.subject}: this run and the one before", VerticalGroup(told, response))


def _figures(before: Run, after: Run) -> Iterator[tuple[str, Value]]:
    old, new = ({label: value.text for label, value in run.figures() if label} for run in (before, after))
    for label in {**old, **new}:
        was, now = old.get(label, "-"), new.get(label, "-")
        yield label, Value(f"{was} → {now}" if was != now else was)


def _response(before: Run, after: Run) -> Iterator[Value]:
    found = difference(before.response, after.response)
    for line in found:
        yield Value(line, TONES.get(line[:1], ""))
    if not found:
        yield Value("the same as before")
    if max(len(before.response), len(after.response)) > COMPARED_LINES:
        yield Value(f"only the first {figures.count(COMPARED_LINES)} lines of each were compared", "dim")
