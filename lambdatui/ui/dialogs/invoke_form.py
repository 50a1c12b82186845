"""How to invoke a function, and with what: the fields, and the payload in an editor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Static

from lambdatui.actions.action import Draft, Params
from lambdatui.ui.dialogs.params_form import ParamsForm
from lambdatui.ui.widgets.payload_editor import PayloadEditor
from lambdatui.ui.widgets.typing_line import TypingLine

PAYLOAD = "payload"
CONTEXT = "client_context"


class InvokeForm(ParamsForm):
    """The form of an Invoke.

    Args:
        draft: what the fields hold at first.
        payload: what the editor holds at first.
    """

    DEFAULT_CSS = """
    InvokeForm { height: 1fr; }
    InvokeForm .label { width: 16; }
    InvokeForm .problem { padding-left: 17; }
    InvokeForm PayloadEditor { width: 100%; height: 1fr; border: round $secondary; }
    InvokeForm PayloadEditor:focus { border: heavy $accent; }
    """

    KEYS: ClassVar[Mapping[type[Widget], str]] = {}
    """None: the dialog tells them, whatever has the focus."""

    def __init__(self, draft: Draft[Any], payload: str) -> None:
        super().__init__(draft)
        self.editor = PayloadEditor(payload)
        context = self._fields[CONTEXT]
        assert isinstance(context, Input)
        context.password = False  # who invokes has to see what JSON is sent; it is as secret as the payload
        context.placeholder = "JSON, for synchronous invocations"
        self._fields[PAYLOAD] = self.editor

    def compose(self) -> ComposeResult:
        for name, widget in self._fields.items():
            if name != PAYLOAD:
                with Horizontal(classes="row"):
                    yield Static(type(self._draft.params).model_fields[name].title or name, classes="label")
                    yield widget
                yield self._problems[name]
        yield self.editor
        yield self._problems[PAYLOAD]

    def focus_first(self) -> None:
        """Puts the focus into the payload, of which most is written."""
        self.editor.focus()

    def filled_in(self) -> Params | None:
        if problem := self.editor.problem:
            self.editor.go_to(problem)
            return None
        return super().filled_in()

    # -- a line to type in, for one thing at a time

    async def ask(self, kind: str, placeholder: str) -> None:
        """Opens the line; `TypingLine.Done` tells what was typed."""
        await self.stop_asking()
        line = TypingLine("", kind=kind, placeholder=placeholder)
        await self.mount(line)
        line.focus()

    @property
    def asking(self) -> bool:
        """Whether the line is open."""
        return bool(self.query(TypingLine))

    async def stop_asking(self) -> None:
        """Closes the line."""
        if self.asking:
            await self.query(TypingLine).remove()
            self.editor.focus()
