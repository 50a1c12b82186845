"""How the events of a log are written: folded to a line, unfolded, and stack traces under the line that begins them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lambdatui.clock import now_ms
from lambdatui.insight.log_lines import Traces, fold, level_of, unfold
from lambdatui.models.log import LogEvent
from lambdatui.ui import figures
from lambdatui.ui.figures import Times
from lambdatui.ui.widgets.log_line import Line

ENVIRONMENT = re.compile(r"\[(?P<version>[^\[\]]{1,32})\]\[?(?P<id>[0-9a-f]{6})")
"""The version and the beginning of the execution environment's id, in the name of a stream (facts 5.1)."""
STREAMS = 2_000
"""Streams of which the last line is remembered, for the traces that continue it."""


class LogReader:
    """Writes the events of one log.

    Args:
        times: how times are written; may be changed.
        several: whether lines have to say whose they are.
    """

    def __init__(self, times: Times, *, several: bool) -> None:
        self.times = times
        self._several = several
        self._traces = Traces()
        self._last: dict[tuple[str, str], LogEvent] = {}
        self._continued: dict[int, list[LogEvent]] = {}
        """The events of a trace after its first, by the first one's sequence."""
        self._parts: set[int] = set()

    def add(self, events: Iterable[LogEvent]) -> bool:
        """Takes events; whether one that was taken before is written differently now, since its trace goes on."""
        fresh: set[int] = set()
        changed = False
        for event in events:
            stream = (event.source.group, event.stream)
            head = self._last.get(stream)
            if self._traces.part(event) and head is not None:
                self._continued.setdefault(head.sequence, []).append(event)
                self._parts.add(event.sequence)
                changed |= head.sequence not in fresh
            else:
                fresh.add(event.sequence)
                self._last.pop(stream, None)
                self._last[stream] = event
                if len(self._last) > STREAMS:
                    del self._last[next(iter(self._last))]
        return changed

    def keep(self, events: Iterable[LogEvent]) -> None:
        """Forgets all events but these."""
        kept = {event.sequence for event in events}
        self._parts &= kept
        self._continued = {head: parts for head, parts in self._continued.items() if head in kept}

    def hidden(self, event: LogEvent) -> bool:
        """Whether the event is a part of a trace, and so stands under its first line."""
        return event.sequence in self._parts

    def describe(self, event: LogEvent) -> Line:
        """The line of an event."""
        folded = fold(event.message)
        return Line(
            time=clock_time(event.at_ms, now_ms(), self.times),
            function=event.source.function if self._several else "",
            stream=environment(event.stream),
            level=level_of(event.message),
            text=folded.text,
            more=folded.more + len(self._continued.get(event.sequence, ())),
        )

    def expand(self, event: LogEvent) -> list[str]:
        """The lines under an unfolded event: all of its message, and the trace that goes on after it."""
        return [line for each in (event, *self._continued.get(event.sequence, ())) for line in unfold(each.message)]


def environment(stream: str) -> str:
    """A stream as an operator tells it from others: version and execution environment, or the end of its name."""
    found = ENVIRONMENT.search(stream)
    return f"{found['version']}·{found['id']}" if found else stream[-12:]


def clock_time(at_ms: int, now: int, times: Times) -> str:
    """When a line was logged: ``12 s``, or ``22:15:00.123`` with the date before it where it is another day's.

    Args:
        at_ms: epoch ms.
        now: epoch ms.
    """
    if times == "relative":
        return figures.age(now - at_ms)
    date, time = figures.absolute(at_ms, times).rstrip("Z").split()
    today = figures.absolute(now, times).split()[0]
    return f"{time}.{at_ms % 1000:03}" if date == today else f"{date[5:]} {time}"
