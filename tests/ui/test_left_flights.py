"""Shifts that nobody flies any more, or another process: what is told of them, and what can be done."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.endpoint import ACCOUNT, IDENTITY, ScriptedEndpoint, error, xml_answer
from tests.support.split_alias import SplitAlias
from tests.ui import flying
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.flying import ALL_OLD, MINUTE_MS, TENTH, becomes, leave_behind, log, notified, shifts
from tests.ui.stage import on_stage


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """Looks as often as a test can wait for; minutes pass when the test says so."""
    flying.hurry(monkeypatch)


@pytest.fixture
def alias(endpoint: ScriptedEndpoint) -> SplitAlias:
    return flying.account(endpoint)[0]


# -- what was left


async def test_the_view_names_the_keys_as_they_are_mapped(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    alias.change("1", v2=0.1)
    leave_behind()
    async with on_stage(console(endpoint.url, file='[keys]\n"flights.roll_back" = "B"\n')) as stage:
        await stage.wait_for("! 1 left")
        await shifts(stage)
        await stage.wait_for("rolls it back: all traffic")
        line = next(line for line in stage.text.splitlines() if "rolls it back: all traffic" in line)
        assert line.split()[0] == "B"


async def test_a_shift_that_was_left_is_told_with_what_the_alias_is_now(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    alias.change("1", v2=0.1)
    leave_behind(wanted=25)
    async with on_stage(console(endpoint.url)) as stage:
        await notified(stage, "it was asking for 25 %; now 10 % on version 2, 90 % on version 1")
        assert "! 1 left" in stage.header


@pytest.mark.parametrize(
    ("key", "shares"),
    [("b", ALL_OLD), ("greater_than_sign", TENTH)],
    ids=["rolls back", "no key of a flight that nobody flies"],
)
async def test_a_shift_that_was_left_is_rolled_back_by_the_brake(
    console: MakeConsole,
    endpoint: ScriptedEndpoint,
    alias: SplitAlias,
    key: str,
    shares: tuple[str, dict[str, float]],
) -> None:
    alias.change("1", v2=0.1)
    leave_behind()
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for("! 1 left")
        await shifts(stage)
        await stage.press(key)
        await becomes(stage, alias, shares)


async def test_a_shift_that_was_left_is_resumed_after_a_yes(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, clock: Clock
) -> None:
    alias.change("1", v2=0.1)
    leave_behind(phase="held", why="the console was left", leaving="hold")
    clock.now_ms += 6 * MINUTE_MS
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for("! 1 left")
        await shifts(stage)
        await stage.press("space")
        await stage.wait_for("Resume the shift of orders:live")
        assert "then: on by its plan: 25 % for 5m, 100 %" in stage.text
        await stage.press("y")
        await becomes(stage, alias, ("1", {"2": 0.25}))


async def test_on_a_protected_profile_a_shift_that_was_left_is_resumed_by_the_typed_name(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    alias.change("1", v2=0.1)
    leave_behind(phase="held", why="the console was left", leaving="hold")
    async with on_stage(console(endpoint.url, settings={"protected": True})) as stage:
        await stage.wait_for("! 1 left")
        await shifts(stage)
        await stage.press("space")
        await stage.wait_for("type orders to confirm")
        await stage.press("y", "enter")
        assert not stage.app.session.flights.flying
        await stage.press("backspace", *"orders", "enter")
        await stage.wait_for(lambda: stage.app.session.flights.flying)


async def test_a_shift_that_is_forgotten_leaves_the_alias_as_it_is(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    alias.change("1", v2=0.1)
    leave_behind()
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for("! 1 left")
        await shifts(stage)
        await stage.press("f")
        await stage.wait_for("Forget the shift")
        await stage.press("y")
        await stage.wait_for("No shift is on its way")
    assert (alias.shares, log().kept()) == (TENTH, {})


async def test_a_shift_that_was_left_elsewhere_is_not_told_here(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    state = leave_behind(region="eu-north-1")
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_until_read()
        await stage.wait_for(lambda: stage.app._told_of is stage.app.session.operations)
        assert "was left on its way" not in stage.text
    assert list(log().kept()) == [state.id]


async def test_an_alias_that_cannot_be_read_is_told_so(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    leave_behind()
    endpoint.on("lambda", "GetAlias", error("AccessDeniedException", 403))
    async with on_stage(console(endpoint.url)) as stage:
        await notified(stage, "the alias could not be read: not permitted: lambda:GetAlias")


async def test_in_read_only_mode_a_shift_that_was_left_is_shown_and_not_touched(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    alias.change("1", v2=0.1)
    leave_behind()
    async with on_stage(console(endpoint.url, read_only=True)) as stage:
        await stage.wait_for("! 1 left")
        await shifts(stage)
        await stage.press("b")
        await stage.wait_for("read-only: lambda:UpdateAlias is not sent")
    assert alias.shares == TENTH


async def test_a_shift_that_another_console_takes_up_is_offered_no_more(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lambdatui.ui.panes.flights.LOOK_S", 0.05)
    alias.change("1", v2=0.1)
    state = leave_behind()
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for("! 1 left")
        with log().flying(state.id):
            await shifts(stage)
            await stage.wait_gone("! 1 left")
            await stage.wait_for("none: another process flies it")
        await stage.wait_for("! 1 left")
        assert " f forget " in stage.footer


async def test_a_shift_that_could_not_be_taken_up_is_offered_again_as_soon_as_it_can_be(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, monkeypatch: pytest.MonkeyPatch
) -> None:
    alias.change("1", v2=0.1)
    state = leave_behind()
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for("! 1 left")
        await shifts(stage)
        await stage.wait_for("What to do")
        with log().flying(state.id):
            await stage.press("b")
            await notified(stage, "another console flies this shift")
            await stage.wait_for("none: another process flies it")
        monkeypatch.setattr("lambdatui.ui.panes.flights.LOOK_S", 0.05)
        await stage.press("ctrl+r")
        await stage.wait_for("What to do")
        await stage.press("b")
        await becomes(stage, alias, ALL_OLD)


async def test_the_brake_that_is_pulled_twice_flies_a_shift_that_was_left_once(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    alias.change("1", v2=0.1)
    leave_behind()
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for("! 1 left")
        (left,) = stage.app.session.flights.left.values()
        pulled = [left.commands["roll_back"].act() for _ in range(2)]
        await asyncio.gather(*filter(None, pulled))
        await notified(stage, "rolled back")
        assert not [told for told in stage.app._notifications if "another console" in told.message]
    assert alias.shares == ALL_OLD


async def test_a_shift_that_was_left_of_an_alias_that_somebody_else_changed_cannot_be_resumed(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    alias.change("1", v2=0.77)
    leave_behind()
    async with on_stage(console(endpoint.url)) as stage:
        await notified(stage, "it was left at 10 %, and somebody else changed the alias; now 77 % on version 2")
        await shifts(stage)
        await stage.wait_for("77 % on version 2, 23 % on version 1")
        assert "resumes it" not in stage.text
        await stage.press("b")
        await stage.wait_for("1 (23 %) → 1")


async def test_a_shift_that_was_left_of_an_alias_that_is_gone_can_only_be_forgotten(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    alias.gone = True
    leave_behind()
    async with on_stage(console(endpoint.url)) as stage:
        await notified(stage, "it was left at 10 %; now the alias is gone")
        await shifts(stage)
        await stage.press("b")
        await notified(stage, "nobody flies it: forget it")


@pytest.mark.parametrize("gone", [True, False], ids=["no such alias", "all on the old version"])
async def test_with_the_credentials_of_another_account_nothing_is_concluded_of_a_shift_that_was_left(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, gone: bool
) -> None:
    alias.change("1", v2=0.1)
    leave_behind()
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for("! 1 left")
        alias.change("1")
        alias.gone = gone
        other = xml_answer(IDENTITY.body.decode().replace(ACCOUNT, "210987654321"))
        endpoint.on("sts", "GetCallerIdentity", other)
        await stage.app.session.flights.learn()
        (left,) = stage.app.session.flights.left.values()
        assert left.division.startswith("the alias could not be read: the credentials are of account 210987654321 now")
    assert list(log().kept()) == [left.state.id]


async def test_read_only_offers_no_key_that_does_nothing(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    alias.change("1", v2=0.1)
    leave_behind()
    async with on_stage(console(endpoint.url, read_only=True)) as stage:
        await stage.wait_for("! 1 left")
        await shifts(stage)
        await stage.wait_for("not here, as lambda:UpdateAlias is not sent in read-only mode: rolls it back")


async def test_a_shift_that_another_process_flies_is_shown_without_keys(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    alias.change("1", v2=0.1)
    state = leave_behind()
    with log().flying(state.id):
        async with on_stage(console(endpoint.url)) as stage:
            await stage.wait_until_read()
            await shifts(stage)
            await stage.wait_for("10 % on version 2, 90 % on version 1")
            await stage.press("b")
            await notified(stage, "another process flies it, and has the keys")
    assert alias.shares == TENTH


# -- several


async def test_several_shifts_fly_at_once_and_n_shows_the_next(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    alias.change("1", v2=0.1)
    first = leave_behind(leaving="hold")
    second = leave_behind(alias="blue", leaving="hold")
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for("! 2 left")
        await shifts(stage)
        seen = set()
        for _ in range(2):
            seen.add(stage.app._main.pane.shown.state.id)  # type: ignore[attr-defined]
            await stage.press("space")
            await stage.wait_for("Resume the shift of orders:")
            await stage.press("y")
            await stage.wait_gone("Resume the shift of orders:")
            number = list(stage.app.session.flights.every).index(stage.app._main.pane.shown_id) + 1  # type: ignore[attr-defined]
            await stage.wait_for(f"Shifts {number} of 2")
            await stage.press("n")
        assert seen == {first.id, second.id}
        await stage.wait_for(lambda: "▸ 2 shifts" in stage.header)
