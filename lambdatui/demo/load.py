"""Plays the invocations of a function: pure, and the same for the same function, times and dice."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Literal
from uuid import UUID

from lambdatui.demo.blueprint import Alias, Function, Load

MINUTE_MS = 60_000
BETA_SHARE = 0.08
"""Of the requests that come in where there is a beta alias, 0..1."""

Outcome = Literal["success", "error", "timeout", "throttled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One request to a function and what came of it."""

    at_ms: int
    """Epoch ms of its arrival."""
    request: str
    alias: str
    """Empty where the function has no alias."""
    version: str
    stream: str = ""
    """Log stream of the environment that ran it."""
    duration_ms: float = 0.0
    init_ms: float | None = None
    """None where the environment was warm."""
    memory_mb: int = 0
    outcome: Outcome = "success"

    @property
    def started_ms(self) -> int:
        """Epoch ms at which the handler began."""
        return self.at_ms + math.ceil(self.init_ms or 0)

    @property
    def ended_ms(self) -> int:
        """Epoch ms at which the handler ended."""
        return self.started_ms + math.ceil(self.duration_ms)

    @property
    def failed(self) -> bool:
        return self.outcome in {"error", "timeout"}


@dataclass(slots=True)
class Environment:
    """An execution environment: it handles one request at a time and writes one log stream."""

    stream: str
    free_ms: int = 0


@dataclass(slots=True)
class Player:
    """Plays one function; it remembers which environments are warm.

    Args:
        function: one with a load.
        seeded_ms: epoch ms at which the account was made; what `Alias.moved_min` counts from.
    """

    function: Function
    load: Load
    seeded_ms: int
    aliases: tuple[Alias, ...] = field(init=False)
    """As the account has them by now; the operator may move them."""
    stopped: bool = False
    """Whether its reserved concurrency is zero: every request is throttled."""
    dice: Random = field(init=False)
    _warm: dict[str, list[Environment]] = field(default_factory=dict)
    _next_ms: float = 0.0

    def __post_init__(self) -> None:
        self.aliases = self.function.aliases
        self.dice = Random(self.function.name)  # noqa: S311 (a simulation)

    def play(self, since_ms: int, until_ms: int) -> list[Invocation]:
        """The invocations that arrive from `since_ms` up to `until_ms`, in order."""
        played = []
        if self._next_ms < since_ms:
            self._next_ms = since_ms + self._pause(since_ms)
        while self._next_ms < until_ms:
            played.append(self._invoke(int(self._next_ms)))
            self._next_ms += self._pause(self._next_ms)
        return played

    def _pause(self, at_ms: float) -> float:
        """Ms to the next request; the rate swings by a third in a quarter of an hour."""
        swing = 1 + math.sin(at_ms / (15 * MINUTE_MS) * math.tau) / 3
        rate = self.load.per_minute * (1 + self.load.throttles) * swing
        return self.dice.expovariate(rate / MINUTE_MS)

    def _invoke(self, at_ms: int) -> Invocation:
        alias = self._alias()
        version = self._version(alias, at_ms) if alias else "$LATEST"
        request = str(UUID(int=self.dice.getrandbits(128), version=4))
        name = alias.name if alias else ""
        if self.stopped or self.dice.random() < self.load.throttles / (1 + self.load.throttles):
            return Invocation(at_ms=at_ms, request=request, alias=name, version=version, outcome="throttled")
        environment, init_ms = self._environment(version, at_ms)
        limit_ms = self.function.timeout_s * 1000
        duration_ms = self.load.duration_ms * math.exp(self.dice.gauss(0, self.load.spread))
        outcome: Outcome = "error" if self.dice.random() < self._errors(version) else "success"
        if duration_ms >= limit_ms:
            duration_ms, outcome = limit_ms, "timeout"
        out_of_memory = outcome == "error" and self.function.failure and self.function.failure.kind.endswith("Memory")
        invocation = Invocation(
            at_ms=at_ms,
            request=request,
            alias=name,
            version=version,
            stream=environment.stream,
            duration_ms=round(duration_ms, 2),
            init_ms=init_ms,
            memory_mb=self.function.memory_mb if out_of_memory else self._memory(),
            outcome=outcome,
        )
        environment.free_ms = invocation.ended_ms
        return invocation

    def _alias(self) -> Alias | None:
        if len(self.aliases) > 1 and self.dice.random() < BETA_SHARE:
            return self.aliases[1]
        return self.aliases[0] if self.aliases else None

    def _version(self, alias: Alias, at_ms: int) -> str:
        if alias.moved_min is not None and at_ms < self.seeded_ms - alias.moved_min * MINUTE_MS:
            return str(int(alias.version) - 1)
        return alias.second if alias.second and self.dice.random() < alias.weight else alias.version

    def _errors(self, version: str) -> float:
        published = self.function.versions[int(version) - 1 : int(version)] if version.isdigit() else ()
        declared = [each.errors for each in published if each.errors is not None]
        return declared[0] if declared else self.load.errors

    def _environment(self, version: str, at_ms: int) -> tuple[Environment, float | None]:
        """A free environment, or a new one with its init duration in ms."""
        warm = self._warm.setdefault(version, [])
        free = next((each for each in warm if each.free_ms <= at_ms), None)
        if free and self.dice.random() >= self.load.cold:
            return free, None
        if free:
            warm.remove(free)
        day = datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y/%m/%d")
        fresh = Environment(stream=f"{day}/[{version}]{self.dice.getrandbits(128):032x}")
        warm.append(fresh)
        return fresh, round(self.load.init_ms * math.exp(self.dice.gauss(0, 0.12)), 2)

    def _memory(self) -> int:
        used = round(self.load.memory_mb * self.dice.uniform(0.97, 1.02))
        return min(used, self.function.memory_mb - 1)
