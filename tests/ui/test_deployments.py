"""A shift that CodeDeploy runs, in the flight view: found, watched, stopped, and left to itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from lambdatui.errors import ConsoleError
from tests.support.codedeploy import CANARY, CodeDeploy, group, target
from tests.support.endpoint import ScriptedEndpoint, cut, error
from tests.support.split_alias import UPDATE, SplitAlias
from tests.support.split_traffic import SplitTraffic
from tests.ui import flying
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.flying import MINUTE_MS, notified, row, shifts
from tests.ui.stage import Stage, on_stage

ALARM = {"code": "ALARM_ACTIVE", "message": "orders-errors went off"}
STOP = "codedeploy:StopDeployment"


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """Looks as often as a test can wait for."""
    monkeypatch.setattr("lambdatui.ui.deployments.LOOK_S", 0.05)
    monkeypatch.setattr("lambdatui.ui.deployments.FIND_EVERY_MS", 0)
    monkeypatch.setattr("lambdatui.ui.panes.flights.LOOK_S", 0.05)
    monkeypatch.setattr("lambdatui.ui.panes.reading_pane.REST_S", 0.0)


@pytest.fixture
def account(endpoint: ScriptedEndpoint) -> tuple[SplitAlias, SplitTraffic]:
    return flying.account(endpoint)


@pytest.fixture
def alias(account: tuple[SplitAlias, SplitTraffic]) -> SplitAlias:
    """Alias live of orders, all of it on version 1."""
    return account[0]


@pytest.fixture
def codedeploy(endpoint: ScriptedEndpoint, alias: SplitAlias) -> CodeDeploy:
    """One group, which deploys the alias."""
    codedeploy = CodeDeploy(endpoint, groups=[group(last="d-0")])
    codedeploy.deploy("d-0", target(current="0", new="1"), status="Succeeded")
    return codedeploy


@pytest.fixture
def under_way(codedeploy: CodeDeploy, alias: SplitAlias) -> CodeDeploy:
    """CodeDeploy has given a tenth to version 2."""
    codedeploy.deploy("d-1")
    alias.change("1", v2=0.1)
    return codedeploy


async def watch(stage: Stage) -> None:
    """Opens the view, and waits for the deployment under way."""
    await stage.wait_for(lambda: "▸ orders:live 10 %" in stage.header)
    await shifts(stage)
    await stage.wait_for("10 % on version 2")


async def hand_over(stage: Stage) -> None:
    """Goes from the shift's dialog to the last question of the hand-over."""
    await flying.form(stage)
    await stage.wait_for("^o hands the shift over")
    await stage.press("ctrl+o")
    await stage.wait_for("Application / group")
    await stage.press("ctrl+s")
    await stage.wait_for("y does it")


# -- handed over


async def test_a_shift_is_handed_over_from_its_own_dialog_and_seen_on_its_way(
    console: MakeConsole, endpoint: ScriptedEndpoint, codedeploy: CodeDeploy
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await hand_over(stage)
        await stage.press("y")
        await stage.wait_for("orders / live of CodeDeploy, d-1")
        assert CANARY in stage.text
        assert len(codedeploy.created) == 1
        assert UPDATE not in endpoint.operations


async def test_one_whose_answer_was_lost_is_found_among_those_under_way(
    console: MakeConsole, endpoint: ScriptedEndpoint, codedeploy: CodeDeploy
) -> None:
    endpoint.on("codedeploy", "CreateDeployment", lambda seen: cut(codedeploy._answer(seen)))
    async with on_stage(console(endpoint.url)) as stage:
        await hand_over(stage)
        await stage.press("y")
        await stage.wait_for("orders / live of CodeDeploy, d-1")
        assert len(codedeploy.created) == 1


async def test_one_whose_dialog_was_left_before_the_answer_came_is_watched_all_the_same(
    console: MakeConsole, endpoint: ScriptedEndpoint, codedeploy: CodeDeploy
) -> None:
    answered = asyncio.Event()
    endpoint.on("codedeploy", "CreateDeployment", lambda seen: replace(codedeploy._answer(seen), after=answered))
    async with on_stage(console(endpoint.url)) as stage:
        await hand_over(stage)
        await stage.press("y")
        await stage.wait_for(lambda: codedeploy.created)
        await stage.press("escape")
        await stage.wait_for("Functions 1")
        answered.set()
        await stage.wait_for(lambda: "▸ orders:live 0 % InProgress" in stage.header)


async def test_the_version_that_was_chosen_in_the_shifts_dialog_is_proposed(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, codedeploy: CodeDeploy
) -> None:
    from textual.widgets import Select

    alias.versions["3"] = {}
    endpoint.on("lambda", "ListVersionsByFunction", flying.versions(*flying.history("orders", 3)))
    async with on_stage(console(endpoint.url)) as stage:
        await flying.form(stage)
        stage.app.screen.query(Select)[0].value = "2"
        await stage.wait_for("^o hands")
        await stage.press("ctrl+o")
        await stage.wait_for("Application / group")
        assert stage.app.screen.query(Select)[1].value == "2"


async def test_an_alias_that_no_group_deploys_is_not_offered_to_codedeploy(
    console: MakeConsole, endpoint: ScriptedEndpoint, codedeploy: CodeDeploy
) -> None:
    codedeploy.groups = [group("other", last="d-0")]
    codedeploy.deploy("d-0", target(alias="other"), status="Succeeded")
    async with on_stage(console(endpoint.url)) as stage:
        await flying.form(stage)
        await stage.wait_for(lambda: "codedeploy:GetDeployment" in endpoint.operations)
        await stage.press("ctrl+o")
        await stage.wait_for("Preflight")
        assert "CodeDeploy deploys it" not in stage.text
        assert "Shift traffic: orders:live" in stage.text


async def test_one_that_has_ended_before_it_is_found_is_shown_as_it_ended(
    console: MakeConsole, endpoint: ScriptedEndpoint, codedeploy: CodeDeploy
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_until_read()
        codedeploy.deploy("d-9", status="Failed", errorInformation=ALARM)
        await stage.app.session.flights.deployments.follow("d-9")
        await shifts(stage)
        await stage.wait_for("ALARM_ACTIVE: orders-errors went off")


# -- on its way


async def test_one_that_somebody_else_began_is_found_with_what_codedeploy_says_of_it(
    console: MakeConsole, endpoint: ScriptedEndpoint, under_way: CodeDeploy, clock: Clock
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        clock.now_ms += 3 * MINUTE_MS
        await watch(stage)
        await stage.wait_for("InProgress for 3:00")
        await stage.wait_for("BeforeAllowTraffic Succeeded · AllowTraffic InProgress · AfterAllowTraffic Pending")
        await stage.wait_for("CodeDeploy runs this shift")


async def test_both_versions_stand_side_by_side(
    console: MakeConsole,
    endpoint: ScriptedEndpoint,
    account: tuple[SplitAlias, SplitTraffic],
    under_way: CodeDeploy,
    clock: Clock,
) -> None:
    account[1].failing = {"2": 0.3}
    async with on_stage(console(endpoint.url)) as stage:
        clock.now_ms += 4 * MINUTE_MS
        await watch(stage)
        await stage.wait_for("30 % (")
        await stage.wait_for("10 % on the alias")


async def test_metrics_are_asked_for_only_while_somebody_looks_on(
    console: MakeConsole, endpoint: ScriptedEndpoint, under_way: CodeDeploy
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for(lambda: endpoint.counts["codedeploy:GetDeployment"] > 3)
        assert "cloudwatch:GetMetricData" not in endpoint.operations


async def test_another_share_is_shown_when_the_alias_has_it(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, under_way: CodeDeploy
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await watch(stage)
        alias.change("1", v2=0.5)
        await stage.wait_for("50 % on version 2")


async def test_its_success_is_told_and_the_badge_goes(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, under_way: CodeDeploy
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for(lambda: "▸ orders:live 10 %" in stage.header)
        alias.change("2")
        under_way.end("d-1")
        await notified(stage, "orders:live: Succeeded, 100 % on version 2")
        assert "▸" not in stage.header


async def test_its_failure_is_told_in_codedeploys_words_with_what_takes_it_back(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, under_way: CodeDeploy
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await watch(stage)
        under_way.end("d-1", "Failed", errorInformation=ALARM, rollbackInfo={"rollbackDeploymentId": "d-2"})
        under_way.deploy("d-2", rollbackInfo={"rollbackTriggeringDeploymentId": "d-1"})
        await stage.wait_for("by d-2: InProgress")
        await stage.wait_for("ALARM_ACTIVE: orders-errors went off")
        alias.change("1")
        under_way.end("d-2")
        await notified(stage, "Failed, taken back: Succeeded, 0 % on version 2")
        assert "Shifts 1" in stage.text


async def test_an_alias_that_it_leaves_divided_is_told_until_somebody_minds_it(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, under_way: CodeDeploy
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await watch(stage)
        under_way.end("d-1", "Stopped")
        await stage.wait_for("CodeDeploy has ended and left the alias divided")
        await stage.wait_for(lambda: "! orders:live 10 % Stopped" in stage.header)
        alias.change("1")
        await notified(stage, "orders:live: Stopped, 0 % on version 2")


async def test_what_the_looks_at_its_versions_cost_is_part_of_what_metrics_cost(
    console: MakeConsole, endpoint: ScriptedEndpoint, under_way: CodeDeploy
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        assert stage.app.session.metrics_price_usd == 0
        await watch(stage)
        await stage.wait_for(lambda: stage.app.session.metrics_price_usd > 0)


# -- the brake


async def test_b_stops_it_and_has_it_taken_back_without_a_question(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, under_way: CodeDeploy
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await watch(stage)
        await stage.press("b")
        await stage.wait_for("by d-1-back: InProgress")
        assert under_way.stopped == [{"deploymentId": "d-1", "autoRollbackEnabled": True}]
        assert UPDATE not in endpoint.operations
        [written] = stage.app.session.operations.trail.read().entries
        assert (written.action, written.result) == ("codedeploy-stop", "done")


@pytest.fixture
def slow(endpoint: ScriptedEndpoint, under_way: CodeDeploy) -> Callable[[str], asyncio.Event]:
    """Lets CodeDeploy answer an operation only when the event is set."""

    def wait_with(operation: str) -> asyncio.Event:
        answered = asyncio.Event()
        endpoint.on("codedeploy", operation, lambda seen: replace(under_way._answer(seen), after=answered))
        return answered

    return wait_with


async def test_pulled_twice_the_brake_stops_it_once(
    console: MakeConsole, endpoint: ScriptedEndpoint, under_way: CodeDeploy, slow: Callable[[str], asyncio.Event]
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await watch(stage)
        answered = slow("ListDeployments")
        await stage.press("b", "b")
        answered.set()
        await stage.wait_for("by d-1-back: InProgress")
        assert len(under_way.stopped) == 1


async def test_the_console_is_not_left_before_a_brake_that_was_pulled_has_been_sent(
    console: MakeConsole, endpoint: ScriptedEndpoint, under_way: CodeDeploy, slow: Callable[[str], asyncio.Event]
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await watch(stage)
        answered, asked = slow("ListDeployments"), endpoint.counts["codedeploy:ListDeployments"]
        await stage.press("b")
        await stage.wait_for(lambda: endpoint.counts["codedeploy:ListDeployments"] > asked)
        await stage.press("ctrl+c")
        answered.set()
        await stage.wait_for(lambda: stage.app._exit)
    assert len(under_way.stopped) == 1


async def test_another_region_has_to_wait_until_a_brake_that_was_pulled_has_been_sent(
    console: MakeConsole, endpoint: ScriptedEndpoint, under_way: CodeDeploy, slow: Callable[[str], asyncio.Event]
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await watch(stage)
        answered = slow("StopDeployment")
        await stage.press("b")
        await stage.wait_for(lambda: under_way.stopped)
        await stage.app.go("region eu-west-1")
        await notified(stage, "something is being done here")
        answered.set()
        await stage.wait_for("by d-1-back: InProgress")


async def test_a_stop_that_is_refused_is_told_and_it_goes_on(
    console: MakeConsole, endpoint: ScriptedEndpoint, under_way: CodeDeploy
) -> None:
    endpoint.on("codedeploy", "StopDeployment", error("AccessDeniedException"))
    async with on_stage(console(endpoint.url)) as stage:
        await watch(stage)
        await stage.press("b")
        await stage.wait_for("not permitted: codedeploy:StopDeployment")
        assert "InProgress for" in stage.text


@pytest.mark.parametrize("key", ["space", "greater_than_sign", "less_than_sign", "p", "f"])
async def test_no_other_key_of_a_flight_does_anything_to_it(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, under_way: CodeDeploy, key: str
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await watch(stage)
        await stage.press(key)
        assert len(stage.app.screen_stack) == 1
        assert not {UPDATE, STOP} & set(endpoint.operations)


async def test_what_takes_another_one_back_is_not_stopped(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, codedeploy: CodeDeploy
) -> None:
    codedeploy.deploy("d-2", rollbackInfo={"rollbackTriggeringDeploymentId": "d-1"})
    alias.change("1", v2=0.1)
    async with on_stage(console(endpoint.url)) as stage:
        await watch(stage)
        await stage.press("b")
        assert STOP not in endpoint.operations


async def test_in_read_only_mode_it_is_watched_and_not_stopped(
    console: MakeConsole, endpoint: ScriptedEndpoint, under_way: CodeDeploy
) -> None:
    async with on_stage(console(endpoint.url, read_only=True)) as stage:
        await watch(stage)
        await stage.press("b")
        await stage.wait_for("read-only: codedeploy:StopDeployment is not sent")
    assert STOP not in endpoint.operations


# -- leaving


async def test_quitting_asks_nothing_and_stops_nothing_and_the_next_console_finds_it_again(
    console: MakeConsole, endpoint: ScriptedEndpoint, under_way: CodeDeploy
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await watch(stage)
        await stage.press("ctrl+c")
        await stage.wait_for(lambda: stage.app._exit)
    assert STOP not in endpoint.operations
    async with on_stage(console(endpoint.url)) as stage:
        await watch(stage)


async def test_another_region_need_not_wait_and_nothing_of_it_is_shown_there(
    console: MakeConsole, endpoint: ScriptedEndpoint, under_way: CodeDeploy
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for(lambda: "▸ orders:live" in stage.header)
        under_way.end("d-1")
        await stage.app.go("region eu-west-1")
        await stage.wait_for(lambda: "eu-west-1" in stage.header)
        assert "▸" not in stage.header


# -- what may not be seen


@pytest.mark.parametrize("operation", ["GetDeployment", "ListDeploymentTargets"])
async def test_what_may_not_be_read_of_it_is_told_and_the_alias_is_shown_all_the_same(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, under_way: CodeDeploy, operation: str
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await watch(stage)
        endpoint.on("codedeploy", operation, error("AccessDeniedException"))
        await stage.wait_for(f"CodeDeploy: not permitted: codedeploy:{operation}")
        alias.change("1", v2=0.2)
        await stage.wait_for("20 % on version 2")


async def test_where_deployments_may_not_be_listed_the_view_says_so_and_the_error_log_does_not(
    console: MakeConsole, endpoint: ScriptedEndpoint, codedeploy: CodeDeploy
) -> None:
    endpoint.on("codedeploy", "ListDeployments", error("AccessDeniedException"))
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_until_read()
        await shifts(stage)
        await stage.wait_for("what it shifts is not known: not permitted: codedeploy:ListDeployments")
        assert not [entry for entry in stage.app.session.errors if isinstance(entry.error, ConsoleError)]


async def test_an_appspec_that_cannot_be_seen_before_it_starts_hides_the_alias_and_nothing_else(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, under_way: CodeDeploy
) -> None:
    under_way.deploy("d-5", revision={"revisionType": "S3"})
    under_way.targets["d-5"] = []
    async with on_stage(console(endpoint.url)) as stage:
        await watch(stage)
        assert list(stage.app.session.flights.deployments.known) == ["d-1"]


# -- the releases


async def test_it_explains_an_alias_that_is_divided(
    console: MakeConsole, endpoint: ScriptedEndpoint, under_way: CodeDeploy
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_until_read()
        await stage.press("2")
        await stage.wait_for("split, shift on its way")
        assert "split, shift on its way" in row(stage, "2")


async def test_one_that_has_ended_explains_nothing_any_more(
    console: MakeConsole, endpoint: ScriptedEndpoint, under_way: CodeDeploy
) -> None:
    under_way.end("d-1", "Stopped")
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_until_read()
        await stage.press("2")
        await stage.wait_for("▲ split, no shift known")
