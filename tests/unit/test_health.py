"""The verdict on a function, by its figures."""

from __future__ import annotations

from typing import Any

import pytest

from lambdatui.insight.event_ages import queue_age
from lambdatui.insight.health import Figures, State, figures, health
from lambdatui.models.metric import (
    CONCURRENCY,
    DURATION_P95,
    ERRORS,
    FUNCTION_METRICS,
    INVOCATIONS,
    ITERATOR_AGE,
    THROTTLES,
    Status,
)
from tests.support.metrics import MINUTE, TEN, series

WELL: dict[str, Any] = {"invocations": 1_240.0, "errors": 0.0, "throttles": 0.0, "p95_ms": 240.0, "timeout_s": 30}


def verdict(**particular: Any) -> tuple[State, str]:
    found = health(Figures(window="1 h", **{**WELL, **particular}))
    return found.state, found.reason


@pytest.mark.parametrize(
    ("particular", "state", "reason"),
    [
        ({}, State.WELL, "1,240 invocations in 1 h, nothing wrong"),
        ({"errors": 102.0}, State.FAILING, "8.2 % errors in 1 h: 102 of 1,240"),
        ({"invocations": 30.0, "errors": 30.0}, State.FAILING, "100 % errors in 1 h: 30 of 30"),
        ({"invocations": 3.0, "errors": 3.0}, State.FAILING, "100 % errors in 1 h: 3 of 3"),
        ({"invocations": 178.0, "errors": 5.0}, State.FAILING, "2.8 % errors in 1 h: 5 of 178"),
        ({"throttles": 45.0}, State.THROTTLED, "45 throttled in 1 h"),
        (
            {"throttles": 45.0, "concurrency": 100.0, "concurrency_limit": 100},
            State.THROTTLED,
            "45 throttled in 1 h; concurrency reached 100 of 100",
        ),
        ({"concurrency_limit": 0}, State.THROTTLED, "switched off: its reserved concurrency is 0"),
        ({"p95_ms": 25_500.0}, State.SLOW, "p95 26 s is 85 % of the timeout, 30 s"),
        ({"iterator_age_ms": 720_000.0}, State.BEHIND, "records of its stream wait 12 m"),
        ({"queue_age_ms": 1_260_000.0}, State.BEHIND, "messages of its queue wait 21 m"),
        ({"async_age_ms": 14_400_000.0}, State.BEHIND, "events wait 4.0 h; at 6.0 h they are dropped"),
        ({"invocations": 0.0}, State.QUIET, "no invocations in 1 h"),
        ({"invocations": None}, State.UNKNOWN, "not known: invocations"),
        ({"errors": None, "throttles": None}, State.UNKNOWN, "not known: errors, throttles"),
    ],
)
def test_a_verdict_gives_its_reason_with_numbers(particular: dict[str, Any], state: State, reason: str) -> None:
    assert verdict(**particular) == (state, reason)


@pytest.mark.parametrize(
    "particular",
    [
        {"errors": 12.0},
        {"invocations": 457.0, "errors": 5.0},
        {"invocations": 20.0, "errors": 2.0},
        {"p95_ms": 23_999.0},
        {"iterator_age_ms": 30_000.0},
        {"async_age_ms": 10_800_000.0},
        {"concurrency": 99.0, "concurrency_limit": 100},
        {"p95_ms": None},
    ],
    ids=[
        "1 % errors",
        "more by chance",
        "few errors",
        "below 80 % of the timeout",
        "30 s",
        "half of 6 h",
        "near its limit",
        "no p95",
    ],
)
def test_a_function_up_to_every_threshold_is_well(particular: dict[str, Any]) -> None:
    assert verdict(**particular)[0] is State.WELL


def test_the_worst_comes_first() -> None:
    states = [
        verdict(errors=100.0, throttles=1.0, p95_ms=30_000.0)[0],
        verdict(throttles=1.0, p95_ms=30_000.0)[0],
        verdict(p95_ms=30_000.0, iterator_age_ms=60_000.0)[0],
    ]
    assert states == [State.FAILING, State.THROTTLED, State.SLOW]


def test_what_is_unknown_hides_no_trouble() -> None:
    assert verdict(invocations=None, errors=None, throttles=5.0)[0] is State.THROTTLED


def test_urgency_sorts_the_unwell_before_the_others() -> None:
    in_order = sorted(State, key=lambda state: state.urgency)
    assert [state.unwell for state in in_order] == [True] * 4 + [False] * 3


def test_a_limit_of_its_own_counts_for_events() -> None:
    assert verdict(async_age_ms=120_000.0, max_async_age_s=180)[0] is State.BEHIND


# -- from series


def test_figures_come_from_the_series_of_the_function() -> None:
    points = {
        INVOCATIONS: {TEN: 9.0, TEN + MINUTE: 1.0},
        ERRORS: {TEN: 2.0},
        DURATION_P95: {TEN: 100.0, TEN + MINUTE: 1_000.0},
        THROTTLES: {},
        CONCURRENCY: {TEN: 3.0, TEN + MINUTE: 2.0},
        ITERATOR_AGE: {TEN: 90_000.0, TEN + MINUTE: 1_000.0},
    }
    found = {metric.of("orders"): series(metric.of("orders"), values) for metric, values in points.items()}
    assert figures("orders", found, "1 h", timeout_s=30, concurrency_limit=10) == Figures(
        window="1 h",
        invocations=10.0,
        errors=2.0,
        p95_ms=190.0,
        timeout_s=30,
        throttles=0.0,
        concurrency=3.0,
        concurrency_limit=10,
        iterator_age_ms=1_000.0,
    )


def test_a_function_without_series_is_unknown() -> None:
    assert health(figures("orders", {}, "1 h", timeout_s=30)).state is State.UNKNOWN


def test_a_function_whose_metrics_are_forbidden_is_unknown_and_not_quiet() -> None:
    queries = [metric.of("orders") for metric in FUNCTION_METRICS]
    found = {query: series(query, {}, status=Status.FORBIDDEN) for query in queries}
    assert health(figures("orders", found, "1 h", timeout_s=30)).state is State.UNKNOWN


def test_a_function_of_which_aws_has_nothing_is_quiet() -> None:
    found = {metric.of("orders"): series(metric.of("orders"), {}) for metric in FUNCTION_METRICS}
    assert health(figures("orders", found, "1 h", timeout_s=30)).state is State.QUIET


def test_the_oldest_message_of_all_queues_counts_in_milliseconds() -> None:
    queues = [queue_age("intake"), queue_age("returns"), queue_age("silent")]
    found = {queues[0]: series(queues[0], {TEN: 12.0}), queues[1]: series(queues[1], {TEN: 40.0})}
    assert figures("orders", found, "1 h", timeout_s=3, queues=queues).queue_age_ms == 40_000.0


@pytest.mark.parametrize(
    ("iterator", "queue", "age"), [(None, None, None), (5.0, None, 5.0), (None, 7.0, 7.0), (5.0, 7.0, 7.0)]
)
def test_what_waits_longest_is_the_age(iterator: float | None, queue: float | None, age: float | None) -> None:
    assert Figures(window="1 h", iterator_age_ms=iterator, queue_age_ms=queue).event_age_ms == age
