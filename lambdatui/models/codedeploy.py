"""CodeDeploy's deployments as far as they shift the traffic of an alias (facts 10)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from lambdatui.models.arn import function_name
from lambdatui.models.configuration import AwsModel

LAMBDA = "Lambda"
"""CodeDeploy's compute platform of what shifts aliases."""
UNDER_WAY = ("Created", "Queued", "InProgress", "Baking", "Ready")
"""The states of a deployment that has not ended."""
SUCCEEDED = "Succeeded"
"""The state of a deployment that has done all it was to do."""
BETWEEN = " / "
"""Between an application and its deployment group, where they are told together."""


def _property(name: str, app_spec: str) -> str:
    """The value of a resource's property; empty where it has none."""
    found = re.search(rf"""\b{name}["']?\s*:\s*["']?([^"'\s,}}]+)""", app_spec)
    return found[1] if found else ""


class CodeDeployModel(AwsModel):
    """A structure of CodeDeploy's API, whose names begin with a small letter."""

    model_config = ConfigDict(alias_generator=to_camel)


class LambdaFunctionInfo(CodeDeployModel):
    """What a deployment does to which alias."""

    function_name: str = ""
    function_alias: str = ""
    current_version: str = ""
    target_version: str = ""
    target_version_weight: float | None = None
    """The target version's share in per cent (API reference, LambdaFunctionInfo)."""

    @classmethod
    def from_app_spec(cls, content: str) -> LambdaFunctionInfo:
        """What an AppSpec asks for, in YAML or in JSON, which differ in their quotation marks alone (facts 10.2)."""
        return cls(
            function_name=_property("Name", content),
            function_alias=_property("Alias", content),
            current_version=_property("CurrentVersion", content),
            target_version=_property("TargetVersion", content),
        )

    @property
    def function(self) -> str:
        """The function's name, also where it is told by its ARN."""
        return function_name(self.function_name) or self.function_name

    def concerns(self, function: str, alias: str) -> bool:
        """Whether this is about an alias of a function."""
        return (self.function, self.function_alias) == (function, alias)


class LifecycleEvent(CodeDeployModel):
    """A stage of a deployment: Start, BeforeAllowTraffic, AllowTraffic, AfterAllowTraffic, End (facts 10.3)."""

    lifecycle_event_name: str = ""
    status: str = ""

    def __str__(self) -> str:
        return f"{self.lifecycle_event_name} {self.status}"


class LambdaTarget(CodeDeployModel):
    """How far a deployment is with its alias."""

    status: str = ""
    lifecycle_events: tuple[LifecycleEvent, ...] = ()
    lambda_function_info: LambdaFunctionInfo = LambdaFunctionInfo()

    @property
    def stage(self) -> str:
        """The event that it is at: the first one that has not succeeded, and how that stands; empty where none is."""
        ended = {"Succeeded", "Skipped"}
        ahead = (event for event in self.lifecycle_events if event.status not in ended)
        return next(map(str, ahead), "")


class ErrorInformation(CodeDeployModel):
    """Why a deployment failed."""

    code: str = ""
    message: str = ""

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.code, self.message)))


class RollbackInfo(CodeDeployModel):
    """How a deployment and one that takes it back belong together: a rollback is a deployment of its own."""

    rollback_deployment_id: str = ""
    """What takes this one back."""
    rollback_triggering_deployment_id: str = ""
    """What this one takes back."""


class DeploymentInfo(CodeDeployModel):
    """One deployment; its ``deploymentOverview`` counts instances and says nothing here (facts 10.4)."""

    deployment_id: str
    application_name: str = ""
    deployment_group_name: str = ""
    deployment_config_name: str = ""
    status: str = ""
    compute_platform: str = ""
    revision: Mapping[str, Any] = Field(default_factory=dict)
    """A RevisionLocation by AWS's names: what an inline AppSpec says is left out of it (facts 10.2)."""
    create_time: datetime | None = None
    complete_time: datetime | None = None
    deployment_status_messages: tuple[str, ...] = ()
    error_information: ErrorInformation | None = None
    rollback_info: RollbackInfo | None = None

    @property
    def under_way(self) -> bool:
        return self.status in UNDER_WAY

    @property
    def takes_back(self) -> str:
        """The id of the deployment that this one takes back; empty where it is none of these."""
        return self.rollback_info.rollback_triggering_deployment_id if self.rollback_info else ""

    @property
    def taken_back_by(self) -> str:
        """The id of the deployment that takes this one back; empty where there is none."""
        return self.rollback_info.rollback_deployment_id if self.rollback_info else ""

    @property
    def why(self) -> str:
        """CodeDeploy's own words about how it stands or ended; empty where it has none."""
        error = str(self.error_information) if self.error_information else ""
        return "; ".join(dict.fromkeys(filter(None, (error, *self.deployment_status_messages))))

    @property
    def group(self) -> str:
        """Where it belongs, as `DeploymentGroup` is called."""
        return self.application_name + BETWEEN + self.deployment_group_name


class LastDeployment(CodeDeployModel):
    """A deployment of a group."""

    deployment_id: str = ""


class Enabled(CodeDeployModel):
    """A part of a group's configuration that can be switched off."""

    enabled: bool = False


class DeploymentGroup(CodeDeployModel):
    """Where an application is deployed to, and how."""

    application_name: str
    deployment_group_name: str
    deployment_config_name: str = ""
    compute_platform: str = ""
    last_attempted_deployment: LastDeployment = LastDeployment()
    auto_rollback_configuration: Enabled = Enabled()
    alarm_configuration: Enabled = Enabled()

    def __str__(self) -> str:
        return self.application_name + BETWEEN + self.deployment_group_name


@dataclass(frozen=True, slots=True)
class AliasDeployment:
    """A deployment of an alias, and how far it is."""

    info: DeploymentInfo
    target: LambdaTarget

    def __str__(self) -> str:
        shift = self.target.lambda_function_info
        return in_words(shift.current_version, shift.target_version, self.info.deployment_config_name, self.info.group)


def in_words(current: str, target: str, config: str, group: str) -> str:
    """What a deployment does, by all that tells it from another one of the same alias except its id."""
    return f"version {current} to {target} by {config} of {group}"
