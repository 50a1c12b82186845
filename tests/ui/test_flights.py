"""The flight view: what is seen of a shift on its way, each key of the hand on the brake, and what leaving does."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from dataclasses import replace

import pytest

from lambdatui.insight.version_log import LoggedError
from lambdatui.ui.panes.flights import FlightsPane
from lambdatui.ui.widgets.key_line import KeyLine
from tests.support.endpoint import ACCOUNT, REGION, Answer, ScriptedEndpoint, error
from tests.support.split_alias import GET, SplitAlias
from tests.support.split_traffic import SplitTraffic
from tests.ui import flying
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.flying import (
    ALL_NEW,
    ALL_OLD,
    MINUTE_MS,
    TENTH,
    becomes,
    begin,
    form,
    leave_behind,
    log,
    notified,
    row,
    shifts,
    take,
)
from tests.ui.stage import NARROW, Stage, on_stage


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """Looks as often as a test can wait for; minutes pass when the test says so."""
    flying.hurry(monkeypatch)


@pytest.fixture
def there(endpoint: ScriptedEndpoint) -> tuple[SplitAlias, SplitTraffic]:
    return flying.account(endpoint)


@pytest.fixture
def alias(there: tuple[SplitAlias, SplitTraffic]) -> SplitAlias:
    return there[0]


@pytest.fixture
def traffic(there: tuple[SplitAlias, SplitTraffic]) -> SplitTraffic:
    return there[1]


# -- on its way


async def test_the_view_opens_with_the_flight_and_shows_the_alias_step_and_time_left(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        await stage.wait_for("1 of 2: 10 % for 5m, 5:00 left")
        assert alias.shares == TENTH


async def test_the_view_opens_again_after_a_command(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        await stage.press("space")
        await stage.wait_for("the operator holds it")
        await stage.press("escape")
        await stage.wait_for(lambda: not isinstance(stage.app._main.pane, FlightsPane))
        await shifts(stage)
        await stage.wait_for("the operator holds it")


async def test_what_nobody_has_counted_yet_is_not_told_as_none(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        await stage.wait_for("none yet: a minute is known one or two after it is over")
        counted = [line.split() for line in stage.text.splitlines() if line.strip().startswith("invocations")]
        assert counted == [["invocations", "-", "-"]]
        assert [line.split() for line in stage.text.splitlines() if "throttles" in line] == [["throttles", "-"]]


async def test_a_step_whose_time_is_over_says_that_it_waits_for_evidence(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, traffic: SplitTraffic, clock: Clock
) -> None:
    traffic.invocations = 1
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        clock.now_ms += 10 * MINUTE_MS
        await stage.wait_for("which is over: it goes on with enough evidence")
        await stage.wait_for("not enough evidence:")
        assert "phase" in stage.text and "waiting for evidence" in stage.text
        assert alias.shares == TENTH


async def test_old_and_new_stand_side_by_side(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, traffic: SplitTraffic, clock: Clock
) -> None:
    traffic.failing = {"1": 0.01}
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        clock.now_ms += 4 * MINUTE_MS
        await stage.wait_for("1.0 % (")
        lines = {line.split()[0]: line for line in stage.text.splitlines() if line.strip()}
        assert lines["invocations"].split()[1] == lines["invocations"].split()[2]
        assert lines["p95"].split()[1:] == ["12", "ms", "12", "ms"]
        assert "10 % requested" in lines["share"]


async def test_a_bad_version_is_rolled_back_by_itself_and_the_view_says_why(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, traffic: SplitTraffic, clock: Clock
) -> None:
    traffic.failing = {"1": 0.01, "2": 0.3}
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        clock.now_ms += 4 * MINUTE_MS
        await becomes(stage, alias, ALL_OLD)
        await stage.wait_for("rolled back: 30 % of the new version's invocations fail, 1.0 % of the old one's")


async def test_a_good_version_goes_all_the_way(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, clock: Clock
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        clock.now_ms += 6 * MINUTE_MS
        await becomes(stage, alias, ALL_NEW)
        await stage.wait_for("✓ promoted: 0 % of the new version's invocations fail")
        assert "requested" not in stage.text
    assert log().kept() == {}


async def stopped_by_another(stage: Stage, alias: SplitAlias) -> None:
    """Begins the canary plan, of which somebody else then makes 23 % on version 2."""
    await begin(stage)
    alias.change("1", v2=0.23)
    await stage.wait_for("What to do")


async def test_what_somebody_else_did_to_the_alias_stops_it_and_is_told_with_what_is_there(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stopped_by_another(stage, alias)
        await notified(
            stage, "stopped, 23 % on version 2: somebody else changed the alias: it was left with 10 % on version 2"
        )
        assert "██░░░░░░░░ 23 % on version 2, 77 % on version 1" in stage.text
        await stage.press("space")
        await notified(stage, "nobody flies it: roll it back or forget it")
    assert alias.shares == ("1", {"2": 0.23})
    assert len(log().left()) == 1, "the next start offers it, too"


async def test_what_somebody_else_did_to_the_alias_is_rolled_back_after_a_question_that_names_it(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stopped_by_another(stage, alias)
        await stage.press("b")
        await stage.wait_for("1 (77 %) → 1")
        assert alias.shares == ("1", {"2": 0.23})
        await stage.wait_for("y does it")
        await stage.press("y")
        await becomes(stage, alias, ALL_OLD)
        await stage.wait_for("✓ done")
        await stage.press("escape")
        await stage.wait_for("it was left with 10 % on version 2, 90 % on version 1; all is back on version 1")
        assert "What to do" not in stage.text
    assert log().kept() == {}


async def test_how_a_shift_ended_of_which_somebody_else_gave_all_back_stays_until_another_one_begins(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        alias.change("1")
        await stage.wait_for("ended")
        assert "all is back on version 1" in stage.text
        await stage.press("b")
        await notified(stage, "it has ended")
        assert "left" not in stage.header
        await stage.press("escape")
        await stage.wait_for("Functions 1")
        await begin(stage)
        assert [str(shift) for shift in stage.app.session.flights.every.values()] == ["orders:live 10 %"]


async def test_a_result_is_not_told_any_more_once_another_shift_of_the_same_alias_begins(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        await stage.press("b")
        await stage.wait_for("rolled back: the operator rolled it back")
        await stage.press("escape")
        await stage.wait_for("Functions 1")
        await begin(stage)
        await stage.wait_for("baking")
        assert len(stage.app.session.flights.every) == 1


async def test_after_another_change_of_the_alias_all_that_is_told_of_a_stopped_shift_is_what_is_there(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lambdatui.ui.panes.flights.LOOK_S", 0.05)
    async with on_stage(console(endpoint.url)) as stage:
        await stopped_by_another(stage, alias)
        alias.change("1", v2=0.3)
        await stage.wait_for("30 % on version 2, 70 % on version 1")
        stage.app.clear_notifications()
        await stage.wait_gone("23 %")


async def test_what_somebody_else_did_to_the_alias_can_be_left_as_it_is(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stopped_by_another(stage, alias)
        await stage.press("f")
        await stage.wait_for("now: 23 % on version 2, 77 % on version 1")
        await stage.press("y")
        await stage.wait_for("No shift is on its way")
    assert (alias.shares, log().kept()) == (("1", {"2": 0.23}), {})


async def test_of_an_alias_that_was_deleted_no_share_is_told(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        alias.gone = True
        await stage.wait_for("gone: the alias is gone:")
        assert "traffic " not in stage.text.removesuffix(stage.footer)
        await notified(stage, "orders:live: gone: the alias is gone")
    assert log().kept() == {}


async def test_the_time_of_an_error_takes_no_room_from_the_labels(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, traffic: SplitTraffic, clock: Clock
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        await stage.wait_for("hold: not enough evidence")
        (flown,) = stage.app.session.flights.flown.values()
        at = next(line.index("█") for line in stage.text.splitlines() if "traffic " in line)
        flown.observer.figures = replace(flown.observer.figures, errors=(LoggedError(0, "KeyError", "'amount'"),))
        await stage.wait_for("1970-01-01 00:00:00Z  KeyError 'amount'")
        assert next(line.index("█") for line in stage.text.splitlines() if "traffic " in line) == at


# -- the hand on the brake


async def test_space_holds_and_lets_go_on(console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        await stage.press("space")
        await stage.wait_for("held: the operator holds it")
        await stage.press("space")
        await stage.wait_for("baking")


async def test_a_held_shift_does_not_go_on_by_itself(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, clock: Clock
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        await stage.press("space")
        await stage.wait_for("held: the operator holds it")
        clock.now_ms += 10 * MINUTE_MS
        await stage.wait_for("continue:")
        assert alias.shares == TENTH
        assert "it goes on with enough evidence" not in stage.text


async def test_less_goes_one_step_back_and_holds(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await form(stage)
        await take(stage, "linear: " + ", ".join(f"{n}0%/1m" for n in range(1, 10)) + ", 100%")
        await stage.press("ctrl+s")
        await stage.wait_for("y does it")
        await stage.press("y")
        await becomes(stage, alias, TENTH)
        await stage.wait_for("1 of 10")
        await stage.press("greater_than_sign")
        await becomes(stage, alias, ("1", {"2": 0.2}))
        await stage.wait_for("2 of 10")
        await stage.press("less_than_sign")
        await becomes(stage, alias, TENTH)
        await stage.wait_for("held: the operator went back")


async def test_b_rolls_back_at_once_without_a_question(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        await stage.press("b")
        await becomes(stage, alias, ALL_OLD)
        await stage.wait_for("rolled back: the operator rolled it back")


@pytest.mark.parametrize("key", ["p", "greater_than_sign"], ids=["p", "the step to 100 %"])
@pytest.mark.parametrize(("answer", "shares"), [("y", ALL_NEW), ("enter", TENTH)])
async def test_all_of_the_traffic_goes_over_after_a_yes_and_enter_is_a_no(
    console: MakeConsole,
    endpoint: ScriptedEndpoint,
    alias: SplitAlias,
    key: str,
    answer: str,
    shares: tuple[str, dict[str, float]],
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        await stage.wait_for("hold: not enough evidence")
        await stage.press(key)
        await stage.wait_for(f"Promote orders:live in {REGION} of account {ACCOUNT}?")
        for told in ("now: 10 % on version 2, 90 % on version 1", "then: all on version 2", "judged: hold: not enough"):
            await stage.wait_for(told)
        await stage.press(answer)
        await stage.wait_gone("Promote orders")
        await becomes(stage, alias, shares)


def dimmed(stage: Stage, hint: str) -> bool:
    """Whether the line of keys shows a key as one that does nothing now: in one look with what it does."""
    line = stage.app.screen.query_one(KeyLine)
    return any(hint in segment.text for segment in line.render_line(0))


async def test_a_key_that_would_do_nothing_is_dimmed_and_says_why(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_until_read()
        await shifts(stage)
        await stage.wait_for(lambda: dimmed(stage, " b roll back "))
        await stage.press("b")
        await notified(stage, "there is no shift")
        await stage.press("escape")
        await begin(stage)
        await stage.wait_for(lambda: not dimmed(stage, " b roll back "))
        await stage.press("f", "n")
        await notified(stage, "only a shift that was left can be forgotten")
        await notified(stage, "there is no other shift")
        await stage.press("b")
        await stage.wait_for(lambda: dimmed(stage, " b roll back "))
        await stage.press("p")
        await notified(stage, "it is rolled back")


async def test_a_promotion_is_not_made_of_a_shift_that_went_back_while_it_was_asked_for(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, traffic: SplitTraffic, clock: Clock
) -> None:
    traffic.failing = {"1": 0.01, "2": 0.3}
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        await stage.press("p")
        await stage.wait_for("Promote orders:live")
        clock.now_ms += 4 * MINUTE_MS
        await becomes(stage, alias, ALL_OLD)
        await stage.wait_for("rolled back:")
        await stage.press("y")
        await notified(stage, "it is rolled back")
    assert alias.shares == ALL_OLD


async def test_leaving_the_view_lets_it_go_on_with_a_badge_in_the_header(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, clock: Clock
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        await stage.press("escape")
        await stage.wait_for("Functions 1")
        assert "▸ orders:live 10 % 5:00" in stage.header
        clock.now_ms += 6 * MINUTE_MS
        await becomes(stage, alias, ALL_NEW)
        await stage.wait_for(lambda: "orders:live 10 %" not in stage.header)


@pytest.mark.parametrize(
    ("fault", "happens", "badge", "severity"),
    [
        (error("ServiceException", 500), "a step", "! orders:live 10 % held", "warning"),
        (error("ServiceException", 500), "the way back", "! orders:live 10 % rolling back", "warning"),
        (error("AccessDeniedException", 403), "the way back", "! orders:live 10 % no way back", "error"),
    ],
    ids=["a step is refused", "the way back is refused", "the way back is forbidden"],
)
async def test_a_shift_that_is_stuck_is_told_once_in_whichever_pane_and_stays_in_the_header_until_it_is_not(
    console: MakeConsole,
    endpoint: ScriptedEndpoint,
    alias: SplitAlias,
    traffic: SplitTraffic,
    clock: Clock,
    fault: Answer,
    happens: str,
    badge: str,
    severity: str,
) -> None:
    traffic.failing = {} if happens == "a step" else {"1": 0.01, "2": 0.3}
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        await stage.press("escape")
        await stage.wait_for("Functions 1")
        alias.fault = fault
        clock.now_ms += 6 * MINUTE_MS
        await stage.wait_for(lambda: badge in stage.header)
        looks = endpoint.counts[GET]
        await stage.wait_for(lambda: endpoint.counts[GET] > looks + 3)
        (told,) = stage.app._notifications
        assert told.title == "Shift of orders:live"
        assert (told.severity, "ServiceException" in told.message or "not permitted" in told.message) == (
            severity,
            True,
        )
        alias.fault = None
        (flown,) = stage.app.session.flights.flown.values()
        flown.flight.roll_back()
        await stage.wait_for(lambda: "orders:live" not in stage.header)


async def test_several_shifts_that_are_stuck_are_counted_by_themselves_in_the_header(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    for name in ("live", "blue", "green"):
        leave_behind(alias=name, leaving="hold")
    alias.change("1", v2=0.1)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_for("! 3 left")
        flights = stage.app.session.flights
        for left in list(flights.left.values()):
            stage.app.run_worker(flights.fly(left.state, lambda flight: flight.resume()))
        await stage.wait_for(lambda: "▸ 3 shifts" in stage.header)
        alias.fault = error("ServiceException", 500)
        *stuck, _ = flights.flown.values()
        for flown in stuck:
            flown.flight.next()
        await stage.wait_for(lambda: "! 2 stuck · ▸ 1 shift" in stage.header)


async def test_a_second_shift_of_the_same_alias_is_refused(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        await stage.press("escape")
        await stage.wait_for("Functions 1")
        await stage.press("t")
        await stage.wait_for("Shift traffic: orders:live")
        await stage.wait_for("a shift of it is on its way already")
        await stage.wait_for("Preflight")
        await stage.press("ctrl+s")
        await stage.wait_for("it cannot be done")
        assert "a shift of it is on its way already" in stage.text


async def test_another_region_has_to_wait(console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        await stage.app.go("region eu-west-1")
        await stage.wait_for("something is being done here")
        assert stage.app.session.target.region == REGION


async def test_without_a_shift_the_view_says_how_one_is_begun(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_until_read()
        await shifts(stage)
        await stage.wait_for("No shift is on its way")


# -- leaving the console


async def test_quitting_rolls_back(console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        await stage.press("ctrl+c")
        await stage.wait_for(lambda: stage.app._exit)
        assert alias.shares == ALL_OLD
    assert log().kept() == {}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_rolls_back_and_is_told_in_the_status(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, number: signal.Signals
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        os.kill(os.getpid(), number)
        await stage.wait_for(lambda: stage.app._exit)
        assert alias.shares == ALL_OLD
        assert stage.app.return_code == 128 + number
        assert stage.app.last_words == ["orders:live: rolled back, 0 % on version 2: the console was left"]


async def choose_leaving(stage: Stage, what: str) -> None:
    """Begins the canary plan with another answer to what leaving does."""
    from textual.widgets import Select

    await form(stage)
    stage.app.screen.query(Select)[2].value = what
    await stage.press("ctrl+s")
    await stage.wait_for("y does it")
    await stage.press("y")
    await stage.wait_for("10 % on version 2")


async def test_a_second_signal_at_once_does_not_cut_the_way_back_off(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGTERM)
        await stage.wait_for(lambda: stage.app._exit)
    assert alias.shares == ALL_OLD
    assert log().kept() == {}


async def test_quitting_holds_where_the_plan_says_so(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await choose_leaving(stage, "hold")
        await stage.press("ctrl+c")
        await stage.wait_for(lambda: stage.app._exit)
    assert alias.shares == TENTH
    (kept,) = log().kept().values()
    assert json.loads(kept)["phase"] == "held"


async def test_quitting_is_refused_where_the_plan_says_so(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await choose_leaving(stage, "refuse")
        await stage.press("ctrl+c")
        await stage.wait_for("the shift of orders:live refuses")
        assert not stage.app._exit
        assert alias.shares == TENTH


async def test_a_signal_that_is_not_refused_leaves_it_as_it_is_and_that_is_told(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await choose_leaving(stage, "refuse")
        os.kill(os.getpid(), signal.SIGTERM)
        await stage.wait_for(lambda: stage.app._exit)
        told = "orders:live: held, 10 % on version 2: the console was left; the next start tells what can be done"
        assert (stage.app.last_words, stage.app.stranded) == ([told], False)
    assert alias.shares == TENTH


async def test_who_does_not_wait_for_the_way_back_is_told_how_far_it_came(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        alias.fault = Answer(after=asyncio.Event())
        await stage.press("ctrl+c")
        await notified(stage, "ending what is on its way")
        await stage.press("ctrl+c")
        await stage.wait_for(lambda: stage.app._exit)
        (told,) = stage.app.last_words
        assert told.startswith("orders:live: left at 10 % on version 2 (asked for 0 %): the console was left")
        assert told.endswith("; the next start tells what can be done")
        assert stage.app.stranded


async def test_leaving_while_the_way_back_fails_promises_nothing_that_nobody_does(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        alias.fault = error("ServiceException", 500)
        await stage.press("b")
        await stage.wait_for("it is tried again within")
        await stage.press("ctrl+c")
        await stage.wait_for(lambda: stage.app._exit)
        (told,) = stage.app.last_words
        assert told.startswith(
            "orders:live: left at 10 % on version 2 (asked for 0 %): the operator rolled it back: lambda is out"
        )
        assert told.endswith("; the next start tells what can be done")
        assert "tried again" not in told
        assert stage.app.stranded
    (kept,) = log().kept().values()
    assert "tried again" not in kept


async def test_what_could_not_be_rolled_back_in_time_is_offered_by_the_next_start(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lambdatui.ui.flights.LEAVE_S", 0.1)
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage)
        alias.fault = Answer(after=asyncio.Event())
        await stage.press("ctrl+c")
        await stage.wait_for(lambda: stage.app._exit)
    alias.fault = None
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for("a shift of orders:live was left on its way")


async def test_a_long_name_leaves_account_and_region_their_room_in_the_header(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lambdatui.ui.shift.NAME_SHOWN", 8)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await begin(stage)
        await stage.wait_for(lambda: "▸ …rs:live 10 % 5:00" in stage.header)
        assert ACCOUNT in stage.header


# -- the releases


async def test_the_releases_of_the_region_show_the_alias_that_a_shift_divides(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    alias.change("1", v2=0.1)
    leave_behind()
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for("! 1 left")
        await stage.press("colon", *"aliases", "enter")
        await stage.wait_for(lambda: "live █░░░░░░░░░ 10 %" in row(stage, "orders"))


async def test_releases_that_were_hidden_while_a_shift_landed_are_read_anew_when_they_are_shown(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_until_read()
        await stage.press("2")
        await stage.wait_for(lambda: "live" in row(stage, "1"))
        await begin(stage)
        await stage.press("p")
        await stage.wait_for("Promote orders:live")
        await stage.press("y")
        await stage.wait_for("promoted: the operator promoted it")
        await stage.press("escape")
        await stage.wait_for(lambda: "live" in row(stage, "2") and "live" not in row(stage, "1"))


@pytest.mark.parametrize(("left", "told"), [(False, "▲ split, no shift known"), (True, "split, shift on its way")])
async def test_a_divided_alias_says_whether_a_shift_explains_it(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, left: bool, told: str
) -> None:
    alias.change("1", v2=0.1)
    if left:
        leave_behind()
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_until_read()
        await stage.press("2")
        await stage.wait_for(told)
        assert told in row(stage, "2")
