"""Whether CodeDeploy shifts an alias that is to be changed: until it has ended, it changes the alias too."""

from __future__ import annotations

import asyncio

from lambdatui.actions.action import Subject
from lambdatui.aws.codedeploy import list_alias_deployments
from lambdatui.aws.connection import Connection
from lambdatui.errors import Conflict, ConsoleError

STOP = "stop the CodeDeploy deployment"
"""What is to be done first: the action `codedeploy-stop`."""
PATIENCE_S = 3.0
"""How long that may keep a change waiting: most aliases are none of CodeDeploy's, and not every network reaches it."""


async def refuse_while_codedeploy_shifts(connection: Connection, subject: Subject) -> tuple[str, ...]:
    """Refuses to change an alias while a deployment of it is under way (facts 10.5).

    One request where no deployment is under way in the region, and `PATIENCE_S` at most.

    Args:
        subject: the alias.

    Returns:
        A warning where deployments cannot be seen, or not in time.

    Raises:
        Conflict: CodeDeploy shifts the alias.
    """
    try:
        async with asyncio.timeout(PATIENCE_S):
            deployments = await list_alias_deployments(connection, subject.function, subject.qualifier)
    except (ConsoleError, TimeoutError) as error:
        why = error.title if isinstance(error, ConsoleError) else f"no answer within {PATIENCE_S:g} s"
        return (f"whether CodeDeploy shifts it too is not known: {why}",)
    if deployments:
        shifting = deployments[0]
        raise Conflict(
            f"CodeDeploy shifts it now: {shifting.info.deployment_id}, {shifting}", f"{STOP} before you change it here"
        )
    return ()
