"""What a function's log tells of each of its versions: errors, those that tell it is broken, and cold starts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from lambdatui.insight.report_lines import said

TERMS: Final = (
    "Init Duration",
    "Restore Duration",
    "initDurationMs",
    "restoreDurationMs",
    "Status: ",
    "Task timed out",
    "signal: killed",
    "[ERROR]",
    "errorType",
    "Exception",
    "timeout",
)
"""One of these is in every event that tells of an error or of a cold start (facts 5.2 to 5.4)."""
LAST: Final = 5
"""How many errors are kept as they came."""

_VERSION = re.compile(r"\[([^\]]+)\]")
"""The version in the name of a stream (facts 5.1)."""
_BROKEN: Final = frozenset({"timeout", "out of memory", "ImportError", "ModuleNotFoundError"})
_OF_RUNTIME: Final = ("Runtime.", "Extension.")
"""How the types of errors begin that are not the handler's: its code cannot be loaded, or its process ended."""
_HANDLED: Final = frozenset({"line", "logged"})
"""Kinds of lines that functions write themselves: an invocation that has one may well succeed."""


class LoggedError(NamedTuple):
    """An error as the log tells it."""

    at_ms: int
    """Epoch ms."""
    kind: str
    """``timeout``, ``out of memory``, or the type in the runtime's words."""
    message: str
    """The first line; empty where there is none."""


@dataclass(slots=True)
class VersionLog:
    """What the log told of one version so far. What is taken twice counts once."""

    cold: set[str] = field(default_factory=set)
    """The requests that waited for an environment."""
    last: list[LoggedError] = field(default_factory=list)
    """The newest errors, oldest first."""
    _requests: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _places: defaultdict[str, set[tuple[str, int]]] = field(default_factory=lambda: defaultdict(set))

    def take(self, at_ms: int, stream: str, message: str) -> None:
        """Takes one event of the version."""
        for request, kind, fields in said(message):
            if kind == "report" and request and not fields.keys().isdisjoint(("init_ms", "restore_ms")):
                self.cold.add(request)
            if kind not in _HANDLED and (error := _error(fields)):
                self._requests[error].update(filter(None, [request]))
                self._places[error].add((stream, at_ms))
                self._keep(LoggedError(at_ms, error, fields.get("error_message", "")))

    def _keep(self, error: LoggedError) -> None:
        if error not in self.last:
            self.last = sorted([*self.last, error])[-LAST:]

    @property
    def errors(self) -> dict[str, int]:
        """How many invocations failed by each kind; where no line names the request, how many lines tell of it."""
        return {kind: len(self._requests[kind]) or len(places) for kind, places in self._places.items()}

    @property
    def fatal(self) -> dict[str, int]:
        """Of these, those that tell that the version is broken, and not that it was asked for something wrong."""
        return {kind: n for kind, n in self.errors.items() if kind in _BROKEN or kind.startswith(_OF_RUNTIME)}


def version_of(stream: str) -> str | None:
    """The version whose stream it is, by its name."""
    found = _VERSION.search(stream)
    return found and found[1]


def _error(fields: Mapping[str, Any]) -> str | None:
    """Which kind of error a line tells of; None where it tells of none."""
    status, error_type = fields.get("status"), fields.get("error_type")
    if status in {"timeout", "out of memory"}:
        return str(status)
    return error_type or ("error" if status == "error" else None)
