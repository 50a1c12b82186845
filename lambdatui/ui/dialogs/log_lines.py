"""Some lines of a log to read: those of one request, or those around a moment."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.worker import Worker

from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError
from lambdatui.insight.request_lines import lines_of
from lambdatui.models.invocation import Invocation
from lambdatui.models.log import LogEvent, LogSource
from lambdatui.ui import figures
from lambdatui.ui.log_feed import LogFeed
from lambdatui.ui.log_reader import LogReader
from lambdatui.ui.panes.list_pane import TitleLine
from lambdatui.ui.session import Session
from lambdatui.ui.widgets.frame import with_keys
from lambdatui.ui.widgets.log_ring import LogRing
from lambdatui.ui.widgets.log_view import LogView
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.trouble import forbidden_or_failed, trouble

AROUND_MS = 2_000
"""What is read before and after an invocation, for lines that the clocks of others date."""

Batches = Callable[[], AsyncGenerator[list[LogEvent], None]]
Picks = Callable[[Sequence[LogEvent]], Sequence[LogEvent]]


class LogLines(ModalScreen[None]):
    """Reads from one time to another, and shows it.

    Args:
        session: where to ask.
        title: what these lines are.
        sources: whose log.
        since_ms: epoch ms.
        until_ms: epoch ms.
        at_ms: where the cursor is to be, epoch ms.
        stream: only the lines of this stream; None for all.
        pick: chooses among the events that were read.
        held: the events, where the console holds them all and nothing has to be read.
    """

    DEFAULT_CSS = """
    LogLines { background: $background; }
    LogLines LogView { height: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "close", id="dialog.close"),
        Binding("y", "copy_message", "copy", id="lines.copy", tooltip="copy the message to the clipboard"),
    ]

    def __init__(
        self,
        session: Session,
        title: str,
        sources: Sequence[LogSource],
        *,
        since_ms: int,
        until_ms: int,
        at_ms: int | None = None,
        stream: str | None = None,
        pick: Picks | None = None,
        held: Sequence[LogEvent] | None = None,
    ) -> None:
        super().__init__()
        self.session = session
        self.sources = sources
        self.since_ms, self.until_ms, self.at_ms = since_ms, until_ms, at_ms
        self.stream = stream
        self._title = title
        self._pick = pick
        self._held = held
        self._ring = LogRing()
        self._reader = LogReader(
            "utc" if session.times == "relative" else session.times,
            several=len({source.function for source in sources}) > 1,
        )
        self._line = TitleLine()
        self._view = LogView(
            self._ring, describe=self._reader.describe, expand=self._reader.expand, hidden=self._reader.hidden
        )

    @classmethod
    def of_invocation(cls, session: Session, feed: LogFeed, invocation: Invocation) -> LogLines:
        """The lines of one request, from every stream that has some: those held, or read again if older ones left."""
        request = invocation.request_id
        ended_ms = invocation.ended_ms or now_ms()
        whole = len(feed.ring) > 0 and (feed.ring.left == 0 or feed.ring[0].at_ms < invocation.started_ms - AROUND_MS)
        return cls(
            session,
            f"{invocation.function} {request}",
            feed.sources,
            since_ms=invocation.started_ms - AROUND_MS,
            until_ms=ended_ms + AROUND_MS,
            pick=lambda events: lines_of(request, events),
            held=lines_of(request, feed.ring) if whole else None,
        )

    def compose(self) -> ComposeResult:
        yield self._line
        yield self._view

    def on_mount(self) -> None:
        self._view.focus(scroll_visible=False)
        self._show_state(Content.styled("reading…", "$secondary"))
        if self._held is not None:
            self._show(self._held)
        else:
            self._read()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        self.session.log_fault(event.worker.description, event.worker.error)

    @work(exclusive=True, exit_on_error=False, description="lines of a log")
    async def _read(self) -> None:
        from lambdatui.aws.logs import Tail  # noqa: PLC0415 - imports the SDK

        had: list[LogEvent] = []
        try:
            connection = await self.session.connection()
            tail = Tail(connection, self.sources, since_ms=self.since_ms, until_ms=self.until_ms)
            async with aclosing(tail.batches()) as batches:
                async for batch in batches:
                    had += [event for event in batch if self.stream in {None, event.stream}]
                    if self._pick is None:
                        self._show(had, partly=True)
        except ConsoleError as error:
            self.session.log(self._title, error)
            self._view.placeholder = forbidden_or_failed(error)
            self._show_state(trouble(error))
            return
        self._show(had)

    def _show(self, events: Sequence[LogEvent], *, partly: bool = False) -> None:
        known = len(self._ring)
        chosen = sorted(self._pick(events) if self._pick is not None else events)
        self._reader.add(event for event in chosen if event not in self._ring)
        self._ring.extend([event for event in chosen if event not in self._ring])
        self._view.changed()
        if not partly:
            self._view.placeholder = Content("There is no such line in the log.")
        if not known and len(self._ring):
            self._view.move_to(next((e for e in self._ring if e.at_ms >= (self.at_ms or 0)), self._ring[0]))
        self._show_state(Content.styled("reading…", "$secondary") if partly else Content(""))

    def _show_state(self, state: Content) -> None:
        lines = figures.count(len(self._ring))
        self._line.left = Content.assemble(" ", (plain(self._title), "bold"), f"  {lines} events")
        self._line.right = Content("  ").join([state, Content.styled(with_keys(self, "{dialog.close} closes"), "dim")])

    @on(LogView.StateChanged)
    def _keep_state(self, event: LogView.StateChanged) -> None:
        event.stop()

    @on(LogView.TimesWanted)
    def _change_times(self, event: LogView.TimesWanted) -> None:
        event.stop()
        self._reader.times = "local" if self._reader.times == "utc" else "utc"
        self._view.redraw()

    def action_copy_message(self) -> None:
        if (event := self._view.cursor_event) is not None:
            self.app.copy_to_clipboard(event.message)
            self.notify("copied the message", markup=False, timeout=2)

    def action_close(self) -> None:
        self.dismiss()
