"""What a dialog stands in: its title above, its keys below."""

from __future__ import annotations

from rich.text import Text
from textual.containers import Vertical
from textual.widget import Widget

from lambdatui.ui.widgets.plain_text import plain


class Frame(Vertical):
    """As high as what is in it, and never higher than the screen.

    Args:
        children: what is in it.
        title: what the dialog is about.
        keys: what its keys do.
    """

    DEFAULT_CSS = """
    Frame {
        width: 100%;
        max-width: 110;
        height: auto;
        max-height: 100%;
        background: $panel;
        border: round $primary;
        padding: 0 1;
    }
    """

    def __init__(self, *children: Widget, title: str = "", keys: str = "") -> None:
        super().__init__(*children)
        self.entitle(title)
        self.border_subtitle = keys

    def entitle(self, title: str) -> None:
        """Says what the dialog is about."""
        self.border_title = Text(plain(title)).markup
