"""Shifts in the emulator, whose traffic follows the alias: all the way from UpdateAlias to log, metrics and verdict."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from lambdatui.actions.flight import Flight
from lambdatui.actions.flight_log import FlightLog
from lambdatui.actions.flight_state import FlightState, Phase
from lambdatui.actions.observing import Observer
from lambdatui.demo import fleet
from lambdatui.demo.blueprint import Alias, Trouble
from lambdatui.demo.cloud import Cloud
from lambdatui.demo.seed import create
from lambdatui.demo.traffic import HISTORY_MS, Traffic
from lambdatui.insight.canary import Evidence
from tests.actions.acting import ANN, Acting
from tests.actions.flying import MINUTE_NS, Clock, state

FAILING = fleet.planted(Trouble.FAILING_SINCE_RELEASE)
"""Its third version fails; the first and the second do not."""
assert FAILING.load is not None
BUSY = replace(
    FAILING,
    aliases=(Alias(name="live", version="2"),),
    layers=(),
    in_vpc=False,
    dead_letter="",
    load=replace(FAILING.load, per_minute=300),
)


@dataclass
class Shop:
    """The function, and customers that call it for a minute before each look."""

    cloud: Cloud
    acting: Acting
    clock: Clock
    folder: Path

    def __post_init__(self) -> None:
        self.observer = Observer(self.acting.connection)
        self.traffic = Traffic(self.cloud, self.clock.now_ns // 10**6 + HISTORY_MS)

    def flight(self, old: str, new: str, plan: str) -> Flight:
        found = state(plan).model_copy(update={"function": BUSY.name, "old": old, "new": new})
        performer = replace(self.acting.performer, identity=replace(ANN, account=self.cloud.account))
        return Flight(found, performer=performer, observe=self.observe, log=FlightLog(self.folder))

    async def observe(self, state: FlightState) -> Evidence:
        assert not state.trouble
        self.clock.now_ns += MINUTE_NS
        self.traffic.look(1)
        self.traffic.catch_up(self.clock.now_ns // 10**6)
        return await self.observer(state)

    def alias(self) -> tuple[str, dict[str, float]]:
        """How the alias is."""
        found = self.cloud["lambda"].get_alias(FunctionName=BUSY.name, Name="live")
        return found["FunctionVersion"], found.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})


@pytest.fixture
def shop(cloud: Cloud, at_cloud: Acting, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """It begins at the full minute, with an alias at version 2."""
    monkeypatch.setattr(fleet, "FUNCTIONS", (BUSY,))
    create(cloud, BUSY)
    client = cloud["lambda"]
    for version in BUSY.versions:
        client.update_function_configuration(FunctionName=BUSY.name, Description=version.description)
        for settled in ("function_active_v2", "function_updated_v2"):
            client.get_waiter(settled).wait(FunctionName=BUSY.name, WaiterConfig={"Delay": 0.05})
        client.publish_version(FunctionName=BUSY.name)
    client.create_alias(FunctionName=BUSY.name, Name="live", FunctionVersion="2")
    cloud["logs"].create_log_group(logGroupName=BUSY.log_group)
    clock.now_ns = time.time_ns() // MINUTE_NS * MINUTE_NS
    return Shop(cloud, at_cloud, clock, tmp_path / "flights")


async def test_a_bad_version_rolls_back_by_itself_within_one_bake_and_says_why(shop: Shop) -> None:
    flight = shop.flight("2", "3", "10%/5m, 100%")
    landed = await flight.run()
    assert (landed.phase, shop.alias()) == (Phase.ROLLED_BACK, ("2", {}))
    assert shop.clock.now_ns // 10**6 - landed.began_ms <= 5 * 60_000
    assert "of the new version's invocations fail" in landed.why
    new, old = shop.observer.figures.new, shop.observer.figures.old
    assert new.errors > new.invocations / 2
    assert old.errors < old.invocations / 20


async def test_a_good_version_gets_everything(shop: Shop) -> None:
    flight = shop.flight("2", "1", "50%/5m, 100%")
    landed = await flight.run()
    assert (landed.phase, shop.alias()) == (Phase.PROMOTED, ("1", {}))
    figures = shop.observer.figures
    assert figures.share == pytest.approx(0.5, abs=0.1)
    assert min(figures.old.invocations, figures.new.invocations) > 400
    assert figures.missing == ()
