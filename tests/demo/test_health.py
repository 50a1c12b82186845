"""What the demo planted, as the console's own verdicts see it."""

from __future__ import annotations

import pytest

from lambdatui.aws.connection import Connection
from lambdatui.aws.target import Target
from lambdatui.demo.blueprint import Trouble
from lambdatui.demo.endpoint import DemoEndpoint
from lambdatui.demo.fleet import FUNCTIONS
from lambdatui.insight.health import State
from lambdatui.models.function import FunctionSummary
from lambdatui.settings import Settings
from lambdatui.ui.session import Session

SEEN = {
    Trouble.FAILING_SINCE_RELEASE: State.FAILING,
    Trouble.FAILING_MAPPING: State.FAILING,
    Trouble.NEAR_TIMEOUT: State.SLOW,
    Trouble.THROTTLED: State.THROTTLED,
    Trouble.STREAM_BEHIND: State.BEHIND,
}
"""The troubles that metrics tell of; the others are in configurations and logs."""


@pytest.fixture
async def verdicts(demo_endpoint: DemoEndpoint) -> dict[str, State]:
    """The state of every function after one look, once it is known what they read."""
    target = Target(
        endpoint_url=demo_endpoint.endpoint,
        region=demo_endpoint.region,
        access_key_id=demo_endpoint.access_key_id,
        secret_access_key=demo_endpoint.secret_access_key,
    )
    session = Session(target, lambda _: None)
    session.settings = Settings()
    async with Connection(target) as connection:
        listed = await connection.call("lambda", "ListFunctions")
    functions = [FunctionSummary.from_aws(one) for one in listed["Functions"]]
    try:
        await session.health.learn_sources()
        await session.health.look(functions)
    finally:
        await session.disconnect()
    found = {one.name: session.health.health(one) for one in functions}
    return {name: verdict.state for name, verdict in found.items() if verdict is not None}


async def test_every_planted_trouble_that_metrics_tell_of_is_seen(verdicts: dict[str, State]) -> None:
    expected = {one.name: SEEN[one.trouble] for one in FUNCTIONS if one.trouble in SEEN}
    assert {name: verdicts[name] for name in expected} == expected


async def test_nothing_healthy_is_called_unwell(verdicts: dict[str, State]) -> None:
    healthy = {one.name for one in FUNCTIONS if one.trouble not in {*SEEN, Trouble.NEAR_OUT_OF_MEMORY}}
    assert {name for name in healthy if verdicts[name].unwell} == set()
