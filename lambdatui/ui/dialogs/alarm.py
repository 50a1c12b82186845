"""`enter` on an alarm: all that a row has no room for, and the way to the function that it watches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from lambdatui.ui.dialogs.reading_dialog import ReadingDialog
from lambdatui.ui.widgets.section_view import Section, SectionView


class AlarmFacts(ReadingDialog[bool]):
    """All that is known of one alarm; gives whether its function is to be opened.

    Args:
        title: the alarm's name.
        sections: what is known.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "function", id="alarm.open", tooltip="open the function that it watches"),
    ]

    def __init__(self, title: str, sections: Sequence[Section]) -> None:
        self._sections = sections
        self._view = SectionView()
        super().__init__(title, self._view, "enter opens the function, esc closes")

    def on_mount(self) -> None:
        self._view.show(self._sections)

    def action_open(self) -> None:
        self.dismiss(True)
