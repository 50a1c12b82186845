"""What CloudWatch measured in the last hour, where that helps to judge a change and is not needed for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from lambdatui.aws.metrics import Metrics
from lambdatui.errors import ConsoleError
from lambdatui.models.metric import HOUR, MetricQuery, Status

PATIENCE_S = 3.0
"""How long CloudWatch may keep an operator waiting."""
NOT_ASKED = "metrics_budget_cents leaves nothing for it now"


@dataclass(frozen=True, slots=True)
class Highest:
    """The highest datapoint of the last hour."""

    value: float | None = None
    """In the metric's unit; None where there is none, or it is not known."""
    why_not: str = ""
    """Why it is not known."""


async def highest(metrics: Callable[[], Awaitable[Metrics]] | None, query: MetricQuery) -> Highest:
    """The highest of the last hour. AWS charges for one metric; what of the datapoints is missing may be higher.

    Args:
        metrics: asks within the operator's budget; None asks for nothing.
    """
    if metrics is None:
        return Highest(why_not=NOT_ASKED)
    try:
        async with asyncio.timeout(PATIENCE_S):
            series = (await (await metrics()).get([query], HOUR)).get(query)
    except TimeoutError:
        return Highest(why_not=f"CloudWatch did not answer within {PATIENCE_S:g} s")
    except ConsoleError as error:
        return Highest(why_not=error.title)
    if series is None:
        return Highest(why_not=NOT_ASKED)
    if series.status is not Status.COMPLETE:
        return Highest(why_not=series.why)
    return Highest(max(series.values, default=None))
