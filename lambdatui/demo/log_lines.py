"""The log lines of an invocation in the exact form that Lambda writes (facts 5.2 to 5.4)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from lambdatui.demo.blueprint import Failure, Function
from lambdatui.demo.load import Invocation

Line = tuple[int, str]
"""Epoch ms and message."""


def lines(function: Function, invocation: Invocation) -> Iterator[Line]:
    """The events that one invocation leaves in its log stream; a throttled request leaves none."""
    if invocation.outcome == "throttled":
        return iter(())
    return json_lines(function, invocation) if function.json_logs else text_lines(function, invocation)


def text_lines(function: Function, invocation: Invocation) -> Iterator[Line]:
    """Text system lines, fields separated by tabs, and what the runtime prints (facts 5.2, 5.4)."""
    request = invocation.request
    if invocation.init_ms is not None:
        yield (
            invocation.at_ms,
            f"INIT_START Runtime Version: {runtime_version(function)}\tRuntime Version ARN: {runtime_arn(function)}\n",
        )
    yield invocation.started_ms, f"START RequestId: {request} Version: {invocation.version}\n"
    for at_ms, said in words(function, invocation):
        yield at_ms, said + "\n"
    failure = function.failure
    if failure and invocation.outcome == "error" and failure.trace:
        yield invocation.ended_ms, traceback(failure)
    yield invocation.ended_ms, f"END RequestId: {request}\n"
    yield invocation.ended_ms, report(function, invocation)


def report(function: Function, invocation: Invocation) -> str:
    """The REPORT line; Billed Duration includes the init (facts 5.2 rule 2)."""
    fields = [
        f"REPORT RequestId: {invocation.request}",
        f"Duration: {invocation.duration_ms:.2f} ms",
        f"Billed Duration: {billed_ms(invocation)} ms",
        f"Memory Size: {function.memory_mb} MB",
        f"Max Memory Used: {invocation.memory_mb} MB",
    ]
    if invocation.init_ms is not None:
        fields.append(f"Init Duration: {invocation.init_ms:.2f} ms")
    if invocation.outcome == "timeout":
        fields.append("Status: timeout")
    elif kind := crash(function, invocation):
        fields += ["Status: error", f"Error Type: {kind}"]
    line = "\t".join(fields)
    if function.tracing:
        trace = sha256(invocation.request.encode()).hexdigest()
        root = f"1-{invocation.at_ms // 1000:08x}-{trace[:24]}"
        line += f"\t\nXRAY TraceId: {root}\tSegmentId: {trace[24:40]}\tSampled: true"
    return line + "\t\n"


def json_lines(function: Function, invocation: Invocation) -> Iterator[Line]:
    """JSON system records and the application's own (facts 5.3)."""
    request = invocation.request
    if invocation.init_ms is not None:
        yield record(
            invocation.at_ms,
            "platform.initStart",
            initializationType="on-demand",
            phase="init",
            runtimeVersion=runtime_version(function),
            runtimeVersionArn=runtime_arn(function),
            functionName=function.name,
            functionVersion=invocation.version,
        )
    yield record(invocation.started_ms, "platform.start", requestId=request, version=invocation.version)
    for at_ms, said in words(function, invocation):
        said_so = {"timestamp": iso(at_ms), "level": "INFO", "message": said, "requestId": request}
        yield at_ms, json.dumps(said_so, ensure_ascii=False)
    if function.failure and invocation.outcome == "error":
        yield invocation.ended_ms, json_error(function.failure, invocation)
    metrics: dict[str, float] = {
        "durationMs": invocation.duration_ms,
        "billedDurationMs": billed_ms(invocation),
        "memorySizeMB": function.memory_mb,
        "maxMemoryUsedMB": invocation.memory_mb,
    }
    if invocation.init_ms is not None:
        metrics["initDurationMs"] = invocation.init_ms
    yield record(invocation.ended_ms, "platform.report", requestId=request, metrics=metrics, status=invocation.outcome)


def json_error(failure: Failure, invocation: Invocation) -> str:
    """An unhandled exception as the Python runtime writes it in JSON mode (facts 5.3)."""
    return json.dumps(
        {
            "timestamp": iso(invocation.ended_ms),
            "level": "ERROR",
            "requestId": invocation.request,
            "errorType": failure.kind,
            "errorMessage": failure.message,
            "message": failure.message,
            "stackTrace": [frame + "\n" for frame in failure.trace],
        }
    )


def record(at_ms: int, kind: str, **fields: Any) -> Line:
    return at_ms, json.dumps({"time": iso(at_ms), "type": kind, "record": fields})


def words(function: Function, invocation: Invocation) -> Iterator[Line]:
    """What the function itself says; a failing invocation did not get that far."""
    if function.load is None or invocation.failed:
        return
    at_ms = invocation.started_ms + round(invocation.duration_ms * 0.8)
    order = f"o-{5000 + int(invocation.request[:4], 16) % 900}"
    for said in function.load.says:
        yield at_ms, said.format(id=order, time=iso(at_ms), request=invocation.request)


def traceback(failure: Failure) -> str:
    """An unhandled exception as the Python runtime prints it, in one event."""
    frames = "\n".join(failure.trace)
    return f"[ERROR] {failure.kind}: {failure.message}\nTraceback (most recent call last):\n{frames}\n"


def crash(function: Function, invocation: Invocation) -> str:
    """The Error Type of an invocation that took its environment down, or none."""
    failure = function.failure
    return failure.kind if failure and invocation.outcome == "error" and failure.kind.startswith("Runtime.") else ""


def billed_ms(invocation: Invocation) -> int:
    return math.ceil(invocation.duration_ms + (invocation.init_ms or 0))


def iso(at_ms: int) -> str:
    """Epoch ms as ``2026-11-20T10:11:12.345Z``."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_ms % 1000:03d}Z"


def runtime_version(function: Function) -> str:
    """``python3.12`` as ``python:3.12.v30``."""
    name = function.runtime.rstrip("0123456789.x")
    return f"{name}:{function.runtime.removeprefix(name).rstrip('.x')}.v30"


def runtime_arn(function: Function) -> str:
    return f"arn:aws:lambda:us-east-1::runtime:{sha256(function.runtime.encode()).hexdigest()}"
