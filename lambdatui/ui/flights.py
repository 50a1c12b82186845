"""The shifts where the session is: those that this console flies, that an earlier one left, and that CodeDeploy runs.

They belong to the console and not to the pane that shows them: leaving the view lets them go on.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from lambdatui.actions import entry_of
from lambdatui.errors import ConsoleError, Fault
from lambdatui.hang_up import LEAVE_S
from lambdatui.paths import state_folder
from lambdatui.ui.deployments import Deployments
from lambdatui.ui.shift import Command, Running, Shift, clock

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from lambdatui.actions.action import Subject
    from lambdatui.actions.flight import Flight
    from lambdatui.actions.flight_log import FlightLog
    from lambdatui.actions.flight_state import FlightState
    from lambdatui.actions.observing import Observer
    from lambdatui.models.release import Alias
    from lambdatui.ui.session import Session

SEVERITIES: Mapping[str, SeverityLevel] = {"promoted": "information", "no way back": "error"}
"""How bad it is that a flight is in a phase; it is to be minded in all the others."""


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
    def phase(self) -> str:
        return self.state.phase.value

    @property
    def flying(self) -> bool:
        return self.state.flying and self.failure is None

    @property
    def trouble(self) -> str:
        return self.state.trouble

    @property
    def severity(self) -> SeverityLevel:
        if self.failure is not None:
            return "error"
        return SEVERITIES.get(self.phase, "warning")

    @property
    def in_a_line(self) -> str:
        if self.failure is not None:
            return str(self.failure)
        told = f"{self.subject}: {self.phase}, {self.percent:g} % on version {self.state.new}"
        return ": ".join(filter(None, (told, self.state.why, self.state.trouble)))

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
        return {
            "hold": Command(act=flight.resume if state.waiting else flight.hold),
            "next": Command(act=flight.next),
            "back": Command(act=flight.back),
            "roll_back": Command(act=flight.roll_back),
            "promote": Command(
                act=flight.promote, question=f"Promote: all traffic of {state.subject} to version {state.new}"
            ),
        }

    @property
    def refusal(self) -> str:
        if self.failure is not None:
            return "this console flies it no more"
        if len(self.commands) > 1:
            return "it is on its way: only a shift that was left can be forgotten"
        return f"it is {self.phase}"


@dataclass(frozen=True, slots=True)
class Left(OfConsole):
    """A shift that another console left on its way, beside what the alias is now."""

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
        return "left"

    @property
    def commands(self) -> Mapping[str, Command]:
        def fly(first: Callable[[Flight], None], question: str = "") -> Command:
            return Command(
                act=partial(self.flights.fly, self.state, first), entry=entry_of("traffic"), question=question
            )

        return {
            "hold": fly(lambda flight: flight.resume(), f"Resume {self.subject}: {self.standing}"),
            "roll_back": fly(lambda flight: flight.roll_back()),
            "forget": Command(
                act=partial(self.flights.forget, self.state.id),
                question=f"Forget the shift of {self.subject}: {self.standing}",
            ),
        }

    @property
    def refusal(self) -> str:
        return "nobody flies it: resume it, roll it back or forget it"

    @property
    def standing(self) -> str:
        """How far it came and how the alias is, in one sentence."""
        state = self.state
        came = (
            f"it was left at {state.percent:g} %" if state.wanted is None else f"it was asking for {state.wanted:g} %"
        )
        return f"{came}, {self._found}"

    @property
    def _found(self) -> str:
        from lambdatui.actions.traffic import in_words, told, traffic_of  # noqa: PLC0415 - imports the SDK

        if self.alias is None:
            return f"the alias could not be read: {self.unread.title if self.unread else ''}"
        found = told(traffic_of(self.alias))
        shares = (self.state.percent, self.state.wanted)
        for share in shares:
            if share is not None and found == told(self.state.traffic(share)):
                return f"the alias is at {share:g} %"
        return f"and somebody else changed the alias: it is at {in_words(found)}"


class Flights:
    """Every shift that is to be accounted for where the session is.

    Args:
        session: whose operator flies them.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.flown: dict[str, Flown] = {}
        """By id, in the order in which they began; those that have landed stay, to be read."""
        self.left: dict[str, Left] = {}
        """By id; a flight that is taken up again is in `flown`."""
        self.closing = False
        """Whether the console is being left, so that no shift begins any more."""
        self.deployments = Deployments(session)
        """What CodeDeploy runs."""

    @cached_property
    def log(self) -> FlightLog:
        """Where they are kept for as long as they fly."""
        from lambdatui.actions.flight_log import FlightLog  # noqa: PLC0415 - the first paint does without

        return FlightLog(state_folder() / "flights")

    @property
    def flying(self) -> list[Flown]:
        return [flown for flown in self.flown.values() if flown.flying]

    @property
    def busy(self) -> bool:
        """Whether there is something that the console is not to be left in the midst of."""
        return bool(self.flying) or self.deployments.stopping

    @property
    def running(self) -> list[Running]:
        """All that are on their way, whoever runs them."""
        return [*self.flying, *self.deployments.flying]

    @property
    def every(self) -> dict[str, Shift]:
        """All that are known, by id, the one that began last at the end."""
        known: dict[str, Shift] = {**self.flown, **self.left, **self.deployments.known}
        return dict(sorted(known.items(), key=lambda each: each[1].began_ms))

    @property
    def refusing(self) -> list[Flown]:
        """Those whose plan says that the console is not to be left while they fly."""
        return [flown for flown in self.flying if flown.state.leaving == "refuse"]

    async def fly(self, state: FlightState, first: Callable[[Flight], None] = lambda _: None) -> None:
        """Flies a shift until it has landed. To be run on the app: nothing but `leave` is to end it.

        Args:
            state: a new one, or one that was left.
            first: the command that it begins with.
        """
        from lambdatui.actions.flight import Flight  # noqa: PLC0415 - imports the SDK
        from lambdatui.actions.observing import Observer  # noqa: PLC0415 - imports the SDK

        settings = self._session.settings
        assert settings is not None  # nothing begins before they are checked
        performer = await self._session.operations.performer()
        if self.closing or any(flown.state.id == state.id for flown in self.flying):
            return
        observer = Observer(performer.connection)
        flight = Flight(state, performer=performer, observe=observer, log=self.log, thresholds=settings.thresholds)
        flight.changed = self._session.tell_flights
        flown = self.flown[state.id] = Flown(flight, observer, asyncio.current_task())
        self.left.pop(state.id, None)
        first(flight)
        try:
            await flight.run()
        except ConsoleError as error:
            flown.failure = error
        except Exception as error:  # whatever it was, a shift that nobody flies any more is to be told
            flown.failure = Fault(error)
        finally:
            self._session.tell_flight(flown)
        if flown.failure is not None:
            self._session.log(f"shift of {state.subject}", flown.failure)
            await self.learn()

    async def learn(self) -> None:
        """Learns from the log which shifts were left on their way here, and how their aliases are now."""
        if (identity := self._session.identity) is None:
            return
        here = (identity.account, identity.region)
        recorded = await self._recorded(self.log.left) or []
        ours = [state for state in recorded if (state.account, state.region) == here]
        for state in ours:
            if not state.flying:  # the console ended between landing and forgetting
                self.forget(state.id)
        left = await asyncio.gather(*(self._compared(state) for state in ours if state.flying))
        flying = {flown.state.id for flown in self.flying}  # some may have been taken up meanwhile
        self.left = {one.state.id: one for one in left if one.state.id not in flying}
        self._session.tell_flights()

    async def _compared(self, state: FlightState) -> Left:
        from lambdatui.aws.releases import get_alias  # noqa: PLC0415 - imports the SDK

        asking = partial(get_alias, function=state.function, name=state.alias)
        try:
            return Left(self, state, await self._session.ask(f"shift of {state.subject}", asking))
        except ConsoleError as error:
            return Left(self, state, None, error)

    async def explained(self, function: str) -> frozenset[str] | None:
        """The aliases of a function that a shift on record divides, whoever flies it, or one that CodeDeploy runs.

        None where the record is not known.
        """
        identity, recorded = self._session.identity, await self._recorded(self.log.kept)
        if identity is None or recorded is None:
            return None
        await self.deployments.find()
        here = (identity.account, identity.region, function)
        flown = (state.alias for state in recorded if (state.account, state.region, state.function) == here)
        deployed = (one.alias for one in self.deployments.known.values() if one.under_way and one.function == function)
        return frozenset((*flown, *deployed))

    async def _recorded(self, reading: Callable[[], Mapping[str, str]]) -> list[FlightState] | None:
        """What the log tells that this version of the console can read; None where it cannot be read."""
        try:
            texts = await asyncio.to_thread(reading)
        except OSError as error:
            self._session.log("shifts", ConsoleError(f"shifts on record cannot be read: {error}"))
            return None
        return [state for text in texts.values() if (state := _read(text)) is not None]

    def forget(self, flight_id: str) -> None:
        """Gives up a shift that was left: the alias stays as it is."""
        self.left.pop(flight_id, None)
        try:
            self.log.give_up(flight_id)
        except ConsoleError as error:
            self._session.log("shifts", error)
        self._session.tell_flights()

    async def leave(self) -> list[Flown]:
        """Ends what flies as its plan says, as far as `LEAVE_S` allow; what does not end is offered by the next start.

        What CodeDeploy runs goes on, or ends if it is being stopped.

        Returns:
            Those that flew; none the second time.
        """
        flying, self.closing = ([] if self.closing else self.flying), True
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                await asyncio.gather(self.deployments.leave(), *(self._end(flown) for flown in flying))
        return flying

    async def _end(self, flown: Flown) -> None:
        if flown.task is not None:
            flown.task.cancel()
            await asyncio.wait([flown.task])
        try:
            await flown.flight.leave()
        except ConsoleError as error:
            self._session.log(f"shift of {flown.state.subject}", error)
        except Exception as error:  # it must not keep the others from being ended
            self._session.log(f"shift of {flown.state.subject}", Fault(error))


def _read(text: str) -> FlightState | None:
    """A flight's state as it was kept; None where another version of the console wrote it."""
    from lambdatui.actions.flight_state import FlightState  # noqa: PLC0415 - imports pydantic

    try:
        return FlightState.model_validate_json(text)
    except ValueError:
        return None
