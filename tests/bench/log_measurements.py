"""What is measured of the logs; `tests.bench.measurements` has the rest, and says how.

The console shows the log of a function whose log group a `LogServer` fills, or prints it.
"""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from tests.bench import console
from tests.bench.table import Bound, Figure, NoBound
from tests.bench.timing import HELLO, greet, in_turns, p95, press, yardstick
from tests.bench.yardsticks import GREETING
from tests.support.account_server import CREDENTIALS, AccountServer
from tests.support.log_server import LATE_S, LogServer, own_numbers
from tests.support.terminal import REPOSITORY, Terminal, private_environment

ROUNDS = 3
"""How often at most what takes half a minute is measured."""

HELD = 100_000
"""Events that the console holds at most (the setting log_lines)."""
FIREHOSE = 10_000
"""Events in a second."""
FIREHOSE_S = 30
WATCHED_S = 8.0
FRAME_GAP_S = 0.02
"""What is written after a pause of so many seconds is another frame."""
MOVES = 20
REST_S = 0.5
"""Between two filters, as an operator rests too."""
FILTERS = ("jkw", "kwj", "wjk", "jwk", "wkj")
"""Each letter of each narrows what is on screen, of `LETTERS` of the events."""

STEADY = 100
"""Events in a second."""
STEADY_S = 15.0
POLL_MS = 250
"""How often the console looks for new events while some come."""

SETTLED_S = 8.0
"""After which the console has read the late events' window again, and holds what it goes on holding."""

KEPT = 200_000
PRINTED = 100_000
PRINTED_AS_THEY_COME = 20_000
QUIET_S = 10.0
"""After so long without a line, or a count that changes, no further one is waited for."""
PRINTING_S = 180.0
"""After so long a program that goes on printing is stopped: it may print the same for ever."""


def firehose(repeat: int) -> list[Figure]:
    """Ten thousand events a second: what goes to the terminal, how soon keys answer, and that none is lost."""
    frames: list[float] = []
    written: list[float] = []
    moves: list[float] = []
    letters: list[float] = []
    greetings: list[float] = []
    lost: list[float] = []
    behind: list[float] = []
    for _ in range(min(repeat, ROUNDS)):
        with (
            LogServer(events=FIREHOSE * FIREHOSE_S, rate=FIREHOSE) as logs,
            console.log_opened(logs) as terminal,
            yardstick("hello") as hello,
        ):
            hello.wait_for(GREETING)
            began = logs.begin()
            terminal.wait_for(console.log_cursor)
            bursts = list(watched(terminal, WATCHED_S))
            frames.append(len(bursts) / WATCHED_S)
            written.append(sum(bursts) / WATCHED_S)
            terminal.show()
            held, dropped = console.log_counts(terminal) or (0, 0)
            assert dropped == 0 or held == HELD, f"{dropped:,} events left though only {held:,} of {HELD:,} are held"
            moves.append(p95(list(moved(terminal))))
            letters.append(p95([taken for word in FILTERS for taken in filtered(terminal, word)]))
            greetings.append(p95([greet(hello, number) for number in range(1, MOVES + 1)]))
            held, dropped, ended = counted(terminal, logs.events)
            assert held == HELD, f"{held:,} events are held, and not {HELD:,}"
            lost.append(abs(logs.events - held - dropped))
            behind.append(ended - began - logs.seconds)
    name = "log firehose"
    note = (
        f"neither held nor counted as dropped, of {FIREHOSE * FIREHOSE_S:,}, {FIREHOSE:,} a second;"
        f" all were there {max(behind):.1f} s after the last was written"
    )
    return [
        Figure(f"{name}, frames", "a second", frames, Bound(plus=10)),
        Figure(f"{name}, bytes", "a second", written, Bound(plus=25_000)),
        Figure(f"{name}, cursor key to paint, p95", "ms", moves, Bound(plus=100), greetings, HELLO),
        Figure(f"{name}, filter letter to paint, p95", "ms", letters, Bound(plus=100), greetings, HELLO),
        Figure(f"{name}, lost", "events", lost, Bound(), note=note),
    ]


def watched(terminal: Terminal, seconds: float) -> Iterator[int]:
    """The frames that come meanwhile, each as its bytes."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        before = len(terminal.raw)
        terminal.settle(quiet=FRAME_GAP_S, timeout=left)
        if len(terminal.raw) > before:
            yield len(terminal.raw) - before


def moved(terminal: Terminal) -> Iterator[float]:
    """Moves the cursor up and down again; for each key, how long until it is on the next event there, ms."""
    terminal.send("up")
    terminal.wait_for("G follows")
    terminal.settle(quiet=0.06, timeout=1.0)
    terminal.show()
    for key, step in (("up", -1),) * MOVES + (("down", 1),) * MOVES:
        rows = console.log_rows(terminal)
        cursor = console.log_cursor(terminal)
        assert cursor, f"there is no cursor to move; the screen:\n{terminal.text}"
        following = rows[rows.index(cursor) + step]

        def on_the_next(shown: Terminal, following: str = following) -> bool:
            return console.log_cursor(shown) == following

        yield press(terminal, key, on_the_next)
    terminal.send("G")
    terminal.wait_for(" following")


def filtered(terminal: Terminal, word: str) -> Iterator[float]:
    """Types the word as a filter and clears it; for each letter, how long until only events with it show, ms."""
    text = ""

    def only_events_with_it(shown: Terminal) -> bool:
        return bool(rows := console.log_rows(shown)) and all(text in row for row in rows)

    def events_without_it(shown: Terminal) -> bool:
        return any(text not in row for row in console.log_rows(shown))

    terminal.send("/")
    terminal.wait_for(console.FILTER_OPEN)
    terminal.settle(quiet=0.06, timeout=1.0)
    terminal.show()
    for letter in word:
        text += letter
        assert not only_events_with_it(terminal), f"the filter {text!r} changes nothing on screen; choose other words"
        yield press(terminal, letter, only_events_with_it)
    terminal.send("escape")
    terminal.wait_for(events_without_it)
    terminal.watch(REST_S)
    terminal.show()


def counted(terminal: Terminal, events: int) -> tuple[int, int, float]:
    """Waits until the console knows of so many events, or of no more for long.

    Returns:
        How many it holds, how many left, and the monotonic time at which that was first on the screen.
    """
    known = console.log_counts(terminal) or (0, 0)
    at = time.monotonic()

    def other_counts(shown: Terminal) -> bool:
        return console.log_counts(shown) not in {known, None}

    with suppress(TimeoutError):
        while sum(known) < events:
            at = terminal.wait_for(other_counts, timeout=QUIET_S)
            known = console.log_counts(terminal) or known
    return *known, at


def steady_log(repeat: int) -> list[Figure]:
    """From when an event can be had to when it, or one after it, is on the screen."""
    samples = []
    for _ in range(min(repeat, ROUNDS)):
        with LogServer(events=1_000_000, rate=STEADY) as logs:
            began = logs.begin()
            with console.log_opened(logs) as terminal:
                terminal.wait_for(console.log_cursor)
                terminal.watch(SETTLED_S)
                terminal.show()
                samples.append(p95(list(delays(terminal, began))))
    name = f"{STEADY} log events/s, event to screen, p95"
    return [Figure(name, "ms", samples, Bound(plus=POLL_MS + 300))]


def delays(terminal: Terminal, began: float) -> Iterator[float]:
    """For each event that comes meanwhile, how long it took to the screen, ms."""
    seen = console.newest(terminal)
    deadline = time.monotonic() + STEADY_S

    def newer(shown: Terminal) -> bool:
        return console.newest(shown) > seen

    while time.monotonic() < deadline:
        at = terminal.wait_for(newer)
        now_seen = console.newest(terminal)
        yield from ((at - began - number / STEADY) * 1000 for number in range(seen + 1, now_seen + 1))
        seen = now_seen


def log_memory(repeat: int) -> list[Figure]:
    """What a full log costs over an empty one."""
    samples = []
    for _ in range(min(repeat, ROUNDS)):
        with LogServer(events=HELD, rate=FIREHOSE, size=200) as logs, console.log_opened(logs) as terminal:
            terminal.watch(SETTLED_S)
            empty = terminal.rss_mb()
        with LogServer(events=HELD, rate=FIREHOSE, size=200) as logs:
            logs.begin(ago_s=logs.seconds)
            with console.log_opened(logs) as terminal:
                held, dropped, _ = counted(terminal, HELD)
                assert (held, dropped) == (HELD, 0), f"{held:,} of {HELD:,} events are held, and {dropped:,} left"
                terminal.watch(SETTLED_S)
                samples.append(terminal.rss_mb() - empty)
    note = f"the empty console {empty:.0f} MB"
    return [Figure(f"{HELD:,} log events of 200 bytes", "MB", samples, Bound(plus=120), note=note)]


def log_reading(repeat: int) -> list[Figure]:
    """Log events decoded and kept as the console does, against only decoding them."""
    with LogServer(events=KEPT, rate=FIREHOSE) as logs, tempfile.TemporaryDirectory() as home:
        logs.begin(ago_s=logs.seconds)
        environment = private_environment(Path(home), CREDENTIALS)

        def read(module: str, *arguments: str) -> float:
            command = [sys.executable, "-m", module, *arguments]
            answer = subprocess.run(command, cwd=REPOSITORY, env=environment, check=True, stdout=subprocess.PIPE)
            events, took_ms = answer.stdout.split()
            assert int(events) == KEPT, f"{module} had {int(events):,} of {KEPT:,} log events"
            return float(took_ms)

        samples, bare = in_turns(
            repeat,
            lambda: read("tests.bench.log_keeping", logs.url, console.LOG_GROUP, str(KEPT)),
            lambda: read("tests.bench.yardsticks", "log_paginator", logs.url, console.LOG_GROUP),
        )
    name, note = f"{KEPT:,} log events decoded and kept", f"{KEPT / min(samples) * 1000:,.0f} events/s at best"
    return [Figure(name, "ms", samples, Bound(times=2), bare, "bare aiobotocore FilterLogEvents loop", note)]


SINCE = "1h"
OURS = (sys.executable, "-m", "lambdatui", "logs", "--follow", "--since", SINCE, console.FUNCTION)
AWS_CLI = ("aws", "logs", "tail", console.LOG_GROUP, "--follow", "--since", SINCE, "--format", "short")
_OWN_LINE = re.compile(rb"\bevent (\d{8}) ")


def log_printing(repeat: int) -> list[Figure]:
    """``lambdatui logs --follow`` against ``aws logs tail --follow``: how fast, and what is lost by either."""
    compared = aws_cli_tails()
    bare: list[float] = []
    with AccountServer(0, [console.LOGGING]) as account:
        with LogServer(events=PRINTED, rate=FIREHOSE) as logs:
            logs.begin(ago_s=logs.seconds)

            def print_all(command: Sequence[str]) -> float:
                lines, took_s = printed(command, console.environment(account, logs), PRINTED)
                assert len(lines) == PRINTED, f"{command[0]} printed {len(lines):,} of {PRINTED:,} lines"
                return took_s * 1000

            if compared:
                samples, bare = in_turns(repeat, lambda: print_all(OURS), lambda: print_all(AWS_CLI))
            else:
                samples = [print_all(OURS) for _ in range(repeat)]
        lost, doubled = unfaithful(OURS, account)
        theirs = "lost {:,} and doubled {:,}".format(*unfaithful(AWS_CLI, account)) if compared else NOT_THERE
    speed = Bound(times=1 / 1.5) if compared else NoBound(why=NOT_THERE)
    name = f"lambdatui logs --follow, {PRINTED:,} lines"
    late = f"of {PRINTED_AS_THEY_COME:,}, 1 in {LATE_EVERY} {LATE_S:g} s late; aws logs tail --follow: {theirs}"
    return [
        Figure(
            name,
            "ms",
            samples,
            speed,
            bare,
            "aws logs tail --follow",
            f"{PRINTED / min(samples) * 1000:,.0f} lines/s at best",
        ),
        Figure("lambdatui logs --follow, lost", "lines", [lost], Bound(), note=late),
        Figure("lambdatui logs --follow, doubled", "lines", [doubled], Bound()),
    ]


NOT_THERE = "AWS CLI 2 is not installed"
LATE_EVERY = 97


def aws_cli_tails() -> bool:
    """Whether an AWS CLI is installed that can tail logs: version 2."""
    with suppress(OSError):
        return subprocess.run(["aws", "--version"], capture_output=True, check=False).stdout.startswith(b"aws-cli/2")
    return False


def printed(
    command: Sequence[str], environment: dict[str, str], enough: int, longest_s: float = PRINTING_S
) -> tuple[list[bytes], float]:
    """Runs a program until it has printed so many lines, none for long, or for too long.

    Returns:
        The lines, and the seconds they took.
    """
    with tempfile.TemporaryDirectory() as home:
        began = last = time.monotonic()
        process = subprocess.Popen(
            command, cwd=REPOSITORY, env=private_environment(Path(home), environment), stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        chunks: list[bytes] = []
        count = 0
        try:
            while count < enough and (left_s := began + longest_s - time.monotonic()) > 0:
                if not select.select([process.stdout], [], [], min(QUIET_S, left_s))[0]:
                    break
                if not (chunk := os.read(process.stdout.fileno(), 1 << 20)):
                    break
                last = time.monotonic()
                chunks.append(chunk)
                count += chunk.count(b"\n")
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
    return b"".join(chunks).splitlines(), last - began


def unfaithful(command: Sequence[str], account: AccountServer) -> tuple[int, int]:
    """How many lines a program loses, and how many it prints again, of events that come while it follows."""
    with LogServer(events=PRINTED_AS_THEY_COME, rate=2_000, late_every=LATE_EVERY) as logs:
        logs.begin()
        lines, _ = printed(command, console.environment(account, logs), PRINTED_AS_THEY_COME * 2)
    times = Counter(int(own[1]) for line in lines if (own := _OWN_LINE.search(line)))
    return len(own_numbers(PRINTED_AS_THEY_COME) - times.keys()), times.total() - len(times)
