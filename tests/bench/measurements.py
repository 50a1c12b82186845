"""What is measured: one function for each row of the benchmark, which gives its figures.

Times are in ms and memory in MB (10^6 bytes). The console and its yardstick are run in turns, so that whatever else
the machine does falls on both.
"""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from tests.bench import console
from tests.bench.canary_measurements import canary
from tests.bench.log_measurements import firehose, log_memory, log_printing, log_reading, steady_log
from tests.bench.table import Bound, Figure
from tests.bench.timing import HELLO, first_bytes, greet, in_turns, p95, press, yardstick
from tests.bench.yardsticks import GREETING
from tests.support.account_server import PAGE, AccountServer, function_name
from tests.support.terminal import REPOSITORY, Terminal, private_environment

FUNCTIONS = 10_000
CURSOR_KEYS = 60
KEY_ROUNDS = 3
#: Each letter of each narrows what is on screen, and none occurs in a runtime, an architecture or a description.
FILTERS = ["".join(letters) for letters in product("579", repeat=3)][:21]
IDLE_SECONDS = 10.0
REFRESH_AT_LATEST_S = 90.0
"""Metrics have a datapoint a minute, and the console looks every 15 s whether there can be another."""


def hello_first_paint() -> float:
    """The first paint of the Textual hello-world, ms."""
    return first_bytes(lambda: yardstick("hello"), GREETING.encode())


@contextmanager
def loaded(server: AccountServer, functions: int = FUNCTIONS) -> Iterator[Terminal]:
    """The console with all functions of the account in its table, at rest."""
    with console.start(server) as terminal:
        terminal.wait_for(console.complete(functions))
        terminal.settle(quiet=1.0)
        yield terminal


def paint(repeat: int) -> list[Figure]:
    """The first of the console's own text on the screen."""
    with AccountServer(FUNCTIONS) as server:
        samples, hello = in_turns(
            repeat, lambda: first_bytes(lambda: console.start(server), console.OWN_TEXT), hello_first_paint
        )
    return [Figure("first paint", "ms", samples, Bound(times=1.3), hello, HELLO)]


def network(repeat: int) -> list[Figure]:
    """The first function's name on the screen, with nothing cached."""
    with AccountServer(FUNCTIONS) as server:
        samples, hello = in_turns(
            repeat, lambda: first_bytes(lambda: console.start(server), console.A_FUNCTION), hello_first_paint
        )
    return [Figure("first row from the network, cold", "ms", samples, Bound(times=2.2), hello, HELLO)]


def cached(repeat: int) -> list[Figure]:
    """The first function's name on the screen, on the second start."""
    with AccountServer(FUNCTIONS) as server, tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "first"
        with console.start(server, home) as terminal:
            terminal.wait_for(console.complete(FUNCTIONS))
            terminal.settle()
            terminal.send("q")
            terminal.wait_exit()

        def second_start() -> float:
            again = Path(folder) / "again"
            shutil.copytree(home, again)
            try:
                return first_bytes(lambda: console.start(server, again), console.A_FUNCTION)
            finally:
                shutil.rmtree(again)

        samples, hello = in_turns(repeat, second_start, hello_first_paint)
    return [Figure("first row from the cached inventory", "ms", samples, Bound(times=1.4), hello, HELLO)]


def inventory(repeat: int) -> list[Figure]:
    """All functions in the table, against only reading them."""
    with AccountServer(FUNCTIONS) as server:

        def listed() -> float:
            with console.start(server) as terminal:
                terminal.wait_for_bytes(f"{FUNCTIONS:,}".encode())  # the screen is emulated only afterwards
                return (terminal.wait_for(console.complete(FUNCTIONS)) - terminal.started) * 1000

        def read() -> float:
            return first_bytes(lambda: yardstick("paginator", server.url), b"%d functions" % FUNCTIONS)

        samples, paginated = in_turns(repeat, listed, read)
    name = f"{FUNCTIONS:,} functions complete in the table"
    return [Figure(name, "ms", samples, Bound(times=1.5), paginated, "bare aiobotocore paginator")]


def keys(repeat: int) -> list[Figure]:
    """From key to paint among 10,000 rows; each of a few rounds gives the 95th percentile of its keys."""
    down: list[float] = []
    letters: list[float] = []
    hello_down: list[float] = []
    hello_letters: list[float] = []
    with AccountServer(FUNCTIONS) as server, loaded(server) as terminal, yardstick("hello") as hello:
        terminal.wait_for(console.cursor)
        hello.wait_for(GREETING)
        pressed = 0
        for _ in range(min(repeat, KEY_ROUNDS)):
            steps = [step_down(terminal) for _ in range(CURSOR_KEYS)]
            greetings = [greet(hello, pressed + number) for number in range(1, CURSOR_KEYS + 1)]
            down.append(p95(steps))
            hello_down.append(p95(greetings))
            typed = [time_taken for word in FILTERS for time_taken in type_filter(terminal, word)]
            pressed += CURSOR_KEYS
            greetings = [greet(hello, pressed + number) for number in range(1, len(typed) + 1)]
            pressed += len(typed)
            letters.append(p95(typed))
            hello_letters.append(p95(greetings))
    return [
        Figure("key to paint, cursor down, p95", "ms", down, Bound(1, plus=25), hello_down, HELLO),
        Figure("key to paint, filter letter, p95", "ms", letters, Bound(1, plus=50), hello_letters, HELLO),
    ]


def step_down(terminal: Terminal) -> float:
    """Presses cursor down; how long until the cursor is on another function, ms."""
    before = console.cursor(terminal)

    def cursor_moved(shown: Terminal) -> bool:
        return console.cursor(shown) not in {before, None}

    return press(terminal, "down", cursor_moved)


def type_filter(terminal: Terminal, word: str) -> list[float]:
    """Opens the filter, types the word and clears it; for each letter, how long until only rows with it show, ms.

    Names are filtered, for they are on screen whatever other columns there is room for.
    """

    text = ""

    def only_rows_with_it(shown: Terminal) -> bool:
        return bool(found := console.rows(shown)) and all(text in row for row in found)

    def rows_without_it(shown: Terminal) -> bool:
        return any(text not in row for row in console.rows(shown))

    def top_of_the_list(shown: Terminal) -> bool:
        return console.cursor(shown) == function_name(0)

    taken = []
    terminal.send("home")
    terminal.wait_for(top_of_the_list)
    terminal.settle(quiet=0.06)
    closed = list(terminal.lines)

    def filter_is_open(shown: Terminal) -> bool:
        return shown.screen.display != closed

    terminal.send("/")
    terminal.wait_for(filter_is_open)
    terminal.send("name:")
    terminal.settle(quiet=0.06)
    for letter in word:
        text += letter
        if only_rows_with_it(terminal):
            raise AssertionError(f"the filter {text!r} changes nothing on screen; choose other words")
        taken.append(press(terminal, letter, only_rows_with_it))
    terminal.send("escape")
    terminal.wait_for(rows_without_it)
    terminal.settle(quiet=0.06)
    return taken


def memory(repeat: int) -> list[Figure]:
    """What stays resident once everything is loaded."""
    samples, tree = [], []
    with AccountServer(FUNCTIONS) as server:
        for _ in range(repeat):
            with loaded(server) as terminal:
                samples.append(terminal.rss_mb())
                tree.append(terminal.tree_rss_mb())
    with yardstick("hello") as hello:
        hello.wait_for_bytes(GREETING.encode())
        hello.settle()
        bare = hello.rss_mb()
    note = f"with child processes {max(tree):.0f} MB; the {HELLO} {bare:.0f} MB"
    return [Figure(f"resident memory at {FUNCTIONS:,} functions", "MB", samples, Bound(plus=150), note=note)]


def idle(repeat: int) -> list[Figure]:
    """What goes to the terminal and to AWS while nothing changes; one long look, however often the rest repeats."""
    with AccountServer(FUNCTIONS) as server, loaded(server) as terminal:
        terminal.settle(quiet=3.0, timeout=30.0)
        before = server.counts()
        written = terminal.watch(IDLE_SECONDS)
        asked = server.counts() - before
    note = ", ".join(f"{operation} {count}" for operation, count in asked.items())
    return [
        Figure("idle, to the terminal", "bytes/s", [written / IDLE_SECONDS], Bound(plus=50)),
        Figure("idle, to AWS", "requests", [asked.total()], Bound(), note=note),
    ]


def refresh(repeat: int) -> list[Figure]:
    """What a refresh of the metrics of all visible rows sends to the terminal; one of each kind, for each is a minute.

    The header says once a minute how old the list is: that is all that may be sent where nothing has changed.
    """
    figures = []
    for name, restless, bound in (("that changes nothing", False, 100), ("that changes every row", True, 8 * 1024)):
        with AccountServer(FUNCTIONS, restless=restless) as server, loaded(server) as terminal:
            terminal.send("+")
            terminal.wait_for(console.metrics_shown)
            terminal.settle(quiet=2.0, timeout=30.0)
            asked, written = server.counts()["GetMetricData"], terminal.bytes_written
            deadline = time.monotonic() + REFRESH_AT_LATEST_S
            while server.counts()["GetMetricData"] == asked:
                assert time.monotonic() < deadline, "metrics were not read again"
                terminal.watch(1.0)
            terminal.watch(2.0)
            calls = server.counts()["GetMetricData"] - asked
            samples = [terminal.bytes_written - written]
            figures.append(Figure(f"metrics refresh {name}", "bytes", samples, Bound(plus=bound)))
    figures.append(Figure("metrics refresh, GetMetricData", "requests", [calls], Bound(plus=1)))
    return figures


def requests(repeat: int) -> list[Figure]:
    """What a first screen asks of AWS; counted once, since counting has no noise."""
    figures = []
    for functions in (0, PAGE + 1, FUNCTIONS):
        with AccountServer(functions) as server, loaded(server, functions):
            counts = server.counts()
        listed = counts.pop("ListFunctions", 0)
        pages = math.ceil(functions / PAGE)
        others = ", ".join(f"{operation} {count}" for operation, count in sorted(counts.items()))
        name = f"first screen of {functions:,} functions"
        figures += [
            Figure(f"{name}, ListFunctions", "requests", [listed], Bound(plus=max(pages, 1))),
            Figure(f"{name}, all others", "requests", [counts.total()], Bound(plus=CONSTANT), note=others),
        ]
    return figures


#: What the first screen may ask besides the list, however many functions there are: who am I, what is the account
#: called, and the parts of one function's overview.
CONSTANT = 15


def flags(repeat: int) -> list[Figure]:
    """The flags that only print something."""
    with tempfile.TemporaryDirectory() as folder:
        environment = private_environment(Path(folder))

        def run(*arguments: str) -> float:
            began = time.monotonic()
            subprocess.run(
                [sys.executable, *arguments], cwd=REPOSITORY, env=environment, check=True, stdout=subprocess.DEVNULL
            )
            return (time.monotonic() - began) * 1000

        def flag(name: str) -> Figure:
            samples, bare = in_turns(repeat * 2, lambda: run("-m", "lambdatui", name), lambda: run("-c", "pass"))
            return Figure(name, "ms", samples, Bound(1.5, plus=60), bare, "python -c pass")

        return [flag("--help"), flag("--version")]


#: The rows of the benchmark, by the name that the command line takes.
ROWS: dict[str, Callable[[int], list[Figure]]] = {
    row.__name__: row
    for row in (
        *(paint, network, cached, inventory, keys, memory, idle, refresh, requests, flags),
        *(firehose, steady_log, log_reading, log_memory, log_printing, canary),
    )
}
