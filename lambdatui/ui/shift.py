"""A shift of traffic as the console shows it, whoever runs it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambdatui.insight.quantities import counted

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from lambdatui.actions import ActionEntry
    from lambdatui.actions.action import Params, Subject

NAME_SHOWN = 24
"""How much of a function and its alias a badge names: a header of 80 cells is to hold it beside account and region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something that an operator can have done with a shift."""

    act: Callable[[], Coroutine[Any, Any, None] | None] = lambda: None
    """Does it, or gives what does it: that is to be run on the app, so that leaving the view does not end it."""
    params: Params | None = None
    """What is asked of the action instead, whose dialog shows what would happen; None where `act` does it."""
    entry: ActionEntry | None = None
    """The action that it begins; None where it does not go beyond what is being done already."""
    question: str = ""
    """What is asked first; empty where it is done at once."""

    @property
    def sends(self) -> str:
        """The IAM action that it takes; empty where that was begun before."""
        return self.entry.needs[0] if self.entry is not None else ""


class Shift(ABC):
    """An alias on its way from one version to another."""

    @property
    @abstractmethod
    def subject(self) -> Subject:
        """The alias."""

    @property
    @abstractmethod
    def began_ms(self) -> int:
        """Epoch ms."""

    @property
    @abstractmethod
    def percent(self) -> float:
        """The new version's share as it was last confirmed, 0..100."""

    @property
    @abstractmethod
    def phase(self) -> str:
        """How it stands, in a word or two."""

    @property
    @abstractmethod
    def over(self) -> bool:
        """Whether nothing is left to be done about it, or to be decided."""

    @property
    @abstractmethod
    def commands(self) -> Mapping[str, Command]:
        """What can be done with it now, by the name of its key: hold, next, back, roll_back, promote, forget."""

    @property
    @abstractmethod
    def refusal(self) -> str:
        """Why nothing can be done with it now but its `commands`."""

    def __str__(self) -> str:
        return f"{self.subject} {self.percent:g} %"


class Running(Shift):
    """A shift that somebody runs, or ran."""

    @property
    @abstractmethod
    def flying(self) -> bool:
        """Whether it has not ended."""

    @property
    @abstractmethod
    def trouble(self) -> str:
        """Why it cannot get to where it is to be; empty where it can."""

    @property
    @abstractmethod
    def severity(self) -> SeverityLevel:
        """How bad it is that it stands as it does."""

    @property
    @abstractmethod
    def in_a_line(self) -> str:
        """How it stands or what became of it, in one sentence."""

    @abstractmethod
    def progress(self, now_ms: int) -> str:
        """How far it is, in a word or a time."""


def badges(running: Sequence[Running], left: int, now_ms: int) -> Iterator[tuple[str, str]]:
    """What the header says of shifts, and in which style: all there is of the only one on its way, or how many.

    Args:
        left: how many nobody runs any more that have not ended.
    """
    if left:
        yield f"! {left} left", "$error"
    stuck = [shift for shift in running if shift.trouble]
    if len(running) == 1:
        (shift,) = running
        sign, style = ("!", "$error") if stuck else ("▸", "$warning")
        yield f"{sign} {_end_of(str(shift.subject))} {shift.percent:g} % {shift.progress(now_ms)}", style
        return
    if stuck:
        yield f"! {len(stuck)} stuck", "$error"
    if well := len(running) - len(stuck):
        yield f"▸ {counted(well, 'shifts')}", "$warning"


def _end_of(name: str) -> str:
    """A name as far as a badge has room for it."""
    return name if len(name) <= NAME_SHOWN else f"…{name[1 - NAME_SHOWN :]}"


def clock(seconds: float) -> str:
    """Seconds as ``2:10``, or ``1:02:10`` from an hour on."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
