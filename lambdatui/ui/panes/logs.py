"""The log of a function, or of several: where it begins, what of it is shown, and what else can be done with it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from lambdatui.clock import now_ms
from lambdatui.errors import BilledReadOff, ConsoleError, SettingsError
from lambdatui.ui import figures
from lambdatui.ui.log_saving import file_name, save_events, save_invocations
from lambdatui.ui.log_text import read_since
from lambdatui.ui.panes.asking_pane import Question
from lambdatui.ui.panes.followed_log import SINCE, FollowedLog
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.widgets.plain_text import plain

BEFORE_MS = 1_000
"""How long before an invocation its log is begun, for the lines of its cold start."""
REQUEST_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class LogsPane(FollowedLog):
    """What an operator can do with a log."""

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
        self._since = SINCE

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

    def action_live(self) -> None:
        """Opens a Live Tail beside the polling, or ends it."""
        tail, identity = self.feed.tail, self.session.identity
        if tail is None:
            self.notify("no Live Tail: the log is not being read yet", severity="warning", markup=False)
        elif identity is None:
            self.notify("no Live Tail: the account is not known yet", severity="warning", markup=False)
        elif not self.session.target.billed_reads:
            self._tell_failure(BilledReadOff("logs:StartLiveTail"))
        elif tail.live == "off":
            tail.go_live(identity.account)
        else:
            tail.end_live()
        self._show_state()

    @work(group="edge", exclusive=True, exit_on_error=False, description="Lambda@Edge logs")
    async def action_edge(self) -> None:
        """Looks in every region for the logs of the function's replicas, and follows what it finds."""
        from lambdatui.aws.log_sources import edge_sources  # noqa: PLC0415 - imports the SDK

        function = self.subject
        if function is None:
            self.notify("open the logs of one function for that", severity="warning", markup=False)
            return
        self.notify("looking for Lambda@Edge logs in every region…", markup=False, timeout=3)
        try:
            found, failed = await self.session.ask(
                f"Lambda@Edge logs of {function.name}", lambda connection: edge_sources(connection, function.name)
            )
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
