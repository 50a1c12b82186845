"""Ready queries of CloudWatch Logs Insights for functions that log as text, as JSON, or some so and some so.

A query is written once, in words that mean the same in either format; `query_for` puts the fields of the format in
their place. In text, AWS discovers fields in Lambda's own lines; in JSON they are members of the records (facts 5.5).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

T = TypeVar("T")

TEXT = "Text"
JSON = "JSON"

USD_PER_GB: Mapping[str, float] = {"us-east-1": 0.005}
"""What AWS charges for a GB scanned, where it is known (facts 7.2)."""
GB = 10**9
"""Bytes. AWS does not say which of the two it means; this is the dearer."""

CONDITIONS: Mapping[str, Mapping[str, str]] = {
    "report": {TEXT: '@type = "REPORT"', JSON: 'type = "platform.report"'},
    "failed": {
        TEXT: "ispresent(textError)",
        JSON: (
            "ispresent(errorType) "
            r'or (type like /^platform\./ and record.status in ["error", "failure", "timeout"])'
        ),
    },
    "timed_out": {
        TEXT: '(@type = "REPORT" and @message like /Status: timeout/) or @message like /Task timed out after/',
        JSON: '(type = "platform.report" and record.status = "timeout")',
    },
}
"""What is true of an event, by format (facts 5.2 rule 4, 5.3); in both formats, either will do."""

COMMANDS: Mapping[str, Mapping[str, str]] = {
    "parse_restore": {TEXT: r"parse @message /\tRestore Duration: (?<textRestore>\S+) ms/"},
    "parse_error": {
        TEXT: (
            r'parse @message /(?:^\[ERROR\] |"errorType": ?"|^REPORT .*\tStatus: (?:error\tError Type: )?)'
            r'(?<textError>[^\s":]+)/'
        )
    },
}
"""Commands that find what AWS does not discover by itself: Restore Duration, and the types of errors as Python and
Node.js print them and as REPORT lines have them (facts 5.2, 5.4)."""

VALUES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "request": {TEXT: ("@requestId",), JSON: ("record.requestId", "requestId")},
    "duration": {TEXT: ("@duration",), JSON: ("record.metrics.durationMs",)},
    "billed": {TEXT: ("@billedDuration",), JSON: ("record.metrics.billedDurationMs",)},
    "cold": {
        TEXT: ("@initDuration", "textRestore"),
        JSON: ("record.metrics.initDurationMs", "record.metrics.restoreDurationMs"),
    },
    "used": {TEXT: ("@maxMemoryUsed / 1000000",), JSON: ("record.metrics.maxMemoryUsedMB",)},
    "size": {TEXT: ("@memorySize / 1000000",), JSON: ("record.metrics.memorySizeMB",)},
    "error": {TEXT: ("textError",), JSON: ("errorType", "record.errorType", "record.status")},
}
"""Where a value stands, by format: the first that is there. Durations in ms; memory in MB, of which AWS's text fields
count a million bytes each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyQuery:
    """A query that needs no writing."""

    id: str
    title: str
    commands: tuple[str, ...]
    """Commands in order, with names of `CONDITIONS`, `COMMANDS` and `VALUES` in braces."""


READY: tuple[ReadyQuery, ...] = (
    ReadyQuery(
        id="errors",
        title="Errors by type",
        commands=(
            "{parse_error}",
            "filter {failed}",
            "fields {error} as errorKind, {request} as failedRequest",
            "stats count(*) as events, count_distinct(failedRequest) as requests by errorKind, @log",
            "sort events desc",
        ),
    ),
    ReadyQuery(
        id="slowest",
        title="Slowest invocations",
        commands=(
            "filter {report}",
            "{parse_restore}",
            "fields @timestamp, {duration} as durationMs, {billed} as billedMs, {cold} as coldMs, {used} as usedMB, "
            "{size} as sizeMB, {request} as request, @log, @logStream",
            "sort durationMs desc",
            "limit 100",
        ),
    ),
    ReadyQuery(
        id="cold-starts",
        title="Cold starts per hour",
        commands=(
            "filter {report}",
            "{parse_restore}",
            "fields {cold} as coldMs",
            "stats count(coldMs) as coldStarts, avg(coldMs) as averageMs, max(coldMs) as maxMs, "
            "count(*) as invocations by bin(1h) as hour",
            "sort hour desc",
        ),
    ),
    ReadyQuery(
        id="memory",
        title="Memory headroom",
        commands=(
            "filter {report}",
            "fields {used} as usedMB, {size} as sizeMB",
            "stats min(sizeMB - usedMB) as headroomMB, max(usedMB) as maxUsedMB, avg(usedMB) as averageUsedMB, "
            "count(*) as invocations by sizeMB, @log",
            "sort headroomMB asc",
        ),
    ),
    ReadyQuery(
        id="timeouts",
        title="Timeouts",
        commands=(
            "filter {timed_out}",
            "fields @timestamp, {duration} as durationMs, {request} as request, @log, @logStream",
            "sort @timestamp desc",
            "dedup request",
        ),
    ),
)
"""What operators ask most often."""


def query_for(ready: ReadyQuery, log_formats: Collection[str]) -> str:
    """The text of a ready query.

    Args:
        log_formats: LogFormat of the functions that are searched, ``Text`` and ``JSON``; with neither, the query copes
            with both.
    """
    formats = [name for name in (TEXT, JSON) if name in log_formats] or [TEXT, JSON]
    words = {
        **{name: " or ".join(_of(formats, by_format)) for name, by_format in CONDITIONS.items()},
        **{name: "\n| ".join(_of(formats, by_format)) for name, by_format in COMMANDS.items()},
        **{name: _first(tuple(chain(*_of(formats, by_format)))) for name, by_format in VALUES.items()},
    }
    commands = (command.format_map(words) for command in ready.commands)
    return "\n| ".join(command for command in commands if command)


def price_usd(bytes_scanned: int, region: str) -> float | None:
    """What a query costs in US dollars, before tax and discounts; None where the region's price is not known.

    Args:
        bytes_scanned: as AWS reports it with the results, or as estimated.
    """
    per_gb = USD_PER_GB.get(region)
    return None if per_gb is None else bytes_scanned / GB * per_gb


def _of(formats: Collection[str], by_format: Mapping[str, T]) -> list[T]:
    return [by_format[name] for name in formats if name in by_format]


def _first(values: tuple[str, ...]) -> str:
    """An expression for the first of the values that is there."""
    return values[0] if len(values) == 1 else f"coalesce({', '.join(values)})"
