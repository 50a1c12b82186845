"""A chart of a few traces over one stretch of time, with a line that names and reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from math import floor, log10
from typing import Any, Literal

from textual.app import ComposeResult
from textual.color import Color
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region
from textual.widgets import Static
from textual_plotext import PlotextPlot

from lambdatui.insight.series import Values
from lambdatui.ui import figures
from lambdatui.ui.widgets.plain_text import plain

WRITTEN = {"Count": figures.short, "Milliseconds": figures.duration, "Share": figures.percent}
"""How a value is written, by its unit; a share is 0..1."""
AXIS = 7
"""Cells left of the canvas: the longest number and the axis. The same in all charts, so that their times align."""
LEVEL, MARK, CURSOR, CURSOR_HEAD = "─", "│", "┃", "▼"
NEAR = 4
"""How many times the highest value a limit may be to be drawn: a farther one would leave no room for the values."""
_STEPS = (1, 2, 4, 6, 8, 10)
"""Where an axis may end, times a power of ten: what can be halved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One series of values as it is drawn: its glyph tells it from the others where there are no colours."""

    label: str
    values: Values
    """One for each bucket; None leaves a gap."""
    glyph: str
    colour: str
    """By its name in the theme."""
    drawn: Literal["area", "line", "dots"] = "line"
    """Dots leave out zeros, for they are what trouble looks like."""
    adds_up: bool = False
    """Whether the sum says something; else the greatest value does."""
    note: str = ""
    """Why some of it is not known."""


@dataclass(frozen=True, slots=True)
class Level:
    """A value that is a limit."""

    label: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """All that a chart shows, but for the cursor."""

    title: str
    unit: Literal["Count", "Milliseconds", "Share"]
    buckets: int
    traces: tuple[Trace, ...]
    levels: tuple[Level, ...] = ()
    ticks: tuple[tuple[float, str], ...] = ()
    """Times on the axis: bucket, and what is written there."""
    marks: tuple[tuple[int, str], ...] = ()
    """Buckets with a line through them, and the letter above it."""

    @property
    def empty(self) -> bool:
        return all(value is None for trace in self.traces for value in trace.values)

    def read(self, trace: Trace, cursor: int | None) -> str:
        """The value of a trace in a bucket, or that of all buckets together."""
        write = WRITTEN[self.unit]
        if cursor is not None:
            value = trace.values[cursor]
            return "-" if value is None else write(value)
        known = [value for value in trace.values if value is not None]
        if not known:
            return "-"
        return write(sum(known)) if trace.adds_up else f"max {write(max(known))}"


class TimeChart(Vertical):
    """Draws from a baseline of zero. What did not change is not painted again."""

    DEFAULT_CSS = """
    TimeChart { height: 1fr; padding: 0 1 0 0; }
    TimeChart Static { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._heading = Static(markup=False)
        self._plot = PlotextPlot()
        self.drawing: Drawing | None = None
        self._cursor: int | None = None

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self._plot

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._draw())

    def show(self, drawing: Drawing, cursor: int | None) -> None:
        """Shows a drawing, with the cursor on a bucket or nowhere."""
        if (drawing, cursor) == (self.drawing, self._cursor):
            return
        before, columns = self.drawing, {self._cursor, cursor}
        self.drawing, self._cursor = drawing, cursor
        self._heading.update(heading(drawing, cursor), layout=False)
        self._draw(*(self._column(at) for at in columns if at is not None) if before == drawing else ())

    def _column(self, bucket: int) -> Region:
        """Where a bucket is painted, with a cell to spare at each side."""
        assert self.drawing is not None
        width = self._plot.size.width - AXIS
        cell = AXIS + round(bucket / max(self.drawing.buckets - 1, 1) * (width - 1))
        return Region(cell - 1, 0, 3, self._plot.size.height)

    def _draw(self, *regions: Region) -> None:
        if self.drawing is None:
            return
        plot: Any = self._plot.plt
        plot.clear_figure()
        Plotting(plot, self.drawing, self._colour).draw(self._cursor)
        self._plot.refresh(*regions)

    def _colour(self, name: str) -> tuple[int, int, int]:
        return Color.parse(self.app.theme_variables[name]).rgb


def heading(drawing: Drawing, cursor: int | None) -> Content:
    """What is drawn, by glyph, with the values under the cursor."""
    parts: list[Content | tuple[str, str]] = [(f" {drawing.title}", "bold")]
    for trace in drawing.traces:
        parts += [
            (f"  {trace.glyph} ", f"${trace.colour}"),
            (f"{plain(trace.label)} ", "$secondary"),
            Content(drawing.read(trace, cursor)),
        ]
        if trace.note:
            parts.append((f" {plain(trace.note)}", "$warning"))
    for level in drawing.levels:
        parts.append((f"  {LEVEL} {level.label} {WRITTEN[drawing.unit](level.value)}", "$secondary"))
    return Content.assemble(*parts)


def ceiling(highest: float, unit: str) -> float:
    """Where the axis ends: a round number that is not below the highest value. A count has no halves."""
    least = 2.0 if unit == "Count" else 1.0 if unit == "Milliseconds" else 0.01
    highest = max(highest, least)
    power: float = 10.0 ** floor(log10(highest))
    return next(step * power for step in _STEPS if highest <= step * power * (1 + 1e-9))


@dataclass(frozen=True, slots=True)
class Plotting:
    """Puts a drawing on a figure of plotext.

    Args:
        figure: a clear one.
        colour: red, green and blue by the name of a colour in the theme.
    """

    figure: Any
    drawing: Drawing
    colour: Any

    def draw(self, cursor: int | None) -> None:
        """Draws what may be hidden first, and the cursor last."""
        figure, drawing = self.figure, self.drawing
        values = [value for trace in drawing.traces for value in trace.values if value is not None]
        near = [level.value for level in drawing.levels if not values or level.value <= NEAR * max(values)]
        top = ceiling(max([*values, *near], default=0.0), drawing.unit)
        figure.xlim(0, max(drawing.buckets - 1, 1))
        figure.ylim(0, top)
        figure.xaxes(True, False)
        figure.yaxes(True, False)
        write = WRITTEN[drawing.unit]
        heights = (0.0, top / 2, top)
        figure.yticks(heights, [write(height).rjust(AXIS - 1) for height in heights])
        figure.xticks([at for at, _ in drawing.ticks], [told for _, told in drawing.ticks])
        figure.plot([0, max(drawing.buckets - 1, 1)], [0, 0], marker=" ")  # without a point, plotext draws no axis
        for trace in drawing.traces:
            if trace.drawn == "area":
                self._trace(trace)
        self._levels(top)
        for trace in drawing.traces:
            if trace.drawn != "area":
                self._trace(trace)
        for bucket, letter in drawing.marks:
            self._upright(bucket, letter, MARK, "warning", top)
        if cursor is not None:
            self._upright(cursor, CURSOR_HEAD, CURSOR, "accent", top)
        if drawing.empty:
            self._write("no data", drawing.buckets / 2, top / 2, "secondary")

    def _trace(self, trace: Trace) -> None:
        colour = self.colour(trace.colour)
        for buckets, values in _pieces(trace):
            if trace.drawn == "area":
                self.figure.plot(buckets, values, marker=trace.glyph, color=colour, fillx=True)
            elif trace.drawn == "line":
                self.figure.plot(buckets, values, marker=trace.glyph, color=colour)
            else:
                self.figure.scatter(buckets, values, marker=trace.glyph, color=colour)

    def _levels(self, top: float) -> None:
        for level in self.drawing.levels:
            if level.value <= top:
                ends = [0, max(self.drawing.buckets - 1, 1)]
                self.figure.plot(ends, [level.value] * 2, marker=LEVEL, color=self.colour("secondary"))

    def _upright(self, bucket: int, head: str, glyph: str, colour: str, top: float) -> None:
        self.figure.plot([bucket, bucket], [0, top], marker=glyph, color=self.colour(colour))
        self._write(head, bucket, top, colour)

    def _write(self, text: str, bucket: float, value: float, colour: str) -> None:
        ground = self.colour("surface")
        self.figure.text(text, bucket, value, color=self.colour(colour), background=ground, alignment="center")


def _pieces(trace: Trace) -> Iterator[tuple[list[int], list[float]]]:
    """The stretches without a gap: buckets and values."""
    hidden = (None, 0.0) if trace.drawn == "dots" else (None,)
    for known, piece in groupby(enumerate(trace.values), key=lambda point: point[1] not in hidden):
        if known:
            points = [(bucket, value) for bucket, value in piece if value is not None]
            yield [bucket for bucket, _ in points], [value for _, value in points]
