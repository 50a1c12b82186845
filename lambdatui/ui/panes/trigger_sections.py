"""What is said of one trigger in detail: models in, sections of labelled values out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

from lambdatui.errors import ConsoleError, NotFound
from lambdatui.models.arn import Arn, function_name
from lambdatui.models.configuration import FunctionUrl
from lambdatui.models.event_source import (
    ClusterState,
    EventSourceMapping,
    MetricValue,
    QueueState,
    SourceState,
    StreamState,
)
from lambdatui.models.trigger import Check, Found, NotRead, Permission, Trigger
from lambdatui.ui import figures
from lambdatui.ui.panes import trigger_words as words
from lambdatui.ui.widgets.section_view import Section, Value, problem

Rows = list[tuple[str, Value]]
T = TypeVar("T")
Part: TypeAlias = "T | ConsoleError | Literal['asking'] | None"

UNTIL_EXPIRY = -1
SQS_CONCURRENCY = 1_250
"""What a queue's mapping scales up to where nothing bounds it (facts 4.3)."""
WAITING = Value("…", "dim")
METRIC_NAMES = {
    "ApproximateAgeOfOldestMessage": "oldest message",
    "IteratorAge": "function's iterator age",
    "OffsetLag": "function's offset lag",
}
AGES_MS = {"ApproximateAgeOfOldestMessage": 1_000, "IteratorAge": 1}
"""Metrics that are ages, with their unit in ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingParts:
    """What is known of a mapping beside its row: each part by itself asked for, had, failed or forbidden."""

    source: Part[SourceState] = "asking"
    dead_letter: Part[QueueState] = "asking"
    """None where there is none."""
    metrics: Part[tuple[MetricValue, ...]] = "asking"
    whole: Part[EventSourceMapping] = "asking"
    """The mapping as read by itself, with the filters that the list leaves out."""


def mapping_sections(listed: EventSourceMapping, parts: MappingParts, times: figures.Times) -> list[Section]:
    """An event source mapping, with its source as it is now.

    Args:
        listed: as the row showed it.
        times: how the operator wants times written.
    """
    mapping = parts.whole if isinstance(parts.whole, EventSourceMapping) else listed
    told = [
        Section("Event source mapping", tuple(_mapping(mapping, parts.whole, times))),
        Section("Batches", tuple(_batches(mapping))),
        Section("Filters", tuple(_filters(mapping, parts.whole))),
        Section("When it fails", tuple(_failures(mapping))),
        Section(f"{mapping.what} now", tuple(_source(parts))),
        Section("Metrics of the last hour", tuple(_metrics(mapping, parts.metrics))),
        Section("Also sent by AWS", tuple((name, Value(str(value))) for name, value in mapping.unknown.items())),
    ]
    return [section for section in told if section.rows]


def _mapping(
    mapping: EventSourceMapping, whole: Part[EventSourceMapping], times: figures.Times
) -> Iterable[tuple[str, Value]]:
    if isinstance(whole, NotFound):
        yield "state", Value("✗ deleted since the list was read", "error")
    else:
        yield "state", words.state_of_mapping(mapping)
    if mapping.state_transition_reason:
        yield "reason", Value(mapping.state_transition_reason)
    yield "last result", words.result_of_mapping(mapping)
    yield "source", Value(mapping.event_source_arn or mapping.source)
    for label, names in (("queues", mapping.queues), ("topics", mapping.topics)):
        if names:
            yield label, Value(", ".join(names))
    if database := mapping.document_db_event_source_config:
        yield "collection", Value(".".join(filter(None, (database.database_name, database.collection_name))))
    for access in mapping.source_access_configurations:
        yield "access", Value(f"{access.type} {access.uri}")
    yield "calls", Value(f"{mapping.function_name}:{mapping.qualifier}")
    if mapping.modified_ms is not None:
        yield "last modified", Value(figures.absolute(mapping.modified_ms, times))
    yield "UUID", Value(mapping.uuid, "dim")


def _batches(mapping: EventSourceMapping) -> Iterable[tuple[str, Value]]:
    yield "batch size", _number(mapping.batch_size)
    yield "batching window", _seconds(mapping.batching_window_s)
    if mapping.tumbling_window_s:
        yield "tumbling window", _seconds(mapping.tumbling_window_s)
    if mapping.starting_position:
        at = mapping.starting_position_timestamp
        yield "starting position", Value(f"{mapping.starting_position}{f' {at:%Y-%m-%d %H:%M:%SZ}' if at else ''}")
    if mapping.service == "sqs":
        most = mapping.scaling_config.maximum_concurrency if mapping.scaling_config else None
        unbounded = Value(f"not bounded: up to {figures.count(SQS_CONCURRENCY)}", "dim")
        yield "maximum concurrency", _number(most) if most is not None else unbounded
    if mapping.parallelization_factor is not None:
        yield "concurrency per shard", _number(mapping.parallelization_factor)
    if pollers := mapping.provisioned_poller_config:
        group = f", group {pollers.poller_group_name}" if pollers.poller_group_name else ""
        yield "provisioned pollers", Value(f"{pollers.minimum_pollers} to {pollers.maximum_pollers}{group}")


def _filters(mapping: EventSourceMapping, whole: Part[EventSourceMapping]) -> Iterable[tuple[str, Value]]:
    if error := mapping.filter_criteria_error:
        yield "filters", Value("! " + ": ".join(filter(None, (error.error_code, error.message))), "error")
        return
    if mapping.unseen_filters and not isinstance(whole, EventSourceMapping):
        yield "filters", WAITING if whole == "asking" else Value("not known: they are encrypted", "warning")
        return
    patterns = mapping.filter_criteria.filters if mapping.filter_criteria else ()
    if not patterns:
        yield "filters", Value("none: every record", "dim")
    for pattern in patterns:
        yield "takes", Value(pattern.pattern or "{}")


def _failures(mapping: EventSourceMapping) -> Iterable[tuple[str, Value]]:
    if mapping.service == "sqs":
        yield "retries", Value("by the queue's redrive policy, see below", "dim")
    elif mapping.maximum_retry_attempts is not None:
        yield "retries", _or_expiry(mapping.maximum_retry_attempts, "")
    if mapping.record_age_s is not None:
        yield "maximum age", _or_expiry(mapping.record_age_s, " s")
    if mapping.bisect_batch_on_function_error is not None:
        yield "bisect batch", Value("yes" if mapping.bisect_batch_on_function_error else "no")
    partial = "ReportBatchItemFailures" in mapping.function_response_types
    yield "partial batch response", Value("yes" if partial else "no")
    if mapping.on_failure:
        yield "destination", Value(mapping.on_failure)
    elif mapping.service != "sqs":
        yield "destination", Value("none: what fails for good is lost", "dim")


def _source(parts: MappingParts) -> Iterable[tuple[str, Value]]:
    match parts.source:
        case "asking":
            yield "state", WAITING
        case None:
            yield "state", Value("AWS cannot be asked about it", "dim")
        case NotFound() as gone:
            yield "state", Value(f"✗ gone: {gone.title}", "error")
        case ConsoleError() as error:
            yield "state", problem(error)
        case QueueState() as queue:
            yield from _queue(queue)
            yield from _dead_letter(queue, parts.dead_letter)
        case StreamState() as stream:
            yield "status", Value(stream.status)
            yield "open shards", _number(stream.shards)
            yield "retention", Value(f"{stream.retention_h} h")
        case ClusterState(status=status):
            yield "status", Value(status)


def _queue(queue: QueueState) -> Iterable[tuple[str, Value]]:
    yield "messages waiting", _number(queue.visible)
    yield "in flight", _number(queue.in_flight)
    if queue.delayed:
        yield "delayed", _number(queue.delayed)
    yield "visibility timeout", _seconds(queue.visibility_timeout_s)
    yield "retention", Value(figures.age(queue.retention_s * 1000))


def _dead_letter(queue: QueueState, dead_letter: Part[QueueState]) -> Iterable[tuple[str, Value]]:
    if queue.dead_letter_arn is None:
        yield "redrive", Value("none: a bad message comes back until it expires", "warning")
        return
    arn = Arn.parse(queue.dead_letter_arn)
    name = arn.resource if arn else queue.dead_letter_arn
    yield "redrive", Value(f"after {queue.max_receives} receives to {name}")
    match dead_letter:
        case QueueState(visible=depth):
            yield "dead letters", Value(f"! {figures.count(depth)}", "error") if depth else Value("0", "good")
        case NotFound():
            yield "dead letters", Value("✗ gone: there is no such queue", "error")
        case ConsoleError() as error:
            yield "dead letters", problem(error)
        case _:
            yield "dead letters", WAITING


def _metrics(mapping: EventSourceMapping, metrics: Part[tuple[MetricValue, ...]]) -> Iterable[tuple[str, Value]]:
    yield "groups", Value(", ".join(mapping.metric_groups) or "none: only the function's own metrics", "dim")
    if metrics == "asking":
        yield "values", WAITING
    elif isinstance(metrics, ConsoleError):
        yield "values", problem(metrics)
    for metric in metrics if isinstance(metrics, tuple) else ():
        yield METRIC_NAMES.get(metric.name, metric.name), _metric(metric)


def _metric(metric: MetricValue) -> Value:
    """A count that was not published is 0; an age or a lag is not known then (facts 6)."""
    if metric.name in AGES_MS:
        known = metric.latest
        return Value("not known", "dim") if known is None else Value(figures.age(round(known * AGES_MS[metric.name])))
    if metric.name.endswith("Lag"):
        return Value("not known", "dim") if metric.latest is None else _number(round(metric.latest))
    return _number(round(metric.total))


def _number(number: int | None) -> Value:
    return Value("-", "dim") if number is None else Value(figures.count(number))


def _seconds(seconds: int | None) -> Value:
    return Value("-", "dim") if seconds is None else Value(f"{seconds} s")


def _or_expiry(value: int, unit: str) -> Value:
    return Value("until the record expires", "warning") if value == UNTIL_EXPIRY else Value(f"{value:,}{unit}")


# -- all other triggers


def trigger_sections(trigger: Trigger, outcome: words.Outcome | None) -> list[Section]:
    """A trigger that is no mapping.

    Args:
        outcome: of the check of a permission's source; None while it runs.
    """
    match trigger.evidence:
        case Permission() as permission:
            return _permission(trigger, permission, outcome)
        case FunctionUrl() as url:
            return [Section("Function URL", tuple(_url(trigger, url)))]
        case Found() as found:
            rows: Rows = [("name", Value(trigger.source)), ("calls", Value(trigger.qualifier))]
            rows += [("state", words.state(trigger)), ("ARN", Value(found.id))]
            return [Section(trigger.what, (*rows, *(("also", Value(text)) for text in found.told)))]
        case NotRead(error=error):
            told: Rows = [("place", Value(trigger.source)), ("why", problem(error))]
            return [Section("Not read", (*told, ("what helps", Value(error.hint))))]
    return []


def _url(trigger: Trigger, url: FunctionUrl) -> Iterable[tuple[str, Value]]:
    yield "URL", Value(url.function_url)
    yield "calls", Value(f"{function_name(url.function_arn or '')}:{trigger.qualifier}")
    yield "auth", words.state(trigger)
    if url.invoke_mode:
        yield "invoke mode", Value(url.invoke_mode)
    if url.cors and url.cors.allow_origins:
        yield "CORS origins", Value(", ".join(url.cors.allow_origins))


def _permission(trigger: Trigger, permission: Permission, outcome: words.Outcome | None) -> list[Section]:
    checked: Rows = [("source", words.verdict(outcome) if outcome is not None else Value("asking the source…", "dim"))]
    if isinstance(outcome, Check):
        checked += [("kind", Value(outcome.what))] if outcome.what else []
        checked += [("because", Value(text)) for text in outcome.told if text]
    elif isinstance(outcome, ConsoleError) and outcome.hint:
        checked.append(("what helps", Value(outcome.hint)))
    stated: Rows = [
        ("policy of", Value(permission.qualifier)),
        ("statement", Value(permission.sid or "without a Sid", "" if permission.sid else "dim")),
        ("effect", Value(permission.effect, "" if permission.effect == "Allow" else "warning")),
        ("principal", Value(permission.principal or "-", "error" if permission.public else "")),
        ("actions", Value(", ".join(permission.actions) or "-")),
    ]
    if permission.source_arn:
        stated.append(("source", Value(permission.source_arn)))
    if permission.public:
        how = " through its URL" if permission.via_url else ""
        stated.append(("who", Value(f"▲ anyone on earth may invoke the function{how}", "error")))
    if permission.not_read:
        stated.append(("not understood", Value(", ".join(permission.not_read), "warning")))
    conditions = tuple(
        (condition.operator, Value(f"{condition.key} {', '.join(condition.values)}"))
        for condition in permission.conditions
    )
    told = [
        Section(f"{trigger.what}: {trigger.source}", tuple(checked)),
        Section("Permission", tuple(stated)),
        Section("Conditions", conditions),
        Section("As it stands in the policy", (("", Value(permission.raw, block=True)),)),
    ]
    return [section for section in told if section.rows]
