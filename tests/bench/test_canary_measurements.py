"""That the simulation of shifts simulates what it says."""

from __future__ import annotations

from random import Random
from statistics import mean, pvariance

import pytest

from lambdatui.insight.canary import Verdict
from tests.bench.canary_measurements import PLANS, Case, binomial, flown


@pytest.mark.parametrize(("trials", "probability"), [(60, 0.05), (600, 0.01), (6_000, 0.1)])
def test_what_succeeds_is_binomial(trials: int, probability: float) -> None:
    random = Random(1)
    drawn = [binomial(trials, probability, random) for _ in range(20_000)]
    assert mean(drawn) == pytest.approx(trials * probability, rel=0.02)
    assert pvariance(drawn) == pytest.approx(trials * probability * (1 - probability), rel=0.05)


def test_of_nothing_nothing_succeeds() -> None:
    assert binomial(0, 0.5, Random(1)) == 0


@pytest.mark.parametrize("plan", PLANS)
def test_a_shift_to_a_version_that_mostly_fails_ends_with_the_first_minute_that_is_known(plan: str) -> None:
    landing = flown(Case(plan, 100, old=0.01, new=0.9), Random(1))
    assert (landing.verdict, landing.minutes) == (Verdict.ROLL_BACK, 2)
    assert landing.share <= 0.1


def test_a_shift_without_failures_takes_the_time_of_its_plan() -> None:
    landing = flown(Case("careful", 100, old=0.001, new=0.0001), Random(1))
    assert (landing.verdict, landing.minutes, landing.share) == (Verdict.CONTINUE, 25, 0.5)
