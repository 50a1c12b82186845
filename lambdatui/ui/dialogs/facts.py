"""All that is known of one thing, in sections."""

from __future__ import annotations

from collections.abc import Sequence

from textual.screen import ScreenResultType

from lambdatui.ui.dialogs.reading_dialog import ReadingDialog
from lambdatui.ui.widgets.section_view import Section, SectionView


class Facts(ReadingDialog[ScreenResultType]):
    """Shows what a row has no room for.

    Args:
        title: what it is about.
        sections: what is known.
        keys: what its keys do, as the frame reads it.
    """

    def __init__(self, title: str, sections: Sequence[Section], keys: str = "{dialog.close} closes") -> None:
        self._sections = sections
        self._view = SectionView()
        super().__init__(title, self._view, keys)

    def on_mount(self) -> None:
        self._view.show(self._sections)
