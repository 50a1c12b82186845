"""The lines of one request, found among those of others."""

from __future__ import annotations

import json

import pytest

from lambdatui.insight.request_lines import lines_of
from lambdatui.models.log import LogEvent, LogSource

ORDERS = LogSource(function="orders", group="/aws/lambda/orders")
A, B = "8f5e2c1a-0000-4000-8000-00000000000a", "8f5e2c1a-0000-4000-8000-00000000000b"
INIT = "INIT_START Runtime Version: python:3.12.v27\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:0"
JSON_INIT = json.dumps({"time": "", "type": "platform.initStart", "record": {"phase": "init"}})


def event(message: str, *, at_ms: int = 0, stream: str = "one") -> LogEvent:
    return LogEvent(at_ms, at_ms, 0, ORDERS, stream, message)


def start(request: str = A) -> str:
    return f"START RequestId: {request} Version: 7\n"


def end(request: str = A) -> str:
    return f"END RequestId: {request}\n"


def report(request: str = A) -> str:
    return f"REPORT RequestId: {request}\tDuration: 3.10 ms\t\n"


def logged(request: str, text: str = "hello") -> str:
    return f"[INFO]\t2025-08-31T22:12:58.534Z\t{request}\t{text}\n"


def record(kind: str, request: str) -> str:
    return json.dumps(
        {"time": "2026-10-08T06:53:49.256Z", "type": f"platform.{kind}", "record": {"requestId": request}}
    )


def found(*messages: str) -> list[str]:
    """The lines of A, of one stream's messages."""
    return [each.message for each in lines_of(A, map(event, messages))]


def test_what_is_said_between_start_and_end_is_the_requests() -> None:
    lines = (start(), "working", logged(A), "\tat Foo.java:3", end(), report())
    assert found("before", *lines, "after") == list(lines)


def test_the_lines_of_another_request_of_the_stream_are_not() -> None:
    other = (start(B), "its work", logged(B), end(B), report(B))
    assert found(*other, start(), "mine", end(), report(), *other) == [start(), "mine", end(), report()]


def test_a_line_that_names_another_request_is_that_ones_even_in_the_midst() -> None:
    assert found(start(), logged(B, "late"), end()) == [start(), end()]


def test_a_line_with_the_id_anywhere_is_the_requests_in_every_stream() -> None:
    events = [event(start()), event(f"calling on behalf of {A}", stream="two"), event("else", stream="two")]
    assert lines_of(A, events) == events[:2]


def test_the_next_start_ends_a_request_whose_end_is_missing() -> None:
    assert found(start(), "mine", start(B), "its own", end(B)) == [start(), "mine"]


def test_a_report_ends_a_request_whose_end_is_missing() -> None:
    assert found(start(), "mine", report(), "after") == [start(), "mine", report()]


def test_a_running_request_has_all_that_came_since_its_start() -> None:
    assert found(start(), "one", "two") == [start(), "one", "two"]


def test_a_request_tried_again_has_the_lines_of_both_times() -> None:
    lines = [start(), "first", end(), start(), "again", end()]
    assert found(*lines[:3], "between", *lines[3:]) == lines


def test_streams_do_not_mix() -> None:
    events = [event(start()), event("foreign", stream="two"), event("mine"), event(end())]
    assert lines_of(A, events) == [events[0], *events[2:]]


def test_events_of_one_millisecond_stay_as_they_came() -> None:
    lines = [start(), "b", "a", end(), report()]
    assert found(*lines) == lines


def test_events_of_several_streams_stay_as_they_came() -> None:
    events = [event(start(), at_ms=1), event(logged(A), at_ms=2, stream="two"), event("mine", at_ms=3)]
    assert lines_of(A, iter(events)) == events


def test_one_event_may_hold_the_start_and_the_end() -> None:
    whole = start() + "working\n" + end() + report()
    assert found(whole, "after") == [whole]


@pytest.mark.parametrize("init", [INIT, "RESTORE_START Runtime Version: java:21.v1", JSON_INIT])
def test_a_cold_start_begins_with_its_init(init: str) -> None:
    lines = [init, "importing", start(), end()]
    assert found("before", *lines) == lines


def test_an_init_that_failed_and_was_run_again_is_all_of_it() -> None:
    failed = "[ERROR] Runtime.ImportModuleError: no\nTraceback (most recent call last):"
    lines = [INIT, failed, "INIT_REPORT Phase: init", failed, "INIT_REPORT Phase: invoke", start(), end(), report()]
    assert found(*lines) == lines


def test_the_init_is_the_first_requests_alone() -> None:
    assert found(INIT, start(B), end(B), start(), end()) == [start(), end()]


def test_an_init_inside_another_request_is_that_ones() -> None:
    assert found(start(B), INIT, "again", end(B), start(), end()) == [start(), end()]


def test_a_json_stream_of_one_request_at_a_time_is_like_a_text_stream() -> None:
    lines = [record("start", A), "printed", '{"level": "INFO"}', record("runtimeDone", A), record("report", A)]
    other = [record("start", B), "its own", record("runtimeDone", B), record("report", B)]
    assert found(*other, *lines, *other) == lines


def test_a_start_after_the_runtime_was_done_is_not_at_once_with_it() -> None:
    lines = [record("start", A), "printed", record("runtimeDone", A)]
    assert found(*lines, record("start", B), "its own") == lines


def test_what_an_environment_of_several_requests_at_once_prints_is_nobodys() -> None:
    mine = json.dumps({"level": "INFO", "requestId": A})
    lines = [record("start", A), "whose", record("start", B), "whose", mine, record("report", A), "whose"]
    assert found(*lines) == [lines[0], mine, lines[5]]


def test_a_request_that_started_while_another_ran_has_its_named_lines_alone() -> None:
    lines = [record("start", B), record("start", A), "whose", record("report", B), "whose", record("report", A)]
    assert found(*lines) == [lines[1], lines[5]]


def test_a_request_id_of_a_service_in_the_functions_own_json_names_no_other_request() -> None:
    line = json.dumps({"msg": "stored", "requestId": "S3EXAMPLE"})
    assert found(start(), line, end()) == [start(), line, end()]


def test_a_request_of_the_same_environment_in_json_is_another() -> None:
    line = json.dumps({"msg": "late", "requestId": B})
    assert found(start(B), end(B), start(), line, end()) == [start(), end()]


def test_a_request_that_nobody_names_has_no_lines() -> None:
    assert found(start(B), "hello", end(B)) == []


def test_malformed_lines_are_lines() -> None:
    lines = [start(), "{", '{"platform.', "", "\0\x1b[31m", '{"type": "platform.start", "record": null}', end()]
    assert found(*lines) == lines
