"""How one log event is drawn: its columns, its level, and its text cut or wrapped to the room that there is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from rich.cells import cell_len, chop_cells, set_cell_size

from lambdatui.ui.widgets.plain_text import plain

GAP = 1
GLYPH = 2
"""Cells of the level's glyph and the space after it."""
INDENT = "  "
LEAST_TEXT = 32
"""Cells that the text keeps: columns that leave it less are dropped."""
READ = 20_000
"""Characters of one wrapped text that are shown; what is left out is counted at its end."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is told of one event, as plain text that need not be harmless."""

    time: str
    function: str
    stream: str
    level: str | None
    """One of the keys of `LEVELS`; None where the event does not say."""
    text: str
    more: int = 0
    """How many lines are folded under this one."""


@dataclass(frozen=True, slots=True)
class Level:
    """How a level looks, in colour and without."""

    look: str = "line"
    glyph: str = " "


ORDINARY = Level()
LEVELS: Mapping[str | None, Level] = {
    "trace": Level("muted"),
    "debug": Level("muted"),
    "info": ORDINARY,
    "warn": Level("warning", "▲"),
    "error": Level("error", "✗"),
    "fatal": Level("error", "✗"),
    "system": Level("muted", "·"),
}

Piece = tuple[str, tuple[str, ...]]
"""Text, and the looks that it has, the later over the earlier."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The cells that the columns before the text take; none for a column that is not drawn."""

    time: int = 0
    function: int = 0
    stream: int = 0

    @property
    def width(self) -> int:
        """Cells of all columns with their gaps."""
        return sum(cells + GAP for cells in (self.time, self.function, self.stream) if cells)

    def grown(self, line: Line) -> Columns:
        """Wide enough for this line as well, as far as any column may grow."""
        return Columns(
            max(self.time, min(24, cell_len(plain(line.time)))),
            max(self.function, min(20, cell_len(plain(line.function)))),
            max(self.stream, min(16, cell_len(plain(line.stream)))),
        )

    def fitted(self, width: int, *, names: bool) -> Columns:
        """Those that leave the text enough room in so many cells; function and stream only with `names`."""
        choices = [Columns(self.time), Columns()]
        if names:
            choices = [self, Columns(self.time, self.function), *choices]
        return next((each for each in choices if width - each.width - GLYPH >= LEAST_TEXT), Columns())

    def cells(self, line: Line) -> str:
        """The columns of a line, each with its gap."""
        columns = ((line.time, self.time), (line.function, self.function), (line.stream, self.stream))
        return "".join(set_cell_size(cut(text, room), room + GAP) for text, room in columns if room)


def cut(text: str, room: int) -> str:
    """The harmless text on one line of so many cells at most; of what is cut only what can be seen is looked at."""
    shown = plain(text[: 2 * room + 1])
    if cell_len(shown) <= room and len(text) <= 2 * room + 1:
        return shown
    return set_cell_size(shown, max(0, room - 1)).rstrip() + "…"


def wrapped(text: str, room: int) -> list[str]:
    """The harmless text on lines of so many cells at most; an empty text is one line."""
    shown = plain(text[:READ])
    if len(text) > READ:
        shown += f"… {len(text) - READ:,} more characters"
    if shown.isascii():
        return [shown[start : start + room] for start in range(0, len(shown), room)] or [""]
    return chop_cells(shown, room) or [""]


def pieces(text: str, look: tuple[str, ...], pattern: re.Pattern[str] | None) -> list[Piece]:
    """The text in its look, and what the pattern finds in it looking like a match."""
    found: list[Piece] = []
    end = 0
    for match in pattern.finditer(text) if pattern else ():
        found += [(text[end : match.start()], look), (match[0], (*look, "match"))]
        end = match.end()
    return [*found, (text[end:], look)]


@dataclass(frozen=True, slots=True)
class Body:
    """An event as it stands in the log: as many rows as its text and what is unfolded under it take."""

    columns: str
    level: Level
    rows: tuple[str, ...]

    @classmethod
    def of(cls, line: Line, under: tuple[str, ...], columns: Columns, width: int, *, wrap: bool) -> Self:
        """Lays an event out in so many cells; `under` are the lines unfolded under it, none while it is folded."""
        room = max(2, width - columns.width - GLYPH)
        more = f" +{line.more}" if line.more and not under else ""
        rows = wrapped(line.text, room - len(more)) if wrap else [cut(line.text, room - len(more))]
        rows[-1] += more
        rows += [INDENT + row for text in under for row in wrapped(text, max(2, room - len(INDENT)))]
        return cls(columns.cells(line), LEVELS.get(line.level, ORDINARY), tuple(rows))

    def row(self, number: int, pattern: re.Pattern[str] | None, *, at_cursor: bool) -> list[Piece]:
        """One of its rows, in one look save for matches: every other one costs 45 bytes and more on the wire.

        The cursor's look hides the level's, which can still be told by the glyph.
        """
        look = "cursor" if at_cursor else self.level.look
        text = pieces(self.rows[number], (look,), pattern)
        if number:
            return [(" " * (cell_len(self.columns) + GLYPH), (look,)), *text]
        return [(f"{self.columns}{self.level.glyph} ", (look,)), *text]
