"""A pane that asks the operator for a text, on a line that it opens under its title."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from textual import on

from lambdatui.ui.panes.list_pane import TitleLine
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.widgets.typing_line import TypingLine


@dataclass(frozen=True)
class Question:
    """What a line to type in asks for."""

    placeholder: str
    """What may be typed."""
    text: Callable[[], str]
    """What stands there at first."""
    take: Callable[[str], bool]
    """Takes the answer; False where it cannot be taken: the line stays, and what is wrong has been told."""
    at_once: bool = False
    """Whether every letter is an answer already, and leaving the line an empty one."""


class AskingPane(Pane):
    """A subclass gives the questions, and bindings to ``ask`` with their names."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.title_line = TitleLine()
        self._line: TypingLine | None = None

    @abstractmethod
    def questions(self) -> Mapping[str, Question]:
        """What can be asked for, by name."""

    @property
    def asking(self) -> bool:
        """Whether the line is open."""
        return self._line is not None

    async def action_ask(self, name: str) -> None:
        """Opens the line for one of the questions."""
        question = self.questions()[name]
        self._line = TypingLine(question.text(), kind=name, placeholder=question.placeholder)
        await self.mount(self._line, after=self.title_line)
        self.screen.set_focus(self._line)

    @on(TypingLine.Typed)
    def _take_letter(self, event: TypingLine.Typed) -> None:
        event.stop()
        question = self.questions()[event.line.kind]
        if question.at_once:
            question.take(event.text)

    @on(TypingLine.Done)
    async def _take_answer(self, event: TypingLine.Done) -> None:
        event.stop()
        question = self.questions()[event.line.kind]
        if event.kept and not question.take(event.text.strip()):
            return
        if not event.kept and question.at_once:
            question.take("")
        self._line = None
        await event.line.remove()
        if self._line is None:  # still: another line may have been opened meanwhile
            self.focus_content()
