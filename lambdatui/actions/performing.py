"""Carries out what was planned: written down before and after, sent once, and told as it was."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from lambdatui.actions.action import Action, Call, Plan, Undo, masked
from lambdatui.actions.audit import AuditCall, AuditLine, AuditTrail, AuditUndo, Result
from lambdatui.aws.connection import Connection
from lambdatui.errors import Conflict, ConsoleError, OutcomeUnknown, ReadOnly, Throttled, Unreachable
from lambdatui.models.identity import Identity

THROTTLED_S = (1.0, 2.0, 4.0)
"""How long to wait before a request that AWS refused for its pace is sent again: Lambda's changes share 15 a second
(facts 2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a plan."""

    plan: Plan
    result: Result
    error: ConsoleError | None = None
    answers: tuple[Mapping[str, Any], ...] = ()
    """What AWS answered to each request that it carried out, in their order."""

    @property
    def summary(self) -> str:
        """What became of it, in some words."""
        if self.error is None:
            return self.result
        made = f", {len(self.answers)} of {len(self.plan.calls)} requests made" if self.answers else ""
        return f"{self.result}{made}: {self.error}"


@dataclass(frozen=True, kw_only=True)
class Performer:
    """Performs plans for one operator in one account and region.

    `secret_undos` are the inverses that hold a secret, by the attempt's id: they last as long as the console.
    """

    connection: Connection
    identity: Identity
    trail: AuditTrail
    secret_undos: dict[str, Undo] = field(default_factory=dict)

    async def perform(
        self, action_id: str, action: Action[Any], plan: Plan, *, batch: str | None = None, undoes: str | None = None
    ) -> Outcome:
        """Sends what was planned, if what is there is still what it was planned for.

        Args:
            batch: what the attempts on a set of marked rows have in common.
            undoes: the id of the attempt that this one takes back.

        Returns:
            What became of it; the audit trail says the same.

        Raises:
            AuditFailed: it could not be written down, so that nothing was sent; or it could be before and not after.
        """
        line = self._line(action_id, plan, batch=batch, undoes=undoes)
        await asyncio.to_thread(self.trail.append, line)
        answers: list[Mapping[str, Any]] = []
        try:
            outcome = await self._attempt(action, plan, answers)
        except asyncio.CancelledError:  # the console is being left: what was under way may have arrived
            self.trail.append(line.concluded("unknown", error="the console was left", request_ids=_ids(answers)))
            raise
        error = outcome.error.title if outcome.error is not None else ""
        await asyncio.to_thread(
            self.trail.append, line.concluded(outcome.result, error=error, request_ids=_ids(answers))
        )
        return outcome

    async def _attempt(self, action: Action[Any], plan: Plan, answers: list[Mapping[str, Any]]) -> Outcome:
        try:
            await self._expect_unchanged(action, plan)
            for call in plan.calls:
                answers.append(await self._send(action, call))
        except ConsoleError as error:
            result = await self._judge(action, plan, error, begun=bool(answers))
            return Outcome(plan=plan, result=result, error=None if result == "done" else error, answers=tuple(answers))
        return Outcome(plan=plan, result="done", answers=tuple(answers))

    async def _expect_unchanged(self, action: Action[Any], plan: Plan) -> None:
        """Reads once more what the plan was made for: most of AWS's writes take no RevisionId (facts 3.4).

        Raises:
            Conflict: it is something else now.
        """
        now = (await action.plan(self.connection, plan.subject, plan.params)).before
        changed = [
            f"{label} was {plan.before.get(label) or 'not set'} and is {now.get(label) or 'not set'}"
            for label in {**plan.before, **now}
            if plan.before.get(label) != now.get(label)
        ]
        if changed:
            raise Conflict("; ".join(changed), "somebody changed it meanwhile; plan it anew")

    async def _send(self, action: Action[Any], call: Call) -> Mapping[str, Any]:
        """Sends a request; what AWS refused for its pace was certainly not carried out, and may be sent again."""
        for wait_s in THROTTLED_S if action.resend_throttled else ():
            try:
                return await action.send(self.connection, call)
            except Throttled:
                await asyncio.sleep(wait_s)
        return await action.send(self.connection, call)

    async def _judge(self, action: Action[Any], plan: Plan, error: ConsoleError, *, begun: bool) -> Result:
        """What became of a plan that an error ended. Where an answer was lost, AWS is asked what is there now."""
        if isinstance(error, Unreachable | OutcomeUnknown):
            return await self.found(action, plan)
        if begun:
            return "partial"
        if isinstance(error, Conflict):
            return "conflict"
        return "refused" if isinstance(error, ReadOnly) else "failed"

    async def found(self, action: Action[Any], plan: Plan) -> Result:
        """What became of a plan, by what is there now: done, failed where nothing changed, otherwise unknown."""
        if plan.before == plan.after:
            return "unknown"
        try:
            now = (await action.plan(self.connection, plan.subject, plan.params)).before
        except ConsoleError:
            return "unknown"
        if now == plan.after:
            return "done"
        return "failed" if now == plan.before else "unknown"

    def _line(self, action_id: str, plan: Plan, *, batch: str | None = None, undoes: str | None = None) -> AuditLine:
        line = AuditLine(
            batch=batch,
            identity=self.identity.arn,
            account=self.identity.account,
            region=self.identity.region,
            action=action_id,
            function=plan.subject.function,
            qualifier=plan.subject.qualifier,
            mapping=plan.subject.mapping,
            before=plan.before,
            after=plan.after,
            calls=tuple(
                AuditCall(service=call.service, operation=call.operation, parameters=masked(call.parameters))
                for call in plan.calls
            ),
            undoes=undoes,
            standing=plan.standing,
        )
        if plan.undo is None:
            return line
        try:
            kept = AuditUndo(action=plan.undo.action, parameters=plan.undo.params.model_dump())
        except ValidationError:  # it holds a secret
            self.secret_undos[line.id] = plan.undo
            return line
        return line.model_copy(update={"undo": kept})


def _ids(answers: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(answer.get("ResponseMetadata", {}).get("RequestId", "") for answer in answers)
