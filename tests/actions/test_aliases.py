"""Aliases: in the emulator, and what is warned of and refused at the wire."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lambdatui.actions.action import Params, Subject
from lambdatui.actions.aliases import NewAlias, Pointing
from lambdatui.demo.cloud import Cloud
from lambdatui.errors import Conflict, NotFound, RequestRefused
from tests.actions.acting import Acting
from tests.support.codedeploy import CodeDeploy, target
from tests.support.endpoint import Answer, ScriptedEndpoint, error, json_answer
from tests.support.releases import alias, aliases, history, nothing_configured, policy, provisioned, url, versions

ORDERS = Subject(function="orders")
LIVE = Subject(function="orders", qualifier="live")


@pytest.fixture
def released(cloud: Cloud, orders: None) -> None:
    """Versions 1 and 2, and the alias ``live`` at version 1 with a tenth of its traffic at version 2."""
    client = cloud["lambda"]
    client.publish_version(FunctionName="orders")
    client.update_function_configuration(FunctionName="orders", Description="next")
    client.get_waiter("function_updated_v2").wait(FunctionName="orders", WaiterConfig={"Delay": 0.05})
    client.publish_version(FunctionName="orders")
    routing = {"AdditionalVersionWeights": {"2": 0.1}}
    client.create_alias(
        FunctionName="orders", Name="live", FunctionVersion="1", Description="shop", RoutingConfig=routing
    )


def there(cloud: Cloud) -> dict[str, tuple[str, dict[str, float], str]]:
    """The aliases as they are: version, weights, description."""
    found: list[dict[str, Any]] = cloud["lambda"].list_aliases(FunctionName="orders")["Aliases"]
    return {
        each["Name"]: (
            each["FunctionVersion"],
            each.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}),
            each["Description"],
        )
        for each in found
    }


async def test_an_alias_is_created_and_taken_back(at_cloud: Acting, cloud: Cloud, released: None) -> None:
    before = there(cloud)
    await at_cloud.do("alias-create", ORDERS, NewAlias(name="beta", version="2", description="try it"))
    assert there(cloud)["beta"] == ("2", {}, "try it")
    assert at_cloud.last.qualifier == "beta"
    await at_cloud.undo()
    assert there(cloud) == before


async def test_a_repointed_alias_has_no_weights_and_gets_them_back(
    at_cloud: Acting, cloud: Cloud, released: None
) -> None:
    before = there(cloud)
    await at_cloud.do("alias-repoint", LIVE, Pointing(version="2"))
    assert there(cloud)["live"] == ("2", {}, "shop")
    await at_cloud.undo()
    assert there(cloud) == before


async def test_pointing_at_the_same_version_ends_the_split(at_cloud: Acting, cloud: Cloud, released: None) -> None:
    plan = await at_cloud.plan("alias-repoint", LIVE, Pointing(version="1"))
    assert "the split ends: now 10 % to version 2" in plan.warnings
    await at_cloud.perform("alias-repoint", plan)
    assert there(cloud)["live"] == ("1", {}, "shop")


async def test_a_deleted_alias_comes_back_with_its_weights(at_cloud: Acting, cloud: Cloud, released: None) -> None:
    before = there(cloud)
    await at_cloud.do("alias-delete", LIVE, Params())
    assert there(cloud) == {}
    await at_cloud.undo()
    assert there(cloud) == before


async def test_an_alias_that_somebody_moved_meanwhile_is_left_alone(
    at_cloud: Acting, cloud: Cloud, released: None
) -> None:
    plan = await at_cloud.plan("alias-repoint", LIVE, Pointing(version="2"))
    cloud["lambda"].update_alias(FunctionName="orders", Name="live", Description="same version, other revision")
    outcome = await at_cloud.perform("alias-repoint", plan)
    assert (outcome.result, at_cloud.last.result) == ("conflict", "conflict")
    assert there(cloud)["live"][0] == "1"


async def test_the_form_offers_the_versions_newest_first(at_cloud: Acting, released: None) -> None:
    draft = await at_cloud.draft("alias-repoint", LIVE)
    assert draft.choices == {"version": ("2", "1", "$LATEST")}
    assert draft.remarks == ("live points at version 1, 10 % to version 2",)


# -- at the wire


def points(endpoint: ScriptedEndpoint, live: dict[str, Any]) -> None:
    """The alias ``live`` is so, and is the only one."""
    endpoint.on("lambda", "ListAliases", aliases(live))
    endpoint.on("lambda", "GetAlias", json_answer(live))


@pytest.fixture
def scripted(endpoint: ScriptedEndpoint) -> ScriptedEndpoint:
    """Two versions and a plain alias that nothing hangs on."""
    nothing_configured(endpoint)
    endpoint.on("lambda", "ListVersionsByFunction", versions(*history("orders", 2)))
    points(endpoint, alias("live", 1))
    CodeDeploy(endpoint)
    endpoint.on("lambda", "GetFunctionEventInvokeConfig", error("ResourceNotFoundException", 404))
    endpoint.on("lambda", "ListEventSourceMappings", json_answer({"EventSourceMappings": []}))
    return endpoint


@pytest.mark.parametrize(
    ("params", "why"),
    [
        (NewAlias(name="live", version="2"), "there is an alias live already"),
        (NewAlias(name="7", version="2"), "is no number"),
        (NewAlias(name="", version="2"), "letters, digits"),
        (NewAlias(name="beta", version="9"), "there is no version 9"),
    ],
)
async def test_what_aws_would_refuse_is_not_planned(
    params: NewAlias, why: str, acting: Acting, scripted: ScriptedEndpoint
) -> None:
    with pytest.raises(RequestRefused, match=why):
        await acting.plan("alias-create", ORDERS, params)


async def test_the_weights_are_cleared_in_so_many_words(acting: Acting, scripted: ScriptedEndpoint) -> None:
    plan = await acting.plan("alias-repoint", LIVE, Pointing(version="2"))
    assert plan.calls[0].sent()["RoutingConfig"] == {"AdditionalVersionWeights": {}}


async def test_versions_change_places_in_two_requests(acting: Acting, scripted: ScriptedEndpoint) -> None:
    plan = await acting.plan("alias-repoint", LIVE, Pointing(version="2", weights={"1": 0.2}))
    first, second = (call.sent() for call in plan.calls)
    assert (first["FunctionVersion"], first["RoutingConfig"]) == ("2", {"AdditionalVersionWeights": {}})
    assert second["RoutingConfig"] == {"AdditionalVersionWeights": {"1": 0.2}}
    assert "RevisionId" not in second


async def test_a_shift_that_has_not_ended_is_warned_of(acting: Acting, scripted: ScriptedEndpoint) -> None:
    points(scripted, alias("live", 2, v1=1.0))
    plan = await acting.plan("alias-repoint", LIVE, Pointing(version="2"))
    assert plan.warnings[0].startswith("all of live still goes to version 1")
    assert plan.undo is not None
    assert plan.undo.params == Pointing(version="1")  # a weight of 1 cannot be written


async def test_provisioned_concurrency_delays_the_new_version(acting: Acting, scripted: ScriptedEndpoint) -> None:
    scripted.on("lambda", "ListProvisionedConcurrencyConfigs", provisioned("live", "READY"))
    plan = await acting.plan("alias-repoint", LIVE, Pointing(version="2"))
    assert plan.warnings == ("it has 10 provisioned: Lambda goes on with version 1 until they are ready on version 2",)
    with pytest.raises(RequestRefused, match=r"\$LATEST cannot have the alias' provisioned concurrency"):
        await acting.plan("alias-repoint", LIVE, Pointing(version="$LATEST"))
    with pytest.raises(RequestRefused, match="cannot have weights"):
        await acting.plan("alias-repoint", LIVE, Pointing(version="2", weights={"1": 0.2}))


async def test_an_alias_that_is_gone_is_not_found(acting: Acting, scripted: ScriptedEndpoint) -> None:
    scripted.on("lambda", "GetAlias", error("ResourceNotFoundException", 404, "Cannot find alias arn: beta"))
    with pytest.raises(NotFound, match="Cannot find alias"):
        await acting.plan("alias-repoint", Subject(function="orders", qualifier="beta"), Pointing(version="2"))


REPOINT, DELETE = ("alias-repoint", Pointing(version="2")), ("alias-delete", Params())


@pytest.mark.parametrize(("action", "params"), [REPOINT, DELETE], ids=["repoint", "delete"])
async def test_while_codedeploy_shifts_it_an_alias_is_left_alone(
    acting: Acting, scripted: ScriptedEndpoint, action: str, params: Params
) -> None:
    CodeDeploy(scripted).deploy("d-1", target())
    with pytest.raises(Conflict, match="CodeDeploy shifts it now: d-1"):
        await acting.plan(action, LIVE, params)


@pytest.mark.parametrize(("action", "params"), [REPOINT, DELETE], ids=["repoint", "delete"])
async def test_what_codedeploy_began_to_shift_after_the_preview_is_left_alone_too(
    acting: Acting, scripted: ScriptedEndpoint, action: str, params: Params
) -> None:
    plan = await acting.plan(action, LIVE, params)
    CodeDeploy(scripted).deploy("d-1", target())
    outcome = await acting.perform(action, plan)
    assert outcome.result == "conflict"
    assert acting.last.error.startswith("CodeDeploy shifts it now: d-1")
    assert not {f"lambda:{call.operation}" for call in plan.calls} & scripted.counts.keys()


async def test_after_the_yes_it_is_not_asked_again_what_hangs_on_an_alias(
    acting: Acting, scripted: ScriptedEndpoint
) -> None:
    plan = await acting.plan("alias-delete", LIVE, Params())
    scripted.requests.clear()
    scripted.on("lambda", "DeleteAlias", Answer(status=204))
    assert (await acting.perform("alias-delete", plan)).result == "done"
    assert [seen.operation for seen in scripted.requests] == ["ListAliases", "ListDeployments", "DeleteAlias"]


@pytest.mark.parametrize(("action", "params"), [REPOINT, DELETE], ids=["repoint", "delete"])
async def test_not_seeing_deployments_is_said_and_hinders_nothing(
    acting: Acting, scripted: ScriptedEndpoint, action: str, params: Params
) -> None:
    scripted.on("codedeploy", "ListDeployments", error("AccessDeniedException", 400))
    plan = await acting.plan(action, LIVE, params)
    assert plan.warnings == (
        "whether CodeDeploy shifts it too is not known: not permitted: codedeploy:ListDeployments",
    )
    assert plan.calls


async def test_what_hangs_on_an_alias_is_named_before_it_is_deleted(acting: Acting, scripted: ScriptedEndpoint) -> None:
    scripted.on("lambda", "ListFunctionUrlConfigs", url("live"))
    scripted.on("lambda", "GetPolicy", policy({"Effect": "Allow"}))
    scripted.on("lambda", "ListProvisionedConcurrencyConfigs", provisioned("live", "READY"))
    scripted.on("lambda", "GetFunctionEventInvokeConfig", json_answer({"MaximumRetryAttempts": 0}))
    mapping = {"UUID": "1", "FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:orders:live"}
    nothing, found = (json_answer({"EventSourceMappings": each}) for each in ([], [mapping]))
    scripted.on(
        "lambda",
        "ListEventSourceMappings",
        lambda seen: found if seen.query["FunctionName"] == "orders:live" else nothing,
    )
    plan = await acting.plan("alias-delete", LIVE, Params())
    assert plan.warnings == (
        "it has a function URL",
        "it has a resource policy",
        "it has provisioned concurrency",
        "it has settings for asynchronous invocations",
        "it has event source mappings",
        "what hangs on it works no more, and undo brings back the alias alone",
    )


async def test_nothing_is_warned_of_where_nothing_hangs_on_it(acting: Acting, scripted: ScriptedEndpoint) -> None:
    assert (await acting.plan("alias-delete", LIVE, Params())).warnings == ()


async def test_what_may_not_be_looked_at_is_said(acting: Acting, scripted: ScriptedEndpoint) -> None:
    scripted.on("lambda", "GetPolicy", error("AccessDeniedException", 403))
    plan = await acting.plan("alias-delete", LIVE, Params())
    assert plan.warnings[0] == "whether it has a resource policy is not known: not permitted: lambda:GetPolicy"


async def test_half_of_two_requests_is_told_as_partial(acting: Acting, scripted: ScriptedEndpoint) -> None:
    refusal = error("InvalidParameterValueException", 400, "Alias with weights can not be used")
    scripted.on("lambda", "UpdateAlias", json_answer(alias("live", 2)), refusal)
    outcome = await acting.do("alias-repoint", LIVE, Pointing(version="2", weights={"1": 0.2}))
    assert (outcome.result, acting.last.result) == ("partial", "partial")
    bodies = [json.loads(seen.body) for seen in scripted.requests if seen.operation == "UpdateAlias"]
    assert len(bodies) == 2
