"""What of a ring is shown, without a screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lambdatui.models.log import LogEvent, LogSource
from lambdatui.ui.widgets.log_excerpt import LogExcerpt
from lambdatui.ui.widgets.log_ring import LogRing

SOURCE = LogSource(function="pay", group="/aws/lambda/pay")


def some(start: int, stop: int) -> list[LogEvent]:
    return [LogEvent(at, at, at, SOURCE, "stream", f"event {at}") for at in range(start, stop)]


class Log:
    """A ring, and the excerpt that has looked at it."""

    def __init__(self, hidden: Callable[[LogEvent], bool] = lambda _event: False, limit: int = 100) -> None:
        self.ring = LogRing(limit)
        self.excerpt = LogExcerpt(self.ring, hidden)
        self.take(*some(0, 20))

    def take(self, *events: LogEvent) -> None:
        self.ring.extend(events)
        self.excerpt.take()

    @property
    def shown(self) -> list[int]:
        return [event.at_ms for event in self.excerpt.events]

    @property
    def matching(self) -> list[int]:
        return [event.at_ms for event in self.excerpt.matching]


def test_what_the_ring_takes_is_shown_once_it_is_taken():
    log = Log()
    log.ring.extend(some(20, 22))
    before = log.shown
    log.excerpt.take()
    assert (before, log.shown) == (list(range(20)), list(range(22)))


def test_what_left_the_ring_is_shown_no_more():
    log = Log(limit=20)
    log.take(*some(20, 25))
    assert log.shown == list(range(5, 25))


def test_nothing_is_shown_of_a_cleared_ring():
    log = Log()
    log.ring.clear()
    log.excerpt.take()
    assert log.shown == []


def test_a_filter_picks_among_what_there_is_and_what_comes():
    log = Log()
    log.excerpt.set_filter("7")
    log.take(*some(20, 30))
    assert log.shown == [7, 17, 27]


def test_a_filter_finds_what_is_hidden():
    log = Log(hidden=lambda event: event.at_ms == 7)
    log.excerpt.set_filter("7")
    assert log.shown == [7, 17]


def test_reread_asks_again_what_is_hidden():
    hides: set[int] = set()
    log = Log(hidden=lambda event: event.at_ms in hides)
    hides |= set(range(3, 20))
    log.excerpt.reread()
    assert log.shown == [0, 1, 2]


@pytest.mark.parametrize("texts", [("7", ""), ("17", "7", "")])
def test_a_filter_taken_away_is_still_sought(texts):
    log = Log()
    for text in texts:
        log.excerpt.set_filter(text)
    log.take(*some(20, 30))
    assert (len(log.shown), log.matching) == (30, [7, 17, 27])


def test_matches_leave_with_what_leaves_the_ring():
    log = Log(limit=20)
    log.excerpt.set_filter("7")
    log.excerpt.set_filter("")
    log.take(*some(20, 30))
    assert log.matching == [17, 27]


def test_a_pause_counts_what_would_be_shown():
    log = Log()
    log.excerpt.set_filter("7")
    log.excerpt.pause()
    log.take(*some(20, 40))
    assert (log.shown, log.excerpt.waiting) == ([7, 17], 2)


def test_a_pause_keeps_what_has_left_the_ring():
    log = Log(limit=20)
    log.excerpt.pause()
    log.take(*some(20, 60))
    log.excerpt.set_filter("1")
    assert (log.shown, log.excerpt.waiting) == ([1, *range(10, 20)], 2)


def test_a_pause_counts_more_arrivals_than_the_ring_can_name():
    log = Log(limit=20_000)
    log.excerpt.pause()
    log.take(*some(20, 15_020))
    assert log.excerpt.waiting == 15_000


def test_what_was_missed_is_shown_after_a_pause():
    log = Log()
    log.excerpt.pause()
    log.take(*some(20, 30))
    log.excerpt.resume()
    assert (log.shown, log.excerpt.waiting) == (list(range(30)), 0)
