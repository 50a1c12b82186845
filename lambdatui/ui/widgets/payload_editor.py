"""A field for JSON, which says while it is written where it stops being JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rich.style import Style
from textual import on
from textual.content import Content
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult, Location, TextAreaTheme

from lambdatui.actions.invoke import JsonProblem, json_problem
from lambdatui.ui import figures
from lambdatui.ui.widgets.plain_text import plain

HIGHLIGHTED_AT_MOST = 50_000
"""Characters; a longer text is neither coloured nor checked at every key, and no bracket's other one is looked for, so
that typing stays quick."""
THEME = "payload"
COLOURS: Mapping[str, str] = {
    "string": "success",
    "number": "warning",
    "boolean": "accent",
    "json.null": "accent",
    "json.label": "primary",
    "string.escape": "secondary",
    "json.error": "error",
}
"""The console's colours for what the grammar tells apart."""


def harmless_json(text: str) -> str:
    """The same JSON, with JSON's own escapes for the characters that would move, hide or reorder what is on screen.

    What is pasted or loaded may come from a log. JSON allows such characters inside strings alone, where the escape
    means the same.
    """
    moving = {ord(letter): _escape(letter) for letter in set(text) - set("\n\r\t") if plain(letter) != letter}
    return text.translate(moving)


def _escape(letter: str) -> str:
    units = letter.encode("utf-16-be", errors="surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


class PayloadEditor(TextArea):
    """What a function is to be invoked with."""

    DEFAULT_CSS = """
    PayloadEditor, PayloadEditor:focus { height: 1fr; min-height: 5; border: round $secondary; padding: 0; }
    PayloadEditor:focus { border: round $accent; }
    """

    def __init__(self, text: str) -> None:
        super().__init__(soft_wrap=False, show_line_numbers=False)
        self.cursor_blink = False  # blinking costs bytes, for nothing that is new
        self.border_title = "Payload"
        self._coloured = True
        self._long = False
        self.put(text)

    def on_mount(self) -> None:
        if self.app.theme == "monochrome":
            self._coloured = False
            self._spare(self.text)
            return
        colours = self.app.theme_variables
        styles = {token: Style(color=colours[colour]) for token, colour in COLOURS.items()}
        self.register_theme(TextAreaTheme(THEME, syntax_styles=styles))
        self.theme = THEME

    def edit(self, edit: Edit) -> EditResult:
        return super().edit(replace(edit, text=harmless_json(edit.text)))

    def put(self, text: str) -> None:
        """Holds this text in place of what it held."""
        harmless = harmless_json(text)
        self._spare(harmless)
        self.text = harmless
        self._tell()

    def _spare(self, text: str) -> None:
        """Leaves out what would take long with a text."""
        self._long = len(text) > HIGHLIGHTED_AT_MOST
        language = "json" if self._coloured and not self._long else None
        if language != self.language:  # to be told of the same one, too, would cost as much
            self.language = language

    def find_matching_bracket(self, bracket: str, search_from: Location) -> Location | None:
        return None if self._long else super().find_matching_bracket(bracket, search_from)

    @property
    def problem(self) -> JsonProblem | None:
        """What keeps the text from being sent."""
        return json_problem(self.text)

    def go_to(self, problem: JsonProblem) -> None:
        """Puts the cursor where the problem is, and tells it."""
        self.focus()
        self.move_cursor((problem.line - 1, problem.column - 1), center=True)
        self._tell(problem)

    @on(TextArea.Changed)
    def _check(self, event: TextArea.Changed) -> None:
        event.stop()
        self._spare(self.text)
        self._tell()

    def _tell(self, problem: JsonProblem | None = None) -> None:
        text = self.text
        size = figures.size(len(text.encode(errors="surrogatepass")))
        if self._long and problem is None:
            self.border_subtitle = f"too long to be coloured; checked at the preview · {size}"
            return
        problem = problem or json_problem(text)
        told = Content.styled(f"! {problem}", "bold $error") if problem else Content(f"JSON, {size}")
        self.border_subtitle = (told if text.strip() else Content("no payload")).markup
