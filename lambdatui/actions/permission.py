"""What an operator may not see, where an action can do without it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from lambdatui.errors import AccessDenied

T = TypeVar("T")


async def permitted(reading: Awaitable[T]) -> T | None:
    """What helps to judge a change and is not needed for it: None where the operator may not see it."""
    try:
        return await reading
    except AccessDenied:
        return None
