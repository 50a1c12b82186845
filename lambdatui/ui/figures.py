"""How numbers, sizes and times are written on screen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from lambdatui.insight import shares

Times = Literal["relative", "utc", "local"]

_AGES = (
    (60_000, 1_000, "s"),
    (3_600_000, 60_000, "m"),
    (86_400_000, 3_600_000, "h"),
    (31_536_000_000, 86_400_000, "d"),
)
_YEAR = 31_536_000_000
_KIB = 1024


def count(number: int) -> str:
    """``1204`` as ``1,204``."""
    return f"{number:,}"


def size(octets: int) -> str:
    """Bytes as AWS counts them (1 KB is 1,024 bytes), with three figures: ``12.3 MB``."""
    value = float(octets)
    for unit in ("B", "KB", "MB"):
        if value < _KIB:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= _KIB
    return f"{value:.1f} GB"


def short(number: float) -> str:
    """A count with three figures at most: ``312``, ``12.4 k``, ``3.1 M``."""
    for limit, unit in ((1_000_000, "M"), (10_000, "k")):
        if number >= limit:
            value = number / (1_000_000 if unit == "M" else 1_000)
            return f"{value:.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"
    return f"{number:,.0f}"


percent = shares.percent


def duration(milliseconds: float) -> str:
    """A span in its greatest unit: ``120 ms``, ``4.1 s``, ``12 m``."""
    if milliseconds < 1_000:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds / 1_000:.1f} s" if milliseconds < 60_000 else age(round(milliseconds))


def age(milliseconds: int) -> str:
    """A span as its greatest unit: ``4 m``, ``3 d``. Less than nothing (clocks differ) counts as nothing."""
    milliseconds = max(0, milliseconds)
    for limit, unit, name in _AGES:
        if milliseconds < limit:
            return f"{milliseconds // unit} {name}"
    return f"{milliseconds // _YEAR} y"


def moment(epoch_ms: int | None, now_ms: int, times: Times = "relative") -> str:
    """A time as the operator chose to see times; both in epoch ms."""
    if epoch_ms is None:
        return "-"
    if times == "relative":
        return age(now_ms - epoch_ms)
    return absolute(epoch_ms, times)


def absolute(epoch_ms: int, times: Times = "utc") -> str:
    """``2026-11-20 10:11:12Z``, or the same in local time without the Z."""
    at = datetime.fromtimestamp(epoch_ms / 1000, UTC)
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if times == "local" else at.strftime("%Y-%m-%d %H:%M:%SZ")
