"""Resource policies, and what their sources say: at the wire, and against the demo's account."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lambdatui.aws.connection import Connection
from lambdatui.aws.trigger_search import search
from lambdatui.aws.trigger_sources import check_source
from lambdatui.aws.triggers import get_policy
from lambdatui.demo import fleet
from lambdatui.demo.cloud import Cloud
from lambdatui.demo.endpoint import DemoEndpoint
from lambdatui.errors import AccessDenied, NotFound, Unreachable
from lambdatui.insight.resource_policy import permission_trigger, read_policy
from lambdatui.models.trigger import Check, Kind, Permission, Verdict
from tests.aws.conftest import Connect, where
from tests.support.endpoint import ACCOUNT, REGION, Answer, ScriptedEndpoint, error, json_answer, xml_answer, xml_error

pytestmark = pytest.mark.usefixtures("impatient")

NAME = "orders"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{NAME}"
LIVE = f"{FUNCTION}:live"
NO_POLICY = error("ResourceNotFoundException", 404, "The resource you requested does not exist.")
INVOCATIONS = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{{}}/invocations"

SOURCES = {
    "rest-api": ("API Gateway", "API Gateway REST", Kind.SYNCHRONOUS),
    "http-api": ("API Gateway", "API Gateway HTTP", Kind.SYNCHRONOUS),
    "load-balancer": ("ALB", "", Kind.SYNCHRONOUS),
    "bucket": ("S3", "", Kind.ASYNCHRONOUS),
    "topic": ("SNS", "", Kind.ASYNCHRONOUS),
    "rule": ("EventBridge", "", Kind.ASYNCHRONOUS),
    "logs": ("CloudWatch Logs", "", Kind.ASYNCHRONOUS),
}
"""What the demo's kinds of trigger are told as, before and after the source was asked, and how they invoke."""
EVERY_TRIGGER = pytest.mark.parametrize("planted", fleet.TRIGGERS, ids=lambda planted: planted.function)


def permission(service: str, source: str = "", **particular: Any) -> Permission:
    """A permission of the alias live for a service, by default for a source in this account and region."""
    arn = source if source.startswith("arn:") or not source else f"arn:aws:{service}:{REGION}:{ACCOUNT}:{source}"
    whole = {
        "qualifier": "live",
        "sid": "s",
        "effect": "Allow",
        "principal_type": "Service",
        "principal": f"{service}.amazonaws.com",
        "service": service,
        "source_arn": arn or None,
        "invokes": True,
    }
    return Permission(**{**whole, **particular})


async def check(connection: Connection, asked: Permission) -> Check:
    return await check_source(connection, asked, FUNCTION)


# -- policies


async def test_no_policy_is_none(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "GetPolicy", NO_POLICY)
    assert await get_policy(connection, NAME) is None


@pytest.mark.parametrize(
    "message", [f"Function not found: {FUNCTION}", f"Cannot find alias arn: {LIVE}"], ids=["function", "alias"]
)
async def test_a_policy_of_what_is_missing_is_not_found(
    connection: Connection, endpoint: ScriptedEndpoint, message: str
) -> None:
    endpoint.on("lambda", "GetPolicy", error("ResourceNotFoundException", 404, message))
    with pytest.raises(NotFound):
        await get_policy(connection, NAME, "live")


async def test_a_policy_that_may_not_be_read_is_not_none(connection: Connection) -> None:
    with pytest.raises(AccessDenied) as denied:
        await get_policy(connection, NAME)
    assert denied.value.action == "lambda:GetPolicy"


async def test_latest_is_asked_for_without_qualifier(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "GetPolicy", json_answer({"Policy": "{}"}))
    await get_policy(connection, NAME, "$LATEST")
    await get_policy(connection, NAME, "live")
    assert [seen.query for seen in endpoint.requests] == [{}, {"Qualifier": "live"}]


# -- the demo's triggers


async def planted_permission(connection: Connection, planted: Any, function_arn: str) -> Permission:
    document = await get_policy(connection, planted.function, planted.qualifier or "$LATEST")
    assert document is not None
    sid = f"{planted.kind}-{planted.source.strip('/').replace('/', '-')}"
    return next(one for one in read_policy(document, planted.qualifier or "$LATEST") if one.sid == sid)


@EVERY_TRIGGER
async def test_every_trigger_of_the_demo_is_found_and_its_source_confirms_it(demo: Connection, planted: Any) -> None:
    function_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{planted.function}"
    found = await planted_permission(demo, planted, function_arn)
    trigger = permission_trigger(found, function_arn)
    what, told_by_source, kind = SOURCES[planted.kind]
    assert (trigger.what, trigger.kind, trigger.qualifier) == (what, kind, planted.qualifier or "$LATEST")
    checked = await check_source(demo, found, function_arn)
    assert (checked.verdict, checked.what) == (Verdict.CONFIRMED, told_by_source)


@pytest.mark.parametrize("kind", SOURCES)
async def test_a_source_that_is_gone_is_told(demo: Connection, kind: str) -> None:
    sources = {
        "rest-api": permission("apigateway", f"arn:aws:execute-api:{REGION}:{ACCOUNT}:abc/*/POST/charges"),
        "http-api": permission("apigateway", f"arn:aws:execute-api:{REGION}:{ACCOUNT}:abc/*/POST/orders"),
        "load-balancer": permission("elasticloadbalancing", "targetgroup/search/0123456789abcdef"),
        "bucket": permission("s3", "arn:aws:s3:::pictures", source_account=ACCOUNT),
        "topic": permission("sns", "mails"),
        "rule": permission("events", "rule/hourly"),
        "logs": permission("logs", "log-group:/aws/lambda/a:*"),
    }
    checked = await check_source(demo, sources[kind], FUNCTION)
    assert checked.verdict is Verdict.GONE


async def test_sources_that_are_there_but_call_another_function_are_told_as_gone(
    connect: Connect, empty_endpoint: DemoEndpoint
) -> None:
    cloud = Cloud(empty_endpoint)
    topic = cloud["sns"].create_topic(Name="mails")["TopicArn"]
    cloud["logs"].create_log_group(logGroupName="/shop")
    cloud["events"].put_rule(Name="hourly", ScheduleExpression="rate(1 hour)")
    cloud["s3"].create_bucket(Bucket="pictures")
    pool = cloud["cognito-idp"].create_user_pool(PoolName="shop")["UserPool"]["Id"]
    connected = connect(read_only=True, **where(empty_endpoint))
    for asked in (
        permission("sns", topic),
        permission("logs", "log-group:/shop:*"),
        permission("events", "rule/hourly"),
        permission("s3", "arn:aws:s3:::pictures"),
        permission("cognito-idp", f"userpool/{pool}"),
        permission("config", source_account=ACCOUNT),
        permission("ses", source_account=ACCOUNT),
        permission("edgelambda"),
    ):
        checked = await check_source(connected, asked, cloud.function_arn(NAME))
        assert (asked.service, checked.verdict) == (asked.service, Verdict.GONE)


# -- API Gateway


def rest_api(endpoint: ScriptedEndpoint, uri: str, *, method: str = "POST", path: str = "/charges") -> None:
    held = {"httpMethod": method, "methodIntegration": {"type": "AWS_PROXY", "uri": uri}}
    endpoint.on(
        "apigateway", "GetResources", json_answer({"item": [{"path": path, "resourceMethods": {method: held}}]})
    )


def of_api(route: str) -> Permission:
    return permission("apigateway", f"arn:aws:execute-api:{REGION}:{ACCOUNT}:abc/{route}")


@pytest.mark.parametrize(
    ("route", "method", "path"),
    [
        ("*/POST/charges", "POST", "/charges"),
        ("live/POST/charges", "POST", "/charges"),
        ("*/*/charges", "POST", "/charges"),
        ("*/*/*", "DELETE", "/a/b/c"),
        ("*", "POST", "/charges"),
        ("*/POST/charges/*", "POST", "/charges/{id}"),
        ("*/GET/", "GET", "/"),
        ("*/POST/charges", "ANY", "/charges"),
    ],
)
async def test_a_route_that_the_statement_covers_confirms_it(
    connection: Connection, endpoint: ScriptedEndpoint, route: str, method: str, path: str
) -> None:
    rest_api(endpoint, INVOCATIONS.format(LIVE), method=method, path=path)
    assert (await check(connection, of_api(route))).verdict is Verdict.CONFIRMED


@pytest.mark.parametrize("route", ["*/GET/charges", "*/POST/refunds", "*/POST/charges/more"])
async def test_a_route_that_the_statement_does_not_cover_confirms_nothing(
    connection: Connection, endpoint: ScriptedEndpoint, route: str
) -> None:
    rest_api(endpoint, INVOCATIONS.format(LIVE))
    assert (await check(connection, of_api(route))).verdict is Verdict.GONE


async def test_an_alias_in_a_stage_variable_is_looked_up(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    rest_api(endpoint, INVOCATIONS.format(f"{FUNCTION}:${{stageVariables.alias}}"))
    stages = [{"stageName": "a", "variables": {"alias": "beta"}}, {"stageName": "b", "variables": {"alias": "live"}}]
    endpoint.on("apigateway", "GetStages", json_answer({"item": stages}))
    assert (await check(connection, of_api("*/POST/charges"))).verdict is Verdict.CONFIRMED


async def test_another_qualifier_is_named_where_it_is_called_instead(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    rest_api(endpoint, INVOCATIONS.format(FUNCTION))
    checked = await check(connection, of_api("*/POST/charges"))
    assert checked == Check(verdict=Verdict.GONE, told=("it calls $LATEST instead",), what="API Gateway REST")


async def test_an_authorizer_is_not_looked_for_among_the_routes(connection: Connection) -> None:
    assert (await check(connection, of_api("authorizers/a1"))).verdict is Verdict.NOT_CHECKED


async def test_an_api_that_may_not_be_read_is_not_gone(connection: Connection) -> None:
    with pytest.raises(AccessDenied) as denied:
        await check(connection, of_api("*/POST/charges"))
    assert denied.value.action == "apigateway:GET"


# -- the others


async def test_a_rule_that_is_disabled_is_confirmed_with_a_warning(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("events", "DescribeRule", json_answer({"State": "DISABLED", "ScheduleExpression": "rate(1 hour)"}))
    endpoint.on("events", "ListTargetsByRule", json_answer({"Targets": [{"Id": "1", "Arn": LIVE}]}))
    checked = await check(connection, permission("events", "rule/shop/hourly"))
    assert (checked.verdict, checked.warning) == (Verdict.CONFIRMED, "the rule is disabled")
    assert json.loads(endpoint.requests[0].body) == {"Name": "hourly", "EventBusName": "shop"}


async def test_the_second_page_of_subscriptions_is_read(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    def page(called: str, more: str = "") -> Answer:
        return xml_answer(
            "<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions><member><Protocol>lambda"
            f"</Protocol><Endpoint>{called}</Endpoint><SubscriptionArn>arn</SubscriptionArn></member></Subscriptions>"
            f"{more}</ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>"
        )

    endpoint.on("sns", "ListSubscriptionsByTopic", page(f"{FUNCTION}-other", "<NextToken>2</NextToken>"), page(LIVE))
    assert (await check(connection, permission("sns", "mails"))).verdict is Verdict.CONFIRMED


@pytest.mark.parametrize("hook", [LIVE, {"LambdaVersion": "V2_0", "LambdaArn": LIVE}], ids=["plain", "with a version"])
async def test_a_user_pool_confirms_by_any_of_its_hooks(
    connection: Connection, endpoint: ScriptedEndpoint, hook: Any
) -> None:
    name = "PreSignUp" if isinstance(hook, str) else "PreTokenGenerationConfig"
    endpoint.on("cognito-idp", "DescribeUserPool", json_answer({"UserPool": {"LambdaConfig": {name: hook}}}))
    checked = await check(connection, permission("cognito-idp", f"userpool/{REGION}_AbCdEfGhI"))
    assert checked == Check(verdict=Verdict.CONFIRMED, told=(name,))


async def test_a_rule_of_config_confirms_by_its_identifier(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    rule = {"ConfigRuleName": "tagged", "Source": {"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": LIVE}}
    endpoint.on("config", "DescribeConfigRules", json_answer({"ConfigRules": [rule]}))
    assert (await check(connection, permission("config"))).verdict is Verdict.CONFIRMED


async def test_a_rule_of_iot_confirms_by_its_actions(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    rule = {"sql": "SELECT *", "actions": [{"lambda": {"functionArn": LIVE}}], "ruleDisabled": False}
    endpoint.on("iot", "GetTopicRule", json_answer({"rule": rule}))
    checked = await check(connection, permission("iot", "rule/kettle"))
    assert checked == Check(verdict=Verdict.CONFIRMED, told=("SELECT *",))


async def test_a_rule_that_iot_denies_is_not_taken_for_expired_credentials(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("iot", "GetTopicRule", error("UnauthorizedException", 401, "Access to topic rule 'x' was denied"))
    with pytest.raises(AccessDenied) as denied:
        await check(connection, permission("iot", "rule/kettle"))
    assert denied.value.action == "iot:GetTopicRule"


async def test_an_alias_of_a_bot_confirms_by_a_locale(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    hook = {"codeHookSpecification": {"lambdaCodeHook": {"lambdaARN": LIVE, "codeHookInterfaceVersion": "1.0"}}}
    endpoint.on("lexv2-models", "DescribeBotAlias", json_answer({"botAliasLocaleSettings": {"en_GB": hook}}))
    asked = permission("lexv2", f"arn:aws:lex:{REGION}:{ACCOUNT}:bot-alias/ABCDEFGHIJ/TSTALIASID")
    assert await check(connection, asked) == Check(verdict=Verdict.CONFIRMED, told=("en_GB",))


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (permission("s3", "arn:aws:s3:::pictures", source_account="999999999999"), "belongs to account 999999999999"),
        (permission("sns", f"arn:aws:sns:eu-west-1:{ACCOUNT}:mails"), "is in eu-west-1"),
        (permission("sns"), "names no one source"),
        (permission("events", "rule/*"), "names no one source"),
        (permission("logs", "log-group:*"), "names no one source"),
        (permission("apigateway", f"arn:aws:execute-api:{REGION}:{ACCOUNT}:*/*"), "names no one source"),
        (permission("lex", "intent:OrderTea:1"), "names no one source"),
        (permission("tea-maker", "pot/1"), "does not know how to ask tea-maker.amazonaws.com"),
        (permission("", principal_type="AWS", principal=ACCOUNT), "leaves nothing to look at"),
        (permission("s3", "arn:aws:s3:::pictures", effect="Deny"), "denies"),
        (permission("s3", "arn:aws:s3:::pictures", not_read=("NotAction",)), "is not understood: NotAction"),
    ],
)
async def test_what_cannot_be_checked_says_why_and_asks_nobody(
    connection: Connection, endpoint: ScriptedEndpoint, asked: Permission, reason: str
) -> None:
    checked = await check(connection, asked)
    assert checked.verdict is Verdict.NOT_CHECKED
    assert reason in checked.told[0]
    assert endpoint.requests == []


@pytest.mark.parametrize(
    ("asked", "action", "refusal"),
    [
        (permission("s3", "arn:aws:s3:::pictures"), "s3:GetBucketNotification", xml_error("AccessDenied", 403)),
        (permission("sns", "mails"), "sns:ListSubscriptionsByTopic", xml_error("AuthorizationError", 403)),
        (permission("events", "rule/hourly"), "events:DescribeRule", error("AccessDeniedException", 400)),
        (permission("logs", "log-group:/a:*"), "logs:DescribeSubscriptionFilters", error("AccessDeniedException", 400)),
        (
            permission("elasticloadbalancing", "targetgroup/a/0"),
            "elasticloadbalancing:DescribeTargetGroups",
            xml_error("AccessDenied", 403),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_source_that_may_not_be_asked_names_the_action(
    connection: Connection, endpoint: ScriptedEndpoint, asked: Permission, action: str, refusal: Answer
) -> None:
    service = {"elasticloadbalancing": "elbv2"}.get(asked.service, asked.service)
    endpoint.on(service, "*", refusal)
    with pytest.raises(AccessDenied) as denied:
        await check(connection, asked)
    assert denied.value.action == action


async def test_a_source_that_is_out_of_order_is_not_gone(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("events", "DescribeRule", error("InternalFailure", 500))
    with pytest.raises(Unreachable):
        await check(connection, permission("events", "rule/hourly"))


# -- function URLs


def by_url(**particular: Any) -> Permission:
    return permission("", principal_type="*", principal="*", via_url=True, **particular)


async def test_a_permission_for_a_url_that_was_deleted_is_told_as_gone(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "GetFunctionUrlConfig", NO_POLICY)
    checked = await check(connection, by_url())
    assert checked == Check(verdict=Verdict.GONE, told=("live has no function URL",))


async def test_the_public_url_of_the_demo_is_confirmed(demo: Connection) -> None:
    function_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:webhook-receiver"
    document = await get_policy(demo, "webhook-receiver", "live")
    assert document is not None
    verdicts = {(await check_source(demo, one, function_arn)).verdict for one in read_policy(document, "live")}
    assert verdicts == {Verdict.CONFIRMED}


# -- what leaves no trace


def schedule(name: str, target: str) -> dict[str, Any]:
    return {
        "Arn": f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{name}",
        "Name": name,
        "GroupName": "default",
        "State": "ENABLED",
        "Target": {"Arn": target},
    }


async def test_schedules_are_found_by_their_target_and_by_their_input(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    universal = "arn:aws:scheduler:::aws-sdk:lambda:invoke"
    listed = [schedule("hourly", LIVE), schedule("direct", universal), schedule("other", f"{FUNCTION}-other")]
    endpoint.on("scheduler", "ListSchedules", json_answer({"Schedules": listed}))
    given = {"Arn": universal, "RoleArn": "arn", "Input": json.dumps({"FunctionName": NAME, "Qualifier": "beta"})}
    endpoint.on("scheduler", "GetSchedule", json_answer({"Target": given}))
    found = await search(connection, "Scheduler", FUNCTION)
    assert [(one.source, one.qualifier, one.kind) for one in found] == [
        ("default/hourly", "live", Kind.ASYNCHRONOUS),
        ("default/direct", "beta", None),
    ]
    assert endpoint.counts == {"scheduler:ListSchedules": 1, "scheduler:GetSchedule": 1}


@pytest.mark.parametrize(
    ("invocation", "kind"), [("FIRE_AND_FORGET", Kind.ASYNCHRONOUS), ("REQUEST_RESPONSE", Kind.SYNCHRONOUS)]
)
async def test_a_pipe_tells_how_it_invokes(
    connection: Connection, endpoint: ScriptedEndpoint, invocation: str, kind: Kind
) -> None:
    pipe = {"Name": "mails", "Arn": "arn", "Source": "arn:aws:sqs:::q", "Target": LIVE, "CurrentState": "STOPPED"}
    endpoint.on("pipes", "ListPipes", json_answer({"Pipes": [pipe]}))
    parameters = {"LambdaFunctionParameters": {"InvocationType": invocation}}
    endpoint.on("pipes", "DescribePipe", json_answer({"TargetParameters": parameters}))
    (found,) = await search(connection, "Pipes", FUNCTION)
    assert (found.source, found.kind, found.qualifier) == ("mails", kind, "live")


def distributions(*function_arns: str, more: str = "") -> Answer:
    """ListDistributions with one distribution, whose default behaviour runs these functions.

    Args:
        more: the marker of the page that follows; empty where none does.
    """
    associations = "".join(
        f"<LambdaFunctionAssociation><LambdaFunctionARN>{arn}</LambdaFunctionARN><EventType>viewer-request</EventType>"
        "</LambdaFunctionAssociation>"
        for arn in function_arns
    )
    return xml_answer(
        f"<DistributionList><IsTruncated>{'true' if more else 'false'}</IsTruncated><NextMarker>{more}</NextMarker>"
        "<Items><DistributionSummary><Id>E1</Id><Status>Deployed</Status><DefaultCacheBehavior>"
        f"<LambdaFunctionAssociations><Items>{associations}</Items></LambdaFunctionAssociations></DefaultCacheBehavior>"
        "</DistributionSummary></Items></DistributionList>"
    )


async def test_a_version_at_the_edge_is_found_by_its_distribution(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("cloudfront", "ListDistributions", distributions(f"{FUNCTION}:7", f"{FUNCTION}-other:1"))
    (found,) = await search(connection, "CloudFront", FUNCTION)
    assert (found.what, found.kind, found.qualifier) == ("Lambda@Edge", Kind.SYNCHRONOUS, "7")


async def test_every_page_of_distributions_is_looked_at(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("cloudfront", "ListDistributions", distributions(more="2"), distributions(f"{FUNCTION}:7"))
    (found,) = await search(connection, "CloudFront", FUNCTION)
    assert (found.qualifier, [seen.query for seen in endpoint.requests]) == ("7", [{}, {"Marker": "2"}])


async def test_a_distribution_confirms_the_replicators_permission(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("cloudfront", "ListDistributions", distributions(f"{FUNCTION}:7"))
    checked = await check(connection, permission("replicator.lambda", qualifier="7"))
    assert checked == Check(verdict=Verdict.CONFIRMED, told=("distribution E1, viewer-request",))


async def test_state_machines_are_found_by_their_definition(connect: Connect, empty_endpoint: DemoEndpoint) -> None:
    cloud = Cloud(empty_endpoint)
    function_arn = cloud.function_arn(NAME)
    for name, called in (("charge", f"{function_arn}:live"), ("other", f"{function_arn}-other")):
        task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": called}}
        cloud["stepfunctions"].create_state_machine(
            name=name,
            roleArn=f"arn:aws:iam::{cloud.account}:role/r",
            definition=json.dumps({"StartAt": "a", "States": {"a": {**task, "End": True}}}),
        )
    found = await search(connect(read_only=True, **where(empty_endpoint)), "Step Functions", function_arn)
    assert [(one.source, one.qualifier) for one in found] == [("charge", "live")]


@pytest.mark.parametrize(
    ("place", "action"),
    [
        ("Scheduler", "scheduler:ListSchedules"),
        ("Pipes", "pipes:ListPipes"),
        ("Step Functions", "states:ListStateMachines"),
        ("CloudFront", "cloudfront:ListDistributions"),
    ],
)
async def test_a_search_that_is_not_permitted_names_the_action(
    connection: Connection, endpoint: ScriptedEndpoint, place: str, action: str
) -> None:
    endpoint.on("cloudfront", "ListDistributions", xml_error("AccessDenied", 403))
    with pytest.raises(AccessDenied) as denied:
        await search(connection, place, FUNCTION)
    assert denied.value.action == action
