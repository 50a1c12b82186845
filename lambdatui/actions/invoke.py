"""Invokes a function: once, whatever becomes of it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr

from lambdatui.actions.action import Action, Call, Draft, Params, Plan, State, Subject
from lambdatui.actions.permission import permitted
from lambdatui.actions.subjects import alias_of, mappings_of, published_versions
from lambdatui.aws.connection import Connection
from lambdatui.aws.functions import get_event_invoke_config, get_function
from lambdatui.aws.invocations import check, invoke, parameters_of
from lambdatui.aws.releases import list_aliases, list_urls
from lambdatui.aws.triggers import get_policy
from lambdatui.errors import ConsoleError, RequestRefused, Unreachable
from lambdatui.insight.event_templates import EventTemplate, templates_for
from lambdatui.insight.quantities import counted
from lambdatui.insight.resource_policy import permission_trigger, read_policy
from lambdatui.models.arn import LATEST
from lambdatui.models.configuration import FunctionDetail
from lambdatui.models.invocation_result import InvocationRequest, InvocationResult, InvocationType
from lambdatui.models.release import Alias
from lambdatui.models.trigger import Permission, url_trigger

RESULT = "InvocationResult"
"""Under which the answer to the request holds the `InvocationResult`."""
NOT_INVOCABLE = frozenset({"Pending", "Failed", "Deactivating", "Deactivated", "ActiveNonInvocable", "Deleting"})
"""The states in which AWS refuses to invoke (facts 3.5). ``Inactive`` is none of them: the first try wakes it."""
RETRIES = 2
"""How often Lambda tries an asynchronous event again unless it is told otherwise (facts 3.8)."""
SECRET = ("Payload", "ClientContext")
"""The parameters of which nobody but the function is told more than the size."""

_STRING_OR_CONSTANT = re.compile(r'"(?:[^"\\]|\\.)*"|(NaN|-?Infinity)')


@dataclass(frozen=True, slots=True)
class JsonProblem:
    """Where a text stops being JSON, counted from 1, and why; it quotes nothing of the text."""

    line: int
    column: int
    why: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.why}"


def json_problem(text: str) -> JsonProblem | None:
    """What keeps a text from being JSON; None where nothing does, or where there is no text at all."""
    if not text.strip():
        return None
    try:
        json.loads(text, parse_constant=_no_constant, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        return JsonProblem(error.lineno, error.colno, error.msg[0].lower() + error.msg[1:])
    except RecursionError:
        return JsonProblem(1, 1, "nested too deeply")
    except ValueError:
        at = next((found.start() for found in _STRING_OR_CONSTANT.finditer(text) if found[1]), 0)
        return JsonProblem(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), "no number of JSON's")
    return None


def _no_constant(_: str) -> None:
    """Python would take NaN and Infinity, which JSON has not."""
    raise ValueError


def _json(text: SecretStr) -> SecretStr:
    if problem := json_problem(text.get_secret_value()):
        raise ValueError(str(problem))
    return text


Json = Annotated[SecretStr, AfterValidator(_json)]


class Invocation(Params):
    """How to invoke, and with what."""

    qualifier: str = Field(default=LATEST, title="Qualifier")
    type: InvocationType = Field(default=InvocationType.REQUEST_RESPONSE, title="Type")
    client_context: Json = Field(default=SecretStr(""), title="Client context")
    payload: Json = Field(default=SecretStr(""), title="Payload")


class TenantInvocation(Invocation):
    """The same of a function that keeps its tenants apart, which takes a tenant's id (facts 3.13)."""

    tenant_id: str = Field(
        default="", title="Tenant id", min_length=1, max_length=256, pattern=r"^[a-zA-Z0-9._:/=+\-@ ]+$"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class InvokeCall(Call):
    """An Invoke, with what of it is not sent but heeded while waiting: the function's timeout."""

    request: InvocationRequest

    @classmethod
    def of(cls, request: InvocationRequest) -> InvokeCall:
        """The request as it will be sent, what is secret in it hidden."""
        parameters = parameters_of(request)
        secret = {name: SecretStr(_text(parameters[name])) for name in SECRET if name in parameters}
        return cls(service="lambda", operation="Invoke", parameters={**parameters, **secret}, request=request)


def _text(value: str | bytes) -> str:
    return value.decode(errors="surrogatepass") if isinstance(value, bytes) else value


class Invoke(Action[Invocation]):
    """Invoke, sent once and never again (facts 3.7, 3.8)."""

    params = Invocation
    resend_throttled = False

    async def draft(self, connection: Connection, subject: Subject) -> Draft[Invocation]:
        detail, aliases, versions = await asyncio.gather(
            permitted(get_function(connection, subject.function)),
            permitted(list_aliases(connection, subject.function)),
            permitted(published_versions(connection, subject.function)),
        )
        kind = TenantInvocation if _isolates_tenants(detail) else Invocation
        asked = subject.qualifier or LATEST
        qualifiers = (LATEST, *(alias.name for alias in aliases or ()), *(versions or ()), asked)
        return Draft(
            params=kind.model_construct(qualifier=asked),
            choices={"qualifier": tuple(dict.fromkeys(qualifiers)), "type": tuple(InvocationType)},
        )

    async def plan(self, connection: Connection, subject: Subject, params: Invocation) -> Plan:
        subject = replace(subject, qualifier=params.qualifier)
        request = _request(subject.function, params)
        check(request)
        if request.client_context and request.type is InvocationType.EVENT:
            raise RequestRefused("a client context reaches the function in synchronous invocations only")
        at = None if params.qualifier == LATEST else params.qualifier
        detail, aliases, retries = await asyncio.gather(
            permitted(get_function(connection, subject.function, at)),
            permitted(alias_of(connection, subject)),
            _retries(connection, request, at),
        )
        _refuse_impossible(detail, params)
        if detail is not None and detail.configuration.timeout is not None:
            request = replace(request, timeout_s=detail.configuration.timeout)
        return Plan(
            subject=subject,
            params=params,
            before={},
            after={},
            calls=(InvokeCall.of(request),),
            remarks=tuple(_remarks(request, aliases)),
            warnings=tuple(_warnings(request, detail, retries)),
        )

    async def present(self, connection: Connection, subject: Subject, params: Invocation) -> State:
        """Nothing: it changes nothing that could be looked at."""
        return {}

    async def send(self, connection: Connection, call: Call) -> Mapping[str, Any]:
        assert isinstance(call, InvokeCall)  # its own plan made it
        try:
            result = await invoke(connection, call.request)
        except Unreachable as error:  # of an invocation that says that it was not sent
            raise ConsoleError(error.title, error.hint) from error
        return {"ResponseMetadata": {"RequestId": result.request_id}, RESULT: result}

    def complaint(self, answers: Sequence[Mapping[str, Any]]) -> str:
        failed = [error for answer in answers if (error := result_of(answer).function_error)]
        return f"the function ended in an error ({failed[0]})" if failed else ""


def result_of(answer: Mapping[str, Any]) -> InvocationResult:
    """What the function answered, from AWS's answer to the request."""
    result: InvocationResult = answer[RESULT]
    return result


def _request(function: str, params: Invocation) -> InvocationRequest:
    return InvocationRequest(
        function=function,
        qualifier=params.qualifier,
        type=params.type,
        payload=params.payload.get_secret_value(),
        client_context=params.client_context.get_secret_value(),
        tenant_id=params.tenant_id if isinstance(params, TenantInvocation) else None,
    )


def _isolates_tenants(detail: FunctionDetail | None) -> bool:
    tenancy = detail.configuration.unknown.get("TenancyConfig") if detail else None
    return bool(tenancy and tenancy.get("TenantIsolationMode") == "PER_TENANT")


def _refuse_impossible(detail: FunctionDetail | None, params: Invocation) -> None:
    if detail is None:
        return
    if (state := detail.configuration.state) in NOT_INVOCABLE:
        reason = detail.configuration.state_reason or "it takes no invocations"
        raise RequestRefused(f"the function is {state}: {reason}", "wait until it is Active")
    if _isolates_tenants(detail) and not isinstance(params, TenantInvocation):
        raise RequestRefused("the function keeps its tenants apart: a tenant id is needed")


def _remarks(request: InvocationRequest, alias: Alias | None) -> Iterator[str]:
    size = len(request.payload_bytes)
    yield f"the payload has {counted(size, 'bytes')}" if size else "there is no payload"
    if request.client_context:
        size = len(request.client_context.encode(errors="surrogatepass"))
        yield f"the client context has {counted(size, 'bytes')}"
    if alias is not None:
        shares = " and ".join(f"version {version} ({share * 100:.4g} %)" for version, share in alias.shares.items())
        yield (
            f"{alias.name} divides its traffic between {shares}"
            if alias.additional
            else f"{alias.name} points at version {alias.function_version}"
        )
    if request.type is InvocationType.DRY_RUN:
        yield "only asks whether it would be allowed; nothing runs"
    if request.type is InvocationType.REQUEST_RESPONSE:
        yield f"runs for up to {request.timeout_s:,} s; leaving the dialog does not stop it"


def _warnings(request: InvocationRequest, detail: FunctionDetail | None, retries: int | None) -> Iterator[str]:
    event = request.type is InvocationType.EVENT
    if event:
        tries = 1 + (RETRIES if retries is None else retries)
        yield f"queued, and tried up to {tries} times where it fails" if tries > 1 else "queued, and tried once"
    if detail is None:
        yield "not permitted to see how the function is configured: its state and timeout are not known"
        return
    if detail.configuration.state == "Inactive":
        yield "the function is Inactive: AWS refuses the first invocation, and wakes it by that"
    if detail.reserved_concurrency == 0 and request.type is not InvocationType.DRY_RUN:
        yield (
            "reserved concurrency is 0: the event goes straight to the dead-letter queue or destination, or is lost"
            if event
            else "reserved concurrency is 0: AWS will refuse it as throttled"
        )


async def _retries(connection: Connection, request: InvocationRequest, qualifier: str | None) -> int | None:
    """How often an event is tried again; None where the default applies, it may not be seen, or there is no event."""
    if request.type is not InvocationType.EVENT:
        return None
    config = await permitted(get_event_invoke_config(connection, request.function, qualifier))
    return config.maximum_retry_attempts if config else None


async def event_templates(connection: Connection, function: str, arn: str) -> tuple[EventTemplate, ...]:
    """Every kind of event, those of the function's own sources first, whether they call it or one of its aliases.

    What may not be seen is left out.

    Args:
        arn: the function's, without qualifier.
    """
    aliases = await permitted(list_aliases(connection, function)) or ()
    qualifiers = (LATEST, *(alias.name for alias in aliases))
    permissions, mappings, urls = await asyncio.gather(
        asyncio.gather(*(_permissions(connection, function, qualifier) for qualifier in qualifiers)),
        permitted(mappings_of(connection, function, qualifiers)),
        permitted(list_urls(connection, function)),
    )
    allowed = [permission_trigger(permission, arn) for permission in chain(*permissions)]
    return templates_for((*allowed, *map(url_trigger, urls or ())), mappings or ())


async def _permissions(connection: Connection, function: str, qualifier: str) -> tuple[Permission, ...]:
    """What the policy of the function or of an alias says: each has its own (facts 1.1 notes)."""
    policy = await permitted(get_policy(connection, function, qualifier))
    return read_policy(policy, qualifier) if policy else ()
