"""The operator's own editor: however it ends, the console has its terminal back, and the form its payload."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lambdatui.errors import ConsoleError
from lambdatui.ui.external_editor import edited
from tests.support.account_server import CREDENTIALS, AccountServer
from tests.support.endpoint import REGION
from tests.support.terminal import (
    ALTERNATE_SCREEN,
    BRACKETED_PASTE,
    CURSOR_SHOWN,
    FOCUS_REPORTS,
    MOUSE_REPORTS,
    Terminal,
)


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What $EDITOR names: nothing, until a test puts a script there."""
    return tmp_path_factory.mktemp("editor") / "editor"


@pytest.fixture(scope="module")
def terminal(editor: Path) -> Iterator[Terminal]:
    """A console with the form of an invocation open."""
    with AccountServer(1) as account:
        command = [sys.executable, "-m", "lambdatui", "--endpoint-url", account.url, "--region", REGION]
        settings = {"LAMBDATUI_METRICS_BUDGET_CENTS": "0", "EDITOR": str(editor)}
        with Terminal(command, env=CREDENTIALS | settings) as started:
            started.wait_for("✓ Active")
            started.send("i")
            started.wait_for("JSON, 2 B")
            yield started


def edit(terminal: Terminal, editor: Path, script: str) -> None:
    editor.write_text(f"#!/bin/sh\n{script}\n")
    editor.chmod(0o700)
    terminal.send("\x05")


def is_back(terminal: Terminal) -> None:
    """The form takes keys again."""
    terminal.send("x")
    terminal.wait_for("line 1, column 1: expecting value")
    assert not terminal.line_mode
    assert terminal.modes >= {ALTERNATE_SCREEN, BRACKETED_PASTE}
    terminal.send("\x7f")
    terminal.wait_for("JSON, 2 B")


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("exit 3", "the editor ended with status 3"),
        ("kill -KILL $$", "the editor was ended by SIGKILL"),
        ('printf "\\377" > "$1"', "what it left is not UTF-8"),
    ],
)
def test_an_editor_that_fails_leaves_the_form_as_it_was(
    terminal: Terminal, editor: Path, script: str, told: str
) -> None:
    edit(terminal, editor, script)
    terminal.wait_for(told)
    is_back(terminal)


def test_an_editor_that_is_not_there_leaves_the_form_as_it_was(terminal: Terminal, editor: Path) -> None:
    editor.unlink(missing_ok=True)
    terminal.send("\x05")
    terminal.wait_for("cannot be used")
    is_back(terminal)


def test_ctrl_c_while_the_editor_has_the_terminal_is_for_the_editor_alone(terminal: Terminal, editor: Path) -> None:
    edit(terminal, editor, "echo waiting; exec sleep 600")
    terminal.wait_for("waiting")
    terminal.send("ctrl+c")
    terminal.wait_for("the editor was ended by SIGINT")
    is_back(terminal)


def test_what_the_editor_left_is_the_payload_and_the_terminal_is_left_as_it_was_found(
    terminal: Terminal, editor: Path
) -> None:
    edit(terminal, editor, 'echo 4711 > "$1"')
    terminal.wait_for("JSON, 4 B")
    terminal.send("ctrl+c")
    assert terminal.wait_exit() == 0
    assert CURSOR_SHOWN in terminal.modes
    assert not terminal.modes & {ALTERNATE_SCREEN, BRACKETED_PASTE, FOCUS_REPORTS, *MOUSE_REPORTS}
    assert len(re.findall(rb"\x1b\[>\d+u", terminal.raw)) == len(re.findall(rb"\x1b\[<\d*u", terminal.raw))
    assert terminal.line_mode


@pytest.mark.parametrize(
    ("command", "told"), [("'unclosed", "No closing quotation"), ("rm", "No such file or directory")]
)
def test_a_failure_says_that_the_payload_is_as_it_was(monkeypatch: pytest.MonkeyPatch, command: str, told: str) -> None:
    monkeypatch.setenv("VISUAL", command)
    with pytest.raises(ConsoleError, match=f"{told} - the payload is as it was"):
        edited("1", ".json")
