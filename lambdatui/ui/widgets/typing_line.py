"""A line to type in, that a pane opens for one thing and closes again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.widgets import Input


class TypingLine(Input):
    """Asks for one thing.

    Args:
        text: what stands there at first.
        kind: what is asked for; comes back with every message.
        placeholder: what may be typed.
    """

    DEFAULT_CSS = """
    TypingLine { height: 1; border: none; padding: 0 1; background: $panel; }
    TypingLine:focus { border: none; background: $panel; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "take", id="filter.keep", tooltip="take what was typed"),
        Binding("escape", "drop", "clear", id="filter.clear", tooltip="clear it, or leave things as they were"),
    ]

    @dataclass
    class Typed(Message):
        """The text has changed."""

        line: TypingLine
        text: str

    @dataclass
    class Done(Message):
        """The operator has taken the text, or dropped it."""

        line: TypingLine
        text: str
        kept: bool

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)
    """As in every scroll view, save that a longer text is no reason to lay out the whole screen again."""

    def __init__(self, text: str, *, kind: str = "", placeholder: str = "") -> None:
        super().__init__(text, placeholder=placeholder, select_on_focus=False, compact=True)
        self.kind = kind
        self.cursor_blink = False  # blinking costs bytes, for nothing that is new

    def watch_value(self, value: str) -> None:
        if self.is_mounted:
            self.post_message(self.Typed(self, value))

    async def action_keep(self) -> None:
        """Takes the text."""
        self.post_message(self.Done(self, self.value, kept=True))

    async def action_drop(self) -> None:
        """Leaves without it."""
        self.post_message(self.Done(self, self.value, kept=False))
