"""Shifts in fast time: an alias behind the scripted endpoint, a clock, and evidence that the test makes up.

Run as a program, with the endpoint's address and a folder, it flies one shift until it is killed.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lambdatui.actions import flight as engine
from lambdatui.actions.audit import AuditTrail
from lambdatui.actions.flight import Flight, FlightState, Phase
from lambdatui.actions.flight_log import FlightLog
from lambdatui.actions.performing import Performer
from lambdatui.aws.connection import Connection
from lambdatui.aws.target import Target
from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError
from lambdatui.insight.canary import Evidence, Period, Tally
from tests.actions.acting import ANN
from tests.support.endpoint import ACCOUNT, REGION

LOOK_S = 0.001
"""Between two looks; a minute of the flight's time goes by at each."""
MINUTE_NS = 60 * 10**9

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
    """Waits until the state is so; fails where the flight ends otherwise."""
    changed = asyncio.Event()
    flight.changed = changed.set
    while not holds(flight.state):
        assert flight.state.flying, flight.state
        await changed.wait()
        changed.clear()


def at_rest(state: FlightState) -> bool:
    """Whether nothing more happens unless something else changes."""
    return not state.flying or state.phase is Phase.HELD or bool(state.trouble)


async def main(url: str, folder: Path) -> None:
    """Flies a shift of a version that is always well."""
    engine.LOOK_S = LOOK_S
    where = Target(region=REGION, access_key_id="AKIAEXAMPLE", secret_access_key="example", endpoint_url=url)
    performer = Performer(connection=Connection(where), identity=ANN, trail=AuditTrail(folder))

    async def well(_: FlightState) -> Evidence:
        return ALIKE

    plan = "10%/0.001s, 50%/0.001s, 100%"
    await Flight(state(plan), performer=performer, observe=well, log=FlightLog(folder / "flights")).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
