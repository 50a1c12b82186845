"""A widget of lines that depend on how wide it is, and that make it as high as they are many."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from textual.content import Content
from textual.geometry import Size
from textual.reactive import Reactive
from textual.strip import Strip

from lambdatui.ui.widgets.line_view import LineView

EMPTY = Content("")


class FlowingView(LineView):
    """Breaks lines for the width that the layout gives it, and draws those that are seen. A subclass breaks them."""

    DEFAULT_CSS = """
    FlowingView { height: auto; }
    """

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False, repaint=False)
    """As in every widget, save that what the layout has just made as high as its lines is laid out only once."""

    def __init__(self) -> None:
        super().__init__()
        self._width = 0
        self._lines: Sequence[Content] = ()
        """What is shown, broken for that width."""

    @abstractmethod
    def _broken(self, width: int) -> Sequence[Content]:
        """What is shown, line by line, none of them wider than so many cells."""

    def _show(self) -> None:
        """Repaints the lines that changed, and lays the screen out anew where they take more room or less."""
        height = len(self._lines)
        self._break(self._width)
        self.refresh(layout=not self._width or len(self._lines) != height)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        if width != self._width:
            self._break(width)
        return len(self._lines)

    def _room_changed(self) -> None:
        if self._room.width != self._width:
            self._break(self._room.width)

    def _line(self, y: int) -> Strip:
        return self._drawn("line", self._lines[y] if y < len(self._lines) else EMPTY)

    def _break(self, width: int) -> None:
        self._width = width
        if width:  # else nobody knows yet how wide it is to be
            self._lines = self._broken(width)
