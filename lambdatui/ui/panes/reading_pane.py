"""A list that reads its own records: page by page, again after a failure, and without losing what is on screen."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic

from textual import work

from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError
from lambdatui.models.function import FunctionSummary
from lambdatui.ui import session as sessions
from lambdatui.ui.panes.list_pane import ListPane, R
from lambdatui.ui.session import Reading
from lambdatui.ui.widgets.plain_text import plain

if TYPE_CHECKING:
    from lambdatui.aws.connection import Connection

REST_S = 0.25
"""How long the cursor has to rest on a function before anything is asked about it."""
WATCH_S = 3.0
"""How often what AWS is about to change is read again."""


class ReadingPane(ListPane[R], Generic[R]):
    """A subclass gives the pages; loading, progress, failure, retry and staleness follow."""

    AGES_EVERY_S: ClassVar[float] = 10.0
    """How often ages are written anew."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._reading = Reading()

    @abstractmethod
    def pages(self, connection: Connection) -> AsyncIterator[Sequence[R]]:
        """The records of the subject, or of the region, a page at a time.

        Raises:
            ConsoleError: some could not be had; those given before stay on screen.
        """

    def unsettled(self, record: R) -> bool:
        """Whether AWS is about to change a record by itself, so that it is to be watched."""
        return False

    def reading_now(self) -> Reading:
        return self._reading

    def on_mount(self) -> None:
        self.set_interval(self.AGES_EVERY_S, self.table.redraw)
        self._read(rest_s=REST_S if self.subject is not None else 0)

    def show_subject(self, subject: FunctionSummary) -> None:
        same = self.subject is not None and self.subject.arn == subject.arn
        self.subject = subject
        if not same:
            self._reading = Reading()
            self.table.set_records(())
            self.show_title()
            self._read(rest_s=REST_S)

    def read_again(self) -> None:
        self._read(rest_s=0)

    @work(group="reading", exclusive=True, exit_on_error=False, description="read a list")
    async def _read(self, rest_s: float) -> None:
        await asyncio.sleep(rest_s)
        await self.session.first_reading()
        wait = sessions.FIRST_RETRY_S
        while True:
            try:
                records = await self._read_once()
            except ConsoleError as error:
                self._reading = replace(self._reading, running=False, error=error, retry_s=wait)
                self.session.log(f"{self.THINGS} of {self.place}", error)
                self.show_title()
                await asyncio.sleep(wait)
                wait = min(wait * 2, sessions.LONGEST_RETRY_S)
                continue
            if not any(map(self.unsettled, records)):
                return
            await asyncio.sleep(WATCH_S)

    async def _read_once(self) -> list[R]:
        self._reading = replace(self._reading, running=True, pages=0)
        self.show_title()
        records: list[R] = []
        async for page in self.pages(await self.session.connection()):
            records += page
            self._reading = replace(self._reading, pages=self._reading.pages + 1)
            self.table.add_records(page)
            self.show_title()
        under_cursor = self.table.cursor_record
        if under_cursor is not None and self.key(under_cursor) not in map(self.key, records):
            self.notify(f"{plain(self.name_of(under_cursor))} is gone", markup=False)
        self._reading = Reading(read_at=now_ms())
        self.table.set_records(records)
        self.show_title()
        return records
