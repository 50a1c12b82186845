"""A CodeDeploy behind the scripted endpoint: groups and deployments of aliases, as a test puts them there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, error, json_answer

PAGE = 10
CREATED_S = 1_795_212_000
"""When a deployment was created, epoch s: 2026-11-20 22:00:00Z."""
CANARY = "CodeDeployDefault.LambdaCanary10Percent5Minutes"


def target(
    function: str = "orders", alias: str = "live", *, current: str = "1", new: str = "2", weight: float = 10
) -> dict[str, Any]:
    """A deployment's target, in the middle of its shift."""
    events = {"BeforeAllowTraffic": "Succeeded", "AllowTraffic": "InProgress", "AfterAllowTraffic": "Pending"}
    return {
        "deploymentTargetType": "LambdaTarget",
        "lambdaTarget": {
            "targetId": f"{function}:{alias}",
            "status": "InProgress",
            "lifecycleEvents": [{"lifecycleEventName": name, "status": status} for name, status in events.items()],
            "lambdaFunctionInfo": {
                "functionName": function,
                "functionAlias": alias,
                "currentVersion": current,
                "targetVersion": new,
                "targetVersionWeight": weight,
            },
        },
    }


def group(name: str = "live", application: str = "orders", last: str = "", **particular: Any) -> dict[str, Any]:
    """A deployment group that rolls back by itself and heeds alarms."""
    return {
        "applicationName": application,
        "deploymentGroupName": name,
        "deploymentConfigName": CANARY,
        "computePlatform": "Lambda",
        "autoRollbackConfiguration": {"enabled": True},
        "alarmConfiguration": {"enabled": True},
        **({"lastAttemptedDeployment": {"deploymentId": last}} if last else {}),
        **particular,
    }


@dataclass
class CodeDeploy:
    """Serves all that the console asks; a deployment that is created starts at once, and goes no further by itself."""

    endpoint: ScriptedEndpoint
    groups: list[dict[str, Any]] = field(default_factory=lambda: [group()])
    deployments: dict[str, dict[str, Any]] = field(default_factory=dict)
    """DeploymentInfo by id."""
    targets: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By deployment; one without has not started."""
    revisions: dict[str, str] = field(default_factory=dict)
    """AppSpecs by their SHA-256."""
    servers: Sequence[str] = ()
    """Applications that are not deployed to Lambda."""
    created: list[dict[str, Any]] = field(default_factory=list)
    """What CreateDeployment was sent."""
    stopped: list[dict[str, Any]] = field(default_factory=list)
    """What StopDeployment was sent."""

    def __post_init__(self) -> None:
        for name in (
            "ListDeployments",
            "BatchGetDeployments",
            "GetDeployment",
            "ListDeploymentTargets",
            "BatchGetDeploymentTargets",
            "GetApplicationRevision",
            "ListApplications",
            "BatchGetApplications",
            "ListDeploymentGroups",
            "BatchGetDeploymentGroups",
            "GetDeploymentGroup",
            "GetDeploymentConfig",
            "CreateDeployment",
            "StopDeployment",
        ):
            self.endpoint.on("codedeploy", name, self._answer)

    def deploy(self, deployment_id: str, *targets: dict[str, Any], **particular: Any) -> None:
        """Puts a deployment there, of the alias ``orders:live`` where no target says otherwise."""
        self.deployments[deployment_id] = {
            "deploymentId": deployment_id,
            "applicationName": "orders",
            "deploymentGroupName": "live",
            "deploymentConfigName": CANARY,
            "status": "InProgress",
            "computePlatform": "Lambda",
            "createTime": CREATED_S,
            **particular,
        }
        self.targets[deployment_id] = list(targets or [target()])

    def end(self, deployment_id: str, status: str = "Succeeded", **particular: Any) -> None:
        """Lets a deployment end."""
        self.deployments[deployment_id] |= {"status": status, **particular}

    def _answer(self, seen: Seen) -> Answer:
        asked = json.loads(seen.body)
        answer = getattr(self, f"_{seen.operation}")(asked)
        return answer if isinstance(answer, Answer) else json_answer(answer)

    def _ListDeployments(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        ids = [name for name, each in self.deployments.items() if each["status"] in asked["includeOnlyStatuses"]]
        return _page("deployments", ids, asked)

    def _BatchGetDeployments(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        if len(asked["deploymentIds"]) > 25:
            return error("BatchLimitExceededException")
        return {"deploymentsInfo": [self.deployments[name] for name in asked["deploymentIds"]]}

    def _GetDeployment(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        return {"deploymentInfo": self.deployments[asked["deploymentId"]]}

    def _ListDeploymentTargets(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        if not (targets := self.targets.get(asked["deploymentId"])):
            return error("DeploymentNotStartedException", 400, "the deployment has not started")
        return {"targetIds": [_target_id(each) for each in targets]}

    def _BatchGetDeploymentTargets(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        targets = self.targets[asked["deploymentId"]]
        return {"deploymentTargets": [each for each in targets if _target_id(each) in asked["targetIds"]]}

    def _GetApplicationRevision(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        digest = asked["revision"]["appSpecContent"]["sha256"]
        if digest not in self.revisions:
            return error("RevisionDoesNotExistException")
        content = {"content": self.revisions[digest], "sha256": digest}
        return {"revision": {"revisionType": "AppSpecContent", "appSpecContent": content}}

    def _ListApplications(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        names = dict.fromkeys((*(each["applicationName"] for each in self.groups), *self.servers))
        return _page("applications", list(names), asked)

    def _BatchGetApplications(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        platforms = {name: "Server" if name in self.servers else "Lambda" for name in asked["applicationNames"]}
        infos = [{"applicationName": name, "computePlatform": platform} for name, platform in platforms.items()]
        return {"applicationsInfo": infos}

    def _ListDeploymentGroups(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        ours = [each for each in self.groups if each["applicationName"] == asked["applicationName"]]
        return _page("deploymentGroups", [each["deploymentGroupName"] for each in ours], asked)

    def _BatchGetDeploymentGroups(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        names = asked["deploymentGroupNames"]
        ours = [each for each in self.groups if each["applicationName"] == asked["applicationName"]]
        return {"deploymentGroupsInfo": [each for each in ours if each["deploymentGroupName"] in names]}

    def _GetDeploymentGroup(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        for each in self.groups:
            if (each["applicationName"], each["deploymentGroupName"]) == tuple(asked.values()):
                return {"deploymentGroupInfo": each}
        return error("DeploymentGroupDoesNotExistException", 400, "no deployment group found")

    def _GetDeploymentConfig(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        name = asked["deploymentConfigName"]
        if "Lambda" not in name:
            return {"deploymentConfigInfo": {"deploymentConfigName": name, "computePlatform": "Server"}}
        canary = {"canaryPercentage": 10, "canaryInterval": 5}
        routing = {"type": "TimeBasedCanary", "timeBasedCanary": canary}
        info = {"deploymentConfigName": name, "computePlatform": "Lambda", "trafficRoutingConfig": routing}
        return {"deploymentConfigInfo": info}

    def _CreateDeployment(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        self.created.append(asked)
        deployment_id = f"d-{len(self.created)}"
        [resource] = json.loads(asked["revision"]["appSpecContent"]["content"])["Resources"]
        told = resource["function"]["Properties"]
        shift = target(told["Name"], told["Alias"], current=told["CurrentVersion"], new=told["TargetVersion"], weight=0)
        named = {name: asked[name] for name in ("applicationName", "deploymentGroupName", "deploymentConfigName")}
        self.deploy(deployment_id, shift, **named)
        for each in self.groups:
            if each["deploymentGroupName"] == asked["deploymentGroupName"]:
                each["lastAttemptedDeployment"] = {"deploymentId": deployment_id}
        return {"deploymentId": deployment_id}

    def _StopDeployment(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        self.stopped.append(asked)
        back = f"{asked['deploymentId']}-back"
        self.end(asked["deploymentId"], "Stopped", rollbackInfo={"rollbackDeploymentId": back})
        self.deploy(back, rollbackInfo={"rollbackTriggeringDeploymentId": asked["deploymentId"]})
        return {"status": "Pending"}


def _target_id(told: dict[str, Any]) -> str:
    found: str = told[next(name for name in told if name.endswith("Target"))]["targetId"]
    return found


def _page(member: str, found: list[str], asked: dict[str, Any]) -> dict[str, Any]:
    start = int(asked.get("nextToken", 0))
    more = {"nextToken": str(start + PAGE)} if start + PAGE < len(found) else {}
    return {member: found[start : start + PAGE], **more}
