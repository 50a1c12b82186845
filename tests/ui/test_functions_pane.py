"""The functions pane: pages that stream in, the cached inventory, columns."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lambdatui.aws.inventory import InventoryProcess
from lambdatui.ui.keymap import all_bindings
from tests.support.endpoint import ScriptedEndpoint, error, function
from tests.ui.answers import all_parts, identity, listing
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.stage import NARROW, Stage, on_stage

LISTING = "lambda:ListFunctions"
ALIAS = "iam:ListAccountAliases"


def held(endpoint: ScriptedEndpoint) -> asyncio.Event:
    """Two pages, of which the second waits for the event."""
    gate = asyncio.Event()
    second = replace(listing("bravo", "charlie"), after=gate)
    endpoint.on("lambda", "ListFunctions", listing("alpha", more="2"), second)
    return gate


# -- streaming


async def test_before_the_first_page_the_pane_says_what_it_reads(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    gate = asyncio.Event()
    endpoint.on("lambda", "ListFunctions", replace(listing("alpha"), after=gate))
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for("Reading the functions of us-east-1…")
        gate.set()


async def test_rows_are_there_before_the_last_page_is(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    gate = held(endpoint)
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for(lambda: stage.rows == ["alpha"])
        gate.set()
        await stage.wait_for(lambda: stage.rows == ["alpha", "bravo", "charlie"])


async def test_the_page_being_read_is_counted_while_reading(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    gate = held(endpoint)
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for("reading, page 2…")
        gate.set()
        await stage.wait_gone("reading")


async def test_the_cursor_stays_on_its_function_while_rows_arrive_above(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    gate = asyncio.Event()
    endpoint.on("lambda", "ListFunctions", listing("mike", "november", more="2"), replace(listing("alpha"), after=gate))
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for(lambda: stage.rows == ["mike", "november"])
        await stage.press("j")
        gate.set()
        await stage.wait_for(lambda: stage.rows == ["alpha", "mike", "november"])
        assert stage.app._main.pane.table.cursor_record.name == "november"  # type: ignore[attr-defined]


@pytest.mark.parametrize("count", [0, 1, 50, 51, 120])
async def test_a_first_screen_takes_one_request_for_fifty_functions_five_for_the_overview_and_one_for_shifts(
    console: MakeConsole, endpoint: ScriptedEndpoint, count: int
) -> None:
    endpoint.many_functions(count)
    all_parts(endpoint)
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for(lambda: stage.app.session.reading.read_at)
        identity_and_alias, overview, shifts = 2, 5 if count else 0, 1
        rest = identity_and_alias + overview + shifts
        await stage.wait_for(lambda: endpoint.counts.total() >= max(1, math.ceil(count / 50)) + rest)
        assert endpoint.counts[LISTING] == max(1, math.ceil(count / 50))
        assert endpoint.counts.total() - endpoint.counts[LISTING] == rest


async def test_the_process_of_a_cold_start_asks_no_more_than_the_console_would(
    endpoint: ScriptedEndpoint, console: MakeConsole
) -> None:
    endpoint.many_functions(120)
    app = console(endpoint.url)
    app.start = replace(app.start, process=InventoryProcess(app.start.target))
    async with on_stage(app, NARROW) as stage:
        await stage.wait_for("Functions 120")
        assert endpoint.counts == {LISTING: 3, "sts:GetCallerIdentity": 1}


async def test_at_rest_nothing_is_asked(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    all_parts(endpoint)
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for(lambda: {"lambda:GetFunctionRecursionConfig", ALIAS} <= endpoint.counts.keys())
        await stage.wait_for(lambda: not any(worker.is_running for worker in stage.app.workers))
        before = endpoint.counts.total()
        for _ in range(20):
            await stage.pilot.pause()
        assert endpoint.counts.total() == before


@pytest.mark.parametrize(("keys", "key"), [("", "R"), ('"app.region" = "Z"', "Z")], ids=["by default", "remapped"])
async def test_an_account_without_functions_is_said_to_be_empty(
    console: MakeConsole, endpoint: ScriptedEndpoint, keys: str, key: str
) -> None:
    all_bindings()  # imports what a console imports to remap a key, which takes longer than tests wait
    endpoint.many_functions(0)
    async with on_stage(console(endpoint.url, file=f"[keys]\n{keys}\n")) as stage:
        await stage.wait_for(f"No functions in us-east-1. {key} chooses another region.")


async def test_a_filter_that_matches_nothing_is_not_taken_for_an_empty_account(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for("Functions 3")
        await stage.press("slash", "z", "z", "enter")
        await stage.wait_for("No functions match. esc clears the filter.")


async def test_a_function_that_was_deleted_goes_from_the_screen(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "ListFunctions", listing("alpha", "bravo"), listing("bravo"))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("ctrl+r")
        await stage.wait_for(lambda: stage.rows == ["bravo"])
        await stage.wait_gone("alpha")


async def test_a_function_that_changed_is_shown_as_it_is_now(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    changed = listing(function("alpha", MemorySize=2048))
    endpoint.on("lambda", "ListFunctions", listing("alpha"), changed)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("ctrl+r")
        await stage.wait_for("2,048 MB")


# -- the cached inventory


def cached_files(tmp_path: Path) -> list[Path]:
    return list(tmp_path.glob("cache/*.jsonl"))


async def run_once(console: MakeConsole, endpoint: ScriptedEndpoint, tmp_path: Path) -> Path:
    """Leaves a cached inventory behind, and gives its file."""
    async with on_stage(console(endpoint.url, keep=True)) as stage:
        await stage.wait_for(lambda: cached_files(tmp_path))
    return cached_files(tmp_path)[0]


async def test_the_cached_inventory_is_shown_before_anything_is_read(
    console: MakeConsole, endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    await run_once(console, endpoint, tmp_path)
    gate = held(endpoint)
    gate.clear()
    endpoint.on("lambda", "ListFunctions", replace(listing("alpha"), after=gate))
    async with on_stage(console(endpoint.url, keep=True)) as stage:
        await stage.wait_for("function-00002")
        assert stage.rows == ["function-00000", "function-00001", "function-00002"]
        gate.set()


async def test_the_header_says_that_rows_are_cached_and_how_old_they_are(
    console: MakeConsole, endpoint: ScriptedEndpoint, tmp_path: Path, clock: Clock
) -> None:
    await run_once(console, endpoint, tmp_path)
    clock.now_ms += 4 * 60_000
    gate = held(endpoint)
    async with on_stage(console(endpoint.url, keep=True)) as stage:
        await stage.wait_for(lambda: "cached 4 m" in stage.header)
        gate.set()
        await stage.wait_for(lambda: "cached" not in stage.header)


async def test_the_header_names_the_account_of_the_cached_inventory(
    console: MakeConsole, endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    await run_once(console, endpoint, tmp_path)
    gate = held(endpoint)
    async with on_stage(console(endpoint.url, keep=True)) as stage:
        await stage.wait_for(lambda: "123456789012 · us-east-1 · oncall" in stage.header)
        gate.set()


async def test_reading_replaces_the_cached_inventory(
    console: MakeConsole, endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    await run_once(console, endpoint, tmp_path)
    endpoint.on("lambda", "ListFunctions", listing("alpha"))
    async with on_stage(console(endpoint.url, keep=True)) as stage:
        await stage.wait_for(lambda: stage.rows == ["alpha"])


async def test_nothing_of_another_account_stays_on_screen(
    console: MakeConsole, endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    await run_once(console, endpoint, tmp_path)
    endpoint.on("sts", "GetCallerIdentity", identity("210987654321"))
    gate = held(endpoint)
    async with on_stage(console(endpoint.url, keep=True)) as stage:
        await stage.wait_for("210987654321")
        await stage.wait_gone("function-0000")
        gate.set()


async def test_the_first_page_of_the_true_account_survives_clearing_the_cached_one(
    console: MakeConsole, endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    await run_once(console, endpoint, tmp_path)
    endpoint.on("sts", "GetCallerIdentity", identity("210987654321"))
    endpoint.on("lambda", "ListFunctions", listing("alpha", more="2"), listing("bravo"))
    async with on_stage(console(endpoint.url, keep=True)) as stage:
        await stage.wait_for(lambda: stage.rows == ["alpha", "bravo"])


async def test_the_cached_inventory_can_be_read_by_its_owner_only(
    console: MakeConsole, endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    file = await run_once(console, endpoint, tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600


async def test_the_cached_inventory_holds_no_environment(
    console: MakeConsole, endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    endpoint.on("lambda", "ListFunctions", listing(function("a", Environment={"Variables": {"TOKEN_NAME": "hunter2"}})))
    file = await run_once(console, endpoint, tmp_path)
    assert "hunter2" not in file.read_text()
    assert "TOKEN_NAME" not in file.read_text()


async def test_a_reading_that_failed_half_way_is_not_cached(
    console: MakeConsole, endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    endpoint.on("lambda", "ListFunctions", *(listing("alpha", more="2"), error("AccessDeniedException", 403)) * 50)
    async with on_stage(console(endpoint.url, keep=True)) as stage:
        await stage.wait_for("not permitted: lambda:ListFunctions")
    assert not cached_files(tmp_path)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "not JSON" + text,
        lambda text: text.replace('"fields"', '"columns"'),
        lambda text: text.replace('"memory_mb"', '"memory"'),
        lambda text: "",
    ],
    ids=["not JSON", "no version", "another version", "empty"],
)
async def test_a_cached_inventory_that_cannot_be_read_is_passed_over(
    console: MakeConsole, endpoint: ScriptedEndpoint, tmp_path: Path, spoil: Callable[[str], str]
) -> None:
    file = await run_once(console, endpoint, tmp_path)
    file.write_text(spoil(file.read_text()))
    async with on_stage(console(endpoint.url, keep=True)) as stage:
        assert "cached" not in stage.header
        await stage.wait_for("Functions 3")


async def test_rows_of_a_cached_inventory_that_breaks_off_come_from_the_reading(
    console: MakeConsole, endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    file = await run_once(console, endpoint, tmp_path)
    file.write_text(file.read_text()[:-40])
    async with on_stage(console(endpoint.url, keep=True)) as stage:
        await stage.wait_for("Functions 3")


async def test_a_cache_folder_that_cannot_be_written_is_told_and_costs_no_row(
    console: MakeConsole, endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("a file, where a folder should be")
    async with on_stage(console(endpoint.url, keep=True)) as stage:
        await stage.wait_for("Functions 3")
        await stage.press("exclamation_mark")
        await stage.wait_for("the inventory cannot be cached")


# -- columns


def titles(stage: Stage) -> list[str]:
    return stage.text.splitlines()[2].replace("▲", "").split()


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (140, "NAME RUNTIME MEMORY TIMEOUT SIZE MODIFIED ARCH PACKAGE DESCRIPTION"),
        (110, "NAME RUNTIME MEMORY TIMEOUT SIZE MODIFIED ARCH PACKAGE"),
        (96, "NAME RUNTIME MEMORY TIMEOUT SIZE MODIFIED ARCH"),
        (88, "NAME RUNTIME MEMORY TIMEOUT SIZE MODIFIED"),
        (80, "NAME RUNTIME MEMORY TIMEOUT MODIFIED"),
        (65, "NAME RUNTIME MEMORY TIMEOUT"),
        (45, "NAME RUNTIME"),
        (30, "NAME"),
    ],
)
async def test_columns_drop_by_priority_as_the_terminal_narrows(
    console: MakeConsole, endpoint: ScriptedEndpoint, width: int, shown: str
) -> None:
    async with on_stage(console(endpoint.url), (width, 24)) as stage:
        await stage.wait_for("function-00002")
        assert titles(stage) == shown.split()


@pytest.mark.parametrize(
    ("runtime", "cell"),
    [
        ("python3.12", "python3.12"),
        ("ruby3.3", "ruby3.3 △"),
        ("python3.9", "python3.9 ▲"),
        ("python3.7", "python3.7 ▲"),
        ("python2.7", "python2.7 ✕"),
        ("someday1.x", "someday1.x"),
    ],
)
@pytest.mark.usefixtures("clock")
async def test_a_runtime_is_marked_by_how_long_it_is_supported(
    console: MakeConsole, endpoint: ScriptedEndpoint, runtime: str, cell: str
) -> None:
    endpoint.on("lambda", "ListFunctions", listing(function("alpha", Runtime=runtime)))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_for(f"{cell}   ")


async def test_a_container_image_has_no_runtime(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    image = function("alpha", PackageType="Image")
    del image["Runtime"], image["Handler"]
    endpoint.on("lambda", "ListFunctions", listing(image))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_for("alpha")
        assert "image" in stage.text.splitlines()[3]


@pytest.mark.parametrize(
    ("modified", "age"),
    [
        ("2026-11-20T21:59:30.000+0000", " 30 s"),
        ("2026-11-20T21:15:00.000+0000", " 45 m"),
        ("2026-11-20T10:00:00.000+0000", " 12 h"),
        ("2026-11-01T10:00:00.000+0000", " 19 d"),
        ("2024-11-01T10:00:00.000+0000", " 2 y"),
        ("2026-11-20T22:00:30.000+0000", " 0 s"),
        ("no time", " -"),
    ],
)
@pytest.mark.usefixtures("clock")
async def test_times_are_shown_by_their_age(
    console: MakeConsole, endpoint: ScriptedEndpoint, modified: str, age: str
) -> None:
    endpoint.on("lambda", "ListFunctions", listing(function("alpha", LastModified=modified)))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_for("alpha")
        assert stage.text.splitlines()[3].rstrip().endswith(age)


@pytest.mark.usefixtures("clock")
async def test_times_are_shown_whole_where_the_settings_say_so(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "ListFunctions", listing("alpha"))
    async with on_stage(console(endpoint.url, settings={"times": "utc"}), (100, 24)) as stage:
        await stage.wait_for("alpha")
        assert "2026-11-20 10:11:12Z" in stage.text.splitlines()[3]


# -- behind another pane


async def test_filter_cursor_and_marks_are_as_they_were_after_another_pane(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "ListFunctions", listing("alpha", "bravo", "brazil", "charlie"))
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_until_read()
        await stage.press("slash", "b", "r", "enter", "space")
        await stage.wait_for("● 1 marked")
        await stage.press("colon", *"errors", "enter")
        await stage.wait_for("Errors")
        await stage.press("q")
        await stage.wait_for("● 1 marked")
        assert stage.rows == ["bravo", "brazil"]
        await stage.wait_for(lambda: (subject := stage.app._main.subject) is not None and subject.name == "brazil")


async def test_behind_another_pane_nothing_is_asked_about_functions(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "ListFunctions", listing("alpha", "bravo"))
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_until_read()
        behind = stage.app._main.pane
        await stage.press("colon", *"errors", "enter")
        await stage.wait_for(lambda: behind.hidden)
        assert not behind._asking
        stage.app._main.read_again()
        assert stage.app._main.subject is None
