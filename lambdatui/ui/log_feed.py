"""The log of some functions as the console holds it: what came, what it tells of invocations, how it is read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError, NotFound
from lambdatui.insight.report import Invocations
from lambdatui.models.function import FunctionSummary
from lambdatui.models.log import LogEvent, LogSource
from lambdatui.ui.log_reader import LogReader
from lambdatui.ui.widgets.log_ring import LogRing

if TYPE_CHECKING:
    from lambdatui.aws.logs import Tail
    from lambdatui.ui.session import Session

AT_ONCE = 250
"""Events taken between two turns of the loop, so that a key need not wait for a page of 10,000."""


class LogFeed:
    """One tail and what came of it. It outlives the pane that shows it, and goes on where it stopped.

    Args:
        session: where to ask.
        functions: whose log.
        since_ms: epoch ms; nothing older is asked for.
        pattern: CloudWatch's filter pattern, heeded at the source.
        replicas: where the functions log besides, as Lambda@Edge does in other regions.
    """

    def __init__(
        self,
        session: Session,
        functions: Sequence[FunctionSummary],
        *,
        since_ms: int,
        pattern: str = "",
        replicas: Sequence[LogSource] = (),
    ) -> None:
        self.functions = tuple(functions)
        self.since_ms = since_ms
        self.pattern = pattern
        self.replicas = tuple(replicas)
        self.sources = (*(LogSource(function=each.name, group=each.log_group) for each in functions), *replicas)
        settings = session.settings
        self.ring = LogRing(settings.log_lines) if settings else LogRing()
        self.reader = LogReader(session.times, several=len(self.functions) > 1)
        self.invocations = Invocations()
        self.tail: Tail | None = None
        self._window_ms = settings.log_window_s * 1000 if settings else None
        self._session = session
        self._left = 0
        self._counting = False
        self._told: dict[str, set[str]] = {}
        """What `new_problems` told of and was not over since, by log group."""

    def is_of(self, functions: Sequence[FunctionSummary]) -> bool:
        """Whether it is the log of these functions, as they are configured now."""
        return [(each.arn, each.log_group) for each in functions] == [
            (each.arn, each.log_group) for each in self.functions
        ]

    @property
    def problems(self) -> dict[str, ConsoleError]:
        """What stands in the way, by log group."""
        return self.tail.problems if self.tail is not None else {}

    def new_problems(self) -> dict[str, ConsoleError]:
        """What stands in the way and was not told yet, by log group: once for as long as it does.

        That there is no log group yet is an answer, and no problem.
        """
        problems = {group: error for group, error in self.problems.items() if not isinstance(error, NotFound)}
        told = {group: self._told.get(group, set()) for group in problems}
        self._told = {group: told[group] | {str(error)} for group, error in problems.items()}
        return {group: error for group, error in problems.items() if str(error) not in told[group]}

    @property
    def several(self) -> bool:
        """Whether it is the log of more than one function."""
        return len(self.functions) > 1

    async def run(self, told: Callable[[set[str], bool], None]) -> None:
        """Reads until it is cancelled; the next run goes on from there.

        Args:
            told: called after events were taken, with the ids of the requests of which more is known now, and whether
                lines that were shown are written differently.

        Raises:
            ConsoleError: there is no connection.
        """
        from lambdatui.aws.logs import WINDOW_MS, Tail  # noqa: PLC0415 - imports the SDK

        if self.tail is None:
            self.tail = Tail(
                await self._session.connection(),
                self.sources,
                since_ms=self.since_ms,
                pattern=self.pattern,
                window_ms=self._window_ms or WINDOW_MS,
                clock=now_ms,
            )
        async with aclosing(self.tail.batches()) as batches:
            async for batch in batches:
                taken = 0
                try:
                    while taken < len(batch):
                        told(*self._take(batch[taken : taken + AT_ONCE]))
                        taken += AT_ONCE
                        await asyncio.sleep(0)
                finally:  # the tail will not give them again
                    self._take(batch[taken:])

    def _take(self, events: Sequence[LogEvent]) -> tuple[set[str], bool]:
        rewritten = self.reader.add(events)
        self.ring.extend(events)
        if self.ring.left - self._left > self.ring.limit:
            self._left = self.ring.left
            self.reader.keep(self.ring)
        return self.invocations.add(events) if self._counting else set(), rewritten

    async def count_invocations(self, told: Callable[[set[str], bool], None]) -> None:
        """Makes invocations of what is held, and from now on of what comes; nobody pays for it who does not look.

        Args:
            told: as for `run`.
        """
        if self._counting:
            return
        self._counting = True
        try:
            held = list(self.ring)
            for start in range(0, len(held), AT_ONCE):
                told(self.invocations.add(held[start : start + AT_ONCE]), False)
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            self._counting = False
            raise

    def started_ms(self, request_id: str) -> int | None:
        """When a request started, epoch ms, as far as what is held tells."""
        invocation = self.invocations.get(request_id)
        if invocation is not None:
            return invocation.started_ms
        return next((event.at_ms for event in self.ring if request_id in event.message), None)
