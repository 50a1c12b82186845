"""All that is known of an alarm, for `enter`: what it watches and when it fires, sections of labelled values out."""

from __future__ import annotations

from collections.abc import Container, Iterator

from lambdatui.models.alarm import AnyAlarm, MetricAlarm, MetricDataQuery, Watch, Watched
from lambdatui.ui import figures
from lambdatui.ui.panes.alarms import condition, reason, state_word
from lambdatui.ui.widgets.section_view import Section, Tone, Value, toned

Row = tuple[str, Value]

STATE_TONES: dict[str | None, Tone] = {"ALARM": "error", "OK": "good"}
ABSENT = Value("-")


def alarm_sections(watch: Watch, functions: Container[str] | None, now_ms: int, times: figures.Times) -> list[Section]:
    """An alarm with all that a row has no room for.

    Args:
        functions: the names of those in the region; None while they are not all known.
        now_ms: epoch ms.
        times: how the operator wants times written; a relative one is written in UTC beside its age.
    """
    alarm = watch.alarm
    return [
        Section("State", tuple(_state(watch, now_ms, times))),
        Section("Fires", tuple(_condition(alarm))),
        Section("Watches", tuple(_watched(one, functions) for one in watch.watched) or (("", Value("no function")),)),
        Section("Actions", tuple(_actions(alarm))),
    ]


def _state(watch: Watch, now_ms: int, times: figures.Times) -> Iterator[Row]:
    alarm, since_ms = watch.alarm, watch.alarm.since_ms
    yield "state", toned(state_word(alarm), STATE_TONES.get(alarm.state_value, "warning"))
    if since_ms is None:
        yield "since", ABSENT
    else:
        at = figures.absolute(since_ms, times)
        yield "since", Value(f"{at} ({figures.age(now_ms - since_ms)} ago)")
    yield "reason", Value(reason(alarm))
    yield "description", Value(alarm.alarm_description or "-")


def _condition(alarm: AnyAlarm) -> Iterator[Row]:
    if isinstance(alarm, MetricAlarm):
        yield "when", Value(condition(alarm))
        for query in alarm.queries:
            yield query.id or "metric", Value(_measured(query))
        yield "missing data", Value(alarm.treat_missing_data or "-")
    else:
        yield "rule", Value(condition(alarm))


def _measured(query: MetricDataQuery) -> str:
    """What one query asks for, and over which periods."""
    if query.metric_stat is None:
        return " ".join((query.expression or "-").split())
    metric = query.metric_stat.metric
    named = ", ".join(f"{one.name} {one.value}" for one in metric.dimensions) or "no dimensions"
    of = f"{metric.namespace or '-'} {metric.metric_name or '-'} {query.metric_stat.stat or '-'} of {named}"
    return f"{of}, every {figures.age(query.period_s * 1_000)}" if query.period_s else of


def _watched(watched: Watched, functions: Container[str] | None) -> Row:
    known = functions is None or not watched.function or watched.function in functions
    orphaned = toned(f"{watched}: not among the functions of the region", "warning")
    return "", Value(str(watched)) if known else orphaned


def _actions(alarm: AnyAlarm) -> Iterator[Row]:
    yield "actions", toned("disabled: nobody is told", "warning") if alarm.muted else Value("enabled")
    for word, arns in (
        ("on ALARM", alarm.alarm_actions),
        ("on OK", alarm.ok_actions),
        ("on INSUFFICIENT_DATA", alarm.insufficient_data_actions),
    ):
        for position, arn in enumerate(arns):
            yield word if position == 0 else "", Value(arn)
