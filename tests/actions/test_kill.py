"""kill -9 while something is being done: the next start tells the truth about it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

import pytest

from lambdatui.actions.audit import AuditLine
from lambdatui.actions.looking_back import look_back
from tests.actions.acting import Acting
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen
from tests.support.reservations import PUT, Reservations

OPERATOR = """
import asyncio, sys
from pathlib import Path
from lambdatui.actions.action import Subject
from lambdatui.actions.audit import AuditTrail
from lambdatui.actions.reserved_concurrency import Reserved
from lambdatui.aws.connection import Connection
from lambdatui.aws.target import Target
from tests.actions.acting import Acting

async def act(url, folder):
    target = Target(endpoint_url=url, region="us-east-1", access_key_id="AKIAEXAMPLE", secret_access_key="example")
    async with Connection(target) as connection:
        acting = Acting(connection, AuditTrail(Path(folder)))
        await acting.do("reserved-concurrency", Subject(function="orders"), Reserved(reserved=7))

asyncio.run(act(*sys.argv[1:]))
"""
"""Has orders reserve 7."""


@pytest.fixture
def reservations(endpoint: ScriptedEndpoint) -> Reservations:
    """Orders has reserved 5."""
    kept = Reservations({"orders": 5})
    kept.serve(endpoint)
    return kept


async def kill_when(holds: Callable[[], bool], endpoint: ScriptedEndpoint, acting: Acting) -> None:
    """Starts an operator's process and kills it as soon as something holds; returns when it has ended."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OPERATOR, endpoint.url, str(acting.trail.path.parent)
    )
    try:
        async with asyncio.timeout(20):
            while not holds():
                assert process.returncode is None, "it ended by itself"
                await asyncio.sleep(0.01)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def the_truth(acting: Acting) -> AuditLine:
    """What the next start finds out about the one attempt without an end, and writes down."""
    (line,) = acting.trail.read().open_intents()
    acting.trail.append(await look_back(acting.connection, line))
    assert acting.trail.read().open_intents() == ()
    return acting.last


async def test_killed_between_the_intent_and_the_call_was_not_made(
    acting: Acting, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    endpoint.on("lambda", "GetFunctionConcurrency", reservations.get, Answer(after=asyncio.Event()))
    await kill_when(lambda: endpoint.counts["lambda:GetFunctionConcurrency"] == 2, endpoint, acting)
    reservations.serve(endpoint)
    found = await the_truth(acting)
    assert (found.result, found.error, endpoint.counts[PUT]) == ("failed", "found later: it was not made", 0)
    assert reservations.by_function == {"orders": 5}


async def test_killed_between_the_call_and_its_answer_was_made_and_can_be_taken_back(
    acting: Acting, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    def put_and_hold(seen: Seen) -> Answer:
        reservations.put(seen)
        return Answer(after=asyncio.Event())

    endpoint.on("lambda", "PutFunctionConcurrency", put_and_hold)
    await kill_when(lambda: endpoint.counts[PUT] == 1, endpoint, acting)
    reservations.serve(endpoint)
    found = await the_truth(acting)
    assert (found.result, found.error, endpoint.counts[PUT]) == ("done", "found later: it was made", 1)
    await acting.undo()
    assert reservations.by_function == {"orders": 5}


async def test_what_was_changed_otherwise_since_is_told_as_unknown(
    acting: Acting, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    endpoint.on("lambda", "PutFunctionConcurrency", Answer(after=asyncio.Event()))
    await kill_when(lambda: endpoint.counts[PUT] == 1, endpoint, acting)
    reservations.by_function["orders"] = 9
    found = await the_truth(acting)
    assert found.result == "unknown"
    assert found.error == "found later: it is not as meant: reserved concurrency was 7 and is 9"


@pytest.mark.parametrize(
    ("particular", "why"),
    [
        ({"action": "gone"}, "this console has no such action"),
        ({"params": None}, "it held what is not written down"),
        ({"params": {"strange": 1}}, "this console's action asks for something else"),
    ],
    ids=["action", "secret", "params"],
)
async def test_what_cannot_be_planned_again_is_unknown_for_a_reason_and_asks_aws_nothing(
    acting: Acting, endpoint: ScriptedEndpoint, particular: dict[str, object], why: str
) -> None:
    identity = acting.performer.identity
    told = {"action": "reserved-concurrency", "params": {"reserved": 7}, "after": {"reserved concurrency": "7"}}
    line = AuditLine(
        identity=identity.arn,
        account=identity.account,
        region=identity.region,
        function="orders",
        **{**told, **particular},
    )
    found = await look_back(acting.connection, line)
    assert (found.result, found.error, endpoint.requests) == ("unknown", f"cannot be found out: {why}", [])
