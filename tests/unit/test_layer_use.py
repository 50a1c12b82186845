"""Layer versions by their ARNs, who uses which, and what is known of a layer part by part."""

from __future__ import annotations

from typing import Any

import pytest

from lambdatui.errors import AccessDenied, NotFound, Throttled
from lambdatui.insight.layer_use import LayerUse, layer_uses, package_size
from lambdatui.models.function import FunctionSummary
from lambdatui.models.layer import Layer, LayerContent, LayerVersion, LayerVersionId, UsedLayer

OWN = "123456789012"
PREFIX = f"arn:aws:lambda:us-east-1:{OWN}:layer:"
FOREIGN = "arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:65"


def function(name: str, *layers: str, **particular: Any) -> FunctionSummary:
    return FunctionSummary(
        name=name, arn=f"arn:aws:lambda:us-east-1:{OWN}:function:{name}", layers=layers, **particular
    )


def listed(name: str, newest: int) -> dict[str, Layer]:
    version = LayerVersion(layer_version_arn=f"{PREFIX}{name}:{newest}", version=newest)
    return {f"{PREFIX}{name}": Layer(layer_name=name, layer_arn=f"{PREFIX}{name}", latest_matching_version=version)}


def uses(functions: list[FunctionSummary], layers: dict[str, Layer], *, complete: bool = True) -> dict[str, LayerUse]:
    return {str(use.id): use for use in layer_uses(functions, layers, account=OWN, complete=complete)}


def used(**parts: Any) -> UsedLayer:
    return UsedLayer(position=1, id=LayerVersionId.parse(f"{PREFIX}telemetry:3"), **parts)


# -- ARNs


@pytest.mark.parametrize(
    ("arn", "account", "name", "version"),
    [
        (f"{PREFIX}telemetry:3", OWN, "telemetry", 3),
        ("arn:aws-cn:lambda:cn-north-1:488211338238:layer:Insights:14", "488211338238", "Insights", 14),
        ("arn:aws:lambda:::awslayer:AmazonLinux1803", "", "AmazonLinux1803", 0),
        ("something else", "", "something else", 0),
    ],
)
def test_a_layer_versions_arn_is_read(arn: str, account: str, name: str, version: int) -> None:
    id_ = LayerVersionId.parse(arn)
    assert (id_.arn, id_.account, id_.name, id_.version) == (arn, account, name, version)


def test_the_download_url_never_gets_past_the_model() -> None:
    content = LayerContent.model_validate({"Location": "https://bucket/?X-Amz-Signature=s", "CodeSize": 7})
    assert content.code_size == 7
    assert "X-Amz-Signature" not in content.masked_json() + repr(content)


# -- who uses what


def test_every_version_in_use_is_counted_and_the_newest_is_there_even_if_nobody_uses_it() -> None:
    functions = [function("a", f"{PREFIX}telemetry:2"), function("b", f"{PREFIX}telemetry:2", FOREIGN)]
    found = uses(functions, listed("telemetry", 3))
    assert {name: use.functions for name, use in found.items()} == {
        "telemetry:2": 2,
        "Datadog-Extension:65": 1,
        "telemetry:3": 0,
    }


def test_a_version_behind_the_newest_is_older() -> None:
    found = uses([function("a", f"{PREFIX}telemetry:2")], listed("telemetry", 3))
    assert found["telemetry:2"].older
    assert found["telemetry:3"].is_newest


def test_the_newest_version_of_another_accounts_layer_is_not_known() -> None:
    use = uses([function("a", FOREIGN)], {})["Datadog-Extension:65"]
    assert (use.newest, use.older, use.is_newest, use.gone) == (None, False, False, False)
    assert use.owner.label == "Datadog"


def test_a_layer_of_the_account_that_a_whole_listing_lacks_was_deleted() -> None:
    functions = [function("a", f"{PREFIX}telemetry:2")]
    assert uses(functions, {})["telemetry:2"].gone


def test_a_layer_that_a_listing_lacks_so_far_is_not_called_deleted() -> None:
    functions = [function("a", f"{PREFIX}telemetry:2")]
    assert not uses(functions, {}, complete=False)["telemetry:2"].gone


# -- one layer of a function


@pytest.mark.parametrize(
    ("versions", "newest", "behind"),
    [
        ((3, 2, 1), 3, 0),
        ((5, 4, 3), 5, 2),
        ((9, 2), 9, 1),
        ((), None, None),
        (None, None, None),
        (AccessDenied("lambda:ListLayerVersions"), None, None),
    ],
)
def test_newer_versions_that_exist_are_counted(versions: Any, newest: int | None, behind: int | None) -> None:
    assert (used(versions=versions).newest, used(versions=versions).behind) == (newest, behind)


def test_a_deleted_version_is_an_answer_and_no_trouble() -> None:
    layer = used(details=NotFound("no such version"), versions=(4,))
    assert layer.deleted
    assert layer.troubles == ()


def test_every_part_that_failed_is_a_trouble() -> None:
    denied, slow = AccessDenied("lambda:GetLayerVersion"), Throttled("throttled")
    layer = used(details=denied, versions=slow)
    assert not layer.deleted
    assert layer.troubles == (denied, slow)


def test_code_and_layers_weigh_together() -> None:
    assert package_size(function("a", code_size=1000), [used(size=20), used(size=3)]) == 1023


def test_a_package_with_a_layer_of_unknown_size_has_no_known_weight() -> None:
    denied = AccessDenied("lambda:GetFunction")
    assert package_size(function("a", code_size=1000), [used(size=20), used(size=denied)]) is None
