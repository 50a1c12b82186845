"""The flight view: a shift on its way, with a hand on the brake."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from lambdatui.clock import now_ms
from lambdatui.ui.operation import Operation
from lambdatui.ui.panes.flight_sections import none_section, sections, several_section, unseen_section
from lambdatui.ui.panes.list_pane import TitleLine
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.widgets.frame import with_keys
from lambdatui.ui.widgets.key_line import URGENT
from lambdatui.ui.widgets.page import Page
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.section_view import Section, SectionView

if TYPE_CHECKING:
    from lambdatui.actions.action import Subject
    from lambdatui.ui.shift import Shift

TICK_S = 1.0
LOOK_S = 10.0
"""How often is looked for what others do, as far as there can be news."""


class FlightsPane(Pane):
    """One shift of those that fly, flew, or were left on their way, or that CodeDeploy runs.

    Every key but `n` is a command of the shift that is shown; one that cannot be given now says why.
    """

    DEFAULT_CSS = """
    FlightsPane Page { padding: 0 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "b",
            "command('roll_back')",
            "roll back",
            id="flights.roll_back",
            group=URGENT,
            tooltip="roll back at once, without a question; where CodeDeploy runs it, that is stopped",
        ),
        Binding(
            "space",
            "command('hold')",
            "hold",
            id="flights.hold",
            group=URGENT,
            tooltip="hold the shift, or let it go on",
        ),
        Binding(
            "less_than_sign",
            "command('back')",
            "back",
            id="flights.back",
            key_display="<",
            group=URGENT,
            tooltip="one step back, and hold there",
        ),
        Binding(
            "greater_than_sign",
            "command('next')",
            "next",
            id="flights.next",
            key_display=">",
            group=URGENT,
            tooltip="next step now; asks first before the last one",
        ),
        Binding(
            "p",
            "command('promote')",
            "promote",
            id="flights.promote",
            group=URGENT,
            tooltip="all traffic to the new version; asks first",
        ),
        Binding(
            "f",
            "command('forget')",
            "forget",
            id="flights.forget",
            group=URGENT,
            tooltip="forget a shift that was left; asks first",
        ),
        Binding("n", "another", "another", id="flights.another", tooltip="show the next of several shifts"),
    ]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.title_line = TitleLine()
        self._view = SectionView()
        self._page = Page(self._view)
        self._chosen_id = ""

    @classmethod
    def contents(cls) -> tuple[tuple[type[Widget], ...], ...]:
        return ((Page,),)

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self._page

    def on_mount(self) -> None:
        self.set_interval(TICK_S, self._draw)
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self._draw())
        self._draw()

    def focus_content(self) -> None:
        self._page.focus(scroll_visible=False)

    def flights_changed(self) -> None:
        self._draw()
        self.refresh_bindings()

    def start_asking(self) -> None:
        self.keep_asking("shifts by CodeDeploy", self._look, lambda _: None)

    def read_again(self) -> None:
        self.start_asking()

    async def _look(self) -> None:
        """Looks for what other consoles left and what CodeDeploy runs, and into the shift of its own that is shown."""
        if self.watched:
            await self.session.flights.learn()
            deployments = self.session.flights.deployments
            await deployments.find()
            if (deployed := deployments.known.get(self.shown_id)) is not None:
                await deployments.observe(deployed)
            self.flights_changed()
        await asyncio.sleep(LOOK_S)

    # -- what is shown

    @property
    def shown_id(self) -> str:
        """The id of the shift that is shown: the one that was chosen, or the one that began last; empty for none."""
        every = self.session.flights.every
        return self._chosen_id if self._chosen_id in every else next(reversed(every), "")

    @property
    def shown(self) -> Shift | None:
        return self.session.flights.every.get(self.shown_id)

    def subjects(self) -> tuple[Subject, ...]:
        return (self.shown.subject,) if self.shown is not None else ()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        self._view.show(tuple(self._sections()))
        ids = list(self.session.flights.every)
        which = f" {ids.index(self.shown_id) + 1} of {len(ids)}" if len(ids) > 1 else " 1" if ids else ""
        self.title_line.left = Content.assemble(" ", ("Shifts", "bold"), which)

    def _sections(self) -> Iterator[Section]:
        every, unseen = self.session.flights.every, self.session.flights.deployments.unseen
        keys = partial(with_keys, self.screen)
        if (shown := self.shown) is None:
            yield none_section(keys)
        else:
            yield from sections(shown, now_ms(), self.session.times, keys)
        if len(every) > 1:
            yield several_section(self.shown_id, every, keys)
        if unseen is not None:
            yield unseen_section(unseen)

    # -- the hand on the brake

    def refusal(self, action: str) -> str:
        name = action.removeprefix("command('").removesuffix("')")
        return self._refusal(name) if action.startswith("command(") else super().refusal(action)

    def _refusal(self, name: str) -> str:
        """Why a command cannot be given now; empty where it can."""
        if self.shown is None:
            return "there is no shift"
        if (command := self.shown.commands.get(name)) is None:
            return self.shown.refusal
        return f"read-only: {command.sends} is not sent" if command.sends and self.session.target.read_only else ""

    def action_command(self, name: str) -> None:
        """Has a command carried out, after its question where it has one; or says why it cannot be given."""
        self._give(name)

    def _give(self, name: str, *, asked: bool = False) -> None:
        from lambdatui.ui.dialogs.action_dialog import ActionDialog  # noqa: PLC0415 - the first paint does without

        if refusal := self._refusal(name):
            self.notify(plain(refusal), severity="warning", markup=False)
        elif (shown := self.shown) is not None:
            self._chosen_id = self.shown_id  # also if one begins meanwhile, and where one that was left is taken up
            command = shown.commands[name]
            if command.question and not asked:
                self._ask(shown, command.question, partial(self._give, name, asked=True))
            elif command.params is not None and command.entry is not None:
                self.app.push_screen(
                    ActionDialog(Operation(self.session, command.entry, (shown.subject,)), command.params)
                )
            elif (doing := command.act()) is not None:
                self.app.run_worker(
                    doing, group="actions", exit_on_error=False, description=f"shift of {plain(str(shown.subject))}"
                )

    def _ask(self, shown: Shift, question: str, agreed: Callable[[], None]) -> None:
        """Goes on after a yes, which on a protected profile is the function's name."""
        from lambdatui.ui.dialogs.confirmation import Confirmation  # noqa: PLC0415 - the first paint does without

        to_type = shown.subject.function if self.session.protected else ""
        self.app.push_screen(Confirmation(question, to_type), lambda yes: agreed() if yes else None)

    def action_another(self) -> None:
        """Shows the next of several."""
        if len(ids := list(self.session.flights.every)) < 2:
            self.notify("there is no other shift", severity="warning", markup=False)
        else:
            self._chosen_id = ids[(ids.index(self.shown_id) + 1) % len(ids)]
            self.flights_changed()
