"""The one screen: header, a pane of the region, the detail of the function under the cursor, and the keys."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import Reactive, reactive
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from lambdatui.actions import ACTIONS, KEYS, about
from lambdatui.models.function import FunctionSummary
from lambdatui.models.metric import WINDOWS
from lambdatui.ui.acting import Acting
from lambdatui.ui.panes import REGION_PANES, TABS, PaneEntry, load_pane
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.session import InventoryChange, LoggedError, Session
from lambdatui.ui.widgets.header_line import HeaderLine
from lambdatui.ui.widgets.key_line import ACTION_KEYS, URGENT, KeyLine

if TYPE_CHECKING:
    from lambdatui.ui.operation import Operation
    from lambdatui.ui.panes.detail import DetailPane

LOW = 30
"""Below as many lines the detail has no place under the list: `enter` gives it the whole screen."""
FOLLOW_S = 0.05
"""How far the detail follows behind the cursor, so that the list answers a key first."""
WIDE = 200
"""From as many columns on the detail stands beside the list."""
OF_FUNCTIONS = frozenset({"tab", "raw", "logs", "act", "actions"})
"""What the keys do that are of no use in a pane that does not lead to functions."""


class MainScreen(Screen[None]):
    """Shows one pane of the region and, where there is room or on `enter`, the detail of its subject."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "zoom", "zoom", id="screen.zoom", show=False, tooltip="the pane in focus alone, or both again"),
        Binding("escape", "back", "back", id="screen.back", show=False, tooltip="one step back"),
        Binding("q", "back_or_quit", "back", id="screen.quit", show=False, tooltip="back, or quit at the root"),
        Binding(
            "left_square_bracket",
            "window(-1)",
            "window",
            id="screen.shorter",
            key_display="[",
            show=False,
            tooltip="metrics over a shorter time, down to 15 minutes",
        ),
        Binding(
            "right_square_bracket",
            "window(1)",
            "window",
            id="screen.longer",
            key_display="]",
            show=False,
            tooltip="metrics over a longer time, up to 7 days",
        ),
        *(
            Binding(
                key,
                f"act('{key}')",
                entries[0].group,
                id=f"action.{entries[0].id}",
                group=URGENT if entries[0].urgent else ACTION_KEYS,
                tooltip=about(entries),
            )
            for key, entries in KEYS.items()
        ),
        Binding(
            "l",
            "logs",
            "logs",
            id="screen.logs",
            group=URGENT,
            tooltip="the log of the function, or of all that are marked",
        ),
        Binding(
            "a",
            "actions",
            "actions",
            id="screen.actions",
            group=ACTION_KEYS,
            tooltip="everything that can be done to it",
        ),
        Binding(
            "u", "undo", "undo", id="screen.undo", show=False, tooltip="what was done here, and what takes it back"
        ),
        Binding("v", "raw", "raw", id="screen.raw", tooltip="the function as JSON, secrets masked"),
        *(
            Binding(
                str(number), f"tab('{entry.id}')", entry.title, id=f"tab.{entry.id}", show=False, tooltip=entry.about
            )
            for number, entry in enumerate(TABS, start=1)
        ),
    ]

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """As Textual's, but moving the focus repaints what it moves between and not the whole screen."""

    ready: reactive[bool] = reactive(False, repaint=False, bindings=True)
    """Whether anything can be done yet, and the keys for it are not dimmed."""

    alone: reactive[str] = reactive("")
    """Which part has the screen for itself: ``list``, ``detail``, or neither."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.header = HeaderLine()
        self.entry = REGION_PANES["functions"]
        self.pane = self._functions = _pane_of(self.entry, session)
        """The pane of the region that is open, or about to be; that of the functions stays as it was behind others."""
        self.subject: FunctionSummary | None = None
        self._under_cursor: FunctionSummary | None = None
        """What the subject is whenever the functions are open."""
        self.acting = Acting(self)
        self._following: Timer | None = None
        self._fitting = asyncio.Lock()

    def compose(self) -> ComposeResult:
        yield self.header
        yield self.pane
        yield KeyLine(self._refused)

    @property
    def detail(self) -> DetailPane | None:
        """The detail, once there was room or reason for it."""
        return cast("DetailPane | None", next(iter(self.query("#detail")), None))

    def on_mount(self) -> None:
        self.pane.focus_content()

    # -- going somewhere

    async def open_pane(self, entry: PaneEntry) -> None:
        """Opens a pane of the region in place of the one that is open."""
        self.alone = ""
        if entry.id != self.entry.id:
            self.session.chosen = self._chosen() or self.session.chosen
            self.entry = entry
            self.subject = self._under_cursor if entry.id == "functions" else None
            former, self.pane = self.pane, self._functions if entry.id == "functions" else _pane_of(entry, self.session)
            if former is self._functions:
                former.add_class("-behind")
            else:
                await former.remove()
            if self.pane is self._functions:
                self.pane.remove_class("-behind")
            else:
                await self.mount(self.pane, after=self.header)
            await self._fit_detail()
        self.pane.focus_content()

    def _chosen(self) -> tuple[str, ...]:
        """What the operator chose: functions that are marked, or else the one that the eye is on."""
        return self.pane.chosen() or ((self.subject.name,) if self.subject is not None else ())

    async def open_function(self, name: str) -> None:
        """Goes to a function in the inventory and opens its detail."""
        from lambdatui.ui.panes.functions import FunctionsPane  # noqa: PLC0415 - loaded with the first paint

        await self.open_pane(REGION_PANES["functions"])
        pane = self.pane
        assert isinstance(pane, FunctionsPane)
        if not pane.table.move_to(name):
            pane.filter_by("")
            pane.table.move_to(name)
        if function := self.session.functions.get(name):
            await self._open_subject(function)

    async def forget_subject(self) -> None:
        """Another account or region: nothing of the former one stays on screen."""
        self.subject = self._under_cursor = None
        self.alone = ""
        if self.detail is not None:
            await self.detail.remove()
        await self.open_pane(REGION_PANES["functions"])
        while self.pane.step_back():
            pass

    # -- the subject and its detail

    @on(Pane.SubjectOpened)
    async def _subject_opened(self, event: Pane.SubjectOpened) -> None:
        event.stop()
        await self._open_subject(event.function, event.tab)

    async def _open_subject(self, function: FunctionSummary, tab: str | None = None) -> None:
        self.subject = function
        self.alone = "detail"
        self.refresh_bindings()
        await self._fit_detail()
        detail = self.detail
        if detail is not None:
            if tab is not None:
                await detail.show_tab(tab)
            detail.focus_content()

    @on(Pane.SubjectChanged)
    async def _subject_changed(self, event: Pane.SubjectChanged) -> None:
        event.stop()
        if event.pane is self._functions:
            self._under_cursor = event.function
        if self.pane not in event.pane.ancestors_with_self:  # it is closed, or behind
            return
        self.subject = event.function
        self.refresh_bindings()
        if self._following is not None:
            self._following.stop()
        self._following = self.set_timer(FOLLOW_S, self._fit_detail)

    @property
    def has_room(self) -> bool:
        """Whether list and detail fit on the screen together."""
        return self.size.height >= LOW

    async def _fit_detail(self) -> None:
        """Shows the detail, or hides it; only once at a time, for it may have to be made first."""
        async with self._fitting:
            await self._fit()

    async def _fit(self) -> None:
        wanted = self.subject is not None and self.alone != "list" and (self.has_room or self.alone == "detail")
        if not self.is_attached:  # the console is closing
            return
        detail = self.detail
        if not wanted or self.subject is None:
            if detail is not None:
                detail.display = False
            return
        from lambdatui.ui.panes.detail import DetailPane  # noqa: PLC0415 - the first paint does without

        if detail is None:
            detail = DetailPane(self.session, self.subject, id="detail")
            await self.mount(detail, before=self.query_one(KeyLine))
        detail.display = True
        detail.tab_line.trail = self.entry.title
        if self.subject is not None:  # still: making the detail took a turn
            detail.show_subject(self.subject)

    async def watch_alone(self, alone: str) -> None:
        if not self.is_mounted:
            return
        self.set_class(alone == "detail", "-detail-alone")
        self.set_class(alone == "list", "-list-alone")
        await self._fit_detail()

    async def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= WIDE, "-beside")
        await self._fit_detail()

    # -- keys

    async def action_tab(self, tab: str) -> None:
        if self.subject is None:
            return
        if not self.has_room:
            self.alone = "detail"
        await self._fit_detail()
        if self.detail is not None:
            await self.detail.show_tab(tab)
            self.detail.focus_content()

    def action_zoom(self) -> None:
        if self.alone:
            self.alone = ""
            return
        detail = self.detail
        in_detail = detail is not None and detail.has_focus_within
        self.alone = "detail" if in_detail else "list"

    async def action_back(self) -> None:
        await self._step_back()

    async def action_back_or_quit(self) -> None:
        if not await self._step_back():
            await self.app.action_quit()

    async def _step_back(self) -> bool:
        detail = self.detail
        if detail is not None and detail.has_focus_within:
            if not detail.step_back():
                self.alone = ""
                self.pane.focus_content()
            return True
        if self.alone:
            self.alone = ""
            self.pane.focus_content()
            return True
        if self.pane.step_back():
            return True
        if self.entry.id != "functions":
            await self.open_pane(REGION_PANES["functions"])
            return True
        return False

    async def action_logs(self) -> None:
        """Opens the log of the subject, or of several functions where several are marked."""
        if len(self.pane.chosen()) > 1:
            await self.open_pane(REGION_PANES["logs"])
        elif self.subject is not None:
            await self._open_subject(self.subject, "logs")

    def action_window(self, step: int) -> None:
        """Shows metrics over the next longer window, or the next shorter one."""
        index = WINDOWS.index(self.session.window) + step
        if 0 <= index < len(WINDOWS):
            self.session.window = WINDOWS[index]
            for pane in self.query(Pane):
                pane.window_changed()

    # -- actions

    @property
    def acting_pane(self) -> Pane:
        """The pane that says what an action is done to: the detail where it has the focus, or the list."""
        detail = self.detail
        return detail if detail is not None and detail.has_focus_within else self.pane

    async def action_actions(self) -> None:
        """Offers everything that can be done."""
        self.acting.offer("Actions", ACTIONS)

    def action_act(self, key: str) -> None:
        """Does what a key stands for, after asking which of several that is."""
        self.acting.act(KEYS[key])

    async def action_undo(self) -> None:
        """Shows what was done here."""
        await self.open_pane(REGION_PANES["undo"])

    @on(Pane.UndoWanted)
    def _undo_wanted(self, event: Pane.UndoWanted) -> None:
        event.stop()
        self.acting.take_back(event.deed)

    def on_screen_suspend(self) -> None:
        """Takes what was told in passing away: it would cover what the dialog that was opened asks."""
        self.app.clear_notifications()

    def on_screen_resume(self) -> None:
        """Tells the keys anew, for which there was no need under a dialog."""
        self.refresh_bindings()

    def _refused(self, action: str) -> bool:
        """Whether a key would only tell why nothing can be done here and now."""
        key = action.removeprefix("act('").removesuffix("')")
        return bool(self.acting.refusal(KEYS[key]) if action.startswith("act(") else self.pane.refusal(action))

    def operation_changed(self, operation: Operation) -> None:
        """Something was done: what is on screen may be the past."""
        if not operation.running:
            for pane in self.query(Pane):
                pane.unmark(operation.did)
            for pane in self._shown_panes():
                pane.acted(operation.subjects)

    def _shown_panes(self) -> Iterable[Pane]:
        for pane in self.query(Pane):
            if all(node.display for node in pane.ancestors_with_self if isinstance(node, Widget)):
                yield pane

    def action_raw(self) -> None:
        if self.subject is not None:
            from lambdatui.ui.dialogs.raw_json import RawJson  # noqa: PLC0415

            self.app.push_screen(RawJson(self.session, self.subject))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in OF_FUNCTIONS and not self.pane.ABOUT_FUNCTIONS:
            return False
        if action in {"tab", "raw", "logs"} and self.subject is None:
            return None
        return True

    # -- what the session tells

    def inventory_changed(self, change: InventoryChange) -> None:
        """Passes a change of the inventory to whoever shows it."""
        for pane in self.query(Pane):
            pane.inventory_changed(change)

    def health_changed(self) -> None:
        """Passes on that more is known of how functions are doing."""
        for pane in self.query(Pane):
            pane.health_changed()

    def flights_changed(self) -> None:
        """Passes on that a shift got on, or that more is known of one."""
        for pane in self.query(Pane):
            pane.flights_changed()

    def error_logged(self, entry: LoggedError) -> None:
        """Passes an error to whoever shows it."""
        for pane in self.query(Pane):
            pane.error_logged(entry)

    def read_again(self) -> None:
        """Reads what is on screen anew."""
        for pane in self._shown_panes():
            pane.read_again()


def _pane_of(entry: PaneEntry, session: Session) -> Pane:
    assert entry.region is not None
    return load_pane(entry.region)(session, classes="region")
