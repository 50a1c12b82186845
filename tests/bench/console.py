"""The console as the benchmark meets it: how it is started, and what its screen says. All that knows its looks."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.account_server import CREDENTIALS, AccountServer
from tests.support.endpoint import REGION
from tests.support.log_server import LogServer
from tests.support.terminal import Terminal

COLUMNS, ROWS = 140, 40

#: The console's own text, as bytes of the output.
OWN_TEXT = rb"lambdatui"
A_FUNCTION = rb"team-\d\d-function-\d{5}"

#: A row of the table: a name in the first column, and on the same line a runtime (a title has none).
_ROW = re.compile(r"^\W{0,6}(team-\d\d-function-\d{5})\s.*(?:python|nodejs|java|provided)")

#: The function whose log is measured, as it differs from others, and its log group.
FUNCTION = "orders"
LOG_GROUP = f"/aws/lambda/{FUNCTION}"
LOGGING = {"FunctionName": FUNCTION, "LoggingConfig": {"LogFormat": "Text", "LogGroup": LOG_GROUP}}

#: What is on the screen while a log's filter can be typed.
FILTER_OPEN = "esc clear"

#: What tells an event of a `LogServer` from all others, where a line of the screen shows one.
_LOG_ROW = re.compile(r"event \d{8} [jkw]{3}|(?:START|END|REPORT) [0-9a-f]{8}")
_OWN_EVENT = re.compile(r"event (\d{8})")
_HELD = re.compile(r"\bLogs ([\d,]+)  ")
_DROPPED = re.compile(r"\bdropped ([\d,]+)")


def start(server: AccountServer, home: Path | None = None) -> Terminal:
    """Starts the console on the account of `server`, with the caches of `home` (none without it)."""
    command = [sys.executable, "-m", "lambdatui", "--endpoint-url", server.url, "--region", REGION]
    return Terminal(command, columns=COLUMNS, rows=ROWS, home=home, env=CREDENTIALS)


def environment(server: AccountServer, logs: LogServer) -> dict[str, str]:
    """The environment of a program that asks `logs` for logs and `server` for all else."""
    endpoints = {"AWS_ENDPOINT_URL": server.url, "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": logs.url}
    return {**CREDENTIALS, **endpoints, "AWS_REGION": REGION}


@contextmanager
def log_opened(logs: LogServer) -> Iterator[Terminal]:
    """The console on the log of its one function, following what `logs` has."""
    command = [sys.executable, "-m", "lambdatui"]
    with (
        AccountServer(0, [LOGGING]) as server,
        Terminal(command, columns=COLUMNS, rows=ROWS, env=environment(server, logs)) as terminal,
    ):
        terminal.wait_for(complete(1))
        terminal.send("l")
        terminal.wait_for(log_counts)
        yield terminal


def log_counts(terminal: Terminal) -> tuple[int, int] | None:
    """How many log events the console says that it holds, and how many left to make room; None until it says so."""
    text = "\n".join(terminal.screen.display)
    held, dropped = _HELD.search(text), _DROPPED.search(text)
    return (_number(held[1]), _number(dropped[1])) if held and dropped else None


def log_rows(terminal: Terminal) -> list[str]:
    """What tells the events on the screen from others, from the top."""
    return [row[0] for line in terminal.screen.display if (row := _LOG_ROW.search(line))]


def newest(terminal: Terminal) -> int:
    """The greatest number of an event on the screen; -1 where none has one."""
    return max((int(row[1]) for line in terminal.screen.display if (row := _OWN_EVENT.search(line))), default=-1)


def log_cursor(terminal: Terminal) -> str | None:
    """What tells the event under the cursor from others; None if there is no cursor."""
    return _marked(terminal, _LOG_ROW, 0)


def complete(functions: int) -> Callable[[Terminal], bool]:
    """Whether the list says that it holds all of them: the count in its title, with none still to come."""
    counted = re.compile(rf"Functions\s+{functions:,}(?!\S|.*(?:loading|…|cached))")

    def list_is_complete(terminal: Terminal) -> bool:
        return any(counted.search(line) for line in terminal.screen.display)

    return list_is_complete


def rows(terminal: Terminal) -> list[str]:
    """The lines of the screen that show functions of the table."""
    return [line for line in terminal.screen.display if _ROW.match(line)]


def metrics_shown(terminal: Terminal) -> bool:
    """Whether the table has the screen for itself, and every row says how much concurrency its function takes."""
    seen = rows(terminal)
    return len(seen) > ROWS - 5 and all(" / 1,000" in line for line in seen)


def cursor(terminal: Terminal) -> str | None:
    """The name of the function in the row of the cursor: the one whose look no other row has; None if there is none."""
    return _marked(terminal, _ROW, 1)


def _marked(terminal: Terminal, pattern: re.Pattern[str], group: int) -> str | None:
    """What a group of the pattern finds in the one line of those that have it which looks like no other."""
    looks = {}
    for y, line in enumerate(terminal.screen.display):
        if row := pattern.search(line):
            cell = terminal.screen.buffer[y][row.start(group)]
            looks[row[group]] = (cell.bg, cell.reverse)
    times = Counter(looks.values())
    alone = [name for name, look in looks.items() if times[look] == 1]
    return alone[0] if len(alone) == 1 and len(looks) > 1 else None


def _number(text: str) -> int:
    return int(text.replace(",", ""))
