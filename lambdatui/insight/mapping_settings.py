"""What may be set on an event source mapping, and how AWS is told (facts 4.3).

Which settings there are, and their bounds, depends on the kind of source; `applicable` and `bounds` say it, in the
order in which a form asks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from lambdatui.insight.configuration_settings import Bounds
from lambdatui.models.event_source import EventSourceMapping

REPORT = "ReportBatchItemFailures"
FILTERS, FILTERS_BY_DEFAULT = 10, 5
"""How many a mapping can have at most, and without a raised quota."""
PATTERN_LENGTH = 4_096
FOREVER = -1
UNBATCHED = 10
"""The largest batch that AWS collects without a batching window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingSettings:
    """All that can be changed; None where AWS has nothing set, or the kind of source has no such setting."""

    enabled: bool | None = None
    """None where the mapping is on its way and its state does not tell."""
    batch_size: int | None = None
    batching_window_s: int | None = None
    maximum_concurrency: int | None = None
    report_batch_item_failures: bool | None = None
    bisect_batch: bool | None = None
    retry_attempts: int | None = None
    """-1: until the record expires."""
    record_age_s: int | None = None
    """-1: until the record expires."""
    parallelization_factor: int | None = None
    tumbling_window_s: int | None = None
    filters: tuple[str, ...] | None = None
    """JSON patterns; empty for none, None where AWS does not show them (`EventSourceMapping.unseen_filters`)."""


def of(mapping: EventSourceMapping) -> MappingSettings:
    """The settings that a mapping has now."""
    criteria = mapping.filter_criteria
    hidden = mapping.unseen_filters or mapping.filter_criteria_error
    present = MappingSettings(
        enabled=_ENABLED.get(mapping.state or ""),
        batch_size=mapping.batch_size,
        batching_window_s=mapping.batching_window_s,
        maximum_concurrency=mapping.scaling_config.maximum_concurrency if mapping.scaling_config else None,
        report_batch_item_failures=REPORT in mapping.function_response_types,
        bisect_batch=bool(mapping.bisect_batch_on_function_error),
        retry_attempts=mapping.maximum_retry_attempts,
        record_age_s=mapping.record_age_s,
        parallelization_factor=mapping.parallelization_factor,
        tumbling_window_s=mapping.tumbling_window_s,
        filters=None if hidden else tuple(each.pattern or "" for each in (criteria.filters if criteria else ())),
    )
    return MappingSettings(**{name: getattr(present, name) for name in applicable(mapping)})


_ENABLED = {"Enabled": True, "Enabling": True, "Disabled": False, "Disabling": False}


# -- what each kind of source has

_BATCH = Bounds(1, 10_000, "records", default=100)
_WINDOW = Bounds(0, 300, "s", default=0)
_HALF_SECOND = Bounds(0, 300, "s")
"""Where the default is 500 ms, for which there is no number of seconds: it cannot be set again."""

_ENABLE: Mapping[str, Bounds | None] = {"enabled": None}
_RETRIES: Mapping[str, Bounds | None] = {
    "report_batch_item_failures": None,
    "bisect_batch": None,
    "retry_attempts": Bounds(0, 10_000, default=FOREVER, besides=FOREVER),
    "record_age_s": Bounds(60, 604_800, "s", default=FOREVER, besides=FOREVER),
}
_FILTERED: Mapping[str, Bounds | None] = {"filters": None}
_SHARDS = {
    **_ENABLE,
    "batch_size": _BATCH,
    "batching_window_s": _WINDOW,
    **_RETRIES,
    "parallelization_factor": Bounds(1, 10, default=1),
    "tumbling_window_s": Bounds(0, 900, "s", default=0),
    **_FILTERED,
}
_SLOW = {**_ENABLE, "batch_size": _BATCH, "batching_window_s": _HALF_SECOND}
_QUEUE = {
    **_ENABLE,
    "batch_size": Bounds(1, 10_000, "messages", default=10),
    "batching_window_s": _WINDOW,
    "maximum_concurrency": Bounds(2, 1_000),
    "report_batch_item_failures": None,
    **_FILTERED,
}
_FIFO = {
    **{name: limits for name, limits in _QUEUE.items() if name != "batching_window_s"},
    "batch_size": Bounds(1, UNBATCHED, "messages", default=10),
}
_KINDS: Mapping[str, Mapping[str, Bounds | None]] = {
    "sqs": _QUEUE,
    "fifo": _FIFO,
    "kinesis": _SHARDS,
    "dynamodb": _SHARDS,
    "kafka": {**_SLOW, **_RETRIES, **_FILTERED},
    "mq": {**_SLOW, **_FILTERED},
    "rds": _SLOW,
}
"""By kind of source: its settings, with the bounds of those that are numbers."""


def bounds(mapping: EventSourceMapping) -> Mapping[str, Bounds | None]:
    """The settings of a mapping of this kind; None for those that are no numbers."""
    return _KINDS.get(_kind(mapping), _ENABLE)


def applicable(mapping: EventSourceMapping) -> tuple[str, ...]:
    """The names of the settings of a mapping of this kind; of an unknown kind only whether it is enabled."""
    return tuple(bounds(mapping))


def _kind(mapping: EventSourceMapping) -> str:
    if mapping.self_managed_event_source:
        return "kafka"
    fifo = mapping.service == "sqs" and mapping.source.endswith(".fifo")
    return "fifo" if fifo else mapping.service


# -- what is wrong, and what is to be said


def problems(mapping: EventSourceMapping, settings: MappingSettings) -> dict[str, str]:
    """Why AWS would refuse settings, by name; empty where it would not.

    What is not changed is not looked at, but where it does not go with what is.
    """
    present = of(mapping)
    named = ((name, _value_problem(mapping, name, getattr(settings, name))) for name in _changed(present, settings))
    return {**dict(_misfits(mapping, present, settings)), **{name: problem for name, problem in named if problem}}


def _value_problem(mapping: EventSourceMapping, name: str, value: Any) -> str | None:
    """What is wrong with one setting by itself."""
    known = bounds(mapping)
    if name not in known:
        return f"{mapping.what} has no such setting"
    if limits := known[name]:
        return None if value is None else limits.problem(value)
    return _WRONG[name](value) if name in _WRONG else None


def _misfits(
    mapping: EventSourceMapping, present: MappingSettings, settings: MappingSettings
) -> Iterator[tuple[str, str]]:
    """What does not go together."""
    changed = _changed(present, settings)
    if _kind(mapping) == "sqs" and not changed.isdisjoint(_COLLECTED) and _uncollected(settings):
        yield "batching_window_s", f"must be 1 s at least for batches of more than {UNBATCHED}"
    if "batching_window_s" in changed and settings.batching_window_s is None and _keeps_window(mapping):
        yield "batching_window_s", "the default of 500 ms cannot be set again: only a new mapping has it"
    if "maximum_concurrency" in changed and settings.maximum_concurrency and mapping.provisioned_poller_config:
        yield "maximum_concurrency", "cannot be set beside provisioned pollers"


def warnings(mapping: EventSourceMapping, settings: MappingSettings) -> tuple[str, ...]:
    """What an operator should know before settings without problems are made, one sentence each."""
    return tuple(_warnings(mapping, of(mapping), settings))


def _warnings(mapping: EventSourceMapping, present: MappingSettings, settings: MappingSettings) -> Iterator[str]:
    changed = _changed(present, settings)
    kind = _kind(mapping)
    if "enabled" in changed and settings.enabled is False:
        yield "what comes meanwhile waits in the source, until it expires there"
    if kind in _STREAMS and not changed.isdisjoint(_COLLECTED) and _uncollected(settings):
        yield f"AWS asks for a batching window of 1 s at least with batches of more than {UNBATCHED}"
    if "batching_window_s" in changed and _keeps_window(mapping) and not present.batching_window_s:
        yield "the default batching window of 500 ms cannot be set again: only a new mapping has it"
    if "report_batch_item_failures" in changed and settings.report_batch_item_failures:
        yield "the function must answer with batchItemFailures, or a batch that failed in part counts as done"
    if kind == "kafka" and not mapping.provisioned_poller_config and not changed.isdisjoint(_RETRIES):
        yield "AWS offers the handling of errors to Kafka mappings with provisioned pollers, and this one has none"
    if not changed.isdisjoint(_GIVES_UP) and _gives_up(settings) and not mapping.on_failure:
        yield "records that are given up are lost: the mapping has no on-failure destination"
    if "filters" in changed and settings.filters is not None:
        if present.filters is None:
            yield "the filters that it has are not shown, and these take their place"
        if settings.filters and kind in {"sqs", "fifo"}:
            yield "messages that fit no filter are deleted from the queue"
        if len(settings.filters) > FILTERS_BY_DEFAULT:
            yield f"AWS allows {FILTERS_BY_DEFAULT} filters where the quota was not raised"


_STREAMS = frozenset({"kinesis", "dynamodb"})
_COLLECTED = frozenset({"batch_size", "batching_window_s"})
_GIVES_UP = frozenset({"retry_attempts", "record_age_s"})


def _uncollected(settings: MappingSettings) -> bool:
    """Whether batches are larger than AWS collects without a window, and there is none."""
    return (settings.batch_size or 0) > UNBATCHED and not settings.batching_window_s


def _gives_up(settings: MappingSettings) -> bool:
    return any(getattr(settings, name) not in {None, FOREVER} for name in _GIVES_UP)


def _keeps_window(mapping: EventSourceMapping) -> bool:
    """Whether a batching window, once set, cannot be taken away."""
    return bounds(mapping).get("batching_window_s") is _HALF_SECOND


def _filters_problem(filters: tuple[str, ...] | None) -> str | None:
    if filters is None:
        return "are not known, and cannot be set to what they were"
    if len(filters) > FILTERS:
        return f"{len(filters)} filters: {FILTERS} are allowed"
    wrong = ((number, _pattern_problem(pattern)) for number, pattern in enumerate(filters, 1))
    return next((f"filter {number} {problem}" for number, problem in wrong if problem), None)


def _pattern_problem(pattern: str) -> str | None:
    """What is wrong with a pattern: an object whose values are objects again, or lists of what is taken.

    The syntax is EventBridge's (lambda/latest/dg/invocation-eventfiltering.html).
    """
    if len(pattern) > PATTERN_LENGTH:
        return f"has {len(pattern):,} characters: {PATTERN_LENGTH:,} are allowed"
    try:
        left = [json.loads(pattern)]
    except json.JSONDecodeError as error:
        return f"is no JSON: {error.msg} at character {error.pos + 1}"
    except RecursionError:
        return "is nested too deep"
    if not isinstance(left[0], dict):
        return "must be a JSON object"
    while left:
        for key, value in left.pop().items():
            if isinstance(value, dict):
                left.append(value)
            elif not isinstance(value, list) or not value:
                return f'must have a list of what is taken for "{key}"'
    return None


_WRONG: Mapping[str, Callable[[Any], str | None]] = {
    "enabled": lambda enabled: "must be on or off" if enabled is None else None,
    "filters": _filters_problem,
}


# -- how AWS is told


def call_parameters(mapping: EventSourceMapping, before: MappingSettings, after: MappingSettings) -> dict[str, Any]:
    """The parameters of UpdateEventSourceMapping that make `after` of `before`; empty where they are the same.

    Only what differs is sent. What is None in `after` is set to AWS's default, or cleared as AWS wants it: an empty
    ScalingConfig, FilterCriteria or list. The way back is the same with `before` and `after` changed over, where
    `problems` finds nothing in it: a default of 500 ms and filters that AWS did not show cannot be brought back.

    Args:
        after: without `problems`.
    """
    known = bounds(mapping)
    changes: dict[str, Any] = {}
    for name in (name for name in known if name in _changed(before, after)):
        value, limits = getattr(after, name), known[name]
        changes |= _SENT[name](limits.default if value is None and limits else value)
    return {"UUID": mapping.uuid, **changes} if changes else {}


def _changed(before: MappingSettings, after: MappingSettings) -> frozenset[str]:
    names = (field.name for field in fields(MappingSettings))
    return frozenset(name for name in names if getattr(before, name) != getattr(after, name))


def _member(name: str) -> Callable[[Any], dict[str, Any]]:
    return lambda value: {name: value}


_SENT: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "enabled": _member("Enabled"),
    "batch_size": _member("BatchSize"),
    "batching_window_s": _member("MaximumBatchingWindowInSeconds"),
    "maximum_concurrency": lambda most: {"ScalingConfig": {} if most is None else {"MaximumConcurrency": most}},
    "report_batch_item_failures": lambda on: {"FunctionResponseTypes": [REPORT] if on else []},
    "bisect_batch": lambda on: {"BisectBatchOnFunctionError": bool(on)},
    "retry_attempts": _member("MaximumRetryAttempts"),
    "record_age_s": _member("MaximumRecordAgeInSeconds"),
    "parallelization_factor": _member("ParallelizationFactor"),
    "tumbling_window_s": _member("TumblingWindowInSeconds"),
    "filters": lambda filters: {
        "FilterCriteria": {"Filters": [{"Pattern": pattern} for pattern in filters]} if filters else {}
    },
}
"""By setting: what is sent for a value."""
