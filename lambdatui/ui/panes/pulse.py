"""The region on one screen: how it is doing, who is worst off, and what changed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import on
from textual.content import Content

from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError
from lambdatui.insight.pulse import OF_LOOKED_AT, OF_REGION, Found, changed, to_look_at
from lambdatui.models.alarm import AnyAlarm, Watch, watches
from lambdatui.models.concurrency import AccountConcurrency
from lambdatui.models.metric import MetricQuery
from lambdatui.ui.panes import pulse_sections
from lambdatui.ui.panes.alarms import condition
from lambdatui.ui.panes.functions import LOOK_EVERY_S, REFRESH_AGES_S
from lambdatui.ui.panes.list_pane import ListPane
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.panes.pulse_page import Finding, Section, fitting
from lambdatui.ui.panes.pulse_sections import Told
from lambdatui.ui.session import InventoryChange
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.record_table import Column, RecordTable

if TYPE_CHECKING:
    from lambdatui.aws.metrics import Sweep

HEADER = 1
"""Lines of the table above its first record."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that is asked for by itself, and fails or is forbidden by itself."""

    about: str
    ask: Callable[[PulsePane], Awaitable[Any]]
    every_s: float = LOOK_EVERY_S
    """Seconds between two questions. Of metrics, AWS is asked only where there can be news."""
    measured: bool = True
    """Whether it is about the window."""


class PulsePane(ListPane[Finding]):
    """Findings by section, each of which leads to its pane. Nothing in it costs more the more functions there are."""

    TITLE = "Pulse"
    THINGS = "findings"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._told: dict[str, Told[Any]] = {}
        """What is known of each part."""
        self._sections: Sequence[Section] = ()
        self._held: dict[str, bool] = {}
        """Whether the budget holds back newer metrics, by what they are of."""
        self._sweep_tried = asyncio.Event()

    def columns(self) -> Sequence[Column[Finding]]:
        return (
            Column(id="mark", title="", cell=lambda f: Content.styled(*f.mark), width=1),
            Column(id="section", title="SECTION", cell=_heading, value=lambda f: f.position, width=12),
            Column(id="what", title="WHAT", cell=lambda f: f.what, flex=True, min_width=18),
            Column(
                id="number", title="NUMBER", cell=lambda f: f.number, value=lambda f: f.value, width=10, align="right"
            ),
            Column(id="why", title="WHY", cell=lambda f: Content.styled(plain(f.why), "dim"), flex=True, min_width=26),
        )

    def key(self, record: Finding) -> str:
        return record.key

    def name_of(self, record: Finding) -> str:
        return record.function or record.what

    def on_mount(self) -> None:
        self.table.sort_by("section")
        self.set_interval(REFRESH_AGES_S, self._show)

    def on_resize(self) -> None:
        self._show()

    def focus_content(self) -> None:
        """The pulse has the screen for itself: a function gets it on `enter`, and gives it back."""
        self.tell_subject(None)
        super().focus_content()

    def window_changed(self) -> None:
        for part in PARTS:
            if part.measured:
                self._told.pop(part.about, None)
        self.start_asking()

    def inventory_changed(self, change: InventoryChange) -> None:
        self._show()

    def read_again(self) -> None:
        self.start_asking()

    # -- asking

    def start_asking(self) -> None:
        self._sweep_tried.clear()
        for part in PARTS:
            self.keep_asking(part.about, partial(self._ask, part), partial(self._not_told, part))
        self._show()

    async def _ask(self, part: Part) -> None:
        if not self.watched:
            await asyncio.sleep(LOOK_EVERY_S)
            return
        self._told[part.about] = Told(await part.ask(self))
        if part.measured:
            self.session.tell_health()
        self._show()
        await asyncio.sleep(part.every_s)

    def _not_told(self, part: Part, error: ConsoleError) -> None:
        self._told[part.about] = replace(self._of(part), error=error)
        self._show()

    async def ask_region(self) -> Found:
        """The totals of all functions."""
        return await self._measured("region", (metric.of_region for metric in OF_REGION))

    async def ask_account(self) -> AccountConcurrency:
        """What may run at the same time, and what is reserved of it."""
        from lambdatui.aws.concurrency import get_account_concurrency  # noqa: PLC0415 - imports the SDK

        return await get_account_concurrency(await self.session.connection())

    async def ask_sweep(self) -> Sweep | None:
        """The functions that are worst off; None while no function of the region is known."""
        from lambdatui.aws.metrics import Sweep  # noqa: PLC0415 - imports the SDK

        try:
            if names := list(self.session.functions):
                return await (await self.session.metrics()).sweep(names, self.session.window)
            return Sweep(whole=True, asked_ms=now_ms()) if self.session.reading.read_at is not None else None
        finally:
            self._sweep_tried.set()

    async def ask_slowest(self) -> Found:
        """What a sweep does not tell, of a few functions: of those that it found first."""
        await self._sweep_tried.wait()
        swept: Sweep | None = self._of(SWEEP).value
        names = to_look_at(swept.series if swept is not None else {}, self.session.functions)
        return await self._measured("slowest", (metric.of(name) for name in names for metric in OF_LOOKED_AT))

    async def _measured(self, what: str, queries: Iterable[MetricQuery]) -> Found:
        metrics = await self.session.metrics()
        found = await metrics.get(queries, self.session.window)
        self._held[what] = metrics.slowed_until_ms is not None
        return found

    async def ask_alarms(self) -> Sequence[Watch]:
        """The alarms that watch functions."""
        from lambdatui.aws.alarms import list_alarms  # noqa: PLC0415 - imports the SDK

        found: list[AnyAlarm] = []
        async for page in list_alarms(await self.session.connection()):
            found += page
        return [watch for watch in watches(found, found) if watch.watched]

    # -- showing

    def _of(self, part: Part) -> Told[Any]:
        return self._told.get(part.about, Told())

    def _show(self) -> None:
        session, now = self.session, now_ms()
        functions, window = session.functions, session.window
        slowest = self._of(SLOWEST)
        self._sections = (
            pulse_sections.region_section(self._of(REGION), window, held=any(self._held.values())),
            pulse_sections.account_section(self._of(REGION), self._of(ACCOUNT)),
            pulse_sections.alarms_section(self._of(ALARMS), now, lambda watch: condition(watch.alarm)),
            pulse_sections.errors_section(self._of(SWEEP), slowest.value or {}, functions, window, now),
            pulse_sections.throttles_section(self._of(SWEEP), now),
            pulse_sections.slowest_section(slowest, functions),
            pulse_sections.streams_section(self._of(SWEEP), now),
            pulse_sections.changes_section(changed(functions.values(), now), session.reading.read_at is not None, now),
        )
        self.table.set_records(fitting(self._sections, self.table.size.height - HEADER))
        self.show_title()

    def count(self) -> str:
        return self.session.window.name

    def state(self) -> Content:
        """The verdict on the region."""
        told = [
            Content.styled(f"{section.trouble[0]} {section.unwell} {section.word}", section.trouble[1])
            for section in self._sections
            if section.unwell
        ]
        if not all(section.known for section in self._sections):
            told.append(Content.styled("? in part", "dim"))
        return Content("  ").join(told) if told else Content.styled("✓ nothing unwell", "$success")

    # -- leading on

    @on(RecordTable.Highlighted)
    def _no_subject(self, event: RecordTable.Highlighted) -> None:
        event.stop()

    @on(RecordTable.Opened)
    def _open(self, event: RecordTable.Opened) -> None:
        event.stop()
        finding: Finding = event.record
        if finding.place:
            self.post_message(Pane.PlaceWanted(finding.place))
        elif function := self.session.functions.get(finding.function):
            self.post_message(Pane.SubjectOpened(function, finding.tab))
        elif finding.function:
            self.notify(f"there is no function {plain(finding.function)} any more", markup=False)


REGION = Part("metrics of the region", PulsePane.ask_region)
ACCOUNT = Part("account concurrency", PulsePane.ask_account, every_s=300.0, measured=False)
SWEEP = Part("functions that are worst off", PulsePane.ask_sweep)
SLOWEST = Part("slowest functions", PulsePane.ask_slowest)
ALARMS = Part("alarms that fire", PulsePane.ask_alarms, every_s=60.0, measured=False)
PARTS = (REGION, ACCOUNT, SWEEP, SLOWEST, ALARMS)


def _heading(finding: Finding) -> Content:
    """The title of a section, and how many of it there are where not all are shown."""
    told = f"{finding.section} {finding.total}" if finding.total else finding.section
    return Content.styled(told, "bold" if finding.first else "dim")
