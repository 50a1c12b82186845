"""The releases of every function of the region, from two sweeps and no call per function."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual import on
from textual.content import Content

from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError
from lambdatui.insight.releases import Drift, added, drift
from lambdatui.models.function import FunctionSummary
from lambdatui.models.release import FunctionReleases, Part
from lambdatui.ui import figures
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.panes.reading_pane import ReadingPane
from lambdatui.ui.panes.release_columns import alias_share, part_cell
from lambdatui.ui.session import Session
from lambdatui.ui.widgets.record_table import Column, RecordTable
from lambdatui.ui.widgets.trouble import trouble

if TYPE_CHECKING:
    from lambdatui.actions.action import Subject
    from lambdatui.aws.connection import Connection

NOT_SEEN = "an alias without traffic in two weeks is not seen here"


class RegionReleasesPane(ReadingPane[FunctionReleases]):
    """One row for each function: its newest version, how many there are, how ``$LATEST`` stands to it.

    AWS lists the versions of a region but not its aliases: those that had traffic are known from CloudWatch.
    """

    TITLE = "Releases"
    THINGS = "functions"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._aliases: Mapping[str, tuple[str, ...]] = {}
        """Those with traffic, by function."""
        self._asked: Part[str] = Part()
        """How the asking for them stands."""

    def columns(self) -> Sequence[Column[FunctionReleases]]:
        return region_columns(self.session)

    def key(self, record: FunctionReleases) -> str:
        return record.name

    def subject_of(self, record: FunctionReleases) -> Subject:
        from lambdatui.actions.action import Subject  # noqa: PLC0415 - the first paint does without

        return Subject(function=record.name)

    def on_mount(self) -> None:
        self.table.sort_by("name")

    # -- reading

    async def pages(self, connection: Connection) -> AsyncIterator[Sequence[FunctionReleases]]:
        from lambdatui.aws.releases import list_region_versions  # noqa: PLC0415 - imports the SDK

        aliases = asyncio.ensure_future(self._ask_aliases())
        found: dict[str, FunctionReleases] = {}
        again = self.reading_now().read_at is not None
        try:
            async for page in list_region_versions(connection):
                for version in page:
                    name = version.function.name
                    found[name] = added(found.get(name) or FunctionReleases(name=name), version)
                # Sums that are complete stay on screen until the new ones are.
                names = () if again else {version.function.name for version in page}
                yield [self._with_aliases(found[name]) for name in names]
            await aliases
        finally:
            aliases.cancel()
        yield [self._with_aliases(replace(record, whole=True)) for record in found.values()]

    async def _ask_aliases(self) -> None:
        from lambdatui.aws.releases import list_aliases_with_traffic  # noqa: PLC0415 - imports the SDK

        try:
            self._aliases = await self.session.ask("aliases with traffic", list_aliases_with_traffic)
            self._asked = Part(pending=False)
        except ConsoleError as error:
            self._asked = Part(error=error, pending=False)

    def flights_changed(self) -> None:
        if not self.hidden:
            self.table.redraw()

    def _with_aliases(self, record: FunctionReleases) -> FunctionReleases:
        return replace(record, aliases=replace(self._asked, items=self._aliases.get(record.name, ())))

    def state(self) -> Content:
        reading = self.reading_now()
        if reading.running or reading.error is not None:
            return super().state()
        if self._asked.error is not None:
            return trouble(self._asked.error)
        return Content.styled(NOT_SEEN, "dim")

    # -- what a row can do

    def _function(self, record: FunctionReleases) -> FunctionSummary | None:
        known = record.latest or record.newest
        return self.session.functions.get(record.name) or (known.function if known else None)

    @on(RecordTable.Highlighted)
    def _subject_changed(self, event: RecordTable.Highlighted) -> None:
        event.stop()
        self.post_message(Pane.SubjectChanged(self._function(event.record) if event.record is not None else None))

    @on(RecordTable.Opened)
    def _subject_opened(self, event: RecordTable.Opened) -> None:
        event.stop()
        function = self._function(event.record)
        if function is not None:
            self.post_message(Pane.SubjectOpened(function, tab="aliases"))


def region_columns(session: Session) -> Sequence[Column[FunctionReleases]]:
    """The columns of the region's releases; `session` knows how times are written."""
    return (
        Column(id="name", title="NAME", cell=lambda r: r.name, flex=True, min_width=20),
        Column(
            id="newest",
            title="NEWEST",
            cell=lambda r: _so_far(r, r.newest.number if r.newest else "-"),
            value=lambda r: r.newest.order if r.newest else None,
            width=6,
            align="right",
        ),
        Column(
            id="published",
            title="WHEN",
            cell=lambda r: figures.moment(_published(r), now_ms(), session.times),
            value=_published,
            unit="epoch ms",
            width=6 if session.times == "relative" else 20,
            align="right",
            priority=2,
        ),
        Column(
            id="versions",
            title="VERSIONS",
            cell=lambda r: _so_far(r, figures.count(r.versions)),
            value=lambda r: r.versions,
            width=8,
            align="right",
        ),
        Column(id="latest", title="$LATEST", cell=_standing, width=14),
        Column(
            id="size",
            title="CODE, ALL",
            cell=lambda r: _so_far(r, figures.size(r.code_size)),
            value=lambda r: r.code_size,
            unit="B",
            width=9,
            align="right",
            priority=1,
        ),
        Column(id="aliases", title="ALIASES WITH TRAFFIC", cell=lambda r: _aliases(r, _shifted(session, r)), width=20),
    )


def _so_far(record: FunctionReleases, text: str) -> str:
    """Marks what may grow while versions are still missing."""
    return text if record.whole else f"{text}…"


def _published(record: FunctionReleases) -> int | None:
    return record.newest.function.last_modified if record.newest else None


STANDINGS = {
    Drift.SAME: Content("same code"),
    Drift.CONFIGURATION: Content.styled("▲ configured", "$warning"),
    Drift.CODE: Content.styled("▲ drifted", "$warning"),
}
"""How ``$LATEST`` stands to the newest version."""


def _standing(record: FunctionReleases) -> Content:
    if not record.whole or record.latest is None:
        return Content.styled("…", "dim")
    if record.newest is None:
        return Content.styled("none listed", "dim")
    return STANDINGS[drift(record.latest, record.newest)]


def _shifted(session: Session, record: FunctionReleases) -> Mapping[str, float]:
    """The new version's share, 0..1, of each alias that a known shift divides."""
    shifts = [shift for shift in session.flights.every.values() if shift.subject.function == record.name]
    return {shift.subject.qualifier: shift.percent / 100 for shift in shifts if 0 < shift.percent < 100}


def _aliases(record: FunctionReleases, shifted: Mapping[str, float]) -> Content:
    names = dict.fromkeys((*shifted, *record.aliases.items))
    if names:
        return Content(", ").join(alias_share(name, shifted.get(name)) for name in names)
    return part_cell(record.aliases) or Content.styled("none seen", "dim")
