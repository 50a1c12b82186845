"""The console in a real terminal: what only a terminal shows."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from tests.support.account_server import CREDENTIALS, AccountServer
from tests.support.endpoint import REGION
from tests.support.terminal import (
    ALTERNATE_SCREEN,
    BRACKETED_PASTE,
    CURSOR_SHOWN,
    FOCUS_REPORTS,
    MOUSE_REPORTS,
    REPOSITORY,
    Terminal,
    private_environment,
)

FUNCTIONS = 60
HOSTILE = {
    "escape-sequence": "\x1b[31mRED\x1b[0m",
    "eight-bit-escape": "\x9b31mRED",
    "window-title": "\x1b]0;owned\x07",
    "screen-eraser": "\x1b[2J\x1b[H",
    "bell": "ding\x07dong",
    "line-break": "one\r\ntwo",
    "bidi-override": "abc\u202egnp.exe\u2066x",
    "markup": "[red]markup[/red] [@click=app.bell]x[/]",
    "wide": "東京の関数",
}
#: What Textual itself writes: colours and places, modes and questions about them, the keyboard protocol, the pointer
OWN_SEQUENCES = re.compile(
    r"\x1b\[[\d;]*[mH]"
    r"|\x1b\[\?\d+[hl]"
    r"|\x1b\[\?\d+\$p"
    r"|\x1b\[[<>]\d*u"
    r"|\x1b\]22;[a-z-]*\x07"
)
BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@pytest.fixture(scope="module")
def account() -> Iterator[AccountServer]:
    with AccountServer(FUNCTIONS) as server:
        yield server


@pytest.fixture(scope="module")
def hostile_account() -> Iterator[AccountServer]:
    others = [
        {
            "FunctionName": f"{name}-{text}",
            "Description": text,
            "Handler": text,
            "Environment": {"Variables": {text: text}},
        }
        for name, text in HOSTILE.items()
    ]
    with AccountServer(1, others) as server:
        yield server


def overview_of(name: str, terminal: Terminal) -> bool:
    return any(name in line and "Overview" in line for line in terminal.screen.display)


def console(server: AccountServer, columns: int = 140, rows: int = 40, **env: str) -> Terminal:
    return Terminal(
        [sys.executable, "-m", "lambdatui", "--endpoint-url", server.url, "--region", REGION],
        columns=columns,
        rows=rows,
        env=CREDENTIALS | {"LAMBDATUI_METRICS_BUDGET_CENTS": "0"} | env,
    )


@pytest.fixture
def terminal(account: AccountServer) -> Iterator[Terminal]:
    """The console with all functions of the account read."""
    with console(account) as started:
        started.wait_for(f"Functions {FUNCTIONS}")
        yield started


def test_the_functions_of_the_account_are_shown(terminal: Terminal) -> None:
    terminal.wait_for("team-00-function-00000")
    terminal.wait_for("team-03-function-00043")


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (60, 20)])
def test_a_smaller_terminal_shows_functions_and_keys_still(terminal: Terminal, columns: int, rows: int) -> None:
    terminal.resize(columns, rows)
    terminal.wait_for(lambda shown: shown.screen.display[-1].strip())
    terminal.wait_for("team-00-function-00000")
    terminal.wait_for(f"Functions {FUNCTIONS}")


def test_a_terminal_made_larger_again_shows_more_columns_again(terminal: Terminal) -> None:
    terminal.wait_for("DESCRIPTION")
    terminal.resize(60, 20)
    terminal.wait_for(lambda shown: "DESCRIPTION" not in "".join(shown.screen.display))
    terminal.resize(140, 40)
    terminal.wait_for("DESCRIPTION")


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
def test_leaving_by_key_is_a_success(terminal: Terminal, key: str) -> None:
    terminal.send(key)
    assert terminal.wait_exit() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_the_console_is_told_in_its_status(terminal: Terminal, number: signal.Signals) -> None:
    terminal.signal(number)
    assert terminal.wait_exit() == 128 + number


@pytest.mark.parametrize("way", ["q", "ctrl+c", signal.SIGTERM, signal.SIGHUP])
def test_leaving_restores_the_terminal(terminal: Terminal, way: str | signal.Signals) -> None:
    assert not terminal.line_mode
    if isinstance(way, signal.Signals):
        terminal.signal(way)
    else:
        terminal.send(way)
    terminal.wait_exit()
    assert CURSOR_SHOWN in terminal.modes
    assert not terminal.modes & {ALTERNATE_SCREEN, BRACKETED_PASTE, FOCUS_REPORTS, *MOUSE_REPORTS}
    assert len(re.findall(rb"\x1b\[>\d+u", terminal.raw)) == len(re.findall(rb"\x1b\[<\d*u", terminal.raw))
    assert terminal.line_mode


def test_the_console_ends_when_the_line_drops(terminal: Terminal) -> None:
    terminal.hang_up()
    assert terminal.wait_exit() != 0


def test_leaving_while_functions_are_read_leaves_no_process_behind() -> None:
    with AccountServer(5_000) as server, console(server) as terminal:
        terminal.wait_for_bytes(rb"team-\d\d-function-\d{5}")
        started = terminal.children()
        terminal.send("q")
        terminal.wait_exit()
        assert not psutil.wait_procs(started, timeout=5)[1]


def test_what_aws_says_never_reaches_the_terminal_as_control(hostile_account: AccountServer) -> None:
    with console(hostile_account) as terminal:
        terminal.wait_for(f"Functions {1 + len(HOSTILE)}")
        for name in sorted([*HOSTILE, "team"]):
            terminal.wait_for(partial(overview_of, name))
            terminal.send("down")
        terminal.settle()
        written = OWN_SEQUENCES.sub("", terminal.raw.decode())
    controls = {character for character in written if unicodedata.category(character) == "Cc"} - {"\r", "\n"}
    assert not {hex(ord(character)) for character in controls}
    assert not {character for character in written if unicodedata.bidirectional(character) in BIDI_CONTROLS}
    assert b"\x1b[31mRED" not in terminal.raw


def test_hostile_names_are_shown_as_text(hostile_account: AccountServer) -> None:
    with console(hostile_account) as terminal:
        terminal.wait_for(f"Functions {1 + len(HOSTILE)}")
        for name in HOSTILE:
            terminal.wait_for(name)
        assert "[red]markup[/red]" in terminal.text


def test_wide_and_hostile_names_leave_the_columns_in_line(hostile_account: AccountServer) -> None:
    with console(hostile_account) as terminal:
        terminal.wait_for(f"Functions {1 + len(HOSTILE)}")
        for name in HOSTILE:
            terminal.wait_for(name)
        terminal.settle()
        heading = next(y for y, line in enumerate(terminal.lines) if "RUNTIME" in line)
        runtime = terminal.lines[heading].index("RUNTIME")
        table = range(heading + 1, heading + 2 + len(HOSTILE))
        cells = terminal.screen.buffer
        starts = {"".join(cells[y][x].data for x in range(runtime - 1, runtime + 4)) for y in table}
    assert starts <= {" pyth", " node", " java", " prov"}


def test_without_a_terminal_it_says_so(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "lambdatui"],
        cwd=REPOSITORY,
        env=private_environment(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert "terminal" in run.stderr


def test_with_a_dumb_terminal_it_says_so(account: AccountServer) -> None:
    with console(account, TERM="dumb") as terminal:
        assert terminal.wait_exit() == 2
        assert "TERM=dumb" in terminal.text
        assert b"\x1b" not in terminal.raw


@pytest.mark.parametrize(("typed", "shown"), [("/team-03", "/team-03"), (":errors\r", "Errors 0")])
def test_what_is_typed_ahead_of_a_line_that_opens_is_not_lost(terminal: Terminal, typed: str, shown: str) -> None:
    terminal.send(typed)
    terminal.wait_for(shown)


def test_bad_settings_are_told_whole_when_the_terminal_is_its_owners_again(
    account: AccountServer, tmp_path: Path
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[profiles.default]\nread_only = 3\n")
    with console(account, LAMBDATUI_CONFIG=str(file)) as terminal:
        assert terminal.wait_exit() == 2
        assert f"{file}: profiles.default.read_only must be true or false" in " ".join(terminal.text.split())
