"""The releases of a function and of the region: what is shown, what is watched, what is asked."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from lambdatui.demo.endpoint import DemoEndpoint
from lambdatui.models.release import Release
from lambdatui.ui.panes.release_columns import bar
from lambdatui.ui.panes.releases import ReleasesPane
from tests.support.endpoint import Answer, ScriptedEndpoint, error, function, json_answer
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
from tests.ui.flying import leave_behind
from tests.ui.stage import NARROW, Stage, on_stage

VERY_WIDE = (260, 24)
"""Every column has room, and the list is hidden beside the detail."""
SECRET = "hunter2-of-the-orders"
DENIED = error("AccessDeniedException", 403)
BROKEN = error("ServiceException", 500)

PARTS = {
    "ListAliases": "lambda:ListAliases",
    "ListProvisionedConcurrencyConfigs": "lambda:ListProvisionedConcurrencyConfigs",
    "ListFunctionUrlConfigs": "lambda:ListFunctionUrlConfigs",
    "GetPolicy": "lambda:GetPolicy",
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lambdatui.ui.panes.reading_pane.REST_S", 0.0)
    monkeypatch.setattr("lambdatui.ui.panes.reading_pane.WATCH_S", 0.02)


@pytest.fixture
def account(endpoint: ScriptedEndpoint) -> ScriptedEndpoint:
    """One function with three versions, of which alias live points at the second."""
    endpoint.on("lambda", "ListFunctions", listing("orders"))
    endpoint.on("lambda", "ListVersionsByFunction", versions(*history("orders", 3)))
    all_parts(endpoint)
    nothing_configured(endpoint)
    endpoint.on("lambda", "ListAliases", aliases(alias("live", 2)))
    return endpoint


def pane(stage: Stage) -> ReleasesPane:
    return stage.app.screen.query_one(ReleasesPane)


def shown(stage: Stage) -> Sequence[Release]:
    return pane(stage).table.shown


def numbers(stage: Stage) -> list[str]:
    return [release.version.number for release in shown(stage)]


def row(stage: Stage, number: str) -> str:
    """A row of the list, as it is drawn."""
    return next((line for line in stage.text.splitlines() if line.lstrip("│● ").split(" ")[0] == number), "")


def head(stage: Stage) -> str:
    return next(line for line in stage.text.splitlines() if line.startswith(" Releases "))


async def open_tab(stage: Stage) -> None:
    """Opens the releases of the only function and waits until all of it is read."""
    await stage.wait_until_read()
    await stage.press("2")
    await stage.wait_for(lambda: stage.app.screen.query(ReleasesPane) and settled(stage))


def settled(stage: Stage) -> bool:
    reading = pane(stage).reading_now()
    return reading.read_at is not None and not reading.running


# -- the list


async def test_versions_stand_newest_first_with_latest_on_top(console: MakeConsole, account: ScriptedEndpoint) -> None:
    async with on_stage(console(account.url), NARROW) as stage:
        await open_tab(stage)
        assert numbers(stage) == ["$LATEST", "3", "2", "1"]


async def test_a_version_stands_with_the_alias_that_points_at_it(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    async with on_stage(console(account.url), NARROW) as stage:
        await open_tab(stage)
        assert "live" in row(stage, "2") and "no alias" in row(stage, "3")


async def test_ages_go_on_while_nothing_else_happens(
    console: MakeConsole, account: ScriptedEndpoint, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lambdatui.ui.panes.reading_pane.ReadingPane.AGES_EVERY_S", 0.1)
    async with on_stage(console(account.url)) as stage:
        await open_tab(stage)
        before = row(stage, "3")
        clock.now_ms += 365 * 86_400_000
        await stage.wait_for(lambda: row(stage, "3") != before)


async def test_a_canary_is_drawn_as_a_bar_with_its_shares(console: MakeConsole, account: ScriptedEndpoint) -> None:
    account.on("lambda", "ListAliases", aliases(alias("live", 2, v3=0.1)))
    async with on_stage(console(account.url), NARROW) as stage:
        await open_tab(stage)
        assert "live █████████░ 90 %" in row(stage, "2")
        assert "live █░░░░░░░░░ 10 %" in row(stage, "3")


@pytest.mark.parametrize(
    ("share", "drawn"), [(0, "░" * 10), (0.001, "█" + "░" * 9), (0.999, "█" * 9 + "░"), (1, "█" * 10)]
)
def test_the_least_share_is_to_be_seen_and_only_all_fills_the_bar(share: float, drawn: str) -> None:
    assert bar(share) == drawn


async def test_a_weight_of_one_is_shown_as_all_traffic_on_the_additional_version(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    account.on("lambda", "ListAliases", aliases(alias("live", 3, v2=1.0)))
    async with on_stage(console(account.url), NARROW) as stage:
        await open_tab(stage)
        assert "live ██████████ 100 %" in row(stage, "2") and "! all on 2, stuck shift?" in row(stage, "2")
        assert "live ░░░░░░░░░░ 0 %" in row(stage, "3") and "! no traffic, all on 2" in row(stage, "3")
        await stage.press("j", "j", "enter")
        await stage.wait_for("alias live: all traffic on 2 (additional), stuck")


async def test_a_wide_row_says_all_that_is_known_of_a_version(console: MakeConsole, account: ScriptedEndpoint) -> None:
    layers = [{"Arn": "arn:aws:lambda:us-east-1:123456789012:layer:money:1", "CodeSize": 1}]
    particular = {
        "Description": "2.8.0 discounts",
        "Runtime": "python3.9",
        "MemorySize": 1024,
        "Timeout": 29,
        "CodeSize": 2048,
        "Architectures": ["arm64"],
        "SnapStart": {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"},
        "Layers": layers,
    }
    account.on(
        "lambda", "ListVersionsByFunction", versions(version("orders", "$LATEST"), version("orders", 3, **particular))
    )
    account.on("lambda", "ListAliases", aliases(alias("live", 3)))
    account.on("lambda", "ListProvisionedConcurrencyConfigs", provisioned("live", "READY", available=3))
    account.on("lambda", "ListFunctionUrlConfigs", url("live"))
    account.on("lambda", "GetPolicy", policy({"Sid": "api", "Effect": "Allow"}))
    async with on_stage(console(account.url), VERY_WIDE) as stage:
        await open_tab(stage)
        drawn = row(stage, "3")
        for text in ("live", "✓ 10/10, 3 avail", "URL policy", "python3.9 ▲", "2.0 KB", "1,024 MB", "29 s", "arm64"):
            assert text in drawn
        assert drawn.split("arm64")[0].split()[-2:] == ["1", "On"]
        assert "code-of-" in drawn and "2.8.0 discounts" in drawn


async def test_latest_says_that_it_drifted(console: MakeConsole, account: ScriptedEndpoint) -> None:
    account.on("lambda", "ListVersionsByFunction", versions(*history("orders", 3, CodeSha256="new")))
    async with on_stage(console(account.url), NARROW) as stage:
        await open_tab(stage)
        assert "drifted from 3" in row(stage, "$LATEST")


# -- paging


async def test_three_hundred_versions_can_be_used_after_the_first_page(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    gate = asyncio.Event()
    serve = versions(*history("orders", 300))
    account.on("lambda", "ListVersionsByFunction", serve, lambda seen: replace(serve(seen), after=gate))
    async with on_stage(console(account.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("2")
        await stage.wait_for("Releases 50…")
        await stage.wait_for("reading, page 2…")
        await stage.press("j", "space")
        await stage.wait_for("● 1 marked")
        assert account.counts["lambda:ListVersionsByFunction"] <= 2
        gate.set()
        await stage.wait_for("Releases 301")
        assert account.counts["lambda:ListVersionsByFunction"] == 7


async def test_while_pages_are_missing_nothing_is_said_of_latest(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    gate = asyncio.Event()
    serve = versions(*history("orders", 60))
    account.on("lambda", "ListVersionsByFunction", serve, lambda seen: replace(serve(seen), after=gate))
    async with on_stage(console(account.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("2")
        await stage.wait_for("Releases 50…")
        assert "code" not in row(stage, "$LATEST").removesuffix(" ").rpartition("…")[0]
        gate.set()
        await stage.wait_for("same code as 60")


async def test_a_tab_asks_each_part_once_and_for_the_policy_of_each_alias(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    account.on("lambda", "ListAliases", aliases(alias("live", 2), alias("beta", 3)))
    async with on_stage(console(account.url), NARROW) as stage:
        await open_tab(stage)
        asked = {name: count for name, count in account.counts.items() if name.removeprefix("lambda:") in PARTS}
        assert asked == {**dict.fromkeys((f"lambda:{part}" for part in PARTS), 1), "lambda:GetPolicy": 2}


# -- parts that fail alone


@pytest.mark.parametrize(("operation", "action"), PARTS.items())
async def test_a_forbidden_part_is_named_and_the_versions_stay(
    console: MakeConsole, account: ScriptedEndpoint, operation: str, action: str
) -> None:
    account.on("lambda", operation, DENIED)
    async with on_stage(console(account.url), NARROW) as stage:
        await open_tab(stage)
        assert f"⊘ not permitted: {action}" in head(stage)
        assert numbers(stage) == ["$LATEST", "3", "2", "1"]


@pytest.mark.parametrize("operation", ["ListAliases", "GetPolicy"])
async def test_a_failed_part_is_told_otherwise_than_a_forbidden_one_and_comes_back_by_itself(
    console: MakeConsole, account: ScriptedEndpoint, operation: str
) -> None:
    account.on("lambda", operation, BROKEN)
    async with on_stage(console(account.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("2")
        await stage.wait_for("! lambda is out of order: ServiceException")
        assert numbers(stage) == ["$LATEST", "3", "2", "1"]
        account.on("lambda", "GetPolicy", policy())
        nothing_configured(account)
        await stage.wait_gone("out of order")


@pytest.mark.parametrize(
    ("answer", "drawn"), [(None, "-"), (DENIED, "⊘"), (BROKEN, "! not read")], ids=["none", "forbidden", "failed"]
)
async def test_not_configured_not_permitted_and_failed_look_different(
    console: MakeConsole, account: ScriptedEndpoint, answer: Answer | None, drawn: str
) -> None:
    if answer is not None:
        account.on("lambda", "ListProvisionedConcurrencyConfigs", answer)
    async with on_stage(console(account.url), VERY_WIDE) as stage:
        await stage.wait_until_read()
        await stage.press("2")
        column = "PROVISIONED"
        await stage.wait_for(column)

        def cell() -> str:
            start = next(line for line in stage.text.splitlines() if column in line).index(column)
            return row(stage, "1")[start : start + 19].strip()

        await stage.wait_for(lambda: cell() == drawn)


async def test_while_aliases_are_forbidden_no_version_is_called_unused(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    account.on("lambda", "ListAliases", DENIED)
    async with on_stage(console(account.url), NARROW) as stage:
        await open_tab(stage)
        assert "no alias" not in stage.text and "⊘" in row(stage, "1")


async def test_while_aliases_are_forbidden_what_hangs_on_them_is_not_called_absent(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    account.on("lambda", "ListAliases", DENIED)
    account.on("lambda", "ListProvisionedConcurrencyConfigs", provisioned("live", "READY"))
    async with on_stage(console(account.url), VERY_WIDE) as stage:
        await open_tab(stage)
        assert row(stage, "2").count("⊘") == 3  # aliases, provisioned concurrency, access


async def test_a_part_that_fails_later_keeps_what_it_gave_before(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    async with on_stage(console(account.url), NARROW) as stage:
        await open_tab(stage)
        account.on("lambda", "ListAliases", DENIED)
        await stage.press("ctrl+r")
        await stage.wait_for("not permitted: lambda:ListAliases")
        assert "live" in row(stage, "2")


# -- what changes by itself


async def test_provisioning_is_watched_until_it_is_ready_without_reading_the_versions_again(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    under_way = provisioned("live", "IN_PROGRESS", allocated=4, available=4)
    account.on("lambda", "ListProvisionedConcurrencyConfigs", under_way)
    async with on_stage(console(account.url), VERY_WIDE) as stage:
        await stage.wait_until_read()
        await stage.press("2")
        await stage.wait_for("◌ 4/10")
        await stage.wait_for("provisioned IN_PROGRESS")
        account.on("lambda", "ListProvisionedConcurrencyConfigs", provisioned("live", "READY"))
        await stage.wait_for("✓ 10/10, 7 avail")
        assert account.counts["lambda:ListVersionsByFunction"] == 1


async def test_an_alias_that_moves_to_a_version_published_meanwhile_brings_it_onto_the_screen(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    account.on("lambda", "ListProvisionedConcurrencyConfigs", provisioned("live", "IN_PROGRESS"))
    async with on_stage(console(account.url), NARROW) as stage:
        await open_tab(stage)
        account.on("lambda", "ListVersionsByFunction", versions(*history("orders", 4)))
        account.on("lambda", "ListAliases", aliases(alias("live", 4)))
        await stage.wait_for(lambda: numbers(stage)[1] == "4" and "live" in row(stage, "4"))


async def test_a_version_that_was_deleted_under_the_cursor_goes_with_a_note(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    async with on_stage(console(account.url), NARROW) as stage:
        await open_tab(stage)
        await stage.press("j")
        account.on("lambda", "ListVersionsByFunction", versions(*history("orders", 2)))
        await stage.press("ctrl+r")
        await stage.wait_for("orders:3 is gone")
        await stage.wait_for(lambda: numbers(stage) == ["$LATEST", "2", "1"])


async def test_an_alias_that_was_deleted_goes_with_a_note(console: MakeConsole, account: ScriptedEndpoint) -> None:
    async with on_stage(console(account.url), NARROW) as stage:
        await open_tab(stage)
        account.on("lambda", "ListAliases", aliases())
        await stage.press("ctrl+r")
        await stage.wait_for("alias live is gone")
        await stage.wait_for(lambda: "live" not in row(stage, "2"))


async def test_a_function_that_was_deployed_since_is_read_again(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    async with on_stage(console(account.url), NARROW) as stage:
        await open_tab(stage)
        account.on("lambda", "ListVersionsByFunction", versions(*history("orders", 3, CodeSha256="new")))
        account.on("lambda", "ListFunctions", json_answer({"Functions": [function("orders", CodeSha256="new")]}))
        stage.app.read_inventory()
        await stage.wait_for("drifted from 3")


async def test_the_demos_canary_is_shown(console: MakeConsole, demo_endpoint: DemoEndpoint) -> None:
    async with on_stage(console(demo_endpoint.endpoint), NARROW) as stage:
        await stage.wait_until_read()
        await stage.app.go("orders-api")
        await stage.press("2")
        await stage.wait_for("live █████████░ 90 %")
        await stage.wait_for("live █░░░░░░░░░ 10 %  beta")
        await stage.wait_for("same code as 3")


# -- comparing


def two_versions(account: ScriptedEndpoint, *, after: Answer | None = None) -> None:
    """GetFunction of version 2 and of whatever else is asked for."""
    before = detail("orders", MemorySize=128, Environment={"Variables": {"TOKEN": SECRET, "OLD": "1"}})
    later = after or detail("orders", MemorySize=512, Environment={"Variables": {"TOKEN": "other", "NEW": "1"}})
    account.on("lambda", "GetFunction", lambda seen: before if seen.query.get("Qualifier") == "2" else later)


async def test_two_marked_versions_are_compared_the_older_first(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    two_versions(account)
    async with on_stage(console(account.url), NARROW) as stage:
        await open_tab(stage)
        await stage.press("j", "space", "space", "d")
        await stage.wait_for("orders  2 → 3")
        await stage.wait_for("MemorySize")
        line = next(line for line in stage.text.splitlines() if "MemorySize" in line)
        assert line.strip("│ ").split() == ["MemorySize", "128", "512"]


async def test_an_unmarked_version_is_compared_with_latest(console: MakeConsole, account: ScriptedEndpoint) -> None:
    two_versions(account)
    async with on_stage(console(account.url), NARROW) as stage:
        await open_tab(stage)
        await stage.press("j", "j", "d")
        await stage.wait_for("orders  2 → $LATEST")


async def test_a_comparison_names_variables_and_shows_no_value(console: MakeConsole, account: ScriptedEndpoint) -> None:
    two_versions(account)
    async with on_stage(console(account.url), NARROW) as stage:
        await open_tab(stage)
        await stage.press("j", "j", "d")
        await stage.wait_for("TOKEN")
        found = {line.split()[1]: line.split()[2:4] for line in stage.text.splitlines() if len(line.split()) > 4}
        assert found["TOKEN"] == ["differs", "differs"]
        assert (found["OLD"], found["NEW"]) == (["set", "-"], ["-", "set"])
        assert SECRET not in stage.text


async def test_versions_with_the_same_code_say_so(console: MakeConsole, account: ScriptedEndpoint) -> None:
    two_versions(account)
    async with on_stage(console(account.url), NARROW) as stage:
        await open_tab(stage)
        await stage.press("j", "j", "d")
        await stage.wait_for("the codes are the same")


async def test_a_comparison_that_is_not_permitted_names_the_action(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    two_versions(account, after=DENIED)
    async with on_stage(console(account.url), NARROW) as stage:
        await open_tab(stage)
        await stage.press("j", "j", "d")
        await stage.wait_for("not permitted: lambda:GetFunction")


async def test_latest_alone_is_not_compared_with_itself(console: MakeConsole, account: ScriptedEndpoint) -> None:
    async with on_stage(console(account.url), NARROW) as stage:
        await open_tab(stage)
        await stage.press("d")
        await stage.wait_for("mark two versions")


async def test_enter_shows_what_a_narrow_screen_leaves_out(console: MakeConsole, account: ScriptedEndpoint) -> None:
    failed = provisioned("live", "FAILED", allocated=0, available=0, reason="FUNCTION_ERROR_INIT_FAILURE")
    account.on("lambda", "ListProvisionedConcurrencyConfigs", failed)
    async with on_stage(console(account.url), (80, 40)) as stage:
        await open_tab(stage)
        await stage.press("plus", "j", "j", "enter")
        await stage.wait_for("10 requested, 0 allocated, 0 available, FAILED")
        await stage.wait_for("FUNCTION_ERROR_INIT_FAILURE")


# -- the region


LIVE = alias("live", 1)


def region(endpoint: ScriptedEndpoint, functions: int) -> None:
    """So many functions of two versions each, and traffic through the only alias, of the first."""
    names = [f"function-{n:03d}" for n in range(functions)]
    every_version = paged("Functions", [one for name in names for one in history(name, 2)])
    latest = paged("Functions", [version(name, "$LATEST") for name in names])
    endpoint.on(
        "lambda",
        "ListFunctions",
        lambda seen: every_version(seen) if seen.query.get("FunctionVersion") == "ALL" else latest(seen),
    )
    endpoint.on("cloudwatch", "ListMetrics", traffic("function-000:live", "function-000"))
    endpoint.on("lambda", "ListAliases", lambda seen: aliases(*(a for a in [LIVE] if "/function-000/" in seen.path)))


async def go_to_region(stage: Stage) -> None:
    await stage.wait_until_read()
    await stage.app.go("aliases")
    await stage.wait_for(lambda: stage.app._main.entry.id == "aliases")
    await stage.wait_for(lambda: stage.app._main.pane.reading_now().read_at)


async def test_the_region_costs_two_sweeps_and_a_call_for_each_row_in_view(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    region(endpoint, 120)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        before = endpoint.counts
        await go_to_region(stage)
        await stage.wait_for("Releases 120")
        await stage.wait_for(lambda: "none" in stage.text and "none seen" not in stage.text)
        asked = endpoint.counts - before
        assert asked.pop("lambda:ListAliases") == len(stage.app._main.pane.table.in_view)
        for once in ("iam:ListAccountAliases", "codedeploy:ListDeployments"):
            del asked[once]  # whatever pane is open
        assert asked == {"lambda:ListFunctions": 8, "cloudwatch:ListMetrics": 1}


async def test_a_function_stands_with_its_newest_version_and_the_aliases_that_had_traffic(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    region(endpoint, 2)
    async with on_stage(console(endpoint.url)) as stage:
        await go_to_region(stage)
        assert row(stage, "function-000").split()[1:2] == ["2"]
        assert "same code" in row(stage, "function-000") and "live" in row(stage, "function-000")
        assert "3.0 KB" in row(stage, "function-000")
        await stage.wait_for(lambda: row(stage, "function-001").rstrip().endswith("none"))


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        (alias("live", 2, v1=0.1), "live 90/10 ▲ no shift known, beta"),
        (alias("live", 2, v1=1.0), "live ! all on 1, beta"),
        (alias("live", 2), "beta, live"),
    ],
    ids=["divided", "stuck", "whole"],
)
async def test_how_the_aliases_in_view_are_divided_is_told(
    console: MakeConsole, endpoint: ScriptedEndpoint, listed: dict[str, object], told: str
) -> None:
    region(endpoint, 1)
    endpoint.on("lambda", "ListAliases", aliases(alias("beta", 1), listed))
    async with on_stage(console(endpoint.url), (140, 24)) as stage:
        await go_to_region(stage)
        await stage.wait_for(lambda: told in row(stage, "function-000"))


async def test_a_division_of_which_a_shift_is_on_record_is_no_riddle(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    region(endpoint, 1)
    endpoint.on("lambda", "ListAliases", aliases(alias("live", 2, v1=0.1)))
    leave_behind(function="function-000")
    async with on_stage(console(endpoint.url), (140, 24)) as stage:
        await go_to_region(stage)
        await stage.wait_for(lambda: "live █░░░░░░░░░ 10 %" in row(stage, "function-000"))
        assert "no shift known" not in stage.text


async def test_rows_that_come_into_view_are_asked_about_and_those_known_are_not_again(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    region(endpoint, 60)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await go_to_region(stage)
        await stage.wait_for(lambda: "none" in row(stage, "function-010"))
        await stage.press("G")
        await stage.wait_for(lambda: row(stage, "function-059").rstrip().endswith("none"))
        await stage.press("g")
        await stage.wait_for(lambda: "live" in row(stage, "function-000"))
        assert max(Counter(seen.path for seen in endpoint.requests if str(seen) == "lambda:ListAliases").values()) == 1


@pytest.mark.parametrize(
    ("answer", "glyph", "told"),
    [(DENIED, "⊘", "not permitted: lambda:ListAliases"), (BROKEN, "!", "ServiceException")],
    ids=["forbidden", "failed"],
)
async def test_aliases_that_cannot_be_listed_are_those_with_traffic_and_why(
    console: MakeConsole, endpoint: ScriptedEndpoint, answer: Answer, glyph: str, told: str
) -> None:
    region(endpoint, 1)
    endpoint.on("lambda", "ListAliases", answer)
    async with on_stage(console(endpoint.url), (140, 24)) as stage:
        await go_to_region(stage)
        await stage.wait_for(lambda: f"live {glyph}" in row(stage, "function-000"))
        await stage.wait_for(told)


async def test_sums_that_may_still_grow_are_marked_until_the_sweep_is_over(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    gate = asyncio.Event()
    history_of_one = paged("Functions", history("orders", 60))
    first = listing("orders")
    endpoint.on(
        "lambda",
        "ListFunctions",
        lambda seen: (
            first
            if "FunctionVersion" not in seen.query
            else replace(history_of_one(seen), after=gate if "Marker" in seen.query else None)
        ),
    )
    endpoint.on("cloudwatch", "ListMetrics", traffic())
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.app.go("aliases")
        await stage.wait_for(lambda: row(stage, "orders").split()[1:4] == ["49…", "49…", "…"])
        gate.set()
        await stage.wait_for(lambda: row(stage, "orders").split()[1:5] == ["60", "60", "same", "code"])


async def test_the_region_says_which_aliases_it_cannot_see(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    region(endpoint, 2)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await go_to_region(stage)
        assert "of rows out of view, only aliases with traffic are known" in stage.text


async def test_forbidden_metrics_leave_the_versions(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    region(endpoint, 2)
    endpoint.on("cloudwatch", "ListMetrics", error("AccessDenied", 403))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await go_to_region(stage)
        assert "⊘ not permitted: cloudwatch:ListMetrics" in stage.text
        assert "same code" in row(stage, "function-000")
        await stage.wait_for(lambda: "live" in row(stage, "function-000"))


async def test_enter_opens_the_releases_of_the_function(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    region(endpoint, 2)
    nothing_configured(endpoint)
    endpoint.on("lambda", "ListVersionsByFunction", json_answer({"Versions": history("function-001", 2)}))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await go_to_region(stage)
        await stage.press("j", "enter")
        await stage.wait_for(lambda: stage.app.screen.query(ReleasesPane) and settled(stage))
        assert numbers(stage) == ["$LATEST", "2", "1"]
        assert (
            endpoint.requests[-1].path.startswith("/2015-03-31/functions/function-001") or "function-001" in stage.text
        )
