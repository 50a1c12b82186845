"""The event source mappings of a region: the order, what is watched, what is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from lambdatui.models.event_source import EventSourceMapping
from lambdatui.ui.panes.mappings import MappingsPane
from lambdatui.ui.panes.triggers import TriggersPane
from tests.support.endpoint import ACCOUNT, REGION, ScriptedEndpoint, Seen, error, json_answer
from tests.support.mappings import mapping, mappings
from tests.ui.answers import listing
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.stage import NARROW, WIDE, Stage, on_stage
from tests.ui.test_looks import Compare, until
from tests.ui.test_looks import shown as shown_on

LISTING = "lambda:ListEventSourceMappings"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lambdatui.ui.panes.reading_pane.REST_S", 0.0)
    monkeypatch.setattr("lambdatui.ui.panes.reading_pane.WATCH_S", 0.02)


def of(name: str, state: str = "Enabled", result: str | None = None) -> dict[str, object]:
    """The mapping of a function and a queue, both of that name."""
    return mapping(
        UUID=f"uuid-of-{name}",
        EventSourceArn=f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}",
        FunctionArn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}:live",
        State=state,
        LastProcessingResult=result,
    )


def shown(stage: Stage) -> Sequence[EventSourceMapping]:
    return stage.app.screen.query_one(MappingsPane).table.shown


def sources(stage: Stage) -> list[str]:
    return [one.source for one in shown(stage)]


async def open_mappings(stage: Stage) -> None:
    await stage.wait_until_read()
    await stage.app.go("mappings")


async def test_the_region_is_one_sweep_and_no_function_is_asked_about(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    def page(seen: Seen) -> object:
        start = int(seen.query.get("Marker", 0))
        found = [of(f"queue-{number:03d}") for number in range(start, start + 100)]
        return mappings(*found, more=str(start + 100) if start < 200 else "")

    endpoint.on("lambda", "ListEventSourceMappings", page)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        before = endpoint.counts.copy()
        await stage.app.go("mappings")
        await stage.wait_for("Event source mappings 300")
        asked = endpoint.counts - before
        assert {operation: asked[operation] for operation in asked if operation.startswith("lambda:")} == {LISTING: 3}


async def test_rows_are_there_before_the_last_page_is(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    gate = asyncio.Event()
    endpoint.on(
        "lambda", "ListEventSourceMappings", mappings(of("a"), more="2"), replace(mappings(of("b")), after=gate)
    )
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_mappings(stage)
        await stage.wait_for(lambda: sources(stage) == ["a"])
        await stage.wait_for("reading, page 2…")
        gate.set()
        await stage.wait_for("Event source mappings 2")


async def test_failing_ones_stand_first_then_disabled_changing_and_unknown_ones(
    console: MakeConsole, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lambdatui.ui.panes.reading_pane.WATCH_S", 3600.0)
    found = [
        of("well", result="No records processed"),
        of("unknown", "Brewing"),
        of("changing", "Updating"),
        of("off", "Disabled"),
        of("failing", result="PROBLEM: Function call failed"),
    ]
    endpoint.on("lambda", "ListEventSourceMappings", mappings(*found))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_mappings(stage)
        await stage.wait_for("Event source mappings 5")
        assert sources(stage) == ["failing", "off", "changing", "unknown", "well"]


async def test_a_state_that_nobody_knows_is_shown_in_awss_word(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "ListEventSourceMappings", mappings(of("kettle", "Brewing")))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_mappings(stage)
        await stage.wait_for("Brewing")


@pytest.mark.parametrize(
    ("state", "settled"),
    [("Creating", "Enabled"), ("Enabling", "Enabled"), ("Disabling", "Disabled"), ("Updating", "Enabled")],
)
async def test_a_transitional_state_is_shown_and_watched_until_it_settles(
    console: MakeConsole, endpoint: ScriptedEndpoint, state: str, settled: str
) -> None:
    gate = asyncio.Event()
    endpoint.on(
        "lambda",
        "ListEventSourceMappings",
        mappings(of("orders", state)),
        mappings(of("orders", state)),
        replace(mappings(of("orders", settled)), after=gate),
    )
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_mappings(stage)
        await stage.wait_for(state)
        gate.set()
        await stage.wait_for(settled)
        assert endpoint.counts[LISTING] == 3


async def test_a_mapping_that_is_deleted_under_the_cursor_goes_with_a_note(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "ListEventSourceMappings", mappings(of("a", "Deleting"), of("b")), mappings(of("b")))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_mappings(stage)
        await stage.wait_for("a to a is gone")
        await stage.wait_for(lambda: sources(stage) == ["b"])
        assert not stage.app.session.errors


async def test_enter_opens_the_triggers_of_the_function(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "ListFunctions", listing("orders"))
    endpoint.on("lambda", "ListEventSourceMappings", mappings(of("orders")))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_mappings(stage)
        await stage.wait_for(lambda: sources(stage) == ["orders"])
        await stage.press("enter")
        await stage.wait_for(lambda: stage.app.screen.query(TriggersPane))
        tab = stage.app.screen.query_one(TriggersPane)
        assert tab.subject is not None
        assert tab.subject.name == "orders"


async def test_a_mapping_without_function_is_told_to_be_orphaned(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "ListEventSourceMappings", mappings(of("deleted")))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_mappings(stage)
        await stage.wait_for(lambda: sources(stage) == ["deleted"])
        await stage.press("enter")
        await stage.wait_for("orphaned")


async def test_a_region_without_mappings_says_so(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "ListEventSourceMappings", mappings())
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_mappings(stage)
        await stage.wait_for("No event source mappings in us-east-1.")


async def test_mappings_that_may_not_be_listed_are_not_told_as_none(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "ListEventSourceMappings", error("AccessDeniedException", 403))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_mappings(stage)
        await stage.wait_for("not permitted: lambda:ListEventSourceMappings")
        assert "No event source mappings" not in stage.text


async def test_a_failure_keeps_the_rows_and_passes_by_itself(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    gate = asyncio.Event()
    whole = mappings(of("orders"))
    endpoint.on("lambda", "ListEventSourceMappings", whole, error("ServiceException", 500), replace(whole, after=gate))
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await open_mappings(stage)
        await stage.wait_for("Event source mappings 1")
        await stage.press("ctrl+r")
        await stage.wait_for(lambda: endpoint.counts[LISTING] == 3)
        assert stage.app.session.errors
        assert sources(stage) == ["orders"]
        gate.set()
        await stage.wait_gone("reading")
        assert sources(stage) == ["orders"]


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])
def test_how_it_looks(
    snap_compare: Compare,
    console: MakeConsole,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
) -> None:
    monkeypatch.setattr("lambdatui.ui.panes.reading_pane.WATCH_S", 3600.0)
    stream = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/clickstream"
    found = [
        of("orders-intake"),
        {**of("search-indexer", result="No records processed"), "EventSourceArn": stream, "BatchSize": 100},
        {**of("refunds", result="PROBLEM: Function call failed"), "BatchSize": 1},
        {**of("clickstream-archive", "Disabled"), "EventSourceArn": stream, "MaximumBatchingWindowInSeconds": 60},
        of("new", "Creating"),
        of("strange", "Brewing"),
    ]
    with ScriptedEndpoint.in_thread() as account:
        account.many_functions(0)
        account.on("lambda", "ListFunctions", listing())
        account.on("lambda", "ListEventSourceMappings", json_answer({"EventSourceMappings": found}))

        async def prepare(pilot: Pilot[None]) -> None:
            await shown_on(pilot, "123456789012")
            await pilot.press("colon", *"mappings", "enter")
            await shown_on(pilot, "Brewing")
            await until(pilot, lambda text: "reading" not in text)

        assert snap_compare(console(account.url), terminal_size=size, run_before=prepare)
