"""The log view, driven through the keyboard and read from the lines that it draws."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.content import Content
from textual.events import MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot
from textual.strip import Strip

from lambdatui.models.log import LogEvent, LogSource
from lambdatui.ui.widgets import log_view
from lambdatui.ui.widgets.log_line import Line
from lambdatui.ui.widgets.log_ring import LogRing
from lambdatui.ui.widgets.log_view import LogView

SOURCE = LogSource(function="pay", group="/aws/lambda/pay")


def event(at: int, message: str = "") -> LogEvent:
    return LogEvent(at, at, at, SOURCE, "stream", message or f"event {at}")


def some(start: int, stop: int) -> list[LogEvent]:
    return [event(at) for at in range(start, stop)]


def describe(each: LogEvent) -> Line:
    """The level is the message's first word, as far as it is one."""
    level = each.message.split(" ", 1)[0]
    return Line("", "", "", level, each.message, more=each.message.count("\n"))


def columns(each: LogEvent) -> Line:
    return Line(f"{each.at_ms} s", each.source.function, each.stream, None, each.message)


class Recorder(LogView):
    """Notes which lines Textual asks for: those, and no others, are repainted."""

    drawn: list[int]

    def render_line(self, y: int) -> Strip:
        self.drawn.append(y)
        return super().render_line(y)


class LogApp(App[None]):
    def __init__(self, limit: int, describe: Callable[[LogEvent], Line], hidden: Callable[[LogEvent], bool]) -> None:
        super().__init__()
        self.ring = LogRing(limit)
        self.view = Recorder(
            self.ring, describe=describe, expand=lambda each: each.message.split("\n")[1:], hidden=hidden
        )
        self.view.drawn = []
        self.heard: list[LogView.LogMessage] = []

    def compose(self) -> ComposeResult:
        yield self.view

    def on_log_view_state_changed(self, message: LogView.StateChanged) -> None:
        self.heard.append(message)

    def on_log_view_times_wanted(self, message: LogView.TimesWanted) -> None:
        self.heard.append(message)


class Log:
    """A log on the screen, whose frames come when a test says so."""

    def __init__(self, app: LogApp, pilot: Pilot[None]) -> None:
        self.ring, self.view, self.app, self.pilot = app.ring, app.view, app, pilot

    async def take(self, *events: LogEvent) -> None:
        self.ring.extend(events)
        self.view.changed()
        await self.frame()

    async def frame(self) -> None:
        """Lets the next picture come."""
        if self.view._frame:
            self.view._frame.stop()
        self.view._next_frame()
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    @property
    def lines(self) -> list[str]:
        """What stands on the screen, as Textual composed it."""
        strips = self.app.screen._compositor.render_strips()[: self.view.size.height]
        return [strip.text.strip() for strip in strips]

    @property
    def at_cursor(self) -> str | None:
        return self.view.cursor_event and self.view.cursor_event.message

    def state(self) -> tuple[bool, bool, int, int]:
        return (self.view.following, self.view.paused, self.view.below, self.view.shown)

    def styles(self, y: int) -> list[object]:
        return [segment.style for segment in self.view.render_line(y)]


@pytest.fixture(autouse=True)
def no_frame_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_view, "FRAME_S", 3600)
    monkeypatch.setattr(log_view, "SLOWEST_S", 0)


@asynccontextmanager
async def running(
    *events: LogEvent,
    size: tuple[int, int] = (60, 5),
    limit: int = 1000,
    describe: Callable[[LogEvent], Line] = describe,
    hidden: Callable[[LogEvent], bool] = lambda _event: False,
) -> AsyncIterator[Log]:
    app = LogApp(limit, describe, hidden)
    async with app.run_test(size=size) as pilot:
        log = Log(app, pilot)
        await log.take(*events)
        app.view.drawn.clear()
        app.heard.clear()
        yield log


def named(start: int, stop: int) -> list[str]:
    return [f"event {at}" for at in range(start, stop)]


# Following


async def test_the_newest_event_is_at_the_bottom():
    async with running(*some(0, 20)) as log:
        assert log.lines == named(15, 20)


async def test_new_events_are_followed():
    async with running(*some(0, 20)) as log:
        await log.take(*some(20, 23))
        assert (log.lines, log.state()) == (named(18, 23), (True, False, 0, 23))


async def test_a_short_log_begins_at_the_top():
    async with running(*some(0, 2)) as log:
        assert log.lines == [*named(0, 2), "", "", ""]


async def test_a_ring_filled_before_the_view_is_there_is_shown():
    app = LogApp(100, describe, lambda _event: False)
    app.ring.extend(some(0, 9))
    async with app.run_test(size=(60, 5)) as pilot:
        await pilot.pause()
        assert Log(app, pilot).lines == named(4, 9)


async def test_a_cleared_ring_leaves_an_empty_view():
    async with running(*some(0, 20)) as log:
        log.ring.clear()
        await log.take()
        assert (log.lines, log.view.shown) == ([""] * 5, 0)


@pytest.mark.parametrize("key", ["up", "k", "pageup", "ctrl+b", "home", "g"])
async def test_moving_up_ends_following(key):
    async with running(*some(0, 20)) as log:
        await log.press(key)
        assert not log.view.following


@pytest.mark.parametrize("key", ["end", "G"])
async def test_the_end_follows_again(key):
    async with running(*some(0, 20)) as log:
        await log.press("g")
        await log.take(*some(20, 23))
        await log.press(key)
        assert (log.lines, log.state()) == (named(18, 23), (True, False, 0, 23))


@pytest.mark.parametrize(
    "key",
    ["up", "down", "pageup", "pagedown", "home", "end", "space", "enter", "w", "T", "o", "n", "N"],
)
async def test_an_empty_log_takes_every_key(key):
    async with running() as log:
        await log.press(key, key)
        assert log.lines == [""] * 5


@pytest.mark.parametrize(
    ("keys", "place"),
    [("k", 18), ("k k j", 18), ("g", 0), ("g j", 1), ("g pagedown", 5), ("g ctrl+f ctrl+b", 0), ("pageup", 14)],
)
async def test_keys_move_the_cursor(keys, place):
    async with running(*some(0, 20)) as log:
        await log.press(*keys.split())
        assert (log.at_cursor, f"event {place}" in log.lines) == (f"event {place}", True)


async def test_the_wheel_scrolls():
    async with running(*some(0, 20)) as log:
        await log.pilot._post_mouse_events([MouseScrollUp], log.view, offset=(5, 3))
        await log.pilot._post_mouse_events([MouseScrollUp], log.view, offset=(5, 3))
        await log.pilot._post_mouse_events([MouseScrollDown], log.view, offset=(5, 3))
        await log.pilot.pause()
        assert log.lines == named(12, 17)


async def test_a_click_moves_the_cursor():
    async with running(*some(0, 20)) as log:
        await log.pilot.click(log.view, offset=(5, 1))
        assert log.at_cursor == "event 16"


# Holding the place


async def test_new_events_move_nothing_that_is_read():
    async with running(*some(0, 20)) as log:
        await log.press("k")
        await log.take(*some(20, 30))
        assert (log.lines, log.view.below) == (named(15, 20), 10)


async def test_late_events_above_move_nothing_that_is_read():
    async with running(*some(0, 3), *some(10, 20)) as log:
        await log.press("k")
        await log.take(*some(3, 10))
        assert log.lines == named(15, 20)


async def test_a_late_event_in_view_leaves_the_cursor_at_its_row():
    async with running(*some(0, 17), *some(18, 20)) as log:
        await log.press("k")
        row = log.lines.index("event 18")
        await log.take(event(17))
        assert (log.lines.index("event 18"), log.lines) == (row, named(15, 20))


async def test_events_that_leave_above_move_nothing_that_is_read():
    async with running(*some(0, 20), limit=20) as log:
        await log.press("k")
        await log.take(*some(20, 30))
        assert (log.lines, log.view.shown) == (named(15, 20), 20)


async def test_what_has_left_from_the_view_leaves_its_rows_empty():
    async with running(*some(0, 20), limit=20) as log:
        await log.press("g", "j", "j", "j")
        await log.take(*some(20, 22))
        assert log.lines == ["", "", *named(2, 5)]


async def test_the_oldest_event_is_shown_when_all_in_view_have_left():
    async with running(*some(0, 20), limit=20) as log:
        await log.press("g")
        await log.take(*some(20, 39))
        assert (log.lines, log.at_cursor) == (named(19, 24), "event 19")


async def test_a_smaller_terminal_keeps_the_cursor_in_view():
    async with running(*some(0, 20), size=(60, 10)) as log:
        await log.press("k")
        await log.pilot.resize_terminal(60, 3)
        await log.pilot.pause()
        assert log.at_cursor in log.lines


# Pausing


async def test_a_pause_holds_everything_and_counts():
    async with running(*some(0, 20), limit=20) as log:
        await log.press("space")
        await log.take(*some(20, 50))
        assert (log.lines, log.state()) == (named(15, 20), (True, True, 30, 20))


async def test_a_paused_log_can_be_read_though_it_has_left_the_ring():
    async with running(*some(0, 20), limit=20) as log:
        await log.press("space")
        await log.take(*some(20, 50))
        await log.press("g")
        assert (log.lines, log.view.below) == (named(0, 5), 45)


async def test_what_arrived_meanwhile_is_shown_after_a_pause():
    async with running(*some(0, 20)) as log:
        await log.press("space")
        await log.take(*some(20, 50))
        await log.press("space")
        assert (log.lines, log.state()) == (named(45, 50), (True, False, 0, 50))


async def test_a_pause_ends_where_one_follows():
    async with running(*some(0, 20)) as log:
        await log.press("space", "k")
        await log.take(event(20))
        await log.press("G")
        assert (log.lines[-1], log.view.paused) == ("event 20", False)


async def test_a_filter_set_in_a_pause_counts_only_what_passes():
    async with running(*some(0, 20)) as log:
        await log.press("space")
        await log.take(*some(20, 40))
        log.view.set_filter("5")
        assert (log.view.shown, log.view.below) == (2, 2)


# Unfolding and wrapping


async def test_enter_unfolds_and_folds():
    async with running(event(1, "one\ntwo\nthree"), event(2), describe=columns) as log:
        await log.press("g", "enter")
        unfolded = log.lines
        await log.press("enter")
        assert ([line.split()[-1] for line in unfolded[1:3]], len([line for line in log.lines if line])) == (
            ["two", "three"],
            2,
        )


async def test_what_is_unfolded_at_the_bottom_is_scrolled_into_view():
    async with running(*some(0, 20), event(20, "x\none\ntwo")) as log:
        await log.press("enter")
        assert log.lines[-3:] == ["x␊one␊two", "one", "two"]


async def test_folded_lines_are_counted():
    async with running(event(1, "x\none\ntwo")) as log:
        assert log.lines[0] == "x␊one␊two +2"


async def test_the_cursor_moves_through_unfolded_lines():
    async with running(*some(0, 5), event(5, "x\n" + "\n".join(map(str, range(30)))), *some(6, 20)) as log:
        await log.press("g", *"jjjjj", "enter", *"j" * 20)
        assert "19" in log.lines


async def test_long_lines_are_cut():
    async with running(event(1, "x" * 100)) as log:
        assert log.lines[0] == "x" * 57 + "…"


async def test_w_wraps_and_cuts_again():
    async with running(event(1, "x" * 100)) as log:
        await log.press("w")
        wrapped = log.lines[:3]
        await log.press("w")
        assert (wrapped, log.lines[0]) == (["x" * 58, "x" * 42, ""], "x" * 57 + "…")


async def test_wide_characters_are_wrapped_at_their_width():
    async with running(event(1, "日" * 40), size=(33, 5)) as log:
        await log.press("w")
        assert [cell_len(line) for line in log.lines[:3]] == [30, 30, 20]


async def test_following_shows_the_last_row_of_a_wrapped_event():
    async with running(*some(0, 9), event(9, "x" * 1000 + "end")) as log:
        await log.press("w")
        assert log.lines[-1].endswith("end")


async def test_wrapping_holds_the_place():
    async with running(*(event(at, f"{at} " + "x" * 100) for at in range(20))) as log:
        await log.press("k", "w")
        assert any(line.startswith("18 ") for line in log.lines)


# Columns


async def test_columns_stand_before_the_text():
    async with running(event(7), describe=columns) as log:
        assert log.lines[0] == "7 s pay stream   event 7"


async def test_o_hides_function_and_stream():
    async with running(event(7), describe=columns) as log:
        await log.press("o")
        assert log.lines[0] == "7 s   event 7"


@pytest.mark.parametrize(
    ("width", "line"), [(49, "7 s pay stream   event 7"), (48, "7 s pay   event 7"), (41, "7 s   event 7")]
)
async def test_columns_are_dropped_as_the_terminal_narrows(width, line):
    async with running(event(7), describe=columns, size=(width, 5)) as log:
        assert log.lines[0] == line


async def test_columns_are_as_wide_as_the_widest():
    async with running(event(7), event(1000), describe=columns) as log:
        assert [line.index("pay") for line in log.lines[:2]] == [7, 7]


async def test_t_asks_for_other_times():
    async with running(event(1)) as log:
        await log.press("T")
        assert [type(message) for message in log.app.heard] == [LogView.TimesWanted]


async def test_redraw_writes_the_lines_anew():
    written = ["then"]
    async with running(event(1), describe=lambda _: Line("", "", "", None, written[0])) as log:
        written[0] = "now"
        log.view.redraw()
        await log.pilot.pause()
        assert log.lines[0] == "now"


async def test_redraw_repaints_only_the_lines_whose_text_changed():
    written = {1: "one", 2: "two", 3: "three"}
    async with running(*some(1, 4), describe=lambda each: Line("", "", "", None, written[each.at_ms])) as log:
        written[2] = "changed"
        log.view.redraw()
        await log.pilot.pause()
        assert log.view.drawn == [1]


async def test_a_shorter_age_moves_nothing():
    ages = ["59 s", "1 m"]
    async with running(event(1), describe=lambda each: Line(ages[0], "", "", None, each.message)) as log:
        ages.pop(0)
        log.view.redraw()
        await log.pilot.pause()
        assert log.lines[0] == "1 m    event 1"


async def test_other_times_may_take_less_room():
    times = ["23:59:59.999", "1 s"]
    async with running(event(1), describe=lambda each: Line(times[0], "", "", None, each.message)) as log:
        times.pop(0)
        await log.press("T")
        log.view.redraw()
        await log.pilot.pause()
        assert log.lines[0] == "1 s   event 1"


# Filtering


async def test_a_filter_shows_what_passes():
    async with running(*some(0, 30)) as log:
        log.view.set_filter("EVENT 2 !25")
        await log.pilot.pause()
        assert (log.view.shown, log.lines[-5:]) == (11, ["event 24", *named(26, 30)])


async def test_a_filter_takes_arriving_events_that_pass():
    async with running(*some(0, 20)) as log:
        log.view.set_filter("7")
        await log.take(*some(20, 40))
        assert (log.lines, log.view.matches) == (["event 7", "event 17", "event 27", "event 37", ""], 4)


async def test_a_narrower_and_a_wider_filter_follow_each_other():
    async with running(*some(0, 30)) as log:
        counts = []
        for text in ("2", "25", "2", ""):
            log.view.set_filter(text)
            counts.append(log.view.shown)
        assert counts == [12, 1, 12, 30]


async def test_a_filter_keeps_the_cursor_on_its_event():
    async with running(*some(0, 40)) as log:
        await log.press(*"k" * 12)
        log.view.set_filter("7")
        await log.pilot.pause()
        assert (log.at_cursor, "event 27" in log.lines) == ("event 27", True)


async def test_a_filter_that_nothing_passes_keeps_the_place():
    async with running(*some(0, 40)) as log:
        await log.press("g", *"j" * 9)
        log.view.set_filter("nothing")
        log.view.set_filter("")
        await log.pilot.pause()
        assert log.at_cursor == "event 9"


async def test_matches_stand_out():
    async with running(event(1, "an error"), event(2)) as log:
        log.view.set_filter("err")
        log.view.set_filter("")
        found = [segment.text for segment in log.view.render_line(0) if segment.style.underline]
        assert found == ["err"]


async def test_a_second_empty_filter_forgets_the_matches():
    async with running(event(1, "an error"), event(2)) as log:
        log.view.set_filter("err")
        log.view.set_filter("")
        log.view.set_filter("")
        assert (log.view.matches, [s.text for s in log.view.render_line(0) if s.style.underline]) == (0, [])


@pytest.mark.parametrize(
    ("keys", "place"),
    [("N", 37), ("N N", 27), ("N N N n", 27), ("g n", 7), ("g n n n n n n", 37), ("g N", 0)],
)
async def test_matches_are_stepped_through_after_the_filter(keys, place):
    async with running(*some(0, 40)) as log:
        log.view.set_filter("7")
        log.view.set_filter("")
        await log.press(*keys.split())
        assert (log.at_cursor, f"event {place}" in log.lines) == (f"event {place}", True)


async def test_matches_are_counted_after_the_filter():
    async with running(*some(0, 20)) as log:
        log.view.set_filter("7")
        log.view.set_filter("")
        await log.take(*some(20, 40))
        assert (log.view.matches, log.view.shown) == (4, 40)


# Hidden parts


def part(each: LogEvent) -> bool:
    return each.message.startswith("  at ")


async def test_hidden_parts_are_not_shown():
    async with running(event(1, "trace"), event(2, "  at line 9"), event(3), hidden=part) as log:
        assert log.lines[:3] == ["trace", "event 3", ""]


async def test_a_filter_finds_hidden_parts():
    async with running(event(1, "trace"), event(2, "  at line 9"), event(3), hidden=part) as log:
        log.view.set_filter("line")
        await log.pilot.pause()
        assert log.lines[:2] == ["at line 9", ""]


async def test_reread_asks_again_what_is_hidden():
    hides: set[int] = set()
    async with running(*some(0, 3), hidden=lambda each: each.at_ms in hides) as log:
        hides.add(1)
        log.view.reread()
        await log.pilot.pause()
        assert log.lines[:3] == ["event 0", "event 2", ""]


# Going to an event


@pytest.mark.parametrize(("at", "lines"), [(10, named(8, 13)), (18, named(15, 20)), (0, named(0, 5))])
async def test_an_event_that_is_gone_to_stands_among_those_around_it(at, lines):
    async with running(*some(0, 20)) as log:
        log.view.move_to(event(at))
        await log.pilot.pause()
        assert (log.at_cursor, log.lines, log.view.following) == (f"event {at}", lines, False)


async def test_the_nearest_after_stands_for_an_event_that_is_not_shown():
    async with running(*some(0, 20)) as log:
        log.view.set_filter("5")
        log.view.move_to(event(9))
        assert log.at_cursor == "event 15"


async def test_an_event_from_elsewhere_stands_before_those_of_its_time():
    async with running(*some(0, 20)) as log:
        log.view.move_to(event(9)._replace(ingested_ms=0, sequence=-1, stream="elsewhere"))
        assert log.at_cursor == "event 9"


async def test_an_event_that_has_just_arrived_can_be_gone_to():
    async with running(*some(0, 20)) as log:
        log.ring.extend(some(20, 30))
        log.view.move_to(event(25))
        assert log.at_cursor == "event 25"


async def test_no_event_can_be_gone_to_in_an_empty_log():
    async with running() as log:
        log.view.move_to(event(1))
        assert log.at_cursor is None


# An empty log


async def test_the_placeholder_is_shown_while_no_event_is():
    async with running() as log:
        log.view.placeholder = Content("no events yet\nwaiting since 10:14")
        await log.pilot.pause()
        assert log.lines == ["", "no events yet", "waiting since 10:14", "", ""]


async def test_events_take_the_place_of_the_placeholder():
    async with running() as log:
        log.view.placeholder = "no events yet"
        await log.take(event(1))
        assert log.lines == ["event 1", "", "", "", ""]


async def test_a_filter_that_nothing_passes_shows_the_placeholder():
    async with running(*some(0, 20)) as log:
        log.view.placeholder = "nothing passes"
        log.view.set_filter("nothing")
        await log.pilot.pause()
        assert log.lines[1] == "nothing passes"


async def test_the_same_placeholder_repaints_nothing():
    async with running() as log:
        log.view.placeholder = "no events yet"
        await log.pilot.pause()
        log.view.drawn.clear()
        log.view.placeholder = Content("no events yet")
        await log.pilot.pause()
        assert log.view.drawn == []


async def test_a_hostile_placeholder_is_harmless():
    async with running() as log:
        log.view.placeholder = "\x1b[31m[red]"
        await log.pilot.pause()
        assert log.lines[1] == "␛[31m[red]"


# What can be saved


async def test_the_events_shown_stay_as_they_are_whatever_arrives():
    async with running(*some(0, 20), limit=20) as log:
        log.view.set_filter("7")
        shown = log.view.shown_events()
        await log.take(*some(20, 40))
        assert [each.at_ms for each in shown] == [7, 17]


# What is painted and told


async def test_nothing_is_repainted_when_nothing_in_view_has_changed():
    async with running(*some(0, 20)) as log:
        await log.press("k")
        log.view.drawn.clear()
        await log.take(*some(20, 30))
        assert log.view.drawn == []


async def test_the_cursor_repaints_the_line_it_leaves_and_the_line_it_enters():
    async with running(*some(0, 20)) as log:
        await log.press("k")
        assert sorted(log.view.drawn) == [3, 4]


async def test_the_focus_repaints_only_the_cursor_line():
    async with running(*some(0, 20)) as log:
        log.app.set_focus(None)
        await log.pilot.pause()
        assert log.view.drawn == [4]


async def test_the_first_change_is_painted_at_once_and_the_next_with_the_next_picture():
    async with running(*some(0, 20)) as log:
        log.ring.extend(some(20, 21))
        log.view.changed()
        await log.pilot.pause()
        before = log.lines[-1]
        await log.frame()
        assert (before, log.lines[-1]) == ("event 19", "event 20")


async def test_a_change_after_a_quiet_time_is_painted_at_once():
    async with running(*some(0, 20)) as log:
        await log.frame()
        log.view._frame = None
        log.ring.extend(some(20, 21))
        log.view.changed()
        await log.pilot.pause()
        assert log.lines[-1] == "event 20"


async def test_a_picture_waits_until_the_line_has_borne_the_last_one(monkeypatch):
    async with running(*some(0, 20)) as log:
        monkeypatch.setattr(log_view, "SLOWEST_S", 3600)
        monkeypatch.setattr(log_view, "BYTES_PER_S", 1)
        await log.take(event(20))
        waiting = log.lines[-1]
        monkeypatch.setattr(log_view, "SLOWEST_S", 0)
        await log.frame()
        assert (waiting, log.lines[-1]) == ("event 19", "event 20")


async def test_keys_are_answered_while_a_picture_waits(monkeypatch):
    async with running(*some(0, 20)) as log:
        monkeypatch.setattr(log_view, "SLOWEST_S", 3600)
        monkeypatch.setattr(log_view, "BYTES_PER_S", 1)
        await log.take(event(20))
        await log.press("g")
        assert log.lines == named(0, 5)


async def test_the_state_is_told_only_when_it_has_changed():
    async with running(*some(0, 20)) as log:
        await log.press("k", "k", "j")
        await log.take(event(20))
        assert [(m.following, m.paused, m.below, m.shown) for m in log.app.heard] == [
            (False, False, 0, 20),
            (False, False, 1, 21),
        ]


@pytest.mark.parametrize(
    ("level", "glyph"), [("error", "✗"), ("fatal", "✗"), ("warn", "▲"), ("system", "·"), ("info", "i"), ("odd", "o")]
)
async def test_a_level_can_be_told_without_colour(level, glyph):
    async with running(event(1, f"{level} it is")) as log:
        assert log.lines[0][0] == glyph


async def test_levels_differ_in_colour():
    async with running(*(event(at, each) for at, each in enumerate(["error", "warn", "info", "debug", "-"]))) as log:
        assert len({log.styles(y)[0].color for y in range(4)}) == 4


async def test_a_line_has_no_more_styles_than_it_needs():
    async with running(event(1), event(2), event(3), describe=columns) as log:
        assert [len(log.styles(y)) for y in range(4)] == [1, 1, 1, 1]


HOSTILE = [
    "\x1b[31m",
    "\x00",
    "\n",
    "\r",
    "\x9b1m",
    "\u202e",
    "\u200d",
    "[red]",
    "日本",
    "e\u0301",
    "🚀",
    "\ud800",
    "a ",
]


async def test_no_control_character_of_2000_fuzzed_lines_is_drawn():
    chance = random.Random(4)
    events = [event(at, "".join(chance.choices(HOSTILE, k=chance.randrange(1, 60)))) for at in range(2000)]
    async with running(*events, size=(40, 50), limit=3000, describe=columns) as log:
        log.view.action_wrap()
        log.view.action_first()
        drawn = []
        for _ in range(40):
            log.view.action_expand()
            log.view.action_page(1)
            drawn += [log.view.render_line(y) for y in range(50)]
        assert all(strip.text.isprintable() and strip.cell_length == 40 for strip in drawn)


@pytest.mark.parametrize("key", ["w", "enter", "j"])
async def test_a_line_of_256_kb_is_no_trouble(key):
    async with running(event(1, "\x1b" * 2**18), event(2, "日" * 2**17 + "\n" + "x" * 2**18)) as log:
        await log.press(key, "g", "G")
        assert all(line.isprintable() for line in log.lines)
