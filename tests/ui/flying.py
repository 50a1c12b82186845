"""Shifts from the keyboard: an account with one alias, and how a test gets its shift on the way."""

from __future__ import annotations

from typing import Any

import pytest
from textual.widgets import OptionList, Select

from lambdatui.actions.flight_log import FlightLog
from lambdatui.actions.flight_state import FlightState
from lambdatui.paths import state_folder
from lambdatui.ui.dialogs.shift import ShiftDialog
from lambdatui.ui.panes.flights import FlightsPane
from tests.support.codedeploy import CodeDeploy
from tests.support.endpoint import ACCOUNT, REGION, Answer, ScriptedEndpoint, Seen, function
from tests.support.releases import aliases, history, nothing_configured, versions
from tests.support.split_alias import SplitAlias
from tests.support.split_traffic import SplitTraffic
from tests.ui.answers import all_parts, detail, listing
from tests.ui.conftest import Clock
from tests.ui.stage import Stage

MINUTE_MS = 60_000
TENTH = ("1", {"2": 0.1})
ALL_OLD, ALL_NEW = ("1", {}), ("2", {})
TALL = 30
"""From as many lines on, all that the form tells can be seen."""


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks as often as a test can wait for."""
    monkeypatch.setattr("lambdatui.actions.flight.LOOK_S", 0.05)
    monkeypatch.setattr("lambdatui.actions.performing.THROTTLED_S", (0, 0, 0))
    monkeypatch.setattr("lambdatui.ui.panes.reading_pane.REST_S", 0.0)


def account(endpoint: ScriptedEndpoint) -> tuple[SplitAlias, SplitTraffic]:
    """One function, orders, of which alias live sends all to version 1, and version 2 is the newest."""
    alias, traffic = SplitAlias(), SplitTraffic()
    endpoint.on("lambda", "ListFunctions", listing(function("orders")))
    endpoint.on("lambda", "ListVersionsByFunction", versions(*history("orders", 2)))
    all_parts(endpoint)
    nothing_configured(endpoint)
    alias.versions = {"1": {"CodeSha256": "code-of-1"}, "2": {"CodeSha256": "code-of-2", "MemorySize": 256}}
    alias.behind(endpoint)

    def listed(_: Seen) -> Answer:
        return aliases(*aliases_of(alias))

    def described(seen: Seen) -> Answer:
        return alias.function(seen) if "Qualifier" in seen.query else detail("orders")

    endpoint.on("lambda", "ListAliases", listed)
    endpoint.on("lambda", "GetFunction", described)
    CodeDeploy(endpoint, groups=[])
    traffic.behind(endpoint)
    return alias, traffic


def aliases_of(alias: SplitAlias) -> list[dict[str, Any]]:
    """The alias as AWS lists it."""
    return [alias._told()]


async def form(stage: Stage) -> None:
    """Opens the dialog of the only alias, and waits until all is known that it looks at."""
    await stage.wait_until_read()
    await stage.wait_for(lambda: stage.app.session.settings is not None and stage.rows)
    await stage.press("t")
    await stage.wait_for(lambda: isinstance(stage.app.screen, ShiftDialog))
    await stage.wait_for("Shift traffic: orders:live")
    await stage.wait_for(lambda: "Preflight" in stage.text or stage.app.size.height < TALL)


async def take(stage: Stage, way: str) -> None:
    """Chooses a way to shift from the list of them."""
    select = stage.app.screen.query(Select)[1]
    select.focus()
    await stage.press("enter")
    options = select.query_one(OptionList)
    index = next(n for n in range(options.option_count) if str(options.get_option_at_index(n).prompt) == way)
    await stage.press("home", *["down"] * index, "enter")
    await stage.wait_for(lambda: select.value == way and not select.expanded)


async def preview(stage: Stage) -> None:
    """Goes on to what the canary plan would do."""
    await form(stage)
    await stage.press("ctrl+s")
    await stage.wait_for("y does it")


async def begin(stage: Stage) -> None:
    """Begins the canary plan, and waits until AWS has confirmed its first step."""
    await preview(stage)
    await stage.press("y")
    await stage.wait_for("10 % on version 2")


async def shifts(stage: Stage) -> None:
    """Goes to the flight view by name."""
    await stage.press("colon")
    await stage.type("shifts")
    await stage.press("enter")
    await stage.wait_for(lambda: isinstance(stage.app._main.pane, FlightsPane))


async def notified(stage: Stage, text: str) -> None:
    """Returns when the operator was told so in passing."""
    await stage.wait_for(lambda: any(text in told.message for told in stage.app._notifications))


def row(stage: Stage, number: str) -> str:
    """The line of a version in the releases."""
    return next(line for line in stage.text.splitlines() if line.lstrip().startswith(f"{number} "))


def left_state(**particular: object) -> FlightState:
    """A shift of the alias as a console left it that died at 10 %."""
    told = {
        "account": ACCOUNT,
        "region": REGION,
        "function": "orders",
        "alias": "live",
        "old": "1",
        "new": "2",
        "plan": "10%/5m, 25%/5m, 100%",
        "step": 0,
        "percent": 10,
        "began_ms": Clock.now_ms,
        "step_began_ms": Clock.now_ms,
    }
    return FlightState.model_validate({**told, **particular})


def log() -> FlightLog:
    return FlightLog(state_folder() / "flights")


def leave_behind(**particular: object) -> FlightState:
    state = left_state(**particular)
    log().save(state.id, state.model_dump_json())
    return state


async def becomes(stage: Stage, alias: SplitAlias, shares: tuple[str, dict[str, float]]) -> None:
    await stage.wait_for(lambda: alias.shares == shares)
