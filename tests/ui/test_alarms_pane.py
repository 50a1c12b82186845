"""The alarms of a region: the order, which are listed, how each is told, and what is asked."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from lambdatui.models.alarm import CompositeAlarm, MetricAlarm, Watch
from lambdatui.ui.panes.alarms import AlarmsPane, condition
from tests.support.alarms import alarms, arn, composite, dimensions, math_alarm, metric_alarm, query
from tests.support.endpoint import ScriptedEndpoint, Seen, error
from tests.ui.answers import listing, one_function
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.stage import NARROW, WIDE, Stage, on_stage
from tests.ui.test_looks import Compare, until
from tests.ui.test_looks import shown as shown_on

DESCRIBED = "cloudwatch:DescribeAlarms"
BROAD = (220, 40)
"""Wide enough for every column to say all it has to say."""


def shown(stage: Stage) -> Sequence[Watch]:
    return stage.app.screen.query_one(AlarmsPane).table.shown


def names(stage: Stage) -> list[str]:
    return [watch.alarm.alarm_name for watch in shown(stage)]


async def open_alarms(stage: Stage) -> None:
    await stage.wait_until_read()
    await stage.app.go("alarms")


async def test_the_region_is_one_sweep_and_no_function_is_asked_about(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    first = (metric_alarm(f"a-{number:03d}", f"function-{number:05d}") for number in range(100))
    second = (metric_alarm(f"b-{number:03d}", f"function-{number:05d}") for number in range(50))
    endpoint.on("cloudwatch", "DescribeAlarms", alarms(*first, more="2"), alarms(*second))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        before = endpoint.counts.copy()
        await stage.app.go("alarms")
        await stage.wait_for("Alarms 150")
        asked = endpoint.counts - before
        for once in ("iam:ListAccountAliases", "codedeploy:ListDeployments"):
            del asked[once]  # whatever pane is open
        assert asked == {DESCRIBED: 2}


async def test_rows_are_there_before_the_last_page_is(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    gate = asyncio.Event()
    first, second = alarms(metric_alarm("a", "orders"), more="2"), alarms(metric_alarm("b", "orders"))
    endpoint.on("cloudwatch", "DescribeAlarms", first, replace(second, after=gate))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_alarms(stage)
        await stage.wait_for(lambda: names(stage) == ["a"])
        await stage.wait_for("reading, page 2…")
        gate.set()
        await stage.wait_for("Alarms 2")


async def test_a_composite_is_listed_when_the_alarms_in_its_rule_come_on_a_later_page(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    pages = alarms(composite("shop", "ALARM(orders)"), more="2"), alarms(metric_alarm("orders", "orders"))
    endpoint.on("cloudwatch", "DescribeAlarms", *pages)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_alarms(stage)
        await stage.wait_for("Alarms 2")
        assert {watch.alarm.alarm_name: watch.functions for watch in shown(stage)} == {
            "shop": ("orders",),
            "orders": ("orders",),
        }


async def test_firing_ones_stand_first_then_those_without_data_strange_and_well_ones(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    states = {"well": "OK", "strange": "SIMMERING", "no data": "INSUFFICIENT_DATA", "firing": "ALARM"}
    found = (metric_alarm(name, "orders", value) for name, value in states.items())
    endpoint.on("cloudwatch", "DescribeAlarms", alarms(*found))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_alarms(stage)
        await stage.wait_for("Alarms 4")
        assert names(stage) == ["firing", "no data", "strange", "well"]
        assert "SIMMERING" in stage.text


async def line_of(console: MakeConsole, endpoint: ScriptedEndpoint, alarm: dict[str, Any]) -> str:
    """The row of an alarm that watches orders, with all columns."""
    endpoint.on("cloudwatch", "DescribeAlarms", alarms(alarm, metric_alarm("leaf", "orders")))
    async with on_stage(console(endpoint.url), BROAD) as stage:
        await open_alarms(stage)
        await stage.wait_for("Alarms 2")
        return next(line for line in stage.text.splitlines() if alarm["AlarmName"] in line)


ONE_PERIOD = {"EvaluationPeriods": 1, "DatapointsToAlarm": None}
RATE = {"Id": "rate", "Expression": "errors / invocations"}
ERRORS = query("errors", "Errors", FunctionName="orders")
WHAT = [
    (metric_alarm("this", "orders"), "Errors Sum > 5, 3 of 5 × 1 m"),
    (metric_alarm("this", "orders", DatapointsToAlarm=5), "Errors Sum > 5, 5 × 1 m"),
    (metric_alarm("this", "orders", **ONE_PERIOD, Period=3600), "Errors Sum > 5, 1 × 1 h"),
    (
        metric_alarm("this", "orders", MetricName="Duration", Statistic=None, ExtendedStatistic="p99", Threshold=29e3),
        "Duration p99 > 29,000 ms, 3 of 5 × 1 m",
    ),
    (
        metric_alarm("this", "orders", Threshold=0.05, ComparisonOperator="LessThanOrEqualToThreshold"),
        "Errors Sum ≤ 0.05, 3 of 5 × 1 m",
    ),
    (metric_alarm("this", "orders", ComparisonOperator="Resembles"), "Errors Sum Resembles 5, 3 of 5 × 1 m"),
    (math_alarm("this", {**RATE, "Label": "error rate"}, ERRORS), "error rate > 5, 3 of 5 × 5 m"),
    (math_alarm("this", RATE, ERRORS), "errors / invocations > 5, 3 of 5 × 5 m"),
    (
        math_alarm(
            "this",
            {**ERRORS, "ReturnData": True},
            {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(errors)"},
            Threshold=None,
            ComparisonOperator="LessThanLowerOrGreaterThanUpperThreshold",
        ),
        "Errors Sum outside its band, 3 of 5 × 5 m",
    ),
    (composite("this", f'ALARM(leaf)  OR\n ALARM("{arn("leaf")}")'), 'ALARM(leaf) OR ALARM("leaf")'),
]


@pytest.mark.parametrize(("alarm", "told"), WHAT, ids=[told for _, told in WHAT])
def test_when_an_alarm_fires_is_told_in_words(alarm: dict[str, Any], told: str) -> None:
    model = CompositeAlarm if "AlarmRule" in alarm else MetricAlarm
    assert condition(model.model_validate(alarm)) == told


def test_an_alarm_of_which_aws_tells_little_is_told_all_the_same() -> None:
    assert condition(MetricAlarm(alarm_name="this")) == "a query ?"


async def test_the_release_that_is_watched_is_told(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    release = dimensions(FunctionName="orders", Resource="orders:live", ExecutedVersion="7")
    assert "orders:live version 7" in await line_of(console, endpoint, metric_alarm("this", Dimensions=release))


async def test_the_age_of_the_state_is_told(console: MakeConsole, endpoint: ScriptedEndpoint, clock: Clock) -> None:
    assert "1 h" in await line_of(console, endpoint, metric_alarm("this", "orders", DatapointsToAlarm=5))


async def test_an_alarm_that_tells_nobody_is_marked(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    assert "disabled" in await line_of(console, endpoint, metric_alarm("this", "orders", ActionsEnabled=False))


async def test_an_alarm_that_could_not_be_evaluated_says_so_before_its_reason(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    alarm = metric_alarm("this", "orders", EvaluationState="EVALUATION_ERROR")
    assert "EVALUATION_ERROR: Threshold Crossed" in await line_of(console, endpoint, alarm)


# -- alarms that watch no function


async def test_alarms_that_watch_no_function_are_counted_and_capital_a_lists_them(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on(
        "cloudwatch", "DescribeAlarms", alarms(metric_alarm("a", "orders"), metric_alarm("b"), metric_alarm("c"))
    )
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_alarms(stage)
        await stage.wait_for("2 more watch no function")
        assert names(stage) == ["a"]
        await stage.press("A")
        await stage.wait_for("2 of them watch no function")
        assert names(stage) == ["a", "b", "c"]
        await stage.press("A")
        await stage.wait_for(lambda: names(stage) == ["a"])
        assert endpoint.counts[DESCRIBED] == 1


async def test_capital_a_while_pages_come_in_lists_the_others_of_all_pages(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    gate = asyncio.Event()

    def page(seen: Seen) -> Any:
        second = replace(alarms(metric_alarm("b")), after=gate)
        return second if b"NextToken" in seen.body else alarms(metric_alarm("a"), more="2")

    endpoint.on("cloudwatch", "DescribeAlarms", page)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_alarms(stage)
        await stage.wait_for("reading, page 2…")
        await stage.press("A")
        await stage.wait_for(lambda: names(stage) == ["a"])
        gate.set()
        await stage.wait_for("Alarms 2")


async def test_where_no_alarm_watches_a_function_the_others_are_told(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("cloudwatch", "DescribeAlarms", alarms(metric_alarm("cpu", Namespace="AWS/EC2")))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_alarms(stage)
        await stage.wait_for("No alarms watch a function of us-east-1.")
        assert "1 watch something else: A lists them." in stage.text


async def test_a_region_without_alarms_says_so(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("cloudwatch", "DescribeAlarms", alarms())
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_alarms(stage)
        await stage.wait_for("No alarms in us-east-1.")


# -- into the function


async def test_enter_opens_the_function(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    one_function(endpoint, "orders")
    endpoint.on("cloudwatch", "DescribeAlarms", alarms(metric_alarm("errors", "orders")))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_alarms(stage)
        await stage.wait_for(lambda: names(stage) == ["errors"])
        await stage.press("enter")
        await stage.wait_for("⏎ opens the function")
        await stage.press("enter")
        await stage.wait_for("1 Overview")
        assert stage.app._main.subject is not None
        assert stage.app._main.subject.name == "orders"


@pytest.mark.parametrize(
    ("function", "told"), [("deleted", "orphaned: there is no function"), ("", "it watches no function")]
)
async def test_enter_says_why_it_has_no_function_to_open(
    console: MakeConsole, endpoint: ScriptedEndpoint, function: str, told: str
) -> None:
    endpoint.on("cloudwatch", "DescribeAlarms", alarms(metric_alarm("errors", function)))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_alarms(stage)
        await stage.wait_for("errors" if function else "watch something else")
        await stage.press(*(() if function else ("A",)))
        await stage.wait_for(lambda: names(stage) == ["errors"])
        await stage.press("enter")
        await stage.wait_for("⏎ opens the function")
        await stage.press("enter")
        await stage.wait_for(told)


async def test_an_alarm_over_every_function_names_none_to_open(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    query = {"Id": "q", "Expression": 'SELECT SUM(Errors) FROM "AWS/Lambda"', "Period": 60}
    endpoint.on("cloudwatch", "DescribeAlarms", alarms(math_alarm("errors", query)))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_alarms(stage)
        await stage.wait_for("every function")
        await stage.press("enter")
        await stage.wait_for("⏎ opens the function")
        await stage.press("enter")
        await stage.wait_for("it watches every function")


# -- all that is known of one


async def facts_of(stage: Stage) -> str:
    """What the dialog says, on one line."""
    await open_alarms(stage)
    await stage.wait_for("Alarms 1")
    await stage.press("enter")
    await stage.wait_for("⏎ opens the function")
    return " ".join(stage.text.replace("│", " ").split())


async def test_what_a_narrow_row_has_no_room_for_is_in_the_dialog(
    console: MakeConsole, endpoint: ScriptedEndpoint, clock: Clock
) -> None:
    found = metric_alarm(
        "errors",
        "orders",
        "ALARM",
        AlarmDescription="somebody loses money",
        TreatMissingData="notBreaching",
        AlarmActions=["arn:aws:sns:us-east-1:123456789012:oncall"],
        OKActions=["arn:aws:sns:us-east-1:123456789012:relief"],
    )
    endpoint.on("cloudwatch", "DescribeAlarms", alarms(found))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        told = await facts_of(stage)
    for fact in (
        "state ! ALARM",
        "since 2026-11-20 21:00:00Z (1 h ago)",
        "reason Threshold Crossed: 1 datapoint was greater than the threshold.",
        "description somebody loses money",
        "when Errors Sum > 5, 3 of 5 × 1 m",
        "metric AWS/Lambda Errors Sum of FunctionName orders, every 1 m",
        "missing data notBreaching",
        "orders: not among the functions of the region",
        "on ALARM arn:aws:sns:us-east-1:123456789012:oncall",
        "on OK arn:aws:sns:us-east-1:123456789012:relief",
    ):
        assert fact in told


async def test_metric_math_is_told_query_by_query(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("cloudwatch", "DescribeAlarms", alarms(math_alarm("rate", {**RATE, "Label": "error rate"}, ERRORS)))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        told = await facts_of(stage)
    assert "rate errors / invocations" in told
    assert "errors AWS/Lambda Errors Sum of FunctionName orders, every 5 m" in told


# -- when it cannot be read


async def test_alarms_that_may_not_be_read_are_not_told_as_none(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("cloudwatch", "DescribeAlarms", error("AccessDenied", 403))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_alarms(stage)
        await stage.wait_for("⊘ not permitted: cloudwatch:DescribeAlarms")
        assert "No alarms" not in stage.text


async def test_when_the_second_page_fails_the_first_stays_with_what_went_wrong(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    def page(seen: Seen) -> Any:
        first = alarms(metric_alarm("a", "orders"), more="2")
        return error("AccessDenied", 403) if b"NextToken" in seen.body else first

    endpoint.on("cloudwatch", "DescribeAlarms", page)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_alarms(stage)
        await stage.wait_for("⊘ not permitted: cloudwatch:DescribeAlarms")
        assert names(stage) == ["a"]
        assert "Alarms 1…" in stage.text


async def test_rows_that_could_not_be_read_again_say_how_stale_they_are(
    console: MakeConsole, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lambdatui.ui.session.FIRST_RETRY_S", 3600.0)
    endpoint.on("cloudwatch", "DescribeAlarms", alarms(metric_alarm("errors", "orders")), error("AccessDenied", 403))
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await open_alarms(stage)
        await stage.wait_for("Alarms 1")
        await stage.press("ctrl+r")
        await stage.wait_for("⊘ stale ")
        assert names(stage) == ["errors"]


async def test_a_failure_keeps_the_rows_and_passes_by_itself(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    gate = asyncio.Event()
    whole = alarms(metric_alarm("errors", "orders"))
    again = replace(alarms(metric_alarm("errors", "orders", "ALARM")), after=gate)
    endpoint.on("cloudwatch", "DescribeAlarms", whole, error("AccessDenied", 403), again)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_alarms(stage)
        await stage.wait_for("Alarms 1")
        await stage.press("ctrl+r")
        await stage.wait_for(lambda: endpoint.counts[DESCRIBED] == 3)
        assert stage.app.session.errors
        assert names(stage) == ["errors"]
        gate.set()
        await stage.wait_for(lambda: shown(stage)[0].alarm.firing)


@pytest.mark.parametrize("sent", ["\x1b[31mx", "[red]x[/red]", "abc\u202egnp.exe", "one\ntwo"])
async def test_whatever_names_and_reasons_hold_is_harmless(
    console: MakeConsole, endpoint: ScriptedEndpoint, sent: str
) -> None:
    metric = metric_alarm(f"n{sent}", f"f{sent}", f"s{sent}", StateReason=f"r{sent}", MetricName=f"m{sent}")
    over = composite(f"c{sent}", f'ALARM("n{sent}")', StateReason=f"q{sent}")
    endpoint.on("cloudwatch", "DescribeAlarms", alarms(metric, over))
    async with on_stage(console(endpoint.url), BROAD) as stage:
        await open_alarms(stage)
        await stage.wait_for("Alarms 2")
        await stage.press("enter")
        await stage.wait_for("⏎ opens the function")
        text = stage.text.replace("\n", "")
        await stage.press("enter")
        await stage.wait_for("orphaned")
        text += stage.text.replace("\n", "")
        assert not [letter for letter in text if unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cs"}]
        assert "red]x" in text or "[red]" not in sent


RELEASE = dimensions(FunctionName="orders-api", Resource="orders-api:live", ExecutedVersion="14")
ERRORS_OF_RELEASE = {"Metric": {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": RELEASE}, "Period": 60}


@pytest.mark.parametrize(("keys", "then"), [((), ""), (("enter",), "⏎ opens the function")], ids=["list", "facts"])
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])
def test_how_it_looks(
    snap_compare: Compare,
    console: MakeConsole,
    clock: Clock,
    size: tuple[int, int],
    keys: tuple[str, ...],
    then: str,
) -> None:
    crossed = "Threshold Crossed: 3 out of the last 5 datapoints were greater than the threshold (5.0)."
    found = [
        metric_alarm("orders-stream-behind", "orders-stream", MetricName="IteratorAge", Threshold=30_000),
        metric_alarm("payments-processor-errors", "payments-processor", "ALARM", StateReason=crossed),
        metric_alarm("refunds-worker-errors", "refunds-worker", "ALARM", ActionsEnabled=False, StateReason=crossed),
        math_alarm(
            "orders-api-error-rate",
            {"Id": "rate", "Expression": "100 * errors / invocations", "Label": "error rate"},
            {"Id": "errors", "MetricStat": ERRORS_OF_RELEASE, "ReturnData": False},
        ),
        metric_alarm("mails-dropped", "notifications-email", "INSUFFICIENT_DATA", StateReason="Insufficient Data"),
        metric_alarm("strange", "thumbnails", "SIMMERING"),
        composite("shop-unwell", "ALARM(payments-processor-errors) OR ALARM(orders-stream-behind)", "ALARM"),
        metric_alarm("cpu", Namespace="AWS/EC2"),
    ]
    with ScriptedEndpoint.in_thread() as account:
        account.many_functions(0)
        account.on("lambda", "ListFunctions", listing())
        account.on("cloudwatch", "DescribeAlarms", alarms(*found))

        async def prepare(pilot: Pilot[None]) -> None:
            await shown_on(pilot, "123456789012")
            await pilot.press("colon", *"alarms", "enter")
            await shown_on(pilot, "SIMMERING")
            await until(pilot, lambda text: "reading" not in text)
            await pilot.press(*keys)
            await shown_on(pilot, then)

        assert snap_compare(console(account.url), terminal_size=size, run_before=prepare)
