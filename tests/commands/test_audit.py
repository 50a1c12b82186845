"""`lambdatui audit`, run as a pipe runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from platformdirs import PlatformDirs

from lambdatui.actions.audit import AuditLine, AuditTrail

HOSTILE = "\x1b[2J\u202e\x00\r\n[bold]x[/]"
ARN = "arn:aws:sts::123456789012:assumed-role/oncall/jane"

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def trail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AuditTrail:
    """Where the command looks for it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return AuditTrail(Path(PlatformDirs("lambdatui", appauthor=False).user_state_dir))


@pytest.fixture
def run(trail: AuditTrail) -> Run:
    def start(*arguments: str) -> CompletedProcess[str]:
        command = (sys.executable, "-m", "lambdatui", "audit", *arguments)
        return subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)

    return start


def attempt(function: str = "orders", **particular: Any) -> AuditLine:
    told = {"identity": ARN, "account": "123456789012", "region": "eu-central-1", "action": "reserved-concurrency"}
    return AuditLine(**{**told, "function": function} | particular)


def test_each_attempt_is_one_line_that_tells_all_of_it(trail: AuditTrail, run: Run) -> None:
    line = attempt(qualifier="live", before={"reserved": None, "same": "1"}, after={"reserved": "5", "same": "1"})
    trail.append(line)
    trail.append(line.concluded("failed", error="not permitted: lambda:PutFunctionConcurrency"))
    printed = run()
    when, _, told = printed.stdout.partition("  ")
    assert told == (
        "failed  reserved-concurrency  orders:live  "
        f"reserved: not set -> 5; not permitted: lambda:PutFunctionConcurrency  {ARN} in eu-central-1\n"
    )
    assert when == f"{line.at:%Y-%m-%dT%H:%M:%SZ}"
    assert (printed.returncode, printed.stderr) == (0, "")


def test_the_columns_stand_under_each_other(trail: AuditTrail, run: Run) -> None:
    trail.append(attempt("a"))
    trail.append(attempt("a-long-name", mapping="1f2e").concluded("cancelled"))
    assert len({line.index(ARN) for line in run().stdout.splitlines()}) == 1


def test_json_is_what_the_trail_holds_an_attempt_a_line(trail: AuditTrail, run: Run) -> None:
    line = attempt(HOSTILE)
    for written in (line, line.concluded("done")):
        trail.append(written)
    (printed,) = run("--json").stdout.splitlines()
    assert (json.loads(printed)["function"], json.loads(printed)["result"]) == (HOSTILE, "done")


def test_hostile_text_is_harmless(trail: AuditTrail, run: Run) -> None:
    trail.append(attempt(HOSTILE, before={HOSTILE: HOSTILE}, after={HOSTILE: None}).concluded("failed", error=HOSTILE))
    (printed,) = run().stdout.splitlines()
    assert printed.isprintable() and "[bold]x[/]" in printed


def test_since_leaves_out_what_is_older(trail: AuditTrail, run: Run) -> None:
    trail.append(attempt("old", at="2020-01-01T00:00:00Z"))
    trail.append(attempt("new"))
    assert [json.loads(line)["function"] for line in run("--since", "2d", "--json").stdout.splitlines()] == ["new"]


def test_a_time_that_cannot_be_read_is_the_fault_of_the_command_line(run: Run) -> None:
    printed = run("--since", "yesterday")
    assert (printed.returncode, printed.stdout) == (2, "")
    assert "yesterday is not a time" in printed.stderr


def test_nothing_attempted_is_nothing_printed_and_said_beside_it(run: Run) -> None:
    printed = run()
    assert (printed.returncode, printed.stdout, printed.stderr) == (0, "", "lambdatui: nothing was recorded\n")


def test_lines_that_cannot_be_read_are_told_beside_the_others(trail: AuditTrail, run: Run) -> None:
    trail.append(attempt())
    with trail.path.open("a") as file:
        file.write('{"torn')
    printed = run()
    assert printed.stderr == "lambdatui: lines of the audit trail that cannot be read: 1\n"
    assert (printed.returncode, printed.stdout.count("\n")) == (0, 1)


def test_a_trail_that_cannot_be_read_ends_it_with_the_reason(trail: AuditTrail, run: Run) -> None:
    trail.path.mkdir(parents=True)
    printed = run()
    assert printed.returncode == 1
    assert str(trail.path) in printed.stderr
