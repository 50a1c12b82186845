"""The log of a function, or of several: as lines or as invocations, followed as it grows."""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widget import Widget

from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError, NotFound, SettingsError
from lambdatui.models.function import FunctionSummary
from lambdatui.models.log import LogSource
from lambdatui.ui import figures
from lambdatui.ui.log_feed import LogFeed
from lambdatui.ui.log_saving import file_name, save_events, save_invocations
from lambdatui.ui.log_text import read_since
from lambdatui.ui.panes.asking_pane import AskingPane, Question
from lambdatui.ui.panes.invocations import InvocationList
from lambdatui.ui.panes.list_pane import TitleLine
from lambdatui.ui.panes.log_words import log_standing, log_title, no_events, whose
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.panes.reading_pane import REST_S
from lambdatui.ui.panes.stream_line import stream_facts
from lambdatui.ui.widgets.log_view import LogView
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from lambdatui.aws.connection import Connection

TICK_S = 0.5
"""Between two looks at what is true about the stream."""
SINCE = "5m"
BEFORE_MS = 1_000
"""How long before an invocation its log is begun, for the lines of its cold start."""
REQUEST_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIMES: dict[figures.Times, figures.Times] = {"relative": "utc", "utc": "local", "local": "relative"}

Shows = Literal["lines", "invocations"]


class LogsPane(AskingPane):
    """Shows the log of its subject or, as a pane of the region, of the functions that were chosen."""

    SHOWS: ClassVar[Shows] = "lines"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash",
            "filter",
            "filter",
            id="list.filter",
            priority=True,
            tooltip="show only lines with the words",
        ),
        Binding(
            "backslash",
            "ask('pattern')",
            "pattern",
            id="logs.pattern",
            key_display="\\",
            priority=True,
            tooltip="CloudWatch's filter pattern, heeded at the source",
        ),
        Binding(
            "f",
            "ask('since')",
            "from",
            id="logs.since",
            priority=True,
            tooltip="start from now, 5m, 1h, a time, or the request id of an invocation",
        ),
        Binding("I", "switch", "invocations", id="logs.invocations", tooltip="invocations instead of lines, or back"),
        Binding("L", "live", "live", id="logs.live", tooltip="Live Tail, billed by the minute, or polling again"),
        Binding("E", "edge", "edge", id="logs.edge", show=False, tooltip="look for Lambda@Edge logs in every region"),
        Binding("Q", "search", "search", id="logs.search", tooltip="search long histories with Logs Insights"),
        Binding(
            "ctrl+s",
            "ask('save')",
            "save",
            id="logs.save",
            priority=True,
            tooltip="write what is shown to a file: text, or JSON lines if it ends in .jsonl",
        ),
        Binding("y", "copy_name", "copy", id="list.copy_name", show=False, tooltip="copy the message to the clipboard"),
    ]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.shows: Shows = self.SHOWS
        self.facts_line = TitleLine()
        self.feed = self._made_feed()
        self.view = self._made_view()
        self.invocations = InvocationList(self.session, self.feed)
        self._since = SINCE
        self._tick: Timer | None = None
        self._changed_requests: set[str] = set()
        self._rewritten = False
        self._error: ConsoleError | None = None
        self._told_problems: set[tuple[str, str]] = set()

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

    # -- what is true about the stream

    def _look(self) -> None:
        """Shows what has changed since the last look."""
        feed = self.feed
        self._tell_problems()
        if self.shows == "invocations":
            changed, self._changed_requests = self._changed_requests, set()
            self.invocations.take(changed)
        elif self._rewritten:
            self._rewritten = False
            self.view.reread()
        elif feed.reader.times == "relative":
            self.view.redraw()
        self._show_state()

    def _tell_problems(self) -> None:
        """Enters what stands in the way in the error log, once for as long as it does.

        That there is no log group yet is an answer, and no entry.
        """
        problems = {group: each for group, each in self.feed.problems.items() if not isinstance(each, NotFound)}
        self._told_problems = {(group, told) for group, told in self._told_problems if group in problems}
        for group, problem in problems.items():
            if (group, str(problem)) not in self._told_problems:
                self._told_problems.add((group, str(problem)))
                self.session.log(f"log group {group}", problem)

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

    # -- lines to type in

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in {"ask", "filter"} and self.asking:
            return False
        return action not in {"filter", "copy_name"} or self.shows == "lines"

    def questions(self) -> Mapping[str, Question]:
        return {
            "filter": Question("words   !not", lambda: self.view.filter_text, self._filter_by, at_once=True),
            "pattern": Question(
                'at the source: ERROR   ?WARN ?ERROR   -START   { $.level = "ERROR" }   %regex%',
                lambda: self.feed.pattern,
                self._set_pattern,
            ),
            "since": Question("now   5m   1h   2026-11-20T22:15:00Z   a request id", self._since_text, self._set_since),
            "save": Question("a file; JSON lines if it ends in .jsonl", self._file_name, self._save),
        }

    async def action_filter(self) -> None:
        await self.action_ask("filter")

    def _filter_by(self, text: str) -> bool:
        self.view.set_filter(text)
        self._show_state()
        return True

    def _set_pattern(self, pattern: str) -> bool:
        if pattern != self.feed.pattern:
            self._start_anew(pattern=pattern)
        return True

    def _set_since(self, text: str) -> bool:
        started_ms = self.feed.started_ms(text) if REQUEST_ID.fullmatch(text) else None
        try:
            since_ms = read_since(text, now_ms()) if started_ms is None else started_ms - BEFORE_MS
        except SettingsError as error:
            self.notify(f"{error.title}: {error.hint}, or a request id", severity="warning", markup=False)
            return False
        self._since = text
        self._start_anew(since_ms)
        return True

    def _since_text(self) -> str:
        under_cursor = self.invocations.table.cursor_record if self.shows == "invocations" else None
        return under_cursor.request_id if under_cursor is not None else self._since

    def _file_name(self) -> str:
        return file_name(self.feed.functions[0].name if self.feed.functions else "log", now_ms())

    def _save(self, name: str) -> bool:
        self._write(Path(name).expanduser().absolute())
        return True

    @work(group="save", exit_on_error=False, description="save the log")
    async def _write(self, path: Path) -> None:
        try:
            if self.shows == "lines":
                count = await save_events(path, self.view.shown_events(), several=self.feed.several)
            else:
                count = await save_invocations(path, self.invocations.table.shown, self.invocations.columns())
        except ConsoleError as error:
            self._tell_failure(error)
        else:
            self.notify(f"{figures.count(count)} saved in {plain(shlex.quote(str(path)))}", markup=False)

    def _tell_failure(self, error: ConsoleError) -> None:
        """Says why what the operator asked for was not done."""
        self.notify(f"{plain(error.title)}: {plain(error.hint)}", severity="error", markup=False)

    # -- what else can be done

    def action_switch(self) -> None:
        """Shows the invocations instead of the lines, or the lines again."""
        self.shows = "lines" if self.shows == "invocations" else "invocations"
        self.view.display = self.shows == "lines"
        self.invocations.display = self.shows == "invocations"
        if self.shows == "invocations":
            self._show_invocations()
        self.focus_content()
        self._look()
        self.refresh_bindings()

    @work(group="count", exclusive=True, exit_on_error=False, description="invocations of a log")
    async def _show_invocations(self) -> None:
        self.invocations.show_feed(self.feed)
        await self.feed.count_invocations(self._told)

    def action_live(self) -> None:
        """Opens a Live Tail beside the polling, or ends it."""
        tail, identity = self.feed.tail, self.session.identity
        if tail is None:
            self.notify("no Live Tail: the log is not being read yet", severity="warning", markup=False)
        elif identity is None:
            self.notify("no Live Tail: the account is not known yet", severity="warning", markup=False)
        elif tail.live == "off":
            tail.go_live(identity.account)
        else:
            tail.end_live()
        self._show_state()

    @work(group="edge", exclusive=True, exit_on_error=False, description="Lambda@Edge logs")
    async def action_edge(self) -> None:
        """Looks in every region for the logs of the function's replicas, and follows what it finds."""
        from lambdatui.aws.connection import region_names  # noqa: PLC0415 - imports the SDK
        from lambdatui.aws.log_sources import edge_sources  # noqa: PLC0415

        function = self.subject
        if function is None:
            self.notify("open the logs of one function for that", severity="warning", markup=False)
            return
        self.notify("looking for Lambda@Edge logs in every region…", markup=False, timeout=3)

        async def look(connection: Connection) -> Any:
            regions = await asyncio.to_thread(region_names, "logs", beside=connection.region)
            return await edge_sources(connection, function.name, regions)

        try:
            found, failed = await self.session.ask(f"Lambda@Edge logs of {function.name}", look)
        except ConsoleError as error:
            self._tell_failure(error)
            return
        unknown = f"; {len(failed)} regions could not be asked: {plain(failed[0][1].title)}" if failed else ""
        if not found:
            self.notify(f"found no Lambda@Edge logs of it{unknown}", severity="warning", markup=False)
            return
        places = ", ".join(source.region or "this region" for source in found)
        self.notify(f"in {places}{unknown}", markup=False)
        await self._restart(self.feed.since_ms, replicas=found)
        self._follow()

    def action_search(self) -> None:
        self.post_message(Pane.PlaceWanted("search"))

    def action_copy_name(self) -> None:
        if (event := self.view.cursor_event) is not None:
            self.app.copy_to_clipboard(event.message)
            self.notify("copied the message", markup=False, timeout=2)

    def step_back(self) -> bool:
        if self.shows == "invocations":
            if self.invocations.step_back():
                return True
            if self.SHOWS == "lines":
                self.action_switch()
                return True
            return False
        if self.view.filter_text:
            return self._filter_by("")
        return False


class InvocationsPane(LogsPane):
    """The same, opened with the invocations."""

    SHOWS = "invocations"
