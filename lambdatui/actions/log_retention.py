"""Says how long a function's log group keeps its events."""

from __future__ import annotations

from pydantic import Field, field_validator

from lambdatui.actions.action import Action, Call, Draft, Params, Plan, Subject, Undo
from lambdatui.actions.function_changes import read_configuration
from lambdatui.aws.connection import Connection
from lambdatui.aws.log_retention import get_log_retention
from lambdatui.insight.configuration_settings import RETENTION_DAYS, retention_problem, retention_warning
from lambdatui.insight.quantities import counted
from lambdatui.models.log import LogSource

RETENTION = "log retention"


class Retention(Params):
    """How long events are to be kept."""

    days: int | None = Field(
        default=None,
        title="Keep events for",
        description=f"{', '.join(map(str, RETENTION_DAYS))} days; empty keeps them for ever",
    )

    @field_validator("days")
    @classmethod
    def _allowed(cls, days: int | None) -> int | None:
        if problem := retention_problem(days):
            raise ValueError(problem)
        return days


class SetLogRetention(Action[Retention]):
    """PutRetentionPolicy, or DeleteRetentionPolicy for ever; neither takes a RevisionId."""

    params = Retention

    async def draft(self, connection: Connection, subject: Subject) -> Draft[Retention]:
        source = await _source(connection, subject.function)
        return Draft(params=Retention(days=await get_log_retention(connection, source.group)), remarks=(source.group,))

    async def plan(self, connection: Connection, subject: Subject, params: Retention) -> Plan:
        source = await _source(connection, subject.function)
        before = await get_log_retention(connection, source.group)
        lost = retention_warning(before, params.days)
        shared = None if source.own else f"other functions may log to {source.group} too: it counts for all of them"
        return Plan(
            subject=subject,
            params=params,
            before={RETENTION: _told(before)},
            after={RETENTION: _told(params.days)},
            calls=() if before == params.days else (_call(source.group, params.days),),
            remarks=(f"the log group is {source.group}",),
            warnings=tuple(filter(None, (lost, shared))),
            undo=Undo(action="log-retention", params=Retention(days=before)),
        )


async def _source(connection: Connection, function: str) -> LogSource:
    """Where a function logs, as its LoggingConfig says (facts 5.1)."""
    logging = (await read_configuration(connection, function)).logging_config
    return LogSource(function=function, group=(logging and logging.log_group) or f"/aws/lambda/{function}")


def _told(days: int | None) -> str:
    return "for ever" if days is None else counted(days, "days")


def _call(group: str, days: int | None) -> Call:
    named = {"logGroupName": group}
    if days is None:
        return Call(service="logs", operation="DeleteRetentionPolicy", parameters=named)
    return Call(service="logs", operation="PutRetentionPolicy", parameters={**named, "retentionInDays": days})
