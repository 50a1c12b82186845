"""The ready queries: what they say for text and JSON logs, and what their patterns find in Lambda's lines."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from lambdatui.insight.log_queries import COMMANDS, CONDITIONS, READY, VALUES, ReadyQuery, price_usd, query_for

FORMATS = [{"Text"}, {"JSON"}, {"Text", "JSON"}]
BY_ID = {ready.id: ready for ready in READY}


def pattern(command: str) -> re.Pattern[str]:
    """The pattern of a parse command, in Python's dialect."""
    text = COMMANDS[command]["Text"]
    return re.compile(text[text.index("/") + 1 : text.rindex("/")].replace("(?<", "(?P<"))


def found(command: str, message: str) -> str | None:
    """What a parse command finds in a message."""
    match = pattern(command).search(message)
    return match[match.lastgroup or 0] if match else None


def test_what_operators_ask_is_ready() -> None:
    assert list(BY_ID) == ["errors", "slowest", "cold-starts", "memory", "timeouts"]


@pytest.mark.parametrize("formats", FORMATS, ids=lambda formats: "+".join(sorted(formats)) or "unknown")
@pytest.mark.parametrize("ready", READY, ids=lambda ready: ready.id)
def test_every_word_is_put_into_aws_words(ready: ReadyQuery, formats: set[str]) -> None:
    assert not re.search(r"[{}]|\|\s*\||\|\s*$", query_for(ready, formats))


@pytest.mark.parametrize("ready", READY, ids=lambda ready: ready.id)
def test_text_logs_are_asked_for_discovered_fields_alone(ready: ReadyQuery) -> None:
    assert "record." not in query_for(ready, {"Text"})


@pytest.mark.parametrize("ready", READY, ids=lambda ready: ready.id)
def test_json_logs_are_asked_for_members_of_records_alone(ready: ReadyQuery) -> None:
    fields = set(re.findall(r"@\w+", query_for(ready, {"JSON"})))
    assert fields <= {"@timestamp", "@log", "@logStream"}


@pytest.mark.parametrize("ready", READY, ids=lambda ready: ready.id)
def test_a_query_of_both_formats_has_what_either_has(ready: ReadyQuery) -> None:
    both = query_for(ready, {"Text", "JSON"})
    named = {name for command in ready.commands for _, name, _, _ in Formatter().parse(command) if name}
    parts = [part for table in (CONDITIONS, COMMANDS) for name in named & table.keys() for part in table[name].values()]
    values = [value for name in named & VALUES.keys() for values in VALUES[name].values() for value in values]
    assert [part for part in parts + values if part not in both] == []


@pytest.mark.parametrize("ready", READY, ids=lambda ready: ready.id)
def test_a_format_that_is_not_known_is_taken_for_either(ready: ReadyQuery) -> None:
    assert query_for(ready, set()) == query_for(ready, {"Text", "JSON"})


def test_a_value_that_both_formats_have_is_taken_from_whichever_has_it() -> None:
    assert "coalesce(@duration, record.metrics.durationMs) as durationMs" in query_for(BY_ID["slowest"], set())


def test_a_report_of_either_format_will_do() -> None:
    assert query_for(BY_ID["memory"], set()).startswith('filter @type = "REPORT" or type = "platform.report"\n| fields')


def test_the_memory_of_text_logs_is_put_into_the_megabytes_of_json_logs() -> None:
    assert "coalesce(@memorySize / 1000000, record.metrics.memorySizeMB) as sizeMB" in query_for(BY_ID["memory"], set())


def test_nothing_but_a_limit_follows_dedup() -> None:
    assert query_for(BY_ID["timeouts"], set()).splitlines()[-1] == "| dedup request"


REPORT = (
    "REPORT RequestId: 1f\tDuration: 306.34 ms\tBilled Duration: 610 ms\tMemory Size: 128 MB\tMax Memory Used: 95 MB"
)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (f"{REPORT}\tStatus: error\tError Type: Runtime.ExitError\n", "Runtime.ExitError"),
        (f"{REPORT}\tInit Duration: 293.05 ms\tStatus: error\tError Type: Runtime.OutOfMemory", "Runtime.OutOfMemory"),
        (f"{REPORT}\tStatus: timeout\t\nXRAY TraceId: 1-6a\tSegmentId: d0\tSampled: true\t\n", "timeout"),
        (f"{REPORT}\t\n", None),
        ("[ERROR] KeyError: 'amount'\nTraceback (most recent call last):\n", "KeyError"),
        ("[ERROR] Runtime.ImportModuleError: Unable to import module 'app'", "Runtime.ImportModuleError"),
        ("[ERROR]\t2025-08-31T22:12:58.534Z\t1f\tthe payment was refused", None),
        ('2025-08-31T22:12:58.534Z\t1f\tERROR\tInvoke Error \t{"errorType":"TypeError","stack":[]}', "TypeError"),
        ('{"errorMessage": "no", "errorType": "Function<RuntimeError>"}', "Function<RuntimeError>"),
        ("the upstream answered\tStatus: 502", None),
    ],
)
def test_the_type_of_an_error_is_found_in_text(message: str, kind: str | None) -> None:
    assert found("parse_error", message) == kind


@pytest.mark.parametrize(
    "line",
    [
        f"{REPORT}\tRestore Duration: 511.25 ms\tBilled Restore Duration: 303 ms\t",
        f"{REPORT}\tBilled Restore Duration: 303 ms\tRestore Duration: 511.25 ms\t",
    ],
)
def test_the_restore_duration_is_not_taken_for_what_is_billed_of_it(line: str) -> None:
    assert found("parse_restore", line) == "511.25"


def test_a_start_without_a_snapshot_has_no_restore_duration() -> None:
    assert found("parse_restore", f"{REPORT}\tInit Duration: 542.01 ms\t") is None


def test_a_gigabyte_scanned_in_us_east_1_costs_half_a_cent() -> None:
    assert price_usd(10**9, "us-east-1") == pytest.approx(0.005)


def test_the_price_in_another_region_is_not_known() -> None:
    assert price_usd(10**9, "af-south-1") is None
