"""What all changes to a function itself share: what is there now, whether it may be changed, and when it has been."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from lambdatui.actions.action import Action, Call, Params, Plan
from lambdatui.actions.watching import seen
from lambdatui.aws.connection import Connection
from lambdatui.aws.functions import get_function
from lambdatui.errors import Conflict, RequestRefused
from lambdatui.models.configuration import FunctionConfiguration

P = TypeVar("P", bound=Params)

UPDATE_CONFIGURATION = "UpdateFunctionConfiguration"
POLL_S = 1.0
"""How long to wait before Lambda is asked again how far it is; GetFunction may be asked often (facts 2.1)."""


class ConfigurationAction(Action[P]):
    """An action that is an UpdateFunctionConfiguration, which Lambda carries out after it has answered (facts 3.5)."""

    async def settle(self, connection: Connection, plan: Plan, tell: Callable[[str], None]) -> None:
        await until_ready(connection, plan.subject.function, tell)
        tell("in force")


async def read_configuration(
    connection: Connection, function: str, qualifier: str | None = None
) -> FunctionConfiguration:
    """How a function is configured now, with its RevisionId.

    Raises:
        ConsoleError: it could not be read.
    """
    return (await get_function(connection, function, qualifier)).configuration


def refuse(problem: str | None) -> None:
    """Refuses a change that AWS would refuse.

    Raises:
        RequestRefused: there is a problem.
    """
    if problem:
        raise RequestRefused(problem)


def busy(configuration: FunctionConfiguration) -> bool:
    """Whether a function cannot be changed, published or tagged now: it is being created or updated (facts 3.5)."""
    return configuration.state == "Pending" or configuration.last_update_status == "InProgress"


def refuse_busy(configuration: FunctionConfiguration) -> None:
    """Refuses a change that AWS would refuse for one that is under way.

    Raises:
        Conflict: the function is being created or updated.
    """
    if busy(configuration):
        doing = "created" if configuration.state == "Pending" else "updated"
        raise Conflict(f"{configuration.function_name} is still being {doing}", "wait until that has ended")


def update_calls(
    configuration: FunctionConfiguration, changed: Mapping[str, Any], problem: str | None = None
) -> tuple[Call, ...]:
    """The request that changes a configuration, unless somebody changed it since it was read; none for no change.

    Args:
        configuration: as it was read.
        changed: what is to be different, by AWS's names.
        problem: what is wrong with it.

    Raises:
        RequestRefused: there is a problem.
        Conflict: the function is being created or updated.
    """
    if not changed:
        return ()
    refuse_busy(configuration)
    refuse(problem)
    named = {"FunctionName": configuration.function_name, "RevisionId": configuration.revision_id}
    return (Call(service="lambda", operation=UPDATE_CONFIGURATION, parameters={**named, **changed}),)


async def until_ready(
    connection: Connection, function: str, tell: Callable[[str], None], qualifier: str | None = None
) -> None:
    """Watches a function or a version until Lambda has made or updated it.

    Args:
        tell: is given what Lambda is still doing.

    Raises:
        RequestRefused: Lambda gave up, with its reason.
        ConsoleError: it could not be watched.
    """
    look = partial(read_configuration, connection, function, qualifier)
    while busy(now := await seen(look, tell, POLL_S)):
        tell("Pending…" if now.state == "Pending" else "being updated…")
        await asyncio.sleep(POLL_S)
    if now.last_update_status == "Failed":
        raise RequestRefused(
            f"the update failed: {now.last_update_status_reason or now.last_update_status_reason_code or 'no reason'}"
        )
    if now.state == "Failed":
        raise RequestRefused(f"Failed: {now.state_reason or now.state_reason_code or 'no reason'}")
