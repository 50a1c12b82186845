"""Carries out what was planned: written down before and after, sent once, and told as it was."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from lambdatui.actions.action import Action, Call, Plan, State, Subject, Undo, changes
from lambdatui.actions.audit import AuditCall, AuditFailed, AuditLine, AuditTrail, AuditUndo, Result
from lambdatui.aws.connection import Connection
from lambdatui.aws.identity import get_identity
from lambdatui.errors import Conflict, ConsoleError, Fault, OutcomeUnknown, ReadOnly, Throttled, Unreachable
from lambdatui.models.identity import Identity

THROTTLED_S = (1.0, 2.0, 4.0)
"""How long to wait before a request that AWS refused for its pace is sent again: Lambda's changes share 15 a second
(facts 2.1)."""

LOST_ANSWERS = (Unreachable, OutcomeUnknown, Fault)
"""The errors after which a request may have been carried out."""

LEFT = "the console was left"
"""Why something was cut off, or never begun."""


class OtherAccount(ConsoleError):
    """The credentials are not of the account that the operator was shown: whoever renews them may take another's."""

    def __init__(self, here: str, shown: str) -> None:
        super().__init__(f"the credentials are of account {here} now, and not of {shown}", f"renew those of {shown}")


@dataclass(slots=True)
class Sending:
    """How far the requests of a plan have come."""

    plan: Plan
    answers: list[Mapping[str, Any]] = field(default_factory=list)
    """What AWS answered to each request that it carried out, in their order."""
    under_way: bool = False
    """Whether a request was sent of which it is not known whether AWS carried it out."""

    @property
    def request_ids(self) -> tuple[str, ...]:
        return tuple(answer.get("ResponseMetadata", {}).get("RequestId", "") for answer in self.answers)

    @property
    def tried(self) -> int:
        """How many requests were carried out, or may have been."""
        return len(self.answers) + self.under_way

    @property
    def when_left(self) -> Outcome:
        """What became of the plan where nothing more is sent, as the console is left."""
        if self.answers and len(self.answers) == len(self.plan.calls):
            return Outcome(plan=self.plan, result="done", answers=tuple(self.answers))
        result: Result = "unknown" if self.under_way else "partial" if self.answers else "cancelled"
        return Outcome(plan=self.plan, result=result, error=ConsoleError(LEFT), answers=tuple(self.answers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a plan."""

    plan: Plan
    result: Result
    error: ConsoleError | None = None
    answers: tuple[Mapping[str, Any], ...] = ()
    """What AWS answered to each request that it carried out, in their order."""
    now: State | None = None
    """What is there, where that is neither as before nor as meant."""
    unwritten: AuditFailed | None = None
    """Why the audit trail could not be told what became of it."""

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

    async def expect_account(self) -> None:
        """Asks once more whose credentials they are.

        Raises:
            OtherAccount: they are not of the account that the operator was shown.
            ConsoleError: it could not be found out.
        """
        here = (await get_identity(self.connection)).account
        if here != self.identity.account:
            raise OtherAccount(here, self.identity.account)

    async def perform(
        self,
        action_id: str,
        action: Action[Any],
        plan: Plan,
        *,
        batch: str | None = None,
        undoes: str | None = None,
        sending: Sending | None = None,
    ) -> Outcome:
        """Sends what was planned, if what is there is still what it was planned for.

        Args:
            batch: what the attempts on a set of marked rows have in common.
            undoes: the id of the attempt that this one takes back.
            sending: is told how far it has come, for whoever cancels it.

        Returns:
            What became of it; the audit trail says the same.

        Raises:
            AuditFailed: it could not be written down, so that nothing was sent.
        """
        line = self._undone_by(plan.inverse, self._line(action_id, plan, batch=batch, undoes=undoes))
        sending = sending or Sending(plan)

        def concluded(result: Result, error: str, now: State | None = None) -> AuditLine:
            ended = line.concluded(result, error=error, request_ids=sending.request_ids, after=now)
            if result != "partial":
                return ended
            return self._undone_by(action.undo_of(plan, plan.calls[: sending.tried]), ended)

        try:
            await asyncio.to_thread(self.trail.append, line)
            outcome = await self._attempt(action, plan, sending)
        except asyncio.CancelledError:  # the console is being left
            left = sending.when_left
            with suppress(AuditFailed):
                self.trail.append(concluded(left.result, left.error.title if left.error is not None else ""))
            raise
        error = outcome.error.title if outcome.error is not None else action.complaint(outcome.answers)
        try:
            await asyncio.to_thread(self.trail.append, concluded(outcome.result, error, outcome.now))
        except AuditFailed as unwritten:
            return replace(outcome, unwritten=unwritten)
        return outcome

    async def _attempt(self, action: Action[Any], plan: Plan, sending: Sending) -> Outcome:
        error: ConsoleError | None = None
        try:
            await self._expect_unchanged(action, plan)
            for call in plan.calls:
                sending.answers.append(await self._send(action, call, sending))
        except ConsoleError as expected:
            error = expected
        except Exception as unexpected:  # whatever it was, what became of it is to be told
            error = Fault(unexpected)
        result, now = ("done", None) if error is None else await self._judge(action, plan, error, sending)
        answers = tuple(sending.answers)
        return Outcome(plan=plan, result=result, error=None if result == "done" else error, answers=answers, now=now)

    async def _expect_unchanged(self, action: Action[Any], plan: Plan) -> None:
        """Reads once more what the plan was made for: most of AWS's writes take no RevisionId (facts 3.4).

        Raises:
            Conflict: it is something else now.
        """
        now = await action.present(self.connection, plan.subject, plan.params)
        if changed := changes(plan.before, now):
            raise Conflict("; ".join(changed), "somebody changed it meanwhile; plan it anew")

    async def _send(self, action: Action[Any], call: Call, sending: Sending) -> Mapping[str, Any]:
        """Sends a request; what AWS refused for its pace was certainly not carried out, and may be sent again."""
        for wait_s in THROTTLED_S if action.resend_throttled else ():
            try:
                return await self._send_once(action, call, sending)
            except Throttled:
                await asyncio.sleep(wait_s)
        return await self._send_once(action, call, sending)

    async def _send_once(self, action: Action[Any], call: Call, sending: Sending) -> Mapping[str, Any]:
        sending.under_way = True
        try:
            answer = await action.send(self.connection, call)
        except ConsoleError as error:
            sending.under_way = isinstance(error, LOST_ANSWERS)
            raise
        sending.under_way = False
        return answer

    async def _judge(
        self, action: Action[Any], plan: Plan, error: ConsoleError, sending: Sending
    ) -> tuple[Result, State | None]:
        """What became of a plan that an error ended. Where something was sent, AWS is asked what is there now."""
        if not sending.tried:
            if isinstance(error, Conflict):
                return "conflict", None
            return "refused" if isinstance(error, ReadOnly) else "failed", None
        now = await self._now(action, plan)
        if not sending.under_way:
            return "partial", now
        result = became(plan.before, plan.after, now) if now is not None else "unknown"
        return result, now if result == "partial" else None

    async def _now(self, action: Action[Any], plan: Plan) -> State | None:
        """What is there now of what was to be changed; None where that is not known."""
        if plan.before == plan.after:
            return None
        try:
            return await action.present(self.connection, plan.subject, plan.params)
        except Exception:  # also what nobody expected: that it is not known is to be told
            return None

    def _line(self, action_id: str, plan: Plan, *, batch: str | None = None, undoes: str | None = None) -> AuditLine:
        return attempt_of(
            self.identity,
            action_id,
            plan.subject,
            batch=batch,
            params=plan.params.model_dump(exclude_unset=True),
            before=plan.before,
            after=plan.after,
            calls=tuple(
                AuditCall(service=call.service, operation=call.operation, parameters=call.parameters)
                for call in plan.calls
            ),
            undoes=undoes,
            standing=plan.standing,
        )

    def _undone_by(self, undo: Undo | None, line: AuditLine) -> AuditLine:
        """The line with its inverse."""
        if undo is None:
            return line.model_copy(update={"undo": None})
        try:
            kept = AuditUndo(action=undo.action, parameters=undo.params.model_dump(exclude_unset=True))
        except ValidationError:  # it holds a secret
            self.secret_undos[line.id] = undo
            return line
        return line.model_copy(update={"undo": kept})


def attempt_of(identity: Identity, action_id: str, subject: Subject, **particular: Any) -> AuditLine:
    """The line of an attempt that begins.

    Args:
        identity: whose it is, and where.
        particular: what more is known of it.
    """
    return AuditLine(
        identity=identity.arn,
        account=identity.account,
        region=identity.region,
        action=action_id,
        function=subject.function,
        qualifier=subject.qualifier,
        mapping=subject.mapping,
        title=subject.title,
        **particular,
    )


def became(before: State, after: State, now: State) -> Result:
    """What became of a change, by what is there now: done, failed where nothing changed, or partial.

    Unknown where it changed into something else, and where there is no change that could be seen.
    """
    if before == after:
        return "unknown"
    if now == after:
        return "done"
    if now == before:
        return "failed"
    labels = {**before, **after, **now}
    mixed = all(now.get(label) in (before.get(label), after.get(label)) for label in labels)
    return "partial" if mixed else "unknown"
