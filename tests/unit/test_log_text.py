"""Log events written out, and times as operators type them."""

from __future__ import annotations

import pytest

from lambdatui.errors import SettingsError
from lambdatui.models.log import LogEvent, LogSource
from lambdatui.ui.log_text import as_record, as_text, read_since

NOW_MS = 1_795_212_000_000
SOURCE = LogSource(function="orders", group="/aws/lambda/orders")
HOSTILE = "\x1b[2J\x1b]0;pwned\x07 [bold]x[/] \u202e\x00\r\n  at line 2\n"


def event(message: str) -> LogEvent:
    return LogEvent(NOW_MS, NOW_MS, 0, SOURCE, "stream", message)


@pytest.mark.parametrize(
    ("text", "ago_ms"),
    [
        ("now", 0),
        ("90s", 90_000),
        ("5 m", 300_000),
        ("5m", 300_000),
        ("2d", 172_800_000),
        ("2026-11-20T21:00:00Z", 3_600_000),
        ("2026-11-20T21:00:00", 3_600_000),
        ("2026-11-20T22:30:00+02:00", 5_400_000),
        ("2026-11-20", 79_200_000),
    ],
)
def test_since_is_how_long_ago_or_when(text: str, ago_ms: int) -> None:
    assert read_since(text, NOW_MS) == NOW_MS - ago_ms


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "2026-13-01", "2026-11-21"])
def test_since_that_is_no_time_or_to_come_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"is not a time|has not come"):
        read_since(text, NOW_MS)


def test_hostile_text_is_printed_harmless_with_further_lines_indented() -> None:
    said = as_text(event(HOSTILE), several=True)
    assert said.startswith("2026-11-20T22:00:00.000Z  orders  ␛[2J␛]0;pwned␇ [bold]x[/] ⟨U+202E⟩␀\n      at line 2\n")
    assert all(line.isprintable() for line in said.splitlines())


def test_a_record_is_one_line_of_ascii() -> None:
    said = as_record(event("ü\n\x1b"))
    assert said.isascii()
    assert said.count("\n") == 1
