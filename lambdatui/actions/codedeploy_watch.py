"""Watches what CodeDeploy does to an alias, until it has done it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from lambdatui.aws.codedeploy import get_deployment, get_target
from lambdatui.aws.connection import Connection
from lambdatui.models.codedeploy import AliasDeployment

POLL_S = 10.0
"""Between two looks. AWS's own waiter gives up after half an hour, long before a slow deployment ends (facts 10.5)."""


async def watch(connection: Connection, deployment_id: str) -> AsyncIterator[AliasDeployment]:
    """A deployment as it is now, again and again; the last one is as it ended.

    Raises:
        ConsoleError: it could not be read.
    """
    while True:
        info = await get_deployment(connection, deployment_id)
        deployment = AliasDeployment(info, await get_target(connection, info))
        yield deployment
        if not info.under_way:
            return
        await asyncio.sleep(POLL_S)


async def until_ended(connection: Connection, deployment_id: str, tell: Callable[[str], None]) -> AliasDeployment:
    """Watches a deployment until it has ended.

    Args:
        tell: is given how far it is.

    Returns:
        How it ended.

    Raises:
        ConsoleError: it could not be read.
    """
    async for deployment in watch(connection, deployment_id):
        tell(progress(deployment))
    return deployment


def progress(deployment: AliasDeployment) -> str:
    """How far a deployment is, as a phrase."""
    shift = deployment.target.lambda_function_info
    weight = shift.target_version_weight
    share = f"{weight:g} % on version {shift.target_version}" if weight is not None and shift.target_version else ""
    told = f"{deployment.info.deployment_id} {deployment.info.status}"
    return ", ".join(filter(None, (told, deployment.target.stage, share)))
