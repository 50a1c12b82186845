"""One of several: an action from a menu, or what it is to be done to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from lambdatui.ui.widgets.frame import Frame
from lambdatui.ui.widgets.plain_text import plain

# With priority, for a list that is searched by what is typed takes every letter.
MOVES: Sequence[BindingType] = (
    Binding("j", "move('cursor_down')", show=False, id="choice.down", priority=True, tooltip="the one below"),
    Binding("k", "move('cursor_up')", show=False, id="choice.up", priority=True, tooltip="the one above"),
    Binding("g", "move('first')", show=False, id="choice.top", priority=True, tooltip="the first one"),
    Binding("G", "move('last')", show=False, id="choice.bottom", priority=True, tooltip="the last one"),
)
"""What moves in a list to choose from; ``move`` is given the name of the list's own action."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Something that can be chosen."""

    id: str
    title: str
    about: str = ""
    key: str = ""
    """What chooses it at once."""
    refusal: str = ""
    """Why it cannot be chosen now; empty where it can."""


class Choice(ModalScreen[str]):
    """Gives the id of what was chosen, or None.

    Args:
        title: what is to be chosen.
        offers: what there is.
    """

    DEFAULT_CSS = """
    Choice { align: center middle; }
    Choice > Frame { max-width: 100; padding: 0; }
    Choice OptionList {
        height: auto;
        max-height: 1fr;
        background: $panel;
        scrollbar-size-vertical: 1;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    Choice Static { dock: bottom; padding: 0 1; color: $secondary; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "close", id="choice.close"),
        *MOVES,
    ]

    def __init__(self, title: str, offers: Sequence[Offer]) -> None:
        super().__init__()
        self._offers = offers
        self._list = OptionList(markup=False, compact=True)
        self._lines_width = 0
        self._whole = Static("", markup=False)
        self._frame = Frame(self._list, self._whole, title=title, keys="enter chooses · {choice.close} closes")

    def compose(self) -> ComposeResult:
        yield self._frame

    def on_mount(self) -> None:
        lines = self._lines()
        self._lines_width = max((line.cell_length for line in lines), default=0)
        self._list.add_options(
            Option(line, id=offer.id, disabled=bool(offer.refusal))
            for offer, line in zip(self._offers, lines, strict=True)
        )
        self._list.focus()
        self._list.action_first()

    def _lines(self) -> Sequence[Content]:
        """The offers in columns: what chooses each at once, its title, and what there is to say of it."""
        display = self.app.get_key_display
        keys = [display(Binding(offer.key, "")) if offer.key else " " for offer in self._offers]
        told = [f"⊘ {offer.refusal}" if offer.refusal else offer.about for offer in self._offers]
        columns = (
            _in_column([Content.styled(key, "bold $accent") for key in keys]),
            _in_column([Content(plain(offer.title)) for offer in self._offers]),
            [Content.styled(plain(each), "dim") for each in told],
        )
        return [Content("  ").join(cells) for cells in zip(*columns, strict=True)]

    def on_resize(self) -> None:
        """Other lines may be cut off now."""
        self.call_after_refresh(self._show_whole)

    def _show_whole(self) -> None:
        self._whole.display = self._lines_width > self._list.scrollable_content_region.width

    @on(OptionList.OptionHighlighted)
    def _tell(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._whole.update(Content(plain(self._offers[event.option_index].about)))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option_id)

    def on_key(self, event: events.Key) -> None:
        chosen = next((offer for offer in self._offers if offer.key and offer.key == event.key), None)
        if chosen is not None and not chosen.refusal:
            event.stop()
            self.dismiss(chosen.id)

    def action_move(self, move: str) -> None:
        """Moves as in a list."""
        getattr(self._list, f"action_{move}")()


def _in_column(cells: Sequence[Content]) -> Sequence[Content]:
    """The same, as wide as the widest of them."""
    width = max((cell.cell_length for cell in cells), default=0)
    return [cell.pad_right(width - cell.cell_length) for cell in cells]
