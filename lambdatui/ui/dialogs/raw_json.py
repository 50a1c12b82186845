"""`v` - a function as AWS describes it, as JSON, secrets masked."""

from __future__ import annotations

from typing import ClassVar

from rich.highlighter import JSONHighlighter
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import Static

from lambdatui.errors import ConsoleError
from lambdatui.models.function import FunctionSummary
from lambdatui.ui.dialogs.reading_dialog import ReadingDialog
from lambdatui.ui.session import Session
from lambdatui.ui.widgets.plain_text import plain, plain_lines


class RawJson(ReadingDialog[None]):
    """Asks GetFunction and shows all of the answer but the code's download URL and the environment's values.

    Args:
        session: where to ask.
        subject: the function.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "close", "close", show=False, id="raw.close"),
        Binding("y", "copy", "copy", id="raw.copy", tooltip="copy the JSON to the clipboard"),
    ]

    def __init__(self, session: Session, subject: FunctionSummary) -> None:
        self._body = Static("Reading…", markup=False)
        super().__init__(
            f"{subject.name}  raw JSON, secrets masked", self._body, "{raw.copy} copies, {dialog.close} closes"
        )
        self.session = session
        self.subject = subject
        self._json = ""

    def on_mount(self) -> None:
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

    def action_copy(self) -> None:
        if self._json:
            self.app.copy_to_clipboard(self._json)
            self.notify("copied the JSON", markup=False, timeout=2)
