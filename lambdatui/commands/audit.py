"""``lambdatui audit``: what was attempted from here, newest first, on standard output."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from lambdatui.actions.audit import AuditFailed, AuditLine, AuditTrail, as_record
from lambdatui.clock import now_ms
from lambdatui.ui.log_text import read_since
from lambdatui.ui.widgets.plain_text import plain

NOT_SET = "not set"


def print_audit(entries: Sequence[AuditLine], out: TextIO) -> None:
    """Prints a line for each attempt: when, what became of it, action, on what, what changed, and who did it."""
    rows = [tuple(map(plain, _row(entry))) for entry in entries]
    widths = [max(map(len, column)) for column in zip(*(row[:4] for row in rows), strict=True)]
    for *aligned, changes, who in rows:
        cells = [f"{cell:<{width}}" for cell, width in zip(aligned, widths, strict=True)]
        out.write("  ".join((*cells, *filter(None, (changes, who)))) + "\n")


def _row(entry: AuditLine) -> tuple[str, ...]:
    target = ":".join(filter(None, (entry.function, entry.qualifier)))
    return (
        f"{entry.at:%Y-%m-%dT%H:%M:%SZ}",
        entry.result,
        entry.action,
        f"{target} {entry.mapping}".rstrip(),
        "; ".join(filter(None, (*_changes(entry), entry.error))),
        f"{entry.identity} in {entry.region}",
    )


def _changes(entry: AuditLine) -> list[str]:
    told = {label: [NOT_SET if value is None else value for value in sides] for label, sides in entry.changed.items()}
    return [f"{label}: {before} -> {after}" for label, (before, after) in told.items()]


def run(folder: Path, *, since: str | None, as_json: bool) -> int:
    """Runs the command; returns the exit status.

    Args:
        folder: where the audit trail is.
        since: nothing that was begun earlier is printed; None for all that is kept.

    Raises:
        SettingsError: `since` is not a time.
    """
    since_ms = 0 if since is None else read_since(since, now_ms())
    try:
        reading = AuditTrail(folder).read()
    except AuditFailed as error:
        print(f"lambdatui: {error}", file=sys.stderr)
        return 1
    entries = [entry for entry in reading.entries if entry.at_ms >= since_ms]
    if as_json:
        sys.stdout.writelines(map(as_record, entries))
    else:
        print_audit(entries, sys.stdout)
    if not entries:
        print(f"lambdatui: nothing was recorded{'' if since is None else ' since then'}", file=sys.stderr)
    if reading.unreadable:
        print(f"lambdatui: lines of the audit trail that cannot be read: {reading.unreadable}", file=sys.stderr)
    return 0
