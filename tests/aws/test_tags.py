"""The tags of a function, at the wire and in the demo's account."""

from __future__ import annotations

import pytest

from lambdatui.aws.connection import Connection
from lambdatui.aws.functions import get_function, list_tags
from lambdatui.demo.fleet import FUNCTIONS
from lambdatui.errors import AccessDenied
from tests.support.endpoint import ACCOUNT, REGION, ScriptedEndpoint, error, json_answer

ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"


async def test_the_tags_of_an_arn_are_read(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "ListTags", json_answer({"Tags": {"team": "payments"}}))
    assert await list_tags(connection, ARN) == {"team": "payments"}


async def test_a_function_without_tags_has_none(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "ListTags", json_answer({}))
    assert await list_tags(connection, ARN) == {}


async def test_a_refusal_names_the_action(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "ListTags", error("AccessDeniedException", 403))
    with pytest.raises(AccessDenied, match="lambda:ListTags"):
        await list_tags(connection, ARN)


async def test_the_tags_of_the_demo_are_those_that_a_function_shows(demo: Connection) -> None:
    detail = await get_function(demo, FUNCTIONS[0].name)
    assert await list_tags(demo, detail.configuration.function_arn) == dict(detail.tags)
