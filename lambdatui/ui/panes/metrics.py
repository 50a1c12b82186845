"""The metrics of one function as charts, with what was deployed meanwhile and the alarms that watch it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from lambdatui.clock import now_ms
from lambdatui.errors import AccessDenied, ConsoleError, NotFound
from lambdatui.insight.deployments import deployments
from lambdatui.models.deployment import ChangeHistory
from lambdatui.models.function import FunctionSummary
from lambdatui.models.metric import MetricQuery, Series, Status
from lambdatui.models.release import Part
from lambdatui.ui import figures
from lambdatui.ui.log_feed import LogFeed
from lambdatui.ui.panes.list_pane import TitleLine
from lambdatui.ui.panes.metric_charts import CHARTS, Scope, Span, drawings, lettered, queries, scopes
from lambdatui.ui.panes.metric_lines import alarm_lines, deployment, deployment_lines, missing_lines
from lambdatui.ui.panes.metric_sources import OF_REGION, OF_WINDOW, REQUESTS, Asked
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.panes.reading_pane import REST_S
from lambdatui.ui.widgets.chart_page import ChartPage
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.time_chart import CURSOR_HEAD, Drawing, Level, TimeChart
from lambdatui.ui.widgets.trouble import forbidden_or_failed, trouble

LOOK_EVERY_MS = 15_000
"""Between two looks for news, at most: less, where the period ends sooner."""
OLD_MS = 5 * 60_000
"""From which age on it is said when metrics were read: nobody was there meanwhile."""
LEARN_EVERY_MS = 2 * 60_000
"""Between two readings of what changes seldom: alarms, releases, limits."""


class MetricsPane(Pane):
    """Asks for the metrics of its subject when there can be news, and for what explains them beside that."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "r",
            "release",
            "release",
            id="metrics.release",
            tooltip="of the whole function, of each alias, or of one version against another",
        ),
    ]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.title_line = TitleLine()
        self.reading_line = TitleLine()
        self._facts = Static(id="facts", markup=False)
        self._notice = Static(id="notice", markup=False)
        self.charts = [TimeChart() for _ in CHARTS]
        self._page = ChartPage(self._facts, self._notice, Container(*self.charts, id="charts"))
        self._scope = Scope()
        self._found: Mapping[MetricQuery, Series] = {}
        self._read_ms: int | None = None
        """When metrics were had last, epoch ms."""
        self._error: ConsoleError | None = None
        self.parts: dict[str, Part[Any]] = dict.fromkeys(REQUESTS, Part())
        """What was learned beside the metrics, by what was asked for."""
        self._due_ms: dict[str, int] = {}
        """When each of them is to be asked for again, epoch ms."""
        self._moment_ms: int | None = None
        """The moment under the cursor, epoch ms."""
        self._drawn: tuple[Drawing, ...] = ()

    @classmethod
    def contents(cls) -> tuple[tuple[type[Widget], ...], ...]:
        return ((ChartPage,),)

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self._page
        yield self.reading_line

    def on_mount(self) -> None:
        self.call_after_refresh(self._show)

    def focus_content(self) -> None:
        self._page.focus(scroll_visible=False)

    def show_subject(self, subject: FunctionSummary) -> None:
        former, self.subject = self.subject, subject
        if former is not None and former.arn == subject.arn:
            if former != subject:  # it was deployed or configured since
                self._due_ms = {part: due for part, due in self._due_ms.items() if part in OF_REGION}
                self._ask(REST_S)
            return
        self._scope, self._moment_ms = Scope(), None
        self._forget_metrics()
        self._forget(REQUESTS.keys() - OF_REGION)
        self._page.scroll_home(animate=False)
        self._show()
        self._ask(REST_S)

    def window_changed(self) -> None:
        self._forget_metrics()
        self._forget(OF_WINDOW)
        self._show()
        self._ask()

    def read_again(self) -> None:
        self.parts = {name: Part(part.items, part.error) for name, part in self.parts.items()}
        self._due_ms.clear()
        self._ask()

    def _forget_metrics(self) -> None:
        self._found, self._read_ms, self._error = {}, None, None

    def _forget(self, parts: Iterable[str]) -> None:
        for part in parts:
            self.parts[part] = Part()
            self._due_ms.pop(part, None)

    # -- reading

    def start_asking(self) -> None:
        self._ask()

    def _ask(self, rest_s: float = 0.0) -> None:
        """Begins anew with all that is asked for; what is not due is asked for when it is."""
        of = f"of {self._function}"
        self.keep_asking(f"metrics {of}", self._look, self._not_read, group="metrics", rest_s=rest_s)
        for part in REQUESTS:
            turn, failed = partial(self._learn, part), partial(self._not_learned, part)
            self.keep_asking(f"{part} {of}", turn, failed, group=part, rest_s=rest_s)

    async def _look(self) -> None:
        """Asks for metrics, and waits until there can be news."""
        if self.watched:
            await self._look_once()
        self._show()
        ends_ms = self.session.window.range_ms(now_ms())[1]
        await asyncio.sleep(min(ends_ms - now_ms(), LOOK_EVERY_MS) / 1_000)

    async def _look_once(self) -> None:
        metrics = await self.session.metrics()
        requested, asked_ms = metrics.requested, now_ms()
        self._found = await metrics.get(queries(self._function, self._scope), self.session.window)
        self._read_ms = asked_ms
        self._error = None
        if metrics.requested != requested:
            self.session.tell_health()

    def _not_read(self, error: ConsoleError) -> None:
        self._error = error
        self._show()

    async def _learn(self, part: str) -> None:
        """Asks for a part where it is due, and waits until it may be due again."""
        if part in OF_WINDOW and self.parts["versions"].pending:
            await asyncio.sleep(REST_S)
            return
        if self.watched and now_ms() >= self._due_ms.get(part, 0):
            await self._learn_once(part)
        await asyncio.sleep(LOOK_EVERY_MS / 1_000)

    async def _learn_once(self, part: str) -> None:
        """Asks for a part. A refusal is an answer too: nothing else is to be expected before it is due again."""
        assert self.subject is not None
        asked = Asked(function=self.subject, window=self.session.window, parts=self.parts)
        try:
            items = await REQUESTS[part](await self.session.connection(), asked)
            self.parts[part] = Part(items, pending=False)
            self._show()
        except AccessDenied as error:
            self.session.log(f"{part} of {self._function}", error)
            self._not_learned(part, error)
        except NotFound as error:
            self._not_learned(part, error)
        ends_ms = self.session.window.range_ms(now_ms())[1]
        self._due_ms[part] = ends_ms if part in OF_WINDOW else now_ms() + LEARN_EVERY_MS

    def _not_learned(self, part: str, error: ConsoleError) -> None:
        self.parts[part] = Part(self.parts[part].items, error, pending=False)
        self._show()

    # -- drawing

    @property
    def _function(self) -> str:
        return self.subject.name if self.subject is not None else ""

    @property
    def _span(self) -> Span:
        return Span(
            window=self.session.window,
            now_ms=self._read_ms if self._read_ms is not None else now_ms(),
            times=self.session.times,
        )

    def _show(self) -> None:
        """Shows what is known; what looks the same is not painted again."""
        if not self.is_mounted or self.subject is None:
            return
        span, history = self._span, self._history
        changed = deployments(self.parts["versions"].items, history.changes, span.since_ms, span.until_ms)
        letters = dict(lettered(changed, span))
        self._drawn = ()
        if self._found:
            levels = self._levels(self.subject)
            found = {**self._found, **{series.query: series for series in self.parts["cold starts"].items}}
            self._drawn = tuple(
                drawings(self._function, self._scope, found, span, levels=levels, marks=letters.items())
            )
        cursor = None if self._moment_ms is None else span.bucket(self._moment_ms)
        for number, chart in enumerate(self.charts):
            chart.display = number < len(self._drawn)
            if chart.display:
                chart.show(self._drawn[number], cursor)
        self._page.fit()
        facts = (
            *alarm_lines(self._function, self.parts["alarms"].items),
            *deployment_lines(changed, letters, span, history.since_ms),
            *missing_lines(self.parts),
        )
        _update(self._facts, Content("\n").join(facts))
        _update(self._notice, self._told())
        self.title_line.left = Content.assemble(
            " ", ("Metrics", "bold"), f"  {plain(str(self._scope))}", (f"  last {span.window.name}", "$secondary")
        )
        self.title_line.right = self._standing()
        at_cursor = [one for one in changed if span.bucket(one.at_ms) == cursor]
        self._show_reading(cursor, span, [deployment(one, letters, span) for one in at_cursor])

    @property
    def _history(self) -> ChangeHistory:
        return next(iter(self.parts["changes"].items), ChangeHistory())

    def _levels(self, function: FunctionSummary) -> dict[str, Level]:
        known = {"timeout": function.timeout_s * 1_000}
        for name in ("reserved", "account"):
            for limit in self.parts[f"{name} concurrency"].items:
                known[name] = limit
        return {name: Level(name, value) for name, value in known.items()}

    def _told(self) -> Content:
        """What stands in place of charts, or over those that are empty."""
        if not self._found:
            if self._error is not None:
                return forbidden_or_failed(self._error)
            if self._read_ms is None:
                return Content.styled("Reading metrics…", "$secondary")
            return Content(f"Nothing is asked for: {self._slowed() or 'the budget for metrics is used up'}.")
        complete = all(series.status is Status.COMPLETE for series in self._found.values())
        if complete and all(drawing.empty for drawing in self._drawn):
            return Content(f"Nothing happened in {self.session.window.name}: CloudWatch has no data.")
        return Content("")

    def _standing(self) -> Content:
        if self._error is not None:
            age = f"stale {figures.age(now_ms() - self._read_ms)}: " if self._read_ms is not None else ""
            return trouble(self._error, age)
        if self._read_ms is None:
            return Content.styled("reading…", "$secondary")
        if slowed := self._slowed():
            return Content.styled(slowed, "$warning")
        if now_ms() - self._read_ms > OLD_MS:
            return Content.styled(f"as of {self._span.moment(self._read_ms)}", "$warning")
        statuses = {series.status for series in self._found.values()}
        if statuses - {Status.COMPLETE}:
            words = sorted(status.value for status in statuses - {Status.COMPLETE})
            return Content.styled(f"! some {' and '.join(words)}", "$warning")
        return Content("")

    def _slowed(self) -> str:
        until_ms = self.session.metrics_slowed_until_ms
        return "" if until_ms is None else f"slowed by the budget until {self._span.moment(until_ms)}"

    def _show_reading(self, cursor: int | None, span: Span, changed: Iterable[Content]) -> None:
        self.reading_line.right = Content.styled("" if cursor is None else KEYS, "dim")
        if cursor is None:
            self.reading_line.left = Content.styled(" left and right read the values of a moment", "dim")
            return
        values = [
            f"  {plain(trace.label)} {drawing.read(trace, cursor)}"
            for drawing in self._drawn
            for trace in drawing.traces
            if trace.values[cursor] is not None
        ]
        at = f" {CURSOR_HEAD} {figures.absolute(span.starts_ms(cursor), span.times)}"
        told = Content("  ").join([Content.styled(at, "bold"), *changed, Content("").join(map(Content, values))])
        self.reading_line.left = told.truncate(max(self.size.width - len(KEYS) - 3, 0), ellipsis=True)

    # -- what the operator does

    @on(ChartPage.Moved)
    def _move(self, event: ChartPage.Moved) -> None:
        event.stop()
        if not self._drawn:
            return
        span = self._span
        last = span.window.buckets - 1
        cursor = last + 1 if self._moment_ms is None else span.bucket(self._moment_ms)
        cursor = min(max((0 if cursor is None else cursor) + event.by, 0), last)
        self._moment_ms = span.starts_ms(cursor)
        self._show()

    @on(ChartPage.Opened)
    def _open_logs(self, event: ChartPage.Opened) -> None:
        event.stop()
        if self._moment_ms is None or self.subject is None:
            self.notify("left and right choose a moment first", markup=False)
            return
        self.session.feed = LogFeed(self.session, (self.subject,), since_ms=self._moment_ms)
        self.post_message(Pane.SubjectOpened(self.subject, tab="logs"))

    def action_release(self) -> None:
        """Looks at the next of the whole function, its aliases, and their versions."""
        part = self.parts["aliases"]
        if not part.items:
            told = "reading the aliases…" if part.pending else f"{plain(self._function)} has no alias"
            self.notify(plain(part.error.title) if part.error is not None else told, markup=False)
            return
        every = scopes(part.items, self.parts["versions"].items)
        index = every.index(self._scope) if self._scope in every else -1
        self._scope = every[(index + 1) % len(every)]
        self._forget_metrics()
        self._show()
        self._ask()

    def step_back(self) -> bool:
        if self._moment_ms is None:
            return False
        self._moment_ms = None
        self._show()
        return True


KEYS = "enter opens the logs"


def _update(line: Static, told: Content) -> None:
    line.display = bool(told.plain)
    if line.content != told:
        line.update(told)
