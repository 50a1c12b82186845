"""Makes the declared account, through boto3 and public APIs only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from lambdatui.clock import now_ms
from lambdatui.demo import fleet
from lambdatui.demo.alarms import make_alarms
from lambdatui.demo.blueprint import Function
from lambdatui.demo.cloud import Cloud
from lambdatui.demo.packages import function_package, layer_package, packed
from lambdatui.demo.sources import make_sources, map_source
from lambdatui.demo.traffic import Traffic
from lambdatui.demo.triggers import TRIGGER_MAKERS

T = TypeVar("T")
WORKERS = 4


def seed_functions(cloud: Cloud) -> Traffic:
    """Makes what the list of functions shows: an hour of their metrics, the layers and the functions.

    The metrics of functions come first, for a console that finds none says for a minute that all is quiet.

    Returns:
        What counted the metrics, to be carried on.
    """
    traffic = Traffic(cloud, seeded_ms=now_ms())
    traffic.play(now_ms())
    traffic.publish(most_dimensions=1)
    publish_layers(cloud)
    each(lambda function: create(cloud, function), fleet.FUNCTIONS)
    return traffic


def seed_rest(cloud: Cloud, traffic: Traffic) -> None:
    """Makes everything else, with what else `traffic` left in that hour: logs, and metrics of releases."""
    make_roles(cloud)
    make_sources(cloud)
    each(lambda function: release(cloud, function), fleet.FUNCTIONS)
    traffic.catch_up(now_ms())
    each(lambda source: map_source(cloud, source), fleet.EVENT_SOURCES)
    each(lambda add: add(cloud), TRIGGER_MAKERS)
    make_alarms(cloud)


def each(work: Callable[[T], object], things: Iterable[T]) -> None:
    """Does `work` on all things, some at a time; the first error is raised."""
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, things))


def publish_layers(cloud: Cloud) -> None:
    """Publishes our layers, and one of another account that ours may use."""
    neighbour = cloud.of_account(fleet.NEIGHBOUR_ACCOUNT)
    for layer in fleet.LAYERS:
        for version in layer.versions:
            cloud["lambda"].publish_layer_version(
                LayerName=layer.name,
                Description=layer.description,
                Content={"ZipFile": layer_package(layer, version)},
                CompatibleRuntimes=list(layer.runtimes),
            )
    neighbour["lambda"].publish_layer_version(
        LayerName=fleet.NEIGHBOUR_LAYER,
        Description="Sends spans to the tracing backend",
        Content={"ZipFile": packed({"extensions/tracing-agent": b"#!/bin/sh\nexec sleep infinity\n"})},
    )
    neighbour["lambda"].add_layer_version_permission(
        LayerName=fleet.NEIGHBOUR_LAYER,
        VersionNumber=1,
        StatementId="tea-shop",
        Action="lambda:GetLayerVersion",
        Principal=cloud.account,
    )


def create(cloud: Cloud, function: Function) -> None:
    """Creates a function with the code of its first version."""
    optional: dict[str, Any] = {}
    if function.environment:
        optional["Environment"] = {"Variables": dict(function.environment)}
    if function.dead_letter:
        optional["DeadLetterConfig"] = {"TargetArn": cloud.arn("sqs", function.dead_letter)}
    if function.json_logs:
        optional["LoggingConfig"] = {
            "LogFormat": "JSON",
            "ApplicationLogLevel": "INFO",
            "SystemLogLevel": "INFO",
            "LogGroup": function.log_group,
        }
    cloud["lambda"].create_function(
        FunctionName=function.name,
        Description=function.description,
        Runtime=function.runtime,
        Handler=function.handler,
        Role=role_arn(cloud, function),
        Code={"ZipFile": function_package(function, *function.versions[:1])},
        MemorySize=function.memory_mb,
        Timeout=function.timeout_s,
        Architectures=[function.architecture],
        EphemeralStorage={"Size": function.storage_mb},
        TracingConfig={"Mode": "Active" if function.tracing else "PassThrough"},
        Layers=[
            layer if layer.startswith("arn:") else cloud.arn("lambda", f"layer:{layer}") for layer in function.layers
        ],
        Tags={"team": function.team, "service": function.name, **function.tags},
        **optional,
    )


def release(cloud: Cloud, function: Function) -> None:
    """Publishes a function's versions, points its aliases, and sets what hangs on them."""
    client = cloud["lambda"]
    name = function.name
    if function.in_vpc:
        client.update_function_configuration(FunctionName=name, VpcConfig=network(cloud))
    for number, version in enumerate(function.versions):
        if number:
            client.update_function_code(FunctionName=name, ZipFile=function_package(function, version))
        client.publish_version(FunctionName=name, Description=version.description)
    for alias in function.aliases:
        second = {"AdditionalVersionWeights": {alias.second: alias.weight}} if alias.second else {}
        client.create_alias(
            FunctionName=name,
            Name=alias.name,
            FunctionVersion=alias.version,
            Description=alias.description,
            RoutingConfig=second,
        )
    if function.reserved is not None:
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=function.reserved)
    if function.on_failure:
        for qualifier in ("$LATEST", *(alias.name for alias in function.aliases)):
            client.put_function_event_invoke_config(
                FunctionName=name,
                Qualifier=qualifier,
                MaximumRetryAttempts=2,
                MaximumEventAgeInSeconds=3600,
                DestinationConfig={"OnFailure": {"Destination": cloud.arn("sqs", function.on_failure)}},
            )
    if function.url:
        give_url(cloud, function)
    if function.load:
        cloud["logs"].create_log_group(logGroupName=function.log_group)
        if function.retention_days:
            cloud["logs"].put_retention_policy(logGroupName=function.log_group, retentionInDays=function.retention_days)


def give_url(cloud: Cloud, function: Function) -> None:
    """A function URL on the live alias; a public one needs both statements (facts 3.11)."""
    where = {"FunctionName": function.name, "Qualifier": "live"}
    cloud["lambda"].create_function_url_config(**where, AuthType=function.url)
    if function.url == "NONE":
        cloud["lambda"].add_permission(
            **where,
            StatementId="FunctionURLAllowPublicAccess",
            Action="lambda:InvokeFunctionUrl",
            Principal="*",
            FunctionUrlAuthType="NONE",
        )
        cloud["lambda"].add_permission(
            **where,
            StatementId="FunctionURLInvokeAllowPublicAccess",
            Action="lambda:InvokeFunction",
            Principal="*",
            InvokedViaFunctionUrl=True,
        )


def network(cloud: Cloud) -> dict[str, list[str]]:
    """The default VPC's subnets and security group."""
    subnets = cloud["ec2"].describe_subnets()["Subnets"]
    groups = cloud["ec2"].describe_security_groups(Filters=[{"Name": "group-name", "Values": ["default"]}])
    return {
        "SubnetIds": [subnet["SubnetId"] for subnet in subnets],
        "SecurityGroupIds": [group["GroupId"] for group in groups["SecurityGroups"]],
    }


def role_name(team: str) -> str:
    return f"{team}-functions"


def role_arn(cloud: Cloud, function: Function) -> str:
    return f"arn:aws:iam::{cloud.account}:role/{role_name(function.team)}"


def make_roles(cloud: Cloud) -> None:
    """The account's alias, and an execution role for each team."""
    iam = cloud["iam"]
    iam.create_account_alias(AccountAlias=fleet.ACCOUNT_ALIAS)
    trust = statement("sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"})
    for team in sorted({function.team for function in fleet.FUNCTIONS}):
        iam.create_role(RoleName=role_name(team), AssumeRolePolicyDocument=trust)
        iam.attach_role_policy(
            RoleName=role_name(team),
            PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
        )
        iam.put_role_policy(
            RoleName=role_name(team),
            PolicyName="failed-events",
            PolicyDocument=statement("sqs:SendMessage", Resource=cloud.arn("sqs", fleet.LOST_EVENTS)),
        )


def statement(action: str, **rest: Any) -> str:
    """A policy document that allows one action."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, **rest}]})
