"""Errors that runtimes print without saying much of the request: raw traces, and what fails before a request starts."""

from __future__ import annotations

import itertools
import json

import pytest

from lambdatui.insight.report import Invocations
from tests.unit.test_report import END, REPORT, START, A, B, event, heard, record, text_report, told

# --- Java (facts 5.4)

JAVA = (
    "Index 5 out of bounds for length 3: java.lang.ArrayIndexOutOfBoundsException\n"
    "java.lang.ArrayIndexOutOfBoundsException: Index 5 out of bounds for length 3\n"
    "\tat com.acme.Orders.handleRequest(Orders.java:17)\n\n"
)


def test_a_java_trace_fails_the_request_that_its_stream_was_busy_with() -> None:
    found = told(START, JAVA, END, REPORT)
    assert (found.status, found.error_type) == ("error", "java.lang.ArrayIndexOutOfBoundsException")
    assert found.error_message == "Index 5 out of bounds for length 3"


def test_a_java_trace_between_requests_fails_nothing() -> None:
    assert told(START, END, REPORT, JAVA).status == "success"


def test_a_java_message_of_several_lines_is_known_by_its_first() -> None:
    message = "Unrecognized token 'x'\n at [Source: (String)\"x\"; line: 1, column: 2]"
    trace = f"{message}: com.acme.ParseException\ncom.acme.ParseException: {message}\n\tat com.acme.A.b(A.java:1)\n"
    found = told(START, trace, END, REPORT)
    assert (found.error_type, found.error_message) == ("com.acme.ParseException", "Unrecognized token 'x'")


def test_a_java_exception_without_a_message_is_one() -> None:
    trace = (
        "java.lang.NullPointerException: java.lang.NullPointerException\njava.lang.NullPointerException\n\tat A.b()\n"
    )
    assert told(START, trace, END, REPORT).error_type == "java.lang.NullPointerException"


@pytest.mark.parametrize(
    "line",
    [
        "java.lang.IllegalStateException: retried\n\tat com.acme.Orders.pay(Orders.java:9)\n",
        "12:00:01 ERROR Orders - payment failed: declined\ncom.acme.Declined: no\n\tat com.acme.Orders.pay(O.java:9)\n",
        "Caused by: java.io.IOException\n\tat com.acme.Orders.pay(Orders.java:9)\n",
    ],
)
def test_a_java_trace_that_the_function_prints_itself_fails_nothing(line: str) -> None:
    assert told(START, line, END, REPORT).status == "success"


# --- .NET (facts 5.4)

CAUGHT_BY_THE_RUNTIME = "   at Amazon.Lambda.RuntimeSupport.LambdaBootstrap.InvokeOnceAsync(CancellationToken c)\n"
DOTNET = "System.ApplicationException: card: declined\n   at Orders.Function.Pay(Order order)\n"


@pytest.mark.parametrize("head", [f"2025-12-10T08:20:59.274Z\t{A}\tfail\t", "2025-12-10T08:20:59.274Z\t\tfail\t", ""])
def test_a_dotnet_exception_that_reached_the_runtime_fails_its_request(head: str) -> None:
    found = told(START, head + DOTNET + CAUGHT_BY_THE_RUNTIME, END, REPORT)
    expected = ("error", "System.ApplicationException", "card: declined")
    assert (found.status, found.error_type, found.error_message) == expected


def test_a_dotnet_exception_that_the_function_logs_itself_fails_nothing() -> None:
    assert told(START, f"2025-12-10T08:20:59.274Z\t{A}\tfail\t{DOTNET}", END, REPORT).status == "success"


# --- an init that fails before the request that waits for it starts (facts 5.2 rules 3 and 6)

IMPORT = "[ERROR] Runtime.ImportModuleError: Unable to import module 'app': No module named 'x'\nTraceback (most recent"
FAILED = "INIT_REPORT Init Duration: 137.69 ms\tPhase: init\tStatus: error\tError Type: Runtime.ImportModuleError"
FAILED_AGAIN = (
    "INIT_REPORT Init Duration: 80.49 ms\tPhase: invoke\tStatus: error\tError Type: Runtime.ImportModuleError"
)


def test_an_init_that_fails_again_fails_the_request_that_follows() -> None:
    found = told(IMPORT, FAILED, IMPORT, FAILED_AGAIN, START, END, REPORT)
    assert (found.status, found.error_type) == ("error", "Runtime.ImportModuleError")
    assert found.error_message == "Unable to import module 'app': No module named 'x'"


def test_an_init_that_succeeds_when_it_is_run_again_fails_nothing() -> None:
    found = told(IMPORT, FAILED, START, END, REPORT)
    assert (found.status, found.error_type, found.error_message) == ("success", None, None)


def test_an_init_run_again_inside_the_request_fails_it() -> None:
    assert told(START, FAILED_AGAIN, END, REPORT).status == "error"


def test_an_init_run_again_is_no_cold_start() -> None:
    assert not told(IMPORT, FAILED_AGAIN, START, END, REPORT).cold


def test_an_init_that_times_out_again_is_a_timeout() -> None:
    again = "INIT_REPORT Init Duration: 3000.10 ms\tPhase: invoke\tStatus: timeout"
    assert told(again, START, END, REPORT).status == "timeout"


@pytest.mark.parametrize("status", ["", "\tStatus: success"])
def test_an_init_run_again_without_a_failure_fails_nothing(status: str) -> None:
    assert (
        told(IMPORT, f"INIT_REPORT Init Duration: 80.49 ms\tPhase: invoke{status}", START, REPORT).status == "success"
    )


def test_the_fields_of_an_init_report_may_come_in_any_order() -> None:
    again = "INIT_REPORT Status: error\tError Type: Runtime.ExitError\tPhase: invoke\tInit Duration: 80.49 ms"
    assert told(again, START, END, REPORT).error_type == "Runtime.ExitError"


def test_an_init_that_fails_fails_the_next_request_alone() -> None:
    second = (f"START RequestId: {B} Version: 7", f"END RequestId: {B}", text_report(request=B))
    found = heard(IMPORT, FAILED_AGAIN, START, END, REPORT, *second).all()
    assert [each.status for each in found] == ["error", "success"]


def test_an_init_after_a_request_ended_is_the_next_ones() -> None:
    second = (f"START RequestId: {B} Version: 7", f"END RequestId: {B}", text_report(request=B))
    found = heard(START, END, REPORT, IMPORT, FAILED_AGAIN, *second).all()
    assert [each.status for each in found] == ["success", "error"]


def test_an_init_that_failed_a_request_that_was_let_go_fails_no_other() -> None:
    invocations = Invocations(limit=1)
    messages = (IMPORT, FAILED_AGAIN, START, END, f"START RequestId: {B} Version: 7", text_report(request=B))
    for number, message in enumerate(messages):
        invocations.add([event(1_000 + number, message)])
    assert [(each.request_id, each.status) for each in invocations.all()] == [(B, "success")]


def test_an_init_of_another_stream_fails_nothing() -> None:
    invocations = heard(START, END, REPORT)
    invocations.add([event(900, IMPORT, stream="other"), event(901, FAILED_AGAIN, stream="other")])
    assert [each.status for each in invocations.all()] == ["success"]


def test_a_node_init_that_fails_again_names_the_error_to_the_request() -> None:
    error = json.dumps({"errorType": "Runtime.UserCodeSyntaxError", "errorMessage": "Unexpected end of input"})
    thrown = f"2025-02-10T07:37:11.523Z\tundefined\tERROR\tUncaught Exception \t{error}"
    assert told(thrown, FAILED_AGAIN, START, END, REPORT).error_message == "Unexpected end of input"


@pytest.mark.parametrize(
    ("phase", "status", "expected"),
    [("invoke", "error", "error"), ("invoke", "success", "running"), ("init", "error", "running")],
)
def test_an_init_record_fails_the_request_where_the_init_was_run_again(phase: str, status: str, expected: str) -> None:
    init = record("platform.initReport", phase=phase, status=status, errorType="Runtime.ExitError")
    assert told(init, record("platform.start", requestId=A)).status == expected


@pytest.mark.parametrize(
    "messages",
    [
        (IMPORT, FAILED_AGAIN, START, END, REPORT, f"START RequestId: {B}"),
        (f"START RequestId: {B}", f"END RequestId: {B}", IMPORT, FAILED_AGAIN, START, END),
        (START, JAVA, END, IMPORT, f"START RequestId: {B}", FAILED_AGAIN),
    ],
)
def test_the_order_of_arrival_changes_nothing_in_what_failed(messages: tuple[str, ...]) -> None:
    events = [event(1_000 + 2 * number, message) for number, message in enumerate(messages)]
    expected = Invocations()
    expected.add(events)
    for order in itertools.permutations(events):
        one_by_one = Invocations()
        for each in order:
            one_by_one.add([each])
        assert one_by_one.all() == expected.all()
