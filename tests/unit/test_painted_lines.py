"""What is sent of a line that was painted before, and what that costs."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from lambdatui.ui.widgets.painted_lines import PLACING, PaintedLines, bytes_sent, changed_cells

RED = Style.parse("red")
CONSOLE = Console(file=io.StringIO())


def line(*parts: str, style: Style | None = None) -> Strip:
    return Strip([Segment(part, style) for part in parts])


@pytest.mark.parametrize(
    ("before", "after", "cells"),
    [
        (None, line("1 s text"), 8),
        (line("1 s text"), line("1 s text"), 0),
        (line("1 s text"), line("2 s text"), 1),
        (line("1 s text"), line("1 s next"), 5),
        (line("1 s text"), line("1 s tex!"), 8),
        (line("well"), line("unwell"), 6),
        (line("unwell"), line("well"), 6),
        (line("1 s ", "text"), line("2 s te", "xt"), 1),
        (line("1 s ", "te", "xt"), line("2 s text"), 1),
        (line("1 s text"), line("1 s text", style=RED), 8),
        (Strip([*line("1 s "), *line("text", style=RED)]), Strip([*line("1 s te"), *line("xt", style=RED)]), 6),
        (line("日 a"), line("本 a"), 2),
        (line("a日b"), line("b日b"), 1),
        (line("xe\u0301b"), line("ye\u0301b"), 2),
    ],
)
def test_what_changed_is_counted_from_the_left(before, after, cells):
    assert changed_cells(before, after) == cells


def test_a_line_is_stale_as_far_as_it_changed():
    text = ["1 s text", "2 s text"]
    lines = PaintedLines(lambda y: line(text[y]))
    for y in (0, 1):
        lines.paint(y)
    text[1] = "3 s text"
    assert lines.stale(2) == (Region(0, 1, 1, 1),)


def test_a_line_below_the_height_is_not_stale():
    text = ["before"]
    lines = PaintedLines(lambda y: line(text[y]))
    lines.paint(0)
    text[0] = "after"
    assert lines.stale(0) == ()


def test_nothing_is_stale_that_was_forgotten():
    text = ["before"]
    lines = PaintedLines(lambda y: line(text[y]))
    lines.paint(0)
    text[0] = "after"
    lines.forget()
    assert (lines.stale(1), bool(lines)) == ((), False)


def test_bytes_are_counted_as_they_are_sent():
    assert bytes_sent(line("1 日本"), line("2 日本"), CONSOLE) == len(b"2") + PLACING
    assert bytes_sent(None, line("1 日本"), CONSOLE) == len("1 日本".encode()) + PLACING
