"""The lines beside the charts: alarms that watch the function, and what was deployed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from textual.content import Content

from lambdatui.clock import now_ms
from lambdatui.models.alarm import AnyAlarm, Watch, watches
from lambdatui.models.deployment import Deployment
from lambdatui.models.release import Part
from lambdatui.ui import figures
from lambdatui.ui.panes.alarms import STATES, STRANGE, state_word, urgency
from lambdatui.ui.panes.metric_charts import Span
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.trouble import trouble

ALARMS_SHOWN = 4
DEPLOYMENTS_SHOWN = 6


def alarm_lines(function: str, alarms: Sequence[AnyAlarm]) -> Iterator[Content]:
    """A line for each alarm that watches a function, firing ones first.

    Args:
        function: its name.
        alarms: all of the region.
    """
    watching = [watch for watch in watches(alarms, alarms) if watch.concerns(function)]
    watching.sort(key=urgency)
    for watch in watching[:ALARMS_SHOWN]:
        yield _alarm(watch)
    if len(watching) > ALARMS_SHOWN:
        yield Content.styled(f"  {len(watching) - ALARMS_SHOWN} more alarms watch it", "dim")


def deployment_lines(
    deployed: Sequence[Deployment], letters: Mapping[int, str], span: Span, known_since_ms: int
) -> Iterator[Content]:
    """What was deployed in the span, with the letters of the marks in the charts.

    Args:
        letters: by bucket.
        known_since_ms: epoch ms; before it there may be more.
    """
    told = [deployment(one, letters, span) for one in deployed]
    if told:
        earlier = len(told) - DEPLOYMENTS_SHOWN
        more = [Content.styled(f"{earlier} earlier", "dim")] if earlier > 0 else []
        yield Content("   ").join([*more, *told[-DEPLOYMENTS_SHOWN:]])
    if known_since_ms > span.since_ms:
        yield Content.styled(f"changes before {span.moment(known_since_ms)} were not read", "dim")


def deployment(one: Deployment, letters: Mapping[int, str], span: Span) -> Content:
    """One of them: ``A 14 published 10:12Z``."""
    bucket = span.bucket(one.at_ms)
    letter = letters[bucket] if bucket is not None else ""
    return Content.assemble((letter, "bold $warning"), f" {plain(one.what)} ", (span.moment(one.at_ms), "$secondary"))


def missing_lines(parts: Mapping[str, Part[Any]]) -> Iterator[Content]:
    """Why parts are not shown, or are shown as they were; all on one line."""
    told = [trouble(part.error, f"{name}: ") for name, part in parts.items() if part.error is not None]
    if told:
        yield Content("   ").join(told)


def _alarm(watch: Watch) -> Content:
    glyph, style, _ = STATES.get(watch.alarm.state_value or "", STRANGE)
    since = figures.moment(watch.alarm.since_ms, now_ms())
    return Content.assemble(
        (f"{glyph} {plain(state_word(watch.alarm))}", style),
        (f" {since}  ", "$secondary"),
        plain(watch.alarm.alarm_name),
    )
