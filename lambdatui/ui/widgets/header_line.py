"""The top line: where we are, who we are, whether we may write, and how old the picture is."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget


class HeaderLine(Widget):
    """One line: the place at the left, the state of the picture at the right."""

    DEFAULT_CSS = """
    HeaderLine {
        height: 1;
        background: $panel;
        color: $foreground;
    }
    """

    place: reactive[Content] = reactive(Content(""))
    state: reactive[Content] = reactive(Content(""))

    def render(self) -> Content:
        width = self.size.width
        state = self.state
        place = self.place.truncate(max(0, width - state.cell_length - 2), ellipsis=True)
        gap = max(1, width - place.cell_length - state.cell_length - 1)
        return Content.assemble(place, " " * gap, state)
