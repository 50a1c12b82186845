"""Lines of cells as they are drawn: harmless whatever they hold, and each exactly as wide as its column."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from rich.text import Text
from textual.content import Content

from lambdatui.ui.widgets.column import GAP, GUTTER, Cell, Column, R
from lambdatui.ui.widgets.plain_text import plain


def harmless(cell: Cell) -> Content:
    """Returns the cell on one line. A styled one that holds anything but ordinary text loses its styles."""
    if isinstance(cell, str):
        return Content(plain(cell))
    text = plain(cell.plain)
    if text != cell.plain:
        return Content(text)
    return Content.from_rich_text(cell) if isinstance(cell, Text) else cell


def aligned(content: Content, room: int, align: Literal["left", "right"]) -> Content:
    """Returns the content exactly so many cells wide: padded, or cut with an ellipsis."""
    content = content.truncate(room, ellipsis=True)
    spare = room - content.cell_length
    return content.pad_left(spare) if align == "right" else content.pad_right(spare)


def title_line(fitted: Iterable[tuple[Column[R], int]], sort_column: str | None, reverse: bool) -> Content:
    """The titles over their columns, with an arrow on the one that is sorted by."""
    arrow = "▼" if reverse else "▲"
    parts: list[Content | str] = [" " * GUTTER]
    for column, room in fitted:
        title = harmless(column.title)
        if column.id != sort_column:
            parts += [aligned(title, room, column.align), " " * GAP]
        elif column.align == "right":  # the arrow stands in the gap, and the title over its numbers
            parts += [aligned(title, room, "right"), arrow, " " * (GAP - 1)]
        else:
            parts += [aligned(title.truncate(room, ellipsis=True) + arrow, room + 1, "left"), " " * (GAP - 1)]
    return Content.assemble(*parts)


def record_line(fitted: Iterable[tuple[Column[R], int]], record: R, mark: Content) -> Content:
    """The cells of a record; the mark is one cell wide."""
    parts = [mark.pad_right(GUTTER - 1)]
    for column, room in fitted:
        parts.append(aligned(harmless(column.cell(record)), room, column.align).pad_right(GAP))
    return Content("").join(parts)
