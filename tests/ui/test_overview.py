"""The overview of one function: every part asked for, failing and forbidden by itself."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest

from lambdatui.ui.panes.overview import OverviewPane
from tests.support.endpoint import Answer, ScriptedEndpoint, error, html, json_answer
from tests.ui.answers import LOCATION, all_parts, detail, listing, one_function
from tests.ui.conftest import RETRY_S, MakeConsole
from tests.ui.stage import NARROW, Stage, on_stage

TALL = (140, 70)
GET_FUNCTION = "lambda:GetFunction"
SECRET = {"Environment": {"Variables": {"DB_PASSWORD": "hunter2"}}}

LABELS = {
    "GetFunctionEventInvokeConfig": "retries",
    "GetFunctionUrlConfig": "function URL",
    "GetRuntimeManagementConfig": "runtime updates",
    "GetFunctionRecursionConfig": "recursive loop",
    "GetFunction": "state",
}
"""Where on screen each call's answer is awaited."""
VALUES = {
    "GetFunctionEventInvokeConfig": "1",
    "GetFunctionUrlConfig": "https://abc.lambda-url.us-east-1.on.aws/",
    "GetRuntimeManagementConfig": "Auto",
    "GetFunctionRecursionConfig": "Terminate",
    "GetFunction": "✓ Active",
}


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was refused is asked for again soon."""
    monkeypatch.setattr("lambdatui.ui.panes.overview.FIRST_RETRY_S", RETRY_S)
    monkeypatch.setattr("lambdatui.ui.panes.overview.LONGEST_RETRY_S", RETRY_S)


def value(stage: Stage, label: str) -> str:
    """What stands behind a label, without what wrapped into the next line; empty where the label is not on screen."""
    found = re.search(rf"(?:^|  ){re.escape(label)} +(\S.*?)(?:   |$)", stage.text, re.MULTILINE)
    return found[1].strip() if found else ""


# -- the parts


@pytest.mark.parametrize("operation", LABELS)
async def test_each_part_shows_what_aws_answered(
    console: MakeConsole, endpoint: ScriptedEndpoint, operation: str
) -> None:
    one_function(endpoint)
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for(lambda: value(stage, LABELS[operation]) == VALUES[operation])


@pytest.mark.parametrize("operation", LABELS)
async def test_a_part_that_is_forbidden_names_its_action_and_no_other_part_suffers(
    console: MakeConsole, endpoint: ScriptedEndpoint, operation: str
) -> None:
    one_function(endpoint)
    endpoint.on("lambda", operation, error("AccessDeniedException", 403))
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for(f"lambda:{operation}")
        assert value(stage, LABELS[operation]).startswith("⊘ not permitted:")
        await stage.wait_for(
            lambda: all(value(stage, LABELS[other]) == VALUES[other] for other in LABELS if other != operation)
        )


@pytest.mark.parametrize("operation", LABELS)
async def test_a_part_that_fails_says_why_and_appears_when_the_cause_is_gone(
    console: MakeConsole, endpoint: ScriptedEndpoint, operation: str
) -> None:
    one_function(endpoint)
    asked = endpoint._scripts["lambda", operation]
    endpoint.on("lambda", operation, html())
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for(lambda: value(stage, LABELS[operation]).startswith("! the endpoint answered with a web"))
        endpoint.on("lambda", operation, *asked)
        await stage.wait_for(lambda: value(stage, LABELS[operation]) == VALUES[operation])


async def test_while_the_function_is_asked_for_its_configuration_from_the_list_is_shown(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    one_function(endpoint, MemorySize=512)
    endpoint.on("lambda", "GetFunction", error("AccessDeniedException", 403))
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for(lambda: value(stage, "memory") == "512 MB")


async def test_reading_again_that_fails_keeps_the_values_and_says_that_they_are_stale(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    one_function(endpoint, answer={"Tags": {"team": "payments"}})
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for("payments")
        endpoint.on("lambda", "GetFunction", html())
        await stage.press("ctrl+r")
        await stage.wait_for(lambda: value(stage, "stale").startswith("! the endpoint answered with a web page"))
        assert value(stage, "team") == "payments"
        assert value(stage, "state") == "✓ Active"


async def test_values_are_stale_no_more_when_reading_again_succeeds(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    one_function(endpoint, answer={"Tags": {"team": "payments"}})
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for("payments")
        endpoint.on("lambda", "GetFunction", html())
        await stage.press("ctrl+r")
        await stage.wait_for(lambda: value(stage, "stale"))
        endpoint.on("lambda", "GetFunction", detail("orders", answer={"Tags": {"team": "billing"}}))
        await stage.wait_for(lambda: value(stage, "team") == "billing" and not value(stage, "stale"))


async def test_a_function_that_was_deleted_meanwhile_says_so(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    one_function(endpoint)
    endpoint.on("lambda", "GetFunction", error("ResourceNotFoundException", 404, "Function not found: orders"))
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for(lambda: value(stage, "state") == "! there is no such function any more")


# -- absent is not zero


@pytest.mark.parametrize(
    ("concurrency", "shown"),
    [
        (None, "none: shares the account's unreserved"),
        ({"ReservedConcurrentExecutions": 0}, "! 0: switched off"),
        ({"ReservedConcurrentExecutions": 5}, "5"),
    ],
    ids=["absent", "0", "5"],
)
async def test_reserved_concurrency_that_is_absent_is_not_zero(
    console: MakeConsole, endpoint: ScriptedEndpoint, concurrency: dict[str, int] | None, shown: str
) -> None:
    one_function(endpoint, answer={"Concurrency": concurrency} if concurrency else {})
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for(lambda: value(stage, "reserved concurrency") == shown)


@pytest.mark.parametrize(
    ("config", "retries", "age"),
    [
        (error("ResourceNotFoundException", 404, "The function doesn't have an EventInvokeConfig"), "2 (default)", ""),
        (json_answer({"MaximumRetryAttempts": 0}), "0", "21,600 s (default)"),
        (json_answer({"MaximumEventAgeInSeconds": 60}), "2 (default)", "60 s"),
    ],
    ids=["not configured", "no retries", "age only"],
)
async def test_what_is_not_set_for_asynchronous_invocations_is_awss_default(
    console: MakeConsole, endpoint: ScriptedEndpoint, config: Answer, retries: str, age: str
) -> None:
    one_function(endpoint)
    endpoint.on("lambda", "GetFunctionEventInvokeConfig", config)
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for(lambda: value(stage, "retries") == retries)
        assert value(stage, "maximum age").startswith(age)


async def test_a_function_without_a_url_has_none(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    one_function(endpoint)
    endpoint.on(
        "lambda", "GetFunctionUrlConfig", error("ResourceNotFoundException", 404, "The resource you requested does not")
    )
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for(lambda: value(stage, "function URL") == "none")


async def test_a_url_that_asks_nobody_who_they_are_is_marked(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    one_function(endpoint)
    endpoint.on("lambda", "GetFunctionUrlConfig", json_answer({"FunctionUrl": "https://x/", "AuthType": "NONE"}))
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for(lambda: value(stage, "URL auth").startswith("▲ NONE"))


async def test_tags_that_may_not_be_listed_are_not_shown_as_none(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    one_function(endpoint, answer={"TagsError": {"ErrorCode": "AccessDeniedException", "Message": "no"}})
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for(lambda: value(stage, "tags") == "⊘ not permitted: lambda:ListTags")


# -- what is configured


async def test_a_failed_function_says_so_with_code_and_reason(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    one_function(endpoint, State="Failed", StateReasonCode="InvalidSubnet", StateReason="the subnet is gone")
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for("! Failed - InvalidSubnet: the subnet is gone")


async def test_a_failed_update_says_so_with_code_and_reason(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    one_function(
        endpoint,
        LastUpdateStatus="Failed",
        LastUpdateStatusReasonCode="ImageDeleted",
        LastUpdateStatusReason="it was deleted",
    )
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for("! Failed - ImageDeleted: it was deleted")


async def test_a_function_that_is_being_updated_is_asked_again_until_it_is_not(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    one_function(endpoint, LastUpdateStatus="InProgress")
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for("▲ InProgress")
        endpoint.on("lambda", "GetFunction", detail("orders"))
        await stage.wait_for("✓ Successful")


async def test_a_container_image_shows_its_command_and_no_handler(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    image = {"ImageConfig": {"EntryPoint": ["/run.sh"], "Command": ["app.main", "--fast"], "WorkingDirectory": "/srv"}}
    one_function(endpoint, PackageType="Image", Runtime=None, Handler=None, ImageConfigResponse=image)
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for(lambda: value(stage, "command") == "app.main --fast")
        assert value(stage, "entry point") == "/run.sh"
        assert not value(stage, "handler")


async def test_fields_that_the_console_does_not_know_are_shown_as_they_came(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    one_function(endpoint, TenancyConfig={"TenantIsolationMode": "PER_TENANT"})
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for("Also sent by AWS")
        assert "configuration.TenancyConfi" in stage.text
        assert "PER_TENANT" in stage.text


# -- secrets


async def test_environment_values_are_masked(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    one_function(endpoint, **SECRET)
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for(lambda: value(stage, "DB_PASSWORD") == "••••••••")
        assert "hunter2" not in stage.text


async def test_a_key_reveals_the_environment_and_masks_it_again(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    one_function(endpoint, **SECRET)
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for("DB_PASSWORD")
        await stage.press("enter", "E")
        await stage.wait_for("hunter2")
        await stage.press("E")
        await stage.wait_gone("hunter2")


async def test_another_function_under_the_cursor_is_masked_though_the_former_was_revealed(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "ListFunctions", listing("alpha", "bravo"))
    endpoint.on(
        "lambda",
        "GetFunction",
        lambda seen: detail("bravo" if "bravo" in seen.path else "alpha", **SECRET),
    )
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for("DB_PASSWORD")
        await stage.press("enter", "E")
        await stage.wait_for("hunter2")
        await stage.press("escape", "j")
        await stage.wait_for(lambda: value(stage, "role").endswith("bravo"))
        await stage.wait_for("DB_PASSWORD")
        assert "hunter2" not in stage.text


async def test_nothing_is_revealed_in_read_only_mode(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    one_function(endpoint, **SECRET)
    async with on_stage(console(endpoint.url, read_only=True), TALL) as stage:
        await stage.wait_for("DB_PASSWORD")
        await stage.press("enter", "E")
        await stage.wait_for("not revealed: the setting reveal_when_read_only is off")
        assert "hunter2" not in stage.text


async def test_nothing_is_revealed_where_the_settings_forbid_it(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    one_function(endpoint, **SECRET)
    async with on_stage(console(endpoint.url, file="reveal = false"), TALL) as stage:
        await stage.wait_for("DB_PASSWORD")
        await stage.press("enter", "E")
        await stage.wait_for("not revealed: the setting reveal is off")
        assert "hunter2" not in stage.text


async def test_read_only_mode_reveals_where_the_settings_allow_it(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    one_function(endpoint, **SECRET)
    app = console(endpoint.url, settings={"reveal_when_read_only": True}, read_only=True)
    async with on_stage(app, TALL) as stage:
        await stage.wait_for("DB_PASSWORD")
        await stage.press("enter", "E")
        await stage.wait_for("hunter2")


async def test_raw_json_masks_the_environment(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    one_function(endpoint, **SECRET)
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for("DB_PASSWORD")
        await stage.press("enter", "E", "v")
        await stage.wait_for('"DB_PASSWORD": "****')
        dialog = stage.app.screen.query_one("RawJson Page Static").render()
        assert "hunter2" not in str(dialog)


async def test_raw_json_holds_every_field_by_awss_name(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    one_function(endpoint, MemorySize=777)
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for("✓ Active")
        await stage.press("v")
        await stage.wait_for('"MemorySize": 777')


async def test_raw_json_can_be_copied(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    one_function(endpoint)
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for("✓ Active")
        await stage.press("v")
        await stage.wait_for('"FunctionName": "orders"')
        await stage.press("y")
        assert '"FunctionName": "orders"' in stage.copied[0]


async def test_the_download_url_of_the_code_is_nowhere(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    one_function(endpoint)
    async with on_stage(console(endpoint.url), (240, 100)) as stage:
        await stage.wait_for("✓ Active")
        assert "presigned" not in stage.text
        await stage.press("v")
        await stage.wait_for('"RepositoryType": "S3"')
        assert "presigned" not in stage.text
        await stage.press("y")
        assert LOCATION not in "".join(stage.copied)


# -- what it costs


async def test_a_cursor_that_runs_asks_only_about_the_function_where_it_rests(
    console: MakeConsole, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lambdatui.ui.panes.overview.REST_S", 1.5)
    endpoint.many_functions(40)
    all_parts(endpoint)
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for(lambda: endpoint.counts[GET_FUNCTION] == 1)
        await stage.press(*"jjjjjjjjjj")
        await stage.wait_for(lambda: endpoint.counts[GET_FUNCTION] == 2)
        asked = [seen.path.rpartition("/")[2] for seen in endpoint.requests if str(seen) == GET_FUNCTION]
        assert asked == ["function-00000", "function-00010"]


async def test_without_room_for_the_detail_nothing_is_asked_about_the_function_under_the_cursor(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("j", "k")
        assert GET_FUNCTION not in endpoint.operations
        await stage.press("enter")
        await stage.wait_for(lambda: GET_FUNCTION in endpoint.operations)


async def test_pages_that_arrive_do_not_ask_again_about_the_function_under_the_cursor(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    gate = asyncio.Event()
    endpoint.on("lambda", "ListFunctions", listing("alpha", more="2"), replace(listing("bravo"), after=gate))
    all_parts(endpoint)
    endpoint.on("lambda", "GetFunction", detail("alpha"))
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for("✓ Active")
        gate.set()
        await stage.wait_until_read()
        await stage.wait_for(lambda: stage.rows == ["alpha", "bravo"])
        assert endpoint.counts[GET_FUNCTION] == 1


async def test_what_nobody_sees_is_not_drawn_when_metrics_come(
    console: MakeConsole, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_function(endpoint)
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_for(lambda: value(stage, "state") == "✓ Active")
        pane = stage.app.screen.query_one(OverviewPane)
        await stage.press("plus")
        await stage.wait_for(lambda: pane.hidden)
        drawn: list[OverviewPane] = []

        def draw(pane: OverviewPane) -> None:
            drawn.append(pane)

        monkeypatch.setattr(OverviewPane, "_draw", draw)
        stage.app.session.tell_health()
        assert drawn == []
        await stage.press("plus")
        await stage.wait_for(lambda: drawn == [pane])
