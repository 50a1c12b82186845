"""An alias that shares its traffic as Lambda's own would, behind the scripted endpoint, with faults on demand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.endpoint import Answer, Script, ScriptedEndpoint, Seen, cut, error, function, json_answer
from tests.support.releases import alias, arn

GET, UPDATE = "lambda:GetAlias", "lambda:UpdateAlias"


@dataclass
class SplitAlias:
    """The alias ``live`` of ``orders``; a test reads and changes it as it likes."""

    version: str = "1"
    weights: dict[str, float] = field(default_factory=dict)
    revision: int = 1
    gone: bool = False
    versions: dict[str, dict[str, Any]] = field(default_factory=lambda: {"1": {}, "2": {}})
    """What is particular of each published version."""
    fault: Script | None = None
    """What UpdateAlias does in place of its work."""

    def behind(self, endpoint: ScriptedEndpoint) -> None:
        """Lets the endpoint serve it."""
        endpoint.on("lambda", "GetAlias", self.get)
        endpoint.on("lambda", "UpdateAlias", self.update)
        endpoint.on("lambda", "GetFunction", self.function)
        endpoint.on("lambda", "ListProvisionedConcurrencyConfigs", json_answer({"ProvisionedConcurrencyConfigs": []}))

    @property
    def shares(self) -> tuple[str, dict[str, float]]:
        """How it divides its traffic."""
        return self.version, dict(self.weights)

    def change(self, version: str, **weights: float) -> None:
        """Somebody changes it; a weight is named after its version: ``v2=0.1``."""
        self.version, self.weights = version, {key.removeprefix("v"): weight for key, weight in weights.items()}
        self.revision += 1

    def get(self, _: Seen) -> Answer:
        return _gone() if self.gone else json_answer(self._told())

    def update(self, seen: Seen) -> Answer:
        if self.fault is not None:
            return self.fault(seen) if callable(self.fault) else self.fault
        return self.carry_out(seen)

    def carry_out(self, seen: Seen) -> Answer:
        """What UpdateAlias does where nothing is in the way (facts 3.2, 3.4)."""
        asked = json.loads(seen.body)
        weights = asked.get("RoutingConfig", {}).get("AdditionalVersionWeights")
        if self.gone:
            return _gone()
        if asked.get("RevisionId") not in {None, self._revision_id}:
            return error("PreconditionFailedException", 412, "The RevisionId provided does not match")
        if any(key == asked["FunctionVersion"] or not 0 < weight < 1 for key, weight in (weights or {}).items()):
            return error("InvalidParameterValueException", 400, "Invalid routing configuration")
        self.version = asked["FunctionVersion"]
        self.weights = self.weights if weights is None else weights
        self.revision += 1
        return json_answer(self._told())

    def carry_out_and_cut(self, seen: Seen) -> Answer:
        """Carries it out, and the answer is lost."""
        self.carry_out(seen)
        return cut()

    def function(self, seen: Seen) -> Answer:
        number = seen.query["Qualifier"]
        if number not in self.versions:
            return error("ResourceNotFoundException", 404, f"Function not found: {arn('orders', number)}")
        alike = {"Version": number, "State": "Active", "LastUpdateStatus": "Successful"}
        return json_answer({"Configuration": {**function("orders"), **alike, **self.versions[number]}})

    def _told(self) -> dict[str, Any]:
        weights = {f"v{key}": weight for key, weight in self.weights.items()}
        return {**alias("live", int(self.version), **weights), "RevisionId": self._revision_id}

    @property
    def _revision_id(self) -> str:
        return f"00000000-0000-0000-0000-{self.revision:012d}"


def changed_first(change: Callable[[], None], then: Script) -> Script:
    """Does what a script says after something else has happened."""

    def answer(seen: Seen) -> Answer:
        change()
        return then(seen) if callable(then) else then

    return answer


def _gone() -> Answer:
    return error("ResourceNotFoundException", 404, "Alias not found: arn:aws:lambda:us-east-1:1:function:orders:live")
