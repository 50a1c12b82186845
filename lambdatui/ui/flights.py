"""The shifts that this console flies, and those that an earlier one left on their way.

They belong to the console and not to the pane that shows them: leaving the view lets them go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from lambdatui.errors import ConsoleError, Fault
from lambdatui.paths import state_folder

if TYPE_CHECKING:
    from lambdatui.actions.flight import Flight, FlightState
    from lambdatui.actions.flight_log import FlightLog
    from lambdatui.actions.observing import Observer
    from lambdatui.models.release import Alias
    from lambdatui.ui.session import Session

LEAVE_S = 5.0
"""How long all shifts together may take to end when the console is left."""


@dataclass
class Flown:
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


@dataclass(frozen=True, slots=True)
class Left:
    """A shift that another console left on its way, beside what the alias is now."""

    state: FlightState
    alias: Alias | None
    unread: ConsoleError | None = None
    """Why the alias is not known."""

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
        from lambdatui.actions.traffic import told, traffic_of  # noqa: PLC0415 - imports the SDK

        if self.alias is None:
            return f"the alias could not be read: {self.unread.title if self.unread else ''}"
        found = told(traffic_of(self.alias))
        shares = (self.state.percent, self.state.wanted)
        for share in shares:
            if share is not None and found == told(self.state.traffic(share)):
                return f"the alias is at {share:g} %"
        return f"and somebody else changed the alias: it is at {' and '.join(filter(None, found.values()))}"


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

    @cached_property
    def log(self) -> FlightLog:
        """Where they are kept for as long as they fly."""
        from lambdatui.actions.flight_log import FlightLog  # noqa: PLC0415 - the first paint does without

        return FlightLog(state_folder() / "flights")

    @property
    def flying(self) -> list[Flown]:
        return [flown for flown in self.flown.values() if flown.flying]

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

        if state.id in self.flown and self.flown[state.id].flying:
            return
        settings = self._session.settings
        assert settings is not None  # nothing begins before they are checked
        performer = await self._session.operations.performer()
        if self.closing:
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
                self.log.forget(state.id)
        left = await asyncio.gather(*(self._compared(state) for state in ours if state.flying))
        self.left = {one.state.id: one for one in left}
        self._session.tell_flights()

    async def _compared(self, state: FlightState) -> Left:
        from lambdatui.aws.releases import get_alias  # noqa: PLC0415 - imports the SDK

        asking = partial(get_alias, function=state.function, name=state.alias)
        try:
            return Left(state, await self._session.ask(f"shift of {state.subject}", asking))
        except ConsoleError as error:
            return Left(state, None, error)

    async def explained(self, function: str) -> frozenset[str] | None:
        """The aliases of a function of which a shift is on record, whoever flies it; None where that is not known."""
        identity, recorded = self._session.identity, await self._recorded(self.log.kept)
        if identity is None or recorded is None:
            return None
        here = (identity.account, identity.region, function)
        return frozenset(state.alias for state in recorded if (state.account, state.region, state.function) == here)

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
        self.log.forget(flight_id)
        self._session.tell_flights()

    async def leave(self) -> list[FlightState]:
        """Ends what flies as its plan says, as far as `LEAVE_S` allow; what does not end is offered by the next start.

        Returns:
            How those stand that flew; none the second time.
        """
        flying, self.closing = ([] if self.closing else self.flying), True
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                await asyncio.gather(*(self._end(flown) for flown in flying))
        return [flown.state for flown in flying]

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


def badge(flying: Sequence[Flown], now_ms: int) -> str:
    """What the header says of the shifts that fly: all there is of one, or how many."""
    if len(flying) > 1:
        return f"▸ {len(flying)} shifts"
    state = flying[0].state
    told = clock(state.left_s(now_ms)) if state.phase == "baking" else state.phase.value
    return f"▸ {state.subject} {state.percent:g} % {told}"


def clock(seconds: float) -> str:
    """Seconds as ``2:10``, or ``1:02:10`` from an hour on."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def in_a_line(state: FlightState) -> str:
    """What became of a shift, or how it stands."""
    told = f"{state.subject}: {state.phase.value}, {state.percent:g} % on version {state.new}"
    return ": ".join(filter(None, (told, state.why, state.trouble)))


def _read(text: str) -> FlightState | None:
    """A flight's state as it was kept; None where another version of the console wrote it."""
    from lambdatui.actions.flight import FlightState  # noqa: PLC0415 - imports pydantic

    try:
        return FlightState.model_validate_json(text)
    except ValueError:
        return None
