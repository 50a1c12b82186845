"""The pulse of a region: what is asked, what it says at one look, where it leads, and what it says when told less."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from lambdatui.ui.panes.pane import IDLE_MS
from lambdatui.ui.panes.pulse import PulsePane
from lambdatui.ui.panes.pulse_page import Finding
from tests.support.alarms import alarms, metric_alarm
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, error, function, json_answer
from tests.support.metrics import MINUTE, CloudWatch, result
from tests.ui.answers import all_parts, detail, listing
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.stage import NARROW, WIDE, Stage, on_stage
from tests.ui.test_looks import Compare, until
from tests.ui.test_looks import shown as shown_on

ASKED = "cloudwatch:GetMetricData"
METERED = {"metrics_budget_cents": 25}
SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])

REGION = {
    "Invocations": 12_431.0,
    "Errors": 312.0,
    "Throttles": 45.0,
    "Duration": 412.0,
    "ConcurrentExecutions": 187.0,
    "ClaimedAccountConcurrency": 412.0,
}
WELL = {"Invocations": 500.0, "Errors": 0.0, "Throttles": 0.0, "Duration": 90.0}
SICK = {
    "payments-processor": {**WELL, "Invocations": 3_400.0, "Errors": 280.0, "Duration": 2_700.0},
    "refunds-worker": {**WELL, "Invocations": 40.0, "Errors": 30.0},
    "orders-api": {**WELL, "Invocations": 8_000.0, "Errors": 2.0},
    "orders-stream": {**WELL, "Throttles": 45.0, "IteratorAge": 720_000.0},
    "orders-export": {**WELL, "Duration": 2_900.0},
    "thumbnails": WELL,
}
QUIET = {"audit-trail", "stock-levels"}


class Insights(CloudWatch):
    """One that ranks functions, too, unless `refused`."""

    refused: Answer | None = None

    def _answer(self, seen: Seen) -> Answer:
        query = json.loads(seen.body)["MetricDataQueries"][0]
        ranked = re.search(r"\((\w+)\)", query.get("Expression", ""))
        if ranked is None:
            return super()._answer(seen)
        self.asked.append(json.loads(seen.body))
        if self.refused is not None:
            return self.refused
        named = {name: points for (metric, name), points in self.points.items() if name and metric == ranked[1]}
        return json_answer(
            {"MetricDataResults": [result(query["Id"], points, label=name) for name, points in named.items()]}
        )


def serve(endpoint: ScriptedEndpoint, now_ms: int, told: Mapping[str, Mapping[str, float]] = SICK) -> Insights:
    """An account where most things go wrong, five minutes ago."""
    modified = {"payments-processor": "2026-11-20T21:48:12.000+0000", "thumbnails": "2026-11-20T21:12:00.000+0000"}
    fleet = [
        function(name, LastModified=modified.get(name, "2026-01-02T10:11:12.000+0000")) for name in (*told, *QUIET)
    ]
    endpoint.on("lambda", "ListFunctions", listing(*fleet))
    endpoint.on("lambda", "GetFunction", lambda seen: detail(seen.path.rpartition("/")[2]))
    all_parts(endpoint)
    limits = {"ConcurrentExecutions": 1_000, "UnreservedConcurrentExecutions": 800}
    endpoint.on("lambda", "GetAccountSettings", json_answer({"AccountLimit": limits}))
    endpoint.on(
        "cloudwatch",
        "DescribeAlarms",
        alarms(
            metric_alarm("payments-errors", "payments-processor", "ALARM"),
            metric_alarm("orders-errors", "orders-api"),
            metric_alarm("cpu", value="ALARM", Namespace="AWS/EC2"),
        ),
    )
    cloud = Insights(endpoint)
    minute = now_ms // MINUTE * MINUTE - 5 * MINUTE
    for name, values in {"": REGION, **told}.items():
        for metric, value in values.items():
            cloud.points[metric, name] = {minute: value}
    return cloud


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The functions of the first screen are asked about nothing, so that what is asked is asked for the pulse."""
    monkeypatch.setattr("lambdatui.ui.panes.functions.FunctionsPane.start_asking", lambda _pane: None)


@pytest.fixture
def cloud(endpoint: ScriptedEndpoint, clock: Clock) -> Insights:
    return serve(endpoint, clock.now_ms)


def findings(stage: Stage) -> list[Finding]:
    return stage.app.screen.query_one(PulsePane).table.shown


def section(stage: Stage, title: str) -> list[Finding]:
    return [finding for finding in findings(stage) if finding.section == title]


def told(stage: Stage, title: str) -> list[tuple[str, str, str]]:
    """Glyph, what and number of each finding in a section."""
    return [(finding.mark[0], finding.what, finding.number) for finding in section(stage, title)]


async def open_pulse(stage: Stage, seen: str = "") -> None:
    await stage.wait_until_read()
    await stage.app.session.metrics()  # as the list of functions has done by then
    await stage.app.go("pulse")
    await stage.wait_for(lambda: findings(stage) and not any(finding.what == "…" for finding in findings(stage)))
    await stage.wait_for(seen)


# -- what it says


async def test_every_section_tells_the_worst_first(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights
) -> None:
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await open_pulse(stage)
        assert {
            title: told(stage, title) for title in dict.fromkeys(finding.section for finding in findings(stage))
        } == {
            "Region": [
                (" ", "Invocations", "12.4 k"),
                ("✗", "Errors", "312"),
                ("▼", "Throttles", "45"),
                (" ", "Duration p95", "412 ms"),
            ],
            "Account": [("✓", "Concurrency", "412/1,000")],
            "Alarms": [("!", "payments-errors", "1 h")],
            "Errors": [("✗", "payments-processor", "280"), ("✗", "refunds-worker", "30"), (" ", "orders-api", "2")],
            "Throttles": [("▼", "orders-stream", "45")],
            "Slowest": [
                ("◷", "orders-export", "2.9 s"),
                ("◷", "payments-processor", "2.7 s"),
                (" ", "orders-api", "90 ms"),
                (" ", "orders-stream", "90 ms"),
                (" ", "refunds-worker", "90 ms"),
                (" ", "thumbnails", "90 ms"),
            ],
            "Streams": [("«", "orders-stream", "12 m")],
            "Changed": [(" ", "payments-processor", "11 m"), (" ", "thumbnails", "48 m")],
        }


async def test_one_line_says_whether_the_region_is_well(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights
) -> None:
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await open_pulse(stage)
        line = stage.text.splitlines()[1]
        assert "Pulse 1 h" in line
        assert line.endswith("! 1 firing  ✗ 2 failing  ▼ 1 throttled  ◷ 2 slow  « 1 behind ")


async def test_a_healthy_region_has_no_mark_but_that_it_is_well(
    console: MakeConsole, endpoint: ScriptedEndpoint, clock: Clock
) -> None:
    cloud = serve(endpoint, clock.now_ms, {"orders-api": WELL})
    for metric in ("Errors", "Throttles"):
        cloud.points[metric, ""] = dict.fromkeys(cloud.points[metric, ""], 0.0)
    endpoint.on("cloudwatch", "DescribeAlarms", alarms())
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await open_pulse(stage, "✓ nothing unwell")
        assert {finding.mark[0] for finding in findings(stage)} == {" ", "✓"}


async def test_a_region_where_nothing_ran_is_well_and_not_unknown(
    console: MakeConsole, endpoint: ScriptedEndpoint, clock: Clock
) -> None:
    cloud = serve(endpoint, clock.now_ms, {"orders-api": {}})
    cloud.points.clear()
    endpoint.on("cloudwatch", "DescribeAlarms", alarms())
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await open_pulse(stage, "✓ nothing unwell")
        assert told(stage, "Region")[3] == (" ", "Duration p95", "-")
        assert section(stage, "Account")[0].why == "20 % claimed, 200 reserved"


async def test_an_account_that_claims_most_of_its_limit_is_marked(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights
) -> None:
    cloud.points["ClaimedAccountConcurrency", ""] = dict.fromkeys(cloud.points["Errors", ""], 700.0)
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await open_pulse(stage, "▼ 1 limit near")
        assert section(stage, "Account")[0].why == "70 % claimed, 200 reserved, 187 ran at once"


async def test_more_than_fit_are_counted(console: MakeConsole, endpoint: ScriptedEndpoint, clock: Clock) -> None:
    many = {f"failing-{number:02}": {**WELL, "Errors": 500.0 - number} for number in range(30)}
    serve(endpoint, clock.now_ms, many)
    async with on_stage(console(endpoint.url, settings=METERED), NARROW) as stage:
        await open_pulse(stage, "Errors 30")
        assert [finding.what for finding in section(stage, "Errors")][:2] == ["failing-00", "failing-01"]
        assert len(findings(stage)) <= 20


# -- what it costs


@pytest.mark.parametrize("functions", [100, 10_000])
async def test_ten_thousand_functions_ask_no_more_than_a_hundred(
    console: MakeConsole, endpoint: ScriptedEndpoint, clock: Clock, functions: int
) -> None:
    cloud = serve(endpoint, clock.now_ms)
    endpoint.many_functions(functions)
    async with on_stage(console(endpoint.url, settings={"metrics_budget_cents": 10_000}), NARROW) as stage:
        await stage.wait_for(lambda: len(stage.app.session.functions) == functions)
        before = endpoint.counts.copy()
        await open_pulse(stage)
        asked = endpoint.counts - before
    assert cloud.metrics_asked == 6 + 3 + 2 * 40
    for once in ("iam:ListAccountAliases", "codedeploy:ListDeployments"):
        del asked[once]  # whatever pane is open
    assert asked == {ASKED: 5, "lambda:GetAccountSettings": 1, "cloudwatch:DescribeAlarms": 1}


async def test_nothing_is_asked_again_before_there_can_be_news(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights, clock: Clock
) -> None:
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await open_pulse(stage)
        asked = endpoint.counts[ASKED]
        await stage.press("ctrl+r")
        await stage.wait_for(lambda: endpoint.counts["lambda:GetAccountSettings"] == 2)
        await stage.pilot.pause()
        assert endpoint.counts[ASKED] == asked
        clock.now_ms += MINUTE
        await stage.press("ctrl+r")
        await stage.wait_for(lambda: endpoint.counts[ASKED] == asked + 2)


async def test_a_refresh_that_changes_nothing_repaints_nothing(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await open_pulse(stage)
        await stage.pilot.pause()
        pane = stage.app.screen.query_one(PulsePane)
        repainted: list[object] = []
        for widget in (pane.table, pane.title_line):
            monkeypatch.setattr(widget, "refresh", lambda *regions, **_: repainted.append(regions))
        await stage.press("ctrl+r")
        await stage.wait_for(lambda: endpoint.counts["cloudwatch:DescribeAlarms"] == 2)
        await stage.wait_for(lambda: endpoint.counts["lambda:GetAccountSettings"] == 2)
        await stage.pilot.pause()
        assert repainted == []


async def test_nothing_is_asked_while_the_pulse_is_hidden(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights
) -> None:
    async with on_stage(console(endpoint.url, settings=METERED), NARROW) as stage:
        await open_pulse(stage)
        pane = stage.app.screen.query_one(PulsePane)
        await stage.press("g", *"jjjjjj", "enter")
        await stage.wait_for(lambda: not pane.is_on_screen)
        assert [worker for worker in stage.app.workers if worker.node is pane and not worker.is_finished] == []
        await stage.press("escape")
        await stage.wait_for(lambda: any(worker.node is pane for worker in stage.app.workers))


async def test_nothing_is_asked_while_nobody_is_there(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights, clock: Clock
) -> None:
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await stage.wait_until_read()
        clock.now_ms += IDLE_MS
        await stage.app.go("pulse")
        await stage.wait_for("asking")
        await stage.pilot.pause()
        assert cloud.asked == []


async def test_another_window_is_asked_for_at_once(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights
) -> None:
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await open_pulse(stage)
        asked = len(cloud.asked)
        await stage.press("]")
        await stage.wait_for("Pulse 3 h")
        await stage.wait_for(lambda: len(cloud.asked) == asked + 5)
        assert {query.get("Period", 300) for call in cloud.asked[asked:] for query in call["MetricDataQueries"]} == {
            300
        }


# -- where it leads


@pytest.mark.parametrize(
    ("wanted", "opened", "tab"),
    [
        ("Errors refunds-worker", "refunds-worker", "metrics"),
        ("Throttles orders-stream", "orders-stream", "metrics"),
        ("Slowest orders-export", "orders-export", "metrics"),
        ("Streams orders-stream", "orders-stream", "triggers"),
        ("Changed thumbnails", "thumbnails", "overview"),
    ],
)
async def test_a_number_of_a_function_leads_to_what_tells_more_of_it(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights, wanted: str, opened: str, tab: str
) -> None:
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await open_pulse(stage)
        stage.app.screen.query_one(PulsePane).table.move_to(wanted)
        await stage.press("enter")
        await stage.wait_for(lambda: stage.app._main.detail and stage.app._main.detail.tab_line.open_tab == tab)
        assert stage.app._main.subject is not None
        assert stage.app._main.subject.name == opened


@pytest.mark.parametrize(("wanted", "place"), [("Alarms payments-errors", "alarms"), ("Region Errors", "functions")])
async def test_a_number_of_the_region_leads_to_its_pane(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights, wanted: str, place: str
) -> None:
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await open_pulse(stage)
        stage.app.screen.query_one(PulsePane).table.move_to(wanted)
        await stage.press("enter")
        await stage.wait_for(lambda: stage.app._main.entry.id == place)


async def test_every_finding_leads_somewhere(console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights) -> None:
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await open_pulse(stage)
        assert [finding.what for finding in findings(stage) if not (finding.place or finding.function)] == []


async def test_after_a_function_the_pulse_has_the_screen_for_itself_again(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights
) -> None:
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await open_pulse(stage)
        stage.app.screen.query_one(PulsePane).table.move_to("Changed thumbnails")
        await stage.press("enter")
        await stage.wait_for("1 Overview")
        await stage.press("escape")
        await stage.wait_gone("1 Overview")
        assert stage.app.screen.query_one(PulsePane).table.has_focus


async def test_a_function_that_was_deleted_is_said_to_be_gone(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights
) -> None:
    cloud.points["Errors", "deleted"] = dict.fromkeys(cloud.points["Errors", ""], 900.0)
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await open_pulse(stage)
        stage.app.screen.query_one(PulsePane).table.move_to("Errors deleted")
        await stage.press("enter")
        await stage.wait_for("there is no function deleted any more")


# -- when less is told


@pytest.mark.parametrize(
    ("operation", "silent"),
    [
        (("lambda", "GetAccountSettings"), {"Account"}),
        (("cloudwatch", "DescribeAlarms"), {"Alarms"}),
        (("cloudwatch", "GetMetricData"), {"Region", "Errors", "Throttles", "Slowest", "Streams"}),
    ],
    ids=["account", "alarms", "metrics"],
)
async def test_what_is_not_permitted_says_so_in_its_place_and_the_rest_goes_on(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights, operation: tuple[str, str], silent: set[str]
) -> None:
    endpoint.on(*operation, error("AccessDeniedException", 403))
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await open_pulse(stage, "? in part")
        forbidden = {finding.section for finding in findings(stage) if finding.mark[0] == "⊘"}
        assert forbidden == silent
        assert re.search(f"not permitted  .*{':'.join(operation)}", stage.text)
        assert told(stage, "Changed")[0][1] == "payments-processor"


async def test_a_failure_keeps_what_is_known_and_says_that_it_is_stale(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights
) -> None:
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await open_pulse(stage)
        endpoint.on("cloudwatch", "DescribeAlarms", error("AccessDenied", 403))
        await stage.press("ctrl+r")
        await stage.wait_for("stale: not permitted")
        assert [what for _, what, _ in told(stage, "Alarms")][1:] == ["payments-errors"]


async def test_a_metric_that_aws_refuses_is_not_permitted_and_not_zero(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights
) -> None:
    del cloud.points["Throttles", ""]
    cloud.codes["Throttles", ""] = "Forbidden"
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await open_pulse(stage)
        assert told(stage, "Region")[2] == ("⊘", "Throttles", "-")
        assert section(stage, "Region")[2].why == "not permitted"


async def test_without_a_ranking_it_is_said_how_many_functions_were_looked_at(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights
) -> None:
    endpoint.many_functions(1_000)
    cloud.refused = error("ValidationError", 400, "no such expression")
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await open_pulse(stage, "none of 166 looked at")
        assert "? in part" in stage.text
        assert section(stage, "Slowest")[0].what == "no durations, of 40 looked at"


async def test_without_a_budget_nothing_is_asked_and_that_is_said(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await open_pulse(stage, "held back by the budget for metrics")
        assert cloud.asked == []
        assert told(stage, "Errors") == [("?", "not asked", "")]


async def test_a_sweep_that_the_budget_does_not_repeat_is_said_to_be_stale(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights, clock: Clock
) -> None:
    endpoint.many_functions(1_000)
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await open_pulse(stage)
        clock.now_ms += 11 * MINUTE
        await stage.press("ctrl+r")
        await stage.wait_for("stale 11 m")


async def test_metrics_that_the_budget_slows_down_say_so(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights, clock: Clock
) -> None:
    endpoint.many_functions(100)
    async with on_stage(console(endpoint.url, settings={"metrics_budget_cents": 1})) as stage:
        await open_pulse(stage)
        asked = endpoint.counts[ASKED]
        clock.now_ms += MINUTE
        await stage.press("ctrl+r")
        await stage.wait_for("read less often")
        assert endpoint.counts[ASKED] - asked == 1


async def test_functions_are_told_of_as_soon_as_they_are_read(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights
) -> None:
    gate = asyncio.Event()
    page = listing(function("orders", LastModified="2026-11-20T21:48:12.000+0000"))
    endpoint.on("lambda", "ListFunctions", replace(page, after=gate))
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await stage.app.go("pulse")
        await stage.wait_for("reading the functions of the region")
        gate.set()
        await stage.wait_for(lambda: told(stage, "Changed") == [(" ", "orders", "11 m")])


@pytest.mark.parametrize("sent", ["\x1b[31mx", "[red]x[/red]", "abc\u202egnp.exe"])
async def test_whatever_an_alarm_is_called_is_harmless(
    console: MakeConsole, endpoint: ScriptedEndpoint, cloud: Insights, sent: str
) -> None:
    endpoint.on("cloudwatch", "DescribeAlarms", alarms(metric_alarm(f"n{sent}", "orders-api", "ALARM")))
    async with on_stage(console(endpoint.url, settings=METERED)) as stage:
        await open_pulse(stage, "1 firing")
        assert not {"\x1b", "\u202e"} & set(stage.text)
        assert "[red]x" in stage.text or "[red]" not in sent


# -- how it looks


@SIZES
@pytest.mark.parametrize("case", ["unwell", "forbidden"])
def test_how_it_looks(
    snap_compare: Compare, console: MakeConsole, clock: Clock, size: tuple[int, int], case: str
) -> None:
    with ScriptedEndpoint.in_thread() as account:
        account.many_functions(0)
        serve(account, clock.now_ms)
        if case == "forbidden":
            for operation in (("lambda", "GetAccountSettings"), ("cloudwatch", "DescribeAlarms")):
                account.on(*operation, error("AccessDeniedException", 403))

        async def prepare(pilot: Pilot[None]) -> None:
            await shown_on(pilot, "Functions 8")
            await pilot.press("colon", *"pulse", "enter")
            await until(pilot, lambda text: "2 slow" in text and "asking" not in text)

        assert snap_compare(
            console(account.url, settings=METERED, no_color=case == "forbidden"),
            terminal_size=size,
            run_before=prepare,
        )
