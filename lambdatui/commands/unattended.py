"""A shift on its way without an operator: told as it goes, and never left waiting for one.

Progress goes to standard error for a person, and to standard output as a JSON object a line for a program. Nobody is
there to resume what is held, so a step that AWS does not carry out is tried again some times, and then given up.
"""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, TextIO

from lambdatui.actions.flight import Flight
from lambdatui.actions.flight_state import FlightState, Phase
from lambdatui.clock import now_ms
from lambdatui.commands.signals import heeding
from lambdatui.commands.status import Status
from lambdatui.errors import ConsoleError, Fault
from lambdatui.hang_up import LEAVE_S, or_to_nowhere
from lambdatui.insight.canary import Judgement, Verdict, totals
from lambdatui.ui.widgets.plain_text import plain

TRIES = 3
"""How often a step is tried again that AWS did not carry out."""
AGAIN_MS = 60_000
"""How long after it a judgement that holds the flight is told again, lest silence is taken for death."""


OF_SHIFT = {"account", "region", "old", "new", "plan", "leaving"}
"""What a program is told of a shift at its beginning."""
LANDED = {
    Phase.PROMOTED: Status.PROMOTED,
    Phase.ROLLED_BACK: Status.ROLLED_BACK,
    Phase.STOPPED: Status.STOPPED,
    Phase.GONE: Status.STOPPED,
}


class Unattended:
    """Flies one shift to its end.

    Args:
        flight: nobody else gives it commands.
    """

    def __init__(self, flight: Flight) -> None:
        self._flight = flight
        self._seen = flight.state
        self._judged: tuple[str, ...] = ()
        self._judged_ms = 0
        """When that was told, epoch ms."""
        self._tries = TRIES
        self._ended = asyncio.Event()
        self._signal: signal.Signals | None = None

    async def fly(self) -> int:
        """Flies until it has landed, has to be given up, or a signal ends it.

        Returns:
            The exit status.
        """
        state, flight = self._flight.state, self._flight
        flight.changed = self._look
        with heeding(self._end):
            began = f"{state.subject} from version {state.old} to {state.new}: {state.plan}"
            self._tell("began", began, **state.model_dump(include=OF_SHIFT))
            flying, ended = asyncio.create_task(flight.run()), asyncio.create_task(self._ended.wait())
            await asyncio.wait({flying, ended}, return_when=asyncio.FIRST_COMPLETED)
            await self._leave(flying)
        ended.cancel()
        return self._landed()

    async def _leave(self, flying: asyncio.Task[Any]) -> None:
        """Leaves the flight as its plan says if it has not landed, as far as that can be done in time."""
        why = "it could not go on" if self._signal is None else f"{self._signal.name} ended it"
        flying.cancel()
        try:
            async with asyncio.timeout(LEAVE_S):
                await asyncio.wait({flying})
                if flying.cancelled():
                    await self._flight.leave(why)
                elif (error := flying.exception()) is not None:
                    say(f"lambdatui: {error if isinstance(error, ConsoleError) else Fault(error)}")
        except TimeoutError:
            say(f"lambdatui: AWS did not answer within {LEAVE_S:g} s")
        except ConsoleError as error:
            say(f"lambdatui: {error}")

    def _landed(self) -> int:
        state, standing = self._flight.state, self._flight.standing
        landed = LANDED.get(state.phase, Status.LEFT if state.percent else Status.FAILED)
        status = int(landed if self._signal is None else 128 + self._signal)
        told = state.model_dump(mode="json", include={"phase", "percent", "wanted", "why", "trouble"})
        if state.phase is Phase.GONE:
            told["percent"] = None
        self._tell("landed", state.parting if state.flying else standing, **told, status=status)
        if not state.over:
            say("what is left of it is offered by the console, when it is opened here the next time")
        return status

    # -- while it flies

    def _look(self) -> None:
        """Tells what is new, and decides what an operator would be asked."""
        before, state = self._seen, self._flight.state
        self._seen = state
        if state.percent not in {before.percent, 0.0}:
            self._tries = TRIES
            bake = f", {state.steps[state.step]}" if state.percent < 100 else ""
            self._tell("step", f"step {state.step + 1} of {len(state.steps)}{bake}", percent=state.percent)
        if state.trouble and not before.trouble:
            self._tell(
                "trouble", f"not carried out: {self._flight.trouble}", wanted=state.wanted, trouble=state.trouble
            )
        if (judgement := self._flight.judgement) is not None and self._is_news(judgement):
            self._judged, self._judged_ms = _kind(judgement), now_ms()
            old, new = totals(self._flight.evidence.periods)
            self._tell("judgement", f"{judgement.verdict}: {judgement.why}", **asdict(judgement), old=old, new=new)
        if state.phase is Phase.NO_WAY_BACK:
            self._ended.set()
        elif state.phase is Phase.HELD is not before.phase and not self._ended.is_set():
            self._go_on()

    def _is_news(self, judgement: Judgement) -> bool:
        if _kind(judgement) != self._judged:
            return True
        return judgement.verdict is Verdict.HOLD and now_ms() - self._judged_ms >= AGAIN_MS

    def _go_on(self) -> None:
        state = self._flight.state
        if self._tries and state.step >= 0:
            self._tries -= 1
            self._flight.resume()
        elif state.leaving == "roll back":
            self._flight.roll_back(f"it could not go on: {state.trouble}")
        else:
            self._ended.set()

    def _tell(self, event: str, words: str, **particular: Any) -> None:
        state = self._flight.state
        record(event, state, **particular)
        minutes, seconds = divmod((now_ms() - state.began_ms) // 1_000, 60)
        say(f"+{minutes}:{seconds:02}  {words}")

    def _end(self, number: signal.Signals) -> None:
        self._signal = self._signal or number
        self._ended.set()


def record(event: str, state: FlightState, **particular: Any) -> None:
    """Tells a program of something that happened to a shift: a line of standard output."""
    at = datetime.fromtimestamp(now_ms() / 1_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    of = {"event": event, "at": at, "shift": state.id, "function": state.function, "alias": state.alias}
    _write(sys.stdout, json.dumps({**of, **particular}, default=asdict) + "\n")


def say(text: str, end: str = "\n") -> None:
    """Says something to the person at standard error."""
    _write(sys.stderr, plain(text) + end)


def _write(stream: TextIO, text: str) -> None:
    """Writes at once: a shift does not end with its reader."""
    with or_to_nowhere(stream):
        stream.write(text)
        stream.flush()


def _kind(judgement: Judgement) -> tuple[str, str]:
    """What makes a judgement another one: not that its numbers moved on."""
    return judgement.verdict, re.sub(r"[\d.,]+", "", judgement.why)
