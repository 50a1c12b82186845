"""Events to invoke with: shaped as AWS documents them, and filled with the function's own sources."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from typing import Any

import pytest

from lambdatui.insight.event_templates import TEMPLATES, EventTemplate, templates_for
from lambdatui.insight.resource_policy import permission_trigger
from lambdatui.models.configuration import FunctionUrl
from lambdatui.models.event_source import EventSourceMapping
from lambdatui.models.trigger import Found, Kind, Permission, Trigger, mapping_trigger, url_trigger

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:orders"
HERE = "eu-west-1:123456789012"
NOW_MS = 1_795_169_472_345
"""2026-11-20 10:11:12.345 UTC."""

TOP_LEVEL = {
    "apigateway-rest": """resource path httpMethod headers multiValueHeaders queryStringParameters
        multiValueQueryStringParameters pathParameters stageVariables requestContext body isBase64Encoded""",
    "apigateway-http": "version routeKey rawPath rawQueryString headers requestContext isBase64Encoded",
    "alb": "requestContext httpMethod path queryStringParameters headers body isBase64Encoded",
    "function-url": "version routeKey rawPath rawQueryString headers requestContext isBase64Encoded",
    "s3": "Records",
    "sns": "Records",
    "sqs": "Records",
    "dynamodb": "Records",
    "kinesis": "Records",
    "eventbridge": "version id detail-type source account time region resources detail",
    "scheduled": "version id detail-type source account time region resources detail",
    "logs": "awslogs",
    "kafka": "eventSource eventSourceArn bootstrapServers records",
    "cognito": "version triggerSource region userPoolId userName callerContext request response",
    "custom": "",
}


def permission(service: str, source_arn: str | None, **particular: Any) -> Trigger:
    allowed = {"qualifier": "$LATEST", "effect": "Allow", "principal_type": "Service", "invokes": True, **particular}
    principal = f"{service}.amazonaws.com"
    return permission_trigger(
        Permission(service=service, principal=principal, source_arn=source_arn, **allowed), function_arn=ARN
    )


def mapping(**particular: Any) -> EventSourceMapping:
    return EventSourceMapping.model_validate({"UUID": "u", "FunctionArn": ARN, **particular})


def filled(*triggers: Trigger) -> list[EventTemplate]:
    return [template for template in templates_for(triggers) if template.source]


def event(trigger: Trigger, which: int = 0) -> dict[str, Any]:
    """The event of a function's only source."""
    return filled(trigger)[which].event(ARN, NOW_MS)


def record(trigger: Trigger) -> dict[str, Any]:
    (only,) = event(trigger)["Records"]
    return only


def example(id_: str, arn: str = ARN) -> dict[str, Any]:
    return next(template for template in TEMPLATES if template.id == id_).event(arn, NOW_MS)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.id)
def test_every_kind_has_the_members_that_aws_documents(template: EventTemplate) -> None:
    assert set(template.event(ARN, NOW_MS)) == set(TOP_LEVEL[template.id].split())


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.id)
def test_the_same_moment_gives_the_same_event_and_it_is_json(template: EventTemplate) -> None:
    assert json.loads(json.dumps(template.event(ARN, NOW_MS))) == template.event(ARN, NOW_MS)


def test_a_qualifier_of_the_function_makes_no_difference() -> None:
    assert example("s3", f"{ARN}:live")["Records"][0]["s3"]["configurationId"] == "orders"


def test_what_is_no_function_is_refused() -> None:
    with pytest.raises(ValueError, match="not the ARN of a function"):
        example("s3", "orders")


def test_examples_are_of_the_functions_own_partition_region_and_account() -> None:
    china = "arn:aws-cn:lambda:cn-north-1:123456789012:function:orders"
    assert (
        example("sqs", china)["Records"][0]["eventSourceARN"] == "arn:aws-cn:sqs:cn-north-1:123456789012:example-queue"
    )
    assert example("apigateway-http", china)["headers"]["host"].endswith(".execute-api.cn-north-1.amazonaws.com.cn")


# -- filled with the source


def test_a_route_of_an_api_is_filled_for_both_kinds_of_api() -> None:
    route = permission("apigateway", f"arn:aws:execute-api:{HERE}:abc123/v1/POST/orders/*")
    rest, http = event(route, 0), event(route, 1)
    assert (rest["httpMethod"], rest["path"], rest["requestContext"]["path"]) == (
        "POST",
        "/orders/example",
        "/v1/orders/example",
    )
    assert rest["headers"]["Host"] == "abc123.execute-api.eu-west-1.amazonaws.com"
    assert rest["requestContext"]["requestTime"] == "20/Nov/2026:10:11:12 +0000"
    assert (http["routeKey"], http["rawPath"]) == ("POST /orders/example", "/v1/orders/example")
    assert json.loads(rest["body"]) == json.loads(http["body"])


def test_what_an_apis_permission_leaves_open_is_filled_with_what_is_usual() -> None:
    anything = permission("apigateway", f"arn:aws:execute-api:{HERE}:abc123/*/*")
    rest, http = event(anything, 0), event(anything, 1)
    assert (rest["requestContext"]["stage"], rest["httpMethod"], rest["path"], rest["body"]) == (
        "prod",
        "GET",
        "/",
        None,
    )
    assert (http["requestContext"]["stage"], http["rawPath"], "body" in http) == ("$default", "/", False)


def test_a_load_balancers_target_group_is_filled() -> None:
    group = f"arn:aws:elasticloadbalancing:{HERE}:targetgroup/shop/6d0ecf831eec9f09"
    assert event(permission("elasticloadbalancing", group))["requestContext"] == {"elb": {"targetGroupArn": group}}


def test_a_function_url_is_filled() -> None:
    url = FunctionUrl.model_validate({"FunctionUrl": "https://abc.lambda-url.eu-west-1.on.aws/", "FunctionArn": ARN})
    told = event(url_trigger(url))
    assert told["requestContext"]["domainName"] == told["headers"]["host"] == "abc.lambda-url.eu-west-1.on.aws"
    assert (told["routeKey"], told["requestContext"]["accountId"]) == ("$default", "anonymous")


def test_a_bucket_is_filled() -> None:
    put = record(permission("s3", "arn:aws:s3:::invoices"))
    assert (put["s3"]["bucket"]["name"], put["s3"]["bucket"]["arn"]) == ("invoices", "arn:aws:s3:::invoices")
    assert (put["awsRegion"], put["eventTime"]) == ("eu-west-1", "2026-11-20T10:11:12.345Z")


def test_a_topic_is_filled() -> None:
    notified = record(permission("sns", f"arn:aws:sns:{HERE}:paid"))
    assert notified["Sns"]["TopicArn"] == f"arn:aws:sns:{HERE}:paid"
    assert notified["EventSubscriptionArn"].startswith(f"arn:aws:sns:{HERE}:paid:")


@pytest.mark.parametrize(("name", "ordered"), [("jobs", False), ("jobs.fifo", True)])
def test_a_queue_is_filled_and_a_fifo_queue_has_groups(name: str, ordered: bool) -> None:
    queue = f"arn:aws:sqs:{HERE}:{name}"
    received = record(mapping_trigger(mapping(EventSourceArn=queue)))
    assert received["eventSourceARN"] == queue
    assert received["md5OfBody"] == hashlib.md5(received["body"].encode()).hexdigest()
    assert ("MessageGroupId" in received["attributes"]) is ordered


def test_a_tables_stream_is_filled() -> None:
    stream = f"arn:aws:dynamodb:{HERE}:table/orders/stream/2026-01-01T00:00:00.000"
    assert record(mapping_trigger(mapping(EventSourceArn=stream)))["eventSourceARN"] == stream


def test_a_stream_is_filled_and_its_data_is_base64() -> None:
    stream = f"arn:aws:kinesis:{HERE}:stream/clicks"
    read = record(mapping_trigger(mapping(EventSourceArn=stream)))
    assert read["eventSourceARN"] == stream
    assert json.loads(base64.b64decode(read["kinesis"]["data"])) == {"message": "hello"}


def test_a_rule_is_filled_into_a_schedule_and_offers_events() -> None:
    rule = f"arn:aws:events:{HERE}:rule/nightly"
    matched, scheduled = event(permission("events", rule), 0), event(permission("events", rule), 1)
    assert (scheduled["detail-type"], scheduled["resources"]) == ("Scheduled Event", [rule])
    assert (matched["account"], matched["region"], matched["time"]) == (
        "123456789012",
        "eu-west-1",
        "2026-11-20T10:11:12Z",
    )


def test_a_log_group_is_filled_into_what_is_compressed() -> None:
    told = event(permission("logs", f"arn:aws:logs:{HERE}:log-group:/app/web:*"))
    message = json.loads(gzip.decompress(base64.b64decode(told["awslogs"]["data"])))
    assert (message["logGroup"], message["owner"], message["messageType"]) == (
        "/app/web",
        "123456789012",
        "DATA_MESSAGE",
    )


def test_a_cluster_and_its_topic_are_filled() -> None:
    cluster = f"arn:aws:kafka:{HERE}:cluster/events/uuid-1"
    told = event(mapping_trigger(mapping(EventSourceArn=cluster, Topics=["paid"])))
    assert (told["eventSource"], told["eventSourceArn"]) == ("aws:kafka", cluster)
    assert told["records"]["paid-0"][0]["topic"] == "paid"


def test_a_cluster_of_ones_own_is_named_by_its_servers_for_it_has_no_arn() -> None:
    servers = {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["a:9092", "b:9092"]}}
    told = event(mapping_trigger(mapping(SelfManagedEventSource=servers, Topics=["paid"])))
    assert (told["eventSource"], told["bootstrapServers"]) == ("SelfManagedKafka", "a:9092,b:9092")
    assert "eventSourceArn" not in told


def test_a_user_pool_is_filled() -> None:
    pool = f"arn:aws:cognito-idp:{HERE}:userpool/eu-west-1_AbC"
    assert event(permission("cognito-idp", pool))["userPoolId"] == "eu-west-1_AbC"


# -- which are offered


def test_a_function_without_sources_is_offered_every_kind() -> None:
    assert templates_for() == TEMPLATES


def test_real_sources_come_first_and_each_other_kind_once_behind() -> None:
    first, second = f"arn:aws:sqs:{HERE}:first", f"arn:aws:sqs:{HERE}:second"
    offered = templates_for(
        [permission("s3", "arn:aws:s3:::invoices")], [mapping(EventSourceArn=first), mapping(EventSourceArn=second)]
    )
    assert [template.source for template in offered[:3]] == ["arn:aws:s3:::invoices", first, second]
    assert [template.id for template in offered[3:]] == [
        template.id for template in TEMPLATES if template.id not in {"s3", "sqs"}
    ]


def test_a_source_that_is_told_twice_is_offered_once() -> None:
    queue = mapping(EventSourceArn=f"arn:aws:sqs:{HERE}:jobs")
    bucket = permission("s3", "arn:aws:s3:::invoices")
    offered = templates_for([mapping_trigger(queue), bucket, bucket], [queue])
    assert [template.id for template in offered if template.source] == ["sqs", "s3"]


@pytest.mark.parametrize(
    "trigger",
    [
        permission("s3", None),
        permission("s3", "arn:aws:s3:::*"),
        permission("s3", "arn:aws:s3:::invoices", effect="Deny"),
        permission("events", f"arn:aws:events:{HERE}:rule/*"),
        permission("apigateway", f"arn:aws:execute-api:{HERE}:*/*/GET/"),
        permission("apigateway", f"arn:aws:execute-api:{HERE}:abc123/authorizers/def456"),
        permission("config", f"arn:aws:config:{HERE}:config-rule/r"),
        Trigger(key="k", source="s", what="Scheduler", kind=Kind.ASYNCHRONOUS, qualifier="", evidence=Found(id="a")),
    ],
    ids=["none", "any bucket", "denied", "any rule", "any API", "authorizer", "a kind without template", "by a role"],
)
def test_what_names_no_one_source_fills_nothing(trigger: Trigger) -> None:
    assert filled(trigger) == []
