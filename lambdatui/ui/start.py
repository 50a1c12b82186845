"""What the command line hands to the console."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from lambdatui.aws.inventory import CachedInventory, InventoryCache, InventoryProcess
from lambdatui.aws.target import Target
from lambdatui.settings_sources import Gathered


class DemoEndpoint(Protocol):
    """Where the embedded account listens."""

    @property
    def endpoint(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def access_key_id(self) -> str: ...
    @property
    def secret_access_key(self) -> str: ...


class DemoAccount(Protocol):
    """An account that lives as long as the console; the command line brings it, for only that may import demo/."""

    async def start(self) -> DemoEndpoint: ...

    async def stop(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Start:
    """All that is known before the first paint."""

    gathered: Gathered
    target: Target
    process: InventoryProcess | None = None
    """Already reading the inventory, on a cold start."""
    cached: CachedInventory | None = None
    cache: InventoryCache | None = None
    demo: DemoAccount | None = None
    """The account to open instead, not started yet."""
    no_color: bool = False
