"""What CloudWatch knows of an event source mapping and of its source: one request, for GetMetricData is billed.

Raises only `lambdatui.errors`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from lambdatui.aws.connection import Connection
from lambdatui.aws.faults import translated
from lambdatui.models.arn import Arn
from lambdatui.models.event_source import EventSourceMapping, MetricValue

WINDOW = timedelta(hours=1)
PERIOD_S = 60

_STREAMS = frozenset({"kinesis", "dynamodb", "rds"})
_KAFKA = frozenset({"kafka", ""})

_BY_GROUP = {
    "EventCount": ("PolledEventCount", "FilteredOutEventCount", "InvokedEventCount", "FailedInvokeEventCount"),
    "ErrorCount": ("PollingErrorCount", "InvokeErrorCount", "OnFailureDestinationDeliveryErrorCount"),
    "KafkaMetrics": ("MaxOffsetLag", "SumOffsetLag"),
}
_BY_SOURCE = {
    "sqs": ("DeletedEventCount",),
    "kinesis": ("DroppedEventCount", "OnFailureDestinationDeliveredEventCount"),
    "dynamodb": ("DroppedEventCount", "OnFailureDestinationDeliveredEventCount"),
    "kafka": ("DroppedEventCount", "OnFailureDestinationDeliveredEventCount"),
}
"""What else comes with the group EventCount, by source (facts 6)."""


@dataclass(frozen=True, slots=True)
class _Query:
    namespace: str
    name: str
    statistic: str
    dimensions: tuple[tuple[str, str], ...]

    def as_aws(self, number: int) -> dict[str, Any]:
        dimensions = [{"Name": name, "Value": value} for name, value in self.dimensions]
        metric = {"Namespace": self.namespace, "MetricName": self.name, "Dimensions": dimensions}
        return {"Id": f"m{number}", "MetricStat": {"Metric": metric, "Period": PERIOD_S, "Stat": self.statistic}}


async def get_metrics(connection: Connection, mapping: EventSourceMapping, now: datetime) -> tuple[MetricValue, ...]:
    """The metrics of a mapping over the hour before `now`; none are asked for where it can have none.

    A metric without a value was not published: for a count that is nothing to count, for an age it is unknown. The
    iterator age and the offset lag are those of the function, over all of its mappings (facts 6).
    """
    queries = list(_queries(mapping))
    if not queries:
        return ()
    answer = await connection.call(
        "cloudwatch",
        "GetMetricData",
        MetricDataQueries=[query.as_aws(number) for number, query in enumerate(queries)],
        StartTime=(now - WINDOW).astimezone(UTC),
        EndTime=now.astimezone(UTC),
        ScanBy="TimestampDescending",
    )
    with translated(connection, "cloudwatch", "GetMetricData"):
        values = {result["Id"]: result.get("Values") or [] for result in answer["MetricDataResults"]}
        return tuple(
            MetricValue(
                name=query.name,
                latest=next(iter(values.get(f"m{number}", ())), None),
                total=sum(values.get(f"m{number}", ())),
            )
            for number, query in enumerate(queries)
        )


def _queries(mapping: EventSourceMapping) -> Iterator[_Query]:
    arn = Arn.parse(mapping.event_source_arn or "")
    if arn is not None and arn.service == "sqs":
        yield _Query("AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", (("QueueName", arn.resource),))
    by_function = (("FunctionName", mapping.function_name),)
    if mapping.service in _STREAMS:
        yield _Query("AWS/Lambda", "IteratorAge", "Maximum", by_function)
    if mapping.service in _KAFKA:
        yield _Query("AWS/Lambda", "OffsetLag", "Maximum", by_function)
    for group in mapping.metric_groups:
        names = _BY_GROUP.get(group, ()) + (_BY_SOURCE.get(mapping.service, ()) if group == "EventCount" else ())
        for name in names:
            statistic = "Maximum" if name.endswith("Lag") else "Sum"
            yield _Query("AWS/Lambda", name, statistic, (("EventSourceMappingUUID", mapping.uuid),))
