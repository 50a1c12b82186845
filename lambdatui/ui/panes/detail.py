"""The detail of one function: a line of tabs by number, and the tab that is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from lambdatui.models.function import FunctionSummary
from lambdatui.ui.panes import TABS, load_pane
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.session import InventoryChange
from lambdatui.ui.widgets.plain_text import plain

if TYPE_CHECKING:
    from lambdatui.actions.action import Subject

NAME_AT_LEAST = 14
"""Cells that the function's name keeps, if it is that long, before the tabs give way."""
CUT = (4, 3, 0)
"""Letters that are left of the titles of the tabs that are not open, where there is no room for whole ones."""


class TabLine(Widget):
    """The way here, the function's name, and the tabs with the numbers that open them."""

    DEFAULT_CSS = """
    TabLine { height: 1; background: $panel; }
    """

    trail: reactive[str] = reactive("")
    """The pane that the function was opened from; left out where there is no room for it."""
    name_shown: reactive[str] = reactive("")
    open_tab: reactive[str] = reactive(TABS[0].id)

    def render(self) -> Content:
        name = Content.styled(plain(self.name_shown), "bold")
        wanted = min(name.cell_length, NAME_AT_LEAST)
        forms = (self._tabs("  "), self._tabs(" "), *(self._tabs(" ", letters) for letters in CUT))
        rooms = [self.size.width - tabs.cell_length - 1 for tabs in forms]
        best = next((form for form, room in enumerate(rooms) if room >= wanted), len(forms) - 1)
        trail = Content.styled(f"{self.trail} › ", "$secondary")
        if trail.cell_length + name.cell_length <= rooms[best]:
            name = Content.assemble(trail, name)
        return Content.assemble(" ", name.truncate(max(8, rooms[best]), ellipsis=True), forms[best])

    def _tabs(self, gap: str, letters: int | None = None) -> Content:
        """The tabs by number and title; of those that are not open only the first `letters` of it."""
        tabs: list[str | tuple[str, str]] = []
        for number, entry in enumerate(TABS, start=1):
            tabs += [gap if tabs else "  ", (f"{number}", "bold $accent")]
            if entry.id == self.open_tab:
                tabs += [" ", (entry.title, "bold underline")]
            elif letters != 0:
                tabs += [" ", entry.title[:letters]]
        return Content.assemble(*tabs)


class DetailPane(Pane):
    """Holds the open tab; a tab that was never opened is never loaded."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.tab_line = TabLine()

    def compose(self) -> ComposeResult:
        yield self.tab_line
        yield self._made_tab()

    def focus_content(self) -> None:
        self._tab.focus_content()

    @property
    def _tab(self) -> Pane:
        return self.query_one("#tab", Pane)

    def show_subject(self, subject: FunctionSummary) -> None:
        """Shows another function in the open tab, or the same one as it is now."""
        if subject == self.subject and self.tab_line.name_shown:
            return
        self.subject = subject
        self.tab_line.name_shown = subject.name
        for tab in self.query("#tab").results(Pane):
            tab.show_subject(subject)

    async def show_tab(self, tab: str) -> None:
        """Opens one of the tabs."""
        if tab != self.tab_line.open_tab:
            self.tab_line.open_tab = tab
            await self._tab.remove()
            await self.mount(self._made_tab())

    def _made_tab(self) -> Pane:
        entry = next(entry for entry in TABS if entry.id == self.tab_line.open_tab)
        assert entry.tab is not None
        assert self.subject is not None
        self.tab_line.name_shown = self.subject.name
        return load_pane(entry.tab)(self.session, self.subject, id="tab")

    def subjects(self) -> tuple[Subject, ...]:
        return self._tab.subjects()

    def acted(self, subjects: Sequence[Subject]) -> None:
        """The tab is told by itself."""

    def step_back(self) -> bool:
        return self._tab.step_back()

    def inventory_changed(self, change: InventoryChange) -> None:
        if self.subject is not None and self.subject.name in self.session.functions:
            self.show_subject(self.session.functions[self.subject.name])
