"""A long text to read and to search: only the lines that can be seen are ever drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len, chop_cells
from rich.highlighter import JSONHighlighter
from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from lambdatui.ui.widgets.page import Page
from lambdatui.ui.widgets.plain_text import plain


class TextLine(NamedTuple):
    """A line as it came, and what it is."""

    text: str
    heading: bool = False


class Row(NamedTuple):
    """What of a line stands on one row."""

    line: int
    start: int
    end: int


class TextLines(ScrollView, can_focus=True):
    """Folds what is wider than itself, and moves by the keys that scroll a page."""

    DEFAULT_CSS = """
    TextLines { height: 1fr; scrollbar-size-vertical: 1; scrollbar-gutter: stable; overflow-x: hidden; }
    """

    BINDINGS: ClassVar[list[BindingType]] = Page.BINDINGS

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[TextLine] = []
        self._rows: list[Row] = []
        self._found: Row | None = None
        self._width = 0
        self._highlighter = JSONHighlighter()

    def show(self, lines: Sequence[TextLine]) -> None:
        """Shows these lines and no others."""
        self._lines = [TextLine(plain(text), heading) for text, heading in lines]
        self._found = None
        self._width = 0
        self._fold()

    def on_resize(self, event: events.Resize) -> None:
        self._fold()

    def _fold(self) -> None:
        """Folds for the width there is, once; before the first layout there is none."""
        width = self.scrollable_content_region.width
        if width == self._width:
            return
        self._width = width
        self._rows = [row for number, line in enumerate(self._lines) for row in _folded(number, line.text, width)]
        self.virtual_size = Size(width, len(self._rows))
        self.refresh()

    def find(self, text: str, *, further: bool = False) -> bool:
        """Goes to where a text stands, whatever its case: from the top on, or from what was found last.

        Args:
            further: goes on to the next one, and from the last to the first.

        Returns:
            Whether it stands anywhere.
        """
        sought = text.lower()
        here = (self._found.line, self._found.start) if further and self._found is not None else (-1, -1)
        first = next(self._matches(sought), None) if sought else None
        later = (found for found in self._matches(sought) if (found.line, found.start) > here)
        self._found = first and next(later, first)
        if self._found is not None:
            self._reveal(self._row_of(self._found))
        self.refresh()
        return self._found is not None

    def _reveal(self, row: int) -> None:
        height = self.size.height
        if not self.scroll_offset.y <= row < self.scroll_offset.y + height:
            self.scroll_to(y=row - height // 2, animate=False, force=True, immediate=True)

    def _matches(self, sought: str) -> Iterator[Row]:
        for number, line in enumerate(self._lines):
            lowered = line.text.lower()
            at = lowered.find(sought)
            while at >= 0:
                yield Row(number, at, at + len(sought))
                at = lowered.find(sought, at + 1)

    def _row_of(self, found: Row) -> int:
        return next(
            (y for y, row in enumerate(self._rows) if row.line == found.line and found.start < max(row.end, 1)), 0
        )

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        index = self.scroll_offset.y + y
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        row = self._rows[index]
        line = self._lines[row.line]
        text = Text(line.text[row.start : row.end], self.rich_style, end="")
        if line.heading:
            text.stylize(f"bold {self.app.theme_variables['accent']}")
        elif self.app.theme != "monochrome":
            self._highlighter.highlight(text)
        if self._found is not None and self._found.line == row.line:
            text.stylize("reverse", max(0, self._found.start - row.start), max(0, self._found.end - row.start))
        return Strip(text.render(self.app.console)).adjust_cell_length(width, self.rich_style)


def _folded(number: int, text: str, width: int) -> Iterator[Row]:
    if len(text) * 2 <= width or cell_len(text) <= width:  # no character takes more than two cells
        yield Row(number, 0, len(text))
        return
    start = 0
    for part in chop_cells(text, width):
        yield Row(number, start, start + len(part))
        start += len(part)
