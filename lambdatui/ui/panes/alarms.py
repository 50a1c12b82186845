"""The alarms of the region that watch functions, firing ones first."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content

from lambdatui.clock import now_ms
from lambdatui.models.alarm import NAMESPACE, AnyAlarm, CompositeAlarm, MetricAlarm, Watch, watches
from lambdatui.models.function import FunctionSummary
from lambdatui.ui import figures
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.panes.reading_pane import ReadingPane
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.record_table import Column, RecordTable

if TYPE_CHECKING:
    from lambdatui.aws.connection import Connection

STATES = {
    "ALARM": ("!", "bold $error", "ALARM"),
    "INSUFFICIENT_DATA": ("?", "$warning", "INSUFFICIENT"),
    "OK": (" ", "$success", "OK"),
}
"""How a state is drawn: its glyph, its style, its word. They stand in this order, and strange states before OK."""
STRANGE = ("?", "$warning", "-")

SIGNS = {
    "GreaterThanOrEqualToThreshold": "≥",
    "GreaterThanThreshold": ">",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "≤",
}
BANDS = {
    "LessThanLowerOrGreaterThanUpperThreshold": "outside its band",
    "LessThanLowerThreshold": "below its band",
    "GreaterThanUpperThreshold": "above its band",
}
"""Comparisons with what anomaly detection expects."""
MILLISECONDS = frozenset({"Duration", "PostRuntimeExtensionsDuration", "IteratorAge", "AsyncEventAge"})
"""Metrics of Lambda that are times (facts 6)."""

_ARN_OF_ALARM = re.compile(r"arn:[^\s\",()]*?:alarm:")


def urgency(watch: Watch) -> int:
    """How soon an alarm wants a look: firing, without data, in an unknown state, well."""
    return {"ALARM": 0, "INSUFFICIENT_DATA": 1, "OK": 3}.get(watch.alarm.state_value or "", 2)


def state_word(alarm: AnyAlarm) -> str:
    """The state as it is written: shorter than AWS does where its word is long."""
    _, _, word = STATES.get(alarm.state_value or "", (*STRANGE[:2], alarm.state_value or STRANGE[2]))
    return word


def condition(alarm: AnyAlarm) -> str:
    """When an alarm fires, in words: ``Errors Sum > 5, 3 of 5 × 1 m``; of a composite, its rule."""
    if isinstance(alarm, CompositeAlarm):
        return _without_arns(alarm.alarm_rule)
    return f"{_measure(alarm)} {_comparison(alarm)}{_periods(alarm)}"


def _measure(alarm: MetricAlarm) -> str:
    compared, stat = alarm.compared, alarm.compared.metric_stat
    if compared.expression:
        return compared.label or compared.expression
    return f"{stat.metric.metric_name} {stat.stat}" if stat and stat.metric.metric_name else "a query"


def _comparison(alarm: MetricAlarm) -> str:
    operator = alarm.comparison_operator or "?"
    if alarm.threshold is None:
        return BANDS.get(operator, operator)
    metric = alarm.compared.metric_stat.metric if alarm.compared.metric_stat else None
    unit = " ms" if metric and metric.namespace == NAMESPACE and metric.metric_name in MILLISECONDS else ""
    return f"{SIGNS.get(operator, operator)} {alarm.threshold:,.10g}{unit}"


def _periods(alarm: MetricAlarm) -> str:
    seconds, periods = alarm.longest_period_s, alarm.evaluation_periods
    if seconds is None or periods is None:
        return ""
    breaching = alarm.datapoints_to_alarm or periods
    few = f"{breaching} of {periods}" if breaching != periods else str(periods)
    return f", {few} × {figures.age(seconds * 1000)}"


def _without_arns(text: str) -> str:
    """The text on one line, alarms in it by their names alone: they are all of this account and region."""
    return " ".join(_ARN_OF_ALARM.sub("", text).split())


class AlarmsPane(ReadingPane[Watch]):
    """One sweep of DescribeAlarms, and no call for any one function (facts 1.2)."""

    TITLE = "Alarms"
    THINGS = "alarms"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("A", "all", "all", id="alarms.all", tooltip="also those that watch no function, or not"),
    ]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._read_so_far: dict[str, AnyAlarm] = {}
        """Every alarm that is known, by name, whether it is listed or not."""
        self._all = False
        """Whether alarms are listed that watch no function."""
        self._others = 0
        """How many of those there were when all were read last."""

    def columns(self) -> Sequence[Column[Watch]]:
        times = self.session.times
        return (
            Column(id="urgency", title="", cell=_glyph, value=urgency, width=1),
            Column(id="alarm", title="ALARM", cell=lambda w: w.alarm.alarm_name, flex=True, min_width=18),
            Column(
                id="function",
                title="FUNCTION",
                cell=lambda w: ", ".join(map(str, w.watched)) or "-",
                flex=True,
                min_width=14,
            ),
            Column(id="what", title="WHAT", cell=lambda w: condition(w.alarm), flex=True, min_width=24, priority=3),
            Column(id="state", title="STATE", cell=_state, width=12),
            Column(
                id="since",
                title="SINCE",
                cell=lambda w: figures.moment(w.alarm.since_ms, now_ms(), times),
                value=lambda w: w.alarm.since_ms,
                unit="epoch ms",
                width=6 if times == "relative" else 20,
                align="right",
                priority=1,
            ),
            Column(id="actions", title="ACTIONS", cell=_actions, width=8),
            Column(id="reason", title="REASON", cell=lambda w: reason(w.alarm), flex=True, min_width=20, priority=2),
        )

    def key(self, record: Watch) -> str:
        return record.alarm.alarm_name

    def on_mount(self) -> None:
        self.table.sort_by("urgency")

    # -- reading

    async def pages(self, connection: Connection) -> AsyncIterator[Sequence[Watch]]:
        from lambdatui.aws.alarms import list_alarms  # noqa: PLC0415 - imports the SDK

        found: dict[str, AnyAlarm] = {}
        async for page in list_alarms(connection):
            found |= {alarm.alarm_name: alarm for alarm in page}
            self._read_so_far |= found
            # What a composite watches may stand on a later page.
            composites = (alarm for alarm in found.values() if isinstance(alarm, CompositeAlarm))
            yield self._listed(watches((*page, *composites), found.values()))
        self._read_so_far = found
        self._others = sum(not watch.watched for watch in watches(found.values(), found.values()))

    def _listed(self, found: Iterable[Watch]) -> list[Watch]:
        return [watch for watch in found if watch.watched or self._all]

    def action_all(self) -> None:
        self._all = not self._all
        if self.reading_now().running:
            self.read_again()
        alarms = self._read_so_far.values()
        self.table.set_records(self._listed(watches(alarms, alarms)))
        self.show_title()

    def state(self) -> Content:
        reading = self.reading_now()
        if reading.running or reading.error is not None or not self._others:
            return super().state()
        told = f"{figures.count(self._others)} {'of them watch' if self._all else 'more watch'} no function  "
        return Content.assemble((told, "dim"), ("A", "bold $accent"))

    def nothing(self) -> Content:
        if not self._others:
            return super().nothing()
        return Content.assemble(
            f"No alarms watch a function of {self.place}.\n{figures.count(self._others)} watch something else: ",
            ("A", "bold $accent"),
            " lists them.",
        )

    # -- what a row can do

    def _function(self, watch: Watch | None) -> FunctionSummary | None:
        """The first of the functions that is in the region."""
        known = self.session.functions
        return next((known[name] for name in watch.functions if name in known), None) if watch else None

    @on(RecordTable.Highlighted)
    def _subject_changed(self, event: RecordTable.Highlighted) -> None:
        event.stop()
        self.tell_subject(self._function(event.record))

    @on(RecordTable.Opened)
    def _show_facts(self, event: RecordTable.Opened) -> None:
        event.stop()
        from lambdatui.ui.dialogs.alarm import AlarmFacts  # noqa: PLC0415 - the first paint does without
        from lambdatui.ui.panes.alarm_sections import alarm_sections  # noqa: PLC0415

        watch: Watch = event.record
        known = self.session.functions if self.session.reading.read_at is not None else None
        sections = alarm_sections(watch, known, now_ms(), self.session.times)
        dialog = AlarmFacts(self.key(watch), sections)
        self.app.push_screen(dialog, lambda wanted: self._open_function(watch) if wanted else None)

    def _open_function(self, watch: Watch) -> None:
        if function := self._function(watch):
            self.post_message(Pane.SubjectOpened(function))
        elif not watch.watched:
            self.notify("it watches no function", markup=False)
        elif not watch.functions:
            self.notify("it watches every function, and names none", markup=False)
        elif self.session.reading.read_at is None:
            self.notify("the functions of the region are not read yet", markup=False)
        else:
            name = plain(", ".join(watch.functions))
            self.notify(f"orphaned: there is no function {name} for it", severity="warning", markup=False)


def _glyph(watch: Watch) -> Content:
    glyph, style, _ = STATES.get(watch.alarm.state_value or "", STRANGE)
    return Content.styled(glyph, style)


def _state(watch: Watch) -> Content:
    _, style, _ = STATES.get(watch.alarm.state_value or "", STRANGE)
    return Content.styled(plain(state_word(watch.alarm)), style)


def _actions(watch: Watch) -> Content:
    return Content.styled("disabled", "$warning") if watch.alarm.muted else Content.styled("enabled", "dim")


def reason(alarm: AnyAlarm) -> str:
    """AWS's reason for the state, after what kept it from evaluating the alarm as it should."""
    hindered = alarm.evaluation_state if isinstance(alarm, MetricAlarm) else None
    return ": ".join(filter(None, (hindered, _without_arns(alarm.state_reason or "")))) or "-"
