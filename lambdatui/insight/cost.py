"""What things cost at AWS's list price: dated, because AWS moves the prices (https://aws.amazon.com/lambda/pricing/).

A region without a price here has no known price: some are dearer, and a wrong price is worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

AS_OF = date(2026, 11, 20)
"""Of all prices: USD, without discounts, commitments and taxes (facts 7.1)."""
PROVISIONED_GB_S: Mapping[str, Mapping[str, float]] = {"us-east-1": {"x86_64": 0.0000041667, "arm64": 0.0000033334}}
"""For keeping one GB provisioned for one second, by region and architecture; invocations come on top."""
MONTH_S = 730 * 3_600
"""Seconds in the month that AWS's own estimates use."""


def provisioned_month(executions: int, memory_mb: int, architecture: str, region: str) -> float | None:
    """USD for a month of provisioned concurrency, used or not; None where the price is not known (facts 7.1).

    Args:
        executions: provisioned concurrent executions.
        memory_mb: the function's, MB.
        architecture: ``x86_64`` or ``arm64``.
        region: AWS's name of it.
    """
    gb_s = PROVISIONED_GB_S.get(region, {}).get(architecture)
    return None if gb_s is None else executions * memory_mb / 1024 * MONTH_S * gb_s
