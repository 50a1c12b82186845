"""Reports of cold starts at the wire, and in the demo's logs."""

from __future__ import annotations

import json

import pytest

from lambdatui.aws.cold_starts import PAGES, pattern, read_reports
from lambdatui.aws.connection import Connection
from lambdatui.clock import now_ms
from lambdatui.demo.cloud import Cloud
from lambdatui.demo.endpoint import DemoEndpoint
from lambdatui.errors import AccessDenied, NotFound
from lambdatui.models.log import LogSource
from tests.aws.conftest import Connect, where
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, error, json_answer

pytestmark = pytest.mark.usefixtures("impatient")

OWN = LogSource(function="orders", group="/aws/lambda/orders")
SHARED = LogSource(function="orders", group="shop")
SINCE, UNTIL = 1_000, 2_000


def page(*at_ms: int, more: str = "", stream: str = "2026/11/20/[14]0123456789abcdef0123456789abcdef") -> Answer:
    events = [{"timestamp": at, "message": f"at {at}", "logStreamName": stream} for at in at_ms]
    return json_answer({"events": events, **({"nextToken": more} if more else {})})


async def test_one_term_is_asked_for_as_it_is_and_several_as_any_of_them(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("logs", "FilterLogEvents", page())
    await read_reports(connection, OWN, ["Init Duration"], SINCE, UNTIL)
    assert json.loads(endpoint.requests[0].body) == {
        "logGroupName": "/aws/lambda/orders",
        "startTime": SINCE,
        "endTime": UNTIL,
        "filterPattern": '"Init Duration"',
    }
    assert pattern(["Init Duration", "initDurationMs"]) == '?"Init Duration" ?"initDurationMs"'


async def test_pages_are_read_to_the_end_though_one_is_empty(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("logs", "FilterLogEvents", page(1_100, more="2"), page(more="3"), page(1_300))
    found = await read_reports(connection, OWN, ["a"], SINCE, UNTIL)
    assert found.events == ((1_100, "at 1100"), (1_300, "at 1300"))
    assert (found.until_ms, found.whole) == (UNTIL, True)


async def test_a_log_without_end_is_left_where_the_last_event_was(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    def answer(_seen: Seen) -> Answer:
        return page(SINCE + len(endpoint.requests), more="more")

    endpoint.on("logs", "FilterLogEvents", answer)
    found = await read_reports(connection, OWN, ["a"], SINCE, UNTIL)
    assert endpoint.counts["logs:FilterLogEvents"] == PAGES
    assert (found.until_ms, found.whole) == (found.events[-1][0], False)


@pytest.mark.parametrize(("function", "found"), [("orders", 1), ("refunds", 0)])
async def test_in_a_group_that_is_shared_only_the_functions_own_streams_count(
    connection: Connection, endpoint: ScriptedEndpoint, function: str, found: int
) -> None:
    stream = f"2026/11/20/{function}[14]0123456789abcdef0123456789abcdef"
    endpoint.on("logs", "FilterLogEvents", page(1_100, stream=stream))
    assert len((await read_reports(connection, SHARED, ["a"], SINCE, UNTIL)).events) == found


@pytest.mark.parametrize(
    ("code", "kind"), [("AccessDeniedException", AccessDenied), ("ResourceNotFoundException", NotFound)]
)
async def test_why_a_log_cannot_be_read_is_told(
    connection: Connection, endpoint: ScriptedEndpoint, code: str, kind: type[Exception]
) -> None:
    endpoint.on("logs", "FilterLogEvents", error(code))
    with pytest.raises(kind):
        await read_reports(connection, OWN, ["a"], SINCE, UNTIL)


TEXT = "REPORT RequestId: {}\tDuration: 3.10 ms\tInit Duration: 542.01 ms\t\n"
JSON = '{"type":"platform.report","record":{"requestId":"2","metrics":{"durationMs":3.1,"initDurationMs":145.4}}}'


@pytest.mark.parametrize(("term", "message"), [("Init Duration", TEXT), ("initDurationMs", JSON)], ids=["text", "JSON"])
async def test_both_formats_are_found_in_the_demos_logs(
    connect: Connect, empty_endpoint: DemoEndpoint, term: str, message: str
) -> None:
    logs = Cloud(empty_endpoint)["logs"]
    stream = {"logGroupName": OWN.group, "logStreamName": "2026/11/20/[14]01"}
    now = now_ms()
    logs.create_log_group(logGroupName=OWN.group)
    logs.create_log_stream(**stream)
    written = [{"timestamp": now, "message": said} for said in ("START RequestId: 1", message, "END RequestId: 1")]
    logs.put_log_events(**stream, logEvents=written)
    connection = connect(read_only=True, **where(empty_endpoint))
    found = await read_reports(connection, OWN, [term], now - 1_000, now + 1_000)
    assert found.events == ((now, message),)
