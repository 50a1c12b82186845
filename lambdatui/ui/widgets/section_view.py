"""Sections of labelled values: how facts about one thing are told everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from rich.cells import cell_len
from textual.content import Content

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
GAP = 2
"""Cells between them."""
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

    def _broken(self, width: int) -> list[Content]:
        if self._columns == 1 or width < TWO_COLUMNS:
            return _column(self._sections, width)
        right = width // 2
        left = width - right - GAP
        first, second = _halves(self._sections)
        pairs = zip_longest(_column(first, left), _column(second, right), fillvalue=Content(""))
        return [_filled(one, left) + " " * GAP + other for one, other in pairs]


def _halves(sections: Sequence[Section]) -> tuple[Sequence[Section], Sequence[Section]]:
    """The sections in two columns of about the same height, in reading order."""
    heights = [len(section.rows) + 2 for section in sections]
    split = next((i for i in range(len(sections)) if sum(heights[:i]) * 2 >= sum(heights)), len(sections))
    return sections[:split], sections[split:]


def _column(sections: Sequence[Section], width: int) -> list[Content]:
    """The lines of sections, one under the other, the values of all beginning at the same cell."""
    labels = (cell_len(plain(label)) for section in sections for label, _ in section.rows)
    label_width = min(LABEL_WIDTH, max(labels, default=0))
    unlabelled = Content(" " * label_width)
    lines = []
    for section in sections:
        lines.append(Content.styled(section.title, "bold $accent"))
        for label, value in section.rows:
            texts = plain_lines(value.text) if value.block else [plain(value.text)]
            names = _folded([plain(label)], "$secondary", label_width)
            values = _folded(texts, COLOURS[value.tone], max(1, width - label_width - 1))
            lines += [
                Content.assemble(name or unlabelled, " ", text or "") for name, text in zip_longest(names, values)
            ]
        lines.append(Content(""))
    return lines


def _folded(texts: Sequence[str], colour: str, width: int) -> list[Content]:
    """The texts in a colour, so many cells wide; what is wider goes on in the lines below, as far in as it began."""
    folded: list[Content] = []
    for text in texts:
        content = Content.styled(text, colour)
        if content.cell_length <= width:
            folded.append(content)
            continue
        indent = min(len(text) - len(text.lstrip(" ")), width // 2)
        parts = Content.styled(text[indent:], colour).wrap(width - indent)
        folded += [part.pad_left(indent) for part in parts]
    return [_filled(line, width) for line in folded]


def _filled(line: Content, width: int) -> Content:
    return line.extend_right(width - line.cell_length)
