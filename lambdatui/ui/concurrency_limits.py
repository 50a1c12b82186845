"""How much concurrency functions may take, as far as it is worth a request."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError

if TYPE_CHECKING:
    from lambdatui.ui.session import Session

ASK_EVERY_MS = 10 * 60_000
ASKED_AT_MOST = 5
"""Functions that are asked about after one look: all calls about single functions share 15 a second (facts 2.1)."""


class ConcurrencyLimits:
    """What is reserved for functions, and the account's limit in the region for all that have nothing reserved.

    AWS lists reservations nowhere, and a request for every row would be one for nothing nearly always. So it is asked
    about a function only where the answer explains something: where it was throttled, or came near the limit that is
    known. What the overview reads of the function under the cursor is taken besides.

    Args:
        session: where to ask.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._account: int | None = None
        self._account_asked = False
        self._reserved: dict[str, int | None] = {}
        self._asked_ms: dict[str, int] = {}

    def of(self, function: str) -> int | None:
        """What a function may run at the same time; None where it is not known. 0 is one that is switched off."""
        reserved = self._reserved.get(function)
        return self._account if reserved is None else reserved

    def take(self, function: str, reserved: int | None) -> None:
        """Takes what somebody else has learned of a function: None where it has nothing reserved."""
        self._reserved[function], self._asked_ms[function] = reserved, now_ms()

    async def learn_account(self) -> None:
        """Asks once for the account's limit."""
        if self._account_asked:
            return
        from lambdatui.aws.concurrency import get_account_concurrency  # noqa: PLC0415 - imports the SDK

        self._account_asked = True
        with suppress(ConsoleError):  # it is in the error log, and the column does without
            self._account = (await self._session.ask("account concurrency", get_account_concurrency)).limit

    async def learn_reserved(self, functions: Iterable[str]) -> None:
        """Asks what is reserved for functions that nobody has asked about lately, for some of them at most."""
        from lambdatui.aws.concurrency import get_reserved_concurrency  # noqa: PLC0415 - imports the SDK

        due = [name for name in functions if now_ms() >= self._asked_ms.get(name, 0) + ASK_EVERY_MS]
        for name in due[:ASKED_AT_MOST]:
            self._asked_ms[name] = now_ms()
            with suppress(ConsoleError):  # as above
                self._reserved[name] = await self._session.ask(
                    f"reserved concurrency of {name}", partial(get_reserved_concurrency, function=name)
                )
