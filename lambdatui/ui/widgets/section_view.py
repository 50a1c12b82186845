"""Sections of labelled values, one under the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Group
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.widgets import Static

from lambdatui.ui.panes.overview_sections import Section
from lambdatui.ui.widgets.plain_text import plain_lines

LABEL_WIDTH = 26
"""At most; the labels take what the longest needs."""


class SectionView(Static):
    """Draws sections; a value may have several lines."""

    def __init__(self) -> None:
        super().__init__("", markup=False)

    def show(self, sections: Sequence[Section]) -> None:
        """Shows these sections and no others."""
        tones = self._tones()
        width = min(LABEL_WIDTH, max((len(label) for section in sections for label, _ in section.rows), default=0))
        blocks: list[Any] = []
        for section in sections:
            grid = Table.grid(padding=(0, 1))
            grid.add_column(width=width, no_wrap=True, overflow="ellipsis")
            grid.add_column(overflow="fold")
            for label, value in section.rows:
                text = "\n".join(plain_lines(value.text))
                grid.add_row(Text(label, tones["label"]), Text(text, tones[value.tone]))
            blocks += [Text(section.title, tones["title"]), grid, Text("")]
        self.update(Group(*blocks))

    def _tones(self) -> dict[str, Style]:
        colours = self.app.theme_variables

        def of(colour: str, *, bold: bool = False) -> Style:
            return Style(color=colours[colour], bold=bold)

        return {
            "": Style(),
            "dim": Style(dim=True),
            "good": of("success"),
            "warning": of("warning"),
            "error": of("error", bold=True),
            "label": of("secondary"),
            "title": of("accent", bold=True),
        }
