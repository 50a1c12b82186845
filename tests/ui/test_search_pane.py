"""Searching logs: what is sent and when it is stopped, what is shown meanwhile, and what rows open into."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from textual.pilot import Pilot

from lambdatui.insight.log_queries import READY, query_for
from lambdatui.ui.dialogs.query_editor import QueryEditor, QueryText
from lambdatui.ui.panes.search import TELLS, SearchPane
from lambdatui.ui.panes.search_columns import FoundRow, Shape, columns_of, moment_ms
from lambdatui.ui.panes.search_results import SearchResults, usd
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, error, function, json_answer
from tests.ui.answers import all_parts, detail, listing
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.stage import NARROW, WIDE, Stage, on_stage
from tests.ui.test_looks import SIZES, Compare, until
from tests.ui.test_looks import shown as shown_on

START, POLL, STOP = "logs:StartQuery", "logs:GetQueryResults", "logs:StopQuery"
AT = "2026-11-20 21:30:00.123"
AT_MS = 1_795_210_200_123
EVENT = {"@timestamp": AT, "@message": "the payment was refused", "@ptr": "CmEK"}


def results(status: str, *rows: dict[str, str], **statistics: float) -> Answer:
    """An answer of GetQueryResults."""
    cells = [[{"field": field, "value": value} for field, value in row.items()] for row in rows]
    return json_answer({"status": status, "results": cells, "statistics": statistics})


@pytest.fixture(autouse=True)
def account(endpoint: ScriptedEndpoint) -> None:
    """Three functions, and queries that can be started, stopped, and find nothing."""
    shared = {"LogFormat": "JSON", "LogGroup": "/shared"}
    endpoint.on(
        "lambda",
        "ListFunctions",
        listing(
            "orders", function("refunds", LoggingConfig=shared), function("payments", LoggingConfig=shared), "unused"
        ),
    )
    endpoint.on("logs", "StartQuery", json_answer({"queryId": "q-1"}))
    endpoint.on("logs", "StopQuery", json_answer({"success": True}))
    endpoint.on("logs", "GetQueryResults", results("Complete"))


def sent(endpoint: ScriptedEndpoint, operation: str) -> list[dict[str, Any]]:
    """The parameters of every request of an operation."""
    return [json.loads(seen.body) for seen in endpoint.requests if str(seen) == operation]


async def open_search(stage: Stage, *chosen: str) -> None:
    """Marks functions, `orders` by default, and goes to search their logs."""
    await stage.wait_until_read()
    functions: Any = stage.app._main.pane
    for name in chosen or ("orders",):
        functions.table.move_to(name)
        functions.table.toggle_mark()
    await stage.app.go("search")


def table(stage: Stage) -> Any:
    return stage.app.screen_stack[0].query_one(SearchResults).table


async def search(stage: Stage, *chosen: str) -> None:
    """Runs the first ready query."""
    await open_search(stage, *chosen)
    await stage.press("enter")
    await stage.wait_for(lambda: stage.app.screen.query(SearchResults))


async def test_nothing_is_sent_until_it_is_asked_for(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_search(stage)
        await stage.wait_for("Slowest invocations")
        await stage.press("down", "T", "ctrl+r", "up")
        assert START not in endpoint.operations


async def test_the_choice_says_what_is_searched_and_what_a_gb_costs(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_search(stage, "orders", "refunds", "payments")
        await stage.wait_for("orders +2 · last 1 h · $0.005 per GB scanned")


async def test_where_the_price_is_not_known_none_is_told(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("logs", "GetQueryResults", results("Complete", EVENT, bytesScanned=2_000_000.0))
    async with on_stage(console(endpoint.url, region="eu-west-1"), WIDE) as stage:
        await open_search(stage)
        await stage.wait_for("AWS bills what is scanned")
        await stage.press("enter")
        await stage.wait_for("scanned 1.9 MB · orders")


async def test_without_a_chosen_function_the_pane_says_how_to_choose(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "ListFunctions", listing())
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_search(stage)
        await stage.wait_for("No function is chosen")
        await stage.press("enter", "E", "T")
        assert isinstance(stage.app._main.pane, SearchPane)
        assert START not in endpoint.operations


def test_every_ready_query_says_what_it_tells() -> None:
    assert TELLS.keys() == {query.id for query in READY}


@pytest.mark.parametrize(
    ("chosen", "formats", "groups"),
    [
        (("orders",), {"Text"}, ["/aws/lambda/orders"]),
        (("refunds",), {"JSON"}, ["/shared"]),
        (("orders", "refunds", "payments"), {"Text", "JSON"}, ["/aws/lambda/orders", "/shared"]),
    ],
    ids=["text", "JSON", "both, a group shared"],
)
async def test_a_ready_query_is_asked_for_the_formats_and_groups_of_the_functions(
    console: MakeConsole, endpoint: ScriptedEndpoint, chosen: tuple[str, ...], formats: set[str], groups: list[str]
) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await search(stage, *chosen)
        await stage.wait_for("Nothing found")
        (asked,) = sent(endpoint, START)
        assert (asked["queryString"], asked["logGroupNames"]) == (query_for(READY[0], formats), groups)


@pytest.mark.parametrize(("presses", "hours"), [(0, 1), (1, 3), (5, 7 * 24), (6, 0.25), (7, 1)])
async def test_the_time_goes_back_as_far_as_was_chosen(
    console: MakeConsole, endpoint: ScriptedEndpoint, clock: Clock, presses: int, hours: float
) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_search(stage)
        await stage.press(*["T"] * presses, "enter")
        await stage.wait_for("Nothing found")
        (asked,) = sent(endpoint, START)
        assert (asked["startTime"], asked["endTime"]) == (clock.now_ms / 1000 - hours * 3600, clock.now_ms / 1000)


async def test_a_running_query_tells_its_status_what_it_scanned_and_what_that_costs(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("logs", "GetQueryResults", results("Running", bytesScanned=1.2 * 1024**3))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await search(stage)
        await stage.wait_for("Running… · scanned 1.2 GB · $0.006")
        assert "esc stops it" in stage.text


async def test_partial_rows_are_shown_before_the_final_ones(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    gate = asyncio.Event()
    final = results("Complete", {"errorKind": "KeyError", "events": "12"}, {"errorKind": "OSError", "events": "1"})
    endpoint.on(
        "logs",
        "GetQueryResults",
        results("Running", {"errorKind": "KeyError", "events": "2"}),
        Answer(body=final.body, headers=final.headers, after=gate),
    )
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await search(stage)
        await stage.wait_for("Errors by type  1…")
        gate.set()
        await stage.wait_for("Errors by type  2 ")
        assert "Complete" in stage.text
        assert "OSError" in stage.text


async def test_fields_that_come_late_get_their_columns_and_the_focus_stays(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    gate = asyncio.Event()
    final = results("Complete", {"kind": "KeyError", "events": "2", "late": "x"})
    endpoint.on(
        "logs",
        "GetQueryResults",
        results("Running", {"kind": "KeyError", "events": "1"}, {"kind": "OSError", "events": "2"}),
        Answer(body=final.body, headers=final.headers, after=gate),
    )
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await search(stage)
        await stage.wait_for("KeyError")
        await stage.press("s", "s", "slash", *"key", "enter")
        assert table(stage).sort_column == "events"
        gate.set()
        await stage.wait_for("late")
        assert (table(stage).sort_column, table(stage).filter_text) == ("events", "key")
        assert stage.app.focused is table(stage)


async def test_esc_stops_the_query_at_aws_and_keeps_what_it_found(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("logs", "GetQueryResults", results("Running", EVENT, bytesScanned=1024.0))
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await search(stage)
        await stage.wait_for("payment was refused")
        await stage.press("escape")
        await stage.wait_for("Cancelled, partial · scanned 1.0 KB")
        await stage.wait_for(lambda: endpoint.counts[STOP] == 1)
        assert sent(endpoint, STOP) == [{"queryId": "q-1"}]
        assert "payment was refused" in stage.text


async def test_a_stopped_query_is_not_told_as_one_that_found_nothing(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("logs", "GetQueryResults", results("Running"))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await search(stage)
        await stage.wait_for("Running…")
        await stage.press("escape")
        await stage.wait_for("Stopped before anything was found.")


@pytest.mark.parametrize("leave", ["another pane", "the console"])
async def test_leaving_stops_the_query_at_aws(console: MakeConsole, endpoint: ScriptedEndpoint, leave: str) -> None:
    endpoint.on("logs", "GetQueryResults", results("Running"))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await search(stage)
        await stage.wait_for("Running…")
        if leave == "another pane":
            await stage.app.go("functions")
            await stage.wait_for(lambda: endpoint.counts[STOP] == 1)
    assert endpoint.counts[STOP] == 1


async def test_a_query_that_has_ended_is_not_stopped_when_it_is_left(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await search(stage)
        await stage.wait_for("Nothing found")
        await stage.app.go("functions")
    assert STOP not in endpoint.operations


async def test_esc_leads_from_the_rows_to_the_queries_and_then_out(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("logs", "GetQueryResults", results("Complete", EVENT))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await search(stage)
        await stage.wait_for("payment was refused")
        await stage.press("slash", *"pay", "enter", "escape")
        assert table(stage).filter_text == ""
        await stage.press("escape")
        await stage.wait_for("Slowest invocations")
        await stage.press("down", "escape")
        await stage.wait_for(lambda: stage.app._main.entry.id == "functions")


async def test_ctrl_r_asks_again_but_not_while_the_query_runs(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("logs", "GetQueryResults", results("Complete"), results("Running"))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await search(stage)
        await stage.wait_for("Nothing found")
        await stage.press("ctrl+r")
        await stage.wait_for("Running…")
        await stage.press("ctrl+r")
        assert endpoint.counts[START] == 2


# -- what goes wrong


async def test_a_malformed_query_is_told_in_awss_words_and_can_be_mended(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    message = "unexpected symbol found bogus at line 1 and position 1"
    endpoint.on("logs", "StartQuery", error("MalformedQueryException", 400, message, queryCompileError={}))
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await open_search(stage)
        await write(stage, "bogus", "ctrl+s")
        await stage.wait_for(message)
        assert "E edits the query" in stage.text
        await stage.press("E")
        await stage.wait_for(lambda: isinstance(stage.app.screen, QueryEditor))
        assert stage.app.screen.query_one(QueryText).text == "bogus"


async def test_read_only_mode_without_billed_reads_sends_nothing_and_says_so(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with on_stage(console(endpoint.url, read_only=True, billed_reads=False), WIDE) as stage:
        await open_search(stage)
        await stage.wait_for("⊘ read-only: logs:StartQuery, which AWS bills")
        await stage.press("enter")
        await stage.wait_for("⊘ read-only: logs:StartQuery, which AWS bills, is not sent")
        await stage.wait_for("billed_reads_when_read_only")
        assert not [operation for operation in endpoint.operations if operation.startswith("logs:")]


async def test_a_search_that_is_not_permitted_says_which_action_is_missing(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("logs", "StartQuery", error("AccessDeniedException", 400))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await search(stage)
        await stage.wait_for("⊘ not permitted: logs:StartQuery")
        assert "Nothing found" not in stage.text
        assert stage.app.session.errors


@pytest.mark.parametrize(("status", "said"), [("Failed", "the query failed"), ("Timeout", "longer than AWS allows")])
async def test_a_query_that_fails_says_so_and_keeps_the_rows_it_had(
    console: MakeConsole, endpoint: ScriptedEndpoint, status: str, said: str
) -> None:
    endpoint.on("logs", "GetQueryResults", results("Running", EVENT), results(status, EVENT))
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await search(stage)
        await stage.wait_for(said)
        assert "payment was refused" in stage.text


async def test_more_functions_than_aws_searches_at_a_time_are_refused(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    names = [f"f-{number:02}" for number in range(51)]
    endpoint.on("lambda", "ListFunctions", listing(*names))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await search(stage, *names)
        await stage.wait_for("51 log groups are chosen")
        assert START not in endpoint.operations


def _missing(seen: Seen) -> Answer:
    """Refuses a query as AWS does, because of a group that only one function would write to."""
    if "/aws/lambda/orders" in json.loads(seen.body)["logGroupNames"]:
        return error(
            "ResourceNotFoundException", 400, "Log group '/aws/lambda/orders' does not exist for account ID '1'"
        )
    return json_answer({"queryId": "q-1"})


async def test_a_function_that_never_logged_is_left_out_and_that_is_said(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("logs", "StartQuery", _missing)
    endpoint.on("logs", "GetQueryResults", results("Complete", EVENT))
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await search(stage, "orders", "refunds")
        await stage.wait_for("Complete · without orders: no log group")
        assert [asked["logGroupNames"] for asked in sent(endpoint, START)][-1] == ["/shared"]
        assert [one.where for one in stage.app.session.errors if not one.where.startswith("overview")] == []


async def test_a_log_group_that_does_not_exist_is_told_as_one_that_may_come(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("logs", "StartQuery", _missing)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await search(stage, "orders")
        await stage.wait_for("comes to be when its function first logs")
        assert endpoint.counts[START] == 1
        assert not stage.app.session.errors


async def test_a_cut_result_says_that_it_is_cut(
    console: MakeConsole, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lambdatui.ui.panes.search_results.ROWS_AT_MOST", 2)
    endpoint.on("logs", "GetQueryResults", results("Complete", EVENT, EVENT))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await search(stage)
        await stage.wait_for("only 2 rows were asked for")
        assert table(stage).total == 2


# -- the editor


async def write(stage: Stage, text: str, *keys: str) -> None:
    """Opens the editor, writes a text in place of what stands there, and presses keys."""
    await stage.press("E")
    await stage.wait_for(lambda: isinstance(stage.app.screen, QueryEditor))
    stage.app.screen.query_one(QueryText).select_all()
    await stage.type(text)
    await stage.press(*keys)


async def test_the_editor_begins_with_the_query_under_the_cursor(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_search(stage)
        await stage.press("down", "E")
        await stage.wait_for(lambda: isinstance(stage.app.screen, QueryEditor))
        assert stage.app.screen.query_one(QueryText).text == query_for(READY[1], {"Text"})


async def test_a_written_query_is_asked_as_it_was_written(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_search(stage)
        await write(stage, "filter b:R/P?!", "enter", "q", "ctrl+s")
        await stage.wait_for("Your query")
        await stage.wait_for(lambda: sent(endpoint, START))
        assert sent(endpoint, START)[0]["queryString"] == "filter b:R/P?!\nq"


async def test_esc_keeps_what_was_written_and_runs_nothing(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_search(stage)
        await write(stage, "fields x", "escape")
        await stage.wait_for("Your query")
        assert START not in endpoint.operations
        await stage.press("E")
        await stage.wait_for(lambda: isinstance(stage.app.screen, QueryEditor))
        assert stage.app.screen.query_one(QueryText).text == "fields x"


async def test_a_written_query_is_there_again_after_the_pane_was_left(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_search(stage)
        await write(stage, "fields x", "escape")
        await stage.wait_for("Your query")
        await stage.app.go("functions")
        await stage.wait_for(lambda: not stage.app.screen.query(SearchPane))
        await stage.app.go("search")
        await stage.wait_for("fields x")


async def test_an_empty_query_is_not_run(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_search(stage)
        await write(stage, " ", "ctrl+s")
        assert isinstance(stage.app.screen, QueryEditor)
        assert START not in endpoint.operations


async def test_what_is_pasted_is_made_harmless(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_search(stage)
        await stage.press("E")
        await stage.wait_for(lambda: isinstance(stage.app.screen, QueryEditor))
        field = stage.app.screen.query_one(QueryText)
        field.replace("a\x1b[31m\u202eb\nc", (0, 0), field.document.end)
        assert field.text == "a␛[31m⟨U+202E⟩b\nc"


# -- rows


async def test_an_event_opens_into_the_lines_around_it(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    event = {**EVENT, "@log": "123456789012:/shared", "@logStream": "2026/11/20/[1]a"}
    endpoint.on("logs", "GetQueryResults", results("Complete", event))
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await search(stage, "orders", "refunds")
        await stage.wait_for("payment was refused")
        await stage.press("enter")
        await stage.wait_for(lambda: len(stage.app.screen_stack) > 1)
        lines: Any = stage.app.screen
        assert [(source.function, source.group) for source in lines.sources] == [("refunds", "/shared")]
        assert (lines.since_ms, lines.at_ms, lines.until_ms) == (AT_MS - 60_000, AT_MS, AT_MS + 60_000)
        assert lines.stream == "2026/11/20/[1]a"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"kind": "KeyError", "events": "3"}, "a sum of many events"),
        ({"@message": "x", "@ptr": "CmEK"}, "ask for @timestamp"),
    ],
    ids=["an aggregate", "an event without its time"],
)
async def test_a_row_without_lines_around_it_says_why(
    console: MakeConsole, endpoint: ScriptedEndpoint, row: dict[str, str], said: str
) -> None:
    endpoint.on("logs", "GetQueryResults", results("Complete", row))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await search(stage)
        await stage.wait_for("Complete")
        await stage.press("enter")
        await stage.wait_for(said)
        assert len(stage.app.screen_stack) == 1


@pytest.mark.parametrize(
    ("row", "copied"),
    [(EVENT, "the payment was refused"), ({"kind": "KeyError", "events": "3"}, "KeyError")],
    ids=["the message", "the first value"],
)
async def test_y_copies(console: MakeConsole, endpoint: ScriptedEndpoint, row: dict[str, str], copied: str) -> None:
    endpoint.on("logs", "GetQueryResults", results("Complete", row))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await search(stage)
        await stage.wait_for("Complete")
        await stage.press("y")
        await stage.wait_for(lambda: stage.copied == [copied])


async def test_hostile_rows_and_fields_are_harmless(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    hostile = "\x1b[31m[bold]\u202e\x00"
    endpoint.on("logs", "GetQueryResults", results("Complete", {hostile: hostile, "@message": hostile}))
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await search(stage)
        await stage.wait_for("Complete")
        shown = table(stage).render_line(0).text + table(stage).render_line(1).text
        assert shown.count("␛[31m[bold]⟨U+202E⟩␀") == 3


async def test_a_mistake_of_the_console_is_not_told_as_a_query_that_was_stopped(
    console: MakeConsole, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_state: object) -> Shape:
        raise LookupError("a secret")

    monkeypatch.setattr(Shape, "of", fail)
    endpoint.on("logs", "GetQueryResults", results("Running", EVENT))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await search(stage)
        await stage.wait_for("LookupError at")
        await stage.wait_for(lambda: endpoint.counts[STOP] == 1)
        assert "a secret" not in stage.text


async def test_sorting_before_there_are_columns_does_nothing(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("logs", "GetQueryResults", results("Running"))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await search(stage)
        await stage.wait_for("Running…")
        await stage.press("s", "S", "y")
        assert "Running…" in stage.text


# -- columns


def cells(*rows: dict[str, str], functions: dict[str, str] | None = None) -> list[list[str]]:
    """What is drawn for the rows of a result."""
    from lambdatui.models.log_query import QueryState

    state = QueryState.from_aws(
        {"results": [[{"field": name, "value": value} for name, value in row.items()] for row in rows]}
    )
    columns = columns_of(Shape.of(state), functions or {}, "relative")
    return [[column.text(FoundRow(0, row)) for column in columns] for row in state.rows]


@pytest.mark.parametrize(
    ("field", "value", "drawn"),
    [
        ("@timestamp", AT, "2026-11-20 21:30:00Z"),
        ("hour", "2026-11-20 21:00:00.000", "2026-11-20 21:00:00Z"),
        ("when", "2026-99-20 21:00:00.000", "2026-99-20 21:00:00.000"),
        ("events", "1204", "1,204"),
        ("averageMs", "12345.678", "12,345.68"),
        ("share", "0.000123456", "0.000123"),
        ("version", "007", "007"),
        ("nothing", "", ""),
        ("word", "-", "-"),
    ],
)
def test_values_are_drawn_as_what_they_are(field: str, value: str, drawn: str) -> None:
    assert cells({field: value}) == [[drawn]]


def test_a_number_in_an_event_is_left_as_it_is_for_it_may_be_an_identifier() -> None:
    row = {"orderId": "1234567", "@duration": "1234.5", "@ptr": "CmEK"}
    assert cells(row) == [["1234567", "1,234.50"]]


def test_a_log_goes_by_the_name_of_the_one_function_that_it_belongs_to() -> None:
    rows = [{"@log": "123456789012:/aws/lambda/orders"}, {"@log": "123456789012:/shared"}, {"@log": "/plain"}]
    drawn = cells(*rows, functions={"/aws/lambda/orders": "orders"})
    assert drawn == [["orders"], ["/shared"], ["/plain"]]


def test_times_of_insights_are_in_utc() -> None:
    assert moment_ms(AT) == AT_MS


@pytest.mark.parametrize(
    ("amount", "told"), [(0.0, "$0.00"), (0.0004, "<$0.001"), (0.006, "$0.006"), (0.5, "$0.500"), (12.3, "$12.30")]
)
def test_a_price_has_as_many_digits_as_tell_something(amount: float, told: str) -> None:
    assert usd(amount) == told


# -- looks


@pytest.fixture
def scripted() -> Iterator[ScriptedEndpoint]:
    with ScriptedEndpoint.in_thread() as account:
        account.many_functions(0)
        account.on("lambda", "ListFunctions", listing("orders", "refunds"))
        account.on("lambda", "GetFunction", detail("orders"))
        all_parts(account)  # a wide screen asks for the function under the cursor, however short it stays there
        account.on("logs", "StartQuery", json_answer({"queryId": "q-1"}))
        yield account


def _slow(number: int) -> dict[str, str]:
    return {
        "@timestamp": f"2026-11-20 21:{number:02}:00.000",
        "durationMs": f"{9000.5 / (number + 1)}",
        "billedMs": "9001",
        "usedMB": "88",
        "sizeMB": "128",
        "request": f"8f5d3c9a-0000-4000-8000-00000000000{number}",
        "@log": f"123456789012:/aws/lambda/{('orders', 'refunds')[number % 2]}",
        "@logStream": "2026/11/20/[$LATEST]0123456789abcdef",
        "@ptr": "CmEK",
    }


@SIZES
@pytest.mark.parametrize("what", ["choice", "results", "editor"])
def test_how_it_looks(
    snap_compare: Compare,
    console: MakeConsole,
    clock: Clock,
    scripted: ScriptedEndpoint,
    size: tuple[int, int],
    what: str,
) -> None:
    found = results("Complete", *map(_slow, range(4)), bytesScanned=1.2 * 1024**3)
    scripted.on("logs", "GetQueryResults", found)
    app = console(scripted.url)

    async def prepare(pilot: Pilot[None]) -> None:
        await until(pilot, lambda _text: app.session.reading.read_at is not None)
        await shown_on(pilot, "123456789012")
        await pilot.press("space", "space", "colon", *"search", "enter")
        await shown_on(pilot, "Slowest invocations")
        await pilot.press("down")
        if what == "results":
            await pilot.press("enter")
            await shown_on(pilot, "Complete")
        elif what == "editor":
            await pilot.press("E")
            await shown_on(pilot, "^s runs")

    assert snap_compare(app, terminal_size=size, run_before=prepare)
