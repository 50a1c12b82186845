"""What the terminal shows of a widget, line by line, so that no more is sent than what looks different."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import takewhile

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

PLACING = 10
"""Bytes that lead the terminal to where a line begins, and away from where it ends."""


class PaintedLines:
    """Lines as they were last painted.

    Args:
        draw: the line at a height as it would look now.
    """

    def __init__(self, draw: Callable[[int], Strip]) -> None:
        self._draw = draw
        self._painted: dict[int, Strip] = {}

    def __bool__(self) -> bool:
        return bool(self._painted)

    def stale(self, height: int) -> tuple[Region, ...]:
        """What of so many lines would look different from what was last painted there."""
        return tuple(
            Region(0, y, cells, 1)
            for y, painted in self._painted.items()
            if y < height and (cells := changed_cells(painted, self._draw(y)))
        )

    def last(self, y: int) -> Strip | None:
        """The line as it was last painted at a height, if one was."""
        return self._painted.get(y)

    def paint(self, y: int) -> Strip:
        """Draws a line, and takes it for painted."""
        line = self._painted[y] = self._draw(y)
        return line

    def forget(self) -> None:
        """Takes nothing for painted: what is on the terminal is of no use for comparing any more."""
        self._painted.clear()


def bytes_sent(before: Strip | None, after: Strip, console: Console) -> int:
    """How many bytes, escapes included, turn a line on the terminal into another."""
    changed = after.crop(0, changed_cells(before, after))
    return len(changed.render(console).encode()) + PLACING


def changed_cells(before: Strip | None, after: Strip) -> int:
    """How many cells of a line, counted from its left, hold all that changed.

    Textual sends a line from its left edge on, so that only what stays the same at its end can be left out; and that
    only as far as every character has cells of its own, as an accent that joins the one before it has not.
    """
    if before is None:
        return after.cell_length
    if before == after:
        return 0
    if before.cell_length != after.cell_length:
        return max(before.cell_length, after.cell_length)
    pairs = zip(_from_right(before), _from_right(after), strict=False)
    same = takewhile(lambda pair: pair[0] == pair[1] and cell_len(pair[0][0]), pairs)
    return after.cell_length - sum(cell_len(character) for (character, _), _ in same)


def _from_right(line: Strip) -> Iterator[tuple[str, Style | None]]:
    return ((character, segment.style) for segment in reversed(line) for character in reversed(segment.text))
