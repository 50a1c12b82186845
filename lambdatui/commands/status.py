"""How ``lambdatui shift`` ends, for whoever started it. Light: the command line's help tells it."""

from __future__ import annotations

from enum import IntEnum
from typing import Self


class Status(IntEnum):
    """The exit status; where a signal ended it, that is 128 and the signal's number."""

    meaning: str

    def __new__(cls, number: int, meaning: str) -> Self:
        status = int.__new__(cls, number)
        status._value_ = number
        status.meaning = meaning
        return status

    PROMOTED = 0, "the new version has all of the traffic"
    FAILED = 1, "an error, and nothing was changed"
    USAGE = 2, "the command line or the settings are at fault"
    ROLLED_BACK = 3, "rolled back: the old version has all of the traffic"
    LEFT = 4, "left with a part of the traffic on the new version: it could not go on, or not be written down"
    STOPPED = 5, "stopped, because somebody else changed or deleted the alias; the console offers what can be done"


def meanings() -> dict[str, str]:
    """What each exit status means."""
    by_signal = "ended by signal n, and left as --leaving says; landed tells how far that came"
    return {**{str(int(status)): status.meaning for status in Status}, "128 + n": by_signal}


def reference() -> str:
    """A table of the exit statuses, in Markdown."""
    rows = (f"| {number} | {meaning} |" for number, meaning in meanings().items())
    return "\n".join(("| status | means |", "| --- | --- |", *rows))
