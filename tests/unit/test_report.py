"""Invocations made of log events: every rule of facts 5.2 and every record of 5.3."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterable

import pytest

from lambdatui.insight.report import Invocations, hides_reports, near_memory, near_timeout
from lambdatui.models.invocation import Invocation
from lambdatui.models.log import LogEvent, LogSource

ORDERS = LogSource(function="orders", group="/aws/lambda/orders")
STREAM = "2026/11/20/[7]0123456789abcdef0123456789abcdef"
A, B = "8f5e2c1a-0000-4000-8000-00000000000a", "8f5e2c1a-0000-4000-8000-00000000000b"
XRAY = "\nXRAY TraceId: 1-6a507b87-0cc4438344b48ef127ab1931\tSegmentId: d0025b207c551fde\tSampled: true\t\n"


def event(at_ms: int, message: str, *, stream: str = STREAM, source: LogSource = ORDERS) -> LogEvent:
    return LogEvent(at_ms, at_ms + 5, 0, source, stream, message)


def text_report(*fields: str, request: str = A) -> str:
    head = (f"REPORT RequestId: {request}", "Duration: 3.10 ms", "Billed Duration: 546 ms", "Memory Size: 2048 MB")
    return "\t".join((*head, "Max Memory Used: 95 MB", *fields, "\n"))


def record(kind: str, **fields: object) -> str:
    return json.dumps({"time": "2026-11-20T10:11:12.345Z", "type": kind, "record": fields})


def told(*messages: str, request: str = A) -> Invocation:
    """The invocation that messages tell of, a millisecond apart."""
    invocation = heard(*messages).get(request)
    assert invocation is not None
    return invocation


def heard(*messages: str) -> Invocations:
    invocations = Invocations()
    invocations.add(event(1_000 + number, message) for number, message in enumerate(messages))
    return invocations


START, END, REPORT = f"START RequestId: {A} Version: 7\n", f"END RequestId: {A}\n", text_report()
TRACEBACK = "[ERROR] KeyError: 'amount'\nTraceback (most recent call last):\n  File \"/var/task/app.py\", line 3\n"


# --- facts 5.2


def test_start_end_and_report_make_one_success() -> None:
    found = told(START, END, text_report("Init Duration: 542.01 ms", XRAY))
    assert found == Invocation(
        request_id=A,
        function="orders",
        version="7",
        stream=STREAM,
        started_ms=1_000,
        ended_ms=1_001,
        duration_ms=3.10,
        billed_ms=546,
        memory_mb=2048,
        used_mb=95,
        init_ms=542.01,
        status="success",
        trace_id="1-6a507b87-0cc4438344b48ef127ab1931",
    )


@pytest.mark.parametrize("separator", ["\t", " ", "\t\t"])
def test_rule_1_fields_are_found_in_any_order_and_spacing(separator: str) -> None:
    fields = ("Init Duration: 5 ms", "Billed Duration: 9 ms", "Duration: 4 ms", "Restore Duration: 2 ms")
    found = told(separator.join((f"REPORT RequestId: {A}", *fields)))
    assert (found.duration_ms, found.billed_ms, found.init_ms, found.restore_ms) == (4, 9, 5, 2)


@pytest.mark.parametrize("other", ["Billed Duration", "Init Duration", "Restore Duration", "Billed Restore Duration"])
def test_rule_1_duration_is_not_read_from_another_duration(other: str) -> None:
    assert told(f"REPORT RequestId: {A}\t{other}: 12 ms\t").duration_ms is None


def test_rule_1_a_report_with_nothing_but_its_id_is_read() -> None:
    assert told(f"REPORT RequestId: {A}").status == "success"


def test_rule_2_billed_duration_is_taken_as_it_is() -> None:
    restored = text_report("Restore Duration: 511.25 ms", "Billed Restore Duration: 303 ms")
    assert told(restored).billed_ms == 546


def test_rule_3_a_suppressed_init_leaves_a_long_duration_and_no_cold_start() -> None:
    found = told(START, f"REPORT RequestId: {A}\tDuration: 9000.00 ms\tBilled Duration: 9000 ms\t")
    assert (found.duration_ms, found.cold) == (9000, False)


def test_rule_4_a_timeout_of_the_new_style_is_only_a_status() -> None:
    assert told(START, END, text_report("Status: timeout")).status == "timeout"


def test_rule_4_a_timeout_of_the_old_style_is_a_line_of_its_own() -> None:
    found = told(START, END, REPORT, f"2024-03-04T17:22:38.033Z {A} Task timed out after 3.00 seconds\n\n")
    assert (found.status, found.error_message) == ("timeout", "Task timed out after 3.00 seconds")


def test_rule_4_a_crash_is_a_status_with_an_error_type() -> None:
    found = told(START, END, text_report("Init Duration: 293.05 ms", "Status: error", "Error Type: Runtime.ExitError"))
    assert (found.status, found.error_type, found.cold) == ("error", "Runtime.ExitError", True)


def test_rule_5_out_of_memory_of_the_new_style_is_an_error_type() -> None:
    assert told(text_report("Status: error", "Error Type: Runtime.OutOfMemory")).status == "out of memory"


def test_rule_5_out_of_memory_of_the_old_style_is_a_killed_process() -> None:
    line = f"RequestId: {A} Error: Runtime exited with error: signal: killed\nRuntime.ExitError\n"
    found = told(START, END, REPORT, line)
    assert (found.status, found.error_type) == ("out of memory", "Runtime.ExitError")


def test_rule_5_a_crash_with_memory_full_to_one_mb_is_out_of_memory() -> None:
    line = f"REPORT RequestId: {A}\tMemory Size: 1024 MB\tMax Memory Used: 1023 MB\tStatus: error"
    assert told(line).status == "out of memory"


def test_rule_5_full_memory_alone_is_no_failure() -> None:
    line = f"REPORT RequestId: {A}\tMemory Size: 1024 MB\tMax Memory Used: 1024 MB\t"
    assert told(line).status == "success"


def test_rule_5_an_exception_in_an_environment_of_full_memory_is_an_error() -> None:
    line = f"REPORT RequestId: {A}\tMemory Size: 1024 MB\tMax Memory Used: 1024 MB\t"
    assert told(START, TRACEBACK, END, line).status == "error"


def test_a_runtime_that_exits_without_a_reason_is_an_error() -> None:
    found = told(START, f"RequestId: {A} Error: Runtime exited without providing a reason\nRuntime.ExitError", REPORT)
    assert (found.status, found.error_message) == ("error", "Runtime exited without providing a reason")


@pytest.mark.parametrize(
    "line",
    [
        "INIT_REPORT Init Duration: 9999.50 ms\tPhase: init\tStatus: timeout",
        "INIT_REPORT Init Duration: 87.28 ms\tPhase: init",
        "RESTORE_REPORT Restore Duration: 1236.04 ms\tStatus: timeout",
        "INIT_START Runtime Version: python:3.12.v27\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:0",
        "EXTENSION Name: x State: Ready Events: [INVOKE,SHUTDOWN]",
        "[WARNING]\t2026-04-24T17:39:52.887Z\t\tLAMBDA_WARNING: ...",
    ],
)
def test_rule_6_a_line_of_the_environment_alone_makes_no_invocation_and_fails_none(line: str) -> None:
    assert heard(line).all() == []
    found = told(START, line, END, REPORT)
    assert (found.status, found.init_ms, found.restore_ms) == ("success", None, None)


def test_rule_6_an_init_that_fails_inside_an_invocation_names_its_error() -> None:
    init = "INIT_REPORT Init Duration: 87.28 ms\tPhase: invoke\tStatus: error\tError Type: Runtime.ImportModuleError"
    assert told(START, init, END, text_report("Status: error")).error_type == "Runtime.ImportModuleError"


@pytest.mark.parametrize("field", ["Init Duration: 5 ms", "Restore Duration: 5 ms"])
def test_rule_7_an_init_or_a_restore_is_a_cold_start(field: str) -> None:
    assert told(text_report(field)).cold


def test_rule_7_a_report_of_neither_is_no_cold_start() -> None:
    assert not told(REPORT).cold


def test_rule_8_one_event_may_hold_several_lines() -> None:
    found = told(START + "working\n" + END + text_report("Status: timeout") + "\n\n")
    assert (found.version, found.status) == ("7", "timeout")


def test_whole_milliseconds_and_no_init_are_enough() -> None:
    found = told(f"REPORT RequestId: {A}\tDuration: 12 ms\tBilled Duration: 12 ms\tMemory Size: 128 MB\t")
    assert (found.duration_ms, found.billed_ms, found.used_mb) == (12, 12, None)


# --- facts 5.3


def test_a_platform_start_is_a_start() -> None:
    found = told(record("platform.start", requestId=A, version="$LATEST", functionArn="arn:aws:lambda:x"))
    assert (found.status, found.version, found.started_ms) == ("running", "$LATEST", 1_000)


def test_a_platform_report_is_a_report() -> None:
    metrics = {
        "durationMs": 3923.569,
        "billedDurationMs": 4069,
        "memorySizeMB": 256,
        "maxMemoryUsedMB": 118,
        "initDurationMs": 145.399,
        "restoreDurationMs": 7.5,
    }
    tracing = {"type": "X-Amzn-Trace-Id", "value": "Root=1-6a507b87-0cc4438344b48ef127ab1931;Parent=1;Sampled=1"}
    found = told(record("platform.report", requestId=A, metrics=metrics, status="success", tracing=tracing))
    assert (found.duration_ms, found.billed_ms, found.memory_mb, found.used_mb) == (3923.569, 4069, 256, 118)
    assert (found.init_ms, found.restore_ms, found.status) == (145.399, 7.5, "success")
    assert found.trace_id == "1-6a507b87-0cc4438344b48ef127ab1931"


@pytest.mark.parametrize(
    ("word", "status"), [("success", "success"), ("failure", "error"), ("error", "error"), ("timeout", "timeout")]
)
def test_the_status_of_a_platform_report_is_read(word: str, status: str) -> None:
    assert told(record("platform.report", requestId=A, status=word)).status == status


def test_a_platform_runtime_done_tells_how_it_went_before_the_report_does() -> None:
    start = record("platform.start", requestId=A)
    done = record("platform.runtimeDone", requestId=A, status="error", errorType="E", metrics={"durationMs": 9.5})
    found = told(start, done)
    assert (found.status, found.error_type, found.duration_ms, found.ended_ms) == ("error", "E", 9.5, 1_001)


@pytest.mark.parametrize(
    "kind",
    [
        "initStart",
        "initRuntimeDone",
        "initReport",
        "restoreStart",
        "restoreRuntimeDone",
        "restoreReport",
        "extension",
        "telemetrySubscription",
        "logsDropped",
        "somethingNew",
    ],
)
def test_a_record_of_the_environment_alone_makes_no_invocation_and_fails_none(kind: str) -> None:
    line = record(f"platform.{kind}", phase="init", status="error", metrics={"durationMs": 1}, functionVersion="7")
    assert heard(line).all() == []
    assert told(START, line, REPORT).status == "success"


def test_an_error_in_a_json_log_names_the_failure() -> None:
    error = {"timestamp": "", "level": "ERROR", "requestId": A, "errorType": "KeyError", "errorMessage": "'a'\nmore"}
    found = told(json.dumps(error), record("platform.report", requestId=A, status="error"))
    assert (found.error_type, found.error_message) == ("KeyError", "'a'")


@pytest.mark.parametrize("key", ["requestId", "AWSRequestId", "function_request_id"])
def test_the_request_id_of_a_json_log_goes_by_several_names(key: str) -> None:
    error = {"level": "ERROR", key: A, "errorType": "KeyError", "errorMessage": "'a'"}
    assert told(json.dumps(error), record("platform.report", requestId=A, status="error")).error_type == "KeyError"


def test_a_handled_error_in_a_json_log_fails_nothing() -> None:
    error = {"level": "ERROR", "requestId": A, "errorType": "KeyError", "errorMessage": "'a'"}
    found = told(START, json.dumps(error), REPORT)
    assert (found.status, found.error_type) == ("success", None)


def test_an_application_line_alone_makes_no_invocation() -> None:
    assert heard(json.dumps({"level": "INFO", "requestId": A, "message": "hi"})).all() == []


@pytest.mark.parametrize(
    "line",
    [
        "{",
        '{"type": "platform.report", "record": {"requestId": "x"',
        '{"type": "platform.report", "record": null}',
        '{"type": ["platform.report"], "record": {"requestId": "x"}}',
        '{"type": "platform.report", "record": {"requestId": 7, "metrics": []}}',
        '{"requestId": ["x"], "errorType": 3}',
        '{"a":' * 60_000 + '"platform.report"',
        "REPORT RequestId:",
        "START RequestId: ",
        "",
        "\0\x1b[31m{",
    ],
)
def test_a_malformed_line_is_no_record(line: str) -> None:
    assert heard(line).all() == []


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-1", "true", '"x"', "null", "{}", "1e999"])
def test_a_figure_that_is_none_is_not_known(number: str) -> None:
    report = '{"type":"platform.report","record":{"requestId":"%s","metrics":{"durationMs":%s,"memorySizeMB":128}}}'
    found = told(report % (A, number))
    assert (found.memory_mb, found.duration_ms) == (128, None)


# --- facts 5.4


def test_a_python_traceback_fails_the_request_that_its_stream_was_busy_with() -> None:
    found = told(START, TRACEBACK, END, REPORT)
    assert (found.status, found.error_type, found.error_message) == ("error", "KeyError", "'amount'")


def test_a_python_traceback_of_another_stream_fails_nothing() -> None:
    invocations = heard(START, END, REPORT)
    invocations.add([event(1_001, TRACEBACK, stream="2026/11/20/[7]other")])
    assert [found.status for found in invocations.all()] == ["success"]


def test_a_python_traceback_between_requests_fails_nothing() -> None:
    assert told(START, END, REPORT, TRACEBACK).status == "success"


def test_a_traceback_in_the_millisecond_between_two_requests_goes_to_the_first() -> None:
    invocations = Invocations()
    second = f"START RequestId: {B} Version: 7"
    invocations.add([event(1, START), event(5, TRACEBACK), event(5, END), event(5, second)])
    assert [found.status for found in invocations.all()] == ["error", "running"]


def test_a_python_error_that_the_function_prints_itself_fails_nothing() -> None:
    assert told(START, "[ERROR] card: declined", REPORT).status == "success"


def test_a_python_import_error_needs_no_traceback() -> None:
    line = "[ERROR] Runtime.ImportModuleError: Unable to import module 'app': No module named 'x'"
    assert told(START, line, REPORT).error_type == "Runtime.ImportModuleError"


@pytest.mark.parametrize("words", ["Invoke Error", "Uncaught Exception"])
def test_a_node_error_fails_its_request(words: str) -> None:
    error = json.dumps({"errorType": "TypeError", "errorMessage": "x is not a function", "stack": ["a", "b"]})
    found = told(START, f"2025-01-01T00:00:00.000Z\t{A}\tERROR\t{words} \t{error}\n", REPORT)
    assert (found.status, found.error_type, found.error_message) == ("error", "TypeError", "x is not a function")


def test_a_node_error_without_a_request_yet_goes_by_its_stream() -> None:
    error = json.dumps({"errorType": "Runtime.ImportModuleError", "errorMessage": "no"})
    invocations = heard(START, f"2025-01-01T00:00:00.000Z\tundefined\tERROR\tUncaught Exception \t{error}", REPORT)
    assert [(found.request_id, found.error_type) for found in invocations.all()] == [(A, "Runtime.ImportModuleError")]


@pytest.mark.parametrize("head", ["", "Error raised from handler method\n"])
def test_an_error_that_a_runtime_prints_as_json_goes_by_its_stream(head: str) -> None:
    error = json.dumps({"errorType": "errorString", "errorMessage": "no such order"})
    assert told(START, head + error, REPORT).error_message == "no such order"


# --- putting together


@pytest.mark.parametrize(
    "messages",
    [
        (START, TRACEBACK, END, text_report("Init Duration: 1 ms"), f"START RequestId: {B} Version: 8"),
        (START, END, text_report("Status: timeout"), START, TRACEBACK, END),
        (f"START RequestId: {B}", f"END RequestId: {B}", TRACEBACK, START, TRACEBACK, END),
        (record("platform.start", requestId=A), '{"errorType":"E","errorMessage":"m"}', END, REPORT, REPORT),
    ],
)
def test_the_order_of_arrival_changes_nothing(messages: Iterable[str]) -> None:
    events = [event(1_000 + 2 * number, message) for number, message in enumerate(messages)]
    expected = Invocations()
    expected.add(events)
    for order in itertools.permutations(events):
        one_by_one = Invocations()
        for each in (*order, order[0]):
            one_by_one.add([each])
        assert one_by_one.all() == expected.all()


def test_many_requests_on_many_streams_come_out_the_same_in_any_order() -> None:
    events = []
    for number in range(600):
        request, at = f"{number:08x}-0000-4000-8000-000000000000", number * 10
        stream = f"2026/11/20/[{number % 3}]{number % 7}"
        lines = [f"START RequestId: {request}", TRACEBACK, f"END RequestId: {request}", text_report(request=request)]
        chosen = lines if number % 2 else [lines[0], *lines[2:]]
        events += [event(at + i, line, stream=stream) for i, line in enumerate(chosen)]
    expected = Invocations()
    expected.add(events)
    assert [found.status for found in expected.all()] == ["success", "error"] * 300
    shuffled = random.Random(4).sample(events, len(events))
    invocations = Invocations()
    for start in range(0, len(shuffled), 50):
        invocations.add(shuffled[start : start + 50])
    assert invocations.all() == expected.all()


def test_a_start_without_a_report_is_running_and_has_an_age() -> None:
    found = told(START)
    assert (found.status, found.age_ms(4_500)) == ("running", 3_500)


def test_an_ended_invocation_has_no_age() -> None:
    assert told(START, END, REPORT).age_ms(4_500) is None


def test_an_end_without_a_report_is_not_known_to_be_a_success() -> None:
    assert told(START, END).status == "unknown"


def test_a_report_alone_tells_when_it_started() -> None:
    invocations = Invocations()
    invocations.add([event(5_000, f"REPORT RequestId: {A}\tDuration: 1200.00 ms\t")])
    assert [(found.started_ms, found.ended_ms) for found in invocations.all()] == [(3_800, 5_000)]


def test_the_version_is_in_the_name_of_the_stream_where_no_start_came() -> None:
    assert told(REPORT).version == "7"


def test_a_request_that_is_tried_again_is_running_again() -> None:
    found = told(START, TRACEBACK, END, REPORT, START)
    assert (found.status, found.duration_ms, found.error_type) == ("running", None, None)


def test_a_request_is_found_in_every_stream_that_names_it() -> None:
    invocations = heard(START, REPORT)
    line = f"[INFO]\t2025-08-31T22:12:58.534Z\t{A}\thello"
    assert invocations.add([event(2_000, line, stream="other")]) == set()
    assert invocations.streams_of(A) == {(ORDERS, STREAM), (ORDERS, "other")}


def test_a_request_that_nobody_named_is_in_no_stream() -> None:
    assert Invocations().streams_of(A) == frozenset()


def test_functions_of_a_shared_group_are_told_apart() -> None:
    invocations = Invocations()
    shared = [LogSource(function=name, group="shared") for name in ("one", "two")]
    invocations.add([event(1, START, source=shared[0], stream="s1")])
    invocations.add([event(2, f"START RequestId: {B}", source=shared[1], stream="s2")])
    assert [found.function for found in invocations.all()] == ["one", "two"]


def test_adding_tells_the_requests_that_changed_and_no_others() -> None:
    invocations = heard(START)
    assert invocations.add([event(1_005, END), event(1_006, "nothing")]) == {A}
    assert invocations.add([event(1_005, END)]) == set()


def test_an_error_that_comes_late_changes_its_request() -> None:
    invocations = heard(START, END, REPORT)
    assert invocations.add([event(1_000, TRACEBACK)]) == {A}


def test_the_newest_are_kept_and_the_others_counted() -> None:
    invocations = Invocations(limit=10)
    changed = set()
    for number in range(25):
        changed = invocations.add([event(number, f"START RequestId: r{number}")])
    assert [found.request_id for found in invocations.all()] == [f"r{number}" for number in range(15, 25)]
    assert (invocations.let_go, invocations.get("r0"), changed) == (15, None, {"r24", "r14"})


def test_errors_without_a_request_do_not_pile_up() -> None:
    invocations = Invocations(limit=10)
    invocations.add(event(number, TRACEBACK, stream=f"s{number}") for number in range(100))
    assert len(invocations._unplaced) == len(invocations._streams) == 10


def test_a_huge_line_is_read_and_its_message_cut() -> None:
    error = "[ERROR] ValueError: " + "x" * 300_000 + "\nTraceback (most recent call last):"
    assert len(told(START, error, REPORT).error_message or "") == 500


# --- what to look at


@pytest.mark.parametrize(("took", "near"), [("2399.00", False), ("2400.00", True), ("2999.00", True)])
def test_near_the_timeout_begins_at_four_fifths(took: str, near: bool) -> None:
    assert near_timeout(told(f"REPORT RequestId: {A}\tDuration: {took} ms"), 3_000) is near


def test_a_timeout_is_not_near_a_timeout() -> None:
    assert not near_timeout(told(f"REPORT RequestId: {A}\tDuration: 3000.00 ms\tStatus: timeout"), 3_000)


@pytest.mark.parametrize(("used", "near"), [(899, False), (900, True)])
def test_near_the_memory_begins_at_nine_tenths(used: int, near: bool) -> None:
    line = f"REPORT RequestId: {A}\tMemory Size: 1000 MB\tMax Memory Used: {used} MB"
    assert near_memory(told(line)) is near


def test_what_is_not_known_is_near_nothing() -> None:
    found = told(START)
    assert not near_timeout(found, 3_000)
    assert not near_memory(found)


@pytest.mark.parametrize(
    ("log_format", "level", "hides"),
    [
        ("JSON", "WARN", True),
        ("JSON", "INFO", False),
        ("JSON", None, False),
        ("Text", "WARN", False),
        (None, None, False),
    ],
)
def test_only_json_at_warn_hides_reports(log_format: str | None, level: str | None, hides: bool) -> None:
    assert hides_reports(log_format, level) is hides
