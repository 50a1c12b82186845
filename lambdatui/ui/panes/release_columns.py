"""How a release is written as a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from textual.content import Content

from lambdatui.clock import now_ms
from lambdatui.insight.shares import division
from lambdatui.models.release import Part, ProvisionedConcurrency, Release
from lambdatui.ui import figures
from lambdatui.ui.panes.function_columns import runtime_cell
from lambdatui.ui.session import Session
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.record_table import Column
from lambdatui.ui.widgets.section_view import COLOURS, GLYPHS
from lambdatui.ui.widgets.trouble import FORBIDDEN, error_mark

BAR = 10
"""Cells of the bar that shows an alias' share."""
HASH_SHOWN = 8
STATUSES = {"READY": ("✓ ", "$success"), "IN_PROGRESS": ("◌ ", "$warning"), "FAILED": ("! ", "$error")}
"""How provisioned concurrency stands, as a glyph and a colour."""


def release_columns(session: Session, today: date) -> Sequence[Column[Release]]:
    """The columns of a function's releases.

    Args:
        session: knows how times are written.
        today: the date by which runtimes are judged.
    """
    return (
        Column(
            id="version",
            title="VERSION",
            cell=lambda r: r.version.number,
            value=lambda r: r.version.order,
            width=8,
        ),
        Column(id="aliases", title="ALIASES", cell=_aliases, flex=True, min_width=30),
        Column(id="state", title="STATE", cell=_remarks, flex=True, min_width=26),
        Column(
            id="published",
            title="WHEN",
            cell=lambda r: figures.moment(r.version.function.last_modified, now_ms(), session.times),
            value=lambda r: r.version.function.last_modified,
            unit="epoch ms",
            width=6 if session.times == "relative" else 20,
            align="right",
            priority=1,
        ),
        Column(id="provisioned", title="PROVISIONED", cell=_provisioned, width=19, priority=3),
        Column(id="access", title="ACCESS", cell=_access, width=10, priority=4),
        Column(
            id="runtime",
            title="RUNTIME",
            cell=lambda r: runtime_cell(r.version.function, today),
            value=lambda r: r.version.function.runtime,
            width=14,
            priority=5,
        ),
        Column(
            id="code",
            title="CODE",
            cell=lambda r: r.version.function.code_sha256[:HASH_SHOWN] or "-",
            width=HASH_SHOWN,
            priority=2,
        ),
        Column(
            id="size",
            title="SIZE",
            cell=lambda r: figures.size(r.version.function.code_size),
            value=lambda r: r.version.function.code_size,
            unit="B",
            width=8,
            align="right",
            priority=6,
        ),
        Column(
            id="memory",
            title="MEMORY",
            cell=lambda r: f"{figures.count(r.version.function.memory_mb)} MB",
            value=lambda r: r.version.function.memory_mb,
            unit="MB",
            width=9,
            align="right",
            priority=7,
        ),
        Column(
            id="timeout",
            title="TIMEOUT",
            cell=lambda r: f"{r.version.function.timeout_s} s",
            value=lambda r: r.version.function.timeout_s,
            unit="s",
            width=7,
            align="right",
            priority=8,
        ),
        Column(
            id="layers",
            title="LAYERS",
            cell=lambda r: figures.count(len(r.version.function.layers)) if r.version.function.layers else "-",
            value=lambda r: len(r.version.function.layers),
            width=6,
            align="right",
            priority=10,
        ),
        Column(id="snapstart", title="SNAPSTART", cell=snap_start, width=9, priority=11),
        Column(
            id="arch", title="ARCH", cell=lambda r: " ".join(r.version.function.architectures), width=6, priority=12
        ),
        Column(
            id="description", title="DESCRIPTION", cell=lambda r: r.version.function.description, width=28, priority=9
        ),
    )


def part_cell(*parts: Part[Any]) -> Content | None:
    """What stands in a cell for parts that gave nothing: not permitted, failed, being asked for; None if they did.

    What hangs on an alias is found only if both are known, so that some cells need two parts.
    """
    for part in parts:
        if part.error is not None:
            glyph, colour = mark = error_mark(part.error)
            return Content.styled(glyph if mark is FORBIDDEN else f"{glyph} not read", colour)
    return Content.styled("…", "dim") if any(part.pending for part in parts) else None


def percent(share: float) -> str:
    """A share 0..1 as AWS takes it, without the noise of floats: ``2.5 %``."""
    return f"{share * 100:.6g} %"


def bar(share: float) -> str:
    """A share 0..1 as a bar: anything shows, and only everything fills it."""
    filled = round(share * BAR)
    if 0 < share < 1:
        filled = min(max(filled, 1), BAR - 1)
    return "█" * filled + "░" * (BAR - filled)


def drawn(old: str, new: str, percent: float) -> str:
    """How two versions share the traffic: the share of the one that is named first as a bar, and both in words.

    Args:
        percent: the new one's, 0..100.
    """
    return f"{bar(percent / 100 or 1.0)} {division(old, new, percent)}"


def alias_share(name: str, share: float | None) -> Content:
    """An alias, with the share of its traffic, 0..1, that is told beside it, if there is one."""
    written = (plain(name), "bold")
    if share is None:
        return Content.assemble(written)
    return Content.assemble(written, " ", (bar(share), "$accent"), f" {percent(share)}")


def _aliases(release: Release) -> Content:
    if release.routes:
        shares = ((route.alias.name, route.share if route.split else None) for route in release.routes)
        return Content("  ").join(alias_share(name, share) for name, share in shares)
    return part_cell(release.parts.aliases) or Content("")


def _remarks(release: Release) -> Content:
    return Content("; ").join(
        Content.styled(f"{GLYPHS[remark.tone]}{plain(remark.text)}", COLOURS[remark.tone]) for remark in release.remarks
    )


def _provisioned(release: Release) -> Content:
    if not release.provisioned:
        return part_cell(release.parts.provisioned, release.parts.aliases) or Content.styled("-", "dim")
    return Content(", ").join(map(allocated, release.provisioned))


def allocated(one: ProvisionedConcurrency) -> Content:
    """How provisioned concurrency stands, in a cell: what is allocated of what was requested, and what of that is
    available, unless it is all.
    """
    glyph, colour = STATUSES.get(one.status or "", ("", ""))
    allocated, available = (
        one.allocated_provisioned_concurrent_executions,
        one.available_provisioned_concurrent_executions,
    )
    told = f"{glyph}{allocated}/{one.requested_provisioned_concurrent_executions}"
    return Content.styled(told if available == allocated else f"{told}, {available} avail", colour)


def _access(release: Release) -> Content:
    """What lets others call the aliases here; each of the two calls may be missing for a reason of its own."""
    marks = [
        Content(word) if found else part_cell(part, release.parts.aliases)
        for word, found, part in (
            ("URL", release.urls, release.parts.urls),
            ("policy", release.policies, release.parts.policies),
        )
    ]
    told = {mark.plain: mark for mark in marks if mark is not None}
    return Content(" ").join(told.values()) if told else Content.styled("-", "dim")


def snap_start(release: Release) -> str:
    """SnapStart of a version: its status where AWS said it, else where it applies; a dash where it is off."""
    function = release.version.function
    if function.snap_start == "None":
        return "-"
    return release.version.snap_start_status or function.snap_start
