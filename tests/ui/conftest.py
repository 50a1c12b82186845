"""Consoles that a test can drive, in a home of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from textual._compositor import Compositor

from lambdatui.aws.inventory import InventoryCache
from lambdatui.aws.target import Target
from lambdatui.settings_sources import gather
from lambdatui.ui.app import Console, Start
from tests.support.endpoint import REGION, ScriptedEndpoint
from tests.ui.stage import CHANGES, noticed

RETRY_S = 0.05
NEVER_S = 60.0
"""How long the overview waits before it asks again for what it was refused; its own tests are less patient."""
KEYS = {"access_key_id": "AKIAEXAMPLE", "secret_access_key": "example"}

MakeConsole = Callable[..., Console]


def nothing_painted(compositor: Compositor, full: bool = False, **options: Any) -> Any:
    """As Textual paints where somebody looks at all of the screen; a part of it would go nowhere."""
    if full:
        return _paint(compositor, full=True, **options)
    compositor._dirty_regions.clear()
    return None


_paint = Compositor.render_update


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, an environment without AWS in it, and no patience between tries."""
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "aws-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "aws-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setattr("lambdatui.ui.session.FIRST_RETRY_S", RETRY_S)
    monkeypatch.setattr("lambdatui.ui.session.LONGEST_RETRY_S", RETRY_S)
    monkeypatch.setattr("lambdatui.ui.panes.overview.FIRST_RETRY_S", NEVER_S)
    monkeypatch.setattr("lambdatui.ui.panes.overview.LONGEST_RETRY_S", NEVER_S)
    monkeypatch.setattr("lambdatui.ui.app._spare_the_collector", lambda: None)
    return tmp_path


@pytest.fixture(autouse=True)
def changes_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole screen is drawn for a test that waits for something on it only when something has changed."""
    for where, change in CHANGES:
        monkeypatch.setattr(where, change, noticed(getattr(where, change)))


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> MakeConsole:
    """Makes a console that reads the inventory itself: the process of a cold start costs a second in every test.

    Arguments of the function that it gives: a URL or None for the machine's own AWS configuration; then `settings` as
    flags give them, the settings `file`, whether the inventory is cached (`keep`), and what else the target is to have.
    """
    monkeypatch.setattr("lambdatui.ui.app.InventoryProcess", lambda _target: None)
    monkeypatch.setattr(Compositor, "render_update", nothing_painted)

    def make(
        url: str | None = None,
        *,
        settings: Mapping[str, Any] | None = None,
        file: str = "",
        keep: bool = False,
        no_color: bool = False,
        **particular: Any,
    ) -> Console:
        (tmp_path / "settings.toml").write_text(file)
        gathered = gather({"metrics_budget_cents": 0, **(settings or {})}, {}, tmp_path / "settings.toml")
        given = {"endpoint_url": url, "region": REGION, **(KEYS if url else {}), **particular}
        target = Target(**given)
        cache = InventoryCache(tmp_path / "cache", target) if keep else None
        return Console(
            Start(
                gathered=gathered,
                target=target,
                cached=cache.load() if cache else None,
                cache=cache,
                no_color=no_color,
            )
        )

    return make


@dataclass
class Clock:
    """The time that the console is told, until a test changes it."""

    now_ms: int = 1_795_212_000_000
    """2026-11-20 22:00:00Z."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands still, so that ages and the lives of runtimes never change."""
    standing = Clock()

    monkeypatch.setattr("lambdatui.clock.time_ns", lambda: standing.now_ms * 1_000_000)
    return standing


@pytest.fixture
async def endpoint() -> AsyncIterator[ScriptedEndpoint]:
    """An endpoint that knows three functions until it is told otherwise."""
    async with ScriptedEndpoint() as scripted:
        scripted.many_functions(3)
        yield scripted
