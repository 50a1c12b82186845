"""Reserved concurrency as a scripted endpoint keeps it: what is put is there afterwards."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from urllib.parse import unquote

from tests.support.endpoint import Answer, Script, ScriptedEndpoint, Seen, cut, json_answer

PUT = "lambda:PutFunctionConcurrency"
LIMIT = 1000


@dataclass
class Reservations:
    """What each function has reserved; one that is not named has nothing."""

    by_function: dict[str, int] = field(default_factory=dict)

    def serve(self, endpoint: ScriptedEndpoint) -> None:
        """Has the endpoint answer everything that the action on it asks."""
        endpoint.on("lambda", "GetFunctionConcurrency", self.get)
        endpoint.on("lambda", "PutFunctionConcurrency", self.put)
        endpoint.on("lambda", "DeleteFunctionConcurrency", self.delete)
        endpoint.on("lambda", "ListProvisionedConcurrencyConfigs", json_answer({"ProvisionedConcurrencyConfigs": []}))
        endpoint.on("lambda", "GetAccountSettings", self.account)

    def get(self, seen: Seen) -> Answer:
        reserved = self.by_function.get(_function(seen))
        return json_answer({} if reserved is None else {"ReservedConcurrentExecutions": reserved})

    def put(self, seen: Seen) -> Answer:
        reserved = json.loads(seen.body)["ReservedConcurrentExecutions"]
        self.by_function[_function(seen)] = reserved
        return json_answer({"ReservedConcurrentExecutions": reserved}, x_amzn_RequestId="put-1")

    def delete(self, seen: Seen) -> Answer:
        self.by_function.pop(_function(seen), None)
        return Answer(status=204)

    def account(self, seen: Seen) -> Answer:
        unreserved = LIMIT - sum(self.by_function.values())
        limits = {"ConcurrentExecutions": LIMIT, "UnreservedConcurrentExecutions": unreserved}
        return json_answer({"AccountLimit": limits, "AccountUsage": {}})

    def put_then_cut(self, seen: Seen) -> Answer:
        """Carries it out, and the answer is lost."""
        self.put(seen)
        return cut()


def then(first: Script, change: Script) -> Script:
    """Answers as the first says, after something else has happened."""

    def answer(seen: Seen) -> Answer:
        if callable(change):
            change(seen)
        return first(seen) if callable(first) else first

    return answer


def _function(seen: Seen) -> str:
    return unquote(seen.path.partition("?")[0].split("/")[3])
