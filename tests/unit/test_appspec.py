"""What CodeDeploy is told, and how it is read back (facts 10.1, 10.2)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from botocore.session import get_session
from botocore.validate import validate_parameters

from lambdatui.insight.appspec import CONFIGS, AppSpec, pace
from lambdatui.insight.shift_plan import read_plan
from lambdatui.models.codedeploy import LambdaFunctionInfo

SPEC = AppSpec(function="orders", alias="live", current="13", target="14")
SHIFT = LambdaFunctionInfo(function_name="orders", function_alias="live", current_version="13", target_version="14")
YAML = """version: 0.0
Resources:
  - orders:
      Type: AWS::Lambda::Function
      Properties:
        Name: "orders"
        Alias: live
        CurrentVersion: '13'
        TargetVersion: "14"
Hooks:
  - BeforeAllowTraffic: CodeDeployHook_before
"""
FLOW = "Resources: [{orders: {Properties: {Name: orders, Alias: live, CurrentVersion: 13, TargetVersion: 14}}}]"


def test_the_content_says_which_versions_the_alias_goes_between() -> None:
    content = json.loads(SPEC.content)
    [resource] = content["Resources"]
    assert content["version"] == 0.0
    assert resource["function"] == {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Name": "orders", "Alias": "live", "CurrentVersion": "13", "TargetVersion": "14"},
    }


def test_the_revision_carries_the_hash_of_its_very_content() -> None:
    held = SPEC.revision["appSpecContent"]
    assert held["sha256"] == hashlib.sha256(held["content"].encode()).hexdigest()


def test_awss_model_takes_the_revision() -> None:
    model = get_session().get_service_model("codedeploy").operation_model("CreateDeployment")
    validate_parameters({"applicationName": "orders", "revision": SPEC.revision}, model.input_shape)


@pytest.mark.parametrize("content", [SPEC.content, YAML, FLOW], ids=["json", "yaml", "flow"])
def test_an_appspec_is_read_in_whichever_form(content: str) -> None:
    assert LambdaFunctionInfo.from_app_spec(content) == SHIFT


@pytest.mark.parametrize("name", CONFIGS)
def test_every_configuration_of_awss_own_is_understood_as_a_plan_too(name: str) -> None:
    assert read_plan(name)[-1].percent == 100


@pytest.mark.parametrize(
    ("routing", "told"),
    [
        (
            {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 10, "canaryInterval": 5}},
            "10 % for 5 min",
        ),
        ({"type": "TimeBasedLinear", "timeBasedLinear": {"linearPercentage": 10, "linearInterval": 3}}, "every 3 min"),
        ({"type": "AllAtOnce"}, "all at once"),
    ],
)
def test_the_pace_is_told_in_words(routing: dict[str, Any], told: str) -> None:
    assert told in pace({"trafficRoutingConfig": routing})


def test_of_an_unknown_pace_nothing_is_told() -> None:
    assert pace({}) == ""
