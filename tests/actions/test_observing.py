"""What a flight sees: metrics of settled minutes, alarms and errors that are the new version's alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from lambdatui.actions import observing
from lambdatui.actions.flight_state import FlightState
from lambdatui.actions.observing import Observer
from lambdatui.insight.canary import Period, Tally, Verdict, judge
from tests.actions.acting import Acting
from tests.actions.flying import Clock, state
from tests.support.alarms import alarms, composite, metric_alarm
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, error, json_answer
from tests.support.metrics import dimensions, result
from tests.support.split_alias import SplitAlias

MINUTE = 60_000
DENIED = error("AccessDeniedException", 403, "not authorized")
LOGS = ("logs", "FilterLogEvents")
METRICS = "cloudwatch:GetMetricData"


@dataclass
class Watched:
    """A function whose metrics and log the test makes up; minutes count from when the flight began."""

    clock: Clock
    began_ms: int
    points: dict[tuple[str, str, str], dict[int, float]] = field(default_factory=dict)
    """Datapoints by metric, statistic and executed version, which is empty for the alias, by minute."""
    events: list[dict[str, Any]] = field(default_factory=list)
    code: str = "Complete"
    asked: list[Mapping[str, Any]] = field(default_factory=list)

    def minute(self, number: int, version: str, invocations: float, errors: float = 0, ms: float = 100) -> None:
        """What a version did in one minute."""
        told = {("Invocations", "Sum"): invocations, ("Errors", "Sum"): errors}
        told |= {("Duration", stat): ms for stat in ("p50", "p95", "p99")}
        for (metric, stat), value in told.items():
            self.points.setdefault((metric, stat, version), {})[number] = value

    def log(self, version: str, minute: float, message: str, shared_by: str = "") -> None:
        """An event of a version; the streams of a group that functions share name the function."""
        at_ms = int(self.began_ms + minute * MINUTE)
        stream = f"2026/11/20/{shared_by}[{version}]0123456789abcdef"
        self.events.append({"timestamp": at_ms, "logStreamName": stream, "message": message, "eventId": "0"})

    def after(self, minutes: float) -> None:
        """So much time has gone by since the flight began."""
        self.clock.now_ns = int((self.began_ms + minutes * MINUTE) * 1_000_000)

    def metrics(self, seen: Seen) -> Answer:
        call = json.loads(seen.body)
        self.asked.append(call)
        return json_answer({"MetricDataResults": [self._result(query) for query in call["MetricDataQueries"]]})

    def _result(self, query: Mapping[str, Any]) -> dict[str, Any]:
        metric = query["MetricStat"]["Metric"]
        about = dict(dimensions(metric))
        assert (about["FunctionName"], about["Resource"]) == ("orders", "orders:live")
        key = metric["MetricName"], query["MetricStat"]["Stat"], about.get("ExecutedVersion", "")
        points = {self.began_ms + minute * MINUTE: value for minute, value in self.points.get(key, {}).items()}
        return result(query["Id"], points, self.code)

    def logged(self, seen: Seen) -> Answer:
        asked = json.loads(seen.body)
        within = [event for event in self.events if asked["startTime"] <= event["timestamp"] <= asked["endTime"]]
        return json_answer({"events": within})


@pytest.fixture
def flying(clock: Clock) -> FlightState:
    """A flight that began at the full minute, a minute ago."""
    clock.now_ns = clock.now_ns // (MINUTE * 10**6) * (MINUTE * 10**6)
    return state(percent=10, step=0)


@pytest.fixture
def watched(endpoint: ScriptedEndpoint, live: SplitAlias, clock: Clock, flying: FlightState) -> Watched:
    found = Watched(clock, flying.began_ms)
    endpoint.on("cloudwatch", "GetMetricData", found.metrics)
    endpoint.on("cloudwatch", "DescribeAlarms", alarms())
    endpoint.on(*LOGS, found.logged)
    found.after(10)
    return found


@pytest.fixture
def observer(acting: Acting) -> Observer:
    return Observer(acting.connection)


# -- metrics


async def test_both_versions_are_told_minute_by_minute(
    observer: Observer, flying: FlightState, watched: Watched
) -> None:
    watched.minute(0, "1", 900, 9)
    watched.minute(1, "1", 800)
    watched.minute(1, "2", 200, 20, ms=150)
    evidence = await observer(flying)
    assert evidence.periods == (Period(Tally(900, 9), Tally()), Period(Tally(800), Tally(200, 20)))
    assert observer.figures.new.tally == Tally(200, 20)
    assert observer.figures.new.percentiles == {"p50": 150, "p95": 150, "p99": 150}
    assert observer.figures.share == 200 / 1_900


async def test_the_minute_in_which_the_shift_began_counts_for_neither_version(
    observer: Observer, flying: FlightState, watched: Watched
) -> None:
    watched.minute(0, "2", 500, 400)
    watched.minute(1, "1", 900)
    watched.minute(1, "2", 100)
    evidence = await observer(flying.model_copy(update={"began_ms": flying.began_ms + 1}))
    assert evidence.periods == (Period(Tally(900), Tally(100)),)


async def test_throttles_are_held_against_it_while_they_are_recent(
    observer: Observer, flying: FlightState, watched: Watched
) -> None:
    watched.points["Throttles", "Sum", ""] = {0: 3, 7: 4}
    assert (await observer(flying)).throttles == 4
    assert observer.figures.throttles == 7


async def test_a_look_asks_for_eleven_metrics_since_the_beginning_in_one_call(
    observer: Observer, flying: FlightState, watched: Watched
) -> None:
    await observer(flying)
    (call,) = watched.asked
    assert len(call["MetricDataQueries"]) == 11
    assert call["StartTime"] * 1_000 == watched.began_ms


async def test_no_look_asks_again_before_there_can_be_news(
    observer: Observer, flying: FlightState, watched: Watched, endpoint: ScriptedEndpoint
) -> None:
    watched.minute(0, "1", 900)
    first = await observer(flying)
    asked = len(endpoint.requests)
    watched.after(10.4)
    assert await observer(flying) is first
    assert len(endpoint.requests) == asked
    watched.after(11)
    await observer(flying)
    assert endpoint.counts[METRICS] == 2


async def test_a_minute_counts_when_there_was_time_for_its_metrics(
    observer: Observer, flying: FlightState, watched: Watched
) -> None:
    watched.minute(0, "1", 900)
    watched.minute(1, "1", 17)
    watched.after(2.9)
    assert (await observer(flying)).periods == (Period(Tally(900), Tally()),)
    watched.minute(1, "1", 910)
    watched.after(3.5)
    assert (await observer(flying)).periods[1:] == (Period(Tally(910), Tally()),)


async def test_what_aws_adds_to_a_minute_later_counts(
    observer: Observer, flying: FlightState, watched: Watched
) -> None:
    watched.minute(0, "2", 100)
    await observer(flying)
    watched.minute(0, "2", 100, 30)
    watched.after(12)
    assert (await observer(flying)).periods[0].new == Tally(100, 30)


async def test_a_slow_hour_tells_against_neither_version(
    observer: Observer, flying: FlightState, watched: Watched
) -> None:
    watched.minute(0, "1", 900, ms=100)
    watched.minute(1, "1", 100, ms=1_000)
    watched.minute(1, "2", 900, ms=1_000)
    assert (await observer(flying)).slower == {"p95": 1, "p99": 1}


async def test_metrics_that_do_not_come_any_more_are_late(
    observer: Observer, flying: FlightState, watched: Watched
) -> None:
    for minute in range(5):
        watched.minute(minute, "1", 900)
    watched.after(9)
    assert (await observer(flying)).late_s is None
    watched.after(10)
    assert (await observer(flying)).late_s == 180


async def test_an_alias_that_is_seldom_called_is_not_late_before_its_time(
    observer: Observer, flying: FlightState, watched: Watched
) -> None:
    watched.minute(0, "1", 1)
    watched.minute(10, "1", 1)
    watched.after(20)
    assert (await observer(flying)).late_s is None


@pytest.mark.parametrize("code", ["PartialData", "Forbidden", "InternalError"])
async def test_a_part_of_the_metrics_is_no_evidence(
    code: str, observer: Observer, flying: FlightState, watched: Watched
) -> None:
    watched.minute(0, "1", 900)
    watched.code = code
    evidence = await observer(flying)
    assert (evidence.periods, evidence.unseen.partition(":")[0]) == ((), "metrics could not be had")
    assert judge(evidence).verdict is Verdict.HOLD


async def test_metrics_that_cannot_be_had_hide_no_alarm(
    observer: Observer, flying: FlightState, watched: Watched, endpoint: ScriptedEndpoint
) -> None:
    watched.minute(0, "1", 900)
    await observer(flying)
    fires(endpoint, watched.began_ms + MINUTE)
    endpoint.on("cloudwatch", "GetMetricData", DENIED)
    watched.after(12)
    evidence = await observer(flying)
    assert (evidence.alarms, len(evidence.periods)) == (("orders-errors",), 1)
    assert evidence.unseen == "not permitted: cloudwatch:GetMetricData"


# -- alarms


def fires(endpoint: ScriptedEndpoint, since_ms: int, **about: str) -> None:
    """An alarm on errors fires since then."""
    about = {"FunctionName": "orders", **about}
    named = [{"Name": name, "Value": value} for name, value in about.items()]
    alarm = metric_alarm("orders-errors", value="ALARM", StateTransitionedTimestamp=since_ms / 1_000, Dimensions=named)
    endpoint.on("cloudwatch", "DescribeAlarms", alarms(alarm))


@pytest.mark.parametrize(
    ("minute", "about", "counts"),
    [
        (1, {}, True),
        (-1, {}, False),
        (1, {"FunctionName": "invoices"}, False),
        (1, {"Resource": "orders:live"}, True),
        (1, {"Resource": "orders:beta"}, False),
        (1, {"Resource": "orders:live", "ExecutedVersion": "2"}, True),
        (1, {"Resource": "orders:live", "ExecutedVersion": "1"}, False),
    ],
)
async def test_only_alarms_of_what_the_new_version_does_for_the_alias_count_and_only_since_it_began(
    minute: int,
    about: dict[str, str],
    counts: bool,
    observer: Observer,
    flying: FlightState,
    watched: Watched,
    endpoint: ScriptedEndpoint,
) -> None:
    fires(endpoint, watched.began_ms + minute * MINUTE, **about)
    assert (await observer(flying)).alarms == (("orders-errors",) if counts else ())


# -- the log


OUT_OF_MEMORY = "REPORT RequestId: {}\tDuration: 9.00 ms\tStatus: error\tError Type: Runtime.OutOfMemory\t\n"
TIMEOUT = "REPORT RequestId: {}\tDuration: 3000.00 ms\tStatus: timeout\t\n"
TIMED_OUT = "2026-11-20T22:01:00.000Z {} Task timed out after 3.00 seconds\n\n"
COLD = "REPORT RequestId: {}\tDuration: 9.00 ms\tInit Duration: 300.00 ms\t\n"
NO_MODULE = "[ERROR] Runtime.ImportModuleError: Unable to import module 'app': No module named 'x'\nTraceback (most ..."


async def test_errors_that_tell_of_a_broken_version_are_counted_once_for_each_request(
    observer: Observer, flying: FlightState, watched: Watched
) -> None:
    for request in ("a", "b"):
        watched.log("2", 1, TIMED_OUT.format(request))
        watched.log("2", 1, TIMEOUT.format(request))
    watched.log("2", 2, OUT_OF_MEMORY.format("c"))
    watched.log("2", 9.5, NO_MODULE)
    first = await observer(flying)
    watched.after(11)
    again = await observer(flying)
    assert first.fatal == again.fatal == {"timeout": 2, "out of memory": 1, "Runtime.ImportModuleError": 1}


async def test_errors_that_the_old_version_has_too_are_not_the_new_ones(
    observer: Observer, flying: FlightState, watched: Watched
) -> None:
    watched.log("1", -30, TIMEOUT.format("a"))
    watched.log("2", 1, TIMEOUT.format("b"))
    watched.log("2", -5, OUT_OF_MEMORY.format("c"))
    assert (await observer(flying)).fatal == {}


async def test_errors_of_the_handler_are_shown_and_not_fatal(
    observer: Observer, flying: FlightState, watched: Watched
) -> None:
    watched.log("2", 1, "[ERROR] KeyError: 'amount'\nTraceback (most recent call last):\n  File ...")
    assert (await observer(flying)).fatal == {}
    (shown,) = observer.figures.errors
    assert (shown.at_ms, shown.kind, shown.message) == (watched.began_ms + MINUTE, "KeyError", "'amount'")


async def test_in_a_group_that_functions_share_only_ones_own_errors_count(
    observer: Observer, flying: FlightState, watched: Watched, live: SplitAlias, endpoint: ScriptedEndpoint
) -> None:
    live.versions = {number: {"LoggingConfig": {"LogGroup": "/shop/all"}} for number in ("1", "2")}
    watched.log("2", 1, TIMEOUT.format("a"), shared_by="orders")
    watched.log("2", 1, TIMEOUT.format("b"), shared_by="invoices")
    assert (await observer(flying)).fatal == {"timeout": 1}
    (asked,) = (json.loads(seen.body) for seen in endpoint.requests if str(seen) == "logs:FilterLogEvents")
    assert asked["logGroupName"] == "/shop/all"


async def test_a_log_too_long_for_one_look_is_read_on_at_the_next(
    observer: Observer,
    flying: FlightState,
    watched: Watched,
    endpoint: ScriptedEndpoint,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(observing, "PAGES", 1)
    watched.log("2", 1, TIMEOUT.format("a"))
    watched.log("2", 2, TIMEOUT.format("b"))
    first = json_answer({"events": watched.events[:1], "nextToken": "more"})
    endpoint.on(*LOGS, first, watched.logged)
    assert (await observer(flying)).fatal == {"timeout": 1}
    watched.after(11)
    assert (await observer(flying)).fatal == {"timeout": 2}
    *_, asked = (json.loads(seen.body) for seen in endpoint.requests if str(seen) == "logs:FilterLogEvents")
    assert asked["startTime"] == watched.began_ms + MINUTE


async def test_cold_starts_are_counted_by_version(observer: Observer, flying: FlightState, watched: Watched) -> None:
    watched.log("1", -5, COLD.format("a"))
    watched.log("2", 1, COLD.format("b"))
    watched.log("2", 1, COLD.format("b"))
    await observer(flying)
    assert (observer.figures.old.cold_starts, observer.figures.new.cold_starts) == (0, 1)


async def test_an_alarm_over_others_counts_by_what_they_watch(
    observer: Observer, flying: FlightState, watched: Watched, endpoint: ScriptedEndpoint
) -> None:
    since_s = (watched.began_ms + MINUTE) / 1_000
    over = composite("orders-unwell", 'ALARM("orders-errors")', "ALARM", StateTransitionedTimestamp=since_s)

    def described(seen: Seen) -> Answer:
        quiet = () if "StateValue" in json.loads(seen.body) else (metric_alarm("orders-errors", "orders"),)
        return alarms(over, *quiet)

    endpoint.on("cloudwatch", "DescribeAlarms", described)
    assert (await observer(flying)).alarms == ("orders-unwell",)


async def test_a_look_reads_those_alarms_alone_that_fire_where_none_has_a_rule_of_others(
    observer: Observer, flying: FlightState, watched: Watched, endpoint: ScriptedEndpoint
) -> None:
    fires(endpoint, watched.began_ms + MINUTE)
    await observer(flying)
    asked = [json.loads(seen.body) for seen in endpoint.requests if str(seen) == "cloudwatch:DescribeAlarms"]
    assert [each.get("StateValue") for each in asked] == ["ALARM"]


# -- what may not be seen


async def test_without_alarms_and_log_there_is_evidence_and_it_says_what_is_missing(
    observer: Observer, flying: FlightState, watched: Watched, endpoint: ScriptedEndpoint
) -> None:
    watched.minute(0, "1", 900)
    endpoint.on("cloudwatch", "DescribeAlarms", DENIED)
    endpoint.on(*LOGS, DENIED)
    assert (await observer(flying)).periods == (Period(Tally(900), Tally()),)
    assert observer.figures.missing == (
        "alarms: not permitted: cloudwatch:DescribeAlarms",
        "log: not permitted: logs:FilterLogEvents",
    )
    assert observer.figures.new.cold_starts is None


async def test_a_function_that_never_logged_has_nothing_missing(
    observer: Observer, flying: FlightState, watched: Watched, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on(*LOGS, error("ResourceNotFoundException", 400, "The specified log group does not exist."))
    await observer(flying)
    assert observer.figures.missing == ()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("failing", [0, 900], ids=["a good version goes no further", "a bad one goes back"])
@pytest.mark.parametrize("throttled", [("cloudwatch", "DescribeAlarms"), LOGS], ids="/".join)
async def test_what_cannot_be_had_for_now_hides_nothing_of_what_can(
    throttled: tuple[str, str],
    failing: int,
    acting: Acting,
    flying: FlightState,
    watched: Watched,
    endpoint: ScriptedEndpoint,
) -> None:
    watched.minute(0, "1", 9_000)
    watched.minute(0, "2", 1_000, errors=failing)
    endpoint.on(*throttled, error("ThrottlingException", 400))
    observer = Observer(acting.connection)
    judgement = judge(await observer(flying))
    assert judgement.verdict is (Verdict.ROLL_BACK if failing else Verdict.HOLD)
    assert failing or judgement.why.startswith("not enough evidence: ")
    assert "throttled" in observer.figures.missing[0]
