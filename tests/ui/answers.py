"""What an account answers to the console, in the words of the scripts of `tests.support.endpoint`."""

from __future__ import annotations

from typing import Any

from tests.support.endpoint import (
    ACCOUNT,
    IDENTITY,
    REGION,
    Answer,
    ScriptedEndpoint,
    function,
    json_answer,
    xml_answer,
)

LOCATION = "https://awslambda-us-east-1-tasks.s3.amazonaws.com/snapshots/orders?X-Amz-Signature=presigned"
"""Where the code can be fetched by anyone who sees this: the console shows it to nobody."""


def listing(*functions: str | dict[str, Any], more: str = "") -> Answer:
    """One page of ListFunctions.

    Args:
        functions: names, or whole FunctionConfigurations.
        more: the marker of the page that follows; empty on the last one.
    """
    found = [function(one) if isinstance(one, str) else one for one in functions]
    return json_answer({"Functions": found, **({"NextMarker": more} if more else {})})


def identity(account: str) -> Answer:
    """GetCallerIdentity in another account."""
    return xml_answer(IDENTITY.body.decode().replace(ACCOUNT, account))


def detail(name: str, *, answer: dict[str, Any] | None = None, **particular: Any) -> Answer:
    """GetFunction.

    Args:
        answer: members of the answer beside the configuration.
        particular: members of the configuration.
    """
    configuration = function(name, **{"State": "Active", "LastUpdateStatus": "Successful", **particular})
    given = {"Code": {"RepositoryType": "S3", "Location": LOCATION}, "Tags": {}, **(answer or {})}
    return json_answer({"Configuration": configuration, **given})


PARTS = {
    "GetFunctionEventInvokeConfig": {"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 600},
    "GetFunctionUrlConfig": {
        "FunctionUrl": "https://abc.lambda-url.us-east-1.on.aws/",
        "FunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders",
        "AuthType": "AWS_IAM",
        "CreationTime": "2026-11-20T10:11:12Z",
        "LastModifiedTime": "2026-11-20T10:11:12Z",
    },
    "GetRuntimeManagementConfig": {"UpdateRuntimeOn": "Auto"},
    "GetFunctionRecursionConfig": {"RecursiveLoop": "Terminate"},
}
"""What the overview asks beside GetFunction, and an ordinary answer to each."""


def one_function(endpoint: ScriptedEndpoint, name: str = "orders", **options: Any) -> None:
    """An account of one function that answers everything the overview asks; `options` are those of `detail`."""
    members = {key: value for key, value in options.items() if key != "answer"}
    endpoint.on("lambda", "ListFunctions", listing(function(name, **members)))
    endpoint.on("lambda", "GetFunction", detail(name, **options))
    all_parts(endpoint)


def all_parts(endpoint: ScriptedEndpoint) -> None:
    """Permits every part of the overview, of any function."""
    for operation, answer in PARTS.items():
        endpoint.on("lambda", operation, json_answer(answer))
