"""The filter language: what an operator types above a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest

from lambdatui.ui.widgets.column import Column
from lambdatui.ui.widgets.record_filter import FilterError, haystack, parse_filter, quantity

NOW = datetime(2026, 11, 20, 12).timestamp() * 1000
HOUR = 3600_000


@dataclass(frozen=True)
class Row:
    name: str = "payments-api"
    runtime: str = "python3.12"
    memory: int | None = 512
    timeout: int = 30
    errors: float | None = 0.082
    modified: float = NOW - HOUR


COLUMNS = (
    Column[Row](id="name", title="NAME", cell=lambda row: row.name),
    Column[Row](id="runtime", title="RUNTIME", cell=lambda row: row.runtime),
    Column[Row](id="memory", title="MEM", cell=lambda row: f"{row.memory} MB", value=lambda row: row.memory, unit="MB"),
    Column[Row](
        id="timeout", title="TIMEOUT", cell=lambda row: f"{row.timeout} s", value=lambda r: r.timeout, unit="s"
    ),
    Column[Row](id="err", title="ERRORS 1 h", cell=lambda row: "8.2 %", value=lambda row: row.errors, unit="share"),
    Column[Row](id="modified", title="MODIFIED", cell=lambda r: "1 h ago", value=lambda r: r.modified, unit="epoch ms"),
)


def passes(text: str, row: Row | None = None) -> bool:
    record = row or Row()
    found = parse_filter(text, COLUMNS, lambda: NOW).passing(["it"], {"it": record}, {"it": haystack(record, COLUMNS)})
    return list(found) == ["it"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "!",
        "pay",
        "PAY",
        "pay python",
        "api 512",
        "!orders",
        '"512 mb"',
        '"512 m',
        "runtime:python",
        "RUNTIME:python",
        "run:3.12",
        "mem:512",
        "!runtime:node",
        "runtime:",
        'memory:"512 MB"',
        "memory>256",
        "memory>=512",
        "memory<=0.5GB",
        "mem=512",
        "memory<1g",
        "!memory>512",
        "timeout=30s",
        "timeout<1m",
        "timeout>=30000ms",
        "err>1",
        "err>8%",
        "errors>8.1",
        "runtime=python3.12",
        "runtime=PYTHON3.12",
        "modified<2h",
        "modified>30min",
        "modified>2026-11-20",
        "modified<2026-11-21",
    ],
)
def test_passes(text):
    assert passes(text)


@pytest.mark.parametrize(
    "text",
    [
        "orders",
        "pay orders",
        "!pay",
        "api payments-api2",
        '"api python"',
        "apipython",
        "runtime:pay",
        "!runtime:python",
        "memory>512",
        "memory<512",
        "memory>=1GB",
        "timeout>30",
        "timeout>=2m",
        "err>10%",
        "err<5",
        "runtime=python",
        "runtime>3",
        "modified<30min",
        "modified>2026-11-21",
    ],
)
def test_does_not_pass(text):
    assert not passes(text)


def test_a_word_never_spans_two_columns():
    assert not passes('"payments-api\0python3.12"')


def test_an_absent_value_meets_no_comparison():
    assert not any(passes(f"memory{operator}0", Row(memory=None)) for operator in (">", ">=", "<", "<=", "="))


def test_an_arn_is_searched_for_as_it_stands():
    assert passes("arn:aws:lambda:us-east-1", Row(name="arn:aws:lambda:us-east-1:123456789012:function:f"))


def test_quoting_takes_the_meaning_away():
    assert passes('"memory>9000"', Row(name="memory>9000"))


def test_hostile_text_is_searched_as_it_is_shown():
    assert passes("␛[31m", Row(name="\x1b[31mred"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("e\x1b>1", "no column e␛: there are name, runtime, memory, timeout, err, modified"),
        ("eror>1", "no column eror: there are name, runtime, memory, timeout, err, modified"),
        ("m>1", "m could be memory or modified"),
        ("m:1", "m could be memory or modified"),
        ("memory>", "memory>: a number is needed"),
        ("memory>much", "memory>much: a number is needed"),
        ("memory>2s", "memory>2s: the unit can be b, k, kb, kib, m, mb, mib, g, gb, gib, t, tb, tib"),
        ("timeout=2GB", "timeout=2gb: the unit can be ms, s, m, min, h, d, w"),
        ("modified<2", "modified<2: use < or > with an age, such as 2h, or a date, such as 2026-11-20"),
        ("modified=2h", "modified=2h: use < or > with an age, such as 2h, or a date, such as 2026-11-20"),
    ],
)
def test_what_cannot_be_understood_says_why(text, reason):
    with pytest.raises(FilterError, match="^" + reason.replace("(", r"\(") + "$"):
        parse_filter(text, COLUMNS)


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("512", "", 512),
        ("1.5k", "", 1500),
        ("2M", "", 2e6),
        ("30s", "ms", 30_000),
        ("2m", "s", 120),
        (".5h", "s", 1800),
        ("1GB", "MB", 1024),
        ("10MB", "B", 10 * 1024**2),
        ("5%", "share", 0.05),
        ("5", "share", 0.05),
        ("5", "%", 5),
    ],
)
def test_a_quantity_is_read_in_the_unit_of_its_column(text, unit, number):
    assert quantity(text, unit) == pytest.approx(number)


@pytest.mark.parametrize(
    ("longer", "shorter"),
    [
        ("pay", ""),
        ("pay", "pa"),
        ("pay api", "pay"),
        ("pay !x", "pay"),
        ("runtime:py", "runtime:p"),
        ("run:py", "py"),
        ("memory>1 pay", "memory>1"),
        ("!x y", "!x"),
    ],
)
def test_a_filter_that_says_more_extends_the_other(longer, shorter):
    assert parse_filter(longer, COLUMNS).extends(parse_filter(shorter, COLUMNS))


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("", "p"),
        ("pa", "pay"),
        ("!xy", "!x"),
        ("!x", "x"),
        ("x", "!x"),
        ("name:py", "runtime:py"),
        ("py", "runtime:py"),
        ("memory>12", "memory>1"),
        ("memory>1", "memory>12"),
    ],
)
def test_a_filter_that_may_let_more_pass_does_not_extend_the_other(text, other):
    assert not parse_filter(text, COLUMNS).extends(parse_filter(other, COLUMNS))
