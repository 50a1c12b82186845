"""Looks for what invokes a function by a role of its own and leaves no trace on it (facts 4.1).

No service answers "who calls this function": each is read as a whole, so that this is done on demand only. Raises only
`lambdatui.errors`.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from lambdatui.aws.connection import Connection
from lambdatui.aws.edge import list_associations
from lambdatui.aws.faults import translated
from lambdatui.aws.paging import SMALL_TOKEN, TOKEN, items
from lambdatui.errors import NotFound
from lambdatui.models.arn import LATEST, called, function_name
from lambdatui.models.trigger import Found, Kind, Trigger

UNIVERSAL_INVOKE = ":::aws-sdk:lambda:invoke"
"""The target of a schedule that calls Lambda's API itself; the function stands in its input."""


async def schedules(connection: Connection, function_arn: str) -> AsyncIterator[Trigger]:
    """Schedules of EventBridge Scheduler: asynchronous (facts 4.2)."""
    async for listed in items(connection, "scheduler", "ListSchedules", TOKEN, "Schedules"):
        target = (listed.get("Target") or {}).get("Arn") or ""
        qualifier = called(function_arn, target)
        kind: Kind | None = Kind.ASYNCHRONOUS
        if target.endswith(UNIVERSAL_INVOKE):
            given = await _schedule_input(connection, listed["Name"], listed["GroupName"])
            qualifier, kind = next(_mentioned(function_arn, _parsed(given)), None), None
        if qualifier:
            yield _trigger(
                "Scheduler",
                f"{listed['GroupName']}/{listed['Name']}",
                kind,
                qualifier,
                Found(id=listed.get("Arn", ""), state=listed.get("State", "")),
            )


async def _schedule_input(connection: Connection, name: str, group: str) -> str:
    """What a schedule hands to its target; nothing where it was deleted after it was listed."""
    try:
        schedule = await connection.call("scheduler", "GetSchedule", Name=name, GroupName=group)
    except NotFound:
        return ""
    given: str = (schedule.get("Target") or {}).get("Input") or ""
    return given


async def pipes(connection: Connection, function_arn: str) -> AsyncIterator[Trigger]:
    """Pipes that have the function as their target, or that enrich with it."""
    async for pipe in items(connection, "pipes", "ListPipes", TOKEN, "Pipes"):
        for role in ("Target", "Enrichment"):
            qualifier = called(function_arn, pipe.get(role) or "")
            if qualifier:
                kind = Kind.SYNCHRONOUS if role == "Enrichment" else await _pipe_kind(connection, pipe["Name"])
                told = (f"source {pipe.get('Source', '')}", f"{role.lower()} of the pipe")
                found = Found(id=pipe.get("Arn", ""), state=pipe.get("CurrentState", ""), told=told)
                yield _trigger("Pipes", pipe["Name"], kind, qualifier, found)


async def _pipe_kind(connection: Connection, name: str) -> Kind | None:
    """A pipe waits for its target unless it is told not to; None where it was deleted after it was listed."""
    try:
        pipe = await connection.call("pipes", "DescribePipe", Name=name)
    except NotFound:
        return None
    given = (pipe.get("TargetParameters") or {}).get("LambdaFunctionParameters") or {}
    return Kind.ASYNCHRONOUS if given.get("InvocationType") == "FIRE_AND_FORGET" else Kind.SYNCHRONOUS


async def state_machines(connection: Connection, function_arn: str) -> AsyncIterator[Trigger]:
    """State machines of Step Functions with a task that names the function, by ARN or by name."""
    found = items(connection, "stepfunctions", "ListStateMachines", SMALL_TOKEN, "stateMachines")
    async for machine in found:
        try:
            described = await connection.call(
                "stepfunctions", "DescribeStateMachine", stateMachineArn=machine["stateMachineArn"]
            )
        except NotFound:
            continue
        for qualifier in sorted(set(_mentioned(function_arn, _parsed(described.get("definition") or "")))):
            evidence = Found(id=machine["stateMachineArn"], state=described.get("status", ""))
            yield _trigger("Step Functions", machine["name"], None, qualifier, evidence)


async def distributions(connection: Connection, function_arn: str) -> AsyncIterator[Trigger]:
    """Versions that CloudFront runs at its edge: synchronous. Their permission is on the version (facts 3.14)."""
    async for found in list_associations(connection):
        if qualifier := called(function_arn, found.function_arn):
            evidence = Found(id=found.distribution, state=found.status, told=(found.event_type,))
            name = f"{found.distribution} {found.event_type}"
            yield _trigger("Lambda@Edge", name, Kind.SYNCHRONOUS, qualifier, evidence)


SEARCHES: Mapping[str, Callable[[Connection, str], AsyncIterator[Trigger]]] = {
    "Scheduler": schedules,
    "Pipes": pipes,
    "Step Functions": state_machines,
    "CloudFront": distributions,
}
"""What can be looked for, by the service's name."""


async def search(connection: Connection, place: str, function_arn: str) -> list[Trigger]:
    """What in one of `SEARCHES` invokes the function, whatever the qualifier.

    Args:
        place: a key of `SEARCHES`.
        function_arn: without qualifier.
    """
    with translated(connection, place):
        return [trigger async for trigger in SEARCHES[place](connection, function_arn)]


def _trigger(what: str, name: str, kind: Kind | None, qualifier: str, found: Found) -> Trigger:
    key = f"found {what} {found.id} {name} {qualifier}"
    return Trigger(key=key, source=name, what=what, kind=kind, qualifier=qualifier, evidence=found)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _mentioned(function_arn: str, definition: Any) -> Iterator[str]:
    """The qualifiers with which a definition names the function anywhere: by ARN, or by name as ``FunctionName``."""
    match definition:
        case str():
            qualifier = called(function_arn, definition)
            if qualifier:
                yield qualifier
        case dict():
            name = definition.get("FunctionName")
            if isinstance(name, str) and name.partition(":")[0] == function_name(function_arn):
                yield name.partition(":")[2] or definition.get("Qualifier") or LATEST
            for value in definition.values():
                yield from _mentioned(function_arn, value)
        case list():
            for value in definition:
                yield from _mentioned(function_arn, value)
