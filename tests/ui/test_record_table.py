"""The record table, driven through the keyboard and read from the lines that it draws."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from rich.cells import cell_len
from rich.text import Text
from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult
from textual.content import Content
from textual.events import MouseScrollDown
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip

from lambdatui.ui.widgets.record_table import Column, FilterError, RecordTable


@dataclass(frozen=True)
class Function:
    name: str
    memory: int | None = 128
    runtime: str = "python3.12"


NAME = Column[Function](id="name", title="NAME", cell=lambda f: f.name, flex=True, min_width=10)
RUNTIME = Column[Function](id="runtime", title="RUNTIME", cell=lambda f: f.runtime, width=12, priority=1)
MEMORY = Column[Function](
    id="memory",
    title="MEM",
    cell=lambda f: "-" if f.memory is None else str(f.memory),
    value=lambda f: f.memory,
    width=6,
    align="right",
    priority=2,
    unit="MB",
)
COLUMNS = (NAME, RUNTIME, MEMORY)


class Recorder(RecordTable[Function]):
    """Notes which lines Textual asks for: those, and no others, are repainted."""

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)
        self.drawn: list[int] = []

    def render_line(self, y: int) -> Strip:
        self.drawn.append(y)
        return super().render_line(y)


class TableApp(App[None]):
    def __init__(self, columns: tuple[Column[Function], ...] = COLUMNS, placeholder: str = "") -> None:
        super().__init__()
        self.table = Recorder(columns, key=lambda function: function.name, placeholder=placeholder)
        self.heard: list[tuple[object, ...]] = []
        self.written: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def _display(self, screen: Screen, renderable: CompositorUpdate | None) -> None:
        """Keeps what would be written to a terminal, which a test has none of."""
        if renderable is not None:
            self.written.append(renderable.render_segments(self.console))
        super()._display(screen, renderable)

    def on_record_table_highlighted(self, event: RecordTable.Highlighted) -> None:
        self.heard.append(("highlighted", event.record and event.record.name))

    def on_record_table_opened(self, event: RecordTable.Opened) -> None:
        self.heard.append(("opened", event.record.name))

    def on_record_table_shown_changed(self, event: RecordTable.ShownChanged) -> None:
        self.heard.append(("shown", event.total, event.shown, event.marked))


def functions(count: int, prefix: str = "f") -> list[Function]:
    return [Function(f"{prefix}{number:03}", memory=128 * (1 + number % 3)) for number in range(count)]


@asynccontextmanager
async def running(
    *records: Function, size: tuple[int, int] = (40, 8), **more: object
) -> AsyncIterator[tuple[RecordTable[Function], Pilot[None]]]:
    app = TableApp(**more)
    async with app.run_test(size=size) as pilot:
        app.table.set_records(records)
        await pilot.pause()
        forget(app.table)
        yield app.table, pilot


def forget(table: RecordTable[Function]) -> None:
    table.drawn.clear()
    table.app.heard.clear()
    table.app.written.clear()


def lines(table: RecordTable[Function]) -> list[str]:
    """What stands on the screen where the table is, as Textual composed it."""
    strips = table.app.screen._compositor.render_strips()[: table.size.height]
    return [strip.text.rstrip() for strip in strips]


def names(table: RecordTable[Function]) -> list[str]:
    return [record.name for record in table.shown]


def cursor(table: RecordTable[Function]) -> str | None:
    return table.cursor_record and table.cursor_record.name


def styles_of_line(table: RecordTable[Function], y: int) -> set[object]:
    return {segment.style for segment in table.render_line(y)}


# Looks


async def test_records_stand_under_their_titles():
    async with running(Function("pay", 1024), Function("orders", 128)) as (table, _):
        assert lines(table)[:4] == [
            "  NAME            RUNTIME          MEM",
            "  pay             python3.12      1024",
            "  orders          python3.12       128",
            "",
        ]


async def test_every_line_is_exactly_as_wide_as_the_table():
    async with running(Function("日本語の関数名はとても長い"), *functions(3)) as (table, _):
        assert {cell_len(table.render_line(y).text) for y in range(8)} == {table.scrollable_content_region.width}


@pytest.mark.parametrize(
    ("width", "titles"),
    [(60, "NAME RUNTIME MEM"), (36, "NAME RUNTIME MEM"), (35, "NAME RUNTIME"), (28, "NAME RUNTIME"), (27, "NAME")],
)
async def test_columns_are_dropped_by_priority_as_the_terminal_narrows(width, titles):
    async with running(Function("pay"), size=(width, 5)) as (table, _):
        assert " ".join(lines(table)[0].split()) == titles


async def test_columns_come_back_as_the_terminal_widens():
    async with running(Function("pay"), size=(20, 5)) as (table, pilot):
        await pilot.resize_terminal(60, 5)
        assert lines(table)[0].split() == ["NAME", "RUNTIME", "MEM"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a-very-long-function-name", "a-very-lo…"),
        ("exactly10!", "exactly10!"),
        ("日本語の関数名", "日本語の …"),
        ("a日本語の関数名", "a日本語の…"),
        ("e\u0301e\u0301e\u0301", "e\u0301e\u0301e\u0301"),
        ("🚀🚀🚀🚀🚀🚀", "🚀🚀🚀🚀 …"),
    ],
)
async def test_what_is_too_wide_ends_in_an_ellipsis(name, shown):
    async with running(Function(name), columns=(replace(NAME, flex=False, width=10),)) as (table, _):
        assert lines(table)[1].strip() == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("[red]x[/red]", "[red]x[/red]"),
        ("\x1b[31mred", "␛[31mred"),
        ("two\nlines", "two␊lines"),
        ("evil\u202etxt", "evil⟨U+202E⟩txt"),
    ],
)
@pytest.mark.parametrize("cell", [str, Text, Content], ids=lambda kind: kind.__name__)
async def test_hostile_text_is_shown_and_not_obeyed(name, shown, cell):
    column = Column[Function](id="name", title="NAME", cell=lambda f: cell(f.name), flex=True)
    async with running(Function(name), columns=(column,)) as (table, _):
        assert lines(table)[1].strip() == shown


async def test_a_styled_cell_keeps_its_colour():
    column = Column[Function](id="name", title="NAME", cell=lambda f: Content.styled(f.name, "#ff0000"), flex=True)
    async with running(Function("pay"), Function("orders"), columns=(column,)) as (table, _):
        colours = {s.text: s.style.color.triplet.hex for s in table.render_line(2) if s.text.strip()}
        assert colours == {"orders": "#ff0000"}


@pytest.mark.parametrize(
    "text", ["No functions.\nPress R", Text("No functions.\nPress R"), Content("No functions.\nPress R")]
)
async def test_the_placeholder_is_said_while_nothing_is_shown(text):
    async with running() as (table, pilot):
        table.placeholder = text
        await pilot.pause()
        assert [line.strip() for line in lines(table)[1:5]] == ["", "No functions.", "Press R", ""]


async def test_the_placeholder_goes_when_records_come():
    async with running(placeholder="Loading") as (table, pilot):
        table.add_records(functions(1))
        await pilot.pause()
        assert "Loading" not in "".join(lines(table))


async def test_a_long_placeholder_is_wrapped():
    async with running(placeholder="word " * 20) as (table, _):
        assert sum(line.count("word") for line in lines(table)) == 20


@pytest.mark.parametrize("focused", [True, False])
async def test_the_cursor_line_differs_from_the_others(focused):
    async with running(*functions(3)) as (table, pilot):
        if not focused:
            pilot.app.set_focus(None)
            await pilot.pause()
        assert styles_of_line(table, 1).isdisjoint(styles_of_line(table, 2))


async def test_the_cursor_line_is_reversed_where_there_is_no_colour(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with running(*functions(3)) as (table, _):
        assert all(style.reverse for style in styles_of_line(table, 1))


async def test_the_cursor_line_is_dimmer_without_focus():
    async with running(*functions(3)) as (table, pilot):
        focused = styles_of_line(table, 1)
        pilot.app.set_focus(None)
        await pilot.pause()
        assert styles_of_line(table, 1).isdisjoint(focused)


# Moving


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ("down", 1),
        ("j", 1),
        ("j j k", 1),
        ("up", 0),
        ("down down up", 1),
        ("end", 49),
        ("G", 49),
        ("G j", 49),
        ("G g", 0),
        ("end home", 0),
        ("pagedown", 7),
        ("ctrl+f ctrl+f", 14),
        ("ctrl+f ctrl+b", 0),
        ("pageup", 0),
        ("G pageup", 42),
    ],
)
async def test_keys_move_the_cursor(keys, place):
    async with running(*functions(50)) as (table, pilot):
        await pilot.press(*keys.split())
        assert cursor(table) == f"f{place:03}"


@pytest.mark.parametrize("keys", ["G", "G k k", "G g", "pagedown", "pagedown pagedown k", "G pageup pageup"])
async def test_the_cursor_is_always_in_view(keys):
    async with running(*functions(50)) as (table, pilot):
        await pilot.press(*keys.split())
        await pilot.pause()
        assert any(cursor(table) in line for line in lines(table))


async def test_the_header_stays_while_the_records_scroll():
    async with running(*functions(50)) as (table, pilot):
        await pilot.press("G")
        await pilot.pause()
        assert [line.split()[0] for line in lines(table)] == ["NAME", *(f"f{number:03}" for number in range(43, 50))]


@pytest.mark.parametrize("key", ["up", "down", "pageup", "pagedown", "home", "end", "enter", "space"])
async def test_an_empty_table_takes_every_key(key):
    async with running() as (table, pilot):
        await pilot.press(key)
        assert (table.cursor_record, table.marked, pilot.app.heard) == (None, (), [])


async def test_enter_opens_the_record():
    async with running(*functions(3)) as (_, pilot):
        await pilot.press("j", "enter")
        assert pilot.app.heard == [("highlighted", "f001"), ("opened", "f001")]


async def test_a_click_moves_the_cursor():
    async with running(*functions(3)) as (table, pilot):
        await pilot.click(table, offset=(5, 3))
        assert cursor(table) == "f002"


async def test_a_click_on_the_header_sorts():
    async with running(*functions(3)) as (table, pilot):
        await pilot.click(table, offset=(36, 0))
        assert table.sort_column == "memory"


async def test_the_wheel_scrolls_and_leaves_the_cursor():
    async with running(*functions(50)) as (table, pilot):
        await pilot._post_mouse_events([MouseScrollDown], table, offset=(5, 3))
        await pilot.pause()
        assert (table.scroll_offset.y > 0, cursor(table)) == (True, "f000")


async def test_move_to_finds_a_record_by_its_key():
    async with running(*functions(50)) as (table, pilot):
        assert table.move_to("f040")
        await pilot.pause()
        assert any("f040" in line for line in lines(table))


async def test_move_to_refuses_what_is_not_shown():
    async with running(*functions(5)) as (table, _):
        assert not table.move_to("f040")


# The cursor's record


async def test_the_cursor_stays_on_its_record_when_others_come_before_it():
    async with running(*functions(5)) as (table, pilot):
        await pilot.press("j")
        table.set_records([Function("a"), *functions(5)])
        assert cursor(table) == "f001"


async def test_the_cursor_stays_where_it_is_on_the_screen_when_others_come_before_it():
    async with running(*functions(50)) as (table, pilot):
        await pilot.press("j", "j")
        table.set_records([*functions(20, "a"), *functions(50)])
        await pilot.pause()
        assert "f002" in lines(table)[3]


async def test_the_cursor_stays_at_its_line_when_its_record_goes():
    async with running(*functions(5)) as (table, pilot):
        await pilot.press("j")
        table.set_records([Function("f000"), Function("f002"), Function("f003")])
        assert cursor(table) == "f002"


async def test_the_cursor_stays_on_the_last_line_when_the_last_record_goes():
    async with running(*functions(5)) as (table, pilot):
        await pilot.press("G")
        table.set_records(functions(3))
        assert cursor(table) == "f002"


async def test_the_cursor_stays_at_the_top_while_records_stream_in_until_it_is_moved():
    async with running(Function("m")) as (table, _):
        table.sort_by("name")
        table.add_records([Function("a"), Function("z")])
        assert cursor(table) == "a"


async def test_the_cursor_stays_on_its_record_when_the_order_changes():
    async with running(*functions(9)) as (table, pilot):
        await pilot.press("j")
        table.sort_by("memory")
        assert cursor(table) == "f001"


async def test_the_cursor_goes_to_the_top_when_its_record_is_filtered_out():
    async with running(*functions(50)) as (table, pilot):
        await pilot.press("G")
        table.set_filter("f00")
        await pilot.pause()
        assert (cursor(table), lines(table)[1].split()[0]) == ("f000", "f000")


async def test_the_cursor_keeps_the_record_that_a_filter_brought_under_it():
    async with running(*functions(50)) as (table, _):
        table.set_filter("f017")
        table.set_filter("")
        assert cursor(table) == "f017"


async def test_the_cursor_is_at_the_top_of_what_passes_whatever_passed_the_first_letters():
    async with running(*functions(50)) as (table, _):
        for text in ("f012", "f012 no such record", "f01"):
            table.set_filter(text)
        assert cursor(table) == "f010"


async def test_the_cursor_keeps_its_record_through_a_filter_that_nothing_passes():
    async with running(*functions(50)) as (table, pilot):
        await pilot.press("j")
        table.set_filter("no such record")
        table.set_filter("")
        assert cursor(table) == "f001"


async def test_records_that_stream_in_under_a_filter_leave_the_cursor_on_its_record():
    async with running(*functions(3)) as (table, _):
        table.sort_by("name")
        table.set_filter("f")
        table.add_records(functions(3, "ef"))
        assert cursor(table) == "f000"


async def test_any_key_has_the_cursor_keep_the_record_that_it_was_pressed_at():
    async with running(*functions(3)) as (table, pilot):
        table.sort_by("name")
        await pilot.press("x")
        table.add_records(functions(3, "a"))
        assert cursor(table) == "f000"


async def test_the_cursor_that_follows_the_top_does_so_until_the_next_key():
    async with running(*functions(3)) as (table, pilot):
        await pilot.press("G")
        table.follow_top()
        table.sort_by("name", reverse=True)
        first = cursor(table)
        await pilot.press("x")
        table.reverse_sort()
        assert (first, cursor(table)) == ("f002", "f002")


async def test_highlighted_is_posted_once_for_each_record():
    async with running(*functions(3)) as (_, pilot):
        await pilot.press("j", "j", "j", "k")
        assert [name for kind, name in pilot.app.heard if kind == "highlighted"] == ["f001", "f002", "f001"]


async def test_highlighted_is_posted_when_the_record_has_changed():
    async with running(*functions(3)) as (table, pilot):
        table.add_records([Function("f000", memory=512)])
        await pilot.pause()
        assert pilot.app.heard == [("highlighted", "f000")]


async def test_highlighted_says_when_no_record_is_left():
    async with running(*functions(3)) as (table, pilot):
        table.set_records([])
        await pilot.pause()
        assert ("highlighted", None) in pilot.app.heard


# Marks


async def test_space_marks_and_moves_down():
    async with running(*functions(3)) as (table, pilot):
        await pilot.press("space", "space", "k", "space")
        assert ([f.name for f in table.marked], cursor(table)) == (["f000"], "f002")


async def test_a_mark_is_visible():
    async with running(*functions(3)) as (table, pilot):
        await pilot.press("space")
        await pilot.pause()
        assert [line[0] for line in lines(table)[1:4]] == ["●", " ", " "]


def resort(table: RecordTable[Function]) -> None:
    table.sort_by("name", reverse=True)


def refresh(table: RecordTable[Function]) -> None:
    table.set_records([Function("a"), *(replace(f, memory=64) for f in functions(9))])


def filter_and_back(table: RecordTable[Function]) -> None:
    table.set_filter("f008")
    table.set_filter("")


@pytest.mark.parametrize("change", [resort, refresh, filter_and_back])
async def test_marks_belong_to_keys(change: Callable[[RecordTable[Function]], None]):
    async with running(*functions(9)) as (table, pilot):
        await pilot.press("j", "space", "j", "space")
        change(table)
        assert {record.name for record in table.marked} == {"f001", "f003"}


async def test_marked_stands_in_the_order_of_the_screen():
    async with running(*functions(9)) as (table, pilot):
        await pilot.press("space", "space", "space")
        table.sort_by("name", reverse=True)
        assert [record.name for record in table.marked] == ["f002", "f001", "f000"]


async def test_what_is_filtered_out_is_not_marked():
    async with running(*functions(9)) as (table, pilot):
        await pilot.press("space", "space")
        table.set_filter("f001")
        assert [record.name for record in table.marked] == ["f001"]


async def test_a_mark_goes_with_its_record():
    async with running(*functions(2)) as (table, pilot):
        await pilot.press("space")
        table.set_records([])
        table.set_records(functions(2))
        assert table.marked == ()


async def test_clear_marks_takes_all_of_them_away():
    async with running(*functions(9)) as (table, pilot):
        await pilot.press("space", "space")
        table.set_filter("f001")
        table.clear_marks()
        table.set_filter("")
        assert table.marked == ()


async def test_the_counts_are_told_when_they_change():
    async with running(*functions(9)) as (table, pilot):
        await pilot.press("space")
        table.set_filter("f00 !f003")
        table.add_records(functions(10))
        table.set_filter("f001")
        table.sort_next()
        await pilot.pause()
        assert [heard[1:] for heard in pilot.app.heard if heard[0] == "shown"] == [
            (9, 9, 1),
            (9, 8, 1),
            (10, 9, 1),
            (10, 1, 0),
        ]


# Filtering and sorting


async def test_a_filter_shows_what_passes():
    async with running(*functions(9)) as (table, pilot):
        table.set_filter("memory>256")
        await pilot.pause()
        assert (names(table), table.total) == (["f002", "f005", "f008"], 9)


async def test_a_filter_that_cannot_be_understood_leaves_the_former_one():
    async with running(*functions(9)) as (table, _):
        table.set_filter("f001")
        with pytest.raises(FilterError, match="no column eror"):
            table.set_filter("eror>1")
        assert (table.filter_text, names(table)) == ("f001", ["f001"])


@pytest.mark.parametrize(
    "steps", [["f", "f0", "f00", "f001"], ["f001", "f00", "f", ""], ["!f", "!f001"], ["f00 m", "f00 mem>1"]]
)
async def test_filtering_letter_by_letter_shows_the_same_as_at_once(steps):
    async with running(*functions(30)) as (table, _), running(*functions(30)) as (other, _):
        for step in steps:
            table.set_filter(step)
        other.set_filter(steps[-1])
        assert names(table) == names(other)


async def test_a_filter_applies_to_records_that_come_later():
    async with running() as (table, _):
        table.set_filter("f003")
        table.add_records(functions(9))
        assert names(table) == ["f003"]


async def test_a_filter_applies_to_what_a_record_has_become():
    async with running(*functions(3)) as (table, _):
        table.set_filter("mem=4096")
        table.add_records([Function("f001", memory=4096)])
        assert names(table) == ["f001"]


async def test_without_a_sort_records_stand_as_they_came():
    async with running(Function("z"), Function("a")) as (table, _):
        table.add_records([Function("m"), Function("z", memory=1)])
        assert names(table) == ["z", "a", "m"]


async def test_text_is_sorted_without_regard_to_case():
    async with running(Function("b"), Function("C"), Function("A")) as (table, _):
        table.sort_by("name")
        assert names(table) == ["A", "b", "C"]


async def test_numbers_are_sorted_as_numbers():
    async with running(Function("a", 1024), Function("b", 128), Function("c", 3008)) as (table, _):
        table.sort_by("memory")
        assert names(table) == ["b", "a", "c"]


@pytest.mark.parametrize("reverse", [False, True])
async def test_what_has_no_value_sorts_last(reverse):
    async with running(Function("a", None), Function("b", 128), Function("c", float("nan"))) as (table, _):
        table.sort_by("memory", reverse=reverse)
        assert names(table) == ["b", "a", "c"]


@pytest.mark.parametrize("reverse", [False, True])
async def test_equal_values_stand_in_the_order_of_their_keys(reverse):
    async with running(Function("c"), Function("a"), Function("b")) as (table, _):
        table.sort_by("memory", reverse=reverse)
        assert names(table) == ["a", "b", "c"]


@pytest.mark.parametrize("column", [None, "name", "memory", "runtime"])
@pytest.mark.parametrize("reverse", [False, True])
async def test_pages_end_up_in_the_same_order_as_all_at_once(column, reverse):
    records = [Function(f"f{number * 37 % 100:02}", memory=number * 7 % 5 or None) for number in range(100)]
    async with running() as (table, _), running(*records) as (other, _):
        other.sort_by(column, reverse=reverse)
        table.sort_by(column, reverse=reverse)
        for start in range(0, 100, 10):
            table.add_records(records[start : start + 10])
        assert names(table) == names(other)


async def test_a_record_moves_when_its_value_changes():
    async with running(*functions(3)) as (table, _):
        table.sort_by("memory")
        table.add_records([Function("f000", memory=9000)])
        assert names(table) == ["f001", "f002", "f000"]


@pytest.mark.parametrize(("times", "column"), [(1, "name"), (2, "runtime"), (3, "memory"), (4, "name")])
async def test_sort_next_goes_through_the_columns(times, column):
    async with running(*functions(3)) as (table, _):
        for _ in range(times):
            table.sort_next()
        assert table.sort_column == column


async def test_sort_next_skips_columns_that_are_not_seen():
    async with running(*functions(3), size=(30, 5)) as (table, _):
        table.sort_by("runtime")
        table.sort_next()
        assert table.sort_column == "name"


async def test_the_arrow_shows_column_and_direction():
    async with running(*functions(3)) as (table, pilot):
        table.sort_by("name")
        await pilot.pause()
        ascending = lines(table)[0]
        table.sort_by("memory", reverse=True)
        await pilot.pause()
        assert (ascending.split(), lines(table)[0].split()) == (
            ["NAME▲", "RUNTIME", "MEM"],
            ["NAME", "RUNTIME", "MEM▼"],
        )


async def test_an_unknown_column_is_refused_and_the_order_stays():
    async with running(*functions(3)) as (table, _):
        table.sort_by("name", reverse=True)
        with pytest.raises(KeyError):
            table.sort_by("nome")
        assert (table.sort_column, names(table)) == ("name", ["f002", "f001", "f000"])


# Repainting


async def test_moving_the_cursor_repaints_two_lines():
    async with running(*functions(50)) as (table, pilot):
        await pilot.press("j")
        await pilot.pause()
        assert sorted(table.drawn) == [1, 2]


async def test_moving_the_cursor_writes_two_lines_to_the_terminal():
    async with running(*functions(50)) as (_, pilot):
        await pilot.press("j")
        await pilot.pause()
        assert re.findall("f0..", "".join(pilot.app.written)) == ["f000", "f001"]


async def test_marking_repaints_the_line():
    async with running(*functions(50)) as (table, pilot):
        table.toggle_mark()
        await pilot.pause()
        assert table.drawn == [1]


async def test_a_changed_record_repaints_its_line():
    async with running(*functions(50)) as (table, pilot):
        table.set_records([replace(f, memory=64) if f.name == "f003" else f for f in functions(50)])
        await pilot.pause()
        assert table.drawn == [4]


async def test_a_change_that_no_visible_column_shows_repaints_nothing():
    async with running(*functions(50), columns=(NAME,)) as (table, pilot):
        table.set_records([replace(f, memory=64) for f in functions(50)])
        await pilot.pause()
        assert table.drawn == []


async def test_an_unchanged_refresh_writes_nothing_to_the_terminal():
    async with running(*functions(50)) as (table, pilot):
        await pilot.pause()
        forget(table)
        table.set_records(functions(50))
        table.sort_by(None)
        table.set_filter("")
        table.reread()
        await pilot.pause()
        assert "".join(table.app.written) == ""


async def test_a_page_below_the_screen_repaints_no_line():
    async with running(*functions(50)) as (table, pilot):
        table.add_records(functions(50, "g"))
        await pilot.pause()
        assert table.drawn == []


async def test_a_page_that_fills_the_screen_repaints_only_the_new_lines():
    async with running(*functions(3)) as (table, pilot):
        table.add_records(functions(2, "g"))
        await pilot.pause()
        assert sorted(table.drawn) == [4, 5]


async def test_a_filter_that_leaves_more_than_fits_lays_nothing_out_anew():
    async with running(*functions(200)) as (table, pilot):
        layouts: list[Screen] = []
        table.screen.screen_layout_refresh_signal.subscribe(table, layouts.append)
        table.set_filter("f1")
        await pilot.pause()
        assert (table.vertical_scrollbar.window_virtual_size, layouts) == (101, [])


@pytest.mark.parametrize(("text", "scrolls"), [("f00", True), ("f001", False)])
async def test_the_scroll_bar_is_there_while_there_is_more_than_fits(text, scrolls):
    async with running(*functions(200)) as (table, pilot):
        table.set_filter("f001")
        await pilot.pause()
        table.set_filter(text)
        await pilot.pause()
        assert table.vertical_scrollbar.display == scrolls


async def test_redraw_repaints_what_the_columns_now_say_otherwise():
    clock = ["1 m ago"]
    age = Column[Function](id="age", title="AGE", cell=lambda f: clock[0] if f.name == "f001" else "-", width=8)
    async with running(*functions(3), columns=(NAME, age)) as (table, pilot):
        clock[0] = "2 m ago"
        table.redraw()
        await pilot.pause()
        assert table.drawn == [2]


async def test_reread_sorts_and_searches_by_what_the_columns_now_say():
    errors = {"f000": 9, "f001": 0, "f002": 5}
    column = Column[Function](id="err", title="ERR", cell=lambda f: f"{errors[f.name]}", width=6, priority=1)
    async with running(*functions(3), columns=(NAME, column)) as (table, _):
        table.sort_by("err")
        table.set_filter("!err:5")
        errors |= {"f001": 7, "f002": 3}
        table.reread()
        assert names(table) == ["f002", "f001", "f000"]


@pytest.mark.parametrize("focused", [True, False])
async def test_the_focus_repaints_only_the_cursor_line(focused):
    async with running(*functions(50)) as (table, pilot):
        if focused:
            pilot.app.set_focus(None)
            await pilot.pause()
            forget(table)
        pilot.app.set_focus(table if focused else None)
        await pilot.pause()
        assert table.drawn == [1]


async def test_another_theme_repaints_every_line():
    async with running(*functions(3)) as (table, pilot):
        pilot.app.theme = "textual-light"
        await pilot.pause()
        assert set(table.drawn) == set(range(8))


async def test_a_border_is_drawn_as_soon_as_it_is_set():
    async with running(*functions(3)) as (table, pilot):
        table.styles.outline = ("solid", "red")
        await pilot.pause()
        assert [line[:1] for line in lines(table)] == [*"┌││││││└"]


async def test_what_changed_while_the_table_was_hidden_is_seen_when_it_is_shown():
    async with running(*functions(3)) as (table, pilot):
        table.display = False
        await pilot.pause()
        table.set_records(functions(3, "g"))
        await pilot.pause()
        table.display = True
        await pilot.pause()
        assert [line.split()[0] for line in lines(table)[1:4]] == ["g000", "g001", "g002"]


async def test_a_smaller_terminal_keeps_the_cursor_in_view():
    async with running(*functions(50), size=(40, 20)) as (table, pilot):
        await pilot.press(*"j" * 15)
        await pilot.resize_terminal(40, 6)
        await pilot.pause()
        assert any("f015" in line for line in lines(table))


async def test_fewer_records_never_leave_the_screen_blank():
    async with running(*functions(50)) as (table, pilot):
        await pilot.press("G")
        table.set_records(functions(10))
        await pilot.pause()
        assert [line.split()[0] for line in lines(table)[1:]] == [f"f{number:03}" for number in range(3, 10)]


async def test_records_given_before_the_table_is_on_the_screen_are_shown():
    app = TableApp()
    app.table.set_records(functions(3))
    app.table.sort_by("name", reverse=True)
    app.table.move_to("f001")
    async with app.run_test(size=(40, 6)):
        assert ([line.split()[0] for line in lines(app.table)[1:4]], cursor(app.table)) == (
            ["f002", "f001", "f000"],
            "f001",
        )
