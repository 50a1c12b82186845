"""What may be reserved and provisioned, and why not."""

from __future__ import annotations

from typing import Any

import pytest

from lambdatui.insight.concurrency import (
    ProvisionedChange,
    ReservedChange,
    Ruling,
    requested,
    rule_on_provisioned,
    rule_on_reserved,
    spilling,
    told_minimum,
    unreserved_after,
)
from lambdatui.models.concurrency import AccountConcurrency, ScalableTarget
from lambdatui.models.release import Alias, ProvisionedConcurrency, RoutingConfig, Version
from tests.support.endpoint import function
from tests.support.releases import arn

ACCOUNT = AccountConcurrency(limit=1_000, unreserved=400)
LOWERED = AccountConcurrency(limit=50, unreserved=50)
FINE = Ruling()
NOT_CHECKED = "the account's limit is not known: not checked against it"
ALL_PROVISIONED = "all that is reserved is provisioned: nothing is left for $LATEST and other versions"


def provisioned(qualifier: str, executions: int) -> ProvisionedConcurrency:
    return ProvisionedConcurrency(
        function_arn=arn("orders", qualifier), requested_provisioned_concurrent_executions=executions, status="READY"
    )


def on_reserved(after: int | None, *, before: int | None = None, **known: Any) -> Ruling:
    return rule_on_reserved(ReservedChange(before=before, after=after, **{"account": ACCOUNT, **known}))


def on_provisioned(after: int, qualifier: str = "live", **known: Any) -> Ruling:
    return rule_on_provisioned(ProvisionedChange(qualifier=qualifier, after=after, **{"account": ACCOUNT, **known}))


@pytest.mark.parametrize(
    ("before", "after", "left"), [(None, 100, 300), (100, 150, 350), (100, None, 500), (100, 0, 500), (None, None, 400)]
)
def test_what_remains_unreserved_counts_what_was_reserved_before(
    before: int | None, after: int | None, left: int
) -> None:
    assert unreserved_after(ACCOUNT, before, after) == left


# -- reserved


@pytest.mark.parametrize(("before", "after"), [(None, 300), (100, 400), (100, None), (None, None)])
def test_a_reservation_that_leaves_the_minimum_is_fine(before: int | None, after: int | None) -> None:
    assert on_reserved(after, before=before) == FINE


@pytest.mark.parametrize(("before", "after"), [(None, 301), (100, 401)])
def test_a_reservation_that_leaves_less_than_the_minimum_is_refused(before: int | None, after: int) -> None:
    assert on_reserved(after, before=before) == Ruling(
        ("leaves 99 of 1,000 unreserved; AWS keeps at least 100",),
    )


def test_a_minimum_that_aws_told_is_the_one_that_counts() -> None:
    assert on_reserved(340, minimum=50) == FINE
    assert on_reserved(351, minimum=50).refusals == ("leaves 49 of 1,000 unreserved; AWS keeps at least 50",)


def test_the_minimum_of_an_account_with_a_lowered_limit_is_not_guessed() -> None:
    assert on_reserved(5, account=LOWERED) == Ruling(
        warnings=("leaves 45 of 50 unreserved; AWS may refuse, it keeps a minimum that depends on the account",)
    )


def test_more_than_there_is_unreserved_is_refused_whatever_the_minimum() -> None:
    assert on_reserved(51, account=LOWERED).refusals == ("takes 1 more than the account has unreserved",)


@pytest.mark.parametrize("after", [30, 20, None])
def test_an_account_that_is_short_already_may_always_reserve_less(after: int | None) -> None:
    assert on_reserved(after, before=30, account=AccountConcurrency(limit=1_000, unreserved=40)) == FINE


def test_the_emergency_stop_is_never_refused() -> None:
    short = AccountConcurrency(limit=1_000, unreserved=0)
    for known in ({"account": short}, {"account": None}, {"provisioned": (provisioned("live", 10),)}):
        ruling = on_reserved(0, **known)
        assert ruling.refusals == ()
        assert ruling.warnings[0].startswith("stops the function: asynchronous events go to its dead-letter queue")


def test_a_negative_reservation_is_refused() -> None:
    assert on_reserved(-1).refusals == ("reserved concurrency is 0 or more",)


def test_a_reservation_covers_what_is_provisioned_on_all_versions() -> None:
    both = (provisioned("live", 10), provisioned("3", 5))
    assert on_reserved(14, provisioned=both).refusals == ("15 are provisioned, and the reservation must cover them",)
    assert on_reserved(15, provisioned=both) == Ruling(warnings=(ALL_PROVISIONED,))
    assert on_reserved(16, provisioned=both) == FINE


def test_a_reservation_below_what_ran_lately_is_warned_of() -> None:
    assert on_reserved(80, peak=87.0).warnings == (
        "87 ran at the same time in the last hour: more than 80 will be throttled",
    )
    assert on_reserved(87, peak=87.0) == FINE


def test_an_unknown_account_forbids_nothing_and_is_said() -> None:
    assert on_reserved(10, account=None) == Ruling(warnings=(NOT_CHECKED,))


@pytest.mark.parametrize(
    ("refusal", "minimum"),
    [
        (
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
            "below its minimum value of [10]",
            10,
        ),
        ("The function is being updated", None),
    ],
)
def test_the_minimum_is_read_from_aws_refusal(refusal: str, minimum: int | None) -> None:
    assert told_minimum(refusal) == minimum


# -- provisioned


def test_provisioning_what_the_account_has_room_for_is_fine() -> None:
    assert on_provisioned(300) == FINE


def test_provisioning_leaves_the_minimum_unreserved() -> None:
    assert on_provisioned(301).refusals == ("leaves 99 of 1,000 unreserved; AWS keeps at least 100",)


def test_what_is_provisioned_on_other_versions_takes_from_the_room() -> None:
    known = {"provisioned": (provisioned("live", 20), provisioned("3", 50))}
    assert on_provisioned(250, **known) == FINE
    assert on_provisioned(251, **known).refusals == ("leaves 99 of 1,000 unreserved; AWS keeps at least 100",)


def test_provisioning_less_needs_no_room() -> None:
    short = AccountConcurrency(limit=1_000, unreserved=40)
    assert on_provisioned(10, account=short, provisioned=(provisioned("live", 20),)) == FINE


def test_where_the_function_has_a_reservation_that_is_the_room() -> None:
    known = {"reserved": 30, "account": None, "provisioned": (provisioned("live", 20), provisioned("3", 10))}
    assert on_provisioned(19, **known) == FINE
    assert on_provisioned(20, **known) == Ruling(warnings=(ALL_PROVISIONED,))
    assert on_provisioned(21, **known) == Ruling(
        ("makes 31 provisioned of the function, and 30 are reserved for it",),
    )


def test_a_function_that_is_switched_off_takes_none() -> None:
    assert on_provisioned(1, reserved=0).refusals == ("makes 1 provisioned of the function, and 0 are reserved for it",)


@pytest.mark.parametrize("executions", [0, -1])
def test_less_than_one_is_refused(executions: int) -> None:
    assert on_provisioned(executions).refusals == ("provisioned concurrency is 1 or more; to have none, delete it",)


@pytest.mark.parametrize("qualifier", ["$LATEST", "$LATEST.PUBLISHED"])
def test_latest_cannot_have_it(qualifier: str) -> None:
    assert on_provisioned(1, qualifier).refusals == (
        f"{qualifier} cannot have it: take a published version or an alias",
    )


def test_an_alias_with_weights_cannot_have_it() -> None:
    routing = RoutingConfig(additional_version_weights={"3": 0.1})
    alias = Alias(name="live", function_version="2", routing_config=routing)
    assert on_provisioned(1, alias=alias).refusals == (
        "alias live has weights, and cannot have it until they are gone",
    )
    assert on_provisioned(1, alias=Alias(name="live", function_version="2")) == FINE


@pytest.mark.parametrize(
    ("status", "refusals"), [("On", ("version 2 has SnapStart, which excludes it",)), ("Off", ()), ("", ())]
)
def test_a_version_with_snap_start_cannot_have_it(status: str, refusals: tuple[str, ...]) -> None:
    described = function("orders", Version="2", SnapStart={"OptimizationStatus": status})
    assert on_provisioned(1, version=Version.from_aws(described)).refusals == refusals


def test_auto_scaling_that_will_overwrite_it_is_warned_of() -> None:
    target = ScalableTarget(function="orders", qualifier="live", minimum=2, maximum=1_000)
    assert on_provisioned(1, target=target).warnings == (
        "auto scaling keeps it between 2 and 1,000, and will overwrite this",
    )


def test_auto_scaling_that_is_suspended_overwrites_nothing() -> None:
    target = ScalableTarget(function="orders", qualifier="live", minimum=2, maximum=10, suspended=True)
    assert on_provisioned(1, target=target) == FINE


def test_keeping_more_ready_than_is_used_is_warned_of() -> None:
    assert on_provisioned(5, utilization=0.42).warnings == (
        "at most 42 % of it was used in the last hour: below 60 % on demand costs less",
    )
    assert on_provisioned(5, utilization=0.6) == FINE
    assert on_provisioned(5, utilization=0.42, provisioned=(provisioned("live", 10),)) == FINE


@pytest.mark.parametrize(("after", "utilization", "used"), [(8, 0.9, 9), (0, 0.1, 1), (2, 0.3, 3)])
def test_keeping_less_ready_than_was_used_is_warned_of(after: int, utilization: float, used: int) -> None:
    told = f"about {used} of 10 were used at once in the last hour: what finds none ready starts cold"
    assert spilling(10, after, utilization) == told


@pytest.mark.parametrize(("after", "utilization"), [(9, 0.9), (3, 0.3), (0, 0.0), (0, None), (20, 1.0)])
def test_keeping_ready_what_was_used_is_not_warned_of(after: int, utilization: float | None) -> None:
    assert spilling(10, after, utilization) == ""


def test_reducing_what_is_in_use_is_warned_of_before_it_is_put() -> None:
    ten = (provisioned("live", 10),)
    assert on_provisioned(5, utilization=0.9, provisioned=ten).warnings == (spilling(10, 5, 0.9),)


def test_an_unknown_account_forbids_no_provisioning_and_is_said() -> None:
    assert on_provisioned(10, account=None) == Ruling(warnings=(NOT_CHECKED,))


def test_everything_that_is_wrong_is_told_at_once() -> None:
    assert len(on_provisioned(0, "$LATEST").refusals) == 2


def test_what_is_requested_counts_and_not_what_is_allocated_yet() -> None:
    growing = ProvisionedConcurrency(
        requested_provisioned_concurrent_executions=10, allocated_provisioned_concurrent_executions=3
    )
    assert requested((growing, provisioned("3", 5))) == 15
