"""An action, step by step: its form, what would happen, the operator's yes, and what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Select, Static
from textual.worker import Worker

from lambdatui.errors import ConsoleError, Fault
from lambdatui.ui.dialogs.confirmation import TypedName
from lambdatui.ui.dialogs.params_form import ParamsForm
from lambdatui.ui.dialogs.plan_sections import outcome_sections, plan_sections
from lambdatui.ui.operation import Operation, named
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.widgets.frame import Frame, with_keys
from lambdatui.ui.widgets.page import Page
from lambdatui.ui.widgets.section_view import Section, SectionView
from lambdatui.ui.widgets.trouble import forbidden_or_failed

if TYPE_CHECKING:
    from lambdatui.actions.action import Draft, Params, Subject

PLANNING = "planning"
"""The group of the workers that lead to a preview."""
FORM_KEYS = "enter or {action.preview} shows what would happen · tab next field · {action.back} closes"
YES_OR_NO = "{action.yes} does it · {action.no} or {action.back} goes back, and nothing has happened"
TICK_OFF = "nothing is left to take back: {action.yes} ticks it off · {action.back} closes"
LEAVE_OUT = "{action.back} leaves out those that have not begun"
DONE = "{action.again} reads anew and asks again · {screen.undo} shows what takes it back · {action.back} closes"


class ActionDialog(ModalScreen[None]):
    """Leads through one action. Nothing is sent before the operator says yes, and leaving it cancels nothing.

    Args:
        operation: the action, and what it is done to.
        params: what the form would give, where there is nothing to ask; the form is left out.
    """

    DEFAULT_CSS = """
    ActionDialog { align: center middle; }
    ActionDialog Page { height: auto; max-height: 1fr; }
    ActionDialog Input { background: $surface; }
    ActionDialog TypedName { dock: bottom; }
    """

    drops: ClassVar[str] = "{action.back} once more drops what you filled in"
    """What is told before that is dropped, as `with_keys` reads it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "step_back", "back", id="action.back", priority=True, tooltip="one step back; stop the rest"),
        Binding("ctrl+s", "preview", "preview", id="action.preview", priority=True, tooltip="what would happen"),
        Binding("enter", "preview", show=False, id="action.take", tooltip="what would happen"),
        Binding("y", "confirm", "yes", id="action.yes", tooltip="do what the preview says"),
        Binding("n,q", "step_back", "no", id="action.no", show=False, tooltip="do nothing, and go one step back"),
        Binding("r", "ask_again", "again", id="action.again", tooltip="read anew what was in conflict, and ask again"),
        Binding("u", "undo", "undo", id="screen.undo", tooltip="what was done here, and what takes it back"),
    ]

    def __init__(self, operation: Operation, params: Params | None = None) -> None:
        super().__init__()
        self.operation = operation
        self._params = params
        self._form: ParamsForm | None = None
        self._held: Mapping[str, Any] = {}
        """What the form held at first, or when it was last told that leaving drops what it holds."""
        self._field: Widget | None = None
        """The field that the preview was asked for from."""
        self._early = False
        """Whether the preview was asked for before there was a form."""
        self._message = Static(self._reading(), markup=False)
        self._view = SectionView()
        self._typed = TypedName()
        self._page = Page(self._view, self._typed)  # docked to it, and in it, so that its keys scroll while one types
        self._frame = Frame(self._message, self._page, title=_title(operation))
        self._started = False

    def compose(self) -> ComposeResult:
        yield self._frame

    def on_mount(self) -> None:
        self.operation.changed = self._draw
        if self._params is None and not self.operation.entry.on_record:
            self._read()
        else:
            self._plan(self._params)

    def on_unmount(self) -> None:
        self.operation.changed = self.when_left()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        error = event.worker.error
        self.operation.session.log_fault(event.worker.description, error)
        if error is not None and not isinstance(error, asyncio.CancelledError):
            self._refuse(Fault(error))

    def _show(self, *shown: Widget, keys: str, focus: Widget | None = None) -> None:
        """Shows one step, and what its keys do."""
        for widget in self._frame.children:
            widget.display = widget in shown
        self._typed.display = focus is self._typed.field
        self._frame.tell_keys(keys)
        self.set_focus(focus)

    # -- the form

    @work(exclusive=True, group=PLANNING, exit_on_error=False, description="form of an action")
    async def _read(self) -> None:
        self._show(self._message, keys="{action.back} closes")
        try:
            draft = await self.operation.draft()
        except ConsoleError as error:
            self._refuse(error)
            return
        if not type(draft.params).model_fields:
            self._plan(draft.params)
            return
        self._form = await self.form_of(draft)
        await self._frame.mount(self._form, before=0)
        self._held = self._form.given
        self._show_form()
        if self._early:
            self.action_preview()

    def when_left(self) -> Callable[[], None]:
        """What is told of the operation after the dialog was left; an action whose end is awaited overrides this."""
        return lambda: None

    async def form_of(self, draft: Draft[Any]) -> ParamsForm:
        """The form to fill in; an action that asks for more than a form can overrides this."""
        return ParamsForm(draft)

    def _refuse(self, error: ConsoleError) -> None:
        """Says why it cannot be done, in place of the form."""
        self._message.update(forbidden_or_failed(error, what_then=""))

    def _show_form(self) -> None:
        assert self._form is not None
        self._show(self._form, keys=FORM_KEYS, focus=self._field)
        if self._field is None:
            self._form.focus_first()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_preview()

    def action_preview(self) -> None:
        """Shows what would happen, if what was filled in can be; as soon as there is a form."""
        if self._form is None:
            self._early = True
        elif self._form.display and (params := self._form.filled_in()) is not None:
            self._field = self.focused
            self._plan(self.params_of(params))

    def params_of(self, filled_in: Params) -> Params:
        """What the action is asked for; an action whose form asks for something else overrides this."""
        return filled_in

    # -- what would happen

    def _plan(self, params: Params | None) -> None:
        """Shows what would happen. From now on no key is typed into the form."""
        self._message.update(self._reading())
        self._show(self._message, keys="{action.back} goes back")
        self._work_out(params)

    @work(exclusive=True, group=PLANNING, exit_on_error=False, description="plan of an action")
    async def _work_out(self, params: Params | None) -> None:
        await self.operation.plan(params)
        self._view.show(await self.preview())
        if not self.operation.to_do:
            why = "it cannot be done" if self.operation.refusals else "nothing to do"
            self._show(self._page, keys=why + " · {action.back} goes back", focus=self._page)
        elif self.operation.session.protected:
            self._typed.ask(self._to_type)
            self._show(self._page, keys="enter confirms · {action.back} goes back", focus=self._typed.field)
        else:
            left = any(plan.calls for plan in self.operation.to_do)
            self._show(self._page, keys=YES_OR_NO if left else TICK_OFF, focus=self._page)

    def _reading(self) -> Content:
        """What is told until there is a preview: of a marked set, how far it is."""
        known, all_of_them = len(self.operation.plans) + len(self.operation.refusals), len(self.operation.subjects)
        far = f" {known} of {all_of_them}" if known and all_of_them > 1 else ""
        return Content.styled(f"Reading what is there now…{far}", "$secondary")

    async def preview(self) -> Sequence[Section]:
        """What would happen, as it is shown; an action that has more to tell overrides this."""
        return plan_sections(self.operation)

    @property
    def _to_type(self) -> str:
        """What confirms on a protected profile: the function's name, or how many there are."""
        todo = self.operation.to_do
        return todo[0].subject.function if len(todo) == 1 else str(len(todo))

    def action_confirm(self) -> None:
        """Does what is on screen; on a protected profile that takes the typed name."""
        if self._page.display and self.operation.to_do and not self.operation.session.protected:
            self._start()

    @on(TypedName.Confirmed)
    def _confirmed(self) -> None:
        self._start()

    def _start(self) -> None:
        if not self._started:
            self._started = True
            self._draw()
            self.app.run_worker(
                self.operation.run(), group="actions", exit_on_error=False, description=self.operation.entry.title
            )

    # -- what became of it

    def _draw(self) -> None:
        if not self._started:
            self._message.update(self._reading())
            return
        self._view.show(outcome_sections(self.operation))
        keys = DONE
        if self.operation.running:
            keys = LEAVE_OUT if self._may_leave_out else "{action.back} closes, it goes on"
        self._show(self._page, keys=keys, focus=self._page)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        ended = self._started and not self.operation.running
        if action == "ask_again":
            return ended and bool(self.operation.contested)
        if action == "undo":
            return ended and any(
                outcome.result in {"done", "partial"} and outcome.plan.inverse is not None
                for outcome in self.operation.outcomes
            )
        return super().check_action(action, parameters)

    def action_ask_again(self) -> None:
        """Shows what would happen now to what somebody changed meanwhile, and asks again (design 5)."""
        self.plan_anew(self.operation.contested)

    def action_undo(self) -> None:
        """Goes to where what was done is taken back."""
        self.app.post_message(Pane.PlaceWanted("undo"))
        self.dismiss()

    def plan_anew(self, subjects: Sequence[Subject]) -> None:
        """Shows what would happen if the same were done to some of the subjects once more."""
        done = self.operation
        self.operation = Operation(done.session, done.entry, subjects, done.undoes)
        self.operation.changed = self._draw
        self._frame.entitle(_title(self.operation))
        self._started = False
        self._plan(done.params)

    @property
    def _may_leave_out(self) -> bool:
        """Whether there are some that have not begun, and would."""
        return self.operation.running and len(self.operation.waiting) > 1 and not self.operation.stopping

    def action_step_back(self) -> None:
        """Closes a list that is open, goes back to the form, leaves out what has not begun, or closes.

        What was filled in is dropped by the second key only.
        """
        if lists := [select for select in self.query(Select) if select.expanded]:
            lists[0].expanded = False
        elif self._may_leave_out:
            self.operation.stopping = True
            self._draw()
        elif self._form is not None and self._form.display and self._form.given != self._held:
            self._held = self._form.given
            self.notify(with_keys(self, self.drops), severity="warning", markup=False)
        elif self._started or self._form is None or self._form.display:
            self.dismiss()
        else:
            # lest its preview comes over the form, and takes a key typed there
            self.workers.cancel_group(self, PLANNING)
            self._show_form()


def _title(operation: Operation) -> str:
    return f"{operation.entry.title}: {named(operation.subjects)}"
