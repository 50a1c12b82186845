"""Shifts in fast time: an alias behind the scripted endpoint, a clock, and evidence that the test makes up.

Run as a program, with the endpoint's address, a folder and a moment, it flies one shift until it is killed.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lambdatui import clock as console_clock
from lambdatui.actions import flight as engine
from lambdatui.actions.audit import AuditTrail
from lambdatui.actions.flight import Flight
from lambdatui.actions.flight_log import FlightLog
from lambdatui.actions.flight_state import FlightState, Phase
from lambdatui.actions.performing import Performer
from lambdatui.aws.connection import Connection
from lambdatui.aws.target import Target
from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError
from lambdatui.insight.canary import Evidence, Period, Tally
from tests.actions.acting import ANN
from tests.support.endpoint import ACCOUNT, REGION, Answer, Seen
from tests.support.split_alias import SplitAlias

LOOK_S = 0.001
"""Between two looks; a minute of the flight's time goes by at each."""
MINUTE_NS = 60 * 10**9
PATIENCE_S = 10.0
"""How long a flight may take to get anywhere."""

ALIKE = Evidence(periods=(Period(old=Tally(9_000, 90), new=Tally(1_000, 10)),))
WORSE = Evidence(periods=(Period(old=Tally(9_000, 9), new=Tally(1_000, 900)),))
QUIET = Evidence(periods=(Period(old=Tally(90), new=Tally(10)),))
LATE = Evidence(periods=ALIKE.periods, late_s=240.0)
Sight = Evidence | ConsoleError
"""What a look finds, or why it finds nothing."""


@dataclass
class Clock:
    """Goes on by itself only when a flight looks."""

    now_ns: int = 1_795_212_030_000_000_000

    def __call__(self) -> int:
        return self.now_ns


@dataclass
class Sky:
    """What a flight flies in. `sight` is what each look finds from now on; `looks` counts them."""

    performer: Performer
    log: FlightLog
    clock: Clock
    sight: Sight = field(default_factory=lambda: ALIKE)
    looks: int = 0

    async def observe(self, _: FlightState) -> Evidence:
        self.looks += 1
        self.clock.now_ns += MINUTE_NS
        if isinstance(self.sight, ConsoleError):
            raise self.sight
        return self.sight

    def flight(self, state: FlightState) -> Flight:
        return Flight(state, performer=self.performer, observe=self.observe, log=self.log)

    def left(self) -> list[FlightState]:
        """The flights that the next start finds."""
        return [FlightState.model_validate_json(text) for text in self.log.left().values()]


def state(plan: str = "10%/5m, 50%/5m, 100%", **particular: Any) -> FlightState:
    """A flight of ``orders:live`` from version 1 to 2 that has not begun."""
    now = now_ms()
    return FlightState(
        account=ACCOUNT,
        region=REGION,
        function="orders",
        alias="live",
        old="1",
        new="2",
        plan=plan,
        began_ms=now,
        step_began_ms=now,
        **particular,
    )


async def until(flight: Flight, holds: Callable[[FlightState], bool]) -> None:
    """Waits until the state is so; fails where the flight ends otherwise, or nothing makes it so."""
    changed = asyncio.Event()
    flight.changed = changed.set
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not holds(flight.state):
                assert flight.state.flying, flight.state
                await changed.wait()
                changed.clear()
    except TimeoutError:
        raise AssertionError(f"it came no further than {flight.state}, {flight.judgement}") from None


class Slow:
    """AWS carries out each change of the alias, and answers only when `answered` is set."""

    def __init__(self, live: SplitAlias) -> None:
        self.arrived, self.answered = asyncio.Event(), asyncio.Event()
        self.at_once = 0
        """How many changes came before the first was answered."""
        self._live = live

    def __call__(self, seen: Seen) -> Answer:
        self.arrived.set()
        self.at_once += not self.answered.is_set()
        return replace(self._live.carry_out(seen), after=self.answered)


@dataclass(frozen=True)
class Moment:
    """Where a flight is when something gets into its way."""

    at: float
    """The new version's share."""
    sight: Sight = field(default_factory=lambda: ALIKE)
    """What is seen from then on."""
    held: bool = False
    back: bool = False
    """Whether the operator rolls it back then."""


MOMENTS = {
    "start": Moment(0),
    "step": Moment(10),
    "bake": Moment(10, QUIET),
    "hold": Moment(10, held=True),
    "promote": Moment(50),
    "rollback": Moment(10, QUIET, back=True),
}


@dataclass
class Course:
    """A flight that is brought to a moment, and goes on from there."""

    sky: Sky
    moment: Moment

    def __post_init__(self) -> None:
        self.flight = self.sky.flight(state())
        self.task: asyncio.Task[FlightState] | None = None

    async def reach(self) -> None:
        """Flies to the moment; one at which it begins is reached on the ground."""
        self.sky.sight = QUIET
        if self.moment.at:
            await self.until(lambda state: state.percent == 10)
        if self.moment.at > 10:
            self.flight.next()
            await self.until(lambda state: state.percent == self.moment.at)
        if self.moment.held:
            self.flight.hold()
            await self.until(lambda state: state.phase is Phase.HELD)

    async def go_on(self, holds: Callable[[FlightState], bool]) -> None:
        """Flies on from there until the state is so."""
        if self.sky.sight is QUIET:  # and nothing that got into its way
            self.sky.sight = self.moment.sight
        if self.moment.back:
            self.flight.roll_back()
        await self.until(holds)

    async def until(self, holds: Callable[[FlightState], bool]) -> None:
        """Flies until the state is so."""
        self.task = self.task or asyncio.create_task(self.flight.run())
        await until(self.flight, holds)

    async def landed(self) -> FlightState:
        """Flies to its end."""
        assert self.task is not None
        return await asyncio.wait_for(self.task, PATIENCE_S)

    async def abandon(self) -> None:
        """Flies no further, as when the console is left."""
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)


async def main(url: str, folder: Path, moment: str) -> None:
    """Flies a shift, and says when it has reached the moment."""
    engine.LOOK_S = LOOK_S
    console_clock.time_ns = clock = Clock()
    where = Target(region=REGION, access_key_id="AKIAEXAMPLE", secret_access_key="example", endpoint_url=url)
    performer = Performer(connection=Connection(where), identity=ANN, trail=AuditTrail(folder))
    course = Course(Sky(performer, FlightLog(folder / "flights"), clock), MOMENTS[moment])
    await course.reach()
    print(moment, flush=True)
    await course.go_on(lambda state: not state.flying)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
