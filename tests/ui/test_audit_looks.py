"""How the audit trail, an entry of it, and the journal look."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from lambdatui.actions import EMERGENCY_STOP
from lambdatui.ui.app import Console
from tests.support.endpoint import ScriptedEndpoint
from tests.ui.answers import listing
from tests.ui.attempts import FIRST, attempt, ready, trail
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.stage import NARROW, WIDE, on_stage
from tests.ui.test_looks import Compare, shown

STOP = {
    "action": "emergency-stop",
    "function": "payments-processor",
    "params": {"reserve_nothing": True, "disable_mappings": True},
    "before": {"reserved concurrency": None, "payments queue": "enabled"},
    "after": {"reserved concurrency": "0", "payments queue": "disabled"},
    "undo": {"action": "emergency-restore", "parameters": {"reserved": None, "mappings": {}}},
}
CALL = {"service": "lambda", "operation": "PutFunctionConcurrency", "parameters": {"FunctionName": "orders-api"}}


@pytest.mark.parametrize(
    ("place", "keys", "then"),
    [("audit", (), "orders-api"), ("audit", ("enter",), "Requests"), ("undo", (), "orders-api")],
    ids=["audit", "entry", "undo"],
)
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])
def test_how_it_looks(
    snap_compare: Compare,
    console: MakeConsole,
    clock: Clock,
    size: tuple[int, int],
    place: str,
    keys: tuple[str, ...],
    then: str,
) -> None:
    denied = "not permitted: lambda:PutFunctionConcurrency"
    for number, line in enumerate(
        (
            attempt(function="thumbnails").concluded("refused", error="read-only: nothing is sent"),
            attempt(function="refunds-worker").concluded("conflict", error="reserved concurrency was 5 and is 6"),
            attempt(function="search-query").concluded("unknown", error="the console was left"),
            attempt(**STOP).concluded("partial", error=denied),
            attempt(function="ledger-export").concluded("failed", error=denied),
            attempt(function="orders-api", calls=(CALL,)).concluded("done", request_ids=("8a4f-77",)),
        )
    ):
        at = line.at.replace(hour=21, minute=50 + number)
        trail().append(line.model_copy(update={"id": f"{number:032x}", "at": at, "ended": at}))

    async def prepare(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, Console)
        await shown(pilot, "Functions 0")
        await app.go(place)
        await shown(pilot, "orders-api")
        await pilot.press(*keys)
        await shown(pilot, then)

    with ScriptedEndpoint.in_thread() as account:
        account.many_functions(0)
        account.on("lambda", "ListFunctions", listing())
        assert snap_compare(console(account.url), terminal_size=size, run_before=prepare)


@pytest.mark.parametrize("place", ["audit", "undo"])
async def test_ages_go_on_while_the_list_is_open(
    console: MakeConsole, endpoint: ScriptedEndpoint, clock: Clock, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr("lambdatui.ui.panes.attempts_pane.AttemptsPane.AGES_EVERY_S", 0.02)
    trail().append(attempt().concluded("done"))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await ready(stage)
        await stage.app.go(place)
        await stage.wait_for(" 0 s ")
        clock.now_ms += 7_000
        await stage.wait_for(" 7 s ")


@pytest.mark.parametrize("place", ["audit", "undo"])
@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (("3", None), ("3 (90 %)", "2 (10 %)"), "3 → 3 90 %, 2 10 %"),
        (("3 (90 %)", "2 (10 %)"), ("3 (50 %)", "2 (50 %)"), "2 10 % → 2 50 %"),
        (("3 (90 %)", "2 (10 %)"), ("2", None), "3 90 %, 2 10 % → 2"),
        (("3", None), ("2", None), "3 → 2"),
    ],
    ids=["begun", "moved on", "ended", "at once"],
)
async def test_a_shift_names_the_version_that_it_is_about(
    console: MakeConsole,
    endpoint: ScriptedEndpoint,
    place: str,
    before: tuple[str, str | None],
    after: tuple[str, str | None],
    told: str,
) -> None:
    was, then = (dict(zip(("version", "additional"), side, strict=True)) for side in (before, after))
    trail().append(attempt(action="traffic", qualifier="live", before=was, after=then, undo=None).concluded("done"))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await ready(stage)
        await stage.app.go(place)
        await stage.wait_for(told)


@pytest.mark.parametrize(
    ("action", "told"), [("traffic", "shift"), ("reserved-concurrency", "marked set")], ids=["shift", "marked set"]
)
async def test_what_several_attempts_belong_to_is_named(
    console: MakeConsole, endpoint: ScriptedEndpoint, action: str, told: str
) -> None:
    trail().append(attempt(action=action, undo=None, batch="b" * 32).concluded("done"))
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await ready(stage)
        await stage.app.go("audit")
        await stage.wait_for("✓ done")
        await stage.press("enter")
        await stage.wait_for(lambda: f" {told} " in next((t for t in stage.text.splitlines() if "b" * 32 in t), ""))


@pytest.mark.parametrize("place", ["audit", "undo"])
async def test_what_was_done_is_told_where_nothing_changed(
    console: MakeConsole, endpoint: ScriptedEndpoint, place: str
) -> None:
    trail().append(attempt(action=EMERGENCY_STOP, before={}, after={}).concluded("done"))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await ready(stage)
        await stage.app.go(place)
        await stage.wait_for("Emergency stop")


@pytest.mark.parametrize("place", ["audit", "undo"])
async def test_actions_on_functions_are_not_offered_where_no_row_is_one(
    console: MakeConsole, endpoint: ScriptedEndpoint, place: str
) -> None:
    trail().append(attempt().concluded("done"))
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await ready(stage)
        assert "e mapping" in stage.footer
        await stage.app.go(place)
        await stage.wait_for(FIRST)
        await stage.wait_for(lambda: not any(told in stage.footer for told in ("mapping", "actions", "logs")))
        await stage.press("a")
        assert len(stage.app.screen_stack) == 1
