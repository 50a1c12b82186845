"""A scripted endpoint, connections to it, and a machine without AWS configuration."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from lambdatui.aws.connection import Connection
from lambdatui.aws.target import Target
from lambdatui.demo.endpoint import DemoEndpoint
from tests.support.endpoint import REGION, ScriptedEndpoint
from tests.support.machine import Machine

Connect = Callable[..., Connection]


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A home folder of the test's own, with an AWS configuration to be written."""
    return Machine(tmp_path, monkeypatch)


@pytest.fixture
def impatient(machine: Machine) -> None:
    """Nothing is tried twice: a fault shows at once."""
    machine.set("AWS_MAX_ATTEMPTS", "1")


@pytest.fixture
async def endpoint() -> AsyncIterator[ScriptedEndpoint]:
    """An endpoint that refuses whatever the test does not script."""
    async with ScriptedEndpoint() as scripted:
        yield scripted


@pytest.fixture
async def connect(endpoint: ScriptedEndpoint) -> AsyncIterator[Connect]:
    """Makes a connection that is closed when the test ends; by default to the scripted endpoint, with keys.

    Arguments of the function that it gives: `quota`, and what the target is to have besides or instead. A `profile`
    takes the place of endpoint and keys: both are then the machine's.
    """
    async with AsyncExitStack() as opened:

        def make(*, quota: Any = None, **asked: Any) -> Connection:
            keys = {"access_key_id": "AKIAEXAMPLE", "secret_access_key": "example", "endpoint_url": endpoint.url}
            ready = {"region": REGION} if "profile" in asked else {"region": REGION, **keys}
            connection = Connection(Target(**{**ready, **asked}), quota=quota)
            opened.push_async_callback(connection.close)
            return connection

        yield make


@pytest.fixture
def connection(connect: Connect) -> Connection:
    """A read-only connection to the scripted endpoint."""
    return connect(read_only=True)


@pytest.fixture
def demo(connect: Connect, demo_endpoint: DemoEndpoint) -> Connection:
    """A read-only connection to the demo's account."""
    return connect(read_only=True, **where(demo_endpoint))


def where(account: DemoEndpoint) -> dict[str, str]:
    """What `connect` is given to reach an embedded account."""
    return {
        "endpoint_url": account.endpoint,
        "region": account.region,
        "access_key_id": account.access_key_id,
        "secret_access_key": account.secret_access_key,
    }
