"""`?` - the keys of what is in focus, its actions first, and the language of filters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from lambdatui.ui.dialogs.facts import Facts
from lambdatui.ui.keymap import key_name
from lambdatui.ui.panes import PANES
from lambdatui.ui.widgets.section_view import Section, Value

DIALOG = "dialog"
"""What has no other group is of a dialog alone."""
PARTS = {
    "flights": "Shift",
    "log": "Log",
    "list": "List",
    "table": "Moving and marking",
    "page": "Scrolling",
    "filter": "While filtering",
    "form": "Field",
    "weight": "Weight",
    "choice": "Choosing",
    "tab": "Tabs",
    "screen": "Screen",
    "app": "Everywhere",
}


def headings() -> dict[str, str]:
    """The groups of keys, by the first part of their ids: what can be done, then what is in focus, then the rest."""
    return {"action": "Actions", DIALOG: "Dialog", **{entry.id: entry.title for entry in PANES}, **PARTS}


FILTER = Section(
    "Filter",
    tuple(
        (example, Value(about))
        for example, about in (
            ("pay api", "rows that have both words, in any column"),
            ("!test", "rows that do not have the word"),
            ('"two words"', "a phrase, or a word with : or > in it"),
            ("runtime:python3.12", "the word in that column; !runtime:… for not"),
            ("memory>=512 size>1MB", "compare numbers; units are understood"),
        )
    ),
)


class Help(Facts[None]):
    """Lists keys under headings.

    Args:
        rows: id, key and what it does, of every binding that is active.
        more: what else there is to know.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, for the frame would open help about help.
        Binding("question_mark", "close", "close", show=False, id="help.close", priority=True)
    ]

    def __init__(self, rows: Sequence[tuple[str, str, str]], more: Sequence[Section]) -> None:
        super().__init__("Keys", (*_sections(rows), *more))

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
            ],
            () if screen.is_modal else (FILTER,),
        )


def _sections(rows: Sequence[tuple[str, str, str]]) -> Iterator[Section]:
    groups = headings()
    for group, heading in groups.items():
        keys: dict[str, list[str]] = {}
        for id_, key, about in rows:
            first = id_.partition(".")[0]
            if (first if first in groups else DIALOG) == group:
                keys.setdefault(about, []).append(key)
        if keys:
            yield Section(heading, tuple((" ".join(names), Value(about)) for about, names in keys.items()))
