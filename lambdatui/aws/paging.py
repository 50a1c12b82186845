"""Answers that come in pages, however the service names the token between them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from lambdatui.aws.connection import Connection

MARKER = ("Marker", "NextMarker")
"""Lambda's and Elastic Load Balancing's names for what is sent and what is answered."""
TOKEN = ("NextToken", "NextToken")
SMALL_TOKEN = ("nextToken", "nextToken")


async def answers(
    connection: Connection, service: str, operation: str, names: tuple[str, str], **parameters: Any
) -> AsyncIterator[dict[str, Any]]:
    """All answers to one question, a page at a time.

    Args:
        names: what the token is called where it is sent, and where it is answered.

    Raises:
        ConsoleError: a page could not be had.
    """
    sent, answered = names
    token: dict[str, str] = {}
    while True:
        answer = await connection.call(service, operation, **parameters, **token)
        yield answer
        following = answer.get(answered)
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
