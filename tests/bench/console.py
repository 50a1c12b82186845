"""The console as the benchmark meets it: how it is started, and what its screen says. All that knows its looks."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.support.account_server import CREDENTIALS, AccountServer
from tests.support.endpoint import REGION
from tests.support.terminal import Terminal

COLUMNS, ROWS = 140, 40

#: The console's own text, as bytes of the output.
OWN_TEXT = rb"lambdatui"
A_FUNCTION = rb"team-\d\d-function-\d{5}"

#: A row of the table: a name in the first column, and on the same line a runtime (a title has none).
_ROW = re.compile(r"^\W{0,4}(team-\d\d-function-\d{5})\s.*(?:python|nodejs|java|provided)")


def start(server: AccountServer, home: Path | None = None) -> Terminal:
    """Starts the console on the account of `server`, with the caches of `home` (none without it)."""
    command = [sys.executable, "-m", "lambdatui", "--endpoint-url", server.url, "--region", REGION]
    return Terminal(command, columns=COLUMNS, rows=ROWS, home=home, env=CREDENTIALS)


def complete(functions: int) -> Callable[[Terminal], bool]:
    """Whether the list says that it holds all of them: the count in its title, with none still to come."""
    counted = re.compile(rf"Functions\s+{functions:,}(?!\S|.*(?:loading|…|cached))")

    def list_is_complete(terminal: Terminal) -> bool:
        return any(counted.search(line) for line in terminal.screen.display)

    return list_is_complete


def rows(terminal: Terminal) -> list[str]:
    """The lines of the screen that show functions of the table."""
    return [line for line in terminal.screen.display if _ROW.match(line)]


def cursor(terminal: Terminal) -> str | None:
    """The name of the function in the row of the cursor: the one whose look no other row has; None if there is none."""
    looks = {}
    for y, line in enumerate(terminal.screen.display):
        if row := _ROW.match(line):
            cell = terminal.screen.buffer[y][row.start(1)]
            looks[row[1]] = (cell.bg, cell.reverse)
    times = Counter(looks.values())
    alone = [name for name, look in looks.items() if times[look] == 1]
    return alone[0] if len(alone) == 1 and len(looks) > 1 else None
