"""Reserved concurrency: set, changed and removed in the emulator; what is refused and told at the wire."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lambdatui.actions import lately
from lambdatui.actions.action import Subject
from lambdatui.actions.reserved_concurrency import PEAK, Reserved
from lambdatui.demo.cloud import Cloud
from lambdatui.errors import AccessDenied, NotFound, RequestRefused
from tests.actions.acting import Acting
from tests.support.endpoint import IDENTITY, Answer, ScriptedEndpoint, error, json_answer
from tests.support.metrics import MINUTE, TEN, CloudWatch
from tests.support.releases import provisioned
from tests.support.reservations import PUT, Reservations

ID = "reserved-concurrency"
ORDERS = Subject(function="orders")
LABEL = "reserved concurrency"
DENIED = error("AccessDeniedException", 403)


def reserved(cloud: Cloud) -> int | None:
    """What is reserved in the emulator; None where nothing is."""
    found: dict[str, Any] = cloud["lambda"].get_function_concurrency(FunctionName="orders")
    return found.get("ReservedConcurrentExecutions")


@pytest.fixture
def reservations(endpoint: ScriptedEndpoint) -> Reservations:
    """An account with 1,000, of which 900 are unreserved and 10 are reserved for ``orders``."""
    kept = Reservations({"orders": 10, "others": 90})
    kept.serve(endpoint)
    return kept


@pytest.fixture
def account(endpoint: ScriptedEndpoint, reservations: Reservations) -> ScriptedEndpoint:
    """The endpoint of that account."""
    return endpoint


# -- in the emulator


@pytest.mark.parametrize("wanted", [5, 0, None])
async def test_what_is_asked_for_is_so_and_is_taken_back(
    at_cloud: Acting, cloud: Cloud, orders: None, wanted: int | None
) -> None:
    cloud["lambda"].put_function_concurrency(FunctionName="orders", ReservedConcurrentExecutions=7)
    outcome = await at_cloud.do(ID, ORDERS, Reserved(reserved=wanted))
    assert (outcome.result, reserved(cloud)) == ("done", wanted)
    assert (at_cloud.last.before, at_cloud.last.after) == (
        {LABEL: "7"},
        {LABEL: None if wanted is None else str(wanted)},
    )
    await at_cloud.undo()
    assert reserved(cloud) == 7


async def test_taking_back_the_first_reservation_leaves_none_and_not_zero(
    at_cloud: Acting, cloud: Cloud, orders: None
) -> None:
    await at_cloud.do(ID, ORDERS, Reserved(reserved=3))
    await at_cloud.undo()
    assert reserved(cloud) is None


async def test_a_plan_changes_nothing(at_cloud: Acting, cloud: Cloud, orders: None) -> None:
    plan = await at_cloud.plan(ID, ORDERS, Reserved(reserved=3))
    assert [call.operation for call in plan.calls] == ["PutFunctionConcurrency"]
    assert reserved(cloud) is None


async def test_a_function_that_is_gone_is_told_as_such(at_cloud: Acting, cloud: Cloud) -> None:
    with pytest.raises(NotFound):
        await at_cloud.plan(ID, ORDERS, Reserved(reserved=3))


# -- what the operator is told


async def test_the_form_starts_with_what_is_there(acting: Acting, account: ScriptedEndpoint) -> None:
    draft = await acting.draft(ID, ORDERS)
    assert (draft.params, draft.remarks) == (
        Reserved(reserved=10),
        ("900 of the account's 1,000 are unreserved",),
    )


async def test_the_preview_tells_what_remains_unreserved(acting: Acting, account: ScriptedEndpoint) -> None:
    plan = await acting.plan(ID, ORDERS, Reserved(reserved=60))
    assert plan.remarks == ("unreserved in the account then: 850 of 1,000",)


async def test_of_a_marked_set_each_is_planned_with_what_those_before_take(
    acting: Acting, account: ScriptedEndpoint
) -> None:
    action = acting.loaded(ID)
    asked = Reserved(reserved=410)
    first, second = [
        await action.plan(acting.connection, Subject(function=name), asked) for name in ("orders", "others")
    ]
    assert first.remarks == ("unreserved in the account then: 500 of 1,000",)
    assert second.remarks == ("unreserved in the account then: 180 of 1,000",)
    with pytest.raises(RequestRefused, match="takes 230 more than the account has unreserved"):
        await action.plan(acting.connection, Subject(function="third"), asked)


async def test_zero_is_warned_of(acting: Acting, account: ScriptedEndpoint) -> None:
    plan = await acting.plan(ID, ORDERS, Reserved(reserved=0))
    assert plan.warnings[0].startswith("stops the function: asynchronous events go to its dead-letter queue")


async def test_a_ceiling_below_what_ran_in_the_last_hour_is_warned_of(
    acting: Acting, account: ScriptedEndpoint
) -> None:
    CloudWatch(account).points[("ConcurrentExecutions", "orders")] = {TEN: 3, TEN + MINUTE: 9}
    plan = await acting.plan(ID, ORDERS, Reserved(reserved=8))
    assert plan.warnings == ("9 ran at the same time in the last hour: more than 8 will be throttled",)


async def test_not_knowing_what_ran_is_said(acting: Acting, account: ScriptedEndpoint) -> None:
    account.on("cloudwatch", "GetMetricData", DENIED)
    (warning,) = (await acting.plan(ID, ORDERS, Reserved(reserved=4))).warnings
    assert warning == f"{PEAK} is not known: not permitted: cloudwatch:GetMetricData"


async def test_a_cloudwatch_that_does_not_answer_keeps_nobody_from_a_preview(
    acting: Acting, account: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lately, "PATIENCE_S", 0.1)
    account.on("cloudwatch", "GetMetricData", Answer(after=asyncio.Event()))
    (warning,) = (await acting.plan(ID, ORDERS, Reserved(reserved=4))).warnings
    assert warning == f"{PEAK} is not known: CloudWatch did not answer within 0.1 s"


async def test_where_metrics_may_cost_nothing_none_is_asked_for_and_that_is_said(
    acting: Acting, account: ScriptedEndpoint
) -> None:
    acting.metrics_budget_usd = 0
    (warning,) = (await acting.plan(ID, ORDERS, Reserved(reserved=4))).warnings
    assert warning == f"{PEAK} is not known: metrics_budget_cents leaves nothing for it now"
    assert account.counts["cloudwatch:GetMetricData"] == 0


async def test_what_ran_matters_only_below_the_former_ceiling(acting: Acting, account: ScriptedEndpoint) -> None:
    await acting.plan(ID, ORDERS, Reserved(reserved=20))
    assert account.counts["cloudwatch:GetMetricData"] == 0


async def test_what_others_keep_unreserved_cannot_be_taken(acting: Acting, account: ScriptedEndpoint) -> None:
    with pytest.raises(RequestRefused, match="leaves 90 of 1,000 unreserved; AWS keeps at least 100"):
        await acting.plan(ID, ORDERS, Reserved(reserved=820))


async def test_what_is_provisioned_has_to_be_covered(acting: Acting, account: ScriptedEndpoint) -> None:
    account.on("lambda", "ListProvisionedConcurrencyConfigs", provisioned("live", "READY", requested=8))
    with pytest.raises(RequestRefused, match="8 are provisioned"):
        await acting.plan(ID, ORDERS, Reserved(reserved=4))


@pytest.mark.parametrize("operation", ["GetAccountSettings", "ListProvisionedConcurrencyConfigs"])
async def test_what_only_helps_to_judge_may_be_forbidden(
    acting: Acting, account: ScriptedEndpoint, operation: str
) -> None:
    account.on("lambda", operation, DENIED)
    assert (await acting.do(ID, ORDERS, Reserved(reserved=4))).result == "done"


async def test_nothing_is_planned_where_the_present_may_not_be_seen(acting: Acting, account: ScriptedEndpoint) -> None:
    account.on("lambda", "GetFunctionConcurrency", DENIED)
    with pytest.raises(AccessDenied, match="lambda:GetFunctionConcurrency"):
        await acting.plan(ID, ORDERS, Reserved(reserved=4))


# -- what becomes of it


async def test_a_change_by_somebody_else_is_not_overwritten(
    acting: Acting, account: ScriptedEndpoint, reservations: Reservations
) -> None:
    plan = await acting.plan(ID, ORDERS, Reserved(reserved=4))
    reservations.by_function["orders"] = 77
    outcome = await acting.perform(ID, plan)
    assert outcome.result == acting.last.result == "conflict"
    assert "was 10 and is 77" in acting.last.error
    assert account.counts[PUT] == 0


async def test_after_the_yes_what_only_helps_to_judge_is_not_asked_and_holds_nothing_up(
    acting: Acting, account: ScriptedEndpoint
) -> None:
    plan = await acting.plan(ID, ORDERS, Reserved(reserved=4))
    account.requests.clear()
    account.on("cloudwatch", "GetMetricData", Answer(after=asyncio.Event()))
    assert (await acting.perform(ID, plan)).result == "done"
    assert dict(account.counts) == {"lambda:GetFunctionConcurrency": 1, PUT: 1}


async def test_a_refusal_of_awss_is_told_in_its_words(acting: Acting, account: ScriptedEndpoint) -> None:
    words = "decreases account's UnreservedConcurrentExecution below its minimum value of [50]."
    account.on("lambda", "PutFunctionConcurrency", error("InvalidParameterValueException", 400, words))
    outcome = await acting.do(ID, ORDERS, Reserved(reserved=20))
    assert outcome.result == acting.last.result == "failed"
    assert "minimum value of [50]" in acting.last.error


async def test_the_minimum_that_aws_told_is_known_to_the_next_plan(
    acting: Acting, account: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lambdatui.actions.on_record.state_folder", lambda: acting.trail.path.parent)
    account.on("sts", "GetCallerIdentity", IDENTITY)
    limits = {"ConcurrentExecutions": 110, "UnreservedConcurrentExecutions": 90}
    account.on("lambda", "GetAccountSettings", json_answer({"AccountLimit": limits}))
    words = "decreases account's UnreservedConcurrentExecution below its minimum value of [50]."
    account.on("lambda", "PutFunctionConcurrency", error("InvalidParameterValueException", 400, words))
    await acting.do(ID, ORDERS, Reserved(reserved=60))
    with pytest.raises(RequestRefused, match="leaves 40 of 110 unreserved; AWS keeps at least 50"):
        await acting.plan(ID, ORDERS, Reserved(reserved=60))


async def test_after_a_lost_answer_aws_is_asked_what_is_there(
    acting: Acting, account: ScriptedEndpoint, reservations: Reservations
) -> None:
    account.on("lambda", "PutFunctionConcurrency", reservations.put_then_cut)
    outcome = await acting.do(ID, ORDERS, Reserved(reserved=20))
    assert outcome.result == acting.last.result == "done"
    assert account.counts[PUT] == 1
