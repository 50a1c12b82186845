"""The concurrency board of a region: what is asked of whom, what is told of it, and what becomes of failures."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
from textual.pilot import Pilot

from lambdatui.insight.concurrency_board import Standing
from lambdatui.ui.panes.concurrency import ConcurrencyPane
from lambdatui.ui.panes.concurrency_answers import SOON_MS
from lambdatui.ui.panes.detail import DetailPane
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, error, json_answer
from tests.support.metrics import MINUTE, CloudWatch
from tests.support.releases import provisioned
from tests.ui.answers import all_parts, detail, listing
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.stage import NARROW, WIDE, Stage, on_stage
from tests.ui.test_looks import Compare, until
from tests.ui.test_looks import shown as shown_on

METERED = {"metrics_budget_cents": 25}
DENIED = error("AccessDeniedException", 403)
BROKEN = error("ServiceException", 500)
LIMITS = {"ConcurrentExecutions": 1_000, "UnreservedConcurrentExecutions": 700}
NOTHING = json_answer({"ProvisionedConcurrencyConfigs": []})

RESERVED: Mapping[str, int | None] = {
    "audit-trail": None,
    "image-import": None,
    "orders-api": 100,
    "payments": None,
    "refunds": 50,
    "search-query": 150,
    "thumbnails": 0,
}
PEAKS = {"image-import": 640.0, "orders-api": 100.0, "payments": 30.0, "search-query": 2.0}
PROVISIONED = {
    "payments": provisioned("live", "IN_PROGRESS", allocated=4, available=4),
    "refunds": provisioned("7", "FAILED", allocated=0, available=0, reason="FUNCTION_ERROR_INIT_FAILURE"),
    "search-query": provisioned("live", "READY", requested=20, allocated=20, available=20),
}


def name_in(seen: Seen) -> str:
    """The function that a request is about."""
    return unquote(seen.path.partition("/functions/")[2].partition("?")[0].partition("/")[0])


def reservation(name: str, reserved: int | None = None) -> Answer:
    """GetFunction."""
    concurrency = {} if reserved is None else {"Concurrency": {"ReservedConcurrentExecutions": reserved}}
    return detail(name, answer=concurrency)


def serve(endpoint: ScriptedEndpoint, reserved: Mapping[str, int | None] = RESERVED) -> None:
    """An account where functions fight for concurrency; who is not in `reserved` may not be looked at."""

    def one(seen: Seen) -> Answer:
        name = name_in(seen)
        return reservation(name, reserved[name]) if name in reserved else DENIED

    endpoint.on("lambda", "ListFunctions", listing(*reserved))
    endpoint.on("lambda", "GetFunction", one)
    endpoint.on("lambda", "GetAccountSettings", json_answer({"AccountLimit": LIMITS}))
    endpoint.on("lambda", "ListProvisionedConcurrencyConfigs", lambda seen: PROVISIONED.get(name_in(seen), NOTHING))
    all_parts(endpoint)


def measure(endpoint: ScriptedEndpoint, now_ms: int) -> CloudWatch:
    """What ran five minutes ago."""
    cloud = CloudWatch(endpoint)
    at = now_ms // MINUTE * MINUTE - 5 * MINUTE
    for name, value in PEAKS.items():
        cloud.points["ConcurrentExecutions", name] = {at: value}
    cloud.points["UnreservedConcurrentExecutions", ""] = {at: 690.0}
    cloud.points["ClaimedAccountConcurrency", ""] = {at: 990.0}
    return cloud


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The functions of the first screen are asked about nothing, so that what is asked is asked for the board."""
    monkeypatch.setattr("lambdatui.ui.panes.functions.FunctionsPane.start_asking", lambda _pane: None)
    monkeypatch.setattr("lambdatui.ui.panes.concurrency.LOOK_EVERY_S", 0.02)
    monkeypatch.setattr("lambdatui.ui.panes.concurrency.REST_S", 0.0)


@pytest.fixture
def account(endpoint: ScriptedEndpoint) -> ScriptedEndpoint:
    serve(endpoint)
    return endpoint


def pane(stage: Stage) -> ConcurrencyPane:
    return stage.app.screen.query_one(ConcurrencyPane)


def standing(stage: Stage, name: str) -> Standing:
    return next(one for one in pane(stage).table.records if one.function == name)


async def open_board(stage: Stage) -> None:
    await stage.wait_until_read()
    await stage.app.go("concurrency")
    await stage.wait_for("Concurrency")


def asked(endpoint: ScriptedEndpoint, operation: str) -> list[str]:
    """The functions that an operation was asked about, in order."""
    return [name_in(seen) for seen in endpoint.requests if seen.operation == operation]


async def test_the_worst_stand_first(console: MakeConsole, account: ScriptedEndpoint, clock: Clock) -> None:
    measure(account, clock.now_ms)
    async with on_stage(console(account.url, settings=METERED), WIDE) as stage:
        await open_board(stage)
        await stage.wait_for("starves others: 640")
        await stage.wait_for("provisioned FAILED on 7")
        await stage.wait_for(lambda: standing(stage, "payments").provisioned.items)
        rows = [one.function for one in pane(stage).table.shown]
        assert rows[0] == "image-import"
        assert set(rows[:4]) == {"image-import", "orders-api", "refunds", "thumbnails"}


async def test_the_head_tells_the_accounts_limit_what_is_unreserved_and_what_is_claimed(
    console: MakeConsole, account: ScriptedEndpoint, clock: Clock
) -> None:
    measure(account, clock.now_ms)
    async with on_stage(console(account.url, settings=METERED), NARROW) as stage:
        await open_board(stage)
        await stage.wait_for("700 unreserved · 990 of 1,000 claimed in 1 h")


async def test_nothing_reserved_is_not_zero(console: MakeConsole, account: ScriptedEndpoint) -> None:
    async with on_stage(console(account.url), NARROW) as stage:
        await open_board(stage)
        await stage.wait_for(lambda: standing(stage, "thumbnails").limit == 0)
        await stage.wait_for(lambda: standing(stage, "audit-trail").shares_pool)


async def test_rows_come_in_as_answers_arrive(console: MakeConsole, account: ScriptedEndpoint) -> None:
    gate = asyncio.Event()

    def answer(seen: Seen) -> Answer:
        name = name_in(seen)
        found = reservation(name, RESERVED[name])
        return replace(found, after=gate) if name == "audit-trail" else found

    account.on("lambda", "GetFunction", answer)
    async with on_stage(console(account.url), WIDE) as stage:
        await open_board(stage)
        await stage.wait_for(lambda: standing(stage, "orders-api").limit == 100)
        await stage.wait_for("asking, 6 of 7…")
        assert standing(stage, "audit-trail").reserved.pending
        gate.set()
        await stage.wait_gone("asking")


async def test_what_is_reserved_is_asked_of_all_and_what_is_provisioned_of_those_in_view(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    serve(endpoint, {f"function-{number:03d}": None for number in range(120)})
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_board(stage)
        await stage.wait_for(lambda: len(set(asked(endpoint, "GetFunction"))) == 120)
        await stage.wait_gone("asking")
        in_view = {one.function for one in pane(stage).table.in_view}
        await stage.wait_for(lambda: in_view <= set(asked(endpoint, "ListProvisionedConcurrencyConfigs")))
        assert "function-119" not in asked(endpoint, "ListProvisionedConcurrencyConfigs")
        await stage.press("end")
        await stage.wait_for(lambda: "function-119" in asked(endpoint, "ListProvisionedConcurrencyConfigs"))


async def test_the_peaks_of_what_is_in_view_are_one_request(
    console: MakeConsole, account: ScriptedEndpoint, clock: Clock
) -> None:
    cloud = measure(account, clock.now_ms)
    async with on_stage(console(account.url, settings=METERED), NARROW) as stage:
        await open_board(stage)
        await stage.wait_for(lambda: standing(stage, "image-import").peak == 640)
        assert cloud.metrics_asked == len(RESERVED) + 2


async def test_nothing_is_measured_where_metrics_may_cost_nothing(
    console: MakeConsole, account: ScriptedEndpoint, clock: Clock
) -> None:
    measure(account, clock.now_ms)
    async with on_stage(console(account.url), NARROW) as stage:
        await open_board(stage)
        await stage.wait_for("700 of 1,000 unreserved")
        await stage.wait_gone("asking")
        assert "PEAK" not in stage.text
        assert account.counts["cloudwatch:GetMetricData"] == 0


async def test_a_function_that_may_not_be_looked_at_says_so_and_takes_no_other_down(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    serve(endpoint, {"orders-api": 100})
    endpoint.on("lambda", "ListFunctions", listing("orders-api", "secret"))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_board(stage)
        await stage.wait_for("not permitted: lambda")
        assert "⊘" in next(line for line in stage.text.splitlines() if "secret" in line)
        await stage.wait_for(lambda: standing(stage, "orders-api").limit == 100)


@pytest.mark.parametrize(("service", "operation"), [("lambda", "GetAccountSettings"), ("cloudwatch", "GetMetricData")])
async def test_what_is_forbidden_besides_is_named_and_the_rest_stands(
    console: MakeConsole, account: ScriptedEndpoint, clock: Clock, service: str, operation: str
) -> None:
    measure(account, clock.now_ms)
    account.on(service, operation, DENIED)
    async with on_stage(console(account.url, settings=METERED), WIDE) as stage:
        await open_board(stage)
        await stage.wait_for(f"⊘ not permitted: {service}:{operation}")
        await stage.wait_for(lambda: standing(stage, "orders-api").limit == 100)


async def test_a_failure_keeps_what_was_known_and_says_that_it_is_stale(
    console: MakeConsole, account: ScriptedEndpoint, clock: Clock
) -> None:
    async with on_stage(console(account.url), WIDE) as stage:
        await open_board(stage)
        await stage.wait_for(lambda: standing(stage, "orders-api").limit == 100)
        await stage.wait_gone("asking")
        account.on("lambda", "GetFunction", BROKEN)
        await stage.press("ctrl+r")
        await stage.wait_for("7 stale")
        assert standing(stage, "orders-api").limit == 100
        serve(account)
        clock.now_ms += SOON_MS
        await stage.wait_gone("stale")


async def test_what_is_being_allocated_is_watched(
    console: MakeConsole, account: ScriptedEndpoint, clock: Clock
) -> None:
    async with on_stage(console(account.url), WIDE) as stage:
        await open_board(stage)
        await stage.wait_for("◌ 4/10")
        ready = provisioned("live", "READY", available=10)
        account.on("lambda", "ListProvisionedConcurrencyConfigs", lambda _seen: ready)
        clock.now_ms += SOON_MS
        await stage.wait_for("✓ 10/10")
        assert asked(account, "ListProvisionedConcurrencyConfigs").count("audit-trail") == 1


async def test_nothing_is_asked_while_it_is_hidden(console: MakeConsole, account: ScriptedEndpoint) -> None:
    async with on_stage(console(account.url), NARROW) as stage:
        await open_board(stage)
        await stage.wait_for(lambda: standing(stage, "orders-api").limit == 100)
        board = pane(stage)
        await stage.press("enter")
        await stage.wait_for(lambda: board.hidden)
        assert not board._asking


async def test_c_on_a_row_is_about_that_function(console: MakeConsole, account: ScriptedEndpoint) -> None:
    account.on("lambda", "GetFunctionConcurrency", json_answer({"ReservedConcurrentExecutions": 100}))
    async with on_stage(console(account.url), NARROW) as stage:
        await open_board(stage)
        await stage.wait_for(lambda: standing(stage, "orders-api").limit == 100)
        pane(stage).table.move_to("orders-api")
        await stage.press("c")
        await stage.wait_for("Reserve concurrency")
        await stage.press("enter")
        await stage.wait_for("Reserve concurrency: orders-api")


async def test_after_a_change_only_what_was_changed_is_asked_about_again(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    async with on_stage(console(account.url), NARROW) as stage:
        await open_board(stage)
        await stage.wait_for(lambda: standing(stage, "orders-api").limit == 100)
        await stage.wait_gone("asking")
        before = len(asked(account, "GetFunction"))
        serve(account, {**RESERVED, "orders-api": 30})
        board = pane(stage)
        subject = board.subject_of(standing(stage, "orders-api"))
        board.acted((subject,))
        await stage.wait_for(lambda: standing(stage, "orders-api").limit == 30)
        assert asked(account, "GetFunction")[before:].count("search-query") == 0


async def test_enter_opens_the_function(console: MakeConsole, account: ScriptedEndpoint) -> None:
    async with on_stage(console(account.url), NARROW) as stage:
        await open_board(stage)
        await stage.wait_for(lambda: standing(stage, "orders-api").limit == 100)
        pane(stage).table.move_to("orders-api")
        await stage.press("enter")
        await stage.wait_for(lambda: stage.app.screen.query(DetailPane))
        await stage.wait_for(lambda: stage.app._main.subject and stage.app._main.subject.name == "orders-api")


async def test_it_is_filtered_and_sorted(console: MakeConsole, account: ScriptedEndpoint) -> None:
    async with on_stage(console(account.url), NARROW) as stage:
        await open_board(stage)
        await stage.wait_for(lambda: standing(stage, "search-query").limit == 150)
        await stage.wait_gone("asking")
        pane(stage).filter_by("reserved>60")
        pane(stage).table.sort_by("reserved", reverse=True)
        assert [one.function for one in pane(stage).table.shown] == ["search-query", "orders-api"]


async def test_clearing_the_filter_leaves_the_cursor_on_the_function_that_it_found(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    async with on_stage(console(account.url), NARROW) as stage:
        await open_board(stage)
        await stage.wait_for(lambda: standing(stage, "search-query").limit == 150)
        await stage.press("slash", *"search", "enter", "escape")
        await stage.wait_for(lambda: len(pane(stage).table.shown) == len(RESERVED))
        assert [one.function for one in pane(stage).subjects()] == ["search-query"]


async def test_a_region_without_functions_says_so(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    serve(endpoint, {})
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_board(stage)
        await stage.wait_for("No functions in us-east-1.")


async def test_functions_that_may_not_be_listed_are_not_told_as_none(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    account.on("lambda", "ListFunctions", DENIED)
    async with on_stage(console(account.url), NARROW) as stage:
        await stage.wait_for("not permitted: lambda:ListFunctions")
        await stage.app.go("concurrency")
        await stage.wait_for(lambda: pane(stage).table.total == 0)
        await stage.wait_for("not permitted: lambda:ListFunctions")


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])
def test_how_it_looks(
    snap_compare: Compare, console: MakeConsole, clock: Clock, monkeypatch: Any, size: tuple[int, int]
) -> None:
    monkeypatch.setattr("lambdatui.ui.panes.concurrency.LOOK_EVERY_S", 3600.0)
    with ScriptedEndpoint.in_thread() as endpoint:
        endpoint.many_functions(0)
        serve(endpoint)
        endpoint.on("lambda", "ListFunctions", listing(*RESERVED, "secret-keeper"))
        measure(endpoint, clock.now_ms)

        async def prepare(pilot: Pilot[None]) -> None:
            await shown_on(pilot, "Functions 8")
            await pilot.press("colon", *"concurrency", "enter")
            await until(pilot, lambda text: "asking" not in text and "claimed" in text)
            await until(pilot, lambda text: all(told in text for told in ("starves", "0/10", "4/10", "20/20")))
            await until(pilot, lambda text: size == NARROW or ("Terminate" in text and " …" not in text))

        assert snap_compare(console(endpoint.url, settings=METERED), terminal_size=size, run_before=prepare)
