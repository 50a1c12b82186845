"""Carrying out a plan: what AWS was sent, what the outcome says and what the audit trail says are the same."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import Field, SecretStr

from lambdatui.actions.action import Action, Call, Params, Plan, Subject, Undo
from lambdatui.actions.audit import AuditFailed, AuditLine, AuditTrail
from lambdatui.actions.performing import Outcome, Performer, became
from lambdatui.actions.reserved_concurrency import ReserveConcurrency, Reserved
from lambdatui.aws.connection import Connection
from lambdatui.errors import AccessDenied, Conflict, ReadOnly, RequestRefused, Throttled, Unreachable
from tests.actions.acting import Acting
from tests.aws.conftest import Connect
from tests.support.endpoint import REGION, Answer, Script, ScriptedEndpoint, Seen, cut, error
from tests.support.reservations import PUT, Reservations, then

ACTION = "reserved-concurrency"
ORDERS = Subject(function="orders")
PUTS = ("lambda", "PutFunctionConcurrency")
DENIED = error("AccessDeniedException", 403, "User is not authorized to perform: lambda:PutFunctionConcurrency")
THROTTLED = error("TooManyRequestsException", 429)
SECRET = "hunter2-and-more"


@pytest.fixture
def reservations(endpoint: ScriptedEndpoint) -> Reservations:
    """Orders has reserved 5."""
    kept = Reservations({"orders": 5})
    kept.serve(endpoint)
    return kept


@pytest.fixture
def performer(acting: Acting) -> Performer:
    return acting.performer


async def reserve(performer: Performer, reserved: int = 7) -> Outcome:
    """Plans and performs a reservation for orders."""
    action = ReserveConcurrency()
    plan = await action.plan(performer.connection, ORDERS, Reserved(reserved=reserved))
    return await performer.perform(ACTION, action, plan)


def lines(trail: AuditTrail) -> Sequence[AuditLine]:
    return [AuditLine.model_validate_json(line) for line in trail.path.read_text().splitlines()]


def results(trail: AuditTrail) -> list[str]:
    return [line.result for line in lines(trail)]


# -- one request


async def test_what_was_planned_is_sent_once_and_written_down_before_and_after(
    performer: Performer, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    endpoint.on(*PUTS, then(reservations.put, lambda _: _expect(results(performer.trail) == ["open"])))
    outcome = await reserve(performer)
    assert (outcome.result, outcome.error, outcome.summary) == ("done", None, "done")
    assert (endpoint.counts[PUT], reservations.by_function) == (1, {"orders": 7})
    intent, ended = lines(performer.trail)
    assert (intent.result, ended.result, intent.id) == ("open", "done", ended.id)
    assert (ended.before, ended.after) == ({"reserved concurrency": "5"}, {"reserved concurrency": "7"})
    assert (ended.identity, ended.region, ended.function) == (performer.identity.arn, REGION, "orders")
    assert (ended.request_ids, ended.params) == (("put-1",), {"reserved": 7})
    assert [call.operation for call in ended.calls] == ["PutFunctionConcurrency"]
    assert ended.undo is not None
    assert (ended.undo.action, ended.undo.parameters) == (ACTION, {"reserved": 5})


def _expect(holds: bool) -> Answer:
    assert holds
    return Answer()


async def test_read_only_sends_nothing_and_says_so(
    connect: Connect, acting: Acting, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    performer = Performer(
        connection=connect(read_only=True), identity=acting.performer.identity, trail=acting.performer.trail
    )
    outcome = await reserve(performer)
    assert isinstance(outcome.error, ReadOnly)
    assert (outcome.result, endpoint.counts[PUT], results(performer.trail)) == ("refused", 0, ["open", "refused"])


async def test_what_somebody_changed_meanwhile_is_left_as_it_is(
    performer: Performer, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    action = ReserveConcurrency()
    plan = await action.plan(performer.connection, ORDERS, Reserved(reserved=7))
    reservations.by_function["orders"] = 6
    outcome = await performer.perform(ACTION, action, plan)
    assert isinstance(outcome.error, Conflict)
    assert outcome.error.title == "reserved concurrency was 5 and is 6"
    assert (outcome.result, endpoint.counts[PUT], results(performer.trail)) == ("conflict", 0, ["open", "conflict"])


@pytest.mark.parametrize(
    ("refusal", "kind", "result", "sent"),
    [
        (error("PreconditionFailedException", 412, "The RevisionId provided does not match"), Conflict, "conflict", 1),
        (error("ResourceConflictException", 409, "An update is in progress"), Conflict, "conflict", 1),
        (DENIED, AccessDenied, "failed", 1),
        (error("InvalidParameterValueException", 400, "no"), RequestRefused, "failed", 1),
        (THROTTLED, Throttled, "failed", 4),
    ],
    ids=["412", "409", "denied", "refused", "throttled for ever"],
)
async def test_what_aws_refuses_did_not_happen(
    performer: Performer,
    endpoint: ScriptedEndpoint,
    reservations: Reservations,
    refusal: Answer,
    kind: type[Exception],
    result: str,
    sent: int,
) -> None:
    endpoint.on(*PUTS, refusal)
    outcome = await reserve(performer)
    assert isinstance(outcome.error, kind)
    assert (outcome.result, endpoint.counts[PUT]) == (result, sent)
    ended = performer.trail.read().entries[0]
    assert (ended.result, ended.error) == (result, outcome.error.title)
    assert reservations.by_function == {"orders": 5}


async def test_a_throttled_request_is_sent_again_until_it_is_taken(
    performer: Performer, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    endpoint.on(*PUTS, THROTTLED, THROTTLED, reservations.put)
    outcome = await reserve(performer)
    assert (outcome.result, endpoint.counts[PUT], reservations.by_function) == ("done", 3, {"orders": 7})


# -- answers that are lost


def lost(kept: Reservations, becomes: int | None) -> Script:
    """Cuts the connection after something was done."""

    def answer(seen: Seen) -> Answer:
        if becomes is not None:
            kept.by_function["orders"] = becomes
        return cut()

    return answer


@pytest.mark.parametrize(("becomes", "result"), [(7, "done"), (None, "failed"), (9, "unknown")])
async def test_where_the_answer_is_lost_what_is_there_now_tells(
    performer: Performer, endpoint: ScriptedEndpoint, reservations: Reservations, becomes: int | None, result: str
) -> None:
    endpoint.on(*PUTS, lost(reservations, becomes))
    outcome = await reserve(performer)
    assert (outcome.result, endpoint.counts[PUT]) == (result, 1)
    assert isinstance(outcome.error, Unreachable) is (result != "done")
    assert results(performer.trail) == ["open", result]


async def test_where_nothing_answers_any_more_the_outcome_is_unknown(
    performer: Performer, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    def fall_silent(seen: Seen) -> Answer:
        endpoint.on("lambda", "GetFunctionConcurrency", cut())
        return cut()

    endpoint.on(*PUTS, fall_silent)
    assert (await reserve(performer)).result == "unknown"
    assert results(performer.trail) == ["open", "unknown"]


async def test_what_was_never_sent_has_failed_and_is_not_unknown(
    performer: Performer, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    endpoint.on("lambda", "GetFunctionConcurrency", reservations.get, cut())
    outcome = await reserve(performer)
    assert (outcome.result, endpoint.counts[PUT], results(performer.trail)) == ("failed", 0, ["open", "failed"])


@pytest.mark.parametrize(
    ("now", "result"),
    [
        ({"a": "2", "b": "2"}, "done"),
        ({"a": "1", "b": None}, "failed"),
        ({"a": "2", "b": None}, "partial"),
        ({"a": "3", "b": "2"}, "unknown"),
        ({"a": "2", "b": "2", "c": "1"}, "unknown"),
    ],
)
def test_what_is_there_tells_what_became_of_it(now: dict[str, str | None], result: str) -> None:
    assert became({"a": "1", "b": None}, {"a": "2", "b": "2"}, now) == result


def test_where_nothing_can_be_seen_to_change_nothing_is_known() -> None:
    assert became({}, {}, {}) == "unknown"


# -- leaving, and a trail that cannot be written


async def left_at(performer: Performer, endpoint: ScriptedEndpoint, operation: str) -> None:
    """Starts a reservation and cancels it while an operation that it asks is not answered; nothing else is counted."""
    action = ReserveConcurrency()
    plan = await action.plan(performer.connection, ORDERS, Reserved(reserved=7))
    endpoint.requests.clear()
    endpoint.on("lambda", operation, Answer(after=asyncio.Event()))
    task = asyncio.create_task(performer.perform(ACTION, action, plan))
    while f"lambda:{operation}" not in endpoint.counts:
        await asyncio.sleep(0.005)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_left_before_it_was_sent_is_cancelled(
    performer: Performer, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    await left_at(performer, endpoint, "GetFunctionConcurrency")
    assert (endpoint.counts[PUT], results(performer.trail)) == (0, ["open", "cancelled"])


async def test_left_after_it_was_sent_is_unknown(
    performer: Performer, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    await left_at(performer, endpoint, "PutFunctionConcurrency")
    assert (endpoint.counts[PUT], results(performer.trail)) == (1, ["open", "unknown"])


async def test_what_cannot_be_written_down_is_not_sent(
    performer: Performer, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    performer.trail.path.mkdir(parents=True)
    with pytest.raises(AuditFailed):
        await reserve(performer)
    assert endpoint.counts[PUT] == 0


async def test_what_was_done_is_told_though_its_end_cannot_be_written_down(
    performer: Performer, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    def spoil(path: Path) -> None:
        path.unlink()
        path.mkdir()

    endpoint.on(*PUTS, then(reservations.put, lambda _: spoil(performer.trail.path)))
    outcome = await reserve(performer)
    assert outcome.result == "done"
    assert isinstance(outcome.unwritten, AuditFailed)


# -- several requests, and what is asked for


class Both(Params):
    """How much two functions are to have."""

    reserved: Annotated[int, Field(ge=0)]
    token: SecretStr | None = None


class ReserveForBoth(Action[Both]):
    """Reserves the same for the subject and for its twin, with one request each."""

    params = Both

    async def plan(self, connection: Connection, subject: Subject, params: Both) -> Plan:
        before = {name: await self._reserved(connection, name) for name in (subject.function, "twin")}
        return Plan(
            subject=subject,
            params=params,
            before=before,
            after=dict.fromkeys(before, str(params.reserved)),
            calls=tuple(
                Call(
                    service="lambda",
                    operation="PutFunctionConcurrency",
                    parameters={"FunctionName": name, "ReservedConcurrentExecutions": params.reserved},
                )
                for name in before
            ),
            undo=Undo(action="both", params=Both(reserved=1, token=params.token)),
        )

    async def _reserved(self, connection: Connection, function: str) -> str | None:
        answer = await connection.call("lambda", "GetFunctionConcurrency", FunctionName=function)
        return str(answer["ReservedConcurrentExecutions"]) if "ReservedConcurrentExecutions" in answer else None


async def reserve_both(performer: Performer, **asked: Any) -> Outcome:
    action = ReserveForBoth()
    plan = await action.plan(performer.connection, ORDERS, Both(reserved=7, **asked))
    return await performer.perform("both", action, plan)


async def test_half_done_is_partial_and_says_how_much_was_made(
    performer: Performer, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    endpoint.on(*PUTS, reservations.put, DENIED)
    outcome = await reserve_both(performer)
    assert (outcome.result, reservations.by_function) == ("partial", {"orders": 7})
    assert outcome.summary.startswith("partial, 1 of 2 requests made: not permitted")
    ended = performer.trail.read().entries[0]
    assert (ended.result, ended.request_ids) == ("partial", ("put-1",))


async def test_half_done_with_a_lost_answer_is_told_by_what_is_there(
    performer: Performer, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    endpoint.on(*PUTS, reservations.put, cut())
    assert (await reserve_both(performer)).result == "partial"
    reservations.by_function.clear()
    endpoint.on(*PUTS, reservations.put, reservations.put_then_cut)
    assert (await reserve_both(performer)).result == "done"


async def test_a_secret_that_was_asked_for_is_neither_kept_nor_is_the_inverse_that_needs_it(
    performer: Performer, reservations: Reservations
) -> None:
    await reserve_both(performer, token=SecretStr(SECRET))
    ended = performer.trail.read().entries[0]
    assert (ended.params, ended.undo) == (None, None)
    assert performer.secret_undos[ended.id].params == Both(reserved=1, token=SecretStr(SECRET))
    assert SECRET not in performer.trail.path.read_text()


async def test_a_fault_of_the_console_while_sending_is_told_by_what_is_there(
    performer: Performer, endpoint: ScriptedEndpoint, reservations: Reservations
) -> None:
    class Faulty(ReserveConcurrency):
        async def send(self, connection: Connection, call: Call) -> dict[str, Any]:
            await super().send(connection, call)
            raise KeyError(SECRET)

    action = Faulty()
    plan = await action.plan(performer.connection, ORDERS, Reserved(reserved=7))
    outcome = await performer.perform(ACTION, action, plan)
    assert (outcome.result, results(performer.trail)) == ("done", ["open", "done"])
    assert SECRET not in performer.trail.path.read_text()
