"""Cells as they are drawn: harmless whatever they hold, and exactly as wide as their column."""

from __future__ import annotations

from typing import Literal

from rich.text import Text
from textual.content import Content

from lambdatui.ui.widgets.column import Cell
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
