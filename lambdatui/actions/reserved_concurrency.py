"""Sets, changes or removes what a function has reserved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from lambdatui.actions.action import Action, Call, Draft, Params, Plan, State, Subject, Undo
from lambdatui.actions.audit import AuditLine, AuditReading
from lambdatui.actions.lately import Highest, highest
from lambdatui.actions.on_record import on_record
from lambdatui.actions.permission import permitted
from lambdatui.aws.concurrency import get_account_concurrency, get_reserved_concurrency
from lambdatui.aws.connection import Connection
from lambdatui.aws.releases import list_provisioned
from lambdatui.errors import RequestRefused
from lambdatui.insight.concurrency import (
    DEFAULT_LIMIT,
    ReservedChange,
    rule_on_reserved,
    told_minimum,
    unreserved_after,
)
from lambdatui.models.concurrency import AccountConcurrency
from lambdatui.models.metric import CONCURRENCY

RESERVED = "reserved concurrency"
PEAK = "how much of it ran at the same time in the last hour"


class Reserved(Params):
    """How much is to be reserved."""

    reserved: Annotated[int, Field(ge=0)] | None = Field(
        default=None,
        title="Reserved concurrency",
        description="floor and ceiling of the whole function; 0 stops it, empty reserves nothing",
    )


class ReserveConcurrency(Action[Reserved]):
    """PutFunctionConcurrency, or DeleteFunctionConcurrency where nothing is to be reserved: absent is not 0.

    Neither takes a RevisionId (facts 3.4, 3.6).
    """

    params = Reserved

    def __init__(self) -> None:
        self._taken = 0
        """How much more than now was planned for the functions before."""

    async def draft(self, connection: Connection, subject: Subject) -> Draft[Reserved]:
        account = await permitted(get_account_concurrency(connection))
        unreserved = (f"{account.unreserved:,} of the account's {account.limit:,} are unreserved",) if account else ()
        reserved = await get_reserved_concurrency(connection, subject.function)
        return Draft(params=Reserved(reserved=reserved), remarks=unreserved)

    async def plan(self, connection: Connection, subject: Subject, params: Reserved) -> Plan:
        before, after = await get_reserved_concurrency(connection, subject.function), params.reserved
        account = await permitted(get_account_concurrency(connection))
        if account is not None:
            account = replace(account, unreserved=account.unreserved - self._taken)
        provisioned = await permitted(list_provisioned(connection, subject.function)) or ()
        lowered = after and (before is None or after < before)
        ran = await highest(self.metrics, CONCURRENCY.of(subject.function)) if lowered else Highest()
        ruling = rule_on_reserved(
            ReservedChange(
                account=account,
                minimum=await least_unreserved(connection, account),
                provisioned=provisioned,
                before=before,
                after=after,
                peak=ran.value,
            )
        )
        if ruling.refusals and after != before:
            raise RequestRefused(ruling.refusals[0])
        self._taken += (after or 0) - (before or 0)
        left = (
            f"{unreserved_after(account, before, after):,} of {account.limit:,}" if account else "not permitted to see"
        )
        return Plan(
            subject=subject,
            params=params,
            before={RESERVED: told(before)},
            after={RESERVED: told(after)},
            remarks=(f"unreserved in the account then: {left}",),
            calls=() if after == before else (reserve_call(subject.function, after),),
            warnings=(*ruling.warnings, *([f"{PEAK} is not known: {ran.why_not}"] if ran.why_not else [])),
            undo=Undo(action="reserved-concurrency", params=Reserved(reserved=before)),
        )

    async def present(self, connection: Connection, subject: Subject, params: Reserved) -> State:
        return {RESERVED: told(await get_reserved_concurrency(connection, subject.function))}


async def least_unreserved(connection: Connection, account: AccountConcurrency | None) -> int | None:
    """What AWS keeps unreserved where the account's limit was lowered: it says so in a refusal only (facts 3.6).

    Returns:
        As in the last refusal on record; None where there is none, or where `DEFAULT_LIMIT` tells.
    """
    if account is None or account.limit >= DEFAULT_LIMIT:
        return None

    def refusals(reading: AuditReading) -> Iterator[AuditLine]:
        return (line for line in reading.entries if told_minimum(line.error) is not None)

    return next((told_minimum(line.error) for line in await on_record(connection, refusals)), None)


def told(reserved: int | None) -> str | None:
    """Reserved concurrency as plans tell it."""
    return None if reserved is None else f"{reserved:,}"


def reserve_call(function: str, reserved: int | None) -> Call:
    """What makes a function have this much reserved; None for nothing."""
    named = {"FunctionName": function}
    if reserved is None:
        return Call(service="lambda", operation="DeleteFunctionConcurrency", parameters=named)
    parameters = {**named, "ReservedConcurrentExecutions": reserved}
    return Call(service="lambda", operation="PutFunctionConcurrency", parameters=parameters)
