"""Events to invoke a function with, in the shapes that AWS documents for each kind of source (facts 4.2).

Everything in them is made up but the function's own sources, region and account; the same moment gives the same event.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from lambdatui.insight.event_templates import records, requests, signals
from lambdatui.insight.event_templates.occasion import EXAMPLE_TOPIC, Builder, Occasion
from lambdatui.models.arn import Arn
from lambdatui.models.configuration import FunctionUrl
from lambdatui.models.event_source import SELF_MANAGED_KAFKA, EventSourceMapping
from lambdatui.models.trigger import Permission, Trigger

__all__ = ["TEMPLATES", "EventTemplate", "templates_for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTemplate:
    """One kind of event, and where it is to come from."""

    id: str
    title: str
    of: frozenset[str] = frozenset()
    """The kinds of trigger that send it, by `Trigger.what`."""
    build: Builder
    source: str | None = None
    """Where it comes from: an ARN, the address of a function URL, or bootstrap servers; None for an example."""
    topic: str = EXAMPLE_TOPIC
    """Kafka's."""

    def event(self, function_arn: str, now_ms: int) -> dict[str, Any]:
        """The event as the function receives it, fit for JSON.

        Args:
            function_arn: with or without qualifier; it tells partition, region, account and name.
            now_ms: when it happened, epoch ms.

        Raises:
            ValueError: the ARN is none.
        """
        return self.build(Occasion.of(function_arn, now_ms, self.source, self.topic))


def _template(id_: str, title: str, build: Builder, *of: str) -> EventTemplate:
    return EventTemplate(id=id_, title=title, build=build, of=frozenset(of))


TEMPLATES = (
    _template("apigateway-rest", "API Gateway REST", requests.rest_api, "API Gateway", "API Gateway REST"),
    _template("apigateway-http", "API Gateway HTTP", requests.http_api, "API Gateway", "API Gateway HTTP"),
    _template("alb", "ALB", requests.load_balancer, "ALB"),
    _template("function-url", "Function URL", requests.function_url, "Function URL"),
    _template("s3", "S3", records.s3, "S3"),
    _template("sns", "SNS", records.sns, "SNS"),
    _template("sqs", "SQS", records.sqs, "SQS"),
    _template("dynamodb", "DynamoDB Streams", records.dynamodb, "DynamoDB Streams"),
    _template("kinesis", "Kinesis", records.kinesis, "Kinesis"),
    _template("eventbridge", "EventBridge", signals.event, "EventBridge"),
    _template("scheduled", "Scheduled", signals.scheduled, "EventBridge"),
    _template("logs", "CloudWatch Logs", signals.logs, "CloudWatch Logs"),
    _template("kafka", "Kafka", records.kafka, "MSK", SELF_MANAGED_KAFKA),
    _template("cognito", "Cognito", signals.cognito, "Cognito"),
    _template("custom", "Custom", lambda _: {}),
)
"""Every kind, from an example source."""


def templates_for(
    triggers: Iterable[Trigger] = (), mappings: Iterable[EventSourceMapping] = ()
) -> tuple[EventTemplate, ...]:
    """The templates for a function: one for each of its sources first, then every kind that it has no source of.

    Args:
        triggers: the function's; mappings may be among them.
        mappings: the function's, as far as they are not among the triggers.
    """
    sources = dict.fromkeys(filter(None, (*map(_source, triggers), *map(_mapped, mappings))))
    filled = [
        replace(template, source=source, topic=topic)
        for what, source, topic in sources
        for template in TEMPLATES
        if what in template.of
    ]
    known = {template.id for template in filled}
    return (*filled, *(template for template in TEMPLATES if template.id not in known))


def _source(trigger: Trigger) -> tuple[str, str, str] | None:
    """Kind, source and topic of a trigger; None where it does not name one source."""
    match trigger.evidence:
        case EventSourceMapping() as mapping:
            return _mapped(mapping)
        case FunctionUrl(function_url=url):
            return trigger.what, url, EXAMPLE_TOPIC
        case Permission(source_arn=str(arn), denies=False) if _names_one(arn):
            return trigger.what, arn, EXAMPLE_TOPIC
    return None


def _names_one(arn: str) -> bool:
    """Whether an ARN of a policy means one source: an API with any of its routes does, and a log group."""
    parsed = Arn.parse(arn)
    if parsed is None:
        return False
    if parsed.service == "execute-api":
        return not parsed.resource.startswith("*") and "/authorizers/" not in parsed.resource
    return "*" not in parsed.resource.removesuffix(":*")


def _mapped(mapping: EventSourceMapping) -> tuple[str, str, str]:
    topic = mapping.topics[0] if mapping.topics else EXAMPLE_TOPIC
    return mapping.what, mapping.event_source_arn or mapping.source, topic
