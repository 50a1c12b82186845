"""What differs between two invocations of a function."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text
from textual.widgets import Static

from lambdatui.insight.invocation_answer import COMPARED_LINES, difference
from lambdatui.ui import figures
from lambdatui.ui.dialogs.invoke_result import Run
from lambdatui.ui.dialogs.reading_dialog import ReadingDialog
from lambdatui.ui.widgets.plain_text import plain

TONES = {"+": "success", "-": "error", "@": "accent"}
"""The colours of a unified difference, by how its lines begin."""


class RunComparison(ReadingDialog[None]):
    """The figures side by side, and the difference of the responses.

    Args:
        before: the earlier run.
        after: the later one.
    """

    def __init__(self, before: Run, after: Run) -> None:
        self._body = Static("", markup=False)
        super().__init__(f"{after.subject}: this run and the one before", self._body)
        self._before, self._after = before, after

    def on_mount(self) -> None:
        self._body.update(Text("\n").join(self._lines()))

    def _lines(self) -> Iterator[Text]:
        colours = self.app.theme_variables
        old, new = (
            {label: value.text for label, value in run.figures() if label} for run in (self._before, self._after)
        )
        for label in {**old, **new}:
            before, after = plain(old.get(label, "-")), plain(new.get(label, "-"))
            told = f"{before} → {after}" if before != after else before
            yield Text.assemble((label.ljust(12), colours["secondary"]), told)
        yield Text("")
        yield Text("Response", f"bold {colours['accent']}")
        found = difference(self._before.response, self._after.response)
        for line in found or ("the same as before",):
            tone = TONES.get(line[:1]) if found else None
            yield Text(plain(line), colours[tone] if tone else "")
        if max(len(self._before.response), len(self._after.response)) > COMPARED_LINES:
            yield Text(f"only the first {figures.count(COMPARED_LINES)} lines of each were compared", "dim")
