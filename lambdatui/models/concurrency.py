"""How many executions may run at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountConcurrency:
    """What the account may run at the same time in a region, over all functions (facts 3.6)."""

    limit: int
    unreserved: int
    """What is left for functions that have nothing reserved."""

    @property
    def reserved(self) -> int:
        """What functions have reserved for themselves."""
        return self.limit - self.unreserved

    @classmethod
    def from_aws(cls, answer: Mapping[str, Any]) -> AccountConcurrency:
        """Reads the answer of GetAccountSettings."""
        limits = answer["AccountLimit"]
        return cls(limit=limits["ConcurrentExecutions"], unreserved=limits["UnreservedConcurrentExecutions"])


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalableTarget:
    """A version or alias whose provisioned concurrency Application Auto Scaling sets (facts 3.3)."""

    function: str
    qualifier: str
    minimum: int
    maximum: int
    suspended: bool = False
    """Whether every kind of scaling is suspended, so that nothing is set until somebody resumes it."""

    @classmethod
    def from_aws(cls, target: Mapping[str, Any]) -> ScalableTarget:
        """Reads a ScalableTarget, whose resource is ``function:NAME:QUALIFIER``."""
        _, function, qualifier = target["ResourceId"].split(":")
        suspended = target.get("SuspendedState") or {}
        return cls(
            function=function,
            qualifier=qualifier,
            minimum=target["MinCapacity"],
            maximum=target["MaxCapacity"],
            suspended=all(suspended.get(kind, False) for kind in _SCALING),
        )


_SCALING = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
