"""A log that is followed while it is shown: its feed, and the widgets that show it as lines or as invocations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from textual import on, work
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widget import Widget

from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError
from lambdatui.models.function import FunctionSummary
from lambdatui.models.log import LogSource
from lambdatui.ui import figures
from lambdatui.ui.log_feed import LogFeed
from lambdatui.ui.log_text import read_since
from lambdatui.ui.panes.asking_pane import AskingPane
from lambdatui.ui.panes.invocations import InvocationList
from lambdatui.ui.panes.list_pane import TitleLine
from lambdatui.ui.panes.log_words import log_standing, log_title, no_events, whose
from lambdatui.ui.panes.reading_pane import REST_S
from lambdatui.ui.panes.stream_line import stream_facts
from lambdatui.ui.widgets.log_view import LogView
from lambdatui.ui.widgets.record_table import RecordTable

TICK_S = 0.5
"""Between two looks at what is true about the stream."""
SINCE = "5m"
"""How far back a log begins unless it is told."""
TIMES: dict[figures.Times, figures.Times] = {"relative": "utc", "utc": "local", "local": "relative"}

Shows = Literal["lines", "invocations"]


class FollowedLog(AskingPane):
    """Follows the log of its subject or, as a pane of the region, of the functions that were chosen."""

    SHOWS: ClassVar[Shows] = "lines"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.shows: Shows = self.SHOWS
        self.facts_line = TitleLine()
        self.feed = self._made_feed()
        self.view = self._made_view()
        self.invocations = InvocationList(self.session, self.feed)
        self._tick: Timer | None = None
        self._changed_requests: set[str] = set()
        self._rewritten = False
        self._error: ConsoleError | None = None

    @classmethod
    def contents(cls) -> tuple[tuple[type[Widget], ...], ...]:
        return ((LogView,), (InvocationList, RecordTable))

    def functions(self) -> tuple[FunctionSummary, ...]:
        """Whose log is shown."""
        if self.subject is not None:
            return (self.subject,)
        known = self.session.functions
        return tuple(known[name] for name in self.session.chosen if name in known)

    def chosen(self) -> tuple[str, ...]:
        return tuple(function.name for function in self.functions())

    # -- the feed, and the widgets that show it

    def _made_feed(self, since_ms: int | None = None, pattern: str = "", replicas: Sequence[LogSource] = ()) -> LogFeed:
        """The feed of the session if it is of these functions and nothing else is asked for; or else a new one."""
        functions, feed = self.functions(), self.session.feed
        if since_ms is None and feed is not None and feed.is_of(functions):
            return feed
        since_ms = since_ms if since_ms is not None else read_since(SINCE, now_ms())
        self.session.feed = LogFeed(self.session, functions, since_ms=since_ms, pattern=pattern, replicas=replicas)
        return self.session.feed

    def _made_view(self) -> LogView:
        reader = self.feed.reader
        view = LogView(self.feed.ring, describe=reader.describe, expand=reader.expand, hidden=reader.hidden)
        view.display = self.shows == "lines"
        return view

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self.view
        yield self.invocations
        yield self.facts_line

    def on_mount(self) -> None:
        self.invocations.display = self.shows == "invocations"
        self._tick = self.set_interval(TICK_S, self._look)
        self._show_state()
        if self.shows == "invocations":
            self._show_invocations()

    def on_hide(self) -> None:
        if self._tick is not None:
            self._tick.pause()

    def on_show(self) -> None:
        if self._tick is not None:
            self._tick.resume()

    def start_asking(self) -> None:
        """Reads on where the feed stopped; a log that was not read yet may be one that the cursor only passes."""
        self._follow(REST_S if self.subject is not None and self.feed.tail is None else 0.0)

    def _follow(self, rest_s: float = 0.0) -> None:
        if self.feed.functions:
            about = f"log of {whose(self.feed)}"
            self.keep_asking(about, self._read, self._not_read, group="tail", rest_s=rest_s, urgent=True)

    async def _read(self) -> None:
        """Reads until it is cancelled."""
        await self.feed.run(self._told)

    def _not_read(self, error: ConsoleError) -> None:
        self._error = error

    def _told(self, requests: set[str], rewritten: bool) -> None:
        self._error = None
        self._changed_requests |= requests
        self._rewritten |= rewritten
        self.view.changed()

    async def _restart(
        self,
        since_ms: int | None = None,
        pattern: str | None = None,
        replicas: Sequence[LogSource] = (),
    ) -> None:
        """Shows another feed: of other functions, from another time, with another pattern at the source, or with the
        logs of replicas. What is not given stays as it was, as far as it is about these functions."""
        if since_ms is None and pattern is not None:
            since_ms = self.feed.since_ms
        if not replicas and self.feed.is_of(self.functions()):
            replicas = self.feed.replicas
        focused = self.view.has_focus
        self._error = None
        self.feed = self._made_feed(since_ms, self.feed.pattern if pattern is None else pattern, replicas)
        former, self.view = self.view, self._made_view()
        self.view.set_filter(former.filter_text)
        await former.remove()
        await self.mount(self.view, after=self.title_line)
        self._changed_requests.clear()
        if self.shows == "invocations":
            self._show_invocations()
        if focused:
            self.view.focus(scroll_visible=False)
        self._show_state()

    def show_subject(self, subject: FunctionSummary) -> None:
        self.subject = subject
        if not self.feed.is_of(self.functions()):
            self._change_subject()

    @work(group="subject", exclusive=True, exit_on_error=False, description="log of another function")
    async def _change_subject(self) -> None:
        self.workers.cancel_group(self, "edge")
        await self._restart()
        self._follow(REST_S)

    @work(group="subject", exclusive=True, exit_on_error=False, description="log from another time")
    async def _start_anew(self, since_ms: int | None = None, pattern: str | None = None) -> None:
        await self._restart(since_ms, pattern)
        self._follow()

    def read_again(self) -> None:
        self._start_anew(self.feed.since_ms)

    def focus_content(self) -> None:
        if self.shows == "lines":
            self.view.focus(scroll_visible=False)
        else:
            self.invocations.focus_content()

    @work(group="count", exclusive=True, exit_on_error=False, description="invocations of a log")
    async def _show_invocations(self) -> None:
        self.invocations.show_feed(self.feed)
        await self.feed.count_invocations(self._told)

    # -- what is true about the stream

    def _look(self) -> None:
        """Shows what has changed since the last look."""
        feed = self.feed
        for group, problem in feed.new_problems().items():
            self.session.log(f"log group {group}", problem)
        if self.shows == "invocations":
            changed, self._changed_requests = self._changed_requests, set()
            self.invocations.take(changed)
        elif self._rewritten:
            self._rewritten = False
            self.view.reread()
        elif feed.reader.times == "relative":
            self.view.redraw()
        self._show_state()

    def _problem(self) -> ConsoleError | None:
        return self._error or next(iter(self.feed.problems.values()), None)

    def _show_state(self) -> None:
        feed, view, problem = self.feed, self.view, self._problem()
        self.title_line.left = log_title(feed, view, named=self.subject is None)
        self.title_line.right = log_standing(view, problem)
        view.placeholder = no_events(feed, view, problem)
        self.facts_line.left = stream_facts(feed, now_ms())

    @on(LogView.StateChanged)
    def _show_view_state(self, event: LogView.StateChanged) -> None:
        event.stop()
        self._show_state()

    @on(LogView.TimesWanted)
    def _change_times(self, event: LogView.TimesWanted) -> None:
        event.stop()
        self.feed.reader.times = TIMES[self.feed.reader.times]
        self.view.redraw()
        self._show_state()
