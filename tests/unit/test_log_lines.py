"""What is read out of a single log message, and which events continue the trace of the one before."""

from __future__ import annotations

import json
import random

import pytest

from lambdatui.insight.log_lines import Folded, Level, Traces, fold, level_of, unfold
from lambdatui.models.log import LogEvent, LogSource

ID = "3f1c2b1a-1111-2222-3333-444455556666"
AT = "2025-08-31T22:12:58.534Z"
REPORT = (
    f"REPORT RequestId: {ID}\tDuration: 3.10 ms\tBilled Duration: 4 ms\tMemory Size: 256 MB\tMax Memory Used: 95 MB"
)


def platform(kind: str, **record: object) -> str:
    return json.dumps({"time": AT, "type": f"platform.{kind}", "record": {"requestId": ID, **record}})


LEVELS: list[tuple[str, Level | None]] = [
    (f"[INFO]\t{AT}\t{ID}\tpaid", "info"),
    (f"[INFO]\t{AT}\t{ID}\tno ERROR here", "info"),
    (f"[WARNING]\t{AT}\t\tLAMBDA_WARNING: Unhandled exception", "warn"),
    ("[ERROR] KeyError: 'amount'\rTraceback (most recent call last):", "error"),
    ("INFO:root:paid", "info"),
    ("2025-01-01 12:00:00,123 - my.logger - CRITICAL - gone", "fatal"),
    (f"{AT}\t{ID}\tDEBUG\tpaid", "debug"),
    (f"{AT}\tundefined\tERROR\tUncaught Exception", "error"),
    (f'{AT}\t{ID}\tINFO\t{{"level":"error","message":"x"}}', "error"),
    (f"{AT}\t{ID}\tfail\tboom", "error"),
    (f"{AT}\t{ID}\tcrit\tboom", "fatal"),
    ("warn: Microsoft.Hosting[0]\n      slow", "warn"),
    (f"2025-01-01 12:00:00 {ID} ERROR Handler:12 - boom", "error"),
    ("12:00:00.123 [main] WARN  com.example.Pay - slow", "warn"),
    ("[main] INFO com.example.Pay - paid", "info"),
    ("2025-01-01T12:00:00.123Z TRACE 8 --- [main] c.e.Pay : in", "trace"),
    ("Jan 01, 2025 12:00:00 AM com.example.Pay pay\nSEVERE: boom", "error"),
    ("E, [2026-01-01T12:00:00.123456 #8] ERROR -- : boom", "error"),
    ("I, [2026-01-01T12:00:00.123456 #8]  INFO -- : paid", "info"),
    ('time=2025-01-01T00:00:00Z level=WARN msg="an ERROR ahead"', "warn"),
    ("2025/01/01 12:00:00 INFO paid", "info"),
    ("2025-01-01T12:00:00.000Z\tERROR\tpay/main.go:12\tboom", "error"),
    ("12:00PM INF paid", "info"),
    ("[12:00:00 FTL] gone", "fatal"),
    ("\x1b[2m2025-01-01T12:00:00.000000Z\x1b[0m \x1b[33m WARN\x1b[0m crate: slow", "warn"),
    ('{"level":"INFO","message":"no ERROR here"}', "info"),
    ('{"severity":"Warning"}', "warn"),
    ('{"lvl":"dbug"}', "debug"),
    ('{"log.level":"fatal"}', "fatal"),
    ('{"log":{"level":"error"}}', "error"),
    ('{"level":30,"msg":"paid"}', "info"),
    ('{"level":55,"msg":"boom"}', "error"),
    ('{"level":"ERROR+4","msg":"boom"}', "error"),
    ('{"level":400,"level_name":"ERROR","message":"boom"}', "error"),
    ('{"level":true}', None),
    ('{"errorMessage":"boom","errorType":"errorString"}', "error"),
    ('{"order":17}', None),
    (f"START RequestId: {ID} Version: $LATEST\n", "system"),
    (f"END RequestId: {ID}\n", "system"),
    ("INIT_START Runtime Version: python:3.12.v27\tRuntime Version ARN: arn", "system"),
    (f"{REPORT}\t\n", "system"),
    (f"{REPORT}\tStatus: timeout\n", "error"),
    (f"{REPORT}\tStatus: error\tError Type: Runtime.ExitError", "error"),
    ("INIT_REPORT Init Duration: 9999.50 ms\tPhase: init\tStatus: timeout", "error"),
    (platform("report", status="success", metrics={}), "system"),
    (platform("report", status="timeout", metrics={}), "error"),
    (platform("start", version="14"), "system"),
    (f"{AT} {ID} Task timed out after 3.00 seconds", "error"),
    (f"RequestId: {ID} Error: Runtime exited with error: signal: killed", "error"),
    ("Traceback (most recent call last):", "error"),
    ("java.lang.IllegalStateException: boom", "error"),
    ("panic: boom", "error"),
    ("Error raised from handler method", "error"),
    ("there was no ERROR at all", None),
    ("Error handling is on", None),
    ("Information is power", None),
    ("START the engine", None),
    ("LOGS are kept", None),
    ("x" * 400 + " ERROR boom", None),
    ("", None),
]


@pytest.mark.parametrize(("message", "level"), LEVELS)
def test_the_level_is_what_the_message_says_of_itself(message: str, level: Level | None) -> None:
    assert level_of(message) == level


FOLDED = [
    (f"[INFO]\t{AT}\t{ID}\tpaid\tin full\n", Folded("paid\tin full", 0)),
    (f"{AT}\t{ID}\tINFO\tpaid\nin full\n", Folded("paid", 1)),
    (f"{AT}\t{ID}\tinfo\tpaid", Folded("paid", 0)),
    (f"[INFO] {AT} {ID} paid", Folded(f"[INFO] {AT} {ID} paid", 0)),
    ("[ERROR] KeyError: 'x'\rTraceback:\r  File\r", Folded("[ERROR] KeyError: 'x'", 2)),
    ("\n \npaid\r\n", Folded("paid", 1)),
    ("", Folded("", 0)),
    (
        f'{{"level":"INFO","time":"{AT}","message":"paid","requestId":"{ID}","by":"card, late","n":1,"o":{{"a":[]}}}}',
        Folded('paid  by="card, late" n=1 o={"a":[]}', 10),
    ),
    ('{"level":"gold","msg":"one\\ntwo"}', Folded("one  level=gold", 4)),
    ('{"errorMessage":"boom","errorType":"Oops","n":null}', Folded("Oops: boom  n=null", 4)),
    ('{"level":"info"}', Folded('{"level":"info"}', 2)),
    ('{"half":', Folded('{"half":', 0)),
    (
        f'{AT}\t{ID}\tERROR\tInvoke Error \t{{"errorType":"Error","errorMessage":"boom"}}',
        Folded("Invoke Error  Error: boom", 4),
    ),
    (platform("start", version="14"), Folded("START version 14", 7)),
    (
        platform(
            "report",
            status="success",
            metrics={
                "durationMs": 3.1,
                "billedDurationMs": 4,
                "memorySizeMB": 256,
                "maxMemoryUsedMB": 118,
                "initDurationMs": 145.399,
            },
        ),
        Folded("REPORT 3.1 ms, billed 4 ms, 118 of 256 MB, init 145 ms, success", 14),
    ),
    (
        platform("initStart", initializationType="on-demand", phase="init", functionVersion="$LATEST"),
        Folded("INIT_START version $LATEST, on-demand, phase init", 9),
    ),
]


@pytest.mark.parametrize(("message", "folded"), FOLDED)
def test_a_message_folds_to_one_line(message: str, folded: Folded) -> None:
    assert fold(message) == folded


@pytest.mark.parametrize(
    ("message", "lines"),
    [
        ("a\nb\rc\r\nd\n", ["a", "b", "c", "d"]),
        ('{"z":"é","a":[1]}', ["{", '  "z": "é",', '  "a": [', "    1", "  ]", "}"]),
        ('{"stack":"E: x\\n\\tat f"}', ["{", '  "stack": "E: x', '    \tat f"', "}"]),
        ('{"path":"C:\\\\new"}', ["{", '  "path": "C:\\\\new"', "}"]),
        ('{"ends":"x\\n"}', ["{", '  "ends": "x\\n"', "}"]),
        (f'[INFO]\t{AT}\t{ID}\t{{"a":1}}', [f"[INFO]\t{AT}\t{ID}", "{", '  "a": 1', "}"]),
        ("", [""]),
    ],
)
def test_a_message_unfolds_to_its_lines(message: str, lines: list[str]) -> None:
    assert unfold(message) == lines


SOURCE = LogSource(function="orders", group="/aws/lambda/orders")


def event(message: str, stream: str = "one") -> LogEvent:
    return LogEvent(0, 0, 0, SOURCE, stream, message)


TRACES = {
    "python": [
        "Traceback (most recent call last):",
        '> File "/var/task/app.py", line 3, in handler',
        ">   pay(order)",
        ">KeyError: 'amount'",
        ">",
        ">During handling of the above exception, another exception occurred:",
        ">",
        ">Traceback (most recent call last):",
        '>  File "/var/task/app.py", line 5, in handler',
        ">app.Refused",
        "Traceback (most recent call last):",
    ],
    "a logged Python error": [
        f"[ERROR]\t{AT}\t{ID}\tfailed",
        ">Traceback (most recent call last):",
        ">  File",
        ">E: x",
    ],
    "java": [
        "2025-01-01 12:00:00 ERROR Pay - failed",
        ">java.lang.IllegalStateException: boom",
        ">\tat com.example.Pay.pay(Pay.java:12)",
        ">Caused by: java.io.IOException: gone",
        ">\tat com.example.Pay.send(Pay.java:20)",
        ">\t... 12 more",
        "java.lang.IllegalStateException: another",
        f"END RequestId: {ID}",
    ],
    "node": [
        f"{AT}\t{ID}\tERROR\tTypeError: x is not a function",
        ">    at handler (/var/task/index.js:1:2)",
        f"{AT}\t{ID}\tINFO\tpaid",
        "    at the door",
    ],
    ".net": [
        "Unhandled exception. System.Exception: boom",
        ">   at Pay.Handler() in /src/Pay.cs:line 3",
        ">   --- End of inner exception stack trace ---",
    ],
    "go": [
        "panic: boom",
        ">",
        ">goroutine 1 [running]:",
        ">main.handler(0x1)",
        ">\t/var/task/main.go:12 +0x1d",
        ">created by main.main",
        "next request",
    ],
    "an indented line after no error": ["paid", "  in full"],
    "an indented line after a failed REPORT": [f"{REPORT}\tStatus: error", "  in full"],
    "a whole trace in one event": [
        "[ERROR] E: x\rTraceback (most recent call last):\r  File\rE: x",
        "Traceback (most re",
    ],
    "an indented line after a JSON error": ['{"level":"error"}', "  in full"],
}
"""Lines of one stream; those after `>` continue a trace."""


@pytest.mark.parametrize("written", TRACES.values(), ids=TRACES.keys())
def test_the_lines_of_a_trace_are_grouped(written: list[str]) -> None:
    traces = Traces()
    assert [">" * traces.part(event(line.removeprefix(">"))) + line.removeprefix(">") for line in written] == written


def test_streams_do_not_mix_their_traces() -> None:
    traces = Traces()
    traces.part(event("java.lang.Error: boom"))
    assert not traces.part(event("\tat com.example.Pay", stream="two"))
    assert traces.part(event("\tat com.example.Pay"))


def test_the_stream_that_was_longest_silent_is_forgotten() -> None:
    traces = Traces()
    for number in range(Traces.STREAMS + 1):
        traces.part(event("java.lang.Error: boom", stream=str(number)))
    assert not traces.part(event("\tat com.example.Pay", stream="0"))
    assert traces.part(event("\tat com.example.Pay", stream="1"))


PIECES = (
    *("\0", "\u202e", "\r", "\n", "\t", " ", "\\", '"', "\\n", "\\u0000", "\ud800", "é", "漢", "\x1b[31m", "[", "]"),
    *("{", "}", '{"a":', '"level":', '"message":"x\\n",', "1e999", "NaN", "1" * 400, "null", "[1,", "x" * 5_000),
    *(
        '{"a\\n":"b\\n"}',
        '{"type":"platform.report","record":{"metrics":{"durationMs":Infinity}}}',
        "ERROR",
        "[INFO]\t",
    ),
    *(f"{AT}\t{ID}\tINFO\t", AT, ID, "REPORT RequestId: ", "Traceback (most recent call last):", "    at x", "{}", "²"),
)


def random_messages() -> list[str]:
    dice = random.Random(4)
    made = ["".join(dice.choices(PIECES, k=dice.randrange(12))) for _ in range(1_900)]
    values = [json.dumps({piece: [dice.choice(PIECES)], dice.choice(PIECES): piece}) for piece in PIECES]
    return [*made, *values, *(f"[INFO]\t{AT}\t{ID}\t{value}" for value in values), '{"a":' * 100_000, "x" * 300_000]


def test_whatever_a_message_holds_it_is_read_and_told_alike_folded_and_unfolded() -> None:
    traces = Traces()
    messages = random_messages()
    messages += ['{"a":' * depth + "1" + "}" * depth for depth in (100, 900, 20_000)]
    for message in messages:
        level_of(message)
        traces.part(event(message))
        folded, lines = fold(message), unfold(message)
        assert folded.more == len(lines) - 1, message[:200]
        assert not {"\n", "\r"} & set(folded.text), message[:200]
        assert all("\n" not in line for line in lines), message[:200]


def test_a_folded_report_names_its_request_by_the_beginning_of_its_id() -> None:
    report = "REPORT RequestId: 05a2b0c1-7d5e-4c3b-9a1f-0123456789ab\tDuration: 2.00 ms\tBilled Duration: 3 ms"
    assert fold(report).text == "REPORT 05a2b0c1\tDuration: 2.00 ms\tBilled Duration: 3 ms"
    assert unfold(report) == [report]
