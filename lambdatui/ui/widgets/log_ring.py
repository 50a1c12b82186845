"""The log events that the console holds, bounded and in order, and the filter that picks among them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Self

from lambdatui.models.log import LogEvent

REMEMBERED = 10_000
"""Arrivals that a ring can name, so that who looks in often need not go through all of it each time."""


class LogRing:
    """The newest events, always in the order of events themselves, whatever the order in which they arrive.

    Args:
        limit: events that it holds at most; the oldest leave for newer ones.
    """

    def __init__(self, limit: int = 100_000) -> None:
        self.limit = limit
        self.left = 0
        """How many events left the ring, those included that were too old to enter a full one."""
        self.arrived = 0
        """How many events ever arrived; a mark for `arrivals`."""
        self._events: list[LogEvent] = []
        self._arrivals: deque[LogEvent] = deque(maxlen=REMEMBERED)

    @classmethod
    def of(cls, events: list[LogEvent], limit: int) -> Self:
        """A ring of these events, which are in order and no more than the limit."""
        ring = cls(limit)
        ring._events = events
        return ring

    def __len__(self) -> int:
        return len(self._events)

    def __getitem__(self, index: int) -> LogEvent:
        return self._events[index]

    def __iter__(self) -> Iterator[LogEvent]:
        return iter(self._events)

    def __contains__(self, event: LogEvent) -> bool:
        return self._events[(index := self.index_of(event)) : index + 1] == [event]

    def extend(self, events: Iterable[LogEvent]) -> None:
        """Takes a batch, sorted or not; late events find their place among those that are there."""
        batch = sorted(events)
        if not batch:
            return
        self.arrived += len(batch)
        self._arrivals.extend(batch)
        start = bisect_left(self._events, batch[0])
        if start == len(self._events):
            self._events += batch
        else:
            self._events[start:] = sorted(self._events[start:] + batch)
        self._drop(len(self._events) - self.limit)

    def index_of(self, event: LogEvent) -> int:
        """Where the event is or, if it is not in the ring, would be."""
        return bisect_left(self._events, event)

    def arrivals(self, since: int) -> list[LogEvent] | None:
        """What arrived after `arrived` stood at `since`, left again or not; None if that is not remembered."""
        count = self.arrived - since
        if count > len(self._arrivals):
            return None
        return list(islice(self._arrivals, len(self._arrivals) - count, None))

    def drop_before(self, event: LogEvent) -> None:
        """Lets all events leave that are older than this one."""
        self._drop(self.index_of(event))

    def clear(self) -> None:
        """Forgets all events; whoever asks for arrivals since then has to look at the ring anew."""
        self._events.clear()
        self._arrivals.clear()
        self.arrived += 1

    def copy(self) -> Self:
        """The same events in a ring of their own."""
        twin = type(self)(self.limit)
        twin.left, twin.arrived, twin._events = self.left, self.arrived, self._events.copy()
        return twin

    def _drop(self, count: int) -> None:
        if count > 0:
            del self._events[:count]
            self.left += count


@dataclass(frozen=True)
class LogFilter:
    """Picks the events whose message holds every word of the text, and none that has a `!` before it.

    Upper and lower case are alike. A `!` alone is a word.
    """

    text: str = ""
    wanted: tuple[str, ...] = field(init=False)
    unwanted: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        words = self.text.lower().split()
        excluded = {word for word in words if word.startswith("!") and len(word) > 1}
        object.__setattr__(self, "wanted", tuple(word for word in words if word not in excluded))
        object.__setattr__(self, "unwanted", tuple(word[1:] for word in words if word in excluded))

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted)

    def passes(self, event: LogEvent) -> bool:
        """Whether the event is picked; without a word every event is."""
        message = event.message.lower()
        return all(word in message for word in self.wanted) and not any(word in message for word in self.unwanted)

    def pick(self, events: Iterable[LogEvent]) -> list[LogEvent]:
        """Those that pass: word by word over all of them, for the operator waits for it at every letter."""
        picked = list(events)
        for word in self.wanted:
            picked = [event for event in picked if word in event.message.lower()]
        for word in self.unwanted:
            picked = [event for event in picked if word not in event.message.lower()]
        return picked

    def narrows(self, former: LogFilter) -> bool:
        """Whether all that this one picks is among what the former picked."""
        return all(any(old in word for word in self.wanted) for old in former.wanted) and all(
            any(word in old for word in self.unwanted) for old in former.unwanted
        )

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """Finds the wanted words in a text, the longest first; None where no word is wanted."""
        if not self.wanted:
            return None
        return re.compile("|".join(map(re.escape, sorted(self.wanted, key=len, reverse=True))), re.IGNORECASE)
