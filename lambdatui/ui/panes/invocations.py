"""A log as invocations: one row for each, as `insight/report.py` makes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content

from lambdatui.clock import now_ms
from lambdatui.insight.report import hides_reports, near_memory, near_timeout
from lambdatui.models.invocation import Invocation, Status
from lambdatui.ui import figures
from lambdatui.ui.panes.list_pane import ListPane
from lambdatui.ui.widgets.record_table import Column, RecordTable

if TYPE_CHECKING:
    from lambdatui.ui.log_feed import LogFeed
    from lambdatui.ui.session import Session

GLYPHS: dict[Status, tuple[str, str]] = {
    "unknown": ("?", "dim"),
    "running": ("~", "$secondary"),
    "success": (" ", ""),
    "error": ("✗", "$error"),
    "timeout": ("◷", "$error"),
    "out of memory": ("▓", "$error"),
}
BAR = " ▁▂▃▄▅▆▇█"


class InvocationList(ListPane[Invocation]):
    """The invocations of a feed."""

    TITLE = "Invocations"
    THINGS = "invocations"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("F", "only('failed')", "failed", id="invocations.failed", tooltip="only failed ones, or all again"),
        Binding("T", "only('timed-out')", "timed out", id="invocations.timed_out", tooltip="only those timed out"),
        Binding(
            "D",
            "only('near-timeout')",
            "near timeout",
            id="invocations.near_timeout",
            show=False,
            tooltip="only those whose duration came near the timeout: 80 % of it or more",
        ),
        Binding(
            "M",
            "only('near-memory')",
            "near memory",
            id="invocations.near_memory",
            show=False,
            tooltip="only those whose environment came near the memory size: 90 % of it or more",
        ),
        Binding("C", "only('cold')", "cold", id="invocations.cold", tooltip="only cold starts, or all again"),
        Binding("y", "copy_name", "copy trace", id="list.copy_name", tooltip="copy the X-Ray trace id"),
        Binding("Y", "copy_request", "copy id", id="invocations.copy", show=False, tooltip="copy the request id"),
    ]

    def __init__(self, session: Session, feed: LogFeed, **options: Any) -> None:
        self.feed = feed
        super().__init__(session, **options)
        self._let_go = 0

    def columns(self) -> Sequence[Column[Invocation]]:
        times = self.session.times
        return (
            Column(id="glyph", title="", cell=_glyph, width=1),
            Column(
                id="started",
                title="STARTED",
                cell=lambda i: figures.moment(i.started_ms, now_ms(), times),
                value=lambda i: i.started_ms,
                unit="epoch ms",
                width=8 if times == "relative" else 20,
                align="right",
            ),
            *(
                [Column[Invocation](id="function", title="FUNCTION", cell=lambda i: i.function, flex=True)]
                * self.feed.several
            ),
            Column(id="version", title="VERSION", cell=lambda i: i.version or "-", width=7, priority=6),
            Column(id="request", title="REQUEST", cell=lambda i: i.request_id, flex=True, min_width=9),
            Column(id="status", title="STATUS", cell=lambda i: i.status, width=13, priority=3),
            Column(
                id="duration",
                title="DURATION",
                cell=self._duration,
                value=self._took_ms,
                unit="ms",
                width=14,
                align="right",
            ),
            Column(
                id="billed",
                title="BILLED",
                cell=lambda i: "-" if i.billed_ms is None else f"{figures.count(i.billed_ms)} ms",
                value=lambda i: i.billed_ms,
                unit="ms",
                width=10,
                align="right",
                priority=5,
            ),
            Column(
                id="memory",
                title="MEMORY",
                cell=_memory,
                value=lambda i: i.used_mb,
                unit="MB",
                width=15,
                align="right",
                priority=2,
            ),
            Column(
                id="cold",
                title="COLD START",
                cell=_cold,
                value=lambda i: i.init_ms if i.init_ms is not None else i.restore_ms,
                unit="ms",
                width=14,
                align="right",
                priority=4,
            ),
            Column(id="error", title="ERROR", cell=_error, flex=True, min_width=12, priority=1),
            Column(id="is", title="IS", cell=self._marks, width=24, priority=7),
        )

    def key(self, record: Invocation) -> str:
        return record.request_id

    def name_of(self, record: Invocation) -> str:
        return record.trace_id or ""

    def on_mount(self) -> None:
        self.table.sort_by("started", reverse=True)

    # -- what is shown

    def show_feed(self, feed: LogFeed) -> None:
        """Shows all invocations of a feed."""
        self.feed = feed
        self._let_go = feed.invocations.let_go
        self.table.set_records(feed.invocations.all())
        self.show_title()

    def take(self, requests: set[str]) -> None:
        """Shows what has changed of these requests, and how long running ones have been running."""
        known = self.feed.invocations
        if known.let_go != self._let_go:
            self.show_feed(self.feed)
        elif requests:
            self.table.add_records([found for id_ in requests if (found := known.get(id_)) is not None])
        self.table.redraw()
        self.show_title()

    def state(self) -> Content:
        if any(hides_reports(each.log_format, each.system_log_level) for each in self.feed.functions):
            return Content.styled("▲ system log level WARN hides starts and reports", "$warning")
        return Content("")

    def nothing(self) -> Content:
        return Content("No invocation is in what was read of the log.")

    def _timeout_ms(self, invocation: Invocation) -> int | None:
        function = self.session.functions.get(invocation.function)
        return function.timeout_s * 1000 if function is not None else None

    def _took_ms(self, invocation: Invocation) -> float | None:
        age_ms = invocation.age_ms(now_ms())
        return invocation.duration_ms if age_ms is None else age_ms

    def _duration(self, invocation: Invocation) -> Content | str:
        took_ms, timeout_ms = self._took_ms(invocation), self._timeout_ms(invocation)
        if took_ms is None:
            return "-"
        if invocation.status == "running":
            of = f" of {timeout_ms // 1000} s" if timeout_ms else ""
            return Content.styled(f"{took_ms / 1000:.0f}{of}", "$secondary")
        near = timeout_ms is not None and near_timeout(invocation, timeout_ms)
        return Content.styled(f"{took_ms:,.0f} ms", "$warning" if near else "")

    def _marks(self, invocation: Invocation) -> str:
        """The words that the keys filter by."""
        timeout_ms = self._timeout_ms(invocation)
        words = {
            "failed": invocation.failed,
            "timed-out": invocation.status == "timeout",
            "near-timeout": timeout_ms is not None and near_timeout(invocation, timeout_ms),
            "near-memory": near_memory(invocation),
            "cold": invocation.cold,
        }
        return " ".join(word for word, holds in words.items() if holds)

    # -- what can be done

    def action_only(self, word: str) -> None:
        """Shows only the invocations that are this, or all of them again."""
        wanted = f"is:{word}"
        self.filter_by("" if self.table.filter_text == wanted else wanted)

    def action_copy_name(self) -> None:
        invocation = self.table.cursor_record
        if invocation is not None and invocation.trace_id is None:
            self.notify("it has no trace id: tracing is off for it", severity="warning", markup=False)
        else:
            super().action_copy_name()

    def action_copy_request(self) -> None:
        self.copy(self.key)

    @on(RecordTable.Opened)
    def _show_lines(self, event: RecordTable.Opened) -> None:
        event.stop()
        from lambdatui.ui.dialogs.log_lines import LogLines  # noqa: PLC0415

        self.app.push_screen(LogLines.of_invocation(self.session, self.feed, event.record))


def _glyph(invocation: Invocation) -> Content:
    return Content.styled(*GLYPHS[invocation.status])


def _memory(invocation: Invocation) -> Content | str:
    used, size = invocation.used_mb, invocation.memory_mb
    if used is None or not size:
        return "-"
    filled = BAR[min(len(BAR) - 1, round(used / size * (len(BAR) - 1)))]
    return Content.assemble(f"{used} / {size} ", (filled, "$warning" if near_memory(invocation) else "$accent"))


def _cold(invocation: Invocation) -> str:
    if invocation.restore_ms is not None:
        return f"restore {invocation.restore_ms:,.0f} ms"
    return "" if invocation.init_ms is None else f"init {invocation.init_ms:,.0f} ms"


def _error(invocation: Invocation) -> str:
    return ": ".join(filter(None, (invocation.error_type, invocation.error_message)))
