"""Where the rows of events stand, without a screen."""

from __future__ import annotations

import pytest

from lambdatui.models.log import LogEvent, LogSource
from lambdatui.ui.widgets.log_excerpt import LogExcerpt
from lambdatui.ui.widgets.log_line import Line
from lambdatui.ui.widgets.log_places import LogPlaces, Position
from lambdatui.ui.widgets.log_ring import LogRing

SOURCE = LogSource(function="pay", group="/aws/lambda/pay")


def event(at: int, message: str = "one\ntwo\nthree") -> LogEvent:
    return LogEvent(at, at, at, SOURCE, "stream", message)


class Log:
    """Events in order, each of which unfolds into two rows more."""

    def __init__(self, *events: LogEvent) -> None:
        self.asked: list[LogEvent] = []
        self.time = "now"
        ring = LogRing()
        ring.extend(events)
        excerpt = LogExcerpt(ring, lambda _event: False)
        excerpt.take()
        self.places = LogPlaces(excerpt, self.describe, lambda each: each.message.split("\n")[1:])
        self.places.resize(60)

    def describe(self, each: LogEvent) -> Line:
        self.asked.append(each)
        return Line(self.time, "", "", None, each.message)


@pytest.fixture
def log() -> Log:
    """Ten events, of which the third is unfolded."""
    log = Log(*map(event, range(10)))
    log.places.toggle_unfolded(event(2))
    return log


@pytest.mark.parametrize(
    ("start", "rows", "end"),
    [
        ((0, 0), 2, (2, 0)),
        ((0, 0), 4, (2, 2)),
        ((0, 0), 5, (3, 0)),
        ((3, 0), -1, (2, 2)),
        ((3, 0), -4, (1, 0)),
        ((0, 0), -2, (0, -2)),
        ((9, 0), 2, (9, 2)),
    ],
)
def test_rows_are_walked_through_unfolded_events(log, start, rows, end):
    assert log.places.walk(start, rows) == end


def test_the_end_is_the_last_row_of_the_last_event(log):
    log.places.toggle_unfolded(event(9))
    assert log.places.end == (9, 2)


def test_the_nearest_after_stands_for_an_event_that_is_not_there(log):
    assert [log.places.of(Position(event(at), 1)) for at in (-5, 2, 99)] == [(0, 0), (2, 1), (9, 0)]


def test_a_row_that_is_folded_away_stands_at_its_event(log):
    log.places.toggle_unfolded(event(2))
    assert log.places.of(Position(event(2), 2)) == (2, 0)


def test_rows_above_the_first_event_are_empty(log):
    assert log.places.rows((0, -2), 3) == [None, None, Position(event(0), 0)]


def test_rows_begin_within_an_event(log):
    assert log.places.rows((2, 1), 3) == [Position(event(2), 1), Position(event(2), 2), Position(event(3), 0)]


def test_there_are_no_rows_below_the_last_event(log):
    assert log.places.rows((9, 0), 3) == [Position(event(9), 0)]


def test_no_event_is_looked_at_that_is_not_asked_for():
    log = Log(*map(event, range(10_000)))
    log.places.rows(log.places.walk(log.places.end, -5), 6)
    assert {each.at_ms for each in log.asked} == set(range(9_994, 10_000))


def test_a_wrapped_event_is_as_high_as_its_text():
    log = Log(event(1, "x" * 130))
    log.places.toggle_wrap()
    assert log.places.height(0) == 3


@pytest.mark.parametrize(
    ("forget", "width"), [(LogPlaces.redraw, 8), (LogPlaces.forget_times, 3), (LogPlaces.forget_columns, 3)]
)
def test_columns_become_narrower_only_when_they_are_forgotten(forget, width):
    log = Log(event(1))
    log.time = "12:34:56"
    log.places.body(event(1))
    log.time = "now"
    forget(log.places)
    log.places.body(event(1))
    assert log.places.columns.time == width
