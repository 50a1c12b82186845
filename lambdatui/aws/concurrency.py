"""How much concurrency there is, and who has reserved how much of it."""

from __future__ import annotations

from lambdatui.aws.connection import Connection
from lambdatui.aws.faults import translated
from lambdatui.models.concurrency import AccountConcurrency


async def get_account_concurrency(connection: Connection) -> AccountConcurrency:
    """The account's limit in the region, and what is unreserved of it.

    Raises:
        ConsoleError: it could not be had.
    """
    answer = await connection.call("lambda", "GetAccountSettings")
    with translated(connection, "lambda", "GetAccountSettings"):
        return AccountConcurrency.from_aws(answer)


async def get_reserved_concurrency(connection: Connection, function: str) -> int | None:
    """What a function has reserved; None where it has nothing reserved, which is not 0 (facts 3.6).

    Raises:
        ConsoleError: it could not be had.
    """
    answer = await connection.call("lambda", "GetFunctionConcurrency", FunctionName=function)
    reserved: int | None = answer.get("ReservedConcurrentExecutions")
    return reserved
