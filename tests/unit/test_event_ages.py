"""What tells how long events wait for a function, by what it reads."""

from __future__ import annotations

import pytest

from lambdatui.insight.event_ages import event_ages, queue_age
from lambdatui.models.event_source import EventSourceMapping
from lambdatui.models.metric import ITERATOR_AGE
from tests.support.endpoint import ACCOUNT, REGION
from tests.support.mappings import mapping


def reading(*sources: str | None) -> list[EventSourceMapping]:
    """Mappings of these sources to the function ``orders``."""
    return [EventSourceMapping.model_validate(mapping(EventSourceArn=source)) for source in sources]


@pytest.mark.parametrize("source", ["kinesis:{}:stream/s", "dynamodb:{}:table/t/stream/1", "rds:{}:cluster:c"])
def test_a_reader_of_streams_is_asked_for_one_iterator_age(source: str) -> None:
    arn = "arn:aws:" + source.format(f"{REGION}:{ACCOUNT}")
    assert event_ages(reading(arn, arn)) == {"orders": (ITERATOR_AGE.of("orders"),)}


def test_each_queue_has_an_age_of_its_own() -> None:
    queues = [f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}" for name in ("intake", "returns", "intake")]
    assert event_ages(reading(*queues)) == {"orders": (queue_age("intake"), queue_age("returns"))}


@pytest.mark.parametrize(
    "source",
    [
        f"arn:aws:sqs:{REGION}:210987654321:intake",
        f"arn:aws:sqs:eu-north-1:{ACCOUNT}:intake",
        f"arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/c/1",
        None,
    ],
    ids=["queue of another account", "queue of another region", "Kafka", "Kafka that AWS does not run"],
)
def test_of_other_sources_no_age_is_asked_for(source: str | None) -> None:
    assert event_ages(reading(source)) == {}
