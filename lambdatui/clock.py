"""The time, told in one place, so that a test can make it stand still."""

from __future__ import annotations

from datetime import UTC, date, datetime
from time import time_ns


def now_ms() -> int:
    """The time, epoch ms."""
    return time_ns() // 1_000_000


def today() -> date:
    """The date in UTC, in which AWS's dates are."""
    return datetime.fromtimestamp(now_ms() / 1000, UTC).date()
