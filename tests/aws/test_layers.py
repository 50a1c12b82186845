"""Layers at the wire: the demo's account, and what a script refuses, lacks or breaks."""

from __future__ import annotations

import math
from typing import Any

import pytest

from lambdatui.aws.connection import Connection
from lambdatui.aws.functions import get_function
from lambdatui.aws.layers import (
    all_looked_up,
    function_layers,
    get_layer_version,
    list_layer_versions,
    list_layers,
    looked_up,
)
from lambdatui.demo.fleet import LAYERS, NEIGHBOUR_ACCOUNT, NEIGHBOUR_LAYER
from lambdatui.errors import AccessDenied, NotFound, Unreachable
from lambdatui.models.function import FunctionSummary
from lambdatui.models.layer import LayerVersion, LayerVersionId, UsedLayer
from tests.support.endpoint import ACCOUNT, REGION, Answer, ScriptedEndpoint, Seen, error, function, json_answer

pytestmark = pytest.mark.usefixtures("impatient")

OWN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:telemetry"
FOREIGN = f"arn:aws:lambda:{REGION}:464622532012:layer:Datadog-Extension"
GONE = error("ResourceNotFoundException", 404, "The resource you requested does not exist.")
DENIED = error("AccessDeniedException", 403, "not authorized")
BROKEN = error("ServiceException", 500, "internal")


def version(layer: str, number: int, **particular: Any) -> dict[str, Any]:
    return {
        "LayerVersionArn": f"{layer}:{number}",
        "Version": number,
        "CreatedDate": "2026-11-20T10:11:12.000+0000",
        **particular,
    }


def versions(layer: str, *numbers: int) -> Answer:
    return json_answer({"LayerVersions": [version(layer, number) for number in numbers]})


def of_function(*arns: str) -> FunctionSummary:
    return FunctionSummary(name="orders", arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders", layers=arns)


def used(arn: str) -> UsedLayer:
    return UsedLayer(position=1, id=LayerVersionId.parse(arn))


# -- the demo


async def test_the_layers_of_the_demo_are_listed_with_their_newest_versions(demo: Connection) -> None:
    found = [layer async for page in list_layers(demo) for layer in page]
    newest = {layer.layer_name: layer.latest_matching_version for layer in found}
    assert {name: version and version.version for name, version in newest.items()} == {
        layer.name: len(layer.versions) for layer in LAYERS
    }


async def test_the_versions_of_a_layer_are_all_listed(demo: Connection) -> None:
    found = [version async for page in list_layer_versions(demo, "telemetry") for version in page]
    assert sorted(version.version for version in found) == [1, 2, 3]


async def test_every_layer_of_a_function_is_found_in_its_order_with_its_size(demo: Connection) -> None:
    detail = await get_function(demo, "payments-processor")
    function = FunctionSummary(name="payments-processor", arn=detail.configuration.function_arn)
    account = detail.configuration.function_arn.split(":")[4]
    found = await all_looked_up(demo, await function_layers(demo, function), account)
    assert [(str(layer.id), layer.behind) for layer in found] == [("telemetry:3", 0), ("money:1", 1)]
    assert all(isinstance(layer.size, int) and layer.size > 0 for layer in found)
    assert all(isinstance(layer.details, LayerVersion) and layer.details.created_ms for layer in found)


async def test_another_accounts_layer_is_described(demo: Connection) -> None:
    arn = f"arn:aws:lambda:us-east-1:{NEIGHBOUR_ACCOUNT}:layer:{NEIGHBOUR_LAYER}:1"
    found = await looked_up(demo, used(arn), "123456789012")
    assert isinstance(found.details, LayerVersion)
    assert found.details.description == "Sends spans to the tracing backend"
    assert found.newest is None


async def test_the_download_url_of_a_layer_is_dropped(demo: Connection) -> None:
    listed = [layer async for page in list_layers(demo) for layer in page]
    assert listed[0].latest_matching_version is not None
    found = await get_layer_version(demo, listed[0].latest_matching_version.layer_version_arn)
    assert found.content is not None and found.content.code_size
    assert "Location" not in found.masked_json()


# -- counted at the wire


@pytest.mark.parametrize("count", [0, 1, 50, 51, 120])
async def test_listing_layers_takes_one_request_for_fifty(
    endpoint: ScriptedEndpoint, connection: Connection, count: int
) -> None:
    def page(seen: Seen) -> Answer:
        start, most = int(seen.query.get("Marker", 0)), int(seen.query["MaxItems"])
        names = [f"layer-{number:03d}" for number in range(count)][start : start + most]
        arn = OWN.rpartition(":")[0]
        layers = [
            {"LayerName": name, "LayerArn": f"{arn}:{name}", "LatestMatchingVersion": version(f"{arn}:{name}", 1)}
            for name in names
        ]
        following = {"NextMarker": str(start + most)} if start + most < count else {}
        return json_answer({"Layers": layers, **following})

    endpoint.on("lambda", "ListLayers", page)
    assert sum([len(page) async for page in list_layers(connection)]) == count
    assert endpoint.counts == {"lambda:ListLayers": max(1, math.ceil(count / 50))}


async def test_a_layer_of_the_account_takes_one_request(endpoint: ScriptedEndpoint, connection: Connection) -> None:
    endpoint.on("lambda", "ListLayerVersions", versions(OWN, 5, 4, 3))
    found = await looked_up(connection, used(f"{OWN}:3"), ACCOUNT)
    assert (found.behind, found.newest, isinstance(found.details, LayerVersion)) == (2, 5, True)
    assert endpoint.operations == ["lambda:ListLayerVersions"]


# -- deleted, forbidden, failed


async def test_a_version_that_is_not_listed_any_more_is_deleted(
    endpoint: ScriptedEndpoint, connection: Connection
) -> None:
    endpoint.on("lambda", "ListLayerVersions", versions(OWN, 5, 4))
    endpoint.on("lambda", "GetLayerVersionByArn", GONE)
    found = await looked_up(connection, used(f"{OWN}:3"), ACCOUNT)
    assert (found.deleted, found.newest, found.troubles) == (True, 5, ())


async def test_a_layer_without_any_version_left_is_deleted(endpoint: ScriptedEndpoint, connection: Connection) -> None:
    endpoint.on("lambda", "ListLayerVersions", GONE)
    endpoint.on("lambda", "GetLayerVersionByArn", GONE)
    found = await looked_up(connection, used(f"{OWN}:3"), ACCOUNT)
    assert (found.deleted, found.newest, found.troubles) == (True, None, ())


async def test_another_accounts_layer_is_known_though_its_versions_may_not_be_listed(
    endpoint: ScriptedEndpoint, connection: Connection
) -> None:
    endpoint.on("lambda", "ListLayerVersions", DENIED)
    endpoint.on("lambda", "GetLayerVersionByArn", json_answer(version(FOREIGN, 65, LicenseInfo="Apache-2.0")))
    found = await looked_up(connection, used(f"{FOREIGN}:65"), ACCOUNT)
    assert isinstance(found.details, LayerVersion)
    assert found.details.license_info == "Apache-2.0"
    assert isinstance(found.versions, AccessDenied)
    assert found.versions.action == "lambda:ListLayerVersions"


async def test_a_layer_that_is_forbidden_altogether_names_both_permissions(
    endpoint: ScriptedEndpoint, connection: Connection
) -> None:
    endpoint.on("lambda", "ListLayerVersions", DENIED)
    endpoint.on("lambda", "GetLayerVersionByArn", DENIED)
    found = await looked_up(connection, used(f"{FOREIGN}:65"), ACCOUNT)
    assert [trouble.title for trouble in found.troubles] == [
        "not permitted: lambda:GetLayerVersion",
        "not permitted: lambda:ListLayerVersions",
    ]
    assert not found.deleted


async def test_a_failure_takes_no_other_part_with_it(endpoint: ScriptedEndpoint, connection: Connection) -> None:
    endpoint.on("lambda", "ListLayerVersions", BROKEN)
    endpoint.on("lambda", "GetLayerVersionByArn", json_answer(version(OWN, 3)))
    found = await looked_up(connection, used(f"{OWN}:3"), ACCOUNT)
    assert isinstance(found.details, LayerVersion)
    assert isinstance(found.versions, Unreachable)


async def test_without_getfunction_the_inventorys_layers_stand_and_their_sizes_are_forbidden(
    endpoint: ScriptedEndpoint, connection: Connection
) -> None:
    endpoint.on("lambda", "GetFunction", DENIED)
    found = await function_layers(connection, of_function(f"{OWN}:3", f"{FOREIGN}:65"))
    assert [str(layer.id) for layer in found] == ["telemetry:3", "Datadog-Extension:65"]
    assert all(isinstance(layer.size, AccessDenied) for layer in found)


async def test_the_function_tells_newer_layers_than_the_inventory(
    endpoint: ScriptedEndpoint, connection: Connection
) -> None:
    configuration = function("orders", Layers=[{"Arn": f"{OWN}:4", "CodeSize": 77}])
    endpoint.on("lambda", "GetFunction", json_answer({"Configuration": configuration}))
    (found,) = await function_layers(connection, of_function(f"{OWN}:3"))
    assert (found.id.version, found.size) == (4, 77)


async def test_a_function_that_is_gone_has_no_layers_to_tell(
    endpoint: ScriptedEndpoint, connection: Connection
) -> None:
    endpoint.on("lambda", "GetFunction", error("ResourceNotFoundException", 404, "Function not found: orders"))
    with pytest.raises(NotFound):
        await function_layers(connection, of_function(f"{OWN}:3"))
