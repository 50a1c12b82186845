"""A query of Logs Insights to write."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult

from lambdatui.ui.widgets.frame import Frame
from lambdatui.ui.widgets.plain_text import plain_lines


class Written(NamedTuple):
    """What the operator wrote, and whether it is to be run."""

    text: str
    run: bool


class QueryText(TextArea):
    """A field for some lines. What is pasted may have come from a log, and is as harmless here as it is there."""

    def edit(self, edit: Edit) -> EditResult:
        return super().edit(replace(edit, text="\n".join(plain_lines(edit.text))))


class QueryEditor(ModalScreen[Written]):
    """Gives back the text in any case, so that nothing that was written is lost.

    Args:
        text: what stands there at first.
        over: what will be searched, for the frame.
    """

    DEFAULT_CSS = """
    QueryEditor { align: center middle; }
    QueryEditor > Frame { max-width: 120; height: 80%; padding: 0; }
    QueryEditor QueryText, QueryEditor QueryText:focus { background: $panel; border: none; padding: 0 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,ctrl+enter", "run", "run", id="search.run", priority=True, tooltip="run the query; billed"),
        Binding("escape", "close", "close", id="search.close", tooltip="close the editor and keep the text"),
    ]

    def __init__(self, text: str, over: str) -> None:
        super().__init__()
        self._text = QueryText(text)
        self._text.cursor_blink = False  # blinking costs bytes, for nothing that is new
        keys = "{search.run} runs, {search.close} closes and keeps the text"
        self._frame = Frame(self._text, title=f"Query over {over}", keys=keys)

    def compose(self) -> ComposeResult:
        yield self._frame

    def on_mount(self) -> None:
        self._text.move_cursor(self._text.document.end)
        self._text.focus()

    def action_run(self) -> None:
        """Closes the editor to run the query, if there is one."""
        if self._text.text.strip():
            self.dismiss(Written(self._text.text, run=True))

    def action_close(self) -> None:
        """Closes the editor; the text is kept and nothing runs."""
        self.dismiss(Written(self._text.text, run=False))
