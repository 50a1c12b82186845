"""The steps of a shift, from what an operator writes."""

from __future__ import annotations

import random

import pytest

from lambdatui.errors import SettingsError
from lambdatui.insight.shift_plan import EXAMPLE, LONGEST_S, Step, read_plan, thin_traffic, written


def test_steps_are_read_and_written_alike() -> None:
    plan = read_plan(EXAMPLE)
    assert plan == (Step(5, 300), Step(25, 600), Step(50, 600), Step(100))
    assert written(plan) == EXAMPLE
    assert read_plan(written(plan)) == plan


def test_all_of_the_traffic_comes_last_even_if_nobody_says_so() -> None:
    assert read_plan("0.5%/90s") == (Step(0.5, 90), Step(100))
    assert written(read_plan("0.5%/90s")) == "0.5%/90s, 100%"


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("canary", (Step(10, 300), Step(100))),
        ("Canary10Percent5Minutes", (Step(10, 300), Step(100))),
        ("CodeDeployDefault.LambdaCanary10Percent30Minutes", (Step(10, 1_800), Step(100))),
        ("AllAtOnce", (Step(100),)),
        ("CodeDeployDefault.LambdaAllAtOnce", (Step(100),)),
    ],
)
def test_plans_are_known_by_name_codedeploys_too(name: str, steps: tuple[Step, ...]) -> None:
    assert read_plan(name) == steps


@pytest.mark.parametrize(
    "name", ["linear", "Linear10PercentEvery1Minute", "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"]
)
def test_linear_plans_grow_by_the_same_share(name: str) -> None:
    plan = read_plan(name)
    assert [step.percent for step in plan] == [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
    assert {step.bake_s for step in plan[:-1]} == {60}


def test_a_linear_plan_whose_share_does_not_divide_100_ends_with_what_is_left() -> None:
    assert [step.percent for step in read_plan("Linear30PercentEvery2Minutes")] == [30, 60, 90, 100]


def test_the_settings_plans_go_before_the_known_ones() -> None:
    assert read_plan("canary", {"canary": "1%/1h"}) == (Step(1, 3_600), Step(100))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is no plan"),
        ("fast", "'fast' is no plan"),
        ("10%/5m, fast", "'fast' is no step"),
        ("0.00001%/5m", "'0.00001%/5m' has a share of more than 4 decimals"),
        ("10%", "needs a time"),
        ("10%/5m, 5%/5m", "more than the one before"),
        ("0%/5m", "above 0"),
        ("120%", "at most 100"),
        ("100%, 100%", "more than the one before"),
        ("Canary0Percent5Minutes", "is no plan"),
        ("10%/9999999h", "'10%/9999999h' is longer than 7d"),
        (f"10%/{'9' * 5_000}h", "is longer than 7d"),
        ("10%/4d, 20%/4d", "the steps take at most 7d in all"),
        ("Canary10Percent99999Minutes", "the steps take at most 7d in all"),
        (f"Canary10Percent{'9' * 5_000}Minutes", "is no plan"),
        (f"{'9' * 5_000}%/5m", "at most 100"),
        ("10%/0s", "'10%/0s' is not a whole number of seconds"),
        ("10%/0.00001s", "is not a whole number of seconds"),
        ("10%/1.5s", "is not a whole number of seconds"),
    ],
)
def test_what_is_no_plan_is_told(text: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told) as caught:
        read_plan(text)
    assert EXAMPLE in caught.value.hint


def test_what_is_written_is_read_back_exactly() -> None:
    chosen = random.Random(7)
    for seconds in (1, 59, 90, 86_399, 123_457, LONGEST_S, *(chosen.randint(1, LONGEST_S) for _ in range(2_000))):
        plan = (Step(chosen.randint(1, 999_999) / 10_000, seconds), Step(100))
        assert read_plan(written(plan)) == plan


@pytest.mark.parametrize(
    ("typed", "kept"), [("1.5h", "90m"), ("0.7m", "42s"), ("24h", "1d"), ("7d", "7d"), ("1.0s", "1s"), ("090s", "90s")]
)
def test_a_time_is_written_in_the_longest_unit_that_is_exact(typed: str, kept: str) -> None:
    assert written(read_plan(f"10%/{typed}")) == f"10%/{kept}, 100%"


def test_a_name_that_is_no_plans_is_told_which_there_are() -> None:
    with pytest.raises(SettingsError) as refused:
        read_plan("carefull", {"careful": "1%/1h"})
    assert "there are careful, canary, linear" in refused.value.hint


@pytest.mark.parametrize("share", ["0.0001", "12.3456", "99.9999"])
def test_the_smallest_differences_that_can_be_sent_are_kept(share: str) -> None:
    assert read_plan(written(read_plan(f"{share}%/5m")))[0].percent == float(share)


@pytest.mark.parametrize(
    ("plan", "per_hour", "told"),
    [
        ("10%/5m", 12_000, ""),
        (
            "10%/5m",
            3_000,
            "with 3,000 invocations an hour the first step takes about 20m, not 5m: 100 of each",
        ),
        ("10%/5m", 60, "with 60 invocations an hour the first step takes about 17h, not 5m"),
        ("10%/5m", 0.324, "takes about 129d, not 5m"),
        ("95%/5m", 3_000, "about 40m"),
        ("100%", 1, ""),
    ],
    ids=["enough", "minutes", "hours", "days", "the old version is the rarer one", "nothing to wait for"],
)
def test_a_first_step_that_has_to_wait_for_invocations_is_told(plan: str, per_hour: float, told: str) -> None:
    said = thin_traffic(read_plan(plan), per_hour, 100)
    assert told in said
    assert bool(told) == bool(said)
