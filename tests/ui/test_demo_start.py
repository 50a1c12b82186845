"""The console while the account that it is to open is not there yet."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lambdatui.aws.target import Target
from lambdatui.demo.endpoint import DemoEndpoint
from lambdatui.settings_sources import gather
from lambdatui.ui.app import Console, Start
from tests.support.endpoint import REGION, ScriptedEndpoint
from tests.ui.stage import on_stage


@dataclass
class SlowAccount:
    """An account that starts when the test says so."""

    url: str
    started: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> DemoEndpoint:
        await self.started.wait()
        return DemoEndpoint(self.url, REGION, "demo", "demo")

    async def stop(self) -> None:
        """There is nothing to stop."""


async def test_nothing_is_asked_for_before_the_account_is_there_however_long_that_takes(
    endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("lambdatui.ui.session.FIRST_READING_S", 0.0)
    account = SlowAccount(endpoint.url)
    app = Console(Start(gathered=gather({}, {}, tmp_path / "none.toml"), target=Target(), demo=account))
    async with on_stage(app) as stage:
        await stage.wait_for(lambda: app.session.settings is not None)
        await stage.pilot.pause(0.2)
        assert not endpoint.operations
        account.started.set()
        await stage.wait_until_read()
        assert stage.rows
        assert not [entry for entry in app.session.errors if "region" in str(entry.error)]
