"""How the console looks: compare with the pictures in __snapshots__; `--snapshot-update` takes them anew."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator

import pytest
from textual.pilot import Pilot

from lambdatui.ui.widgets.record_table import RecordTable
from tests.support.endpoint import ScriptedEndpoint, error, function, html
from tests.ui.answers import all_parts, detail, listing
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.stage import NARROW, PATIENCE_S, WIDE, screen_text

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])
Compare = Callable[..., bool]
A_LONG_TIME_S = 3600.0
"""A failure is pictured before it is tried again."""
PENDING = " …"
"""Stands for what is still being asked for."""

FLEET = [
    function("audit-trail", Runtime="python3.14", Description="keeps who did what", CodeSize=4_213),
    function("fraud-scoring", Runtime="python3.12", MemorySize=3008, Timeout=60, CodeSize=61_210_113),
    function("legacy-report", Runtime="python2.7", Timeout=900, LastModified="2019-05-02T10:11:12.000+0000"),
    function("media-captions", PackageType="Image", Runtime=None, Handler=None, MemorySize=10240, CodeSize=0),
    function("orders-api", Runtime="nodejs22.x", MemorySize=512, Timeout=29, Description="the shop's front door"),
    function("orders-export", Runtime="nodejs18.x", Architectures=["arm64"], Timeout=300),
    function("payments-processor", MemorySize=1024, Timeout=30, Description="takes the money, once per order"),
    function("refunds-api", Runtime="ruby3.3", MemorySize=256, LastModified="2026-11-20T21:48:12.000+0000"),
    function("thumbnails-of-everything-that-was-ever-uploaded-by-anyone", Runtime="provided.al2023"),
    function("東京-の-注文", Runtime="java21", Description="wide letters"),
]


@pytest.fixture
def account(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedEndpoint]:
    """An account that never changes, on a clock that stands still, beside the loop that the picture is taken in."""
    for module in ("session", "panes.overview"):
        monkeypatch.setattr(f"lambdatui.ui.{module}.FIRST_RETRY_S", A_LONG_TIME_S)
        monkeypatch.setattr(f"lambdatui.ui.{module}.LONGEST_RETRY_S", A_LONG_TIME_S)
    with ScriptedEndpoint.in_thread() as endpoint:
        endpoint.many_functions(0)
        endpoint.on("lambda", "ListFunctions", listing(*FLEET))
        endpoint.on(
            "lambda",
            "GetFunction",
            detail(
                "payments-processor",
                MemorySize=1024,
                Environment={"Variables": {"DB_PASSWORD": "hunter2", "STAGE": "production"}},
                answer={
                    "Tags": {"team": "payments", "cost-centre": "4711"},
                    "Concurrency": {"ReservedConcurrentExecutions": 100},
                },
            ),
        )
        all_parts(endpoint)
        yield endpoint


def once(text: str, *keys: str, then: str = "") -> Callable[[Pilot[None]], Awaitable[None]]:
    """Waits for a text, presses keys, and waits for another, and until all answers have come."""

    async def prepare(pilot: Pilot[None]) -> None:
        await shown(pilot, text)
        await pilot.press(*keys)
        await shown(pilot, then)
        await until(pilot, lambda text: PENDING not in text and "reading" not in text.splitlines()[1])

    return prepare


async def shown(pilot: Pilot[None], text: str) -> None:
    await until(pilot, lambda screen: text in screen)


async def until(pilot: Pilot[None], holds: Callable[[str], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds(screen := screen_text(pilot.app)):  # type: ignore[arg-type]
        assert time.monotonic() < deadline, screen
        await asyncio.sleep(0.01)


READ = "Functions 10"


@SIZES
def test_the_list(
    snap_compare: Compare, console: MakeConsole, account: ScriptedEndpoint, size: tuple[int, int]
) -> None:
    ready = "✓ Active" if size == WIDE else "123456789012"
    assert snap_compare(console(account.url), terminal_size=size, run_before=once(READ, then=ready))


@SIZES
def test_the_detail(
    snap_compare: Compare, console: MakeConsole, account: ScriptedEndpoint, size: tuple[int, int]
) -> None:
    app = console(account.url, read_only=True)
    prepare = once(READ, *"jjjjjj", "enter", then="✓ Active")
    assert snap_compare(app, terminal_size=size, run_before=prepare)


@SIZES
def test_an_empty_account(
    snap_compare: Compare, console: MakeConsole, account: ScriptedEndpoint, size: tuple[int, int]
) -> None:
    account.on("lambda", "ListFunctions", listing())
    assert snap_compare(
        console(account.url), terminal_size=size, run_before=once("No functions in", then="123456789012")
    )


@SIZES
def test_a_forbidden_list(
    snap_compare: Compare, console: MakeConsole, account: ScriptedEndpoint, size: tuple[int, int]
) -> None:
    account.on("lambda", "ListFunctions", error("AccessDeniedException", 403))
    assert snap_compare(console(account.url), terminal_size=size, run_before=once("not permitted", then="! 1"))


@SIZES
def test_a_list_that_failed(
    snap_compare: Compare, console: MakeConsole, account: ScriptedEndpoint, size: tuple[int, int]
) -> None:
    account.on("lambda", "ListFunctions", html())
    assert snap_compare(console(account.url), terminal_size=size, run_before=once("a web page", then="! 1"))


@SIZES
def test_a_stale_list(
    snap_compare: Compare, console: MakeConsole, account: ScriptedEndpoint, size: tuple[int, int]
) -> None:
    account.on("lambda", "ListFunctions", listing(*FLEET), error("AccessDeniedException", 403))
    prepare = once("✓ Active" if size == WIDE else "oncall", "ctrl+r", then="stale")
    assert snap_compare(console(account.url), terminal_size=size, run_before=prepare)


@SIZES
def test_parts_that_are_forbidden(
    snap_compare: Compare, console: MakeConsole, account: ScriptedEndpoint, size: tuple[int, int]
) -> None:
    account.on("lambda", "*", error("AccessDeniedException", 403))
    for operation in ("GetFunctionUrlConfig", "GetFunctionRecursionConfig", "GetRuntimeManagementConfig"):
        account.on("lambda", operation, error("AccessDeniedException", 403))
    prepare = once(READ, "enter", then="lambda:GetRuntimeManagementConfig")
    assert snap_compare(console(account.url), terminal_size=size, run_before=prepare)


@SIZES
def test_help(snap_compare: Compare, console: MakeConsole, account: ScriptedEndpoint, size: tuple[int, int]) -> None:
    ready = "✓ Active" if size == WIDE else READ
    prepare = once(ready, "question_mark", then="Moving and marking")
    assert snap_compare(console(account.url), terminal_size=size, run_before=prepare)


@SIZES
def test_go_to(snap_compare: Compare, console: MakeConsole, account: ScriptedEndpoint, size: tuple[int, int]) -> None:
    ready = "✓ Active" if size == WIDE else READ
    prepare = once(ready, "colon", *"orders", then="orders-export")
    assert snap_compare(console(account.url), terminal_size=size, run_before=prepare)


@SIZES
def test_a_filter(
    snap_compare: Compare, console: MakeConsole, account: ScriptedEndpoint, size: tuple[int, int]
) -> None:
    async def prepare(pilot: Pilot[None]) -> None:
        await once(
            "✓ Active" if size == WIDE else READ, "slash", *"memory", "greater_than_sign", *"500", then="4 shown"
        )(pilot)
        table = pilot.app.screen.query_one(RecordTable)
        followed = f"› {table.shown[0].name}  1 Overview"
        await until(
            pilot, lambda text: size != WIDE or (followed in text and "✓ Active" in text and PENDING not in text)
        )

    assert snap_compare(console(account.url), terminal_size=size, run_before=prepare)


@SIZES
def test_raw_json(
    snap_compare: Compare, console: MakeConsole, account: ScriptedEndpoint, size: tuple[int, int]
) -> None:
    ready = "✓ Active" if size == WIDE else READ
    prepare = once(ready, "v", then='"FunctionName"')
    assert snap_compare(console(account.url), terminal_size=size, run_before=prepare)


@pytest.mark.parametrize("theme", ["dark", "light", "high-contrast", "monochrome"])
def test_a_theme(snap_compare: Compare, console: MakeConsole, account: ScriptedEndpoint, theme: str) -> None:
    app = console(account.url, settings={"theme": theme}, read_only=True)
    assert snap_compare(app, terminal_size=WIDE, run_before=once(READ, "space", "j", "j", then="✓ Active"))


def test_no_color_gives_the_monochrome_theme(
    snap_compare: Compare, console: MakeConsole, account: ScriptedEndpoint
) -> None:
    app = console(account.url, no_color=True)
    assert snap_compare(app, terminal_size=NARROW, run_before=once(READ, then="123456789012"))
