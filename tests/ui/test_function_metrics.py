"""How the functions of a list are doing: what is asked, what it costs, and what an operator sees of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.pilot import Pilot

from lambdatui.ui.panes.functions import FunctionsPane
from tests.support.endpoint import ScriptedEndpoint, error, function, json_answer
from tests.support.metrics import MINUTE, CloudWatch
from tests.ui.answers import listing
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.stage import NARROW, Stage, on_stage
from tests.ui.test_looks import PENDING, Compare, until
from tests.ui.test_looks import shown as shown_on

ASKED = "cloudwatch:GetMetricData"
METERED = {"metrics_budget_cents": 25}
SICK = {
    "failing": {"Invocations": 100.0, "Errors": 30.0, "Duration": 120.0},
    "behind": {"Invocations": 50.0, "Errors": 0.0, "Duration": 80.0, "IteratorAge": 90_000.0},
    "slow": {"Invocations": 40.0, "Errors": 0.0, "Duration": 2_900.0},
    "throttled": {"Invocations": 70.0, "Errors": 0.0, "Throttles": 12.0, "ConcurrentExecutions": 10.0},
    "well": {"Invocations": 12_400.0, "Errors": 3.0, "Duration": 88.0, "ConcurrentExecutions": 9.0},
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lambdatui.ui.panes.functions.LOOK_EVERY_S", 0.1)
    monkeypatch.setattr("lambdatui.ui.panes.functions.REST_S", 0.0)


def serve(endpoint: ScriptedEndpoint, clock: Clock) -> CloudWatch:
    """An account of one function for each state, and one that nobody invokes."""
    endpoint.on("lambda", "ListFunctions", listing(*(function(name) for name in (*SICK, "quiet"))))
    limits = {"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 10}
    endpoint.on("lambda", "GetAccountSettings", json_answer({"AccountLimit": limits}))
    cloud = CloudWatch(endpoint)
    minute = clock.now_ms // MINUTE * MINUTE - 5 * MINUTE
    for name, values in SICK.items():
        for metric, value in values.items():
            cloud.points[metric, name] = {minute: value}
    return cloud


@pytest.fixture
def cloud(endpoint: ScriptedEndpoint, clock: Clock) -> Iterator[CloudWatch]:
    return serve(endpoint, clock)


def states(stage: Stage) -> dict[str, str]:
    pane = stage.app.screen.query_one(FunctionsPane)
    found = {one.name: stage.app.session.health.health(one) for one in pane.table.records}
    return {name: verdict.state.value for name, verdict in found.items() if verdict is not None}


async def looked(stage: Stage) -> None:
    await stage.wait_until_read()
    await stage.wait_for(lambda: len(states(stage)) == 6)


async def test_every_state_is_found_with_one_call(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: CloudWatch
) -> None:
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await looked(stage)
        assert states(stage) == {name: name for name in (*SICK, "quiet")}
    assert len(cloud.asked) == 1


async def test_only_rows_in_view_are_asked_for(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: CloudWatch
) -> None:
    endpoint.on("lambda", "ListFunctions", listing(*(function(f"f-{number:03}") for number in range(200))))
    async with on_stage(console(endpoint.url, settings=METERED), NARROW) as stage:
        await stage.wait_until_read()
        await stage.wait_for(lambda: bool(cloud.asked))
        assert cloud.metrics_asked <= 24 * 6
        await stage.press("G")
        await stage.wait_for(lambda: "f-199" in states(stage))
        assert "f-100" not in states(stage)


async def test_nothing_is_asked_again_before_there_can_be_news(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: CloudWatch, clock: Clock
) -> None:
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await looked(stage)
        await stage.press("j", "k", "j", "k")
        assert len(cloud.asked) == 1
        clock.now_ms += 2 * MINUTE
        await stage.wait_for(lambda: len(cloud.asked) == 2)


async def test_nobody_there_asks_nothing(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: CloudWatch, clock: Clock
) -> None:
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await looked(stage)
        clock.now_ms += 11 * MINUTE
        stage.app._main.pane._moved.set()  # type: ignore[attr-defined]
        await stage.wait_for(lambda: not stage.app._main.pane._moved.is_set())  # type: ignore[attr-defined]
        assert len(cloud.asked) == 1
        await stage.press("j")
        await stage.wait_for(lambda: len(cloud.asked) == 2)


async def test_a_budget_of_nothing_asks_nothing(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: CloudWatch
) -> None:
    async with on_stage(console(endpoint.url, settings={"metrics_budget_cents": 0})) as stage:
        await stage.wait_until_read()
        await stage.press("j", "k")
    assert cloud.asked == []


async def test_brackets_change_the_window(console: MakeConsole, endpoint: ScriptedEndpoint, cloud: CloudWatch) -> None:
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await looked(stage)
        await stage.press("left_square_bracket")
        await stage.wait_for("metrics 15 m")
        await stage.wait_for(lambda: len(cloud.asked) == 2)
        spans = [call["EndTime"] - call["StartTime"] for call in cloud.asked]
        assert spans == [3_600, 900]


async def test_a_metric_that_is_refused_is_told_and_hides_nothing(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: CloudWatch
) -> None:
    endpoint.on("cloudwatch", "GetMetricData", error("AccessDeniedException", 403, "no"))
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await stage.wait_until_read()
        await stage.wait_for("⊘ metrics: not permitted: cloudwatch:GetMetricData")
        assert "failing" in stage.text


async def test_unwell_first_puts_the_sick_above_the_well(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: CloudWatch
) -> None:
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await looked(stage)
        await stage.press("U")
        await stage.wait_for(lambda: stage.rows == ["failing", "throttled", "slow", "behind", "quiet", "well"])


async def test_a_figure_can_be_filtered_by(console: MakeConsole, endpoint: ScriptedEndpoint, cloud: CloudWatch) -> None:
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await looked(stage)
        await stage.press("slash")
        await stage.type("err>1")
        await stage.wait_for(lambda: stage.rows == ["failing"])


@pytest.mark.parametrize("size", [NARROW], ids=["80x24"])
def test_how_it_looks(snap_compare: Compare, console: MakeConsole, clock: Clock, size: tuple[int, int]) -> None:
    with ScriptedEndpoint.in_thread() as account:
        account.many_functions(0)
        serve(account, clock)

        async def prepare(pilot: Pilot[None]) -> None:
            await shown_on(pilot, "4 unwell")
            await until(pilot, lambda text: PENDING not in text)

        assert snap_compare(console(account.url, settings=METERED), terminal_size=size, run_before=prepare)
