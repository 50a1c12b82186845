"""Metrics at the wire: how many are asked for, how often, at what price, and what is made of the answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from lambdatui.aws.connection import Connection
from lambdatui.aws.metrics import (
    HOUR_MS,
    KEPT,
    QUERIES_AT_MOST,
    SWEEP,
    SWEEP_EVERY_MS,
    USD_PER_METRIC,
    Allowance,
    Metrics,
)
from lambdatui.clock import now_ms
from lambdatui.demo.endpoint import DemoEndpoint
from lambdatui.errors import AccessDenied, Throttled
from lambdatui.models.metric import (
    DAY,
    EVERY_FUNCTION,
    HOUR,
    INVOCATIONS,
    ITERATOR_AGE,
    THREE_HOURS,
    MetricQuery,
    Status,
    Window,
)
from tests.aws.conftest import Connect, where
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, error, json_answer
from tests.support.metrics import MINUTE, NOW, TEN, Clock, CloudWatch, result, series

pytestmark = pytest.mark.usefixtures("impatient")

CALL = "cloudwatch:GetMetricData"
ORDERS = INVOCATIONS.of("orders")
ROW = (*EVERY_FUNCTION, ITERATOR_AGE)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cloudwatch(endpoint: ScriptedEndpoint) -> CloudWatch:
    return CloudWatch(endpoint)


@pytest.fixture
def metrics(connection: Connection, clock: Clock) -> Metrics:
    return Metrics(connection, clock)


def names(count: int) -> list[str]:
    return [f"function-{number:05d}" for number in range(count)]


def rows(count: int) -> list[MetricQuery]:
    """The queries of so many rows of the table."""
    return [metric.of(name) for name in names(count) for metric in ROW]


def answer(*results: dict[str, Any], more: str = "") -> Answer:
    return json_answer({"MetricDataResults": list(results), **({"NextToken": more} if more else {})})


# -- what is asked


async def test_forty_rows_of_six_metrics_are_one_call(
    metrics: Metrics, endpoint: ScriptedEndpoint, cloudwatch: CloudWatch
) -> None:
    found = await metrics.get(rows(40), HOUR)
    assert endpoint.counts == {CALL: 1}
    assert (len(found), cloudwatch.metrics_asked) == (240, 240)


async def test_a_query_says_what_aws_needs(metrics: Metrics, cloudwatch: CloudWatch) -> None:
    await metrics.get([INVOCATIONS.of("orders", qualifier="live", executed_version="7")], HOUR)
    (call,) = cloudwatch.asked
    dimensions = [
        {"Name": "FunctionName", "Value": "orders"},
        {"Name": "Resource", "Value": "orders:live"},
        {"Name": "ExecutedVersion", "Value": "7"},
    ]
    metric = {"Namespace": "AWS/Lambda", "MetricName": "Invocations", "Dimensions": dimensions}
    asked = [{"Id": "m0", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}]
    assert call["MetricDataQueries"] == asked
    assert (call["StartTime"], call["EndTime"]) == ((TEN - 59 * MINUTE) / 1_000, (TEN + MINUTE) / 1_000)


async def test_more_queries_than_a_call_takes_are_more_calls(metrics: Metrics, cloudwatch: CloudWatch) -> None:
    await metrics.get([INVOCATIONS.of(name) for name in names(1_001)], HOUR)
    assert [len(call["MetricDataQueries"]) for call in cloudwatch.asked] == [500, 500, 1]


async def test_a_call_asks_for_no_more_datapoints_than_an_answer_holds(
    metrics: Metrics, cloudwatch: CloudWatch
) -> None:
    await metrics.get([INVOCATIONS.of(name) for name in names(100)], Window("24 h", 86_400, 60))
    assert [len(call["MetricDataQueries"]) for call in cloudwatch.asked] == [70, 30]


async def test_a_metric_that_is_published_seldom_is_asked_for_with_its_own_period(
    metrics: Metrics, cloudwatch: CloudWatch
) -> None:
    seldom = MetricQuery("CPUUtilization", "Maximum", period_s=300)
    found = await metrics.get([ORDERS, seldom], HOUR)
    periods = [query["MetricStat"]["Period"] for call in cloudwatch.asked for query in call["MetricDataQueries"]]
    assert (periods, found[seldom].period_s) == ([60, 300], 300)


async def test_a_query_given_twice_is_asked_once(metrics: Metrics, cloudwatch: CloudWatch) -> None:
    assert list(await metrics.get([ORDERS, ORDERS], HOUR)) == [ORDERS]
    assert cloudwatch.metrics_asked == 1


async def test_nothing_wanted_is_nothing_asked(metrics: Metrics, endpoint: ScriptedEndpoint) -> None:
    assert await metrics.get([], HOUR) == {}
    assert endpoint.requests == []


# -- how often


async def test_within_a_period_nothing_is_asked_again(
    metrics: Metrics, cloudwatch: CloudWatch, clock: Clock, endpoint: ScriptedEndpoint
) -> None:
    first = await metrics.get(rows(2), HOUR)
    clock.now_ms = TEN + MINUTE - 1
    assert await metrics.get(rows(2), HOUR) == first
    assert endpoint.counts == {CALL: 1}


async def test_after_a_period_everything_is_asked_again(metrics: Metrics, cloudwatch: CloudWatch, clock: Clock) -> None:
    await metrics.get(rows(2), HOUR)
    clock.now_ms = TEN + MINUTE
    await metrics.get(rows(2), HOUR)
    assert cloudwatch.metrics_asked == 24


async def test_a_longer_period_rests_longer(
    metrics: Metrics, cloudwatch: CloudWatch, clock: Clock, endpoint: ScriptedEndpoint
) -> None:
    await metrics.get([ORDERS], THREE_HOURS)
    clock.now_ms = TEN + 4 * MINUTE
    await metrics.get([ORDERS], THREE_HOURS)
    assert endpoint.counts == {CALL: 1}


async def test_only_new_rows_are_asked_for(metrics: Metrics, cloudwatch: CloudWatch) -> None:
    await metrics.get(rows(10), HOUR)
    await metrics.get(rows(12), HOUR)
    assert [len(call["MetricDataQueries"]) for call in cloudwatch.asked] == [60, 12]


async def test_what_was_not_looked_at_for_longest_is_forgotten(metrics: Metrics, cloudwatch: CloudWatch) -> None:
    others = [INVOCATIONS.of(name) for name in names(KEPT)]
    for queries in ([ORDERS], others[1:], [ORDERS], others[:1]):
        await metrics.get(queries, HOUR)
    assert cloudwatch.metrics_asked == 1 + KEPT
    await metrics.get(others[1:2], HOUR)
    assert cloudwatch.metrics_asked == 1 + KEPT + 1


async def test_another_window_is_asked_for_by_itself(metrics: Metrics, cloudwatch: CloudWatch) -> None:
    await metrics.get([ORDERS], HOUR)
    await metrics.get([ORDERS], DAY)
    assert [call["MetricDataQueries"][0]["MetricStat"]["Period"] for call in cloudwatch.asked] == [60, 900]


async def test_those_who_ask_at_the_same_time_share_one_call(
    metrics: Metrics, cloudwatch: CloudWatch, endpoint: ScriptedEndpoint
) -> None:
    one, other = await asyncio.gather(metrics.get(rows(3), HOUR), metrics.get(rows(3), HOUR))
    assert (one, endpoint.counts) == (other, {CALL: 1})


async def test_a_late_datapoint_replaces_what_was_there(metrics: Metrics, cloudwatch: CloudWatch, clock: Clock) -> None:
    cloudwatch.points["Invocations", "orders"] = {TEN - MINUTE: 3.0}
    await metrics.get([ORDERS], HOUR)
    cloudwatch.points["Invocations", "orders"] = {TEN - MINUTE: 8.0, TEN: 1.0}
    clock.now_ms += MINUTE
    assert await metrics.get([ORDERS], HOUR) == {ORDERS: series(ORDERS, {TEN - MINUTE: 8.0, TEN: 1.0})}


# -- what comes back


async def test_datapoints_are_sorted_and_gaps_stay(metrics: Metrics, cloudwatch: CloudWatch) -> None:
    cloudwatch.points["Invocations", "orders"] = {TEN: 1.0, TEN - 5 * MINUTE: 3.0}
    found = await metrics.get([ORDERS], HOUR)
    assert found[ORDERS] == series(ORDERS, {TEN - 5 * MINUTE: 3.0, TEN: 1.0})


async def test_pages_are_put_together(metrics: Metrics, endpoint: ScriptedEndpoint) -> None:
    endpoint.on(
        "cloudwatch",
        "GetMetricData",
        answer(result("m0", {TEN - 2 * MINUTE: 1.0}, "PartialData"), more="2"),
        answer(result("m0", {TEN - MINUTE: 2.0}, "PartialData"), more="3"),
        answer(result("m0", {TEN: 3.0})),
    )
    found = await metrics.get([ORDERS], HOUR)
    assert found[ORDERS] == series(ORDERS, {TEN - 2 * MINUTE: 1.0, TEN - MINUTE: 2.0, TEN: 3.0})
    assert (endpoint.counts, metrics.requested) == ({CALL: 3}, 3)


@pytest.mark.parametrize(
    ("code", "status", "why"),
    [
        ("PartialData", Status.PARTIAL, "AWS sent a part of the data"),
        ("InternalError", Status.FAILED, "AWS could not answer"),
        ("Forbidden", Status.FORBIDDEN, "not permitted"),
        ("Teapot", Status.FAILED, "AWS could not answer"),
    ],
)
async def test_what_aws_does_not_tell_in_full_says_so(
    metrics: Metrics, cloudwatch: CloudWatch, code: str, status: Status, why: str
) -> None:
    cloudwatch.codes["Invocations", "orders"] = code
    found = await metrics.get([ORDERS, INVOCATIONS.of("other")], HOUR)
    assert found[ORDERS] == series(ORDERS, {}, status=status, why=why)
    assert found[INVOCATIONS.of("other")].status is Status.COMPLETE


async def test_aws_words_are_kept(metrics: Metrics, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("cloudwatch", "GetMetricData", answer(result("m0", {}, "InternalError", message="try later")))
    assert (await metrics.get([ORDERS], HOUR))[ORDERS].why == "try later"


async def test_a_query_that_aws_passes_over_has_failed(metrics: Metrics, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("cloudwatch", "GetMetricData", answer())
    assert (await metrics.get([ORDERS], HOUR))[ORDERS].status is Status.FAILED


async def test_a_partial_answer_takes_nothing_away(metrics: Metrics, cloudwatch: CloudWatch, clock: Clock) -> None:
    cloudwatch.points["Invocations", "orders"] = {TEN - 59 * MINUTE: 9.0, TEN - MINUTE: 3.0, TEN: 1.0}
    await metrics.get([ORDERS], HOUR)
    cloudwatch.points["Invocations", "orders"] = {TEN: 4.0}
    cloudwatch.codes["Invocations", "orders"] = "PartialData"
    clock.now_ms += MINUTE
    found = (await metrics.get([ORDERS], HOUR))[ORDERS]
    assert (found.times_ms, found.values, found.status) == ((TEN - MINUTE, TEN), (3.0, 4.0), Status.PARTIAL)


async def test_a_partial_answer_is_asked_for_again_after_a_minute(
    metrics: Metrics, cloudwatch: CloudWatch, clock: Clock
) -> None:
    cloudwatch.codes["Invocations", "orders"] = "PartialData"
    await metrics.get([ORDERS], DAY)
    clock.now_ms += MINUTE
    await metrics.get([ORDERS], DAY)
    assert cloudwatch.metrics_asked == 2


async def test_without_permission_the_action_is_named(metrics: Metrics, endpoint: ScriptedEndpoint) -> None:
    with pytest.raises(AccessDenied, match=CALL):
        await metrics.get([ORDERS], HOUR)
    assert metrics.requested == 0


async def test_what_came_before_a_fault_is_not_asked_again(metrics: Metrics, endpoint: ScriptedEndpoint) -> None:
    queries = [INVOCATIONS.of(name) for name in names(QUERIES_AT_MOST + 1)]
    whole = answer(*(result(f"m{number}", {}) for number in range(QUERIES_AT_MOST)))
    endpoint.on("cloudwatch", "GetMetricData", whole, error("ThrottlingException", 400), answer(result("m0", {})))
    with pytest.raises(Throttled):
        await metrics.get(queries, HOUR)
    await metrics.get(queries, HOUR)
    assert (endpoint.counts, metrics.requested) == ({CALL: 3}, QUERIES_AT_MOST + 1)


# -- the price


async def played(metrics: Metrics, clock: Clock, queries: list[MetricQuery], minutes: int) -> None:
    """A table that is looked at for so long, asking every ten seconds."""
    for _ in range(minutes * 6):
        await metrics.get(queries, HOUR)
        clock.now_ms += MINUTE // 6


async def test_the_counter_agrees_with_the_wire(metrics: Metrics, cloudwatch: CloudWatch, clock: Clock) -> None:
    await played(metrics, clock, rows(5), minutes=3)
    assert metrics.requested == cloudwatch.metrics_asked
    assert metrics.price_usd == pytest.approx(cloudwatch.metrics_asked * 0.01 / 1_000)


async def test_an_hour_of_forty_rows_keeps_pace_and_costs_less_than_the_budget(
    metrics: Metrics, cloudwatch: CloudWatch, clock: Clock
) -> None:
    await played(metrics, clock, rows(40), minutes=60)
    assert 60 * 240 <= cloudwatch.metrics_asked <= 61 * 240
    assert (metrics.price_usd < 0.25, metrics.slowed_until_ms) == (True, None)


async def test_a_budget_that_is_used_up_gives_the_old_series_and_says_until_when(
    connection: Connection, cloudwatch: CloudWatch, clock: Clock
) -> None:
    metrics = Metrics(connection, clock, budget_usd_per_hour=0.01)
    first = await metrics.get(rows(20), HOUR)
    clock.now_ms += MINUTE
    assert await metrics.get(rows(20), HOUR) == first
    assert metrics.slowed_until_ms is not None
    assert metrics.slowed_until_ms > clock.now_ms


async def test_a_budget_slows_and_does_not_stop(connection: Connection, cloudwatch: CloudWatch, clock: Clock) -> None:
    metrics = Metrics(connection, clock, budget_usd_per_hour=0.01)
    await metrics.get(rows(20), HOUR)
    clock.now_ms += MINUTE
    await metrics.get(rows(20), HOUR)
    assert metrics.slowed_until_ms is not None
    clock.now_ms = metrics.slowed_until_ms
    await metrics.get(rows(20), HOUR)
    assert (cloudwatch.metrics_asked, metrics.slowed_until_ms) == (240, None)


async def test_an_hour_beyond_the_budget_stays_within_it(
    connection: Connection, cloudwatch: CloudWatch, clock: Clock
) -> None:
    metrics = Metrics(connection, clock, budget_usd_per_hour=0.02)
    await played(metrics, clock, rows(40), minutes=60)
    assert cloudwatch.metrics_asked * USD_PER_METRIC <= 0.02


async def test_what_was_never_told_is_absent_while_the_budget_is_used_up(
    connection: Connection, endpoint: ScriptedEndpoint, clock: Clock
) -> None:
    metrics = Metrics(connection, clock, budget_usd_per_hour=0.0)
    assert await metrics.get([ORDERS], HOUR) == {}
    assert (endpoint.requests, metrics.slowed_until_ms) == ([], NOW + HOUR_MS)


def test_no_hour_has_more_than_its_allowance() -> None:
    allowance, spent = Allowance(1_000), []
    for now in range(0, 3 * HOUR_MS, 10_000):
        if allowance.held_until_ms(20, now) is None:
            allowance.spend(20)
            spent.append(now)
    busiest = max(sum(start <= at < start + HOUR_MS for at in spent) for start in spent)
    assert 900 <= busiest * 20 <= 1_000


# -- the whole region


def ranking(found: dict[str, dict[str, dict[int, float]]]) -> Callable[[Seen], Answer]:
    """A CloudWatch with Metrics Insights: datapoints by function, by metric."""

    def told(seen: Seen) -> Answer:
        expression = asked_for(seen)
        name = next(metric.name for metric in SWEEP if f"({metric.name})" in expression)
        return answer(*(result("ranked", points, label=label) for label, points in found.get(name, {}).items()))

    return told


def asked_for(seen: Seen) -> str:
    return str(json.loads(seen.body)["MetricDataQueries"][0].get("Expression", ""))


def of(found: Iterable[MetricQuery]) -> set[tuple[str, str]]:
    """Metrics and functions."""
    return {(query.name, dict(query.dimensions)["FunctionName"]) for query in found}


@pytest.mark.parametrize("functions", [100, 10_000])
async def test_a_sweep_is_three_queries_however_many_functions_there_are(
    metrics: Metrics, endpoint: ScriptedEndpoint, functions: int
) -> None:
    endpoint.on("cloudwatch", "GetMetricData", ranking({"Errors": {"orders": {TEN: 4.0}}}))
    found = await metrics.sweep(names(functions), HOUR)
    assert (endpoint.counts, found.whole) == ({CALL: 3}, True)
    assert (of(found.series), metrics.requested) == ({("Errors", "orders")}, 3 * functions)


async def test_a_sweep_asks_for_those_with_most_by_function_alone(metrics: Metrics, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("cloudwatch", "GetMetricData", ranking({}))
    await metrics.sweep(names(3), HOUR)
    assert [asked_for(seen) for seen in endpoint.requests] == [
        f'SELECT {aggregate} FROM SCHEMA("AWS/Lambda", FunctionName) GROUP BY FunctionName '
        f"ORDER BY {order}() DESC LIMIT 500"
        for aggregate, order in (("SUM(Errors)", "SUM"), ("SUM(Throttles)", "SUM"), ("MAX(IteratorAge)", "MAX"))
    ]


async def test_a_sweep_gives_the_same_series_as_the_functions_own_query(
    metrics: Metrics, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("cloudwatch", "GetMetricData", ranking({"IteratorAge": {"clicks": {TEN: 90_000.0}}}))
    query = ITERATOR_AGE.of("clicks")
    assert (await metrics.sweep(names(3), HOUR)).series == {query: series(query, {TEN: 90_000.0})}


async def test_a_sweep_is_not_repeated_at_once(metrics: Metrics, endpoint: ScriptedEndpoint, clock: Clock) -> None:
    endpoint.on("cloudwatch", "GetMetricData", ranking({}))
    first = await metrics.sweep(names(100), HOUR)
    clock.now_ms += SWEEP_EVERY_MS - 1
    assert await metrics.sweep(names(100), HOUR) == first
    clock.now_ms += 1
    assert (await metrics.sweep(names(100), HOUR)).asked_ms == clock.now_ms
    assert endpoint.counts == {CALL: 6}


async def test_a_dear_sweep_waits_longer_and_leaves_the_rows_their_budget(
    metrics: Metrics, cloudwatch: CloudWatch, endpoint: ScriptedEndpoint, clock: Clock
) -> None:
    endpoint.on("cloudwatch", "GetMetricData", ranking({}))
    await metrics.sweep(names(10_000), HOUR)
    clock.now_ms += SWEEP_EVERY_MS
    await metrics.sweep(names(10_000), HOUR)
    assert (endpoint.counts, metrics.sweep_slowed_until_ms is None) == ({CALL: 3}, False)
    endpoint.on("cloudwatch", "GetMetricData", answer())
    await metrics.get(rows(40), HOUR)
    assert (endpoint.counts, metrics.slowed_until_ms) == ({CALL: 4}, None)


async def test_a_region_with_more_functions_than_a_query_looks_at_is_not_swept_whole(
    metrics: Metrics, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("cloudwatch", "GetMetricData", ranking({}))
    found = await metrics.sweep(names(10_001), HOUR)
    assert (found.whole, found.looked_at) == (False, 10_000)


async def test_a_ranking_that_aws_tells_in_part_is_not_the_whole_region(
    metrics: Metrics, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("cloudwatch", "GetMetricData", answer(result("ranked", {TEN: 4.0}, "PartialData", label="orders")))
    found = await metrics.sweep(names(3), HOUR)
    assert (of(found.series), found.whole) == ({(metric.name, "orders") for metric in SWEEP}, False)


@pytest.mark.parametrize(
    "refusal",
    [answer(result("ranked", {}, "InternalError")), error("ValidationError", 400, "no such expression")],
    ids=["as a result", "as an error"],
)
async def test_without_metrics_insights_the_functions_are_asked_for_one_by_one(
    metrics: Metrics, endpoint: ScriptedEndpoint, refusal: Answer
) -> None:
    def told(seen: Seen) -> Answer:
        return refusal if asked_for(seen) else answer(*(result(f"m{number}", {TEN: 1.0}) for number in range(6)))

    endpoint.on("cloudwatch", "GetMetricData", told)
    found = await metrics.sweep(["orders", "clicks"], HOUR)
    expected = {(metric.name, name) for metric in SWEEP for name in ("orders", "clicks")}
    assert (of(found.series), found.whole, endpoint.counts) == (expected, True, {CALL: 2})


async def test_one_by_one_the_first_functions_are_one_call_and_not_the_whole_region(
    metrics: Metrics, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("cloudwatch", "GetMetricData", answer(result("ranked", {}, "InternalError")))
    found = await metrics.sweep(names(1_000), HOUR)
    assert (found.whole, found.looked_at) == (False, 166)
    assert endpoint.counts == {CALL: 2}


# -- against an account


async def test_an_account_tells_what_was_published(
    connect: Connect, empty_endpoint: DemoEndpoint, clock: Clock
) -> None:
    connection = connect(**where(empty_endpoint))
    clock.now_ms = now_ms()
    minute = clock.now_ms // MINUTE * MINUTE - 5 * MINUTE
    datum = {
        "MetricName": "Invocations",
        "Dimensions": [{"Name": "FunctionName", "Value": "orders"}],
        "Timestamp": datetime.fromtimestamp(minute / 1_000, UTC),
        "Value": 12.0,
        "Unit": "Count",
    }
    await connection.call("cloudwatch", "PutMetricData", Namespace="AWS/Lambda", MetricData=[datum])
    metrics = Metrics(connection, clock)
    other = INVOCATIONS.of("other")
    assert await metrics.get([ORDERS, other], HOUR) == {
        ORDERS: series(ORDERS, {minute: 12.0}),
        other: series(other, {}),
    }
    assert (await metrics.sweep(["orders"], HOUR)).whole
