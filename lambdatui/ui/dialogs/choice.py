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
        Binding("j", "move('cursor_down')", show=False, id="choice.down", tooltip="the one below"),
        Binding("k", "move('cursor_up')", show=False, id="choice.up", tooltip="the one above"),
        Binding("g", "move('first')", show=False, id="choice.top", tooltip="the first one"),
        Binding("G", "move('last')", show=False, id="choice.bottom", tooltip="the last one"),
    ]

    def __init__(self, title: str, offers: Sequence[Offer]) -> None:
        super().__init__()
        self._offers = offers
        wide = max((len(plain(offer.title)) for offer in offers), default=0)
        self._list = OptionList(
            *(Option(_line(offer, wide), id=offer.id, disabled=bool(offer.refusal)) for offer in offers),
            markup=False,
            compact=True,
        )
        self._lines_width = max((_line(offer, wide).cell_length for offer in offers), default=0)
        self._whole = Static("", markup=False)
        self._frame = Frame(self._list, self._whole, title=title, keys="enter chooses · {choice.close} closes")

    def compose(self) -> ComposeResult:
        yield self._frame

    def on_mount(self) -> None:
        self._list.focus()
        self._list.action_first()

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


def _line(offer: Offer, wide: int) -> Content:
    told = f"⊘ {offer.refusal}" if offer.refusal else offer.about
    return Content.assemble(
        (offer.key.ljust(2), "bold $accent"), " ", plain(offer.title).ljust(wide), "  ", (plain(told), "dim")
    )
