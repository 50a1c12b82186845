"""A function with its reservation and its mappings that changes as Lambda's own would, behind the scripted endpoint."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.support.endpoint import IDENTITY, Answer, ScriptedEndpoint, Seen, error, function, json_answer
from tests.support.mappings import mapping

SETTLES = {"Enabling": "Enabled", "Disabling": "Disabled", "Updating": "Enabled"}
"""What a state becomes once it was looked at as often as it lasts."""


@dataclass
class Stoppable:
    """What is there; a test reads and changes it as it likes."""

    name: str = "orders"
    reserved: int | None = None
    mappings: dict[str, dict[str, Any]] = field(default_factory=dict)
    """As GetEventSourceMapping sends them, by UUID."""
    dead_letter: str = ""
    on_failure: dict[str, str] = field(default_factory=dict)
    """By version or alias, what takes the asynchronous events that failed."""
    looks: int = 0
    """How often a mapping is seen on its way before it arrives."""
    refused: dict[str, Answer] = field(default_factory=dict)
    """What UpdateEventSourceMapping answers in place of doing it, by UUID."""

    def __post_init__(self) -> None:
        self._left: dict[str, int] = {}

    def add_mapping(self, uuid: str, source: str, state: str = "Enabled", **particular: Any) -> None:
        """A mapping of a queue to the function."""
        self.mappings[uuid] = mapping(
            UUID=uuid,
            EventSourceArn=f"arn:aws:sqs:us-east-1:123456789012:{source}",
            **{"FunctionArn": f"{function(self.name)['FunctionArn']}:live", **particular},
            State=state,
        )

    def states(self) -> dict[str, str]:
        """The state of each mapping, by UUID."""
        return {uuid: one["State"] for uuid, one in self.mappings.items()}

    def behind(self, endpoint: ScriptedEndpoint) -> None:
        """Lets the endpoint serve it."""
        configuration = {**function(self.name), "State": "Active", "LastUpdateStatus": "Successful"}
        if self.dead_letter:
            configuration["DeadLetterConfig"] = {"TargetArn": self.dead_letter}
        limits = {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000}
        endpoint.on("sts", "GetCallerIdentity", IDENTITY)
        endpoint.on("lambda", "GetFunction", json_answer({"Configuration": configuration}))
        endpoint.on("lambda", "GetAccountSettings", json_answer({"AccountLimit": limits, "AccountUsage": {}}))
        endpoint.on("lambda", "ListProvisionedConcurrencyConfigs", json_answer({"ProvisionedConcurrencyConfigs": []}))
        endpoint.on("lambda", "ListFunctionEventInvokeConfigs", self._invoke_configs())
        endpoint.on("lambda", "GetFunctionConcurrency", lambda _: json_answer(self._concurrency()))
        endpoint.on("lambda", "PutFunctionConcurrency", self._put)
        endpoint.on("lambda", "DeleteFunctionConcurrency", self._delete)
        endpoint.on(
            "lambda",
            "ListEventSourceMappings",
            lambda seen: json_answer({"EventSourceMappings": self._invoking(seen.query.get("FunctionName"))}),
        )
        endpoint.on("lambda", "GetEventSourceMapping", self._get)
        endpoint.on("lambda", "UpdateEventSourceMapping", self._update)

    def _invoking(self, name: str | None) -> list[dict[str, Any]]:
        """The mappings of exactly what is named: of an alias where an alias is; all where nothing is."""
        return [one for one in self.mappings.values() if name is None or one["FunctionArn"].endswith(f":{name}")]

    def _invoke_configs(self) -> Answer:
        configs = [
            {
                "FunctionArn": f"{function(self.name)['FunctionArn']}:{qualifier}",
                "DestinationConfig": {"OnFailure": {"Destination": destination}},
            }
            for qualifier, destination in self.on_failure.items()
        ]
        return json_answer({"FunctionEventInvokeConfigs": configs})

    def _concurrency(self) -> dict[str, int]:
        return {} if self.reserved is None else {"ReservedConcurrentExecutions": self.reserved}

    def _put(self, seen: Seen) -> Answer:
        self.reserved = json.loads(seen.body)["ReservedConcurrentExecutions"]
        return json_answer(self._concurrency())

    def _delete(self, _: Seen) -> Answer:
        self.reserved = None
        return Answer(status=204)

    def _get(self, seen: Seen) -> Answer:
        uuid = _uuid(seen)
        if uuid not in self.mappings:
            return error("ResourceNotFoundException", 404, "The resource you requested does not exist.")
        one = self.mappings[uuid]
        if one["State"] in SETTLES and uuid in self._left:
            if self._left[uuid] == 0:
                one["State"] = SETTLES[one["State"]]
            self._left[uuid] -= 1
        return json_answer(one)

    def _update(self, seen: Seen) -> Answer:
        uuid = _uuid(seen)
        if uuid in self.refused:
            return self.refused[uuid]
        changes = json.loads(seen.body)
        one = self.mappings[uuid]
        unswitched = "Updating" if one["State"] == "Enabled" else one["State"]
        on_its_way = {True: "Enabling", False: "Disabling", None: unswitched}[changes.pop("Enabled", None)]
        one.update({**changes, "State": on_its_way})
        self._left[uuid] = self.looks
        return json_answer(one, 202)


def _uuid(seen: Seen) -> str:
    return unquote(seen.path.partition("?")[0].rstrip("/").rpartition("/")[2])
