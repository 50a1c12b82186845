"""The flight view: a shift on its way, with a hand on the brake."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from lambdatui.clock import now_ms
from lambdatui.ui.flights import Flown, Left
from lambdatui.ui.panes.flight_sections import flown_sections, left_sections, several_section
from lambdatui.ui.panes.list_pane import TitleLine
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.widgets.page import Page
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.section_view import Section, SectionView, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdatui.actions.action import Subject
    from lambdatui.actions.flight import Flight

TICK_S = 1.0
NONE = Section(
    "No shift is on its way",
    (
        ("t", Value("on a release shifts its alias to another version in steps, watched and judged")),
        ("", Value("A shift goes on while other panes are open; its place is in the header then.", "dim")),
    ),
)


class FlightsPane(Pane):
    """One shift of those that fly, flew, or were left on their way."""

    DEFAULT_CSS = """
    FlightsPane Page { padding: 0 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "hold", "hold", id="flights.hold", tooltip="hold the shift, or let it go on"),
        Binding(
            "greater_than_sign", "command('next')", "next", id="flights.next", key_display=">", tooltip="next step now"
        ),
        Binding(
            "less_than_sign",
            "command('back')",
            "back",
            id="flights.back",
            key_display="<",
            tooltip="one step back, and hold there",
        ),
        Binding("b", "roll_back", "roll back", id="flights.roll_back", tooltip="roll back at once, without a question"),
        Binding("p", "promote", "promote", id="flights.promote", tooltip="all traffic to the new version; asks first"),
        Binding("n", "another", "another", id="flights.another", show=False, tooltip="show the next of several shifts"),
        Binding(
            "f", "forget", "forget", id="flights.forget", show=False, tooltip="forget a shift that was left; asks first"
        ),
    ]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.title_line = TitleLine()
        self._view = SectionView()
        self._page = Page(self._view)
        self._id: str | None = None
        self._drawn: tuple[Section, ...] = ()

    @classmethod
    def contents(cls) -> tuple[tuple[type[Widget], ...], ...]:
        return ((Page,),)

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self._page

    def on_mount(self) -> None:
        self.set_interval(TICK_S, self._draw)
        self._draw()

    def focus_content(self) -> None:
        self._page.focus(scroll_visible=False)

    def flights_changed(self) -> None:
        self._draw()
        self.refresh_bindings()

    # -- what is shown

    @property
    def _all(self) -> dict[str, Flown | Left]:
        return {**self.session.flights.left, **self.session.flights.flown}

    @property
    def shown(self) -> Flown | Left | None:
        """The shift that is shown: the one that was chosen, or the newest."""
        every = self._all
        return every.get(self._id or "") or next(reversed(every.values()), None)

    def subjects(self) -> tuple[Subject, ...]:
        return (self.shown.state.subject,) if self.shown is not None else ()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        sections = tuple(self._sections())
        if sections != self._drawn:
            self._drawn = sections
            self._view.show(sections)
        count = len(self._all)
        self.title_line.left = Content.assemble(" ", ("Shifts", "bold"), f" {count}" if count else "")

    def _sections(self) -> Iterator[Section]:
        shown = self.shown
        if shown is None:
            yield NONE
            return
        yield from (
            left_sections(shown) if isinstance(shown, Left) else flown_sections(shown, now_ms(), self.session.times)
        )
        if len(self._all) > 1:
            yield several_section(shown.state.id, {id_: one.state for id_, one in self._all.items()})

    # -- the hand on the brake

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        shown = self.shown
        match action:
            case "hold" | "roll_back":
                return isinstance(shown, Left) or (shown is not None and shown.flying) or None
            case "command" | "promote":
                return (isinstance(shown, Flown) and shown.flying) or None
            case "forget":
                return isinstance(shown, Left) or None
            case _:
                return super().check_action(action, parameters)

    def action_hold(self) -> None:
        """Holds it or lets it go on; takes up one that was left, after asking."""
        shown = self.shown
        if isinstance(shown, Left):
            self._ask(f"Resume {shown.state.subject}: {shown.standing}", partial(self._take_up, shown, _resumed))
        elif shown is not None:
            self.action_command("resume" if shown.state.phase == "held" else "hold")

    def action_command(self, command: str) -> None:
        """Gives the flight one of its commands."""
        if isinstance(shown := self.shown, Flown):
            getattr(shown.flight, command)()

    def action_roll_back(self) -> None:
        """Gives all of the traffic back to the old version: it is the brake, and so does not ask."""
        if isinstance(shown := self.shown, Left):
            self._take_up(shown, _rolled_back)
        else:
            self.action_command("roll_back")

    def action_promote(self) -> None:
        if isinstance(shown := self.shown, Flown):
            state = shown.state
            self._ask(f"Promote: all traffic of {state.subject} to version {state.new}", shown.flight.promote)

    def action_forget(self) -> None:
        if isinstance(shown := self.shown, Left):
            forgetting = partial(self.session.flights.forget, shown.state.id)
            self._ask(f"Forget the shift of {shown.state.subject}: {shown.standing}", forgetting)

    def action_another(self) -> None:
        """Shows the next of several."""
        if (shown := self.shown) is not None:
            ids = list(self._all)
            self._id = ids[(ids.index(shown.state.id) + 1) % len(ids)]
            self.flights_changed()

    def _take_up(self, left: Left, first: Callable[[Flight], None]) -> None:
        if self.session.target.read_only:
            self.notify("read-only: lambda:UpdateAlias is not sent", severity="warning", markup=False)
            return
        self._id = left.state.id
        self.app.run_worker(
            self.session.flights.fly(left.state, first),
            group="actions",
            exit_on_error=False,
            description=f"shift of {plain(str(left.state.subject))}",
        )

    def _ask(self, question: str, agreed: Callable[[], None]) -> None:
        """Does something after a yes, which on a protected profile is the function's name."""
        from lambdatui.ui.dialogs.confirmation import Confirmation  # noqa: PLC0415 - the first paint does without

        def answered(yes: bool | None) -> None:
            if yes:
                agreed()

        shown = self.shown
        to_type = shown.state.function if shown is not None and self.session.protected else ""
        self.app.push_screen(Confirmation(question, to_type), answered)


def _resumed(flight: Flight) -> None:
    flight.resume()


def _rolled_back(flight: Flight) -> None:
    flight.roll_back()
