"""How a shift on its way stands, as it is kept for the next start."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

from lambdatui.actions.action import Subject
from lambdatui.actions.traffic import Traffic
from lambdatui.insight.shift_plan import ShiftPlan, read_plan

Leaving = Literal["roll back", "hold", "refuse"]
"""What becomes of a flight when the console is left."""


class Phase(StrEnum):
    """How a flight stands."""

    BAKING = "baking"
    HELD = "held"
    """By the operator, or as AWS refused a change: it goes on only when told to, and back by itself if it has to."""
    ROLLING_BACK = "rolling back"
    """It is to go back, and AWS has not carried that out yet: it is tried until it is."""
    NO_WAY_BACK = "no way back"
    """It is to go back, and that is not permitted: nothing is tried before it is told to go on or back."""
    ROLLED_BACK = "rolled back"
    PROMOTED = "promoted"
    STOPPED = "stopped"
    """Somebody else changed the alias: nothing more is done to it, and the operator decides what becomes of it."""
    GONE = "gone"
    """The alias is no more."""


FLYING = frozenset({Phase.BAKING, Phase.HELD, Phase.ROLLING_BACK, Phase.NO_WAY_BACK})
OVER = frozenset({Phase.ROLLED_BACK, Phase.PROMOTED, Phase.GONE})


class FlightState(BaseModel):
    """All that is to be known of a flight after the console that flew it is gone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(default_factory=lambda: uuid4().hex)
    account: str
    region: str
    function: str
    alias: str
    old: str
    """The version that had all of the traffic."""
    new: str
    plan: str
    """Its steps, as `read_plan` reads them."""
    leaving: Leaving = "roll back"
    step: int = -1
    """The number of the step that it is in, from 0; -1 before the first."""
    percent: float = 0.0
    """The new version's share as AWS last confirmed it."""
    wanted: float | None = None
    """The share that is being asked for; None while nothing is on its way."""
    phase: Phase = Phase.BAKING
    why: str = ""
    """What brought it to its phase, in one sentence."""
    trouble: str = ""
    """Why the last change was not carried out, so that it is stuck; empty where it was."""
    began_ms: int
    step_began_ms: int
    """Epoch ms."""

    @property
    def steps(self) -> ShiftPlan:
        return read_plan(self.plan)

    @property
    def subject(self) -> Subject:
        return Subject(function=self.function, qualifier=self.alias)

    @property
    def flying(self) -> bool:
        return self.phase in FLYING

    @property
    def over(self) -> bool:
        """Whether nothing is left to be done, or to be decided."""
        return self.phase in OVER

    @property
    def going_back(self) -> bool:
        """Whether it is to go back and has not arrived."""
        return self.phase in {Phase.ROLLING_BACK, Phase.NO_WAY_BACK}

    @property
    def goes_back_when_left(self) -> bool:
        """Whether all of the traffic is to go back to the old version when the console is left."""
        return self.going_back or (self.flying and self.leaving == "roll back")

    @property
    def standing(self) -> str:
        """How it stands, in some words, with its reason and its trouble."""
        share = () if self.phase is Phase.GONE else (f"{self.percent:g} % on version {self.new}",)
        return self._because(", ".join((self.phase, *share)))

    @property
    def parting(self) -> str:
        """How it stands once the console is left, and nobody does what its phase promises."""
        if not self.goes_back_when_left:
            return self.standing
        return self._because(f"left at {self.percent:g} % on version {self.new} (asked for 0 %)")

    def _because(self, told: str) -> str:
        return ": ".join(filter(None, (told, self.why, self.trouble)))

    @property
    def waiting(self) -> bool:
        """Whether it goes on only when it is told to."""
        return self.phase in {Phase.HELD, Phase.NO_WAY_BACK}

    def traffic(self, percent: float) -> Traffic:
        """How the alias is to divide its traffic for the new version to have a share.

        All or nothing goes to one version, without weights (facts 3.2).
        """
        if percent <= 0:
            return Traffic(version=self.old)
        return (
            Traffic(version=self.new)
            if percent >= 100
            else Traffic(version=self.old, additional=self.new, percent=percent)
        )

    def left_s(self, now_ms: int) -> float:
        """Seconds until the step's time is over."""
        if not 0 <= self.step < len(self.steps):
            return 0.0
        return max(0.0, self.steps[self.step].bake_s - (now_ms - self.step_began_ms) / 1_000)
