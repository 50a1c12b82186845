"""A CloudWatch with datapoints made by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from lambdatui.models.metric import MetricQuery, Series, Status
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, error, json_answer

NOW = 1_795_212_030_000
"""2026-11-20 22:00:30Z, in the middle of a minute."""
MINUTE = 60_000
TEN = 1_795_212_000_000
"""22:00:00Z, where the running minute begins."""

Points = Mapping[int, float]
"""Values by epoch ms."""


def series(query: MetricQuery, points: Points, period_s: int = 60, **particular: Any) -> Series:
    """A series of these datapoints; complete, unless `particular` says otherwise."""
    times = tuple(sorted(points))
    return Series(
        query=query,
        period_s=period_s,
        times_ms=times,
        values=tuple(points[time] for time in times),
        **{"status": Status.COMPLETE, **particular},
    )


class Clock:
    """A time that passes when the test says so."""

    def __init__(self, now_ms: int = NOW) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms


class CloudWatch:
    """Answers GetMetricData with what the test put in, and remembers what was asked."""

    def __init__(self, endpoint: ScriptedEndpoint) -> None:
        self.points: dict[tuple[str, str], Points] = {}
        """Datapoints by metric and function or queue."""
        self.codes: dict[tuple[str, str], str] = {}
        """StatusCode by metric and function, where it is not Complete."""
        self.asked: list[dict[str, Any]] = []
        """The parameters of each call, in order."""
        endpoint.on("cloudwatch", "GetMetricData", self._answer)

    @property
    def metrics_asked(self) -> int:
        """MetricDataQueries in all calls together."""
        return sum(len(call["MetricDataQueries"]) for call in self.asked)

    def _answer(self, seen: Seen) -> Answer:
        call = json.loads(seen.body)
        self.asked.append(call)
        if any("Expression" in query for query in call["MetricDataQueries"]):
            return error("ValidationError", 400, "no Metrics Insights here")
        return json_answer({"MetricDataResults": [self._result(query) for query in call["MetricDataQueries"]]})

    def _result(self, query: Mapping[str, Any]) -> dict[str, Any]:
        metric = query["MetricStat"]["Metric"]
        about = dict(dimensions(metric))
        key = (metric["MetricName"], about.get("FunctionName") or about.get("QueueName", ""))
        return result(query["Id"], self.points.get(key, {}), self.codes.get(key, "Complete"))


def dimensions(metric: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    return ((one["Name"], one["Value"]) for one in metric.get("Dimensions", ()))


def result(name: str, points: Points, code: str = "Complete", label: str = "", message: str = "") -> dict[str, Any]:
    """A MetricDataResult."""
    return {
        "Id": name,
        "Label": label,
        "StatusCode": code,
        "Timestamps": [time_ms / 1_000 for time_ms in points],
        "Values": list(points.values()),
        "Messages": [{"Code": "ArithmeticError", "Value": message}] if message else [],
    }
