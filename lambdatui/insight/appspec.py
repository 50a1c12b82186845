"""What CodeDeploy is told to do with an alias, and how it paces itself (facts 10.1, 10.2)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

AWS_OWN = "CodeDeployDefault."
"""How the names of AWS's own deployment configurations begin."""
CONFIGS = tuple(
    f"{AWS_OWN}Lambda{name}"
    for name in (
        *(f"Canary10Percent{minutes}Minutes" for minutes in (5, 10, 15, 30)),
        "Linear10PercentEvery1Minute",
        *(f"Linear10PercentEvery{minutes}Minutes" for minutes in (2, 3, 10)),
        "AllAtOnce",
    )
)
"""AWS's own deployment configurations for Lambda, the most careful kind first.

One has to be named: where neither deployment nor group names one, AWS takes ``CodeDeployDefault.OneAtATime``, which is
for servers (facts 10.1).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSpec:
    """A shift of all traffic of an alias from one version to another.

    CodeDeploy wants `current` to be the version that the alias points to, and the alias to have no weights.
    """

    function: str
    alias: str
    current: str
    target: str

    @property
    def content(self) -> str:
        """As JSON, which AWS takes as well as YAML; the same for the same shift."""
        properties = {
            "Name": self.function,
            "Alias": self.alias,
            "CurrentVersion": self.current,
            "TargetVersion": self.target,
        }
        resource = {"function": {"Type": "AWS::Lambda::Function", "Properties": properties}}
        return json.dumps({"version": 0.0, "Resources": [resource]})

    @property
    def revision(self) -> Mapping[str, Any]:
        """What CreateDeployment takes, with the SHA-256 in hexadecimal."""
        content = self.content
        digest = hashlib.sha256(content.encode()).hexdigest()
        return {"revisionType": "AppSpecContent", "appSpecContent": {"content": content, "sha256": digest}}


def pace(config: Mapping[str, Any]) -> str:
    """How a deployment configuration shifts, as a phrase; empty where it does not say.

    Args:
        config: DeploymentConfigInfo by AWS's names.
    """
    routing: Mapping[str, Any] = config.get("trafficRoutingConfig") or {}
    match routing:
        case {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": percent, "canaryInterval": minutes}}:
            return f"{percent} % for {minutes} min, then all"
        case {"type": "TimeBasedLinear", "timeBasedLinear": {"linearPercentage": percent, "linearInterval": minutes}}:
            return f"{percent} % more every {minutes} min"
        case {"type": "AllAtOnce"}:
            return "all at once"
    return ""
