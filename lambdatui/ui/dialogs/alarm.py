"""`enter` on an alarm: all that a row has no room for, and the way to the function that it watches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from lambdatui.ui.dialogs.facts import Facts
from lambdatui.ui.widgets.section_view import Section


class AlarmFacts(Facts[bool]):
    """All that is known of one alarm; gives whether its function is to be opened.

    Args:
        title: the alarm's name.
        sections: what is known.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "function", id="alarm.open", tooltip="open the function that it watches"),
    ]

    def __init__(self, title: str, sections: Sequence[Section]) -> None:
        super().__init__(title, sections, "{alarm.open} opens the function, {dialog.close} closes")

    def action_open(self) -> None:
        self.dismiss(True)
