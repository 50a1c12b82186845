"""Which metrics tell how long events wait for a function: by what it reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from lambdatui.models.arn import Arn
from lambdatui.models.metric import ITERATOR_AGE, MetricQuery

if TYPE_CHECKING:
    from lambdatui.models.event_source import EventSourceMapping

SQS = "AWS/SQS"
STREAMS = frozenset({"kinesis", "dynamodb", "rds"})
"""The services whose readers have an iterator age (facts 6)."""


def queue_age(queue: str) -> MetricQuery:
    """The age of the oldest message in a queue, in seconds (facts 6).

    Args:
        queue: its name.
    """
    return MetricQuery("ApproximateAgeOfOldestMessage", "Maximum", (("QueueName", queue),), namespace=SQS)


def event_ages(mappings: Iterable[EventSourceMapping]) -> Mapping[str, tuple[MetricQuery, ...]]:
    """What to ask about each function that reads a stream or a queue, by the function's name.

    The function's own iterator age stands for all of its streams. A queue of another account has its metrics there,
    out of reach.
    """
    ages: defaultdict[str, dict[MetricQuery, None]] = defaultdict(dict)
    for mapping in mappings:
        source, reader = Arn.parse(mapping.event_source_arn or ""), Arn.parse(mapping.function_arn or "")
        if source is None or reader is None:
            continue
        if source.service in STREAMS:
            ages[mapping.function_name][ITERATOR_AGE.of(mapping.function_name)] = None
        elif source.service == "sqs" and (source.account, source.region) == (reader.account, reader.region):
            ages[mapping.function_name][queue_age(source.resource)] = None
    return {function: tuple(queries) for function, queries in ages.items()}
