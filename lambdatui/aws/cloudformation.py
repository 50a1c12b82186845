"""The stacks that functions belong to."""

from __future__ import annotations

from lambdatui.aws.connection import Connection
from lambdatui.aws.faults import translated


async def get_stack_status(connection: Connection, name: str) -> str:
    """How a stack stands, in AWS's word, such as ``UPDATE_IN_PROGRESS``.

    Raises:
        ConsoleError: there is no such stack, which AWS calls a ValidationError, or it could not be read.
    """
    answer = await connection.call("cloudformation", "DescribeStacks", StackName=name)
    with translated(connection, "cloudformation", "DescribeStacks"):
        status: str = answer["Stacks"][0]["StackStatus"]
        return status
