"""What CloudWatch measures of two versions that share an alias, whatever minute is asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, json_answer
from tests.support.metrics import dimensions, result

MINUTE_S = 60


@dataclass
class SplitTraffic:
    """Each version's invocations a minute, and which share of them fails."""

    invocations: int = 600
    failing: dict[str, float] = field(default_factory=dict)
    """Shares 0..1 by version."""

    def behind(self, endpoint: ScriptedEndpoint) -> None:
        """Lets the endpoint serve it, with no alarms and an empty log."""
        endpoint.on("cloudwatch", "GetMetricData", self.measured)
        endpoint.on("cloudwatch", "DescribeAlarms", json_answer({"MetricAlarms": [], "CompositeAlarms": []}))
        endpoint.on("logs", "FilterLogEvents", json_answer({"events": []}))

    def measured(self, seen: Seen) -> Answer:
        asked = json.loads(seen.body)
        first, end = (int(asked[name]) // MINUTE_S * MINUTE_S for name in ("StartTime", "EndTime"))
        minutes = range(first, end, MINUTE_S)
        results = [
            result(query["Id"], {minute * 1_000: self._value(query["MetricStat"]) for minute in minutes})
            for query in asked["MetricDataQueries"]
        ]
        return json_answer({"MetricDataResults": results})

    def _value(self, stat: Mapping[str, Any]) -> float:
        version = dict(dimensions(stat["Metric"])).get("ExecutedVersion", "")
        values = {
            "Invocations": self.invocations,
            "Errors": self.invocations * self.failing.get(version, 0.0),
            "Throttles": 0,
        }
        return values.get(stat["Metric"]["MetricName"], 12.0)
