"""Invocations at the wire: each is received once whatever becomes of it, and what is said of it is true."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from lambdatui.aws.connection import Connection
from lambdatui.aws.invocations import SLACK_S, invoke
from lambdatui.demo.cloud import Cloud
from lambdatui.demo.endpoint import DemoEndpoint
from lambdatui.demo.packages import packed
from lambdatui.errors import (
    AuthExpired,
    ConsoleError,
    NotFound,
    OutcomeUnknown,
    ReadOnly,
    RequestRefused,
    Throttled,
    Unreachable,
)
from lambdatui.models.invocation_result import InvocationRequest, InvocationType
from tests.aws.conftest import Connect, where
from tests.support.endpoint import Answer, ScriptedEndpoint, cut, error, html, json_answer

INVOKE = ("lambda", "Invoke")
ORDER = InvocationRequest(function="orders", payload='{"card": "hunter2"}', timeout_s=3)
EVENT = replace(ORDER, type=InvocationType.EVENT)
DRY_RUN = replace(ORDER, type=InvocationType.DRY_RUN)
REQUEST_ID = "5e2f0a52-0000-4000-8000-000000000001"


def ran(content: Any = None, status: int = 200, **headers: str) -> Answer:
    """An answer of Lambda's."""
    return json_answer(content, status, x_amzn_RequestId=REQUEST_ID, x_amz_Executed_Version="7", **headers)


@pytest.fixture
def connection(connect: Connect) -> Connection:
    """One that may change things, in place of the read-only one."""
    return connect()


async def refused(connection: Connection, kind: type[ConsoleError], request: InvocationRequest = ORDER) -> ConsoleError:
    """The error of an invocation, which is exactly of the kind and tells nothing of the payload."""
    with pytest.raises(ConsoleError) as raised:
        await invoke(connection, request)
    assert type(raised.value) is kind
    assert "hunter2" not in f"{raised.value} {raised.value!r}"
    return raised.value


async def test_what_the_function_answered_is_told_with_all_that_lambda_says_of_it(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    tail = base64.b64encode("START\nein Grüß\n".encode()).decode()
    trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    endpoint.on(*INVOKE, ran({"ok": True}, x_amz_log_result=tail, x_amzn_trace_id=trace))
    told = await invoke(connection, ORDER)
    assert (told.status, told.executed_version, told.function_error) == (200, "7", None)
    assert (told.payload, told.log_tail) == ('{"ok": true}', "START\nein Grüß\n")
    assert (told.request_id, told.trace_id) == (REQUEST_ID, "1-5759e988-bd862e3fe1be46a994272793")
    assert told.duration_ms > 0


async def test_a_function_that_failed_is_an_answer_with_its_error(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on(*INVOKE, ran({"errorType": "KeyError"}, x_amz_function_error="Unhandled"))
    told = await invoke(connection, ORDER)
    assert (told.status, told.function_error, told.payload) == (200, "Unhandled", '{"errorType": "KeyError"}')


async def test_everything_that_was_asked_for_is_sent(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on(*INVOKE, ran())
    await invoke(connection, replace(ORDER, qualifier="live", tenant_id="acme", client_context='{"custom": {}}'))
    (seen,) = endpoint.requests
    assert (seen.path, seen.body) == ("/2015-03-31/functions/orders/invocations?Qualifier=live", b'{"card": "hunter2"}')
    sent = {name.lower(): value for name, value in seen.headers.items()}
    assert sent["x-amz-invocation-type"] == "RequestResponse"
    assert (sent["x-amz-log-type"], sent["x-amz-tenant-id"]) == ("Tail", "acme")
    assert base64.b64decode(sent["x-amz-client-context"]) == b'{"custom": {}}'


@pytest.mark.parametrize(("request_", "status"), [(EVENT, 202), (DRY_RUN, 204)], ids=["event", "dry run"])
async def test_what_does_not_wait_for_the_function_asks_for_no_log(
    connection: Connection, endpoint: ScriptedEndpoint, request_: InvocationRequest, status: int
) -> None:
    endpoint.on(*INVOKE, Answer(status=status, headers={"x-amzn-RequestId": REQUEST_ID}))
    told = await invoke(connection, request_)
    assert (told.status, told.payload, told.log_tail) == (status, "", "")
    assert "x-amz-log-type" not in {name.lower() for name in endpoint.requests[0].headers}


async def test_latest_is_not_named(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on(*INVOKE, ran())
    await invoke(connection, ORDER)
    assert endpoint.requests[0].query == {}


async def test_neither_payload_nor_answer_shows_in_a_repr(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on(*INVOKE, ran("hunter2", x_amz_log_result=base64.b64encode(b"hunter2").decode()))
    request = replace(ORDER, client_context="hunter2")
    assert "hunter2" not in repr(request) + repr(await invoke(connection, request))


# -- received once


UNKNOWN = {
    "cut before the answer": (cut(), "the connection was cut"),
    "cut in the middle of the answer": (cut(ran({"long": "x" * 99}), 10), "the connection was cut"),
    "ServiceException": (error("ServiceException", 500), "AWS answered ServiceException (HTTP 500)"),
    "an error of the service that it does not declare": (
        error("ServiceUnavailableException", 503),
        "AWS answered ServiceUnavailableException (HTTP 503)",
    ),
    "a gateway's error": (html(504), "HTTP 504"),
    "a proxy's own refusal": (html(408), "HTTP 408"),
    "a proxy's page": (html(), "what answered is not AWS"),
    "a redirection": (Answer(status=307, headers={"Location": "/2015-03-31/functions/other/invocations"}), "HTTP 307"),
}


@pytest.mark.parametrize("request_", [ORDER, EVENT], ids=["request/response", "event"])
@pytest.mark.parametrize(("answer", "why"), UNKNOWN.values(), ids=UNKNOWN)
async def test_where_nothing_certain_came_back_it_was_received_once_and_its_outcome_is_unknown(
    connection: Connection, endpoint: ScriptedEndpoint, answer: Answer, why: str, request_: InvocationRequest
) -> None:
    endpoint.on(*INVOKE, answer)
    told = await refused(connection, OutcomeUnknown, request_)
    assert told.title.startswith(f"sent, outcome unknown: {why}")
    assert "look in the log" in told.hint
    assert not told.transient
    assert endpoint.operations == ["lambda:Invoke"]


CERTAIN = {
    "throttled": (error("TooManyRequestsException", 429), Throttled),
    "expired": (error("ExpiredTokenException", 403), AuthExpired),
    "the clock is wrong": (error("InvalidSignatureException", 403, "Signature expired"), AuthExpired),
    "missing": (error("ResourceNotFoundException", 404), NotFound),
    "too big": (error("RequestTooLargeException", 413), RequestRefused),
    "not ready": (error("ResourceNotReadyException", 502), RequestRefused),
    "no addresses": (error("SubnetIPAddressLimitReachedException", 502), RequestRefused),
}


@pytest.mark.parametrize(("answer", "kind"), CERTAIN.values(), ids=CERTAIN)
async def test_what_aws_refused_was_received_once_and_did_not_run(
    connection: Connection, endpoint: ScriptedEndpoint, answer: Answer, kind: type[ConsoleError]
) -> None:
    endpoint.on(*INVOKE, answer)
    await refused(connection, kind)
    assert endpoint.operations == ["lambda:Invoke"]


async def test_a_request_id_that_was_told_is_kept_for_the_log(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on(*INVOKE, cut(ran({"long": "x" * 99}), 10))
    told = await refused(connection, OutcomeUnknown)
    assert isinstance(told, OutcomeUnknown)
    assert told.request_id == REQUEST_ID


async def test_a_slow_answer_is_waited_for_and_asked_for_once(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    done = asyncio.Event()
    endpoint.on(*INVOKE, replace(ran("done"), after=done))
    running = asyncio.create_task(invoke(connection, ORDER))
    await received(endpoint)
    done.set()
    assert (await running).payload == '"done"'
    assert endpoint.operations == ["lambda:Invoke"]


@pytest.mark.early
async def test_an_answer_after_more_than_a_minute_is_waited_for_and_asked_for_once(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    """The minute is a real one, for botocore gives up after it by itself and sends anew: no shorter wait shows that."""
    done = asyncio.Event()
    endpoint.on(*INVOKE, replace(ran("done"), after=done))
    asyncio.get_running_loop().call_later(61, done.set)
    assert (await invoke(connection, replace(ORDER, timeout_s=900))).payload == '"done"'
    assert endpoint.operations == ["lambda:Invoke"]


async def test_an_answer_that_never_comes_is_asked_for_once(
    connection: Connection, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lambdatui.aws.invocations.SLACK_S", 0.1)
    endpoint.on(*INVOKE, replace(ran(), after=asyncio.Event()))
    told = await refused(connection, OutcomeUnknown, replace(ORDER, timeout_s=0))
    assert told.title == "sent, outcome unknown: no answer within 0 s"
    assert endpoint.operations == ["lambda:Invoke"]


@pytest.mark.parametrize(
    ("request_", "patience_s"),
    [(replace(ORDER, timeout_s=900), 900 + SLACK_S), (replace(EVENT, timeout_s=900), SLACK_S)],
)
async def test_an_answer_is_waited_for_longer_than_the_function_may_take(
    connection: Connection,
    endpoint: ScriptedEndpoint,
    monkeypatch: pytest.MonkeyPatch,
    request_: InvocationRequest,
    patience_s: int,
) -> None:
    waited: list[float] = []
    opened = connection.client_apart

    @asynccontextmanager
    async def watched(service: str, **asked: Any) -> AsyncIterator[Any]:
        async with opened(service, **asked) as client:
            waited.append(client.meta.config.read_timeout)
            yield client

    monkeypatch.setattr(connection, "client_apart", watched)
    endpoint.on(*INVOKE, ran())
    await invoke(connection, request_)
    assert waited == [patience_s]


async def test_a_reset_after_sending_is_received_once_and_is_no_failed_connection(connect: Connect) -> None:
    bodies: list[bytes] = []

    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        bodies.append(await reader.readexactly(int(length.partition(b":")[2])))
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async with await asyncio.start_server(reset, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await refused(connect(endpoint_url=url), OutcomeUnknown)
    assert bodies == [ORDER.payload_bytes]


async def test_one_after_another_each_has_a_connection_that_nothing_used_before(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on(*INVOKE, ran(), cut(), ran())
    await invoke(connection, ORDER)
    await refused(connection, OutcomeUnknown)
    await invoke(connection, ORDER)
    assert endpoint.counts == {"lambda:Invoke": 3}
    assert connection.requests_sent == 3


# -- what others do meanwhile


async def test_it_goes_on_when_another_request_finds_the_credentials_expired(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    done = asyncio.Event()
    endpoint.on(*INVOKE, replace(ran("done"), after=done))
    endpoint.on("lambda", "ListFunctions", error("ExpiredToken", 403))
    running = asyncio.create_task(invoke(connection, ORDER))
    await received(endpoint)
    with pytest.raises(AuthExpired):
        await connection.call("lambda", "ListFunctions")
    done.set()
    assert (await running).payload == '"done"'


async def test_it_goes_on_when_the_connection_is_closed(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    done = asyncio.Event()
    endpoint.on(*INVOKE, replace(ran("done"), after=done))
    running = asyncio.create_task(invoke(connection, ORDER))
    await received(endpoint)
    await connection.close()
    done.set()
    assert (await running).payload == '"done"'


async def test_credentials_that_it_finds_expired_are_read_anew_for_the_next_request(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on(*INVOKE, error("ExpiredTokenException", 403))
    former = await connection.client("lambda")
    await refused(connection, AuthExpired)
    assert await connection.client("lambda") is not former


async def received(endpoint: ScriptedEndpoint) -> None:
    while not endpoint.requests:
        await asyncio.sleep(0)


# -- not sent


async def test_what_found_no_connection_was_not_sent_and_says_so(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    await endpoint.stop()
    assert "no connection" in (await refused(connection, Unreachable)).title


async def test_a_name_that_does_not_resolve_is_a_failed_connection(connect: Connect) -> None:
    told = await refused(connect(endpoint_url="http://nowhere.invalid"), Unreachable)
    assert "its name does not resolve" in told.title


async def test_a_certificate_that_is_not_accepted_is_a_failed_connection(
    connect: Connect, endpoint: ScriptedEndpoint
) -> None:
    told = await refused(connect(endpoint_url=endpoint.url.replace("http", "https")), Unreachable)
    assert "no safe connection" in told.title
    assert endpoint.operations == []


async def test_read_only_sends_nothing(connect: Connect, endpoint: ScriptedEndpoint) -> None:
    await refused(connect(read_only=True), ReadOnly, DRY_RUN)
    assert endpoint.operations == []


async def test_a_dry_run_that_got_no_answer_ran_nothing(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on(*INVOKE, cut())
    await refused(connection, Unreachable, DRY_RUN)


SIX_MB = 6 * 1024 * 1024
TOO_BIG: dict[str, tuple[InvocationRequest, Callable[[InvocationRequest], InvocationRequest]]] = {
    "6 MB": (replace(ORDER, payload="x" * SIX_MB), lambda fits: replace(fits, payload=fits.payload + "x")),
    "1 MB of an event": (
        replace(EVENT, payload="ü" * 512 * 1024),
        lambda fits: replace(fits, payload=fits.payload + "x"),
    ),
    "3,583 bytes of client context": (
        replace(ORDER, client_context="x" * 2685),
        lambda fits: replace(fits, client_context=fits.client_context + "xxx"),
    ),
}


@pytest.mark.parametrize(("fits", "grown"), TOO_BIG.values(), ids=TOO_BIG)
async def test_what_is_too_big_is_not_sent_and_what_just_fits_is(
    connection: Connection,
    endpoint: ScriptedEndpoint,
    fits: InvocationRequest,
    grown: Callable[[InvocationRequest], InvocationRequest],
) -> None:
    endpoint.on(*INVOKE, ran())
    await refused(connection, RequestRefused, grown(fits))
    assert endpoint.operations == []
    await invoke(connection, fits)
    assert endpoint.operations == ["lambda:Invoke"]


# -- the emulator


async def test_a_function_of_the_emulator_answers(connect: Connect, empty_endpoint: DemoEndpoint) -> None:
    client = Cloud(empty_endpoint)["lambda"]
    code = "def handler(event, context):\n    print('seen')\n    return {'twice': event['n'] * 2}\n"
    client.create_function(
        FunctionName="double",
        Runtime="python3.12",
        Role="arn:aws:iam::000000000000:role/double",
        Handler="app.handler",
        Code={"ZipFile": packed({"app.py": code.encode()})},
    )
    told = await invoke(connect(**where(empty_endpoint)), InvocationRequest(function="double", payload='{"n": 21}'))
    assert (told.status, told.function_error, json.loads(told.payload)) == (200, None, {"twice": 42})
    assert "seen" in told.log_tail
