"""The functions really run: each Python one takes its sample event."""

from __future__ import annotations

import json
from collections.abc import Iterator

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
