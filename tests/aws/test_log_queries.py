"""Queries of Logs Insights: at the wire, and once against an emulated account."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Any

import pytest

from lambdatui.aws.connection import Connection
from lambdatui.aws.log_queries import PATIENCE, run_query
from lambdatui.clock import now_ms
from lambdatui.demo.endpoint import DemoEndpoint
from lambdatui.errors import AccessDenied, ConsoleError, NotFound, ReadOnly, RequestRefused, Throttled, Unreachable
from lambdatui.models.log_query import QueryState
from tests.aws.conftest import Connect, where
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, cut, error, json_answer

START = "logs:StartQuery"
POLL = "logs:GetQueryResults"
STOP = "logs:StopQuery"
THROTTLED = error("ThrottlingException", 400, "Rate exceeded")


def results(status: str, *rows: dict[str, str], token: str | None = None, **statistics: float) -> Answer:
    """An answer of GetQueryResults."""
    cells = [[{"field": field, "value": value} for field, value in row.items()] for row in rows]
    following = {"nextToken": token} if token else {}
    return json_answer({"status": status, "results": cells, "statistics": statistics, **following})


class Pauses:
    """Stands for the clock: remembers what was waited for, and lets no time pass."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


class Standstill:
    """A pause that does not end, and says that it has begun."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def __call__(self, _seconds: float) -> None:
        self.begun.set()
        await asyncio.Event().wait()


@pytest.fixture(autouse=True)
def startable(endpoint: ScriptedEndpoint) -> None:
    endpoint.on("logs", "StartQuery", json_answer({"queryId": "q-1"}))
    endpoint.on("logs", "StopQuery", json_answer({"success": True}))


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


def search(connection: Connection, sleep: Any, **particular: Any) -> Any:
    asked = {"groups": ["/aws/lambda/orders"], "query": "fields @message", "since_ms": 0, "until_ms": 60_000}
    return run_query(connection, sleep=sleep, **{**asked, **particular})


async def every(connection: Connection, sleep: Any, **particular: Any) -> list[QueryState]:
    return [state async for state in search(connection, sleep, **particular)]


def sent(endpoint: ScriptedEndpoint, operation: str) -> list[dict[str, Any]]:
    """The parameters of every request of an operation."""
    return [json.loads(seen.body) for seen in endpoint.requests if str(seen) == operation]


async def test_states_come_until_the_query_is_complete(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    endpoint.on(
        "logs",
        "GetQueryResults",
        results("Scheduled"),
        results("Running", {"@message": "a"}, bytesScanned=10.0),
        results("Complete", {"@message": "a"}, {"@message": "b"}, bytesScanned=20.0),
    )
    states = await every(connection, pauses)
    seen = [(state.status, len(state.rows), state.bytes_scanned, state.settled) for state in states]
    assert seen == [("Scheduled", 0, 0, False), ("Running", 1, 10, False), ("Complete", 2, 20, True)]


async def test_the_figures_of_a_query_are_aws_figures(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    endpoint.on(
        "logs", "GetQueryResults", results("Complete", bytesScanned=2e9, recordsScanned=300.0, recordsMatched=4.0)
    )
    (state,) = await every(connection, pauses)
    assert (state.bytes_scanned, state.records_scanned, state.records_matched) == (2_000_000_000, 300, 4)


async def test_the_pointer_of_a_row_is_no_column(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    endpoint.on("logs", "GetQueryResults", results("Complete", {"@message": "a", "@ptr": "CmEK"}))
    (state,) = await every(connection, pauses)
    assert (state.fields, dict(state.rows[0]), state.rows[0].pointer) == (("@message",), {"@message": "a"}, "CmEK")


async def test_a_field_that_the_first_row_lacks_has_its_column_in_the_querys_order(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    rows = [{"a": "1", "c": "3"}, {"a": "1", "b": "2", "c": "3"}, {"c": "3", "d": "4"}]
    endpoint.on("logs", "GetQueryResults", results("Complete", *rows))
    (state,) = await every(connection, pauses)
    assert state.fields == ("a", "b", "c", "d")


async def test_times_are_sent_in_seconds_and_cut_nothing_off(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    endpoint.on("logs", "GetQueryResults", results("Complete"))
    await every(connection, pauses, since_ms=1_763_700_000_999, until_ms=1_763_703_600_001)
    (asked,) = sent(endpoint, START)
    assert (asked["startTime"], asked["endTime"]) == (1_763_700_000, 1_763_703_601)


async def test_a_group_that_functions_share_is_searched_once(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    endpoint.on("logs", "GetQueryResults", results("Complete"))
    await every(connection, pauses, groups=["shared", "own", "shared"])
    assert sent(endpoint, START)[0]["logGroupNames"] == ["shared", "own"]


async def test_pauses_grow_from_a_quarter_of_a_second_to_two(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    endpoint.on("logs", "GetQueryResults", *[results("Running")] * 6, results("Complete"))
    await every(connection, pauses)
    assert pauses.seconds == [0.25, 0.5, 1.0, 2.0, 2.0, 2.0]


async def test_all_pages_of_a_complete_query_are_read(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    endpoint.on(
        "logs",
        "GetQueryResults",
        results("Complete", {"n": "1"}, token="t-2", bytesScanned=7.0),
        results("Complete", {"n": "2"}, token="t-3"),
        results("Complete", {"n": "3"}),
    )
    (state,) = await every(connection, pauses, limit=30_000)
    assert ([row["n"] for row in state.rows], state.bytes_scanned) == (["1", "2", "3"], 7)
    assert [asked.get("nextToken") for asked in sent(endpoint, POLL)] == [None, "t-2", "t-3"]


async def test_of_a_running_query_only_the_first_page_is_read(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    endpoint.on("logs", "GetQueryResults", results("Running", {"n": "1"}, token="t-2"), results("Complete"))
    await every(connection, pauses)
    assert [asked.get("nextToken") for asked in sent(endpoint, POLL)] == [None, None]


async def test_a_throttled_page_does_not_cost_the_pages_before_it(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    pages = [results("Complete", {"n": "1"}, token="t"), results("Complete", {"n": "2"})]
    endpoint.on("logs", "GetQueryResults", pages[0], THROTTLED, pages[1])
    (state,) = await every(connection, pauses)
    assert [row["n"] for row in state.rows] == ["1", "2"]
    assert [asked.get("nextToken") for asked in sent(endpoint, POLL)] == [None, "t", "t"]


@pytest.mark.parametrize(
    "trouble", [THROTTLED, cut(), error("ServiceUnavailableException", 503)], ids=["throttled", "cut", "out of order"]
)
async def test_trouble_while_polling_does_not_lose_the_query(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses, trouble: Answer
) -> None:
    endpoint.on("logs", "GetQueryResults", results("Running"), trouble, trouble, results("Complete"))
    states = await every(connection, pauses)
    assert [state.status for state in states] == ["Running", "Complete"]
    assert endpoint.counts == {START: 1, POLL: 4}


async def test_a_query_whose_results_stay_throttled_is_given_up_and_stopped(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    endpoint.on("logs", "GetQueryResults", THROTTLED)
    with pytest.raises(Throttled):
        await every(connection, pauses)
    assert endpoint.counts == {START: 1, POLL: PATIENCE, STOP: 1}


async def test_a_query_whose_results_are_forbidden_is_stopped_at_once(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    endpoint.on("logs", "GetQueryResults", error("AccessDeniedException", 400))
    with pytest.raises(AccessDenied, match=POLL):
        await every(connection, pauses)
    assert endpoint.counts == {START: 1, POLL: 1, STOP: 1}


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [(THROTTLED, Throttled), (cut(), Unreachable), (error("ServiceUnavailableException", 503), Unreachable)],
    ids=["throttled", "cut", "out of order"],
)
async def test_a_query_is_never_started_twice(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses, trouble: Answer, kind: type[ConsoleError]
) -> None:
    endpoint.on("logs", "StartQuery", trouble)
    with pytest.raises(kind):
        await every(connection, pauses)
    assert endpoint.counts == {START: 1}


async def test_cancelling_stops_the_query_at_aws_once(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("logs", "GetQueryResults", results("Running"))
    standstill = Standstill()
    task = asyncio.create_task(every(connection, standstill))
    await standstill.begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sent(endpoint, STOP) == [{"queryId": "q-1"}]


async def test_cancelling_while_the_query_is_being_started_stops_it_too(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    arrived, answered = asyncio.Event(), asyncio.Event()

    def started(_seen: Seen) -> Answer:
        arrived.set()
        return Answer(body=b'{"queryId": "q-1"}', after=answered)

    endpoint.on("logs", "StartQuery", started)
    task = asyncio.create_task(every(connection, pauses))
    await arrived.wait()
    task.cancel()
    answered.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert endpoint.operations == [START, STOP]


async def test_cancelling_twice_does_not_keep_the_query_running(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    arrived, answered, stopped = asyncio.Event(), asyncio.Event(), asyncio.Event()

    def started(_seen: Seen) -> Answer:
        arrived.set()
        return Answer(body=b'{"queryId": "q-1"}', after=answered)

    def stop(_seen: Seen) -> Answer:
        stopped.set()
        return json_answer({"success": True})

    endpoint.on("logs", "StartQuery", started)
    endpoint.on("logs", "StopQuery", stop)
    task = asyncio.create_task(every(connection, pauses))
    await arrived.wait()
    for _ in range(2):
        task.cancel()
        await asyncio.wait({task}, timeout=0)
    answered.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(stopped.wait(), 10)
    assert endpoint.operations == [START, STOP]


async def test_closing_the_iterator_early_stops_the_query(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    endpoint.on("logs", "GetQueryResults", results("Running"))
    async with aclosing(search(connection, pauses)) as states:
        await anext(states)
    assert endpoint.operations == [START, POLL, STOP]


async def test_a_query_that_cannot_be_stopped_is_no_error(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    endpoint.on("logs", "GetQueryResults", results("Running"))
    endpoint.on("logs", "StopQuery", error("InvalidParameterException", 400, "Query is not running"))
    async with aclosing(search(connection, pauses)) as states:
        await anext(states)
    assert endpoint.counts[STOP] == 1


async def test_a_query_that_has_ended_is_not_stopped(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    endpoint.on("logs", "GetQueryResults", results("Complete"))
    await every(connection, pauses)
    assert endpoint.counts == {START: 1, POLL: 1}


async def test_a_query_that_somebody_cancelled_keeps_what_it_found(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    endpoint.on("logs", "GetQueryResults", results("Cancelled", {"n": "1"}))
    (state,) = await every(connection, pauses)
    assert (state.status, len(state.rows)) == ("Cancelled", 1)


@pytest.mark.parametrize(
    ("status", "said"), [("Failed", "failed"), ("Timeout", "longer than AWS allows"), ("Unknown", "Unknown")]
)
async def test_a_query_that_did_not_end_well_says_so_and_what_to_do(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses, status: str, said: str
) -> None:
    endpoint.on("logs", "GetQueryResults", results(status))
    with pytest.raises(ConsoleError, match=said) as raised:
        await every(connection, pauses)
    assert raised.value.hint


async def test_what_a_query_found_before_it_timed_out_is_given(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    endpoint.on("logs", "GetQueryResults", results("Timeout", {"n": "1"}))
    async with aclosing(search(connection, pauses)) as states:
        assert len((await anext(states)).rows) == 1


async def test_a_query_of_which_aws_knows_nothing_is_stopped_to_be_sure(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    endpoint.on("logs", "GetQueryResults", results("Unknown"))
    with pytest.raises(ConsoleError):
        await every(connection, pauses)
    assert endpoint.counts[STOP] == 1


async def test_a_malformed_query_is_refused_in_aws_words(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    message = "unexpected symbol found bogus at line 1 and position 1"
    endpoint.on(
        "logs",
        "StartQuery",
        error(
            "MalformedQueryException",
            400,
            message,
            queryCompileError={"location": {"startCharOffset": 0, "endCharOffset": 5}, "message": message},
        ),
    )
    with pytest.raises(RequestRefused) as raised:
        await every(connection, pauses, query="bogus")
    assert raised.value.title == message


async def test_a_group_that_does_not_exist_is_named(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    missing = error("ResourceNotFoundException", 400, "Log group '/aws/lambda/orders' does not exist")
    endpoint.on("logs", "StartQuery", missing)
    with pytest.raises(NotFound, match="/aws/lambda/orders"):
        await every(connection, pauses)


async def test_without_billed_reads_nothing_is_sent(
    connect: Connect, endpoint: ScriptedEndpoint, pauses: Pauses
) -> None:
    with pytest.raises(ReadOnly, match=START):
        await every(connect(read_only=True, billed_reads=False), pauses)
    assert endpoint.requests == []


@pytest.mark.parametrize(
    ("particular", "said"),
    [
        ({"groups": [f"g-{n}" for n in range(51)]}, "51 log groups"),
        ({"groups": []}, "no log group"),
        ({"limit": 100_001}, "100,000"),
        ({"limit": 0}, "100,000"),
    ],
)
async def test_what_aws_would_refuse_is_not_sent(
    connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses, particular: dict[str, Any], said: str
) -> None:
    with pytest.raises(RequestRefused, match=said):
        await every(connection, pauses, **particular)
    assert endpoint.requests == []


async def test_fifty_groups_are_searched(connection: Connection, endpoint: ScriptedEndpoint, pauses: Pauses) -> None:
    endpoint.on("logs", "GetQueryResults", results("Complete"))
    await every(connection, pauses, groups=[f"g-{n}" for n in range(50)])
    assert len(sent(endpoint, START)[0]["logGroupNames"]) == 50


async def test_an_account_is_searched(connect: Connect, empty_endpoint: DemoEndpoint, pauses: Pauses) -> None:
    connection = connect(**where(empty_endpoint))
    now, stream = now_ms(), {"logGroupName": "/aws/lambda/orders", "logStreamName": "1"}
    await connection.call("logs", "CreateLogGroup", logGroupName="/aws/lambda/orders")
    await connection.call("logs", "CreateLogStream", **stream)
    lines = [{"timestamp": now, "message": message} for message in ("the payment was refused", "all is well")]
    await connection.call("logs", "PutLogEvents", **stream, logEvents=lines)
    query = "fields @timestamp, @message | filter @message like /refused/"
    states = await every(connection, pauses, query=query, since_ms=now - 60_000, until_ms=now + 60_000)
    assert [row["@message"] for row in states[-1].rows] == ["the payment was refused"]
