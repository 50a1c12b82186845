"""One variable of the environment at a time, and where its value never goes."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from lambdatui.actions.action import Subject
from lambdatui.actions.environment import Variable
from lambdatui.demo.cloud import Cloud
from lambdatui.errors import RequestRefused
from tests.actions.acting import Acting
from tests.actions.conftest import PASSWORD
from tests.support.endpoint import ScriptedEndpoint, cut, error, function, json_answer

ORDERS = Subject(function="orders")
NEW = "correct-horse-battery"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1"


def variables(cloud: Cloud) -> dict[str, str]:
    found: dict[str, str] = cloud["lambda"].get_function_configuration(FunctionName="orders")["Environment"][
        "Variables"
    ]
    return found


def serve(endpoint: ScriptedEndpoint, **particular: object) -> None:
    """GetFunction of ``orders``, whose environment has a secret."""
    environment = {"Environment": {"Variables": {"PASSWORD": PASSWORD}}}
    detail = {"Configuration": function("orders", **{**environment, **particular})}
    endpoint.on("lambda", "GetFunction", json_answer(detail))


async def test_a_variable_is_changed_beside_the_others_and_taken_back(
    at_cloud: Acting, cloud: Cloud, orders: None
) -> None:
    await at_cloud.do("environment-variable", ORDERS, Variable(name="PASSWORD", value=SecretStr(NEW)))
    assert variables(cloud) == {"MODE": "slow", "PASSWORD": NEW}
    await at_cloud.undo()
    assert variables(cloud) == {"MODE": "slow", "PASSWORD": PASSWORD}


async def test_a_variable_is_added_and_taken_back(at_cloud: Acting, cloud: Cloud, orders: None) -> None:
    await at_cloud.do("environment-variable", ORDERS, Variable(name="TOKEN", value=SecretStr(NEW)))
    assert variables(cloud) == {"MODE": "slow", "PASSWORD": PASSWORD, "TOKEN": NEW}
    assert at_cloud.last.undo is not None  # to remove it takes no secret
    await at_cloud.undo()
    assert variables(cloud) == {"MODE": "slow", "PASSWORD": PASSWORD}


async def test_a_variable_is_removed_and_taken_back(at_cloud: Acting, cloud: Cloud, orders: None) -> None:
    await at_cloud.do("environment-variable", ORDERS, Variable(name="PASSWORD", remove=True))
    assert variables(cloud) == {"MODE": "slow"}
    await at_cloud.undo()
    assert variables(cloud) == {"MODE": "slow", "PASSWORD": PASSWORD}


async def test_no_value_is_written_down(at_cloud: Acting, orders: None, tmp_path: Path) -> None:
    await at_cloud.do("environment-variable", ORDERS, Variable(name="PASSWORD", value=SecretStr(NEW)))
    await at_cloud.undo()
    await at_cloud.do("environment-variable", ORDERS, Variable(name="PASSWORD", remove=True))
    written = b"".join(file.read_bytes() for file in (tmp_path / "state").rglob("*") if file.is_file())
    assert b"PASSWORD" in written
    assert not [secret for secret in (PASSWORD, NEW, "slow") if secret.encode() in written]


async def test_no_value_is_shown(at_cloud: Acting, orders: None) -> None:
    draft = await at_cloud.draft("environment-variable", ORDERS)
    assert draft.suggestions == {"name": ("MODE", "PASSWORD")}
    plan = await at_cloud.plan("environment-variable", ORDERS, Variable(name="PASSWORD", value=SecretStr(NEW)))
    assert (plan.before, plan.after) == ({"PASSWORD": "(set)"}, {"PASSWORD": "(set as given)"})
    shown = f"{draft!r} {plan!r} {[call.shown() for call in plan.calls]}"
    assert not [secret for secret in (PASSWORD, NEW, "slow") if secret in shown]


async def test_no_value_is_in_what_aws_refuses(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    """Lambda itself quotes all the variables where they are too large for it."""
    serve(endpoint)
    quoting = f'variables exceeded the 4KB limit. String measured: {{"PASSWORD":"{PASSWORD}","TOKEN":"{NEW}"}}'
    endpoint.on("lambda", "UpdateFunctionConfiguration", error("InvalidParameterValueException", 400, quoting))
    outcome = await acting.do("environment-variable", ORDERS, Variable(name="TOKEN", value=SecretStr(NEW)))
    assert isinstance(outcome.error, RequestRefused)
    assert outcome.error.title == acting.last.error == "variables exceeded the 4KB limit"
    assert not [secret for secret in (PASSWORD, NEW) if secret in f"{outcome!r} {outcome.summary} {acting.last!r}"]


async def test_a_lost_answer_is_judged_by_the_value(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    """That the variable is there says nothing: it was there before."""
    changed = {"Configuration": function("orders", Environment={"Variables": {"PASSWORD": NEW}})}
    former = {"Configuration": function("orders", Environment={"Variables": {"PASSWORD": PASSWORD}})}
    endpoint.on("lambda", "GetFunction", json_answer(former), json_answer(former), json_answer(changed))
    endpoint.on("lambda", "UpdateFunctionConfiguration", cut())
    outcome = await acting.do("environment-variable", ORDERS, Variable(name="PASSWORD", value=SecretStr(NEW)))
    assert (outcome.result, acting.last.result) == ("done", "done")


@pytest.mark.parametrize(
    ("variable", "why"),
    [
        (Variable(name="AWS_REGION", value=SecretStr(NEW)), "AWS_REGION is reserved"),
        (Variable(name="1ST", value=SecretStr(NEW)), "a name is a letter followed by"),
        (Variable(name="TOKEN", value=SecretStr("x" * 4_096)), "4,096 are allowed"),
    ],
)
async def test_what_lambda_would_refuse_is_refused(
    variable: Variable, why: str, acting: Acting, endpoint: ScriptedEndpoint
) -> None:
    serve(endpoint)
    with pytest.raises(RequestRefused, match=why):
        await acting.plan("environment-variable", ORDERS, variable)


async def test_an_environment_that_cannot_be_decrypted_is_not_replaced(
    acting: Acting, endpoint: ScriptedEndpoint
) -> None:
    serve(endpoint, Environment={"Error": {"ErrorCode": "AccessDeniedException", "Message": "no kms:Decrypt"}})
    with pytest.raises(RequestRefused, match="would all be lost: no kms:Decrypt"):
        await acting.plan("environment-variable", ORDERS, Variable(name="TOKEN", value=SecretStr(NEW)))


async def test_the_size_and_a_key_of_the_account_are_told(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    serve(endpoint, KMSKeyArn=KEY)
    plan = await acting.plan("environment-variable", ORDERS, Variable(name="PASSWORD", value=SecretStr("x")))
    assert plan.remarks == ("all variables together then: 16 of 4,096 bytes",)
    assert plan.warnings == (f"encrypted with {KEY}: the caller and the function's role need kms:Decrypt on it",)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "which variable"),
        ({"name": "TOKEN"}, "give a value, or say that it is to be removed"),
        ({"name": "TOKEN", "value": NEW, "remove": True}, "give a value, or say that it is to be removed"),
    ],
)
def test_a_value_or_its_removal_is_asked_for(given: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why) as refused:
        Variable.model_validate(given)
    assert NEW not in str(refused.value)
