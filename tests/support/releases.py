"""What an account answers about the releases of its functions, for scripts of `tests.support.endpoint`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tests.support.endpoint import ACCOUNT, REGION, Answer, ScriptedEndpoint, Seen, error, function, json_answer

PAGE = 50
NONE_PROVISIONED = error(
    "ProvisionedConcurrencyConfigNotFoundException", 404, "No Provisioned Concurrency Config found"
)
NO_POLICY = error("ResourceNotFoundException", 404, "The resource you requested does not exist.")


def arn(name: str, qualifier: str) -> str:
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}:{qualifier}"


def version(name: str, number: int | str, **particular: Any) -> dict[str, Any]:
    """A version as the listing sends it; the code of each number is its own."""
    own = {"Version": str(number), "FunctionArn": arn(name, str(number)), "CodeSha256": f"code-of-{number}"}
    return function(name, **{**own, **particular})


def history(name: str, count: int, **latest: Any) -> list[dict[str, Any]]:
    """Versions in AWS's order: ``$LATEST``, then the oldest first; `latest` is what changed since the newest."""
    newest = {"CodeSha256": f"code-of-{count}"}
    return [version(name, "$LATEST", **{**newest, **latest}), *(version(name, n + 1) for n in range(count))]


def paged(member: str, found: Sequence[dict[str, Any]]) -> Any:
    """A script that serves 50 a page, whatever is asked for."""

    def page(seen: Seen) -> Answer:
        start = int(seen.query.get("Marker", 0))
        following = {"NextMarker": str(start + PAGE)} if start + PAGE < len(found) else {}
        return json_answer({member: list(found[start : start + PAGE]), **following})

    return page


def versions(*found: dict[str, Any]) -> Any:
    """ListVersionsByFunction."""
    return paged("Versions", found)


def alias(name: str, points_at: int, **weights: float) -> dict[str, Any]:
    """An alias; a weight is named after its version: ``v3=0.1``."""
    routed = {"AdditionalVersionWeights": {key.removeprefix("v"): weight for key, weight in weights.items()}}
    return {
        "AliasArn": arn("orders", name),
        "Name": name,
        "FunctionVersion": str(points_at),
        "Description": "",
        "RevisionId": "00000000-0000-0000-0000-000000000000",
        **({"RoutingConfig": routed} if weights else {}),
    }


def aliases(*found: dict[str, Any]) -> Answer:
    """ListAliases, on one page."""
    return json_answer({"Aliases": list(found)})


def provisioned(qualifier: str, status: str, **particular: Any) -> Answer:
    """ListProvisionedConcurrencyConfigs with one of them."""
    config = {"FunctionArn": arn("orders", qualifier), **_provisioned(status, **particular)}
    return json_answer({"ProvisionedConcurrencyConfigs": [config]})


def provisioned_config(status: str, **particular: Any) -> Answer:
    """GetProvisionedConcurrencyConfig, which does not say of what."""
    return json_answer(_provisioned(status, **particular))


def _provisioned(
    status: str, *, requested: int = 10, allocated: int = 10, available: int = 7, reason: str = ""
) -> dict[str, Any]:
    return {
        "RequestedProvisionedConcurrentExecutions": requested,
        "AllocatedProvisionedConcurrentExecutions": allocated,
        "AvailableProvisionedConcurrentExecutions": available,
        "Status": status,
        "LastModified": "2026-11-20T10:11:12+0000",
        **({"StatusReason": reason} if reason else {}),
    }


def url(qualifier: str) -> Answer:
    """ListFunctionUrlConfigs with that of one alias."""
    config = {
        "FunctionUrl": "https://abc.lambda-url.us-east-1.on.aws/",
        "FunctionArn": arn("orders", qualifier),
        "AuthType": "AWS_IAM",
        "CreationTime": "2026-11-20T10:11:12Z",
        "LastModifiedTime": "2026-11-20T10:11:12Z",
    }
    return json_answer({"FunctionUrlConfigs": [config]})


def policy(*statements: dict[str, Any]) -> Answer:
    """GetPolicy."""
    document = {"Version": "2012-10-17", "Id": "default", "Statement": list(statements)}
    return json_answer({"Policy": json.dumps(document), "RevisionId": "0"})


def traffic(*resources: str, more: str = "") -> Answer:
    """ListMetrics: invocations by resource, such as ``orders:live``."""
    metrics = [
        {
            "Namespace": "AWS/Lambda",
            "MetricName": "Invocations",
            "Dimensions": [
                {"Name": "FunctionName", "Value": resource.partition(":")[0]},
                {"Name": "Resource", "Value": resource},
            ],
        }
        for resource in resources
    ]
    return json_answer({"Metrics": metrics, **({"NextToken": more} if more else {})})


def nothing_configured(endpoint: ScriptedEndpoint) -> None:
    """Permits every part beside the versions, and has nothing there."""
    endpoint.on("lambda", "ListAliases", aliases())
    endpoint.on("lambda", "ListProvisionedConcurrencyConfigs", json_answer({"ProvisionedConcurrencyConfigs": []}))
    endpoint.on("lambda", "ListFunctionUrlConfigs", json_answer({"FunctionUrlConfigs": []}))
    endpoint.on("lambda", "GetPolicy", NO_POLICY)
