"""Batches of records: queues, streams, topics and buckets (facts 4.2)."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from lambdatui.insight.event_templates.occasion import CLIENT_IP, Occasion

_MESSAGE = json.dumps({"message": "hello"})
_MESSAGE_BASE64 = base64.b64encode(_MESSAGE.encode()).decode()
_SEQUENCE = "49590338271490256608559692538361571095921575989136588898"


def s3(occasion: Occasion) -> dict[str, Any]:
    """An object that was put into a bucket. Keys come URL-encoded."""
    bucket = occasion.source_arn("s3", "example-bucket").resource
    content = _MESSAGE.encode()
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": occasion.region,
                "eventTime": occasion.iso_ms,
                "eventName": "ObjectCreated:Put",
                "userIdentity": {"principalId": f"AWS:{occasion.account}"},
                "requestParameters": {"sourceIPAddress": CLIENT_IP},
                "responseElements": {
                    "x-amz-request-id": occasion.hex("request", 16).upper(),
                    "x-amz-id-2": occasion.hex("id-2", 32),
                },
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "configurationId": occasion.function,
                    "bucket": {
                        "name": bucket,
                        "ownerIdentity": {"principalId": occasion.hex("owner", 14).upper()},
                        "arn": f"arn:{occasion.function_arn.partition}:s3:::{bucket}",
                    },
                    "object": {
                        "key": "example/hello+world.json",
                        "size": len(content),
                        "eTag": _md5(content),
                        "sequencer": f"{occasion.now_ms:018X}",
                    },
                },
            }
        ]
    }


def sns(occasion: Occasion) -> dict[str, Any]:
    """A notification of a topic. Unlike the others, it writes its members with capitals."""
    topic = str(occasion.source_arn("sns", "example-topic"))
    subscription = f"{topic}:{occasion.uuid('subscription')}"
    address = f"https://sns.{occasion.region}.{occasion.domain}"
    return {
        "Records": [
            {
                "EventSource": "aws:sns",
                "EventVersion": "1.0",
                "EventSubscriptionArn": subscription,
                "Sns": {
                    "Type": "Notification",
                    "MessageId": occasion.uuid("message"),
                    "TopicArn": topic,
                    "Subject": None,
                    "Message": _MESSAGE,
                    "Timestamp": occasion.iso_ms,
                    "SignatureVersion": "1",
                    "Signature": "EXAMPLE",
                    "SigningCertUrl": f"{address}/SimpleNotificationService-example.pem",
                    "UnsubscribeUrl": f"{address}/?Action=Unsubscribe&SubscriptionArn={subscription}",
                    "MessageAttributes": {},
                },
            }
        ]
    }


def sqs(occasion: Occasion) -> dict[str, Any]:
    """A message of a queue; one of a FIFO queue has a group, too."""
    queue = occasion.source_arn("sqs", "example-queue")
    ordered = {
        "MessageGroupId": "example",
        "MessageDeduplicationId": hashlib.sha256(_MESSAGE.encode()).hexdigest(),
        "SequenceNumber": "18849496460467696128",
    }
    return {
        "Records": [
            {
                "messageId": occasion.uuid("message"),
                "receiptHandle": occasion.hex("receipt", 32),
                "body": _MESSAGE,
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": str(occasion.now_ms),
                    "SenderId": occasion.account,
                    "ApproximateFirstReceiveTimestamp": str(occasion.now_ms),
                    **(ordered if queue.resource.endswith(".fifo") else {}),
                },
                "messageAttributes": {},
                "md5OfBody": _md5(_MESSAGE.encode()),
                "eventSource": "aws:sqs",
                "eventSourceARN": str(queue),
                "awsRegion": occasion.region,
            }
        ]
    }


def dynamodb(occasion: Occasion) -> dict[str, Any]:
    """An item that was put into a table whose stream has new and old images."""
    stream = occasion.source_arn("dynamodb", "table/example/stream/2026-01-01T00:00:00.000")
    keys = {"id": {"S": "example"}}
    image = {**keys, "message": {"S": "hello"}}
    return {
        "Records": [
            {
                "eventID": occasion.hex("event", 32),
                "eventName": "INSERT",
                "eventVersion": "1.1",
                "eventSource": "aws:dynamodb",
                "awsRegion": occasion.region,
                "dynamodb": {
                    "ApproximateCreationDateTime": occasion.now_ms // 1000,
                    "Keys": keys,
                    "NewImage": image,
                    "SequenceNumber": "111000000000000000000001",
                    "SizeBytes": 30,
                    "StreamViewType": "NEW_AND_OLD_IMAGES",
                },
                "eventSourceARN": str(stream),
            }
        ]
    }


def kinesis(occasion: Occasion) -> dict[str, Any]:
    """A record of a stream; the data is base64."""
    stream = occasion.source_arn("kinesis", "stream/example-stream")
    partition = occasion.function_arn.partition
    return {
        "Records": [
            {
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": "example",
                    "sequenceNumber": _SEQUENCE,
                    "data": _MESSAGE_BASE64,
                    "approximateArrivalTimestamp": occasion.now_ms / 1000,
                },
                "eventSource": "aws:kinesis",
                "eventVersion": "1.0",
                "eventID": f"shardId-000000000000:{_SEQUENCE}",
                "eventName": "aws:kinesis:record",
                "invokeIdentityArn": f"arn:{partition}:iam::{occasion.account}:role/{occasion.function}",
                "awsRegion": occasion.region,
                "eventSourceARN": str(stream),
            }
        ]
    }


def kafka(occasion: Occasion) -> dict[str, Any]:
    """A record of a topic; key and value are base64. Of a cluster that AWS does not run, the servers are the source."""
    if occasion.source and not occasion.source.startswith("arn:"):
        origin = {"eventSource": "SelfManagedKafka", "bootstrapServers": occasion.source.replace(" ", "")}
    else:
        cluster = occasion.source_arn("kafka", f"cluster/example/{occasion.uuid('cluster')}-1")
        origin = {
            "eventSource": "aws:kafka",
            "eventSourceArn": str(cluster),
            "bootstrapServers": f"b-1.example.kafka.{occasion.region}.{occasion.domain}:9094",
        }
    return {
        **origin,
        "records": {
            f"{occasion.topic}-0": [
                {
                    "topic": occasion.topic,
                    "partition": 0,
                    "offset": 15,
                    "timestamp": occasion.now_ms,
                    "timestampType": "CREATE_TIME",
                    "key": base64.b64encode(b"example").decode(),
                    "value": _MESSAGE_BASE64,
                    "headers": [{"headerKey": list(b"headerValue")}],
                }
            ]
        },
    }


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
