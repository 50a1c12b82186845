"""Event source mappings and what they read, at the wire and against the demo's account."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from lambdatui.aws.connection import Connection
from lambdatui.aws.event_source_metrics import get_metrics
from lambdatui.aws.event_sources import get_event_source_mapping, get_source_state, list_event_source_mappings
from lambdatui.demo import fleet
from lambdatui.errors import AccessDenied, NotFound, Throttled
from lambdatui.models.event_source import ClusterState, EventSourceMapping, QueueState, StreamState
from tests.support.endpoint import ACCOUNT, REGION, ScriptedEndpoint, Seen, error, json_answer, xml_answer
from tests.support.mappings import FUNCTION, mapping, mappings

pytestmark = pytest.mark.usefixtures("impatient")

SHARD = "shardId-000000000000000000000001"
NOW = datetime(2026, 11, 20, 22, tzinfo=UTC)
QUEUE = {
    "ApproximateNumberOfMessages": "7",
    "ApproximateNumberOfMessagesNotVisible": "3",
    "ApproximateNumberOfMessagesDelayed": "0",
    "VisibilityTimeout": "30",
    "MessageRetentionPeriod": "345600",
}


async def listed(connection: Connection, function: str | None = None) -> list[EventSourceMapping]:
    return [one async for page in list_event_source_mappings(connection, function) for one in page]


def model(**particular: Any) -> EventSourceMapping:
    return EventSourceMapping.model_validate(mapping(**particular))


# -- the mappings


async def test_a_region_is_one_sweep_of_pages(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    def page(seen: Seen) -> Any:
        following = {"": "1", "1": "2"}.get(seen.query.get("Marker", ""), "")
        return mappings(mapping(UUID=f"uuid-{following}"), more=following)

    endpoint.on("lambda", "ListEventSourceMappings", page)
    assert [one.uuid for one in await listed(connection)] == ["uuid-1", "uuid-2", "uuid-"]
    assert endpoint.counts == {"lambda:ListEventSourceMappings": 3}


async def test_a_function_is_asked_for_by_name(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "ListEventSourceMappings", mappings())
    assert await listed(connection, "orders") == []
    assert endpoint.requests[0].query == {"FunctionName": "orders"}


@pytest.mark.parametrize("source", fleet.EVENT_SOURCES, ids=lambda source: source.function)
async def test_every_mapping_of_the_demo_is_read_as_it_was_made(demo: Connection, source: Any) -> None:
    (found,) = await listed(demo, source.function)
    assert found.what == ("SQS" if source.queue else "Kinesis" if source.stream else "DynamoDB Streams")
    assert found.source == (source.queue or source.stream or source.table)
    assert (found.function_name, found.qualifier) == (source.function, source.qualifier or "$LATEST")
    assert found.state == ("Enabled" if source.enabled else "Disabled")
    assert (found.batch_size, found.batching_window_s) == (source.batch_size, source.window_s)
    assert (found.on_failure or "").endswith(source.on_failure)


@pytest.mark.parametrize(
    ("particular", "what", "source"),
    [
        ({"EventSourceArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"}, "SQS", "orders"),
        ({"EventSourceArn": f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/clicks"}, "Kinesis", "clicks"),
        ({"EventSourceArn": f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/clicks/consumer/c:1"}, "Kinesis", "clicks"),
        ({"EventSourceArn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t/stream/2026"}, "DynamoDB Streams", "t"),
        ({"EventSourceArn": f"arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/shop/0a-1"}, "MSK", "shop"),
        ({"EventSourceArn": f"arn:aws:mq:{REGION}:{ACCOUNT}:broker:tea:b-1"}, "MQ", "tea"),
        ({"EventSourceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:docs"}, "DocumentDB", "docs"),
        ({"EventSourceArn": f"arn:aws:teapot:{REGION}:{ACCOUNT}:pot/1"}, "teapot", "1"),
        (
            {"EventSourceArn": None, "SelfManagedEventSource": {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["a:9092"]}}},
            "Kafka",
            "a:9092",
        ),
    ],
)
def test_a_source_is_known_by_its_arn(particular: dict[str, Any], what: str, source: str) -> None:
    found = model(**particular)
    assert (found.what, found.source) == (what, source)


@pytest.mark.parametrize(
    ("result", "failing"),
    [
        ("PROBLEM: Function call failed", True),
        ("problem: something", True),
        ("No records processed", False),
        ("OK", False),
        (None, False),
    ],
)
def test_a_mapping_fails_if_its_last_result_says_so(result: str | None, failing: bool) -> None:
    assert model(LastProcessingResult=result).failing is failing


@pytest.mark.parametrize("state", ["Creating", "Enabling", "Disabling", "Updating", "Deleting"])
def test_aws_leaves_a_transitional_state_by_itself(state: str) -> None:
    assert model(State=state).changing


@pytest.mark.parametrize("state", ["Enabled", "Disabled", "Brewing", None])
def test_all_other_states_are_not_waited_for(state: str | None) -> None:
    assert not model(State=state).changing


def test_encrypted_filters_are_unseen_and_not_absent() -> None:
    assert model(KMSKeyArn="arn:aws:kms:us-east-1:1:key/k").unseen_filters
    assert not model().unseen_filters


async def test_one_mapping_is_read_with_the_error_in_its_filters(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    failed = {"ErrorCode": "AccessDeniedException", "Message": "kms:Decrypt is not allowed"}
    endpoint.on("lambda", "GetEventSourceMapping", json_answer(mapping(FilterCriteriaError=failed)))
    found = await get_event_source_mapping(connection, mapping()["UUID"])
    assert found.filter_criteria_error is not None
    assert found.filter_criteria_error.error_code == "AccessDeniedException"


async def test_a_mapping_that_was_deleted_is_not_found(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "GetEventSourceMapping", error("ResourceNotFoundException", 404, "does not exist"))
    with pytest.raises(NotFound):
        await get_event_source_mapping(connection, mapping()["UUID"])


# -- what they read


def a_queue(endpoint: ScriptedEndpoint, **attributes: str) -> None:
    endpoint.on("sqs", "GetQueueUrl", json_answer({"QueueUrl": f"{endpoint.url}/{ACCOUNT}/orders"}))
    endpoint.on("sqs", "GetQueueAttributes", json_answer({"Attributes": {**QUEUE, **attributes}}))


async def test_a_queue_is_counted_and_nothing_is_received(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    redrive = {"deadLetterTargetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead", "maxReceiveCount": "5"}
    a_queue(endpoint, RedrivePolicy=json.dumps(redrive))
    found = await get_source_state(connection, model())
    assert found == QueueState(
        name="orders",
        visible=7,
        in_flight=3,
        delayed=0,
        visibility_timeout_s=30,
        retention_s=345_600,
        dead_letter_arn=redrive["deadLetterTargetArn"],
        max_receives=5,
    )
    assert endpoint.counts == {"sqs:GetQueueUrl": 1, "sqs:GetQueueAttributes": 1}


async def test_a_queue_without_redrive_has_no_dead_letter_queue(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    a_queue(endpoint)
    found = await get_source_state(connection, model())
    assert isinstance(found, QueueState)
    assert (found.dead_letter_arn, found.max_receives) == (None, None)


async def test_a_queue_that_is_gone_is_not_found(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("sqs", "GetQueueUrl", error("AWS.SimpleQueueService.NonExistentQueue", 400, "no such queue"))
    with pytest.raises(NotFound):
        await get_source_state(connection, model())


async def test_a_queue_that_may_not_be_read_names_the_action(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("sqs", "GetQueueUrl", json_answer({"QueueUrl": f"{endpoint.url}/{ACCOUNT}/orders"}))
    with pytest.raises(AccessDenied) as denied:
        await get_source_state(connection, model())
    assert denied.value.action == "sqs:GetQueueAttributes"


async def test_shards_that_were_closed_are_not_counted(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    def shard(*, closed: bool) -> dict[str, Any]:
        ends = {"EndingSequenceNumber": "2"} if closed else {}
        return {"ShardId": SHARD, "SequenceNumberRange": {"StartingSequenceNumber": "1", **ends}}

    def page(shards: list[Any], **more: str) -> Any:
        return json_answer({"StreamDescription": {"StreamStatus": "ENABLED", "Shards": shards, **more}})

    endpoint.on(
        "dynamodbstreams",
        "DescribeStream",
        page([shard(closed=True), shard(closed=False)], LastEvaluatedShardId=SHARD),
        page([shard(closed=False)]),
    )
    found = await get_source_state(
        connection, model(EventSourceArn=f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t/stream/2026")
    )
    assert found == StreamState(status="ENABLED", shards=2, retention_h=24)


async def test_a_consumer_of_a_stream_is_asked_about_as_its_stream(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    summary = {
        "StreamName": "clicks",
        "StreamARN": "arn",
        "StreamStatus": "ACTIVE",
        "RetentionPeriodHours": 48,
        "StreamCreationTimestamp": 0,
        "EnhancedMonitoring": [],
        "OpenShardCount": 4,
    }
    endpoint.on("kinesis", "DescribeStreamSummary", json_answer({"StreamDescriptionSummary": summary}))
    stream = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/clicks"
    found = await get_source_state(connection, model(EventSourceArn=f"{stream}/consumer/c:1"))
    assert found == StreamState(status="ACTIVE", shards=4, retention_h=48)
    assert json.loads(endpoint.requests[0].body)["StreamARN"] == stream


@pytest.mark.parametrize(
    ("arn", "service", "operation", "answer"),
    [
        ("kafka", "kafka", "DescribeClusterV2", json_answer({"clusterInfo": {"state": "ACTIVE"}})),
        ("mq", "mq", "DescribeBroker", json_answer({"brokerState": "ACTIVE"})),
        (
            "rds",
            "docdb",
            "DescribeDBClusters",
            xml_answer(
                "<DescribeDBClustersResponse><DescribeDBClustersResult><DBClusters><DBCluster><Status>ACTIVE</Status>"
                "</DBCluster></DBClusters></DescribeDBClustersResult></DescribeDBClustersResponse>"
            ),
        ),
    ],
)
async def test_a_cluster_or_broker_tells_its_state(
    connection: Connection, endpoint: ScriptedEndpoint, arn: str, service: str, operation: str, answer: Any
) -> None:
    endpoint.on(service, operation, answer)
    resource = {"kafka": "cluster/shop/0a-1", "mq": "broker:tea:b-1", "rds": "cluster:docs"}[arn]
    found = await get_source_state(connection, model(EventSourceArn=f"arn:aws:{arn}:{REGION}:{ACCOUNT}:{resource}"))
    assert found == ClusterState(status="ACTIVE")


async def test_a_kafka_cluster_of_somebody_else_is_not_asked_about(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    assert await get_source_state(connection, model(EventSourceArn=None)) is None
    assert endpoint.requests == []


@pytest.mark.parametrize("source", fleet.EVENT_SOURCES, ids=lambda source: source.function)
async def test_every_source_of_the_demo_tells_how_it_stands(demo: Connection, source: Any) -> None:
    (found,) = await listed(demo, source.function)
    state = await get_source_state(demo, found)
    if source.queue:
        queue = next(queue for queue in fleet.QUEUES if queue.name == source.queue)
        assert isinstance(state, QueueState)
        assert state.visibility_timeout_s == queue.visibility_s
        assert (state.dead_letter_arn or "").endswith(f":{queue.dead_letter}")
    else:
        assert isinstance(state, StreamState)
        assert state.shards == fleet.STREAMS.get(source.stream, 1)


# -- metrics


async def test_the_metrics_of_a_mapping_are_one_request(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("cloudwatch", "GetMetricData", error("ThrottlingException", 429))
    with pytest.raises(Throttled):
        await get_metrics(connection, model(MetricsConfig={"Metrics": ["EventCount", "ErrorCount"]}), NOW)
    assert endpoint.counts == {"cloudwatch:GetMetricData": 1}


async def test_what_has_no_metrics_is_not_asked_for_any(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    broker = model(EventSourceArn=f"arn:aws:mq:{REGION}:{ACCOUNT}:broker:tea:b-1")
    assert await get_metrics(connection, broker, NOW) == ()
    assert endpoint.requests == []


async def test_a_stream_that_is_read_has_an_iterator_age(demo: Connection) -> None:
    (found,) = await listed(demo, "search-indexer")
    (age,) = await get_metrics(demo, found, datetime.now(UTC))
    assert age.name == "IteratorAge"
    assert age.latest is not None
    assert age.latest > 0


async def test_the_age_of_a_message_that_nobody_published_is_not_known(demo: Connection) -> None:
    (found,) = await listed(demo, "orders-intake")
    (age,) = await get_metrics(demo, found, datetime.now(UTC))
    assert (age.name, age.latest) == ("ApproximateAgeOfOldestMessage", None)


def test_the_scripted_mapping_calls_the_scripted_function() -> None:
    assert model().function_arn == FUNCTION
