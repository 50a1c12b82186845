"""The verdicts of the benchmark's table."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from tests.bench.measurements import p95
from tests.bench.table import Bound, Failure, Figure, NoBound, render


def figure(value: float, bound: Bound, yardstick: float | None = None) -> Figure:
    return Figure("first paint", "ms", [value] * 3, bound, [yardstick] * 3 if yardstick else [], "hello")


@pytest.mark.parametrize(
    ("value", "yardstick", "bound", "holds"),
    [
        (130.0, 100.0, Bound(times=1.3), True),
        (131.0, 100.0, Bound(times=1.3), False),
        (34.0, 10.0, Bound(1, plus=25), True),
        (36.0, 10.0, Bound(1, plus=25), False),
        (150.0, None, Bound(plus=150), True),
        (151.0, None, Bound(plus=150), False),
        (0.0, None, Bound(), True),
        (1.0, None, Bound(), False),
    ],
)
def test_a_figure_holds_up_to_its_bound(value: float, yardstick: float | None, bound: Bound, holds: bool) -> None:
    assert figure(value, bound, yardstick).holds is holds


def test_one_wild_repetition_does_not_decide() -> None:
    assert Figure("first paint", "ms", [100, 900, 101], Bound(times=1.3), [100, 100, 100]).holds


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        (figure(100, Bound(times=1.3), 100), "ok"),
        (figure(200, Bound(times=1.3), 100), "OVER"),
        (figure(200, NoBound(why="there is nothing to compare with")), "not judged"),
        (Failure("keys", "the console never showed a cursor"), "FAILED"),
    ],
)
def test_the_table_tells_the_verdict(result: Figure | Failure, verdict: str) -> None:
    printed = io.StringIO()
    render([result], Console(file=printed, width=130))
    assert [word for word in ("ok", "OVER", "FAILED", "not judged") if word in printed.getvalue()] == [verdict]


def test_the_95th_percentile_leaves_the_slowest_twentieth_out() -> None:
    assert p95([float(value) for value in range(1, 101)]) == 95.0
