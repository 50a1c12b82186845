"""How the functions of a list are doing: what is asked, what it costs, and what an operator sees of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from lambdatui.ui.panes.functions import FunctionsPane
from tests.support.endpoint import ACCOUNT, Answer, ScriptedEndpoint, error, function, json_answer
from tests.support.mappings import mapping, mappings
from tests.support.metrics import MINUTE, CloudWatch
from tests.ui.answers import all_parts, detail, listing
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.stage import NARROW, WIDE, Stage, on_stage
from tests.ui.test_looks import PENDING, SIZES, Compare, until
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


def reads(name: str, service: str, source: str, account: str = ACCOUNT) -> Answer:
    """The answer to ListEventSourceMappings where one function reads one source."""
    return mappings(
        mapping(
            FunctionArn=f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}",
            EventSourceArn=f"arn:aws:{service}:us-east-1:{account}:{source}",
        )
    )


def serve(endpoint: ScriptedEndpoint, clock: Clock) -> CloudWatch:
    """An account of one function for each state, and one that nobody invokes."""
    endpoint.on("lambda", "ListFunctions", listing(*(function(name) for name in (*SICK, "quiet"))))
    limits = {"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 10}
    endpoint.on("lambda", "GetAccountSettings", json_answer({"AccountLimit": limits}))
    endpoint.on("lambda", "ListEventSourceMappings", reads("behind", "kinesis", "stream/clicks"))
    endpoint.on("lambda", "GetFunctionConcurrency", json_answer({}))
    cloud = CloudWatch(endpoint)
    minute = clock.now_ms // MINUTE * MINUTE - 5 * MINUTE
    for name, values in SICK.items():
        for metric, value in values.items():
            cloud.points[metric, name] = {minute: value}
    return cloud


@pytest.fixture
def cloud(endpoint: ScriptedEndpoint, clock: Clock) -> Iterator[CloudWatch]:
    return serve(endpoint, clock)


def metrics_of(call: Mapping[str, Any]) -> list[str]:
    return [query["MetricStat"]["Metric"]["MetricName"] for query in call["MetricDataQueries"]]


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


async def test_what_came_into_view_during_a_look_is_asked_for_next(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: CloudWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lambdatui.ui.panes.functions.LOOK_EVERY_S", 3600.0)
    endpoint.on("lambda", "ListFunctions", listing(*(function(f"f-{number:03}") for number in range(200))))
    gate = asyncio.Event()
    endpoint.on("lambda", "GetAccountSettings", replace(json_answer({"AccountLimit": {}}), after=gate))
    async with on_stage(console(endpoint.url, settings=METERED), NARROW) as stage:
        await stage.wait_until_read()
        await stage.wait_for(lambda: "lambda:GetAccountSettings" in endpoint.operations)
        await stage.press("G")
        gate.set()
        await stage.wait_for(lambda: "f-199" in states(stage))


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


async def test_a_count_of_the_unwell_says_of_how_many_that_is_known(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: CloudWatch
) -> None:
    fleet = listing(*(function(name) for name in (*SICK, *(f"z-{number:03}" for number in range(195)))))
    endpoint.on("lambda", "ListFunctions", fleet)
    async with on_stage(console(endpoint.url, settings=METERED), NARROW) as stage:
        await stage.wait_for("4 unwell of 20 looked at")
        await stage.press("U")
        await stage.wait_for("4 unwell of 166 looked at")


async def test_a_function_that_reads_a_queue_shows_how_long_messages_wait(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: CloudWatch, clock: Clock
) -> None:
    endpoint.on("lambda", "ListEventSourceMappings", reads("well", "sqs", "orders-intake"))
    cloud.points["ApproximateAgeOfOldestMessage", "orders-intake"] = {clock.now_ms - 2 * MINUTE: 1_260.0}
    async with on_stage(console(endpoint.url, settings=METERED), WIDE) as stage:
        await stage.wait_for(lambda: states(stage).get("well") == "behind")
        await stage.press("plus")
        await stage.wait_for("21 m")


async def test_a_queue_of_another_account_is_not_asked_about(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: CloudWatch
) -> None:
    endpoint.on("lambda", "ListEventSourceMappings", reads("well", "sqs", "orders-intake", "210987654321"))
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await looked(stage)
        await stage.wait_for(lambda: "lambda:ListEventSourceMappings" in endpoint.operations)
        await stage.pilot.pause()
    assert not any("AWS/SQS" in str(call) for call in cloud.asked)


async def test_a_mapping_made_after_the_first_sweep_is_learnt_of_a_minute_later(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: CloudWatch, clock: Clock
) -> None:
    endpoint.on("lambda", "ListEventSourceMappings", mappings())
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await looked(stage)
        await stage.wait_for(lambda: stage.app.session.health._ages is not None)
        endpoint.on("lambda", "ListEventSourceMappings", reads("behind", "kinesis", "stream/clicks"))
        clock.now_ms += MINUTE
        await stage.wait_for(lambda: states(stage)["behind"] == "behind")


async def test_mappings_are_swept_for_one_call_a_minute_however_many_pages_they_fill(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: CloudWatch, clock: Clock
) -> None:
    pages = [mappings(mapping(), more="next"), mappings(mapping(), more="last"), mappings(mapping())]
    endpoint.on("lambda", "ListEventSourceMappings", *pages, *pages)
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        health = stage.app.session.health
        await stage.wait_for(lambda: health._ages is not None)
        clock.now_ms += 3 * MINUTE - 1
        await health.learn_sources()
        assert endpoint.operations.count("lambda:ListEventSourceMappings") == 3
        clock.now_ms += 1
        await stage.wait_for(lambda: endpoint.operations.count("lambda:ListEventSourceMappings") == 6)


async def test_once_it_is_known_what_functions_read_only_those_are_asked_for_an_age_in_one_call(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: CloudWatch, clock: Clock
) -> None:
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await looked(stage)
        await stage.wait_for(lambda: stage.app.session.health._ages is not None)
        asked = len(cloud.asked)
        clock.now_ms += 2 * MINUTE
        await stage.wait_for(lambda: len(cloud.asked) > asked)
        assert len(cloud.asked) == asked + 1
        assert [name for name in metrics_of(cloud.asked[-1]) if "Age" in name] == ["IteratorAge"]


async def test_what_is_reserved_is_asked_of_throttled_functions_alone(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: CloudWatch
) -> None:
    endpoint.on("lambda", "GetFunctionConcurrency", json_answer({"ReservedConcurrentExecutions": 12}))
    limits = {"ConcurrentExecutions": 1_000, "UnreservedConcurrentExecutions": 988}
    endpoint.on("lambda", "GetAccountSettings", json_answer({"AccountLimit": limits}))
    async with on_stage(console(endpoint.url, settings=METERED), WIDE) as stage:
        await looked(stage)
        await stage.press("plus")
        await stage.wait_for("10 / 12")
        await stage.wait_for("9 / 1,000")
    assert endpoint.operations.count("lambda:GetFunctionConcurrency") == 1


async def test_a_figure_can_be_filtered_by(console: MakeConsole, endpoint: ScriptedEndpoint, cloud: CloudWatch) -> None:
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await looked(stage)
        await stage.press("slash")
        await stage.type("err>1")
        await stage.wait_for(lambda: stage.rows == ["failing"])


@SIZES
def test_how_it_looks(snap_compare: Compare, console: MakeConsole, clock: Clock, size: tuple[int, int]) -> None:
    with ScriptedEndpoint.in_thread() as account:
        account.many_functions(0)
        serve(account, clock)
        all_parts(account)
        account.on("lambda", "GetFunction", lambda seen: detail(seen.path.rpartition("/")[2]))
        account.on("lambda", "GetFunctionConcurrency", json_answer({"ReservedConcurrentExecutions": 12}))
        limits = {"ConcurrentExecutions": 1_000, "UnreservedConcurrentExecutions": 988}
        account.on("lambda", "GetAccountSettings", json_answer({"AccountLimit": limits}))

        async def prepare(pilot: Pilot[None]) -> None:
            await shown_on(pilot, "4 unwell")
            await pilot.press("plus")
            if size == WIDE:
                await shown_on(pilot, "10 / 12")
            await until(pilot, lambda text: PENDING not in text)
            pilot.app.refresh_css(animate=False)  # a line that was painted in parts is the same, and pictured otherwise

        assert snap_compare(console(account.url, settings=METERED), terminal_size=size, run_before=prepare)
