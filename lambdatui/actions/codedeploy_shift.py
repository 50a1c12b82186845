"""Hands a shift to CodeDeploy, which runs it in AWS however this machine fares, and stops what CodeDeploy does.

CreateDeployment takes no RevisionId and makes another deployment each time: what is under way is looked at before it
is sent, and after an answer that was lost (facts 10).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence

from pydantic import Field

from lambdatui.actions.action import Action, Call, Draft, Params, Plan, Subject, Undo
from lambdatui.actions.flight_collision import refuse_while_a_shift_flies
from lambdatui.actions.function_changes import refuse
from lambdatui.actions.on_alias import provisioned_on
from lambdatui.actions.permission import permitted
from lambdatui.actions.traffic import read_side
from lambdatui.aws.codedeploy import (
    get_alias_deployment,
    get_deployment_config,
    get_group,
    groups_of,
    list_alias_deployments,
    list_groups,
)
from lambdatui.aws.connection import Connection
from lambdatui.aws.releases import get_alias, list_versions
from lambdatui.errors import RequestRefused
from lambdatui.insight.appspec import AWS_OWN, CONFIGS, AppSpec, pace
from lambdatui.insight.traffic import rule_on_traffic
from lambdatui.models.codedeploy import BETWEEN, LAMBDA, SUCCEEDED, AliasDeployment, DeploymentGroup, in_words
from lambdatui.models.release import Alias

LABEL = "CodeDeploy deployment"
POLL_S = 10.0
"""Between two looks. AWS's own waiter gives up after half an hour, long before a slow deployment ends (facts 10.5)."""
ROLL_BACK = {
    "enabled": True,
    "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
}
"""What a deployment is told whose group does not roll back by itself (facts 10.5)."""


class HandedOver(Params):
    """How CodeDeploy is to shift an alias."""

    group: str = Field(title="Application / group", description="the deployment group that the alias belongs to")
    target: str = Field(title="Version", description="gets all of the traffic in the end")
    config: str = Field(default=CONFIGS[0], title="Configuration", description="in which steps, and how fast")


class HandShiftOver(Action[HandedOver]):
    """CreateDeployment, with the deployment configuration always named: the one that AWS takes otherwise is for servers
    (facts 10.1)."""

    params = HandedOver

    async def draft(self, connection: Connection, subject: Subject) -> Draft[HandedOver]:
        alias = await get_alias(connection, subject.function, subject.qualifier)
        refuse(_not_whole(alias))
        versions = [version.number async for page in list_versions(connection, subject.function) for version in page]
        targets = [number for number in reversed(versions) if number.isdecimal() and number != alias.function_version]
        refuse(None if targets else "there is no other published version to shift to")
        groups = await list_groups(connection)
        refuse(None if groups else "CodeDeploy has no deployment group for Lambda in this region")
        ours = await permitted(groups_of(connection, subject.function, alias.name, groups)) or ()
        offered = (*ours, *(group for group in groups if group not in ours))
        own = [each.deployment_config_name for each in offered if not each.deployment_config_name.startswith(AWS_OWN)]
        configs = tuple(dict.fromkeys(filter(None, (*CONFIGS, *own))))
        usual = ours[0].deployment_config_name if ours else ""
        return Draft(
            params=HandedOver(
                group=str(offered[0]), target=targets[0], config=usual if usual in configs else CONFIGS[0]
            ),
            remarks=(
                f"{alias.name} points at version {alias.function_version}",
                f"{ours[0]} deployed it last" if ours else "no group is known to have deployed it",
            ),
            choices={"group": tuple(map(str, offered)), "target": tuple(targets), "config": configs},
        )

    async def plan(self, connection: Connection, subject: Subject, params: HandedOver) -> Plan:
        alias = await get_alias(connection, subject.function, subject.qualifier)
        under_way = await list_alias_deployments(connection, subject.function, alias.name)
        spec = AppSpec(
            function=subject.function, alias=alias.name, current=alias.function_version, target=params.target
        )
        before = {"version": alias.function_version, LABEL: told(under_way)}
        after = {**before, LABEL: in_words(spec.current, spec.target, params.config, params.group)}
        undo = Undo(action="codedeploy-stop", params=Params())
        if before == after:
            return Plan(subject=subject, params=params, before=before, after=after, calls=(), undo=undo)
        if under_way:
            raise RequestRefused(f"CodeDeploy shifts {alias.name} already: {under_way[0]}", "stop it first, or wait")
        await refuse_while_a_shift_flies(connection, subject)
        refuse(_not_whole(alias))
        provisioned = await permitted(provisioned_on(connection, subject.function, alias.name))
        ruling = rule_on_traffic(
            alias,
            version=spec.current,
            additional=spec.target,
            share=0.5,  # some of it: which is CodeDeploy's to say
            sides=[await read_side(connection, subject.function, one) for one in (spec.current, spec.target)],
            provisioned=provisioned is not None,
        )
        refuse(next(iter(ruling.refusals), None))
        application, _, name = params.group.partition(BETWEEN)
        group = await get_group(connection, application, name)
        config = await get_deployment_config(connection, params.config)
        for what, platform in ((str(group), group.compute_platform), (params.config, config.get("computePlatform"))):
            refuse(None if platform in {LAMBDA, "", None} else f"{what} is for {platform}, not for {LAMBDA}")
        return Plan(
            subject=subject,
            params=params,
            before=before,
            after=after,
            calls=(_create(group, spec, params.config),),
            remarks=tuple(filter(None, (pace(config), *_remarks(group)))),
            warnings=(*ruling.warnings, *_warnings(group)),
            undo=undo,
        )


class StopDeployment(Action[Params]):
    """StopDeployment with a rollback: without one, the alias would keep the weights that it has (facts 10.5)."""

    async def plan(self, connection: Connection, subject: Subject, params: Params) -> Plan:
        under_way = await list_alias_deployments(connection, subject.function, subject.qualifier)
        shifting = [each for each in under_way if not each.info.takes_back]
        return Plan(
            subject=subject,
            params=params,
            before={LABEL: told(shifting)},
            after={LABEL: None},
            calls=tuple(_stop(each.info.deployment_id) for each in shifting),
            remarks=tuple(map(_consequence, under_way)) or ("CodeDeploy does nothing to it now",),
        )

    async def settle(self, connection: Connection, plan: Plan, tell: Callable[[str], None]) -> None:
        for call in plan.calls:
            stopped = await _until_ended(connection, call.parameters["deploymentId"], tell)
            if back := stopped.info.taken_back_by:
                ended = await _until_ended(connection, back, tell)
                if ended.info.status != SUCCEEDED:
                    raise RequestRefused(
                        f"stopped, and not taken back: {_progress(ended)}", "look at the alias's weights"
                    )


def told(deployments: Sequence[AliasDeployment]) -> str | None:
    """Deployments of an alias as plans tell them."""
    return "; ".join(map(str, deployments)) or None


def _consequence(deployment: AliasDeployment) -> str:
    """What becomes of a deployment when it is to be stopped."""
    info = deployment.info
    if info.takes_back:
        return f"{info.deployment_id} takes back {info.takes_back} already, and goes on"
    current = deployment.target.lambda_function_info.current_version
    return f"{info.deployment_id} is stopped, and all of the traffic goes back to version {current}"


def _not_whole(alias: Alias) -> str | None:
    """Why CodeDeploy would not begin: it wants an alias without weights (facts 10.2)."""
    if not alias.additional:
        return None
    return f"{alias.name} has weights, and CodeDeploy shifts only what is on one version: give all to one first"


def _remarks(group: DeploymentGroup) -> Iterator[str]:
    yield "CodeDeploy runs it in AWS, whether this console goes on or not"
    if not group.auto_rollback_configuration.enabled:
        yield f"{group} does not roll back by itself; this deployment will, when it fails or is stopped"


def _warnings(group: DeploymentGroup) -> Iterator[str]:
    if not group.alarm_configuration.enabled:
        yield f"{group} heeds no alarms: however the new version does, only a hook or a hand stops it"


def _create(group: DeploymentGroup, spec: AppSpec, config: str) -> Call:
    rolling_back = group.auto_rollback_configuration.enabled
    return Call(
        service="codedeploy",
        operation="CreateDeployment",
        parameters={
            "applicationName": group.application_name,
            "deploymentGroupName": group.deployment_group_name,
            "deploymentConfigName": config,
            "revision": spec.revision,
            **({} if rolling_back else {"autoRollbackConfiguration": ROLL_BACK}),
        },
    )


def _stop(deployment_id: str) -> Call:
    parameters = {"deploymentId": deployment_id, "autoRollbackEnabled": True}
    return Call(service="codedeploy", operation="StopDeployment", parameters=parameters)


async def _until_ended(connection: Connection, deployment_id: str, tell: Callable[[str], None]) -> AliasDeployment:
    """Watches a deployment until it has ended, and says how."""
    while True:
        deployment = await get_alias_deployment(connection, deployment_id)
        tell(_progress(deployment))
        if not deployment.info.under_way:
            return deployment
        await asyncio.sleep(POLL_S)


def _progress(deployment: AliasDeployment) -> str:
    """How far a deployment is, as a phrase."""
    shift = deployment.target.lambda_function_info
    weight = shift.target_version_weight
    share = f"{weight:g} % on version {shift.target_version}" if weight is not None and shift.target_version else ""
    told = f"{deployment.info.deployment_id} {deployment.info.status}"
    return ", ".join(filter(None, (told, deployment.target.stage, share)))
