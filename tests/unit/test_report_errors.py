"""Errors that runtimes print without saying much of the request."""

from __future__ import annotations

import pytest

from tests.unit.test_report import END, REPORT, START, A, told

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
