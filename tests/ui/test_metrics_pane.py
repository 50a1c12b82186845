"""The metrics of one function: what is drawn, what is told beside it, and what the keys do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from lambdatui.ui.app import Console
from lambdatui.ui.panes.metrics import MetricsPane
from lambdatui.ui.panes.pane import IDLE_MS
from lambdatui.ui.widgets.time_chart import TimeChart
from tests.support.alarms import alarms, composite, metric_alarm
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, error, json_answer
from tests.support.metrics import MINUTE, TEN, Points, dimensions, result
from tests.support.releases import alias, aliases, version, versions
from tests.ui.answers import one_function
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.stage import NARROW, WIDE, Stage, on_stage
from tests.ui.test_looks import Compare, shown, until

OPEN = "6"
BROAD = (200, 40)
"""Wide enough for the headings to say all they have to say."""
Key = tuple[str, str, str, str]
"""A metric: its name, the statistic, the qualifier and the version that ran, both empty for all of the function."""


class Metered:
    """A CloudWatch that knows the metrics of orders, and tells what it was asked."""

    def __init__(self, endpoint: ScriptedEndpoint) -> None:
        self.points: dict[Key, Points] = {}
        self.codes: dict[Key, str] = {}
        self.asked: list[list[Key]] = []
        endpoint.on("cloudwatch", "GetMetricData", self.answer)

    def put(self, metric: str, points: Points, stat: str = "Sum", of: str = "", version: str = "") -> None:
        self.points[metric, stat, of, version] = points

    def answer(self, seen: Seen) -> Answer:
        queries = json.loads(seen.body)["MetricDataQueries"]
        keys = [_key(query["MetricStat"]) for query in queries]
        self.asked.append(keys)
        return json_answer(
            {
                "MetricDataResults": [
                    result(query["Id"], self.points.get(key, {}), self.codes.get(key, "Complete"))
                    for query, key in zip(queries, keys, strict=True)
                ]
            }
        )


def _key(stat: Mapping[str, Any]) -> Key:
    named = dict(dimensions(stat["Metric"]))
    resource = named.get("Resource", "").partition(":")[2]
    return stat["Metric"]["MetricName"], stat["Stat"], resource, named.get("ExecutedVersion", "")


def at(minutes_ago: int) -> int:
    """Epoch ms of a minute before the standing clock's."""
    return TEN - minutes_ago * MINUTE


def an_hour(value: float, rise: float = 0.0) -> dict[int, float]:
    """A value for every minute of the last hour but the two that are not published yet."""
    return {at(ago): value + rise * (60 - ago) for ago in range(59, 1, -1)}


@pytest.fixture
def metered(endpoint: ScriptedEndpoint, clock: Clock) -> Metered:
    """An account of one function with an ordinary hour, and nothing beside it."""
    return ordinary(endpoint)


def ordinary(endpoint: ScriptedEndpoint) -> Metered:
    one_function(endpoint, Timeout=3)
    endpoint.on("lambda", "ListAliases", aliases())
    endpoint.on("lambda", "ListVersionsByFunction", versions(version("orders", "$LATEST")))
    endpoint.on("lambda", "GetFunctionConcurrency", json_answer({}))
    limits = {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 900}
    endpoint.on("lambda", "GetAccountSettings", json_answer({"AccountLimit": limits, "AccountUsage": {}}))
    endpoint.on("cloudwatch", "DescribeAlarms", alarms())
    endpoint.on("cloudtrail", "LookupEvents", json_answer({"Events": []}))
    endpoint.on("logs", "FilterLogEvents", reports({at(ago): 12 for ago in range(50, 30, -10)}))
    metered = Metered(endpoint)
    metered.put("Invocations", an_hour(120))
    metered.put("Errors", {at(12): 9.0, at(11): 14.0})
    metered.put("Duration", an_hour(200), "p50")
    metered.put("Duration", an_hour(400, 5), "p95")
    metered.put("Duration", an_hour(900, 20), "p99")
    metered.put("ConcurrentExecutions", an_hour(24), "Maximum")
    return metered


REPORT = "REPORT RequestId: {}\tDuration: 3.10 ms\tBilled Duration: 546 ms\tInit Duration: 542.01 ms"


def reports(cold: Mapping[int, int], more: str = "") -> Answer:
    """A page of reports of cold starts: how many there were, by epoch ms; `more` is the token of the next one."""
    events = [
        {"timestamp": at_ms, "message": REPORT.format(f"{at_ms}-{number}"), "logStreamName": "s", "ingestionTime": 0}
        for at_ms, count in cold.items()
        for number in range(count)
    ]
    return json_answer({"events": events, **({"nextToken": more} if more else {})})


async def open_metrics(stage: Stage, told: str = "Invocations per 1 m") -> None:
    await stage.wait_until_read()
    await stage.press("enter", OPEN)
    await stage.wait_for(told)


@pytest.fixture
def metered_console(console: MakeConsole, endpoint: ScriptedEndpoint) -> MakeConsole:
    """Makes consoles that may spend something on metrics."""

    def make(**particular: Any) -> Console:
        return console(endpoint.url, settings={"metrics_budget_cents": 25}, **particular)

    return make


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks for news without rest."""
    monkeypatch.setattr("lambdatui.ui.panes.metrics.LOOK_EVERY_MS", 100)


def headings(stage: Stage) -> list[str]:
    """The names of the charts that are drawn."""
    pane = stage.app.screen.query_one(MetricsPane)
    return [chart.drawing.title for chart in pane.charts if chart.display and chart.drawing is not None]


def of_tab(metered: Metered) -> list[list[Key]]:
    """What the tab asked for, and not the list under it."""
    return [asked for asked in metered.asked if any(stat == "p50" for _, stat, _, _ in asked)]


# -- what is drawn


ALWAYS = ["Invocations per 1 m", "Duration", "Throttles per 1 m", "Concurrency", "Cold starts"]


async def test_what_means_something_of_every_function_is_drawn_with_one_call(
    metered_console: MakeConsole, metered: Metered
) -> None:
    async with on_stage(metered_console()) as stage:
        await open_metrics(stage)
        await until_learned(stage)
        assert headings(stage) == ALWAYS
    assert len(of_tab(metered)) == 1


OTHERS = {
    ("IteratorAge", "Maximum"): "Iterator age",
    ("AsyncEventAge", "Maximum"): "Age of asynchronous events",
    ("DeadLetterErrors", "Sum"): "Events lost per 1 m",
    ("Url5xxCount", "Sum"): "Function URL per 1 m",
}


async def test_other_charts_are_drawn_where_there_is_data(metered_console: MakeConsole, metered: Metered) -> None:
    for metric, stat in OTHERS:
        metered.put(metric, an_hour(7), stat)
    async with on_stage(metered_console()) as stage:
        await open_metrics(stage)
        await until_learned(stage)
        assert headings(stage) == [*ALWAYS, *OTHERS.values()]


async def test_limits_stand_beside_what_they_limit(
    metered_console: MakeConsole, metered: Metered, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "GetFunctionConcurrency", json_answer({"ReservedConcurrentExecutions": 30}))
    async with on_stage(metered_console(), BROAD) as stage:
        await open_metrics(stage)
        await stage.wait_for("─ timeout 3.0 s")
        await stage.wait_for("─ reserved 30  ─ account 1,000")


async def test_nothing_in_the_window_is_told(metered_console: MakeConsole, metered: Metered) -> None:
    metered.points.clear()
    async with on_stage(metered_console(), NARROW) as stage:
        await open_metrics(stage, "Nothing happened in 1 h: CloudWatch has no data.")


# -- cold starts


LOGS = "logs:FilterLogEvents"


async def test_cold_starts_are_a_share_of_the_invocations(metered_console: MakeConsole, metered: Metered) -> None:
    async with on_stage(metered_console(), BROAD) as stage:
        await open_metrics(stage)
        await stage.wait_for("Cold starts  o of invocations max 10 %")


async def test_a_log_that_was_not_read_to_its_end_says_how_far(
    metered_console: MakeConsole, metered: Metered, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("logs", "FilterLogEvents", reports({at(40): 6}, more="2"), reports({at(30): 1}, more="3"))
    async with on_stage(metered_console(), BROAD) as stage:
        await open_metrics(stage)
        await stage.wait_for("of invocations max 5.0 % partial: read until 21:30Z")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("AccessDeniedException", "cold starts: not permitted: logs:FilterLogEvents"),
        ("ResourceNotFoundException", "cold starts: there is no log group yet"),
    ],
)
async def test_a_log_that_cannot_be_read_is_told(
    metered_console: MakeConsole, metered: Metered, endpoint: ScriptedEndpoint, code: str, told: str
) -> None:
    endpoint.on("logs", "FilterLogEvents", error(code))
    async with on_stage(metered_console(), BROAD) as stage:
        await open_metrics(stage)
        await stage.wait_for(told)
        assert "Cold starts" not in headings(stage)


async def test_a_log_without_reports_is_not_read_for_them(
    metered_console: MakeConsole, metered: Metered, endpoint: ScriptedEndpoint
) -> None:
    one_function(endpoint, Timeout=3, LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": "WARN"})
    async with on_stage(metered_console(), BROAD) as stage:
        await open_metrics(stage)
        await stage.wait_for("cold starts: system log level WARN keeps reports out of the log")
    assert endpoint.counts[LOGS] == 0


async def test_the_log_is_read_again_when_a_period_has_ended_and_no_further_back_than_needed(
    metered_console: MakeConsole, metered: Metered, endpoint: ScriptedEndpoint, clock: Clock, impatient: None
) -> None:
    asked: list[int] = []

    def answer(seen: Seen) -> Answer:
        asked.append(json.loads(seen.body)["startTime"])
        return reports({at(40): 12})

    endpoint.on("logs", "FilterLogEvents", answer)
    async with on_stage(metered_console(), BROAD) as stage:
        await open_metrics(stage)
        await until_learned(stage)
        await stage.press("r")  # the other parts are asked anew, and what was read is not
        clock.now_ms += MINUTE
        await stage.wait_for(lambda: len(asked) == 2)
        assert asked == [at(59), at(2)]
        assert "of invocations max 10 %" in stage.text


# -- reading values


async def read_at(stage: Stage, minutes_ago: int) -> None:
    """Moves the cursor to a minute; the running one is the last."""
    await stage.press(*["left"] * (minutes_ago + 1))
    await stage.wait_for(f"▼ 2026-11-20 {'22:00' if not minutes_ago else f'21:{60 - minutes_ago}'}:00Z")


async def test_the_cursor_reads_the_values_of_a_moment(metered_console: MakeConsole, metered: Metered) -> None:
    async with on_stage(metered_console(), BROAD) as stage:
        await open_metrics(stage)
        await read_at(stage, 12)
        assert "invocations 120  errors 9  p50 200 ms  p95 640 ms  p99 1.9 s" in stage.text


async def test_a_count_that_is_missing_is_zero_and_a_percentile_is_a_gap(
    metered_console: MakeConsole, metered: Metered
) -> None:
    metered.put("Duration", {at(20): 100.0}, "p50")
    async with on_stage(metered_console(), BROAD) as stage:
        await open_metrics(stage)
        await read_at(stage, 5)
        assert "x errors 0" in stage.text
        assert ". p50 -" in stage.text


async def test_what_cannot_be_published_yet_is_not_taken_for_zero(
    metered_console: MakeConsole, metered: Metered
) -> None:
    async with on_stage(metered_console(), BROAD) as stage:
        await open_metrics(stage)
        await read_at(stage, 1)
        assert "x errors -" in stage.text


async def test_enter_opens_the_log_at_the_moment(metered_console: MakeConsole, metered: Metered) -> None:
    async with on_stage(metered_console(), NARROW) as stage:
        await open_metrics(stage)
        await read_at(stage, 12)
        await stage.press("enter")
        await stage.wait_for(lambda: stage.app._main.detail and stage.app._main.detail.tab_line.open_tab == "logs")
        assert stage.app.session.feed is not None
        assert stage.app.session.feed.since_ms == at(12)


async def test_enter_without_a_moment_says_how_to_choose_one(metered_console: MakeConsole, metered: Metered) -> None:
    async with on_stage(metered_console(), NARROW) as stage:
        await open_metrics(stage)
        await stage.press("enter")
        await stage.wait_for("left and right choose a moment first")


async def test_escape_takes_the_cursor_away_before_it_leaves(metered_console: MakeConsole, metered: Metered) -> None:
    async with on_stage(metered_console(), NARROW) as stage:
        await open_metrics(stage)
        await read_at(stage, 3)
        await stage.press("escape")
        await stage.wait_for("left and right read the values")
        assert "▼" not in stage.text


# -- releases


async def test_r_looks_at_each_alias_and_then_at_its_versions(
    metered_console: MakeConsole, metered: Metered, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "ListAliases", aliases(alias("live", 13, v14=0.1)))
    metered.put("Invocations", an_hour(90), of="live")
    metered.put("Invocations", an_hour(80), of="live", version="13")
    metered.put("Invocations", an_hour(10), of="live", version="14")
    metered.put("Errors", an_hour(5), of="live", version="14")
    async with on_stage(metered_console(), BROAD) as stage:
        await open_metrics(stage)
        await until_learned(stage)
        await stage.press("r")
        await stage.wait_for("Metrics  alias live")
        await stage.wait_for("invocations 5,220")
        await stage.press("r")
        await stage.wait_for("Metrics  alias live, 13 against 14")
        await stage.wait_for("o version 13 max 0 %  x version 14 max 50 %")
        await stage.press("r")
        await stage.wait_for("Metrics  whole function")


async def test_r_tells_that_there_is_no_alias(metered_console: MakeConsole, metered: Metered) -> None:
    async with on_stage(metered_console(), NARROW) as stage:
        await open_metrics(stage)
        await until_learned(stage)
        await stage.press("r")
        await stage.wait_for("orders has no alias")


def learned(app: App[Any]) -> bool:
    """Whether all that is asked for beside the metrics was answered."""
    return not any(part.pending for part in app.screen.query_one(MetricsPane).parts.values())


async def until_learned(stage: Stage) -> None:
    await stage.wait_for(lambda: learned(stage.app))


# -- what explains them


def deployed(endpoint: ScriptedEndpoint) -> None:
    """Version 14 went out at 21:47, and the alias followed by CloudTrail's account."""
    published = version("orders", "14", LastModified="2026-11-20T21:47:00.000+0000")
    endpoint.on("lambda", "ListVersionsByFunction", versions(version("orders", "$LATEST"), published))
    moved = {
        "EventId": "1",
        "EventName": "UpdateAlias20150331",
        "EventTime": at(11) / 1_000,
        "CloudTrailEvent": json.dumps({"requestParameters": {"name": "live", "functionVersion": "14"}}),
    }
    endpoint.on("cloudtrail", "LookupEvents", json_answer({"Events": [moved]}))


async def test_deployments_have_a_letter_in_the_charts_and_a_line_that_explains_it(
    metered_console: MakeConsole, metered: Metered, endpoint: ScriptedEndpoint
) -> None:
    deployed(endpoint)
    async with on_stage(metered_console(), NARROW) as stage:
        await open_metrics(stage)
        await stage.wait_for("A 14 published 21:47Z   B live → 14 21:49Z")
        top = next(line for line in stage.text.splitlines() if "200┤" in line)
        assert top.split() == ["200┤", "A", "B"]


async def test_without_cloudtrail_versions_are_marked_all_the_same(
    metered_console: MakeConsole, metered: Metered, endpoint: ScriptedEndpoint
) -> None:
    deployed(endpoint)
    endpoint.on("cloudtrail", "LookupEvents", error("AccessDeniedException"))
    async with on_stage(metered_console(), NARROW) as stage:
        await open_metrics(stage)
        await stage.wait_for("⊘ changes: not permitted: cloudtrail:LookupEvents")
        await stage.wait_for("A 14 published 21:47Z")


async def test_alarms_that_watch_the_function_stand_above_the_charts(
    metered_console: MakeConsole, metered: Metered, endpoint: ScriptedEndpoint
) -> None:
    watching = metric_alarm("orders-slow", "orders"), metric_alarm("orders-errors", "orders", "ALARM")
    other, over = metric_alarm("refunds-errors", "refunds", "ALARM"), composite("shop", "ALARM(orders-slow)")
    endpoint.on("cloudwatch", "DescribeAlarms", alarms(*watching, other, over))
    async with on_stage(metered_console(), NARROW) as stage:
        await open_metrics(stage)
        await stage.wait_for("! ALARM 1 h  orders-errors")
        assert "OK 1 h  orders-slow" in stage.text
        assert "OK 1 h  shop" in stage.text
        assert "refunds-errors" not in stage.text


async def test_alarms_that_may_not_be_read_are_told(
    metered_console: MakeConsole, metered: Metered, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("cloudwatch", "DescribeAlarms", error("AccessDeniedException"))
    async with on_stage(metered_console(), NARROW) as stage:
        await open_metrics(stage)
        await stage.wait_for("⊘ alarms: not permitted: cloudwatch:DescribeAlarms")


# -- what is not known


async def test_a_metric_that_aws_refuses_is_not_permitted(metered_console: MakeConsole, metered: Metered) -> None:
    metered.codes["Errors", "Sum", "", ""] = "Forbidden"
    metered.put("Errors", {})
    async with on_stage(metered_console(), NARROW) as stage:
        await open_metrics(stage, "x errors - ⊘ not permitted")
        await stage.wait_for("! some forbidden")


async def test_a_series_that_came_in_part_says_so(metered_console: MakeConsole, metered: Metered) -> None:
    metered.codes["Errors", "Sum", "", ""] = "PartialData"
    async with on_stage(metered_console(), NARROW) as stage:
        await open_metrics(stage, "x errors 23 in part")
        await stage.wait_for("! some partial")


async def test_metrics_that_may_not_be_read_are_told_and_tried_again(
    metered_console: MakeConsole, metered: Metered, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("cloudwatch", "GetMetricData", error("AccessDeniedException"))
    async with on_stage(metered_console(), NARROW) as stage:
        await open_metrics(stage, "⊘ not permitted: cloudwatch:GetMetricData")
        endpoint.on("cloudwatch", "GetMetricData", metered.answer)
        await stage.wait_for("Invocations per 1 m")
        await stage.wait_gone("not permitted: cloudwatch")


async def test_what_is_on_screen_stays_there_when_it_cannot_be_read_again(
    metered_console: MakeConsole, metered: Metered, endpoint: ScriptedEndpoint, clock: Clock
) -> None:
    async with on_stage(metered_console(), WIDE) as stage:
        await open_metrics(stage)
        endpoint.on("cloudwatch", "GetMetricData", error("InternalFailure", 500))
        clock.now_ms += 2 * MINUTE
        await stage.press("ctrl+r")
        await stage.wait_for("! stale 2 m: ")
        assert "invocations 6,960" in stage.text


async def test_without_a_budget_nothing_is_asked_for_and_that_is_told(
    console: MakeConsole, metered: Metered, endpoint: ScriptedEndpoint
) -> None:
    async with on_stage(console(endpoint.url, settings={"metrics_budget_cents": 0}), NARROW) as stage:
        await open_metrics(stage, "Nothing is asked for: slowed by the budget")
    assert metered.asked == []


# -- when it is asked for


async def test_a_longer_window_has_its_own_period(metered_console: MakeConsole, metered: Metered) -> None:
    async with on_stage(metered_console(), NARROW) as stage:
        await open_metrics(stage)
        await stage.press("right_square_bracket")
        await stage.wait_for("last 3 h")
        await stage.wait_for("Invocations per 5 m")


async def test_it_is_asked_again_when_a_period_has_ended(
    metered_console: MakeConsole, metered: Metered, clock: Clock, impatient: None
) -> None:
    async with on_stage(metered_console(), NARROW) as stage:
        await open_metrics(stage)
        clock.now_ms += MINUTE
        await stage.wait_for(lambda: len(of_tab(metered)) == 2)


async def test_a_tab_that_is_hidden_asks_for_nothing(
    metered_console: MakeConsole, metered: Metered, clock: Clock, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lambdatui.ui.panes.functions.LOOK_EVERY_S", 0.1)
    async with on_stage(metered_console(), NARROW) as stage:
        await open_metrics(stage)
        await stage.press("escape")
        pane = stage.app.screen.query_one(MetricsPane)
        await stage.wait_for(lambda: pane.hidden)
        clock.now_ms += MINUTE
        asked = len(metered.asked)
        await stage.wait_for(lambda: len(metered.asked) > asked)  # the list under it has asked since
        assert len(of_tab(metered)) == 1
        await stage.press("enter")
        await stage.wait_for(lambda: len(of_tab(metered)) == 2)


async def test_an_operator_who_is_away_costs_nothing(
    metered_console: MakeConsole, metered: Metered, clock: Clock, impatient: None
) -> None:
    async with on_stage(metered_console(), NARROW) as stage:
        await open_metrics(stage)
        clock.now_ms += IDLE_MS + MINUTE
        await stage.wait_for("as of 22:00Z")
        assert len(of_tab(metered)) == 1


async def test_what_did_not_change_is_not_painted_again(
    metered_console: MakeConsole, metered: Metered, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(metered_console(), WIDE) as stage:
        await open_metrics(stage)
        await until_learned(stage)
        await stage.pilot.pause()
        painted: list[object] = []
        monkeypatch.setattr(TimeChart, "_draw", lambda chart, *_regions: painted.append(chart))
        pane = stage.app.screen.query_one(MetricsPane)
        pane._read_ms = None
        pane.read_again()
        await stage.wait_for(lambda: pane._read_ms is not None)
        await until_learned(stage)
        assert painted == []


# -- how it looks


@pytest.fixture
def account(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedEndpoint]:
    """The same account beside the loop that the picture is taken in, with a deployment after which errors began."""
    with ScriptedEndpoint.in_thread() as endpoint:
        endpoint.many_functions(0)
        metered = ordinary(endpoint)
        metered.put("Errors", {at(ago): 30.0 + ago for ago in range(12, 1, -1)})
        deployed(endpoint)
        endpoint.on("cloudwatch", "DescribeAlarms", alarms(metric_alarm("orders-errors", "orders", "ALARM")))
        yield endpoint


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])
@pytest.mark.parametrize("no_color", [False, True], ids=["colours", "monochrome"])
def test_charts(
    console: MakeConsole, account: ScriptedEndpoint, snap_compare: Compare, size: tuple[int, int], no_color: bool
) -> None:
    async def prepare(pilot: Pilot[None]) -> None:
        await shown(pilot, "orders")
        await pilot.press("enter", OPEN)
        await shown(pilot, "p95")
        await until(pilot, lambda _: learned(pilot.app))
        await pilot.press(*["left"] * 12)
        await shown(pilot, "▼ 2026-11-20 21:49:00Z")

    app = console(account.url, settings={"metrics_budget_cents": 25}, no_color=no_color)
    assert snap_compare(app, terminal_size=size, run_before=prepare)
