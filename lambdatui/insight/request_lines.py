"""Finds the log events of one request, named or not."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

from lambdatui.insight.report import Place
from lambdatui.insight.report_lines import said
from lambdatui.models.log import LogEvent

_COMES_UP = re.compile(r'(?:INIT|RESTORE)_START |\{.*"platform\.(?:init|restore)Start"')
"""How an environment begins to come up, in text and in JSON (facts 5.2, 5.3)."""


def lines_of(request_id: str, events: Iterable[LogEvent]) -> list[LogEvent]:
    """The events of one request, of every stream that names it, in the order of `events`.

    Those are the events with the id anywhere in the message, and of those without any request's name:

    - what its stream said between its start and its end or report, or the next start where the end is missing: an
      execution environment runs one request at a time. On Lambda Managed Instances it runs several (facts 3.13); what
      it said while another request of it ran is nobody's, and left out.
    - what its environment said from INIT_START on, where this was the first request after it.

    Args:
        request_id: As Lambda writes it.
        events: Each stream's in the order of its log; may hold other functions' as well.
    """
    held = list(events)
    streams = {event.stream for event in held if request_id in event.message}
    watched: defaultdict[Place, _Stream] = defaultdict(partial(_Stream, request_id))
    for index, event in enumerate(held):
        if event.stream in streams:
            watched[event.source, event.stream].take(index, event.message)
    return [held[index] for index in sorted(chain.from_iterable(stream.finish() for stream in watched.values()))]


@dataclass(slots=True)
class _Stream:
    """One execution environment; events go by their index."""

    request_id: str
    busy: bool = False
    """Whether what has no name is the request's."""
    found: list[int] = field(default_factory=list)
    meanwhile: list[int] = field(default_factory=list)
    """Without a name, since the start: the request's, unless it turns out not to run alone."""
    init: list[int] = field(default_factory=list)
    """Since the environment began to come up, until a request starts."""
    running: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    """Other requests of the environment so far."""

    def take(self, index: int, message: str) -> None:
        """Takes the next event of the stream."""
        named = self.request_id in message
        if named:
            self.found.append(index)
        to_place = not named and (self.busy or self.init or "_START " in message)
        if not (to_place or "RequestId: " in message or '"platform.' in message):
            return
        record = message.startswith("{")
        foreign = False
        for id_, kind, _ in said(message):
            if id_ is None:
                continue
            if kind == "start":
                self._start(id_, concurrent=record)
            elif kind in {"end", "report", "done"}:
                self._end(id_, kind)
            # A program's own JSON may call anything a request id: its gateway's, or that of a service it called.
            foreign = foreign or (id_ != self.request_id and (not record or id_ in self.others))
        if named or foreign:
            return
        if self.busy:
            self.meanwhile.append(index)
        elif self.init or _COMES_UP.match(message):
            self.init.append(index)

    def finish(self) -> list[int]:
        """The request's events."""
        return self.found + self.meanwhile

    def _start(self, request_id: str, *, concurrent: bool) -> None:
        if not concurrent:
            self.running.clear()
        self.running.add(request_id)
        alone = len(self.running) == 1
        if request_id == self.request_id:
            self.found += self.init
            self.busy = alone
        else:
            self.others.add(request_id)
            if self.busy and not alone and self.request_id in self.running:
                self.meanwhile.clear()
            self._leave()
        self.init.clear()

    def _end(self, request_id: str, kind: str) -> None:
        self.running.discard(request_id)
        self.init.clear()
        if request_id == self.request_id and kind != "done":
            self._leave()

    def _leave(self) -> None:
        self.found += self.meanwhile
        self.meanwhile.clear()
        self.busy = False
