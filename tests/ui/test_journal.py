"""What was attempted: taken back from the journal, and looked at in the audit trail."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from lambdatui.actions.audit import AuditLine, Result
from lambdatui.ui.dialogs.action_dialog import ActionDialog
from lambdatui.ui.panes.audit import AuditPane
from lambdatui.ui.panes.undo import UndoPane
from tests.support.endpoint import ACCOUNT, Answer, ScriptedEndpoint, Seen, function, json_answer
from tests.support.reservations import Reservations
from tests.ui.attempts import FIRST, attempt, attempts, notified, put_by, ready, trail
from tests.ui.conftest import MakeConsole
from tests.ui.stage import NARROW, WIDE, Stage, on_stage


@pytest.fixture
def reservations(endpoint: ScriptedEndpoint) -> Reservations:
    """The first function has reserved 5."""
    kept = Reservations({FIRST: 5})
    kept.serve(endpoint)
    return kept


# -- undo


async def journal(stage: Stage, deeds: int = 1) -> UndoPane:
    """Opens the journal by its key, when it has been read."""
    await ready(stage)
    await stage.press("u")
    await stage.wait_for(f"Undo {deeds}")
    return stage.app.screen.query_one(UndoPane)


@pytest.mark.parametrize("result", ["done", "partial"])
async def test_what_was_made_all_or_in_part_is_taken_back_after_a_preview(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations, result: Result
) -> None:
    trail().append(attempt().concluded(result))
    reservations.by_function[FIRST] = 7
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await journal(stage)
        await stage.wait_for("5 → 7")
        await stage.press("enter")
        await stage.wait_for("y does it")
        assert ("7 → 5" in stage.text, "changed since" in stage.text, put_by(endpoint)) == (True, False, [])
        await stage.press("y")
        await stage.wait_for("✓ done")
        await stage.press("escape")
        await stage.wait_for("taken back")
    assert reservations.by_function == {FIRST: 5}
    undoing, undone = trail().read().entries
    assert undoing.undoes == undone.id


async def test_what_is_gone_already_is_ticked_off_and_leaves_nothing_to_take_back(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    trail().append(attempt().concluded("done"))
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await journal(stage)
        await stage.press("u")
        await stage.wait_for("nothing is left to take back: y ticks it off")
        assert "changed since" not in stage.text
        await stage.press("y")
        await stage.wait_for("✓ done")
        assert "takes it back" not in stage.text
        await stage.press("escape")
        await stage.wait_for("nothing was changed")
        await stage.wait_for("taken back")
    assert (put_by(endpoint), trail().read().entries[0].undo) == ([], None)


async def test_what_somebody_changed_since_is_warned_of_before_it_is_taken_back(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    trail().append(attempt().concluded("done"))
    reservations.by_function[FIRST] = 9
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await journal(stage)
        await stage.press("u")
        await stage.wait_for("▲ changed since by somebody: reserved concurrency was 7 and is 9")
    assert put_by(endpoint) == []


async def test_what_the_operator_changed_since_is_told_as_that(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    trail().append(attempt(at="2026-11-21T10:00:00Z").concluded("done"))
    trail().append(attempt(at="2026-11-21T11:00:00Z", after={"reserved concurrency": "9"}).concluded("done"))
    reservations.by_function[FIRST] = 9
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await journal(stage, deeds=2)
        await stage.press("j", "u")
        await stage.wait_for("▲ changed since by you: reserved concurrency was 7 and is 9")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (attempt(undo=None).concluded("done"), "no inverse is known"),
        (attempt(undo=None, params=None).concluded("done"), "held a secret that another console knew"),
        (attempt(undo={"action": "gone"}).concluded("done"), "no action gone in this console"),
        (attempt().concluded("unknown"), "outcome not known: see :audit"),
        (attempt(), "outcome not known: see :audit"),
    ],
    ids=["no inverse", "secret", "no such action", "unknown", "open"],
)
async def test_what_cannot_be_taken_back_says_why(
    console: MakeConsole, endpoint: ScriptedEndpoint, line: AuditLine, why: str
) -> None:
    trail().append(line)
    async with on_stage(console(endpoint.url), (240, 24)) as stage:
        await journal(stage)
        await stage.wait_for(why)
        await stage.press("enter")
        await notified(stage, why)
        assert not isinstance(stage.app.screen, ActionDialog)


async def test_the_journal_is_of_this_account_and_region_and_leaves_out_what_came_to_nothing(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    for line in (
        attempt(function="here").concluded("done"),
        attempt(function="elsewhere", region="eu-west-1").concluded("done"),
        attempt(function="other", account="999999999999").concluded("done"),
        attempt(function="refused").concluded("refused"),
        attempt(function="failed").concluded("failed"),
    ):
        trail().append(line)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        pane = await journal(stage)
        assert [deed.line.function for deed in pane.table.shown] == ["here"]


async def test_read_only_refuses_to_take_back(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    trail().append(attempt().concluded("done"))
    async with on_stage(console(endpoint.url, read_only=True), NARROW) as stage:
        await journal(stage)
        await stage.press("enter")
        await notified(stage, "read-only: lambda:PutFunctionConcurrency is not sent")
    assert (put_by(endpoint), attempts()) == ([], {FIRST: "refused"})


# -- the audit trail


async def audit(stage: Stage) -> Sequence[AuditLine]:
    """Opens the audit trail; gives its rows as they stand."""
    await ready(stage)
    await stage.app.go("audit")
    pane = stage.app.screen.query_one(AuditPane)
    await stage.wait_for(lambda: pane.reading_now().read_at)
    return pane.table.shown


async def test_every_attempt_is_there_newest_first_with_its_result(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    results = ("done", "refused", "failed", "partial", "unknown", "cancelled", "conflict")
    for result in results:
        trail().append(attempt(region="eu-west-1").concluded(result))
    with trail().path.open("a") as file:
        file.write("torn\n")
    async with on_stage(console(endpoint.url), (250, 24)) as stage:
        rows = await audit(stage)
        assert {row.result for row in rows} == set(results)
        assert [row.at_ms for row in rows] == sorted((row.at_ms for row in rows), reverse=True)
        for told in ("! lines that cannot be read: 1", "✓ done", "⊘ refused", "! failed", "eu-west-1", "ann", "5 → 7"):
            await stage.wait_for(told)


async def test_enter_tells_all_of_an_attempt(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    call = {"service": "lambda", "operation": "PutFunctionConcurrency", "parameters": {"FunctionName": FIRST}}
    trail().append(attempt(calls=(call,)).concluded("done", error="found later", request_ids=("abc-1",)))
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await audit(stage)
        await stage.press("enter")
        await stage.wait_for("Attempt")
        for told in ("✓ done", "found later", "abc-1", "lambda:PutFunctionConcurrency", '"reserved": 5', ACCOUNT):
            assert told in stage.text


@pytest.mark.parametrize(
    ("there", "result", "told"),
    [
        (7, "done", "found later: it was made"),
        (5, "failed", "found later: it was not made"),
        (9, "unknown", "found later: it is not as meant: reserved concurrency was 7 and is 9"),
    ],
)
async def test_o_finds_out_what_became_of_an_attempt_without_end(
    console: MakeConsole, endpoint: ScriptedEndpoint, reservations: Reservations, there: int, result: str, told: str
) -> None:
    trail().append(attempt())
    reservations.by_function[FIRST] = there
    async with on_stage(console(endpoint.url), (200, 40)) as stage:
        await audit(stage)
        await stage.wait_for("? 1 open")
        await stage.press("o")
        await notified(stage, told)
        await stage.wait_gone("open  o")
    ended = trail().read().entries[0]
    assert (ended.result, ended.error, put_by(endpoint)) == (result, told, [])


async def test_o_asks_only_about_what_was_attempted_here(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    trail().append(attempt(region="eu-west-1"))
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await audit(stage)
        await stage.press("o")
        await notified(stage, "look from there")
    assert attempts() == {FIRST: "open"}


async def test_of_an_invocation_the_log_tells_no_more_than_how_many_there_were(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    began = attempt(action="invoke", calls=({"service": "lambda", "operation": "Invoke"},), before={}, after={})
    trail().append(began)

    def logged(seen: Seen) -> Answer:
        asked = json.loads(seen.body)
        message = "START RequestId: 11111111-2222-3333-4444-555555555555 Version: $LATEST\n"
        event = {"eventId": "1", "logStreamName": "s", "timestamp": began.at_ms + 1, "message": message}
        found = {**event, "ingestionTime": began.at_ms + 1}
        within = asked["startTime"] <= began.at_ms + 1 and asked.get("endTime", began.at_ms + 2) > began.at_ms
        return Answer(
            body=json.dumps({"events": [found] if within else []}).encode(),
            headers={"Content-Type": "application/x-amz-json-1.1"},
        )

    endpoint.on("logs", "FilterLogEvents", logged)
    endpoint.on("lambda", "GetFunctionConfiguration", json_answer(function(FIRST)))
    async with on_stage(console(endpoint.url), (200, 40)) as stage:
        await audit(stage)
        await stage.press("o")
        await stage.wait_for(lambda: attempts() == {FIRST: "unknown"})
    assert trail().read().entries[0].error.startswith("found later: the log has 1 request in")
