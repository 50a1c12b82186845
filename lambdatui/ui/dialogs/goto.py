"""`:` - go to a pane, a function, a profile, a region or a theme by typing some of its name."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from lambdatui.errors import ConsoleError
from lambdatui.ui.panes import REGION_PANES
from lambdatui.ui.session import Session
from lambdatui.ui.themes import THEMES
from lambdatui.ui.widgets.plain_text import plain

MOST_OFFERED = 100


class GoTo(ModalScreen[str]):
    """Gives what was chosen: a pane's id, a function's name, or ``profile|region|theme NAME``.

    Args:
        session: knows the functions that may be gone to.
        typed: what stands in the line at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "close", id="goto.close"),
        Binding("up", "offer('cursor_up')", show=False, id="goto.up", tooltip="the offer above"),
        Binding("down", "offer('cursor_down')", show=False, id="goto.down", tooltip="the offer below"),
        Binding("tab", "complete", "complete", id="goto.complete"),
    ]

    def __init__(self, session: Session, typed: str = "") -> None:
        super().__init__()
        self.session = session
        self._line = Input(typed, placeholder="pane, function, profile NAME, region NAME, theme NAME", compact=True)
        self._line.select_on_focus = False
        self._line.cursor_blink = False
        self._offers = OptionList(markup=False, compact=True)
        self._offers.can_focus = False
        self._places: dict[str, str] = {id_: entry.about for id_, entry in REGION_PANES.items()}

    def compose(self) -> ComposeResult:
        with Vertical(id="goto"):
            yield self._line
            yield self._offers

    def focus_line(self) -> None:
        """Takes the keys from now on, without waiting for a turn."""
        self.set_focus(self._line)

    def on_mount(self) -> None:
        self.focus_line()
        self._offer()
        self.run_worker(self._learn_places(), exit_on_error=False, description="profiles and regions")

    async def _learn_places(self) -> None:
        """Profiles and regions are read from local files, after the line can be typed in."""
        import asyncio  # noqa: PLC0415

        from lambdatui.aws.connection import profile_names, region_names  # noqa: PLC0415

        for word, names in (("profile", profile_names), ("region", region_names)):
            try:
                found = await asyncio.to_thread(names)
            except ConsoleError as error:
                self.session.log("go to", error)
                continue
            self._places |= {f"{word} {name}": "" for name in found}
        self._places |= {f"theme {name}": "" for name in THEMES}
        self._offer()

    @on(Input.Changed)
    def _offer(self) -> None:
        typed = self._line.value.strip().casefold()
        offers = [
            Option(Content.assemble(plain(place), ("  " + about, "dim") if about else ""), id=place)
            for place, about in self._matching(typed)
        ]
        self._offers.clear_options()
        self._offers.add_options(offers)
        if offers:
            self._offers.highlighted = 0
        else:
            self._offers.add_option(Option(Content.styled("nothing of that name is known", "dim"), disabled=True))

    def _matching(self, typed: str) -> list[tuple[str, str]]:
        """What is offered for what was typed: what starts with it first, then what has all of its words.

        Among equals a function goes before a profile or a region, which are chosen by their word.
        """
        words = typed.split()
        if not words:
            return [(place, about) for place, about in self._places.items() if about]
        panes = [(place, about) for place, about in self._places.items() if about]
        others = [(place, about) for place, about in self._places.items() if not about]
        functions = ((name, "") for name in sorted(self.session.functions))
        fit = [place for place in (*panes, *functions, *others) if all(word in place[0].casefold() for word in words)]
        return sorted(fit, key=lambda place: not place[0].casefold().startswith(typed))[:MOST_OFFERED]

    def _chosen(self) -> str | None:
        option = self._offers.highlighted_option
        return option.id if option is not None else None

    @on(Input.Submitted)
    def _choose(self) -> None:
        self.dismiss(self._chosen() or self._line.value.strip())

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def action_complete(self) -> None:
        if chosen := self._chosen():
            self._line.value = chosen
            self._line.cursor_position = len(chosen)

    def action_offer(self, move: str) -> None:
        getattr(self._offers, f"action_{move}")()
