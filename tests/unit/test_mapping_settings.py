"""What may be set on an event source mapping, by kind of source, and the call that sets it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator

from lambdatui.insight import mapping_settings
from lambdatui.insight.mapping_settings import MappingSettings, applicable, call_parameters, problems, warnings
from lambdatui.models.event_source import EventSourceMapping
from tests.support.endpoint import ACCOUNT, REGION
from tests.support.mappings import mapping

PATTERN = json.dumps({"body": {"status": ["paid"], "amount": [{"numeric": [">", 10]}]}})


def of_source(service: str, resource: str, **particular: Any) -> EventSourceMapping:
    arn = f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"
    return EventSourceMapping.model_validate(mapping(**{"EventSourceArn": arn, **particular}))


STREAM = {
    "BatchSize": 100,
    "ParallelizationFactor": 1,
    "MaximumRetryAttempts": -1,
    "MaximumRecordAgeInSeconds": -1,
    "TumblingWindowInSeconds": 0,
    "BisectBatchOnFunctionError": False,
}
SELF_MANAGED = {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["kafka.example.com:9092"]}}
SLOW = {"BatchSize": 100, "MaximumBatchingWindowInSeconds": None}

SQS = of_source("sqs", "orders")
FIFO = of_source("sqs", "orders.fifo")
KINESIS = of_source("kinesis", "stream/orders", **STREAM)
DYNAMODB = of_source("dynamodb", "table/orders/stream/2026-11-20T10:00:00.000", **STREAM)
MSK = of_source("kafka", "cluster/orders/0000", **SLOW)
KAFKA = of_source("sqs", "", EventSourceArn=None, SelfManagedEventSource=SELF_MANAGED, **SLOW)
MQ = of_source("mq", "broker:orders:b-0000", **SLOW)
DOCUMENTDB = of_source("rds", "cluster:orders", **SLOW)
UNKNOWN = of_source("future", "thing/orders")
FULL_QUEUE = of_source(
    "sqs",
    "orders",
    BatchSize=50,
    MaximumBatchingWindowInSeconds=5,
    ScalingConfig={"MaximumConcurrency": 7},
    FunctionResponseTypes=["ReportBatchItemFailures"],
    FilterCriteria={"Filters": [{"Pattern": PATTERN}]},
)
FULL_STREAM = of_source(
    "kinesis",
    "stream/orders",
    ParallelizationFactor=3,
    MaximumRetryAttempts=4,
    MaximumRecordAgeInSeconds=600,
    TumblingWindowInSeconds=30,
    BisectBatchOnFunctionError=True,
    BatchSize=500,
    MaximumBatchingWindowInSeconds=2,
)
ALL = {
    "SQS": SQS,
    "FIFO": FIFO,
    "Kinesis": KINESIS,
    "DynamoDB": DYNAMODB,
    "MSK": MSK,
    "Kafka": KAFKA,
    "MQ": MQ,
    "DocumentDB": DOCUMENTDB,
    "unknown": UNKNOWN,
}
BATCHED = {"enabled", "batch_size", "batching_window_s"}
RETRIED = {"report_batch_item_failures", "bisect_batch", "retry_attempts", "record_age_s"}


def now(of: EventSourceMapping, **changed: Any) -> MappingSettings:
    """The settings that a mapping has, some of them changed."""
    return replace(mapping_settings.of(of), **changed)


def sent(of: EventSourceMapping, **changed: Any) -> dict[str, Any]:
    """What is sent to change a mapping, without its id."""
    parameters = call_parameters(of, mapping_settings.of(of), now(of, **changed))
    assert parameters.pop("UUID") == of.uuid
    return parameters


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SQS", BATCHED | {"maximum_concurrency", "report_batch_item_failures", "filters"}),
        ("FIFO", {"enabled", "batch_size", "maximum_concurrency", "report_batch_item_failures", "filters"}),
        ("Kinesis", BATCHED | RETRIED | {"parallelization_factor", "tumbling_window_s", "filters"}),
        ("DynamoDB", BATCHED | RETRIED | {"parallelization_factor", "tumbling_window_s", "filters"}),
        ("MSK", BATCHED | RETRIED | {"filters"}),
        ("Kafka", BATCHED | RETRIED | {"filters"}),
        ("MQ", BATCHED | {"filters"}),
        ("DocumentDB", BATCHED),
        ("unknown", {"enabled"}),
    ],
)
def test_each_kind_of_source_has_its_own_settings(name: str, expected: set[str]) -> None:
    assert set(applicable(ALL[name])) == expected


def test_what_a_mapping_has_is_read() -> None:
    read = mapping_settings.of(
        of_source(
            "sqs",
            "orders",
            State="Disabling",
            BatchSize=50,
            MaximumBatchingWindowInSeconds=5,
            ScalingConfig={"MaximumConcurrency": 7},
            FunctionResponseTypes=["ReportBatchItemFailures"],
            FilterCriteria={"Filters": [{"Pattern": PATTERN}]},
        )
    )
    assert read == MappingSettings(
        enabled=False,
        batch_size=50,
        batching_window_s=5,
        maximum_concurrency=7,
        report_batch_item_failures=True,
        filters=(PATTERN,),
    )


def test_a_state_on_the_way_to_neither_is_not_known() -> None:
    assert mapping_settings.of(of_source("sqs", "orders", State="Updating")).enabled is None


@pytest.mark.parametrize("of", ALL.values(), ids=ALL)
def test_what_a_mapping_has_is_no_problem_and_sends_nothing(of: EventSourceMapping) -> None:
    assert problems(of, now(of)) == {}
    assert warnings(of, now(of)) == ()
    assert call_parameters(of, now(of), now(of)) == {}


@pytest.mark.parametrize(
    ("of", "changed"),
    [
        (SQS, {"batch_size": 10_000, "batching_window_s": 1}),
        (SQS, {"batching_window_s": 300}),
        (SQS, {"maximum_concurrency": 2}),
        (SQS, {"maximum_concurrency": 1_000}),
        (SQS, {"filters": (PATTERN,) * 10}),
        (SQS, {"enabled": False}),
        (FIFO, {"batch_size": 10}),
        (KINESIS, {"retry_attempts": 0, "record_age_s": 60}),
        (KINESIS, {"retry_attempts": 10_000, "record_age_s": 604_800}),
        (KINESIS, {"batch_size": None, "parallelization_factor": 10, "tumbling_window_s": 900}),
        (DYNAMODB, {"bisect_batch": True, "report_batch_item_failures": True}),
        (MSK, {"batch_size": 10_000, "batching_window_s": 2}),
        (MQ, {"batch_size": 1_000}),
        (DOCUMENTDB, {"batch_size": 1_000}),
    ],
)
def test_what_aws_takes_is_no_problem(of: EventSourceMapping, changed: dict[str, Any]) -> None:
    assert problems(of, now(of, **changed)) == {}


@pytest.mark.parametrize(
    ("of", "name", "value", "said"),
    [
        (SQS, "batch_size", 0, "1 to 10,000 messages"),
        (SQS, "batching_window_s", 301, "0 to 300 s"),
        (SQS, "maximum_concurrency", 1, "2 to 1,000"),
        (SQS, "maximum_concurrency", 1_001, "2 to 1,000"),
        (SQS, "retry_attempts", 3, "SQS has no such setting"),
        (FIFO, "batch_size", 11, "1 to 10 messages"),
        (FIFO, "batching_window_s", 1, "no such setting"),
        (KINESIS, "maximum_concurrency", 5, "Kinesis has no such setting"),
        (KINESIS, "retry_attempts", -2, "-1 or 0 to 10,000"),
        (KINESIS, "record_age_s", 59, "-1 or 60 to 604,800 s"),
        (KINESIS, "parallelization_factor", 11, "1 to 10"),
        (DYNAMODB, "tumbling_window_s", 901, "0 to 900 s"),
        (MSK, "parallelization_factor", 2, "MSK has no such setting"),
        (KAFKA, "record_age_s", 0, "-1 or 60"),
        (MQ, "report_batch_item_failures", True, "MQ has no such setting"),
        (DOCUMENTDB, "filters", (PATTERN,), "DocumentDB has no such setting"),
        (UNKNOWN, "batch_size", 5, "future has no such setting"),
        (SQS, "enabled", None, "on or off"),
    ],
)
def test_what_aws_refuses_is_said_beside_its_field(of: EventSourceMapping, name: str, value: Any, said: str) -> None:
    found = problems(of, now(of, **{name: value}))
    assert list(found) == [name]
    assert said in found[name]


def test_large_batches_of_a_queue_need_a_window() -> None:
    assert problems(SQS, now(SQS, batch_size=11)) == {
        "batching_window_s": "must be 1 s at least for batches of more than 10"
    }


def test_the_default_window_of_a_broker_cannot_be_brought_back() -> None:
    windowed = of_source("mq", "broker:orders:b-0000", BatchSize=100, MaximumBatchingWindowInSeconds=5)
    assert "500 ms" in problems(windowed, now(windowed, batching_window_s=None))["batching_window_s"]


def test_maximum_concurrency_does_not_go_with_provisioned_pollers() -> None:
    polled = of_source("sqs", "orders", ProvisionedPollerConfig={"MinimumPollers": 2, "MaximumPollers": 10})
    assert "provisioned pollers" in problems(polled, now(polled, maximum_concurrency=5))["maximum_concurrency"]


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("{", "filter 2 is no JSON"),
        ("[]", "must be a JSON object"),
        ('{"body": "paid"}', 'a list of what is taken for "body"'),
        ('{"body": {"status": []}}', 'a list of what is taken for "status"'),
        (json.dumps({"body": ["x" * 4_096]}), "4,096 are allowed"),
        ("[" * 4_096, "nested too deep"),
    ],
    ids=["no JSON", "no object", "no list", "an empty list", "too long", "too deep"],
)
def test_a_wrong_filter_is_named_by_its_place(pattern: str, said: str) -> None:
    found = problems(SQS, now(SQS, filters=(PATTERN, pattern)))["filters"]
    assert found.startswith("filter 2 ")
    assert said in found


def test_more_filters_than_any_quota_allows_are_refused() -> None:
    assert problems(SQS, now(SQS, filters=(PATTERN,) * 11)) == {"filters": "11 filters: 10 are allowed"}


HIDDEN = of_source("sqs", "orders", KMSKeyArn=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k")


def test_filters_that_aws_does_not_show_are_not_known_and_left_alone() -> None:
    assert mapping_settings.of(HIDDEN).filters is None
    assert sent(HIDDEN, batch_size=5) == {"BatchSize": 5}


def test_filters_that_were_never_shown_cannot_be_brought_back() -> None:
    replaced = of_source("sqs", "orders", FilterCriteria={"Filters": [{"Pattern": PATTERN}]})
    assert "not known" in problems(replaced, mapping_settings.of(HIDDEN))["filters"]


@pytest.mark.parametrize(
    ("of", "changed", "said"),
    [
        (SQS, {"enabled": False}, "waits in the source"),
        (SQS, {"filters": (PATTERN,)}, "deleted from the queue"),
        (SQS, {"filters": (PATTERN,) * 6}, "AWS allows 5 filters"),
        (SQS, {"report_batch_item_failures": True}, "batchItemFailures"),
        (HIDDEN, {"filters": ()}, "take their place"),
        (KINESIS, {"batch_size": 200}, "batching window of 1 s"),
        (KINESIS, {"retry_attempts": 3}, "no on-failure destination"),
        (KINESIS, {"record_age_s": 60}, "no on-failure destination"),
        (MQ, {"batching_window_s": 1}, "500 ms cannot be set again"),
        (MSK, {"bisect_batch": True}, "provisioned pollers"),
    ],
)
def test_what_an_operator_should_know_is_said(of: EventSourceMapping, changed: dict[str, Any], said: str) -> None:
    assert [each for each in warnings(of, now(of, **changed)) if said in each]


def test_records_that_go_to_a_destination_are_not_lost() -> None:
    kept = of_source("kinesis", "stream/orders", **STREAM, DestinationConfig={"OnFailure": {"Destination": "arn:x"}})
    assert warnings(kept, now(kept, retry_attempts=3)) == ()


@pytest.mark.parametrize(
    ("of", "changed", "expected"),
    [
        (SQS, {"enabled": False}, {"Enabled": False}),
        (
            SQS,
            {"batch_size": 50, "batching_window_s": 2},
            {"BatchSize": 50, "MaximumBatchingWindowInSeconds": 2},
        ),
        (FULL_QUEUE, {"batch_size": None}, {"BatchSize": 10}),
        (SQS, {"maximum_concurrency": 5}, {"ScalingConfig": {"MaximumConcurrency": 5}}),
        (SQS, {"report_batch_item_failures": True}, {"FunctionResponseTypes": ["ReportBatchItemFailures"]}),
        (SQS, {"filters": (PATTERN,)}, {"FilterCriteria": {"Filters": [{"Pattern": PATTERN}]}}),
        (
            KINESIS,
            {"bisect_batch": True, "retry_attempts": 3, "record_age_s": 60},
            {"BisectBatchOnFunctionError": True, "MaximumRetryAttempts": 3, "MaximumRecordAgeInSeconds": 60},
        ),
        (
            DYNAMODB,
            {"parallelization_factor": 2, "tumbling_window_s": 30},
            {"ParallelizationFactor": 2, "TumblingWindowInSeconds": 30},
        ),
        (MSK, {"batching_window_s": 3}, {"MaximumBatchingWindowInSeconds": 3}),
    ],
)
def test_only_what_changed_is_sent(of: EventSourceMapping, changed: dict[str, Any], expected: dict[str, Any]) -> None:
    assert sent(of, **changed) == expected


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (
            FULL_QUEUE,
            {
                "BatchSize": 10,
                "MaximumBatchingWindowInSeconds": 0,
                "ScalingConfig": {},
                "FunctionResponseTypes": [],
                "FilterCriteria": {},
            },
        ),
        (
            FULL_STREAM,
            {
                "BatchSize": 100,
                "MaximumBatchingWindowInSeconds": 0,
                "MaximumRetryAttempts": -1,
                "MaximumRecordAgeInSeconds": -1,
                "BisectBatchOnFunctionError": False,
                "ParallelizationFactor": 1,
                "TumblingWindowInSeconds": 0,
            },
        ),
    ],
    ids=["queue", "stream"],
)
def test_what_is_taken_away_is_cleared_as_aws_wants_it(of: EventSourceMapping, expected: dict[str, Any]) -> None:
    cleared = MappingSettings(enabled=True, report_batch_item_failures=False, bisect_batch=False, filters=())
    parameters = call_parameters(of, mapping_settings.of(of), cleared)
    assert parameters == {"UUID": of.uuid, **expected}
    check(parameters)


def test_the_way_back_is_the_same_with_both_changed_over() -> None:
    before = mapping_settings.of(FULL_QUEUE)
    after = replace(before, maximum_concurrency=None, filters=(), batch_size=10, enabled=False)
    assert call_parameters(FULL_QUEUE, after, before) == {
        "UUID": FULL_QUEUE.uuid,
        "Enabled": True,
        "BatchSize": 50,
        "ScalingConfig": {"MaximumConcurrency": 7},
        "FilterCriteria": {"Filters": [{"Pattern": PATTERN}]},
    }


DIFFERENT: dict[str, Callable[[Any], Any]] = {
    "enabled": lambda enabled: not enabled,
    "batch_size": lambda size: size - 1,
    "report_batch_item_failures": lambda on: not on,
    "bisect_batch": lambda on: not on,
    "filters": lambda _: (PATTERN,),
}
"""Another value of each setting; of those that are not here 100, or 10 where that is too much."""


@pytest.mark.parametrize("of", ALL.values(), ids=ALL)
def test_every_setting_is_sent_as_botocores_model_has_it(of: EventSourceMapping) -> None:
    present = now(of)
    other = {
        name: DIFFERENT[name](getattr(present, name))
        if name in DIFFERENT
        else (10 if name == "parallelization_factor" else 100)
        for name in applicable(of)
    }
    after = now(of, **other)
    assert problems(of, after) == {}
    parameters = call_parameters(of, present, after)
    assert len(parameters) == 1 + len(applicable(of))
    check(parameters)


def test_every_setting_belongs_to_some_kind_of_source() -> None:
    assert {field.name for field in fields(MappingSettings)} == {name for of in ALL.values() for name in applicable(of)}


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("batching_window_s", "MaximumBatchingWindowInSeconds"),
        ("parallelization_factor", "ParallelizationFactor"),
        ("tumbling_window_s", "TumblingWindowInSeconds"),
        ("retry_attempts", "MaximumRetryAttempts"),
        ("record_age_s", "MaximumRecordAgeInSeconds"),
        ("batch_size", "BatchSize"),
    ],
)
def test_no_bound_is_beyond_that_of_botocores_model(name: str, member: str) -> None:
    limits = mapping_settings.bounds(KINESIS)[name]
    assert limits is not None
    known = shape().members[member].metadata
    lowest = limits.low if limits.besides is None else min(limits.low, limits.besides)
    assert (lowest, limits.high) == (known["min"], known["max"])


def shape() -> Any:
    return get_session().get_service_model("lambda").operation_model("UpdateEventSourceMapping").input_shape


def check(parameters: dict[str, Any]) -> None:
    report = ParamValidator().validate(parameters, shape())
    assert not report.has_errors(), report.generate_report()
