"""Concurrency at the wire."""

from __future__ import annotations

import pytest

from lambdatui.aws.concurrency import get_account_concurrency, get_reserved_concurrency
from tests.aws.conftest import Connect
from tests.support.endpoint import ScriptedEndpoint, json_answer

LIMITS = {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 800}


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
