"""How much concurrency there is, who has reserved how much of it, and what is kept ready.

Every function here raises only `lambdatui.errors`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from itertools import islice
from typing import TypeVar

from lambdatui.aws.connection import Connection
from lambdatui.aws.faults import translated
from lambdatui.aws.functions import get_function, names_the_missing
from lambdatui.aws.releases import list_provisioned
from lambdatui.errors import ConsoleError, NotFound
from lambdatui.models.concurrency import AccountConcurrency, ScalableTarget
from lambdatui.models.release import ProvisionedConcurrency

T = TypeVar("T")

AT_ONCE = 8
"""Functions that are asked about at the same time: enough to use up the quota, which paces them (facts 2.1)."""


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


def each_reserved(
    connection: Connection, functions: Iterable[str]
) -> AsyncGenerator[tuple[str, int | ConsoleError | None], None]:
    """What each function has reserved, or why that is not known, as the answers arrive.

    AWS lists reservations nowhere. GetFunction tells them too, and has a bucket of 100 requests a second to itself
    where GetFunctionConcurrency shares 15 with all others (facts 2.1): a whole region takes a seventh of the time.

    Args:
        functions: names, in the order in which they are asked about.
    """

    async def ask(function: str) -> int | None:
        return (await get_function(connection, function)).reserved_concurrency

    return _each(functions, ask)


def each_provisioned(
    connection: Connection, functions: Iterable[str]
) -> AsyncGenerator[tuple[str, tuple[ProvisionedConcurrency, ...] | ConsoleError], None]:
    """What each function has provisioned on its versions and aliases, or why that is not known, as answers arrive.

    AWS lists it function by function only, from the bucket that all share: put first what matters most (facts 2.1).

    Args:
        functions: names, in the order in which they are asked about.
    """

    async def ask(function: str) -> tuple[ProvisionedConcurrency, ...]:
        return await list_provisioned(connection, function)

    return _each(functions, ask)


async def get_provisioned(connection: Connection, function: str, qualifier: str) -> ProvisionedConcurrency | None:
    """How the provisioned concurrency of one version or alias stands now; None where it has none.

    AWS does not repeat what it was asked about: the answer has no ARN, and hence tells no qualifier.

    Args:
        function: a name or an ARN.

    Raises:
        NotFound: there is no such function or alias.
    """
    asked = {"FunctionName": function, "Qualifier": qualifier}
    try:
        answer = await connection.call("lambda", "GetProvisionedConcurrencyConfig", **asked)
    except NotFound as error:
        if names_the_missing(error):
            raise
        return None
    with translated(connection, "lambda", "GetProvisionedConcurrencyConfig"):
        return ProvisionedConcurrency.model_validate(answer)


async def get_scalable_target(connection: Connection, function: str, qualifier: str) -> ScalableTarget | None:
    """What scales the provisioned concurrency of one version or alias automatically; None where nothing does."""
    service, operation = "application-autoscaling", "DescribeScalableTargets"
    answer = await connection.call(
        service,
        operation,
        ServiceNamespace="lambda",
        ScalableDimension="lambda:function:ProvisionedConcurrency",
        ResourceIds=[f"function:{function}:{qualifier}"],
    )
    with translated(connection, service, operation):
        return next(map(ScalableTarget.from_aws, answer["ScalableTargets"]), None)


async def _each(
    names: Iterable[str], ask: Callable[[str], Awaitable[T]]
) -> AsyncGenerator[tuple[str, T | ConsoleError], None]:
    """The answer for each name or its error, as they arrive, `AT_ONCE` at a time. Closed early, it asks no more."""

    async def answer(name: str) -> tuple[str, T | ConsoleError]:
        try:
            return name, await ask(name)
        except ConsoleError as error:
            return name, error

    waiting = iter(names)
    asking = {asyncio.create_task(answer(name)) for name in islice(waiting, AT_ONCE)}
    try:
        while asking:
            done, asking = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
            asking |= {asyncio.create_task(answer(name)) for name in islice(waiting, len(done))}
            for task in done:
                yield task.result()
    finally:
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
