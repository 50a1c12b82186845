"""Invoking at the wire: sent once whatever becomes of it, refused before where AWS would, and sizes alone kept."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from lambdatui.actions.action import Subject, fits
from lambdatui.actions.invoke import Invocation, InvokeCall, TenantInvocation, event_templates, json_problem, result_of
from lambdatui.aws import invocations
from lambdatui.demo.cloud import Cloud
from lambdatui.demo.packages import packed
from lambdatui.errors import OutcomeUnknown, RequestRefused, Throttled, Unreachable
from lambdatui.models.invocation_result import InvocationType
from tests.actions.acting import Acting
from tests.support.endpoint import ACCOUNT, REGION, Answer, ScriptedEndpoint, cut, error, function, html, json_answer
from tests.support.releases import NO_POLICY, alias, aliases, policy
from tests.ui.answers import detail

INVOKE = ("lambda", "Invoke")
ORDERS = Subject(function="orders")
ARN = function("orders")["FunctionArn"]
SECRET = "hunter2-planted"
REQUEST_ID = "5e2f0a52-0000-4000-8000-000000000001"
SYNC, EVENT, DRY_RUN = InvocationType.REQUEST_RESPONSE, InvocationType.EVENT, InvocationType.DRY_RUN


def asked(payload: str = json.dumps({"card": SECRET}), **particular: Any) -> Invocation:
    return Invocation(payload=SecretStr(payload), **particular)


def ran(content: Any = None, status: int = 200) -> Answer:
    return json_answer(content, status, x_amzn_RequestId=REQUEST_ID, x_amz_Executed_Version="7")


@pytest.fixture(autouse=True)
def orders(endpoint: ScriptedEndpoint) -> None:
    """A function that is ready."""
    configured(endpoint)
    endpoint.on(*INVOKE, ran({"token": SECRET}))


def configured(endpoint: ScriptedEndpoint, answer: dict[str, Any] | None = None, **particular: Any) -> None:
    endpoint.on("lambda", "GetFunction", detail("orders", answer=answer, **particular))


def sent(endpoint: ScriptedEndpoint) -> int:
    return endpoint.operations.count("lambda:Invoke")


async def refused(acting: Acting, params: Invocation) -> str:
    with pytest.raises(RequestRefused) as raised:
        await acting.plan("invoke", ORDERS, params)
    assert SECRET not in f"{raised.value} {raised.value!r}"
    return raised.value.title


async def warned(acting: Acting, params: Invocation) -> str:
    return " / ".join((await acting.plan("invoke", ORDERS, params)).warnings)


# -- once


async def test_an_answer_is_done_and_the_audit_holds_sizes_alone(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    outcome = await acting.do("invoke", ORDERS, asked(client_context=SecretStr(json.dumps({"of": SECRET}))))
    assert (outcome.result, sent(endpoint)) == ("done", 1)
    assert json.loads(result_of(outcome.answers[0]).payload) == {"token": SECRET}
    assert acting.last.calls[0].parameters == {
        "FunctionName": "orders",
        "InvocationType": "RequestResponse",
        "LogType": "Tail",
        "Payload": f"{len(json.dumps({'card': SECRET}))} bytes",
        "ClientContext": "36 bytes",
    }
    assert (acting.last.result, acting.last.request_ids, acting.last.params) == ("done", (REQUEST_ID,), None)
    assert SECRET not in acting.trail.path.read_text()


async def test_that_the_function_failed_is_written_down_and_not_why(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    failed = json_answer({"errorMessage": SECRET}, x_amzn_RequestId=REQUEST_ID, x_amz_Function_Error="Unhandled")
    endpoint.on(*INVOKE, failed)
    await acting.do("invoke", ORDERS, asked())
    assert (acting.last.result, acting.last.error) == ("done", "the function ended in an error (Unhandled)")


async def test_after_the_yes_nothing_but_the_invocation_is_sent(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    plan = await acting.plan("invoke", ORDERS, asked())
    endpoint.requests.clear()
    await acting.perform("invoke", plan)
    assert endpoint.operations == ["lambda:Invoke"]


@pytest.mark.parametrize(
    "lost", [cut(), cut(ran({"long": "x" * 99}), 10), error("ServiceException", 500), html(504)], ids=str
)
async def test_a_lost_answer_is_unknown_and_nothing_is_sent_again(
    acting: Acting, endpoint: ScriptedEndpoint, lost: Answer
) -> None:
    endpoint.on(*INVOKE, lost)
    outcome = await acting.do("invoke", ORDERS, asked())
    assert (outcome.result, type(outcome.error), sent(endpoint)) == ("unknown", OutcomeUnknown, 1)
    assert acting.last.result == "unknown"
    assert SECRET not in acting.trail.path.read_text()


async def test_no_answer_in_time_is_unknown(
    acting: Acting, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invocations, "SLACK_S", -2.8)
    endpoint.on(*INVOKE, Answer(after=asyncio.Event()))
    outcome = await acting.do("invoke", ORDERS, asked())
    assert (outcome.result, sent(endpoint)) == ("unknown", 1)


async def test_what_was_throttled_is_not_sent_again(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    endpoint.on(*INVOKE, error("TooManyRequestsException", 429, "Rate Exceeded"))
    outcome = await acting.do("invoke", ORDERS, asked())
    assert (outcome.result, type(outcome.error), sent(endpoint)) == ("failed", Throttled, 1)


async def test_what_may_not_be_invoked_failed(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    endpoint.on(*INVOKE, error("AccessDeniedException", 403, "not authorized"))
    outcome = await acting.do("invoke", ORDERS, asked())
    assert (outcome.result, sent(endpoint)) == ("failed", 1)
    assert "lambda:InvokeFunction" in str(outcome.error)


async def test_what_was_not_sent_failed_for_certain(
    acting: Acting, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_connection(*_: Any) -> None:
        raise Unreachable("no connection")

    monkeypatch.setattr("lambdatui.actions.invoke.invoke", no_connection)
    outcome = await acting.do("invoke", ORDERS, asked())
    assert (outcome.result, sent(endpoint), acting.last.result) == ("failed", 0, "failed")


@pytest.mark.parametrize(("kind", "status"), [(EVENT, 202), (DRY_RUN, 204)], ids=str)
async def test_an_event_is_queued_and_a_dry_run_runs_nothing(
    acting: Acting, endpoint: ScriptedEndpoint, kind: InvocationType, status: int
) -> None:
    endpoint.on("lambda", "GetFunctionEventInvokeConfig", error("ResourceNotFoundException", 404))
    endpoint.on(*INVOKE, Answer(status=status, headers={"x-amzn-RequestId": REQUEST_ID}))
    outcome = await acting.do("invoke", ORDERS, asked(type=kind))
    assert (outcome.result, result_of(outcome.answers[0]).status, sent(endpoint)) == ("done", status, 1)


# -- what is planned


async def test_the_patience_follows_the_functions_timeout(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    configured(endpoint, Timeout=77)
    (call,) = (await acting.plan("invoke", ORDERS, asked())).calls
    assert isinstance(call, InvokeCall)
    assert call.request.timeout_s == 77


async def test_a_plan_shows_nothing_of_the_payload(acting: Acting) -> None:
    plan = await acting.plan("invoke", ORDERS, asked(client_context=SecretStr(f'"{SECRET}"')))
    assert SECRET not in f"{plan!r} {plan.calls[0].shown()}"
    assert plan.remarks[0] == "the payload has 27 bytes"


async def test_an_alias_says_where_it_points(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    routing = {"AdditionalVersionWeights": {"8": 0.1}}
    live = {"Name": "live", "FunctionVersion": "7", "AliasArn": f"{ARN}:live", "RoutingConfig": routing}
    endpoint.on("lambda", "ListAliases", json_answer({"Aliases": [live]}))
    plan = await acting.plan("invoke", ORDERS, asked(qualifier="live"))
    assert "live divides its traffic between version 7 (90 %) and version 8 (10 %)" in plan.remarks
    assert (plan.subject.qualifier, plan.calls[0].parameters["Qualifier"]) == ("live", "live")


@pytest.mark.parametrize(
    ("config", "told"),
    [
        (error("ResourceNotFoundException", 404), "tried up to 3 times"),
        (json_answer({"MaximumRetryAttempts": 1}), "tried up to 2 times"),
        (json_answer({"MaximumRetryAttempts": 0}), "queued, and tried once"),
        (error("AccessDeniedException", 403), "tried up to 3 times"),
    ],
    ids=["defaults", "one more", "none", "forbidden"],
)
async def test_an_event_says_how_often_it_is_tried(
    acting: Acting, endpoint: ScriptedEndpoint, config: Answer, told: str
) -> None:
    endpoint.on("lambda", "GetFunctionEventInvokeConfig", config)
    assert told in await warned(acting, asked(type=EVENT))


@pytest.mark.parametrize(
    ("kind", "told"), [(SYNC, "AWS will refuse it as throttled"), (EVENT, "dead-letter queue"), (DRY_RUN, "")], ids=str
)
async def test_a_function_that_was_stopped_is_warned_of(
    acting: Acting, endpoint: ScriptedEndpoint, kind: InvocationType, told: str
) -> None:
    configured(endpoint, answer={"Concurrency": {"ReservedConcurrentExecutions": 0}})
    assert told in await warned(acting, asked(type=kind))


async def test_an_inactive_function_may_be_woken(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    configured(endpoint, State="Inactive")
    assert "wakes it" in await warned(acting, asked())


async def test_who_may_only_invoke_may_invoke(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "GetFunction", error("AccessDeniedException", 403))
    draft = await acting.draft("invoke", ORDERS)
    outcome = await acting.do("invoke", ORDERS, asked())
    assert (draft.choices["qualifier"], outcome.result) == (("$LATEST",), "done")
    assert "not permitted to see how the function is configured" in outcome.plan.warnings[0]


async def test_the_form_offers_every_release_the_newest_version_first(
    acting: Acting, endpoint: ScriptedEndpoint
) -> None:
    versions = [function("orders", Version=number) for number in ("$LATEST", "9", "10")]
    endpoint.on("lambda", "ListVersionsByFunction", json_answer({"Versions": versions}))
    endpoint.on("lambda", "ListAliases", json_answer({"Aliases": [{"Name": "live", "FunctionVersion": "9"}]}))
    draft = await acting.draft("invoke", Subject(function="orders", qualifier="live"))
    assert draft.choices["qualifier"] == ("$LATEST", "live", "10", "9")
    assert draft.params.qualifier == "live"


@pytest.mark.parametrize(
    ("subject", "given"),
    [
        (Subject(function="orders"), ORDERS),
        (Subject(function="orders", qualifier="7"), Subject(function="orders", qualifier="7")),
        (Subject(function="orders", qualifier="live", mapping="u-1"), Subject(function="orders", qualifier="live")),
        (Subject(function=""), None),
    ],
    ids=["function", "version", "mapping", "nothing"],
)
def test_a_function_is_invoked_as_well_as_a_release_of_it(subject: Subject, given: Subject | None) -> None:
    assert fits(subject, "invocable") == given


# -- what is refused


@pytest.mark.parametrize(
    ("kind", "size"), [(SYNC, 6 * 1024 * 1024), (EVENT, 1024 * 1024), (DRY_RUN, 6 * 1024 * 1024)], ids=str
)
async def test_what_is_too_big_is_refused(acting: Acting, kind: InvocationType, size: int) -> None:
    assert f"takes {size:,} at most" in await refused(acting, asked(f'"{"x" * size}"', type=kind))


async def test_a_client_context_goes_with_no_event(acting: Acting) -> None:
    assert "synchronous" in await refused(acting, asked(type=EVENT, client_context=SecretStr("{}")))


@pytest.mark.parametrize("state", ["Pending", "Failed", "Deactivated", "ActiveNonInvocable", "Deleting"])
async def test_a_function_that_is_not_ready_is_refused(acting: Acting, endpoint: ScriptedEndpoint, state: str) -> None:
    configured(endpoint, State=state, StateReason="as AWS says")
    assert await refused(acting, asked()) == f"the function is {state}: as AWS says"


async def test_a_function_of_tenants_asks_for_one(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    configured(endpoint, TenancyConfig={"TenantIsolationMode": "PER_TENANT"})
    draft = await acting.draft("invoke", ORDERS)
    assert isinstance(draft.params, TenantInvocation)
    assert "tenant id is needed" in await refused(acting, asked())
    with pytest.raises(ValidationError, match="tenant_id"):
        TenantInvocation(tenant_id="")
    await acting.do("invoke", ORDERS, TenantInvocation(tenant_id="acme", payload=SecretStr("1")))
    assert endpoint.requests[-1].headers["X-Amz-Tenant-Id"] == "acme"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{\n  "a" 1}', "line 2, column 7: expecting ':' delimiter"),
        ('["NaN",\n NaN]', "line 2, column 2: no number of JSON's"),
        ("[" * 100_000, "line 1, column 1: nested too deeply"),
        ("1 2", "line 1, column 3: extra data"),
    ],
    ids=["delimiter", "NaN", "depth", "two"],
)
def test_what_is_no_json_says_where(text: str, told: str) -> None:
    assert str(json_problem(text)) == told
    with pytest.raises(ValidationError) as raised:
        asked(text)
    assert told in str(raised.value)


@pytest.mark.parametrize("text", ["", "  \n", "1", '{"big": 123456789012345678901234567890}', '"\\u202e"'])
def test_what_is_json_is_taken(text: str) -> None:
    assert json_problem(text) is None


# -- events to begin with


async def test_the_functions_own_sources_come_first(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:intake"
    mapping = {"UUID": "u-1", "EventSourceArn": queue, "FunctionArn": ARN}
    endpoint.on("lambda", "ListEventSourceMappings", json_answer({"EventSourceMappings": [mapping]}))
    first, *others = await event_templates(acting.connection, "orders", ARN)
    assert (first.id, first.source, len(others)) == ("sqs", queue, 14)


async def test_what_calls_an_alias_is_among_the_functions_own_sources(
    acting: Acting, endpoint: ScriptedEndpoint
) -> None:
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:charges"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Condition": {"ArnLike": {"aws:SourceArn": topic}},
    }
    endpoint.on("lambda", "ListAliases", aliases(alias("live", 1)))
    endpoint.on("lambda", "GetPolicy", lambda seen: policy(statement) if seen.query.get("Qualifier") else NO_POLICY)
    first, *_ = await event_templates(acting.connection, "orders", ARN)
    assert (first.id, first.source) == ("sns", topic)


# -- the real thing


async def test_a_function_of_the_emulator_runs_once(at_cloud: Acting, cloud: Cloud) -> None:
    cloud["lambda"].create_function(
        FunctionName="double",
        Runtime="python3.12",
        Role="arn:aws:iam::000000000000:role/double",
        Handler="app.handler",
        Code={"ZipFile": packed({"app.py": b"def handler(event, context):\n    return event['n'] * 2\n"})},
    )
    cloud["lambda"].get_waiter("function_active_v2").wait(FunctionName="double", WaiterConfig={"Delay": 1})
    outcome = await at_cloud.do("invoke", Subject(function="double"), asked('{"n": 21}'))
    assert (outcome.result, result_of(outcome.answers[0]).payload) == ("done", "42")
