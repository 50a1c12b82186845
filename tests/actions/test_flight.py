"""A shift on its way, in fast time: where it goes by itself, what the operator makes of it, and who else changes it."""

from __future__ import annotations

import asyncio
import fcntl
import json
from collections.abc import AsyncIterator

import pytest

from lambdatui.actions import flight as engine
from lambdatui.actions.flight import Flight
from lambdatui.actions.flight_state import Phase
from lambdatui.errors import AccessDenied, ConsoleError
from lambdatui.insight.canary import Evidence
from tests.actions.flying import ALIKE, LATE, LOOK_S, PATIENCE_S, QUIET, WORSE, Clock, Sky, Slow, state, until
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, error
from tests.support.split_alias import GET, UPDATE, SplitAlias, changed_first

STEPS = [("1", {"2": 0.1}), ("1", {"2": 0.5}), ("2", {})]
"""How the plan of the tests divides the alias."""


@pytest.fixture
async def flight(sky: Sky) -> AsyncIterator[Flight]:
    """A flight that is on its way, through 10 % and 50 %, five minutes each."""
    flying = sky.flight(state())
    task = asyncio.create_task(flying.run())
    yield flying
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def landed(flight: Flight) -> Flight:
    await until(flight, lambda state: not state.flying)
    return flight


# -- by itself


async def test_a_good_version_gets_everything_step_by_step(flight: Flight, live: SplitAlias, sky: Sky) -> None:
    seen = []
    for percent in (10, 50, 100):
        await until(flight, lambda state, share=percent: state.percent == share)  # type: ignore[misc]
        seen.append(live.shares)
    assert seen == STEPS
    assert (flight.state.phase, flight.state.step) == (Phase.PROMOTED, 2)
    assert flight.state.why == "1.0 % of the new version's invocations fail, 1.0 % of the old one's"
    assert sky.looks == 10, "each step bakes for its five minutes, and no longer"


async def test_a_bad_version_goes_back_within_the_first_bake_and_says_why(
    sky: Sky, flight: Flight, live: SplitAlias
) -> None:
    sky.sight = WORSE
    await landed(flight)
    assert (flight.state.phase, live.shares, sky.looks) == (Phase.ROLLED_BACK, ("1", {}), 1)
    assert flight.state.why.startswith("90 % of the new version's invocations fail, 0.1 % of the old one's")


@pytest.mark.parametrize(
    ("sight", "why"),
    [
        (QUIET, "not enough evidence: 10 invocations of the new version"),
        (LATE, "metrics are 240 s late"),
        (AccessDenied("cloudwatch:GetMetricData"), "not enough evidence: not permitted: cloudwatch:GetMetricData"),
    ],
    ids=["quiet", "late", "missing"],
)
async def test_without_evidence_it_stays_where_it_is_however_long_that_takes(
    sight: object, why: str, sky: Sky, flight: Flight, live: SplitAlias
) -> None:
    sky.sight = sight  # type: ignore[assignment]
    await until(flight, lambda _: sky.looks > 30)
    assert flight.judgement is not None
    assert flight.judgement.why.startswith(why)
    assert (live.shares, flight.state.phase) == (STEPS[0], Phase.BAKING)
    sky.sight = ALIKE
    assert (await landed(flight)).state.phase is Phase.PROMOTED


async def test_every_change_is_in_the_audit_trail_under_the_flight(flight: Flight, sky: Sky) -> None:
    await landed(flight)
    lines = sky.performer.trail.read().entries
    assert [(line.result, line.batch) for line in lines] == [("done", flight.state.id)] * 3
    assert [line.after["version"] for line in reversed(lines)] == ["1 (90 %)", "1 (50 %)", "2"]


async def test_each_of_its_changes_is_taken_back_by_giving_the_old_version_everything(flight: Flight, sky: Sky) -> None:
    await landed(flight)
    lines = sky.performer.trail.read().entries
    undos = [line.undo.parameters for line in lines if line.undo is not None]
    assert undos == [{"version": "1"}] * 3


async def test_a_way_back_has_none_itself(flight: Flight, sky: Sky) -> None:
    sky.sight = WORSE
    await landed(flight)
    back, _ = sky.performer.trail.read().entries
    assert (back.after["version"], back.undo) == ("1", None)


async def test_nothing_is_left_of_a_flight_that_landed(sky: Sky, live: SplitAlias) -> None:
    await sky.flight(state()).run()
    assert sky.left() == []


async def test_a_clock_put_forward_shortens_no_bake_without_evidence(
    sky: Sky, flight: Flight, live: SplitAlias, clock: Clock
) -> None:
    sky.sight = LATE
    await until(flight, lambda state: state.percent == 10)
    clock.now_ns += 24 * 3_600 * 10**9
    looks = sky.looks
    await until(flight, lambda _: sky.looks > looks + 3)
    assert live.shares == STEPS[0]


async def test_a_clock_put_back_begins_the_bake_anew(sky: Sky, flight: Flight, clock: Clock) -> None:
    sky.sight = QUIET
    await until(flight, lambda state: state.percent == 10)
    clock.now_ns -= 24 * 3_600 * 10**9
    sky.sight = ALIKE
    looks = sky.looks
    await until(flight, lambda state: state.percent == 50)
    assert sky.looks - looks <= 7


# -- the operator


async def test_held_it_goes_on_only_when_told_to(sky: Sky, flight: Flight, live: SplitAlias) -> None:
    flight.hold()
    await until(flight, lambda _: sky.looks > 20)
    assert (flight.state.phase, live.shares) == (Phase.HELD, STEPS[0])
    flight.resume()
    assert (await landed(flight)).state.phase is Phase.PROMOTED


async def test_held_it_goes_back_by_itself_all_the_same(sky: Sky, flight: Flight) -> None:
    flight.hold()
    await until(flight, lambda state: state.phase is Phase.HELD)
    sky.sight = WORSE
    assert (await landed(flight)).state.phase is Phase.ROLLED_BACK


async def test_the_operator_goes_on_without_evidence_and_back_again(sky: Sky, flight: Flight, live: SplitAlias) -> None:
    sky.sight = QUIET
    await until(flight, lambda state: state.percent == 10)
    flight.next()
    await until(flight, lambda state: state.percent == 50)
    assert live.shares == STEPS[1]
    flight.back()
    await until(flight, lambda state: state.percent == 10)
    assert (live.shares, flight.state.phase, flight.state.why) == (STEPS[0], Phase.HELD, "the operator went back")
    flight.back()
    await landed(flight)
    assert (live.shares, flight.state.phase) == (("1", {}), Phase.ROLLED_BACK)


@pytest.mark.parametrize(
    ("command", "shares", "phase"), [("roll_back", ("1", {}), Phase.ROLLED_BACK), ("promote", STEPS[2], Phase.PROMOTED)]
)
async def test_one_command_gives_everything_to_one_version(
    command: str, shares: object, phase: Phase, sky: Sky, flight: Flight, live: SplitAlias
) -> None:
    sky.sight = QUIET
    await until(flight, lambda state: state.percent == 10)
    getattr(flight, command)()
    await landed(flight)
    assert (live.shares, flight.state.phase) == (shares, phase)


async def test_rolling_back_waits_for_no_look(sky: Sky, live: SplitAlias) -> None:
    looking = asyncio.Event()

    async def look(_: object) -> Evidence:
        looking.set()
        await asyncio.Event().wait()
        return ALIKE

    flying = Flight(state(), performer=sky.performer, observe=look, log=sky.log)
    task = asyncio.create_task(flying.run())
    await looking.wait()
    flying.roll_back()
    assert (await asyncio.wait_for(task, PATIENCE_S)).phase is Phase.ROLLED_BACK
    assert live.shares == ("1", {})


async def test_rolling_back_goes_before_the_steps_that_were_ordered_and_after_the_one_under_way(
    sky: Sky, flight: Flight, live: SplitAlias, endpoint: ScriptedEndpoint
) -> None:
    sky.sight = QUIET
    await until(flight, lambda state: state.percent == 10)
    slow = Slow(live)
    live.fault = slow
    flight.next()
    await slow.arrived.wait()
    flight.next()
    flight.roll_back()
    slow.answered.set()
    await landed(flight)
    sent = [json.loads(seen.body) for seen in endpoint.requests if str(seen) == UPDATE]
    asked = [(each["FunctionVersion"], each["RoutingConfig"]["AdditionalVersionWeights"]) for each in sent]
    assert (asked, slow.at_once) == ([*STEPS[:2], ("1", {})], 1)


async def test_a_key_that_is_held_takes_one_step(
    sky: Sky, flight: Flight, live: SplitAlias, endpoint: ScriptedEndpoint
) -> None:
    sky.sight = QUIET
    await until(flight, lambda state: state.percent == 10)
    for _ in range(5):
        flight.next()
    looks = sky.looks
    await until(flight, lambda _: sky.looks > looks + 5)
    assert (live.shares, endpoint.counts[UPDATE]) == (STEPS[1], 2)


async def test_a_way_back_that_is_refused_is_tried_after_ever_longer_pauses_and_says_so(
    sky: Sky, flight: Flight, live: SplitAlias, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LONGEST_PAUSE_S", 5 * LOOK_S)
    told: list[str] = []
    sky.sight = QUIET
    await until(flight, lambda state: state.percent == 10)
    live.fault = changed_first(lambda: told.append(flight.trouble), error("ServiceException", 500))
    flight.roll_back()
    await until(flight, lambda _: len(told) == 6)
    assert [trouble.rpartition("; ")[2] for trouble in told[1:]] == [
        f"it is tried again within {pause:g} s" for pause in (0.001, 0.002, 0.004, 0.005, 0.005)
    ]
    live.fault = None
    assert (await landed(flight)).state.phase is Phase.ROLLED_BACK


@pytest.mark.parametrize("command", ["hold", "resume", "next", "back", "promote"])
async def test_on_its_way_back_it_obeys_nothing_that_was_meant_for_the_way_on(
    command: str, sky: Sky, flight: Flight, live: SplitAlias
) -> None:
    def refuse_all_traffic_to_the_old_version(seen: Seen) -> Answer:
        asked = json.loads(seen.body)
        back = asked["FunctionVersion"] == "1" and not asked["RoutingConfig"]["AdditionalVersionWeights"]
        return error("ServiceException", 500) if back else live.carry_out(seen)

    sky.sight = QUIET
    await until(flight, lambda state: state.percent == 10)
    live.fault = refuse_all_traffic_to_the_old_version
    flight.roll_back()
    await until(flight, lambda state: bool(state.trouble))
    getattr(flight, command)()
    looks = sky.performer.trail.read().entries
    await until(flight, lambda _: len(sky.performer.trail.read().entries) > len(looks) + 2)
    assert (flight.state.phase, live.shares) == (Phase.ROLLING_BACK, STEPS[0])


async def test_a_way_back_that_is_not_permitted_is_tried_once_and_then_the_operator_decides(
    sky: Sky, flight: Flight, live: SplitAlias, endpoint: ScriptedEndpoint
) -> None:
    await until(flight, lambda state: state.percent == 10)
    live.fault = error("AccessDeniedException", 403, "not authorized to perform: lambda:UpdateAlias")
    sky.sight = WORSE
    await until(flight, lambda state: state.phase is Phase.NO_WAY_BACK)
    looks = sky.looks
    await until(flight, lambda _: sky.looks > looks + 5)
    assert flight.state.why.startswith("90 % of the new version's invocations fail")
    assert flight.state.trouble.startswith("not permitted: lambda:UpdateAlias")
    assert endpoint.counts[UPDATE] == 2, "the first step, and one way back"
    live.fault = None
    flight.resume()
    assert (await landed(flight)).state.phase is Phase.ROLLED_BACK, "told to go on, it may go back by itself again"


async def test_a_key_that_is_held_down_takes_one_step(
    sky: Sky, flight: Flight, live: SplitAlias, endpoint: ScriptedEndpoint
) -> None:
    sky.sight = QUIET
    await until(flight, lambda state: state.percent == 10)
    for _ in range(3):
        flight.next()
    await until(flight, lambda state: state.percent == 50)
    looks = sky.looks
    await until(flight, lambda _: sky.looks > looks + 3)
    assert (flight.state.percent, endpoint.counts[UPDATE]) == (50, 2)


# -- somebody else


@pytest.mark.parametrize("weights", [{}, {"v2": 0.3}], ids=["all to another", "another share"])
async def test_whoever_else_changes_the_alias_stops_it_and_is_left_alone(
    weights: dict[str, float], sky: Sky, flight: Flight, live: SplitAlias, endpoint: ScriptedEndpoint
) -> None:
    sky.sight = QUIET
    await until(flight, lambda state: state.percent == 10)
    live.change("1", **weights)
    theirs, sent = live.shares, endpoint.counts[UPDATE]
    await landed(flight)
    assert (flight.state.phase, flight.state.percent) == (Phase.STOPPED, 100 * sum(weights.values()))
    told = "somebody else changed the alias: it was left with 10 % on version 2, 90 % on version 1"
    assert (flight.state.why, flight.standing.partition("; now ")[0].endswith(told)) == (told, True)
    assert (live.shares, endpoint.counts[UPDATE]) == (theirs, sent)


async def test_an_alias_that_was_another_than_told_is_not_shifted(sky: Sky, live: SplitAlias) -> None:
    live.change("3")
    landed = await sky.flight(state()).run()
    assert (landed.phase, live.shares) == (Phase.STOPPED, ("3", {}))
    assert sky.left() == [landed], "what becomes of it is to be decided yet"


async def test_a_new_description_is_nobody_elses_business(sky: Sky, flight: Flight, live: SplitAlias) -> None:
    await until(flight, lambda state: state.percent == 10)
    live.revision += 1
    assert (await landed(flight)).state.phase is Phase.PROMOTED


# -- leaving


async def left(sky: Sky, **particular: str) -> Flight:
    """The console is left in the first bake."""
    sky.sight = QUIET
    flying = sky.flight(state(**particular))
    task = asyncio.create_task(flying.run())
    await until(flying, lambda state: state.percent == 10)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await flying.leave()
    return flying


async def test_left_it_rolls_back_and_leaves_nothing_behind(sky: Sky, live: SplitAlias) -> None:
    flying = await left(sky)
    assert (flying.state.phase, flying.state.why) == (Phase.ROLLED_BACK, "the console was left")
    assert (live.shares, sky.left()) == (("1", {}), [])


@pytest.mark.parametrize("leaving", ["hold", "refuse"])
async def test_left_it_stays_where_its_plan_says_so_and_the_next_start_knows(
    leaving: str, sky: Sky, live: SplitAlias
) -> None:
    flying = await left(sky, leaving=leaving)
    assert live.shares == STEPS[0]
    assert sky.left() == [flying.state]
    assert (flying.state.phase, flying.state.why) == (Phase.HELD, "the console was left")


@pytest.mark.parametrize("phase", [Phase.ROLLING_BACK, Phase.NO_WAY_BACK])
async def test_left_on_its_way_back_it_goes_back_whatever_its_plan_says(
    phase: Phase, sky: Sky, live: SplitAlias
) -> None:
    on_its_way = state(leaving="hold", phase=phase, why="it is worse", percent=10.0, step=0)
    live.change("1", v2=0.1)
    flying = sky.flight(on_its_way)
    await flying.leave()
    assert (flying.state.phase, flying.state.why, live.shares) == (Phase.ROLLED_BACK, "it is worse", ("1", {}))


async def test_left_it_is_not_touched_where_another_console_has_taken_it_up(
    sky: Sky, live: SplitAlias, endpoint: ScriptedEndpoint
) -> None:
    flying = sky.flight(state(percent=10.0, step=0))
    with sky.log.flying(flying.state.id), pytest.raises(ConsoleError, match="another console flies this shift"):
        await flying.leave()
    assert endpoint.operations == []


async def test_the_next_start_goes_on_from_where_it_was_left(sky: Sky, live: SplitAlias) -> None:
    await left(sky, leaving="hold")
    (found,) = sky.left()
    sky.sight = ALIKE
    again = sky.flight(found)
    again.resume()
    assert (await again.run()).phase is Phase.PROMOTED
    assert (live.shares, sky.left()) == (STEPS[2], [])


@pytest.mark.parametrize("phase", Phase)
async def test_a_flight_that_was_left_on_the_ground_and_is_rolled_back_takes_no_step(
    phase: Phase, sky: Sky, live: SplitAlias, endpoint: ScriptedEndpoint
) -> None:
    flying = sky.flight(state(phase=phase))
    flying.roll_back()
    await flying.run()
    assert endpoint.counts[UPDATE] == 0


async def test_a_console_does_not_forget_the_shift_that_another_one_flies(sky: Sky, flight: Flight) -> None:
    await until(flight, lambda state: state.percent == 10)
    with pytest.raises(ConsoleError, match="another console flies this shift"):
        sky.log.give_up(flight.state.id)
    assert list(sky.log.kept()) == [flight.state.id]


async def test_a_shift_that_ended_while_another_console_was_about_to_take_it_up_is_not_flown_again(
    sky: Sky, monkeypatch: pytest.MonkeyPatch
) -> None:
    flown = state()

    def ended_first(descriptor: int, operation: int) -> None:
        monkeypatch.undo()
        with sky.log.flying(flown.id):
            sky.log.forget(flown.id)
        fcntl.flock(descriptor, operation)

    monkeypatch.setattr("lambdatui.actions.flight_log.fcntl.flock", ended_first)
    with pytest.raises(ConsoleError, match="another console has ended this shift"), sky.log.flying(flown.id):
        pass


async def test_two_consoles_do_not_fly_the_same_shift(sky: Sky, flight: Flight, endpoint: ScriptedEndpoint) -> None:
    await until(flight, lambda state: state.percent == 10)
    assert sky.left() == [], "it is flown, and nobody's to take over"
    with pytest.raises(ConsoleError, match="another console flies this shift"):
        await sky.flight(flight.state).run()
    assert endpoint.counts[GET]
