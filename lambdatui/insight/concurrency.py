"""What may be reserved and provisioned, told before AWS is asked.

The rules are AWS's. What is not known forbids nothing: it is warned of, and AWS has the last word.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from lambdatui.models.arn import LATEST
from lambdatui.models.concurrency import AccountConcurrency, ScalableTarget
from lambdatui.models.release import Alias, ProvisionedConcurrency, Version

T = TypeVar("T")

UNRESERVED_MINIMUM = 100
"""What AWS keeps for functions without a reservation where the account's limit was not lowered (facts 3.6)."""
DEFAULT_LIMIT = 1_000
"""The account's limit from which on `UNRESERVED_MINIMUM` holds; below it AWS keeps less, and says how much only when
it refuses (facts 3.6)."""
WORTH_ITS_PRICE = 0.6
"""Utilization, 0..1, below which provisioned concurrency costs more than on demand (facts 7.1, 9.4, C8)."""

_MINIMUM = re.compile(r"below its minimum value of \[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Ruling:
    """What speaks against a change, a sentence each."""

    refusals: tuple[str, ...] = ()
    """AWS would refuse it; nothing needs to be sent."""
    warnings: tuple[str, ...] = ()
    """It can be done, and the operator should know this first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change(ABC):
    """What both kinds of concurrency have in common: they may take from what the account has unreserved."""

    account: AccountConcurrency | None
    """None where it is not known."""
    minimum: int | None = None
    """What must stay unreserved, where AWS told (`told_minimum`); it is asked for where the limit was lowered."""
    provisioned: tuple[ProvisionedConcurrency, ...] = ()
    """All of the function's as they are now."""

    @property
    @abstractmethod
    def takes(self) -> bool:
        """Whether it takes more from the unreserved than before: all else helps an account that is short already."""

    @abstractmethod
    def left(self, account: AccountConcurrency) -> int:
        """What it leaves unreserved, and not provisioned by the function either: others may have provisioned of it."""

    @property
    @abstractmethod
    def covered(self) -> tuple[int | None, int]:
        """What the function would have reserved, None for nothing, and what it would have provisioned of that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservedChange(_Change):
    """A change of a function's reserved concurrency, with what is known around it."""

    before: int | None
    after: int | None
    """None takes the reservation away, which is not 0."""
    peak: float | None = None
    """The most of the function that ran at the same time in the last hour."""

    @property
    def takes(self) -> bool:
        return (self.after or 0) > (self.before or 0)

    def left(self, account: AccountConcurrency) -> int:
        return unreserved_after(account, self.before, self.after)

    @property
    def covered(self) -> tuple[int | None, int]:
        return self.after, requested(self.provisioned)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionedChange(_Change):
    """A change of the provisioned concurrency of a version or alias, with what is known around it."""

    qualifier: str
    after: int
    reserved: int | None = None
    """The function's."""
    beside: int = 0
    """How much more than now is planned for other versions and aliases of the function."""
    alias: Alias | None = None
    """Where the qualifier is one."""
    version: Version | None = None
    """The version in question: of an alias, its main one."""
    target: ScalableTarget | None = None
    """What scales it automatically."""
    utilization: float | None = None
    """The highest in the last hour, 0..1."""

    @property
    def before(self) -> int:
        """What is requested for the qualifier now."""
        return requested(one for one in self.provisioned if one.qualifier == self.qualifier)

    @property
    def more(self) -> int:
        """How much more than now it is."""
        return self.after - self.before

    @property
    def takes(self) -> bool:
        return self.reserved is None and self.more > 0

    def left(self, account: AccountConcurrency) -> int:
        return account.unreserved - self.covered[1]

    @property
    def covered(self) -> tuple[int | None, int]:
        return self.reserved, requested(self.provisioned) + self.more + self.beside


def requested(provisioned: Iterable[ProvisionedConcurrency]) -> int:
    """What is to be kept ready in all."""
    return sum(one.requested_provisioned_concurrent_executions for one in provisioned)


def unreserved_after(account: AccountConcurrency, before: int | None, after: int | None) -> int:
    """What remains for functions that have nothing reserved, once one of them has `after` in place of `before`."""
    return account.unreserved + (before or 0) - (after or 0)


def told_minimum(refusal: str) -> int | None:
    """What must stay unreserved, from AWS's refusal to reserve more; None where it is about something else."""
    told = _MINIMUM.search(refusal)
    return int(told[1]) if told else None


def scaled(target: ScalableTarget | None) -> str:
    """That what an operator puts or deletes will not last; empty where nothing scales it (facts 3.3)."""
    if target is None or target.suspended:
        return ""
    return f"auto scaling keeps it between {target.minimum:,} and {target.maximum:,}, and will overwrite this"


def spilling(before: int, after: int, utilization: float | None) -> str:
    """That what is kept ready was in use, and is to be no more; empty where it was not, or that is not known.

    Args:
        utilization: the highest in the last hour, 0..1, of what was kept ready then.
    """
    used = round((utilization or 0) * before)
    if used <= after:
        return ""
    return f"about {used:,} of {before:,} were used at once in the last hour: what finds none ready starts cold"


def rule_on_reserved(change: ReservedChange) -> Ruling:
    """What speaks against changing or removing reserved concurrency."""
    return _ruling(
        change,
        refusals=(_negative, _below_minimum, _reserved_below_provisioned),
        warnings=(_stops, _perhaps_below_minimum, _not_checked, _throttles, _all_provisioned),
    )


def rule_on_provisioned(change: ProvisionedChange) -> Ruling:
    """What speaks against changing provisioned concurrency."""
    return _ruling(
        change,
        refusals=(_too_few, _latest, _weighted, _snap_start, _provisioned_above_reserved, _below_minimum),
        warnings=(_overwritten, _perhaps_below_minimum, _not_checked, _all_provisioned, _dear, _spilling),
    )


def _ruling(change: T, refusals: Iterable[Callable[[T], str]], warnings: Iterable[Callable[[T], str]]) -> Ruling:
    """Every rule gives its reason where it is broken, and nothing where it is kept."""
    refused, warned = (tuple(filter(None, (rule(change) for rule in rules))) for rules in (refusals, warnings))
    return Ruling(refused, warned)


# -- rules for both


def _below_minimum(change: _Change) -> str:
    """A minimum must stay unreserved, of which provisioned concurrency takes nothing either (facts 3.3, 3.6)."""
    if change.account is None or not change.takes:
        return ""
    left, kept = change.left(change.account), _certain_minimum(change)
    if left < 0:
        return f"takes {-left:,} more than the account has unreserved"
    return f"leaves {left:,} of {change.account.limit:,} unreserved; AWS keeps at least {kept:,}" if left < kept else ""


def _perhaps_below_minimum(change: _Change) -> str:
    """A lowered limit lowers the minimum, by how much is known only from a refusal (facts 3.6)."""
    if change.account is None or not change.takes:
        return ""
    left, limit = change.left(change.account), change.account.limit
    if not _certain_minimum(change) <= left < (change.minimum or UNRESERVED_MINIMUM):
        return ""
    return f"leaves {left:,} of {limit:,} unreserved; AWS may refuse, it keeps a minimum that depends on the account"


def _certain_minimum(change: _Change) -> int:
    if change.minimum is not None:
        return change.minimum
    return UNRESERVED_MINIMUM if change.account and change.account.limit >= DEFAULT_LIMIT else 0


def _not_checked(change: _Change) -> str:
    """What is not known cannot be checked, and that is said."""
    unknown = change.account is None and change.takes
    return "the account's limit is not known: not checked against it" if unknown else ""


def _all_provisioned(change: _Change) -> str:
    """Where all that is reserved is provisioned, nothing else of the function can run (facts 9.4, C12)."""
    reserved, provisioned = change.covered
    if not reserved or provisioned != reserved:
        return ""
    return f"all that is reserved is provisioned: nothing is left for {LATEST} and other versions"


# -- reserved


def _negative(change: ReservedChange) -> str:
    """PutFunctionConcurrency takes 0 and more."""
    return "reserved concurrency is 0 or more" if (change.after or 0) < 0 else ""


def _reserved_below_provisioned(change: ReservedChange) -> str:
    """A reservation covers what is provisioned (facts 3.3). Of 0, the emergency stop, AWS alone is to judge."""
    reserved, provisioned = change.covered
    if not reserved or not 0 < reserved < provisioned:
        return ""
    return f"{provisioned:,} are provisioned, and the reservation must cover them"


def _stops(change: ReservedChange) -> str:
    """0 stops all processing, and asynchronous events are not retried (facts 3.6)."""
    if change.after != 0:
        return ""
    return "stops the function: asynchronous events go to its dead-letter queue or destination at once, or are lost"


def _throttles(change: ReservedChange) -> str:
    """A reservation is a ceiling too (facts 3.6)."""
    if not change.after or change.peak is None or change.peak <= change.after:
        return ""
    return f"{change.peak:,.0f} ran at the same time in the last hour: more than {change.after:,} will be throttled"


# -- provisioned


def _too_few(change: ProvisionedChange) -> str:
    """PutProvisionedConcurrencyConfig takes 1 and more."""
    return "provisioned concurrency is 1 or more; to have none, delete it" if change.after < 1 else ""


def _latest(change: ProvisionedChange) -> str:
    """Only a published version or an alias can have it (facts 3.3)."""
    version = change.alias.function_version if change.alias is not None else change.qualifier
    which = f"{change.alias.name} points at {version}, which" if change.alias is not None else version
    return f"{which} cannot have it: take a published version or an alias" if version.startswith(LATEST) else ""


def _weighted(change: ProvisionedChange) -> str:
    """An alias with weights cannot have it (facts 3.3)."""
    if change.alias is None or not change.alias.additional:
        return ""
    return f"alias {change.alias.name} has weights, and cannot have it until they are gone"


def _snap_start(change: ProvisionedChange) -> str:
    """SnapStart excludes it (facts 3.3)."""
    if change.version is None or change.version.snap_start_status != "On":
        return ""
    return f"version {change.version.number} has SnapStart, which excludes it"


def _provisioned_above_reserved(change: ProvisionedChange) -> str:
    """A reservation covers what is provisioned on all versions together (facts 3.3)."""
    reserved, provisioned = change.covered
    if reserved is None or provisioned <= reserved:
        return ""
    return f"makes {provisioned:,} provisioned of the function, and {reserved:,} are reserved for it"


def _overwritten(change: ProvisionedChange) -> str:
    """Application Auto Scaling overwrites what is put by hand (facts 3.3)."""
    return scaled(change.target)


def _dear(change: ProvisionedChange) -> str:
    """What is kept ready and hardly used costs more than on demand (facts 7.1, 9.4, C8)."""
    if change.utilization is None or change.utilization >= WORTH_ITS_PRICE or change.after < change.before:
        return ""
    used, worth = f"{change.utilization * 100:.0f} %", f"{WORTH_ITS_PRICE * 100:.0f} %"
    return f"at most {used} of it was used in the last hour: below {worth} on demand costs less"


def _spilling(change: ProvisionedChange) -> str:
    """What is used of it and no longer ready runs on demand (facts 6)."""
    return spilling(change.before, change.after, change.utilization)
