"""The log as it is read: virtual, following or holding its place, filtered, wrapped and unfolded where it is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from lambdatui.models.log import LogEvent
from lambdatui.ui.widgets.column import Cell
from lambdatui.ui.widgets.line_view import LineView
from lambdatui.ui.widgets.log_excerpt import LogExcerpt
from lambdatui.ui.widgets.log_line import Line, Piece
from lambdatui.ui.widgets.log_places import LogPlaces, Place, Position
from lambdatui.ui.widgets.log_ring import LogRing
from lambdatui.ui.widgets.painted_lines import bytes_sent

__all__ = ["Line", "LogView"]

FRAME_S, SLOWEST_S = 0.25, 1.0
"""Seconds between two pictures while events stream in: what no eye can follow need not go over the wire."""
BYTES_PER_S = 22_000
"""What streaming may send to the terminal, escapes included; pictures come less often where they would send more.
The rest of the screen has what is left of 25 KB/s."""
WHEEL = 3
"""Rows that one notch of the wheel scrolls."""


def none(_event: LogEvent) -> bool:
    """Hides nothing."""
    return False


class LogView(LineView, can_focus=True):
    """Shows the events of a ring, of which it looks at no more than the screen holds.

    It follows the newest event until the operator moves up; from then on the row under the cursor holds its place,
    whatever arrives above or below it and whatever leaves the ring.

    Args:
        ring: what there is; tell the view by `changed` when it has taken events.
        describe: says what to draw of an event. Asked for what comes into view, and again only after `redraw`.
        expand: the lines to unfold under an event.
        hidden: whether an event is a part of another's, such as of a stack trace, and shown only if a filter finds it.
        placeholder: said instead of events while none is shown.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"line-view--{look}" for look in ("warning", "error", "match")}
    DEFAULT_CSS = """
    LogView > .line-view--warning { color: $text-warning; }
    LogView > .line-view--error { color: $text-error; }
    LogView > .line-view--match { text-style: bold underline; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False, id="log.up", tooltip="up a line"),
        Binding("down,j", "move(1)", "down", show=False, id="log.down", tooltip="down a line"),
        Binding("pageup,ctrl+b", "page(-1)", "page up", show=False, id="log.page_up", tooltip="up a page"),
        Binding("pagedown,ctrl+f", "page(1)", "page down", show=False, id="log.page_down", tooltip="down a page"),
        Binding("home,g", "first", "first", show=False, id="log.first", tooltip="to the oldest event"),
        Binding("end,G", "follow", "follow", id="log.follow", key_display="G", tooltip="to the newest, and follow"),
        Binding("space", "pause", "pause", id="log.pause", tooltip="hold everything still, or go on"),
        Binding("enter", "expand", "unfold", id="log.expand", tooltip="unfold the event, or fold it"),
        Binding("w", "wrap", "wrap", show=False, id="log.wrap", tooltip="wrap long lines, or cut them"),
        Binding("T", "times", "times", show=False, id="log.times", tooltip="time as age, UTC or local"),
        Binding("o", "columns", "columns", show=False, id="log.columns", tooltip="show function and stream, or not"),
        Binding("n", "seek(1)", "next", show=False, id="log.next", tooltip="to the next match of the filter"),
        Binding("N", "seek(-1)", "previous", show=False, id="log.previous", tooltip="to the match before"),
    ]

    @dataclass
    class LogMessage(Message):
        """What every message of a log tells: which log."""

        view: LogView

        @property
        def control(self) -> LogView:
            return self.view

    @dataclass
    class TimesWanted(LogMessage):
        """The operator wants the times written in another way."""

    @dataclass
    class StateChanged(LogMessage):
        """One of these has changed: see the properties of the same names."""

        following: bool
        paused: bool
        below: int
        shown: int

    def __init__(
        self,
        ring: LogRing,
        *,
        describe: Callable[[LogEvent], Line],
        expand: Callable[[LogEvent], Sequence[str]],
        hidden: Callable[[LogEvent], bool] = none,
        placeholder: Cell = "",
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(placeholder=placeholder, id=id, classes=classes)
        self._excerpt = LogExcerpt(ring, hidden)
        self._places = LogPlaces(self._excerpt, describe, expand)
        self._following = True
        self._cursor: Position | None = None
        self._rows: list[Position | None] = []
        self._frame: Timer | None = None
        self._due = False
        self._pictured = 0.0
        self._told = (True, False, 0, 0)
        self._sent = 0
        """Bytes that went to the terminal since the last picture."""

    # What is shown

    @property
    def _events(self) -> LogRing:
        return self._excerpt.events

    @property
    def following(self) -> bool:
        """Whether the newest event is kept in view."""
        return self._following

    @property
    def paused(self) -> bool:
        """Whether nothing is taken from the ring."""
        return self._excerpt.paused

    @property
    def below(self) -> int:
        """How many events are below the view; what arrived since a pause is."""
        last = next((row for row in reversed(self._rows) if row), None)
        return self._excerpt.waiting + (len(self._events) - 1 - self._events.index_of(last.event) if last else 0)

    @property
    def shown(self) -> int:
        """How many events there are to scroll through."""
        return len(self._events)

    def shown_events(self) -> Sequence[LogEvent]:
        """What is shown, the oldest first; it stays as it is whatever arrives, so that it can be saved at leisure."""
        return tuple(self._events)

    @property
    def matches(self) -> int:
        """How many of them the last filter finds, be it in force or not."""
        return len(self._excerpt.matching) if self._excerpt.sought else 0

    @property
    def cursor_event(self) -> LogEvent | None:
        """The event that the cursor is on; None while none is shown."""
        return self._cursor.event if self._cursor and self._events else None

    @property
    def filter_text(self) -> str:
        """The filter in force, as the operator wrote it."""
        return self._excerpt.filter.text

    def set_filter(self, text: str) -> None:
        """Shows only the events that pass; the language is `LogFilter`'s.

        Without a text everything is shown again and the former matches can still be stepped through; another time
        without a text forgets them.
        """
        self._excerpt.set_filter(text)
        self._settle()

    def changed(self) -> None:
        """Takes what is new in the ring: at once, or with the next picture if there was one just now."""
        self._due = self._frame is not None
        if not self._due and self.is_mounted:
            self._show_new()

    def reread(self) -> None:
        """Looks through the whole ring again: what `hidden` says has changed."""
        self._excerpt.reread()
        self._places.forget_columns()
        self._settle()

    def redraw(self) -> None:
        """Asks for the lines in view again: they are written differently by now, as times are.

        Columns become wider if they must, and stay so: nothing moves because an age is shorter for a while.
        """
        self._places.redraw()
        self._settle()

    def on_mount(self) -> None:
        self._show_new()

    def _show_new(self) -> None:
        self._due = False
        self._frame = self.set_timer(FRAME_S, self._next_frame)
        self._pictured, self._sent = monotonic(), 0
        self._excerpt.take()
        self._settle(hold=True)

    def _next_frame(self) -> None:
        self._frame = None
        rest = self._pictured + min(SLOWEST_S, self._sent / BYTES_PER_S) - monotonic()
        if rest > 0:
            self._frame = self.set_timer(rest, self._next_frame)
        elif self._due:
            self._show_new()

    def move_to(self, event: LogEvent) -> None:
        """Puts the cursor on an event, or on the nearest after it if it is not shown, and follows no more.

        An event that was not in view stands in the middle of it, among what was logged around it. The event need not
        come from the ring: one whose `sequence` is -1 stands before all others of its time.
        """
        self._following = False
        self._excerpt.take()
        if not self._events:
            return
        place, top = self._places.of(Position(event, 0)), self._top
        in_view = top <= place <= self._places.walk(top, self._room.height - 1)
        self._go(place, top if in_view else self._places.walk(place, -(self._room.height // 2)))

    # What the operator does

    def action_move(self, rows: int) -> None:
        """Moves the cursor by rows; up is where following ends."""
        if self._cursor and self._events:
            self._following &= rows > 0
            self._go(self._places.walk(self._places.of(self._cursor), rows), self._top)

    def action_page(self, pages: int) -> None:
        """Moves the cursor and the view by pages."""
        self._scroll(pages * max(1, self._room.height))

    def action_first(self) -> None:
        """Moves to the oldest event."""
        self._following = False
        self._go((0, 0), (0, 0))

    def action_follow(self) -> None:
        """Moves to the newest event and stays with it; ends a pause."""
        self._following = True
        if self.paused:
            self._excerpt.resume()
        self._excerpt.take()
        self._settle()

    def action_pause(self) -> None:
        """Holds everything still: the ring goes on without the view, until the same again."""
        if self.paused:
            self._excerpt.resume()
        else:
            self._excerpt.pause()
        self._settle(hold=True)

    def action_expand(self) -> None:
        """Unfolds the event under the cursor and shows as much of it as there is room for, or folds it."""
        if not self._cursor or not self._events:
            return
        self._following = False
        event = self._cursor.event
        self._places.toggle_unfolded(event)
        self._cursor = Position(event, 0)
        self._settle()
        index, _ = place = self._places.of(self._cursor)
        end = self._places.walk((index, self._places.height(index) - 1), 1 - self._room.height)
        self._go(place, min(place, max(self._top, end)))

    def action_wrap(self) -> None:
        """Wraps long lines, or cuts them."""
        self._places.toggle_wrap()
        self._settle()

    def action_times(self) -> None:
        """Asks for other times; whoever writes them calls `redraw`."""
        self._places.forget_times()
        self.post_message(self.TimesWanted(self))

    def action_columns(self) -> None:
        """Shows function and stream where there is room, or does not."""
        self._places.toggle_names()
        self._settle()

    def action_seek(self, step: int) -> None:
        """Moves to the next match of the last filter, or to the one before."""
        if not self._cursor or not self._excerpt.sought:
            return
        event = self._cursor.event
        index = self._excerpt.matching.index_of(event)
        index += step if step < 0 or event in self._excerpt.matching else 0
        if 0 <= index < len(self._excerpt.matching):
            self.move_to(self._excerpt.matching[index])

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a double click unfolds."""
        offset = event.get_content_offset(self)
        row = self._rows[offset.y] if offset is not None and offset.y < len(self._rows) else None
        if row:
            self._following = False
            self._go(self._places.of(row), self._top)
            if event.chain == 2:
                self.action_expand()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scroll(-WHEEL)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scroll(WHEEL)

    def _scroll(self, rows: int) -> None:
        if self._cursor and self._events:
            self._following &= rows > 0
            self._go(self._places.walk(self._places.of(self._cursor), rows), self._places.walk(self._top, rows))

    # Where things stand

    @property
    def _top(self) -> Place:
        """Where the view begins; above the first event if older ones have left from there."""
        y, row = next(((y, row) for y, row in enumerate(self._rows) if row), (0, None))
        return self._places.walk(self._places.of(row), -y) if row else (0, 0)

    def _settle(self, *, hold: bool = False) -> None:
        """Finds the place of the view again after events, or the heights of events, have changed.

        With `hold` it stays where it is even if there is nothing left above to show.
        """
        columns = self._places.columns
        if not self._events:
            self._arrange((0, 0))
        elif self._following or self._cursor is None:
            self._go(self._places.end, self._places.end)
        else:
            cursor = self._cursor
            rows = [(y, row) for y, row in enumerate(self._rows) if row and row.event in self._events]
            rows.sort(key=lambda each: (each[1].event != cursor.event, each[1] != cursor))
            y, row = rows[0] if rows else (0, cursor)
            self._go(self._places.of(cursor), self._places.walk(self._places.of(row), -y), hold=hold)
        if columns != self._places.columns:
            self._settle(hold=hold)

    def _go(self, cursor: Place, top: Place, *, hold: bool = False) -> None:
        """Puts the cursor and the view where they are to be, or as near as there are events."""
        if not self._events:
            return
        end = self._places.end
        index, row = cursor = end if self._following else max((0, 0), min(cursor, end))
        self._cursor = Position(self._events[index], row)
        if not hold:
            top = max((0, 0), min(top, self._places.walk(end, 1 - self._room.height)))
        self._arrange(max(min(top, cursor), self._places.walk(cursor, 1 - self._room.height)))

    def _arrange(self, top: Place) -> None:
        """Lays out the rows from the top of the view on."""
        self._rows = self._places.rows(top, self._room.height)
        self._tell()
        self._repaint()

    def _tell(self) -> None:
        state = (self.following, self.paused, self.below, self.shown)
        if state != self._told:
            self._told = state
            self.post_message(self.StateChanged(self, *state))

    # Drawing

    def _room_changed(self) -> None:
        self._places.resize(self._room.width)
        self._settle()

    def render_line(self, y: int) -> Strip:
        before = self._painted.last(y)
        line = super().render_line(y)
        self._sent += bytes_sent(before, line, self.app.console)
        return line

    def _line(self, y: int) -> Strip:
        if not self._events:
            return self._placeholder_line(y - 1)
        row = self._rows[y] if y < len(self._rows) else None
        pieces: list[Piece] = [("", ("line",))]
        if row:
            pieces = self._places.body(row.event).row(
                row.row, self._excerpt.sought.pattern, at_cursor=row == self._cursor
            )
        segments = [Segment(text, self._look(*looks).rich_style) for text, looks in pieces if text]
        return self._whole(segments, self._look(*pieces[-1][1]))
