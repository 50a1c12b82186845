"""A shift on its way: step by step, judged all the time, and back at once where it has to be.

Every change of the alias is one planned and audited `traffic` action, and what is about to be done stands in the
flight's log before it is sent, so that the next start can tell of a console that died how far it came.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any, Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

from lambdatui.actions.action import State, Subject
from lambdatui.actions.flight_log import FlightLog
from lambdatui.actions.performing import Performer
from lambdatui.actions.traffic import ShiftTraffic, Traffic, told, traffic_of
from lambdatui.aws.releases import get_alias
from lambdatui.clock import now_ms
from lambdatui.errors import Conflict, ConsoleError, NotFound
from lambdatui.insight.canary import DEFAULTS, Evidence, Judgement, Thresholds, Verdict, judge
from lambdatui.insight.shift_plan import ShiftPlan, read_plan

LOOK_S = 10.0
"""Between two looks at how both versions do."""

Leaving = Literal["roll back", "hold", "refuse"]
"""What becomes of a flight when the console is left."""


class Phase(StrEnum):
    """How a flight stands."""

    BAKING = "baking"
    HELD = "held"
    """By the operator, or as AWS refused a step: it goes back by itself if it has to, and on only when told to."""
    ROLLING_BACK = "rolling back"
    """It is to go back, and AWS has not carried that out yet."""
    ROLLED_BACK = "rolled back"
    PROMOTED = "promoted"
    STOPPED = "stopped"
    """Somebody else changed the alias, or it is gone: nothing more is done to it."""


FLYING = frozenset({Phase.BAKING, Phase.HELD, Phase.ROLLING_BACK})


class FlightState(BaseModel):
    """All that is to be known of a flight after the console that flew it is gone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(default_factory=lambda: uuid4().hex)
    account: str
    region: str
    function: str
    alias: str
    old: str
    """The version that had all of the traffic."""
    new: str
    plan: str
    """Its steps, as `read_plan` reads them."""
    leaving: Leaving = "roll back"
    step: int = -1
    """The number of the step that it is in, from 0; -1 before the first."""
    percent: float = 0.0
    """The new version's share as AWS last confirmed it."""
    wanted: float | None = None
    """The share that is being asked for; None while nothing is on its way."""
    phase: Phase = Phase.BAKING
    why: str = ""
    """What brought it to its phase, in one sentence."""
    trouble: str = ""
    """Why the last change was not carried out; empty where it was."""
    began_ms: int
    step_began_ms: int
    """Epoch ms."""

    @property
    def steps(self) -> ShiftPlan:
        return read_plan(self.plan)

    @property
    def subject(self) -> Subject:
        return Subject(function=self.function, qualifier=self.alias)

    @property
    def flying(self) -> bool:
        return self.phase in FLYING

    def traffic(self, percent: float) -> Traffic:
        """How the alias is to divide its traffic for the new version to have a share.

        All or nothing goes to one version, without weights (facts 3.2).
        """
        if percent <= 0:
            return Traffic(version=self.old)
        return (
            Traffic(version=self.new)
            if percent >= 100
            else Traffic(version=self.old, additional=self.new, percent=percent)
        )

    def left_s(self, now_ms: int) -> float:
        """Seconds until the step's time is over."""
        if not 0 <= self.step < len(self.steps):
            return 0.0
        return max(0.0, self.steps[self.step].bake_s - (now_ms - self.step_began_ms) / 1_000)


Observe = Callable[[FlightState], Awaitable[Evidence]]
"""What is known of both versions since the flight began. Raises ConsoleError where that cannot be found out."""


class Flight:
    """Flies one shift. Its commands may be given at any time, and are obeyed one after the other.

    Args:
        state: how it stands: new, or as an earlier console left it.
        performer: changes the alias.
        observe: looks at both versions.
        log: keeps its state.
        thresholds: what it is judged by.
    """

    def __init__(
        self,
        state: FlightState,
        *,
        performer: Performer,
        observe: Observe,
        log: FlightLog,
        thresholds: Thresholds = DEFAULTS,
    ) -> None:
        self.state = state
        self.evidence = Evidence()
        self.judgement: Judgement | None = None
        self.changed: Callable[[], None] = lambda: None
        """Called when there is something new to show."""
        self._performer = performer
        self._observe = observe
        self._log = log
        self._thresholds = thresholds
        self._action = ShiftTraffic()
        self._asked = set[float]() if state.wanted is None else {state.wanted}
        """The shares that were asked for since AWS last confirmed one: any of them may still arrive."""
        self._commands: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()

    # -- commands

    def hold(self) -> None:
        """Goes no further by itself until told to."""
        self._commands.put_nowait(self._hold)

    def resume(self) -> None:
        """Goes on by its plan."""
        self._commands.put_nowait(self._resume)

    def next(self) -> None:
        """Takes the next step now."""
        self._commands.put_nowait(lambda: self._go(self.state.step + 1))

    def back(self) -> None:
        """Goes one step back, and holds there; from the first step, all the way."""
        self._commands.put_nowait(self._back)

    def roll_back(self, why: str = "the operator rolled it back") -> None:
        """Gives all of the traffic to the old version."""
        self._commands.put_nowait(lambda: self._roll_back(why))

    def promote(self) -> None:
        """Gives all of the traffic to the new version."""
        self._commands.put_nowait(lambda: self._go(len(self.state.steps) - 1))

    # -- flying

    async def run(self) -> FlightState:
        """Flies until it has landed.

        Returns:
            How it ended.

        Raises:
            ConsoleError: another console flies it, or the flight's log cannot be written, so that nothing more is done.
        """
        with self._log.flying(self.state.id):
            self._save()
            if self.state.phase is Phase.BAKING and self.state.step < 0:
                await self._go(0)
            while self.state.flying:
                try:
                    command = await asyncio.wait_for(self._commands.get(), LOOK_S)
                except TimeoutError:
                    command = self._look
                await command()
                self.changed()
            self._log.forget(self.state.id)
        return self.state

    async def leave(self) -> None:
        """What is to be done when the console is left and `run` was cancelled; rolling back may fail, and tells so."""
        if self.state.flying and self.state.leaving == "roll back":
            was = self.state.percent
            await self._roll_back("the console was left")
            if self.state.flying and self.state.percent != was:  # what was on its way before has arrived in between
                await self._roll_back(self.state.why)
        elif self.state.flying:
            self._save(phase=Phase.HELD, why="the console was left")
        if not self.state.flying:
            self._log.forget(self.state.id)

    async def _look(self) -> None:
        """Looks at alias and versions, and does what follows."""
        if not await self._is_ours():
            return
        if self.state.phase is Phase.ROLLING_BACK:
            await self._roll_back(self.state.why)
            return
        try:
            self.evidence = await self._observe(self.state)
        except ConsoleError as error:
            self.judgement = Judgement(Verdict.HOLD, f"not enough evidence: {error.title}")
            return
        self.judgement = judge(self.evidence, self._thresholds)
        if self.judgement.verdict is Verdict.ROLL_BACK:
            await self._roll_back(self.judgement.why)
        elif self._may_go_on(self.judgement):
            await self._go(self.state.step + 1)

    def _may_go_on(self, judgement: Judgement) -> bool:
        if now_ms() < self.state.step_began_ms:  # the clock was put back: how long it has baked is not known
            self._save(step_began_ms=now_ms())
        baked = self.state.phase is Phase.BAKING and not self.state.left_s(now_ms())
        return baked and judgement.verdict is Verdict.CONTINUE

    async def _is_ours(self) -> bool:
        """Whether the alias is as the flight left it. What is on its way and arrived after all is taken as it is."""
        try:
            alias = await get_alias(self._performer.connection, self.state.function, self.state.alias)
        except NotFound as error:
            self._save(phase=Phase.STOPPED, why=f"the alias is gone: {error.title}")
            return False
        except ConsoleError:
            return True  # not known; whoever changes it next finds out
        found = told(traffic_of(alias))
        if found == told(self.state.traffic(self.state.percent)):
            self._save(wanted=None)
        elif arrived := self._of_ours(found):
            self._arrived(arrived[0])
            if self.state.phase is Phase.HELD and not self.state.why:  # only for not being known to have arrived
                self._save(phase=Phase.BAKING)
        else:
            self._stop(found)
        return self.state.flying

    def _of_ours(self, found: State) -> list[float]:
        """The shares that the flight itself may have brought about which look like what is there."""
        return [share for share in (self.state.percent, *self._asked) if found == told(self.state.traffic(share))]

    def _stop(self, found: State) -> None:
        expected = told(self.state.traffic(self.state.percent))
        self._save(
            phase=Phase.STOPPED,
            why=f"somebody else changed the alias: it was left at {_in_words(expected)}, and is at {_in_words(found)}",
        )

    async def _go(self, step: int) -> None:
        """Goes to a step of the plan, and bakes there."""
        steps = self.state.steps
        if await self._set(steps[min(step, len(steps) - 1)].percent):
            self._save(phase=Phase.BAKING if self.state.flying else self.state.phase, why="")

    async def _back(self) -> None:
        if self.state.step <= 0:
            await self._roll_back("the operator went back from the first step")
        elif self.state.phase is not Phase.ROLLING_BACK:
            self._save(phase=Phase.HELD, why="the operator went back")
            await self._set(self.state.steps[self.state.step - 1].percent)

    async def _roll_back(self, why: str) -> None:
        self._save(phase=Phase.ROLLING_BACK, why=why)
        await self._set(0)

    async def _hold(self) -> None:
        if self.state.phase is not Phase.ROLLING_BACK:
            self._save(phase=Phase.HELD, why="the operator holds it")

    async def _resume(self) -> None:
        if self.state.phase is Phase.ROLLING_BACK:
            return
        if self.state.step < 0:
            await self._go(0)
        else:
            self._save(phase=Phase.BAKING, why="", trouble="")

    async def _set(self, percent: float) -> bool:
        """Gives the new version a share; whether that is so now. If not, the state says why."""
        self._save(wanted=percent)
        try:
            plan = await self._action.plan(self._performer.connection, self.state.subject, self.state.traffic(percent))
            if plan.calls:
                if not self._of_ours(plan.before):
                    self._stop(plan.before)
                    return False
                self._asked.add(percent)
                outcome = await self._performer.perform("traffic", self._action, plan, batch=self.state.id)
                if outcome.error is not None:
                    raise outcome.error
        except ConsoleError as error:
            if not isinstance(error, Conflict | NotFound) or await self._is_ours():
                # It is tried again where it is to go back, and held where it was to go on.
                held = self.state.phase if self.state.phase is Phase.ROLLING_BACK else Phase.HELD
                self._save(phase=held, trouble=str(error))
            return False
        self._arrived(percent)
        return True

    def _arrived(self, percent: float) -> None:
        """The new version has this share: AWS has confirmed it."""
        shares = [step.percent for step in self.state.steps]
        self._save(
            percent=percent,
            wanted=None,
            trouble="",
            step=shares.index(percent) if percent in shares else -1,
            step_began_ms=now_ms(),
        )
        self._asked.clear()
        if percent >= 100 and self.state.phase is not Phase.ROLLING_BACK:
            self._save(phase=Phase.PROMOTED)
        elif percent <= 0:
            self._save(phase=Phase.ROLLED_BACK)

    def _save(self, **changed: Any) -> None:
        self.state = self.state.model_copy(update=changed)
        self._log.save(self.state.id, self.state.model_dump_json())
        self.changed()


def _in_words(traffic: State) -> str:
    return " and ".join(filter(None, traffic.values()))
