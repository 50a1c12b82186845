"""Reads what a log message says of a request: Lambda's system lines, text and JSON, and the errors that runtimes print.

Facts 5.2 to 5.4. Everything here takes the message as it came and raises nothing whatever it holds.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from lambdatui.models.invocation import Status

Fields = dict[str, Any]
"""Fields of `Invocation` by name; only such as are known."""
Said = tuple[str | None, str, Fields]
"""What a message says: the request id where it has one, the kind of the line, and the fields."""

MESSAGE_LIMIT = 500
"""Characters kept of an error's first line."""

# --- what a value looks like

_STATUS: Final[dict[str, Status]] = {"success": "success", "timeout": "timeout"}
"""Every other word (error, failure) is an error."""
_STATUS_OF_TYPE: Final[dict[str, Status]] = {"Runtime.OutOfMemory": "out of memory", "Sandbox.Timedout": "timeout"}
_TRACE = re.compile(r"\b1-[0-9a-f]+-[0-9a-f]+")


def _number(raw: object) -> float | None:
    try:
        value = float(raw) if isinstance(raw, str | int | float) and not isinstance(raw, bool) else math.nan
    except (ValueError, OverflowError):
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _whole(raw: object) -> int | None:
    value = _number(raw)
    return None if value is None else round(value)


def _text(raw: object) -> str | None:
    return raw.strip() or None if isinstance(raw, str) else None


def _first_line(raw: object) -> str | None:
    return raw.strip().partition("\n")[0].strip()[:MESSAGE_LIMIT] or None if isinstance(raw, str) else None


def _status(raw: object) -> Status | None:
    return _STATUS.get(raw.strip().lower(), "error") if isinstance(raw, str) and raw.strip() else None


def _trace(raw: object) -> str | None:
    found = _TRACE.search(raw) if isinstance(raw, str) else None
    return found and found[0]


_READ: Final[dict[str, Callable[[object], Any]]] = {
    "version": _text,
    "duration_ms": _number,
    "billed_ms": _whole,
    "memory_mb": _whole,
    "used_mb": _whole,
    "init_ms": _number,
    "restore_ms": _number,
    "status": _status,
    "error_type": _text,
    "error_message": _first_line,
    "trace_id": _trace,
}
_TEXT_FIELDS: Final = {
    "Duration": "duration_ms",
    "Billed Duration": "billed_ms",
    "Memory Size": "memory_mb",
    "Max Memory Used": "used_mb",
    "Init Duration": "init_ms",
    "Restore Duration": "restore_ms",
    "Status": "status",
    "Error Type": "error_type",
    "XRAY TraceId": "trace_id",
}
_JSON_FIELDS: Final = {
    "version": "version",
    "status": "status",
    "errorType": "error_type",
    "errorMessage": "error_message",
}
_JSON_METRICS: Final = {
    "durationMs": "duration_ms",
    "billedDurationMs": "billed_ms",
    "memorySizeMB": "memory_mb",
    "maxMemoryUsedMB": "used_mb",
    "initDurationMs": "init_ms",
    "restoreDurationMs": "restore_ms",
}


def _fields(raw: Iterable[tuple[str, object]]) -> Fields:
    """What is known of `raw`, read and cleaned; the type of an error tells a status, and a better one than `error`."""
    fields = {name: value for name, text in raw if (value := _READ[name](text)) is not None}
    if status := _STATUS_OF_TYPE.get(fields.get("error_type", "")):
        fields["status"] = status
    elif "signal: killed" in fields.get("error_message", ""):
        fields["status"] = "out of memory"
    return fields


def _named(names: Mapping[str, str], raw: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    return ((field_name, raw[name]) for name, field_name in names.items() if name in raw)


# --- text

_LABEL = re.compile(r"\b([A-Z]\w{0,20}(?: [A-Z]\w{0,20}){0,3}): (\S+)")
"""A label of up to four words and its value. Whole labels, so that Duration is not found in Billed Duration."""
_REPORT_LIMIT = 4096
"""Characters of a report that are read; Lambda's have a tenth of that."""


class Form(NamedTuple):
    """One form of a text line."""

    kind: str
    needle: str
    """Is in every message that has such a line: cheap to look for."""
    line: re.Pattern[str]
    """Groups: `id`, names of fields, `labels` (fields by label) and `json` (an error as JSON)."""
    implies: str | None = None
    """The status that the line tells by being there."""


_FORMS: Final = (
    Form(
        "start",
        "START RequestId: ",
        re.compile(r"^START RequestId: (?P<id>\S{1,64})(?: Version: (?P<version>\S+))?", re.M),
    ),
    Form("end", "END RequestId: ", re.compile(r"^END RequestId: (?P<id>\S{1,64})", re.M)),
    Form(
        "report",
        "REPORT RequestId: ",
        re.compile(r"^REPORT RequestId: (?P<id>\S{1,64})(?P<labels>[^\n]*(?:\nXRAY [^\n]*)?)", re.M),
    ),
    Form("init", "_REPORT ", re.compile(r"^(?:INIT|RESTORE)_REPORT (?P<labels>[^\n]*)", re.M)),
    Form(
        "rerun",
        "Phase: invoke",
        re.compile(r"^INIT_REPORT (?=[^\n]*\bStatus: (?!success))(?P<labels>[^\n]*\bPhase: invoke\b[^\n]*)", re.M),
    ),
    Form(
        "timeout",
        " Task timed out after ",
        re.compile(r"^\S{1,40} (?P<id>\S{1,64}) (?P<error_message>Task timed out after [\d.]+ seconds)", re.M),
        "timeout",
    ),
    Form(
        "exit",
        " Error: ",
        re.compile(
            r"^RequestId: (?P<id>\S{1,64}) Error: (?P<error_message>[^\n]+)(?:\n(?P<error_type>\w+\.\w+))?", re.M
        ),
        "error",
    ),
    Form(
        "thrown",
        "\nTraceback (",
        re.compile(r"\A\[ERROR\] (?P<error_type>[\w.]{1,200})(?:: (?P<error_message>[^\n]*))?\n"),
        "error",
    ),
    Form(
        "thrown",
        "[ERROR] Runtime.",
        re.compile(r"\A\[ERROR\] (?P<error_type>Runtime\.\w{1,200})(?:: (?P<error_message>[^\n]*))?"),
        "error",
    ),
    # Java's runtime puts the message and the class before the trace, which begins with the class and the message.
    Form(
        "thrown",
        "\n\tat ",
        re.compile(r"\A(?P<error_message>.+?): (?P<error_type>[\w.$]{1,200})\r?\n(?P=error_type)[:\r\n]", re.S),
        "error",
    ),
    # A trace of .NET ends where the exception was caught: here by the runtime, not by the function.
    Form(
        "thrown",
        " at Amazon.Lambda.RuntimeSupport.",
        re.compile(
            r"\A(?:\S{1,40}\t(?P<id>[^\t]{0,64})\tfail\t)?"
            r"(?P<error_type>[\w.+`]{1,200}): (?P<error_message>[^\n]*)\n"
        ),
        "error",
    ),
    Form(
        "thrown",
        "\tERROR\t",
        re.compile(
            r"\A\S{1,40}\t(?P<id>[^\t]{1,64})\tERROR\t"
            r"(?:Invoke Error|Uncaught Exception|Unhandled Promise Rejection)\s*(?P<json>\{.*)",
            re.S,
        ),
        "error",
    ),
    Form(
        "thrown",
        "Error raised from handler method",
        re.compile(r"\AError raised from handler method\s*(?P<json>\{.*)", re.S),
        "error",
    ),
)


def _said_in_text(message: str) -> Iterator[Said]:
    for form in _FORMS:
        if form.needle not in message:
            continue
        for found in form.line.finditer(message):
            groups = found.groupdict()
            raw = [(name, value) for name, value in groups.items() if name in _READ]
            if labels := groups.get("labels"):
                raw += _named(_TEXT_FIELDS, dict(_LABEL.findall(labels[:_REPORT_LIMIT])))
            if error := groups.get("json"):
                raw += _named(_JSON_FIELDS, _json_object(error))
            request = groups.get("id")
            # Before there is a request, Node.js writes "undefined" in its place and .NET nothing.
            yield None if request in {"", "undefined"} else request, form.kind, _with_status(_fields(raw), form.implies)


def _with_status(fields: Fields, implied: str | None) -> Fields:
    if implied and "status" not in fields:
        fields["status"] = implied
    return fields


# --- JSON

_RECORDS: Final = {
    "platform.start": "start",
    "platform.runtimeDone": "done",
    "platform.report": "report",
    "platform.initReport": "init",
    "platform.initRuntimeDone": "init",
    "platform.restoreReport": "init",
    "platform.restoreRuntimeDone": "init",
}
_REQUEST_KEYS: Final = ("requestId", "AWSRequestId", "awsRequestId", "function_request_id")
_LOGGER_KEYS: Final = frozenset({"level", "log_level", "timestamp"})
"""A logger writes them. An error without is printed by a runtime: it reached no handler of the function's own."""


def _json_object(text: str) -> dict[str, Any]:
    """The object that `text` is; an empty one where it is none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _said_in_json(message: str) -> Iterator[Said]:
    platform = '"platform.' in message
    error = '"errorType"' in message
    if not (platform or error or 'equestId"' in message or '_request_id"' in message):
        return
    record = _json_object(message)
    body = record.get("record")
    kind = _RECORDS.get(record["type"]) if isinstance(record.get("type"), str) else None
    if kind and isinstance(body, dict):
        metrics, tracing = body.get("metrics"), body.get("tracing")
        raw = list(_named(_JSON_FIELDS, body))
        raw += _named(_JSON_METRICS, metrics) if isinstance(metrics, dict) else ()
        raw += [("trace_id", tracing.get("value"))] if isinstance(tracing, dict) else ()
        fields = _fields(raw)
        if kind == "init" and body.get("phase") == "invoke" and fields.get("status", "success") != "success":
            kind = "rerun"
        yield _text(body.get("requestId")), kind, fields
        return
    request = next((name for key in _REQUEST_KEYS if (name := _text(record.get(key)))), None)
    fields = _fields(_named({"errorType": "error_type", "errorMessage": "error_message"}, record))
    if "error_type" not in fields:
        yield request, "line", {}
    elif _LOGGER_KEYS.isdisjoint(record):
        yield request, "thrown", _with_status(fields, "error")
    else:
        fields.pop("status", None)
        yield request, "logged", fields


_LOGGED_BY = re.compile(r"(?:\[\w{1,10}\]\t)?\S{1,40}Z\t([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\t")
"""How the loggers of Python, Node.js and .NET begin a line of a request (facts 5.4)."""


def said(message: str) -> Iterator[Said]:
    """What a message says, line by line: nothing where it says nothing of a request or of its environment."""
    if message.startswith("{"):
        yield from _said_in_json(message)
        return
    if found := _LOGGED_BY.match(message):
        yield found[1], "line", {}
    yield from _said_in_text(message)
