"""The columns of a search's result, which every query brings along: what its fields hold and how that is drawn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Self

from lambdatui.models.log_query import QueryRow, QueryState
from lambdatui.ui import figures
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.record_table import Column

LOG = "@log"
"""The field that holds ``account:log group``; no colon can stand in a group's name."""
TIMESTAMP = "@timestamp"
STREAM = "@logStream"
MESSAGE = "@message"

TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", re.ASCII)
"""How Logs Insights writes times, in UTC: those of events, and those of `bin`."""
NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,17})(?:\.\d+)?(?:E-?\d{1,2})?", re.ASCII)

UNITS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"@(duration|billedDuration|initDuration)|.*Ms"), "ms"),
    (re.compile(r".*MB"), "MB"),
    (re.compile(r"@(maxMemoryUsed|memorySize)"), "B"),
)
"""What a field counts in, by its name: the fields that AWS discovers (facts 5.5), and names that end in their unit."""

Kind = Literal["time", "number", "text"]

TIME_WIDTH, NUMBER_WIDTH = 20, 9
TEXT_WIDTHS: Mapping[str, int] = {STREAM: 20, "@requestId": 36, "request": 36}
"""Cells, of text that does not profit from more room."""
FIRST_TO_GO = 1_000
"""The priority of what a narrow screen does without: `enter` shows the stream, and every function has its group."""


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row of a result. AWS gives rows no identity: their place in the result is the only one."""

    number: int
    row: QueryRow


@dataclass(frozen=True, slots=True)
class Shape:
    """What makes one result's columns differ from another's."""

    kinds: tuple[tuple[str, Kind], ...] = ()
    """The fields in the query's order, each with what all its values are."""
    sums: bool = False
    """Whether rows are made of many log events; other rows are one log event each."""
    one_log: bool = False
    """Whether all rows are from the same log, which then needs no room of its own."""

    @classmethod
    def of(cls, state: QueryState) -> Self:
        """The shape of a result, as far as it came."""
        kinds = tuple((field, _kind(row.get(field, "") for row in state.rows)) for field in state.fields)
        return cls(
            kinds,
            sums=bool(state.rows) and not any(row.pointer for row in state.rows),
            one_log=len({row.get(LOG) for row in state.rows}) == 1,
        )


def moment_ms(value: str) -> int | None:
    """Reads a time of Logs Insights as epoch ms; None if it is none."""
    if not TIME.fullmatch(value):
        return None
    try:
        return round(datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        return None


def group_of(row: QueryRow) -> str:
    """The log group that a row is from; empty where the query does not ask for it."""
    return row.get(LOG, "").rpartition(":")[2]


def columns_of(shape: Shape, functions: Mapping[str, str], times: figures.Times) -> list[Column[FoundRow]]:
    """The columns for a result of this shape.

    Args:
        functions: names of functions by the log group that is theirs alone.
        times: how the operator wants times written; ages would hide what came first, so that they are written in UTC.
    """
    return [_column(shape, place, functions, times) for place in range(len(shape.kinds))]


def _kind(values: Iterable[str]) -> Kind:
    some = [value for value in values if value]
    if some and all(moment_ms(value) is not None for value in some):
        return "time"
    return "number" if some and all(NUMBER.fullmatch(value) for value in some) else "text"


def _column(shape: Shape, place: int, functions: Mapping[str, str], times: figures.Times) -> Column[FoundRow]:
    field, kind = shape.kinds[place]
    name = plain(field)
    if kind == "time":
        return Column(
            id=name,
            title=name,
            cell=lambda found: _time(found.row.get(field, ""), times),
            value=lambda found: moment_ms(found.row.get(field, "")),
            unit="epoch ms",
            width=TIME_WIDTH,
            priority=place,
        )
    if kind == "number":
        unit = next((unit for name, unit in UNITS if name.fullmatch(field)), "")
        counts = shape.sums or bool(unit)  # any other number of an event may be an identifier
        return Column(
            id=name,
            title=name,
            cell=lambda found: _number(found.row.get(field, "")) if counts else found.row.get(field, ""),
            value=lambda found: float(found.row[field]) if found.row.get(field) else None,
            unit=unit,
            width=max(NUMBER_WIDTH, len(name)),
            align="right",
            priority=place,
        )
    if field == LOG:
        return Column(
            id=name,
            title=name,
            cell=lambda found: functions.get(group := group_of(found.row), group),
            flex=True,
            min_width=14,
            priority=FIRST_TO_GO if shape.one_log else min(place, 1),
        )
    width = TEXT_WIDTHS.get(field, 0)
    return Column(
        id=name,
        title=name,
        cell=lambda found: found.row.get(field, ""),
        width=width,
        flex=not width,
        min_width=12,
        priority=place + FIRST_TO_GO if field == STREAM else place,
    )


def _time(value: str, times: figures.Times) -> str:
    at_ms = moment_ms(value)
    return "" if at_ms is None else figures.absolute(at_ms, times)


def _number(value: str) -> str:
    """``12345.678`` as ``12,345.68``; what is less than one keeps three figures."""
    if not value:
        return ""
    number = float(value)
    if number.is_integer():
        return f"{number:,.0f}"
    return f"{number:,.2f}" if abs(number) >= 1 else f"{number:.3g}"
