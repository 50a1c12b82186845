"""Windows, periods and what a series says, on datapoints made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lambdatui.insight.series import (
    bucketed,
    last,
    peak,
    rate,
    rates,
    share_of_timeout,
    sparkline,
    total,
    typical,
)
from lambdatui.models.metric import (
    DAY,
    DURATION_P95,
    ERRORS,
    FIFTEEN_MINUTES,
    HOUR,
    INVOCATIONS,
    WINDOWS,
    MetricQuery,
    Series,
    Status,
    Window,
    retained_period_s,
)
from tests.support.metrics import MINUTE, NOW, TEN, series

COUNT = INVOCATIONS.of("orders")
P95 = DURATION_P95.of("orders")
_DAY_S = 86_400


def five_minutes(found: Series, *, ran: bool = False) -> tuple[float | None, ...]:
    """In five buckets of a minute."""
    return bucketed(found, TEN, TEN + 5 * MINUTE, 5, ran=ran)


# -- windows and periods


@pytest.mark.parametrize(
    ("age_s", "wished_s", "period_s"),
    [
        (3_600, 60, 60),
        (3_600, 90, 120),
        (15 * _DAY_S, 60, 60),
        (15 * _DAY_S + 1, 60, 300),
        (63 * _DAY_S, 900, 900),
        (63 * _DAY_S + 1, 900, 3_600),
        (1_000 * _DAY_S, 60, 3_600),
    ],
)
def test_the_period_is_one_for_which_there_is_still_data(age_s: int, wished_s: int, period_s: int) -> None:
    assert retained_period_s(age_s, wished_s) == period_s


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window.name)
def test_a_window_begins_and_ends_with_a_period(window: Window) -> None:
    since_ms, until_ms = window.range_ms(NOW)
    assert (since_ms % (window.period_s * 1_000), until_ms % (window.period_s * 1_000)) == (0, 0)
    assert until_ms - since_ms == window.span_s * 1_000 == window.buckets * window.period_s * 1_000


def test_a_window_holds_the_running_period() -> None:
    assert HOUR.range_ms(TEN) == HOUR.range_ms(TEN + MINUTE - 1) == (TEN - 59 * MINUTE, TEN + MINUTE)


def test_a_window_shorter_than_the_metrics_period_is_one_period() -> None:
    since_ms, until_ms = FIFTEEN_MINUTES.range_ms(NOW, 3_600)
    assert until_ms - since_ms == 3_600_000


# -- buckets


def test_gaps_of_a_percentile_stay_gaps() -> None:
    found = series(P95, {TEN: 120.0, TEN + 3 * MINUTE: 90.0})
    assert five_minutes(found, ran=True) == (120.0, None, None, 90.0, None)


def test_gaps_of_a_count_are_zero_if_the_function_ran() -> None:
    found = series(COUNT, {TEN: 3.0, TEN + 3 * MINUTE: 1.0})
    assert five_minutes(found, ran=True) == (3.0, 0.0, 0.0, 1.0, 0.0)


def test_gaps_of_a_count_stay_gaps_if_nobody_knows_that_it_ran() -> None:
    assert five_minutes(series(COUNT, {TEN: 3.0})) == (3.0, None, None, None, None)


def test_gaps_of_a_partial_count_stay_gaps() -> None:
    found = series(COUNT, {TEN: 3.0}, status=Status.PARTIAL)
    assert five_minutes(found, ran=True) == (3.0, None, None, None, None)


def test_what_a_longer_period_covers_is_not_filled_with_zeros() -> None:
    found = series(COUNT, {TEN: 3.0}, period_s=300)
    assert five_minutes(found, ran=True) == (3.0, None, None, None, None)


def test_datapoints_outside_the_buckets_are_left_out() -> None:
    found = series(COUNT, {TEN - 1: 9.0, TEN: 1.0, TEN + 5 * MINUTE: 9.0})
    assert five_minutes(found) == (1.0, None, None, None, None)


@pytest.mark.parametrize(
    ("stat", "value"),
    [("Sum", 9.0), ("SampleCount", 9.0), ("Maximum", 6.0), ("p95", 6.0), ("Minimum", 1.0), ("Average", 3.0)],
)
def test_datapoints_in_one_bucket_become_one_by_their_statistic(stat: str, value: float) -> None:
    found = series(MetricQuery("Any", stat), {TEN: 1.0, TEN + MINUTE: 2.0, TEN + 2 * MINUTE: 6.0})
    assert bucketed(found, TEN, TEN + 5 * MINUTE, 1) == (value,)


def test_a_period_that_changes_in_the_window_counts_nothing_twice() -> None:
    fine = series(COUNT, {TEN + number * MINUTE: 1.0 for number in range(10)})
    coarse = series(COUNT, {TEN + 5 * MINUTE: 7.0, TEN + 10 * MINUTE: 2.0}, period_s=300)
    changed = fine.updated(coarse)
    assert bucketed(changed, TEN, TEN + 15 * MINUTE, 3) == (5.0, 7.0, 2.0)


# -- late datapoints


def test_a_late_datapoint_replaces_the_earlier_one() -> None:
    before = series(COUNT, {TEN: 3.0, TEN + MINUTE: 1.0})
    after = series(COUNT, {TEN + MINUTE: 8.0, TEN + 2 * MINUTE: 2.0})
    assert before.updated(after) == series(COUNT, {TEN: 3.0, TEN + MINUTE: 8.0, TEN + 2 * MINUTE: 2.0})


def test_an_older_coarse_datapoint_gives_way_to_a_fine_one_within_it() -> None:
    coarse = series(COUNT, {TEN: 30.0, TEN + 5 * MINUTE: 20.0}, period_s=300)
    fine = series(COUNT, {TEN + 7 * MINUTE: 4.0})
    assert coarse.updated(fine) == series(COUNT, {TEN: 30.0, TEN + 7 * MINUTE: 4.0})


def test_an_update_brings_its_status() -> None:
    failed = series(COUNT, {}, status=Status.FAILED, why="out of order")
    assert series(COUNT, {TEN: 3.0}).updated(failed) == replace(
        series(COUNT, {TEN: 3.0}), status="failed", why=failed.why
    )


# -- figures


def test_a_count_adds_up() -> None:
    assert total(series(COUNT, {TEN: 3.0, TEN + MINUTE: 4.0})) == 7


def test_a_count_of_which_aws_has_nothing_is_zero() -> None:
    assert total(series(COUNT, {})) == 0


@pytest.mark.parametrize("status", [Status.FORBIDDEN, Status.FAILED, Status.PARTIAL])
def test_a_count_that_aws_did_not_tell_is_unknown(status: Status) -> None:
    assert total(series(COUNT, {}, status=status)) is None


def test_a_series_that_was_not_asked_for_is_unknown() -> None:
    assert (total(None), peak(None), last(None), typical(None)) == (None, None, None, None)


def test_peak_and_last() -> None:
    found = series(P95, {TEN: 5.0, TEN + MINUTE: 9.0, TEN + 2 * MINUTE: 7.0})
    assert (peak(found), last(found)) == (9.0, 7.0)


def test_without_datapoints_there_is_no_peak() -> None:
    assert (peak(series(P95, {})), last(series(P95, {}))) == (None, None)


def test_percentiles_weigh_as_much_as_there_were_invocations() -> None:
    durations = series(P95, {TEN: 100.0, TEN + MINUTE: 1_000.0})
    assert typical(durations, series(COUNT, {TEN: 9.0, TEN + MINUTE: 1.0})) == 190.0


def test_percentiles_weigh_the_same_if_the_invocations_are_unknown() -> None:
    durations = series(P95, {TEN: 100.0, TEN + MINUTE: 1_000.0})
    assert typical(durations, series(COUNT, {}, status=Status.FORBIDDEN)) == typical(durations) == 550.0


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [(102, 1_240, 102 / 1_240), (0, 5, 0), (0, 0, None), (None, 5, None), (5, None, None), (6, 5, 1.0)],
)
def test_a_rate_needs_both_and_something_that_happened(
    part: float | None, whole: float | None, share: float | None
) -> None:
    assert rate(part, whole) == share


def test_rates_are_known_where_something_ran() -> None:
    errors = bucketed(series(ERRORS.of("orders"), {TEN: 1.0}), TEN, TEN + 3 * MINUTE, 3, ran=True)
    invocations = bucketed(series(COUNT, {TEN: 4.0, TEN + MINUTE: 2.0}), TEN, TEN + 3 * MINUTE, 3, ran=True)
    assert rates(errors, invocations) == (0.25, 0.0, None)


def test_a_duration_is_a_share_of_the_timeout() -> None:
    assert share_of_timeout(24_000, 30) == 0.8


# -- sparklines


@pytest.mark.parametrize(
    ("values", "cells"),
    [
        ((), ""),
        ((None, None), "  "),
        ((0.0, 0.0), "▁▁"),
        ((0.0, None, 7.0), "▁ █"),
        ((90.0, 100.0), "▇█"),
        ((0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0), "▁▂▃▄▅▆▇█"),
    ],
)
def test_a_sparkline_stands_on_zero_and_leaves_gaps(values: tuple[float | None, ...], cells: str) -> None:
    assert sparkline(values) == cells


def test_a_day_in_twelve_cells() -> None:
    since_ms, until_ms = DAY.range_ms(NOW)
    points = {since_ms + number * 900_000: 1.0 for number in range(96)}
    assert bucketed(series(COUNT, points, period_s=900), since_ms, until_ms, 12) == (8.0,) * 12
