"""The layers of a function and of the region: what is known, what is not and why, and who uses which version."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote

import pytest

from lambdatui.demo.endpoint import DemoEndpoint
from lambdatui.ui.panes import TABS
from lambdatui.ui.panes.region_layers import LayerUsers, RegionLayersPane
from tests.support.endpoint import ACCOUNT, REGION, Answer, ScriptedEndpoint, Seen, error, function, json_answer
from tests.ui.answers import LOCATION, all_parts, listing
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.stage import NARROW, WIDE, Stage, on_stage
from tests.ui.test_looks import once

PREFIX = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:"
DATADOG = f"arn:aws:lambda:{REGION}:464622532012:layer:Datadog-Extension:65"
STRANGER = f"arn:aws:lambda:{REGION}:210987654321:layer:helpers:1"
TAB = str([entry.id for entry in TABS].index("layers") + 1)
SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])

DENIED = error("AccessDeniedException", 403, "not authorized")
GONE = error("ResourceNotFoundException", 404, "The resource you requested does not exist.")
BROKEN = error("ServiceException", 500, "internal")


def version(arn: str, **particular: Any) -> dict[str, Any]:
    return {
        "LayerVersionArn": arn,
        "Version": int(arn.rpartition(":")[2]),
        "CreatedDate": "2026-11-18T10:11:12.000+0000",
        "CompatibleRuntimes": ["python3.12", "python3.13"],
        "CompatibleArchitectures": ["arm64"],
        "LicenseInfo": "MIT",
        "Description": "what every team shares",
        **particular,
    }


def own_layers(newest: Mapping[str, int]) -> Answer:
    layers = [
        {
            "LayerName": name,
            "LayerArn": f"{PREFIX}{name}",
            "LatestMatchingVersion": version(f"{PREFIX}{name}:{number}"),
        }
        for name, number in newest.items()
    ]
    return json_answer({"Layers": layers})


def with_layers(name: str, *arns: str, size: int = 2_000_000) -> dict[str, Any]:
    return function(name, Layers=[{"Arn": arn, "CodeSize": size} for arn in arns])


def an_account(
    endpoint: ScriptedEndpoint,
    *functions: dict[str, Any],
    newest: Mapping[str, int] | None = None,
    versions: Mapping[str, Answer | list[int]] | None = None,
    details: Mapping[str, Answer] | None = None,
) -> None:
    """An account of these functions.

    Args:
        newest: its own layers, with their newest versions.
        versions: what ListLayerVersions answers, by the layer's name: numbers, or something else than an answer.
        details: what GetLayerVersionByArn answers, by ARN; what is not mentioned is gone.
    """

    def get(seen: Seen) -> Answer:
        name = unquote(seen.path.partition("?")[0].rpartition("/")[2])
        one = next(one for one in functions if one["FunctionName"] == name)
        return json_answer({"Configuration": one, "Code": {"Location": LOCATION}, "Tags": {}})

    def list_versions(seen: Seen) -> Answer:
        arn = unquote(seen.path.partition("/layers/")[2].partition("/versions")[0])
        answer = (versions or {}).get(arn.rpartition(":")[2], DENIED)
        if isinstance(answer, Answer):
            return answer
        layer = arn if ":" in arn else f"{PREFIX}{arn}"
        return json_answer({"LayerVersions": [version(f"{layer}:{number}") for number in answer]})

    endpoint.on("lambda", "ListFunctions", listing(*functions))
    endpoint.on("lambda", "GetFunction", get)
    endpoint.on("lambda", "ListLayers", own_layers(newest or {}))
    endpoint.on("lambda", "ListLayerVersions", list_versions)
    endpoint.on("lambda", "GetLayerVersionByArn", lambda seen: (details or {}).get(unquote(seen.query["Arn"]), GONE))
    all_parts(endpoint)


FIVE = with_layers("orders", f"{PREFIX}telemetry:5", f"{PREFIX}money:1", f"{PREFIX}old:2", DATADOG, f"{PREFIX}slow:7")


def five_layers(endpoint: ScriptedEndpoint) -> None:
    """One function whose layers are newest, behind, deleted, forbidden and failed."""
    an_account(
        endpoint,
        FIVE,
        versions={"telemetry": [5, 4], "money": [3, 2, 1], "old": [4], "Datadog-Extension": DENIED, "slow": BROKEN},
        details={
            DATADOG: json_answer({**version(DATADOG), "Content": {"Location": LOCATION, "CodeSize": 2_000_000}}),
            f"{PREFIX}slow:7": json_answer(version(f"{PREFIX}slow:7")),
        },
    )


@asynccontextmanager
async def in_tab(
    console: MakeConsole, endpoint: ScriptedEndpoint, size: tuple[int, int] = WIDE
) -> AsyncIterator[Stage]:
    """The Layers tab of the only function."""
    async with on_stage(console(endpoint.url), size) as stage:
        await stage.wait_until_read()
        await stage.pilot.pause()
        await stage.press(TAB)
        yield stage


@asynccontextmanager
async def in_region(
    console: MakeConsole, endpoint: ScriptedEndpoint, size: tuple[int, int] = NARROW
) -> AsyncIterator[Stage]:
    """The layers of the region."""
    async with on_stage(console(endpoint.url), size) as stage:
        await stage.wait_until_read()
        await stage.app.go("layers")
        yield stage


def region(stage: Stage) -> RegionLayersPane:
    pane = stage.app._main.pane
    assert isinstance(pane, RegionLayersPane)
    return pane


def shown(stage: Stage) -> list[tuple[str, int]]:
    """The layer versions of the region as they stand, with how many functions use each."""
    return [(str(use.id), use.functions) for use in region(stage).table.shown]


def users(stage: Stage) -> list[str]:
    return [user.name for user in stage.app._main.query_one(LayerUsers).table.shown]


# -- a function's layers


async def test_newest_behind_deleted_forbidden_and_failed_look_different(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    five_layers(endpoint)
    async with in_tab(console, endpoint) as stage:
        for state in ("✓ newest", "▲ 2 behind", "✕ deleted", "⊘ not permitted", "! failed"):
            await stage.wait_for(state)


async def test_the_layers_stand_in_the_functions_order(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    five_layers(endpoint)
    async with in_tab(console, endpoint) as stage:
        await stage.wait_for("! failed")
        lines = [line for line in stage.text.splitlines() if line[:4].strip() in {"1", "2", "3", "4", "5"}]
        names = [line.split()[1] for line in lines]
        assert names == ["telemetry", "money", "old", "Datadog-Extension", "slow"]


async def test_all_that_is_known_of_the_layer_under_the_cursor_stands_below(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    five_layers(endpoint)
    async with in_tab(console, endpoint, NARROW) as stage:
        for fact in ("python3.12, python3.13", "arm64", "MIT", "2026-11-18 10:11:12Z", "what every team shares"):
            await stage.wait_for(fact)
        await stage.wait_for("this account")
        await stage.press("j", "j", "j")
        await stage.wait_for("Datadog, account 464622532012")


async def test_a_deleted_version_says_that_its_functions_keep_running(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    five_layers(endpoint)
    async with in_tab(console, endpoint) as stage:
        await stage.wait_for("✕ deleted")
        await stage.press("j", "j")
        await stage.wait_for("functions that have it keep running with it")
        await stage.wait_for("the newest is 4")


async def test_a_layer_of_an_unknown_account_is_a_third_partys(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    an_account(endpoint, with_layers("orders", STRANGER), details={STRANGER: json_answer(version(STRANGER))})
    async with in_tab(console, endpoint) as stage:
        await stage.wait_for("third-party 210987654321")
        await stage.wait_for("newest version not known: not permitted: lambda:ListLayerVersions")


async def test_that_another_account_keeps_its_versions_to_itself_is_no_entry_in_the_error_log(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    an_account(endpoint, with_layers("orders", DATADOG), details={DATADOG: json_answer(version(DATADOG))})
    async with in_tab(console, endpoint) as stage:
        await stage.wait_for("⊘ not permitted")
        assert not stage.app.session.errors


async def test_what_is_not_permitted_on_a_layer_of_the_account_is_in_the_error_log(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    an_account(endpoint, with_layers("orders", f"{PREFIX}money:1"), details={f"{PREFIX}money:1": DENIED})
    async with in_tab(console, endpoint) as stage:
        await stage.wait_for(lambda: len(stage.app.session.errors) == 2)
        assert {entry.error.title for entry in stage.app.session.errors} == {
            "not permitted: lambda:ListLayerVersions",
            "not permitted: lambda:GetLayerVersion",
        }


async def test_the_compressed_total_is_called_an_estimate(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    five_layers(endpoint)
    async with in_tab(console, endpoint) as stage:
        await stage.wait_for("9.5 MB compressed (1.0 KB code + 9.5 MB layers)")
        await stage.wait_for("the limit is 250 MB unzipped, so this is an estimate")
        await stage.wait_for("all 5 layers taken")
        await stage.wait_for("Layers 5 of 5")


async def test_a_heavy_package_is_warned_of(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    heavy = with_layers("orders", f"{PREFIX}models:1", size=63_000_000)
    an_account(endpoint, heavy, versions={"models": [1]})
    async with in_tab(console, endpoint) as stage:
        await stage.wait_for("▲ 60.1 MB compressed")


async def test_without_getfunction_the_layers_are_there_and_their_sizes_are_not_permitted(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    an_account(endpoint, with_layers("orders", f"{PREFIX}money:1"), versions={"money": [1]})
    endpoint.on("lambda", "GetFunction", DENIED)
    async with in_tab(console, endpoint) as stage:
        await stage.wait_for("✓ newest")
        await stage.wait_for("not known: not permitted: lambda:GetFunction")


async def test_a_function_without_layers_says_so(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    an_account(endpoint, function("orders"))
    async with in_tab(console, endpoint) as stage:
        await stage.wait_for("orders has no layers.")


async def test_a_container_image_takes_no_layers_and_none_are_asked_for(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    an_account(endpoint, function("orders", PackageType="Image", Runtime=None))
    async with in_tab(console, endpoint, NARROW) as stage:
        await stage.wait_for("A container image takes no layers")
        assert not endpoint.counts["lambda:GetFunction"]


async def test_what_failed_is_tried_again_and_passes_by_itself(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    an_account(endpoint, with_layers("orders", f"{PREFIX}money:1"), details={})
    listed = json_answer({"LayerVersions": [version(f"{PREFIX}money:1")]})
    endpoint.on("lambda", "ListLayerVersions", BROKEN, BROKEN, listed)
    endpoint.on("lambda", "GetLayerVersionByArn", json_answer(version(f"{PREFIX}money:1")))
    async with in_tab(console, endpoint) as stage:
        await stage.wait_for("✓ newest")
        assert endpoint.counts["lambda:ListLayerVersions"] == 3


async def test_what_was_known_stays_when_reading_it_again_fails(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    arn = f"{PREFIX}money:1"
    details = {arn: json_answer(version(arn))}
    an_account(endpoint, with_layers("orders", arn), versions={"money": [2, 1]}, details=details)
    async with in_tab(console, endpoint) as stage:
        await stage.wait_for("▲ 1 behind")
        endpoint.on("lambda", "ListLayerVersions", BROKEN)
        await stage.press("ctrl+r")
        await stage.wait_for("! stale")
        assert "▲ 1 behind" in stage.text
        assert "what every team shares" in stage.text


async def test_the_tab_takes_one_request_for_the_function_and_one_for_each_layer_of_the_account(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    an_account(
        endpoint,
        with_layers("orders", f"{PREFIX}money:1", f"{PREFIX}telemetry:1"),
        versions={"money": [1], "telemetry": [1]},
    )
    async with in_tab(console, endpoint, NARROW) as stage:
        await stage.wait_for("✓ newest")
        asked = {name: count for name, count in endpoint.counts.items() if "Layer" in name or "GetFunction" in name}
        assert asked == {"lambda:GetFunction": 1, "lambda:ListLayerVersions": 2}


async def test_a_hostile_description_and_licence_are_harmless(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    arn = f"{PREFIX}money:1"
    hostile = version(arn, Description="\x1b[2J[bold]x\u202e", LicenseInfo="[red]MIT\x07")
    an_account(endpoint, with_layers("orders", arn), versions={"money": json_answer({"LayerVersions": [hostile]})})
    async with in_tab(console, endpoint) as stage:
        await stage.wait_for("␛[2J[bold]x⟨U+202E⟩")
        await stage.wait_for("[red]MIT␇")


# -- the layers of the region


FLEET = [
    with_layers("alpha", f"{PREFIX}telemetry:2"),
    with_layers("bravo", f"{PREFIX}telemetry:2", DATADOG),
    with_layers("charlie", f"{PREFIX}telemetry:3", DATADOG),
    with_layers("delta", f"{PREFIX}buried:1"),
    function("echo"),
]


def a_fleet(endpoint: ScriptedEndpoint) -> None:
    an_account(
        endpoint,
        *FLEET,
        newest={"telemetry": 3, "money": 2},
        versions={"telemetry": [3, 2], "Datadog-Extension": DENIED},
    )


async def test_every_version_in_use_is_there_with_its_functions_and_every_newest_one(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    a_fleet(endpoint)
    async with in_region(console, endpoint) as stage:
        await stage.wait_for("✓ newest")
        await stage.wait_for(lambda: len(shown(stage)) == 5)
        assert shown(stage) == [
            ("buried:1", 1),
            ("Datadog-Extension:65", 2),
            ("money:2", 0),
            ("telemetry:3", 1),
            ("telemetry:2", 2),
        ]


async def test_older_deleted_and_unknown_look_different_in_the_region(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    a_fleet(endpoint)
    async with in_region(console, endpoint) as stage:
        for state in ("✓ newest", "▲ older", "✕ deleted", "newest not known"):
            await stage.wait_for(state)


async def test_the_region_says_that_only_latest_is_known(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    a_fleet(endpoint)
    async with in_region(console, endpoint) as stage:
        await stage.wait_for("used by $LATEST; published versions may use others")


async def test_counts_of_functions_that_could_not_all_be_read_are_not_passed_off_as_whole(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    a_fleet(endpoint)
    endpoint.on("lambda", "ListFunctions", listing(*FLEET[:2], more="2"), BROKEN)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_for(lambda: stage.app.session.reading.error)
        await stage.app.go("layers")
        await stage.wait_for("! not all functions are counted: lambda is out of order")


@pytest.mark.parametrize("layers", [0, 50, 70])
async def test_the_region_costs_one_sweep_and_nothing_for_each_of_120_functions(
    console: MakeConsole, endpoint: ScriptedEndpoint, layers: int
) -> None:
    endpoint.many_functions(120, Layers=[{"Arn": f"{PREFIX}layer-000:1", "CodeSize": 1}])
    every = [
        {
            "LayerName": f"layer-{number:03d}",
            "LayerArn": f"{PREFIX}layer-{number:03d}",
            "LatestMatchingVersion": version(f"{PREFIX}layer-{number:03d}:2"),
        }
        for number in range(layers)
    ]

    def page(seen: Seen) -> Answer:
        start = int(seen.query.get("Marker", 0))
        following = {"NextMarker": str(start + 50)} if start + 50 < layers else {}
        return json_answer({"Layers": every[start : start + 50], **following})

    endpoint.on("lambda", "ListLayers", page)
    async with in_region(console, endpoint) as stage:
        await stage.wait_for(lambda: region(stage).reading_now().read_at)
        assert ("layer-000:1", 120) in shown(stage)
        assert len(shown(stage)) == layers + 1
        asked = {name: count for name, count in endpoint.counts.items() if name.startswith("lambda:")}
        assert asked == {"lambda:ListFunctions": 3, "lambda:ListLayers": max(1, math.ceil(layers / 50))}


async def test_layers_in_use_are_there_though_listing_them_is_not_permitted(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    a_fleet(endpoint)
    endpoint.on("lambda", "ListLayers", DENIED)
    async with in_region(console, endpoint) as stage:
        await stage.wait_for("⊘ not permitted: lambda:ListLayers")
        assert ("telemetry:2", 2) in shown(stage)
        assert "deleted" not in stage.text


async def test_an_account_without_layers_says_so(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    an_account(endpoint, function("orders"))
    async with in_region(console, endpoint) as stage:
        await stage.wait_for(f"No layers in {REGION}.")


async def test_enter_shows_the_functions_that_still_run_a_version(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    a_fleet(endpoint)
    async with in_region(console, endpoint) as stage:
        await stage.wait_for(lambda: region(stage).table.move_to(f"{PREFIX}telemetry:2"))
        await stage.press("enter")
        await stage.wait_for("with telemetry:2 in $LATEST")
        assert users(stage) == ["alpha", "bravo"]


async def test_the_versions_of_a_layer_are_asked_for_when_it_is_opened_and_not_before(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    a_fleet(endpoint)
    async with in_region(console, endpoint) as stage:
        await stage.wait_for(lambda: region(stage).table.move_to(f"{PREFIX}telemetry:2"))
        assert not endpoint.counts["lambda:ListLayerVersions"]
        await stage.press("enter")
        await stage.wait_for("3 (1 function), 2 (2 functions)")
        assert endpoint.counts["lambda:ListLayerVersions"] == 1


async def test_the_versions_of_another_accounts_layer_are_not_permitted_and_its_users_are_there(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    a_fleet(endpoint)
    async with in_region(console, endpoint) as stage:
        await stage.wait_for(lambda: region(stage).table.move_to(DATADOG))
        await stage.press("enter")
        await stage.wait_for("⊘ not permitted: lambda:ListLayerVersions")
        assert users(stage) == ["bravo", "charlie"]
        assert not stage.app.session.errors


async def test_versions_that_cannot_be_had_are_tried_again(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    a_fleet(endpoint)
    listed = json_answer({"LayerVersions": [version(f"{PREFIX}telemetry:3")]})
    endpoint.on("lambda", "ListLayerVersions", BROKEN, listed)
    async with in_region(console, endpoint) as stage:
        await stage.wait_for(lambda: region(stage).table.move_to(f"{PREFIX}telemetry:3"))
        await stage.press("enter")
        await stage.wait_for("3 (1 function)")


async def test_enter_on_a_function_opens_its_layers(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    a_fleet(endpoint)
    async with in_region(console, endpoint) as stage:
        await stage.wait_for(lambda: region(stage).table.move_to(f"{PREFIX}telemetry:2"))
        await stage.press("enter")
        await stage.wait_for("with telemetry:2 in $LATEST")
        await stage.press("j", "enter")
        await stage.wait_for("Layers 2 of 5")
        assert stage.app._main.subject is not None and stage.app._main.subject.name == "bravo"


async def test_esc_goes_back_step_by_step(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    a_fleet(endpoint)
    async with in_region(console, endpoint) as stage:
        await stage.wait_for(lambda: region(stage).table.move_to(f"{PREFIX}telemetry:2"))
        await stage.press("enter")
        await stage.wait_for("with telemetry:2 in $LATEST")
        await stage.press("enter")
        await stage.wait_for("Layers 1 of 5")
        await stage.press("escape")
        await stage.wait_for("with telemetry:2 in $LATEST")
        await stage.press("escape")
        await stage.wait_for("used by $LATEST")
        record = region(stage).table.cursor_record
        assert record is not None and str(record.id) == "telemetry:2"
        await stage.press("escape")
        await stage.wait_for("Functions 5")


async def test_a_function_that_moves_to_the_newest_version_is_counted_there(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    a_fleet(endpoint)
    async with in_region(console, endpoint) as stage:
        await stage.wait_for(lambda: ("telemetry:2", 2) in shown(stage))
        endpoint.on("lambda", "ListFunctions", listing(with_layers("alpha", f"{PREFIX}telemetry:3"), *FLEET[1:]))
        stage.app.read_inventory()
        await stage.wait_for(lambda: ("telemetry:2", 1) in shown(stage) and ("telemetry:3", 2) in shown(stage))


async def test_who_uses_a_version_is_asked_of_the_filter(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    a_fleet(endpoint)
    async with in_region(console, endpoint) as stage:
        await stage.wait_for(lambda: len(shown(stage)) == 5)
        region(stage).filter_by("layer:tele version<3")
        assert shown(stage) == [("telemetry:2", 2)]


async def test_the_demos_layers_and_their_users(console: MakeConsole, demo_endpoint: DemoEndpoint) -> None:
    keys = {name: getattr(demo_endpoint, name) for name in ("access_key_id", "secret_access_key")}
    async with on_stage(console(demo_endpoint.endpoint, **keys), NARROW) as stage:
        await stage.wait_until_read()
        await stage.app.go("layers")
        await stage.wait_for("✓ newest")
        assert {str(use.id): use.functions for use in region(stage).table.shown} == {
            "money:1": 1,
            "money:2": 1,
            "telemetry:3": 2,
            "tracing-agent:1": 1,
        }


# -- looks


@pytest.fixture
def pictured(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedEndpoint]:
    """An endpoint beside the loop that the picture is taken in, a clock that stands still, and failures that stay."""
    monkeypatch.setattr("lambdatui.ui.session.FIRST_RETRY_S", 3600.0)
    with ScriptedEndpoint.in_thread() as endpoint:
        endpoint.many_functions(0)
        yield endpoint


@SIZES
def test_the_layers_of_a_function(
    console: MakeConsole, pictured: ScriptedEndpoint, snap_compare: Any, size: tuple[int, int]
) -> None:
    five_layers(pictured)
    prepare = once("orders", TAB, then="! failed")
    assert snap_compare(console(pictured.url), terminal_size=size, run_before=prepare)


@SIZES
def test_the_layers_of_the_region(
    console: MakeConsole, pictured: ScriptedEndpoint, snap_compare: Any, size: tuple[int, int]
) -> None:
    a_fleet(pictured)
    prepare = once("Functions 5", "colon", *"layers", "enter", then="✓ newest")
    assert snap_compare(console(pictured.url), terminal_size=size, run_before=prepare)


@SIZES
def test_the_users_of_a_version(
    console: MakeConsole, pictured: ScriptedEndpoint, snap_compare: Any, size: tuple[int, int]
) -> None:
    a_fleet(pictured)
    go = once("Functions 5", "colon", *"layers", "enter", then="✓ newest")
    look = once("✓ newest", "G", "enter", then="3 (1 function), 2 (2 functions)")

    async def prepare(pilot: Any) -> None:
        await go(pilot)
        await look(pilot)

    assert snap_compare(console(pictured.url), terminal_size=size, run_before=prepare)
