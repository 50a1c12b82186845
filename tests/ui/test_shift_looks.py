"""How shifts look: compare with the pictures in __snapshots__; `--snapshot-update` takes them anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from lambdatui.actions.flight_log import FlightLog
from lambdatui.paths import state_folder
from tests.support.codedeploy import CodeDeploy, group, target
from tests.support.endpoint import ACCOUNT, ScriptedEndpoint
from tests.support.split_alias import SplitAlias
from tests.support.split_traffic import SplitTraffic
from tests.ui import flying
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.flying import MINUTE_MS, left_state
from tests.ui.stage import WIDE
from tests.ui.test_looks import PENDING, SIZES, Compare, shown, until

Shop = tuple[ScriptedEndpoint, SplitAlias, SplitTraffic]


@pytest.fixture
def shop(clock: Clock, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """An account that never changes, with an alias on the first of two versions."""
    monkeypatch.setattr("lambdatui.actions.flight.LOOK_S", 0.05)
    with ScriptedEndpoint.in_thread() as endpoint:
        endpoint.many_functions(0)
        yield endpoint, *flying.account(endpoint)


async def form(pilot: Pilot[None]) -> None:
    await shown(pilot, ACCOUNT)
    await shown(pilot, "Functions 1")
    await until(pilot, lambda text: PENDING not in text)
    if pilot.app.size == WIDE:
        await shown(pilot, "last update")  # which the overview beside the dialog tells last
    await pilot.press("t")
    await shown(pilot, "▲, ")


async def preview(pilot: Pilot[None]) -> None:
    await form(pilot)
    await pilot.press("ctrl+s")
    await shown(pilot, "y does it")


async def take_off(pilot: Pilot[None]) -> None:
    await preview(pilot)
    await pilot.press("y")
    await shown(pilot, "10 % on version 2")
    await shown(pilot, "hold: not enough evidence")


async def without_notices(pilot: Pilot[None]) -> None:
    """Waits for the notice that is told in passing, and takes it away: it hides what is pictured."""
    await until(pilot, lambda _: len(pilot.app._notifications) > 0)
    pilot.app.clear_notifications()
    await until(pilot, lambda _: not pilot.app.screen.query("Toast"))


@SIZES
def test_the_form(snap_compare: Compare, console: MakeConsole, shop: Shop, size: tuple[int, int]) -> None:
    assert snap_compare(console(shop[0].url), terminal_size=size, run_before=form)


@SIZES
def test_the_preview(snap_compare: Compare, console: MakeConsole, shop: Shop, size: tuple[int, int]) -> None:
    assert snap_compare(console(shop[0].url), terminal_size=size, run_before=preview)


@SIZES
def test_the_flight(
    snap_compare: Compare, console: MakeConsole, shop: Shop, clock: Clock, size: tuple[int, int]
) -> None:
    async def fly(pilot: Pilot[None]) -> None:
        await take_off(pilot)
        clock.now_ms += 4 * MINUTE_MS
        await shown(pilot, "continue:")
        await shown(pilot, "1:00 left")

    endpoint, _, traffic = shop
    traffic.failing = {"1": 0.01, "2": 0.01}
    assert snap_compare(console(endpoint.url), terminal_size=size, run_before=fly)


@SIZES
def test_a_flight_that_went_back(
    snap_compare: Compare, console: MakeConsole, shop: Shop, clock: Clock, size: tuple[int, int]
) -> None:
    async def fly(pilot: Pilot[None]) -> None:
        await take_off(pilot)
        clock.now_ms += 4 * MINUTE_MS
        await shown(pilot, "rolled back:")
        await without_notices(pilot)

    endpoint, _, traffic = shop
    traffic.failing = {"1": 0.01, "2": 0.3}
    assert snap_compare(console(endpoint.url), terminal_size=size, run_before=fly)


@SIZES
def test_a_shift_that_was_left(snap_compare: Compare, console: MakeConsole, shop: Shop, size: tuple[int, int]) -> None:
    async def look(pilot: Pilot[None]) -> None:
        await shown(pilot, "! 1 left")
        await pilot.press("colon", *"shifts", "enter")  # takes the notice away
        await shown(pilot, "space   resumes it")
        await until(pilot, lambda _: not pilot.app.screen.query("Toast"))

    endpoint, alias, _ = shop
    alias.change("1", v2=0.1)
    state = left_state(id="0" * 32, wanted=25)
    FlightLog(state_folder() / "flights").save(state.id, state.model_dump_json())
    assert snap_compare(console(endpoint.url), terminal_size=size, run_before=look)


@SIZES
def test_a_shift_that_codedeploy_runs(
    snap_compare: Compare, console: MakeConsole, shop: Shop, clock: Clock, size: tuple[int, int]
) -> None:
    async def look(pilot: Pilot[None]) -> None:
        await shown(pilot, "▸ orders:live 10 %")
        clock.now_ms += 4 * MINUTE_MS
        await pilot.press("colon", *"shifts", "enter")
        await shown(pilot, "30 % (")
        await shown(pilot, "InProgress for 4:00")

    endpoint, alias, traffic = shop
    alias.change("1", v2=0.1)
    traffic.failing = {"1": 0.01, "2": 0.3}
    CodeDeploy(endpoint).deploy("d-1", target())
    assert snap_compare(console(endpoint.url), terminal_size=size, run_before=look)


@SIZES
def test_the_form_where_codedeploy_deploys_the_alias(
    snap_compare: Compare, console: MakeConsole, shop: Shop, size: tuple[int, int]
) -> None:
    async def look(pilot: Pilot[None]) -> None:
        await form(pilot)
        await shown(pilot, "^o hands the shift over")

    endpoint = shop[0]
    codedeploy = CodeDeploy(endpoint, groups=[group(last="d-0")])
    codedeploy.deploy("d-0", target(current="0", new="1"), status="Succeeded")
    assert snap_compare(console(endpoint.url), terminal_size=size, run_before=look)
