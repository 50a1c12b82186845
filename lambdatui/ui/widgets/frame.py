"""What a dialog stands in: its title above, its keys below."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widget import Widget

from lambdatui.ui.widgets.plain_text import plain

APART = " · "
"""What stands between the parts of a line of keys."""
_ID = re.compile(r"\{([a-z_.-]+)\}")


def with_keys(screen: Screen[Any], text: str) -> str:
    """What keys do, told with the keys that the operator has given to the bindings whose ids it names.

    ``{action.yes} does it`` is ``y does it`` by default. A part is left out where what it names cannot be done now.
    """
    keys: dict[str, str] = {}
    for active in screen.active_bindings.values():
        keys.setdefault(active.binding.id or "", screen.app.get_key_display(active.binding))
    parts = (part for part in text.split(APART) if keys.keys() >= set(_ID.findall(part)))
    return _ID.sub(lambda id_: keys[id_[1]], APART.join(parts))


class Frame(Vertical):
    """As high as what is in it, and never higher than the screen.

    Args:
        children: what is in it.
        title: what the dialog is about.
        keys: what its keys do, as `with_keys` reads it.
    """

    DEFAULT_CSS = """
    Frame {
        width: 100%;
        max-width: 110;
        height: auto;
        max-height: 100%;
        background: $panel;
        border: round $primary;
        padding: 0 1;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [  # those of the app end at a dialog
        Binding(
            "question_mark",
            "app.help",
            show=False,
            id="app.help",
            key_display="?",
            tooltip="the keys of what is in focus",
        )
    ]

    def __init__(self, *children: Widget, title: str = "", keys: str = "") -> None:
        super().__init__(*children)
        self.entitle(title)
        self._keys = keys

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self._draw_keys())
        self._draw_keys()

    def entitle(self, title: str) -> None:
        """Says what the dialog is about."""
        self.border_title = Text(plain(title)).markup

    def tell_keys(self, keys: str) -> None:
        """Says what the keys do, as `with_keys` reads it."""
        self._keys = keys
        self._draw_keys()

    def _draw_keys(self) -> None:
        self.border_subtitle = Text(plain(with_keys(self.screen, self._keys))).markup
