"""Keys that come faster than they can be worked off, as a slow connection delivers them."""

from __future__ import annotations

import pytest
from textual import events
from textual.widgets import Input

from lambdatui.ui.dialogs.goto import GoTo
from tests.support.endpoint import ScriptedEndpoint
from tests.ui.conftest import MakeConsole
from tests.ui.stage import Stage, on_stage


async def ready(stage: Stage) -> None:
    await stage.wait_until_read()
    await stage.wait_for(lambda: stage.app._main.subject is not None)


def typed(stage: Stage, *keys: str) -> None:
    """Has all of the keys come at the same moment."""
    for key in keys:
        stage.app.post_message(events.Key(key, key if len(key) == 1 else None))


def line(stage: Stage) -> str | None:
    """What stands in the line in focus; None where no line is."""
    focused = stage.app.focused
    return focused.value if isinstance(focused, Input) else None


@pytest.mark.parametrize("first", [("slash",), ("l", "slash"), ("l", "backslash"), ("l", "f", "ctrl+u")])
async def test_what_is_typed_right_behind_the_key_that_opens_a_line_stands_in_it(
    console: MakeConsole, endpoint: ScriptedEndpoint, first: tuple[str, ...]
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await ready(stage)
        typed(stage, *first, *"xcaiqyu")
        await stage.wait_for(lambda: line(stage) == "xcaiqyu")
        assert not stage.app.screen.is_modal


@pytest.mark.parametrize("first", [("l", "slash"), ("l", "backslash"), ("l", "f", "ctrl+u")])
async def test_a_key_that_takes_longer_than_is_waited_keeps_its_turn(
    console: MakeConsole, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch, first: tuple[str, ...]
) -> None:
    monkeypatch.setattr("lambdatui.ui.keys_in_turn.LOST_S", 0.0)
    async with on_stage(console(endpoint.url)) as stage:
        await ready(stage)
        typed(stage, *first, *"xcaiqyu")
        await stage.wait_for(lambda: line(stage) == "xcaiqyu")


async def test_where_to_go_may_be_typed_at_once(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await ready(stage)
        typed(stage, "colon", *"audit", "enter", "slash", *"quit")
        await stage.wait_for(lambda: line(stage) == "quit")
        assert "Audit" in stage.text


async def test_what_is_pasted_right_behind_the_key_that_opens_a_line_stands_in_it_too(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await ready(stage)
        typed(stage, "slash", "a")
        stage.app.post_message(events.Paste("bc"))
        typed(stage, "d")
        await stage.wait_for(lambda: line(stage) == "abcd")


async def test_keys_go_to_what_is_there_after_the_ones_before(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await ready(stage)
        typed(stage, "question_mark", "escape", "j", "slash", "x", "escape", "j", "colon", "z")
        await stage.wait_for(lambda: isinstance(stage.app.screen, GoTo) and line(stage) == "z")
        assert stage.app._main.pane.table.cursor_record.name == "function-00002"  # type: ignore[attr-defined]


async def test_a_key_whose_widget_is_gone_before_it_was_worked_off_keeps_none_back(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    """Such a key reaches nobody any more, and nothing tells that it did not."""

    class Vanishing(Input):
        async def _on_key(self, event: events.Key) -> None:
            event.stop()
            self.remove()

    async with on_stage(console(endpoint.url)) as stage:
        await ready(stage)
        vanishing = Vanishing()
        await stage.app.screen.mount(vanishing)
        stage.app.screen.set_focus(vanishing)
        typed(stage, "a", "colon", "b")
        await stage.wait_for(lambda: line(stage) == "b")


async def test_a_key_that_is_under_way_at_the_end_is_let_go_without_noise(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    """What is ended after the screens are gone may take seconds."""
    app = console(endpoint.url)
    async with on_stage(app) as stage:
        await ready(stage)
        app._under_way = key = events.Key("x", "x")
    assert not app.screen_stack
    app._go_after(key)
    assert app._under_way is None
