"""Provisioned concurrency: put, changed and deleted in the emulator; what is refused, told and watched at the wire."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from lambdatui.actions import entry_of
from lambdatui.actions.action import Kind, Params, Subject, candidates
from lambdatui.actions.provisioned_concurrency import Provisioned
from lambdatui.actions.subjects import subjects_of
from lambdatui.demo.cloud import Cloud
from lambdatui.errors import AccessDenied, NotFound, RequestRefused
from tests.actions.acting import Acting, loaded
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, cut, error, json_answer
from tests.support.metrics import MINUTE, TEN, CloudWatch, dimensions
from tests.support.releases import (
    NONE_PROVISIONED,
    alias,
    aliases,
    history,
    provisioned,
    provisioned_config,
    version,
    versions,
)
from tests.support.reservations import Reservations

PUT_ID, DELETE_ID = "provisioned-concurrency", "provisioned-concurrency-delete"
LIVE = Subject(function="orders", qualifier="live")
FIRST = Subject(function="orders", qualifier="1")
LABEL = "provisioned concurrency"
PUT, DELETE = "lambda:PutProvisionedConcurrencyConfig", "lambda:DeleteProvisionedConcurrencyConfig"
DENIED = error("AccessDeniedException", 403)
SCALING = ("application-autoscaling", "DescribeScalableTargets")


@pytest.fixture(autouse=True)
def impatient_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lambdatui.actions.provisioned_concurrency.WATCH_S", 0)


def config(status: str, *, allocated: int = 10, **particular: Any) -> Answer:
    """GetProvisionedConcurrencyConfig, with all available that is allocated."""
    return provisioned_config(status, allocated=allocated, available=allocated, **particular)


def holds(endpoint: ScriptedEndpoint, requested: int, status: str = "READY") -> None:
    """Has so much provisioned for ``live``; 0 for nothing."""
    endpoint.on(
        "lambda",
        "GetProvisionedConcurrencyConfig",
        config(status, requested=requested) if requested else NONE_PROVISIONED,
    )
    listed = provisioned("live", status, requested=requested)
    endpoint.on(
        "lambda",
        "ListProvisionedConcurrencyConfigs",
        listed if requested else json_answer({"ProvisionedConcurrencyConfigs": []}),
    )


@pytest.mark.parametrize(
    ("action_id", "offered"), [(PUT_ID, ["live", "2", "1"]), (DELETE_ID, ["live"])], ids=["to provision", "to delete"]
)
async def test_only_releases_are_offered_of_which_it_can_be_done(
    acting: Acting, endpoint: ScriptedEndpoint, action_id: str, offered: list[str]
) -> None:
    endpoint.on("lambda", "ListAliases", aliases(alias("live", 1)))
    endpoint.on("lambda", "ListVersionsByFunction", versions(*history("orders", 2)))
    holds(endpoint, 10)
    entry = entry_of(action_id)
    assert entry is not None
    found = await subjects_of(acting.connection, "orders", entry.target)
    assert [subject.qualifier for subject in found] == offered


@pytest.mark.parametrize(
    ("kind", "offered"),
    [
        ("published release", ["3", "live", "beta"]),
        ("provisioned release", ["3", "live", "beta"]),
        ("alias", ["live", "beta"]),
        ("version", ["3"]),
        ("invocable", ["3"]),
        ("function", [""]),
        ("mapping", []),
    ],
)
def test_a_version_stands_for_the_aliases_that_point_at_it_too(kind: Kind, offered: list[str]) -> None:
    version = Subject(function="orders", qualifier="3", aliases=("live", "beta"))
    assert [subject.qualifier for subject in candidates(version, kind)] == offered


@pytest.fixture
def reservations(endpoint: ScriptedEndpoint) -> Reservations:
    """Others have reserved 100 of 1,000."""
    kept = Reservations({"others": 100})
    kept.serve(endpoint)
    return kept


@pytest.fixture
def account(endpoint: ScriptedEndpoint, reservations: Reservations) -> ScriptedEndpoint:
    """An account with 1,000, of which 900 are unreserved, and ``orders:live`` at version 1 with nothing provisioned."""
    endpoint.on("lambda", "ListAliases", aliases(alias("live", 1)))
    endpoint.on("lambda", "GetFunction", json_answer({"Configuration": version("orders", 1, MemorySize=1024)}))
    endpoint.on(*SCALING, json_answer({"ScalableTargets": []}))
    holds(endpoint, 0)

    def put(seen: Seen) -> Answer:
        holds(endpoint, json.loads(seen.body)["ProvisionedConcurrentExecutions"])
        return config("IN_PROGRESS", allocated=0)

    def delete(_: Seen) -> Answer:
        holds(endpoint, 0)
        return Answer(status=204)

    endpoint.on("lambda", "PutProvisionedConcurrencyConfig", put)
    endpoint.on("lambda", "DeleteProvisionedConcurrencyConfig", delete)
    return endpoint


@pytest.mark.parametrize(("action", "params"), [(PUT_ID, Provisioned(provisioned=5)), (DELETE_ID, Params())])
async def test_after_the_yes_what_only_helps_to_judge_is_not_asked_and_holds_nothing_up(
    acting: Acting, account: ScriptedEndpoint, action: str, params: Params
) -> None:
    holds(account, 3)
    plan = await acting.plan(action, LIVE, params)
    account.requests.clear()
    account.on("cloudwatch", "GetMetricData", Answer(after=asyncio.Event()))
    assert (await acting.performer.perform(action, loaded(action), plan)).result == "done"
    assert [seen.operation for seen in account.requests] == ["GetProvisionedConcurrencyConfig", plan.calls[0].operation]


# -- in the emulator


@pytest.fixture
def released(cloud: Cloud, orders: None) -> None:
    """Version 1, without any."""
    cloud["lambda"].publish_version(FunctionName="orders")


def requested(cloud: Cloud) -> int | None:
    """What is provisioned for version 1 in the emulator; None where nothing is."""
    client = cloud["lambda"]
    try:
        found: dict[str, Any] = client.get_provisioned_concurrency_config(FunctionName="orders", Qualifier="1")
    except client.exceptions.ProvisionedConcurrencyConfigNotFoundException:
        return None
    count: int = found["RequestedProvisionedConcurrentExecutions"]
    return count


async def test_it_is_put_watched_and_taken_back(at_cloud: Acting, cloud: Cloud, released: None) -> None:
    outcome = await at_cloud.do(PUT_ID, FIRST, Provisioned(provisioned=3))
    assert (outcome.result, requested(cloud)) == ("done", 3)
    assert at_cloud.told == ["READY: 3 of 3 allocated, 3 available"]
    assert (at_cloud.last.before, at_cloud.last.after) == ({LABEL: None}, {LABEL: "3"})
    await at_cloud.undo()
    assert requested(cloud) is None


async def test_what_was_deleted_comes_back(at_cloud: Acting, cloud: Cloud, released: None) -> None:
    await at_cloud.do(PUT_ID, FIRST, Provisioned(provisioned=3))
    await at_cloud.do(DELETE_ID, FIRST, Params())
    assert requested(cloud) is None
    await at_cloud.undo()
    assert requested(cloud) == 3


async def test_a_changed_number_is_taken_back_to_the_former(at_cloud: Acting, cloud: Cloud, released: None) -> None:
    await at_cloud.do(PUT_ID, FIRST, Provisioned(provisioned=3))
    await at_cloud.do(PUT_ID, FIRST, Provisioned(provisioned=5))
    await at_cloud.undo()
    assert requested(cloud) == 3


# -- what the operator is told


def left(executions: int, when: str) -> str:
    """How much of the account is told to be left."""
    return (
        f"left of the account's 1,000 {when}: {executions}, "
        "less what other functions have provisioned (see :concurrency)"
    )


async def test_the_form_tells_what_is_left_as_it_is_now_whatever_is_typed(
    acting: Acting, account: ScriptedEndpoint
) -> None:
    holds(account, 12)
    assert (await acting.draft(PUT_ID, LIVE)).remarks[-1] == left(888, "now")


async def test_the_form_starts_with_what_is_there_and_how_it_stands(acting: Acting, account: ScriptedEndpoint) -> None:
    holds(account, 12)
    draft = await acting.draft(PUT_ID, LIVE)
    assert draft.params == Provisioned(provisioned=12)
    assert draft.remarks[0] == "READY: 10 of 12 allocated, 10 available"


async def test_the_preview_tells_what_remains_and_the_price_of_a_month(
    acting: Acting, account: ScriptedEndpoint
) -> None:
    plan = await acting.plan(PUT_ID, LIVE, Provisioned(provisioned=10))
    assert plan.remarks == (left(890, "then"),)
    assert plan.price is not None
    assert plan.price.startswith("$109.50 a month for 10 of 1,024 MB, x86_64")


async def test_of_a_reservation_it_tells_how_much_is_provisioned(
    acting: Acting, account: ScriptedEndpoint, reservations: Reservations
) -> None:
    reservations.by_function["orders"] = 50
    plan = await acting.plan(PUT_ID, LIVE, Provisioned(provisioned=10))
    assert plan.remarks == ("provisioned of the 50 that the function has reserved: 10 then",)


@pytest.mark.parametrize("other", [FIRST, Subject(function="payments", qualifier="1")], ids=["beside", "elsewhere"])
async def test_of_a_marked_set_each_is_planned_with_what_those_before_take(
    acting: Acting, account: ScriptedEndpoint, other: Subject
) -> None:
    action, asked = acting.loaded(PUT_ID), Provisioned(provisioned=10)
    plans = [await action.plan(acting.connection, subject, asked) for subject in (other, LIVE)]
    assert [left for plan in plans for left in plan.remarks] == [
        left(890, "then"),
        left(880, "then"),
    ]


async def test_of_a_marked_set_a_reservation_covers_all_together(
    acting: Acting, account: ScriptedEndpoint, reservations: Reservations
) -> None:
    reservations.by_function["orders"] = 15
    action, asked = acting.loaded(PUT_ID), Provisioned(provisioned=10)
    await action.plan(acting.connection, FIRST, asked)
    with pytest.raises(RequestRefused, match="makes 20 provisioned of the function, and 15 are reserved for it"):
        await action.plan(acting.connection, LIVE, asked)


async def test_of_nothing_to_delete_there_is_nothing_to_warn_of(acting: Acting, account: ScriptedEndpoint) -> None:
    account.on(*SCALING, DENIED)
    plan = await acting.plan(DELETE_ID, LIVE, Params())
    assert (plan.calls, plan.warnings) == ((), ())


async def test_deleting_tells_what_it_cost_until_now(acting: Acting, account: ScriptedEndpoint) -> None:
    holds(account, 10)
    plan = await acting.plan(DELETE_ID, LIVE, Params())
    assert plan.price is not None
    assert plan.price.startswith("until now: $109.50 a month")


# -- how much of it is used


def used(endpoint: ScriptedEndpoint, *shares: float, code: str = "Complete") -> CloudWatch:
    """So much of 10 was used in each of the last minutes."""
    holds(endpoint, 10)
    cloudwatch = CloudWatch(endpoint)
    metric = ("ProvisionedConcurrencyUtilization", "orders")
    cloudwatch.points[metric] = {TEN + minute * MINUTE: share for minute, share in enumerate(shares)}
    cloudwatch.codes[metric] = code
    return cloudwatch


async def how_much(acting: Acting) -> set[str]:
    """How much was used, as both previews and the form tell it."""
    told = [
        (await acting.draft(PUT_ID, LIVE)).remarks,
        (await acting.plan(PUT_ID, LIVE, Provisioned(provisioned=5))).remarks,
        (await acting.plan(DELETE_ID, LIVE, Params())).remarks,
    ]
    return {remark for remarks in told for remark in remarks if remark.startswith("utilization")}


async def test_the_most_that_was_used_in_the_last_hour_is_told(acting: Acting, account: ScriptedEndpoint) -> None:
    cloudwatch = used(account, 0.1, 0.7, 0.3)
    assert await how_much(acting) == {"utilization in the last hour: at most 70 %"}
    [query] = cloudwatch.asked[0]["MetricDataQueries"]
    assert query["MetricStat"]["Stat"] == "Maximum"
    assert set(dimensions(query["MetricStat"]["Metric"])) == {("FunctionName", "orders"), ("Resource", "orders:live")}


async def test_that_nothing_ran_is_not_told_as_a_share(acting: Acting, account: ScriptedEndpoint) -> None:
    used(account)
    assert await how_much(acting) == {"utilization in the last hour: no data"}


async def test_a_part_of_the_data_is_not_told_as_all_of_it(acting: Acting, account: ScriptedEndpoint) -> None:
    used(account, 0.1, code="PartialData")
    assert await how_much(acting) == {"utilization in the last hour is not known: AWS sent a part of the data"}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("refusal", "why"),
    [
        (DENIED, "not permitted: cloudwatch:GetMetricData"),
        (error("ThrottlingException", 400), "throttled: cloudwatch:GetMetricData"),
    ],
    ids=["denied", "throttled"],
)
async def test_not_knowing_how_much_is_used_keeps_nobody_from_changing_it(
    acting: Acting, account: ScriptedEndpoint, refusal: Answer, why: str
) -> None:
    holds(account, 10)
    account.on("cloudwatch", "GetMetricData", refusal)
    assert await how_much(acting) == {f"utilization in the last hour is not known: {why}"}
    assert (await acting.do(DELETE_ID, LIVE, Params())).result == "done"


async def test_where_nothing_is_ready_nobody_asks_how_much_is_used(acting: Acting, account: ScriptedEndpoint) -> None:
    await acting.plan(PUT_ID, LIVE, Provisioned(provisioned=5))
    assert account.counts["cloudwatch:GetMetricData"] == 0


async def test_taking_away_what_is_in_use_is_warned_of(acting: Acting, account: ScriptedEndpoint) -> None:
    used(account, 0.9)
    expected = ("about 9 of 10 were used at once in the last hour: what finds none ready starts cold",)
    assert (await acting.plan(PUT_ID, LIVE, Provisioned(provisioned=5))).warnings == expected
    assert (await acting.plan(DELETE_ID, LIVE, Params())).warnings == expected


async def test_paying_for_more_than_is_used_is_warned_of(acting: Acting, account: ScriptedEndpoint) -> None:
    used(account, 0.12)
    plan = await acting.plan(PUT_ID, LIVE, Provisioned(provisioned=20))
    assert plan.warnings == ("at most 12 % of it was used in the last hour: below 60 % on demand costs less",)


async def test_a_price_that_is_not_known_is_not_guessed(
    connect: Any, acting: Acting, account: ScriptedEndpoint
) -> None:
    acting.connection = connect(region="af-south-1")
    plan = await acting.plan(PUT_ID, LIVE, Provisioned(provisioned=10))
    assert plan.price == "price unknown for af-south-1"


async def test_what_auto_scaling_will_overwrite_is_warned_of(acting: Acting, account: ScriptedEndpoint) -> None:
    target = {
        "ServiceNamespace": "lambda",
        "ResourceId": "function:orders:live",
        "ScalableDimension": "lambda:function:ProvisionedConcurrency",
        "MinCapacity": 2,
        "MaxCapacity": 20,
        "RoleARN": "arn:aws:iam::123456789012:role/scaling",
        "CreationTime": 1_700_000_000,
    }
    account.on(*SCALING, json_answer({"ScalableTargets": [target]}))
    for action, params in ((PUT_ID, Provisioned(provisioned=5)), (DELETE_ID, Params())):
        plan = await acting.plan(action, LIVE, params)
        assert plan.warnings == ("auto scaling keeps it between 2 and 20, and will overwrite this",)


@pytest.mark.parametrize("answer", [DENIED, error("InternalServiceException", 500)])
async def test_where_auto_scaling_is_not_known_that_is_said_and_nothing_is_held_up(
    impatient: None, acting: Acting, account: ScriptedEndpoint, answer: Answer
) -> None:
    account.on(*SCALING, answer)
    plan = await acting.plan(PUT_ID, LIVE, Provisioned(provisioned=5))
    assert plan.warnings[0].startswith("whether auto scaling will overwrite this is not known")
    assert len(plan.calls) == 1


@pytest.mark.parametrize("operation", ["GetAccountSettings", "GetFunctionConcurrency", "ListAliases", "GetFunction"])
async def test_what_only_helps_to_judge_may_be_forbidden(
    acting: Acting, account: ScriptedEndpoint, operation: str
) -> None:
    account.on("lambda", operation, DENIED)
    assert (await acting.do(PUT_ID, LIVE, Provisioned(provisioned=4))).result == "done"


async def test_nothing_is_planned_where_the_present_may_not_be_seen(acting: Acting, account: ScriptedEndpoint) -> None:
    account.on("lambda", "GetProvisionedConcurrencyConfig", DENIED)
    with pytest.raises(AccessDenied, match="lambda:GetProvisionedConcurrencyConfig"):
        await acting.plan(PUT_ID, LIVE, Provisioned(provisioned=4))


async def test_what_failed_can_be_put_again(acting: Acting, account: ScriptedEndpoint) -> None:
    holds(account, 10, "FAILED")
    plan = await acting.plan(PUT_ID, LIVE, Provisioned(provisioned=10))
    assert [call.operation for call in plan.calls] == ["PutProvisionedConcurrencyConfig"]


# -- what AWS would refuse


async def refusal(acting: Acting, subject: Subject, number: int) -> str:
    with pytest.raises(RequestRefused) as refused:
        await acting.plan(PUT_ID, subject, Provisioned(provisioned=number))
    return refused.value.title


async def test_latest_cannot_have_it_and_the_form_says_so(acting: Acting, account: ScriptedEndpoint) -> None:
    with pytest.raises(RequestRefused, match="take a published version or an alias"):
        await acting.draft(PUT_ID, Subject(function="orders", qualifier="$LATEST"))


async def test_an_alias_of_latest_cannot_have_it(acting: Acting, account: ScriptedEndpoint) -> None:
    account.on("lambda", "ListAliases", aliases({**alias("live", 1), "FunctionVersion": "$LATEST"}))
    told = "live points at $LATEST, which cannot have it: take a published version or an alias"
    assert await refusal(acting, LIVE, 5) == told


async def test_an_alias_with_weights_cannot_have_it_and_the_form_says_so(
    acting: Acting, account: ScriptedEndpoint
) -> None:
    account.on("lambda", "ListAliases", aliases(alias("live", 1, v2=0.1)))
    with pytest.raises(RequestRefused, match="alias live has weights"):
        await acting.draft(PUT_ID, LIVE)


async def test_snap_start_excludes_it(acting: Acting, account: ScriptedEndpoint) -> None:
    snap_start = {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}
    account.on("lambda", "GetFunction", json_answer({"Configuration": version("orders", 1, SnapStart=snap_start)}))
    assert await refusal(acting, LIVE, 1) == "version 1 has SnapStart, which excludes it"


async def test_a_reservation_covers_what_is_provisioned(
    acting: Acting, account: ScriptedEndpoint, reservations: Reservations
) -> None:
    reservations.by_function["orders"] = 8
    assert await refusal(acting, LIVE, 9) == "makes 9 provisioned of the function, and 8 are reserved for it"


async def test_what_others_keep_unreserved_cannot_be_taken(acting: Acting, account: ScriptedEndpoint) -> None:
    assert await refusal(acting, LIVE, 801) == "leaves 99 of 1,000 unreserved; AWS keeps at least 100"


# -- what becomes of it


async def test_it_is_watched_until_all_is_allocated(acting: Acting, account: ScriptedEndpoint) -> None:
    plan = await acting.plan(PUT_ID, LIVE, Provisioned(provisioned=10))
    account.on("lambda", "PutProvisionedConcurrencyConfig", config("IN_PROGRESS", allocated=0))
    account.on(
        "lambda",
        "GetProvisionedConcurrencyConfig",
        NONE_PROVISIONED,
        config("IN_PROGRESS", allocated=0),
        config("IN_PROGRESS", allocated=6),
        config("READY"),
    )
    await acting.perform(PUT_ID, plan)
    assert acting.told == [
        "IN_PROGRESS: 0 of 10 allocated, 0 available",
        "IN_PROGRESS: 6 of 10 allocated, 6 available",
        "READY: 10 of 10 allocated, 10 available",
    ]


async def test_a_failed_allocation_is_told_with_its_reason(acting: Acting, account: ScriptedEndpoint) -> None:
    plan = await acting.plan(PUT_ID, LIVE, Provisioned(provisioned=10))
    failed = config("FAILED", allocated=0, reason="FUNCTION_ERROR_INIT_FAILURE")
    account.on("lambda", "PutProvisionedConcurrencyConfig", config("IN_PROGRESS", allocated=0))
    account.on("lambda", "GetProvisionedConcurrencyConfig", NONE_PROVISIONED, failed)
    with pytest.raises(RequestRefused, match="FAILED: 0 of 10 allocated, 0 available: FUNCTION_ERROR_INIT_FAILURE"):
        await acting.perform(PUT_ID, plan)
    assert acting.last.result == "done"


async def test_the_watch_outlasts_a_failure_that_passes(
    impatient: None, acting: Acting, account: ScriptedEndpoint
) -> None:
    plan = await acting.plan(PUT_ID, LIVE, Provisioned(provisioned=10))
    account.on("lambda", "PutProvisionedConcurrencyConfig", config("IN_PROGRESS", allocated=0))
    account.on("lambda", "GetProvisionedConcurrencyConfig", NONE_PROVISIONED, cut(), config("READY"))
    await acting.perform(PUT_ID, plan)
    assert acting.told[0].startswith("still watching: ")
    assert acting.told[1] == "READY: 10 of 10 allocated, 10 available"


async def test_what_is_deleted_while_it_is_watched_is_told(acting: Acting, account: ScriptedEndpoint) -> None:
    plan = await acting.plan(PUT_ID, LIVE, Provisioned(provisioned=10))
    account.on("lambda", "PutProvisionedConcurrencyConfig", config("IN_PROGRESS", allocated=0))
    with pytest.raises(NotFound, match="orders:live has no provisioned concurrency any more"):
        await acting.perform(PUT_ID, plan)


async def test_a_change_by_somebody_else_is_not_overwritten(acting: Acting, account: ScriptedEndpoint) -> None:
    holds(account, 10)
    plan = await acting.plan(PUT_ID, LIVE, Provisioned(provisioned=20))
    holds(account, 15)
    outcome = await acting.perform(PUT_ID, plan)
    assert outcome.result == acting.last.result == "conflict"
    assert "was 10 and is 15" in acting.last.error
    assert account.counts[PUT] == 0


async def test_after_a_lost_answer_aws_is_asked_what_is_there(acting: Acting, account: ScriptedEndpoint) -> None:
    def carried_out(_: Seen) -> Answer:
        holds(account, 20)
        return cut()

    account.on("lambda", "PutProvisionedConcurrencyConfig", carried_out)
    outcome = await acting.do(PUT_ID, LIVE, Provisioned(provisioned=20))
    assert outcome.result == acting.last.result == "done"
    assert account.counts[PUT] == 1
