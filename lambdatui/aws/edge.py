"""Which functions run at CloudFront's edge: only the distributions know (facts 3.14)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from lambdatui.aws.connection import Connection
from lambdatui.aws.paging import MARKER, items


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """A function's version in a behaviour of a distribution."""

    function_arn: str
    distribution: str
    event_type: str
    """``viewer-request``, ``origin-request``, ``origin-response`` or ``viewer-response``."""
    status: str


async def list_associations(connection: Connection) -> AsyncIterator[Association]:
    """Every association of every distribution of the account; CloudFront cannot be asked by function (facts 1.2).

    Raises:
        ConsoleError: a page could not be had.
    """
    listed = items(connection, "cloudfront", "ListDistributions", MARKER, "Items", within="DistributionList")
    async for distribution in listed:
        others = (distribution.get("CacheBehaviors") or {}).get("Items") or ()
        for behaviour in (distribution.get("DefaultCacheBehavior") or {}, *others):
            for associated in (behaviour.get("LambdaFunctionAssociations") or {}).get("Items") or ():
                yield Association(
                    function_arn=associated["LambdaFunctionARN"],
                    distribution=distribution["Id"],
                    event_type=associated["EventType"],
                    status=distribution.get("Status", ""),
                )
