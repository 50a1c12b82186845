"""How it looks what became of an action: compare with the pictures in __snapshots__; `--snapshot-update` takes them
anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.pilot import Pilot

from tests.support.endpoint import ACCOUNT, ScriptedEndpoint, error
from tests.support.reservations import Reservations
from tests.ui.answers import all_parts
from tests.ui.attempts import FIRST
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.test_looks import PENDING, SIZES, Compare, shown, until

PUTS = ("lambda", "PutFunctionConcurrency")
DENIED = error("AccessDeniedException", 403, "User is not authorized to perform: lambda:PutFunctionConcurrency")


@pytest.fixture
def account(clock: Clock) -> Iterator[ScriptedEndpoint]:
    """Three functions, of which the first has reserved 5 and the second may not be changed."""
    kept = Reservations({FIRST: 5})
    with ScriptedEndpoint.in_thread() as endpoint:
        endpoint.many_functions(3)
        all_parts(endpoint)
        kept.serve(endpoint)
        endpoint.on(*PUTS, kept.put, DENIED, kept.put)
        yield endpoint


async def reserve(pilot: Pilot[None], *confirming: str) -> None:
    """Has 7 reserved for what is chosen."""
    await shown(pilot, ACCOUNT)
    await pilot.press("c")
    await shown(pilot, "Reserve concurrency")
    await pilot.press("enter")
    await shown(pilot, "shows what would happen")
    await pilot.press("7", "enter")
    await shown(pilot, "5 → 7")
    await pilot.press(*confirming)
    await shown(pilot, "shows what takes it back")
    await until(pilot, lambda text: PENDING not in text)


async def reserve_typing_the_name(pilot: Pilot[None]) -> None:
    await shown(pilot, "PROTECTED")
    await reserve(pilot, *("minus" if letter == "-" else letter for letter in FIRST), "enter")


async def reserve_for_three(pilot: Pilot[None]) -> None:
    await shown(pilot, "Functions 3")
    await pilot.press("space", "space", "space")
    await reserve(pilot, "y")


@SIZES
@pytest.mark.parametrize("theme", ["dark", "monochrome"])
def test_one_on_a_protected_profile(
    snap_compare: Compare, console: MakeConsole, account: ScriptedEndpoint, size: tuple[int, int], theme: str
) -> None:
    app = console(account.url, settings={"protected": True, "theme": theme})
    assert snap_compare(app, terminal_size=size, run_before=reserve_typing_the_name)


@SIZES
def test_a_marked_set(
    snap_compare: Compare, console: MakeConsole, account: ScriptedEndpoint, size: tuple[int, int]
) -> None:
    assert snap_compare(console(account.url), terminal_size=size, run_before=reserve_for_three)
