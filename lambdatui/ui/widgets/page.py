"""Something to read that is longer than the screen."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.reactive import Reactive

AT_ONCE = {"animate": False, "immediate": True}


class Page(VerticalScroll):
    """Scrolls by the keys that move through lists, too."""

    DEFAULT_CSS = """
    Page { scrollbar-size-vertical: 1; }
    """

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False, repaint=False)
    """As in every scroll view, save that the layout which found more or fewer lines in it is not followed by another;
    where its scroll bar comes or goes there still is one.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_up", "up", show=False, id="page.up", tooltip="scroll up"),
        Binding("down,j", "scroll_down", "down", show=False, id="page.down", tooltip="scroll down"),
        Binding("pageup,ctrl+b", "page_up", "page up", show=False, id="page.page_up", tooltip="a page up"),
        Binding("pagedown,ctrl+f", "page_down", "page down", show=False, id="page.page_down", tooltip="a page down"),
        Binding("home,g", "scroll_home", "top", show=False, id="page.top", tooltip="to the top"),
        Binding("end,G", "scroll_end", "bottom", show=False, id="page.bottom", tooltip="to the bottom"),
    ]

    # Put off until the next refresh, as Textual does, several keys that come before it would count as one.

    def scroll_to(self, x: float | None = None, y: float | None = None, **how: Any) -> None:
        super().scroll_to(x, y, **{**how, **AT_ONCE})

    def scroll_end(self, **how: Any) -> None:
        super().scroll_end(**{**how, **AT_ONCE})
