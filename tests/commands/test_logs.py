"""`lambdatui logs`, run as a pipe runs it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from lambdatui.clock import now_ms
from tests.support.endpoint import REGION, ScriptedEndpoint, error, function, json_answer
from tests.support.log_group import LogGroup, Written

NOW_MS = 1_795_212_000_000
PATIENCE_S = 20.0
HOSTILE = "\x1b[2J\x1b]0;pwned\x07 [bold]x[/] \u202e\x00\r\n  at line 2\n"

Run = Callable[..., Awaitable[Process]]


@pytest.fixture
async def endpoint() -> AsyncIterator[ScriptedEndpoint]:
    async with ScriptedEndpoint() as scripted:
        scripted.on("lambda", "GetFunction", json_answer({"Configuration": function("orders")}))
        yield scripted


@pytest.fixture
async def run(endpoint: ScriptedEndpoint, tmp_path: Path) -> AsyncIterator[Run]:
    """Starts the command against the endpoint; what still runs at the end is ended."""
    started: list[Process] = []
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "example",
    }

    async def start(*arguments: str) -> Process:
        flags = ("--endpoint-url", endpoint.url, "--region", REGION)
        command = (sys.executable, "-m", "lambdatui", *flags, "logs", *arguments)
        process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, env=environment)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.wait()


def group(endpoint: ScriptedEndpoint, *messages: str, **particular: object) -> LogGroup:
    """A group with these messages, a few seconds old."""
    at_ms = now_ms() - 5_000
    written = [Written(at_ms=at_ms + i, arrives_ms=at_ms, number=i, message=text) for i, text in enumerate(messages)]
    made = LogGroup(now_ms, written, **particular)  # type: ignore[arg-type]
    endpoint.on("logs", "FilterLogEvents", made.answer)
    return made


async def ended(process: Process) -> tuple[int | None, str, str]:
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    return process.returncode, out.decode(), err.decode()


async def lines(process: Process, count: int) -> list[str]:
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        return [(await process.stdout.readline()).decode().rstrip("\n") for _ in range(count)]


async def test_what_was_logged_is_printed_line_by_line_and_then_it_ends(endpoint: ScriptedEndpoint, run: Run) -> None:
    group(endpoint, *(f"line {number}\n" for number in range(25)), page=10)
    status, out, err = await ended(await run("orders"))
    assert (status, err) == (0, "")
    assert [line.partition("  ")[2] for line in out.splitlines()] == [f"line {number}" for number in range(25)]


async def test_json_holds_the_message_as_it_came(endpoint: ScriptedEndpoint, run: Run) -> None:
    group(endpoint, HOSTILE)
    _, out, _ = await ended(await run("orders", "--json"))
    assert json.loads(out)["message"] == HOSTILE
    assert out.rstrip("\n").isprintable()


async def test_following_goes_on_with_what_is_logged_later(endpoint: ScriptedEndpoint, run: Run) -> None:
    made = group(endpoint, "first")
    process = await run("orders", "--follow")
    assert (await lines(process, 1))[0].endswith("first")
    at_ms = now_ms()
    made.write(Written(at_ms=at_ms, arrives_ms=at_ms, number=7, message="second"))
    assert (await lines(process, 1))[0].endswith("second")


async def test_a_reader_that_leaves_ends_it_without_noise(endpoint: ScriptedEndpoint, run: Run) -> None:
    made = group(endpoint, "first")
    process = await run("orders", "--follow")
    await lines(process, 1)
    process._transport.get_pipe_transport(1).close()  # type: ignore[attr-defined]
    at_ms = now_ms()
    made.write(Written(at_ms=at_ms, arrives_ms=at_ms, number=7, message="second"))
    assert process.stderr is not None
    assert await asyncio.wait_for(process.stderr.read(), PATIENCE_S) == b""
    assert await process.wait() == 128 + signal.SIGPIPE


async def test_a_connection_that_breaks_while_it_is_written_to_does_not_end_it(
    endpoint: ScriptedEndpoint, run: Run
) -> None:
    made = group(endpoint, "first")
    process = await run("orders", "--follow")
    await lines(process, 1)
    process.send_signal(signal.SIGPIPE)
    at_ms = now_ms()
    made.write(Written(at_ms=at_ms, arrives_ms=at_ms, number=7, message="second"))
    assert (await lines(process, 1))[0].endswith("second")


async def test_an_interrupt_ends_it_without_noise(endpoint: ScriptedEndpoint, run: Run) -> None:
    group(endpoint, "first")
    process = await run("orders", "--follow")
    await lines(process, 1)
    process.send_signal(signal.SIGINT)
    status, _, err = await ended(process)
    assert (status, err) == (130, "")


async def test_a_fault_while_following_is_said_and_waited_out(endpoint: ScriptedEndpoint, run: Run) -> None:
    group(endpoint, "first", faults={1: error("AccessDeniedException")})
    process = await run("orders", "--follow")
    assert (await lines(process, 1))[0].endswith("first")
    process.terminate()
    _, _, err = await ended(process)
    assert "/aws/lambda/orders: not permitted: logs:FilterLogEvents" in err


@pytest.mark.parametrize(
    ("service", "operation", "said"),
    [
        ("lambda", "GetFunction", "not permitted: lambda:GetFunction"),
        ("logs", "FilterLogEvents", "not permitted: logs:FilterLogEvents"),
    ],
)
async def test_what_is_forbidden_ends_it_with_the_reason(
    endpoint: ScriptedEndpoint, run: Run, service: str, operation: str, said: str
) -> None:
    endpoint.on(service, operation, error("AccessDeniedException", 403))
    status, out, err = await ended(await run("orders"))
    assert (status, out) == (1, "")
    assert said in err


async def test_a_time_that_cannot_be_read_ends_it_before_anything_is_asked(
    endpoint: ScriptedEndpoint, run: Run
) -> None:
    status, _, err = await ended(await run("orders", "--since", "yesterday"))
    assert status == 2
    assert "yesterday is not a time" in err
    assert endpoint.operations == []


async def test_the_filter_goes_to_the_source(endpoint: ScriptedEndpoint, run: Run) -> None:
    made = group(endpoint, "x")
    await ended(await run("orders", "--filter", "?ERROR", "--since", "1h"))
    assert made.asked[0]["filterPattern"] == "?ERROR"
    assert now_ms() - int(str(made.asked[0]["startTime"])) >= 3_600_000
