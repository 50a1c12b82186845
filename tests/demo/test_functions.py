"""The functions really run: each Python one takes its sample event. And each was busy for an hour before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from lambdatui.demo.blueprint import Function
from lambdatui.demo.cloud import Cloud
from lambdatui.demo.emulator import Emulator
from lambdatui.demo.fleet import FUNCTIONS
from lambdatui.demo.seed import seed_functions

NEEDS_LOGS = {"audit-trail"}
PYTHON = [each for each in FUNCTIONS if each.runtime.startswith("python") and each.name not in NEEDS_LOGS]


@pytest.fixture(scope="module")
def workshop() -> Iterator[Cloud]:
    """An account with the functions alone, for tests that run them."""
    with Emulator() as endpoint:
        cloud = Cloud(endpoint)
        seed_functions(cloud)
        yield cloud


@pytest.mark.parametrize("function", PYTHON, ids=lambda function: function.name)
def test_function_takes_its_sample_event(workshop: Cloud, function: Function) -> None:
    answer = workshop["lambda"].invoke(FunctionName=function.name, Payload=json.dumps(function.sample))
    assert "FunctionError" not in answer, answer["Payload"].read()


def test_as_soon_as_there_are_functions_there_are_their_metrics(workshop: Cloud) -> None:
    metrics = (
        workshop["cloudwatch"].get_paginator("list_metrics").paginate(Namespace="AWS/Lambda", MetricName="Invocations")
    )
    known = {each["Value"] for page in metrics for one in page["Metrics"] for each in one["Dimensions"]}
    assert {function.name for function in FUNCTIONS if function.load} <= known


def test_the_metrics_go_back_an_hour(workshop: Cloud) -> None:
    now = datetime.now(UTC)
    told = workshop["cloudwatch"].get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="Invocations",
        Dimensions=[{"Name": "FunctionName", "Value": "payments-processor"}],
        StartTime=now - timedelta(minutes=65),
        EndTime=now,
        Period=60,
        Statistics=["Sum"],
    )
    assert len(told["Datapoints"]) > 45
