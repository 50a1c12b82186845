"""``python -m lambdatui.demo`` tells where it listens, and goes away without trace however it or its parent ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from lambdatui.demo.cloud import Cloud
from lambdatui.demo.endpoint import DemoEndpoint
from lambdatui.demo.fleet import FUNCTIONS
from tests.demo.processes import Trace

SUPERVISOR = [sys.executable, "-m", "lambdatui.demo"]
CONSOLE = """
import asyncio
from lambdatui.demo.account import DemoAccount

async def main():
    print((await DemoAccount().start()).to_line(), flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""

Started = subprocess.Popen[bytes]


@pytest.fixture
def supervisor() -> Iterator[Started]:
    with subprocess.Popen(SUPERVISOR, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process
        process.kill()


def endpoint_of(process: Started) -> DemoEndpoint:
    """Waits for the line that says the account can be used."""
    assert process.stdout is not None
    return DemoEndpoint.from_line(process.stdout.readline())


def test_all_functions_can_be_listed_once_the_supervisor_has_spoken(supervisor: Started) -> None:
    listed = Cloud(endpoint_of(supervisor))["lambda"].list_functions(MaxItems=50)["Functions"]
    assert {each["FunctionName"] for each in listed} == {function.name for function in FUNCTIONS}


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_trace_after_a_signal_to_the_supervisor(supervisor: Started, number: signal.Signals) -> None:
    endpoint_of(supervisor)
    trace = Trace.of(supervisor.pid)
    supervisor.send_signal(number)
    assert trace.remains() == []


def test_no_trace_after_standard_input_ends(supervisor: Started) -> None:
    endpoint_of(supervisor)
    trace = Trace.of(supervisor.pid)
    assert supervisor.stdin is not None
    supervisor.stdin.close()
    assert trace.remains() == []


def test_supervisor_that_was_asked_to_stop_exits_with_success(supervisor: Started) -> None:
    endpoint_of(supervisor)
    supervisor.terminate()
    assert supervisor.wait(15) == 0


def test_no_trace_after_the_console_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", CONSOLE], stdout=subprocess.PIPE) as console:
        try:
            endpoint_of(console)
            (supervisor,) = psutil.Process(console.pid).children()
            trace = Trace.of(console.pid)
        finally:
            console.kill()
    assert supervisor in trace.processes
    assert trace.remains() == []
