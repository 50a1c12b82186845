"""How many cold starts there were, period by period, by the reports in the log (facts 5.2, 5.3)."""

from __future__ import annotations

from collections.abc import Iterable

from lambdatui.insight.report_lines import said
from lambdatui.models.function import FunctionSummary
from lambdatui.models.metric import Metric, Series, Status

COLD_STARTS = Metric("ColdStarts", "Sum", "Count")
"""As CloudWatch would call it, if it had one: it is counted in the log."""

_TERMS = {"Text": ("Init Duration", "Restore Duration"), "JSON": ("initDurationMs", "restoreDurationMs")}
"""What the report of a cold start has in it by the format of the log; the second where SnapStart restored it."""


def terms(releases: Iterable[FunctionSummary]) -> tuple[str, ...]:
    """What to look for in the log of a function, as its releases are configured to log; no more than there can be."""
    return tuple(
        dict.fromkeys(
            term
            for release in releases
            for term in _TERMS.get(release.log_format, _TERMS["Text"])[: 1 if release.snap_start == "None" else 2]
        )
    )


def cold_starts_in(message: str) -> int:
    """How many reports of cold starts an event has in it (facts 5.2 rules 7 and 8).

    The report of an init that failed or was made ahead is none: no request waited for it.
    """
    return sum(
        kind == "report" and not fields.keys().isdisjoint(("init_ms", "restore_ms"))
        for _, kind, fields in said(message)
    )


def counted(
    function: str,
    events: Iterable[tuple[int, str]],
    since_ms: int,
    until_ms: int,
    period_s: int,
    *,
    whole: bool,
) -> Series:
    """The count of each period that was read, zeros too.

    Args:
        function: its name.
        events: epoch ms and message.
        since_ms: epoch ms at which a period begins.
        until_ms: epoch ms up to which all was read.
        whole: whether that is as far as it goes; else only periods that were read to their end are counted.
    """
    period_ms = period_s * 1_000
    starts = range(since_ms, until_ms if whole else until_ms - period_ms + 1, period_ms)
    counts = dict.fromkeys(starts, 0.0)
    for at_ms, message in events:
        start_ms = since_ms + (at_ms - since_ms) // period_ms * period_ms
        if start_ms in counts:
            counts[start_ms] += cold_starts_in(message)
    return Series(
        query=COLD_STARTS.of(function),
        period_s=period_s,
        times_ms=tuple(counts),
        values=tuple(counts.values()),
        status=Status.COMPLETE if whole else Status.PARTIAL,
    )
