"""Settings of event source mappings: what the form asks, what AWS is sent, and what it is watched until."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lambdatui.actions import event_source_mapping
from lambdatui.actions.action import Params, Subject
from lambdatui.actions.journal import Deed
from lambdatui.actions.subjects import subjects_of
from lambdatui.demo.cloud import Cloud
from lambdatui.demo.packages import packed
from lambdatui.errors import Conflict, ConsoleError, RequestRefused
from tests.actions.acting import Acting, loaded
from tests.support.endpoint import ACCOUNT, REGION, Answer, ScriptedEndpoint, Seen, cut, error, function, json_answer
from tests.support.releases import alias, aliases
from tests.support.stoppable import Stoppable

UUID = "11111111-0000-0000-0000-000000000000"
MAPPING = Subject(function="orders", qualifier="live", mapping=UUID, title="orders to orders")
STREAM = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/clicks"
PATTERN = '{"body": {"status": ["paid"]}}'
UPDATE = "lambda:UpdateEventSourceMapping"


@pytest.fixture(autouse=True)
def impatient_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_source_mapping, "WATCH_S", 0)


@pytest.fixture
def there(endpoint: ScriptedEndpoint) -> Stoppable:
    """One mapping of a queue, as AWS has it after it was made."""
    account = Stoppable()
    account.add_mapping(UUID, "orders")
    account.behind(endpoint)
    return account


def sent(endpoint: ScriptedEndpoint) -> list[dict[str, Any]]:
    """What was asked to be changed."""
    return [json.loads(seen.body) for seen in endpoint.requests if str(seen) == UPDATE]


async def filled_in(acting: Acting, **values: Any) -> Params:
    """What the form gives where some fields were touched."""
    params = (await acting.draft("mapping-edit", MAPPING)).params
    return type(params).model_validate(values)


async def test_of_a_function_the_mappings_of_its_aliases_are_offered_too(
    acting: Acting, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    there.add_mapping("2", "returns", FunctionArn=function("orders")["FunctionArn"])
    endpoint.on("lambda", "ListAliases", aliases(alias("live", 1)))
    found = await subjects_of(acting.connection, "orders", "mapping")
    assert {(subject.mapping, subject.qualifier) for subject in found} == {(UUID, "live"), ("2", "$LATEST")}


async def test_the_form_asks_what_there_is_for_a_queue(acting: Acting, there: Stoppable) -> None:
    params = (await acting.draft("mapping-edit", MAPPING)).params
    assert params.model_dump() == {
        "enabled": True,
        "batch_size": 10,
        "batching_window_s": 0,
        "maximum_concurrency": None,
        "report_batch_item_failures": False,
        "filters": "",
    }


async def test_the_form_asks_what_there_is_for_a_stream(acting: Acting, there: Stoppable) -> None:
    there.mappings[UUID] |= {"EventSourceArn": STREAM, "MaximumRetryAttempts": -1, "MaximumRecordAgeInSeconds": 3600}
    params = (await acting.draft("mapping-edit", MAPPING)).params.model_dump()
    assert params["retry_attempts"] == -1
    assert params["record_age_s"] == 3600
    assert "maximum_concurrency" not in params


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"maximum_concurrency": 1}, {"maximum_concurrency": "must be 2 to 1,000"}),
        ({"batch_size": 11}, {"batching_window_s": "must be 1 s at least for batches of more than 10"}),
        ({"filters": "{"}, {"filters": "filter 1 is no JSON: Expecting property name enclosed in double quotes"}),
    ],
    ids=["a bound", "what does not go together", "a pattern"],
)
async def test_what_does_not_fit_is_told_by_its_field_before_anything_is_asked(
    acting: Acting, there: Stoppable, wrong: dict[str, Any], told: dict[str, str]
) -> None:
    draft = await acting.draft("mapping-edit", MAPPING)
    asked = type(draft.params).model_validate(wrong)
    assert {name: problem.partition(" at char")[0] for name, problem in draft.problems(asked).items()} == told


async def test_only_what_differs_is_sent(acting: Acting, endpoint: ScriptedEndpoint, there: Stoppable) -> None:
    params = await filled_in(acting, batch_size=8, maximum_concurrency=5, filters=f"{PATTERN}\n\n")
    outcome = await acting.do("mapping-edit", MAPPING, params)
    assert outcome.result == acting.last.result == "done"
    assert sent(endpoint) == [
        {
            "BatchSize": 8,
            "ScalingConfig": {"MaximumConcurrency": 5},
            "FilterCriteria": {"Filters": [{"Pattern": PATTERN}]},
        }
    ]


async def test_a_form_that_changes_nothing_sends_nothing(acting: Acting, there: Stoppable) -> None:
    plan = await acting.plan("mapping-edit", MAPPING, await filled_in(acting))
    assert (plan.calls, plan.before, plan.after) == ((), {}, {})


async def test_filters_that_are_given_as_the_form_showed_them_are_those_that_are_there(
    acting: Acting, there: Stoppable
) -> None:
    there.mappings[UUID]["FilterCriteria"] = {"Filters": [{"Pattern": '{\n  "body": {"a": [1]}\n}'}]}
    shown = (await acting.draft("mapping-edit", MAPPING)).params.model_dump()["filters"]
    plan = await acting.plan("mapping-edit", MAPPING, await filled_in(acting, filters=shown))
    assert plan.calls == ()


async def test_what_somebody_changed_while_the_form_was_open_stays(
    acting: Acting, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    params = await filled_in(acting, batch_size=8)
    there.mappings[UUID] |= {"MaximumBatchingWindowInSeconds": 20, "State": "Disabled"}
    await acting.do("mapping-edit", MAPPING, params)
    assert sent(endpoint) == [{"BatchSize": 8}]
    assert (acting.last.before, acting.last.after) == ({"batch size": "10 messages"}, {"batch size": "8 messages"})


async def test_taking_an_edit_back_does_not_start_a_mapping_that_was_disabled_since(
    acting: Acting, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    await acting.do("mapping-edit", MAPPING, await filled_in(acting, batch_size=8))
    undo = acting.last.undo
    await acting.do("mapping-disable", MAPPING, Params())
    assert undo is not None
    await acting.do(undo.action, MAPPING, loaded(undo.action).recalled(undo.parameters))
    assert sent(endpoint)[-1] == {"BatchSize": 10}
    assert there.states() == {UUID: "Disabled"}


async def test_an_edit_and_a_switch_tell_the_state_in_the_same_words(acting: Acting, there: Stoppable) -> None:
    edited = await acting.plan("mapping-edit", MAPPING, await filled_in(acting, enabled=False))
    switched = await acting.plan("mapping-disable", MAPPING, Params())
    assert (edited.before, edited.after) == (switched.before, switched.after)
    assert edited.before == {"orders 11111111": "enabled"}


async def test_an_inverse_of_all_settings_that_an_older_console_wrote_down_is_still_read(
    acting: Acting, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    there.mappings[UUID]["BatchSize"] = 8
    written = {
        "enabled": True,
        "batch_size": 10,
        "batching_window_s": 0,
        "maximum_concurrency": None,
        "report_batch_item_failures": False,
        "filters": "",
    }
    await acting.do("mapping-edit", MAPPING, loaded("mapping-edit").recalled(written))
    assert sent(endpoint) == [{"BatchSize": 10}]


async def test_after_a_change_the_same_plan_finds_what_was_meant(acting: Acting, there: Stoppable) -> None:
    params = await filled_in(acting, batch_size=None, maximum_concurrency=7)
    plan = await acting.plan("mapping-edit", MAPPING, params)
    await acting.perform("mapping-edit", plan)
    again = await acting.plan("mapping-edit", MAPPING, params)
    assert again.before == plan.after
    assert again.calls == ()


async def test_an_edit_is_taken_back_from_the_audit_trail(
    acting: Acting, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    await acting.do("mapping-edit", MAPPING, await filled_in(acting, batch_size=8, filters=PATTERN))
    undo = acting.last.undo
    assert undo is not None
    await acting.do(undo.action, MAPPING, loaded(undo.action).recalled(undo.parameters))
    assert sent(endpoint)[-1] == {"BatchSize": 10, "FilterCriteria": {}}
    assert acting.last.result == "done"


async def test_filters_that_aws_does_not_show_are_not_asked_for_and_stay(acting: Acting, there: Stoppable) -> None:
    there.mappings[UUID]["KMSKeyArn"] = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    draft = await acting.draft("mapping-edit", MAPPING)
    assert "filters" not in draft.params.model_dump()
    assert draft.remarks == ("its filters are not shown, and stay as they are",)
    plan = await acting.plan("mapping-edit", MAPPING, await filled_in(acting, batch_size=8))
    assert [dict(call.parameters) for call in plan.calls] == [{"UUID": UUID, "BatchSize": 8}]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"batch_size": 100}, "batching window: must be 1 s at least"),
        ({"filters": "{"}, "filters: filter 1 is no JSON"),
    ],
)
async def test_what_aws_would_refuse_is_not_planned(
    acting: Acting, there: Stoppable, values: dict[str, Any], why: str
) -> None:
    params = await filled_in(acting, **values)
    with pytest.raises(RequestRefused, match=why):
        await acting.plan("mapping-edit", MAPPING, params)


@pytest.mark.parametrize("action", ["mapping-edit", "mapping-disable", "mapping-enable"])
async def test_a_mapping_that_aws_is_not_done_with_is_left_alone(acting: Acting, there: Stoppable, action: str) -> None:
    params = await filled_in(acting, batch_size=8) if action == "mapping-edit" else Params()
    there.mappings[UUID]["State"] = "Updating"
    with pytest.raises(Conflict, match="AWS is not done with it: it is Updating"):
        await acting.plan(action, MAPPING, params)


async def test_a_mapping_is_disabled_and_watched_until_it_is(
    acting: Acting, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    there.looks = 2
    outcome = await acting.do("mapping-disable", MAPPING, Params())
    assert outcome.result == acting.last.result == "done"
    assert sent(endpoint) == [{"Enabled": False}]
    assert acting.told == ["orders Disabling", "orders Disabling", "orders Disabled"]


async def test_what_takes_it_back_names_the_source(acting: Acting, there: Stoppable) -> None:
    await acting.do("mapping-disable", MAPPING, Params())
    assert str(Deed(acting.last, acting.last.undo).subject) == MAPPING.title


async def test_disabling_is_taken_back_by_enabling(acting: Acting, there: Stoppable) -> None:
    await acting.do("mapping-disable", MAPPING, Params())
    undo = acting.last.undo
    assert undo is not None
    await acting.do(undo.action, MAPPING, loaded(undo.action).recalled(undo.parameters))
    assert there.states() == {UUID: "Enabled"}


async def test_what_is_enabled_already_is_not_enabled_again(acting: Acting, there: Stoppable) -> None:
    assert (await acting.plan("mapping-enable", MAPPING, Params())).calls == ()


async def test_the_watch_outlasts_a_failure_that_passes(
    impatient: None, acting: Acting, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    endpoint.on("lambda", "GetEventSourceMapping", there._get, there._get, cut(), there._get)
    await acting.do("mapping-disable", MAPPING, Params())
    assert acting.told[0].startswith("still watching: ")
    assert acting.told[1] == "orders Disabled"


async def test_a_mapping_that_aws_disables_again_is_told_with_its_reason(
    acting: Acting, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    there.mappings[UUID]["State"] = "Disabled"
    plan = await acting.plan("mapping-enable", MAPPING, Params())

    def refuse_later(_: Seen) -> object:
        there.mappings[UUID] |= {"State": "Disabled", "StateTransitionReason": "the role may not read the queue"}
        return json_answer(there.mappings[UUID], 202)

    endpoint.on("lambda", "UpdateEventSourceMapping", refuse_later)
    with pytest.raises(RequestRefused, match="orders is Disabled: the role may not read the queue"):
        await acting.perform("mapping-enable", plan)


async def test_a_mapping_that_never_settles_is_not_watched_for_ever(
    acting: Acting, there: Stoppable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_source_mapping, "PATIENCE_S", 0)
    there.looks = 1_000_000
    with pytest.raises(ConsoleError, match="AWS was not done"):
        await acting.do("mapping-disable", MAPPING, Params())


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (error("AccessDeniedException", 403, "not you"), "failed"),
        (error("ResourceInUseException", 400, "it is in use"), "conflict"),
    ],
    ids=["denied", "in use"],
)
async def test_a_refusal_of_aws_is_told_and_written_down(
    acting: Acting, there: Stoppable, answer: Answer, result: str
) -> None:
    there.refused[UUID] = answer
    outcome = await acting.do("mapping-disable", MAPPING, Params())
    assert outcome.result == acting.last.result == result
    assert there.states() == {UUID: "Enabled"}


async def test_what_was_throttled_is_sent_again(acting: Acting, endpoint: ScriptedEndpoint, there: Stoppable) -> None:
    endpoint.on("lambda", "UpdateEventSourceMapping", error("TooManyRequestsException", 429), there._update)
    assert (await acting.do("mapping-disable", MAPPING, Params())).result == "done"
    assert len(sent(endpoint)) == 2


async def test_a_change_between_preview_and_request_is_a_conflict(
    acting: Acting, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    plan = await acting.plan("mapping-edit", MAPPING, await filled_in(acting, batch_size=8))
    there.mappings[UUID]["BatchSize"] = 9
    outcome = await acting.perform("mapping-edit", plan)
    assert outcome.result == acting.last.result == "conflict"
    assert sent(endpoint) == []


async def test_an_answer_that_was_lost_is_judged_by_what_is_there(
    acting: Acting, endpoint: ScriptedEndpoint, there: Stoppable
) -> None:
    endpoint.on("lambda", "UpdateEventSourceMapping", lambda seen: cut(there._update(seen)))
    outcome = await acting.do("mapping-disable", MAPPING, Params())
    assert outcome.result == acting.last.result == "done"


async def test_the_emulator_takes_an_edit_and_its_way_back(at_cloud: Acting, cloud: Cloud) -> None:
    given = {"Runtime": "python3.12", "Handler": "app.handler", "Role": f"arn:aws:iam::{cloud.account}:role/orders"}
    code = packed({"app.py": b"def handler(event, context): pass"})
    cloud["lambda"].create_function(FunctionName="orders", Code={"ZipFile": code}, **given)
    cloud["sqs"].create_queue(QueueName="orders")
    queue = cloud.arn("sqs", "orders")
    made = cloud["lambda"].create_event_source_mapping(FunctionName="orders", EventSourceArn=queue, BatchSize=5)
    subject = Subject(function="orders", mapping=made["UUID"])
    draft = await at_cloud.draft("mapping-edit", subject)
    changed = type(draft.params).model_validate({"batch_size": 7, "filters": PATTERN})
    assert (await at_cloud.do("mapping-edit", subject, changed)).result == "done"
    found = cloud["lambda"].get_event_source_mapping(UUID=made["UUID"])
    assert (found["BatchSize"], found["FilterCriteria"]) == (7, {"Filters": [{"Pattern": PATTERN}]})
    assert (await at_cloud.do("mapping-edit", subject, draft.params)).result == "done"
    assert cloud["lambda"].get_event_source_mapping(UUID=made["UUID"])["BatchSize"] == 5
