"""What provisioned concurrency costs."""

from __future__ import annotations

import pytest

from lambdatui.insight.cost import MONTH_S, provisioned_month


def test_ten_executions_of_a_gigabyte_cost_what_aws_says_for_a_day() -> None:
    month = provisioned_month(10, 1024, "x86_64", "us-east-1")
    assert month is not None
    assert month * 86_400 / MONTH_S == pytest.approx(3.60, abs=0.005)


@pytest.mark.parametrize(
    ("executions", "memory_mb", "architecture", "usd"),
    [(1, 1024, "x86_64", 10.95), (1, 1024, "arm64", 8.76), (4, 512, "x86_64", 21.90), (0, 1024, "x86_64", 0.0)],
)
def test_a_month_costs_by_memory_and_architecture(
    executions: int, memory_mb: int, architecture: str, usd: float
) -> None:
    assert provisioned_month(executions, memory_mb, architecture, "us-east-1") == pytest.approx(usd, abs=0.005)


@pytest.mark.parametrize(("architecture", "region"), [("x86_64", "af-south-1"), ("riscv", "us-east-1")])
def test_a_price_that_the_table_lacks_is_not_guessed(architecture: str, region: str) -> None:
    assert provisioned_month(1, 1024, architecture, region) is None
