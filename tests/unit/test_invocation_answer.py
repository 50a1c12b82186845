"""What came back from an invocation, read as the runtimes and Lambda write it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lambdatui.insight.invocation_answer import CAUSES, difference, failure_of, pretty, reported
from lambdatui.models.invocation_result import InvocationResult

REQUEST_ID = "5e2f0a52-0000-4000-8000-000000000001"
TEXT = (
    f"and the end of a line\nREPORT RequestId: {REQUEST_ID}\tDuration: 12.30 ms\tBilled Duration: 13 ms\t"
    "Memory Size: 128 MB\tMax Memory Used: 45 MB\tInit Duration: 120.00 ms\t\nXRAY TraceId: 1-5759e988-bd862e3f\t\n"
)
METRICS = {"durationMs": 12.3, "billedDurationMs": 13, "memorySizeMB": 128, "maxMemoryUsedMB": 45}
RECORD = {"type": "platform.report", "record": {"requestId": REQUEST_ID, "metrics": METRICS}}


def answered(tail: str) -> InvocationResult:
    return InvocationResult(status=200, log_tail=tail, request_id=REQUEST_ID, sent_ms=1, duration_ms=1.0)


@pytest.mark.parametrize("tail", [TEXT, f'lf a record"}}\n{json.dumps(RECORD)}\n'], ids=["text", "JSON"])
def test_the_report_is_read_from_a_tail_that_begins_anywhere(tail: str) -> None:
    told = reported(answered(tail), "orders")
    assert told is not None
    assert (told.duration_ms, told.billed_ms, told.memory_mb, told.used_mb) == (12.3, 13, 128, 45)


def test_the_report_of_another_request_is_not_taken_for_it() -> None:
    assert reported(answered(TEXT.replace(REQUEST_ID, "another")), "orders") is None


@pytest.mark.parametrize(
    ("payload", "trace"),
    [
        ({"stackTrace": ['  File "app.py", line 3\n    return 1\n']}, ('  File "app.py", line 3', "    return 1")),
        ({"trace": ["Error: no", "    at app.js:3"]}, ("Error: no", "    at app.js:3")),
        ({"stackTrace": [{"path": "main.go", "line": 7, "label": "run"}]}, ("main.go:7 run",)),
        ({"stackTrace": [["app.py", 3, "handler", "return 1"]]}, ("app.py 3 handler return 1",)),
        ({"stackTrace": "at A\nat B"}, ("at A", "at B")),
        (
            {"stackTrace": ["a.A"], "cause": {"errorType": "B", "errorMessage": "why", "stackTrace": ["b.B"]}},
            ("a.A", "caused by B: why", "b.B"),
        ),
        ({"stackTrace": None}, ()),
    ],
    ids=["Python", "Node.js", "Go", "old Python", "text", "Java", "none"],
)
def test_a_stack_trace_is_read_as_each_runtime_writes_it(payload: dict[str, Any], trace: tuple[str, ...]) -> None:
    failure = failure_of(json.dumps({"errorType": "E", "errorMessage": "m", **payload}))
    assert failure is not None
    assert (failure.type, failure.message, failure.trace) == ("E", "m", trace)


@pytest.mark.parametrize("payload", ["", "no JSON", "[1]", '{"message": "the function\'s own"}', "[" * 100_000])
def test_a_payload_that_tells_no_failure_is_no_failure(payload: str) -> None:
    assert failure_of(payload) is None


def test_causes_are_not_followed_for_ever() -> None:
    nested: dict[str, Any] = {"errorType": "E"}
    for _ in range(CAUSES * 3):
        nested = {"errorType": "E", "cause": nested}
    failure = failure_of(json.dumps(nested))
    assert failure is not None
    assert len(failure.trace) == CAUSES - 1


@pytest.mark.parametrize(
    ("payload", "shown"), [('{"a":[1]}', '{\n  "a": [\n    1\n  ]\n}'), ("<html>", "<html>"), ('"Gr\\u00fc"', '"Grü"')]
)
def test_json_is_laid_out_and_all_else_left_as_it_is(payload: str, shown: str) -> None:
    assert pretty(payload) == shown


def test_only_what_differs_is_told() -> None:
    assert difference(["a", "b"], ["a", "b"]) == ()
    assert difference(["a", "b"], ["a", "c"])[-2:] == ("-b", "+c")
