"""The seeded account, read back through AWS's own API, holds what the demo promises."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from typing import Any

import pytest

from lambdatui.demo.blueprint import Function, Trouble
from lambdatui.demo.cloud import Cloud
from lambdatui.demo.fleet import EVENT_SOURCES, FUNCTIONS, LAYERS, NEIGHBOUR_ACCOUNT, TRIGGERS, planted
from lambdatui.demo.packages import HERE

BY_NAME = {function.name: function for function in FUNCTIONS}
DEPLOYED = [(function, alias) for function in FUNCTIONS for alias in function.aliases]


def configuration(cloud: Cloud, function: Function) -> dict[str, Any]:
    answer: dict[str, Any] = cloud["lambda"].get_function_configuration(FunctionName=function.name)
    return answer


def policy(cloud: Cloud, name: str, qualifier: str) -> list[dict[str, Any]]:
    where = {"Qualifier": qualifier} if qualifier else {}
    statements: list[dict[str, Any]] = json.loads(cloud["lambda"].get_policy(FunctionName=name, **where)["Policy"])[
        "Statement"
    ]
    return statements


def test_fleet_spans_teams_and_runtimes() -> None:
    assert len(FUNCTIONS) >= 16
    assert len({function.team for function in FUNCTIONS}) >= 4
    assert {"python3.13", "python3.12", "python3.11", "nodejs22.x", "java21", "provided.al2023"} <= {
        function.runtime for function in FUNCTIONS
    }


def test_every_function_has_code_of_its_own() -> None:
    sources = [function.source_name for function in FUNCTIONS]
    assert [name for name, count in Counter(sources).items() if count > 1] == []


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_function_is_configured_as_declared(cloud: Cloud, function: Function) -> None:
    seen = configuration(cloud, function)
    assert (
        seen["Description"],
        seen["Runtime"],
        seen["MemorySize"],
        seen["Timeout"],
        seen["Architectures"],
        seen["EphemeralStorage"]["Size"],
        seen.get("Environment", {}).get("Variables", {}),
        seen["LoggingConfig"]["LogFormat"],
    ) == (
        function.description,
        function.runtime,
        function.memory_mb,
        function.timeout_s,
        [function.architecture],
        function.storage_mb,
        dict(function.environment),
        "JSON" if function.json_logs else "Text",
    )


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_function_is_tagged_with_its_team(cloud: Cloud, function: Function) -> None:
    tags = cloud["lambda"].list_tags(Resource=cloud.function_arn(function.name))["Tags"]
    assert tags == {"team": function.team, "service": function.name, **function.tags}


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_function_has_its_published_versions(cloud: Cloud, function: Function) -> None:
    versions = cloud["lambda"].list_versions_by_function(FunctionName=function.name)["Versions"]
    assert [each["Description"] for each in versions[1:]] == [each.description for each in function.versions]


@pytest.mark.parametrize(("function", "alias"), DEPLOYED, ids=lambda each: each.name)
def test_alias_points_where_it_was_declared(cloud: Cloud, function: Function, alias: Any) -> None:
    seen = cloud["lambda"].get_alias(FunctionName=function.name, Name=alias.name)
    weights = seen.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    assert (seen["FunctionVersion"], weights) == (alias.version, {alias.second: alias.weight} if alias.second else {})


def test_one_alias_splits_its_traffic() -> None:
    assert [alias.name for _, alias in DEPLOYED if alias.second] == ["live"]


def test_layers_of_ours_have_several_versions(cloud: Cloud) -> None:
    counted = {
        layer.name: len(cloud["lambda"].list_layer_versions(LayerName=layer.name)["LayerVersions"]) for layer in LAYERS
    }
    assert len(counted) == 2
    assert min(counted.values()) >= 2


def test_one_function_uses_a_layer_of_another_account(cloud: Cloud) -> None:
    layers = [layer["Arn"] for function in FUNCTIONS for layer in configuration(cloud, function).get("Layers", ())]
    assert [arn.split(":")[4] for arn in layers].count(NEIGHBOUR_ACCOUNT) == 1


def test_mappings_read_a_queue_a_stream_and_a_table(cloud: Cloud) -> None:
    mappings = cloud["lambda"].list_event_source_mappings()["EventSourceMappings"]
    assert len(mappings) == len(EVENT_SOURCES)
    assert {each["EventSourceArn"].split(":")[2] for each in mappings} == {"sqs", "kinesis", "dynamodb"}


def test_one_mapping_is_disabled(cloud: Cloud) -> None:
    mappings = cloud["lambda"].list_event_source_mappings()["EventSourceMappings"]
    assert [each["State"] for each in mappings].count("Disabled") == 1


def test_one_mapping_fails(cloud: Cloud) -> None:
    arn = cloud.function_arn(planted(Trouble.FAILING_MAPPING).name, "live")
    pause, deadline = threading.Event(), time.monotonic() + 20
    while time.monotonic() < deadline:
        (mapping,) = cloud["lambda"].list_event_source_mappings(FunctionName=arn)["EventSourceMappings"]
        if mapping["LastProcessingResult"] == "FAILED":
            return
        pause.wait(0.05)
    pytest.fail(f"the mapping still says {mapping['LastProcessingResult']}")


def test_all_push_services_are_there() -> None:
    kinds = {trigger.kind for trigger in TRIGGERS}
    assert kinds == {"rest-api", "http-api", "load-balancer", "bucket", "topic", "rule", "logs"}


PRINCIPALS = {
    "rest-api": "apigateway.amazonaws.com",
    "http-api": "apigateway.amazonaws.com",
    "load-balancer": "elasticloadbalancing.amazonaws.com",
    "bucket": "s3.amazonaws.com",
    "topic": "sns.amazonaws.com",
    "rule": "events.amazonaws.com",
    "logs": "logs.amazonaws.com",
}


@pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda trigger: f"{trigger.kind}-{trigger.function}")
def test_trigger_may_call_its_function(cloud: Cloud, trigger: Any) -> None:
    arn = cloud.function_arn(trigger.function, trigger.qualifier)
    allowed = [
        statement
        for statement in policy(cloud, trigger.function, trigger.qualifier)
        if statement["Principal"] == {"Service": PRINCIPALS[trigger.kind]} and statement["Resource"] == arn
    ]
    assert len(allowed) == 1


def integration_uris(cloud: Cloud) -> list[str]:
    rest, http = cloud["apigateway"], cloud["apigatewayv2"]
    uris = [
        method["methodIntegration"]["uri"]
        for api in rest.get_rest_apis()["items"]
        for resource in rest.get_resources(restApiId=api["id"], embed=["methods"])["items"]
        for method in resource.get("resourceMethods", {}).values()
    ]
    return uris + [
        integration["IntegrationUri"]
        for api in http.get_apis()["Items"]
        for integration in http.get_integrations(ApiId=api["ApiId"])["Items"]
    ]


def source_targets(cloud: Cloud, kind: str, source: str) -> list[str]:
    """The ARNs that the source of a trigger calls, as its own service tells them."""
    match kind:
        case "rest-api" | "http-api":
            return integration_uris(cloud)
        case "load-balancer":
            groups = cloud["elbv2"].describe_target_groups()["TargetGroups"]
            health = [cloud["elbv2"].describe_target_health(TargetGroupArn=each["TargetGroupArn"]) for each in groups]
            return [target["Target"]["Id"] for each in health for target in each["TargetHealthDescriptions"]]
        case "bucket":
            found = cloud["s3"].get_bucket_notification_configuration(Bucket=source)
            return [each["LambdaFunctionArn"] for each in found["LambdaFunctionConfigurations"]]
        case "topic":
            found = cloud["sns"].list_subscriptions_by_topic(TopicArn=cloud.arn("sns", source))
            return [each["Endpoint"] for each in found["Subscriptions"]]
        case "rule":
            return [each["Arn"] for each in cloud["events"].list_targets_by_rule(Rule=source)["Targets"]]
        case _:
            found = cloud["logs"].describe_subscription_filters(logGroupName=source)
            return [each["destinationArn"] for each in found["subscriptionFilters"]]


@pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda trigger: f"{trigger.kind}-{trigger.function}")
def test_trigger_has_a_source_that_calls_its_function(cloud: Cloud, trigger: Any) -> None:
    arn = cloud.function_arn(trigger.function, trigger.qualifier)
    assert any(arn in target for target in source_targets(cloud, trigger.kind, trigger.source))


def test_functions_that_fail_at_times_declare_how() -> None:
    failing = [
        function.name for function in FUNCTIONS if function.load and function.load.errors and not function.failure
    ]
    assert failing == []


def test_each_trouble_stands_on_a_function_of_its_own() -> None:
    troubles = [function.trouble for function in FUNCTIONS if function.trouble]
    assert Counter(troubles) == Counter(Trouble)


def test_public_url_may_be_called_by_anyone(cloud: Cloud) -> None:
    name = planted(Trouble.PUBLIC_URL).name
    url = cloud["lambda"].get_function_url_config(FunctionName=name, Qualifier="live")
    assert url["AuthType"] == "NONE"
    assert [each["Action"] for each in policy(cloud, name, "live") if each["Principal"] == "*"] == [
        "lambda:InvokeFunctionUrl",
        "lambda:InvokeFunction",
    ]


def test_throttled_function_has_reserved_concurrency(cloud: Cloud) -> None:
    name = planted(Trouble.THROTTLED).name
    assert cloud["lambda"].get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == 5


def test_short_visibility_is_below_six_times_the_timeout(cloud: Cloud) -> None:
    function = planted(Trouble.SHORT_VISIBILITY)
    url = cloud["sqs"].get_queue_url(QueueName="orders-intake")["QueueUrl"]
    visibility = cloud["sqs"].get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    assert int(visibility["VisibilityTimeout"]) < 6 * function.timeout_s


def test_function_without_dead_letter_has_no_destination_either(cloud: Cloud) -> None:
    function = planted(Trouble.NO_DEAD_LETTER)
    assert "DeadLetterConfig" not in configuration(cloud, function)
    configs = cloud["lambda"].list_function_event_invoke_configs(FunctionName=function.name)
    assert configs["FunctionEventInvokeConfigs"] == []


def test_only_one_log_group_never_expires(cloud: Cloud) -> None:
    groups = cloud["logs"].describe_log_groups()["logGroups"]
    assert [each["logGroupName"] for each in groups if "retentionInDays" not in each] == [
        planted(Trouble.LOGS_NEVER_EXPIRE).log_group
    ]


def test_only_one_runtime_is_deprecated() -> None:
    assert [function.name for function in FUNCTIONS if function.runtime == "python3.9"] == [
        planted(Trouble.DEPRECATED_RUNTIME).name
    ]


def test_only_one_environment_holds_a_plaintext_secret() -> None:
    holders = [function.name for function in FUNCTIONS if any("PASSWORD" in name for name in function.environment)]
    assert holders == [planted(Trouble.PLAINTEXT_SECRET).name]


@pytest.mark.parametrize(
    "function", [each for each in FUNCTIONS if each.failure and each.failure.trace], ids=lambda each: each.name
)
def test_played_traceback_matches_the_code_of_the_newest_version(function: Function) -> None:
    assert function.failure is not None
    name = (function.versions[-1].source or function.source_name) + ".py"
    code = (HERE / "functions" / name).read_text().splitlines()
    for frame in function.failure.trace:
        place, shown = frame.splitlines()
        assert code[int(place.split("line ")[1].split(",")[0]) - 1].strip() == shown.strip()
