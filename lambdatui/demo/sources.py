"""Queues, streams and tables, and the event source mappings that read them."""

from __future__ import annotations

import json
from typing import Any

from lambdatui.demo import fleet
from lambdatui.demo.blueprint import EventSource, Queue
from lambdatui.demo.cloud import Cloud


def make_sources(cloud: Cloud) -> None:
    """Makes what the mappings read; a queue's dead-letter queue stands before it in the fleet."""
    for queue in fleet.QUEUES:
        make_queue(cloud, queue)
    for stream, shards in fleet.STREAMS.items():
        cloud["kinesis"].create_stream(StreamName=stream, ShardCount=shards)
    for table in fleet.TABLES:
        cloud["dynamodb"].create_table(
            TableName=table,
            AttributeDefinitions=[{"AttributeName": "order", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "order", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )


def make_queue(cloud: Cloud, queue: Queue) -> None:
    attributes = {"VisibilityTimeout": str(queue.visibility_s), "MessageRetentionPeriod": str(queue.retention_s)}
    if queue.dead_letter:
        target = cloud.arn("sqs", queue.dead_letter)
        attributes["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": queue.max_receives})
    url = cloud["sqs"].create_queue(QueueName=queue.name, Attributes=attributes)["QueueUrl"]
    for message in queue.holds:
        cloud["sqs"].send_message(QueueUrl=url, MessageBody=message)


def map_source(cloud: Cloud, source: EventSource) -> None:
    """Creates one mapping; streams get every setting that keeps a bad record from blocking them (facts 9.2)."""
    settings: dict[str, Any] = {}
    if source.on_failure:
        settings["DestinationConfig"] = {"OnFailure": {"Destination": cloud.arn("sqs", source.on_failure)}}
    if source.max_concurrency:
        settings["ScalingConfig"] = {"MaximumConcurrency": source.max_concurrency}
    if not source.queue:
        settings |= {
            "StartingPosition": "TRIM_HORIZON",
            "BisectBatchOnFunctionError": True,
            "MaximumRetryAttempts": 3,
            "MaximumRecordAgeInSeconds": 3600,
            "ParallelizationFactor": 1,
        }
    cloud["lambda"].create_event_source_mapping(
        FunctionName=source.function + (f":{source.qualifier}" if source.qualifier else ""),
        EventSourceArn=source_arn(cloud, source),
        BatchSize=source.batch_size,
        MaximumBatchingWindowInSeconds=source.window_s,
        Enabled=source.enabled,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        **settings,
    )


def source_arn(cloud: Cloud, source: EventSource) -> str:
    """The ARN of what a mapping reads; a table's stream has a name that only the table knows."""
    if source.queue:
        return cloud.arn("sqs", source.queue)
    if source.stream:
        return cloud.arn("kinesis", f"stream/{source.stream}")
    table: dict[str, str] = cloud["dynamodb"].describe_table(TableName=source.table)["Table"]
    return table["LatestStreamArn"]
