"""Log events as text and as JSON lines, for files and pipes, and the times that operators type."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

from lambdatui.errors import SettingsError
from lambdatui.models.log import LogEvent
from lambdatui.ui.widgets.plain_text import plain, plain_lines

AGO = re.compile(r"(?P<count>\d+)\s*(?P<unit>[smhdw])")
UNITS_MS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}


def read_since(text: str, now: int) -> int:
    """The epoch ms of ``now``, ``5m``, ``2d``, ``2026-11-20`` or ``2026-11-20T22:15:00Z``; UTC without a zone.

    Args:
        now: the time, epoch ms.

    Raises:
        SettingsError: the text is none of these, or in the future.
    """
    if text == "now":
        return now
    if ago := AGO.fullmatch(text):
        return max(0, now - int(ago["count"]) * UNITS_MS[ago["unit"]])
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(
            f"{plain(text)} is not a time", "say how long ago, as 5m or 2d, or when, as 2026-11-20T22:15:00Z"
        ) from None
    since_ms = int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    if since_ms > now:
        raise SettingsError(f"{text} has not come yet", "times without a zone are UTC")
    return since_ms


def as_text(event: LogEvent, several: bool) -> str:
    """The event as harmless text that ends in a newline: time, function where there are `several`, and message.

    Further lines of a message are indented, so that each event begins where a line begins with a time.
    """
    first, *others = plain_lines(event.message.rstrip("\r\n"))
    function = f"{plain(event.source.function)}  " if several else ""
    return "".join((f"{_iso(event.at_ms)}  {function}{first}\n", *(f"    {line}\n" for line in others)))


def as_record(event: LogEvent) -> str:
    """The event as one line of JSON, its message as it came."""
    return (
        json.dumps(
            {
                "timestamp": event.at_ms,
                "ingestionTime": event.ingested_ms,
                "function": event.source.function,
                "logGroup": event.source.group,
                "logStream": event.stream,
                "message": event.message,
            }
        )
        + "\n"
    )


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
