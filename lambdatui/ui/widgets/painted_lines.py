"""What the terminal shows of a widget, line by line, so that no more is sent than what looks different."""

from __future__ import annotations

from collections.abc import Callable
from operator import ne

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
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
    return after.cell_length - _same_at_end(list(before), list(after))


def _same_at_end(before: list[Segment], after: list[Segment]) -> int:
    """How many cells at the end of both, which are used up, are the same."""
    cells = 0
    while before and after and before[-1].style == after[-1].style:
        (old, style, _), (new, _, _) = before.pop(), after.pop()
        end = _common_end(old, new)
        cells += cell_len(end)
        if len(end) < min(len(old), len(new)):
            break
        before += _rest(old, end, style)
        after += _rest(new, end, style)
    return cells


def _common_end(one: str, other: str) -> str:
    differing = map(ne, reversed(one), reversed(other))
    same = next((at for at, differs in enumerate(differing) if differs), min(len(one), len(other)))
    end = one[len(one) - same :]
    if end.isascii() or all(map(cell_len, end)):
        return end
    return end[max(at for at, character in enumerate(end, 1) if not cell_len(character)) :]


def _rest(text: str, end: str, style: Style | None) -> list[Segment]:
    """What is left of a piece of a line without its end."""
    return [Segment(text.removesuffix(end), style)] if text != end else []
