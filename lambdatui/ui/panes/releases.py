"""The releases of one function: its versions, newest first, with the aliases that point at them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content

from lambdatui.clock import today
from lambdatui.errors import ConsoleError
from lambdatui.insight.releases import releases, unsettled
from lambdatui.models.arn import LATEST
from lambdatui.models.function import FunctionSummary
from lambdatui.models.release import Part, Release, ReleaseParts, Version
from lambdatui.ui.panes.reading_pane import ReadingPane
from lambdatui.ui.panes.release_columns import release_columns
from lambdatui.ui.panes.release_sections import release_sections
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.record_table import Column, RecordTable
from lambdatui.ui.widgets.trouble import trouble

if TYPE_CHECKING:
    from lambdatui.actions.action import Subject
    from lambdatui.aws.connection import Connection

Request = Callable[["Connection", str], Awaitable[tuple[Any, ...]]]


def _requests() -> Mapping[str, Request]:
    """The parts beside the versions, by their names in `ReleaseParts`, and what asks for each."""
    from lambdatui.aws import releases as service  # noqa: PLC0415 - imports the SDK

    return {"aliases": service.list_aliases, "provisioned": service.list_provisioned, "urls": service.list_urls}


class ReleasesPane(ReadingPane[Release]):
    """Versions come in page by page, and beside them what each of the other calls gives; each of these fails alone.

    What may change by itself (provisioned concurrency, weights) is watched without reading the versions again.
    """

    TITLE = "Releases"
    THINGS = "releases"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "d",
            "compare",
            "compare",
            id="aliases.compare",
            tooltip="what differs between the two marked versions, or this one and $LATEST",
        ),
        Binding("Y", "copy_arn", "copy ARN", id="list.copy_arn", show=False, tooltip="copy the ARN to the clipboard"),
    ]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._parts = ReleaseParts()
        self._versions: tuple[Version, ...] = ()
        """All of them, once they were read to the end."""
        self._stale = True
        """Whether the next reading asks for the versions too, and not only for what changes by itself."""
        self._asked_policies: dict[str, bool] = {}
        self._shifted: frozenset[str] | None = None
        """The aliases of which a shift is on record; None until that was looked for."""
        self._flown: tuple[tuple[str, float], ...] = ()
        """How far the shifts were that the console knows, when their aliases were last read."""

    def columns(self) -> Sequence[Column[Release]]:
        return release_columns(self.session, today())

    def key(self, record: Release) -> str:
        return record.version.number

    def subject_of(self, record: Release) -> Subject:
        from lambdatui.actions.action import Subject  # noqa: PLC0415 - the first paint does without

        aliases = tuple(route.alias.name for route in record.routes)
        return Subject(function=record.version.function.name, qualifier=record.version.number, aliases=aliases)

    def name_of(self, record: Release) -> str:
        return f"{record.version.function.name}:{record.version.number}"

    def on_mount(self) -> None:
        self.table.sort_by("version", reverse=True)

    def show_subject(self, subject: FunctionSummary) -> None:
        former = self.subject
        if former is None or former.arn != subject.arn:
            self._parts = ReleaseParts()
            self._versions = ()
            self._forget()
            super().show_subject(subject)
        elif former != subject:  # it was deployed or configured since
            self.subject = subject
            self.read_again()

    def read_again(self) -> None:
        self._forget()
        super().read_again()

    def _forget(self) -> None:
        """Makes the next reading ask for everything."""
        self._stale = True
        self._asked_policies = {}

    # -- reading

    async def pages(self, connection: Connection) -> AsyncIterator[Sequence[Release]]:
        assert self.subject is not None
        name = self.subject.name
        self._flown = self._flying()
        asking = [asyncio.ensure_future(self._ask(part, request, name)) for part, request in _requests().items()]
        try:
            if self._stale:
                async for rows in self._version_pages(connection, name):
                    yield rows
            for done in asyncio.as_completed(asking):
                await done
                yield self._rows()
        finally:
            for task in asking:
                task.cancel()
        if self._points_elsewhere():
            async for rows in self._version_pages(connection, name):
                yield rows
        await self._ask_policies(name)
        yield self._rows()
        if any(alias.additional for alias in self._parts.aliases.items):
            self._shifted = await self.session.flights.explained(name)
            yield self._rows()

    async def _version_pages(self, connection: Connection, name: str) -> AsyncIterator[Sequence[Release]]:
        """The versions read so far, after each page; nothing but the page's end where all of them are known already."""
        from lambdatui.aws.releases import list_versions  # noqa: PLC0415 - imports the SDK

        read: list[Version] = []
        async for page in list_versions(connection, name):
            read += page
            yield () if self._versions else releases(read, self._parts, whole=False)
        self._versions = tuple(read)
        self._stale = False

    def _points_elsewhere(self) -> bool:
        """Whether an alias has moved to a version that was published since the versions were read."""
        known = {version.number for version in self._versions}
        return any(not alias.shares.keys() <= known for alias in self._parts.aliases.items)

    def _rows(self) -> list[Release]:
        return releases(self._versions, self._parts, whole=True, shifted=self._shifted)

    def _flying(self) -> tuple[tuple[str, float], ...]:
        """How far the shifts of the function are that the console knows."""
        name = self.subject.name if self.subject is not None else None
        every = self.session.flights.every
        return tuple((id_, shift.percent) for id_, shift in every.items() if shift.subject.function == name)

    def start_asking(self) -> None:
        self.flights_changed()

    def flights_changed(self) -> None:
        if not self.hidden and self._flying() != self._flown:
            self._flown = self._flying()
            super().read_again()

    async def _ask(self, part: str, request: Request, name: str) -> None:
        """Asks for one part; what it gave before stays when it fails."""
        known: Part[Any] = getattr(self._parts, part)
        try:
            items = await self.session.ask(f"{part} of {name}", lambda connection: request(connection, name))
            now = Part(items, pending=False)
        except ConsoleError as error:
            now = Part(known.items, error, pending=False)
        if part == "aliases":
            self._tell_gone({alias.name for alias in known.items} - {alias.name for alias in now.items})
        self._parts = replace(self._parts, **{part: now})

    async def _ask_policies(self, name: str) -> None:
        """Asks for the policy of every alias that was not asked about yet, each once (facts 2.1: a small bucket)."""
        aliases = [alias.name for alias in self._parts.aliases.items]
        unasked = [alias for alias in aliases if alias not in self._asked_policies]
        answers = await asyncio.gather(*(self._ask_policy(name, alias) for alias in unasked))
        error = self._parts.aliases.error or next((answer for answer in answers if answer is not None), None)
        allowed = tuple(alias for alias in aliases if self._asked_policies.get(alias))
        self._parts = replace(self._parts, policies=Part(allowed, error, pending=False))

    async def _ask_policy(self, name: str, alias: str) -> ConsoleError | None:
        from lambdatui.aws.releases import has_policy  # noqa: PLC0415 - imports the SDK

        try:
            self._asked_policies[alias] = await self.session.ask(
                f"policy of {name}:{alias}", lambda connection: has_policy(connection, name, alias)
            )
        except ConsoleError as error:
            return error
        return None

    def _tell_gone(self, aliases: Iterable[str]) -> None:
        for alias in sorted(aliases):
            self.notify(f"alias {plain(alias)} is gone", markup=False)

    def _errors(self) -> list[ConsoleError]:
        """Why parts are missing, each reason once."""
        parts = (self._parts.aliases, self._parts.provisioned, self._parts.urls, self._parts.policies)
        found = {str(part.error): part.error for part in parts if part.error is not None}
        return list(found.values())

    def unsettled(self, record: Release) -> bool:
        return unsettled(record) or any(error.transient for error in self._errors())

    # -- what is said above the list

    def state(self) -> Content:
        reading = self.reading_now()
        if reading.running and not self._stale:
            return Content.styled("reading what belongs to them…", "$secondary")
        if reading.running or reading.error is not None:
            return super().state()
        return Content("  ").join(trouble(error) for error in self._errors())

    # -- what a row can do

    @on(RecordTable.Opened)
    def _show_facts(self, event: RecordTable.Opened) -> None:
        event.stop()
        from lambdatui.ui.dialogs.facts import Facts  # noqa: PLC0415

        sections = release_sections(event.record, today(), self.session.times)
        self.app.push_screen(Facts[None](self.name_of(event.record), sections))

    def action_compare(self) -> None:
        pair = self._pair()
        if pair is None or self.subject is None:
            self.notify("mark two versions, or move to one that is not $LATEST", severity="warning", markup=False)
            return
        from lambdatui.ui.dialogs.release import ReleaseComparison  # noqa: PLC0415

        self.app.push_screen(ReleaseComparison(self.session, self.subject, *pair))

    def _pair(self) -> tuple[str, str] | None:
        """The numbers of the versions to compare, the older first; None if it is not clear which."""
        marked = [release.version for release in self.table.marked]
        here = self.table.cursor_record
        if len(marked) < 2 and here is not None and here.version.number != LATEST:
            return here.version.number, LATEST
        if len(marked) == 2:
            older, newer = sorted(marked, key=lambda version: version.order)
            return older.number, newer.number
        return None

    def action_copy_arn(self) -> None:
        self.copy(lambda release: f"{release.version.function.arn}:{release.version.number}")
