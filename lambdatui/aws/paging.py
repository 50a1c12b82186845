"""Answers that come in pages, however the service names the token between them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from lambdatui.aws.connection import Connection

T = TypeVar("T")

MARKER = ("Marker", "NextMarker")
"""Lambda's, Elastic Load Balancing's and CloudFront's names for what is sent and what is answered."""
TOKEN = ("NextToken", "NextToken")
SMALL_TOKEN = ("nextToken", "nextToken")


async def answers(
    connection: Connection, service: str, operation: str, names: tuple[str, str], *, within: str = "", **parameters: Any
) -> AsyncIterator[dict[str, Any]]:
    """All answers to one question, a page at a time.

    Args:
        names: what the token is called where it is sent, and where it is answered.
        within: the member of the answer that holds everything, the token too; empty where that is the answer itself.

    Raises:
        ConsoleError: a page could not be had.
    """
    sent, answered = names
    token: dict[str, str] = {}
    while True:
        answer = await connection.call(service, operation, **parameters, **token)
        page = answer[within] if within else answer
        yield page
        following = page.get(answered)
        if not following:
            return
        token = {sent: following}


async def items(
    connection: Connection, service: str, operation: str, names: tuple[str, str], member: str, **parameters: Any
) -> AsyncIterator[Any]:
    """The members of all pages, one by one; `member` holds them in each answer."""
    async for answer in answers(connection, service, operation, names, **parameters):
        for item in answer.get(member) or ():
            yield item


async def lambda_pages(
    connection: Connection, operation: str, member: str, read: Callable[[Any], T], **parameters: Any
) -> AsyncIterator[tuple[T, ...]]:
    """What Lambda lists, a page at a time, each item made a model by `read`.

    Raises:
        ConsoleError: a page could not be had, or does not fit.
    """
    from lambdatui.aws.faults import translated  # noqa: PLC0415 (start-up speed)

    async for answer in answers(connection, "lambda", operation, MARKER, **parameters):
        with translated(connection, "lambda", operation):
            page = tuple(read(item) for item in answer[member])
        yield page
