"""Concurrency at the wire, and against the demo's account."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import unquote

import pytest

from lambdatui.aws.concurrency import (
    AT_ONCE,
    each_provisioned,
    each_reserved,
    get_account_concurrency,
    get_provisioned,
    get_reserved_concurrency,
    get_scalable_target,
)
from lambdatui.aws.connection import Connection
from lambdatui.demo.endpoint import DemoEndpoint
from lambdatui.demo.packages import packed
from lambdatui.errors import AccessDenied, NotFound
from lambdatui.models.concurrency import ScalableTarget
from tests.aws.conftest import Connect, where
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, error, function, json_answer
from tests.support.releases import provisioned

LIMITS = {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 800}


def detail(name: str, reserved: int | None) -> Answer:
    """GetFunction."""
    concurrency = {} if reserved is None else {"Concurrency": {"ReservedConcurrentExecutions": reserved}}
    return json_answer({"Configuration": function(name), **concurrency})


def details(reserved: dict[str, int | None]) -> Any:
    """A script for GetFunction that refuses the functions that it does not know."""

    def answer(seen: Seen) -> Answer:
        name = unquote(seen.path.rpartition("/")[2])
        return detail(name, reserved[name]) if name in reserved else error("AccessDeniedException", 403)

    return answer


def scalable(resource: str, **particular: Any) -> dict[str, Any]:
    target = {
        "ServiceNamespace": "lambda",
        "ResourceId": resource,
        "ScalableDimension": "lambda:function:ProvisionedConcurrency",
        "MinCapacity": 2,
        "MaxCapacity": 10,
        "RoleARN": "arn:aws:iam::123456789012:role/scaling",
        "CreationTime": 1_700_000_000,
    }
    return {**target, **particular}


async def test_the_accounts_limit_is_read_with_what_is_reserved_of_it(
    connect: Connect, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "GetAccountSettings", json_answer({"AccountLimit": LIMITS}))
    found = await get_account_concurrency(connect())
    assert (found.limit, found.unreserved, found.reserved) == (1000, 800, 200)


@pytest.mark.parametrize(("answer", "reserved"), [({}, None), ({"ReservedConcurrentExecutions": 0}, 0)])
async def test_nothing_reserved_is_not_zero(
    connect: Connect, endpoint: ScriptedEndpoint, answer: dict[str, int], reserved: int | None
) -> None:
    endpoint.on("lambda", "GetFunctionConcurrency", json_answer(answer))
    assert await get_reserved_concurrency(connect(), "orders") == reserved


# -- of many functions


async def test_every_function_has_its_answer_and_a_refusal_takes_nobody_else_down(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    known = {"orders": 100, "refunds": 0, "audit": None}
    endpoint.on("lambda", "GetFunction", details(known))
    found = dict([one async for one in each_reserved(connection, ["orders", "secret", "refunds", "audit"])])
    refused = found.pop("secret")
    assert isinstance(refused, AccessDenied)
    assert found == known


async def test_an_answer_that_takes_long_holds_up_no_other(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    late = asyncio.Event()
    names = ["slow", *(f"quick-{n}" for n in range(3 * AT_ONCE))]

    def answer(seen: Seen) -> Answer:
        name = unquote(seen.path.rpartition("/")[2])
        found = detail(name, 1)
        return Answer(body=found.body, headers=found.headers, after=late) if name == "slow" else found

    endpoint.on("lambda", "GetFunction", answer)
    arrived = []
    async for name, _ in each_reserved(connection, names):
        arrived.append(name)
        if len(arrived) == len(names) - 1:
            late.set()
    assert (sorted(arrived), arrived[-1]) == (sorted(names), "slow")


async def test_no_more_than_so_many_are_asked_about_before_the_first_answer(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    held = asyncio.Event()
    asked = asyncio.Event()

    def answer(_: Seen) -> Answer:
        if len(endpoint.requests) == AT_ONCE:
            asked.set()
        found = detail("orders", 1)
        return Answer(body=found.body, headers=found.headers, after=held)

    endpoint.on("lambda", "GetFunction", answer)
    answers = each_reserved(connection, [f"f-{n}" for n in range(5 * AT_ONCE)])
    first = asyncio.ensure_future(anext(answers))
    await asyncio.wait_for(asked.wait(), 20)
    assert endpoint.counts == {"lambda:GetFunction": AT_ONCE}
    held.set()
    await first
    await answers.aclose()


async def test_closed_early_it_asks_about_no_more_functions(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "GetFunction", detail("orders", 1))
    answers = each_reserved(connection, [f"f-{n}" for n in range(10 * AT_ONCE)])
    await anext(answers)
    await answers.aclose()
    assert endpoint.counts.total() <= 2 * AT_ONCE


async def test_nothing_is_asked_about_no_functions(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    assert [one async for one in each_reserved(connection, [])] == []
    assert endpoint.requests == []


async def test_what_is_provisioned_is_told_function_by_function(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    def answer(seen: Seen) -> Answer:
        asked = "/orders/" in seen.path
        return provisioned("live", "READY") if asked else json_answer({"ProvisionedConcurrencyConfigs": []})

    endpoint.on("lambda", "ListProvisionedConcurrencyConfigs", answer)
    found = dict([one async for one in each_provisioned(connection, ["orders", "refunds"])])
    assert found["refunds"] == ()
    assert isinstance(found["orders"], tuple)
    assert [one.qualifier for one in found["orders"]] == ["live"]


# -- one release


async def test_a_failed_allocation_is_read_with_its_reason(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    answer = {
        "RequestedProvisionedConcurrentExecutions": 10,
        "AllocatedProvisionedConcurrentExecutions": 0,
        "AvailableProvisionedConcurrentExecutions": 0,
        "Status": "FAILED",
        "StatusReason": "FUNCTION_ERROR_INIT_FAILURE",
    }
    endpoint.on("lambda", "GetProvisionedConcurrencyConfig", json_answer(answer))
    found = await get_provisioned(connection, "orders", "live")
    assert found is not None
    assert (found.status, found.status_reason) == ("FAILED", "FUNCTION_ERROR_INIT_FAILURE")
    assert endpoint.requests[0].query == {"Qualifier": "live"}


async def test_none_provisioned_is_no_error(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    nothing = error("ProvisionedConcurrencyConfigNotFoundException", 404, "No Provisioned Concurrency Config found")
    endpoint.on("lambda", "GetProvisionedConcurrencyConfig", nothing)
    assert await get_provisioned(connection, "orders", "live") is None


@pytest.mark.parametrize("message", ["Function not found: orders", "Cannot find alias arn: orders:live"])
async def test_a_release_that_is_gone_is_not_taken_for_one_without(
    connection: Connection, endpoint: ScriptedEndpoint, message: str
) -> None:
    endpoint.on("lambda", "GetProvisionedConcurrencyConfig", error("ResourceNotFoundException", 404, message))
    with pytest.raises(NotFound):
        await get_provisioned(connection, "orders", "live")


# -- auto scaling


async def test_what_scales_a_release_is_asked_for_by_its_name(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    targets = {name: scalable(name) for name in ("function:orders:live", "function:refunds:7")}

    def answer(seen: Seen) -> Answer:
        asked = json.loads(seen.body)["ResourceIds"]
        return json_answer({"ScalableTargets": [targets[name] for name in asked if name in targets]})

    endpoint.on("application-autoscaling", "DescribeScalableTargets", answer)
    expected = ScalableTarget(function="orders", qualifier="live", minimum=2, maximum=10)
    assert await get_scalable_target(connection, "orders", "live") == expected
    assert await get_scalable_target(connection, "orders", "7") is None


@pytest.mark.parametrize(
    ("scheduled", "suspended"), [(True, True), (False, False)], ids=["all suspended", "schedules go on"]
)
async def test_only_a_target_that_nothing_scales_is_suspended(
    connection: Connection, endpoint: ScriptedEndpoint, scheduled: bool, suspended: bool
) -> None:
    state = {
        "DynamicScalingInSuspended": True,
        "DynamicScalingOutSuspended": True,
        "ScheduledScalingSuspended": scheduled,
    }
    target = scalable("function:orders:live", SuspendedState=state)
    endpoint.on("application-autoscaling", "DescribeScalableTargets", json_answer({"ScalableTargets": [target]}))
    found = await get_scalable_target(connection, "orders", "live")
    assert found is not None
    assert found.suspended is suspended


async def test_forbidden_scalable_targets_name_the_action(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("application-autoscaling", "DescribeScalableTargets", error("AccessDeniedException", 400))
    with pytest.raises(AccessDenied, match="application-autoscaling:DescribeScalableTargets"):
        await get_scalable_target(connection, "orders", "live")


# -- the embedded account


async def test_the_demos_reservations_are_told_for_each_function(demo: Connection) -> None:
    found = dict([one async for one in each_reserved(demo, ["search-query", "orders-api"])])
    assert found == {"search-query": 5, "orders-api": None}
    assert await get_reserved_concurrency(demo, "search-query") == 5


async def test_the_demo_says_that_a_release_has_none_provisioned(demo: Connection) -> None:
    assert await get_provisioned(demo, "orders-api", "live") is None


async def test_what_was_provisioned_is_found(connect: Connect, empty_endpoint: DemoEndpoint) -> None:
    account = connect(**where(empty_endpoint))
    await account.call(
        "lambda",
        "CreateFunction",
        FunctionName="orders",
        Runtime="python3.12",
        Handler="app.handler",
        Role="arn:aws:iam::000000000000:role/orders",
        Code={"ZipFile": packed({"app.py": b"def handler(event, context): ..."})},
        Publish=True,
    )
    release = {"FunctionName": "orders", "Qualifier": "1"}
    await account.call("lambda", "PutProvisionedConcurrencyConfig", **release, ProvisionedConcurrentExecutions=3)
    one = await get_provisioned(account, "orders", "1")
    assert one is not None
    assert (one.requested_provisioned_concurrent_executions, one.status) == (3, "READY")
