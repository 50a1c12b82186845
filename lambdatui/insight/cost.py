"""What things cost at AWS's list price: a dated table, because AWS moves the prices (facts 7).

A region that the table lacks has no known price: some are dearer, and a wrong price is worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

MONTH_S = 730 * 3_600
"""Seconds in the month that AWS's own estimates use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTable:
    """List prices in USD as of a day, without discounts, commitments and taxes."""

    as_of: date
    source: str
    provisioned_gb_s: Mapping[str, Mapping[str, float]]
    """For keeping one GB provisioned for one second, by region and architecture; invocations come on top."""


PRICES = PriceTable(
    as_of=date(2026, 11, 20),
    source="https://aws.amazon.com/lambda/pricing/",
    provisioned_gb_s={"us-east-1": {"x86_64": 0.0000041667, "arm64": 0.0000033334}},
)
"""Facts 7.1."""


def provisioned_month(
    executions: int, memory_mb: int, architecture: str, region: str, prices: PriceTable = PRICES
) -> float | None:
    """USD for a month of provisioned concurrency, used or not; None where the price is not known (facts 7.1).

    Args:
        executions: provisioned concurrent executions.
        memory_mb: the function's, MB.
        architecture: ``x86_64`` or ``arm64``.
        region: AWS's name of it.
    """
    gb_s = prices.provisioned_gb_s.get(region, {}).get(architecture)
    return None if gb_s is None else executions * memory_mb / 1024 * MONTH_S * gb_s
