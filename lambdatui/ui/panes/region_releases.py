"""The releases of every function of the region: two sweeps, and a call for each function that is in view."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from textual import on
from textual.content import Content

from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError
from lambdatui.insight.releases import Drift, added, drift
from lambdatui.models.function import FunctionSummary
from lambdatui.models.release import Alias, FunctionReleases, Part
from lambdatui.ui import figures
from lambdatui.ui.panes.concurrency_answers import Answers
from lambdatui.ui.panes.functions import LOOK_EVERY_S, REST_S
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.panes.reading_pane import ReadingPane
from lambdatui.ui.panes.release_columns import alias_share, part_cell
from lambdatui.ui.session import Session
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.record_table import Column, RecordTable
from lambdatui.ui.widgets.trouble import error_mark, trouble

if TYPE_CHECKING:
    from lambdatui.actions.action import Subject
    from lambdatui.aws.connection import Connection

NOT_SEEN = "of rows out of view, only aliases with traffic are known"
ASKED_TOGETHER = 5
"""Functions whose aliases are asked for at a time, so that those come first that are in view by then."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The aliases of a function, as AWS lists them."""

    aliases: tuple[Alias, ...]
    explained: frozenset[str] | None
    """Those that a shift on record divides; None where that is not known, or none is divided."""


Told = Listed | ConsoleError | None
"""What is known of a function's aliases: the list or why there is none; None where nobody asked yet."""


class RegionReleasesPane(ReadingPane[FunctionReleases]):
    """One row for each function: its newest version, how many there are, how ``$LATEST`` stands to it.

    AWS lists the versions of a region but not its aliases: those that had traffic are known from CloudWatch, and all,
    with how they are divided, of the functions whose rows are in view.
    """

    TITLE = "Releases"
    THINGS = "functions"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._aliases: Mapping[str, tuple[str, ...]] = {}
        """Those with traffic, by function."""
        self._asked: Part[str] = Part()
        """How the asking for them stands."""
        self._listed: Answers[Listed] = Answers()
        self._flown: frozenset[tuple[str, str, float]] = frozenset()
        """Function, alias and share of the shifts that the console knows, when that was last looked at."""
        self._moved = asyncio.Event()

    def columns(self) -> Sequence[Column[FunctionReleases]]:
        return region_columns(self.session, self._told)

    def key(self, record: FunctionReleases) -> str:
        return record.name

    def subject_of(self, record: FunctionReleases) -> Subject:
        from lambdatui.actions.action import Subject  # noqa: PLC0415 - the first paint does without

        return Subject(function=record.name)

    def on_mount(self) -> None:
        self.table.sort_by("name")
        self.watch(self.table, "scroll_y", self._moved.set, init=False)

    def on_resize(self) -> None:
        """Other rows may be in view now."""
        self._moved.set()

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

    def read_again(self) -> None:
        self._listed.forget(self._listed.known)
        self._moved.set()
        super().read_again()

    # -- the aliases of what is in view

    def start_asking(self) -> None:
        self.flights_changed()
        self.keep_asking("aliases of the functions in view", self._look, lambda _: None)

    async def _look(self) -> None:
        """Asks for the aliases of the functions in view, and waits until others are, or there can be news."""
        self._moved.clear()
        if self.watched:
            await self._ask_in_view()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._moved.wait(), LOOK_EVERY_S)
        await asyncio.sleep(REST_S)

    async def _ask_in_view(self) -> None:
        while due := tuple(islice(self._listed.due(record.name for record in self.table.in_view), ASKED_TOGETHER)):
            for name, answer in zip(due, await asyncio.gather(*map(self._list, due)), strict=True):
                self._listed.take(name, answer)
            if self.table.sort_column == "aliases" or self.table.filter_text:
                self.table.reread(record for record in self.table.records if record.name in due)
            self.table.redraw()
            self.show_title()

    def _told(self, function: str) -> Told:
        return self._listed.known.get(function)

    async def _list(self, function: str) -> Listed | ConsoleError:
        from lambdatui.aws.releases import list_aliases  # noqa: PLC0415 - imports the SDK

        try:
            aliases = await self.session.ask(f"aliases of {function}", partial(list_aliases, function=function))
        except ConsoleError as error:
            return error
        divided = any(alias.additional for alias in aliases)
        return Listed(aliases, await self.session.flights.explained(function) if divided else None)

    def flights_changed(self) -> None:
        every = self.session.flights.every.values()
        flown = frozenset((shift.subject.function, shift.subject.qualifier, shift.percent) for shift in every)
        self._listed.forget({function for function, *_ in flown ^ self._flown})
        self._flown = flown
        self._moved.set()
        if not self.hidden:
            self.table.redraw()

    def _with_aliases(self, record: FunctionReleases) -> FunctionReleases:
        return replace(record, aliases=replace(self._asked, items=self._aliases.get(record.name, ())))

    def state(self) -> Content:
        reading = self.reading_now()
        if reading.running or reading.error is not None:
            return super().state()
        answers = (self._asked.error, *(self._listed.known.get(record.name) for record in self.table.in_view))
        errors = {str(answer): trouble(answer) for answer in answers if isinstance(answer, ConsoleError)}
        return Content("  ").join(errors.values()) if errors else Content.styled(NOT_SEEN, "dim")

    # -- what a row can do

    def _function(self, record: FunctionReleases) -> FunctionSummary | None:
        known = record.latest or record.newest
        return self.session.functions.get(record.name) or (known.function if known else None)

    @on(RecordTable.ShownChanged)
    def _look_at_others(self) -> None:
        self._moved.set()

    @on(RecordTable.Highlighted)
    def _subject_changed(self, event: RecordTable.Highlighted) -> None:
        event.stop()
        self._moved.set()
        self.tell_subject(self._function(event.record) if event.record is not None else None)

    @on(RecordTable.Opened)
    def _subject_opened(self, event: RecordTable.Opened) -> None:
        event.stop()
        function = self._function(event.record)
        if function is not None:
            self.post_message(Pane.SubjectOpened(function, tab="aliases"))


def region_columns(session: Session, listed: Callable[[str], Told]) -> Sequence[Column[FunctionReleases]]:
    """The columns of the region's releases.

    Args:
        session: knows how times are written, and which shifts are on their way.
        listed: what is known of the aliases of a function, by its name.
    """
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
        Column(
            id="aliases",
            title="ALIASES",
            cell=lambda r: _aliases(r, listed(r.name), _shifted(session, r)),
            flex=True,
            min_width=20,
        ),
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


def _aliases(record: FunctionReleases, told: Told, shifted: Mapping[str, float]) -> Content:
    """All aliases, the divided ones first; those with traffic where they were not listed, and why."""
    if isinstance(told, Listed):
        divided_first = sorted(told.aliases, key=lambda alias: not alias.additional)
        cells = [_division(alias, told.explained, shifted.get(alias.name)) for alias in divided_first]
        return Content(", ").join(cells) if cells else Content.styled("none", "dim")
    names = dict.fromkeys((*shifted, *record.aliases.items))
    known = Content(", ").join(alias_share(name, shifted.get(name)) for name in names)
    if told is not None:
        return Content(" ").join((*filter(None, [known]), Content.styled(*error_mark(told))))
    return known or part_cell(record.aliases) or Content.styled("none seen", "dim")


def _division(alias: Alias, explained: frozenset[str] | None, share: float | None) -> Content:
    """An alias and how it is divided: the main version's share before the other one's.

    Args:
        share: the new version's, 0..1, where the console knows of a shift; None where it does not.
    """
    if share is not None or not alias.additional:
        return alias_share(alias.name, share)
    if stuck := alias.all_on_additional:
        return alias_share(alias.name, None) + Content.styled(f" ! all on {plain(stuck)}", "bold $error")
    shares = "/".join(f"{share * 100:.6g}" for share in alias.shares.values())
    unknown = explained is not None and alias.name not in explained
    return Content.assemble(
        alias_share(alias.name, None), (f" {shares}", "$accent"), (" ▲ no shift known" if unknown else "", "$warning")
    )
