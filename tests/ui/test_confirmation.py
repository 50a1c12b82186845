"""The operator's yes: a key where that is enough, a typed name where it is not, and never `enter` alone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from lambdatui.ui.dialogs.confirmation import Confirmation
from tests.support.endpoint import ScriptedEndpoint
from tests.ui.conftest import MakeConsole
from tests.ui.stage import NARROW, Stage, on_stage


@pytest.fixture
async def stage(console: MakeConsole, endpoint: ScriptedEndpoint) -> AsyncIterator[Stage]:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        yield stage


async def asked(stage: Stage, to_type: str, *keys: str) -> list[bool | None]:
    """Asks, and presses these keys; the answer is in the list as soon as there is one."""
    answers: list[bool | None] = []
    await stage.app.push_screen(Confirmation("All of it?", to_type), answers.append)
    await stage.wait_for("All of it?")
    await stage.press(*keys)
    return answers


@pytest.mark.parametrize(
    ("key", "answer"), [("y", True), ("n", False), ("q", False), ("escape", False), ("enter", False)]
)
async def test_only_y_is_a_yes(stage: Stage, key: str, answer: bool) -> None:
    answers = await asked(stage, "", key)
    await stage.wait_for(lambda: answers == [answer])


@pytest.mark.parametrize(("keys", "answer"), [(("p", "a", "y", "enter"), True), (("escape",), False)])
async def test_on_a_protected_profile_the_typed_name_is_a_yes(
    stage: Stage, keys: tuple[str, ...], answer: bool
) -> None:
    answers = await asked(stage, "pay", *keys)
    await stage.wait_for(lambda: answers == [answer])


@pytest.mark.parametrize("keys", [("y", "enter"), ("enter",)], ids=["y", "nothing"])
async def test_anything_but_the_name_says_what_is_to_be_typed(stage: Stage, keys: tuple[str, ...]) -> None:
    answers = await asked(stage, "pay", *keys)
    await stage.wait_for("that is not it: type pay to confirm")
    assert not answers
