"""The ring that log events are kept in, and the filter that picks among them."""

from __future__ import annotations

import random

import pytest

from lambdatui.models.log import LogEvent, LogSource
from lambdatui.ui.widgets.log_ring import LogFilter, LogRing

SOURCE = LogSource(function="pay", group="/aws/lambda/pay")


def event(at: int, sequence: int = 0, message: str = "") -> LogEvent:
    return LogEvent(at, at, sequence or at, SOURCE, "stream", message)


def times(ring: LogRing) -> list[int]:
    return [each.at_ms for each in ring]


def ring_of(*at: int, limit: int = 100) -> LogRing:
    ring = LogRing(limit)
    ring.extend(map(event, at))
    return ring


def test_a_batch_need_not_be_sorted():
    assert times(ring_of(3, 1, 2)) == [1, 2, 3]


def test_newer_events_go_to_the_end():
    ring = ring_of(1, 2)
    ring.extend([event(3), event(4)])
    assert times(ring) == [1, 2, 3, 4]


def test_late_events_find_their_place():
    ring = ring_of(1, 4, 6)
    ring.extend([event(5), event(2), event(7)])
    assert times(ring) == [1, 2, 4, 5, 6, 7]


def test_events_of_one_millisecond_stand_as_they_arrived():
    ring = LogRing()
    ring.extend([event(1, sequence=7), event(1, sequence=3)])
    ring.extend([event(1, sequence=5)])
    assert [each.sequence for each in ring] == [3, 5, 7]


def test_whatever_the_batches_the_order_is_the_same():
    chance = random.Random(4)
    events = [event(chance.randrange(500), sequence) for sequence in range(1, 1000)]
    ring = LogRing(2000)
    for start in range(0, len(events), 37):
        ring.extend(events[start : start + 37])
    assert list(ring) == sorted(events)


def test_the_oldest_leave_a_full_ring():
    ring = ring_of(1, 2, 3, limit=3)
    ring.extend([event(4), event(5)])
    assert (times(ring), ring.left) == ([3, 4, 5], 2)


def test_what_is_too_old_for_a_full_ring_counts_as_left():
    ring = ring_of(5, 6, limit=2)
    ring.extend([event(1)])
    assert (times(ring), ring.left) == ([5, 6], 1)


def test_a_batch_larger_than_the_ring_leaves_its_newest():
    ring = ring_of(*range(10), limit=3)
    assert (times(ring), ring.left) == ([7, 8, 9], 7)


@pytest.mark.parametrize(("at", "index"), [(1, 0), (3, 1), (4, 2), (9, 3)])
def test_index_of_is_where_an_event_is_or_would_be(at, index):
    assert ring_of(1, 3, 5).index_of(event(at)) == index


@pytest.mark.parametrize(("at", "held"), [(1, True), (2, False), (3, True), (9, False)])
def test_a_ring_knows_what_it_holds(at, held):
    assert (event(at) in ring_of(1, 3)) is held


def test_arrivals_are_those_since_a_mark():
    ring = ring_of(1, 2)
    mark = ring.arrived
    ring.extend([event(9)])
    ring.extend([event(5)])
    assert [each.at_ms for each in ring.arrivals(mark)] == [9, 5]


def test_arrivals_are_none_when_there_were_too_many(monkeypatch):
    monkeypatch.setattr("lambdatui.ui.widgets.log_ring.REMEMBERED", 2)
    assert ring_of(1, 2, 3).arrivals(0) is None


def test_arrivals_are_none_after_a_clear():
    ring = ring_of(1)
    mark = ring.arrived
    ring.clear()
    assert ring.arrivals(mark) is None


def test_drop_before_lets_the_older_ones_leave():
    ring = ring_of(1, 3, 5)
    ring.drop_before(event(4))
    assert times(ring) == [5]


def test_clear_forgets_all_events():
    ring = ring_of(1, 3)
    ring.clear()
    assert (len(ring), list(ring)) == (0, [])


def test_a_copy_is_a_ring_of_its_own():
    ring = ring_of(1)
    twin = ring.copy()
    ring.extend([event(2)])
    assert (times(ring), times(twin)) == ([1, 2], [1])


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("", True),
        ("TIMED", True),
        ("timed out", True),
        ("out task", True),
        ("timed missing", False),
        ("!missing", True),
        ("timed !task", False),
        ("!", False),
        ("[a-z]", False),
    ],
)
def test_a_filter_picks_by_plain_words(text, passes):
    assert LogFilter(text).passes(event(1, message="Task timed out")) is passes


@pytest.mark.parametrize(
    ("former", "text", "narrows"),
    [
        ("err", "error", True),
        ("err", "error pay", True),
        ("error", "err", False),
        ("error", "pay", False),
        ("err", "err !pay", True),
        ("!p", "!pay", False),
        ("!pay", "!p", True),
        ("!pay", "error", False),
    ],
)
def test_a_filter_knows_whether_it_narrows_another(former, text, narrows):
    assert LogFilter(text).narrows(LogFilter(former)) is narrows


def test_the_pattern_finds_words_and_not_expressions():
    assert LogFilter("a.c !no").pattern.findall("abc A.C no") == ["A.C"]


def test_a_filter_without_a_wanted_word_finds_nothing_to_highlight():
    assert LogFilter("!no").pattern is None
