"""Alarms as CloudWatch sends them."""

from __future__ import annotations

from typing import Any

from tests.support.endpoint import ACCOUNT, REGION, Answer, json_answer

TRANSITIONED_S = 1_795_208_400.0
"""2026-11-20 21:00:00Z, an hour before the standing clock of the tests."""


def arn(name: str) -> str:
    """The ARN of an alarm."""
    return f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"


def dimensions(**named: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in named.items()]


def state(value: str, reason: str = "Threshold Crossed: 1 datapoint was greater than the threshold.") -> dict[str, Any]:
    return {
        "StateValue": value,
        "StateReason": reason,
        "StateUpdatedTimestamp": TRANSITIONED_S + 600,
        "StateTransitionedTimestamp": TRANSITIONED_S,
    }


def metric_alarm(name: str, function: str = "", value: str = "OK", **particular: Any) -> dict[str, Any]:
    """An alarm on the errors of a function, or of the whole region where none is given."""
    return {
        "AlarmName": name,
        "AlarmArn": arn(name),
        "ActionsEnabled": True,
        **state(value),
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": dimensions(FunctionName=function) if function else [],
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 5,
        "DatapointsToAlarm": 3,
        "Threshold": 5.0,
        "ComparisonOperator": "GreaterThanThreshold",
        **particular,
    }


def math_alarm(name: str, *queries: dict[str, Any], **particular: Any) -> dict[str, Any]:
    """An alarm on what metric math makes of the queries."""
    without = {"Namespace", "MetricName", "Dimensions", "Statistic", "Period"}
    plain = {member: value for member, value in metric_alarm(name).items() if member not in without}
    return {**plain, "Metrics": list(queries), **particular}


def query(id_: str, metric: str, namespace: str = "AWS/Lambda", account: str = "", **named: str) -> dict[str, Any]:
    """A metric in metric math, by its dimensions; what is compared is the expression beside it."""
    stat = {
        "Metric": {"Namespace": namespace, "MetricName": metric, "Dimensions": dimensions(**named)},
        "Period": 300,
        "Stat": "Sum",
    }
    return {"Id": id_, "MetricStat": stat, "ReturnData": False, **({"AccountId": account} if account else {})}


def composite(name: str, rule: str, value: str = "OK", **particular: Any) -> dict[str, Any]:
    """An alarm over others."""
    return {
        "AlarmName": name,
        "AlarmArn": arn(name),
        "ActionsEnabled": True,
        **state(value, f"{arn(name)} was updated"),
        "AlarmRule": rule,
        **particular,
    }


def alarms(*found: dict[str, Any], more: str = "") -> Answer:
    """One page of DescribeAlarms; `more` is the token of the next one."""
    return json_answer(
        {
            "MetricAlarms": [one for one in found if "AlarmRule" not in one],
            "CompositeAlarms": [one for one in found if "AlarmRule" in one],
            **({"NextToken": more} if more else {}),
        }
    )
