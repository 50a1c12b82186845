"""How an alias may divide its traffic, told before AWS is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lambdatui.insight.concurrency import Ruling
from lambdatui.models.release import Alias


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What matters of a version that is to have traffic; None for what AWS did not tell."""

    version: str
    state: str | None = None
    update: str | None = None
    """AWS's ``LastUpdateStatus``."""
    role: str | None = None
    dead_letter: str | None = None


def rule_on_traffic(
    alias: Alias,
    *,
    version: str,
    additional: str | None,
    share: float,
    sides: Sequence[Side],
    provisioned: bool = False,
) -> Ruling:
    """What speaks against a division of an alias's traffic.

    Args:
        alias: as it is now.
        version: the main one that it is to have.
        additional: the other one; None to send all to the main one.
        share: the additional version's, 0..1.
        sides: what is known of them, in this order.
        provisioned: whether the alias has provisioned concurrency.
    """
    refusals = (*_refusals(alias, version, additional, share), *unfit(sides), *unlike(sides))
    return Ruling(refusals, tuple(_warnings(alias, version, additional, provisioned)))


def _refusals(alias: Alias, version: str, additional: str | None, share: float) -> Iterator[str]:
    """The rules of weights (facts 3.2)."""
    if additional is None:
        return
    for number in (version, additional):
        if not number.isdecimal():
            yield f"{number} cannot share an alias's traffic: only published versions can"
    if additional == version:
        yield f"version {version} is the main one already: the additional version has to be another"
    if not 0 < share < 1:
        yield "the additional version's share is above 0 and below 100 %: to send it everything, make it the main one"
    if alias.function_version == additional and version in alias.additional:
        yield (
            f"versions {version} and {additional} cannot change places in one step: AWS is known to fail at it; "
            f"give everything to one of them first"
        )


def unfit(sides: Sequence[Side]) -> Iterator[str]:
    """Which versions cannot have traffic: they have to be active, and their last update successful (facts 10.7)."""
    for side in sides:
        if side.state not in {None, "Active", "Inactive"}:
            yield f"version {side.version} is {side.state}, not Active"
        elif side.update not in {None, "Successful"}:
            yield f"version {side.version}'s last update is {side.update}, not Successful"


def unlike(sides: Sequence[Side]) -> Iterator[str]:
    """In what versions differ that have to be alike to share an alias: role and dead-letter queue (facts 3.2)."""
    if len({side.role for side in sides}) > 1:
        yield "the versions have different execution roles, and must have the same to share an alias"
    if len({side.dead_letter for side in sides}) > 1:
        yield "the versions have different dead-letter queues, and must have the same to share an alias"


def _warnings(alias: Alias, version: str, additional: str | None, provisioned: bool) -> Iterator[str]:
    if (stuck := alias.all_on_additional) is not None:
        yield (
            f"all traffic is on version {stuck} by a weight of 1: Lambda sets it while provisioned concurrency moves, "
            f"and it stays where that failed"
        )
    if provisioned and additional is not None:
        yield "the alias has provisioned concurrency: Lambda shifts it by the weights, and it stays as it is meanwhile"
    elif provisioned and version != alias.function_version:
        yield "the alias has provisioned concurrency: Lambda moves the traffic when it is allocated on the new version"
