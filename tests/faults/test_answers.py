"""What AWS refuses, and what was not written by AWS, through the wire."""

from __future__ import annotations

import pytest

from lambdatui.aws.connection import Connection
from lambdatui.errors import (
    AccessDenied,
    AuthExpired,
    Conflict,
    ConsoleError,
    NotFound,
    RequestRefused,
    Throttled,
    Unreachable,
)
from tests.aws.conftest import Connect
from tests.support.endpoint import Answer, ScriptedEndpoint, cut, error, html, json_answer, xml_answer, xml_error

LIST = ("lambda", "ListFunctions")
POLICY = ("lambda", "GetPolicy")
S3_DENIAL = xml_answer("<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>", 403)
EXPLICIT = (
    "User: arn:aws:iam::1:user/ann is not authorized to perform: lambda:GetPolicy on resource: f "
    "with an explicit deny in a service control policy"
)


async def fault(connection: Connection, service: str, operation: str, **parameters: str) -> ConsoleError:
    with pytest.raises(ConsoleError) as raised:
        await connection.call(service, operation, **parameters)
    told = raised.value
    assert told.__suppress_context__ or told.__context__ is None, "a traceback would show what AWS said"
    return told


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (error("AccessDeniedException", 403), AccessDenied, "not permitted: lambda:ListFunctions"),
        (error("AccessDeniedException", 403, EXPLICIT), AccessDenied, "a service control policy denies it"),
        (error("KMSAccessDeniedException", 502), AccessDenied, "not permitted: kms:Decrypt"),
        (error("TooManyRequestsException", 429), Throttled, "throttled: lambda:ListFunctions"),
        (error("ThrottlingException", 400), Throttled, "throttled"),
        (
            error("TooManyRequestsException", 429, Reason="ReservedFunctionConcurrentInvocationLimitExceeded"),
            Throttled,
            "throttled: lambda:ListFunctions: the function's reserved concurrency is used up - wait",
        ),
        (
            error("TooManyRequestsException", 429, Reason="CallerRateLimitExceeded"),
            Throttled,
            "the account sends more requests a second than AWS takes - wait",
        ),
        (error("ExpiredTokenException", 403), AuthExpired, "the credentials have expired"),
        (error("UnrecognizedClientException", 403), AuthExpired, "AWS does not accept the credentials"),
        (error("InvalidSignatureException", 403), AuthExpired, "the clock is right"),
        (error("ResourceNotFoundException", 404, "Function not found: f"), NotFound, "Function not found: f"),
        (error("ResourceConflictException", 409, "An update is in progress"), Conflict, "An update is in progress"),
        (error("PreconditionFailedException", 412, "The RevisionId differs"), Conflict, "The RevisionId differs"),
        (error("ResourceInUseException", 400, "The mapping is in use"), Conflict, "The mapping is in use"),
        (error("OperationAbortedException", 400, "Requests collided"), Conflict, "Requests collided"),
        (error("ServiceException", 500), Unreachable, r"lambda is out of order: ServiceException"),
        (error("ENILimitReachedException", 502, "The ENI limit is reached"), RequestRefused, "ENI limit is reached"),
        (error("InvalidParameterValueException", 400, "Too large"), RequestRefused, "Too large"),
        (html(), Unreachable, "answered with a web page"),
        (html(403), Unreachable, "HTTP 403 and no error of AWS"),
        (html(503), Unreachable, "HTTP 503 and no error of AWS"),
        (Answer(body=b"hello"), Unreachable, "text that is not JSON"),
        (Answer(body=b'{"Functions": [{"Function'), Unreachable, "text that is not JSON"),
        (Answer(), Unreachable, "answered with nothing"),
    ],
)
async def test_an_answer_is_told_in_the_operators_words(
    connection: Connection, endpoint: ScriptedEndpoint, answer: Answer, kind: type[ConsoleError], said: str
) -> None:
    endpoint.on(*LIST, answer)
    told = await fault(connection, *LIST)
    assert type(told) is kind
    assert said in str(told)


async def test_every_reason_that_lambda_has_for_throttling_is_told(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    client = await connection.client("lambda")
    for reason in client.meta.service_model.shape_for("ThrottleReason").enum:
        endpoint.on(*LIST, error("TooManyRequestsException", 429, Reason=reason))
        assert (await fault(connection, *LIST)).title.startswith("throttled: lambda:ListFunctions: "), reason


@pytest.mark.parametrize(
    ("service", "operation", "answer", "action"),
    [
        ("s3", "GetBucketNotificationConfiguration", S3_DENIAL, "s3:GetBucketNotification"),
        ("elbv2", "DescribeTargetGroups", xml_error("AccessDenied", 403), "elasticloadbalancing:DescribeTargetGroups"),
        ("sns", "GetTopicAttributes", xml_error("AuthorizationError", 403), "sns:GetTopicAttributes"),
        ("resourcegroupstaggingapi", "GetResources", error("AccessDeniedException"), "tag:GetResources"),
        ("service-quotas", "ListServiceQuotas", error("AccessDeniedException"), "servicequotas:ListServiceQuotas"),
        ("apigateway", "GetRestApis", error("AccessDeniedException", 403), "apigateway:GET"),
        ("cloudwatch", "ListMetrics", error("AccessDeniedException"), "cloudwatch:ListMetrics"),
        ("iot", "GetTopicRule", error("UnauthorizedException", 401), "iot:GetTopicRule"),
    ],
)
async def test_a_denial_names_the_action_that_iam_knows(
    connection: Connection, endpoint: ScriptedEndpoint, service: str, operation: str, answer: Answer, action: str
) -> None:
    endpoint.on(service, operation, answer)
    needed = {
        "iot": {"ruleName": "r"},
        "s3": {"Bucket": "abc"},
        "service-quotas": {"ServiceCode": "lambda"},
        "sns": {"TopicArn": "t"},
    }
    told = await fault(connection, service, operation, **needed.get(service, {}))
    assert isinstance(told, AccessDenied)
    assert told.action == action


async def test_an_ec2_denial_names_its_action(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    body = (
        "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>"
    )
    endpoint.on("ec2", "DescribeVpcs", xml_answer(body, 403))
    assert "not permitted: ec2:DescribeVpcs" in str(await fault(connection, "ec2", "DescribeVpcs"))


async def test_a_web_page_in_place_of_xml_is_told_as_one(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("sts", "GetCallerIdentity", html())
    assert "a web page" in str(await fault(connection, "sts", "GetCallerIdentity"))


async def test_text_in_place_of_xml_cannot_be_read(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("sts", "GetCallerIdentity", Answer(body=b"hello"))
    assert "text that cannot be read" in str(await fault(connection, "sts", "GetCallerIdentity"))


async def test_a_denial_keeps_the_session(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("iot", "GetTopicRule", error("UnauthorizedException", 401))
    client = await connection.client("iot")
    await fault(connection, "iot", "GetTopicRule", ruleName="r")
    assert await connection.client("iot") is client


@pytest.mark.parametrize(
    ("service", "operation", "code", "asked"),
    [
        ("logs", "FilterLogEvents", "ResourceNotFoundException", {"logGroupName": "g"}),
        ("sqs", "GetQueueUrl", "AWS.SimpleQueueService.NonExistentQueue", {"QueueName": "q"}),
        ("sqs", "GetQueueUrl", "com.amazonaws.sqs#QueueDoesNotExist", {"QueueName": "q"}),
    ],
)
async def test_what_is_missing_is_not_found_although_its_status_is_400(
    connection: Connection, endpoint: ScriptedEndpoint, service: str, operation: str, code: str, asked: dict[str, str]
) -> None:
    endpoint.on(service, operation, error(code, 400, "It does not exist"))
    assert isinstance(await fault(connection, service, operation, **asked), NotFound)


@pytest.mark.parametrize(
    "answer",
    [error("TooManyRequestsException", 429), error("ServiceException", 500), cut()],
    ids=["throttled", "out of order", "cut"],
)
async def test_no_hint_tells_what_the_console_does_by_itself(
    connection: Connection, endpoint: ScriptedEndpoint, answer: Answer
) -> None:
    endpoint.on(*LIST, answer)
    told = await fault(connection, *LIST)
    assert told.transient
    assert "again" not in told.hint


async def test_a_value_that_aws_quotes_is_left_out(connect: Connect, endpoint: ScriptedEndpoint) -> None:
    message = "1 validation error detected: Value '{PASSWORD=hunter2}' at 'environment.variables' is not valid"
    endpoint.on("lambda", "UpdateFunctionConfiguration", error("ValidationException", 400, message))
    told = await fault(connect(), "lambda", "UpdateFunctionConfiguration", FunctionName="f")
    assert "the value at 'environment.variables'" in str(told)
    assert "hunter2" not in str(told)


async def test_a_parameter_that_is_not_valid_is_named_without_its_value(
    connect: Connect, endpoint: ScriptedEndpoint
) -> None:
    environment = {"Variables": {"PASSWORD": ["hunter2"]}}
    asked = {"FunctionName": "f", "Environment": environment}
    told = await fault(connect(), "lambda", "UpdateFunctionConfiguration", **asked)
    assert "Environment.Variables.PASSWORD" in str(told)
    assert "hunter2" not in str(told)
    assert endpoint.operations == []


async def test_a_success_without_a_body_is_one_where_none_is_due(connect: Connect, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "UntagResource", Answer(status=204))
    asked = {"Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "TagKeys": ["a"]}
    await connect().call("lambda", "UntagResource", **asked)
    assert endpoint.operations == ["lambda:UntagResource"]


async def test_the_next_answer_is_taken_when_the_cause_is_gone(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on(*LIST, html(), error("TooManyRequestsException", 429), json_answer({"Functions": []}))
    await fault(connection, *LIST)
    await fault(connection, *LIST)
    assert (await connection.call(*LIST))["Functions"] == []
