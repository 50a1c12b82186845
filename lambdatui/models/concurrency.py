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
