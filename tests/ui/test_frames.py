"""The keys in the frame of a dialog are those that the operator has given."""

from __future__ import annotations

import pytest

from lambdatui.ui.keymap import all_bindings
from tests.support.endpoint import ScriptedEndpoint
from tests.ui.answers import one_function
from tests.ui.conftest import MakeConsole
from tests.ui.stage import on_stage


@pytest.fixture(scope="module", autouse=True)
def imported() -> None:
    """All that has keys, which a console imports to remap one: no test has patience enough for that."""
    all_bindings()


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("", "y copies, esc closes"),
        ('"raw.copy" = "c"\n"dialog.close" = ["x", "escape"]', "c copies, x closes"),
        ('"raw.copy" = "left_square_bracket"', "[ copies, esc closes"),
    ],
    ids=["by default", "remapped", "to a bracket"],
)
async def test_the_frame_names_the_keys_as_they_are_mapped(
    keys: str, told: str, console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    one_function(endpoint)
    async with on_stage(console(endpoint.url, file=f"[keys]\n{keys}\n")) as stage:
        await stage.wait_until_read()
        await stage.press("v")
        await stage.wait_for(told)


async def test_a_key_that_does_nothing_yet_is_not_named(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    one_function(endpoint)
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_until_read()
        await stage.wait_for(lambda: stage.app.session.ready)
        await stage.press("i")
        await stage.wait_for("^t events")
        await stage.press("ctrl+s")
        await stage.wait_for("y does it")
        assert "^t events" not in stage.text
