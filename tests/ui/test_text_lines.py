"""A long text to read and to search."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from textual.app import App, ComposeResult

from lambdatui.ui.widgets.text_lines import TextLine, TextLines


class Reader(App[None]):
    """Nothing but a text, twenty cells wide and five high."""

    CSS = "TextLines { scrollbar-size-vertical: 0; }"

    def compose(self) -> ComposeResult:
        yield TextLines()


@pytest.fixture
async def text() -> AsyncIterator[TextLines]:
    app = Reader()
    async with app.run_test(size=(20, 5)):
        yield app.query_one(TextLines)


def seen(text: TextLines) -> list[str]:
    return [text.render_line(y).text.rstrip() for y in range(5)]


def found(text: TextLines) -> list[str]:
    """What is marked, row by row."""
    return [
        segment.text for y in range(5) for segment in text.render_line(y) if segment.style and segment.style.reverse
    ]


async def test_what_is_too_wide_is_folded_and_nothing_of_it_lost(text: TextLines) -> None:
    text.show([TextLine("x" * 45), TextLine("東京" * 6)])
    assert seen(text) == ["x" * 20, "x" * 20, "x" * 5, "東京" * 5, "東京"]


async def test_a_text_is_found_whatever_its_case_and_scrolled_to(text: TextLines) -> None:
    text.show([TextLine(f"row {number}") for number in range(100)])
    assert text.find("ROW 77")
    assert "row 77" in seen(text)
    assert "".join(found(text)) == "row 77"


async def test_the_next_place_follows_and_after_the_last_comes_the_first(text: TextLines) -> None:
    text.show([TextLine("a1"), *(TextLine("-") for _ in range(50)), TextLine("a2")])
    places = []
    for further in (False, True, True):
        assert text.find("a", further=further)
        places.append(next(line for line in seen(text) if line.startswith("a")))
    assert places == ["a1", "a2", "a1"]


async def test_a_text_across_a_fold_is_marked_on_both_rows(text: TextLines) -> None:
    text.show([TextLine(f"{'-' * 18}needle")])
    text.find("needle")
    assert found(text) == ["ne", "edle"]


async def test_what_stands_nowhere_is_not_found(text: TextLines) -> None:
    text.show([TextLine("a")])
    assert not text.find("b")
    assert not text.find("")


async def test_what_would_move_the_cursor_is_harmless(text: TextLines) -> None:
    text.show([TextLine("\x1b[2J[b]x[/b]")])
    assert seen(text)[0] == "␛[2J[b]x[/b]"
