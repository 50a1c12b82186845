"""What all small changes share, at the wire: AWS, the answer and the audit trail agree, whatever happens."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from lambdatui.actions.action import Params, Subject
from lambdatui.actions.aliases import NewAlias, Pointing
from lambdatui.actions.audit import AuditTrail
from lambdatui.actions.configuration import Settings
from lambdatui.actions.environment import Variable
from lambdatui.actions.layers import Layers
from lambdatui.actions.log_retention import Retention
from lambdatui.actions.provisioned_concurrency import Provisioned
from lambdatui.actions.reserved_concurrency import Reserved
from lambdatui.actions.tags import Tag, TagKey
from lambdatui.actions.versions import Publication
from lambdatui.errors import AccessDenied, Conflict, ReadOnly, RequestRefused, Unreachable
from tests.actions.acting import Acting
from tests.aws.conftest import Connect
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, cut, error, function, json_answer
from tests.support.releases import (
    NONE_PROVISIONED,
    alias,
    aliases,
    history,
    nothing_configured,
    provisioned_config,
    version,
    versions,
)
from tests.support.reservations import Reservations

ORDERS = Subject(function="orders")
LIVE = Subject(function="orders", qualifier="live")
FIRST = Subject(function="orders", qualifier="1")
LAYER = "arn:aws:lambda:us-east-1:123456789012:layer:money:2"


@dataclass(frozen=True)
class Change:
    """An action as the tests try it."""

    action: str
    subject: Subject
    params: Params
    sends: str
    """What changes something."""
    answer: dict[str, object]

    def __str__(self) -> str:
        return self.action


UPDATE, UPDATED = "lambda:UpdateFunctionConfiguration", function("orders")
TO_THE_FUNCTION = (
    Change("version-publish", ORDERS, Publication(), "lambda:PublishVersion", version("orders", 3)),
    Change("configuration-edit", ORDERS, Settings(memory_mb=256, timeout_s=3, ephemeral_mb=512), UPDATE, UPDATED),
    Change("environment-variable", ORDERS, Variable(name="MODE", value=SecretStr("fast")), UPDATE, UPDATED),
    Change("layers-edit", ORDERS, Layers(layers=LAYER), UPDATE, UPDATED),
    Change("tag-set", ORDERS, Tag(key="team", value="billing"), "lambda:TagResource", {}),
    Change("tag-remove", ORDERS, TagKey(key="team"), "lambda:UntagResource", {}),
)
"""What a function that is being changed already refuses."""
CHANGES = (
    *TO_THE_FUNCTION,
    Change("alias-create", ORDERS, NewAlias(name="beta", version="2"), "lambda:CreateAlias", alias("beta", 2)),
    Change("alias-repoint", LIVE, Pointing(version="2"), "lambda:UpdateAlias", alias("live", 2)),
    Change("alias-delete", LIVE, Params(), "lambda:DeleteAlias", {}),
    Change("log-retention", ORDERS, Retention(days=30), "logs:PutRetentionPolicy", {}),
    Change("reserved-concurrency", ORDERS, Reserved(reserved=40), "lambda:PutFunctionConcurrency", {}),
    Change(
        "provisioned-concurrency",
        FIRST,
        Provisioned(provisioned=20),
        "lambda:PutProvisionedConcurrencyConfig",
        {},
    ),
    Change("provisioned-concurrency-delete", FIRST, Params(), "lambda:DeleteProvisionedConcurrencyConfig", {}),
)
every_change = pytest.mark.parametrize("change", CHANGES, ids=str)
GUARDED = {"lambda:PublishVersion", "lambda:UpdateAlias", UPDATE}
"""What takes a RevisionId (facts 3.4)."""


@pytest.fixture(autouse=True)
def account(endpoint: ScriptedEndpoint) -> None:
    """A function with two versions, an alias, a tag, a log group and 50 reserved, of which 10 are provisioned for its
    first version; its code changed since the second one."""
    there = history("orders", 2, CodeSha256="code-of-now")

    def detail(seen: Seen) -> Answer:
        asked = seen.query.get("Qualifier", "$LATEST")
        found = next(each for each in there if each["Version"] == asked)
        plain = {**found, "FunctionArn": function("orders")["FunctionArn"]} if asked == "$LATEST" else found
        running = {**plain, "State": "Active", "LastUpdateStatus": "Successful"}
        return json_answer({"Configuration": running, "Tags": {"team": "payments"}})

    nothing_configured(endpoint)
    endpoint.on("lambda", "GetFunction", detail)
    endpoint.on("lambda", "ListVersionsByFunction", versions(*there))
    endpoint.on("lambda", "ListAliases", aliases(alias("live", 1)))
    endpoint.on("lambda", "GetAlias", json_answer(alias("live", 1)))
    endpoint.on("lambda", "GetFunctionEventInvokeConfig", error("ResourceNotFoundException", 404))
    endpoint.on("lambda", "ListEventSourceMappings", json_answer({"EventSourceMappings": []}))
    Reservations({"orders": 50}).serve(endpoint)
    endpoint.on("lambda", "GetProvisionedConcurrencyConfig", provisioned_config("READY"))
    group = {"logGroupName": "/aws/lambda/orders", "retentionInDays": 14}
    endpoint.on("logs", "DescribeLogGroups", json_answer({"logGroups": [group]}))


def sent(endpoint: ScriptedEndpoint, change: Change) -> list[Seen]:
    """The requests that change something."""
    return [seen for seen in endpoint.requests if str(seen) == change.sends]


def answer(endpoint: ScriptedEndpoint, change: Change, *answers: Answer) -> None:
    service, _, operation = change.sends.partition(":")
    endpoint.on(service, operation, *answers)


@every_change
async def test_it_is_sent_once_and_written_down_as_done(
    change: Change, acting: Acting, endpoint: ScriptedEndpoint
) -> None:
    answer(endpoint, change, json_answer(change.answer))
    outcome = await acting.do(change.action, change.subject, change.params)
    assert (outcome.result, acting.last.result, acting.last.stage) == ("done", "done", "outcome")
    assert [f"{call.service}:{call.operation}" for call in acting.last.calls] == [change.sends]
    assert len(sent(endpoint, change)) == 1


@every_change
async def test_what_was_read_is_what_is_changed(change: Change, acting: Acting, endpoint: ScriptedEndpoint) -> None:
    plan = await acting.plan(change.action, change.subject, change.params)
    guarded = [call.parameters.get("RevisionId") for call in plan.calls]
    assert guarded == ["00000000-0000-0000-0000-000000000000" if change.sends in GUARDED else None]


@every_change
async def test_planning_sends_reads_alone(change: Change, connect: Connect, tmp_path: Path) -> None:
    reading = Acting(connect(read_only=True), AuditTrail(tmp_path / "state"))
    await reading.draft(change.action, change.subject)
    assert (await reading.plan(change.action, change.subject, change.params)).calls


@every_change
async def test_read_only_sends_nothing(
    change: Change, connect: Connect, endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    reading = Acting(connect(read_only=True), AuditTrail(tmp_path / "state"))
    outcome = await reading.do(change.action, change.subject, change.params)
    assert isinstance(outcome.error, ReadOnly)
    assert reading.last.result == "refused"
    assert not sent(endpoint, change)


@every_change
async def test_a_denial_names_what_is_needed(change: Change, acting: Acting, endpoint: ScriptedEndpoint) -> None:
    answer(endpoint, change, error("AccessDeniedException", 403))
    outcome = await acting.do(change.action, change.subject, change.params)
    assert isinstance(outcome.error, AccessDenied)
    assert (outcome.error.action, acting.last.result) == (change.sends, "failed")


@every_change
async def test_what_was_throttled_is_sent_again(change: Change, acting: Acting, endpoint: ScriptedEndpoint) -> None:
    answer(endpoint, change, error("TooManyRequestsException", 429), json_answer(change.answer))
    outcome = await acting.do(change.action, change.subject, change.params)
    assert (outcome.result, acting.last.result) == ("done", "done")
    assert len(sent(endpoint, change)) == 2


@every_change
async def test_a_conflict_is_told_as_one(change: Change, acting: Acting, endpoint: ScriptedEndpoint) -> None:
    answer(endpoint, change, error("PreconditionFailedException", 412, "The RevisionId provided does not match"))
    outcome = await acting.do(change.action, change.subject, change.params)
    assert isinstance(outcome.error, Conflict)
    assert acting.last.result == "conflict"
    assert len(sent(endpoint, change)) == 1


@every_change
async def test_a_lost_answer_is_not_sent_again_and_aws_is_asked_what_became_of_it(
    change: Change, acting: Acting, endpoint: ScriptedEndpoint
) -> None:
    answer(endpoint, change, cut())
    outcome = await acting.do(change.action, change.subject, change.params)
    assert isinstance(outcome.error, Unreachable)
    assert acting.last.result == "failed"  # for nothing changed at the endpoint
    assert len(sent(endpoint, change)) == 1


BUSY = {"LastUpdateStatus": "InProgress"}, {"State": "Pending"}


@pytest.mark.parametrize("doing", BUSY, ids=["being updated", "being created"])
@pytest.mark.parametrize("change", TO_THE_FUNCTION, ids=str)
async def test_a_function_that_is_being_changed_is_left_alone(
    change: Change, doing: dict[str, str], acting: Acting, endpoint: ScriptedEndpoint
) -> None:
    busy = {**function("orders"), **doing}
    endpoint.on("lambda", "GetFunction", json_answer({"Configuration": busy, "Tags": {"team": "payments"}}))
    endpoint.on("lambda", "ListVersionsByFunction", versions(busy))
    with pytest.raises(Conflict, match="orders is still being"):
        await acting.plan(change.action, change.subject, change.params)


@every_change
async def test_what_is_so_already_is_not_sent(change: Change, acting: Acting, endpoint: ScriptedEndpoint) -> None:
    changed = {
        **function("orders", MemorySize=256, Layers=[{"Arn": LAYER}], CodeSha256="code-of-2"),
        "Environment": {"Variables": {"MODE": "fast"}},
    }
    tags = {} if change.action == "tag-remove" else {"team": "billing"}
    endpoint.on("lambda", "GetFunction", json_answer({"Configuration": changed, "Tags": tags}))
    live = () if change.action == "alias-delete" else (alias("live", 2),)
    endpoint.on("lambda", "ListAliases", aliases(*live, alias("beta", 2)))
    endpoint.on("lambda", "GetAlias", json_answer(alias("live", 2)))
    Reservations({"orders": 40}).serve(endpoint)
    there = NONE_PROVISIONED if "delete" in change.action else provisioned_config("READY", requested=20)
    endpoint.on("lambda", "GetProvisionedConcurrencyConfig", there)
    group = {"logGroupName": "/aws/lambda/orders", "retentionInDays": 30}
    endpoint.on("logs", "DescribeLogGroups", json_answer({"logGroups": [group]}))
    plan = await acting.plan(change.action, change.subject, change.params)
    assert plan.before == plan.after
    assert not plan.calls


@pytest.mark.parametrize("change", [each for each in CHANGES if each.sends == UPDATE], ids=str)
async def test_only_what_differs_is_sent(change: Change, acting: Acting, endpoint: ScriptedEndpoint) -> None:
    answer(endpoint, change, json_answer(change.answer))
    await acting.do(change.action, change.subject, change.params)
    expected = {
        "configuration-edit": {"MemorySize": 256},
        "environment-variable": {"Environment": {"Variables": {"MODE": "fast"}}},
        "layers-edit": {"Layers": [LAYER]},
    }
    body = json.loads(sent(endpoint, change)[0].body)
    assert body.pop("RevisionId")
    assert body == expected[change.action]


async def test_an_update_is_watched_until_it_has_ended(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    change = next(each for each in CHANGES if each.action == "configuration-edit")
    answer(endpoint, change, json_answer(change.answer))
    ready, going = (
        json_answer({"Configuration": {**function("orders"), "State": "Active", "LastUpdateStatus": status}})
        for status in ("Successful", "InProgress")
    )
    endpoint.on("lambda", "GetFunction", ready, ready, going, ready)
    await acting.do(change.action, change.subject, change.params)
    assert acting.told == ["being updated…", "in force"]


async def test_the_watch_of_an_update_outlasts_a_failure_that_passes(
    impatient: None, acting: Acting, endpoint: ScriptedEndpoint
) -> None:
    change = next(each for each in CHANGES if each.action == "configuration-edit")
    answer(endpoint, change, json_answer(change.answer))
    ready = json_answer({"Configuration": function("orders")})
    endpoint.on("lambda", "GetFunction", ready, ready, cut(), ready)
    await acting.do(change.action, change.subject, change.params)
    assert acting.told[0].startswith("still watching: ")
    assert acting.told[1] == "in force"


async def test_an_update_that_lambda_gave_up_on_raises_its_reason(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    change = next(each for each in CHANGES if each.action == "configuration-edit")
    answer(endpoint, change, json_answer(change.answer))
    failed = {
        **function("orders"),
        "LastUpdateStatus": "Failed",
        "LastUpdateStatusReason": "The subnet has no free addresses",
    }
    ready = json_answer({"Configuration": function("orders")})
    endpoint.on("lambda", "GetFunction", ready, ready, json_answer({"Configuration": failed}))
    with pytest.raises(RequestRefused, match="The subnet has no free addresses"):
        await acting.do(change.action, change.subject, change.params)
