"""The pulse of a region, worked out from what was measured."""

from __future__ import annotations

from typing import Any

import pytest

from lambdatui.insight.pulse import (
    CLAIMED,
    LATELY_MS,
    LOOKED_AT,
    Account,
    Found,
    Ranked,
    account,
    changed,
    functions_in,
    ranking,
    slowest,
    to_look_at,
)
from lambdatui.insight.series import last
from lambdatui.models.concurrency import AccountConcurrency
from lambdatui.models.function import FunctionSummary
from lambdatui.models.metric import (
    CONCURRENCY,
    DURATION_P95,
    ERRORS,
    INVOCATIONS,
    ITERATOR_AGE,
    THROTTLES,
    Metric,
    MetricQuery,
)
from tests.support.metrics import MINUTE, NOW, TEN, series


def found(*told: tuple[MetricQuery, list[float]]) -> Found:
    """Series of a datapoint a minute."""
    return {
        query: series(query, {TEN + minute * MINUTE: value for minute, value in enumerate(values)})
        for query, values in told
    }


def of(metric: Metric, **values: list[float]) -> Found:
    return found(*((metric.of(name), points) for name, points in values.items()))


def summary(name: str, **particular: Any) -> FunctionSummary:
    return FunctionSummary(name=name, arn=f"arn:{name}", **particular)


def test_a_ranking_begins_with_most_and_leaves_out_who_has_none() -> None:
    told = of(ERRORS, few=[1.0, 2.0], many=[4.0], none=[0.0], silent=[])
    assert ranking(told, ERRORS) == (Ranked("many", 4.0), Ranked("few", 3.0))


def test_equals_in_a_ranking_stand_by_name() -> None:
    assert [one.function for one in ranking(of(ERRORS, b=[1.0], a=[1.0]), ERRORS)] == ["a", "b"]


def test_a_ranking_is_of_one_metric_and_of_whole_functions() -> None:
    release = ERRORS.of("release", qualifier="live")
    told = {**of(THROTTLES, other=[5.0]), **found((ERRORS.of_region, [9.0]), (release, [3.0]))}
    assert ranking(told, ERRORS) == ()


def test_a_stream_is_as_far_behind_as_it_was_last() -> None:
    told = of(ITERATOR_AGE, recovered=[90_000.0, 0.0], behind=[0.0, 60_000.0])
    assert ranking(told, ITERATOR_AGE, last) == (Ranked("behind", 60_000.0),)


def test_unwell_functions_are_looked_at_first_then_those_that_ran() -> None:
    told = {**of(ERRORS, failing=[3.0], ran=[0.0], idle=[]), **of(THROTTLES, throttled=[9.0])}
    assert to_look_at(told, ["idle", "unheard", "ran", "failing", "throttled"]) == (
        "failing",
        "throttled",
        "ran",
        "idle",
        "unheard",
    )


def test_milliseconds_that_a_stream_waits_do_not_drown_errors() -> None:
    told = {**of(ITERATOR_AGE, late=[600_000.0], later=[900_000.0]), **of(ERRORS, failing=[3.0])}
    assert to_look_at(told, ["late", "later", "failing"]) == ("later", "failing", "late")


def test_a_stream_that_keeps_up_is_no_trouble() -> None:
    told = {**of(ITERATOR_AGE, prompt=[900.0]), **of(ERRORS, second=[3.0], first=[4.0])}
    assert to_look_at(told, ["prompt", "second", "first"]) == ("first", "second", "prompt")


def test_ten_thousand_functions_are_not_all_looked_at() -> None:
    assert len(to_look_at({}, [f"f-{number}" for number in range(10_000)])) == LOOKED_AT


def test_a_function_that_was_deleted_is_not_looked_at() -> None:
    assert to_look_at(of(ERRORS, deleted=[3.0]), ["orders"]) == ("orders",)


def test_the_slowest_is_the_one_nearest_to_its_own_timeout() -> None:
    told = of(DURATION_P95, patient=[9_000.0], hasty=[2_700.0], idle=[])
    functions = [summary("patient", timeout_s=900), summary("hasty", timeout_s=3), summary("idle"), summary("unasked")]
    assert [(slow.function.name, slow.p95_ms, slow.share) for slow in slowest(told, functions)] == [
        ("hasty", 2_700.0, 0.9),
        ("patient", 9_000.0, 0.01),
    ]


def test_a_busy_minute_weighs_more_in_a_duration() -> None:
    told = {**of(DURATION_P95, orders=[100.0, 400.0]), **of(INVOCATIONS, orders=[30.0, 10.0])}
    assert slowest(told, [summary("orders")])[0].p95_ms == 175.0


REGION = found((CLAIMED.of_region, [300.0, 450.0]), (CONCURRENCY.of_region, [80.0, 90.0]))
LIMITS = AccountConcurrency(limit=1_000, unreserved=800)


@pytest.mark.parametrize(
    ("told", "limits", "expected", "share"),
    [
        (REGION, LIMITS, Account(limit=1_000, reserved=200, claimed=450.0, peak=90.0), 0.45),
        ({}, LIMITS, Account(limit=1_000, reserved=200, claimed=None, peak=None), 0.2),
        (REGION, None, Account(limit=None, reserved=None, claimed=450.0, peak=90.0), None),
    ],
    ids=["what was claimed", "nothing published", "limit unknown"],
)
def test_an_account_is_as_near_to_its_limit_as_what_it_claimed(
    told: Found, limits: AccountConcurrency | None, expected: Account, share: float | None
) -> None:
    state = account(told, limits)
    assert (state, state.share) == (expected, share)


def test_changes_of_the_last_hour_begin_with_the_newest() -> None:
    functions = [
        summary("older", last_modified=NOW - 50 * MINUTE),
        summary("newer", last_modified=NOW - MINUTE),
        summary("before", last_modified=NOW - LATELY_MS),
        summary("unknown", last_modified=None),
    ]
    assert [function.name for function in changed(functions, NOW)] == ["newer", "older"]


def test_the_region_is_no_function() -> None:
    assert functions_in({**REGION, **of(ERRORS, orders=[1.0])}) == {"orders"}
