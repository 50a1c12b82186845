"""The alarms of the seeded account stand as the planted troubles have it."""

from __future__ import annotations

import pytest

from lambdatui.demo.alarms import COMPOSITE_ALARMS, METRIC_ALARMS, CompositeAlarm, MetricAlarm
from lambdatui.demo.cloud import Cloud


@pytest.mark.parametrize("alarm", METRIC_ALARMS, ids=lambda alarm: alarm.name)
def test_an_alarm_is_in_the_state_that_is_declared(cloud: Cloud, alarm: MetricAlarm) -> None:
    (found,) = cloud["cloudwatch"].describe_alarms(AlarmNames=[alarm.name])["MetricAlarms"]
    assert (found["StateValue"], found["ActionsEnabled"]) == (alarm.state, alarm.actions)


@pytest.mark.parametrize("alarm", COMPOSITE_ALARMS, ids=lambda alarm: alarm.name)
def test_a_composite_alarm_fires_with_those_in_its_rule(cloud: Cloud, alarm: CompositeAlarm) -> None:
    (found,) = cloud["cloudwatch"].describe_alarms(AlarmNames=[alarm.name], AlarmTypes=["CompositeAlarm"])[
        "CompositeAlarms"
    ]
    assert found["StateValue"] == "ALARM"
