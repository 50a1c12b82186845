"""Whether a new version may have more of an alias's traffic: continue, hold, or roll back, and why.

Errors are compared by a sequential test that may be looked at as often as one likes. In each period, given how many
errors there were in all, equally good versions share them as they share the invocations. How much better "the new one
fails so many times as often" explains what was seen is a likelihood ratio; the mean of these ratios over several
`FACTORS` grows above 1/a with a probability below a, ever, if the new version is not worse (Ville's inequality). The
share of traffic and the rate of errors may change from period to period.

To continue takes evidence as well: that the new version is worse by more than what is tolerated must be improbable.
Without enough of either the answer is to hold. What the defaults of `Thresholds` are worth is measured by
``python -m tests.bench canary``, and told in the README.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from itertools import chain
from operator import add

from lambdatui.insight.shares import percent

FACTORS = (1.5, 2.0, 3.0, 5.0, 10.0, 30.0)
"""How many times as often a worse version is imagined to fail. All of them are weighed alike."""


class Verdict(StrEnum):
    """What is to be done."""

    CONTINUE = "continue"
    HOLD = "hold"
    ROLL_BACK = "roll back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """What decides; shares are 0..1."""

    false_alarm: float = 0.005
    """The most probable that a shift to an equally good version is rolled back for its errors."""
    sample: int = 100
    """Invocations of each version below which nothing is concluded from their errors or durations (facts 9.5, R9)."""
    tolerated: float = 0.01
    """How much more of the new version's invocations may fail, as a share; or as many as of the old one's, if more."""
    doubt: float = 0.1
    """To continue, the probability that it is worse by more than that must be below this."""
    slower_hold: float = 1.5
    """From how many times the old version's p95 or p99 on it is held (facts 9.5, R9)."""
    slower_roll_back: float = 3.0
    """From how many times on it is rolled back."""
    fatal_errors: int = 3
    """How many errors of a kind in `Evidence.fatal`, which the old version has none of, roll it back."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What one version did in one period."""

    invocations: int = 0
    errors: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.invocations + other.invocations, self.errors + other.errors)

    @property
    def rate(self) -> float | None:
        """The share of invocations that failed, 0..1; None where there were none."""
        return min(self.errors / self.invocations, 1.0) if self.invocations else None


@dataclass(frozen=True, slots=True)
class Period:
    """What both versions did in one minute, or whatever AWS counts by."""

    old: Tally
    new: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known since the shift began."""

    periods: Sequence[Period] = ()
    """Oldest first."""
    slower: Mapping[str, float] = field(default_factory=dict)
    """By percentile (``p95``), how many times the old version's duration the new one's is."""
    fatal: Mapping[str, int] = field(default_factory=dict)
    """Errors that only the new version has and that tell it is broken (out of memory, import, timeout), by kind."""
    alarms: tuple[str, ...] = ()
    """Alarms of the function that began to fire since."""
    throttles: int = 0
    """Of the alias, since; they are the account's or the function's limit, whichever version was asked for."""
    late_s: float | None = None
    """Seconds that the newest datapoint is overdue; None where none is."""
    unseen: str = ""
    """Why a part of all this could not be had for now; empty where nothing is known to be left out."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is to be done, and why, in one sentence."""

    verdict: Verdict
    why: str


DEFAULTS = Thresholds()


@dataclass(frozen=True, slots=True)
class Comparison:
    """The errors of both versions over some periods, as far as the judgement needs to know of them."""

    old: Tally = Tally()
    new: Tally = Tally()
    """In all."""
    log_ratios: tuple[float, ...] = (0.0,) * len(FACTORS)
    """For each of `FACTORS`, how much better it explains the errors if the new version fails so many times as often."""

    def plus(self, period: Period) -> Comparison:
        """With one more period."""
        ratios = tuple(map(add, self.log_ratios, _log_ratios(period)))
        return Comparison(self.old + period.old, self.new + period.new, ratios)

    @property
    def weight_of_worse(self) -> float:
        """How many times better "the new version is worse" explains the errors than "both are alike".

        Above 1/a with a probability below a, ever, if the new version is not worse; at most 1e300.
        """
        highest = max(self.log_ratios)
        likely = sum([math.exp(ratio - highest) for ratio in self.log_ratios]) / len(FACTORS)
        return math.exp(min(highest, 690.0)) * likely


def compare(periods: Iterable[Period]) -> Comparison:
    """The periods in all."""
    return reduce(Comparison.plus, periods, Comparison())


def _log_ratios(period: Period) -> tuple[float, ...]:
    """Of one period: for each factor, how much better it explains the errors that the new version fails so often."""
    errors = period.old.errors + period.new.errors
    if not errors or not period.old.invocations or not period.new.invocations:
        return (0.0,) * len(FACTORS)  # nothing to compare, or to compare with
    share = period.new.invocations / (period.old.invocations + period.new.invocations)
    return tuple(
        [period.new.errors * math.log(factor) - errors * math.log1p((factor - 1) * share) for factor in FACTORS]
    )


def judge(evidence: Evidence, thresholds: Thresholds = DEFAULTS) -> Judgement:
    """Judges a shift. A reason to roll back goes before one to hold, and that before any to continue."""
    return judge_compared(compare(evidence.periods), evidence, thresholds)


def judge_compared(both: Comparison, evidence: Evidence, thresholds: Thresholds = DEFAULTS) -> Judgement:
    """Judges by a comparison that was kept up to date, in place of the evidence's periods."""
    reasons = chain(_to_roll_back(both, evidence, thresholds), _to_hold(both, evidence, thresholds))
    return next(reasons, None) or Judgement(
        Verdict.CONTINUE,
        f"{_rate(both.new)} of the new version's invocations fail, {_rate(both.old)} of the old one's",
    )


def totals(periods: Iterable[Period]) -> tuple[Tally, Tally]:
    """What the old and the new version did in all."""
    both = compare(periods)
    return both.old, both.new


def probability_of_worse(old: Tally, new: Tally, margin: float) -> float:
    """The probability, 0..1, that the new version's error rate is above the old one's by more than `margin`.

    By the normal approximation, with an invocation of each outcome added to both versions so that no error among few
    invocations is not taken for perfection (Agresti and Caffo, The American Statistician 54, 2000).
    """
    rates = [(tally.errors + 1) / (tally.invocations + 2) for tally in (old, new)]
    error = math.sqrt(
        sum(rate * (1 - rate) / (tally.invocations + 2) for rate, tally in zip(rates, (old, new), strict=True))
    )
    return 0.5 * math.erfc((margin - (rates[1] - rates[0])) / error / math.sqrt(2))


def interval(tally: Tally, z: float = 1.96) -> tuple[float, float] | None:
    """The error rate's confidence interval, 95 % by default, as shares; None where nothing was invoked (Wilson)."""
    if (rate := tally.rate) is None:
        return None
    n = tally.invocations
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    reach = z * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, centre - reach), min(1.0, centre + reach)


# -- reasons


def _to_roll_back(both: Comparison, evidence: Evidence, thresholds: Thresholds) -> Iterator[Judgement]:
    weight = both.weight_of_worse
    if weight >= 1 / thresholds.false_alarm:
        yield Judgement(
            Verdict.ROLL_BACK,
            f"{_rate(both.new)} of the new version's invocations fail, {_rate(both.old)} of the old one's: "
            f"by chance less than once in {min(weight, 1e9):,.0f} shifts",
        )
    for kind, count in evidence.fatal.items():
        if count >= thresholds.fatal_errors:
            yield Judgement(Verdict.ROLL_BACK, f"{kind}, {count} times, which the old version does not have")
    for alarm in evidence.alarms:
        yield Judgement(Verdict.ROLL_BACK, f"alarm {alarm} began to fire")
    for percentile, times in _slower(both, evidence, thresholds):
        if times >= thresholds.slower_roll_back:
            yield Judgement(Verdict.ROLL_BACK, f"its {percentile} is {times:.1f} times the old version's")


def _to_hold(both: Comparison, evidence: Evidence, thresholds: Thresholds) -> Iterator[Judgement]:
    old, new = both.old, both.new
    if evidence.unseen:
        yield _hold(f"not enough evidence: {evidence.unseen}")
    if evidence.late_s is not None:
        yield _hold(f"metrics are {evidence.late_s:,.0f} s late")
    for name, tally in (("new", new), ("old", old)):
        if tally.invocations < thresholds.sample:
            yield _hold(
                f"not enough evidence: {tally.invocations:,} invocations of the {name} version, "
                f"{thresholds.sample:,} are needed"
            )
    for kind, count in evidence.fatal.items():
        yield _hold(f"{kind}, {count} times, which the old version does not have")
    if evidence.throttles:
        yield _hold(f"{evidence.throttles:,} invocations were throttled")
    for percentile, times in _slower(both, evidence, thresholds):
        if times >= thresholds.slower_hold:
            yield _hold(f"its {percentile} is {times:.1f} times the old version's")
    margin = max(thresholds.tolerated, old.rate or 0.0)
    doubt = probability_of_worse(old, new, margin)
    if doubt >= thresholds.doubt:
        yield _hold(
            f"not enough evidence: {_rate(new)} fail against {_rate(old)}, "
            f"{percent(doubt)} probable that it is worse by more than {percent(margin)}"
        )


def _hold(why: str) -> Judgement:
    return Judgement(Verdict.HOLD, why)


def _slower(both: Comparison, evidence: Evidence, thresholds: Thresholds) -> Iterator[tuple[str, float]]:
    """How many times slower by each percentile, where there were invocations enough to say."""
    if min(both.old.invocations, both.new.invocations) >= thresholds.sample:
        yield from evidence.slower.items()


def _rate(tally: Tally) -> str:
    return "none" if tally.rate is None else percent(tally.rate)
