"""`?` - the keys of what is in focus, its own first, and the language of filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from lambdatui.ui.keymap import key_name

HEADINGS = {
    "overview": "Overview",
    "list": "List",
    "table": "Moving and marking",
    "filter": "While filtering",
    "tab": "Tabs",
    "screen": "Screen",
    "app": "Everywhere",
}
FILTER_HELP = (
    ("pay api", "rows that have both words, in any column"),
    ("!test", "rows that do not have the word"),
    ('"two words"', "a phrase, or a word with : or > in it"),
    ("runtime:python3.12", "the word in that column; !runtime:… for not"),
    ("memory>=512  size>1MB  timeout<30s", "compare numbers; units are understood"),
)
KEY_WIDTH = 14


class Help(ModalScreen[None]):
    """Lists keys under headings.

    Args:
        rows: id, key and what it does, of every binding that is active.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss", "close", id="help.close"),
        Binding("j", "scroll('down')", show=False, id="help.down", tooltip="scroll down"),
        Binding("k", "scroll('up')", show=False, id="help.up", tooltip="scroll up"),
    ]

    def __init__(self, rows: Sequence[tuple[str, str, str]]) -> None:
        super().__init__()
        self._rows = rows
        self._scroll = VerticalScroll(Static(self._text(), markup=False), id="help")

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

    def compose(self) -> ComposeResult:
        yield self._scroll

    def on_mount(self) -> None:
        self._scroll.border_title = "Keys"
        self._scroll.border_subtitle = "esc closes"
        self._scroll.focus()

    def action_scroll(self, where: str) -> None:
        getattr(self._scroll, f"scroll_{where}")(animate=False)

    def _text(self) -> Content:
        lines: list[Content] = []
        for group, heading in HEADINGS.items():
            keys: dict[str, list[str]] = {}
            for id_, key, about in self._rows:
                if id_.partition(".")[0] == group:
                    keys.setdefault(about, []).append(key)
            if keys:
                lines.append(Content.styled(heading, "bold $accent"))
                lines += [self._line(" ".join(names), about) for about, names in keys.items()]
                lines.append(Content(""))
        lines.append(Content.styled("Filter", "bold $accent"))
        width = max(len(example) for example, _ in FILTER_HELP) + 2
        lines += [self._line(example, about, width) for example, about in FILTER_HELP]
        return Content("\n").join(lines)

    def _line(self, key: str, about: str, width: int = KEY_WIDTH) -> Content:
        return Content.assemble("  ", (key.ljust(width), "bold"), " ", about)
