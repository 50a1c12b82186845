"""How things are timed: in turns with what they are compared with, from key to paint, and the slowest twentieth."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

from tests.bench import console
from tests.bench.yardsticks import GREETING
from tests.support.account_server import CREDENTIALS
from tests.support.terminal import Terminal

HELLO = "Textual hello-world"


def yardstick(*arguments: str) -> Terminal:
    """Starts a yardstick, by its name and arguments, in a terminal like the console's."""
    command = [sys.executable, "-m", "tests.bench.yardsticks", *arguments]
    return Terminal(command, columns=console.COLUMNS, rows=console.ROWS, env=CREDENTIALS)


def first_bytes(start: Callable[[], Terminal], pattern: bytes) -> float:
    """How long after its start a program's output matches a regular expression, ms."""
    with start() as terminal:
        return (terminal.wait_for_bytes(pattern) - terminal.started) * 1000


def in_turns(
    repeat: int, subject: Callable[[], float], measure: Callable[[], float]
) -> tuple[list[float], list[float]]:
    """Both, `repeat` times each, in turns, after one of each that only warms the disk's and Python's caches."""
    samples: tuple[list[float], list[float]] = ([], [])
    for turn in range(repeat + 1):
        both = [(subject, samples[0]), (measure, samples[1])]
        for run, taken in both if turn % 2 else reversed(both):
            value = run()
            if turn:
                taken.append(value)
    return samples


def press(terminal: Terminal, key: str, shown: Callable[[Terminal], object]) -> float:
    """Presses a key; how long until the predicate is true of the screen, ms.

    All output is read before any is shown on the emulated screen, which would hold up the reading.
    """
    pressed_at = terminal.send(key)
    terminal.settle(quiet=0.05, timeout=2.0)
    painted_at = terminal.wait_for(shown)
    terminal.show()
    return (painted_at - pressed_at) * 1000


def greet(hello: Terminal, count: int) -> float:
    """Presses a key on the hello-world; how long until it says that it was the `count`-th, ms."""

    def greeted(shown: Terminal) -> bool:
        return f"{GREETING} {count} keys" in shown.screen.display[0]

    return press(hello, "x", greeted)


def p95(samples: list[float]) -> float:
    """The 95th percentile: the least value that 95 % of the samples do not exceed."""
    return sorted(samples)[math.ceil(len(samples) * 0.95) - 1]
