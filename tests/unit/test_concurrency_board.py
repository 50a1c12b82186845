"""Who has how much of the region's concurrency, and who starves whom."""

from __future__ import annotations

from typing import Any

import pytest

from lambdatui.errors import AccessDenied
from lambdatui.insight.concurrency_board import Standing, board
from lambdatui.models.concurrency import AccountConcurrency
from lambdatui.models.release import ProvisionedConcurrency
from tests.support.releases import arn

ACCOUNT = AccountConcurrency(limit=1_000, unreserved=500)
DENIED = AccessDenied("lambda:GetFunction")


def config(status: str = "READY", *, allocated: int = 10, available: int = 10, **more: Any) -> ProvisionedConcurrency:
    return ProvisionedConcurrency(
        function_arn=arn("orders", "live"),
        requested_provisioned_concurrent_executions=10,
        allocated_provisioned_concurrent_executions=allocated,
        available_provisioned_concurrent_executions=available,
        status=status,
        **more,
    )


def standing(
    reserved: Any = None, peak: float | None = 1.0, *, provisioned: Any = (), scarce: bool = False, **known: Any
) -> Standing:
    """The function ``orders``, alone on the board."""
    asked = {
        "reserved": {"orders": reserved},
        "provisioned": {"orders": provisioned},
        "peaks": {"orders": peak},
        "account": ACCOUNT,
        "unreserved_peak": 450.0 if scarce else 100.0,
        **known,
    }
    (one,) = board(["orders"], **asked)
    return one


@pytest.mark.parametrize(
    ("one", "text", "tone"),
    [
        (standing(), "shares what is unreserved", ""),
        (standing(100, 50.0), "has 100 to itself", ""),
        (standing(0), "switched off: its reserved concurrency is 0", "error"),
        (standing(100, 100.0), "starved by its own limit: 100 of 100 reserved", "error"),
        (standing(100, 81.0), "near its limit: 81 of 100 reserved", "warning"),
        (standing(100, 3.0), "used 3 of 100 reserved", "dim"),
        (
            standing(100, 3.0, scarce=True),
            "used 3 of 100 reserved, while others had 450 of 500 unreserved in use",
            "warning",
        ),
        (standing(None, 300.0, scarce=True), "starves the others: took 300 of the 450 of 500 unreserved", "error"),
        (standing(None, 20.0, scarce=True), "competes with others: 450 of 500 unreserved in use", "warning"),
        (standing(None, 300.0), "shares what is unreserved", ""),
        (standing(None, 0.0, scarce=True), "shares what is unreserved", ""),
        (standing(DENIED), "not known: not permitted: lambda:GetFunction", "dim"),
        (
            standing(provisioned=(config("FAILED", status_reason="FUNCTION_ERROR_INIT_FAILURE"),)),
            "provisioned on live: FAILED: FUNCTION_ERROR_INIT_FAILURE",
            "error",
        ),
        (
            standing(provisioned=(config("IN_PROGRESS", allocated=4),)),
            "provisioned on live: IN_PROGRESS: 4 of 10 allocated",
            "warning",
        ),
        (standing(provisioned=(config(available=7),)), "provisioned on live: 7 of 10 available", "warning"),
        (
            standing(10, 5.0, provisioned=(config(),)),
            "all 10 reserved are provisioned: none for $LATEST",
            "warning",
        ),
    ],
)
def test_the_verdict_tells_the_worst_in_one_line(one: Standing, text: str, tone: str) -> None:
    assert (one.verdict.text, one.verdict.tone) == (text, tone)


def test_a_function_that_was_not_answered_yet_is_not_taken_for_one_without_a_reservation() -> None:
    (one,) = board(
        ["orders"], reserved={}, provisioned={}, peaks={"orders": 300.0}, account=ACCOUNT, unreserved_peak=450.0
    )
    assert (one.reserved.pending, one.shares_pool, one.verdict.text) == (True, False, "…")


def test_a_forbidden_reservation_is_not_taken_for_none() -> None:
    one = standing(DENIED, 300.0, scarce=True)
    assert (one.reserved.error, one.shares_pool) == (DENIED, False)


@pytest.mark.parametrize(("reserved", "share"), [(200, 0.2), (None, 0.05), (0, 0.0)])
def test_the_share_of_the_account_is_what_is_reserved_or_else_what_ran(reserved: int | None, share: float) -> None:
    assert standing(reserved, 50.0).share == share


def test_without_the_accounts_limit_no_share_is_known_and_nobody_is_said_to_starve() -> None:
    one = standing(None, 300.0, scarce=True, account=None)
    assert (one.share, one.verdict.tone) == (None, "")


def test_failed_provisioning_is_told_before_a_limit_that_was_reached() -> None:
    assert standing(100, 100.0, provisioned=(config("FAILED"),)).verdict.text == "provisioned on live: FAILED"


def test_functions_stay_in_the_order_given() -> None:
    rows = board(["b", "a", "c"], reserved={}, provisioned={}, peaks={}, account=None)
    assert [row.function for row in rows] == ["b", "a", "c"]
