"""The emergency stop and the way back: what AWS was sent, what is there then, and what the audit trail says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from pydantic import ValidationError

from lambdatui.actions import event_source_mapping
from lambdatui.actions.action import Subject
from lambdatui.actions.audit import AuditLine
from lambdatui.actions.emergency_stop import EmergencyStop, Restore, Stop
from lambdatui.actions.looking_back import look_back
from lambdatui.actions.performing import Outcome
from lambdatui.actions.reserved_concurrency import Reserved
from lambdatui.demo.cloud import Cloud
from lambdatui.demo.packages import packed
from lambdatui.errors import RequestRefused
from tests.actions.acting import Acting, loaded
from tests.support.endpoint import ACCOUNT, ScriptedEndpoint, Seen, cut, error
from tests.support.stoppable import Stoppable

ORDERS = Subject(function="orders")
FIRST, SECOND, THIRD = (f"{digit * 8}-0000-0000-0000-000000000000" for digit in "123")
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:dead"
NO_QUEUE = "$LATEST has no dead-letter queue"
CHANGES = ("PutFunctionConcurrency", "DeleteFunctionConcurrency", "UpdateEventSourceMapping")


@pytest.fixture(autouse=True)
def one_trail(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The actions read the audit trail that the operator writes."""
    monkeypatch.setattr("lambdatui.actions.on_record.state_folder", lambda: tmp_path / "state")
    monkeypatch.setattr(event_source_mapping, "WATCH_S", 0)


@pytest.fixture
def orders(endpoint: ScriptedEndpoint) -> Stoppable:
    """A function with 5 reserved, and one mapping that is enabled, and one that is not."""
    there = Stoppable(reserved=5)
    there.add_mapping(FIRST, "orders")
    there.add_mapping(SECOND, "returns", "Disabled")
    there.behind(endpoint)
    return there


def changes(endpoint: ScriptedEndpoint) -> Sequence[str]:
    """What was asked to be changed, in order."""
    return [seen.operation for seen in endpoint.requests if seen.operation in CHANGES]


async def stop(acting: Acting, params: Stop | None = None) -> Outcome:
    return await acting.do("emergency-stop", ORDERS, params or Stop())


async def restore(acting: Acting) -> Outcome:
    """As the console does it: what is on record is taken back."""
    draft = await acting.draft("emergency-restore", ORDERS)
    assert draft.undoes is not None
    plan = await acting.plan("emergency-restore", ORDERS, draft.params)
    action = loaded("emergency-restore")
    outcome = await acting.performer.perform("emergency-restore", action, plan, undoes=draft.undoes.id)
    if outcome.error is None:
        await action.settle(acting.connection, plan, acting.told.append)
    return outcome


def standing(acting: Acting) -> tuple[AuditLine, ...]:
    return acting.trail.read().standing()


async def test_a_stop_reserves_0_and_then_disables_what_is_enabled(
    acting: Acting, endpoint: ScriptedEndpoint, orders: Stoppable
) -> None:
    outcome = await stop(acting)
    assert outcome.result == acting.last.result == "done"
    assert changes(endpoint) == ["PutFunctionConcurrency", "UpdateEventSourceMapping"]
    assert orders.reserved == 0
    assert orders.states() == {FIRST: "Disabled", SECOND: "Disabled"}
    assert acting.last.before == {
        "reserved concurrency": "5",
        "orders 11111111": "enabled",
        "returns 22222222": "disabled",
    }
    assert standing(acting) == (acting.last,)


@pytest.mark.parametrize("reserved", [None, 0, 5])
async def test_restoring_brings_back_what_there_was(acting: Acting, orders: Stoppable, reserved: int | None) -> None:
    orders.reserved = reserved
    await stop(acting)
    outcome = await restore(acting)
    assert outcome.result == "done"
    assert orders.reserved == reserved
    assert orders.states() == {FIRST: "Enabled", SECOND: "Disabled"}
    assert standing(acting) == ()


async def test_what_was_to_be_left_alone_is_left_alone(
    acting: Acting, endpoint: ScriptedEndpoint, orders: Stoppable
) -> None:
    await stop(acting, Stop(reserve_nothing=False))
    assert orders.reserved == 5
    orders.reserved = 7
    await restore(acting)
    assert orders.reserved == 7
    assert changes(endpoint) == ["UpdateEventSourceMapping"] * 2


def test_a_stop_of_nothing_cannot_be_filled_in() -> None:
    with pytest.raises(ValidationError, match="at least one"):
        Stop(reserve_nothing=False, disable_mappings=False)


async def test_nothing_is_restored_that_is_not_on_record(acting: Acting, orders: Stoppable) -> None:
    with pytest.raises(RequestRefused, match="nothing is on record"):
        await acting.draft("emergency-restore", ORDERS)


async def test_what_was_restored_is_not_restored_again(acting: Acting, orders: Stoppable) -> None:
    await stop(acting)
    await restore(acting)
    with pytest.raises(RequestRefused, match="nothing is on record"):
        await acting.draft("emergency-restore", ORDERS)


async def test_a_stop_in_another_account_is_not_restored_here(acting: Acting, orders: Stoppable) -> None:
    await stop(acting)
    elsewhere = acting.last.model_copy(update={"account": "210987654321"})
    acting.trail.path.unlink()
    acting.trail.append(elsewhere)
    with pytest.raises(RequestRefused, match="nothing is on record"):
        await acting.draft("emergency-restore", ORDERS)


async def test_a_mapping_that_cannot_be_disabled_leaves_the_stop_standing_in_part(
    acting: Acting, orders: Stoppable
) -> None:
    orders.mappings[SECOND]["State"] = "Enabled"
    orders.refused[SECOND] = error("ResourceInUseException", 400, "it is in use")
    outcome = await stop(acting)
    assert outcome.result == acting.last.result == "partial"
    assert orders.reserved == 0
    assert orders.states() == {FIRST: "Disabled", SECOND: "Enabled"}
    assert standing(acting) == (acting.last,)


async def test_restoring_what_was_stopped_in_part_sends_only_what_is_needed(
    acting: Acting, endpoint: ScriptedEndpoint, orders: Stoppable
) -> None:
    orders.mappings[SECOND]["State"] = "Enabled"
    orders.refused[SECOND] = error("ResourceInUseException", 400, "it is in use")
    await stop(acting)
    before = len(changes(endpoint))
    await restore(acting)
    assert changes(endpoint)[before:] == ["PutFunctionConcurrency", "UpdateEventSourceMapping"]
    assert orders.reserved == 5
    assert orders.states() == {FIRST: "Enabled", SECOND: "Enabled"}


async def test_a_second_stop_takes_over_what_the_first_left_to_be_restored(acting: Acting, orders: Stoppable) -> None:
    orders.mappings[SECOND]["State"] = "Enabled"
    orders.refused[SECOND] = error("ResourceInUseException", 400, "it is in use")
    await stop(acting)
    orders.refused.clear()
    await stop(acting)
    assert orders.states()[SECOND] == "Disabled"
    assert len(standing(acting)) == 1
    await restore(acting)
    assert orders.reserved == 5
    assert orders.states() == {FIRST: "Enabled", SECOND: "Enabled"}
    assert standing(acting) == ()


@pytest.fixture
def half_stopped(orders: Stoppable) -> Stoppable:
    """The same with both mappings enabled, of which AWS will not disable the second."""
    orders.mappings[SECOND]["State"] = "Enabled"
    orders.refused[SECOND] = error("AccessDeniedException", 403, "not you")
    return orders


async def test_of_a_stop_in_part_that_part_alone_is_taken_back(acting: Acting, half_stopped: Stoppable) -> None:
    await stop(acting)
    half_stopped.refused.clear()
    half_stopped.mappings[SECOND]["State"] = "Disabled"  # by somebody else, who had a reason
    await acting.undo()
    assert half_stopped.reserved == 5
    assert half_stopped.states() == {FIRST: "Enabled", SECOND: "Disabled"}


async def test_a_stop_in_part_is_written_down_as_what_it_became(acting: Acting, half_stopped: Stoppable) -> None:
    await stop(acting)
    assert acting.last.after == {
        "reserved concurrency": "0",
        "orders 11111111": "disabled",
        "returns 22222222": "enabled",
    }


async def test_what_may_have_been_disabled_is_enabled_again_too(acting: Acting, half_stopped: Stoppable) -> None:
    half_stopped.refused[SECOND] = cut()
    assert (await stop(acting)).result == "partial"
    assert acting.last.undo is not None
    assert set(acting.last.undo.parameters["mappings"]) == {FIRST, SECOND}


async def test_what_an_earlier_stop_left_is_restored_after_a_stop_in_part_too(
    acting: Acting, half_stopped: Stoppable
) -> None:
    await stop(acting)
    half_stopped.add_mapping(THIRD, "late")
    half_stopped.reserved = 7
    await stop(acting)
    half_stopped.refused.clear()
    await restore(acting)
    assert half_stopped.reserved == 7
    assert half_stopped.states() == {FIRST: "Enabled", SECOND: "Enabled", THIRD: "Enabled"}


async def test_a_stop_that_was_cut_short_is_found_as_what_it_became(acting: Acting, orders: Stoppable) -> None:
    await stop(acting)
    orders.mappings[FIRST]["State"] = "Enabled"
    found = await look_back(acting.connection, acting.last.model_copy(update={"result": "open"}))
    assert (found.result, found.error) == ("partial", "found later: some of it was made")
    assert found.after == {**acting.last.after, "orders 11111111": "enabled"}


async def test_of_a_restore_in_part_that_part_alone_is_taken_back(acting: Acting, orders: Stoppable) -> None:
    await stop(acting)
    orders.refused[FIRST] = error("AccessDeniedException", 403, "not you")
    await restore(acting)
    orders.refused.clear()
    orders.mappings[SECOND]["State"] = "Enabled"
    await acting.undo()
    assert orders.reserved == 0
    assert orders.states() == {FIRST: "Disabled", SECOND: "Enabled"}


async def test_functions_that_are_stopped_together_share_a_sweep_and_of_each_its_own_mappings_are_read_again(
    acting: Acting, endpoint: ScriptedEndpoint, orders: Stoppable
) -> None:
    action = EmergencyStop()
    subjects = [Subject(function=name) for name in ("payments", "orders")]
    plans = [await action.plan(acting.connection, subject, Stop()) for subject in subjects]
    for plan in plans:
        await acting.performer.perform("emergency-stop", action, plan)
    assert endpoint.counts["lambda:ListEventSourceMappings"] == 1
    assert endpoint.counts["lambda:GetEventSourceMapping"] == len(orders.mappings)


async def test_a_mapping_that_somebody_disabled_meanwhile_is_not_on_record_as_enabled(
    acting: Acting, endpoint: ScriptedEndpoint, orders: Stoppable
) -> None:
    action = EmergencyStop()
    plan = await action.plan(acting.connection, ORDERS, Stop())
    orders.mappings[FIRST]["State"] = "Disabled"
    outcome = await acting.performer.perform("emergency-stop", action, plan)
    assert outcome.result == "conflict"
    assert acting.last.error == "orders 11111111 was enabled and is disabled"
    assert standing(acting) == ()


async def test_after_the_yes_what_only_helps_to_judge_is_not_asked_again(
    acting: Acting, endpoint: ScriptedEndpoint, orders: Stoppable
) -> None:
    plan = await acting.plan("emergency-stop", ORDERS, Stop())
    await acting.perform("emergency-stop", plan)
    restoring = await acting.plan("emergency-restore", ORDERS, Restore(reserved=Reserved(reserved=5)))
    endpoint.requests.clear()
    await acting.perform("emergency-restore", restoring)
    assert [seen.operation for seen in endpoint.requests] == ["GetFunctionConcurrency", "PutFunctionConcurrency"]
    assert plan.warnings  # which took two requests that a stop needs not


async def test_what_somebody_reserved_after_a_stop_is_what_the_next_stop_restores(
    acting: Acting, orders: Stoppable
) -> None:
    await stop(acting)
    orders.reserved = 9
    await stop(acting)
    await restore(acting)
    assert orders.reserved == 9


async def test_a_mapping_that_was_deleted_meanwhile_is_told_and_the_rest_restored(
    acting: Acting, orders: Stoppable
) -> None:
    await stop(acting)
    del orders.mappings[FIRST]
    draft = await acting.draft("emergency-restore", ORDERS)
    plan = await acting.plan("emergency-restore", ORDERS, draft.params)
    assert "orders 11111111 was deleted meanwhile, and cannot be enabled" in plan.warnings
    outcome = await restore(acting)
    assert outcome.result == "done"
    assert orders.reserved == 5


async def test_what_is_back_already_is_taken_off_the_record_without_a_request(
    acting: Acting, endpoint: ScriptedEndpoint, orders: Stoppable
) -> None:
    await stop(acting)
    orders.reserved, orders.mappings[FIRST]["State"] = 5, "Enabled"
    before = len(changes(endpoint))
    outcome = await restore(acting)
    assert outcome.result == "done"
    assert len(changes(endpoint)) == before
    assert standing(acting) == ()


async def test_a_restore_that_fails_half_way_leaves_the_stop_on_record(acting: Acting, orders: Stoppable) -> None:
    await stop(acting)
    orders.refused[FIRST] = error("AccessDeniedException", 403, "not you")
    outcome = await restore(acting)
    assert outcome.result == acting.last.result == "partial"
    assert [line.action for line in standing(acting)] == ["emergency-stop"]
    orders.refused.clear()
    await restore(acting)
    assert orders.states()[FIRST] == "Enabled"
    assert standing(acting) == ()


async def test_a_stop_that_is_not_permitted_is_told_and_nothing_stands(
    acting: Acting, endpoint: ScriptedEndpoint, orders: Stoppable
) -> None:
    endpoint.on("lambda", "PutFunctionConcurrency", error("AccessDeniedException", 403, "not you"))
    outcome = await stop(acting)
    assert outcome.result == acting.last.result == "failed"
    assert changes(endpoint) == ["PutFunctionConcurrency"]
    assert standing(acting) == ()


async def test_a_stop_that_was_throttled_is_sent_again(
    acting: Acting, endpoint: ScriptedEndpoint, orders: Stoppable
) -> None:
    endpoint.on("lambda", "PutFunctionConcurrency", error("TooManyRequestsException", 429), orders._put)
    outcome = await stop(acting)
    assert outcome.result == "done"
    assert changes(endpoint) == ["PutFunctionConcurrency"] * 2 + ["UpdateEventSourceMapping"]


async def test_a_change_between_preview_and_stop_is_a_conflict(
    acting: Acting, endpoint: ScriptedEndpoint, orders: Stoppable
) -> None:
    plan = await acting.plan("emergency-stop", ORDERS, Stop())
    orders.reserved = 8
    outcome = await acting.perform("emergency-stop", plan)
    assert outcome.result == acting.last.result == "conflict"
    assert changes(endpoint) == []


async def test_a_stop_whose_answer_was_lost_is_judged_by_what_is_there(
    acting: Acting, endpoint: ScriptedEndpoint, orders: Stoppable
) -> None:
    orders.mappings.clear()

    def put_and_cut(seen: Seen) -> object:
        return cut(orders._put(seen))

    endpoint.on("lambda", "PutFunctionConcurrency", put_and_cut)
    outcome = await stop(acting)
    assert outcome.result == acting.last.result == "done"


async def test_a_mapping_on_its_way_is_warned_of_and_tried_last(
    acting: Acting, endpoint: ScriptedEndpoint, orders: Stoppable
) -> None:
    orders.mappings[FIRST]["State"] = "Updating"
    orders.mappings[SECOND]["State"] = "Enabled"
    plan = await acting.plan("emergency-stop", ORDERS, Stop())
    assert [call.parameters.get("UUID") for call in plan.calls] == [None, SECOND, FIRST]
    assert "AWS is not done with orders 11111111, and may refuse to disable it" in plan.warnings


async def test_mappings_of_other_functions_are_not_touched(
    acting: Acting, endpoint: ScriptedEndpoint, orders: Stoppable
) -> None:
    orders.add_mapping("33333333", "others", FunctionArn=f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:orders-2")
    await stop(acting)
    assert orders.states()["33333333"] == "Enabled"


@pytest.mark.parametrize(
    ("dead_letter", "on_failure", "told"),
    [
        ("", {}, f"they are lost at once: {NO_QUEUE}, and no release has an on-failure destination"),
        (QUEUE, {}, f"they go at once to {QUEUE}, the dead-letter queue of $LATEST"),
        ("", {"live": "L"}, f"those of live go at once to L, and all others are lost at once: {NO_QUEUE}"),
        (QUEUE, {"live": "L"}, f"those of live go at once to L, and all go at once to {QUEUE}, the dead-letter queue"),
        ("", {"live": "L", "$LATEST": "T"}, "those of live go at once to L, and those of $LATEST go at once to T, and"),
        ("", {"live": "L", "$LATEST": "L"}, "those of live and $LATEST go at once to L, and all others"),
    ],
    ids=["nothing", "a queue", "the alias in use", "both", "several releases", "to one place"],
)
async def test_the_plan_says_what_becomes_of_asynchronous_events(
    acting: Acting, endpoint: ScriptedEndpoint, dead_letter: str, on_failure: dict[str, str], told: str
) -> None:
    Stoppable(dead_letter=dead_letter, on_failure=on_failure).behind(endpoint)
    plan = await acting.plan("emergency-stop", ORDERS, Stop())
    assert told in plan.warnings[0]


async def test_not_knowing_where_events_go_keeps_nobody_from_stopping(
    acting: Acting, endpoint: ScriptedEndpoint, orders: Stoppable
) -> None:
    endpoint.on("lambda", "ListFunctionEventInvokeConfigs", error("AccessDeniedException", 403, "not you"))
    plan = await acting.plan("emergency-stop", ORDERS, Stop())
    assert "or are lost without one" in plan.warnings[0]
    assert plan.calls


async def test_the_way_back_survives_the_file(acting: Acting, orders: Stoppable) -> None:
    await stop(acting)
    undo = acting.last.undo
    assert undo is not None
    expected = Restore(reserved=Reserved(reserved=5), mappings={FIRST: "orders 11111111"})
    assert loaded(undo.action).recalled(undo.parameters) == expected


async def test_the_emulator_is_stopped_and_restored(at_cloud: Acting, cloud: Cloud) -> None:
    given = {"Runtime": "python3.12", "Handler": "app.handler", "Role": f"arn:aws:iam::{cloud.account}:role/orders"}
    cloud["lambda"].create_function(
        FunctionName="orders", Code={"ZipFile": packed({"app.py": b"def handler(event, context): pass"})}, **given
    )
    cloud["sqs"].create_queue(QueueName="orders")
    made = cloud["lambda"].create_event_source_mapping(
        FunctionName="orders", EventSourceArn=cloud.arn("sqs", "orders"), BatchSize=5
    )
    plan = await at_cloud.plan("emergency-stop", ORDERS, Stop())
    assert (await at_cloud.perform("emergency-stop", plan)).result == "done"
    assert cloud["lambda"].get_function_concurrency(FunctionName="orders")["ReservedConcurrentExecutions"] == 0
    assert cloud["lambda"].get_event_source_mapping(UUID=made["UUID"])["State"] == "Disabled"
    assert plan.undo is not None
    assert (await at_cloud.do("emergency-restore", ORDERS, plan.undo.params)).result == "done"
    assert "ReservedConcurrentExecutions" not in cloud["lambda"].get_function_concurrency(FunctionName="orders")
    assert cloud["lambda"].get_event_source_mapping(UUID=made["UUID"])["State"] == "Enabled"
