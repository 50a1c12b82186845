"""How long a log group keeps its events, at the wire and in the demo's account."""

from __future__ import annotations

import json

import pytest

from lambdatui.aws.connection import Connection
from lambdatui.aws.log_retention import get_log_retention
from lambdatui.demo.fleet import FUNCTIONS
from lambdatui.errors import AccessDenied, NotFound
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, error, json_answer

GROUP = "/aws/lambda/orders"


def described(seen: Seen) -> Answer:
    """One group a page, of which the first only begins as is asked."""
    asked = json.loads(seen.body)
    if "nextToken" not in asked:
        longer = {"logGroupName": f"{asked['logGroupNamePrefix']}-archive", "retentionInDays": 1}
        return json_answer({"logGroups": [longer], "nextToken": "more"})
    return json_answer({"logGroups": [{"logGroupName": GROUP, "retentionInDays": 14}]})


async def test_it_is_that_of_the_group_of_exactly_this_name(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("logs", "DescribeLogGroups", described)
    assert await get_log_retention(connection, GROUP) == 14


async def test_a_group_without_retention_keeps_for_ever(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("logs", "DescribeLogGroups", json_answer({"logGroups": [{"logGroupName": GROUP}]}))
    assert await get_log_retention(connection, GROUP) is None


async def test_a_group_that_is_not_there_is_not_taken_for_one_that_keeps_for_ever(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("logs", "DescribeLogGroups", json_answer({"logGroups": [{"logGroupName": f"{GROUP}-archive"}]}))
    with pytest.raises(NotFound, match=f"log group {GROUP} not found"):
        await get_log_retention(connection, GROUP)


async def test_a_refusal_names_the_action(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("logs", "DescribeLogGroups", error("AccessDeniedException"))
    with pytest.raises(AccessDenied, match="logs:DescribeLogGroups"):
        await get_log_retention(connection, GROUP)


async def test_the_groups_of_the_demo_keep_what_they_were_given(demo: Connection) -> None:
    given = {each.log_group: each.retention_days for each in FUNCTIONS if each.load}
    assert {group: await get_log_retention(demo, group) for group in given} == given
