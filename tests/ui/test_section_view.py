"""Sections of labelled values: what of them is painted, and when."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from lambdatui.ui.widgets.page import Page
from lambdatui.ui.widgets.section_view import Section, SectionView, Value


class CountingView(SectionView):
    """Counts the lines that are painted."""

    def __init__(self, columns: int = 1) -> None:
        super().__init__(columns)
        self.painted: list[int] = []

    def render_line(self, y: int) -> Strip:
        self.painted.append(y)
        return super().render_line(y)


class Host(App[None]):
    def __init__(self, shown: Widget) -> None:
        super().__init__()
        self.shown = shown

    def compose(self) -> ComposeResult:
        yield self.shown


@asynccontextmanager
async def shown(view: CountingView, *texts: str, width: int = 60) -> AsyncIterator[Pilot[None]]:
    """A screen with one section of as many values; nothing is counted of what came before."""
    async with Host(view).run_test(size=(width, 20)) as pilot:
        view.show(section(*texts))
        await pilot.pause()
        view.painted.clear()
        yield pilot


def section(*texts: str) -> list[Section]:
    return [Section("State", tuple((f"label {number}", Value(text)) for number, text in enumerate(texts)))]


def texts(view: SectionView) -> list[str]:
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


async def test_what_is_shown_again_is_not_painted_again() -> None:
    view = CountingView()
    async with shown(view, "well", "quiet") as pilot:
        view.show(section("well", "quiet"))
        await pilot.pause()
        assert view.painted == []


async def test_of_a_value_that_changed_only_the_line_is_painted() -> None:
    view = CountingView()
    async with shown(view, "well", "quiet", "behind its stream") as pilot:
        view.show(section("well", "slow", "behind its stream"))
        await pilot.pause()
        assert set(view.painted) == {2}


async def test_a_value_more_makes_it_higher() -> None:
    view = CountingView()
    async with shown(view, "well") as pilot:
        view.show(section("well", "quiet"))
        await pilot.pause()
        assert texts(view) == ["State", "label 0 well", "label 1 quiet", ""]


async def test_a_value_more_lays_the_screen_out_once() -> None:
    view = CountingView()
    async with Host(Page(view)).run_test(size=(60, 20)) as pilot:
        view.show(section("well"))
        await pilot.pause()
        layouts: list[Screen] = []
        pilot.app.screen.screen_layout_refresh_signal.subscribe(view, layouts.append)
        view.show(section("well", "quiet"))
        await pilot.pause()
        assert len(layouts) == 1


@pytest.mark.parametrize("values", [18, 19])
async def test_a_page_has_a_scroll_bar_while_there_is_more_than_fits(values: int) -> None:
    view = CountingView()
    page = Page(view)
    async with Host(page).run_test(size=(60, 20)) as pilot:
        for count in (40, 1, values):
            view.show(section(*"x" * count))
            await pilot.pause()
        assert page.show_vertical_scrollbar == (values + 2 > 20)


async def test_a_long_value_wraps_in_the_room_that_there_is_now() -> None:
    view = CountingView()
    async with shown(view, "a" * 30) as pilot:
        await pilot.resize_terminal(20, 20)
        await pilot.pause()
        assert texts(view) == ["State", "label 0 " + "a" * 12, " " * 8 + "a" * 12, " " * 8 + "a" * 6, ""]


async def test_what_is_wrapped_stays_as_far_in_as_it_began() -> None:
    view = CountingView()
    async with shown(view, width=30) as pilot:
        view.show([Section("Request", (("1", Value('{\n  "Name": "a long value of several words"\n}', block=True)),))])
        await pilot.pause()
        assert texts(view)[1:5] == ["1 {", '    "Name": "a long value of', '    several words"', "  }"]


async def test_a_theme_colours_what_is_shown() -> None:
    view = CountingView()
    async with shown(view, "well") as pilot:
        before = view.render_line(0)
        pilot.app.theme = "textual-light"
        await pilot.pause()
        assert view.render_line(0).text == before.text
        assert view.render_line(0) != before


async def test_two_columns_stand_beside_each_other_where_there_is_room() -> None:
    view = CountingView(columns=2)
    async with shown(view, "well", width=120) as pilot:
        view.show([*section("well"), *section("slow")])
        await pilot.pause()
        assert texts(view)[1].split() == ["label", "0", "well", "label", "0", "slow"]
