"""A dialog that is read, scrolled and closed."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, ScreenResultType
from textual.widget import Widget

from lambdatui.ui.widgets.page import Page
from lambdatui.ui.widgets.plain_text import plain


class ReadingDialog(ModalScreen[ScreenResultType]):
    """Takes the whole height, and what it needs of the width.

    Args:
        title: what it is about.
        body: what is to be read.
        keys: what its keys do, for the frame.
    """

    DEFAULT_CSS = """
    ReadingDialog { background: $background; align: center top; }
    ReadingDialog > Page {
        width: 100%;
        max-width: 120;
        height: 100%;
        background: $panel;
        border: round $primary;
        padding: 0 1;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "close", "close", id="dialog.close")]

    def __init__(self, title: str, body: Widget, keys: str = "esc closes") -> None:
        super().__init__()
        self._page = Page(body)
        self._page.border_title = Text(plain(title)).markup
        self._page.border_subtitle = keys

    def compose(self) -> ComposeResult:
        yield self._page

    def on_mount(self) -> None:
        self._page.focus()

    def action_close(self) -> None:
        """Closes the dialog; one that gives something overrides this."""
        self.dismiss()
