"""The shifts that consoles of ours began, as they are shown: flown here, flown elsewhere, or by nobody any more."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import methodcaller
from typing import TYPE_CHECKING, Any

from lambdatui.actions import entry_of
from lambdatui.errors import ConsoleError, NotFound
from lambdatui.insight.shares import division
from lambdatui.ui.shift import Command, Running, Shift, clock

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from lambdatui.actions.action import State, Subject
    from lambdatui.actions.flight import Flight
    from lambdatui.actions.flight_state import FlightState
    from lambdatui.actions.observing import Observer
    from lambdatui.models.release import Alias
    from lambdatui.ui.flights import Flights

SEVERITIES: Mapping[str, SeverityLevel] = {"promoted": "information", "no way back": "error"}
"""How bad it is that a flight is in a phase; it is to be minded in all the others."""
WAITING = "waiting for evidence"
"""How a flight stands whose bake is over."""


class OfConsole(Shift):
    """A shift that a console of ours has begun."""

    @property
    @abstractmethod
    def state(self) -> FlightState:
        """All that is kept of it."""

    @property
    def subject(self) -> Subject:
        return self.state.subject

    @property
    def began_ms(self) -> int:
        return self.state.began_ms

    @property
    def percent(self) -> float:
        return self.state.percent

    @property
    def phase(self) -> str:
        return self.state.phase.value

    @property
    def gone(self) -> bool:
        """Whether there is no such alias any more."""
        return self.phase == "gone"

    @property
    def over(self) -> bool:
        return self.state.over

    def __str__(self) -> str:
        return str(self.subject) if self.gone else f"{self.subject} {self.percent:g} %"

    def question(self, doing: str, now: str, then: str, known: str = "") -> str:
        """What is asked before something is done with it: where, what is so and what would be, and what is known.

        Args:
            doing: the beginning of the question, ``Promote``.
            known: what speaks for it or against it.
        """
        state = self.state
        first = f"{doing} {state.subject} in {state.region} of account {state.account}?"
        return "\n".join(filter(None, (first, f"now: {now}", f"then: {then}", known)))


@dataclass(eq=False)
class Flown(OfConsole, Running):
    """A shift that this console flies, or flew."""

    flight: Flight
    observer: Observer
    task: asyncio.Task[Any] | None
    failure: ConsoleError | None = None
    """Why it is flown no more although it has not landed."""

    @property
    def state(self) -> FlightState:
        return self.flight.state

    @property
    def flying(self) -> bool:
        return self.state.flying and self.failure is None

    @property
    def trouble(self) -> str:
        return self.flight.trouble

    @property
    def severity(self) -> SeverityLevel:
        if self.failure is not None:
            return "error"
        return SEVERITIES.get(self.phase, "warning")

    @property
    def in_a_line(self) -> str:
        return f"{self.subject}: {self.flight.standing}" if self.failure is None else str(self.failure)

    @property
    def parting(self) -> str:
        """What became of it when the console was left, in one sentence."""
        failure = str(self.failure) if self.failure is not None else ""
        told = ": ".join(filter(None, (f"{self.subject}: {self.state.parting}", failure)))
        return told if self.state.over else f"{told}; the next start tells what can be done"

    def progress(self, now_ms: int) -> str:
        if self.phase != "baking":
            return self.phase
        left_s = self.state.left_s(now_ms)
        return clock(left_s) if left_s else "waits"

    @property
    def commands(self) -> Mapping[str, Command]:
        if not self.flying:
            return {}
        flight, state = self.flight, self.state
        if state.phase == "rolling back":
            return {"roll_back": Command(act=flight.roll_back)}
        promotion = self._promotion
        return {
            "hold": Command(act=flight.resume if state.waiting else flight.hold),
            "next": Command(act=flight.next, question=promotion if state.step + 2 >= len(state.steps) else ""),
            "back": Command(act=flight.back),
            "roll_back": Command(act=flight.roll_back),
            "promote": Command(act=flight.promote, question=promotion),
        }

    @property
    def _promotion(self) -> str:
        state, judgement = self.state, self.flight.judgement
        return self.question(
            "Promote",
            division(state.old, state.new, state.percent),
            division(state.old, state.new, 100),
            "not judged yet" if judgement is None else f"judged: {judgement.verdict}: {judgement.why}",
        )

    @property
    def refusal(self) -> str:
        if self.failure is not None:
            return "this console flies it no more"
        if len(self.commands) > 1:
            return "it is on its way: only a shift that was left can be forgotten"
        return f"it is {self.phase}"


@dataclass(frozen=True, slots=True)
class Elsewhere(OfConsole):
    """A shift that another process flies, as far as the flight's log tells."""

    kept: FlightState

    @property
    def state(self) -> FlightState:
        return self.kept

    @property
    def commands(self) -> Mapping[str, Command]:
        return {}

    @property
    def refusal(self) -> str:
        return "another process flies it, and has the keys"


@dataclass(frozen=True, slots=True)
class Left(OfConsole):
    """A shift that nobody flies any more and that is not over, beside what the alias is now."""

    flights: Flights
    kept: FlightState
    alias: Alias | None
    unread: ConsoleError | None = None
    """Why the alias is not known."""

    @property
    def state(self) -> FlightState:
        return self.kept

    @property
    def phase(self) -> str:
        return "ended" if self.over else "left" if self.state.flying else self.state.phase.value

    @property
    def percent(self) -> float:
        return self.state.percent if self.alias is None else self.alias.shares.get(self.state.new, 0.0) * 100

    @property
    def gone(self) -> bool:
        return isinstance(self.unread, NotFound)

    @property
    def shares(self) -> tuple[str, str, float] | None:
        """The alias's main version, the additional one and its share, 0..100; None where it is not known."""
        from lambdatui.actions.traffic import traffic_of  # noqa: PLC0415 - imports the SDK

        if self.alias is None:
            return None
        now = traffic_of(self.alias)
        return now.version, now.additional or "", now.percent or 0.0

    @property
    def division(self) -> str:
        """How the alias is now, in words."""
        if self.gone:
            return "the alias is gone"
        if self.shares is None:
            return f"the alias could not be read: {self.unread.title if self.unread else ''}"
        return division(*self.shares)

    @property
    def read_only(self) -> bool:
        """Whether nothing is sent from here."""
        return self.flights.read_only

    # -- what can be done

    @property
    def commands(self) -> Mapping[str, Command]:
        forget = Command(
            act=partial(self.flights.forget, self.state.id),
            question=self.question("Forget the shift of", self.division, "the same, and nobody watches it", self.came),
        )
        if self.over:
            return {}
        if self.gone:
            return {"forget": forget}
        if self.changed:
            return {
                "roll_back": Command(params=self.state.traffic(0), entry=entry_of("traffic")),
                "forget": forget,
            }
        return {
            "hold": self._flying_on(methodcaller("resume"), self._resuming),
            "roll_back": self._flying_on(methodcaller("roll_back")),
            "forget": forget,
        }

    def _flying_on(self, first: Callable[[Flight], None], question: str = "") -> Command:
        """Takes the shift up again, with a command that it begins with."""
        return Command(act=partial(self.flights.fly, self.state, first), entry=entry_of("traffic"), question=question)

    @property
    def _resuming(self) -> str:
        steps = self.state.steps
        on = ", ".join(map(str, steps[self.state.step + 1 :]))
        return self.question("Resume the shift of", self.division, f"on by its plan: {on}", self.came)

    @property
    def refusal(self) -> str:
        if self.over:
            return "it has ended"
        names = {"hold": "resume it", "roll_back": "roll it back", "forget": "forget it"}
        *some, last = (names[name] for name in self.commands)
        return f"nobody flies it: {' or '.join(filter(None, (', '.join(some), last)))}"

    # -- what is known

    @property
    def standing(self) -> str:
        """How far it came and how the alias is, in one sentence."""
        return f"{self.came}; now {self.division}"

    @property
    def came(self) -> str:
        """How far it came, and whether the alias still is as it left it."""
        state = self.state
        came = state.why
        if state.flying:
            at = f"left at {state.percent:g} %" if state.wanted is None else f"asking for {state.wanted:g} %"
            came = f"it was {at}" + (", and somebody else changed the alias" if self.changed else "")
        return f"{came}; all is back on version {state.old}" if self.over else came

    @property
    def changed(self) -> bool:
        """Whether the alias certainly is as somebody else left it."""
        return self.alias is not None and not (self.state.flying and self._is_at(self.state.percent, self.state.wanted))

    @property
    def over(self) -> bool:
        """Whether somebody else gave the old version everything."""
        return self.changed and self._is_at(0)

    def _is_at(self, *shares: float | None) -> bool:
        """Whether the alias is as it is where the new version has one of these shares, 0..100."""
        from lambdatui.actions.traffic import told, traffic_of  # noqa: PLC0415 - imports the SDK

        found: State | None = None if self.alias is None else told(traffic_of(self.alias))
        return any(share is not None and told(self.state.traffic(share)) == found for share in shares)
