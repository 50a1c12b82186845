"""How the releases look: compare with the pictures in __snapshots__; `--snapshot-update` takes them anew."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator

import pytest
from textual.pilot import Pilot

from tests.support.endpoint import ScriptedEndpoint, error
from tests.support.releases import (
    alias,
    aliases,
    history,
    nothing_configured,
    paged,
    policy,
    provisioned,
    traffic,
    url,
    version,
    versions,
)
from tests.ui.answers import all_parts, detail, listing
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.stage import NARROW, PATIENCE_S, WIDE, screen_text

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])
Compare = Callable[..., bool]
Prepare = Callable[[Pilot[None]], Awaitable[None]]

ORDERS = [
    version("orders", "$LATEST", CodeSha256="9PkWzoBbLj", CodeSize=81_920),
    version("orders", 1, Runtime="python3.9", Description="1.0.0", LastModified="2026-03-02T10:11:12.000+0000"),
    version("orders", 2, Description="1.1.0 receipts", CodeSize=61_440, MemorySize=512),
    version("orders", 3, Description="1.2.0 wallets", CodeSha256="9PkWzoBbLj", CodeSize=81_920, MemorySize=512),
    version("orders", 4, Description="1.3.0 currencies", CodeSha256="kX7dPLcM2q", CodeSize=83_968, MemorySize=1024),
]


@pytest.fixture
def account(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedEndpoint]:
    """A canary on one alias, a stuck shift on another, on a clock that stands still."""
    with ScriptedEndpoint.in_thread() as endpoint:
        endpoint.many_functions(0)
        endpoint.on("lambda", "ListFunctions", listing("orders"))
        endpoint.on("lambda", "ListVersionsByFunction", versions(*ORDERS))
        all_parts(endpoint)
        nothing_configured(endpoint)
        canary, stuck = alias("live", 3, v4=0.1), alias("prod", 3, v2=1.0)
        endpoint.on("lambda", "ListAliases", aliases(canary, stuck, alias("beta", 4)))
        endpoint.on(
            "lambda",
            "ListProvisionedConcurrencyConfigs",
            provisioned("prod", "FAILED", allocated=0, available=0, reason="FUNCTION_ERROR_INIT_FAILURE"),
        )
        endpoint.on("lambda", "ListFunctionUrlConfigs", url("live"))
        endpoint.on("lambda", "GetPolicy", policy({"Sid": "api", "Effect": "Allow"}))
        before = {"MemorySize": 512, "Environment": {"Variables": {"TOKEN": "hunter2", "STAGE": "prod"}}}
        after = {"MemorySize": 1024, "Environment": {"Variables": {"TOKEN": "hunter3", "LIMIT": "9"}}}
        endpoint.on(
            "lambda",
            "GetFunction",
            lambda seen: (
                detail("orders", CodeSha256="9PkWzoBbLj", CodeSize=81_920, **before)
                if seen.query.get("Qualifier") == "3"
                else detail("orders", CodeSha256="kX7dPLcM2q", CodeSize=83_968, **after)
            ),
        )
        yield endpoint


def steps(*taken: tuple[str, tuple[str, ...]]) -> Prepare:
    """Waits for each text in turn, and presses the keys that follow it."""

    async def prepare(pilot: Pilot[None]) -> None:
        for text, keys in taken:
            await shown(pilot, text)
            await pilot.press(*keys)

    return prepare


async def shown(pilot: Pilot[None], text: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while text not in (screen := screen_text(pilot.app)):  # type: ignore[arg-type]
        assert time.monotonic() < deadline, screen
        await asyncio.sleep(0.01)


IDENTIFIED = ("123456789012", ())
TAB = ("Functions 1 ", ("2",))
READ = ("drifted from 4", ())
EXPLAINED = ("no shift known", ())
"""What is found out last."""


@SIZES
def test_the_tab(snap_compare: Compare, console: MakeConsole, account: ScriptedEndpoint, size: tuple[int, int]) -> None:
    assert snap_compare(
        console(account.url), terminal_size=size, run_before=steps(IDENTIFIED, TAB, EXPLAINED, ("Releases 5 ", ()))
    )


@SIZES
def test_a_tab_without_its_aliases(
    snap_compare: Compare, console: MakeConsole, account: ScriptedEndpoint, size: tuple[int, int]
) -> None:
    account.on("lambda", "ListAliases", error("AccessDeniedException", 403))
    told = ("not permitted: lambda:ListAliases", ())
    assert snap_compare(console(account.url), terminal_size=size, run_before=steps(IDENTIFIED, TAB, READ, told))


@SIZES
def test_what_differs(
    snap_compare: Compare, console: MakeConsole, account: ScriptedEndpoint, size: tuple[int, int]
) -> None:
    compare = (EXPLAINED[0], ("j", "space", "space", "d"))
    assert snap_compare(
        console(account.url), terminal_size=size, run_before=steps(IDENTIFIED, TAB, compare, ("TOKEN", ()))
    )


@SIZES
def test_all_of_one_release(
    snap_compare: Compare, console: MakeConsole, account: ScriptedEndpoint, size: tuple[int, int]
) -> None:
    opened = (EXPLAINED[0], ("j", "j", "j", "enter"))
    stuck = ("all traffic on 2", ())
    assert snap_compare(console(account.url), terminal_size=size, run_before=steps(IDENTIFIED, TAB, opened, stuck))


@SIZES
def test_the_region(
    snap_compare: Compare, console: MakeConsole, account: ScriptedEndpoint, size: tuple[int, int]
) -> None:
    fleet = [*history("orders", 4), *history("payments", 12, CodeSha256="new"), *history("reports", 0)]
    whole = paged("Functions", fleet)
    names = listing("orders", "payments", "reports")
    account.on("lambda", "ListFunctions", lambda seen: whole(seen) if "FunctionVersion" in seen.query else names)
    account.on("cloudwatch", "ListMetrics", traffic("orders:live", "orders:beta", "payments:live"))
    listed = {
        "orders": aliases(alias("beta", 4), alias("live", 3, v4=0.1)),
        "payments": aliases(alias("live", 12, v11=1.0)),
        "reports": aliases(),
    }
    account.on("lambda", "ListAliases", lambda seen: listed[seen.path.split("/")[3]])
    go = ("Functions 3 ", ("colon", *"aliases", "enter"))
    ready = ("✓ Active" if size == WIDE else "drifted", ())
    assert snap_compare(
        console(account.url),
        terminal_size=size,
        run_before=steps(IDENTIFIED, go, ("out of view", ()), ("▲ no shi", ()), ready),
    )
