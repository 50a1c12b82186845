"""Services that call functions of their own accord: for each trigger its source, and the permission to call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from lambdatui.demo import fleet
from lambdatui.demo.blueprint import Trigger
from lambdatui.demo.cloud import Cloud


def of_kind(kind: str) -> list[Trigger]:
    return [trigger for trigger in fleet.TRIGGERS if trigger.kind == kind]


def by_source(kind: str) -> Iterator[tuple[str, list[Trigger]]]:
    """The triggers of one kind, those of one source together."""
    for source, triggers in groupby(of_kind(kind), key=lambda trigger: trigger.source):
        yield source, list(triggers)


def target(cloud: Cloud, trigger: Trigger) -> str:
    return cloud.function_arn(trigger.function, trigger.qualifier)


def allow(cloud: Cloud, trigger: Trigger, principal: str, source_arn: str, **conditions: str) -> None:
    """Lets `principal` call the trigger's function for the sake of `source_arn`."""
    where = {"Qualifier": trigger.qualifier} if trigger.qualifier else {}
    cloud["lambda"].add_permission(
        FunctionName=trigger.function,
        StatementId=f"{trigger.kind}-{trigger.source.strip('/').replace('/', '-')}",
        Action="lambda:InvokeFunction",
        Principal=principal,
        SourceArn=source_arn,
        **where,
        **conditions,
    )


def add_rest_apis(cloud: Cloud) -> None:
    gateway = cloud["apigateway"]
    for name, triggers in by_source("rest-api"):
        api = gateway.create_rest_api(name=name, endpointConfiguration={"types": ["REGIONAL"]})["id"]
        root = gateway.get_resources(restApiId=api)["items"][0]["id"]
        for trigger in triggers:
            method, part = trigger.detail.split()
            resource = gateway.create_resource(restApiId=api, parentId=root, pathPart=part)["id"]
            place = {"restApiId": api, "resourceId": resource, "httpMethod": method}
            gateway.put_method(**place, authorizationType="NONE")
            gateway.put_integration(
                **place,
                type="AWS_PROXY",
                integrationHttpMethod="POST",
                timeoutInMillis=29_000,
                uri=f"arn:aws:apigateway:{cloud.region}:lambda:path/2015-03-31/functions/{target(cloud, trigger)}"
                "/invocations",
            )
            allow(cloud, trigger, "apigateway.amazonaws.com", cloud.arn("execute-api", f"{api}/*/{method}/{part}"))
        gateway.create_deployment(restApiId=api, stageName="live")


def add_http_apis(cloud: Cloud) -> None:
    gateway = cloud["apigatewayv2"]
    for name, triggers in by_source("http-api"):
        api = gateway.create_api(Name=name, ProtocolType="HTTP")["ApiId"]
        for trigger in triggers:
            integration = gateway.create_integration(
                ApiId=api,
                IntegrationType="AWS_PROXY",
                IntegrationUri=target(cloud, trigger),
                PayloadFormatVersion="2.0",
                TimeoutInMillis=29_000,
            )["IntegrationId"]
            gateway.create_route(ApiId=api, RouteKey=trigger.detail, Target=f"integrations/{integration}")
            route = trigger.detail.replace(" ", "")
            allow(cloud, trigger, "apigateway.amazonaws.com", cloud.arn("execute-api", f"{api}/*/{route}"))
        gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)


def add_load_balancers(cloud: Cloud) -> None:
    balancing = cloud["elbv2"]
    for name, triggers in by_source("load-balancer"):
        subnets = cloud["ec2"].describe_subnets()["Subnets"]
        (balancer,) = balancing.create_load_balancer(
            Name=name, Type="application", Subnets=[subnet["SubnetId"] for subnet in subnets]
        )["LoadBalancers"]
        (listener,) = balancing.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
        )["Listeners"]
        for priority, trigger in enumerate(triggers, start=1):
            (group,) = balancing.create_target_group(Name=trigger.function, TargetType="lambda")["TargetGroups"]
            arn = group["TargetGroupArn"]
            allow(cloud, trigger, "elasticloadbalancing.amazonaws.com", arn)
            balancing.register_targets(TargetGroupArn=arn, Targets=[{"Id": target(cloud, trigger)}])
            balancing.create_rule(
                ListenerArn=listener["ListenerArn"],
                Priority=priority,
                Conditions=[{"Field": "path-pattern", "Values": [trigger.detail]}],
                Actions=[{"Type": "forward", "TargetGroupArn": arn}],
            )


def add_buckets(cloud: Cloud) -> None:
    for bucket, triggers in by_source("bucket"):
        cloud["s3"].create_bucket(Bucket=bucket)
        notified = []
        for trigger in triggers:
            allow(cloud, trigger, "s3.amazonaws.com", f"arn:aws:s3:::{bucket}", SourceAccount=cloud.account)
            prefix = {"Key": {"FilterRules": [{"Name": "prefix", "Value": trigger.detail}]}}
            notified.append(
                {
                    "Id": trigger.function,
                    "LambdaFunctionArn": target(cloud, trigger),
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": prefix,
                }
            )
        cloud["s3"].put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"LambdaFunctionConfigurations": notified}
        )


def add_topics(cloud: Cloud) -> None:
    for trigger in of_kind("topic"):
        topic = cloud["sns"].create_topic(Name=trigger.source)["TopicArn"]
        allow(cloud, trigger, "sns.amazonaws.com", topic)
        cloud["sns"].subscribe(TopicArn=topic, Protocol="lambda", Endpoint=target(cloud, trigger))


def add_rules(cloud: Cloud) -> None:
    for trigger in of_kind("rule"):
        when = "EventPattern" if trigger.detail.startswith("{") else "ScheduleExpression"
        rule = cloud["events"].put_rule(Name=trigger.source, State="ENABLED", **{when: trigger.detail})["RuleArn"]
        allow(cloud, trigger, "events.amazonaws.com", rule)
        cloud["events"].put_targets(
            Rule=trigger.source,
            Targets=[
                {
                    "Id": trigger.function,
                    "Arn": target(cloud, trigger),
                    "DeadLetterConfig": {"Arn": cloud.arn("sqs", fleet.LOST_EVENTS)},
                }
            ],
        )


def add_log_subscriptions(cloud: Cloud) -> None:
    for trigger in of_kind("logs"):
        allow(
            cloud,
            trigger,
            "logs.amazonaws.com",
            cloud.arn("logs", f"log-group:{trigger.source}:*"),
            SourceAccount=cloud.account,
        )
        cloud["logs"].put_subscription_filter(
            logGroupName=trigger.source,
            filterName=trigger.function,
            filterPattern=trigger.detail,
            destinationArn=target(cloud, trigger),
        )


TRIGGER_MAKERS: tuple[Callable[[Cloud], None], ...] = (
    add_rest_apis,
    add_http_apis,
    add_load_balancers,
    add_buckets,
    add_topics,
    add_rules,
    add_log_subscriptions,
)
