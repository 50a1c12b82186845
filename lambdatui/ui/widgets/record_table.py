"""The table that every pane shows its records in: virtual, sorted and filtered on the records themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic

from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer

from lambdatui.ui.widgets.cells import record_line, title_line
from lambdatui.ui.widgets.column import GAP, GUTTER, Cell, Column, R, fit
from lambdatui.ui.widgets.key_line import GENERAL
from lambdatui.ui.widgets.line_view import LineView
from lambdatui.ui.widgets.record_filter import FilterError
from lambdatui.ui.widgets.record_set import RecordSet

__all__ = ["Column", "FilterError", "RecordTable"]

MARK = "●"
HEADER = 1
"""Lines above the first record."""
READ_EVERY, READ_AT_ONCE = 0.05, 250
"""Seconds, and records: about 1 ms of work each time."""


class RecordTable(LineView, ScrollView, Generic[R], can_focus=True, inherit_bindings=False):
    """Shows any number of records, one on a line, under a header that stays.

    Only what can be seen is drawn. The cursor and the marks belong to keys, not to lines, and so survive sorting,
    filtering and refreshing. Until the operator first does something with the table, the cursor stays on the top line
    while records stream in; from then on it holds the record that it is on, however it came there.

    Args:
        columns: from left to right.
        key: names a record for good.
        placeholder: said instead of records while none is shown.
        markable: whether rows can be marked, for something that is done to several of them.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"line-view--header", "line-view--mark"}
    DEFAULT_CSS = """
    RecordTable {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;

        & > .line-view--header { color: $text-muted; text-style: bold; }
        & > .line-view--mark { color: $text-accent; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor_up", "up", show=False, id="table.up", tooltip="up a line"),
        Binding("down,j", "cursor_down", "down", show=False, id="table.down", tooltip="down a line"),
        Binding("pageup,ctrl+b", "page_up", "page up", show=False, id="table.page_up", tooltip="up a page"),
        Binding("pagedown,ctrl+f", "page_down", "page down", show=False, id="table.page_down", tooltip="down a page"),
        Binding("home,g", "first", "first", show=False, id="table.first", tooltip="to the first"),
        Binding("end,G", "last", "last", show=False, id="table.last", tooltip="to the last"),
        Binding("enter", "open", "open", id="table.open", tooltip="look into the row"),
        Binding("space", "mark", "mark", id="table.mark", group=GENERAL, tooltip="mark the row, or take its mark away"),
    ]

    @dataclass
    class TableMessage(Message):
        """What every message of a table tells: which table."""

        table: RecordTable[Any]

        @property
        def control(self) -> RecordTable[Any]:
            return self.table

    @dataclass
    class Highlighted(TableMessage):
        """The cursor is on another record, or on a newer state of the same; None when no record is shown."""

        record: Any

    @dataclass
    class Opened(TableMessage):
        """The operator wants to look into a record."""

        record: Any

    @dataclass
    class ShownChanged(TableMessage):
        """One of the counts has changed: all records, those shown, and those both shown and marked."""

        total: int
        shown: int
        marked: int

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False, repaint=False)
    """As in every scroll view, save that a longer table is no reason to repaint the lines in view, and lays the screen
    out anew only where its scroll bar comes or goes.
    """

    def __init__(
        self,
        columns: Sequence[Column[R]],
        key: Callable[[R], str],
        *,
        placeholder: Cell = "",
        markable: bool = True,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(placeholder=placeholder, id=id, classes=classes)
        self._set: RecordSet[R] = RecordSet(columns, key)
        self._columns = columns
        self._markable = markable
        self._cursor = 0
        self._cursor_key: str | None = None
        self._brought_by_filter = False
        """Whether the filter brought the cursor to its record, and nobody moved it since."""
        self._marks: set[str] = set()
        self._fitted: list[tuple[Column[R], int]] = []
        self._highlighted: R | None = None
        self._reader: Timer | None = None
        self._counts = (0, 0, 0)
        self._strips: LRUCache[tuple[str, bool, bool], tuple[R, Strip]] = LRUCache(1024)

    # What is in the table

    @property
    def records(self) -> list[R]:
        """All records, in the order in which they came."""
        return list(self._set.by_key.values())

    @property
    def shown(self) -> list[R]:
        """The records that pass the filter, as they stand on the screen."""
        return [self._set.by_key[key] for key in self._set.shown]

    @property
    def in_view(self) -> list[R]:
        """The records that stand on the screen now."""
        keys = self._set.shown[self._top : self._top + max(0, self._height - HEADER)]
        return [self._set.by_key[key] for key in keys]

    @property
    def total(self) -> int:
        """How many records there are, shown or not."""
        return len(self._set.by_key)

    def set_records(self, records: Iterable[R]) -> None:
        """Takes these records and no others. A record that equals its former state keeps it, and is not repainted."""
        self._set.replace(records)
        self._marks &= self._set.by_key.keys()
        self._rearranged()

    def add_records(self, records: Iterable[R]) -> None:
        """Takes these records too; one whose key is known replaces the former."""
        self._set.add(records)
        self._rearranged()

    def redraw(self) -> None:
        """Draws the cells in view again: the same values are written differently by now, as ages are."""
        self._strips.clear()
        self._repaint()

    def reread(self, records: Iterable[R] | None = None) -> None:
        """Asks every column again, of these records or of all: what is sorted and searched by has changed though the
        records have not.
        """
        self._set.reread(None if records is None else map(self._set.key, records))
        self._strips.clear()
        self._rearranged()

    # Filtering and sorting

    @property
    def filter_text(self) -> str:
        """The filter in force, as the operator wrote it."""
        return self._set.filter.text

    def set_filter(self, text: str) -> None:
        """Shows only the records that pass; the language is `record_filter`'s.

        Raises:
            FilterError: the filter cannot be understood; the former one stays in force.
        """
        self._set.set_filter(text)
        brought = self._brought_by_filter
        if self._set.shown:
            brought = self._cursor_key not in self._set.shown or (brought and text != "")
            if brought:
                self._cursor_key = None
                self._scroll(0)
        self._rearranged()
        self._hold()
        self._brought_by_filter = brought

    @property
    def sort_column(self) -> str | None:
        """The id of the column that the table is sorted by; None while records stand as they came."""
        return self._set.sorted_by.id if self._set.sorted_by else None

    @property
    def sort_reverse(self) -> bool:
        return self._set.reverse

    def sort_by(self, column_id: str | None, *, reverse: bool = False) -> None:
        """Sorts by a column's value, equal values by key, records without a value last.

        Raises:
            KeyError: there is no such column.
        """
        self._set.sort(column_id, reverse=reverse)
        self._rearranged()

    def sort_next(self) -> None:
        """Sorts by the next column that can be seen, and by the first after the last."""
        ids = [column.id for column, _ in self._fitted] or [column.id for column in self._columns]
        following = ids.index(self.sort_column) + 1 if self.sort_column in ids else 0
        self.sort_by(ids[following % len(ids)])

    def reverse_sort(self) -> None:
        """Turns the order around."""
        self.sort_by(self.sort_column, reverse=not self.sort_reverse)

    # The cursor and the marks

    @property
    def cursor_record(self) -> R | None:
        """The record that the cursor is on."""
        return self._set.by_key[self._set.shown[self._cursor]] if self._set.shown else None

    def move_to(self, key: str) -> bool:
        """Moves the cursor to a record and into view; False if it is not shown."""
        if key not in self._set.shown:
            return False
        self._move_to(self._set.shown.index(key))
        return True

    def follow_top(self) -> None:
        """Moves the cursor to the top line, where it stays as at the start, whichever record comes to stand there."""
        self._move_to(0)
        self._cursor_key = None

    @property
    def marked(self) -> tuple[R, ...]:
        """The marked records among those shown, as they stand on the screen."""
        return tuple(self._set.by_key[key] for key in self._set.shown if key in self._marks)

    @property
    def marks(self) -> int:
        """How many records are marked, those that are filtered out among them."""
        return len(self._marks)

    def toggle_mark(self) -> None:
        """Marks the record under the cursor, or takes its mark away."""
        if self._set.shown:
            self._marks ^= {self._set.shown[self._cursor]}
            self._changed()

    def unmark(self, over: Callable[[R], bool]) -> None:
        """Takes the marks away of those records with which something is over."""
        self._marks = {key for key in self._marks if not over(self._set.by_key[key])}
        self._changed()

    def clear_marks(self) -> None:
        """Takes all marks away, of records that are filtered out as well."""
        self._marks.clear()
        self._changed()

    def action_cursor_up(self) -> None:
        self._move_to(self._cursor - 1)

    def action_cursor_down(self) -> None:
        self._move_to(self._cursor + 1)

    def action_page_up(self) -> None:
        self._move_page(-1)

    def action_page_down(self) -> None:
        self._move_page(1)

    def action_first(self) -> None:
        self._move_to(0)

    def action_last(self) -> None:
        self._move_to(len(self._set.shown) - 1)

    def action_open(self) -> None:
        record = self.cursor_record
        if record is not None:
            self.post_message(self.Opened(self, record))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "mark" or self._markable

    def action_mark(self) -> None:
        self.toggle_mark()
        self._move_to(self._cursor + 1)

    def on_key(self) -> None:
        """Whatever a key is about to do, it was pressed at the sight of the record under the cursor."""
        self._hold()

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a double click opens, a click on the header sorts."""
        self._hold()
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y < HEADER:
            self._sort_at(offset.x)
        elif (index := self._top + offset.y - HEADER) < len(self._set.shown):
            self._move_to(index)
            if event.chain == 2:
                self.action_open()

    def _sort_at(self, x: int) -> None:
        right = GUTTER
        for column, width in self._fitted:
            right += width + GAP
            if x < right:
                self.sort_by(column.id, reverse=column.id == self.sort_column and not self.sort_reverse)
                return

    def _move_page(self, pages: int) -> None:
        lines = pages * max(1, self._height - HEADER)
        self._scroll(self._top + lines)
        self._move_to(self._cursor + lines)

    def _move_to(self, index: int) -> None:
        shown = self._set.shown
        if shown:
            self._cursor = min(max(0, index), len(shown) - 1)
            self._hold()
            self._bring_into_view()

    def _bring_into_view(self) -> None:
        """Scrolls to the cursor, as little as that takes."""
        self._scroll(min(max(self._top, self._cursor - self._height + HEADER + 1), self._cursor))
        self._changed()

    def _hold(self) -> None:
        """From now on the cursor belongs to the record that it is on."""
        self._brought_by_filter = False
        if self._set.shown:
            self._cursor_key = self._set.shown[self._cursor]

    def _rearranged(self) -> None:
        """Finds the cursor's record again and holds it still on the screen."""
        shown, former = self._set.shown, self._cursor
        in_view = self._top <= former < self._top + self._height - HEADER
        if self._cursor_key is None or not shown:
            self._cursor = 0
        elif self._cursor_key in shown:
            self._cursor = shown.index(self._cursor_key)
        else:
            self._cursor = min(former, len(shown) - 1)
            self._hold()
        self.virtual_size = Size(0, HEADER + len(shown))
        self._scroll(self._top + (self._cursor - former if in_view else 0))
        if self._reader is not None:
            self._reader.resume()
        self._changed()

    def _changed(self) -> None:
        record = self.cursor_record
        if record is not self._highlighted:
            self._highlighted = record
            self.post_message(self.Highlighted(self, record))
        marked = sum(key in self._marks for key in self._set.shown) if self._marks else 0
        counts = (len(self._set.by_key), len(self._set.shown), marked)
        if counts != self._counts:
            self._counts = counts
            self.post_message(self.ShownChanged(self, *counts))
        self._repaint()

    # Drawing

    @property
    def _top(self) -> int:
        """The index of the first record in view."""
        return self.scroll_offset.y

    @property
    def _height(self) -> int:
        return self.scrollable_content_region.height

    def _scroll(self, top: int) -> None:
        if self.is_mounted:
            self.scroll_to(y=top, animate=False, force=True)

    def watch_virtual_size(self) -> None:
        scrolls = self.virtual_size.height > self.container_size.height
        if scrolls != self.show_vertical_scrollbar:
            self.refresh(repaint=False, layout=True)
        elif scrolls:
            self.vertical_scrollbar.window_virtual_size = self.virtual_size.height

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = new_value
        self._repaint()

    def on_mount(self) -> None:
        self._reader = self.set_interval(READ_EVERY, self._read_ahead)

    def _read_ahead(self) -> None:
        """Prepares a few records for searching, so that the first letter of a filter finds them all prepared."""
        if self._reader is not None and not self._set.read_ahead(READ_AT_ONCE):
            self._reader.pause()

    def on_resize(self) -> None:
        if self._cursor_key is not None:
            self._bring_into_view()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips.clear()

    def _room_changed(self) -> None:
        self._fitted = fit(self._columns, self._room.width)
        self._strips.clear()

    def _line(self, y: int) -> Strip:
        if y < HEADER:
            return self._drawn("header", title_line(self._fitted, self.sort_column, self.sort_reverse))
        index = self._top + y - HEADER
        if index < len(self._set.shown):
            return self._row(index)
        if not self._set.shown:
            return self._placeholder_line(y - HEADER - 1)
        return self._drawn("line", Content(""))

    def _row(self, index: int) -> Strip:
        key = self._set.shown[index]
        record, look = self._set.by_key[key], (key, index == self._cursor, key in self._marks)
        drawn, strip = self._strips.get(look, (None, None))
        if strip is None or drawn is not record:
            strip = self._draw(record, *look[1:])
            self._strips[look] = (record, strip)
        return strip

    def _draw(self, record: R, at_cursor: bool, marked: bool) -> Strip:
        look = "cursor" if at_cursor else "line"
        mark = Content.styled(MARK, self._look(look, "mark")) if marked else Content(" ")
        return self._drawn(look, record_line(self._fitted, record, mark))
