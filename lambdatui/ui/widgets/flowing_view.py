"""A widget of lines that depend on how wide it is, and that make it as high as they are many."""

from __future__ import annotations

from abc import abstractmethod

from textual.geometry import Size
from textual.strip import Strip
from textual.visual import Visual, VisualType, visualize

from lambdatui.ui.widgets.line_view import LineView


class FlowingView(LineView):
    """Draws for the width that the layout gives it, before anybody sees it. A subclass says what, for any width."""

    DEFAULT_CSS = """
    FlowingView { height: auto; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._width = 0
        self._lines: list[Strip] = []
        """What is shown, as it is drawn at that width."""

    @abstractmethod
    def _drawing(self, width: int) -> VisualType:
        """What is shown, for so many cells."""

    def _show(self) -> None:
        """Repaints the lines that changed, and lays the screen out anew where they take more room or less."""
        height = len(self._lines)
        self._draw(self._width)
        self.refresh(layout=not self._width or len(self._lines) != height)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        if width != self._width:
            self._draw(width)
        return len(self._lines)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._draw(self._width)

    def _room_changed(self) -> None:
        if self._room.width != self._width:
            self._draw(self._room.width)

    def _line(self, y: int) -> Strip:
        return self._lines[y] if y < len(self._lines) else Strip.blank(self._width)

    def _draw(self, width: int) -> None:
        self._width = width
        if width:  # else nobody knows yet how wide it is to be
            self._lines = Visual.to_strips(self, visualize(self, self._drawing(width)), width, None, self.visual_style)
