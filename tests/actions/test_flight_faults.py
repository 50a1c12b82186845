"""Whatever goes wrong at whichever step: alias, flight, its log and the audit trail tell the same in the end.

Nowhere are there weights that nobody accounts for: what an alias has is what the flight says that it has, or asked for
and may have got; or else the flight says that somebody else changed it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from lambdatui.actions.flight import Flight, FlightState, Phase
from lambdatui.actions.flight_log import FlightLog
from lambdatui.actions.traffic import told
from lambdatui.errors import ConsoleError
from tests.actions.flying import ALIKE, QUIET, WORSE, Sight, Sky, at_rest, state, until
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, cut, error
from tests.support.split_alias import UPDATE, SplitAlias, changed_first

Fault = Callable[[SplitAlias], None]
"""Puts something in the way of the next change of the alias."""


def answering(answer: Answer) -> Fault:
    return lambda live: setattr(live, "fault", answer)


def arrived_and_cut(live: SplitAlias) -> None:
    live.fault = live.carry_out_and_cut


def changed_by_another(live: SplitAlias) -> None:
    live.fault = changed_first(lambda: live.change("1", v2=0.3), live.carry_out)


def described_by_another(live: SplitAlias) -> None:
    live.fault = changed_first(lambda: setattr(live, "revision", live.revision + 1), live.carry_out)


def deleted(live: SplitAlias) -> None:
    live.gone = True


def without_new_version(live: SplitAlias) -> None:
    del live.versions["2"]


REFUSED: dict[str, Fault] = {
    "throttled": answering(error("TooManyRequestsException", 429)),
    "denied": answering(error("AccessDeniedException", 403, "not authorized to perform: lambda:UpdateAlias")),
    "conflict": answering(error("ResourceConflictException", 409, "An update is in progress")),
    "refused": answering(error("InvalidParameterValueException", 400, "no")),
    "server error": answering(error("ServiceException", 500)),
    "cut before it arrived": answering(cut()),
    "another revision": described_by_another,
}
"""After these the alias is as it was."""
SHARES = (0, 10, 50)
"""The new version's, when the next change fails."""


def truthful(flight: Flight, sky: Sky, live: SplitAlias) -> None:
    """Fails where flight or audit trail tell of the alias what is not so."""
    lines = sky.performer.trail.read().entries
    assert all(line.error for line in lines if line.result != "done")
    assert {line.batch for line in lines} <= {flight.state.id}
    if flight.state.phase is Phase.STOPPED:
        assert flight.state.why
        return
    assert live.shares == divided(flight.state.percent)
    done = [line for line in lines if line.result == "done"]
    assert not done or done[0].after == told(flight.state.traffic(flight.state.percent))


def divided(percent: float) -> tuple[str, dict[str, float]]:
    """How the alias is where the new version has a share."""
    return ("2" if percent == 100 else "1"), {} if percent in {0, 100} else {"2": percent / 100}


class Course:
    """A flight that is brought to a share, where something gets into its way."""

    def __init__(self, sky: Sky, live: SplitAlias) -> None:
        self.sky, self.live = sky, live
        self.flight = sky.flight(state())
        self.task: asyncio.Task[FlightState] | None = None

    async def meets(self, fault: Fault, at: float, then: Sight = ALIKE) -> None:
        """Flies on after the fault by what is seen then, until nothing more happens; all is told as it is."""
        self.sky.sight = QUIET
        if at:
            await self.until(lambda state: state.percent == SHARES[1])
        if at > SHARES[1]:
            self.flight.next()
            await until(self.flight, lambda state: state.percent == at)
        fault(self.live)
        self.sky.sight = then
        await self.until(at_rest)
        truthful(self.flight, self.sky, self.live)

    async def until(self, holds: Callable[[FlightState], bool]) -> None:
        """Flies until the state is so."""
        self.task = self.task or asyncio.create_task(self.flight.run())
        await until(self.flight, holds)

    async def goes_back(self) -> None:
        """Nothing is in the way any more, and the operator wants it back."""
        self.live.fault = None
        assert self.task is not None
        self.flight.roll_back()
        landed = await self.task
        truthful(self.flight, self.sky, self.live)
        assert (landed.phase, self.live.shares, self.sky.left()) == (Phase.ROLLED_BACK, divided(0), [])


@pytest.fixture
async def course(sky: Sky, live: SplitAlias) -> AsyncIterator[Course]:
    course = Course(sky, live)
    yield course
    if course.task is not None:
        course.task.cancel()
        await asyncio.gather(course.task, return_exceptions=True)


@pytest.mark.parametrize("at", SHARES)
@pytest.mark.parametrize("fault", REFUSED.values(), ids=REFUSED)
async def test_a_step_that_was_not_carried_out_is_held_with_the_reason(fault: Fault, at: float, course: Course) -> None:
    await course.meets(fault, at)
    held = course.flight.state
    assert (held.phase, held.percent, bool(held.trouble)) == (Phase.HELD, at, True)
    await course.goes_back()


@pytest.mark.parametrize("at", SHARES[1:])
@pytest.mark.parametrize("fault", REFUSED.values(), ids=REFUSED)
async def test_a_way_back_that_was_not_carried_out_is_tried_until_it_is(
    fault: Fault, at: float, course: Course
) -> None:
    await course.meets(fault, at, then=WORSE)
    on_its_way = course.flight.state
    assert (on_its_way.phase, on_its_way.percent, bool(on_its_way.trouble)) == (Phase.ROLLING_BACK, at, True)
    course.live.fault = None
    assert course.task is not None
    assert (await course.task).phase is Phase.ROLLED_BACK
    truthful(course.flight, course.sky, course.live)


@pytest.mark.parametrize("at", SHARES)
async def test_answers_that_are_lost_change_nothing(at: float, course: Course) -> None:
    await course.meets(arrived_and_cut, at)
    assert (course.flight.state.phase, course.flight.state.trouble) == (Phase.PROMOTED, "")


@pytest.mark.parametrize("at", SHARES)
@pytest.mark.parametrize("then", [ALIKE, WORSE], ids=["on", "back"])
async def test_a_change_by_somebody_else_in_the_last_moment_stops_it(then: Sight, at: float, course: Course) -> None:
    await course.meets(changed_by_another, at, then)
    assert course.flight.state.phase is Phase.STOPPED
    assert "is at 1 (70 %) and 2 (30 %)" in course.flight.state.why
    assert course.live.shares == divided(30)


@pytest.mark.parametrize("at", SHARES)
async def test_an_alias_that_is_deleted_stops_it(at: float, course: Course) -> None:
    await course.meets(deleted, at)
    assert course.flight.state.phase is Phase.STOPPED
    assert course.flight.state.why.startswith("the alias is gone: ")


@pytest.mark.parametrize("at", SHARES)
async def test_a_version_that_is_deleted_leaves_the_way_back_open(at: float, course: Course) -> None:
    await course.meets(without_new_version, at)
    assert (course.flight.state.phase, course.flight.state.percent) == (Phase.HELD, at)
    await course.goes_back()


async def test_what_arrives_later_than_its_judgement_is_known_as_the_flights_own(course: Course) -> None:
    late: list[Seen] = []

    def delayed(live: SplitAlias) -> None:
        live.fault = changed_first(lambda: None, lambda seen: late.append(seen) or cut())

    await course.meets(delayed, 10)
    assert course.flight.state.percent == 10
    course.live.carry_out(late[0])
    await until(course.flight, lambda state: state.percent == 50)
    assert course.live.shares == divided(50)
    await course.goes_back()


async def test_left_while_a_step_is_on_its_way_it_rolls_back_what_arrived(
    sky: Sky, live: SplitAlias, endpoint: ScriptedEndpoint
) -> None:
    arrived = asyncio.Event()

    def carried_out_without_an_answer(seen: Seen) -> Answer:
        live.fault = None
        live.carry_out(seen)
        arrived.set()
        return Answer(after=asyncio.Event())

    live.fault = carried_out_without_an_answer
    flight = sky.flight(state())
    task = asyncio.create_task(flight.run())
    await arrived.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert live.shares == divided(10)
    await flight.leave()
    assert (flight.state.phase, live.shares, sky.left()) == (Phase.ROLLED_BACK, divided(0), [])
    assert [line.result for line in sky.performer.trail.read().entries] == ["done", "unknown"]


# -- what cannot be written down


def unwritable(folder: Path) -> Path:
    """Puts a file in the place of a folder; where the folder is now."""
    aside = folder.with_name(f"{folder.name}-aside")
    folder.mkdir(exist_ok=True)
    folder.rename(aside)
    folder.touch()
    return aside


async def test_a_flight_that_cannot_be_written_down_does_not_begin(
    sky: Sky, live: SplitAlias, endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    unwritable(tmp_path / "flights")
    with pytest.raises(ConsoleError, match="the flight cannot be written down"):
        await sky.flight(state()).run()
    assert endpoint.operations == []


async def test_a_flight_that_can_be_written_down_no_more_leaves_the_alias_as_it_is_written(
    course: Course, tmp_path: Path
) -> None:
    await course.until(lambda state: state.percent == 10)
    aside = unwritable(tmp_path / "flights")
    assert course.task is not None
    with pytest.raises(ConsoleError, match="nothing more is done to the alias until it can be"):
        await course.task
    (written,) = FlightLog(aside).left().values()
    assert course.live.shares == divided(FlightState.model_validate_json(written).percent) == divided(10)


async def test_without_an_audit_trail_nothing_is_sent(
    course: Course, endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    unwritable(tmp_path / "state")
    await course.until(at_rest)
    assert (course.flight.state.phase, endpoint.counts[UPDATE]) == (Phase.HELD, 0)
    assert "audit trail" in course.flight.state.trouble


# -- kill -9


@pytest.mark.parametrize("number", [1, 2, 3], ids=["first step", "second step", "promotion"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_what_a_killed_console_left_is_known_and_rolled_back_by_the_next(
    when: str, number: int, sky: Sky, live: SplitAlias, endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    processes: list[asyncio.subprocess.Process] = []

    def killing(seen: Seen) -> Answer:
        if endpoint.counts[UPDATE] < number:
            return live.carry_out(seen)
        if when == "after":
            live.carry_out(seen)
        os.kill(processes[0].pid, signal.SIGKILL)
        return cut()

    live.fault = killing
    program = (sys.executable, "-m", "tests.actions.flying", endpoint.url, str(tmp_path))
    processes.append(await asyncio.create_subprocess_exec(*program))
    assert await processes[0].wait() == -signal.SIGKILL
    live.fault = None
    (left,) = sky.left()
    was, wanted = (0, 10, 50, 100)[number - 1 : number + 1]
    assert (left.percent, left.wanted) == (was, wanted), "what had been done, and what was about to be"
    assert live.shares == divided(wanted if when == "after" else was)

    again = sky.flight(left)
    again.roll_back()
    assert (await again.run()).phase is Phase.ROLLED_BACK
    assert (live.shares, sky.left()) == (divided(0), [])
