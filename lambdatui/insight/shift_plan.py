"""In which steps a new version gets its traffic."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from lambdatui.errors import SettingsError

EXAMPLE = "5%/5m, 25%/10m, 50%/10m, 100%"
PLACES = 4
"""Decimals of a share in per cent: those of the weights that are sent (facts 3.2)."""
_UNITS = {"s": 1, "m": 60, "h": 3_600}
_STEP = re.compile(r"(\d+(?:\.\d+)?)\s*%(?:\s*/\s*(\d+(?:\.\d+)?)\s*([smh]))?")
_CANARY = re.compile(r"Canary(\d+)Percent(\d+)Minutes?", re.IGNORECASE)
_LINEAR = re.compile(r"Linear(\d+)PercentEvery(\d+)Minutes?", re.IGNORECASE)
_PREFIX = "CodeDeployDefault."


@dataclass(frozen=True, slots=True)
class Step:
    """A share of the traffic, and for how long it is watched before it may grow."""

    percent: float
    """Above 0; 100 for all of it."""
    bake_s: float = 0.0
    """Seconds."""

    def __str__(self) -> str:
        return f"{self.percent:g} %" + (f" for {_time(self.bake_s)}" if self.bake_s else "")


ShiftPlan = tuple[Step, ...]
"""The steps, the last of which is all of the traffic."""


def canary(percent: float, minutes: float) -> ShiftPlan:
    """A share for some time, then all."""
    return Step(percent, minutes * 60), Step(100)


def linear(percent: float, minutes: float) -> ShiftPlan:
    """The same share more each time, until it is all."""
    count = int(-(-100 // percent)) - 1
    return *(Step(percent * number, minutes * 60) for number in range(1, count + 1)), Step(100)


PLANS: Mapping[str, ShiftPlan] = {"canary": canary(10, 5), "linear": linear(10, 1)}
"""The plans that have a name without anyone giving them one."""


def read_plan(text: str, named: Mapping[str, str] | None = None) -> ShiftPlan:
    """The plan that a text means: steps as in `EXAMPLE`, a plan's name, or the name of one of CodeDeploy's presets.

    Args:
        named: the settings' own plans, by name, as texts that mean one without them.

    Raises:
        SettingsError: it means none; the title says what is wrong.
    """
    text = text.strip()
    if named and text in named:
        return read_plan(named[text])
    if text.lower() in PLANS:
        return PLANS[text.lower()]
    if preset := _preset(text):
        return preset
    if "%" not in text:
        names = ", ".join(dict.fromkeys((*(named or ()), *PLANS)))
        hint = f"there are {names}, CodeDeploy's presets, and steps like {EXAMPLE}"
        raise SettingsError(f"{text!r} is no plan", hint)
    return _steps(text)


def _preset(text: str) -> ShiftPlan | None:
    """A predefined configuration of CodeDeploy, by its name or SAM's shorter one (facts 10.1)."""
    name = text.removeprefix(_PREFIX).removeprefix("Lambda")
    if name.lower() == "allatonce":
        return (Step(100),)
    for pattern, make in ((_CANARY, canary), (_LINEAR, linear)):
        if (found := pattern.fullmatch(name)) and 0 < int(found[1]) < 100 and int(found[2]):
            return make(int(found[1]), int(found[2]))
    return None


def _steps(text: str) -> ShiftPlan:
    steps = []
    for part in text.split(","):
        found = _STEP.fullmatch(part.strip())
        if found is None:
            raise SettingsError(f"{part.strip()!r} is no step of a shift", f"steps look like {EXAMPLE}")
        share = float(found[1])
        if round(share, PLACES) != share:
            told = f"{part.strip()!r} has a share of more than {PLACES} decimals"
            raise SettingsError(told, f"steps look like {EXAMPLE}")
        steps.append(Step(share, float(found[2] or 0) * _UNITS[found[3] or "s"]))
    if any(not 0 < step.percent <= 100 for step in steps):
        raise SettingsError("a step's share is above 0 and at most 100 %", f"steps look like {EXAMPLE}")
    if any(later.percent <= former.percent for former, later in pairwise(steps)):
        raise SettingsError("each step's share has to be more than the one before", f"steps look like {EXAMPLE}")
    if any(not step.bake_s for step in steps if step.percent < 100):
        raise SettingsError("each step but that to 100 % needs a time, such as 10%/5m", f"steps look like {EXAMPLE}")
    return tuple(steps) if steps[-1].percent == 100 else (*steps, Step(100))


def written(plan: ShiftPlan) -> str:
    """The plan as a text that `read_plan` reads."""
    return ", ".join(f"{step.percent:g}%" + (f"/{_time(step.bake_s)}" if step.bake_s else "") for step in plan)


def thin_traffic(plan: ShiftPlan, per_hour: float, sample: int) -> str:
    """That the first step takes longer than it bakes, as invocations are few; empty where it does not.

    Args:
        per_hour: the alias's invocations.
        sample: how many of each version are needed to judge.
    """
    first = plan[0]
    of_the_rarer = per_hour * min(first.percent, 100 - first.percent) / 100
    takes_s = 3_600 * sample / of_the_rarer if of_the_rarer else 0.0
    if takes_s <= first.bake_s:
        return ""
    takes = f"{takes_s / 60:,.0f}m" if takes_s < 5_400 else f"{takes_s / 3_600:,.0f}h"
    return (
        f"with {per_hour:,.0f} invocations an hour the first step takes about {takes}, not {_time(first.bake_s)}: "
        f"{sample:,} of each version are needed to judge"
    )


def _time(seconds: float) -> str:
    unit, length = next(found for found in reversed(_UNITS.items()) if seconds % found[1] == 0 or found[0] == "s")
    return f"{seconds / length:g}{unit}"
