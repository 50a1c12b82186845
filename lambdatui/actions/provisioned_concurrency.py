"""Puts, changes or deletes the provisioned concurrency of a version or an alias."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from pydantic import Field

from lambdatui.actions.action import Action, Call, Draft, P, Params, Plan, State, Subject, Undo
from lambdatui.actions.lately import highest
from lambdatui.actions.permission import permitted
from lambdatui.actions.reserved_concurrency import least_unreserved
from lambdatui.actions.subjects import alias_of
from lambdatui.actions.watching import seen
from lambdatui.aws.concurrency import (
    get_account_concurrency,
    get_provisioned,
    get_reserved_concurrency,
    get_scalable_target,
)
from lambdatui.aws.connection import Connection
from lambdatui.aws.releases import get_version, list_provisioned
from lambdatui.errors import ConsoleError, NotFound, RequestRefused
from lambdatui.insight.concurrency import ProvisionedChange, rule_on_provisioned, scaled, spilling
from lambdatui.insight.cost import AS_OF, provisioned_month
from lambdatui.insight.releases import READY
from lambdatui.models.arn import LATEST
from lambdatui.models.concurrency import ScalableTarget
from lambdatui.models.metric import PROVISIONED_UTILIZATION
from lambdatui.models.release import ProvisionedConcurrency, Version

FAILED = "FAILED"
LABEL = "provisioned concurrency"
WATCH_S = 3.0
"""How often AWS is asked how far it is; it takes minutes (facts 3.3)."""


class Provisioned(Params):
    """How much is to be kept ready."""

    provisioned: int = Field(
        default=1,
        ge=1,
        title="Provisioned concurrency",
        description="environments kept ready, and paid for, used or not",
    )


class _ProvisionedAction(Action[P]):
    """What an action on provisioned concurrency is planned for: how much is requested now."""

    async def present(self, connection: Connection, subject: Subject, params: P) -> State:
        return {LABEL: told(_requested(await get_provisioned(connection, subject.function, subject.qualifier)))}

    async def _utilization(self, subject: Subject, now: ProvisionedConcurrency | None) -> tuple[float | None, str]:
        """How much of what is ready was used in the last hour, 0..1, and that in words; none where nothing is ready."""
        if now is None:
            return None, ""
        used = await highest(self.metrics, PROVISIONED_UTILIZATION.of(subject.function, qualifier=subject.qualifier))
        if used.why_not:
            return None, f"utilization in the last hour is not known: {used.why_not}"
        share = "no data" if used.value is None else f"at most {used.value * 100:.0f} %"
        return used.value, f"utilization in the last hour: {share}"


class ProvisionConcurrency(_ProvisionedAction[Provisioned]):
    """PutProvisionedConcurrencyConfig, which takes no RevisionId (facts 3.3, 3.4)."""

    params = Provisioned

    def __init__(self) -> None:
        self._planned: list[tuple[str, ProvisionedChange]] = []
        """What was planned for the releases before, with the function of each."""

    async def draft(self, connection: Connection, subject: Subject) -> Draft[Provisioned]:
        found = await self._find(connection, subject, after=1)
        if refusals := rule_on_provisioned(found.change).refusals:  # what is refused of one is refused of any number
            raise RequestRefused(refusals[0])
        return Draft(
            params=Provisioned(provisioned=_requested(found.now) or 1),
            remarks=_said(
                how_it_stands(found.now),
                found.used,
                scaled(found.change.target),
                found.not_known,
                _left(replace(found.change, after=found.change.before), "now"),
            ),
        )

    async def plan(self, connection: Connection, subject: Subject, params: Provisioned) -> Plan:
        found = await self._find(connection, subject, after=params.provisioned)
        ruling, before, after = rule_on_provisioned(found.change), _requested(found.now), params.provisioned
        to_do = after != before or (found.now is not None and found.now.status == FAILED)
        if ruling.refusals and to_do:
            raise RequestRefused(ruling.refusals[0])
        self._planned.append((subject.function, found.change))
        return Plan(
            subject=subject,
            params=params,
            before={LABEL: told(before)},
            after={LABEL: told(after)},
            calls=(_put(subject, after),) if to_do else (),
            remarks=_said(how_it_stands(found.now), found.used, _left(found.change, "then")),
            warnings=_said(*ruling.warnings, found.not_known),
            price=_price(after, found.change.version, connection.region),
            undo=_undo(before),
        )

    async def _find(self, connection: Connection, subject: Subject, after: int) -> _Found:
        """Reads all that the rules ask for; what is provisioned has to be known, the rest where it is permitted."""
        function, qualifier = subject.function, subject.qualifier
        if qualifier.startswith(LATEST):
            return _Found(now=None, change=ProvisionedChange(account=None, qualifier=qualifier, after=after))
        target, not_known = await _scaling(connection, subject)
        now, provisioned, account, reserved, alias, version = await asyncio.gather(
            get_provisioned(connection, function, qualifier),
            list_provisioned(connection, function),
            permitted(get_account_concurrency(connection)),
            permitted(get_reserved_concurrency(connection, function)),
            permitted(alias_of(connection, subject)),
            permitted(get_version(connection, function, qualifier)),
        )
        utilization, used = await self._utilization(subject, now)
        if account is not None:
            elsewhere = (change.more for name, change in self._planned if name != function and change.reserved is None)
            account = replace(account, unreserved=account.unreserved - sum(elsewhere))
        change = ProvisionedChange(
            account=account,
            minimum=await least_unreserved(connection, account),
            provisioned=provisioned,
            qualifier=qualifier,
            after=after,
            reserved=reserved,
            beside=sum(change.more for name, change in self._planned if name == function),
            alias=alias,
            version=version,
            target=target,
            utilization=utilization,
        )
        return _Found(now=now, change=change, used=used, not_known=not_known)

    async def settle(self, connection: Connection, plan: Plan, tell: Callable[[str], None]) -> None:
        """Watches until all is allocated.

        Raises:
            RequestRefused: AWS could not allocate it, with its reason.
            NotFound: it was deleted meanwhile.
        """
        subject = plan.subject
        look = partial(get_provisioned, connection, subject.function, subject.qualifier)
        while now := await seen(look, tell, WATCH_S):
            if now.status == FAILED:
                raise RequestRefused(how_it_stands(now))
            tell(how_it_stands(now))
            if now.status == READY:
                return
            await asyncio.sleep(WATCH_S)
        raise NotFound(f"{subject} has no provisioned concurrency any more")


class DeleteProvisionedConcurrency(_ProvisionedAction[Params]):
    """DeleteProvisionedConcurrencyConfig, which takes no RevisionId either (facts 3.4)."""

    async def plan(self, connection: Connection, subject: Subject, params: Params) -> Plan:
        now, version, (target, not_known) = await asyncio.gather(
            get_provisioned(connection, subject.function, subject.qualifier),
            permitted(get_version(connection, subject.function, subject.qualifier)),
            _scaling(connection, subject),
        )
        before = _requested(now)
        utilization, used = await self._utilization(subject, now)
        return Plan(
            subject=subject,
            params=params,
            before={LABEL: told(before)},
            after={LABEL: None},
            calls=(_delete(subject),) if before else (),
            remarks=(f"calls of {subject} start cold again", used) if before else (),
            warnings=_said(scaled(target), not_known if before else "", spilling(before, 0, utilization)),
            price=f"until now: {_price(before, version, connection.region)}" if before else None,
            undo=_undo(before),
        )


def told(provisioned: int) -> str | None:
    """Provisioned concurrency as plans tell it; there is none of 0."""
    return f"{provisioned:,}" if provisioned else None


def how_it_stands(now: ProvisionedConcurrency | None) -> str:
    """How far AWS is, and why it failed where it did; empty where nothing is provisioned."""
    if now is None:
        return ""
    allocated = (
        f"{now.status}: {now.allocated_provisioned_concurrent_executions:,} of "
        f"{now.requested_provisioned_concurrent_executions:,} allocated, "
        f"{now.available_provisioned_concurrent_executions:,} available"
    )
    return f"{allocated}: {now.status_reason}" if now.status_reason else allocated


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What a change is judged by."""

    now: ProvisionedConcurrency | None
    change: ProvisionedChange
    used: str = ""
    """How much of it was used, where there is any."""
    not_known: str = ""
    """What could not be found out, in a sentence."""


def _requested(now: ProvisionedConcurrency | None) -> int:
    return now.requested_provisioned_concurrent_executions if now is not None else 0


async def _scaling(connection: Connection, subject: Subject) -> tuple[ScalableTarget | None, str]:
    """What scales a release automatically, or why that is not known: another service tells, and can fail by itself."""
    try:
        return await get_scalable_target(connection, subject.function, subject.qualifier), ""
    except ConsoleError as error:
        return None, f"whether auto scaling will overwrite this is not known: {error.title}"


def _said(*sentences: str) -> tuple[str, ...]:
    return tuple(filter(None, sentences))


def _left(change: ProvisionedChange, when: str) -> str:
    """What remains for others: of the function's reservation, or of what the account has unreserved (facts 3.3).

    AWS takes off that what other functions without a reservation have provisioned, and lists it function by function
    only (facts 3.6): too much to read for one preview.
    """
    if change.reserved is not None:
        reserved, provisioned = change.covered
        return f"provisioned of the {reserved:,} that the function has reserved: {provisioned:,} {when}"
    if change.account is None:
        return "unreserved in the account: not permitted to see"
    left, limit = change.left(change.account), change.account.limit
    return (
        f"left of the account's {limit:,} {when}: {left:,}, less what other functions have provisioned "
        "(see :concurrency)"
    )


def _price(executions: int, version: Version | None, region: str) -> str:
    if version is None:
        return "price unknown: memory and architecture may not be seen"
    memory_mb, architecture = version.function.memory_mb, version.function.architectures[0]
    month = provisioned_month(executions, memory_mb, architecture, region)
    if month is None:
        return f"price unknown for {region}"
    what = f"{executions:,} of {memory_mb:,} MB, {architecture}, without their invocations"
    return f"${month:,.2f} a month for {what}, at the list price of {AS_OF}"


def _put(subject: Subject, executions: int) -> Call:
    parameters = {**_named(subject), "ProvisionedConcurrentExecutions": executions}
    return Call(service="lambda", operation="PutProvisionedConcurrencyConfig", parameters=parameters)


def _delete(subject: Subject) -> Call:
    return Call(service="lambda", operation="DeleteProvisionedConcurrencyConfig", parameters=_named(subject))


def _named(subject: Subject) -> dict[str, str]:
    return {"FunctionName": subject.function, "Qualifier": subject.qualifier}


def _undo(before: int) -> Undo:
    if before:
        return Undo(action="provisioned-concurrency", params=Provisioned(provisioned=before))
    return Undo(action="provisioned-concurrency-delete", params=Params())
