"""Which events of a ring are shown: those that pass the filter, as far as they have been looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lambdatui.models.log import LogEvent
from lambdatui.ui.widgets.log_ring import LogFilter, LogRing


class LogExcerpt:
    """The events of a ring that a reader sees, and among them the matches of the filter last set.

    A pause holds the excerpt still, whatever the ring takes and loses meanwhile.

    Args:
        ring: what there is; what it takes is seen after `take`.
        hidden: whether an event is a part of another's and shown only if a filter finds it.
    """

    def __init__(self, ring: LogRing, hidden: Callable[[LogEvent], bool]) -> None:
        self.events = LogRing(ring.limit)
        """What is shown."""
        self.matching = self.events
        """Those of them that `sought` finds; the same ring unless they are only a part."""
        self.filter = LogFilter()
        """The filter in force."""
        self.sought = self.filter
        """The last filter, be it in force or not."""
        self.waiting = 0
        """How many events arrived since the pause that would be shown without it."""
        self._ring = self._source = ring
        self._hidden = hidden
        self._arrived = 0

    @property
    def paused(self) -> bool:
        """Whether nothing is taken from the ring."""
        return self._source is not self._ring

    def pause(self) -> None:
        """Stays with what the ring holds now."""
        self.take()
        self._source = self._ring.copy()

    def resume(self) -> None:
        """Ends a pause, and takes what was missed."""
        self._source = self._ring
        self._arrived, self.waiting = self._ring.arrived, 0
        self.reread()

    def set_filter(self, text: str) -> None:
        """Shows only the events that pass; the language is `LogFilter`'s.

        Without a text everything is shown again while the former filter is still sought; another time without a text
        forgets it.
        """
        former, self.filter = self.filter, LogFilter(text)
        if self.filter or not former:
            self.sought = self.filter
        self._pick(self.events if former and self.filter and self.filter.narrows(former) else self._source)

    def reread(self) -> None:
        """Goes through all events again: what `hidden` says has changed."""
        self._pick(self._source)

    def take(self) -> None:
        """Takes what the ring took since, and lets go what left it; in a pause it is counted only."""
        arrivals = self._ring.arrivals(self._arrived)
        self._arrived = self._ring.arrived
        if self.paused:
            self.waiting = (
                self.waiting + sum(map(self._shows, arrivals)) if arrivals is not None else self._count_waiting()
            )
        elif arrivals is None:
            self.reread()
        elif arrivals:
            self.events.extend(filter(self._shows, arrivals))
            self.events.drop_before(self._ring[0])
            if self.matching is not self.events:
                self.matching.extend(event for event in arrivals if self._shows(event) and self.sought.passes(event))
                self.matching.drop_before(self._ring[0])

    def _pick(self, among: Iterable[LogEvent]) -> None:
        shown = self.filter.pick(among) if self.filter else [event for event in among if not self._hidden(event)]
        self.events = self.matching = LogRing.of(shown, self._ring.limit)
        if self.sought and not self.filter:
            self.matching = LogRing.of(self.sought.pick(shown), self._ring.limit)
        if self.paused:
            self.waiting = self._count_waiting()

    def _count_waiting(self) -> int:
        newest = max((event.sequence for event in self._source), default=-1)
        return sum(event.sequence > newest and self._shows(event) for event in self._ring)

    def _shows(self, event: LogEvent) -> bool:
        return self.filter.passes(event) if self.filter else not self._hidden(event)
