"""What the judgement of a shift is worth: how often it takes back a good version, and how soon a bad one.

Each shift is simulated minute by minute as `lambdatui.actions.flight` flies it and `lambdatui.actions.observing` looks
at it: a minute's metrics are known a minute after it ended, and the judgement is the console's own, with its defaults.
Nothing is measured but the comparison of errors; durations, alarms and what the log tells only make it roll back more.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from random import Random
from statistics import median

from lambdatui.insight.canary import Comparison, Evidence, Period, Tally, Verdict, judge_compared
from lambdatui.insight.shift_plan import read_plan
from tests.bench.table import Bound, Figure, NoBound

SHIFTS = 10_000
"""Of each case that has a bound."""
FEWER = 2_000
"""Of each that is only told."""
SEED = 7
PLANS = {"canary": "canary", "linear": "linear", "careful": "5%/5m, 25%/10m, 50%/10m"}
RATES = (1, 10, 100)
"""Requests a second to the alias."""
EFFECTS = ((0.001, 0.001), (0.01, 0.01), (0.05, 0.05), (0.01, 0.02), (0.01, 0.05))
"""Which share of invocations fails on the old version, and on the new one."""
LATE = 1
"""Minutes after its end at which a minute's metrics are known."""
LONGEST = 240
"""Minutes after which a shift that is still held counts as held."""
TOLD = NoBound(why="told")
LANDED = (Verdict.CONTINUE, Verdict.ROLL_BACK, Verdict.HOLD)
"""By how the judgement stood at its end: promoted, rolled back, and still held."""


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of shift."""

    plan: str
    rate: int
    old: float
    new: float

    def __str__(self) -> str:
        return f"{self.plan}, {self.rate}/s, {self.old:.1%} to {self.new:.1%}"

    @property
    def bound(self) -> Bound:
        """Of the share, %, of shifts that end as they should not."""
        match self.old, self.new:
            case 0.01, 0.01:
                return Bound(plus=1)
            case 0.01, 0.05 if self.rate >= 10:
                return Bound(plus=5)
            case _:
                return TOLD

    @property
    def shifts(self) -> int:
        return FEWER if self.bound is TOLD else SHIFTS


@dataclass(frozen=True, slots=True)
class Landing:
    """How one shift ended."""

    verdict: Verdict
    """As in `LANDED`."""
    share: float
    """The most that the new version had, 0..1."""
    minutes: int


def flown(case: Case, random: Random) -> Landing:
    """Flies one shift."""
    steps = read_plan(PLANS[case.plan])
    step = began = 0
    comparison, evidence = Comparison(), Evidence()
    unknown: list[Period] = []
    for minute in range(1, LONGEST + 1):
        share = steps[step].percent / 100
        unknown.append(a_minute(case, share, random))
        if len(unknown) > LATE:
            comparison = comparison.plus(unknown.pop(0))
        verdict = judge_compared(comparison, evidence).verdict
        if verdict is Verdict.ROLL_BACK:
            return Landing(verdict, share, minute)
        if verdict is Verdict.CONTINUE and (minute - began) * 60 >= steps[step].bake_s:
            step, began = step + 1, minute
            if steps[step].percent == 100:
                return Landing(verdict, share, minute)
    return Landing(Verdict.HOLD, share, LONGEST)


def a_minute(case: Case, share: float, random: Random) -> Period:
    """What both versions do in a minute in which the new one has a share of the traffic."""
    invocations = case.rate * 60
    new = binomial(invocations, share, random)
    old = invocations - new
    return Period(Tally(old, binomial(old, case.old, random)), Tally(new, binomial(new, case.new, random)))


def binomial(trials: int, probability: float, random: Random) -> int:
    """How many of so many trials succeed: from one success to the next where they are rare, else nearly normal."""
    mean = trials * probability
    if mean > 30:
        return min(max(round(random.gauss(mean, math.sqrt(mean * (1 - probability)))), 0), trials)
    successes, trial, failing = -1, 0, math.log1p(-probability)
    while trial <= trials:
        successes += 1
        trial += 1 + int(math.log(1 - random.random()) / failing)
    return successes


def measured(case: Case) -> Figure:
    """How many of a case's shifts end as they should not.

    To an alike version, those that are rolled back; to a worse one, those that are not before it has half the traffic.
    """
    random = Random(f"{SEED} {case}")
    landings = [flown(case, random) for _ in range(case.shifts)]
    ended = Counter(landing.verdict for landing in landings)
    in_time = sum(landing.verdict is Verdict.ROLL_BACK and landing.share < 0.5 for landing in landings)
    alike = case.old == case.new
    wrong = ended[Verdict.ROLL_BACK] if alike else case.shifts - in_time
    promoted, back, held = (ended[verdict] / case.shifts for verdict in LANDED)
    after = median(landing.minutes for landing in landings)
    return Figure(
        f"{'rolled back' if alike else 'not rolled back before 50 %'}: {case}",
        "%",
        [wrong / case.shifts * 100],
        case.bound,
        note=f"{promoted:.2%} promoted, {back:.2%} rolled back, {held:.2%} held; in the median after {after:g} minutes",
    )


def canary(repeat: int) -> list[Figure]:
    """What the judgement of shifts is worth; simulated once, since the same seed gives the same."""
    cases = [Case(plan, rate, *effect) for effect, plan, rate in product(EFFECTS, PLANS, RATES)]
    with ProcessPoolExecutor(os.cpu_count()) as processes:
        return list(processes.map(measured, cases))
