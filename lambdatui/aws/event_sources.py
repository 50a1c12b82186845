"""Event source mappings, and the state of the queues and streams that they read.

Every function here raises only `lambdatui.errors`.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from lambdatui.aws.connection import Connection
from lambdatui.aws.faults import translated
from lambdatui.aws.paging import answers, lambda_pages
from lambdatui.models.arn import Arn
from lambdatui.models.event_source import ClusterState, EventSourceMapping, QueueState, SourceState, StreamState

DYNAMODB_RETENTION_H = 24
"""What every DynamoDB stream keeps (facts 4.2)."""

_QUEUE_ATTRIBUTES = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
    "VisibilityTimeout",
    "MessageRetentionPeriod",
    "RedrivePolicy",
]


def list_event_source_mappings(
    connection: Connection, function: str | None = None
) -> AsyncIterator[tuple[EventSourceMapping, ...]]:
    """The mappings of a function, or all of the region in one sweep, a page at a time (facts 2.1).

    Args:
        function: its name, with ``:ALIAS`` for those of an alias: AWS does not say that its name alone finds them.
    """
    asked = {} if function is None else {"FunctionName": function}
    read = EventSourceMapping.model_validate
    return lambda_pages(connection, "ListEventSourceMappings", "EventSourceMappings", read, **asked)


async def get_event_source_mapping(connection: Connection, uuid: str) -> EventSourceMapping:
    """One mapping, with the filters that a list leaves out where they are encrypted (facts 4.3)."""
    answer = await connection.call("lambda", "GetEventSourceMapping", UUID=uuid)
    with translated(connection, "lambda", "GetEventSourceMapping"):
        return EventSourceMapping.model_validate(answer)


async def get_source_state(connection: Connection, mapping: EventSourceMapping) -> SourceState | None:
    """How the source of a mapping stands now; None for a source that AWS cannot be asked about.

    Raises:
        NotFound: the source is gone.
    """
    arn = Arn.parse(mapping.event_source_arn or "")
    read = _SOURCES.get(arn.service) if arn else None
    if arn is None or read is None:
        return None
    with translated(connection, arn.service):
        return await read(connection, arn)


async def get_queue(connection: Connection, arn: Arn) -> QueueState:
    """A queue's depth and settings: what only counts messages, and hides none (facts 1.2).

    Args:
        arn: of the queue.

    Raises:
        NotFound: there is no such queue.
    """
    url = await connection.call("sqs", "GetQueueUrl", QueueName=arn.resource, QueueOwnerAWSAccountId=arn.account)
    answer = await connection.call(
        "sqs", "GetQueueAttributes", QueueUrl=url["QueueUrl"], AttributeNames=_QUEUE_ATTRIBUTES
    )
    found: Mapping[str, str] = answer.get("Attributes") or {}
    redrive: Mapping[str, Any] = json.loads(found.get("RedrivePolicy") or "{}")
    receives = redrive.get("maxReceiveCount")
    return QueueState(
        name=arn.resource,
        visible=int(found["ApproximateNumberOfMessages"]),
        in_flight=int(found["ApproximateNumberOfMessagesNotVisible"]),
        delayed=int(found["ApproximateNumberOfMessagesDelayed"]),
        visibility_timeout_s=int(found["VisibilityTimeout"]),
        retention_s=int(found["MessageRetentionPeriod"]),
        dead_letter_arn=redrive.get("deadLetterTargetArn"),
        max_receives=None if receives is None else int(receives),
    )


async def _kinesis(connection: Connection, arn: Arn) -> StreamState:
    stream = arn.resource.split("/")[1]
    named = str(Arn(arn.partition, arn.service, arn.region, arn.account, f"stream/{stream}"))
    answer = await connection.call("kinesis", "DescribeStreamSummary", StreamARN=named)
    summary = answer["StreamDescriptionSummary"]
    return StreamState(
        status=summary["StreamStatus"],
        shards=summary["OpenShardCount"],
        retention_h=summary["RetentionPeriodHours"],
    )


async def _dynamodb(connection: Connection, arn: Arn) -> StreamState:
    """A table's stream: a shard that has an ending sequence number takes no more records."""
    names = ("ExclusiveStartShardId", "LastEvaluatedShardId")
    described = answers(
        connection, "dynamodbstreams", "DescribeStream", names, within="StreamDescription", StreamArn=str(arn)
    )
    pages = [page async for page in described]
    return StreamState(
        status=pages[-1]["StreamStatus"],
        shards=sum(
            "EndingSequenceNumber" not in (shard.get("SequenceNumberRange") or {})
            for page in pages
            for shard in page["Shards"]
        ),
        retention_h=DYNAMODB_RETENTION_H,
    )


async def _kafka(connection: Connection, arn: Arn) -> ClusterState:
    answer = await connection.call("kafka", "DescribeClusterV2", ClusterArn=str(arn))
    return ClusterState(status=answer["ClusterInfo"]["State"])


async def _broker(connection: Connection, arn: Arn) -> ClusterState:
    answer = await connection.call("mq", "DescribeBroker", BrokerId=arn.resource.rpartition(":")[2])
    return ClusterState(status=answer["BrokerState"])


async def _documentdb(connection: Connection, arn: Arn) -> ClusterState:
    answer = await connection.call(
        "docdb", "DescribeDBClusters", DBClusterIdentifier=arn.resource.removeprefix("cluster:")
    )
    return ClusterState(status=answer["DBClusters"][0]["Status"])


_SOURCES: Mapping[str, Callable[[Connection, Arn], Awaitable[SourceState]]] = {
    "sqs": get_queue,
    "kinesis": _kinesis,
    "dynamodb": _dynamodb,
    "kafka": _kafka,
    "mq": _broker,
    "rds": _documentdb,
}
