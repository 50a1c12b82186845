"""In which steps a new version gets its traffic."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from lambdatui.errors import SettingsError

EXAMPLE = "5%/5m, 25%/10m, 50%/10m, 100%"
PLACES = 4
"""Decimals of a share in per cent: those of the weights that are sent (facts 3.2)."""
QUOTED = 40
"""Characters of what cannot be read that are told again."""
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
LONGEST_S = 7 * _UNITS["d"]
"""Seconds that all steps may take together: more than CodeDeploy's own 48 hours between the first and the last."""
_STEP = re.compile(r"(\d+(?:\.\d+)?)\s*%(?:\s*/\s*(\d+(?:\.\d+)?)\s*([smhd]))?")
_CANARY = re.compile(r"Canary(\d{1,2})Percent(\d{1,9})Minutes?", re.IGNORECASE)
_LINEAR = re.compile(r"Linear(\d{1,2})PercentEvery(\d{1,9})Minutes?", re.IGNORECASE)
_PREFIX = "CodeDeployDefault."


@dataclass(frozen=True, slots=True)
class Step:
    """A share of the traffic, and for how long it is watched before it may grow."""

    percent: float
    """Above 0; 100 for all of it."""
    bake_s: int = 0
    """Seconds."""

    def __str__(self) -> str:
        return f"{self.percent:g} %" + (f" for {_time(self.bake_s)}" if self.bake_s else "")


ShiftPlan = tuple[Step, ...]
"""The steps, the last of which is all of the traffic."""


def canary(percent: float, minutes: int) -> ShiftPlan:
    """A share for some time, then all."""
    return Step(percent, minutes * 60), Step(100)


def linear(percent: float, minutes: int) -> ShiftPlan:
    """The same share more each time, until it is all."""
    count = int(-(-100 // percent)) - 1
    return *(Step(percent * number, minutes * 60) for number in range(1, count + 1)), Step(100)


PLANS: Mapping[str, ShiftPlan] = {"canary": canary(10, 5), "linear": linear(10, 1)}
"""The plans that have a name without anyone giving them one."""


def odd_share(percent: float) -> str:
    """What is wrong with a version's share, in per cent, beside another's; empty where it can be sent as it is."""
    if not 0 < percent < 100:
        return "above 0 and below 100"
    return f"{PLACES} decimals at most" if round(percent, PLACES) != percent else ""


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
    plan = _meant(text, named or ())
    if sum(step.bake_s for step in plan) > LONGEST_S:
        raise SettingsError(f"the steps take at most {_time(LONGEST_S)} in all", f"steps look like {EXAMPLE}")
    return plan


def _meant(text: str, named: Iterable[str]) -> ShiftPlan:
    if text.lower() in PLANS:
        return PLANS[text.lower()]
    if preset := _preset(text):
        return preset
    if "%" not in text:
        names = ", ".join(dict.fromkeys((*named, *PLANS)))
        hint = f"there are {names}, CodeDeploy's presets, and steps like {EXAMPLE}"
        raise SettingsError(f"{_quoted(text)} is no plan", hint)
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
            raise SettingsError(f"{_quoted(part)} is no step of a shift", f"steps look like {EXAMPLE}")
        share = float(found[1])
        if round(share, PLACES) != share:
            told = f"{_quoted(part)} has a share of more than {PLACES} decimals"
            raise SettingsError(told, f"steps look like {EXAMPLE}")
        steps.append(Step(share, _seconds(part, found[2], found[3]) if found[2] else 0))
    if any(not 0 < step.percent <= 100 for step in steps):
        raise SettingsError("a step's share is above 0 and at most 100 %", f"steps look like {EXAMPLE}")
    if any(later.percent <= former.percent for former, later in pairwise(steps)):
        raise SettingsError("each step's share has to be more than the one before", f"steps look like {EXAMPLE}")
    if any(not step.bake_s for step in steps if step.percent < 100):
        raise SettingsError("each step but that to 100 % needs a time, such as 10%/5m", f"steps look like {EXAMPLE}")
    return tuple(steps) if steps[-1].percent == 100 else (*steps, Step(100))


def _seconds(step: str, number: str, unit: str) -> int:
    """How long a step is watched, exactly: a plan is read again from what `written` makes of it."""
    seconds = Decimal(number) * _UNITS[unit]
    if seconds > LONGEST_S:
        raise SettingsError(f"{_quoted(step)} is longer than {_time(LONGEST_S)}", f"steps look like {EXAMPLE}")
    if seconds < 1 or seconds % 1:
        raise SettingsError(f"{_quoted(step)} is not a whole number of seconds", f"steps look like {EXAMPLE}")
    return int(seconds)


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
    return (
        f"with {per_hour:,.0f} invocations an hour the first step takes about {_about(takes_s)}, "
        f"not {_time(first.bake_s)}: {sample:,} of each version are needed to judge"
    )


def _quoted(text: str) -> str:
    """What was written, as long as an operator would."""
    text = text.strip()
    return repr(text if len(text) <= QUOTED else f"{text[: QUOTED - 1]}…")


def _about(seconds: float) -> str:
    """Roughly how long it is: hours up to two days, and minutes up to one and a half hours."""
    unit = "m" if seconds < 1.5 * _UNITS["h"] else "h" if seconds < 2 * _UNITS["d"] else "d"
    return f"{seconds / _UNITS[unit]:,.0f}{unit}"


def _time(seconds: int) -> str:
    """Exactly how long it is, in the longest unit that it is a whole number of."""
    unit, length = next(found for found in reversed(_UNITS.items()) if seconds % found[1] == 0)
    return f"{seconds // length}{unit}"
