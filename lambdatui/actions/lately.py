"""What CloudWatch measured in the last hour, where that helps to judge a change and is not needed for it."""

from __future__ import annotations

from dataclasses import dataclass

from lambdatui.aws.connection import Connection
from lambdatui.aws.metrics import Metrics
from lambdatui.errors import ConsoleError
from lambdatui.models.metric import HOUR, MetricQuery, Status


@dataclass(frozen=True, slots=True)
class Highest:
    """The highest datapoint of the last hour."""

    value: float | None = None
    """In the metric's unit; None where it is not known."""
    why_not: str = ""
    """Why it is not known."""


async def highest(connection: Connection, query: MetricQuery) -> Highest:
    """The highest of the last hour. AWS charges for one metric; what of the datapoints is missing may be higher."""
    try:
        series = (await Metrics(connection).get([query], HOUR))[query]
    except ConsoleError as error:
        return Highest(why_not=f"unknown: {error.title}")
    if series.status is not Status.COMPLETE:
        return Highest(why_not=f"unknown: {series.why}")
    return Highest(max(series.values)) if series.values else Highest(why_not="no data")
