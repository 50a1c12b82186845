"""As in `tests.aws`, with what performs actions; a request that was throttled is sent again at once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from lambdatui import clock as console_clock
from lambdatui.actions import flight, function_changes, performing
from lambdatui.actions.audit import AuditTrail
from lambdatui.actions.flight_log import FlightLog
from lambdatui.demo.cloud import Cloud
from lambdatui.demo.emulator import Emulator
from lambdatui.demo.endpoint import DemoEndpoint
from lambdatui.demo.packages import packed
from tests.actions.acting import Acting
from tests.actions.flying import LOOK_S, Clock, Sky
from tests.aws.conftest import Connect, connect, connection, endpoint, impatient, machine
from tests.support.endpoint import IDENTITY, ScriptedEndpoint
from tests.support.split_alias import SplitAlias

__all__ = ["connect", "connection", "endpoint", "impatient", "machine"]

PASSWORD = "hunter2-and-then-some"
"""A secret in the environment of ``orders``."""
ACCOUNTS = count(210_000_000_000)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for AWS's pace."""
    monkeypatch.setattr(performing, "THROTTLED_S", (0, 0, 0))
    monkeypatch.setattr(function_changes, "POLL_S", 0)


@pytest.fixture
def acting(connect: Connect, tmp_path: Path) -> Acting:
    """An operator at the scripted endpoint."""
    return Acting(connect(), AuditTrail(tmp_path / "state"))


@pytest.fixture(scope="session")
def emulator() -> Iterator[DemoEndpoint]:
    """An emulator without anything in it."""
    with Emulator() as running:
        yield running


@pytest.fixture
def cloud(emulator: DemoEndpoint) -> Cloud:
    """Clients of an account of the test's own in the emulator, with nothing in it."""
    return Cloud(emulator, account=str(next(ACCOUNTS)))


@pytest.fixture
def at_cloud(connect: Connect, cloud: Cloud, emulator: DemoEndpoint, tmp_path: Path) -> Acting:
    """An operator of that account."""
    connection = connect(
        endpoint_url=emulator.endpoint,
        region=cloud.region,
        access_key_id=cloud.account,
        secret_access_key=emulator.secret_access_key,
    )
    return Acting(connection, AuditTrail(tmp_path / "state"))


@pytest.fixture
def orders(cloud: Cloud) -> None:
    """The function ``orders`` in that account."""
    cloud["lambda"].create_function(
        FunctionName="orders",
        Runtime="python3.13",
        Handler="app.handler",
        Role=f"arn:aws:iam::{cloud.account}:role/orders",
        Code={"ZipFile": packed({"app.py": b"def handler(event, context): ..."})},
        Environment={"Variables": {"MODE": "slow", "PASSWORD": PASSWORD}},
        Tags={"team": "payments"},
    )
    cloud["lambda"].get_waiter("function_active_v2").wait(FunctionName="orders", WaiterConfig={"Delay": 0.05})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of a flight that looks all the time, and at each look finds that another minute went by."""
    ticking = Clock()
    monkeypatch.setattr(console_clock, "time_ns", ticking)
    monkeypatch.setattr(flight, "LOOK_S", LOOK_S)
    return ticking


@pytest.fixture
def live(endpoint: ScriptedEndpoint) -> SplitAlias:
    """The alias ``orders:live``: all of it goes to version 1, and there is a version 2."""
    alias = SplitAlias()
    alias.behind(endpoint)
    endpoint.on("sts", "GetCallerIdentity", IDENTITY)
    return alias


@pytest.fixture
def sky(acting: Acting, clock: Clock, live: SplitAlias, tmp_path: Path) -> Sky:
    """What a flight of that alias flies in."""
    return Sky(acting.performer, FlightLog(tmp_path / "flights"), clock)
