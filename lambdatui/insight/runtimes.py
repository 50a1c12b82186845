"""How long AWS supports a runtime: a dated table, because AWS moves the dates (facts 8).

After its deprecation a runtime gets no security patches; later AWS refuses to create functions with it, and later still
to update them. Functions that exist keep running and stay invocable at every stage.
"""

from __future__ import annotations

import json
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from lambdatui.errors import SettingsError

SHIPPED = Path(__file__).with_name("runtimes.json")
ENDS_SOON_DAYS = 180


class Support(StrEnum):
    """A stage in the life of a runtime, as a word for the screen."""

    SUPPORTED = "supported"
    ENDS_SOON = "ends soon"
    DEPRECATED = "deprecated"
    CREATE_BLOCKED = "create blocked"
    UPDATE_BLOCKED = "update blocked"
    UNKNOWN = "unknown"
    """Not in the table, such as a preview or a customer's own runtime: nothing says that it is deprecated."""
    NO_RUNTIME = "no runtime"
    """A container image has none; its base image must be judged elsewhere."""


class Mark(NamedTuple):
    """How a stage is shown: a glyph that works without colour, and a colour of the theme."""

    glyph: str
    colour: str


MARKS = {
    Support.ENDS_SOON: Mark("△", "$warning"),
    Support.DEPRECATED: Mark("▲", "$warning"),
    Support.CREATE_BLOCKED: Mark("▲", "$error"),
    Support.UPDATE_BLOCKED: Mark("✕", "$error"),
}
NO_MARK = Mark("", "")


class Lifecycle(NamedTuple):
    """The dates on which the stages of a runtime begin; None where AWS has announced none."""

    deprecation: date | None = None
    block_create: date | None = None
    block_update: date | None = None


#: The stage that begins on each date of a Lifecycle.
STAGES = (Support.DEPRECATED, Support.CREATE_BLOCKED, Support.UPDATE_BLOCKED)
NO_DATES = Lifecycle()


@dataclass(frozen=True, slots=True)
class RuntimeTable:
    """The dates of all runtimes by identifier, as they were announced on `as_of` at `source`."""

    as_of: date
    source: str
    lifecycles: Mapping[str, Lifecycle]


@dataclass(frozen=True, slots=True)
class RuntimeStatus:
    """What the table says of one runtime on one day."""

    runtime: str | None
    support: Support
    today: date
    as_of: date
    lifecycle: Lifecycle = NO_DATES

    @property
    def days_left(self) -> int | None:
        """Days until the deprecation, negative after it; None where no date is known."""
        ends = self.lifecycle.deprecation
        return (ends - self.today).days if ends else None

    @property
    def glyph(self) -> str:
        """What marks the runtime in a table; empty where nothing is to be marked."""
        return MARKS.get(self.support, NO_MARK).glyph

    @property
    def colour(self) -> str:
        """The theme's colour for the glyph; empty where nothing is to be marked."""
        return MARKS.get(self.support, NO_MARK).colour

    def explain(self) -> str:
        """One line: the stage, the dates still to come, and how old the knowledge is."""
        if self.support is Support.NO_RUNTIME:
            return "a container image has no runtime: its base image decides"
        if self.support is Support.UNKNOWN:
            return f"not in the table of runtimes as of {self.as_of}: unknown, not deprecated"
        told, ahead = "supported", []
        for stage, day in zip(STAGES, self.lifecycle, strict=True):
            if day and day <= self.today:
                told = f"{stage} since {day}"
            elif day:
                ahead.append(f"{stage} from {day} ({_days((day - self.today).days)})")
        return f"{'; '.join([told, *ahead])}; as announced by {self.as_of}"


def runtime_status(runtime: str | None, today: date, table: RuntimeTable | None = None) -> RuntimeStatus:
    """Judges a runtime by its identifier.

    Args:
        runtime: as Lambda names it; None for a container image.
        today: the day to judge for. A stage begins on its date.
        table: what to judge by; where it is None, the table in use: the shipped one, or that of `use_table`.
    """
    table = table or runtime_table(_in_use)
    if runtime is None:
        return RuntimeStatus(None, Support.NO_RUNTIME, today, table.as_of)
    lifecycle = table.lifecycles.get(runtime)
    support = _support(lifecycle, today) if lifecycle else Support.UNKNOWN
    return RuntimeStatus(runtime, support, today, table.as_of, lifecycle or NO_DATES)


def _support(lifecycle: Lifecycle, today: date) -> Support:
    begun = [stage for stage, day in zip(STAGES, lifecycle, strict=True) if day and day <= today]
    if begun:
        return begun[-1]
    if lifecycle.deprecation is None:
        return Support.UNKNOWN
    return Support.ENDS_SOON if (lifecycle.deprecation - today).days < ENDS_SOON_DAYS else Support.SUPPORTED


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


_in_use = SHIPPED


def use_table(file: Path) -> None:
    """Judges by the operator's own table from now on, in the whole process; for the start of the console.

    Raises:
        SettingsError: as `runtime_table` does; the table in use stays.
    """
    global _in_use  # noqa: PLW0603 - one operator, one table
    runtime_table(file)
    _in_use = file


@cache
def runtime_table(file: Path = SHIPPED) -> RuntimeTable:
    """Reads a table, once.

    Args:
        file: JSON like the shipped ``runtimes.json``; dates are ISO 8601, null or absent where none is announced.

    Raises:
        SettingsError: the file cannot be read, or is not such a table; the title names file, key and expectation.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file}: must be UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise SettingsError(f"{file}: must be JSON: {error}") from error
    try:
        return _parse(content)
    except _UnexpectedError as error:
        raise SettingsError(f"{file}: {error}") from error


class _UnexpectedError(ValueError):
    def __init__(self, key: str, expectation: str, found: object) -> None:
        super().__init__(f"{key} must be {expectation}, not {reprlib.repr(found)}")


def _parse(content: Any) -> RuntimeTable:
    table = _object(content, "the content", ("as_of", "source", "runtimes"))
    source = table.get("source")
    if not isinstance(source, str):
        raise _UnexpectedError("source", "text", source)
    return RuntimeTable(
        as_of=_date(table.get("as_of"), "as_of"),
        source=source,
        lifecycles={
            runtime: _lifecycle(dates, f"runtimes.{runtime}")
            for runtime, dates in _object(table.get("runtimes"), "runtimes").items()
        },
    )


def _lifecycle(dates: Any, key: str) -> Lifecycle:
    given = _object(dates, key, Lifecycle._fields)
    return Lifecycle(**{name: _date(day, f"{key}.{name}") for name, day in given.items() if day is not None})


def _object(value: Any, key: str, names: tuple[str, ...] = ()) -> Mapping[str, Any]:
    """Checks for a JSON object, and where `names` are given, that it holds no others."""
    if not isinstance(value, dict):
        raise _UnexpectedError(key, "an object", value)
    for name in value if names else ():
        if name not in names:
            raise _UnexpectedError(f"a name in {key}", f"one of {', '.join(names)}", name)
    return value


def _date(value: Any, key: str) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _UnexpectedError(key, "a date such as 2026-11-20", value) from None
