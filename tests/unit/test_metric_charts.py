"""What is asked for and drawn of a function's metrics."""

from __future__ import annotations

import pytest

from lambdatui.models.deployment import Deployment
from lambdatui.models.function import FunctionSummary
from lambdatui.models.metric import DAY, ERRORS, HOUR, INVOCATIONS, WEEK, WINDOWS, Series, Status, Window
from lambdatui.models.release import Alias, RoutingConfig, Version
from lambdatui.ui.panes.metric_charts import (
    LATE_MS,
    Scope,
    Span,
    charts,
    drawings,
    lettered,
    queries,
    scopes,
)
from lambdatui.ui.widgets.time_chart import Drawing, Trace, ceiling, heading
from tests.support.metrics import MINUTE, NOW, TEN, series

SPAN = Span(window=HOUR, now_ms=NOW)


def alias(name: str, version: str, **weights: float) -> Alias:
    routing = RoutingConfig(additional_version_weights={key.removeprefix("v"): w for key, w in weights.items()})
    return Alias(name=name, function_version=version, routing_config=routing if weights else None)


def published(*numbers: int) -> list[Version]:
    summary = FunctionSummary(name="orders", arn="")
    return [Version(number=number, function=summary) for number in ("$LATEST", *map(str, numbers))]


def first(found: list[Series], span: Span = SPAN) -> Drawing:
    """The chart of invocations and errors."""
    return next(drawings("orders", Scope(), {one.query: one for one in found}, span, levels={}))


# -- what is asked for


def test_of_the_whole_function_no_query_has_a_resource() -> None:
    assert {query.dimensions for query in queries("orders", Scope())} == {(("FunctionName", "orders"),)}


def test_provisioned_concurrency_is_asked_for_of_a_release_alone() -> None:
    name = "ProvisionedConcurrencyUtilization"
    asked = {scope: {query.name for query in queries("orders", scope)} for scope in (Scope(), Scope("live"))}
    assert name not in asked[Scope()] and name in asked[Scope("live")]


def test_versions_are_asked_for_by_all_three_dimensions() -> None:
    asked = queries("orders", Scope("live", ("14", "13")))
    resource = (("FunctionName", "orders"), ("Resource", "orders:live"))
    assert {query.dimensions for query in asked} == {
        resource,
        (*resource, ("ExecutedVersion", "14")),
        (*resource, ("ExecutedVersion", "13")),
    }


@pytest.mark.parametrize("scope", [Scope(), Scope("live"), Scope("live", ("14", "13"))], ids=str)
def test_the_traces_of_a_chart_differ_without_colours(scope: Scope) -> None:
    for chart in charts(scope):
        glyphs = [line.glyph for line in chart.lines]
        assert len(set(glyphs)) == len(glyphs)


# -- what can be looked at


def test_an_alias_is_compared_with_the_version_that_shares_its_traffic() -> None:
    assert scopes([alias("live", "13", v14=0.1)], published(12, 13, 14)) == [
        Scope(),
        Scope("live"),
        Scope("live", ("13", "14")),
    ]


def test_an_alias_that_shares_with_none_is_compared_with_the_version_before() -> None:
    assert scopes([alias("live", "14")], published(9, 13, 14, 15))[-1] == Scope("live", ("14", "13"))


def test_an_alias_of_the_first_version_is_compared_with_none() -> None:
    assert scopes([alias("live", "1")], published(1, 2)) == [Scope(), Scope("live")]


# -- what is drawn


def test_a_count_that_is_missing_is_zero_until_datapoints_may_be_late() -> None:
    invoked = series(INVOCATIONS.of("orders"), {TEN - 30 * MINUTE: 5.0})
    _, errors = first([invoked, series(ERRORS.of("orders"), {})]).traces
    late = LATE_MS // MINUTE + 1
    assert errors.values == (0.0,) * (60 - late) + (None,) * late


def test_of_a_function_that_did_not_run_nothing_is_taken_for_zero() -> None:
    drawing = first([series(INVOCATIONS.of("orders"), {}), series(ERRORS.of("orders"), {})])
    assert drawing.empty


def test_a_metric_that_was_held_back_says_so() -> None:
    _, errors = first([series(INVOCATIONS.of("orders"), {TEN: 5.0})]).traces
    assert errors.note == "not asked for"


def test_a_metric_that_failed_says_why() -> None:
    refused = series(ERRORS.of("orders"), {}, status=Status.FAILED, why="AWS could not answer")
    _, errors = first([series(INVOCATIONS.of("orders"), {TEN: 5.0}), refused]).traces
    assert errors.note == "! AWS could not answer"


def test_deployments_of_one_bucket_share_a_letter() -> None:
    deployed = [Deployment(at_ms=TEN - ago, what="") for ago in (20 * MINUTE, 10 * MINUTE + 5, 10 * MINUTE + 1)]
    assert lettered(deployed, SPAN) == [(39, "A"), (48, "B")]


@pytest.mark.parametrize("window", WINDOWS, ids=[window.name for window in WINDOWS])
def test_a_window_has_a_few_times_on_its_axis(window: Window) -> None:
    ticks = Span(window=window, now_ms=NOW).ticks()
    assert 3 <= len(ticks) <= 6
    assert all(0 <= at < window.buckets for at, _ in ticks)


def test_times_are_hours_within_a_day_and_days_beyond() -> None:
    assert Span(window=DAY, now_ms=NOW).clock(TEN) == "22:00Z"
    assert Span(window=WEEK, now_ms=NOW).clock(TEN) == "11-20"


# -- how it is written


@pytest.mark.parametrize(
    ("highest", "unit", "top"),
    [(0, "Count", 2), (3, "Count", 4), (120, "Count", 200), (4_000, "Milliseconds", 4_000), (0.3, "Share", 0.4)],
)
def test_the_axis_ends_at_a_round_number_above_the_highest(highest: float, unit: str, top: float) -> None:
    assert ceiling(highest, unit) == pytest.approx(top)


def test_a_heading_sums_counts_and_has_the_greatest_of_all_else() -> None:
    counts = Trace(label="errors", values=(1.0, None, 2.0), glyph="x", colour="error", adds_up=True)
    longest = Trace(label="p95", values=(100.0, None, 250.0), glyph="o", colour="accent")
    told = heading(Drawing(title="Errors", unit="Count", buckets=3, traces=(counts,)), None).plain
    assert told == " Errors  x errors 3"
    told = heading(Drawing(title="Duration", unit="Milliseconds", buckets=3, traces=(longest,)), None).plain
    assert told == " Duration  o p95 max 250 ms"


def test_a_gap_under_the_cursor_is_told_as_such() -> None:
    trace = Trace(label="p95", values=(100.0, None), glyph="o", colour="accent")
    assert Drawing(title="Duration", unit="Milliseconds", buckets=2, traces=(trace,)).read(trace, 1) == "-"
