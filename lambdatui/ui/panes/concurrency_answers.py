"""What is asked about one function after the other, and again when it is worth a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from typing import Generic, TypeVar

from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError
from lambdatui.ui.concurrency_limits import ASK_EVERY_MS

T = TypeVar("T")

SOON_MS = 15_000
"""After which what AWS is about to change, or could not tell for now, is asked for again."""


class Answers(Generic[T]):
    """What AWS answered about functions. An answer stays when a later question fails, and is stale then.

    Args:
        unsettled: whether AWS is about to change by itself what it answered.
    """

    def __init__(self, unsettled: Callable[[T], bool] = lambda _: False) -> None:
        self.known: dict[str, T | ConsoleError] = {}
        """The answer, or why there is none, by function; nothing where none was asked for yet."""
        self.stale: dict[str, ConsoleError] = {}
        """Why the newest question failed, of functions whose answer is an earlier one."""
        self._unsettled = unsettled
        self._due_ms: dict[str, int] = {}

    def due(self, functions: Iterable[str]) -> Iterator[str]:
        """Those of some functions that are to be asked about now, in their order and each once."""
        now = now_ms()
        return (name for name in dict.fromkeys(functions) if self._due_ms.get(name, 0) <= now)

    def take(self, function: str, answer: T | ConsoleError) -> None:
        """Takes the answer about a function, or why there is none."""
        soon = answer.transient if isinstance(answer, ConsoleError) else self._unsettled(answer)
        self._due_ms[function] = now_ms() + (SOON_MS if soon else ASK_EVERY_MS)
        if isinstance(answer, ConsoleError) and self._answered(function):
            self.stale[function] = answer
        else:
            self.known[function] = answer
            self.stale.pop(function, None)

    def _answered(self, function: str) -> bool:
        return function in self.known and not isinstance(self.known[function], ConsoleError)

    def forget(self, functions: Iterable[str]) -> None:
        """Has functions asked about anew; what is known stays until then."""
        self._due_ms |= dict.fromkeys(functions, 0)

    def keep(self, functions: Set[str]) -> None:
        """Drops what is known of all other functions, for they are gone."""
        for name in self._due_ms.keys() - functions:
            for answers in (self.known, self.stale, self._due_ms):
                answers.pop(name, None)
