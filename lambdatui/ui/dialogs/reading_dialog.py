"""A dialog that is read, scrolled and closed."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, ScreenResultType
from textual.widget import Widget

from lambdatui.ui.widgets.frame import Frame
from lambdatui.ui.widgets.page import Page


class ReadingDialog(ModalScreen[ScreenResultType]):
    """Takes the whole height, and what it needs of the width.

    Args:
        title: what it is about.
        body: what is to be read.
        keys: what its keys do, as the frame reads it.
    """

    DEFAULT_CSS = """
    ReadingDialog { background: $background; align: center top; }
    ReadingDialog > Frame { max-width: 120; height: 100%; padding: 0; }
    ReadingDialog Page { padding: 0 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "close", "close", id="dialog.close")]

    def __init__(self, title: str, body: Widget, keys: str = "{dialog.close} closes") -> None:
        super().__init__()
        self._page = Page(body)
        self._frame = Frame(self._page, title=title, keys=keys)

    def compose(self) -> ComposeResult:
        yield self._frame

    def on_mount(self) -> None:
        self._page.focus()

    def action_close(self) -> None:
        """Closes the dialog; one that gives something overrides this."""
        self.dismiss()
