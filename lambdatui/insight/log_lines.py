"""What a single log message says: its level, its folded line, its unfolded lines, and whether it continues a trace.

Everything here takes the message as it came (facts 5.2 to 5.4), raises nothing whatever it holds, and does not make
it harmless for a terminal: who shows it must.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from lambdatui.models.log import LogEvent

Level = Literal["trace", "debug", "info", "warn", "error", "fatal", "system"]

Record = dict[str, Any]

_LOOKED_AT = 400
"""Characters of a text in which its level must stand, and of a line that tell whether it belongs to a trace."""
_JSON_LIMIT = 256 * 1024
"""Characters from which on a message is not read as JSON: no event of CloudWatch Logs was longer for years."""

_WORDS: dict[str, Level] = {
    **dict.fromkeys(("trace", "trce", "trc", "verbose", "vrb", "finest", "finer"), "trace"),
    **dict.fromkeys(("debug", "dbug", "dbg", "fine", "config"), "debug"),
    **dict.fromkeys(("info", "inf", "information", "informational", "notice"), "info"),
    **dict.fromkeys(("warn", "wrn", "warning"), "warn"),
    **dict.fromkeys(("error", "err", "fail", "severe"), "error"),
    **dict.fromkeys(("fatal", "ftl", "crit", "critical", "alert", "emerg", "emergency", "panic", "dpanic"), "fatal"),
}
"""What loggers call their levels, in lower case."""

_NUMBERS: dict[int, Level] = {10: "trace", 20: "debug", 30: "info", 40: "warn", 50: "error", 60: "fatal"}
"""The levels of pino and bunyan; one between two counts as the lower."""

_LEVEL_KEYS = (
    *("level_name", "levelname", "level", "severity", "lvl", "log.level", "logLevel", "LogLevel", "Level", "@l"),
    *("severityText", "severity_text"),
)
"""Where JSON loggers put the level; names before `level`, for Monolog's numbers are no levels of pino."""
_MESSAGE_KEYS = ("message", "msg", "@m", "@mt", "event")
_COLUMN_KEYS = frozenset(
    (
        *("timestamp", "time", "ts", "@timestamp", "@t", "Timestamp", "asctime", "datetime"),
        *("requestId", "AWSRequestId", "awsRequestId", "aws_request_id", "function_request_id"),
        "_aws",
    )
)
"""Keys that a folded record leaves out: columns show them, and `_aws` only tells which of the others are metrics."""

_ISO = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ANY_CASE = f"(?i:{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
_UPPER_CASE = _ANY_CASE.replace("(?i:", "(?:").upper()


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


_SYSTEM = _any_of(
    r"(?:START|END|REPORT) RequestId: ",
    r"(?:INIT_START|INIT_REPORT|RESTORE_START|RESTORE_REPORT) [A-Z]",
    r"(?:EXTENSION|TELEMETRY|LOGS)\s+Name: ",
    r"XRAY TraceId: ",
)
"""How the text lines of Lambda itself begin (facts 5.2)."""
_OF_REQUEST = re.compile(r"\A(START|END|REPORT) RequestId: ([0-9a-f]{8})-[-0-9a-f]{27}")
"""What a folded line says shorter: enough of a request id to tell it from its neighbours."""
_UNWELL = re.compile(r"\sStatus: (?!success)\w")

_EXCEPTION = re.compile(r"(?:[\w$]+\.)*[\w$]*(?:Error|Exception)(?::|\s*$|\s*[\r\n])")
_ERRORS = _any_of(
    r"Traceback \(most recent call last\)",
    rf"(?:{_ISO}\s+)?{_UUID}\s+Task timed out after ",
    rf"RequestId: {_UUID} (?:Error: |Process exited)",
    _EXCEPTION.pattern,
    r"(?:Exception in thread|Caused by:|Uncaught|Unhandled(?: [eE]xception| Promise)|Invoke Error) ?",
    r"Error raised from handler method",
    r"(?:panic|fatal error): ",
    r"goroutine \d+ \[",
    r"thread '[^']*' panicked at",
    r"\S+\.rb:\d+:in [`']",
)
"""How messages begin that nobody caught, of all runtimes."""

_TIME = (
    r"(?:\d{4}[-/]\d\d[-/]\d\d[T ])?\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,9})?"
    r" ?(?:Z|UTC|[AP]M|[+-]\d\d:?\d\d)?"
)
_LEVEL = rf"(?:\[({_ANY_CASE})\]|({_UPPER_CASE})(?=[\s:|\]\[]|$)|({_ANY_CASE})(?=\t|:))"
_FIELD = rf"(?:\[[^\]\n]{{0,80}}\]|{_UUID}|undefined|-(?: [\w.$]+ -)?)"
_PLACES = _any_of(
    # Python, Node, .NET, Java, zap, zerolog, Serilog, tracing: perhaps a time, perhaps a thread or an id, the level
    rf"\[?(?:{_TIME}\]?\s+)?(?:{_FIELD}\s+){{0,3}}{_LEVEL}",
    # Ruby: "E, [2026-11-20T10:00:00.000000 #8] ERROR -- : boom"
    rf"[DIWEFA], \[[^\]\n]*\]\s+({_UPPER_CASE})\b",
    # slog and logfmt: time=... level=INFO msg="..."
    rf"(?:[\w.]+=(?:\"[^\"\n]*\"|[^\s\"]*)\s+){{0,8}}?(?:level|lvl|severity)=\"?({_ANY_CASE})\b",
    # java.util.logging says it on its second line
    rf"[A-Z][a-z]{{2}} \d\d?, \d{{4}},? [\d:]+\s[AP]M [^\n]*\n({_UPPER_CASE}):",
)
"""Where in a text a level may stand: nowhere that prose would put the word."""
_COLOURS = re.compile(r"\x1b\[[\d;]*m")

_BOILERPLATE = _any_of(
    rf"\[{_ANY_CASE}\]\t{_ISO}\t(?:{_UUID})?\t",
    rf"{_ISO}\t(?:{_UUID}|undefined)?\t{_ANY_CASE}\t",
)
"""What the text format of Python, and that of Node and .NET, puts before what was logged (facts 5.4)."""
_NODE_FAULTS = frozenset(("", "Invoke Error", "Uncaught Exception", "Unhandled Promise Rejection"))
"""What Node's runtime says before the JSON of an error."""


def level_of(message: str) -> Level | None:
    """How grave a message says it is; None where it does not say.

    `system` is what Lambda itself says (START, END, REPORT, platform records) as long as all went well. Of a text only
    the beginning is looked at, and a level counts only where loggers put one, so that the word in prose says nothing.
    """
    record = _Parts.of(message).record
    if record is not None and (level := _level_of_record(record)):
        return level
    head = message[:_LOOKED_AT].lstrip()
    if "\x1b" in head:
        head = _COLOURS.sub("", head)
    if _SYSTEM.match(head):
        return "error" if _UNWELL.search(head) else "system"
    if _ERRORS.match(head):
        return "error"
    place = _PLACES.match(head)
    return _WORDS[place[place.lastindex].lower()] if place and place.lastindex else None


@dataclass(frozen=True, slots=True)
class Folded:
    """A message on one line."""

    text: str
    more: int
    """Further lines that `unfold` has."""


def fold(message: str) -> Folded:
    """A message on one line.

    An application record becomes `message  key=value key=value`, without what columns show; a platform record a short
    sentence; a text its first line that is not blank, without the level, time and request id that its runtime added;
    START, END and REPORT name the request by the beginning of its id.
    """
    parts = _Parts.of(message)
    if parts.record is not None:
        try:
            told = _platform_line(parts.record) or _application_line(parts.record)
            text = f"{parts.title}  {told}" if parts.title else told
            return Folded(text, _height(parts.record) - (not parts.lead))
        except RecursionError:  # nested deeper than it can be written out: as good as text
            pass
    lines = _lines(message)
    first = lines[0] if len(lines) == 1 and not parts.lead else _first_line(message[len(parts.lead) :])
    return Folded(_OF_REQUEST.sub(r"\1 \2", first), len(lines) - 1)


def unfold(message: str) -> list[str]:
    """The lines that a message has when expanded; at least one.

    JSON is indented by 2, keys in their order, strings of several lines split. A text is split at `\\n` and at `\\r`,
    with which Lambda joins the lines of a traceback. Blank lines around a text are dropped.
    """
    parts = _Parts.of(message)
    if parts.record is not None:
        try:
            written = json.dumps(parts.record, indent=2, ensure_ascii=False).split("\n")
        except RecursionError:
            return _lines(message)
        lead = [f"{parts.lead}{parts.title}".rstrip()] if parts.lead else []
        return lead + [line for each in written for line in _string_lines(each)]
    return _lines(message)


class _Parts(NamedTuple):
    """A message taken apart: what its runtime put before it, and the JSON object that the rest is, if it is one."""

    lead: str = ""
    title: str = ""
    """What Node says before the JSON of an error."""
    record: Record | None = None

    @classmethod
    def of(cls, message: str) -> _Parts:
        if message.startswith("{"):
            return cls(record=_parse(message))
        matched = _BOILERPLATE.match(message)
        if matched is None:
            return _PLAIN
        lead = matched[0]
        brace = message.find("{", len(lead), len(lead) + 40)
        title = message[len(lead) : brace].strip() if brace >= 0 else ""
        if brace >= 0 and title in _NODE_FAULTS and (record := _parse(message[brace:])) is not None:
            return cls(lead, title, record)
        return cls(lead)


_PLAIN = _Parts()


def _parse(text: str) -> Record | None:
    if len(text) >= _JSON_LIMIT:
        return None
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _level_of_record(record: Record) -> Level | None:
    if (platform := _platform(record)) is not None:
        well = platform.get("status", "success") == "success" and "errorType" not in platform
        return "system" if well else "error"
    for key in _LEVEL_KEYS:
        if key in record and (level := _named(record[key])):
            return level
    if isinstance(nested := record.get("log"), dict) and (level := _named(nested.get("level"))):
        return level
    return "error" if "errorType" in record or "errorMessage" in record else None


def _named(value: object) -> Level | None:
    if isinstance(value, str):
        return _WORDS.get(_SLOG_OFFSET.sub("", value.strip().lower()))
    return _NUMBERS.get(value // 10 * 10) if isinstance(value, int) else None


_SLOG_OFFSET = re.compile(r"[+-]\d+$")
"""Go's slog names a level between two as the lower and a distance: INFO+2."""


def _platform(record: Record) -> Record | None:
    """What a platform record tells (facts 5.3), or None where it is none."""
    kind, told = record.get("type"), record.get("record")
    return told if isinstance(kind, str) and kind.startswith("platform.") and isinstance(told, dict) else None


_PLATFORM_FACTS = (
    (("version",), "version {}"),
    (("functionVersion",), "version {}"),
    (("initializationType",), "{}"),
    (("runtimeVersion",), "{}"),
    (("phase",), "phase {}"),
    (("name",), "{}"),
    (("state",), "{}"),
    (("events",), "{}"),
    (("durationMs",), "{} ms"),
    (("billedDurationMs",), "billed {} ms"),
    (("maxMemoryUsedMB", "memorySizeMB"), "{} of {} MB"),
    (("initDurationMs",), "init {} ms"),
    (("restoreDurationMs",), "restore {} ms"),
    (("droppedRecords",), "{} records"),
    (("droppedBytes",), "{} bytes"),
    (("reason",), "{}"),
    (("status",), "{}"),
    (("errorType",), "{}"),
)
"""What the line of a platform record tells, in this order, of what the record has."""
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _platform_line(record: Record) -> str | None:
    platform = _platform(record)
    if platform is None:
        return None
    metrics = platform.get("metrics")
    told = {**platform, **metrics} if isinstance(metrics, dict) else platform
    facts = (
        sentence.format(*(_amount(told[key]) for key in keys))
        for keys, sentence in _PLATFORM_FACTS
        if all(key in told for key in keys)
    )
    title = _HUMP.sub("_", _value(record["type"].removeprefix("platform."))).upper()
    return f"{title} {', '.join(facts)}".rstrip()


def _amount(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return _value(value)


def _application_line(record: Record) -> str:
    shown = {key: value for key, value in record.items() if not _in_a_column(key, value)}
    said = next((shown.pop(key) for key in _MESSAGE_KEYS if isinstance(shown.get(key), str)), "")
    if not said and "errorMessage" in shown:
        said = ": ".join(str(shown.pop(key)) for key in ("errorType", "errorMessage") if key in shown)
    pairs = " ".join([f"{_value(key)}={_value(value)}" for key, value in shown.items()])
    return "  ".join(filter(None, (_first_line(said), pairs))) or _COMPACT(record)


def _in_a_column(key: str, value: object) -> bool:
    return key in _COLUMN_KEYS or (key in _LEVEL_KEYS and _named(value) is not None)


_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_NOT_ONE_WORD = re.compile(r'[\s"=]|^$')


def _value(value: object) -> str:
    return value if isinstance(value, str) and not _NOT_ONE_WORD.search(value) else _COMPACT(value)


def _lines(text: str) -> list[str]:
    text = text.strip("\r\n")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")


def _first_line(text: str) -> str:
    return next((line for line in _lines(text) if line and not line.isspace()), "")


_ESCAPE = re.compile(r'((?:\\r)?\\n)(?!",?$)|\\.')


def _string_lines(written: str) -> list[str]:
    """A line of indented JSON, split where its strings have line breaks, but not before a closing quote."""
    if "\\n" not in written:
        return [written]
    first, *others = _ESCAPE.sub(lambda escape: "\n" if escape[1] else escape[0], written).split("\n")
    indent = " " * (len(first) - len(first.lstrip(" ")) + 2)
    return [first, *(f"{indent}{other}".replace("\\t", "\t") for other in others)]


def _height(value: object) -> int:
    """How many lines `unfold` gives to a value of a JSON record, without writing them."""
    if isinstance(value, str):
        return 1 + value.count("\n") - value.endswith("\n")
    if isinstance(value, dict) and value:
        return 2 + "".join(value).count("\n") + sum(map(_height, value.values()))
    if isinstance(value, list) and value:
        return 2 + sum(map(_height, value))
    return 1


_Awaited = Literal["cause", "frames", "python", "chained", "raised", "go"]
"""What may still come of a trace, after what came."""

_TRACEBACK = re.compile(r"Traceback \(most recent call last\)")
_GOROUTINE = re.compile(r"goroutine \d+ \[")
_INDENTED = re.compile(r"\s+\S")

_CONTINUES: dict[_Awaited, tuple[tuple[re.Pattern[str], _Awaited], ...]] = {
    # an error was logged, and its cause may follow
    "cause": (
        (_TRACEBACK, "python"),
        (re.compile(r'\s+File "'), "python"),
        (re.compile(r"(?:[\w$]+\.)+[\w$]*(?:Error|Exception)(?::|\s*$)"), "frames"),
        (_INDENTED, "cause"),
    ),
    # Java, Node, .NET, Ruby
    "frames": (
        (_INDENTED, "frames"),
        (re.compile(r"Caused by: |\.\.\. \d+ (?:more|common)|--- End of |at \S+\(|[}\]],?\s*$"), "frames"),
    ),
    "python": (
        (_INDENTED, "python"),
        (_TRACEBACK, "python"),
        (re.compile(r"[\w.]+(?::|\s*$)"), "raised"),
    ),
    "raised": (
        (re.compile(r"During handling of the above exception|The above exception was the direct cause"), "chained"),
        (re.compile(r"\s*$"), "raised"),
    ),
    "chained": (
        (_TRACEBACK, "python"),
        (re.compile(r"\s*$"), "chained"),
    ),
    "go": (
        (_GOROUTINE, "go"),
        (re.compile(r"\s+\S|\s*$|\S+\(.*\)\s*$|created by |exit status \d|\[signal |\.\.\.additional frames"), "go"),
    ),
}
"""For what is awaited: the lines that go on with the trace, and what is awaited after each."""

_BEGINS: tuple[tuple[re.Pattern[str], _Awaited], ...] = (
    (_TRACEBACK, "python"),
    (re.compile(r"(?:panic|fatal error): |goroutine \d+ \["), "go"),
    (_any_of(_EXCEPTION.pattern, r"Exception in thread |Unhandled exception|Uncaught ", r"\S+\.rb:\d+:in "), "frames"),
)
"""The lines that begin a trace of their own. Whatever else is an error may have one for its cause."""

_LINES_READ = 200
"""Lines of one event that are read for what may follow it."""


class Traces:
    """Tells the events that only continue the stack trace of the event before them in their stream.

    Some runtimes and emulators write one event for each line. Events must come in the order of their stream.
    """

    STREAMS = 2_000
    """Streams in the middle of a trace that are remembered; the one that was longest silent is forgotten first."""

    def __init__(self) -> None:
        self._awaited: dict[tuple[str, str, str], _Awaited] = {}

    def part(self, event: LogEvent) -> bool:
        """Whether the event continues a trace; its stream goes on from there."""
        stream = (event.source.region, event.source.group, event.stream)
        awaited = self._awaited.pop(stream, None)
        first, *others = (line[:_LOOKED_AT] for line in _lines(event.message)[:_LINES_READ])
        if continued := _continued(awaited, first):
            after: _Awaited | None = continued
        else:
            after = _begun(first)
        if after:
            for line in others:
                after = _continued(after, line) or _begun(line)
            if after:
                self._awaited[stream] = after
                if len(self._awaited) > self.STREAMS:
                    del self._awaited[next(iter(self._awaited))]
        return continued is not None


def _continued(awaited: _Awaited | None, line: str) -> _Awaited | None:
    """What is awaited after a line that continues a trace; None where it does not."""
    return next((after for pattern, after in _CONTINUES[awaited] if pattern.match(line)), None) if awaited else None


def _begun(line: str) -> _Awaited | None:
    """What is awaited after a line that continues nothing."""
    if line.startswith("{") or _SYSTEM.match(line):
        return None
    begun = next((after for pattern, after in _BEGINS if pattern.match(line)), None)
    return begun or ("cause" if level_of(line) in {"error", "fatal"} else None)
