"""The alarms of a region, in one sweep. Raises only `lambdatui.errors`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from lambdatui.aws.connection import Connection
from lambdatui.aws.faults import translated
from lambdatui.aws.paging import TOKEN, answers
from lambdatui.models.alarm import AnyAlarm, CompositeAlarm, MetricAlarm

ALARMS_PAGE = 100
"""The most that AWS sends in one page (facts 2.4)."""

_MODELS: dict[str, type[AnyAlarm]] = {"MetricAlarm": MetricAlarm, "CompositeAlarm": CompositeAlarm}
"""What is read, by the type that is asked for: AWS leaves composite alarms out where nobody asks for them."""


async def list_alarms(connection: Connection, *, firing: bool = False) -> AsyncIterator[tuple[AnyAlarm, ...]]:
    """Every metric and composite alarm of the region, a page at a time.

    DescribeAlarmsForMetric would leave out metric math and composites (facts 1.2). With a permission that is narrower
    than ``*``, AWS leaves out composites without a word.

    Args:
        firing: none but those that fire now.

    Raises:
        ConsoleError: a page could not be had, or does not fit.
    """
    asked: dict[str, Any] = {"AlarmTypes": list(_MODELS), "MaxRecords": ALARMS_PAGE}
    if firing:
        asked["StateValue"] = "ALARM"
    async for answer in answers(connection, "cloudwatch", "DescribeAlarms", TOKEN, **asked):
        with translated(connection, "cloudwatch", "DescribeAlarms"):
            page = tuple(
                model.model_validate(alarm) for kind, model in _MODELS.items() for alarm in answer.get(f"{kind}s") or ()
            )
        yield page
