"""The top line: where we are, who we are, whether we may write, and how old the picture is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from lambdatui.ui.widgets.plain_text import plain

GAP = 2
"""Cells at least between both sides."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the top line."""

    text: str
    style: str = ""
    yields: int = 0
    """Where there is no room for all, those with the highest number are left out first, and those with 0 never are."""

    @property
    def content(self) -> Content:
        return Content.styled(plain(self.text), self.style)


class HeaderLine(Widget):
    """One line: the place at the left, the state of the picture at the right."""

    DEFAULT_CSS = """
    HeaderLine {
        height: 1;
        background: $panel;
        color: $foreground;
    }
    """

    place: reactive[tuple[Part, ...]] = reactive(())
    state: reactive[tuple[Part, ...]] = reactive(())

    def render(self) -> Content:
        width = self.size.width - 1
        place = state = Content("")
        for most in sorted({0, *(part.yields for part in (*self.place, *self.state))}, reverse=True):
            place, state = _joined(self.place, most, ""), _joined(self.state, most, " · ")
            if place.cell_length + GAP + state.cell_length <= width:
                break
        state = state.truncate(max(0, width - GAP - place.cell_length), ellipsis=True)
        return Content.assemble(place, " " * max(1, width - place.cell_length - state.cell_length), state)


def _joined(parts: Iterable[Part], most: int, apart: str) -> Content:
    """The parts that yield no sooner than those of a number."""
    return Content(apart).join(part.content for part in parts if part.yields <= most)
