"""The AWS/Lambda metrics of played invocations (facts 6)."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

from lambdatui.demo.blueprint import Function
from lambdatui.demo.load import MINUTE_MS, Invocation

T = TypeVar("T")
Dimensions = tuple[tuple[str, str], ...]
Datum = dict[str, Any]

REGION: Dimensions = ()
MAX_VALUES = 150
"""Distinct values that one datum may hold."""
UNITS = {"Duration": "Milliseconds", "IteratorAge": "Milliseconds"}
"""All others are counts."""


def by_function(function: Function) -> Dimensions:
    return (("FunctionName", function.name),)


def by_resource(function: Function, invocation: Invocation) -> Iterator[Dimensions]:
    """R, and E for what came in through an alias (facts 6)."""
    if not invocation.alias:
        return
    resource = (*by_function(function), ("Resource", f"{function.name}:{invocation.alias}"))
    yield resource
    yield (*resource, ("ExecutedVersion", invocation.version))


def in_parts(things: list[T], size: int) -> Iterator[list[T]]:
    """`things` in lists of at most `size`."""
    for start in range(0, len(things), size):
        yield things[start : start + size]


class Concurrency:
    """Follows how many invocations run at the same time, over all functions and in each."""

    def __init__(self) -> None:
        self._ends: list[tuple[int, str]] = []
        self._running: Counter[str] = Counter()

    def admit(self, function: Function, invocation: Invocation) -> int:
        """Lets one invocation begin, in order of their arrival.

        Returns:
            How many of the function run now; a throttled one found its reserved concurrency used up.
        """
        while self._ends and self._ends[0][0] <= invocation.at_ms:
            self._running[heapq.heappop(self._ends)[1]] -= 1
        if invocation.outcome == "throttled":
            return function.reserved or 0
        heapq.heappush(self._ends, (invocation.ended_ms, function.name))
        self._running[function.name] += 1
        return self._running[function.name]

    def total(self, excepted: Collection[str] = ()) -> int:
        """How many run now, without those of the functions named in `excepted`."""
        return sum(count for name, count in self._running.items() if name not in excepted)


class Tally:
    """Counts invocations by minute and dimensions, and hands over what PutMetricData takes."""

    def __init__(self) -> None:
        self._samples: defaultdict[tuple[int, str, Dimensions], Counter[float]] = defaultdict(Counter)

    def add(self, function: Function, invocation: Invocation, *, by_function_too: bool = True) -> None:
        """Counts one invocation.

        Args:
            by_function_too: False where the emulator itself has counted it under the function's name.
        """
        for dimensions in (REGION, *by_resource(function, invocation)):
            self._count(invocation, dimensions)
        if by_function_too:
            self._count(invocation, by_function(function))

    def _count(self, invocation: Invocation, dimensions: Dimensions) -> None:
        throttled = invocation.outcome == "throttled"
        if dict(dimensions).get("ExecutedVersion") is None:
            self.sample(invocation.at_ms, "Throttles", dimensions, float(throttled))
        if throttled:
            return
        self.sample(invocation.at_ms, "Invocations", dimensions, 1.0)
        self.sample(invocation.at_ms, "Errors", dimensions, float(invocation.failed))
        self.sample(invocation.at_ms, "Duration", dimensions, invocation.duration_ms)

    def sample(self, at_ms: int, metric: str, dimensions: Dimensions, value: float) -> None:
        """Counts one value of one metric."""
        self._samples[at_ms // MINUTE_MS, metric, dimensions][value] += 1

    def drain(self, most_dimensions: int) -> Iterator[Datum]:
        """What was counted since the last time by no more dimensions, as MetricData."""
        for minute, metric, dimensions in [key for key in self._samples if len(key[2]) <= most_dimensions]:
            values = self._samples.pop((minute, metric, dimensions))
            for some in in_parts(list(values.items()), MAX_VALUES):
                yield {
                    "MetricName": metric,
                    "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions],
                    "Timestamp": datetime.fromtimestamp(minute * MINUTE_MS / 1000, UTC),
                    "Unit": UNITS.get(metric, "Count"),
                    "Values": [value for value, _ in some],
                    "Counts": [float(count) for _, count in some],
                }
