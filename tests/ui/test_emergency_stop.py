"""The emergency stop from the keyboard: stopped, marked, told at the next start, restored."""

from __future__ import annotations

from typing import Any

import pytest

from lambdatui.actions import event_source_mapping
from lambdatui.actions.audit import AuditLine, AuditTrail
from lambdatui.paths import state_folder
from lambdatui.ui.keymap import all_bindings
from tests.support.endpoint import ACCOUNT, REGION, ScriptedEndpoint, error
from tests.support.stoppable import Stoppable
from tests.ui.conftest import MakeConsole
from tests.ui.stage import Stage, on_stage

STOPPED = "function-00001"
UUID = "11111111-0000-0000-0000-000000000000"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_source_mapping, "WATCH_S", 0)


@pytest.fixture
def there(endpoint: ScriptedEndpoint) -> Stoppable:
    """One of three functions, with 5 reserved and a mapping."""
    account = Stoppable(name=STOPPED, reserved=5)
    account.add_mapping(UUID, "orders")
    account.behind(endpoint)
    return account


def marked(stage: Stage) -> list[str]:
    """The functions that the list marks as stopped."""
    return [line.split("■ ")[1].split()[0] for line in stage.text.splitlines() if "■ function-" in line]


async def choose(stage: Stage, action: str) -> None:
    """Puts the cursor on the function, and chooses what is behind `x`."""
    await stage.wait_until_read()
    await stage.wait_for(lambda: stage.rows)
    stage.app._main.pane.table.move_to(STOPPED)
    await stage.wait_for(lambda: stage.app._main.subject and stage.app._main.subject.name == STOPPED)
    await stage.press("x")
    await stage.wait_for("Restore after an emergency stop")
    await stage.press(*(["down"] if (action == "restore") != ("in force" in stage.text) else []), "enter")


async def stop(stage: Stage) -> None:
    """Stops the function as the form proposes, and closes the dialog."""
    await choose(stage, "stop")
    await stage.wait_for("Disable mappings")
    await stage.press("ctrl+s")
    await stage.wait_for("y does it")
    await stage.press("y")
    await stage.wait_for(lambda: marked(stage) == [STOPPED] or "orders Disabled" in stage.text)
    await stage.press("escape")
    await stage.wait_for(lambda: marked(stage) == [STOPPED])


async def test_a_function_is_stopped_with_four_keys_and_marked(
    console: MakeConsole, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stop(stage)
        assert there.reserved == 0
        assert there.states() == {UUID: "Disabled"}


async def test_of_a_function_that_is_stopped_it_is_offered_first_to_restore_it(
    console: MakeConsole, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stop(stage)
        await stage.press("x")
        await stage.wait_for(f"Stop in force: {STOPPED}")
        await stage.press("enter")
        await stage.wait_for("0 → 5")


async def test_a_second_preview_looks_at_the_mappings_anew(
    console: MakeConsole, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await choose(stage, "stop")
        await stage.wait_for("Disable mappings")
        await stage.press("ctrl+s")
        await stage.wait_for("enabled → disabled")
        await stage.press("escape")
        await stage.wait_for("Disable mappings")
        there.mappings[UUID]["State"] = "Disabled"
        await stage.press("ctrl+s")
        await stage.wait_for("y does it")
        assert "enabled → disabled" not in stage.text


async def test_the_overview_says_that_it_is_stopped_and_how_it_is_restored(
    console: MakeConsole, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stop(stage)
        await stage.wait_for("by an emergency stop since")


async def test_how_it_is_restored_is_told_with_the_key_that_the_operator_gave_it(
    console: MakeConsole, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    all_bindings()  # imports what a console imports to remap a key, which takes longer than tests wait
    left_stopped(STOPPED)
    async with on_stage(console(endpoint.url, file='[keys]\n"action.emergency-stop" = "z"')) as stage:
        await stage.wait_for(f"{STOPPED} · z on ")
        stage.app._main.pane.table.move_to(STOPPED)
        await stage.wait_for("· z restores it")


async def test_the_next_console_tells_what_was_left_stopped_and_restores_it(
    console: MakeConsole, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stop(stage)
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for(f"left stopped by an emergency stop: {STOPPED}")
        await stage.wait_for(lambda: marked(stage) == [STOPPED])
        await choose(stage, "restore")
        await stage.wait_for("0 → 5")
        assert not list(stage.app._notifications)
        await stage.press("y")
        await stage.wait_for("orders Enabled")
        await stage.press("escape")
        await stage.wait_for(lambda: marked(stage) == [])
    assert there.reserved == 5
    assert there.states() == {UUID: "Enabled"}
    assert AuditTrail(state_folder()).read().standing() == ()


async def test_the_preview_of_a_restore_says_what_somebody_changed_since(
    console: MakeConsole, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stop(stage)
        there.reserved = 3
        await choose(stage, "restore")
        await stage.wait_for("changed since by somebody: reserved concurrency")


async def test_what_somebody_restored_elsewhere_is_taken_off_the_record(
    console: MakeConsole, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stop(stage)
        there.reserved, there.mappings[UUID]["State"] = 5, "Enabled"
        await choose(stage, "restore")
        await stage.wait_for("it is so already")
        await stage.press("y")
        await stage.wait_for("esc closes")
        await stage.press("escape")
        await stage.wait_for(lambda: marked(stage) == [])


async def test_a_function_that_was_not_stopped_cannot_be_restored(
    console: MakeConsole, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await choose(stage, "restore")
        await stage.wait_for("nothing is on record")


async def test_what_an_earlier_console_did_not_see_the_end_of_is_told(
    console: MakeConsole, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    told = {"identity": "arn:aws:iam::123456789012:user/ann", "account": ACCOUNT, "region": REGION}
    AuditTrail(state_folder()).append(AuditLine(**told, action="reserved-concurrency", function=STOPPED))
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for("it is not known what became of 1 attempt")


def stopping(function: str, **particular: Any) -> AuditLine:
    """What an earlier console wrote down before it stopped a function."""
    told = {"identity": "arn:aws:iam::123456789012:user/ann", "account": ACCOUNT, "region": REGION}
    return AuditLine(**{**told, **particular}, action="emergency-stop", function=function, standing=True)


def left_stopped(function: str, **particular: Any) -> None:
    """An earlier console stopped a function."""
    AuditTrail(state_folder()).append(stopping(function, **particular).concluded("done"))


async def test_of_a_stop_that_was_cut_short_nobody_is_said_to_have_changed_what_it_did_not_reach(
    console: MakeConsole, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    mapping = "orders 11111111"
    restoring = {"reserved": {"reserved": 5}, "mappings": {UUID: mapping}}
    cut_short = stopping(
        STOPPED,
        before={"reserved concurrency": "5", mapping: "enabled"},
        after={"reserved concurrency": "0", mapping: "disabled"},
        undo={"action": "emergency-restore", "parameters": restoring},
    )
    AuditTrail(state_folder()).append(cut_short)
    there.reserved = 0
    async with on_stage(console(endpoint.url)) as stage:
        await choose(stage, "restore")
        await stage.wait_for("0 → 5")
        assert "changed since by somebody" not in stage.text


async def test_of_what_was_left_stopped_only_what_is_here_is_told(
    console: MakeConsole, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    left_stopped("elsewhere", region="eu-north-1")
    left_stopped(STOPPED)
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for(f"left stopped by an emergency stop: {STOPPED}")


async def test_a_function_that_was_deleted_is_left_stopped_no_more(
    console: MakeConsole, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    missing = error("ResourceNotFoundException", 404, "Function not found")
    endpoint.on("lambda", "GetFunctionConcurrency", missing)
    left_stopped("deleted")
    left_stopped(STOPPED)
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for(f"left stopped by an emergency stop: {STOPPED}")
