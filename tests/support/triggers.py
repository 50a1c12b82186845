"""What invokes a function, in the words of the scripts of `tests.support.endpoint`."""

from __future__ import annotations

import json
from typing import Any

from tests.support.endpoint import ACCOUNT, REGION, Answer, ScriptedEndpoint, json_answer
from tests.support.mappings import FUNCTION, mapping, mappings, of_function
from tests.support.releases import alias, aliases, policy

QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
DEAD = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders-dead"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:mails"
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/hourly"


def statement(service: str, source: str, qualifier: str = "", **particular: Any) -> dict[str, Any]:
    """A statement by which a service may invoke the function, or its alias."""
    return {
        "Sid": f"{service}-may",
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": FUNCTION + (f":{qualifier}" if qualifier else ""),
        "Condition": {"ArnLike": {"AWS:SourceArn": source}},
        **particular,
    }


def url(qualifier: str = "live", auth: str = "AWS_IAM") -> dict[str, Any]:
    """One of ListFunctionUrlConfigs."""
    return {
        "FunctionUrl": "https://abc.lambda-url.us-east-1.on.aws/",
        "FunctionArn": f"{FUNCTION}:{qualifier}",
        "AuthType": auth,
        "CreationTime": "2026-11-20T10:11:12Z",
        "LastModifiedTime": "2026-11-20T10:11:12Z",
    }


def policies(**by_qualifier: Answer) -> Any:
    """GetPolicy: an answer for each alias, and for the unqualified function under ``latest``."""
    return lambda seen: by_qualifier[seen.query.get("Qualifier", "latest")]


def many_triggers(endpoint: ScriptedEndpoint) -> None:
    """A function that a queue, a rule, a topic and a URL invoke, the last two through its alias live."""
    endpoint.on("lambda", "ListEventSourceMappings", of_function(mappings(mapping())))
    endpoint.on("lambda", "ListFunctionUrlConfigs", json_answer({"FunctionUrlConfigs": [url()]}))
    endpoint.on("lambda", "ListAliases", aliases(alias("live", 1)))
    endpoint.on(
        "lambda",
        "GetPolicy",
        policies(latest=policy(statement("events", RULE)), live=policy(statement("sns", TOPIC, "live"))),
    )
    endpoint.on("events", "DescribeRule", json_answer({"State": "ENABLED", "ScheduleExpression": "rate(1 hour)"}))
    endpoint.on("events", "ListTargetsByRule", json_answer({"Targets": [{"Id": "1", "Arn": FUNCTION}]}))


def a_queue(endpoint: ScriptedEndpoint, dead_letters: int = 2) -> None:
    """The queue that the mapping reads, and its dead-letter queue."""

    def attributes(seen: Any) -> Answer:
        dead = json.loads(seen.body)["QueueUrl"].endswith("-dead")
        counts = {"ApproximateNumberOfMessages": str(dead_letters if dead else 1_234)}
        counts |= {"ApproximateNumberOfMessagesNotVisible": "10", "ApproximateNumberOfMessagesDelayed": "0"}
        redrive = json.dumps({"deadLetterTargetArn": DEAD, "maxReceiveCount": 5})
        settings = {"VisibilityTimeout": "30", "MessageRetentionPeriod": "345600"}
        return json_answer({"Attributes": counts | settings | ({} if dead else {"RedrivePolicy": redrive})})

    def address(seen: Any) -> Answer:
        return json_answer({"QueueUrl": f"{endpoint.url}/{ACCOUNT}/{json.loads(seen.body)['QueueName']}"})

    endpoint.on("sqs", "GetQueueUrl", address)
    endpoint.on("sqs", "GetQueueAttributes", attributes)


def metrics(*values: float) -> Answer:
    """GetMetricData: one value for each metric that was asked for, in that order."""
    results = [{"Id": f"m{number}", "Values": [value]} for number, value in enumerate(values)]
    return json_answer({"MetricDataResults": results})
