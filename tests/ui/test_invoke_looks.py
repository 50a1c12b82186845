"""How invoking looks: compare with the pictures in __snapshots__; `--snapshot-update` takes them anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from textual.pilot import Pilot

from lambdatui.actions.payloads import PayloadStore
from tests.support.endpoint import ACCOUNT, REGION, ScriptedEndpoint
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.test_invoke import FAILED, INVOKE, account, ran
from tests.ui.test_looks import SIZES, Compare, shown

PAYLOAD = json.dumps({"order": "A-4711", "total": 1290, "method": "card", "gift": False, "note": None}, indent=2)
ANSWER = {"order": "A-4711", "receipt": "b1946ac92492", "net": 1272, "lines": [{"sku": "tea", "count": 2}]}


@pytest.fixture
def shop(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedEndpoint]:
    """An account that never changes, with a function that was invoked before and answers in no time."""
    monkeypatch.setattr("lambdatui.aws.invocations.time", SimpleNamespace(perf_counter=lambda: 0.0))
    PayloadStore(ACCOUNT, REGION, "orders").remember(PAYLOAD)
    with ScriptedEndpoint.in_thread() as endpoint:
        account(endpoint)
        endpoint.on(*INVOKE, ran(ANSWER))
        yield endpoint


async def edit(pilot: Pilot[None]) -> None:
    await shown(pilot, ACCOUNT)
    await shown(pilot, "Functions 1")
    await pilot.press("i")
    await shown(pilot, "^s preview")


async def preview(pilot: Pilot[None]) -> None:
    await edit(pilot)
    await pilot.press("ctrl+s")
    await shown(pilot, "lambda:Invoke")


async def run(pilot: Pilot[None]) -> None:
    await preview(pilot)
    await pilot.press("y")
    await shown(pilot, "Response")


@SIZES
def test_the_editor(snap_compare: Compare, console: MakeConsole, shop: ScriptedEndpoint, size: tuple[int, int]) -> None:
    assert snap_compare(console(shop.url), terminal_size=size, run_before=edit)


@SIZES
def test_the_preview(
    snap_compare: Compare, console: MakeConsole, shop: ScriptedEndpoint, size: tuple[int, int]
) -> None:
    assert snap_compare(console(shop.url), terminal_size=size, run_before=preview)


@SIZES
def test_the_result(snap_compare: Compare, console: MakeConsole, shop: ScriptedEndpoint, size: tuple[int, int]) -> None:
    assert snap_compare(console(shop.url), terminal_size=size, run_before=run)


@SIZES
def test_the_result_of_a_failure(
    snap_compare: Compare, console: MakeConsole, shop: ScriptedEndpoint, size: tuple[int, int]
) -> None:
    shop.on(*INVOKE, FAILED)
    assert snap_compare(console(shop.url), terminal_size=size, run_before=run)
