"""Where the rows of log events stand, one under the other, in the width that there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from textual.cache import LRUCache

from lambdatui.models.log import LogEvent
from lambdatui.ui.widgets.log_excerpt import LogExcerpt
from lambdatui.ui.widgets.log_line import Body, Columns, Line

Place = tuple[int, int]
"""An index among the events shown, and a row of that event; a negative row is above the event."""


class Position(NamedTuple):
    """A row of an event: what stays the same whatever arrives around it."""

    event: LogEvent
    row: int


class LogPlaces:
    """The events of an excerpt laid out in rows, of which only those asked for are ever looked at.

    Args:
        excerpt: the events.
        describe: says what to draw of an event. Asked again only after `redraw`.
        expand: the lines to unfold under an event.
    """

    def __init__(
        self,
        excerpt: LogExcerpt,
        describe: Callable[[LogEvent], Line],
        expand: Callable[[LogEvent], Sequence[str]],
    ) -> None:
        self.columns = Columns()
        """As wide as they have become; rows drawn while they were narrower are out of date."""
        self._excerpt, self._describe, self._expand = excerpt, describe, expand
        self._bodies: LRUCache[int, Body] = LRUCache(1024)
        self._unfolded: set[int] = set()
        self._width = 0
        self._names, self._wrap = True, False

    # How events are laid out

    def resize(self, width: int) -> None:
        """Lays all events out in so many cells."""
        self._width = width
        self._bodies.clear()

    def redraw(self) -> None:
        """Describes all events again; columns only become wider."""
        self._bodies.clear()

    def forget_columns(self) -> None:
        """Lets all columns become as wide as they must from nothing."""
        self.columns = Columns()
        self._bodies.clear()

    def forget_times(self) -> None:
        """Lets the column of times become as wide as it must from nothing."""
        self.columns = replace(self.columns, time=0)
        self._bodies.clear()

    def toggle_wrap(self) -> None:
        """Wraps long lines, or cuts them."""
        self._wrap = not self._wrap
        self._bodies.clear()

    def toggle_names(self) -> None:
        """Draws function and stream where there is room, or does not."""
        self._names = not self._names
        self._bodies.clear()

    def toggle_unfolded(self, event: LogEvent) -> None:
        """Unfolds an event, or folds it."""
        self._unfolded ^= {event.sequence}
        self._bodies.discard(event.sequence)

    def body(self, event: LogEvent) -> Body:
        """The event as it is drawn."""
        body = self._bodies.get(event.sequence)
        if body is None:
            line = self._describe(event)
            columns = self.columns.grown(line)
            if columns != self.columns:
                self.columns = columns
                self._bodies.clear()
            under = tuple(self._expand(event)) if event.sequence in self._unfolded else ()
            fitted = columns.fitted(self._width, names=self._names)
            body = Body.of(line, under, fitted, self._width, wrap=self._wrap)
            self._bodies[event.sequence] = body
        return body

    def height(self, index: int) -> int:
        """How many rows an event takes."""
        event = self._excerpt.events[index]
        return len(self.body(event).rows) if self._wrap or event.sequence in self._unfolded else 1

    # Where they stand; there must be an event

    @property
    def end(self) -> Place:
        """The last row of all."""
        last = len(self._excerpt.events) - 1
        return last, self.height(last) - 1

    def of(self, position: Position) -> Place:
        """Where a position is or, if its event is not shown, the nearest after it."""
        events = self._excerpt.events
        index = min(events.index_of(position.event), len(events) - 1)
        known = events[index] == position.event
        return index, min(position.row, self.height(index) - 1) if known else 0

    def walk(self, place: Place, rows: int) -> Place:
        """So many rows on; beyond the first and the last event the rows are counted on."""
        index, row = place
        row += rows
        while row < 0 and index > 0:
            index -= 1
            row += self.height(index)
        while index < len(self._excerpt.events) - 1 and row >= (height := self.height(index)):
            row -= height
            index += 1
        return index, row

    def rows(self, top: Place, count: int) -> list[Position | None]:
        """What stands on so many rows from a place on; None above the first event, nothing below the last."""
        events = self._excerpt.events
        index, row = top
        rows: list[Position | None] = [None] * min(count, -row)
        row = max(0, row)
        while len(rows) < count and index < len(events):
            event = events[index]
            height = len(self.body(event).rows)
            rows += [Position(event, each) for each in range(row, min(height, row + count - len(rows)))]
            index, row = index + 1, 0
        return rows
