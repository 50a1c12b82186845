"""Log lines are anybody's text: 10,000 fuzzed ones, through the real console in a real terminal, byte by byte."""

from __future__ import annotations

import json
import random
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial
from uuid import UUID

import pytest

from lambdatui.clock import now_ms
from tests.support.account_server import CREDENTIALS
from tests.support.endpoint import REGION, ScriptedEndpoint
from tests.support.log_group import LogGroup, Written
from tests.support.terminal import Terminal
from tests.ui.answers import listing

LINES = 10_000
STEP_MS = 25
"""Between two lines; the last is written a little before the console starts."""
LONGEST = 256 * 1024
LONG_EVERY = 1_250
ROWS, COLUMNS = 150, 140

MARK = "4242"
"""Stands in every plant that a terminal would heed, where the console's own sequences have other numbers."""
NUMBER = re.compile(r"n(\d{5})")

PLANTS = (
    *(f"\x1b[{MARK}{final}" for final in "mHJKABCDGSTXPLMd"),
    *(f"\x1b[{MARK};1{final}" for final in "Hfr"),
    *(f"\x1b[?{MARK}{final}" for final in "hl"),
    *(f"\x1b[{lead}{MARK}{final}" for lead in "<>=" for final in "uc"),
    f"\x1b[?{MARK}$p",
    *(f"\x1b]{number};owned{MARK}{end}" for number in (0, 2, 8, 22, 52, 133, 1337) for end in ("\x07", "\x1b\\")),
    *(f"\x1b{string}{MARK}\x1b\\" for string in "P_^X"),
    *(f"\x1b{single}{MARK}" for single in "cDEHMNOZ78=>#"),
    *(f"{chr(code)}{MARK}" for code in (*range(0x20), 0x7F, *range(0x80, 0xA0))),
    f"\x9b{MARK}m",
    f"\x9d0;owned{MARK}\x9c",
    f"\x90{MARK}\x9c",
    *"\u061c\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff",
    *"\u00ad\u034f\u115f\u3164\ufe0f\ufff9\ue000\U000e0041\U000e0100\U0010ffff\ud800\udfff",
    "[red]x[/red]",
    "[/x] [@click=app.quit]y[/] [$error]",
    "\\[bold]",
    "東京の関数",
    "e\u0301\u0301\u0301",
    "👩\u200d👩\u200d👧",
    "مرحبا",
    "\\u001b[4242m",
    "%s %d {0} {name}",
)


def started(number: int, fuzz: str) -> str:
    return f"START RequestId: {UUID(int=number // 4)} Version: n{number:05d}{fuzz}"


def failed(number: int, fuzz: str) -> str:
    return f"[ERROR] n{number:05d}{fuzz}Error: {fuzz}\nTraceback (most recent call last):\n  File {fuzz}"


def reported(number: int, fuzz: str) -> str:
    members = (
        f"REPORT RequestId: {UUID(int=number // 4)}",
        f"Version: n{number:05d}",
        "Duration: 12.00 ms",
        "Billed Duration: 13 ms",
        "Memory Size: 128 MB",
        f"Max Memory Used: 64 MB\t\nXRAY TraceId: {fuzz}",
        f"Status: error\tError Type: {fuzz}\n",
    )
    return "\t".join(members)


def platform(number: int, fuzz: str) -> str:
    record = {"requestId": fuzz, "status": fuzz, "errorType": fuzz, "metrics": {"durationMs": 1e999}}
    record["version"] = f"n{number:05d}"
    return json.dumps({"time": f"n{number:05d}", "type": "platform.report", "record": record})


def logged(number: int, fuzz: str) -> str:
    return json.dumps({"level": fuzz, "message": f"n{number:05d} {fuzz}", fuzz: [fuzz, {"requestId": fuzz}]})


SHAPES: tuple[Callable[[int, str], str], ...] = (
    lambda number, fuzz: f"n{number:05d} {fuzz}",
    lambda number, fuzz: f"{''.join(fuzz[:8].splitlines())} n{number:05d} {fuzz}\r\n{fuzz}\n",
    lambda number, fuzz: f'{{"message": "n{number:05d} {fuzz}',
    lambda number, fuzz: f"n{number:05d} {'[' * 3000}{fuzz}",
    lambda number, fuzz: f'{{"n{number:05d}": {"[" * 3000}{"]" * 3000}}}',
    lambda number, fuzz: f'{{"n{number:05d}": {"9" * 5000}}}',
    lambda number, fuzz: f'{{"n{number:05d}": NaN, "timestamp": {{}}, "level": 7, "requestId": ["{MARK}"]}}',
    logged,
    started,
    failed,
    reported,
    platform,
)


def fuzzed(count: int, until_ms: int) -> Iterator[Written]:
    """Lines of every shape with plants in them, the same in every run."""
    dice = random.Random(42)
    for number in range(count):
        fuzz = " ".join(dice.choices(PLANTS, k=dice.randint(1, 6)))
        message = dice.choice(SHAPES)(number, fuzz)
        if number % LONG_EVERY == 0:
            message = (f"n{number:05d} " + fuzz * LONGEST)[:LONGEST]
        at_ms = until_ms - (count - number) * STEP_MS
        stream = f"2026/11/20/[7]{dice.randrange(1 << 24):06x}{'0' * 26}" if number % 3 else f"stream{fuzz}"
        yield Written(at_ms=at_ms, arrives_ms=at_ms, number=number, message=message, stream=stream)


OWN_SEQUENCES = re.compile(
    r"\x1b\[[\d;]*[mH]"  # colours and places
    r"|\x1b\[\?\d+[hl]"  # modes
    r"|\x1b\[\?\d+\$p"  # and questions about them
    r"|\x1b\[[<>]\d*u"  # the keyboard protocol
    r"|\x1b\]22;[a-z-]*\x07"  # the pointer's shape
)
"""What Textual itself writes; nothing else may begin with an escape."""
HEEDED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""The kinds of characters that are no ink: they move, hide, reorder, or mean something to some terminal only."""


def planted(raw: bytes) -> set[str]:
    """What of the raw output the console would not have written by itself."""
    text = raw.decode()
    own = {sequence for sequence in OWN_SEQUENCES.findall(text) if MARK in sequence}
    rest = set(OWN_SEQUENCES.sub("", text)) - {"\r", "\n"}
    return own | {f"U+{ord(letter):04X}" for letter in rest if unicodedata.category(letter) in HEEDED}


def numbers(terminal: Terminal) -> set[int]:
    """Which lines are on the screen."""
    return {int(number) for number in NUMBER.findall("\n".join(terminal.screen.display))}


def page_before(first: int, terminal: Terminal) -> bool:
    """Whether a page of lines is on the screen, none left out, that begins before a line and goes on to it."""
    shown = numbers(terminal)
    return bool(shown) and shown == set(range(min(shown), max(shown) + 1)) and min(shown) < first <= max(shown) + 1


@pytest.fixture(scope="module")
def hostile() -> Iterator[ScriptedEndpoint]:
    """An account of one function, whose log it is."""
    with ScriptedEndpoint.in_thread() as endpoint:
        endpoint.many_functions(0)
        endpoint.on("lambda", "ListFunctions", listing("orders"))
        group = LogGroup(now_ms, fuzzed(LINES, now_ms()), page=2_000)
        endpoint.on("logs", "FilterLogEvents", group.answer)
        yield endpoint


def test_no_fuzzed_line_reaches_the_terminal_as_anything_but_text(hostile: ScriptedEndpoint) -> None:
    command = [sys.executable, "-m", "lambdatui", "--endpoint-url", hostile.url, "--region", REGION]
    with Terminal(command, columns=COLUMNS, rows=ROWS, env=CREDENTIALS) as terminal:
        terminal.wait_for("Functions 1")
        terminal.send("l")
        terminal.wait_for("Logs 10,000")
        terminal.wait_for(lambda shown: LINES - 1 in numbers(shown))
        terminal.wait_for(partial(page_before, LINES))
        first = min(numbers(terminal))
        while first > 0:
            terminal.send("\x02")
            terminal.wait_for(partial(page_before, first))
            first = min(numbers(terminal))
        look_around(terminal)
        terminal.send("\x03")
        assert terminal.wait_exit() == 0
    assert not planted(bytes(terminal.raw))


def look_around(terminal: Terminal) -> None:
    """Goes through what else shows lines: wrapped, unfolded, filtered, as invocations, the lines of a request."""
    for keys in ("g", "w", "\x06\x06", "G", "w", "k\rk\rk\rk\rk\rk\r", "g\r", "ottt"):
        terminal.send(keys)
        terminal.settle()
    terminal.send("/", "n042\r", "n", "N")
    terminal.wait_for("/n042")
    terminal.send("I")
    terminal.wait_for("Invocations 2,")
    terminal.settle()
    terminal.send("\r")
    terminal.wait_for("esc closes")
    terminal.settle()
    terminal.send("\x1b")
    terminal.wait_for("Invocations 2,")
