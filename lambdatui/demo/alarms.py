"""The alarms of the account: on what is planted, on what is well, and on what nobody measures.

The emulator computes an alarm over all functions that publish its metric. Each condition here is such that the function
alone and all functions together give the same state, and the emulator keeps no metric math.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lambdatui.demo.blueprint import Trouble
from lambdatui.demo.cloud import Cloud
from lambdatui.demo.fleet import LOST_EVENTS, planted

FAILING = planted(Trouble.FAILING_SINCE_RELEASE).name
THROTTLED = planted(Trouble.THROTTLED).name
BEHIND = planted(Trouble.STREAM_BEHIND).name
SILENCED = planted(Trouble.FAILING_MAPPING).name
LOSING = planted(Trouble.NO_DEAD_LETTER).name


@dataclass(frozen=True, kw_only=True)
class MetricAlarm:
    """An alarm on a metric over periods of a minute."""

    name: str
    metric: str
    statistic: str
    threshold: float
    """The state is ALARM where the statistic is greater."""
    state: str
    """The state that it is meant to have."""
    dimensions: Mapping[str, str]
    namespace: str = "AWS/Lambda"
    periods: int = 5
    actions: bool = True


@dataclass(frozen=True, kw_only=True)
class CompositeAlarm:
    """An alarm that fires when any of others does."""

    name: str
    any_of: tuple[str, ...]

    @property
    def rule(self) -> str:
        return " OR ".join(f'ALARM("{name}")' for name in self.any_of)


def on(function: str, alias: str = "") -> dict[str, str]:
    """The dimensions of a function, or of what comes in through one of its aliases."""
    return {"FunctionName": function, **({"Resource": f"{function}:{alias}"} if alias else {})}


METRIC_ALARMS = (
    MetricAlarm(
        name=f"{FAILING}-errors",
        metric="Errors",
        statistic="Sum",
        threshold=3,
        state="ALARM",
        dimensions=on(FAILING, "live"),
    ),
    MetricAlarm(
        name=f"{THROTTLED}-throttles",
        metric="Throttles",
        statistic="Sum",
        threshold=0,
        state="ALARM",
        dimensions=on(THROTTLED),
    ),
    MetricAlarm(
        name=f"{BEHIND}-behind",
        metric="IteratorAge",
        statistic="Maximum",
        threshold=30_000,
        state="ALARM",
        dimensions=on(BEHIND),
    ),
    MetricAlarm(
        name=f"{SILENCED}-errors",
        metric="Errors",
        statistic="Sum",
        threshold=0,
        state="ALARM",
        dimensions=on(SILENCED),
        periods=15,
        actions=False,
    ),
    MetricAlarm(
        name=f"{LOSING}-dropped",
        metric="AsyncEventsDropped",
        statistic="Sum",
        threshold=0,
        state="INSUFFICIENT_DATA",
        dimensions=on(LOSING),
    ),
    MetricAlarm(
        name="storefront-concurrency",
        metric="ConcurrentExecutions",
        statistic="Maximum",
        threshold=800,
        state="OK",
        dimensions=on("storefront-render"),
    ),
    MetricAlarm(
        name=f"{LOST_EVENTS}-not-empty",
        namespace="AWS/SQS",
        metric="ApproximateNumberOfMessagesVisible",
        statistic="Maximum",
        threshold=0,
        state="INSUFFICIENT_DATA",
        dimensions={"QueueName": LOST_EVENTS},
    ),
)
COMPOSITE_ALARMS = (CompositeAlarm(name="shop-unwell", any_of=(f"{FAILING}-errors", f"{THROTTLED}-throttles")),)


def make_alarms(cloud: Cloud) -> None:
    """Makes the alarms; each takes its state from the metrics that are there already."""
    cloudwatch = cloud["cloudwatch"]
    for alarm in METRIC_ALARMS:
        cloudwatch.put_metric_alarm(
            AlarmName=alarm.name,
            Namespace=alarm.namespace,
            MetricName=alarm.metric,
            Dimensions=[{"Name": name, "Value": value} for name, value in alarm.dimensions.items()],
            Statistic=alarm.statistic,
            Period=60,
            EvaluationPeriods=alarm.periods,
            DatapointsToAlarm=1,
            Threshold=alarm.threshold,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="missing",
            ActionsEnabled=alarm.actions,
        )
    for composite in COMPOSITE_ALARMS:
        cloudwatch.put_composite_alarm(AlarmName=composite.name, AlarmRule=composite.rule)
