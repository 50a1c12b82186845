"""`v` - a function as AWS describes it, as JSON, secrets masked."""

from __future__ import annotations

from typing import ClassVar

from rich.highlighter import JSONHighlighter
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from lambdatui.errors import ConsoleError
from lambdatui.models.function import FunctionSummary
from lambdatui.ui.session import Session
from lambdatui.ui.widgets.plain_text import plain, plain_lines


class RawJson(ModalScreen[None]):
    """Asks GetFunction and shows all of the answer but the code's download URL and the environment's values.

    Args:
        session: where to ask.
        subject: the function.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,v", "dismiss", "close", id="raw.close"),
        Binding("j", "scroll('down')", show=False, id="raw.down", tooltip="scroll down"),
        Binding("k", "scroll('up')", show=False, id="raw.up", tooltip="scroll up"),
        Binding("g", "scroll('home')", show=False, id="raw.top", tooltip="to the top"),
        Binding("G", "scroll('end')", show=False, id="raw.bottom", tooltip="to the bottom"),
        Binding("ctrl+f", "scroll('page_down')", show=False, id="raw.page_down", tooltip="a page down"),
        Binding("ctrl+b", "scroll('page_up')", show=False, id="raw.page_up", tooltip="a page up"),
        Binding("y", "copy", "copy", id="raw.copy", tooltip="copy the JSON to the clipboard"),
    ]

    def __init__(self, session: Session, subject: FunctionSummary) -> None:
        super().__init__()
        self.session = session
        self.subject = subject
        self._json = ""
        self._body = Static("Reading…", markup=False)
        self._scroll = VerticalScroll(self._body, id="raw")

    def compose(self) -> ComposeResult:
        yield self._scroll

    def on_mount(self) -> None:
        self._scroll.border_title = Text(f"{plain(self.subject.name)}  raw JSON, secrets masked").markup
        self._scroll.border_subtitle = "y copies, esc closes"
        self._scroll.focus()
        self.run_worker(self._read(), exit_on_error=False, description="raw JSON")

    async def _read(self) -> None:
        from lambdatui.aws.functions import get_function  # noqa: PLC0415 - imports the SDK

        try:
            detail = await self.session.ask(
                f"raw JSON of {self.subject.name}", lambda connection: get_function(connection, self.subject.name)
            )
        except ConsoleError as error:
            self._body.update(Text(plain(str(error))))
            return
        self._json = "\n".join(plain_lines(detail.masked_json()))
        text = Text(self._json)
        if self.app.theme != "monochrome":
            JSONHighlighter().highlight(text)
        self._body.update(text)

    def action_scroll(self, where: str) -> None:
        getattr(self._scroll, f"scroll_{where}")(animate=False)

    def action_copy(self) -> None:
        if self._json:
            self.app.copy_to_clipboard(self._json)
            self.notify("copied the JSON", markup=False, timeout=2)
