"""An operator who acts: plans, performs and settles as the console does, without a screen."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Any

from botocore.session import get_session
from botocore.validate import validate_parameters

from lambdatui.actions import entry_of, load_action
from lambdatui.actions.action import Action, Call, Draft, Params, Plan, Subject, Undo
from lambdatui.actions.audit import AuditLine, AuditTrail
from lambdatui.actions.performing import Outcome, Performer
from lambdatui.aws.connection import Connection
from lambdatui.aws.metrics import BUDGET_USD, Metrics
from lambdatui.models.identity import Identity
from tests.support.endpoint import ACCOUNT, REGION

ANN = Identity(
    account=ACCOUNT,
    arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/oncall/ann",
    user_id="AROAEXAMPLE:ann",
    region=REGION,
    name="oncall",
)
"""Who acts."""


@dataclass
class Acting:
    """Acts over one connection.

    Every request of every plan is checked against AWS's model of the operation.
    """

    connection: Connection
    trail: AuditTrail
    told: list[str] = field(default_factory=list)
    """What was told while AWS was still at it."""
    metrics_budget_usd: float = BUDGET_USD
    """For an hour."""

    @functools.cached_property
    def performer(self) -> Performer:
        return Performer(connection=self.connection, identity=ANN, trail=self.trail)

    def loaded(self, action_id: str) -> Action[Any]:
        """The action of an id, which may ask for metrics within the budget."""
        action = loaded(action_id)
        action.metrics = self._metrics
        return action

    async def _metrics(self) -> Metrics:
        return Metrics(self.connection, budget_usd_per_hour=self.metrics_budget_usd)

    async def draft(self, action_id: str, subject: Subject) -> Draft[Any]:
        """What the form starts with."""
        return await self.loaded(action_id).draft(self.connection, subject)

    async def plan(self, action_id: str, subject: Subject, params: Params) -> Plan:
        """What would happen."""
        plan = await self.loaded(action_id).plan(self.connection, subject, params)
        for call in plan.calls:
            check(call)
        return plan

    async def do(self, action_id: str, subject: Subject, params: Params) -> Outcome:
        """Plans, performs, and watches until it has settled."""
        plan = await self.plan(action_id, subject, params)
        return await self.perform(action_id, plan)

    async def perform(self, action_id: str, plan: Plan) -> Outcome:
        """Performs what was planned, and watches until it has settled."""
        action = self.loaded(action_id)
        outcome = await self.performer.perform(action_id, action, plan)
        if outcome.error is None:
            await action.settle(self.connection, plan, self.told.append)
        return outcome

    async def undo(self) -> Outcome:
        """Takes back what was done, as the audit trail keeps it, or the console where it must not."""
        line = self.last
        undo = self.performer.secret_undos.get(line.id)
        if undo is None:
            assert line.undo is not None
            undo = Undo(action=line.undo.action, params=loaded(line.undo.action).recalled(line.undo.parameters))
        return await self.do(undo.action, Subject(function=line.function, qualifier=line.qualifier), undo.params)

    @property
    def last(self) -> AuditLine:
        """The last attempt in the audit trail."""
        return self.trail.read().entries[0]


def loaded(action_id: str) -> Action[Any]:
    """The action of an id."""
    entry = entry_of(action_id)
    assert entry is not None
    return load_action(entry)


def check(call: Call) -> None:
    """Fails where AWS's model of the operation does not take the parameters."""
    model = get_session().get_service_model(call.service).operation_model(call.operation)
    validate_parameters(call.sent(), model.input_shape)
