"""A page of charts: two side by side where there is room, and keys that move through time."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from lambdatui.ui.widgets.page import Page

TWO_COLUMNS = 110
"""From as many cells on two charts stand side by side."""
CHART_HEIGHT = 9
"""Lines that a chart needs at least."""


class ChartPage(Page):
    """Scrolls through the charts by up and down; left and right move the cursor through time."""

    DEFAULT_CSS = """
    ChartPage #facts, ChartPage #notice { height: auto; padding: 0 1; }
    ChartPage #charts { layout: grid; grid-size: 1; grid-rows: 1fr; height: 1fr; }
    ChartPage.-two #charts { grid-size: 2; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "earlier", id="metrics.earlier", show=False, tooltip="read the values before"),
        Binding("right", "move(1)", "later", id="metrics.later", show=False, tooltip="read the values after"),
        Binding("enter", "open", "logs", id="metrics.open", show=False, tooltip="the log at the moment that is read"),
    ]

    class Moved(Message):
        """The cursor is to go so many buckets on."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class Opened(Message):
        """The moment under the cursor is to be opened."""

    def action_move(self, by: int) -> None:
        self.post_message(self.Moved(by))

    def action_open(self) -> None:
        self.post_message(self.Opened())

    def on_resize(self) -> None:
        self.fit()

    def fit(self) -> None:
        """Gives the charts that are shown the room there is, and as much as they need where there is less."""
        two = self.size.width >= TWO_COLUMNS
        self.set_class(two, "-two")
        charts = self.query_one("#charts")
        shown = sum(chart.display for chart in charts.children)
        rows = -(-shown // (2 if two else 1))
        charts.styles.min_height = rows * CHART_HEIGHT
