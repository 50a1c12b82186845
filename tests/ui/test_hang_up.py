"""The terminal is gone while something is being done, as when an SSH connection breaks: that is ended all the same."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator

import pytest

from lambdatui.actions.audit import AuditTrail
from lambdatui.actions.flight_log import FlightLog
from lambdatui.commands.status import Status
from tests.support.endpoint import IDENTITY, REGION, Answer, ScriptedEndpoint, Seen, error
from tests.support.reservations import Reservations
from tests.support.terminal import Terminal
from tests.ui.flying import account

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example", "AWS_MAX_ATTEMPTS": "1"}
SUBMIT = "\x13"
"""ctrl+s."""
UNMETERED = {"LAMBDATUI_METRICS_BUDGET_CENTS": "0"}


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    """Beside the console, whose process the test waits for."""
    with ScriptedEndpoint.in_thread() as scripted:
        scripted.on("sts", "GetCallerIdentity", IDENTITY)
        yield scripted


def begin_in_the_console(terminal: Terminal) -> None:
    terminal.wait_for("SHA-256")  # of the overview: all is read that the keys need
    terminal.send("t")
    terminal.wait_for("Shift traffic: orders:live")
    terminal.wait_for("Preflight")
    terminal.send(SUBMIT)
    terminal.wait_for("y does it")
    terminal.send("y")
    terminal.wait_for("10 % on version 2")


def begin_on_the_command_line(terminal: Terminal) -> None:
    terminal.wait_for_bytes(b'"event": "step"')


@pytest.mark.parametrize(
    ("arguments", "begin"),
    [((), begin_in_the_console), (("shift", "orders:live", "--to", "2", "--yes"), begin_on_the_command_line)],
    ids=["console", "command line"],
)
def test_the_shift_is_rolled_back_and_the_journal_says_so(
    arguments: tuple[str, ...], begin: Callable[[Terminal], None], endpoint: ScriptedEndpoint
) -> None:
    alias, _ = account(endpoint)
    command = (sys.executable, "-m", "lambdatui", "--endpoint-url", endpoint.url, "--region", REGION, *arguments)
    with Terminal(command, env=CREDENTIALS | UNMETERED) as terminal:
        begin(terminal)
        assert alias.shares == ("1", {"2": 0.1})
        terminal.signal(signal.SIGHUP)  # from the shell, before the kernel's
        terminal.hang_up()
        assert terminal.wait_exit() == 128 + signal.SIGHUP
        journal = terminal.home / ".local/state/lambdatui"
        lines = AuditTrail(journal).read().entries
        assert [(line.after["version"], line.result) for line in lines] == [("1", "done"), ("1 (90 %)", "done")]
        assert FlightLog(journal / "flights").kept() == {}
    assert alias.shares == ("1", {})


def test_what_became_of_the_shift_is_told_when_a_signal_ends_the_console(endpoint: ScriptedEndpoint) -> None:
    account(endpoint)
    command = (sys.executable, "-m", "lambdatui", "--endpoint-url", endpoint.url, "--region", REGION)
    with Terminal(command, env=CREDENTIALS | UNMETERED) as terminal:
        begin_in_the_console(terminal)
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
        assert "lambdatui: orders:live: rolled back, 0 % on version 2: the console was left" in terminal.text


def test_a_shift_that_was_left_divided_against_its_plan_is_in_the_exit_status(endpoint: ScriptedEndpoint) -> None:
    alias, _ = account(endpoint)
    command = (sys.executable, "-m", "lambdatui", "--endpoint-url", endpoint.url, "--region", REGION)
    with Terminal(command, env=CREDENTIALS | UNMETERED) as terminal:
        begin_in_the_console(terminal)
        alias.fault = error("AccessDeniedException", 403)
        terminal.send("ctrl+c")
        assert terminal.wait_exit() == Status.LEFT
        assert (
            "lambdatui: orders:live: left at 10 % on version 2 (asked for 0 %): the console was left" in terminal.text
        )


def test_the_answer_to_what_was_sent_is_waited_for_and_told(endpoint: ScriptedEndpoint) -> None:
    account(endpoint)
    reservations = Reservations({"orders": 5})
    reservations.serve(endpoint)
    command = (sys.executable, "-m", "lambdatui", "--endpoint-url", endpoint.url, "--region", REGION)
    with Terminal(command, env=CREDENTIALS | UNMETERED) as terminal:

        def hung_up(seen: Seen) -> Answer:
            terminal.signal(signal.SIGHUP)
            return reservations.put(seen)

        endpoint.on("lambda", "PutFunctionConcurrency", hung_up)
        terminal.wait_for("SHA-256")
        for key, shown in (("c", "Reserve concurrency"), ("\r", "shows what would happen"), ("7\r", "y does it")):
            terminal.send(key)
            terminal.wait_for(shown)
        terminal.send("y")
        assert terminal.wait_exit() == 128 + signal.SIGHUP
        assert "lambdatui: Reserve concurrency of orders: done" in terminal.text
        (line,) = AuditTrail(terminal.home / ".local/state/lambdatui").read().entries
        assert line.result == "done"
    assert reservations.by_function == {"orders": 7}
