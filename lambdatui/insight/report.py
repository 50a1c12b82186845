"""Makes invocations of log events (facts 5).

What an event says (`report_lines`) becomes a `Clue`. Putting together takes the last clue of each kind, so that the
same events make the same invocations, in whatever order they came and however often.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple, get_args

from lambdatui.insight.report_lines import Fields, said
from lambdatui.models.invocation import Invocation, Status
from lambdatui.models.log import LogEvent, LogSource

Place = tuple[LogSource, str]
"""A log stream: where the function logs, and the stream's name."""

_SEVERITY: Final[tuple[Status, ...]] = get_args(Status)
_DESCRIBES: Final = frozenset({"line", "logged", "init", "rerun"})
"""Kinds that tell of a request, but not that it is an invocation: any program may log what it calls a request id."""
_ENVIRONMENT: Final = {"init": frozenset({"error_type"}), "rerun": frozenset({"error_type", "status"})}
"""All that a report of an init tells of the request. A failed init is run again, and may well succeed then; where it
fails again inside the invocation, so does the request. The times of a cold start are on the request's own report (facts
5.2 rules 3, 6 and 7)."""
_UNPLACED: Final = frozenset({"thrown", "init", "rerun"})
"""Kinds that are kept without a request id, for the request that their stream was busy with."""
_ENDS: Final = ("end", "report", "done", "timeout", "exit")
"""Kinds that tell the end, the best first."""
_FRAME: Final = ("report", "start", "done", "end", "timeout", "exit")
_PRECEDENCE: Final = ("init", "rerun", "logged", "timeout", "exit", "start", "done", "report", "thrown")
"""Later kinds win, field by field."""
_VERSION = re.compile(r"\[([^\]]+)\]")
"""The version in the name of a stream (facts 5.1)."""


class Clue(NamedTuple):
    """What one event says of one request. Clues of one stream and kind sort by time."""

    at_ms: int
    stream: str
    said: str
    """The fields as text: decides between two of one millisecond, so that the order of arrival does not."""
    group: tuple[str, str, str]
    kind: str
    source: LogSource
    fields: Fields

    @property
    def order(self) -> tuple[int, str, str, tuple[str, str, str], str]:
        """By which clues are told apart and sorted."""
        return self[:5]

    @property
    def place(self) -> Place:
        return self.source, self.stream


def _clue(event: LogEvent, kind: str, fields: Fields) -> Clue:
    source = event.source
    group = (source.function, source.group, source.region)
    if told := _ENVIRONMENT.get(kind):
        fields = {name: value for name, value in fields.items() if name in told}
    said = str(sorted(fields.items()))
    return Clue(event.at_ms, event.stream, said, group, kind, source, fields)


Clues = dict[str, Clue]
"""The last clue of each kind."""


def _keep_last(clues: Clues, clue: Clue) -> None:
    known = clues.get(clue.kind)
    if known is None or clue.order > known.order:
        clues[clue.kind] = clue


@dataclass(slots=True)
class _Request:
    id: str
    clues: Clues = field(default_factory=dict)
    places: set[Place] = field(default_factory=set)
    invocation: Invocation | None = None
    started_ms: int = 0
    ended_ms: int | None = None
    place: Place | None = None

    def attempt(self) -> Clues:
        """The clues of the last attempt: Lambda tries an asynchronous request again under its old id."""
        start = self.clues.get("start")
        return {kind: clue for kind, clue in self.clues.items() if start is None or clue.at_ms >= start.at_ms}

    def frame(self) -> None:
        """Reckons where and when it ran; from its own clues alone."""
        clues = self.attempt()
        end = next((clues[kind] for kind in _ENDS if kind in clues), None)
        self.ended_ms = end.at_ms if end else None
        self.place = max(
            (clues[k] for k in _FRAME if k in clues), default=max(clues.values(), key=_order), key=_order
        ).place
        if start := clues.get("start"):
            self.started_ms = start.at_ms
        else:
            earliest = min(clue.at_ms for clue in clues.values())
            took = next((clues[k].fields.get("duration_ms", 0) for k in ("report", "done") if k in clues), 0)
            self.started_ms = min(earliest, round((self.ended_ms or earliest) - took))

    def build(self, unplaced: Clues) -> Invocation:
        """The invocation, with what its stream said meanwhile without a request id."""
        assert self.place is not None
        clues = unplaced | self.attempt()
        source, stream = self.place
        fields: Fields = {}
        if version := _VERSION.search(stream):
            fields["version"] = version[1]
        for kind in _PRECEDENCE:
            if kind in clues:
                fields |= clues[kind].fields
        fields["status"] = _outcome(clues, fields)
        if fields["status"] in {"unknown", "running", "success"}:
            fields.pop("error_type", None)
            fields.pop("error_message", None)
        return Invocation(
            request_id=self.id,
            function=source.function,
            stream=stream,
            started_ms=self.started_ms,
            ended_ms=self.ended_ms,
            **fields,
        )


def _order(clue: Clue) -> tuple[int, str, str, tuple[str, str, str], str]:
    return clue.order


def _time(clue: Clue) -> int:
    return clue.at_ms


def _outcome(clues: Clues, fields: Fields) -> Status:
    """The worst that a clue tells; a report that tells nothing tells a success (facts 5.2 rules 4 and 5)."""
    told = [clue.fields["status"] for clue in clues.values() if "status" in clue.fields]
    if told:
        worst: Status = max(told, key=_SEVERITY.index)
        crashed = fields.get("error_type", "Runtime.").startswith("Runtime.")
        full = fields.get("used_mb", 0) >= fields.get("memory_mb", math.inf) - 1
        return "out of memory" if worst == "error" and crashed and full else worst
    if "report" in clues:
        return "error" if "error_type" in clues["report"].fields else "success"
    return "running" if "start" in clues and not any(kind in clues for kind in _ENDS) else "unknown"


@dataclass(slots=True)
class _Stream:
    """One execution environment in text mode: it runs one request at a time."""

    starts: list[tuple[int, str]] = field(default_factory=list)
    unplaced: list[Clue] = field(default_factory=list)
    free_ms: int = 0
    """From when on none had it of those that were let go."""

    def around(self, at_ms: int) -> set[str]:
        """The requests to which a line of that time may belong, and their neighbours."""
        return {id_ for _, id_ in self.starts[self._before(at_ms) : bisect_right(self.starts, (at_ms + 1, "")) + 1]}

    def between(self, first_ms: int, last_ms: int | None) -> list[Clue]:
        """What was said without a request id from the first ms to the last, both included; None for no last."""
        begin = bisect_left(self.unplaced, first_ms, key=_time)
        return self.unplaced[begin : None if last_ms is None else bisect_right(self.unplaced, last_ms, key=_time)]

    def _before(self, at_ms: int) -> int:
        return max(0, bisect_left(self.starts, (at_ms, "")) - 1)


class Invocations:
    """The invocations that log events tell of.

    A runtime that prints an error without the request id (as Python, Java and Go do) does so while its environment runs
    one request: the error goes to the request that its stream was busy with at that time, and else to nobody.
    """

    def __init__(self, limit: int = 20_000) -> None:
        """Keeps the `limit` newest by start, and as many errors and requests whose invocation is not known yet."""
        self.limit = limit
        self.let_go = 0
        """How many invocations had to go. One of which more is heard after it went counts again."""
        self._requests: dict[str, _Request] = {}
        self._heard_of: dict[str, _Request] = {}
        self._order: list[tuple[int, str]] = []
        self._streams: dict[Place, _Stream] = {}
        self._unplaced: deque[tuple[Place, Clue]] = deque()

    def get(self, request_id: str) -> Invocation | None:
        """The invocation; None where none is known, or it was let go."""
        request = self._requests.get(request_id)
        return request.invocation if request else None

    def all(self) -> list[Invocation]:
        """By start, the oldest first."""
        return [invocation for _, id_ in self._order if (invocation := self._requests[id_].invocation)]

    def streams_of(self, request_id: str) -> frozenset[Place]:
        """Every stream with an event that names the request: Lambda may try again elsewhere."""
        request = self._requests.get(request_id) or self._heard_of.get(request_id)
        return frozenset(request.places) if request else frozenset()

    def add(self, events: Iterable[LogEvent]) -> set[str]:
        """Takes events, in any order; tells the ids of the requests whose invocation changed, came or was let go."""
        touched: set[str] = set()
        affected: set[str] = set()
        lines: list[Clue] = []
        for event in events:
            for id_, kind, fields in said(event.message):
                if id_ is None:
                    if kind in _UNPLACED:
                        lines.append(_clue(event, kind, fields))
                    continue
                request = self._requests.get(id_) or self._heard_of.setdefault(id_, _Request(id_))
                request.places.add((event.source, event.stream))
                if kind != "line":
                    _keep_last(request.clues, _clue(event, kind, fields))
                    touched.add(id_)
        for id_ in touched:
            affected |= self._frame(id_)
        for clue in lines:
            affected |= self._keep_unplaced(clue)
        changed = {id_ for id_ in affected if self._rebuild(id_)} | self._make_room()
        while len(self._heard_of) > self.limit:
            del self._heard_of[next(iter(self._heard_of))]
        return changed

    def _frame(self, id_: str) -> set[str]:
        """Puts a request where it ran; tells the requests that this may change."""
        request = self._requests.get(id_) or self._heard_of[id_]
        if request.clues.keys() <= _DESCRIBES:
            return set()
        affected = {id_}
        if id_ in self._requests:
            affected |= self._withdraw(request)
        else:
            self._requests[id_] = self._heard_of.pop(id_)
        request.frame()
        assert request.place is not None
        stream = self._streams.setdefault(request.place, _Stream())
        key = (request.started_ms, id_)
        insort(stream.starts, key)
        insort(self._order, key)
        return affected | stream.around(request.started_ms)

    def _withdraw(self, request: _Request) -> set[str]:
        """Takes a request out of the indexes; tells its neighbours."""
        assert request.place is not None
        key = (request.started_ms, request.id)
        stream = self._streams[request.place]
        neighbours = stream.around(request.started_ms)
        del self._order[bisect_left(self._order, key)]
        del stream.starts[bisect_left(stream.starts, key)]
        if not (stream.starts or stream.unplaced):
            del self._streams[request.place]
        return neighbours - {request.id}

    def _keep_unplaced(self, clue: Clue) -> set[str]:
        stream = self._streams.setdefault(clue.place, _Stream())
        at = bisect_left(stream.unplaced, clue.order, key=_order)
        if at < len(stream.unplaced) and stream.unplaced[at].order == clue.order:
            return set()
        stream.unplaced.insert(at, clue)
        self._unplaced.append((clue.place, clue))
        affected = stream.around(clue.at_ms)
        if len(self._unplaced) > self.limit:
            place, oldest = self._unplaced.popleft()
            of = self._streams[place]
            del of.unplaced[bisect_left(of.unplaced, oldest.order, key=_order)]
            if not (of.starts or of.unplaced):
                del self._streams[place]
        return affected

    def _rebuild(self, id_: str) -> bool:
        request = self._requests[id_]
        known, request.invocation = request.invocation, request.build(self._meanwhile(request))
        return known != request.invocation

    def _meanwhile(self, request: _Request) -> Clues:
        """What the request's stream said without a request id while it was busy with this request.

        An init that is run again for a request is told before its start (facts 5.2 rule 3): where that failed, what
        was said since the environment was free counts as well.
        """
        assert request.place is not None
        stream = self._streams[request.place]
        clues: Clues = {}
        if not stream.unplaced:
            return clues
        at = bisect_left(stream.starts, (request.started_ms, request.id))
        free, first, last = stream.free_ms, request.started_ms, request.ended_ms
        if at > 0:
            before = self._requests[stream.starts[at - 1][1]].ended_ms
            free = first if before is None else before + 1
            first = max(first, free)
        if last is None:
            last = stream.starts[at + 1][0] - 1 if at + 1 < len(stream.starts) else None
        before_start = stream.between(free, first - 1)
        if not any(clue.kind == "rerun" for clue in before_start):
            before_start = []
        for clue in before_start + stream.between(first, last):
            _keep_last(clues, clue)
        return clues

    def _make_room(self) -> set[str]:
        gone = {id_ for _, id_ in self._order[: max(0, len(self._order) - self.limit)]}
        for id_ in gone:
            request = self._requests.pop(id_)
            assert request.place is not None
            stream = self._streams[request.place]
            stream.free_ms = max(stream.free_ms, (request.ended_ms or request.started_ms) + 1)
            self._withdraw(request)
        self.let_go += len(gone)
        return gone


# --- what to look at

NEAR_TIMEOUT = 0.8
"""Share of the timeout (facts 9.3 T1, a rule of thumb)."""
NEAR_MEMORY = 0.9
"""Share of the memory size (facts 9.3 T6, a rule of thumb)."""


def near_timeout(invocation: Invocation, timeout_ms: float, share: float = NEAR_TIMEOUT) -> bool:
    """Whether it took `share` (0..1) of the timeout (ms) or more, and yet did not time out (facts 9.3 T1)."""
    took = invocation.duration_ms
    return took is not None and invocation.status != "timeout" and took >= share * timeout_ms


def near_memory(invocation: Invocation, share: float = NEAR_MEMORY) -> bool:
    """Whether its environment has used `share` (0..1) of its memory or more at some time (facts 9.3 T6)."""
    used, size = invocation.used_mb, invocation.memory_mb
    return used is not None and bool(size) and used >= share * (size or 0)


def hides_reports(log_format: str | None, system_log_level: str | None) -> bool:
    """Whether a LoggingConfig keeps starts and reports of successes out of the log (facts 5.1).

    Args:
        log_format: ``Text`` or ``JSON``; None where the function has no LoggingConfig.
        system_log_level: ``DEBUG``, ``INFO`` or ``WARN``; counts for JSON alone.
    """
    return log_format == "JSON" and system_log_level == "WARN"
