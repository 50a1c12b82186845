"""The bottom line: in which order keys stand, and which give way where there is no room for all."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from lambdatui.ui.keymap import all_bindings
from lambdatui.ui.widgets.key_line import ACTION_KEYS, GENERAL, URGENT, KeyLine
from tests.support.endpoint import ScriptedEndpoint
from tests.ui.conftest import MakeConsole
from tests.ui.stage import NARROW, WIDE, on_stage


class Content(Widget, can_focus=True):
    DEFAULT_CSS = "Content { height: 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "copy", group=GENERAL),
        Binding("s", "sort", "sort"),
    ]


class Host(App[None]):
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "invoke", "invoke", group=ACTION_KEYS),
        Binding("x", "stop", "stop", group=URGENT),
        Binding("g", "goto", "go to", id="app.goto"),
        Binding("h", "help_", "help", id="app.help"),
    ]

    def __init__(self, refused: str = "") -> None:
        super().__init__()
        self._refused = refused

    def compose(self) -> ComposeResult:
        yield Content()
        yield KeyLine(lambda action: action == self._refused)


async def keys(width: int, refused: str = "") -> str:
    """The line of keys on a screen so wide, while one of them would do nothing."""
    async with Host(refused).run_test(size=(width, 3)) as pilot:
        pilot.app.query_one(Content).focus()
        await pilot.pause()
        return pilot.app.query_one(KeyLine).render().plain


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (51, " x stop  s sort  i invoke  c copy  g go to  h help "),
        (50, " x stop  s sort  i invoke  g go to  h help "),
        (40, " x stop  s sort  g go to  h help "),
        (32, " x stop  g go to  h help "),
        (24, " g go to  h help "),
        (8, " h help "),
    ],
)
async def test_what_ends_harm_has_room_before_all_but_what_leads_to_every_key(width: int, shown: str) -> None:
    assert await keys(width) == shown


async def test_a_key_that_would_do_nothing_gives_way_first() -> None:
    assert await keys(42, refused="stop") == " s sort  i invoke  g go to  h help "


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (NARROW, " x stop  t traffic  l logs  ⏎ open  / filter  a actions  v raw  : go to  ? help"),
        (
            WIDE,
            " x stop  t traffic  l logs  ⏎ open  / filter  s sort  U unwell  i invoke  c concurrency  e mapping"
            "  a actions  space mark  : go to  ? help",
        ),
    ],
    ids=["80x24", "140x40"],
)
async def test_over_the_functions_stop_and_traffic_stand_first(
    console: MakeConsole, endpoint: ScriptedEndpoint, size: tuple[int, int], shown: str
) -> None:
    async with on_stage(console(endpoint.url, settings={"metrics_budget_cents": 25}), size) as stage:
        await stage.wait_for(lambda: stage.footer.rstrip() == shown)


async def test_a_key_that_was_remapped_stands_where_the_former_stood(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    all_bindings()  # imports what a console imports to remap a key, which takes longer than tests wait
    async with on_stage(console(endpoint.url, file='[keys]\n"action.emergency-stop" = "ctrl+x"'), NARROW) as stage:
        await stage.wait_for(lambda: stage.footer.startswith(" ^x stop  t traffic  l logs "))


async def test_the_line_stays_as_it_is_under_a_dialog(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        line = stage.app._main.query_one(KeyLine)
        await stage.wait_for(lambda: " x stop " in stage.footer)
        before = line.keys
        await stage.press("question_mark")
        stage.app.session.target = replace(stage.app.session.target, read_only=True)
        stage.app._main.refresh_bindings()
        assert line.keys == before
        await stage.press("escape")
        await stage.wait_for(lambda: " x stop " not in stage.footer)


async def test_read_only_the_keys_of_actions_leave_their_room_to_others(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with on_stage(console(endpoint.url, read_only=True), NARROW) as stage:
        told = " l logs  ⏎ open  / filter  s sort  a actions  space mark  : go to  ? help"
        await stage.wait_for(lambda: stage.footer.rstrip() == told)
