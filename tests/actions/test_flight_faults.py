"""Whatever goes wrong at whichever step: alias, flight, its log and the audit trail tell the same in the end.

Nowhere are there weights that nobody accounts for: what an alias has is what the flight says that it has, or asked for
and may have got; or else the flight says that somebody else changed it.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from lambdatui.actions import flight as engine
from lambdatui.actions.flight import Flight
from lambdatui.actions.flight_log import FlightLog
from lambdatui.actions.flight_state import FlightState, Phase
from lambdatui.actions.traffic import told
from lambdatui.errors import AccessDenied, ConsoleError
from tests.actions.flying import ALIKE, LATE, MOMENTS, Course, Sky, Slow, state
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, cut, error
from tests.support.split_alias import GET, UPDATE, SplitAlias, changed_first

Fault = Callable[[Sky, SplitAlias], None]
"""Puts something in the way."""
Begin = Callable[[str], Course]
CHANGES = {"start": 1, "step": 2, "promote": 3, "rollback": 2}
"""The number of the change that is made at a moment; at the others none is."""
DAY_NS = 24 * 3_600 * 10**9


def answering(answer: Answer) -> Fault:
    return lambda _, live: setattr(live, "fault", answer)


def arrived_and_cut(_: Sky, live: SplitAlias) -> None:
    live.fault = live.carry_out_and_cut


def changed_by_another(_: Sky, live: SplitAlias) -> None:
    live.change("1", v2=0.3)


def changed_in_the_last_moment(_: Sky, live: SplitAlias) -> None:
    live.fault = changed_first(lambda: live.change("1", v2=0.3), live.carry_out)


def described_by_another(_: Sky, live: SplitAlias) -> None:
    live.fault = changed_first(lambda: setattr(live, "revision", live.revision + 1), live.carry_out)


def deleted(_: Sky, live: SplitAlias) -> None:
    live.gone = True


def without_new_version(_: Sky, live: SplitAlias) -> None:
    del live.versions["2"]


def metrics_late(sky: Sky, _: SplitAlias) -> None:
    sky.sight = LATE


def metrics_missing(sky: Sky, _: SplitAlias) -> None:
    sky.sight = AccessDenied("cloudwatch:GetMetricData")


def clock_put_forward(sky: Sky, _: SplitAlias) -> None:
    sky.clock.now_ns += DAY_NS


def clock_put_back(sky: Sky, _: SplitAlias) -> None:
    sky.clock.now_ns -= DAY_NS


@dataclass(frozen=True)
class End:
    """How a flight stands when nothing more happens to it."""

    phase: Phase
    percent: float
    why: str = ""
    """How the reason of its phase begins, of its judgement where it bakes."""
    trouble: str = ""
    """How the reason begins for which the last change was not carried out."""

    def reached(self, flight: Flight) -> bool:
        state = flight.state
        judged = flight.judgement.why if flight.judgement is not None and state.phase is Phase.BAKING else state.why
        exact = (state.phase, state.percent, bool(state.trouble)) == (self.phase, self.percent, bool(self.trouble))
        return exact and judged.startswith(self.why) and state.trouble.startswith(self.trouble)


Row = dict[str, End]
"""The end by the moment."""

UNHINDERED: Row = {
    "start": End(Phase.PROMOTED, 100),
    "step": End(Phase.PROMOTED, 100),
    "bake": End(Phase.BAKING, 10, "not enough evidence: 10 invocations"),
    "hold": End(Phase.HELD, 10, "the operator holds it"),
    "promote": End(Phase.PROMOTED, 100),
    "rollback": End(Phase.ROLLED_BACK, 0, "the operator rolled it back"),
}


def refused(trouble: str, **other: End) -> Row:
    """The next change is not carried out, and the alias is as it was: on is held, back is tried again."""
    return {
        **UNHINDERED,
        "start": End(Phase.HELD, 0, trouble=trouble),
        "step": End(Phase.HELD, 10, trouble=trouble),
        "promote": End(Phase.HELD, 50, trouble=trouble),
        "rollback": End(Phase.ROLLING_BACK, 10, "the operator rolled it back", trouble),
        **other,
    }


def unseen(why: str) -> Row:
    """Nothing tells that the new version is well: it stays where it is."""
    baking = End(Phase.BAKING, 10, why)
    return {
        **UNHINDERED,
        "start": baking,
        "step": baking,
        "bake": baking,
        "promote": End(Phase.BAKING, 50, why),
    }


def always(end: End, *unhindered: str) -> Row:
    """Nothing more is done to the alias."""
    return {moment: UNHINDERED[moment] if moment in unhindered else end for moment in MOMENTS}


DENIED = "not permitted: lambda:UpdateAlias"
OTHER = End(Phase.STOPPED, 30, "somebody else changed the alias: ")
TABLE: dict[str, tuple[Fault, Row]] = {
    "throttled": (answering(error("TooManyRequestsException", 429)), refused("throttled: lambda:UpdateAlias")),
    "denied": (
        answering(error("AccessDeniedException", 403, "not authorized to perform: lambda:UpdateAlias")),
        refused(DENIED, rollback=End(Phase.NO_WAY_BACK, 10, "the operator rolled it back", DENIED)),
    ),
    "conflict": (
        answering(error("ResourceConflictException", 409, "An update is in progress")),
        refused("An update is in progress"),
    ),
    "refused": (answering(error("InvalidParameterValueException", 400, "no")), refused("no")),
    "server error": (answering(error("ServiceException", 500)), refused("lambda is out of order")),
    "cut before it arrived": (answering(cut()), refused("the connection to http://")),
    "cut after it arrived": (arrived_and_cut, UNHINDERED),
    "another revision": (described_by_another, refused("The RevisionId provided does not match")),
    "changed by another": (changed_by_another, always(OTHER)),
    "changed in the last moment": (changed_in_the_last_moment, always(OTHER, "bake", "hold")),
    "metrics late": (metrics_late, unseen("metrics are 240 s late")),
    "metrics missing": (metrics_missing, unseen("not enough evidence: not permitted: cloudwatch:GetMetricData")),
    "alias deleted": (deleted, always(End(Phase.GONE, 0, "the alias is gone: "))),
    "version deleted": (without_new_version, refused("orders has no version 2", rollback=UNHINDERED["rollback"])),
    "clock put forward": (clock_put_forward, UNHINDERED),
    "clock put back": (clock_put_back, UNHINDERED),
}
"""What may go wrong, and how the flight ends where it does, by the moment at which it does."""


def truthful(flight: Flight, sky: Sky, live: SplitAlias) -> None:
    """Fails where flight, its log or the audit trail tell of the alias what is not so."""
    lines = sky.performer.trail.read().entries
    assert all(line.error for line in lines if line.result != "done")
    assert {line.batch for line in lines} <= {flight.state.id}
    kept = sky.log.kept()
    if flight.state.over:
        assert kept == {}
    else:
        assert FlightState.model_validate_json(kept[flight.state.id]) == flight.state
    if flight.state.phase is Phase.GONE:
        assert live.gone
        return
    assert live.shares == divided(flight.state.percent)
    if flight.state.phase is Phase.STOPPED:
        return
    written = map(json.loads, sky.performer.trail.path.read_text().splitlines() if lines else ())
    done = [line["after"] for line in written if line.get("result") == "done"]
    assert not done or done[-1] == told(flight.state.traffic(flight.state.percent))


def divided(percent: float) -> tuple[str, dict[str, float]]:
    """How the alias is where the new version has a share."""
    return ("2" if percent == 100 else "1"), {} if percent in {0, 100} else {"2": percent / 100}


@pytest.fixture
async def begin(sky: Sky) -> AsyncIterator[Begin]:
    """Makes flights that are to be brought to a moment; what still flies at the end is abandoned."""
    begun: list[Course] = []

    def course(moment: str) -> Course:
        begun.append(Course(sky, MOMENTS[moment]))
        return begun[-1]

    yield course
    for each in begun:
        await each.abandon()


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("fault", TABLE)
async def test_whatever_gets_into_its_way_is_told_as_it_is_and_the_way_back_stays_open(
    fault: str, moment: str, begin: Begin, sky: Sky, live: SplitAlias, endpoint: ScriptedEndpoint
) -> None:
    happens, row = TABLE[fault]
    course, end = begin(moment), row[moment]
    await course.reach()
    happens(sky, live)
    await course.go_on(lambda _: end.reached(course.flight))
    looks = endpoint.counts[GET]
    if course.flight.state.flying:
        await course.until(lambda _: endpoint.counts[GET] > looks + 5)
    else:
        await course.landed()
    assert end.reached(course.flight), "and it stays like this"
    truthful(course.flight, sky, live)

    live.fault = None
    await goes_back(course, live)


async def goes_back(course: Course, live: SplitAlias) -> None:
    """Nothing is in the way any more, and the operator wants it back; what has landed is as it was."""
    ended = course.flight.state
    course.flight.roll_back()
    landed = await course.landed()
    truthful(course.flight, course.sky, live)
    assert landed.phase is (Phase.ROLLED_BACK if ended.flying else ended.phase)


async def test_what_arrives_later_than_its_judgement_is_known_as_the_flights_own(
    begin: Begin, live: SplitAlias
) -> None:
    late: list[Seen] = []
    course = begin("step")
    await course.reach()
    live.fault = lambda seen: late.append(seen) or cut()
    await course.go_on(lambda state: bool(state.trouble))
    assert course.flight.state.percent == 10
    live.carry_out(late[0])
    await course.until(lambda state: state.percent == 50)
    assert live.shares == divided(50)
    live.fault = None
    await goes_back(course, live)


# -- the console is left (SIGHUP, SIGTERM, quitting)

LEFT: dict[str, tuple[Phase, float]] = {
    **dict.fromkeys(MOMENTS, (Phase.ROLLED_BACK, 0)),
    "promote": (Phase.PROMOTED, 100),
}
"""How a flight ends that is left at a moment, while the change that it makes then is under way."""


@pytest.mark.parametrize("moment", MOMENTS)
async def test_left_it_ends_with_the_change_under_way_and_then_rolls_back(
    moment: str, begin: Begin, sky: Sky, live: SplitAlias
) -> None:
    course, slow = begin(moment), Slow(live)
    await course.reach()
    live.fault = slow
    await course.go_on(lambda _: True)
    if moment in CHANGES:
        await slow.arrived.wait()
    assert course.task is not None
    course.task.cancel()
    slow.answered.set()
    await asyncio.wait([course.task])
    await course.flight.leave()
    phase, percent = LEFT[moment]
    assert (course.flight.state.phase, live.shares, slow.at_once) == (phase, divided(percent), int(moment in CHANGES))
    truthful(course.flight, sky, live)
    assert {line.result for line in sky.performer.trail.read().entries} == {"done"}


async def test_left_while_a_change_gets_no_answer_it_rolls_back_what_arrived(
    begin: Begin, sky: Sky, live: SplitAlias, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "GRACE_S", 0.01)
    course, slow = begin("start"), Slow(live)
    live.fault = slow
    await course.go_on(lambda _: True)
    await slow.arrived.wait()
    live.fault = None
    await course.abandon()
    assert live.shares == divided(10)
    await course.flight.leave()
    assert course.flight.state.phase is Phase.ROLLED_BACK
    truthful(course.flight, sky, live)
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
    begin: Begin, live: SplitAlias, tmp_path: Path
) -> None:
    course = begin("step")
    await course.reach()
    aside = unwritable(tmp_path / "flights")
    course.sky.sight = ALIKE
    with pytest.raises(ConsoleError, match="nothing more is done to the alias until it can be"):
        await course.landed()
    (written,) = FlightLog(aside).left().values()
    assert live.shares == divided(FlightState.model_validate_json(written).percent) == divided(10)


async def test_without_an_audit_trail_nothing_is_sent(begin: Begin, endpoint: ScriptedEndpoint, tmp_path: Path) -> None:
    unwritable(tmp_path / "state")
    course = begin("start")
    await course.go_on(lambda state: state.phase is Phase.HELD)
    assert endpoint.counts[UPDATE] == 0
    assert "audit trail" in course.flight.state.trouble


async def test_a_change_whose_end_cannot_be_written_into_the_audit_trail_is_the_last(
    begin: Begin, live: SplitAlias, tmp_path: Path
) -> None:
    course = begin("step")
    await course.reach()
    live.fault = changed_first(lambda: unwritable(tmp_path / "state"), live.carry_out)
    course.sky.sight = ALIKE
    with pytest.raises(ConsoleError, match="audit trail"):
        await course.landed()
    (left,) = course.sky.left()
    assert (live.shares, left.percent) == (divided(50), 50)


# -- kill -9

KILLED = [(moment, when) for moment in MOMENTS for when in (("before", "after") if moment in CHANGES else ("at rest",))]


@pytest.mark.parametrize(("moment", "when"), KILLED)
async def test_what_a_killed_console_left_is_known_and_rolled_back_by_the_next(
    moment: str, when: str, sky: Sky, live: SplitAlias, endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    def killing(seen: Seen) -> Answer:
        if endpoint.counts[UPDATE] != CHANGES.get(moment):
            return live.carry_out(seen)
        if when == "after":
            live.carry_out(seen)
        process.kill()
        return cut()

    live.fault = killing
    program = (sys.executable, "-m", "tests.actions.flying", endpoint.url, str(tmp_path), moment)
    process = await asyncio.create_subprocess_exec(*program, stdout=PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == f"{moment}\n".encode()
    if moment not in CHANGES:
        process.kill()
    assert await process.wait() == -signal.SIGKILL
    live.fault = None
    (left,) = sky.left()
    was = MOMENTS[moment].at
    wanted = {"start": 10, "step": 50, "promote": 100, "rollback": 0}.get(moment)
    assert (left.percent, left.wanted) == (was, wanted), "what had been done, and what was about to be"
    assert live.shares == divided(was if wanted is None or when == "before" else wanted)

    again = sky.flight(left)
    again.roll_back()
    assert (await again.run()).phase is Phase.ROLLED_BACK
    assert (live.shares, sky.left()) == (divided(0), [])
