"""`?` - the keys of what is in focus, its own first, and the language of filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from lambdatui.ui.dialogs.reading_dialog import ReadingDialog
from lambdatui.ui.keymap import key_name
from lambdatui.ui.panes import PANES

GENERAL = {
    "list": "List",
    "table": "Moving and marking",
    "page": "Scrolling",
    "filter": "While filtering",
    "tab": "Tabs",
    "screen": "Screen",
    "app": "Everywhere",
}


def headings() -> dict[str, str]:
    """The groups of keys, by the first part of their ids, what is in focus first."""
    return {entry.id: entry.title for entry in PANES} | GENERAL


FILTER_HELP = (
    ("pay api", "rows that have both words, in any column"),
    ("!test", "rows that do not have the word"),
    ('"two words"', "a phrase, or a word with : or > in it"),
    ("runtime:python3.12", "the word in that column; !runtime:… for not"),
    ("memory>=512  size>1MB  timeout<30s", "compare numbers; units are understood"),
)
KEY_WIDTH = 14


class Help(ReadingDialog[None]):
    """Lists keys under headings.

    Args:
        rows: id, key and what it does, of every binding that is active.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark", "close", "close", show=False, id="help.close")]

    def __init__(self, rows: Sequence[tuple[str, str, str]]) -> None:
        super().__init__("Keys", Static(_text(rows), markup=False))

    @classmethod
    def of(cls, screen: Screen[object]) -> Help:
        """Help for what is in focus on a screen."""
        return cls(
            [
                (
                    active.binding.id,
                    key_name(screen.app, active.binding),
                    str(active.binding.tooltip or active.binding.description),
                )
                for active in screen.active_bindings.values()
                if active.binding.id
            ]
        )


def _text(rows: Sequence[tuple[str, str, str]]) -> Content:
    lines: list[Content] = []
    for group, heading in headings().items():
        keys: dict[str, list[str]] = {}
        for id_, key, about in rows:
            if id_.partition(".")[0] == group:
                keys.setdefault(about, []).append(key)
        if keys:
            lines.append(Content.styled(heading, "bold $accent"))
            lines += [_line(" ".join(names), about) for about, names in keys.items()]
            lines.append(Content(""))
    lines.append(Content.styled("Filter", "bold $accent"))
    width = max(len(example) for example, _ in FILTER_HELP) + 2
    lines += [_line(example, about, width) for example, about in FILTER_HELP]
    return Content("\n").join(lines)


def _line(key: str, about: str, width: int = KEY_WIDTH) -> Content:
    return Content.assemble("  ", (key.ljust(width), "bold"), " ", about)
