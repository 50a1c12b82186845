"""What every pane is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.message import Message
from textual.widget import Widget
from textual.worker import Worker

from lambdatui.models.function import FunctionSummary

if TYPE_CHECKING:
    from lambdatui.ui.session import InventoryChange, LoggedError, Session


class Pane(Widget):
    """Shows one kind of thing: of the whole region, or of the function that is its subject.

    Args:
        session: what the panes share.
        subject: the function that a tab is about; None for a pane of the region.
    """

    DEFAULT_CSS = """
    Pane { height: 1fr; }
    """

    class SubjectChanged(Message):
        """The operator's eye moved to another function (or to none)."""

        def __init__(self, function: FunctionSummary | None) -> None:
            super().__init__()
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

    class InventoryWanted(Message):
        """The inventory is to be read anew."""

    def __init__(self, session: Session, subject: FunctionSummary | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.session = session
        self.subject = subject

    @classmethod
    def contents(cls) -> tuple[tuple[type[Widget], ...], ...]:
        """What of its widgets can be in focus, each after those that it stands in: they have keys of their own."""
        return ((),)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        self.session.log_fault(event.worker.description, event.worker.error)

    def focus_content(self) -> None:
        """Puts the focus where the operator's keys should go when the pane opens."""

    def show_subject(self, subject: FunctionSummary) -> None:
        """Shows another function, or the same one as it is now; a tab overrides this."""
        self.subject = subject

    def chosen(self) -> tuple[str, ...]:
        """The names of the functions that the operator chose here, for a pane that is about several."""
        return ()

    def inventory_changed(self, change: InventoryChange) -> None:
        """The inventory changed; a pane that shows some of it overrides this."""

    def error_logged(self, entry: LoggedError) -> None:
        """Something went wrong somewhere; the error log overrides this."""

    def health_changed(self) -> None:
        """More is known of how functions are doing; a pane that says it overrides this."""

    def window_changed(self) -> None:
        """The session's window is another one; a pane that shows metrics overrides this."""

    def read_again(self) -> None:
        """The operator asked to read what is shown anew (`ctrl+r`)."""

    def step_back(self) -> bool:
        """Undoes the pane's own last step in (a filter, marks); False if there is none."""
        return False
