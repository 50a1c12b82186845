"""The operator's yes: a key, or on a protected profile a name that is typed."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from lambdatui.ui.widgets.frame import Frame
from lambdatui.ui.widgets.plain_text import plain, plain_lines


class TypedName(Vertical):
    """Confirms when what is typed is what was asked for, which stands above it all the while.

    Args:
        name: what is asked for at first.
    """

    DEFAULT_CSS = """
    TypedName { height: auto; }
    TypedName Static { color: $warning; }
    TypedName Input { background: $surface; }
    """

    class Confirmed(Message):
        """The name was typed."""

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self._asked = Static("", markup=False)
        self.field = Input(compact=True)
        self.field.cursor_blink = False  # blinking costs bytes, for nothing that is new
        self.ask(name)

    def compose(self) -> ComposeResult:
        yield self._asked
        yield self.field

    def ask(self, name: str) -> None:
        """Asks for a name, from the beginning."""
        self._wanted = plain(name)
        self._asked.update(f"this profile is protected: type {self._wanted} to confirm")
        self.field.clear()

    @on(Input.Submitted)
    def _compare(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip() == self._wanted:
            self.post_message(self.Confirmed())
        else:
            self.notify(f"that is not it: type {self._wanted} to confirm", severity="warning", markup=False)


class Confirmation(ModalScreen[bool]):
    """Gives whether the operator agrees. `enter` alone never does.

    Args:
        question: what would be done, and what is to be known of it.
        to_type: the name that has to be typed; empty where a key is enough.
    """

    DEFAULT_CSS = "Confirmation { align: center middle; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "agree", "yes", id="confirmation.yes", tooltip="do it"),
        Binding("escape", "decline", "back", id="confirmation.back", tooltip="leave everything as it is"),
        Binding("n,q,enter", "decline", "no", id="confirmation.no", tooltip="leave everything as it is"),
    ]

    def __init__(self, question: str, to_type: str = "") -> None:
        super().__init__()
        self._question = question
        self._to_type = to_type

    def compose(self) -> ComposeResult:
        yes = "enter confirms" if self._to_type else "{confirmation.yes} does it"
        with Frame(keys=yes + " · {confirmation.back} goes back"):
            yield Static(Content("\n".join(plain_lines(self._question))), markup=False)
            if self._to_type:
                yield TypedName(self._to_type)

    @on(TypedName.Confirmed)
    def _confirmed(self) -> None:
        self.dismiss(True)

    def action_agree(self) -> None:
        if not self._to_type:
            self.dismiss(True)

    def action_decline(self) -> None:
        self.dismiss(False)
