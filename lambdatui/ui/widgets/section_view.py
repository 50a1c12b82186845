"""Sections of labelled values: how facts about one thing are told everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rich.cells import cell_len
from rich.console import Group
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.visual import VisualType

from lambdatui.errors import ConsoleError
from lambdatui.ui.widgets.flowing_view import FlowingView
from lambdatui.ui.widgets.plain_text import plain, plain_lines
from lambdatui.ui.widgets.trouble import FORBIDDEN, error_mark

Tone = Literal["", "dim", "good", "warning", "error"]
GLYPHS: Mapping[Tone, str] = {"good": "✓ ", "warning": "▲ ", "error": "! ", "dim": "", "": ""}
"""What says the same as the tone where there is no colour."""
COLOURS: Mapping[str, str] = {"good": "$success", "warning": "$warning", "error": "bold $error", "dim": "dim", "": ""}
"""The tones in a table or on a line."""

TWO_COLUMNS = 110
"""From as many cells on, sections stand in two columns where that is wanted."""
LABEL_WIDTH = 26
"""At most; a column takes what its longest label needs."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value and how it is meant."""

    text: str
    tone: Tone = ""
    block: bool = False
    """Whether its line breaks are the console's own, and break lines; those of AWS's texts are shown as signs."""


def toned(text: str, tone: Tone) -> Value:
    """A value whose tone can be told without colour."""
    return Value(GLYPHS[tone] + text, tone)


def problem(error: ConsoleError, *, hint: bool = False) -> Value:
    """Why something is not known.

    Args:
        hint: whether it is also told what helps, where that is not just the permission.
    """
    mark = error_mark(error)
    glyph, _ = mark
    if mark is FORBIDDEN:
        return Value(f"{glyph} {error.title}", "warning")
    return Value(f"{glyph} {error if hint else error.title}", "error")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the labelled values under it."""

    title: str
    rows: tuple[tuple[str, Value], ...]


class SectionView(FlowingView):
    """Draws sections, one under the other, and repaints those of their lines that changed.

    Args:
        columns: how many columns of sections there may be where the width allows it, 1 or 2.
    """

    def __init__(self, columns: int = 1) -> None:
        super().__init__()
        self._columns = columns
        self._sections: Sequence[Section] = ()

    def show(self, sections: Sequence[Section]) -> None:
        """Shows these sections and no others."""
        if sections != self._sections:
            self._sections = sections
            self._show()

    def _drawing(self, width: int) -> VisualType:
        two = self._columns > 1 and width >= TWO_COLUMNS
        return self._two_columns(self._sections) if two else self._column(self._sections)

    def _two_columns(self, sections: Sequence[Section]) -> Table:
        """Two columns of about the same height, in reading order."""
        heights = [len(section.rows) + 2 for section in sections]
        split = next((i for i in range(len(sections)) if sum(heights[:i]) * 2 >= sum(heights)), len(sections))
        grid = Table.grid(expand=True, padding=(0, 2, 0, 0))
        grid.add_column(ratio=1)
        grid.add_column(ratio=1)
        grid.add_row(self._column(sections[:split]), self._column(sections[split:]))
        return grid

    def _column(self, sections: Sequence[Section]) -> Group:
        tones = self._tones()
        labels = (cell_len(plain(label)) for section in sections for label, _ in section.rows)
        width = min(LABEL_WIDTH, max(labels, default=0))
        blocks: list[Any] = []
        for section in sections:
            grid = Table.grid(padding=(0, 1))
            grid.add_column(width=width, overflow="fold")
            grid.add_column(overflow="fold")
            for label, value in section.rows:
                text = "\n".join(plain_lines(value.text)) if value.block else plain(value.text)
                grid.add_row(Text(plain(label), tones["label"]), Text(text, tones[value.tone]))
            blocks += [Text(section.title, tones["title"]), grid, Text("")]
        return Group(*blocks)

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
