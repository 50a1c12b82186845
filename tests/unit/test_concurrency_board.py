"""Who has how much of the region's concurrency, and who starves whom."""

from __future__ import annotations

from typing import Any

import pytest

from lambdatui.errors import AccessDenied
from lambdatui.insight.concurrency_board import Standing, board
from lambdatui.models.concurrency import AccountConcurrency
from lambdatui.models.release import ProvisionedConcurrency, Remark
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
        (standing(0), "switched off", "error"),
        (standing(100, 100.0), "starved: 100 of 100 reserved", "error"),
        (standing(100, 81.0), "near its limit: 81 of 100 reserved", "warning"),
        (standing(100, 3.0), "used 3 of 100 reserved", "dim"),
        (standing(100, 3.0, scarce=True), "used 3 of 100 while others compete", "warning"),
        (standing(None, 300.0, scarce=True), "starves others: 300 of 500 unreserved", "error"),
        (standing(None, 20.0, scarce=True), "competes: 450 of 500 unreserved used", "warning"),
        (standing(DENIED), "not permitted: lambda:GetFunction", "dim"),
        (
            standing(provisioned=(config("FAILED", status_reason="FUNCTION_ERROR_INIT_FAILURE"),)),
            "provisioned FAILED on live: FUNCTION_ERROR_INIT_FAILURE",
            "error",
        ),
        (
            standing(provisioned=(config("IN_PROGRESS", allocated=4),)),
            "provisioned IN_PROGRESS on live: 4 of 10 allocated",
            "warning",
        ),
        (standing(provisioned=(config(available=7),)), "7 of 10 provisioned available on live", "warning"),
        (standing(10, 5.0, provisioned=(config(),)), "none for $LATEST: all 10 provisioned", "warning"),
    ],
)
def test_the_verdict_tells_the_worst_in_one_line(one: Standing, text: str, tone: str) -> None:
    assert one.verdict == Remark(text, tone)


@pytest.mark.parametrize(
    "one", [standing(), standing(100, 50.0), standing(None, 300.0), standing(None, 0.0, scarce=True)]
)
def test_nothing_is_said_of_what_is_not_remarkable(one: Standing) -> None:
    assert one.verdict is None


def test_a_function_that_was_not_answered_yet_is_not_taken_for_one_without_a_reservation() -> None:
    (one,) = board(
        ["orders"], reserved={}, provisioned={}, peaks={"orders": 300.0}, account=ACCOUNT, unreserved_peak=450.0
    )
    assert (one.reserved.pending, one.shares_pool, one.verdict) == (True, False, None)


def test_a_forbidden_reservation_is_not_taken_for_none() -> None:
    one = standing(DENIED, 300.0, scarce=True)
    assert (one.reserved.error, one.shares_pool) == (DENIED, False)


@pytest.mark.parametrize(("reserved", "share"), [(200, 0.2), (None, 0.05), (0, 0.0)])
def test_the_share_of_the_account_is_what_is_reserved_or_else_what_ran(reserved: int | None, share: float) -> None:
    assert standing(reserved, 50.0).share == share


def test_without_the_accounts_limit_no_share_is_known_and_nobody_is_said_to_starve() -> None:
    one = standing(None, 300.0, scarce=True, account=None)
    assert (one.share, one.verdict) == (None, None)


def test_failed_provisioning_is_told_before_a_limit_that_was_reached() -> None:
    one = standing(100, 100.0, provisioned=(config("FAILED"),))
    assert one.verdict == Remark("provisioned FAILED on live", "error")


def test_functions_stay_in_the_order_given() -> None:
    rows = board(["b", "a", "c"], reserved={}, provisioned={}, peaks={}, account=None)
    assert [row.function for row in rows] == ["b", "a", "c"]
