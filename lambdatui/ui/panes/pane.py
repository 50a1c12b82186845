"""What every pane is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.message import Message
from textual.widget import Widget
from textual.worker import Worker

from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError
from lambdatui.models.function import FunctionSummary
from lambdatui.ui import session as sessions

if TYPE_CHECKING:
    from lambdatui.actions.action import Subject
    from lambdatui.actions.journal import Deed
    from lambdatui.ui.session import InventoryChange, LoggedError, Session

IDLE_MS = 10 * 60_000
"""After so long without a key, nobody is there for whom an answer would be worth its price."""


class Pane(Widget):
    """Shows one kind of thing: of the whole region, or of the function that is its subject.

    Args:
        session: what the panes share.
        subject: the function that a tab is about; None for a pane of the region.
    """

    DEFAULT_CSS = """
    Pane { height: 1fr; }
    """

    ABOUT_FUNCTIONS: ClassVar[bool] = True
    """Whether what it shows leads to functions, so that the keys for what can be done to them and seen of them work."""

    class SubjectChanged(Message):
        """The operator's eye moved to another function (or to none)."""

        def __init__(self, pane: Pane, function: FunctionSummary | None) -> None:
            super().__init__()
            self.pane = pane
            self.function = function

    class SubjectOpened(Message):
        """The operator drilled into a function; `tab` says what of it to open, None the tab that was open last."""

        def __init__(self, function: FunctionSummary, tab: str | None = None) -> None:
            super().__init__()
            self.function = function
            self.tab = tab

    class PlaceWanted(Message):
        """The operator wants to go to a pane of the region."""

        def __init__(self, place: str) -> None:
            super().__init__()
            self.place = place

    class UndoWanted(Message):
        """The operator wants to see what would take something back."""

        def __init__(self, deed: Deed) -> None:
            super().__init__()
            self.deed = deed

    class InventoryWanted(Message):
        """The inventory is to be read anew."""

    def __init__(self, session: Session, subject: FunctionSummary | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.session = session
        self.subject = subject
        self.hidden = True
        """Whether nobody can see it; until it is shown for the first time, too."""
        self._asking: dict[str, Worker[None]] = {}

    @classmethod
    def contents(cls) -> tuple[tuple[type[Widget], ...], ...]:
        """What of its widgets can be in focus, each after those that it stands in: they have keys of their own."""
        return ((),)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        self.session.log_fault(event.worker.description, event.worker.error)

    # -- asking again and again, while it is shown

    def on_mount(self) -> None:
        """A pane is mounted to be seen; Textual may find it shown before it has a place, and never say so."""
        self.on_show()

    def on_show(self) -> None:
        if self.hidden:
            self.hidden = False
            self.start_asking()

    def on_hide(self) -> None:
        """What nobody sees is not asked for."""
        self.hidden = True
        for worker in self._asking.values():
            worker.cancel()
        self._asking.clear()

    def start_asking(self) -> None:
        """Calls `keep_asking` for all that is to be asked again and again; called whenever the pane is shown."""

    def keep_asking(
        self,
        about: str,
        turn: Callable[[], Awaitable[None]],
        failed: Callable[[ConsoleError], None],
        *,
        group: str = "",
        rest_s: float = 0.0,
        urgent: bool = False,
    ) -> None:
        """Takes one turn after another until the pane is hidden; nothing while it is. After a failure it waits, the
        longer the more there were.

        Args:
            about: what is asked for, as the error log names it.
            turn: asks, where it is `watched`, and returns when it is time for the next turn.
            failed: told of the error that ended a turn, which is in the error log then.
            group: of those of a group, the last one goes on; each is a group of its own unless this is given.
            rest_s: seconds before the first turn, for a cursor that may move on.
            urgent: does not leave the processor to the first reading of the functions.
        """
        if not self.hidden:
            self._asking[group or about] = self.run_worker(
                self._keep_asking(about, turn, failed, rest_s, urgent=urgent),
                group=group or about,
                exclusive=True,
                exit_on_error=False,
                description=about,
            )

    async def _keep_asking(
        self,
        about: str,
        turn: Callable[[], Awaitable[None]],
        failed: Callable[[ConsoleError], None],
        rest_s: float,
        *,
        urgent: bool,
    ) -> None:
        await asyncio.sleep(rest_s)
        if not urgent:
            await self.session.first_reading()
        wait_s = sessions.FIRST_RETRY_S
        while True:
            try:
                await turn()
                wait_s = sessions.FIRST_RETRY_S
            except ConsoleError as error:
                self.session.log(about, error)
                failed(error)
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, sessions.LONGEST_RETRY_S)

    @property
    def watched(self) -> bool:
        """Whether somebody is there to see it: the terminal has the focus, and a key was pressed lately."""
        return self.app.app_focus and now_ms() - self.session.active_ms < IDLE_MS

    def tell_subject(self, function: FunctionSummary | None) -> None:
        """Tells that the operator's eye moved here to another function, or to none."""
        self.post_message(self.SubjectChanged(self, function))

    # -- what the main screen asks of it

    def focus_content(self) -> None:
        """Puts the focus where the operator's keys should go when the pane opens."""

    def show_subject(self, subject: FunctionSummary) -> None:
        """Shows another function, or the same one as it is now; a tab overrides this."""
        self.subject = subject

    def chosen(self) -> tuple[str, ...]:
        """The names of the functions that the operator chose here, for a pane that is about several."""
        return ()

    def subjects(self) -> tuple[Subject, ...]:
        """What an action would be done to from here, and nothing else: the function that the pane is about."""
        from lambdatui.actions.action import Subject  # noqa: PLC0415 - the first paint does without

        return (Subject(function=self.subject.name),) if self.subject is not None else ()

    def refusal(self, action: str) -> str:
        """Why the action of one of its keys would do nothing here and now, as pressing it tells; empty where it does
        something. A pane whose keys do not always do something overrides this."""
        return ""

    def acted(self, subjects: Sequence[Subject]) -> None:
        """An action was done, and what is shown may be the past; a pane that reads nothing overrides this."""
        self.read_again()

    def unmark(self, over: Callable[[Subject], bool]) -> None:
        """An action is over with some of what may be marked here; a pane that has marks overrides this."""

    def inventory_changed(self, change: InventoryChange) -> None:
        """The inventory changed; a pane that shows some of it overrides this."""

    def error_logged(self, entry: LoggedError) -> None:
        """Something went wrong somewhere; the error log overrides this."""

    def health_changed(self) -> None:
        """More is known of how functions are doing; a pane that says it overrides this."""

    def flights_changed(self) -> None:
        """A shift got on, or more is known of one; a pane that says it overrides this."""

    def window_changed(self) -> None:
        """The session's window is another one; a pane that shows metrics overrides this."""

    def read_again(self) -> None:
        """The operator asked to read what is shown anew (`ctrl+r`)."""

    def step_back(self) -> bool:
        """Undoes the pane's own last step in (a filter, marks); False if there is none."""
        return False
