"""What the overview says of a function: models in, sections of labelled values out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Literal

from lambdatui.errors import AccessDenied, ConsoleError, NotFound
from lambdatui.insight.health import Health, State
from lambdatui.insight.runtimes import Support, runtime_status
from lambdatui.models.configuration import (
    AwsModel,
    EventInvokeConfig,
    Fault,
    FunctionConfiguration,
    FunctionDetail,
    FunctionUrl,
    Recursion,
    RuntimeManagement,
)
from lambdatui.models.function import FunctionSummary
from lambdatui.ui import figures
from lambdatui.ui.function_health import GLYPHS as STATE_GLYPHS
from lambdatui.ui.function_health import STOPPED
from lambdatui.ui.widgets.section_view import Section, Tone, Value, problem, toned
from lambdatui.ui.widgets.trouble import FORBIDDEN

MASK = "••••••••"
DEFAULT_RETRIES = 2
DEFAULT_EVENT_AGE_S = 21_600
"""Lambda's defaults for asynchronous invocations (facts 3.8)."""


Keys = Callable[[str], str]
"""As `with_keys` does for a screen."""
Part = AwsModel | ConsoleError | None | Literal["asking"]
"""One answer: the model, why there is none, None for "not configured", or that it is still being asked for."""


def sections(
    summary: FunctionSummary,
    parts: Mapping[str, Part],
    *,
    today: date,
    now_ms: int,
    times: figures.Times,
    revealed: bool,
    stale: Iterable[ConsoleError] = (),
    verdict: Health | None = None,
    stopped_ms: int | None = None,
    keys: Keys,
) -> list[Section]:
    """All that is known of the function.

    Args:
        summary: what the inventory knows; stands in until the configuration arrives.
        parts: the answers by name: function, event_invoke, url, runtime_management, recursion.
        today: the date by which the runtime is judged.
        now_ms: the time, epoch ms.
        times: how times are written.
        revealed: whether environment values are shown.
        stale: why parts that were answered could not be read again.
        verdict: how it is doing; None where nobody looked.
        stopped_ms: since when an emergency stop holds it, epoch ms; None where none does.
        keys: tells which keys do what the ids in braces stand for.
    """
    function = parts["function"]
    detail = function if isinstance(function, FunctionDetail) else None
    known = detail.configuration if detail else None
    stopped = None if stopped_ms is None else _stopped(figures.absolute(stopped_ms, times), keys)
    told = [
        _state(function, known, stale, verdict, stopped),
        _code(summary, known, parts["runtime_management"], _runtime(summary.runtime, today), now_ms, times),
        _limits(summary, function),
        _environment(function, known, revealed=revealed),
        _execution(summary, known),
        _asynchronous(parts["event_invoke"], summary),
        _access(parts["url"], parts["recursion"]),
        _tags(function),
        _unknown(parts),
    ]
    return [section for section in told if section.rows]


def answered(part: Part) -> bool:
    """Whether there is something to show, "not configured" included."""
    return part is None or isinstance(part, AwsModel)


def unsettled(part: Part) -> bool:
    """Whether asking again may give something else soon: it failed, or AWS is about to change it."""
    if isinstance(part, FunctionDetail):
        configuration = part.configuration
        return configuration.state == "Pending" or configuration.last_update_status == "InProgress"
    return isinstance(part, ConsoleError) and not isinstance(part, NotFound)


def _problem(error: ConsoleError) -> Value:
    if isinstance(error, NotFound):
        return Value("not offered by this endpoint", "dim")
    return problem(error, hint=True)


def _pending(part: Part) -> Value | None:
    """What stands for a part that gave nothing: being asked for, failed or forbidden; None if it gave something."""
    if isinstance(part, ConsoleError):
        return _problem(part)
    return Value("…", "dim") if part == "asking" else None


def _with_function(part: Part) -> Value:
    """What stands for a value that comes with the function, while that is not there: its error stands under State."""
    return Value("…", "dim") if part == "asking" else Value("not known", "dim")


def _health(verdict: Health) -> Value:
    glyph, colour = STATE_GLYPHS[verdict.state]
    if verdict.state.unwell:
        return Value(f"{glyph} {verdict.reason}", "error" if colour == "$error" else "warning")
    return Value(f"✓ {verdict.reason}" if verdict.state is State.WELL else f"{glyph} {verdict.reason}", "dim")


def _stopped(since: str, keys: Keys) -> Value:
    told = keys(f"{STOPPED} by an emergency stop since {since} · {{action.emergency-stop}} restores it")
    return Value(told, "warning")


def _state(
    function: Part,
    known: FunctionConfiguration | None,
    stale: Iterable[ConsoleError],
    verdict: Health | None,
    stopped: Value | None,
) -> Section:
    rows = [("stale", value) for value in dict.fromkeys(map(_problem, stale))]
    if stopped is not None:
        rows.append(("stopped", stopped))
    if verdict is not None:
        rows.append(("health", _health(verdict)))
    if known is None:
        gone = Value("! there is no such function any more", "error") if isinstance(function, NotFound) else None
        return Section("State", (*rows, ("state", gone or _pending(function) or Value("-", "dim"))))
    if known.state is not None:
        rows.append(("state", _status(known.state, known.state_reason_code, known.state_reason, good="Active")))
    if known.last_update_status is not None:
        rows.append(
            (
                "last update",
                _status(
                    known.last_update_status,
                    known.last_update_status_reason_code,
                    known.last_update_status_reason,
                    good="Successful",
                ),
            )
        )
    return Section("State", tuple(rows))


def _status(status: str, code: str | None, reason: str | None, *, good: str) -> Value:
    why = ": ".join(filter(None, (code, reason)))
    tone: Tone = "good" if status == good else "error" if status in {"Failed", "ActiveNonInvocable"} else "warning"
    return toned(f"{status} - {why}" if why else status, tone)


def _code(
    summary: FunctionSummary,
    known: FunctionConfiguration | None,
    management: Part,
    runtime: Value,
    now_ms: int,
    times: figures.Times,
) -> Section:
    rows = [("runtime", runtime)]
    if summary.handler:
        rows.append(("handler", Value(summary.handler)))
    image = known.image_config_response.image_config if known and known.image_config_response else None
    for label, words in (("entry point", image.entry_point), ("command", image.command)) if image else ():
        if words:
            rows.append((label, Value(" ".join(words))))
    rows.append(("package", Value(f"{summary.package_type}, {figures.size(summary.code_size)}")))
    rows.append(("architecture", Value(", ".join(summary.architectures))))
    if summary.last_modified is not None:
        ago = f" ({figures.age(now_ms - summary.last_modified)} ago)"
        rows.append(
            (
                "last modified",
                Value(figures.absolute(summary.last_modified, times) + ago),
            )
        )
    rows.extend(("layer", _layer(arn, summary.arn)) for arn in summary.layers)
    rows.append(("runtime updates", _runtime_updates(management)))
    rows.append(("code SHA-256", Value(summary.code_sha256 or "-", "dim")))
    if summary.description:
        rows.insert(0, ("description", Value(summary.description)))
    return Section("Code", tuple(rows))


def _runtime(runtime: str | None, today: date) -> Value:
    status = runtime_status(runtime, today)
    if status.support is Support.SUPPORTED:
        return Value(runtime or "")
    return Value(" ".join(filter(None, (runtime, status.glyph, status.explain()))), "warning" if status.glyph else "")


def _layer(arn: str, function_arn: str) -> Value:
    """A layer version by name, and by account where that is another one than the function's."""
    account, name = arn.split(":")[4:7:2] if arn.count(":") >= 7 else ("", arn)
    version = arn.rpartition(":")[2]
    if account and account != function_arn.split(":")[4:5][0]:
        return Value(f"{name}:{version} of account {account}")
    return Value(f"{name}:{version}" if account else arn)


def _runtime_updates(management: Part) -> Value:
    if not isinstance(management, RuntimeManagement):
        return _pending(management) or Value("-", "dim")
    if management.update_runtime_on == "Manual":
        return Value(f"▲ Manual: no security patches by themselves, {management.runtime_version_arn or ''}", "warning")
    return Value(management.update_runtime_on or "-")


def _limits(summary: FunctionSummary, function: Part) -> Section:
    return Section(
        "Limits",
        (
            ("memory", Value(f"{figures.count(summary.memory_mb)} MB")),
            ("timeout", Value(f"{summary.timeout_s} s")),
            ("ephemeral storage", Value(f"{figures.count(summary.ephemeral_storage_mb)} MB")),
            ("reserved concurrency", _reserved(function)),
        ),
    )


def _reserved(function: Part) -> Value:
    if not isinstance(function, FunctionDetail):
        return _with_function(function)
    reserved = function.reserved_concurrency
    if reserved is None:
        return Value("none: shares the account's unreserved", "dim")
    return Value("! 0: switched off", "error") if reserved == 0 else Value(figures.count(reserved))


def _execution(summary: FunctionSummary, known: FunctionConfiguration | None) -> Section:
    rows = [("role", Value(summary.role or "-"))]
    vpc = known.vpc_config if known else None
    inside = summary.vpc_id or (vpc and vpc.subnet_ids and "yes, its id was not sent")
    rows.append(("VPC", Value(inside) if inside else Value("not in a VPC", "dim")))
    if vpc and vpc.subnet_ids:
        rows.append(("subnets", Value(", ".join(vpc.subnet_ids))))
        rows.append(("security groups", Value(", ".join(vpc.security_group_ids))))
    for system in known.file_system_configs if known else ():
        rows.append(("file system", Value(f"{system.local_mount_path} {system.arn}")))
    rows.append(("tracing", Value(summary.tracing)))
    rows.append(("SnapStart", Value("off", "dim") if summary.snap_start == "None" else Value(summary.snap_start)))
    levels = ""
    if known and (logging := known.logging_config) and logging.log_format == "JSON":
        levels = f", application {logging.application_log_level or '-'}, system {logging.system_log_level or '-'}"
    rows.append(("logs", Value(f"{summary.log_group} ({summary.log_format}{levels})")))
    if known and known.kms_key_arn:
        rows.append(("KMS key", Value(known.kms_key_arn)))
    if summary.master_arn:
        rows.append(("replica of", Value(summary.master_arn)))
    return Section("Execution", tuple(rows))


def _asynchronous(config: Part, summary: FunctionSummary) -> Section:
    rows: list[tuple[str, Value]] = []
    if pending := _pending(config):
        rows.append(("retries", pending))
    else:
        set_here = config if isinstance(config, EventInvokeConfig) else EventInvokeConfig()
        retries, event_age = set_here.maximum_retry_attempts, set_here.maximum_event_age_in_seconds
        rows.append(("retries", _or_default(retries, DEFAULT_RETRIES, "")))
        rows.append(("maximum age", _or_default(event_age, DEFAULT_EVENT_AGE_S, " s")))
        targets = set_here.destination_config
        for label, destination in (
            ("on success", targets.on_success if targets else None),
            ("on failure", targets.on_failure if targets else None),
        ):
            if destination and destination.destination:
                rows.append((label, Value(destination.destination)))
    dead_letter = summary.dead_letter_arn
    rows.append(("dead-letter", Value(dead_letter) if dead_letter else Value("none", "dim")))
    return Section("Asynchronous", tuple(rows))


def _or_default(value: int | None, default: int, unit: str) -> Value:
    """Absent is not zero: what is not set is AWS's default, and says so."""
    if value is None:
        return Value(f"{figures.count(default)}{unit} (default)", "dim")
    return Value(f"{figures.count(value)}{unit}")


def _access(url: Part, recursion: Part) -> Section:
    rows: list[tuple[str, Value]] = []
    if isinstance(url, FunctionUrl):
        rows.append(("function URL", Value(url.function_url)))
        public = url.auth_type == "NONE"
        auth = (
            Value("▲ NONE: anyone whom the policy lets may call it", "warning")
            if public
            else Value(url.auth_type or "-")
        )
        rows.append(("URL auth", auth))
    else:
        rows.append(("function URL", _pending(url) or Value("none", "dim")))
    if isinstance(recursion, Recursion):
        allowed = recursion.recursive_loop == "Allow"
        loop = Value("▲ Allow", "warning") if allowed else Value(recursion.recursive_loop or "-")
        rows.append(("recursive loop", loop))
    else:
        rows.append(("recursive loop", _pending(recursion) or Value("-", "dim")))
    return Section("Access", tuple(rows))


def _environment(function: Part, known: FunctionConfiguration | None, *, revealed: bool) -> Section:
    if known is None:
        return Section("Environment", (("variables", _with_function(function)),))
    environment = known.environment
    if environment is None:
        return Section("Environment", (("variables", Value("none", "dim")),))
    if environment.error is not None:
        return Section("Environment", (("variables", Value(f"{FORBIDDEN[0]} {_fault(environment.error)}", "warning")),))
    variables = sorted(environment.variables.items())
    if not variables:
        return Section("Environment", (("variables", Value("none", "dim")),))
    return Section(
        "Environment",
        tuple(
            (name, Value(secret.get_secret_value()) if revealed else Value(MASK, "dim")) for name, secret in variables
        ),
    )


def _tags(function: Part) -> Section:
    if not isinstance(function, FunctionDetail):
        return Section("Tags", (("tags", _with_function(function)),))
    if function.tags_error is not None:
        return Section("Tags", (("tags", problem(AccessDenied("lambda:ListTags"))),))
    if not function.tags:
        return Section("Tags", (("tags", Value("none", "dim")),))
    return Section("Tags", tuple((name, Value(value)) for name, value in sorted(function.tags.items())))


def _fault(fault: Fault) -> str:
    return ": ".join(filter(None, (fault.error_code, fault.message)))


def _unknown(parts: Mapping[str, Part]) -> Section:
    """What AWS sent and the console has no words for yet, as it came."""
    found: list[tuple[str, Value]] = []
    for part in parts.values():
        if isinstance(part, AwsModel):
            found.extend(_unknown_fields(part))
    return Section("Also sent by AWS", tuple(found))


def _unknown_fields(model: AwsModel, path: str = "") -> Iterable[tuple[str, Value]]:
    for name, value in model.unknown.items():
        yield f"{path}{name}", Value(_raw(value))
    for name in type(model).model_fields:
        inner = getattr(model, name)
        if isinstance(inner, AwsModel):
            yield from _unknown_fields(inner, f"{path}{name}.")


def _raw(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
