"""Watching what AWS goes on with after it has answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from lambdatui.errors import ConsoleError

T = TypeVar("T")


async def seen(look: Callable[[], Awaitable[T]], tell: Callable[[str], None], every_s: float) -> T:
    """What a look finds. One that fails for a reason that passes is taken again: what is watched goes on meanwhile.

    Args:
        tell: is given why there is nothing new.
        every_s: between two looks.

    Raises:
        ConsoleError: it failed for a reason that stays.
    """
    while True:
        try:
            return await look()
        except ConsoleError as error:
            if not error.transient:
                raise
            tell(f"still watching: {error.title}")
            await asyncio.sleep(every_s)
