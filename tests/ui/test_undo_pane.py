"""What takes back what was done: from the journal, and of a marked set each its own."""

from __future__ import annotations

import re

import pytest

from lambdatui.actions import EMERGENCY_STOP
from lambdatui.ui.panes import audit_columns
from tests.support.endpoint import IDENTITY, ScriptedEndpoint, error, json_answer, xml_error
from tests.support.reservations import Reservations
from tests.ui.attempts import FIRST, SECOND, THIRD, attempt, put_by, ready, trail
from tests.ui.conftest import MakeConsole
from tests.ui.stage import NARROW, WIDE, Stage, on_stage

DENIED = error("AccessDeniedException", 403, "User is not authorized to perform: lambda:PutFunctionConcurrency")
EXPIRED = xml_error("ExpiredToken", 403, "The security token included in the request is expired")


@pytest.fixture
def reservations(endpoint: ScriptedEndpoint) -> Reservations:
    """What is stopped has reserved 0."""
    kept = Reservations()
    kept.serve(endpoint)
    return kept


def left_stopped(reservations: Reservations, function: str, reserved: int) -> str:
    """An earlier console stopped a function that had reserved so much; gives the attempt's id."""
    line = attempt(
        action=EMERGENCY_STOP,
        function=function,
        params={"reserve_nothing": True, "disable_mappings": False},
        before={"reserved concurrency": str(reserved)},
        after={"reserved concurrency": "0"},
        undo={"action": "emergency-restore", "parameters": {"reserved": {"reserved": reserved}}},
        standing=True,
    )
    trail().append(line.concluded("done"))
    reservations.by_function[function] = 0
    return line.id


async def restore(stage: Stage, marks: int) -> None:
    """Marks functions from the top, and goes on to what would happen if they were restored."""
    await choose(stage, marks, "Restore")
    await stage.wait_for("goes back")


async def stop(stage: Stage, marks: int) -> None:
    """Marks functions from the top, and goes on to what would happen if they were stopped."""
    await choose(stage, marks, "Stop")
    await stage.wait_for("Disable mappings")
    await stage.press("ctrl+s")


async def choose(stage: Stage, marks: int, action: str) -> None:
    await ready(stage)
    await stage.press("g", *["space"] * marks, "x")
    await stage.wait_for("Restore after an emergency stop")
    await stage.press(*([] if ("in force" in stage.text) == (action == "Restore") else ["down"]), "enter")


# -- restoring a marked set


async def test_each_of_a_marked_set_is_restored_to_what_it_had(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    stops = {name: left_stopped(reservations, name, reserved) for name, reserved in ((FIRST, 5), (SECOND, 9))}
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await stage.wait_for(f"■ {SECOND}")
        await restore(stage, 2)
        await stage.wait_for("y does it")
        assert ("0 → 5" in stage.text, "0 → 9" in stage.text, put_by(endpoint)) == (True, True, [])
        await stage.press("y")
        await stage.wait_for("u shows what takes it back")
        await stage.press("escape")
        await stage.wait_gone("■ function-")
    assert reservations.by_function == {FIRST: 5, SECOND: 9}
    restored = {line.function: line.undoes for line in trail().read().entries if line.action == "emergency-restore"}
    assert restored == stops
    assert trail().read().standing() == ()


async def test_of_a_marked_set_what_was_not_stopped_is_refused_and_the_others_are_restored(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    left_stopped(reservations, SECOND, 9)
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await stage.wait_for(f"■ {SECOND}")
        await restore(stage, 2)
        await stage.wait_for(f"nothing is on record that stopped {FIRST}")
        await stage.press("y")
        await stage.wait_for("✓ done")
    assert reservations.by_function == {SECOND: 9}


async def test_what_was_in_conflict_is_restored_to_its_own_when_it_is_asked_about_again(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    left_stopped(reservations, FIRST, 5)
    stop = left_stopped(reservations, SECOND, 9)
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await stage.wait_for(f"■ {SECOND}")
        await restore(stage, 2)
        await stage.wait_for("y does it")
        reservations.by_function[SECOND] = 3
        await stage.press("y")
        await stage.wait_for("r reads anew and asks again")
        await stage.press("r")
        await stage.wait_for("3 → 9")
        await stage.press("y")
        await stage.wait_for(f"Restore after an emergency stop: {SECOND}")
        await stage.wait_for("✓ done")
    assert (reservations.by_function, trail().read().entries[0].undoes) == ({FIRST: 5, SECOND: 9}, stop)


# -- the journal


@pytest.mark.parametrize("place", ["undo", "audit"])
async def test_no_marks_are_offered_where_nothing_is_done_to_several_rows(
    console: MakeConsole, endpoint: ScriptedEndpoint, place: str
) -> None:
    for function in (FIRST, SECOND):
        trail().append(attempt(function=function).concluded("done"))
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await ready(stage)
        await stage.app.go(place)
        await stage.wait_for(SECOND)
        await stage.press("g", "space", "question_mark")
        await stage.wait_for("Moving")
        assert [told for told in ("●", "mark the row", "space mark") if told in stage.text] == []


async def test_while_it_is_not_known_whose_account_it_is_nothing_is_said_to_have_been_done_in_it(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    trail().append(attempt().concluded("done"))
    endpoint.on("sts", "GetCallerIdentity", EXPIRED)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_for(lambda: stage.app.session.reading.error)
        await stage.press("u")
        for told in ("it is not known whose account this is", "expired", "run: aws", ":audit", "tried again by itself"):
            await stage.wait_for(told)
        endpoint.on("sts", "GetCallerIdentity", IDENTITY)
        await stage.wait_for("Undo 1")


# -- marks


async def test_marks_stay_on_what_was_not_done_and_go_from_what_was(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    left_stopped(reservations, SECOND, 9)
    left_stopped(reservations, THIRD, 7)
    endpoint.on("lambda", "PutFunctionConcurrency", reservations.put, DENIED)
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await stage.wait_for(f"■ {THIRD}")
        await restore(stage, 3)
        await stage.press("y")
        await stage.wait_for("! failed")
        await stage.press("escape")
        await stage.wait_for("● 2 marked")
        assert [record.name for record in stage.app._main.pane.table.marked] == [FIRST, THIRD]


async def test_a_menu_says_what_is_not_done_to_a_marked_set(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await ready(stage)
        await stage.press("space", "space", "a")
        for told in (
            r"Invoke +⊘ done to one at a time",
            r"Delete an alias +⊘ it is not known which alias of each is meant",
            r"Restore after an emergency stop +bring back",
        ):
            await stage.wait_for(lambda told=told: re.search(told, stage.text))
        await stage.press("i")
        await stage.press("escape")
        await stage.wait_for(lambda: len(stage.app.screen_stack) == 1)
        await stage.press("e")
        await stage.wait_for(lambda: stage.text.count("⊘ it is not known which mapping of each is meant") == 2)


# -- the result of a marked set


async def test_the_result_tells_of_every_marked_row_also_where_nothing_was_done(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    reservations.by_function.update({FIRST: 5, SECOND: 7})
    held = error("ResourceConflictException", 409, "An update is in progress")
    endpoint.on("lambda", "GetFunctionConcurrency", lambda seen: held if THIRD in seen.path else reservations.get(seen))
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await ready(stage)
        await stage.press("space", "space", "space", "c")
        await stage.wait_for("Reserve concurrency")
        await stage.press("enter")
        await stage.wait_for("shows what would happen")
        await stage.press("7", "enter")
        await stage.wait_for("y does it")
        await stage.press("y")
        for told in (rf"{FIRST} +✓ done", rf"{SECOND} +it is so already", rf"{THIRD} +⊘ not done: .*in progress"):
            await stage.wait_for(lambda told=told: re.search(told, stage.text))
        await stage.press("escape")
        await stage.wait_for("● 1 marked")
        assert put_by(endpoint) == [FIRST]


async def test_what_a_marked_set_is_restored_to_is_counted_together(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    left_stopped(reservations, FIRST, 500)
    left_stopped(reservations, SECOND, 450)
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await stage.wait_for(f"■ {SECOND}")
        await restore(stage, 2)
        await stage.wait_for("unreserved in the account then: 500 of 1,000")
        await stage.wait_for("Will not be done")
        await stage.press("y")
        await stage.wait_for("✓ done")
    assert reservations.by_function == {FIRST: 500, SECOND: 0}


@pytest.mark.parametrize("action", ["stop", "restore"])
async def test_what_is_on_record_is_read_once_for_a_marked_set(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations, action: str
) -> None:
    endpoint.on("lambda", "ListEventSourceMappings", json_answer({"EventSourceMappings": []}))
    for name in (FIRST, SECOND, THIRD):
        left_stopped(reservations, name, 5)
        reservations.by_function[name] = 3
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await stage.wait_for(f"■ {THIRD}")
        asked = endpoint.counts["sts:GetCallerIdentity"]
        await restore(stage, 3) if action == "restore" else await stop(stage, 3)
        await stage.wait_for(f"{THIRD}  ")
        await stage.wait_for("y does it")
        assert endpoint.counts["sts:GetCallerIdentity"] == asked + 1


@pytest.mark.parametrize(
    ("identity", "who"),
    [
        ("iam::123456789012:root", "root"),
        ("iam::123456789012:user/eu/ann", "ann"),
        ("sts::1:assumed-role/x/bob", "bob"),
    ],
)
def test_who_did_something_is_told_without_account_and_role(identity: str, who: str) -> None:
    assert audit_columns.who(attempt(identity=f"arn:aws:{identity}")) == who
