"""Handing a shift to CodeDeploy and stopping one, at the wire: what is sent, what is refused, and how it ends."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Any

import pytest

from lambdatui.actions import codedeploy_collision, codedeploy_shift
from lambdatui.actions.action import Params, Subject
from lambdatui.actions.codedeploy_shift import HandedOver
from lambdatui.actions.traffic import ShiftTraffic, Traffic
from lambdatui.errors import Conflict, RequestRefused
from lambdatui.insight.appspec import AWS_OWN, CONFIGS
from tests.actions.acting import Acting
from tests.support.codedeploy import CANARY, CodeDeploy, group, target
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, cut, error
from tests.support.releases import history, provisioned, versions
from tests.support.split_alias import UPDATE, SplitAlias

LIVE = Subject(function="orders", qualifier="live")
OVER = HandedOver(group="orders / live", target="2", config=CANARY)
NOTHING = Params()
DONE = "CodeDeploy deployment"


@pytest.fixture(autouse=True)
def watched_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codedeploy_shift, "POLL_S", 0)


@pytest.fixture
def live(endpoint: ScriptedEndpoint) -> SplitAlias:
    """All of it goes to version 1, and there is a version 2."""
    alias = SplitAlias()
    alias.behind(endpoint)
    endpoint.on("lambda", "ListVersionsByFunction", versions(*history("orders", 2)))
    return alias


@pytest.fixture
def codedeploy(endpoint: ScriptedEndpoint, live: SplitAlias) -> CodeDeploy:
    """One group, and nothing under way."""
    return CodeDeploy(endpoint)


def answering(codedeploy: CodeDeploy, operation: str, *looks: Any) -> None:
    """Does something at each look, then answers as ever."""
    ahead = list(looks)

    def answer(seen: Seen) -> Answer:
        if ahead:
            ahead.pop(0)()
        return codedeploy._answer(seen)

    codedeploy.endpoint.on("codedeploy", operation, answer)


# -- the form


async def test_the_form_offers_the_group_that_deployed_the_alias_last_and_the_newest_other_version(
    acting: Acting, codedeploy: CodeDeploy
) -> None:
    slow = f"{AWS_OWN}LambdaLinear10PercentEvery10Minutes"
    codedeploy.groups = [group("fresh"), group("live", last="d-0", deploymentConfigName=slow)]
    codedeploy.deploy("d-0", status="Succeeded")
    draft = await acting.draft("codedeploy-shift", LIVE)
    assert draft.params == HandedOver(group="orders / live", target="2", config=slow)
    assert draft.choices == {"group": ("orders / live", "orders / fresh"), "target": ("2",), "config": CONFIGS}
    assert draft.remarks == ("live points at version 1", "orders / live deployed it last")


async def test_a_configuration_of_the_accounts_own_is_offered_and_one_for_servers_is_not(
    acting: Acting, codedeploy: CodeDeploy
) -> None:
    own, trap = group("a", deploymentConfigName="MyLambdaCanary"), group("b", last="d-0")
    codedeploy.groups = [own, {**trap, "deploymentConfigName": f"{AWS_OWN}OneAtATime"}]
    codedeploy.deploy("d-0", status="Succeeded")
    draft = await acting.draft("codedeploy-shift", LIVE)
    assert draft.choices["config"] == (*CONFIGS, "MyLambdaCanary")
    assert draft.params.config == CONFIGS[0]


async def test_a_group_is_offered_even_where_its_deployments_may_not_be_read(
    acting: Acting, endpoint: ScriptedEndpoint, codedeploy: CodeDeploy
) -> None:
    codedeploy.groups = [group("live", last="d-0")]
    endpoint.on("codedeploy", "GetDeployment", error("AccessDeniedException"))
    draft = await acting.draft("codedeploy-shift", LIVE)
    assert (draft.params, draft.remarks[1]) == (OVER, "no group is known to have deployed it")


async def test_without_a_group_there_is_nothing_to_hand_it_to(acting: Acting, codedeploy: CodeDeploy) -> None:
    codedeploy.groups = []
    with pytest.raises(RequestRefused, match="no deployment group for Lambda"):
        await acting.draft("codedeploy-shift", LIVE)


# -- handing over


async def test_the_deployment_names_configuration_versions_and_the_hash_of_its_appspec(
    acting: Acting, codedeploy: CodeDeploy
) -> None:
    outcome = await acting.do("codedeploy-shift", LIVE, OVER)
    assert (outcome.result, acting.last.result) == ("done", "done")
    [asked] = codedeploy.created
    held = asked["revision"]["appSpecContent"]
    assert (asked["applicationName"], asked["deploymentGroupName"]) == ("orders", "live")
    assert asked["deploymentConfigName"] == CANARY
    assert held["sha256"] == hashlib.sha256(held["content"].encode()).hexdigest()
    assert json.loads(held["content"])["Resources"][0]["function"]["Properties"] == {
        "Name": "orders",
        "Alias": "live",
        "CurrentVersion": "1",
        "TargetVersion": "2",
    }
    assert "autoRollbackConfiguration" not in asked
    assert acting.last.undo is not None
    assert acting.last.undo.action == "codedeploy-stop"


async def test_what_was_handed_over_is_found_as_it_was_meant(acting: Acting, codedeploy: CodeDeploy) -> None:
    plan = await acting.plan("codedeploy-shift", LIVE, OVER)
    await acting.perform("codedeploy-shift", plan)
    again = await acting.plan("codedeploy-shift", LIVE, OVER)
    assert (again.before, again.calls) == (plan.after, ())


async def test_a_group_that_does_not_roll_back_by_itself_is_told_to_this_time(
    acting: Acting, codedeploy: CodeDeploy
) -> None:
    codedeploy.groups = [group(autoRollbackConfiguration={"enabled": False})]
    plan = await acting.plan("codedeploy-shift", LIVE, OVER)
    assert plan.calls[0].parameters["autoRollbackConfiguration"]["enabled"]
    assert "does not roll back by itself" in plan.remarks[-1]


async def test_a_group_without_alarms_is_warned_of(acting: Acting, codedeploy: CodeDeploy) -> None:
    codedeploy.groups = [group(alarmConfiguration={})]
    plan = await acting.plan("codedeploy-shift", LIVE, OVER)
    assert plan.warnings == (
        "orders / live heeds no alarms: however the new version does, only a hook or a hand stops it",
    )


async def test_the_pace_is_told(acting: Acting, codedeploy: CodeDeploy) -> None:
    assert "10 % for 5 min, then all" in (await acting.plan("codedeploy-shift", LIVE, OVER)).remarks


async def test_provisioned_concurrency_is_warned_of(
    acting: Acting, endpoint: ScriptedEndpoint, codedeploy: CodeDeploy
) -> None:
    endpoint.on("lambda", "ListProvisionedConcurrencyConfigs", provisioned("live", "READY"))
    assert "provisioned concurrency" in (await acting.plan("codedeploy-shift", LIVE, OVER)).warnings[0]


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"target": "1"}, "version 1"),
        ({"target": "$LATEST"}, "only published versions"),
        ({"config": f"{AWS_OWN}OneAtATime"}, "is for Server, not for Lambda"),
        ({"group": "orders / nowhere"}, "no deployment group found"),
        ({"group": "web / site"}, "is for Server, not for Lambda"),
    ],
    ids=str,
)
async def test_what_codedeploy_would_refuse_is_refused_first(
    acting: Acting, live: SplitAlias, codedeploy: CodeDeploy, params: dict[str, str], why: str
) -> None:
    live.versions["$LATEST"] = {}
    codedeploy.groups.append(group("site", "web", computePlatform="Server"))
    with pytest.raises(RequestRefused, match=why):
        await acting.plan("codedeploy-shift", LIVE, OVER.model_copy(update=params))


@pytest.mark.parametrize("where", ["draft", "plan"])
async def test_an_alias_with_weights_is_refused(
    acting: Acting, live: SplitAlias, codedeploy: CodeDeploy, where: str
) -> None:
    live.change("1", v2=0.1)
    with pytest.raises(RequestRefused, match="has weights"):
        await (
            acting.draft("codedeploy-shift", LIVE) if where == "draft" else acting.plan("codedeploy-shift", LIVE, OVER)
        )


async def test_versions_with_other_roles_are_refused(acting: Acting, live: SplitAlias, codedeploy: CodeDeploy) -> None:
    live.versions["2"] = {"Role": "arn:aws:iam::123456789012:role/other"}
    with pytest.raises(RequestRefused, match="different execution roles"):
        await acting.plan("codedeploy-shift", LIVE, OVER)


async def test_another_deployment_of_the_alias_is_in_the_way(acting: Acting, codedeploy: CodeDeploy) -> None:
    codedeploy.deploy("d-0", target(new="3"))
    with pytest.raises(RequestRefused, match="shifts live already: version 1 to 3"):
        await acting.plan("codedeploy-shift", LIVE, OVER)


async def test_a_deployment_that_somebody_began_meanwhile_is_left_alone(acting: Acting, codedeploy: CodeDeploy) -> None:
    plan = await acting.plan("codedeploy-shift", LIVE, OVER)
    codedeploy.deploy("d-0", target(new="3"))
    outcome = await acting.perform("codedeploy-shift", plan)
    assert (outcome.result, codedeploy.created) == ("failed", [])


async def test_a_lost_answer_is_judged_by_what_is_under_way_and_nothing_is_sent_twice(
    acting: Acting, endpoint: ScriptedEndpoint, codedeploy: CodeDeploy
) -> None:
    def carried_out(seen: Seen) -> Answer:
        return cut(codedeploy._answer(seen))

    endpoint.on("codedeploy", "CreateDeployment", carried_out)
    outcome = await acting.do("codedeploy-shift", LIVE, OVER)
    assert (outcome.result, len(codedeploy.created)) == ("done", 1)


async def test_a_request_that_never_arrived_has_failed(
    acting: Acting, endpoint: ScriptedEndpoint, codedeploy: CodeDeploy
) -> None:
    endpoint.on("codedeploy", "CreateDeployment", cut())
    outcome = await acting.do("codedeploy-shift", LIVE, OVER)
    assert (outcome.result, acting.last.result) == ("failed", "failed")


async def test_a_refusal_names_the_permission(
    acting: Acting, endpoint: ScriptedEndpoint, codedeploy: CodeDeploy
) -> None:
    message = "User: ann is not authorized to perform: codedeploy:RegisterApplicationRevision on resource: x"
    endpoint.on("codedeploy", "CreateDeployment", error("AccessDeniedException", 400, message))
    outcome = await acting.do("codedeploy-shift", LIVE, OVER)
    assert outcome.result == "failed"
    assert "codedeploy:RegisterApplicationRevision" in acting.last.error


async def test_what_was_throttled_is_sent_again(
    acting: Acting, endpoint: ScriptedEndpoint, codedeploy: CodeDeploy
) -> None:
    endpoint.on("codedeploy", "CreateDeployment", error("ThrottlingException"), codedeploy._answer)
    outcome = await acting.do("codedeploy-shift", LIVE, OVER)
    assert (outcome.result, len(codedeploy.created)) == ("done", 1)


# -- stopping


async def test_stopping_rolls_back_and_is_watched_until_all_is_as_it_was(
    acting: Acting, codedeploy: CodeDeploy
) -> None:
    codedeploy.deploy("d-0")
    plan = await acting.plan("codedeploy-stop", LIVE, NOTHING)
    assert plan.before == {DONE: f"version 1 to 2 by {CANARY} of orders / live"}
    assert plan.remarks == ("d-0 is stopped, and all of the traffic goes back to version 1",)
    answering(codedeploy, "GetDeployment", lambda: None, lambda: None, lambda: codedeploy.end("d-0-back"))
    outcome = await acting.perform("codedeploy-stop", plan)
    assert codedeploy.stopped == [{"deploymentId": "d-0", "autoRollbackEnabled": True}]
    assert (outcome.result, acting.last.result) == ("done", "done")
    assert [told.partition(",")[0] for told in acting.told] == [
        "d-0 Stopped",
        "d-0-back InProgress",
        "d-0-back Succeeded",
    ]


async def test_a_rollback_that_fails_is_told(acting: Acting, codedeploy: CodeDeploy) -> None:
    codedeploy.deploy("d-0")
    answering(codedeploy, "GetDeployment", lambda: codedeploy.end("d-0-back", "Failed"))
    with pytest.raises(RequestRefused, match="not taken back: d-0-back Failed"):
        await acting.do("codedeploy-stop", LIVE, NOTHING)


async def test_a_rollback_is_not_stopped(acting: Acting, codedeploy: CodeDeploy) -> None:
    codedeploy.deploy("d-1", rollbackInfo={"rollbackTriggeringDeploymentId": "d-0"})
    plan = await acting.plan("codedeploy-stop", LIVE, NOTHING)
    assert (plan.calls, plan.remarks) == ((), ("d-1 takes back d-0 already, and goes on",))


async def test_where_nothing_is_under_way_there_is_nothing_to_stop(acting: Acting, codedeploy: CodeDeploy) -> None:
    plan = await acting.plan("codedeploy-stop", LIVE, NOTHING)
    assert (plan.calls, plan.remarks) == ((), ("CodeDeploy does nothing to it now",))


async def test_a_hand_over_is_taken_back_by_stopping_it(acting: Acting, codedeploy: CodeDeploy) -> None:
    await acting.do("codedeploy-shift", LIVE, OVER)
    answering(codedeploy, "GetDeployment", lambda: codedeploy.end("d-1-back"))
    await acting.undo()
    assert [each["deploymentId"] for each in codedeploy.stopped] == ["d-1"]


# -- a shift of the console's own


async def test_an_alias_that_codedeploy_shifts_is_not_shifted_here_too(
    acting: Acting, endpoint: ScriptedEndpoint, codedeploy: CodeDeploy
) -> None:
    codedeploy.deploy("d-0")
    with pytest.raises(Conflict, match="CodeDeploy shifts it now: d-0, version 1 to 2") as refused:
        await ShiftTraffic().plan(acting.connection, LIVE, Traffic(version="1", additional="2", percent=5))
    assert "stop the CodeDeploy deployment" in refused.value.hint
    assert UPDATE not in endpoint.operations


async def test_a_deployment_that_began_after_the_preview_stops_the_shift(
    acting: Acting, endpoint: ScriptedEndpoint, codedeploy: CodeDeploy
) -> None:
    shift = ShiftTraffic()
    plan = await shift.plan(acting.connection, LIVE, Traffic(version="1", additional="2", percent=5))
    codedeploy.deploy("d-0")
    outcome = await acting.performer.perform("traffic", shift, plan)
    assert outcome.result == "conflict"
    assert UPDATE not in endpoint.operations


async def test_a_rollback_asks_codedeploy_nothing(
    acting: Acting, endpoint: ScriptedEndpoint, live: SplitAlias, codedeploy: CodeDeploy
) -> None:
    live.change("1", v2=0.1)
    codedeploy.deploy("d-0")
    plan = await ShiftTraffic().plan(acting.connection, LIVE, Traffic(version="1"))
    assert len(plan.calls) == 1
    assert not [operation for operation in endpoint.operations if operation.startswith("codedeploy:")]


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (error("AccessDeniedException"), "not permitted: codedeploy:ListDeployments"),
        (error("InternalServerError", 500), "codedeploy is out of order"),
    ],
    ids=["forbidden", "out of order"],
)
@pytest.mark.usefixtures("impatient")
async def test_a_codedeploy_that_does_not_tell_is_a_warning_and_no_hindrance(
    acting: Acting, endpoint: ScriptedEndpoint, live: SplitAlias, fault: Answer, why: str
) -> None:
    endpoint.on("codedeploy", "ListDeployments", fault)
    plan = await ShiftTraffic().plan(acting.connection, LIVE, Traffic(version="1", additional="2", percent=5))
    assert len(plan.calls) == 1
    assert plan.warnings[0].startswith(f"whether CodeDeploy shifts it too is not known: {why}")


async def test_a_codedeploy_that_never_answers_is_a_warning_after_a_while(
    acting: Acting, endpoint: ScriptedEndpoint, live: SplitAlias, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codedeploy_collision, "PATIENCE_S", 0.1)
    endpoint.on("codedeploy", "ListDeployments", Answer(after=asyncio.Event()))
    plan = await ShiftTraffic().plan(acting.connection, LIVE, Traffic(version="1", additional="2", percent=5))
    assert len(plan.calls) == 1
    assert plan.warnings[0] == "whether CodeDeploy shifts it too is not known: no answer within 0.1 s"
