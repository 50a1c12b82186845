"""The log group that the benchmark reads: only if it answers as AWS does is what is measured true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.log_server import LETTERS, WORDS, Group, message, own_numbers


def read(group: Group, **asked: int) -> Iterator[list[dict[str, Any]]]:
    """The pages of a reading."""
    token: dict[str, str] | None = {}
    while token is not None:
        answer = json.loads(group.page({**asked, **token}))
        yield answer["events"]
        token = {"nextToken": answer["nextToken"]} if "nextToken" in answer else None


def numbers(group: Group, **asked: int) -> list[int]:
    return [int(event["eventId"]) for page in read(group, **asked) for event in page]


def begun(events: int, *, rate: int = 1_000, size: int = 100, late_every: int = 0, ago_s: float) -> Group:
    group = Group(events=events, rate=rate, size=size, late_every=late_every)
    group.begin(ago_s)
    return group


def test_a_group_is_empty_until_it_begins() -> None:
    assert numbers(Group(events=10, rate=1_000, size=100, late_every=0)) == []


def test_every_event_is_answered_once_and_in_order() -> None:
    assert numbers(begun(25_000, ago_s=60)) == list(range(25_000))


@pytest.mark.parametrize(("size", "events"), [(100, 10_000), (200, 5_000)])
def test_a_page_has_as_many_events_as_aws_gives(size: int, events: int) -> None:
    assert len(next(read(begun(20_000, size=size, ago_s=60)))) == events


@pytest.mark.parametrize("size", [100, 200])
def test_messages_are_as_long_as_asked_for_on_the_average(size: int) -> None:
    assert sum(len(message(number, size)) for number in range(10_000)) / 10_000 == pytest.approx(size, abs=1)


def test_both_times_asked_for_are_included() -> None:
    group = begun(10_000, ago_s=60)
    first_ms = next(read(group))[0]["timestamp"]
    assert numbers(group, startTime=first_ms + 10, endTime=first_ms + 19) == list(range(10, 20))


def test_what_is_not_written_yet_is_not_there() -> None:
    assert 10 <= len(numbers(begun(1_000_000, rate=10, ago_s=1))) <= 100


def test_a_late_event_comes_three_seconds_after_the_others_of_its_time() -> None:
    on_time = [number for number in range(1_000) if number % 97]
    assert numbers(begun(1_000, rate=500, late_every=97, ago_s=2.5)) == on_time
    assert numbers(begun(1_000, rate=500, late_every=97, ago_s=6)) == list(range(1_000))


def test_the_letters_of_a_filter_are_in_the_words_for_it_alone() -> None:
    own = own_numbers(1_000)
    others = [message(number, 200).replace(f" {WORDS[number % len(WORDS)]} ", " ") for number in range(1_000)]
    assert len(own) == 700
    assert not [text for text in others if set(LETTERS) & set(text.lower())]
