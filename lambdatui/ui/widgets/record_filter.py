"""The filter language of every table: words, ``!not``, ``column:text`` and comparisons.

=====================  ================================================================================================
``pay live``           both words stand somewhere in the record's columns, in either case
``"two words"``        they stand side by side; quoting also takes the meaning from ``! : < > =``
``!word``              the word stands nowhere; ``!`` turns every other form around as well
``runtime:python``     the column's text contains it
``err>1``              the column's value compares so: ``>``, ``>=``, ``<``, ``<=``, ``=``
=====================  ================================================================================================

A column goes by its id or its title, or by any beginning that no other column shares. A bare number is in the unit of
the column (a share counts in per cent, as it is shown); a unit is converted to the column's. ``=`` also compares text,
as a whole. A GB is 1,024 MB, as it is for Lambda's memory (facts 7.1).

Where the value is a time (unit ``epoch ms``), it is compared by its age or with a date: ``modified<2h`` is less than
two hours ago, ``modified>2026-11-20`` is since that day began here.

A word with a colon whose beginning is no column, such as an ARN, is searched for as it stands. With a comparison it is
an error, because a search for ``eror>1`` that finds nothing would look like good news.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import eq, ge, gt, le, lt
from typing import Generic

from lambdatui import clock
from lambdatui.ui.widgets.column import Column, R
from lambdatui.ui.widgets.plain_text import plain

Test = Callable[[R, str], bool]

Comparison = Callable[[float, float], bool]
Clock = Callable[[], float]

COMPARISONS: dict[str, Comparison] = {">": gt, ">=": ge, "<": lt, "<=": le, "=": eq}

#: The kinds of quantity, with their units in terms of the smallest. A column's `unit` names its kind as well.
UNITS: tuple[dict[str, float], ...] = (
    {"": 1, "k": 1e3, "m": 1e6, "g": 1e9},
    {"ms": 1, "s": 1e3, "m": 60e3, "min": 60e3, "h": 3600e3, "d": 86400e3, "w": 7 * 86400e3},
    {"b": 1}
    | {name: 1024.0**power for power, letter in enumerate("kmgt", 1) for name in (letter, letter + "b", letter + "ib")},
    {"%": 1, "share": 100},
)

#: The unit of a value that is a time, in ms since 1970.
EPOCH = "epoch ms"

TERM = re.compile(
    r"""(?P<negated>!)?
    (?: (?P<column>[^\s"!:<>=]+) (?P<operator>[<>]=|[:<>=]) )?
    (?: "(?P<quoted>[^"]*)"? | (?P<word>\S*) )""",
    re.VERBOSE,
)
QUANTITY = re.compile(r"([-+]?\d*\.?\d+)\s*([^\W\d]*|%)")

#: Parts the columns of a haystack; harmless text never contains it.
BETWEEN = "\0"


class FilterError(ValueError):
    """A filter that cannot be understood; its text says why, in the operator's words."""


def haystack(record: R, columns: Sequence[Column[R]]) -> str:
    """What a record is searched by: the text of all columns, without regard to case, parted by `BETWEEN`."""
    return BETWEEN.join([column.text(record) for column in columns]).casefold()


@dataclass(frozen=True)
class Term(Generic[R]):
    """One condition of a filter."""

    negated: bool
    column: Column[R] | None
    operator: str
    """``:`` for a search, else a comparison."""
    operand: str

    def implies(self, other: Term[R]) -> bool:
        """Whether every record that meets this term is sure to meet the other."""
        if self == other:
            return True
        searches = self.operator == other.operator == ":" and not self.negated and not other.negated
        return searches and other.column in (None, self.column) and other.operand in self.operand


class Filter(Generic[R]):
    """A filter that was understood.

    Args:
        text: as the operator wrote it.
        terms: what a record must meet, all of it; nothing lets every record pass.
        columns: those of the haystacks, in order.
    """

    def __init__(self, text: str, terms: Sequence[Term[R]], columns: Sequence[Column[R]], now_ms: Clock) -> None:
        self.text = text
        self.terms = tuple(terms)
        self._tests = [_test(term, columns, now_ms) for term in terms]

    def passing(self, keys: Iterable[str], records: Mapping[str, R], haystacks: Mapping[str, str]) -> Iterable[str]:
        """Those of the keys whose records pass, in their order; every key has a record and its `haystack`."""
        for test in self._tests:  # one condition after the other on all: a letter typed asks it of 10,000 records
            keys = [key for key in keys if test(records[key], haystacks[key])]
        return keys

    def extends(self, other: Filter[R]) -> bool:
        """Whether all that passes here is sure to pass the other, so that only the other's result need be searched."""
        return all(any(term.implies(former) for term in self.terms) for former in other.terms)


def parse_filter(text: str, columns: Sequence[Column[R]], now_ms: Clock = clock.now_ms) -> Filter[R]:
    """Reads a filter; `now_ms` is the clock by which ages are told.

    Raises:
        FilterError: a comparison with an unknown column or without a number, a beginning that two columns share, or a
            unit that the column does not count in.
    """
    terms = []
    for match in TERM.finditer(plain(text)):
        negated, name, operator = bool(match["negated"]), match["column"], match["operator"] or ":"
        operand = (match["word"] if match["quoted"] is None else match["quoted"]).strip().casefold()
        column = _find(name, columns) if name else None
        if name and column is None:
            if operator != ":":
                raise FilterError(f"no column {name}: there are {', '.join(column.id for column in columns)}")
            operand = f"{name}:{operand}".casefold()
        if operand or operator != ":":
            terms.append(Term(negated, column, operator, operand))
    return Filter(text, terms, columns, now_ms)


def _find(name: str, columns: Sequence[Column[R]]) -> Column[R] | None:
    wanted = name.casefold()
    names = [(column, (column.id.casefold(), column.title.casefold())) for column in columns]
    found = [column for column, known in names if wanted in known] or [
        column for column, known in names if any(each.startswith(wanted) for each in known)
    ]
    if len(found) > 1:
        raise FilterError(f"{name} could be {' or '.join(column.id for column in found)}")
    return found[0] if found else None


def _test(term: Term[R], columns: Sequence[Column[R]], now_ms: Clock) -> Test[R]:
    if term.column is None or term.operator == ":":
        positive = _search(term, columns)
    else:
        positive = _comparison(term, term.column, now_ms)
    return (lambda record, hay: not positive(record, hay)) if term.negated else positive


def _search(term: Term[R], columns: Sequence[Column[R]]) -> Test[R]:
    operand = term.operand
    if term.column is None:
        return lambda record, hay: operand in hay
    index = columns.index(term.column)
    return lambda record, hay: operand in hay and operand in hay.split(BETWEEN, index + 1)[index]


def _comparison(term: Term[R], column: Column[R], now_ms: Clock) -> Test[R]:
    holds, operand, value_of = COMPARISONS[term.operator], term.operand, column.comparable
    try:
        meets = _age_or_date(holds, operand, now_ms) if column.unit == EPOCH else _number(holds, operand, column.unit)
    except ValueError as error:
        if holds is eq and operand and not column.unit:
            return lambda record, hay: value_of(record) == operand
        raise FilterError(f"{column.id}{term.operator}{operand}: {error}") from error

    def test(record: R, hay: str) -> bool:
        value = value_of(record)
        if isinstance(value, str):
            return holds is eq and value == operand
        return value is not None and meets(value)

    return test


def _number(holds: Comparison, operand: str, unit: str) -> Callable[[float], bool]:
    number = quantity(operand, unit)
    return lambda value: holds(value, number)


def _age_or_date(holds: Comparison, operand: str, now_ms: Clock) -> Callable[[float], bool]:
    if holds is eq or operand.isdecimal():
        raise ValueError("use < or > with an age, such as 2h, or a date, such as 2026-11-20")
    try:
        moment = datetime.fromisoformat(operand.upper()).timestamp() * 1000
    except ValueError:
        age = quantity(operand, "ms")
        return lambda value: holds(now_ms() - value, age)
    return lambda value: holds(value, moment)


def quantity(text: str, unit: str = "") -> float:
    """Reads a number, with or without a unit, in terms of a unit of `UNITS`: ``2m`` is 120 in ``s``.

    Raises:
        ValueError: no number, or a unit of another kind.
    """
    match = QUANTITY.fullmatch(text.casefold())
    if match is None:
        raise ValueError("a number is needed")
    own = unit.casefold()
    units = next(kind for kind in UNITS if own in kind)
    given = match[2] or ("%" if own == "share" else own)
    if given not in units:
        raise ValueError(f"the unit can be {', '.join(filter(None, units))}")
    return float(match[1]) * units[given] / units[own]
