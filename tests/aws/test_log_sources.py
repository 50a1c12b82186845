"""Where the replicas of a Lambda@Edge function log."""

from __future__ import annotations

import json

from lambdatui.aws.connection import Connection
from lambdatui.aws.log_sources import edge_sources
from lambdatui.errors import AccessDenied
from lambdatui.models.log import LogSource
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, error, json_answer

GROUP = "/aws/lambda/us-east-1.orders"
THERE = {
    "us-east-1": [f"{GROUP}-archive", GROUP],
    "eu-west-1": [GROUP],
    "ap-south-1": [f"{GROUP}-archive"],
    "sa-east-1": [],
}
"""Which groups there are, by region; another region refuses."""


def describe(seen: Seen) -> Answer:
    """One group a page, of those that begin as is asked."""
    if seen.region not in THERE:
        return error("AccessDeniedException")
    asked = json.loads(seen.body)
    names = [name for name in THERE[seen.region] if name.startswith(asked["logGroupNamePrefix"])]
    at = int(asked.get("nextToken", 0))
    following = {"nextToken": str(at + 1)} if at + 1 < len(names) else {}
    return json_answer({"logGroups": [{"logGroupName": name} for name in names[at : at + 1]], **following})


async def test_the_groups_are_found_in_the_regions_that_have_them(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("logs", "DescribeLogGroups", describe)
    sources, problems = await edge_sources(connection, "orders", list(THERE))
    assert sources == [
        LogSource(function="orders", group=GROUP),
        LogSource(function="orders", group=GROUP, region="eu-west-1"),
    ]
    assert problems == []
    assert all(source.own for source in sources)


async def test_a_region_that_refuses_is_told_and_the_others_are_found(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("logs", "DescribeLogGroups", describe)
    sources, problems = await edge_sources(connection, "orders", ["eu-south-1", "eu-west-1"])
    assert [source.region for source in sources] == ["eu-west-1"]
    assert [(region, type(problem)) for region, problem in problems] == [("eu-south-1", AccessDenied)]
