"""Resource policies of every shape: what is understood is told, and what is not is kept as it came."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lambdatui.insight.resource_policy import permission_trigger, principal_account, read_policy, short_name
from lambdatui.models.trigger import Kind, Permission, Trigger

ACCOUNT = "123456789012"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:orders"
EXECUTE_API = f"arn:aws:execute-api:us-east-1:{ACCOUNT}"


def statement(**particular: Any) -> dict[str, Any]:
    """A statement that lets a bucket invoke; None takes an element away."""
    whole = {
        "Sid": "pictures",
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": FUNCTION,
        "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::pictures"}},
        **particular,
    }
    return {name: value for name, value in whole.items() if value is not None}


def read(*statements: Any, qualifier: str = "$LATEST") -> tuple[Permission, ...]:
    return read_policy(json.dumps({"Version": "2012-10-17", "Id": "default", "Statement": list(statements)}), qualifier)


def only(*statements: Any) -> Permission:
    (permission,) = read(*statements)
    return permission


def trigger(**particular: Any) -> Trigger:
    return permission_trigger(only(statement(**particular)), FUNCTION)


# -- what is understood


@pytest.mark.parametrize(
    ("principal", "what", "kind"),
    [
        ("apigateway.amazonaws.com", "API Gateway", Kind.SYNCHRONOUS),
        ("elasticloadbalancing.amazonaws.com", "ALB", Kind.SYNCHRONOUS),
        ("s3.amazonaws.com", "S3", Kind.ASYNCHRONOUS),
        ("sns.amazonaws.com", "SNS", Kind.ASYNCHRONOUS),
        ("events.amazonaws.com", "EventBridge", Kind.ASYNCHRONOUS),
        ("logs.amazonaws.com", "CloudWatch Logs", Kind.ASYNCHRONOUS),
        ("logs.eu-central-1.amazonaws.com", "CloudWatch Logs", Kind.ASYNCHRONOUS),
        ("cognito-idp.amazonaws.com", "Cognito", Kind.SYNCHRONOUS),
        ("iot.amazonaws.com", "IoT", Kind.ASYNCHRONOUS),
        ("ses.amazonaws.com", "SES", Kind.ASYNCHRONOUS),
        ("config.amazonaws.com", "Config", Kind.ASYNCHRONOUS),
        ("lexv2.amazonaws.com", "Lex", Kind.SYNCHRONOUS),
        ("replicator.lambda.amazonaws.com", "Lambda@Edge", Kind.SYNCHRONOUS),
        ("sns.amazonaws.com.cn", "SNS", Kind.ASYNCHRONOUS),
    ],
)
def test_a_service_is_known_by_its_principal(principal: str, what: str, kind: Kind) -> None:
    found = trigger(Principal={"Service": principal})
    assert (found.what, found.kind) == (what, kind)


def test_an_unknown_service_is_shown_by_its_principal() -> None:
    found = trigger(Principal={"Service": "tea-maker.amazonaws.com"})
    assert (found.what, found.kind) == ("tea-maker.amazonaws.com", None)


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["*"]}])
def test_a_star_is_anyone_however_it_is_written(principal: Any) -> None:
    permission = only(statement(Principal=principal, Condition=None))
    assert permission.public
    assert permission_trigger(permission, FUNCTION).what == "anyone"


@pytest.mark.parametrize(
    ("condition", "public"),
    [
        (None, True),
        ({"ArnLike": {"AWS:SourceArn": "arn:aws:sns:us-east-1:123456789012:mails"}}, False),
        ({"StringEquals": {"aws:principalorgid": "o-12345"}}, False),
        ({"StringLike": {"aws:PrincipalOrgID": "o-*"}}, True),
        ({"StringEquals": {"aws:SourceAccount": "${aws:PrincipalAccount}"}}, True),
        ({"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}, True),
        ({"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}, True),
    ],
)
def test_a_star_is_public_unless_a_fixed_value_restricts_it(condition: Any, public: bool) -> None:
    assert only(statement(Principal="*", Condition=condition)).public is public


@pytest.mark.parametrize("key", ["AWS:SourceArn", "aws:SourceArn", "aws:sourcearn", "Aws:SOURCEARN"])
def test_a_condition_key_counts_in_any_case(key: str) -> None:
    assert only(statement(Condition={"ArnLike": {key: "arn:aws:s3:::pictures"}})).source_arn == "arn:aws:s3:::pictures"


def test_a_source_that_is_ruled_out_is_not_taken_for_the_source() -> None:
    permission = only(statement(Condition={"ArnNotLike": {"AWS:SourceArn": "arn:aws:s3:::pictures"}}))
    assert permission.source_arn is None
    assert permission.conditions[0].operator == "ArnNotLike"


def test_lists_of_principals_and_sources_give_a_row_for_each_pair() -> None:
    found = read(
        statement(
            Principal={"Service": ["s3.amazonaws.com", "sns.amazonaws.com"]},
            Condition={"ArnLike": {"AWS:SourceArn": ["arn:aws:s3:::a", "arn:aws:s3:::b"]}},
        )
    )
    pairs = {(one.service, one.source_arn) for one in found}
    assert pairs == {(service, f"arn:aws:s3:::{bucket}") for service in ("s3", "sns") for bucket in "ab"}
    assert len({permission_trigger(one, FUNCTION).key for one in found}) == 4


@pytest.mark.parametrize(
    ("action", "invokes"),
    [
        ("lambda:InvokeFunction", True),
        (["lambda:GetFunction", "lambda:InvokeFunction"], True),
        ("lambda:*", True),
        ("*", True),
        ("LAMBDA:invokefunction", True),
        ("lambda:Invoke*", True),
        ("lambda:InvokeFunctionUrl", True),
        ("lambda:GetFunction", False),
        ([], False),
    ],
)
def test_an_invocation_is_found_among_the_actions(action: Any, invokes: bool) -> None:
    assert only(statement(Action=action)).invokes is invokes


@pytest.mark.parametrize(
    ("principal", "what"),
    [
        (ACCOUNT, "this account"),
        (f"arn:aws:iam::{ACCOUNT}:root", "this account"),
        ("999999999999", "other account"),
        ("arn:aws:iam::999999999999:role/partner", "other account"),
        ("AROAEXAMPLEOFADELETEDROLE", "AROAEXAMPLEOFADELETEDROLE"),
    ],
)
def test_an_account_is_this_one_or_another(principal: str, what: str) -> None:
    assert trigger(Principal={"AWS": principal}).what == what


@pytest.mark.parametrize(
    "particular",
    [
        {"Action": "lambda:InvokeFunctionUrl", "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}},
        {"Condition": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}},
        {"Condition": {"Bool": {"Lambda:invokedviafunctionurl": True}}},
    ],
)
def test_both_statements_of_a_function_url_are_known(particular: dict[str, Any]) -> None:
    found = trigger(Principal="*", **particular)
    assert (found.what, found.kind) == ("Function URL", Kind.SYNCHRONOUS)


def test_the_resource_says_which_alias_a_statement_is_about() -> None:
    assert only(statement(Resource=f"{FUNCTION}:live")).qualifier == "live"


def test_the_same_statement_of_two_readings_is_the_same_trigger() -> None:
    one, other = (
        permission_trigger(read(statement(Resource=f"{FUNCTION}:live"), qualifier=of)[0], FUNCTION)
        for of in ("live", "$LATEST")
    )
    assert one == other


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        (f"{EXECUTE_API}:abc/*/POST/charges/{{id}}", "abc POST /charges/{id}"),
        (f"{EXECUTE_API}:abc/*/GET/", "abc GET /"),
        (f"{EXECUTE_API}:abc/*/$default", "abc $default"),
        (f"{EXECUTE_API}:abc/*", "abc"),
        (f"{EXECUTE_API}:abc", "abc"),
        ("arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/search/0a1b", "search"),
        ("arn:aws:s3:::pictures", "pictures"),
        ("arn:aws:events:us-east-1:1:rule/hourly", "hourly"),
        ("arn:aws:events:us-east-1:1:rule/shop/hourly", "shop/hourly"),
        ("arn:aws:logs:us-east-1:1:log-group:/aws/lambda/a:*", "/aws/lambda/a"),
        ("arn:aws:cognito-idp:us-east-1:1:userpool/us-east-1_A", "us-east-1_A"),
        ("arn:aws:ses:us-east-1:1:receipt-rule-set/in:receipt-rule/spam", "in/spam"),
        ("not an arn", "not an arn"),
    ],
)
def test_a_source_has_a_short_name(arn: str, name: str) -> None:
    assert short_name(arn) == name


@pytest.mark.parametrize("principal", ["", "*", "arn:aws:iam::short:root", "1234"])
def test_what_names_no_account_gives_none(principal: str) -> None:
    assert principal_account(principal) == ""


# -- what is empty, forbidding, or not understood


@pytest.mark.parametrize("statements", [[], None])
def test_an_emptied_policy_permits_nothing(statements: Any) -> None:
    assert read_policy(json.dumps({"Version": "2012-10-17", "Statement": statements}), "$LATEST") == ()


def test_a_single_statement_need_not_stand_in_a_list() -> None:
    (permission,) = read_policy(json.dumps({"Statement": statement()}), "$LATEST")
    assert permission.source_arn == "arn:aws:s3:::pictures"


def test_a_denial_is_no_permission() -> None:
    permission = only(statement(Effect="Deny", Principal="*", Condition=None))
    assert permission.denies
    assert not permission.public


@pytest.mark.parametrize(
    ("particular", "named"),
    [
        ({"Principal": None, "NotPrincipal": {"AWS": ACCOUNT}}, "NotPrincipal"),
        ({"Action": None, "NotAction": "lambda:GetFunction"}, "NotAction"),
        ({"Resource": None, "NotResource": FUNCTION}, "NotResource"),
        ({"Principal": None}, "Principal"),
        ({"Principal": []}, "Principal"),
        ({"Principal": {"Service": []}}, "Principal"),
        ({"Effect": "allow"}, "Effect"),
        ({"Effect": None}, "Effect"),
        ({"Condition": "always"}, "Condition"),
        ({"Condition": {"ArnLike": "arn:aws:s3:::pictures"}}, "Condition"),
        ({"Resource": {"all": True}}, "Resource"),
        ({"Steam": "hot"}, "Steam"),
    ],
)
def test_what_is_not_understood_is_named_and_kept_as_it_came(particular: dict[str, Any], named: str) -> None:
    odd = statement(**particular)
    permission = only(odd)
    assert named in permission.not_read
    assert json.loads(permission.raw) == odd


@pytest.mark.parametrize("document", ["", "{", "[]", '"text"', "null"])
def test_a_document_that_is_no_policy_is_kept_as_it_came(document: str) -> None:
    (permission,) = read_policy(document, "live")
    assert (permission.not_read != (), permission.raw, permission.qualifier) == (True, document, "live")


@pytest.mark.parametrize("odd", ["Allow", 7, None, ["Allow"]])
def test_a_statement_that_is_no_object_is_kept_beside_the_others(odd: Any) -> None:
    strange, known = read(odd, statement())
    assert strange.not_read
    assert json.loads(strange.raw) == odd
    assert known.service == "s3"


def test_values_that_are_no_text_are_written_as_json() -> None:
    permission = only(statement(Sid=7, Action=["lambda:InvokeFunction", 8], Condition={"Bool": {"a:b": [True, 1.5]}}))
    assert (permission.sid, permission.actions[1], permission.conditions[0].values) == ("7", "8", ("true", "1.5"))


def test_members_of_the_policy_that_nobody_knows_are_kept() -> None:
    (permission,) = read_policy(json.dumps({"Statement": [], "Weather": "rain"}), "$LATEST")
    assert json.loads(permission.raw) == {"Weather": "rain"}


def test_a_principal_of_an_unknown_type_is_shown() -> None:
    permission = only(statement(Principal={"CanonicalUser": "79a59d"}))
    assert (permission.principal_type, permission.principal) == ("CanonicalUser", "79a59d")
