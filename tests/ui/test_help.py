"""Help: the keys of what is in focus, under headings."""

from __future__ import annotations

import pytest
from textual import events

from lambdatui.ui.app import Console
from lambdatui.ui.dialogs.help import headings
from lambdatui.ui.keymap import bindings_of, scopes
from lambdatui.ui.widgets.page import Page
from tests.support.endpoint import ScriptedEndpoint
from tests.ui.conftest import MakeConsole
from tests.ui.stage import NARROW, on_stage


async def test_the_actions_stand_first(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url), (140, 60)) as stage:
        await stage.wait_until_read()
        await stage.press("question_mark")
        await stage.wait_for("Everywhere")
        keys = [line.strip("│┃ ").split(" ")[0] for line in stage.text.partition(" Actions")[2].splitlines()[1:6]]
        assert sorted(keys) == ["c", "e", "i", "t", "x"]
        assert stage.text.index(" Actions") < stage.text.index(" Functions ")


def test_every_key_of_the_main_screen_has_a_heading() -> None:
    ids = {id_ for scope in scopes() if Console in scope for holder in scope for id_ in bindings_of(holder)}
    assert {id_.partition(".")[0] for id_ in ids} <= headings().keys()


async def test_every_key_of_several_that_come_at_once_scrolls(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("question_mark")
        await stage.wait_for("Actions")
        page = stage.app.screen.query_one(Page)
        for keys, where in (
            (["down"] * 6, lambda: 6),
            (["end", "up", "up"], lambda: page.max_scroll_y - 2),
            (["home", "pagedown", "down"], lambda: page.scrollable_content_region.height + 1),
        ):
            for key in keys:
                stage.app.post_message(events.Key(key, None))
            await stage.wait_for(lambda where=where: page.scroll_y == where())


@pytest.mark.parametrize(
    ("key", "shown", "told"),
    [
        ("c", "Concurrency: function-00000", "the one below"),
        ("v", "raw JSON", "copy the JSON to the clipboard"),
    ],
)
async def test_a_dialog_has_help_of_its_own(
    console: MakeConsole, endpoint: ScriptedEndpoint, key: str, shown: str, told: str
) -> None:
    async with on_stage(console(endpoint.url), (140, 60)) as stage:
        await stage.wait_until_read()
        await stage.wait_for(lambda: stage.app.session.ready)
        await stage.press(key)
        await stage.wait_for(shown)
        dialog = stage.app.screen
        await stage.press("question_mark")
        await stage.wait_for(told)
        assert "compare numbers" not in stage.text
        await stage.press("question_mark")
        assert stage.app.screen is dialog
