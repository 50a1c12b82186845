"""What a terminal sends: keys as they are typed, and pasted text that types nothing, whatever is in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from lambdatui.ui.driver import Pastes
from tests.support.account_server import CREDENTIALS, AccountServer
from tests.support.endpoint import REGION
from tests.support.terminal import Terminal

START, END = "\x1b[200~", "\x1b[201~"
HOSTILE = "a\x1bq\x1b[31m\x9b2J\x1b[201\x1b[200~\x03\r\n\tz"
HARMLESS = r"a\u001bq\u001b[31m\u009b2J\u001b[201\u001b[200~\u0003" + "\r\n\tz"


def told(reads: Iterable[str]) -> list[str]:
    """What Textual makes of some reads: each paste, and each key."""
    parser, pastes = XTermParser(), Pastes()
    messages = [message for read in reads if (tame := pastes.tamed(read)) for message in parser.feed(tame)]
    return [f"paste {each.text}" if isinstance(each, events.Paste) else each.key for each in messages]


def test_a_paste_ends_at_its_end_marker_alone() -> None:
    assert told([f"x{START}{HOSTILE}{END}y"]) == ["x", f"paste {HARMLESS}", "y"]


def test_it_does_so_wherever_the_reads_part_it() -> None:
    sent = f"x{START}{HOSTILE}{END}{START}once more{END}\x1b[A"
    for at in range(1, len(sent)):
        assert told([sent[:at], sent[at:]]) == ["x", f"paste {HARMLESS}", "paste once more", "up"], at


def test_it_does_so_where_each_character_comes_by_itself() -> None:
    assert told(f"{START}{HOSTILE}{END}y") == [f"paste {HARMLESS}", "y"]


def test_a_long_text_of_nothing_but_markers_is_one_paste() -> None:
    assert told([START * 2_000 + END]) == ["paste " + r"\u001b[200~" * 1_999]


@pytest.fixture(scope="module")
def account() -> Iterator[AccountServer]:
    with AccountServer(3) as server:
        yield server


@pytest.fixture
def terminal(account: AccountServer) -> Iterator[Terminal]:
    """The console with all functions of the account read."""
    command = [sys.executable, "-m", "lambdatui", "--endpoint-url", account.url, "--region", REGION]
    with Terminal(command, env=CREDENTIALS | {"LAMBDATUI_METRICS_BUDGET_CENTS": "0"}) as started:
        started.wait_for("Functions 3")
        yield started


def test_what_is_pasted_into_a_line_shows_there_and_presses_no_key(terminal: Terminal) -> None:
    terminal.send("/", START, "one\x1bq\x1b[2Jtwo", END)
    terminal.wait_for(r"/one\u001bq\u001b[2Jtwo")


def test_what_is_pasted_where_nothing_takes_text_presses_no_key(terminal: Terminal) -> None:
    terminal.send(START, "\x1bq\x1b?", END, ":errors\r")
    terminal.wait_for("Errors 0")


def test_a_byte_that_is_no_text_ends_nothing(terminal: Terminal) -> None:
    os.write(terminal._master, b"/\xe9t")
    terminal.wait_for("/\ufffdt")
