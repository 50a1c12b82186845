"""Layers of the region and of a function.

Everything here raises only `lambdatui.errors`. As in `functions.py` the models are imported where they are used.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING

from lambdatui.aws.connection import Connection
from lambdatui.aws.paging import lambda_pages
from lambdatui.errors import ConsoleError, NotFound

if TYPE_CHECKING:
    from lambdatui.models.function import FunctionSummary
    from lambdatui.models.layer import Layer, LayerVersion, UsedLayer

PAGE_SIZE = 50
"""The most that AWS gives of layers and of their versions (facts 2.2)."""


def list_layers(connection: Connection) -> AsyncIterator[tuple[Layer, ...]]:
    """The account's own layers, each with its newest version, a page at a time; never another account's.

    Raises:
        ConsoleError: a page could not be had.
    """
    from lambdatui.models.layer import Layer

    return lambda_pages(connection, "ListLayers", "Layers", Layer.model_validate, MaxItems=PAGE_SIZE)


def list_layer_versions(connection: Connection, layer: str) -> AsyncIterator[tuple[LayerVersion, ...]]:
    """The versions of a layer that exist, a page at a time; deleted ones are left out.

    Args:
        layer: the name of a layer of this account, or the ARN of another's, which that account must permit.

    Raises:
        NotFound: there is no such layer.
        ConsoleError: a page could not be had.
    """
    from lambdatui.models.layer import LayerVersion

    asked = {"LayerName": layer, "MaxItems": PAGE_SIZE}
    return lambda_pages(connection, "ListLayerVersions", "LayerVersions", LayerVersion.model_validate, **asked)


async def get_layer_version(connection: Connection, arn: str) -> LayerVersion:
    """One version of any account's layer.

    Raises:
        NotFound: it was deleted. Of another account's layer AWS says AccessDenied instead.
    """
    from lambdatui.aws.faults import translated
    from lambdatui.models.layer import LayerVersion

    answer = await connection.call("lambda", "GetLayerVersionByArn", Arn=arn)
    with translated(connection, "lambda", "GetLayerVersionByArn"):
        return LayerVersion.model_validate(answer)


async def function_layers(connection: Connection, function: FunctionSummary) -> tuple[UsedLayer, ...]:
    """The layers of ``$LATEST`` in order, with their sizes; the other parts are not asked for yet.

    Where GetFunction gives nothing, they are those that the inventory knows, and `size` says why it is not known.

    Raises:
        NotFound: there is no such function.
    """
    from lambdatui.aws.functions import get_function
    from lambdatui.models.layer import LayerVersionId, UsedLayer

    try:
        detail = await get_function(connection, function.name)
    except NotFound:
        raise
    except ConsoleError as error:
        return tuple(
            UsedLayer(position=position, id=LayerVersionId.parse(arn), size=error)
            for position, arn in enumerate(function.layers, start=1)
        )
    return tuple(
        UsedLayer(position=position, id=LayerVersionId.parse(layer.arn), size=layer.code_size)
        for position, layer in enumerate(detail.configuration.layers, start=1)
    )


async def looked_up(connection: Connection, used: UsedLayer, account: str) -> UsedLayer:
    """The same with its details and with the versions there are. Raises nothing: a part that fails holds its error.

    One request where the layer's versions can be listed and this one is among them; another account's layer, or a
    deleted version, takes a second.

    Args:
        account: the function's own.
    """
    layer = used.id.name if used.id.account == account else used.id.layer_arn
    try:
        listed = [version async for page in list_layer_versions(connection, layer) for version in page]
    except NotFound:
        used = replace(used, versions=())
    except ConsoleError as error:
        used = replace(used, versions=error)
    else:
        used = replace(used, versions=tuple(version.version for version in listed))
        for version in listed:
            if version.version == used.id.version:
                return replace(used, details=version)
    try:
        return replace(used, details=await get_layer_version(connection, used.id.arn))
    except ConsoleError as error:
        return replace(used, details=error)


async def all_looked_up(connection: Connection, used: tuple[UsedLayer, ...], account: str) -> tuple[UsedLayer, ...]:
    """`looked_up` for all layers of a function, at the same time."""
    return tuple(await asyncio.gather(*(looked_up(connection, one, account) for one in used)))
