"""`i` - invokes a function: the payload, what would happen, the wait, and what came back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import App, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer

from lambdatui.actions.action import Draft, Params
from lambdatui.actions.invoke import InvokeCall, event_templates
from lambdatui.actions.payloads import PayloadStore
from lambdatui.aws.invocations import PAYLOAD_AT_MOST
from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError
from lambdatui.insight.event_templates import TEMPLATES, EventTemplate
from lambdatui.models.arn import Arn
from lambdatui.models.invocation_result import InvocationType
from lambdatui.ui import figures
from lambdatui.ui.dialogs.action_dialog import ActionDialog
from lambdatui.ui.dialogs.choice import Choice, Offer
from lambdatui.ui.dialogs.invoke_form import InvokeForm
from lambdatui.ui.dialogs.invoke_result import AGAIN, InvokeResult, Run
from lambdatui.ui.external_editor import edited
from lambdatui.ui.operation import Operation
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.typing_line import TypingLine

if TYPE_CHECKING:
    from lambdatui.ui.session import Session

ELAPSED_EVERY_S = 1.0
BEGINNING = 60
"""Characters of a payload by which it is known in a list."""
FILE_AT_MOST = max(PAYLOAD_AT_MOST.values())
"""Bytes."""
FORM_KEYS = (
    "{action.preview} preview · {invoke.templates} events · {invoke.history} history · {invoke.keep} keep · "
    "{invoke.editor} editor · {invoke.load} file · {action.back}"
)
"""All of them are to fit into 80 columns."""


class InvokeDialog(ActionDialog):
    """An action's dialog whose form is an editor, and whose outcome is what the function answered."""

    DEFAULT_CSS = "InvokeDialog > Frame { max-width: 140; height: 100%; }"

    drops: ClassVar[str] = f"{ActionDialog.drops} · {{invoke.keep}} keeps it"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "templates", "templates", id="invoke.templates", priority=True, tooltip="events of any kind"),
        Binding(
            "ctrl+o", "history", "history", id="invoke.history", priority=True, tooltip="payloads sent before, or kept"
        ),
        Binding("ctrl+n", "name", "keep", id="invoke.keep", priority=True, tooltip="keep the payload under a name"),
        Binding("ctrl+e", "edit", "editor", id="invoke.editor", priority=True, tooltip="write it in $EDITOR"),
        Binding("ctrl+l", "load", "file", id="invoke.load", priority=True, tooltip="read it from a file"),
    ]

    def __init__(self, operation: Operation, params: Params | None = None) -> None:
        super().__init__(operation, params)
        self._templates: Sequence[EventTemplate] = ()
        self._sent_ms = 0
        self._told = False
        """Whether what came back was shown."""
        self._ticking: Timer | None = None

    # -- where it is about

    @property
    def _session(self) -> Session:
        return self.operation.session

    @property
    def _function(self) -> str:
        return self.operation.subjects[0].function

    @property
    def _store(self) -> PayloadStore:
        identity = self._session.identity
        assert identity is not None  # no action begins before the inventory named it
        return PayloadStore(identity.account, identity.region, self._function)

    @property
    def _arn(self) -> str:
        """The function's own."""
        identity = self._session.identity
        assert identity is not None
        operator = Arn.parse(identity.arn)
        partition = operator.partition if operator else "aws"
        return str(Arn(partition, "lambda", identity.region, identity.account, f"function:{self._function}"))

    @property
    def _editing(self) -> InvokeForm | None:
        """The form, while it is shown."""
        return self._form if isinstance(self._form, InvokeForm) and self._form.display else None

    # -- the form

    async def form_of(self, draft: Draft[Any]) -> InvokeForm:
        payload = await self._last_payload()
        if payload is None:
            payload = self._event(next(iter(await self._all_templates())))
        return InvokeForm(draft, payload)

    async def _last_payload(self) -> str | None:
        try:
            kept = await asyncio.to_thread(self._store.load)
        except ConsoleError as error:
            self._complain(error)
            return None
        return next(iter(kept.recent), None)

    async def _all_templates(self) -> Sequence[EventTemplate]:
        """Asked for once; only examples where it is not known what the function's sources are."""
        if not self._templates:
            asking = partial(event_templates, function=self._function, arn=self._arn)
            try:
                self._templates = await self._session.ask(f"sources of {self._function}", asking)
            except ConsoleError:  # entered in the error log
                self._templates = TEMPLATES
            if not any(template.source for template in self._templates):
                self._templates = (*self._templates[-1:], *self._templates[:-1])  # the empty event is the likeliest
        return self._templates

    def _event(self, template: EventTemplate) -> str:
        return json.dumps(template.event(self._arn, now_ms()), ensure_ascii=False, indent=2)

    def _show_form(self) -> None:
        assert self._form is not None
        self._show(self._form, keys=FORM_KEYS)
        self._form.focus_first()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in {"templates", "history", "name", "edit", "load"}:
            return self._editing is not None
        if action == "ask_again":
            return self._started and self._told
        return super().check_action(action, parameters)

    def _put(self, payload: str | None) -> None:
        if payload is not None and (form := self._editing) is not None:
            form.editor.put(payload)
            form.editor.focus()

    def _complain(self, error: ConsoleError) -> None:
        self._session.log(f"payload of {self._function}", error)
        self.notify(plain(str(error)), severity="warning", markup=False)

    @work(exclusive=True, group="payload", exit_on_error=False, description="templates of events")
    async def action_templates(self) -> None:
        """Lets the operator choose an event of any kind."""
        templates = await self._all_templates()
        offers = [Offer(id=str(n), title=each.title, about=each.source or "") for n, each in enumerate(templates)]
        if (chosen := await self.app.push_screen_wait(Choice("Event", offers))) is not None:
            self._put(self._event(templates[int(chosen)]))

    @work(exclusive=True, group="payload", exit_on_error=False, description="history of payloads")
    async def action_history(self) -> None:
        """Lets the operator choose a payload that was sent before, or that has a name."""
        try:
            kept = await asyncio.to_thread(self._store.load)
        except ConsoleError as error:
            self._complain(error)
            return
        payloads = [*kept.named.values(), *kept.recent]
        titles = [*kept.named, *(_beginning(payload) for payload in kept.recent)]
        if not payloads:
            self.notify(f"nothing was sent to {plain(self._function)} yet", markup=False)
            return
        offers = [
            Offer(id=str(n), title=title, about=figures.size(len(payload.encode())))
            for n, (title, payload) in enumerate(zip(titles, payloads, strict=True))
        ]
        if (chosen := await self.app.push_screen_wait(Choice("Payload", offers))) is not None:
            self._put(payloads[int(chosen)])

    async def action_name(self) -> None:
        """Asks for the name to keep the payload under."""
        if (form := self._editing) is not None:
            await form.ask("name", "a name to keep this payload under")

    async def action_load(self) -> None:
        """Asks for the file to read the payload from."""
        if (form := self._editing) is not None:
            await form.ask("file", "the path of a file with the payload")

    @on(TypingLine.Done)
    async def _typed_in(self, event: TypingLine.Done) -> None:
        event.stop()
        form = self._editing
        if form is None:
            return
        await form.stop_asking()
        if not (event.kept and event.text.strip()):
            return
        try:
            if event.line.kind == "name":
                await asyncio.to_thread(self._store.save, event.text.strip(), form.editor.text)
                self.notify(f"kept as {plain(event.text.strip())}", markup=False)
            else:
                self._put(await asyncio.to_thread(_content, event.text.strip()))
        except ConsoleError as error:
            self._complain(error)

    def action_edit(self) -> None:
        """Hands the terminal to the operator's editor. Until that ends, the console stands still."""
        form = self._editing
        if form is None:
            return
        if self._session.busy:
            self.notify("something is being done: the editor would keep it from going on", markup=False)
            return
        failure = None
        try:
            with self.app.suspend():
                try:
                    payload = edited(form.editor.text, ".json")
                except ConsoleError as error:  # raised through it, the terminal would not become the console's again
                    failure = error
        except SuspendNotSupported:
            self.notify("this terminal cannot be handed to an editor", severity="warning", markup=False)
            return
        self.app.refresh()
        if failure is None:
            self._put(payload)
        else:
            self._complain(failure)

    # -- the wait

    def _start(self) -> None:
        if not self._started:
            self._sent_ms, self._told = now_ms(), False
            if payload := self._call.request.payload:
                self.app.run_worker(self._remember(payload), exit_on_error=False, description="history of payloads")
            self._ticking = self.set_interval(ELAPSED_EVERY_S, self._draw)
        super()._start()

    @property
    def _call(self) -> InvokeCall:
        call = self.operation.to_do[0].calls[0]
        assert isinstance(call, InvokeCall)  # its own action planned it
        return call

    async def _remember(self, payload: str) -> None:
        try:
            await asyncio.to_thread(self._store.remember, payload)
        except ConsoleError as error:
            self._complain(error)

    def _draw(self) -> None:
        if not self._started or self._told:
            return
        if not _ended(self.operation):
            self._message.update(self._waiting())
            self._show(self._message, keys="{action.back} closes, the function goes on running")
            return
        self._told = True
        if self._ticking is not None:
            self._ticking.stop()
        run = Run.of(self.operation)
        if run is None:
            super()._draw()
            return
        if self.operation.failure is not None:
            self.notify(plain(str(self.operation.failure)), severity="error", markup=False)
        function = self._session.functions.get(self._function)
        before = self._session.operations.last_runs.get(self._function)
        self._session.operations.last_runs[self._function] = run
        self.app.push_screen(InvokeResult(self._session, run, function, before), self._leave_result)

    def _waiting(self) -> Content:
        elapsed = figures.duration(max(0, now_ms() - self._sent_ms) // 1000 * 1000)
        request = self._call.request
        if request.type is not InvocationType.REQUEST_RESPONSE:
            return Content(f"Sending… {elapsed}")
        return Content.assemble(
            ("Running ", "bold"), f"for {elapsed}; ", f"the function's timeout is {request.timeout_s:,} s"
        )

    def action_ask_again(self) -> None:
        """Shows what would happen if the same were sent once more, and asks."""
        self.plan_anew(self.operation.subjects)

    def _leave_result(self, answer: str | None) -> None:
        if answer != AGAIN:
            self.dismiss()
        else:
            self.action_ask_again()

    async def _close_line(self) -> None:
        if (form := self._editing) is not None:
            await form.stop_asking()

    def action_step_back(self) -> None:
        """Closes the line that is open, goes back to the form, or closes; what was sent goes on."""
        if (form := self._editing) is not None and form.asking:
            self.call_next(self._close_line)
            return
        if self._started and not _ended(self.operation):
            self.notify("the function goes on running; its end will be told", markup=False)
        super().action_step_back()

    def when_left(self) -> Callable[[], None]:
        return _teller(self.app, self.operation) if self._started and not self._told else super().when_left()


def _ended(operation: Operation) -> bool:
    return not operation.running and bool(operation.outcomes or operation.failure)


def _teller(app: App[Any], operation: Operation) -> Callable[[], None]:
    """What tells of an invocation whose dialog was left."""

    def tell() -> None:
        if _ended(operation) and app.is_running:
            run = Run.of(operation)
            told = run.summary if run is not None else str(operation.failure or operation.outcomes[0].summary)
            good = run is not None and run.good
            app.notify(
                plain(f"{operation.subjects[0].function}: {told}"),
                severity="information" if good else "warning",
                markup=False,
            )

    return tell


def _beginning(payload: str) -> str:
    """What a payload without a name is known by."""
    words = " ".join(payload.split())
    return f"{words[:BEGINNING]}…" if len(words) > BEGINNING else words


def _content(path: str) -> str:
    """The text of a file.

    Raises:
        ConsoleError: it cannot be read, is no text, or is bigger than any payload may be.
    """
    try:
        with Path(path).expanduser().open("rb") as file:
            content = file.read(FILE_AT_MOST + 1)
        if len(content) > FILE_AT_MOST:
            raise ConsoleError(f"{path} is bigger than any payload may be", f"{FILE_AT_MOST:,} bytes at most")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConsoleError(f"{path} is not UTF-8") from None
    except (OSError, ValueError, RuntimeError) as error:
        raise ConsoleError(f"{path} cannot be read: {getattr(error, 'strerror', '') or 'it is no path'}") from None
