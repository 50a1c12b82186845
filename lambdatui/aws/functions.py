"""One function in detail.

Every function here raises only `lambdatui.errors`. None stands for what AWS says is not configured, and for nothing
else; a function that does not exist is NotFound.
"""

from __future__ import annotations

from typing import TypeVar

from lambdatui.aws.connection import Connection
from lambdatui.aws.faults import translated
from lambdatui.aws.paging import lambda_pages
from lambdatui.errors import NotFound
from lambdatui.models.configuration import (
    AwsModel,
    EventInvokeConfig,
    FunctionDetail,
    FunctionUrl,
    Recursion,
    RuntimeManagement,
)

Detail = TypeVar("Detail", bound=AwsModel)


async def get_function(connection: Connection, name: str, qualifier: str | None = None) -> FunctionDetail:
    """A function in detail: configuration, tags, reserved concurrency.

    One GetFunction and not several narrower calls, because it has a bucket of 100 requests a second to itself where
    all others share 15 (facts 2.1).

    Args:
        name: a name or an ARN.
        qualifier: a version or an alias; None for ``$LATEST``.
    """
    return await _get(connection, FunctionDetail, "GetFunction", name, qualifier)


async def get_event_invoke_config(
    connection: Connection, name: str, qualifier: str | None = None
) -> EventInvokeConfig | None:
    """How asynchronous invocations are handled; None where Lambda's defaults apply (facts 3.8)."""
    return await _get_configured(connection, EventInvokeConfig, "GetFunctionEventInvokeConfig", name, qualifier)


async def list_event_invoke_configs(connection: Connection, name: str) -> tuple[EventInvokeConfig, ...]:
    """How asynchronous invocations are handled, by each release for which that is configured (facts 3.8)."""
    read = EventInvokeConfig.model_validate
    pages = lambda_pages(
        connection, "ListFunctionEventInvokeConfigs", "FunctionEventInvokeConfigs", read, FunctionName=name
    )
    return tuple([config async for page in pages for config in page])


async def get_function_url(connection: Connection, name: str, qualifier: str | None = None) -> FunctionUrl | None:
    """The function's own HTTPS address; None where it has none.

    Args:
        qualifier: an alias; None for ``$LATEST``. Versions cannot have one (facts 3.11).
    """
    return await _get_configured(connection, FunctionUrl, "GetFunctionUrlConfig", name, qualifier)


async def get_runtime_management(connection: Connection, name: str, qualifier: str | None = None) -> RuntimeManagement:
    """When the function's runtime is updated (facts 3.12)."""
    return await _get(connection, RuntimeManagement, "GetRuntimeManagementConfig", name, qualifier)


async def get_recursion(connection: Connection, name: str) -> Recursion:
    """What Lambda does when the function calls itself in a loop (facts 3.9)."""
    return await _get(connection, Recursion, "GetFunctionRecursionConfig", name)


async def list_tags(connection: Connection, arn: str) -> dict[str, str]:
    """The tags of a function or an event source mapping, as they are now.

    Args:
        arn: without qualifier: versions and aliases have no tags.
    """
    answer = await connection.call("lambda", "ListTags", Resource=arn)
    tags: dict[str, str] = answer.get("Tags") or {}
    return tags


async def _get(
    connection: Connection, model: type[Detail], operation: str, name: str, qualifier: str | None = None
) -> Detail:
    qualified = {} if qualifier is None else {"Qualifier": qualifier}
    answer = await connection.call("lambda", operation, FunctionName=name, **qualified)
    with translated(connection, "lambda", operation):
        return model.model_validate(answer)


async def _get_configured(
    connection: Connection, model: type[Detail], operation: str, name: str, qualifier: str | None
) -> Detail | None:
    """The answer of a call that is 404 both where nothing is configured and where there is no such function.

    What does not name the function or alias as missing is taken as "not configured".
    """
    try:
        return await _get(connection, model, operation, name, qualifier)
    except NotFound as error:
        if names_the_missing(error):
            raise
        return None


def names_the_missing(error: NotFound) -> bool:
    """Whether a 404 is about the function or alias itself, and not about what may be configured on it.

    Only AWS's message tells, and it does not always say (facts 1.1 notes).
    """
    return error.title.lower().startswith(("function not found", "cannot find alias"))
