"""CodeDeploy, which shifts the traffic of aliases by itself. Raises only `lambdatui.errors`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

from lambdatui.aws.connection import Connection
from lambdatui.aws.faults import translated
from lambdatui.aws.paging import SMALL_TOKEN, items
from lambdatui.errors import RequestRefused
from lambdatui.models.codedeploy import (
    LAMBDA,
    UNDER_WAY,
    AliasDeployment,
    DeploymentGroup,
    DeploymentInfo,
    LambdaFunctionInfo,
    LambdaTarget,
)

BATCH = 25
"""The most deployments, targets and the like that are told of in one answer (facts 10.4)."""
AT_A_TIME = 8
"""Requests under way while the groups of a region are looked through."""


async def list_under_way(connection: Connection) -> tuple[DeploymentInfo, ...]:
    """Every deployment of the region that shifts an alias and has not ended: one request where there is none."""
    listed = items(
        connection,
        "codedeploy",
        "ListDeployments",
        SMALL_TOKEN,
        "deployments",
        includeOnlyStatuses=list(UNDER_WAY),
    )
    ids = [each async for each in listed]
    found: list[DeploymentInfo] = []
    for batch in _batches(ids):
        answer = await connection.call("codedeploy", "BatchGetDeployments", deploymentIds=batch)
        with translated(connection, "codedeploy", "BatchGetDeployments"):
            found += map(DeploymentInfo.model_validate, answer.get("deploymentsInfo") or ())
    return tuple(each for each in found if each.compute_platform == LAMBDA and each.under_way)


async def list_deployments(connection: Connection) -> tuple[AliasDeployment, ...]:
    """Every deployment of the region that shifts an alias and has not ended, with how far it is."""
    deployments = await list_under_way(connection)
    targets = await asyncio.gather(*(get_target(connection, deployment) for deployment in deployments))
    return tuple(map(AliasDeployment, deployments, targets))


async def list_alias_deployments(connection: Connection, function: str, alias: str) -> tuple[AliasDeployment, ...]:
    """The deployments under way of one alias: there are two for a moment, where one takes back the other.

    Nothing leads from an alias to them, so that all that are under way are looked at (facts 10.4).
    """
    deployments = await list_deployments(connection)
    return tuple(each for each in deployments if each.target.lambda_function_info.concerns(function, alias))


async def get_alias_deployment(connection: Connection, deployment_id: str) -> AliasDeployment:
    """One deployment of an alias as it is now, whether it has ended or not."""
    info = await get_deployment(connection, deployment_id)
    return AliasDeployment(info, await get_target(connection, info))


async def get_deployment(connection: Connection, deployment_id: str) -> DeploymentInfo:
    """One deployment as it is now."""
    answer = await connection.call("codedeploy", "GetDeployment", deploymentId=deployment_id)
    with translated(connection, "codedeploy", "GetDeployment"):
        return DeploymentInfo.model_validate(answer["deploymentInfo"])


async def get_target(connection: Connection, deployment: DeploymentInfo) -> LambdaTarget:
    """What a deployment does, and how far it is; one that has not started is told by its AppSpec.

    Where that cannot be had either, as of a file in S3, the target is an empty one.
    """
    asked = {"deploymentId": deployment.deployment_id}
    try:
        listed = items(connection, "codedeploy", "ListDeploymentTargets", SMALL_TOKEN, "targetIds", **asked)
        ids = [each async for each in listed]
    except RequestRefused as refused:
        if not refused.hint.endswith("DeploymentNotStartedException"):
            raise
        ids = []
    for batch in _batches(ids):
        answer = await connection.call("codedeploy", "BatchGetDeploymentTargets", targetIds=batch, **asked)
        with translated(connection, "codedeploy", "BatchGetDeploymentTargets"):
            for target in answer.get("deploymentTargets") or ():
                if "lambdaTarget" in target:
                    return LambdaTarget.model_validate(target["lambdaTarget"])
    app_spec = await get_app_spec(connection, deployment)
    return LambdaTarget(status="Pending", lambda_function_info=LambdaFunctionInfo.from_app_spec(app_spec))


async def get_app_spec(connection: Connection, deployment: DeploymentInfo) -> str:
    """The AppSpec of a deployment, in YAML or JSON; empty where it lies elsewhere than in CodeDeploy.

    A deployment tells only its SHA-256, by which the revision is found (facts 10.2).
    """
    if deployment.revision.get("revisionType") not in {"AppSpecContent", "String"}:
        return ""
    answer = await connection.call(
        "codedeploy",
        "GetApplicationRevision",
        applicationName=deployment.application_name,
        revision=dict(deployment.revision),
    )
    revision = answer.get("revision") or {}
    held = revision.get("appSpecContent") or revision.get("string") or {}
    return str(held.get("content") or "")


async def get_group(connection: Connection, application: str, group: str) -> DeploymentGroup:
    """One deployment group.

    Raises:
        RequestRefused: there is none of these names.
    """
    answer = await connection.call(
        "codedeploy", "GetDeploymentGroup", applicationName=application, deploymentGroupName=group
    )
    with translated(connection, "codedeploy", "GetDeploymentGroup"):
        return DeploymentGroup.model_validate(answer["deploymentGroupInfo"])


async def list_groups(connection: Connection) -> tuple[DeploymentGroup, ...]:
    """Every deployment group of the region that deploys functions, by application."""
    listed = items(connection, "codedeploy", "ListApplications", SMALL_TOKEN, "applications")
    applications = [each async for each in listed]
    pace = asyncio.Semaphore(AT_A_TIME)
    found = await asyncio.gather(
        *(_groups_of(connection, each, pace) for each in await _of_lambda(connection, applications))
    )
    return tuple(group for groups in found for group in groups)


async def groups_of(
    connection: Connection, function: str, alias: str, among: Sequence[DeploymentGroup]
) -> tuple[DeploymentGroup, ...]:
    """The groups whose last deployment was one of the alias: nothing else tells to which group an alias belongs.

    Args:
        among: the groups to look at.
    """
    pace = asyncio.Semaphore(AT_A_TIME)

    async def serves(group: DeploymentGroup) -> bool:
        if not (last := group.last_attempted_deployment.deployment_id):
            return False
        try:
            async with pace:
                deployment = await get_alias_deployment(connection, last)
        except RequestRefused:  # it is kept no more
            return False
        return deployment.target.lambda_function_info.concerns(function, alias)

    serving = await asyncio.gather(*map(serves, among))
    return tuple(group for group, does in zip(among, serving, strict=True) if does)


async def get_deployment_config(connection: Connection, name: str) -> dict[str, Any]:
    """A deployment configuration by AWS's names.

    Raises:
        RequestRefused: there is none of this name.
    """
    answer = await connection.call("codedeploy", "GetDeploymentConfig", deploymentConfigName=name)
    config: dict[str, Any] = answer.get("deploymentConfigInfo") or {}
    return config


async def _of_lambda(connection: Connection, applications: Sequence[str]) -> list[str]:
    """Those of the applications that are deployed to Lambda."""
    found: list[dict[str, Any]] = []
    for batch in _batches(applications):
        answer = await connection.call("codedeploy", "BatchGetApplications", applicationNames=batch)
        found += answer.get("applicationsInfo") or ()
    return [each["applicationName"] for each in found if each.get("computePlatform") == LAMBDA]


async def _groups_of(connection: Connection, application: str, pace: asyncio.Semaphore) -> list[DeploymentGroup]:
    asked = {"applicationName": application}
    found: list[DeploymentGroup] = []
    async with pace:
        listed = items(connection, "codedeploy", "ListDeploymentGroups", SMALL_TOKEN, "deploymentGroups", **asked)
        for batch in _batches([each async for each in listed]):
            answer = await connection.call(
                "codedeploy", "BatchGetDeploymentGroups", deploymentGroupNames=batch, **asked
            )
            with translated(connection, "codedeploy", "BatchGetDeploymentGroups"):
                found += map(DeploymentGroup.model_validate, answer.get("deploymentGroupsInfo") or ())
    return found


def _batches(names: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), BATCH):
        yield list(names[start : start + BATCH])
