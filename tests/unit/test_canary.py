"""When a new version may have more traffic, and when it is taken back."""

from __future__ import annotations

import pytest

from lambdatui.insight.canary import (
    Evidence,
    Judgement,
    Period,
    Tally,
    Thresholds,
    Verdict,
    compare,
    interval,
    judge,
    probability_of_worse,
    totals,
)

ALIKE = Period(old=Tally(5_400, 54), new=Tally(600, 6))
"""One error in a hundred on both sides, a tenth of the traffic on the new version."""


def judged(*periods: Period, **known: object) -> Judgement:
    return judge(Evidence(periods=periods or (ALIKE,), **known))  # type: ignore[arg-type]


def test_alike_versions_continue() -> None:
    judgement = judged(ALIKE, ALIKE)
    assert judgement == Judgement(
        Verdict.CONTINUE, "1.0 % of the new version's invocations fail, 1.0 % of the old one's"
    )


def test_a_version_that_fails_five_times_as_often_is_rolled_back_with_the_numbers() -> None:
    judgement = judged(Period(old=Tally(5_400, 54), new=Tally(600, 30)))
    assert judgement.verdict is Verdict.ROLL_BACK
    assert judgement.why.startswith(
        "5.0 % of the new version's invocations fail, 1.0 % of the old one's: by chance less"
    )


def test_a_better_version_continues() -> None:
    assert judged(Period(old=Tally(5_400, 540), new=Tally(600, 6))).verdict is Verdict.CONTINUE


def test_no_errors_at_all_continue() -> None:
    assert judged(Period(old=Tally(5_400), new=Tally(600))).verdict is Verdict.CONTINUE


@pytest.mark.parametrize(
    ("old", "new", "which"), [(Tally(900), Tally(99), "new"), (Tally(99), Tally(900), "old"), (Tally(), Tally(), "new")]
)
def test_too_little_traffic_is_held_and_never_continued(old: Tally, new: Tally, which: str) -> None:
    judgement = judged(Period(old, new))
    assert judgement.verdict is Verdict.HOLD
    assert judgement.why.startswith("not enough evidence: ")
    assert f"invocations of the {which} version, 100 are needed" in judgement.why


def test_errors_too_few_to_tell_are_held() -> None:
    judgement = judged(Period(old=Tally(1_800, 18), new=Tally(200, 5)))
    assert judgement.verdict is Verdict.HOLD
    assert "probable that it is worse by more than 1.0 %" in judgement.why


def test_many_errors_of_few_invocations_are_rolled_back_below_the_sample_too() -> None:
    assert judged(Period(old=Tally(2_000, 2), new=Tally(90, 20))).verdict is Verdict.ROLL_BACK


def test_errors_that_came_before_there_was_anything_to_compare_with_count_for_nothing() -> None:
    assert compare([Period(old=Tally(), new=Tally(50, 50))]).weight_of_worse == pytest.approx(1)


def test_a_rate_that_rises_on_both_sides_alike_is_nobodys_fault() -> None:
    quiet, storm = Period(Tally(900, 1), Tally(100)), Period(Tally(100, 50), Tally(900, 450))
    assert compare([quiet, storm]).weight_of_worse < 1
    old, new = totals([quiet, storm])
    assert new.errors / new.invocations > 8 * old.errors / old.invocations, "the totals alone would accuse the new one"


def test_a_slower_version_is_held_and_a_much_slower_one_rolled_back() -> None:
    assert judged(slower={"p95": 1.4}).verdict is Verdict.CONTINUE
    assert judged(slower={"p95": 1.6}) == Judgement(Verdict.HOLD, "its p95 is 1.6 times the old version's")
    assert judged(slower={"p99": 3.2}) == Judgement(Verdict.ROLL_BACK, "its p99 is 3.2 times the old version's")


def test_durations_of_few_invocations_say_nothing() -> None:
    few = Period(old=Tally(900), new=Tally(20))
    assert judged(few, slower={"p95": 9.0}).why.startswith("not enough evidence")


def test_an_error_that_only_the_new_version_has_is_held_and_rolled_back_when_it_comes_again() -> None:
    assert judged(fatal={"Runtime.ImportModuleError": 1}).verdict is Verdict.HOLD
    judgement = judged(fatal={"Runtime.ImportModuleError": 3})
    assert judgement.verdict is Verdict.ROLL_BACK
    assert judgement.why == "Runtime.ImportModuleError, 3 times, which the old version does not have"


def test_an_alarm_that_began_to_fire_rolls_back() -> None:
    assert judged(alarms=("orders-errors",)) == Judgement(Verdict.ROLL_BACK, "alarm orders-errors began to fire")


def test_throttles_are_held() -> None:
    assert judged(throttles=12) == Judgement(Verdict.HOLD, "12 invocations were throttled")


def test_late_metrics_are_held() -> None:
    assert judged(late_s=240.0) == Judgement(Verdict.HOLD, "metrics are 240 s late")


def test_a_reason_to_roll_back_goes_before_one_to_hold() -> None:
    assert judged(late_s=240.0, throttles=3, alarms=("orders-errors",)).verdict is Verdict.ROLL_BACK


def test_thresholds_decide() -> None:
    strict = Thresholds(sample=1_000)
    assert judge(Evidence(periods=(ALIKE,)), strict).verdict is Verdict.HOLD


def test_the_evidence_does_not_depend_on_how_it_is_cut_into_periods_of_the_same_shares() -> None:
    halves = [Period(Tally(450, 9), Tally(50, 3)), Period(Tally(450, 3), Tally(50, 1))]
    whole = [Period(*totals(halves))]
    assert compare(halves).weight_of_worse == pytest.approx(compare(whole).weight_of_worse)


def test_a_flood_of_errors_does_not_overflow() -> None:
    assert compare([Period(Tally(10**7, 10), Tally(10**7, 10**6))]).weight_of_worse > 1e200


def test_the_interval_holds_the_rate_and_narrows_with_the_sample() -> None:
    few, many = interval(Tally(100, 5)), interval(Tally(10_000, 500))
    assert few is not None
    assert many is not None
    assert few[0] < 0.05 < few[1]
    assert many[1] - many[0] < few[1] - few[0]
    assert interval(Tally()) is None
    none_failed = interval(Tally(100))
    assert none_failed is not None
    assert none_failed[0] == 0
    assert none_failed[1] == pytest.approx(0.037, abs=0.001)  # about 3 / n: the rule of three


def test_the_probability_of_worse_is_a_half_at_the_margin() -> None:
    assert probability_of_worse(Tally(10_000, 100), Tally(10_000, 200), 0.01) == pytest.approx(0.5, abs=0.01)
    assert probability_of_worse(Tally(10_000, 100), Tally(10_000, 100), 0.01) < 1e-6
