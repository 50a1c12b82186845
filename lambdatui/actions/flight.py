"""A shift on its way: step by step, judged all the time, and back at once where it has to be.

Every change of the alias is one planned and audited `traffic` action, and what is about to be done stands in the
flight's log before it is sent, so that the next start can tell of a console that died how far it came.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

from lambdatui.actions.action import Plan, State, Undo
from lambdatui.actions.flight_log import FlightLog
from lambdatui.actions.flight_state import FlightState, Phase
from lambdatui.actions.performing import LEFT, OtherAccount, Performer, attempt_of
from lambdatui.actions.traffic import ShiftTraffic, Traffic, in_words, told, traffic_of
from lambdatui.aws.releases import get_alias
from lambdatui.clock import now_ms
from lambdatui.errors import AccessDenied, Conflict, ConsoleError, NotFound
from lambdatui.insight.canary import DEFAULTS, Evidence, Judgement, Thresholds, Verdict, judge

LOOK_S = 10.0
"""Between two looks at how both versions do."""
LONGEST_PAUSE_S = 300.0
"""Before a way back that AWS refuses is tried again: `LOOK_S` at first, and twice as long each time up to this."""
ACCOUNT_S = 1.0
"""How long a way back waits to be told whose the credentials are; a step waits for the answer."""
GRACE_S = 2.0
"""How long a change that is under way is given to end when `Flight.run` is cancelled."""

Observe = Callable[[FlightState], Awaitable[Evidence]]
"""What is known of both versions since the flight began. Raises ConsoleError where that cannot be found out."""
Order = Callable[[], Coroutine[Any, Any, object]]
"""Something that a flight is to do."""


class Flight:
    """Flies one shift.

    Its commands may be given at any time, and are obeyed one after the other: each as soon as the change of the alias
    that is under way has ended, but without waiting for a look.

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
        self._action = ShiftTraffic(in_flight=True)
        self._asked = set[float]() if state.wanted is None else {state.wanted}
        """The shares that were asked for since AWS last confirmed one: any of them may still arrive."""
        self._orders: asyncio.Queue[Order] = asyncio.Queue()
        self._pause_s = 0.0
        """For how long nothing is tried, as AWS refused the way back; 0 where it did not."""
        self._found = ""
        """How the alias was when somebody else's change stopped it, in words."""

    @property
    def trouble(self) -> str:
        """Why it is stuck, and when what AWS refused is tried again; empty where it is not."""
        return "; ".join(filter(None, (self.state.trouble, self._again)))

    @property
    def standing(self) -> str:
        """How it stands, and what is known beside its state."""
        return "; ".join(filter(None, (self.state.standing, self._again, self._found)))

    @property
    def _again(self) -> str:
        return f"it is tried again within {self._pause_s:g} s" if self._pause_s else ""

    # -- commands

    def hold(self) -> None:
        """Goes no further by itself until told to."""
        self._orders.put_nowait(self._hold)

    def resume(self) -> None:
        """Goes on by its plan."""
        self._orders.put_nowait(self._resume)

    def next(self) -> None:
        """Takes the next step now: the one after that in which it is, however often it is told so meanwhile."""
        self._orders.put_nowait(partial(self._go, self.state.step + 1, "the operator took the last step"))

    def back(self) -> None:
        """Goes one step back, and holds there; from the first step, all the way."""
        self._orders.put_nowait(self._back)

    def roll_back(self, why: str = "the operator rolled it back") -> None:
        """Gives all of the traffic to the old version, in place of whatever was ordered before and has not begun."""
        while not self._orders.empty():
            self._orders.get_nowait()
        self._orders.put_nowait(partial(self._roll_back, why))

    def promote(self) -> None:
        """Gives all of the traffic to the new version."""
        self._orders.put_nowait(partial(self._go, len(self.state.steps) - 1, "the operator promoted it"))

    # -- flying

    async def run(self) -> FlightState:
        """Flies until it has landed. Cancelled, it ends with the change under way, for which it waits `GRACE_S`.

        Returns:
            How it ended.

        Raises:
            ConsoleError: another console flies it, or the flight's log or the audit trail cannot be written, so that
                nothing more is done.
        """
        with self._log.flying(self.state.id):
            self._log.save(self.state.id, self.state.model_dump_json())
            if self.state.phase is Phase.BAKING and self.state.step < 0 and self._orders.empty():
                self._orders.put_nowait(partial(self._go, 0))
            while self.state.flying:
                await _whole(await self._next())
            if self.state.over:
                self._log.forget(self.state.id)
        return self.state

    async def leave(self, why: str = LEFT) -> None:
        """What is to be done when the console is left and `run` was cancelled.

        Rolling back may fail, and the state tells so.

        Args:
            why: what made the console end.

        Raises:
            ConsoleError: another console flies it by now, or the flight's log or the audit trail cannot be written.
        """
        with self._log.flying(self.state.id):
            was = self.state
            if was.goes_back_when_left:
                await self._roll_back(was.why if was.going_back else why)
                if self.state.phase is Phase.ROLLING_BACK and self.state.percent != was.percent:
                    await self._set(0)  # what was on its way before has arrived in between
            elif was.flying:
                self._save(phase=Phase.HELD, why=why)
            if self.state.over:
                self._log.forget(self.state.id)

    async def _next(self) -> Order:
        """What is to be done next: as ordered or, where nothing is, as a look finds. An order ends the look."""
        ordered, looked = asyncio.create_task(self._orders.get()), asyncio.create_task(self._look())
        try:
            await asyncio.wait({ordered, looked}, return_when=asyncio.FIRST_COMPLETED)
            if not ordered.done():
                return looked.result()
            self._pause_s = 0.0
            return ordered.result()
        finally:
            await _end(ordered, looked)

    async def _look(self) -> Order:
        """Looks at alias and versions when it is time to; changes nothing, but tells what is to be done."""
        await asyncio.sleep(self._pause_s or LOOK_S)
        if not await self._is_ours():
            return _nothing
        if self.state.phase is Phase.ROLLING_BACK:
            return partial(self._roll_back, self.state.why)
        try:
            self.evidence = await self._observe(self.state)
            self.judgement = judge(self.evidence, self._thresholds)
        except ConsoleError as error:
            self.judgement = Judgement(Verdict.HOLD, f"not enough evidence: {error.title}")
        self.changed()
        if self.judgement.verdict is Verdict.ROLL_BACK and self.state.phase is not Phase.NO_WAY_BACK:
            return partial(self._roll_back, self.judgement.why)
        if not self._may_go_on(self.judgement):
            return _nothing
        return partial(self._go, self.state.step + 1, self.judgement.why)

    def _may_go_on(self, judgement: Judgement) -> bool:
        if now_ms() < self.state.step_began_ms:  # the clock was put back: how long it has baked is not known
            self._save(step_began_ms=now_ms())
        baked = self.state.phase is Phase.BAKING and not self.state.left_s(now_ms())
        return baked and judgement.verdict is Verdict.CONTINUE

    async def _is_ours(self) -> bool:
        """Whether the alias is as the flight left it, as far as is known, so that there is something to do about it.

        What is on its way and arrived after all is taken as it is.
        """
        there: Traffic | None = None
        try:
            there = traffic_of(await get_alias(self._performer.connection, self.state.function, self.state.alias))
        except NotFound as error:
            gone = error.title
        except ConsoleError:
            return True  # not known; whoever changes it next finds out
        found = told(there) if there is not None else None
        if found == told(self.state.traffic(self.state.percent)):
            self._save(wanted=None)
            return True
        if found is not None and (arrived := self._of_ours(found)):
            self._arrived(arrived[0])
            if self.state.phase is Phase.HELD and not self.state.why:  # only for not being known to have arrived
                self._save(phase=Phase.BAKING)
            return self.state.flying
        try:
            await self._performer.expect_account()
        except OtherAccount as error:
            if self.state.phase is not Phase.NO_WAY_BACK:
                self._refused(error)
        except ConsoleError:
            return True
        else:
            if there is None:
                self._save(phase=Phase.GONE, percent=0.0, wanted=None, why=f"the alias is gone: {gone}")
            else:
                self._stop(there)
        return False

    def _of_ours(self, found: State) -> list[float]:
        """The shares that the flight itself may have brought about which look like what is there."""
        return [share for share in (self.state.percent, *self._asked) if found == told(self.state.traffic(share))]

    def _stop(self, there: Traffic) -> None:
        """Does nothing more to the alias, which is as somebody else left it."""
        left, self._found = self.state.traffic(self.state.percent), f"now {in_words(there)}"
        self._save(
            phase=Phase.STOPPED,
            percent=there.share_of(self.state.new),
            wanted=None,
            trouble="",
            why=f"somebody else changed the alias: it was left with {in_words(left)}",
        )

    async def _go(self, step: int, why: str = "") -> None:
        """Goes to a step of the plan, and bakes there.

        Args:
            why: what is told of it if it is the last one.
        """
        if self.state.phase is Phase.ROLLING_BACK:  # since that was ordered
            return
        self._save(trouble="")
        steps = self.state.steps
        if await self._set(steps[min(step, len(steps) - 1)].percent):
            landed = not self.state.flying
            self._save(phase=self.state.phase if landed else Phase.BAKING, why=why if landed else "")

    async def _back(self) -> None:
        if self.state.step <= 0:
            await self._roll_back("the operator went back from the first step")
        elif self.state.phase is not Phase.ROLLING_BACK:
            self._save(phase=Phase.HELD, why="the operator went back", trouble="")
            await self._set(self.state.steps[self.state.step - 1].percent)

    async def _roll_back(self, why: str) -> None:
        again = self.state.phase is Phase.ROLLING_BACK
        self._save(phase=Phase.ROLLING_BACK, why=why, trouble=self.state.trouble if again else "")
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
        unwritten: ConsoleError | None = None
        try:
            plan = await self._planned(percent)
            if plan.calls:
                if not self._of_ours(plan.before):
                    await self._is_ours()
                    return False
                self._asked.add(percent)
                plan = replace(plan, undo=self._undo(percent))
                outcome = await self._performer.perform("traffic", self._action, plan, batch=self.state.id)
                unwritten = outcome.unwritten
                if outcome.error is not None:
                    raise outcome.error
        except ConsoleError as error:
            if not isinstance(error, Conflict | NotFound) or await self._is_ours():
                self._refused(error)
            arrived = False
        else:
            self._arrived(percent)
            arrived = True
        if unwritten is not None:
            raise unwritten
        return arrived

    async def _planned(self, percent: float) -> Plan:
        """What gives the new version a share, after a look at whose the credentials are.

        Raises:
            ConsoleError: they are of another account, or nothing could be planned.
        """
        planning = self._action.plan(self._performer.connection, self.state.subject, self.state.traffic(percent))
        other, plan = await asyncio.gather(self._expect_account(percent), planning, return_exceptions=True)
        if other is not None:
            raise other
        if isinstance(plan, BaseException):
            raise plan
        return plan

    async def _expect_account(self, percent: float) -> None:
        """Looks whose the credentials are that give the new version a share; a way back is made where none tells.

        Raises:
            OtherAccount: they are of another account than when the flight began; that is on record.
            ConsoleError: that could not be found out, and it is no way back.
        """
        back = percent <= self.state.percent
        try:
            async with asyncio.timeout(ACCOUNT_S if back else None):
                await self._performer.expect_account()
        except OtherAccount as error:
            performer, asked = self._performer, self.state.traffic(percent).model_dump()
            line = attempt_of(performer.identity, "traffic", self.state.subject, batch=self.state.id, params=asked)
            await asyncio.to_thread(performer.trail.append, line.concluded("refused", error=error.title))
            raise
        except (ConsoleError, TimeoutError):
            if not back:
                raise

    def _undo(self, percent: float) -> Undo | None:
        """What takes a change back later on: all of it, for a division that nobody watches is no way back."""
        return Undo(action="traffic", params=self.state.traffic(0)) if percent > 0 else None

    def _refused(self, error: ConsoleError) -> None:
        """AWS did not carry a change out: a way back is tried again where that may help, and all else is held."""
        if self.state.phase is not Phase.ROLLING_BACK:
            self._save(phase=Phase.HELD, trouble=str(error))
        elif isinstance(error, AccessDenied | OtherAccount):
            self._save(phase=Phase.NO_WAY_BACK, trouble=str(error))
        else:
            self._pause_s = min(2 * self._pause_s or LOOK_S, LONGEST_PAUSE_S)
            self._save(trouble=str(error))

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
        self._pause_s = 0.0
        if percent >= 100 and self.state.phase is not Phase.ROLLING_BACK:
            self._save(phase=Phase.PROMOTED)
        elif percent <= 0:
            self._save(phase=Phase.ROLLED_BACK)

    def _save(self, **changed: Any) -> None:
        state = self.state.model_copy(update=changed)
        if state != self.state:
            self.state = state
            self._log.save(state.id, state.model_dump_json())
            self.changed()


async def _nothing() -> None:
    """Nothing is to be done."""


async def _whole(order: Order) -> None:
    """Does what was ordered. Cancelled, it waits `GRACE_S` for that, so that no change is torn without need."""
    doing = asyncio.create_task(order())
    try:
        await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait({doing}, timeout=GRACE_S)
        raise
    finally:
        await _end(doing)


async def _end(*tasks: asyncio.Task[Any]) -> None:
    """Cancels what still runs, and waits until it has ended."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
