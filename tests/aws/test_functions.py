"""One function in detail: against the demo's account, and at the wire where the emulator cannot."""

from __future__ import annotations

import pytest

from lambdatui.aws import functions
from lambdatui.aws.connection import Connection
from lambdatui.aws.inventory import list_functions
from lambdatui.errors import AccessDenied, NotFound, Unreachable
from lambdatui.models.function import FunctionSummary
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, error, function, json_answer

HOSTILE = "[red]\x1b[31m\nname\u202e\u6771\u4eac"


async def summaries(connection: Connection) -> list[FunctionSummary]:
    return [summary async for page in list_functions(connection) for summary in page]


async def test_a_region_of_120_functions_is_three_pages(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.many_functions(120)
    pages = [len(page) async for page in list_functions(connection)]
    assert (pages, endpoint.counts) == ([50, 50, 20], {"lambda:ListFunctions": 3})


async def test_every_function_of_the_demo_has_a_detail_that_fits_its_summary(demo: Connection) -> None:
    listed = await summaries(demo)
    assert len(listed) >= 16
    for summary in listed:
        known = (await functions.get_function(demo, summary.name)).configuration
        assert (known.function_name, known.runtime, known.memory_size, known.last_modified_ms) == (
            summary.name,
            summary.runtime,
            summary.memory_mb,
            summary.last_modified,
        )


async def test_a_url_of_the_demo_is_its_aliass_and_not_latests(demo: Connection) -> None:
    found = []
    for summary in await summaries(demo):
        assert await functions.get_function_url(demo, summary.name) is None
        try:
            found.append(await functions.get_function_url(demo, summary.name, "live"))
        except NotFound:
            continue  # the alias is not there
    assert "NONE" in {url.auth_type for url in found if url}


async def test_a_demo_function_without_async_configuration_has_none(demo: Connection) -> None:
    configured = [await functions.get_event_invoke_config(demo, summary.name) for summary in await summaries(demo)]
    assert None in configured


async def test_runtime_management_is_what_lambda_says(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "GetRuntimeManagementConfig", json_answer({"UpdateRuntimeOn": "Manual"}))
    assert (await functions.get_runtime_management(connection, "f")).update_runtime_on == "Manual"


async def test_recursion_is_what_lambda_says(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "GetFunctionRecursionConfig", json_answer({"RecursiveLoop": "Allow"}))
    assert (await functions.get_recursion(connection, "f")).recursive_loop == "Allow"


async def test_a_function_that_does_not_exist_is_not_found(demo: Connection) -> None:
    with pytest.raises(NotFound, match="not-there"):
        await functions.get_function(demo, "not-there")


async def test_a_reservation_of_zero_is_not_the_absence_of_one(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    answer = {"Configuration": function("f")}
    switched_off = {**answer, "Concurrency": {"ReservedConcurrentExecutions": 0}}
    endpoint.on("lambda", "GetFunction", json_answer(answer), json_answer(switched_off))
    assert (await functions.get_function(connection, "f")).reserved_concurrency is None
    assert (await functions.get_function(connection, "f")).reserved_concurrency == 0


async def test_tags_that_may_not_be_read_say_so_and_the_rest_is_there(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    problem = {"ErrorCode": "AccessDeniedException", "Message": "not authorized to perform: lambda:ListTags"}
    endpoint.on("lambda", "GetFunction", json_answer({"Configuration": function("f"), "TagsError": problem}))
    detail = await functions.get_function(connection, "f")
    assert detail.tags_error is not None
    assert detail.tags_error.error_code == "AccessDeniedException"
    assert detail.configuration.function_name == "f"


@pytest.mark.parametrize(
    ("operation", "read", "message"),
    [
        (
            "GetFunctionEventInvokeConfig",
            functions.get_event_invoke_config,
            "The function arn:aws:lambda:us-east-1:1:function:f:$LATEST doesn't have an EventInvokeConfig",
        ),
        ("GetFunctionUrlConfig", functions.get_function_url, "The resource you requested does not exist."),
    ],
)
class TestWhatMayNotBeConfigured:
    async def test_what_is_not_configured_is_none(self, connection, endpoint, operation, read, message) -> None:
        endpoint.on("lambda", operation, error("ResourceNotFoundException", 404, message))
        assert await read(connection, "f") is None

    async def test_a_missing_function_is_not_found(self, connection, endpoint, operation, read, message) -> None:
        missing = "Function not found: arn:aws:lambda:us-east-1:1:function:f"
        endpoint.on("lambda", operation, error("ResourceNotFoundException", 404, missing))
        with pytest.raises(NotFound, match="Function not found"):
            await read(connection, "f")

    async def test_what_is_forbidden_is_not_none(self, connection, endpoint, operation, read, message) -> None:
        endpoint.on("lambda", operation, error("AccessDeniedException", 403))
        with pytest.raises(AccessDenied, match=f"lambda:{operation}"):
            await read(connection, "f")


async def test_of_every_release_it_is_listed_how_asynchronous_invocations_are_handled(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    def page(seen: Seen) -> Answer:
        qualifier, more = ("live", {}) if "Marker" in seen.query else ("$LATEST", {"NextMarker": "2"})
        arn = f"arn:aws:lambda:us-east-1:1:function:f:{qualifier}"
        to = {"OnFailure": {"Destination": f"of {qualifier}"}}
        return json_answer({"FunctionEventInvokeConfigs": [{"FunctionArn": arn, "DestinationConfig": to}], **more})

    endpoint.on("lambda", "ListFunctionEventInvokeConfigs", page)
    found = await functions.list_event_invoke_configs(connection, "f")
    assert [config.on_failure for config in found] == ["of $LATEST", "of live"]


async def test_a_qualifier_is_sent(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "GetFunction", json_answer({"Configuration": function("f")}))
    await functions.get_function(connection, "f", "live")
    assert endpoint.requests[0].query == {"Qualifier": "live"}


async def test_hostile_text_comes_through_unchanged(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    answer = {"Configuration": function("f", Description=HOSTILE), "Tags": {HOSTILE: HOSTILE}}
    endpoint.on("lambda", "GetFunction", json_answer(answer))
    detail = await functions.get_function(connection, "f")
    assert (detail.configuration.description, detail.tags) == (HOSTILE, {HOSTILE: HOSTILE})


async def test_an_answer_that_does_not_fit_is_refused_without_being_quoted(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    environment = {"Variables": {"PASSWORD": {"deep": "hunter2"}}}
    endpoint.on("lambda", "GetFunction", json_answer({"Configuration": function("f", Environment=environment)}))
    with pytest.raises(Unreachable, match="does not fit") as raised:
        await functions.get_function(connection, "f")
    assert "hunter2" not in str(raised.value)
    assert raised.value.__cause__ is None
