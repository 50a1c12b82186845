"""Versions and aliases of a function, what hangs on them, and those of the whole region in one sweep.

Every function here raises only `lambdatui.errors`.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from typing import TypeVar

from lambdatui.aws.connection import Connection
from lambdatui.aws.faults import translated
from lambdatui.aws.functions import names_the_missing
from lambdatui.aws.paging import TOKEN, items, lambda_pages
from lambdatui.aws.triggers import get_policy
from lambdatui.errors import NotFound
from lambdatui.models.configuration import AwsModel, FunctionUrl
from lambdatui.models.release import Alias, ProvisionedConcurrency, Version

Item = TypeVar("Item", bound=AwsModel)

VERSIONS_PAGE = 50
"""AWS sends no more versions than this in one page, whatever is asked for (facts 2.2)."""

_ALIAS = re.compile(r"([^:]+):((?!\d+$)[a-zA-Z0-9-_]+)")
"""What the dimension ``Resource`` says of an invocation through an alias: function and alias (facts 3.2, 6)."""


def list_versions(connection: Connection, function: str) -> AsyncIterator[tuple[Version, ...]]:
    """All versions of a function, a page at a time: ``$LATEST`` first, then from the oldest to the newest."""
    asked = {"FunctionName": function, "MaxItems": VERSIONS_PAGE}
    return lambda_pages(connection, "ListVersionsByFunction", "Versions", Version.from_aws, **asked)


def list_region_versions(connection: Connection) -> AsyncIterator[tuple[Version, ...]]:
    """Every version of every function of the region, a page at a time, ``$LATEST`` included."""
    asked = {"FunctionVersion": "ALL", "MaxItems": VERSIONS_PAGE}
    return lambda_pages(connection, "ListFunctions", "Functions", Version.from_aws, **asked)


async def get_version(connection: Connection, function: str, qualifier: str) -> Version:
    """One version, or the main one of an alias.

    Asked for with GetFunction, which has a bucket of 100 requests a second to itself (facts 2.1).

    Args:
        qualifier: a version or an alias.

    Raises:
        NotFound: there is no such function, version or alias.
    """
    answer = await connection.call("lambda", "GetFunction", FunctionName=function, Qualifier=qualifier)
    with translated(connection, "lambda", "GetFunction"):
        return Version.from_aws(answer["Configuration"])


async def list_aliases(connection: Connection, function: str) -> tuple[Alias, ...]:
    """All aliases of a function."""
    return await _all(connection, Alias, "ListAliases", "Aliases", function)


async def get_alias(connection: Connection, function: str, name: str) -> Alias:
    """One alias as it is now, with the RevisionId that its change has to name (facts 3.4).

    Raises:
        NotFound: there is no such alias.
    """
    answer = await connection.call("lambda", "GetAlias", FunctionName=function, Name=name)
    with translated(connection, "lambda", "GetAlias"):
        return Alias.model_validate(answer)


async def list_provisioned(connection: Connection, function: str) -> tuple[ProvisionedConcurrency, ...]:
    """The provisioned concurrency of every version and alias of a function that has any."""
    return await _all(
        connection,
        ProvisionedConcurrency,
        "ListProvisionedConcurrencyConfigs",
        "ProvisionedConcurrencyConfigs",
        function,
    )


async def list_urls(connection: Connection, function: str) -> tuple[FunctionUrl, ...]:
    """The function's URLs: its own and those of its aliases."""
    return await _all(connection, FunctionUrl, "ListFunctionUrlConfigs", "FunctionUrlConfigs", function)


async def has_policy(connection: Connection, function: str, alias: str) -> bool:
    """Whether a resource policy on an alias lets anyone call it; one that was emptied does not.

    Raises:
        NotFound: there is no such function or alias; where only a policy is missing, that is the answer.
    """
    document = await get_policy(connection, function, alias)
    with translated(connection, "lambda", "GetPolicy"):
        return document is not None and bool(json.loads(document).get("Statement"))


async def list_aliases_with_traffic(connection: Connection) -> Mapping[str, tuple[str, ...]]:
    """The aliases that were invoked in the last two weeks, by function: one sweep of CloudWatch for all of them.

    AWS has no call that lists the aliases of a region. CloudWatch lists a metric for two weeks after its last value,
    and a new one after up to 15 minutes (facts 2.4), so that an alias that nobody calls is not among them.
    """
    found = defaultdict(set)
    asked = {"Namespace": "AWS/Lambda", "MetricName": "Invocations", "Dimensions": [{"Name": "Resource"}]}
    async for metric in items(connection, "cloudwatch", "ListMetrics", TOKEN, "Metrics", **asked):
        for dimension in metric["Dimensions"]:
            invoked = _ALIAS.fullmatch(dimension["Value"]) if dimension["Name"] == "Resource" else None
            if invoked:
                found[invoked[1]].add(invoked[2])
    return {function: tuple(sorted(aliases)) for function, aliases in found.items()}


async def _all(
    connection: Connection, model: type[Item], operation: str, member: str, function: str
) -> tuple[Item, ...]:
    """The items of all pages. A 404 that does not name the function as missing means that there are none."""
    try:
        pages = lambda_pages(connection, operation, member, model.model_validate, FunctionName=function)
        return tuple([item async for page in pages for item in page])
    except NotFound as error:
        if names_the_missing(error):
            raise
        return ()
