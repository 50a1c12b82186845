"""The shifts where the session is, whoever flies them: this console, another one, CodeDeploy, or nobody any more.

They belong to the console and not to the pane that shows them: leaving the view lets them go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING

from lambdatui.errors import ConsoleError, Fault
from lambdatui.hang_up import LEAVE_S
from lambdatui.paths import state_folder
from lambdatui.ui.deployments import Deployments
from lambdatui.ui.flown import Elsewhere, Flown, Left
from lambdatui.ui.shift import Running, Shift

if TYPE_CHECKING:
    from lambdatui.actions.action import Subject
    from lambdatui.actions.flight import Flight
    from lambdatui.actions.flight_log import FlightLog
    from lambdatui.actions.flight_state import FlightState
    from lambdatui.ui.session import Session


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
        self.settled: dict[str, Left] = {}
        """By id, those of them that somebody else brought to an end, and as they were then."""
        self.elsewhere: dict[str, Elsewhere] = {}
        """By id, those that other processes fly."""
        self.ended: list[Flown] = []
        """Those that flew when the console was left."""
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
    def read_only(self) -> bool:
        """Whether nothing is sent from here."""
        return self._session.target.read_only

    @property
    def flying(self) -> list[Flown]:
        return [flown for flown in self.flown.values() if flown.flying]

    @property
    def price_usd(self) -> float:
        """What the metrics cost by which they are judged, US dollars."""
        flown, deployed = self.flown.values(), self.deployments.known.values()
        observers = (*(each.observer for each in flown), *(each.observer for each in deployed))
        return sum(observer.price_usd for observer in observers)

    @property
    def awaited(self) -> list[str]:
        """What the console is not to be left in the midst of."""
        flying = [f"shift of {flown.subject}" for flown in self.flying]
        return [*flying, *(["stop of a CodeDeploy deployment"] if self.deployments.stopping else [])]

    @property
    def running(self) -> list[Running]:
        """All that are on their way, whoever runs them."""
        return [*self.flying, *self.deployments.flying]

    @property
    def every(self) -> dict[str, Shift]:
        """All that are to be told of, by id, the one that began last at the end.

        How one has ended is told until another one of the same alias begins.
        """
        ended: dict[str, Shift] = {**self.flown, **self.settled}
        known = {**ended, **self.left, **self.elsewhere, **self.deployments.known}
        ordered = sorted(known.items(), key=lambda each: each[1].began_ms)
        last = {shift.subject: id_ for id_, shift in ordered}
        return {id_: shift for id_, shift in ordered if not shift.over or last[shift.subject] == id_}

    def under_way(self, subject: Subject) -> Shift | None:
        """The shift of an alias that somebody runs now."""
        shifts = (*self.running, *self.elsewhere.values())
        return next((shift for shift in shifts if shift.subject == subject), None)

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
        if not flown.state.over:
            await self.learn()

    async def learn(self) -> None:
        """Learns from the log which shifts others fly, which nobody does any more, and how the aliases of these are."""
        kept, abandoned = await self._recorded(self.log.kept), await self._recorded(self.log.left)
        if kept is None or abandoned is None:
            return
        for state in abandoned:
            if state.over:  # the console ended between landing and forgetting
                self.forget(state.id)
        left = await asyncio.gather(*(self._compared(state) for state in abandoned if not state.over))
        for one in left:
            if one.over:
                self.settled[one.state.id] = one
                self._give_up(one.state.id)
        flying = {flown.state.id for flown in self.flying}  # some may have been taken up meanwhile
        self.left = {one.state.id: one for one in left if not one.over and one.state.id not in flying}
        ours = {flown.state.id for flown in self.flown.values() if flown.failure is None}
        ours.update(state.id for state in abandoned)
        self.elsewhere = {state.id: Elsewhere(state) for state in kept if state.flying and state.id not in ours}
        self._session.tell_flights()

    async def _compared(self, state: FlightState) -> Left:
        from lambdatui.aws.releases import get_alias  # noqa: PLC0415 - imports the SDK

        asking = partial(get_alias, function=state.function, name=state.alias)
        try:
            left = Left(self, state, await self._session.ask(f"shift of {state.subject}", asking))
        except ConsoleError as error:
            left = Left(self, state, None, error)
        if not (left.gone or left.changed):
            return left
        try:
            await (await self._session.operations.performer()).expect_account()
        except ConsoleError as error:  # whose alias that is, is not known
            return Left(self, state, None, error)
        return left

    async def explained(self, function: str) -> frozenset[str] | None:
        """The aliases of a function that a shift on record divides, whoever flies it, or one that CodeDeploy runs.

        None where the record is not known.
        """
        if (recorded := await self._recorded(self.log.kept)) is None:
            return None
        await self.deployments.find()
        flown = (state.alias for state in recorded if state.function == function)
        deployed = (one.alias for one in self.deployments.known.values() if one.under_way and one.function == function)
        return frozenset((*flown, *deployed))

    async def _recorded(self, reading: Callable[[], Mapping[str, str]]) -> list[FlightState] | None:
        """What the log tells of here that this version of the console can read; None where that is not known."""
        if (identity := self._session.identity) is None:
            return None
        try:
            texts = await asyncio.to_thread(reading)
        except OSError as error:
            self._session.log("shifts", ConsoleError(f"shifts on record cannot be read: {error}"))
            return None
        here = (identity.account, identity.region)
        states = filter(None, map(_read, texts.values()))
        return [state for state in states if (state.account, state.region) == here]

    def forget(self, flight_id: str) -> None:
        """Gives up a shift that was left: the alias stays as it is."""
        self.left.pop(flight_id, None)
        self.flown.pop(flight_id, None)
        self._give_up(flight_id)
        self._session.tell_flights()

    def _give_up(self, flight_id: str) -> None:
        try:
            self.log.give_up(flight_id)
        except ConsoleError as error:
            self._session.log("shifts", error)

    async def leave(self) -> None:
        """Ends what flies as its plan says, as far as `LEAVE_S` allow; what does not end is offered by the next start.

        What CodeDeploy runs goes on, or ends if it is being stopped.
        """
        flying, self.closing = ([] if self.closing else self.flying), True
        self.ended += flying
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                await asyncio.gather(self.deployments.leave(), *(self._end(flown) for flown in flying))

    @property
    def stranded(self) -> bool:
        """Whether a shift was left divided, as the console was left, that was to go back."""
        return any(flown.state.goes_back_when_left for flown in self.ended)

    async def _end(self, flown: Flown) -> None:
        if flown.task is not None:
            flown.task.cancel()
            await asyncio.wait([flown.task])
        try:
            await flown.flight.leave()
        except ConsoleError as error:
            flown.failure = error
        except Exception as error:  # it must not keep the others from being ended
            flown.failure = Fault(error)
        if flown.failure is not None:
            self._session.log(f"shift of {flown.state.subject}", flown.failure)


def _read(text: str) -> FlightState | None:
    """A flight's state as it was kept; None where another version of the console wrote it."""
    from lambdatui.actions.flight_state import FlightState  # noqa: PLC0415 - imports pydantic

    try:
        return FlightState.model_validate_json(text)
    except ValueError:
        return None
