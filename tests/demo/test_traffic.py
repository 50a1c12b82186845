"""The account's traffic can be read as AWS would have written it, and follows what an operator does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from lambdatui.clock import now_ms
from lambdatui.demo.blueprint import Trouble
from lambdatui.demo.cloud import Cloud
from lambdatui.demo.emulator import Emulator
from lambdatui.demo.fleet import FUNCTIONS, planted
from lambdatui.demo.load import Invocation, Player
from lambdatui.demo.log_lines import lines
from lambdatui.demo.seed import seed_functions, seed_rest
from lambdatui.demo.traffic import Customers, Traffic

REPORT = re.compile(
    r"REPORT RequestId: [0-9a-f-]{36}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: \d+ MB"
    r"\tMax Memory Used: \d+ MB(\tInit Duration: \d+\.\d\d ms)?(\tStatus: \w+)?(\tError Type: [\w.]+)?"
    r"\t(\nXRAY TraceId: 1-[0-9a-f]{8}-[0-9a-f]{24}\tSegmentId: [0-9a-f]{16}\tSampled: true\t)?\n"
)
BY_NAME = {function.name: function for function in FUNCTIONS}
LIVE = {"FunctionName": "orders-api", "Resource": "orders-api:live"}


@dataclass
class Shop:
    """A seeded account whose time the tests move on; each test changes another function."""

    cloud: Cloud
    traffic: Traffic
    now_ms: int

    def later(self) -> None:
        """Lets ten minutes of traffic pass."""
        self.now_ms += 10 * 60_000
        self.traffic.look(len(FUNCTIONS))
        self.traffic.catch_up(self.now_ms)


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with Emulator() as endpoint:
        cloud = Cloud(endpoint)
        traffic = seed_functions(cloud)
        seed_rest(cloud, traffic)
        yield Shop(cloud, traffic, now_ms())


def messages(cloud: Cloud, name: str) -> list[str]:
    events = cloud["logs"].filter_log_events(logGroupName=BY_NAME[name].log_group, limit=10_000)["events"]
    return [event["message"] for event in events]


def total(cloud: Cloud, metric: str, statistic: str = "Sum", **dimensions: str) -> float:
    """One value of an AWS/Lambda metric over the hour of history and what followed."""
    now = datetime.now(UTC)
    points = cloud["cloudwatch"].get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=now - timedelta(hours=2),
        EndTime=now + timedelta(hours=2),
        Period=14_400,
        Statistics=[statistic],
    )["Datapoints"]
    together = max if statistic == "Maximum" else sum
    return float(together(point[statistic] for point in points))


@pytest.mark.parametrize("name", ["payments-processor", "fraud-scoring", "orders-export", "thumbnails"])
def test_report_lines_have_the_form_that_lambda_writes(cloud: Cloud, name: str) -> None:
    reports = [message for message in messages(cloud, name) if message.startswith("REPORT")]
    assert [message for message in reports if not REPORT.fullmatch(message)] == []
    assert len(reports) > 10


def test_each_invocation_starts_ends_and_reports_once(cloud: Cloud) -> None:
    said = messages(cloud, "storefront-render")
    counts = {word: sum(message.startswith(word) for message in said) for word in ("START ", "END ", "REPORT ")}
    assert abs(counts["START "] - counts["REPORT "]) <= 1
    assert counts["END "] == counts["REPORT "]


def test_json_logs_hold_platform_records(cloud: Cloud) -> None:
    kinds = {json.loads(message).get("type") for message in messages(cloud, "notifications-push")}
    assert kinds == {"platform.initStart", "platform.start", "platform.report", None}


def test_cold_starts_tell_their_init_duration(cloud: Cloud) -> None:
    said = messages(cloud, planted(Trouble.SLOW_COLD_START).name)
    inits = [float(found[1]) for message in said if (found := re.search(r"\tInit Duration: ([\d.]+) ms", message))]
    assert min(inits) > 5_000


def test_errors_leave_a_traceback_in_one_event(cloud: Cloud) -> None:
    said = messages(cloud, planted(Trouble.FAILING_SINCE_RELEASE).name)
    assert any(
        message.startswith("[ERROR] KeyError: 'amount'\nTraceback (most recent call last):\n") for message in said
    )


def test_error_in_json_logs_holds_its_stack_trace() -> None:
    failed = Invocation(at_ms=1_800_000_000_000, request="r-1", alias="live", version="2", outcome="error")
    records = [json.loads(message) for _, message in lines(BY_NAME["stock-levels"], failed)]
    (error,) = (record for record in records if record.get("level") == "ERROR")
    assert error["errorType"] == "TypeError"
    assert error["stackTrace"][0].startswith('  File "/var/task/app.py", line 11, in handler')


def test_hostile_text_reaches_the_logs(cloud: Cloud) -> None:
    said = [json.loads(message).get("message", "") for message in messages(cloud, "media-captions")]
    assert any("\x1b[31m" in message and "\u202e" in message and "[red]" in message for message in said)


def test_log_lines_are_in_order_of_time_within_a_stream(cloud: Cloud) -> None:
    group = BY_NAME["orders-api"].log_group
    stream = cloud["logs"].describe_log_streams(logGroupName=group)["logStreams"][0]["logStreamName"]
    events = cloud["logs"].get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)["events"]
    times = [event["timestamp"] for event in events]
    assert times == sorted(times)


def test_history_holds_an_hour_of_metrics_by_function(cloud: Cloud) -> None:
    assert total(cloud, "Invocations", FunctionName="orders-api") > 600


def test_metrics_by_alias_add_up_to_those_by_function(cloud: Cloud) -> None:
    by_alias = [
        total(cloud, "Invocations", FunctionName="fraud-scoring", Resource=f"fraud-scoring:{alias}")
        for alias in ("live", "beta")
    ]
    assert sum(by_alias) == total(cloud, "Invocations", FunctionName="fraud-scoring")


def test_metrics_by_executed_version_show_the_weight_of_the_alias(cloud: Cloud) -> None:
    second = total(cloud, "Invocations", **LIVE, ExecutedVersion="3")
    assert 0.03 < second / total(cloud, "Invocations", **LIVE) < 0.2


def test_failing_release_shows_by_executed_version_only(cloud: Cloud) -> None:
    name = planted(Trouble.FAILING_SINCE_RELEASE).name
    where = {"FunctionName": name, "Resource": f"{name}:live"}
    assert total(cloud, "Errors", **where, ExecutedVersion="3") > 50
    assert total(cloud, "Errors", **where, ExecutedVersion="2") < 5


def test_throttled_function_shows_throttles(cloud: Cloud) -> None:
    assert total(cloud, "Throttles", FunctionName=planted(Trouble.THROTTLED).name) > 50


def test_throttled_function_runs_at_its_reserved_concurrency(cloud: Cloud) -> None:
    function = planted(Trouble.THROTTLED)
    assert total(cloud, "ConcurrentExecutions", "Maximum", FunctionName=function.name) == function.reserved


def test_region_claims_what_is_reserved_and_what_runs(cloud: Cloud) -> None:
    claimed, unreserved = (
        total(cloud, metric, "Maximum") for metric in ("ClaimedAccountConcurrency", "UnreservedConcurrentExecutions")
    )
    assert claimed == unreserved + sum(function.reserved or 0 for function in FUNCTIONS)


def test_stream_that_falls_behind_shows_its_iterator_age(cloud: Cloud) -> None:
    age_ms = total(cloud, "IteratorAge", "Maximum", FunctionName=planted(Trouble.STREAM_BEHIND).name)
    assert age_ms > 30 * 60_000


def test_function_near_its_timeout_shows_it_in_its_duration(cloud: Cloud) -> None:
    function = planted(Trouble.NEAR_TIMEOUT)
    assert total(cloud, "Duration", "Maximum", FunctionName=function.name) > 0.8 * function.timeout_s * 1000


def test_function_near_out_of_memory_shows_it_in_its_reports(cloud: Cloud) -> None:
    function = planted(Trouble.NEAR_OUT_OF_MEMORY)
    used = [
        int(found[1])
        for message in messages(cloud, function.name)
        if (found := re.search(r"Max Memory Used: (\d+) MB", message))
    ]
    assert max(used) > 0.9 * function.memory_mb


def test_real_invocation_is_counted_by_alias_and_version(shop: Shop) -> None:
    beta = {"FunctionName": "orders-api", "Resource": "orders-api:beta", "ExecutedVersion": "3"}
    shop.traffic.publish()
    before = total(shop.cloud, "Invocations", **beta)
    shop.traffic.invoke(BY_NAME["orders-api"], "beta")
    shop.traffic.publish()
    assert total(shop.cloud, "Invocations", **beta) == before + 1


def test_every_deed_of_the_customers_succeeds(shop: Shop) -> None:
    customers = Customers(shop.cloud, shop.traffic)
    for _ in customers.deeds:
        customers.act()


def test_traffic_follows_an_alias_that_is_moved(shop: Shop) -> None:
    shop.cloud["lambda"].update_alias(
        FunctionName="orders-api", Name="live", FunctionVersion="1", RoutingConfig={"AdditionalVersionWeights": {}}
    )
    shop.later()
    assert total(shop.cloud, "Invocations", **LIVE, ExecutedVersion="1") > 0


def test_traffic_is_throttled_when_a_function_is_stopped(shop: Shop) -> None:
    shop.cloud["lambda"].put_function_concurrency(FunctionName="stock-levels", ReservedConcurrentExecutions=0)
    shop.later()
    assert total(shop.cloud, "Throttles", FunctionName="stock-levels") > 0


def test_traffic_to_a_deleted_function_ends(shop: Shop) -> None:
    shop.cloud["lambda"].delete_function(FunctionName="webhook-receiver")
    shop.traffic.look(len(FUNCTIONS))
    before = total(shop.cloud, "Invocations", FunctionName="webhook-receiver")
    shop.later()
    assert total(shop.cloud, "Invocations", FunctionName="webhook-receiver") == before


def test_deleted_log_group_loses_its_own_lines_only(shop: Shop) -> None:
    before = len(messages(shop.cloud, "storefront-render"))
    shop.cloud["logs"].delete_log_group(logGroupName=BY_NAME["fraud-scoring"].log_group)
    shop.later()
    assert len(messages(shop.cloud, "storefront-render")) > before


def player_of(name: str, seeded_ms: int) -> Player:
    function = BY_NAME[name]
    assert function.load is not None
    return Player(function, function.load, seeded_ms)


def played(seeded_ms: int) -> list[Invocation]:
    return player_of("orders-api", seeded_ms).play(seeded_ms - 600_000, seeded_ms)


def test_played_history_is_the_same_each_time() -> None:
    assert played(1_800_000_000_000) == played(1_800_000_000_000)


def test_environment_handles_one_request_at_a_time() -> None:
    last_end: dict[str, int] = {}
    for invocation in played(1_800_000_000_000):
        assert invocation.at_ms >= last_end.get(invocation.stream, 0)
        last_end[invocation.stream] = invocation.ended_ms


def test_traffic_played_beat_by_beat_is_as_busy_as_played_at_once() -> None:
    seeded_ms = 1_800_000_000_000
    player = player_of("orders-api", seeded_ms)
    beats = [player.play(at_ms, at_ms + 3_000) for at_ms in range(seeded_ms - 600_000, seeded_ms, 3_000)]
    assert [invocation for beat in beats for invocation in beat] == played(seeded_ms)
