"""Reads what came back from an invocation: how the function failed, what the log tail reports, the response as text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from itertools import islice
from typing import Any

from lambdatui.insight.report import Invocations
from lambdatui.models.invocation import Invocation
from lambdatui.models.invocation_result import InvocationResult
from lambdatui.models.log import LogEvent, LogSource

CAUSES = 10
"""How many causes of an error are followed; Java nests them."""
COMPARED_LINES = 5_000
"""Of each side of a comparison: what it takes grows faster than they do."""
_TRACES = ("stackTrace", "trace", "stack")
"""Where the runtimes put a stack trace (facts 5.4)."""


@dataclass(frozen=True, slots=True)
class Failure:
    """How a function failed, as its runtime tells in the payload. What may be secret is AWS's text: draw it plainly."""

    type: str
    message: str
    trace: tuple[str, ...]
    """A line each, those of the causes after those of the error."""


def failure_of(payload: str) -> Failure | None:
    """The failure that a payload of a function error tells; None where it tells none in the way of the runtimes."""
    try:
        told = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or not {"errorType", "errorMessage"} & told.keys():
        return None
    return Failure(_string(told, "errorType"), _string(told, "errorMessage"), tuple(_trace(told)))


def _string(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def _trace(told: Mapping[str, Any]) -> Iterator[str]:
    for depth in range(CAUSES):
        if depth:
            yield f"caused by {_string(told, 'errorType')}: {_string(told, 'errorMessage')}"
        frames = next((told[name] for name in _TRACES if isinstance(told.get(name), list | str)), ())
        for frame in frames.splitlines() if isinstance(frames, str) else frames:
            yield from _frame(frame).splitlines()
        cause = told.get("cause")
        if not isinstance(cause, dict):
            return
        told = cause


def _frame(frame: object) -> str:
    """One frame: a text in most runtimes, path, line and label in Go, a list of such in old ones of Python."""
    match frame:
        case str():
            return frame
        case {"path": path, "line": line, **rest}:
            return f"{path}:{line} {rest.get('label', '')}".rstrip()
        case list():
            return " ".join(map(str, frame))
    return json.dumps(frame)


def reported(result: InvocationResult, function: str) -> Invocation | None:
    """What the log tail says of the request: duration, memory, init; None where its report is not in it."""
    source = LogSource(function=function, group="")
    records = [line for line in result.log_tail.splitlines() if line.startswith("{")]  # each an event of its own
    invocations = Invocations()
    invocations.add(
        LogEvent(result.sent_ms, result.sent_ms, number, source, "", message)
        for number, message in enumerate((result.log_tail, *records))
    )
    return invocations.get(result.request_id)


def pretty(payload: str) -> str:
    """The payload with a line for each member where it is JSON, and otherwise as it is."""
    try:
        return json.dumps(json.loads(payload), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return payload


def difference(before: Iterable[str], after: Iterable[str]) -> tuple[str, ...]:
    """What differs between two texts, as a unified difference of their first lines; nothing where nothing does."""
    old, new = (list(islice(side, COMPARED_LINES)) for side in (before, after))
    return tuple(unified_diff(old, new, "the run before", "this run", lineterm=""))
