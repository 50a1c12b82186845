"""The releases service, at the wire and against the demo's account."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from lambdatui.aws import releases
from lambdatui.aws.connection import Connection
from lambdatui.errors import AccessDenied, NotFound
from tests.support.endpoint import REGION, ScriptedEndpoint, error, json_answer
from tests.support.releases import (
    NO_POLICY,
    alias,
    aliases,
    history,
    paged,
    policy,
    provisioned,
    traffic,
    versions,
)


async def every(pages: AsyncIterator[tuple[Any, ...]]) -> list[Any]:
    return [item async for page in pages for item in page]


async def test_three_hundred_versions_take_seven_requests(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "ListVersionsByFunction", versions(*history("orders", 300)))
    found = await every(releases.list_versions(connection, "orders"))
    assert [version.number for version in found] == ["$LATEST", *map(str, range(1, 301))]
    assert endpoint.counts == {"lambda:ListVersionsByFunction": 7}


async def test_the_first_page_of_versions_costs_one_request(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "ListVersionsByFunction", versions(*history("orders", 300)))
    pages = releases.list_versions(connection, "orders")
    assert len(await anext(pages)) == 50
    assert endpoint.counts.total() == 1
    await pages.aclose()  # type: ignore[attr-defined]


async def test_a_version_carries_the_arn_of_its_function_without_its_number(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "ListVersionsByFunction", versions(*history("orders", 1)))
    found = await every(releases.list_versions(connection, "orders"))
    assert {version.function.arn for version in found} == {f"arn:aws:lambda:{REGION}:123456789012:function:orders"}


async def test_the_weight_of_an_alias_is_the_share_of_the_additional_version(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "ListAliases", aliases(alias("live", 2, v3=0.25)))
    (live,) = await releases.list_aliases(connection, "orders")
    assert live.shares == {"2": 0.75, "3": 0.25}


async def test_a_weight_of_one_leaves_the_main_version_nothing(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "ListAliases", aliases(alias("live", 2, v1=1.0)))
    (live,) = await releases.list_aliases(connection, "orders")
    assert (live.shares, live.all_on_additional) == ({"2": 0.0, "1": 1.0}, "1")


async def test_provisioned_concurrency_names_the_alias_that_it_is_for(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "ListProvisionedConcurrencyConfigs", provisioned("live", "IN_PROGRESS", allocated=4))
    (one,) = await releases.list_provisioned(connection, "orders")
    assert (one.qualifier, one.status, one.allocated_provisioned_concurrent_executions) == ("live", "IN_PROGRESS", 4)


async def test_an_alias_without_a_policy_is_no_error(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "GetPolicy", NO_POLICY)
    assert not await releases.has_policy(connection, "orders", "live")


async def test_a_policy_that_was_emptied_allows_nothing(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "GetPolicy", policy())
    assert not await releases.has_policy(connection, "orders", "live")


async def test_the_policy_is_asked_of_the_alias(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "GetPolicy", policy({"Sid": "api", "Effect": "Allow"}))
    assert await releases.has_policy(connection, "orders", "live")
    assert endpoint.requests[0].query == {"Qualifier": "live"}


@pytest.mark.parametrize(
    "message", ["Function not found: arn:aws:lambda:…:function:orders", "Cannot find alias arn: arn:aws:lambda:…:live"]
)
async def test_a_function_or_alias_that_is_gone_is_not_taken_for_one_without_a_policy(
    connection: Connection, endpoint: ScriptedEndpoint, message: str
) -> None:
    endpoint.on("lambda", "GetPolicy", error("ResourceNotFoundException", 404, message))
    with pytest.raises(NotFound):
        await releases.has_policy(connection, "orders", "live")


async def test_a_forbidden_policy_is_not_taken_for_none(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "GetPolicy", error("AccessDeniedException", 403))
    with pytest.raises(AccessDenied, match="lambda:GetPolicy"):
        await releases.has_policy(connection, "orders", "live")


async def test_no_provisioned_concurrency_is_no_error_however_it_is_said(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    nothing = error("ProvisionedConcurrencyConfigNotFoundException", 404, "No Provisioned Concurrency Config found")
    endpoint.on(
        "lambda", "ListProvisionedConcurrencyConfigs", nothing, json_answer({"ProvisionedConcurrencyConfigs": []})
    )
    assert [await releases.list_provisioned(connection, "orders") for _ in range(2)] == [(), ()]


async def test_the_versions_of_a_region_are_one_sweep(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    fleet = [found for n in range(120) for found in history(f"function-{n:03d}", 2)]
    endpoint.on("lambda", "ListFunctions", paged("Functions", fleet))
    found = await every(releases.list_region_versions(connection))
    assert len(found) == 360
    assert endpoint.counts == {"lambda:ListFunctions": 8}
    assert all(seen.query["FunctionVersion"] == "ALL" for seen in endpoint.requests)


async def test_aliases_are_told_from_versions_and_from_the_function_itself_by_their_resource(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    first = traffic("orders:live", "orders:12", "orders:$LATEST", "orders", more="2")
    endpoint.on("cloudwatch", "ListMetrics", first, traffic("orders:beta", "refunds:live"))
    assert await releases.list_aliases_with_traffic(connection) == {"orders": ("beta", "live"), "refunds": ("live",)}


async def test_forbidden_metrics_name_the_action(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("cloudwatch", "ListMetrics", error("AccessDenied", 403, "not authorized"))
    with pytest.raises(AccessDenied, match="cloudwatch:ListMetrics"):
        await releases.list_aliases_with_traffic(connection)


async def test_the_demos_canary_is_read_as_it_was_planted(demo: Connection) -> None:
    found = {one.name: dict(one.shares) for one in await releases.list_aliases(demo, "orders-api")}
    assert found == {"live": {"2": 0.9, "3": 0.1}, "beta": {"3": 1}}


async def test_the_demos_versions_are_read_with_their_descriptions(demo: Connection) -> None:
    found = await every(releases.list_versions(demo, "payments-processor"))
    assert [version.function.description for version in found if version.published] == [
        "1.3.0 receipts",
        "1.3.1 lower fees for wallets",
        "1.4.0 currencies",
    ]


async def test_the_demo_has_a_policy_on_one_alias_and_none_on_the_other(demo: Connection) -> None:
    assert await releases.has_policy(demo, "payments-processor", "live")
    assert not await releases.has_policy(demo, "payments-processor", "beta")
