"""Whether CodeDeploy shifts an alias that is to be changed: until it has ended, it changes the alias too."""

from __future__ import annotations

from lambdatui.actions.action import Subject
from lambdatui.aws.codedeploy import list_alias_deployments
from lambdatui.aws.connection import Connection
from lambdatui.errors import ConsoleError, RequestRefused

STOP = "stop the CodeDeploy deployment"
"""What is to be done first: the action `codedeploy-stop`."""


async def refuse_while_codedeploy_shifts(connection: Connection, subject: Subject) -> tuple[str, ...]:
    """Refuses to change an alias while a deployment of it is under way (facts 10.5).

    One request where no deployment is under way in the region.

    Args:
        subject: the alias.

    Returns:
        A warning where deployments cannot be seen.

    Raises:
        RequestRefused: CodeDeploy shifts the alias.
    """
    try:
        deployments = await list_alias_deployments(connection, subject.function, subject.qualifier)
    except ConsoleError as error:
        return (f"whether CodeDeploy shifts it too is not known: {error.title}",)
    if deployments:
        shifting = deployments[0]
        raise RequestRefused(
            f"CodeDeploy shifts it now: {shifting.info.deployment_id}, {shifting}", f"{STOP} before you change it here"
        )
    return ()
