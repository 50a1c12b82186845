"""No answer, or half of one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lambdatui.aws.connection import Connection
from lambdatui.errors import ConsoleError, Unreachable
from tests.aws.conftest import Connect
from tests.support.endpoint import Answer, ScriptedEndpoint, cut, error, function, json_answer
from tests.support.machine import Machine

LIST = ("lambda", "ListFunctions")
SHIFT = ("lambda", "UpdateAlias")


async def said(connection: Connection) -> str:
    with pytest.raises(Unreachable) as raised:
        await connection.call(*LIST)
    assert raised.value.transient
    return str(raised.value)


@contextmanager
def deaf() -> Iterator[str]:
    """An address where a connection is taken and nothing is ever answered."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


async def test_an_endpoint_that_does_not_listen_refuses(connect: Connect, endpoint: ScriptedEndpoint) -> None:
    connection = connect()
    await endpoint.stop()
    assert f"no connection to {endpoint.url}: refused" in await said(connection)


async def test_a_name_that_does_not_resolve_is_told_as_such(connect: Connect) -> None:
    connection = connect(endpoint_url="http://nowhere.invalid")
    assert "its name does not resolve" in await said(connection)


async def test_an_endpoint_that_does_not_answer_times_out(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lambdatui.aws.session.READ_TIMEOUT", 0.05)
    with deaf() as address:
        assert f"no answer from http://{address}: timed out" in await said(connect(endpoint_url=f"http://{address}"))


async def test_a_certificate_that_is_not_accepted_is_told_as_such(connect: Connect, endpoint: ScriptedEndpoint) -> None:
    connection = connect(endpoint_url=endpoint.url.replace("http", "https"))
    assert "no safe connection" in await said(connection)


async def test_a_proxy_that_does_not_answer_is_told_as_such(
    connect: Connect, machine: Machine, endpoint: ScriptedEndpoint
) -> None:
    machine.credentials("[base]\naws_access_key_id=AKIABASE\naws_secret_access_key=s\n")
    machine.set("HTTP_PROXY", "http://127.0.0.1:1")
    assert "the proxy does not answer" in await said(connect(profile="base", endpoint_url="http://aws.invalid"))


@pytest.mark.parametrize("at", [0, 100], ids=["before the answer", "in the middle of it"])
async def test_a_connection_that_is_cut_is_told_as_such(
    connection: Connection, endpoint: ScriptedEndpoint, at: int
) -> None:
    endpoint.on(*LIST, cut(json_answer({"Functions": [function("f")]}), at))
    assert "was cut in the middle of an answer" in await said(connection)


async def test_a_cut_answer_is_asked_for_again(connect: Connect, endpoint: ScriptedEndpoint, machine: Machine) -> None:
    machine.set("AWS_MAX_ATTEMPTS", "2")
    endpoint.on(*LIST, cut(json_answer({"Functions": [function("f")]}), 100), json_answer({"Functions": []}))
    assert (await connect().call(*LIST))["Functions"] == []


@pytest.mark.parametrize("attempts", [1, 2])
async def test_a_change_is_sent_as_often_as_botocore_says_when_its_kept_connection_is_cut(
    connect: Connect, endpoint: ScriptedEndpoint, machine: Machine, attempts: int
) -> None:
    machine.set("AWS_MAX_ATTEMPTS", str(attempts))
    endpoint.on(*SHIFT, json_answer({"Name": "live", "FunctionVersion": "1"}), cut())
    connection = connect()
    await connection.call(*SHIFT, FunctionName="f", Name="live")
    with pytest.raises(Unreachable):
        await connection.call(*SHIFT, FunctionName="f", Name="live")
    assert [seen.method for seen in endpoint.requests] == ["PUT"] * (1 + attempts)
    assert connection.requests_sent == 1 + attempts


async def test_the_same_connection_recovers_when_the_network_does(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on(*LIST, cut(json_answer({"Functions": [function("f")]}), 100), json_answer({"Functions": []}))
    await said(connection)
    assert (await connection.call(*LIST))["Functions"] == []


@pytest.mark.parametrize(
    "answer", [cut(), error("ThrottlingException", 400), error("InternalFailure", 500)], ids=["cut", "throttled", "5xx"]
)
async def test_what_is_to_be_sent_once_is_received_once(
    connect: Connect, endpoint: ScriptedEndpoint, answer: Answer
) -> None:
    endpoint.on("logs", "StartQuery", answer)
    with pytest.raises(ConsoleError):
        await connect().call_once("logs", "StartQuery", queryString="limit 1", startTime=0, endTime=1)
    assert endpoint.operations == ["logs:StartQuery"]
