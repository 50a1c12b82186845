"""Stops a function that is doing harm, and brings back exactly what was there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Self

from pydantic import Field, ValidationError, model_validator

from lambdatui.actions import EMERGENCY_STOP
from lambdatui.actions.action import Call, Draft, Params, Plan, State, Subject, Undo
from lambdatui.actions.audit import AuditLine, AuditReading
from lambdatui.actions.event_source_mapping import ENABLED, UPDATE, MappingAction, label_of, switch_call, told_enabled
from lambdatui.actions.on_record import on_record
from lambdatui.actions.reserved_concurrency import RESERVED, ReserveConcurrency, Reserved, reserve_call, told
from lambdatui.aws.concurrency import get_reserved_concurrency
from lambdatui.aws.connection import Connection
from lambdatui.aws.event_sources import get_event_source_mapping, list_event_source_mappings
from lambdatui.aws.functions import get_function, list_event_invoke_configs
from lambdatui.errors import ConsoleError, NotFound, RequestRefused
from lambdatui.models.arn import LATEST, qualifier_of
from lambdatui.models.event_source import EventSourceMapping

RESTORE = "emergency-restore"
STOPPED = "0"
EVENTS = "asynchronous events are not retried meanwhile"
ONLY_MAPPINGS = "whatever else invokes it goes on"
ONLY_RESERVED = (
    "mappings that stay enabled are throttled: a queue counts that as a receive, and may give messages up to its "
    "dead-letter queue"
)


class Stop(Params):
    """How a function is to be stopped."""

    reserve_nothing: bool = Field(
        default=True, title="Reserve 0", description="nothing invokes it any more, whatever the source"
    )
    disable_mappings: bool = Field(
        default=True, title="Disable mappings", description="what it reads waits in queues and streams meanwhile"
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.reserve_nothing or self.disable_mappings):
            raise ValueError("choose at least one of the two")
        return self


class Restore(Params):
    """What there was before a function was stopped."""

    reserved: Reserved | None = None
    """What was reserved; None where the stop left that alone."""
    mappings: Mapping[str, str] = {}
    """The UUIDs of the mappings that were enabled, each with the label that plans give it."""


class EmergencyAction(MappingAction[Params]):
    """What stopping and restoring have in common: they know what is stopped."""

    def __init__(self) -> None:
        self._stops: Mapping[str, tuple[AuditLine, Restore]] | None = None
        """By function, once they were read: one reading serves all that are planned together."""

    async def standing(self, connection: Connection, function: str) -> tuple[AuditLine, Restore] | None:
        """The emergency stop that holds a function here, and what it left to be restored; None where none is known."""
        if self._stops is None:
            self._stops = await _stops_in_force(connection)
        return self._stops.get(function)


class EmergencyStop(EmergencyAction):
    """PutFunctionConcurrency with 0, then UpdateEventSourceMapping of each mapping that is enabled (facts 3.6, 4.3).

    A second stop takes over what the first one left to be restored.
    """

    params = Stop

    def __init__(self) -> None:
        super().__init__()
        self._swept: tuple[EventSourceMapping, ...] | None = None
        """The mappings of the region, once they were looked for: one sweep serves all that are stopped together."""

    async def plan(self, connection: Connection, subject: Subject, params: Params) -> Plan:
        assert isinstance(params, Stop)
        function = subject.function
        standing = await self.standing(connection, function)
        held = standing[1] if standing is not None else Restore()
        before: dict[str, str | None] = {}
        after: dict[str, str | None] = {}
        calls: list[Call] = []
        reserved: Reserved | None = held.reserved
        mappings: dict[str, str] = {}
        if params.reserve_nothing:
            present = await get_reserved_concurrency(connection, function)
            before[RESERVED], after[RESERVED] = told(present), STOPPED
            if present != 0:
                calls.append(reserve_call(function, 0))
            if present != 0 or reserved is None:
                reserved = Reserved(reserved=present)
        changing: list[str] = []
        if params.disable_mappings:
            found = await self._mappings(connection, function)
            for mapping in sorted(found, key=lambda mapping: mapping.changing):
                label = label_of(mapping)
                before[label], after[label] = told_enabled(mapping), ENABLED[False]
                if before[label] != ENABLED[False]:
                    calls.append(switch_call(mapping.uuid, enabled=False))
                    mappings[mapping.uuid] = label
                    changing += [label] * mapping.changing
        return Plan(
            subject=subject,
            params=params,
            before=before,
            after=after,
            calls=tuple(calls),
            remarks=(
                "what is running goes on until it ends",
                "Restore after an emergency stop brings back what was there",
            ),
            warnings=(
                *[f"AWS is not done with {label}, and may refuse to disable it" for label in changing],
                *([await _asynchronous(connection, function)] if params.reserve_nothing else [ONLY_MAPPINGS]),
                *([] if params.disable_mappings else [ONLY_RESERVED]),
            ),
            undo=Undo(action=RESTORE, params=Restore(reserved=reserved, mappings={**held.mappings, **mappings})),
            standing=True,
        )

    async def present(self, connection: Connection, subject: Subject, params: Params) -> State:
        assert isinstance(params, Stop)
        state: dict[str, str | None] = {}
        if params.reserve_nothing:
            state[RESERVED] = told(await get_reserved_concurrency(connection, subject.function))
        if params.disable_mappings:
            swept = await self._mappings(connection, subject.function)
            found = await asyncio.gather(*(_unless_deleted(connection, mapping.uuid) for mapping in swept))
            state |= {label_of(mapping): told_enabled(mapping) for mapping in found if mapping is not None}
        return state

    async def _mappings(self, connection: Connection, function: str) -> list[EventSourceMapping]:
        """The mappings of a function at any qualifier, as they were in the sweep.

        None may be missed, and AWS does not say that asking for a function finds those of its aliases and versions.
        """
        if self._swept is None:
            pages = list_event_source_mappings(connection)
            self._swept = tuple([mapping async for page in pages for mapping in page])
        return [mapping for mapping in self._swept if mapping.function_name == function]

    def undo_of(self, plan: Plan, made: Sequence[Call]) -> Undo | None:
        """Restores all that an earlier stop left, and of this one no mapping whose turn did not come."""
        assert plan.undo is not None
        assert isinstance(plan.undo.params, Restore)
        left_alone = {call.parameters.get("UUID") for call in plan.calls if call not in made}
        mappings = {uuid: label for uuid, label in plan.undo.params.mappings.items() if uuid not in left_alone}
        return Undo(action=RESTORE, params=plan.undo.params.model_copy(update={"mappings": mappings}))


class EmergencyRestore(EmergencyAction):
    """Puts or deletes the reserved concurrency that there was, and enables the mappings that were: absent is not 0."""

    params = Restore

    def __init__(self) -> None:
        super().__init__()
        self._reserving = ReserveConcurrency()
        """Counts together what is reserved for all that are restored together."""

    async def draft(self, connection: Connection, subject: Subject) -> Draft[Params]:
        standing = await self.standing(connection, subject.function)
        if standing is None:
            raise RequestRefused(f"nothing is on record that stopped {subject.function} and was not taken back")
        line, params = standing
        return Draft(params=params, undoes=line)

    async def plan(self, connection: Connection, subject: Subject, params: Params) -> Plan:
        assert isinstance(params, Restore)
        before: dict[str, str | None] = {}
        after: dict[str, str | None] = {}
        calls: list[Call] = []
        remarks: tuple[str, ...] = ()
        warnings: tuple[str, ...] = ()
        if params.reserved is not None:
            self._reserving.metrics = self.metrics
            reserving = await self._reserving.plan(connection, subject, params.reserved)
            before |= reserving.before
            after |= reserving.after
            calls += reserving.calls
            remarks, warnings = reserving.remarks, reserving.warnings
        for uuid, label in params.mappings.items():
            mapping = await _unless_deleted(connection, uuid)
            if mapping is None:
                before[label] = after[label] = None
                warnings += (f"{label} was deleted meanwhile, and cannot be enabled",)
                continue
            before[label], after[label] = told_enabled(mapping), ENABLED[True]
            if before[label] == ENABLED[True]:
                continue
            calls.append(switch_call(uuid, enabled=True))
            if mapping.changing:
                warnings += (f"AWS is not done with {label}, and may refuse to enable it: it is {mapping.state}",)
        return Plan(
            subject=subject,
            params=params,
            before=before,
            after=after,
            calls=tuple(calls),
            remarks=remarks,
            warnings=warnings,
            undo=_stop_again(calls),
        )

    async def present(self, connection: Connection, subject: Subject, params: Params) -> State:
        assert isinstance(params, Restore)
        state: dict[str, str | None] = {}
        if params.reserved is not None:
            state[RESERVED] = told(await get_reserved_concurrency(connection, subject.function))
        for uuid, label in params.mappings.items():
            mapping = await _unless_deleted(connection, uuid)
            state[label] = told_enabled(mapping) if mapping is not None else None
        return state

    def undo_of(self, plan: Plan, made: Sequence[Call]) -> Undo | None:
        return _stop_again(made)


async def _unless_deleted(connection: Connection, uuid: str) -> EventSourceMapping | None:
    """A mapping that was there once."""
    try:
        return await get_event_source_mapping(connection, uuid)
    except NotFound:
        return None


async def _stops_in_force(connection: Connection) -> dict[str, tuple[AuditLine, Restore]]:
    """The emergency stops that hold functions here, by function, and what each left to be restored."""

    def stops(reading: AuditReading) -> Iterator[AuditLine]:
        return (line for line in reading.standing() if line.action == EMERGENCY_STOP)

    found: dict[str, tuple[AuditLine, Restore]] = {}
    for line in await on_record(connection, stops):
        if line.undo is not None:
            with suppress(ValidationError):  # another lambdatui wrote it down
                found.setdefault(line.function, (line, Restore.model_validate(line.undo.parameters)))
    return found


def _stop_again(restoring: Sequence[Call]) -> Undo | None:
    """What takes back the requests of a restore: whatever does not enable a mapping concerns the reservation."""
    if not restoring:
        return None
    enabling = [call.operation == UPDATE for call in restoring]
    return Undo(action=EMERGENCY_STOP, params=Stop(reserve_nothing=not all(enabling), disable_mappings=any(enabling)))


async def _asynchronous(connection: Connection, function: str) -> str:
    """What becomes of asynchronous events while 0 is reserved, whichever release they are for (facts 3.6)."""
    try:
        detail, configs = await asyncio.gather(
            get_function(connection, function), list_event_invoke_configs(connection, function)
        )
    except ConsoleError:  # what only makes a warning more exact must not keep anyone from stopping a function
        return f"{EVENTS}: they go at once to a dead-letter queue or on-failure destination, or are lost without one"
    queue = detail.configuration.dead_letter_config
    failed: dict[str, list[str]] = {}
    for config in configs:
        if config.on_failure:
            failed.setdefault(config.on_failure, []).append(qualifier_of(config.function_arn or ""))
    taken = [f"those of {' and '.join(releases)} go at once to {taker}" for taker, releases in failed.items()]
    if queue and queue.target_arn:
        rest = f"{'all' if taken else 'they'} go at once to {queue.target_arn}, the dead-letter queue of {LATEST}"
    elif taken:
        rest = f"all others are lost at once: {LATEST} has no dead-letter queue"
    else:
        rest = f"they are lost at once: {LATEST} has no dead-letter queue, and no release has an on-failure destination"
    return f"{EVENTS}: {', and '.join([*taken, rest])}"
