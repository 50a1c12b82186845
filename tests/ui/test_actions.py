"""An action from its key to what became of it: the screen, AWS and the audit trail agree."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from lambdatui.actions import ACTIONS
from lambdatui.ui.dialogs.action_dialog import ActionDialog
from lambdatui.ui.keymap import all_bindings
from tests.support.endpoint import ACCOUNT, REGION, Answer, ScriptedEndpoint, error, json_answer
from tests.support.metrics import MINUTE, CloudWatch
from tests.support.releases import alias, aliases, history, nothing_configured, provisioned, versions
from tests.support.reservations import Reservations
from tests.ui.answers import detail, identity
from tests.ui.attempts import FIRST, SECOND, THIRD, attempts, notified, put_by, ready, trail
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.stage import NARROW, WIDE, Stage, on_stage

PUTS = ("lambda", "PutFunctionConcurrency")
DENIED = error("AccessDeniedException", 403, "User is not authorized to perform: lambda:PutFunctionConcurrency")
REQUEST_ID = "8d4e1c9a-5b6f-4c3d-9e2a-1f0b7c6d5e4f"
DENIED_TITLE = "not permitted: lambda:PutFunctionConcurrency"
TO_PREVIEW = ("c", "enter", "7", "enter")
"""The keys from the table to the preview of 7 reserved."""


@pytest.fixture
def reservations(endpoint: ScriptedEndpoint) -> Reservations:
    """The first function has reserved 5."""
    kept = Reservations({FIRST: 5})
    kept.serve(endpoint)
    return kept


async def form(stage: Stage) -> ActionDialog:
    """Opens the form for reserved concurrency on what is chosen."""
    await ready(stage)
    await stage.press("c")
    await stage.wait_for("Reserve concurrency")
    await stage.press("enter")
    await stage.wait_for("shows what would happen")
    dialog = stage.app.screen
    assert isinstance(dialog, ActionDialog)
    return dialog


async def preview(stage: Stage, confirmed_by: str = "y does it") -> ActionDialog:
    """Goes on to what would happen if 7 were reserved."""
    dialog = await form(stage)
    await stage.press("7", "enter")
    await stage.wait_for(confirmed_by)
    return dialog


async def conflict(stage: Stage, reservations: Reservations, name: str) -> None:
    """Says yes after somebody has changed what a function has reserved."""
    await preview(stage)
    reservations.by_function[name] = 6
    await stage.press("y")
    await stage.wait_for("r reads anew and asks again")


# -- what is meant


@pytest.mark.parametrize(
    ("keys", "action", "offered"),
    [("j", "Provision concurrency", {"1", "live", "beta"}), ("jj", "Delete provisioned concurrency", {"1", "beta"})],
    ids=["to provision", "what is provisioned"],
)
async def test_of_a_version_with_aliases_the_operator_says_which_is_meant(
    console: MakeConsole,
    endpoint: ScriptedEndpoint,
    reservations: Reservations,
    keys: str,
    action: str,
    offered: set[str],
) -> None:
    nothing_configured(endpoint)
    configs = [json.loads(provisioned(one, "READY").body)["ProvisionedConcurrencyConfigs"][0] for one in ("1", "beta")]
    endpoint.on("lambda", "ListProvisionedConcurrencyConfigs", json_answer({"ProvisionedConcurrencyConfigs": configs}))
    endpoint.on("lambda", "ListVersionsByFunction", versions(*history(FIRST, 1)))
    endpoint.on("lambda", "ListAliases", aliases(alias("live", 1), alias("beta", 1)))
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await ready(stage)
        await stage.press("2")
        await stage.wait_for("live")
        await stage.press("j", "c")
        await stage.wait_for("Provision concurrency")
        await stage.press(*keys, "enter")
        await stage.wait_for(f"╭─ {action} ─")
        lines = [line for line in stage.text.splitlines() if f"│   {FIRST}:" in line]
        assert {line.split(f"{FIRST}:")[1].split()[0] for line in lines} == offered


# -- one function


async def test_a_form_gives_only_what_was_touched_and_the_rest_stays_as_somebody_else_made_it(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    there: dict[str, Any] = {"MemorySize": 128, "Timeout": 15}
    endpoint.on("lambda", "GetFunction", lambda _: detail(FIRST, **there))
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await ready(stage)
        await stage.press("a")
        await stage.wait_for("Invoke")
        await stage.press(*["j"] * next(n for n, one in enumerate(ACTIONS) if one.id == "configuration-edit"), "enter")
        await stage.wait_for("MB; the CPU grows with it")
        there["Timeout"] = 77
        await stage.press("ctrl+u")
        await stage.type("256")
        await stage.press("enter")
        await stage.wait_for("128 MB → 256 MB")
        assert '"MemorySize": 256' in stage.text
        assert '"Timeout"' not in stage.text
        assert "77 s" not in stage.text


async def test_reserved_concurrency_takes_at_most_six_keys_and_the_number(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await preview(stage)
        await stage.press("y")
        await stage.wait_for("✓ done")
    assert (reservations.by_function, put_by(endpoint), attempts()) == ({FIRST: 7}, [FIRST], {FIRST: "done"})
    keys = [*(key for key in TO_PREVIEW if not key.isdigit()), "y"]
    assert len(keys) <= 6


async def test_the_preview_says_where_what_changes_and_what_is_sent_and_sends_nothing(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await preview(stage)
        for told in (ACCOUNT, REGION, "5 → 7", "lambda:PutFunctionConcurrency", '"ReservedConcurrentExecutions": 7'):
            await stage.wait_for(told)
        await stage.press("n")
        await stage.wait_for("shows what would happen")
        await stage.press("escape", "escape")
        await stage.wait_for(lambda: not isinstance(stage.app.screen, ActionDialog))
    assert (put_by(endpoint), attempts()) == ([], {})


@pytest.mark.parametrize(
    ("cents", "told"), [(0, "metrics_budget_cents leaves nothing for it now"), (25, "8 ran at the same time")]
)
async def test_the_preview_asks_cloudwatch_only_what_the_operator_pays_for(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations, clock: Clock, cents: int, told: str
) -> None:
    reservations.by_function[FIRST] = 9
    CloudWatch(endpoint).points["ConcurrentExecutions", FIRST] = {clock.now_ms // MINUTE * MINUTE - 5 * MINUTE: 8}
    async with on_stage(console(endpoint.url, settings={"metrics_budget_cents": cents}), WIDE) as stage:
        await preview(stage)
        await stage.wait_for(told)
    assert (endpoint.counts["cloudwatch:GetMetricData"] > 0) is (cents > 0)


async def test_a_preview_that_was_left_does_not_come_over_the_form_later(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    gate = asyncio.Event()
    async with on_stage(console(endpoint.url), WIDE) as stage:
        dialog = await form(stage)
        endpoint.on(
            "lambda", "GetFunctionConcurrency", lambda seen: Answer(after=gate, **_members(reservations.get(seen)))
        )
        await stage.press("7", "enter")
        await stage.wait_for("Reading what is there now")
        await stage.press("escape")
        await stage.wait_for("shows what would happen")
        gate.set()
        await stage.wait_for(lambda: all(worker.is_finished for worker in dialog.workers if worker.node is dialog))
        assert dialog._form is not None
        assert dialog._form.display


async def test_that_it_cannot_be_done_is_an_answer_and_no_entry_in_the_error_log(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await form(stage)
        await stage.press("9", "9", "9", "enter")
        await stage.wait_for("Will not be done")
        assert [entry.where for entry in stage.app.session.errors if entry.where == "Reserve concurrency"] == []


async def test_what_was_filled_in_is_not_dropped_by_one_key(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    async with on_stage(console(endpoint.url), WIDE) as stage:
        dialog = await form(stage)
        await stage.press("7", "escape")
        await notified(stage, "esc once more drops what you filled in")
        assert stage.app.screen is dialog
        await stage.press("escape")
        await stage.wait_for(lambda: not isinstance(stage.app.screen, ActionDialog))


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])
async def test_what_was_done_says_what_is_there_now_and_what_aws_calls_the_request(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations, size: tuple[int, int]
) -> None:
    endpoint.on(*PUTS, lambda seen: replace(reservations.put(seen), headers={"x-amzn-RequestId": REQUEST_ID}))
    async with on_stage(console(endpoint.url), size) as stage:
        await preview(stage)
        await stage.press("y")
        for told in (f"{FIRST}       ✓ done", "reserved concurrency 7", "lambda:PutFunctionConcurrency", REQUEST_ID):
            await stage.wait_for(told)


async def test_what_was_done_leads_to_what_takes_it_back(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await preview(stage)
        await stage.press("y")
        await stage.wait_for("u shows what takes it back")
        await stage.press("u")
        await stage.wait_for("Undo 1")
        await stage.press("u")
        await stage.wait_for("7 → 5")


async def test_the_key_that_leads_to_undo_is_told_as_it_is_mapped(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    all_bindings()  # imports what a console imports to remap a key, which takes longer than tests wait
    async with on_stage(console(endpoint.url, file='[keys]\n"screen.undo" = "z"'), NARROW) as stage:
        await preview(stage)
        await stage.press("y")
        await stage.wait_for("z shows what takes it back")


async def test_what_failed_says_neither_what_is_there_nor_how_it_is_taken_back(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    endpoint.on(*PUTS, DENIED)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await preview(stage)
        await stage.press("y")
        await stage.wait_for(f"! failed: {DENIED_TITLE}")
        await stage.wait_for("─ esc closes ─")
        assert "Now" not in stage.text
        assert "Requests" not in stage.text


async def test_read_only_refuses_on_screen_and_in_the_audit_trail_and_asks_aws_nothing(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    async with on_stage(console(endpoint.url, read_only=True), NARROW) as stage:
        await ready(stage)
        await stage.press("c")
        await notified(stage, "read-only: lambda:PutFunctionConcurrency is not sent")
        assert not isinstance(stage.app.screen, ActionDialog)
    assert (put_by(endpoint), attempts()) == ([], {FIRST: "refused"})


async def test_a_protected_profile_asks_for_the_typed_name(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    async with on_stage(console(endpoint.url, settings={"protected": True}), WIDE) as stage:
        await preview(stage, "this profile is protected")
        await stage.press("y", "enter")
        await stage.wait_for(f"this profile is protected: type {FIRST} to confirm")
        await notified(stage, f"type {FIRST} to confirm")
        assert put_by(endpoint) == []
        await stage.press("backspace")
        for letter in FIRST:
            await stage.press("minus" if letter == "-" else letter)
        await stage.press("enter")
        await stage.wait_for("✓ done")
    assert (put_by(endpoint), attempts()) == ([FIRST], {FIRST: "done"})


async def test_what_is_to_be_typed_and_the_keys_stay_on_screen_however_long_the_preview_is_and_whatever_is_told(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    async with on_stage(console(endpoint.url, settings={"protected": True}), NARROW) as stage:
        await mark(stage, 3)
        await preview(stage, "type 3 to confirm")
        stage.app.notify("what comes while it is asked " * 5)
        await stage.wait_for("what comes while it is asked")
        await stage.press("pagedown", "pagedown")
        await stage.wait_for(f'"FunctionName": "{THIRD}"')
        assert "type 3 to confirm" in stage.text
        assert "enter confirms" in stage.text


async def test_what_somebody_changed_after_the_preview_is_a_conflict(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await conflict(stage, reservations, FIRST)
        await stage.wait_for("conflict: reserved concurrency was 5 and is 6")
    assert (put_by(endpoint), attempts()) == ([], {FIRST: "conflict"})


async def test_a_conflict_is_asked_about_again_with_what_is_there_now(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await conflict(stage, reservations, FIRST)
        await stage.press("r")
        await stage.wait_for("6 → 7")
        assert put_by(endpoint) == []
        await stage.press("y")
        await stage.wait_for("✓ done")
    assert (put_by(endpoint), attempts()) == ([FIRST], {FIRST: "done"})


async def test_of_a_marked_set_only_those_in_conflict_are_asked_about_again(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await ready(stage)
        await stage.press("space", "space")
        await conflict(stage, reservations, SECOND)
        await stage.press("r")
        await stage.wait_for("6 → 7")
        await stage.press("y")
        await stage.wait_for("✓ done")
    assert (put_by(endpoint), attempts()) == ([FIRST, SECOND], {FIRST: "done", SECOND: "done"})


async def test_nothing_is_done_with_the_credentials_of_another_account_than_was_shown(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await preview(stage)
        endpoint.on("sts", "GetCallerIdentity", identity("210987654321"))
        await stage.press("y")
        await stage.wait_for(f"the credentials are of account 210987654321 now, and not of {ACCOUNT}")
    assert (put_by(endpoint), attempts()) == ([], {FIRST: "refused"})


async def test_leaving_the_dialog_cancels_nothing(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    gate = asyncio.Event()
    endpoint.on(*PUTS, lambda seen: Answer(after=gate, **_members(reservations.put(seen))))
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await preview(stage)
        await stage.press("y")
        await stage.wait_for(lambda: put_by(endpoint))
        await stage.press("escape")
        await stage.wait_for("1 under way")
        assert not isinstance(stage.app.screen, ActionDialog)
        gate.set()
        await stage.wait_for(lambda: attempts() == {FIRST: "done"})
        await stage.wait_gone("under way")


def _members(answer: Answer) -> dict[str, Any]:
    return {"status": answer.status, "body": answer.body, "headers": answer.headers}


# -- a marked set


async def mark(stage: Stage, count: int) -> None:
    await ready(stage)
    for _ in range(count):
        await stage.press("space")
    await stage.wait_for(f"● {count} marked")


async def test_the_preview_of_a_marked_set_tells_how_far_it_is(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await mark(stage, 3)
        await form(stage)
        endpoint.on("lambda", "GetFunctionConcurrency", reservations.get, Answer(after=asyncio.Event()))
        await stage.press("7", "enter")
        await stage.wait_for("Reading what is there now… 1 of 3")


async def test_the_form_of_a_marked_set_says_whose_values_it_shows(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await mark(stage, 2)
        await form(stage)
        await stage.wait_for(f"filled in is what {FIRST} has; what you give is set for all 2")


async def test_each_of_a_marked_set_has_its_own_result(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    endpoint.on(*PUTS, reservations.put, DENIED, reservations.put)
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await mark(stage, 3)
        await preview(stage)
        await stage.press("y")
        done = "✓ done · reserved concurrency 7"
        for name, told in ((FIRST, done), (SECOND, f"! failed: {DENIED_TITLE}"), (THIRD, done)):
            await stage.wait_for(f"{name} {told}")
    assert put_by(endpoint) == [FIRST, SECOND, THIRD]
    assert attempts() == {FIRST: "done", SECOND: "failed", THIRD: "done"}
    assert len({line.batch for line in trail().read().entries}) == 1


async def test_esc_leaves_out_those_that_have_not_begun(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    gate = asyncio.Event()
    endpoint.on(*PUTS, lambda seen: Answer(after=gate, **_members(reservations.put(seen))))
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await mark(stage, 3)
        await preview(stage)
        await stage.press("y")
        await stage.wait_for(lambda: put_by(endpoint))
        await stage.press("escape")
        await stage.wait_for("under way…")
        gate.set()
        await stage.wait_for("✓ done")
        await stage.wait_for(lambda: stage.text.count("left out") == 2)
    assert (put_by(endpoint), attempts()) == ([FIRST], {FIRST: "done"})


async def test_a_marked_row_that_the_filter_hides_is_not_touched(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await mark(stage, 3)
        await stage.press("slash")
        await stage.type("00001")
        await stage.press("enter")
        await stage.wait_for("1 shown  ● 1 of 3 marked")
        await preview(stage)
        await stage.press("y")
        await stage.wait_for("✓ done")
    assert (put_by(endpoint), attempts()) == ([SECOND], {SECOND: "done"})
