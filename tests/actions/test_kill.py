"""kill -9 while something is being done: the next start tells the truth about it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

import pytest

from lambdatui.actions.audit import AuditLine
from lambdatui.actions.looking_back import look_back
from tests.actions.acting import Acting
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, error, function, json_answer
from tests.support.releases import aliases, history, nothing_configured, versions
from tests.support.reservations import PUT, Reservations

OPERATOR = """
import asyncio, sys
from pathlib import Path
from pydantic import SecretStr
from lambdatui.actions.action import Subject
from lambdatui.actions.audit import AuditTrail
from lambdatui.actions.environment import Variable
from lambdatui.actions.reserved_concurrency import Reserved
from lambdatui.aws.connection import Connection
from lambdatui.aws.target import Target
from tests.actions.acting import Acting

ASKED = {
    "reserved-concurrency": Reserved(reserved=7),
    "environment-variable": Variable(name="TOKEN", value=SecretStr("hunter2-and-more")),
}

async def act(url, folder, action):
    target = Target(endpoint_url=url, region="us-east-1", access_key_id="AKIAEXAMPLE", secret_access_key="example")
    async with Connection(target) as connection:
        acting = Acting(connection, AuditTrail(Path(folder)))
        await acting.do(action, Subject(function="orders"), ASKED[action])

asyncio.run(act(*sys.argv[1:]))
"""
"""Has orders reserve 7, or gives it a variable."""


@pytest.fixture
def reservations(endpoint: ScriptedEndpoint) -> Reservations:
    """Orders has reserved 5."""
    kept = Reservations({"orders": 5})
    kept.serve(endpoint)
    return kept


async def kill_when(
    holds: Callable[[], bool], endpoint: ScriptedEndpoint, acting: Acting, action: str = "reserved-concurrency"
) -> None:
    """Starts an operator's process and kills it as soon as something holds; returns when it has ended."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OPERATOR, endpoint.url, str(acting.trail.path.parent), action
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
    ("changed", "result", "told"),
    [
        (False, "failed", "found later: it was not made"),
        (True, "unknown", "found later: the function was changed since, by this or by somebody else"),
    ],
    ids=["before AWS had it", "after AWS had it"],
)
async def test_of_what_may_not_be_written_down_the_revision_tells_whether_it_was_made(
    acting: Acting, endpoint: ScriptedEndpoint, changed: bool, result: str, told: str
) -> None:
    def configured(revision: str) -> Answer:
        return json_answer({"Configuration": function("orders", RevisionId=revision)})

    def update_and_hold(_: Seen) -> Answer:
        endpoint.on("lambda", "GetFunction", configured("2" if changed else "1"))
        return Answer(after=asyncio.Event())

    endpoint.on("lambda", "GetFunction", configured("1"))
    endpoint.on("lambda", "UpdateFunctionConfiguration", update_and_hold)
    await kill_when(
        lambda: endpoint.counts["lambda:UpdateFunctionConfiguration"] == 1, endpoint, acting, "environment-variable"
    )
    found = await the_truth(acting)
    assert (found.result, found.error) == (result, told)
    assert "hunter2" not in acting.trail.path.read_text()


def without_end(acting: Acting, **particular: object) -> AuditLine:
    """An attempt of which nobody saw the end: to have orders reserve 7."""
    identity = acting.performer.identity
    told = {"action": "reserved-concurrency", "params": {"reserved": 7}, "after": {"reserved concurrency": "7"}}
    return AuditLine(
        identity=identity.arn,
        account=identity.account,
        region=identity.region,
        function="orders",
        **{**told, **particular},
    )


async def test_what_became_of_a_function_that_is_gone_is_unknown_for_ever(
    acting: Acting, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "GetFunctionConcurrency", error("ResourceNotFoundException", 404, "Function not found"))
    found = await look_back(acting.connection, without_end(acting))
    assert (found.result, found.error) == ("unknown", "cannot be found out: Function not found")


async def test_what_could_not_be_planned_any_more_is_unknown_for_ever(
    acting: Acting, endpoint: ScriptedEndpoint
) -> None:
    nothing_configured(endpoint)
    endpoint.on("lambda", "ListVersionsByFunction", versions(*history("orders", 2)))
    endpoint.on("lambda", "ListAliases", aliases())
    attempt = without_end(
        acting, action="alias-create", params={"name": "live", "version": "9"}, after={"version": "9"}
    )
    found = await look_back(acting.connection, attempt)
    assert (found.result, found.error) == ("unknown", "cannot be found out: there is no version 9")


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
    found = await look_back(acting.connection, without_end(acting, **particular))
    assert (found.result, found.error, endpoint.requests) == ("unknown", f"cannot be found out: {why}", [])
