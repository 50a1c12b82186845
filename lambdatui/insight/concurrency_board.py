"""Who has how much of a region's concurrency, and who starves whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from lambdatui.errors import ConsoleError
from lambdatui.insight.concurrency import requested
from lambdatui.insight.releases import READY
from lambdatui.insight.series import rate
from lambdatui.models.arn import LATEST
from lambdatui.models.concurrency import AccountConcurrency
from lambdatui.models.release import Part, ProvisionedConcurrency, Remark

A = TypeVar("A")
T = TypeVar("T")

NEAR_LIMIT = 0.8
"""Share of what may run, 0..1, over which it is nearly used up (facts 9.4, C6)."""
IDLE = 0.1
"""Share of a reservation, 0..1, below which most of it is withheld for nothing (facts 9.4, C13). A rule of thumb."""
LARGE = 0.5
"""Share of the unreserved, 0..1, from which on one function starves those beside it. A rule of thumb."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What functions without a reservation share; None is not known."""

    size: int | None
    peak: float | None
    """The most of it that was in use at the same time."""

    @property
    def scarce(self) -> bool:
        """Whether it was nearly used up."""
        return (rate(self.peak, self.size) or 0.0) > NEAR_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A function on the board."""

    function: str
    reserved: Part[int]
    """One item, or none where nothing is reserved."""
    provisioned: Part[ProvisionedConcurrency]
    peak: float | None
    """The most that ran at the same time in the window; None where it is not known."""
    share: float | None
    """What it has of the account's limit, 0..1: what is reserved, or else what ran. None where it is not known."""
    pool: Pool

    @property
    def limit(self) -> int | None:
        """What is reserved for it; None where nothing is, or it is not known."""
        return next(iter(self.reserved.items), None)

    @property
    def shares_pool(self) -> bool:
        """Whether it is known to have no reservation."""
        return self.limit is None and not self.reserved.pending and self.reserved.error is None

    @property
    def verdict(self) -> Remark | None:
        """The worst that is known of it, in a line that may lose its end; None where nothing is remarkable."""
        return next(filter(None, (judge(self) for judge in _RULES)), None)


def board(
    functions: Iterable[str],
    *,
    reserved: Mapping[str, int | ConsoleError | None],
    provisioned: Mapping[str, tuple[ProvisionedConcurrency, ...] | ConsoleError],
    peaks: Mapping[str, float | None],
    account: AccountConcurrency | None,
    unreserved_peak: float | None = None,
) -> tuple[Standing, ...]:
    """How each function stands, in the order given.

    Args:
        functions: names.
        reserved: the answers so far; a function that is not among them is still being asked about.
        provisioned: likewise.
        peaks: the most of each function that ran at the same time in a window.
        account: None where it is not known.
        unreserved_peak: the most of all functions without a reservation that ran at the same time in the window, which
            CloudWatch knows as the region's ``UnreservedConcurrentExecutions``.
    """
    pool = Pool(account.unreserved if account else None, unreserved_peak)
    whole = account.limit if account else None

    def standing(function: str) -> Standing:
        limit = _part(reserved, function, lambda answer: () if answer is None else (answer,))
        peak = peaks.get(function)
        return Standing(
            function=function,
            reserved=limit,
            provisioned=_part(provisioned, function, lambda answer: answer),
            peak=peak,
            share=rate(limit.items[0] if limit.items else peak, whole),
            pool=pool,
        )

    return tuple(map(standing, functions))


def _part(answers: Mapping[str, A | ConsoleError], name: str, items: Callable[[A], tuple[T, ...]]) -> Part[T]:
    if name not in answers:
        return Part()
    answer = answers[name]
    if isinstance(answer, ConsoleError):
        return Part(error=answer, pending=False)
    return Part(items=items(answer), pending=False)


def _switched_off(one: Standing) -> Remark | None:
    """Facts 9.4, C2."""
    return Remark("switched off", "error") if one.limit == 0 else None


def _failed(one: Standing) -> Remark | None:
    """Facts 9.4, C9."""
    for config in one.provisioned.items:
        if config.status == "FAILED":
            why = f": {config.status_reason}" if config.status_reason else ""
            return Remark(f"provisioned FAILED on {config.qualifier}{why}", "error")
    return None


def _at_limit(one: Standing) -> Remark | None:
    """A reservation is a ceiling too (facts 3.6)."""
    if not one.limit or one.peak is None or one.peak < one.limit:
        return None
    return Remark(f"starved: {one.peak:,.0f} of {one.limit:,} reserved", "error")


def _starves(one: Standing) -> Remark | None:
    """Without reservations nothing keeps one function from taking what all share (facts 9.4, C3, C4)."""
    taken = rate(one.peak, one.pool.size)
    if not one.shares_pool or not one.pool.scarce or taken is None or taken < LARGE:
        return None
    return Remark(f"starves others: {one.peak:,.0f} of {one.pool.size:,} unreserved", "error")


def _competes(one: Standing) -> Remark | None:
    """What all share is nearly used up (facts 9.4, C4)."""
    if not one.shares_pool or not one.pool.scarce or not one.peak:
        return None
    return Remark(f"competes: {one.pool.peak:,.0f} of {one.pool.size:,} unreserved used", "warning")


def _withholds(one: Standing) -> Remark | None:
    """A reservation that is not used is missing elsewhere (facts 3.6, 9.4, C13)."""
    used = rate(one.peak, one.limit)
    if used is None or used >= IDLE:
        return None
    idle = f"used {one.peak:,.0f} of {one.limit:,}"
    return Remark(f"{idle} while others compete", "warning") if one.pool.scarce else Remark(f"{idle} reserved", "dim")


def _near_limit(one: Standing) -> Remark | None:
    """Facts 9.4, C6."""
    if (rate(one.peak, one.limit) or 0.0) <= NEAR_LIMIT:
        return None
    return Remark(f"near its limit: {one.peak:,.0f} of {one.limit:,} reserved", "warning")


def _unsettled(one: Standing) -> Remark | None:
    """Facts 9.4, C9."""
    for config in one.provisioned.items:
        allocated = config.allocated_provisioned_concurrent_executions
        available = config.available_provisioned_concurrent_executions
        if config.status not in {READY, None}:
            wanted = config.requested_provisioned_concurrent_executions
            told = f"provisioned {config.status} on {config.qualifier}: {allocated:,} of {wanted:,} allocated"
        elif available < allocated:
            told = f"{available:,} of {allocated:,} provisioned available on {config.qualifier}"
        else:
            continue
        return Remark(told, "warning")
    return None


def _all_provisioned(one: Standing) -> Remark | None:
    """Facts 9.4, C12."""
    if not one.limit or requested(one.provisioned.items) != one.limit:
        return None
    return Remark(f"none for {LATEST}: all {one.limit:,} provisioned", "warning")


def _not_known(one: Standing) -> Remark | None:
    return Remark(one.reserved.error.title, "dim") if one.reserved.error else None


_RULES: tuple[Callable[[Standing], Remark | None], ...] = (
    _switched_off,
    _failed,
    _at_limit,
    _starves,
    _competes,
    _near_limit,
    _unsettled,
    _all_provisioned,
    _withholds,
    _not_known,
)
"""The worst first; the first that has something to say counts."""
