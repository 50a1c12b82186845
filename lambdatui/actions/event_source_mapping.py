"""Changes the settings of an event source mapping, or switches it on or off."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from pydantic import Field, create_model

from lambdatui.actions.action import Action, Call, Draft, Edit, P, Params, Plan, Subject, Undo
from lambdatui.actions.watching import seen
from lambdatui.aws.connection import Connection
from lambdatui.aws.event_sources import get_event_source_mapping
from lambdatui.errors import Conflict, ConsoleError, RequestRefused
from lambdatui.insight.configuration_settings import Bounds
from lambdatui.insight.mapping_settings import (
    FOREVER,
    MappingSettings,
    bounds,
    call_parameters,
    of,
    problems,
    warnings,
)
from lambdatui.insight.quantities import counted
from lambdatui.models.event_source import EventSourceMapping

UPDATE = "UpdateEventSourceMapping"
WATCH_S = 2.0
"""Between two looks at mappings that AWS is changing, which takes it seconds to minutes (facts 4.3)."""
PATIENCE_S = 600.0
"""How long they are watched."""

TITLES = {
    "enabled": "Enabled",
    "batch_size": "Batch size",
    "batching_window_s": "Batching window",
    "maximum_concurrency": "Maximum concurrency",
    "report_batch_item_failures": "Partial batch response",
    "bisect_batch": "Bisect failing batches",
    "retry_attempts": "Retries",
    "record_age_s": "Maximum record age",
    "parallelization_factor": "Parallelization factor",
    "tumbling_window_s": "Tumbling window",
    "filters": "Filters",
}
"""The settings, by their names in `MappingSettings`, as forms and plans call them."""

AnyMapping = create_model("AnyMapping", __base__=Edit, **dict.fromkeys(TITLES, (bool | int | str | None, None)))  # type: ignore[call-overload]
"""What was asked for once, of a mapping of whatever kind."""


class MappingAction(Action[P]):
    """What changes event source mappings, none of which takes a RevisionId (facts 3.4)."""

    async def settle(self, connection: Connection, plan: Plan, tell: Callable[[str], None]) -> None:
        """Watches the mappings that were changed until none is in a state that AWS leaves by itself (facts 4.3).

        Raises:
            RequestRefused: one is not as it was to be, with AWS's reason.
            ConsoleError: they could not be read, or AWS was not done after `PATIENCE_S`.
        """
        wanted = {
            call.parameters["UUID"]: call.parameters.get("Enabled") for call in plan.calls if call.operation == UPDATE
        }
        try:
            async with asyncio.timeout(PATIENCE_S):
                while wanted:
                    looks = [partial(get_event_source_mapping, connection, uuid) for uuid in wanted]
                    found = [await seen(look, tell, WATCH_S) for look in looks]
                    tell(", ".join(f"{mapping.source} {mapping.state}" for mapping in found))
                    if not any(mapping.changing for mapping in found):
                        return _expect_switched(found, wanted)
                    await asyncio.sleep(WATCH_S)
        except TimeoutError:
            raise ConsoleError(
                f"AWS was not done after {PATIENCE_S / 60:.0f} minutes", "it may go on by itself"
            ) from None


class EditMapping(MappingAction[Edit]):
    """UpdateEventSourceMapping with what is changed, asking for what there is for the kind of source (facts 4.3)."""

    params = AnyMapping

    async def draft(self, connection: Connection, subject: Subject) -> Draft[Edit]:
        mapping = await get_event_source_mapping(connection, subject.mapping)
        expect_settled(mapping)
        unseen = ("its filters are not shown, and stay as they are",) if mapping.unseen_filters else ()
        return Draft(
            params=_form(mapping),
            remarks=unseen,
            problems=lambda asked: problems(mapping, _asked_for(mapping, asked)),
        )

    async def plan(self, connection: Connection, subject: Subject, params: Edit) -> Plan:
        mapping = await get_event_source_mapping(connection, subject.mapping)
        before = of(mapping)
        after = _asked_for(mapping, params)
        if after != before:
            expect_settled(mapping)
        if wrong := problems(mapping, after):
            raise RequestRefused("; ".join(f"{TITLES[name].lower()}: {problem}" for name, problem in wrong.items()))
        changes = call_parameters(mapping, before, after)
        return Plan(
            subject=subject,
            params=params,
            before=_told(mapping, before, params.model_fields_set),
            after=_told(mapping, after, params.model_fields_set),
            calls=(Call(service="lambda", operation=UPDATE, parameters=changes),) if changes else (),
            warnings=warnings(mapping, after),
            undo=Undo(action="mapping-edit", params=params.former(_form(mapping))),
        )


class _SwitchMapping(MappingAction[Params]):
    """UpdateEventSourceMapping with ``Enabled`` alone: the position in the source is kept (facts 4.3)."""

    enabled: ClassVar[bool]

    async def plan(self, connection: Connection, subject: Subject, params: Params) -> Plan:
        mapping = await get_event_source_mapping(connection, subject.mapping)
        before = of(mapping)
        if before.enabled is not self.enabled:
            expect_settled(mapping)
        return Plan(
            subject=subject,
            params=params,
            before={label_of(mapping): told_enabled(mapping)},
            after={label_of(mapping): ENABLED[self.enabled]},
            calls=() if before.enabled is self.enabled else (switch_call(mapping.uuid, enabled=self.enabled),),
            warnings=warnings(mapping, replace(before, enabled=self.enabled)),
            undo=Undo(action="mapping-disable" if self.enabled else "mapping-enable", params=params),
        )


class EnableMapping(_SwitchMapping):
    """Lets a mapping read on from where it was."""

    enabled = True


class DisableMapping(_SwitchMapping):
    """Keeps a mapping from reading."""

    enabled = False


# -- what others that change mappings need, too

ENABLED = {True: "enabled", False: "disabled"}


def label_of(mapping: EventSourceMapping) -> str:
    """What plans call a mapping where they tell its state: two of a function may read the same source."""
    return f"{mapping.source} {mapping.uuid[:8]}"


def told_enabled(mapping: EventSourceMapping, settings: MappingSettings | None = None) -> str:
    """Whether a mapping reads, or is about to; AWS's own word where that does not tell.

    Args:
        settings: that it is to have; those that it has, where none are given.
    """
    enabled = (settings or of(mapping)).enabled
    return ENABLED[enabled] if enabled is not None else mapping.state or "unknown"


def switch_call(uuid: str, *, enabled: bool) -> Call:
    """What switches a mapping on or off."""
    return Call(service="lambda", operation=UPDATE, parameters={"UUID": uuid, "Enabled": enabled})


def expect_settled(mapping: EventSourceMapping) -> None:
    """Raises Conflict where AWS is still changing a mapping and would refuse to change it again (facts 3.5)."""
    if mapping.changing:
        raise Conflict(f"AWS is not done with it: it is {mapping.state}", "try again when it is")


def _expect_switched(found: list[EventSourceMapping], wanted: Mapping[str, bool | None]) -> None:
    failed = [
        f"{mapping.source} is {mapping.state}: {mapping.state_transition_reason or 'AWS gives no reason'}"
        for mapping in found
        if wanted[mapping.uuid] not in {None, of(mapping).enabled}
    ]
    if failed:
        raise RequestRefused("; ".join(failed))


# -- the form


def _form(mapping: EventSourceMapping) -> Edit:
    """The settings that a mapping has, within the bounds of its kind; those are left out that AWS does not tell."""
    present = of(mapping)
    asked = {name: limits for name, limits in bounds(mapping).items() if limits or getattr(present, name) is not None}
    form = create_model("MappingForm", __base__=Edit, **{name: _field(name, asked[name]) for name in asked})  # type: ignore[call-overload]
    values = {name: getattr(present, name) for name in asked}
    if present.filters is not None and "filters" in asked:
        values["filters"] = _lines(present.filters)
    filled: Edit = form.model_construct(**values)  # what AWS has is not to be checked: it may know better bounds
    return filled


def _field(name: str, limits: Bounds | None) -> tuple[Any, Any]:
    title = TITLES[name]
    if name == "filters":
        hint = "a JSON pattern on each line; what fits any of them is taken"
        return str, Field(default=None, title=title, description=hint, json_schema_extra={"lines": 6})
    if limits is None:
        return bool, Field(default=None, title=title)
    empty = "" if limits.default is None else f"; empty is {_number(limits.default, limits)}"
    return int | None, Field(default=None, title=title, description=f"{limits}{empty}")


def _asked_for(mapping: EventSourceMapping, params: Edit) -> MappingSettings:
    """The settings as they are to be: what was not asked for stays, and empty is AWS's default."""
    present = of(mapping)
    asked: dict[str, Any] = {}
    for name, limits in _asked(mapping, params.model_fields_set):
        value, was = getattr(params, name), getattr(present, name)
        if value is None:
            asked[name] = limits.default if limits and was is not None else was
        elif name == "filters":
            asked[name] = was if was is not None and value == _lines(was) else _patterns(value)
        else:
            asked[name] = value
    return replace(present, **asked)


def _lines(filters: tuple[str, ...]) -> str:
    """Each pattern on a line of its own, whatever lines it has."""
    return "\n".join(" ".join(pattern.split("\n")) for pattern in filters)


def _patterns(lines: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, lines.splitlines())))


# -- as plans tell it


def _told(mapping: EventSourceMapping, settings: MappingSettings, names: Collection[str]) -> dict[str, str | None]:
    """Those of some settings that the mapping has; its state as the switches and the emergency stop tell it."""
    state = {label_of(mapping): told_enabled(mapping, settings)} if "enabled" in names else {}
    others = ((name, limits) for name, limits in _asked(mapping, names) if name != "enabled")
    return {**state, **{TITLES[name].lower(): _value(getattr(settings, name), limits) for name, limits in others}}


def _asked(mapping: EventSourceMapping, names: Collection[str]) -> list[tuple[str, Bounds | None]]:
    """Those of some settings that a mapping of this kind has."""
    return [(name, limits) for name, limits in bounds(mapping).items() if name in names]


def _value(value: Any, limits: Bounds | None) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return "yes" if value else "no"
        case int():
            return _number(value, limits)
        case _:
            return "\n".join(value) or "none"


def _number(value: int, limits: Bounds | None) -> str:
    if value == FOREVER:
        return "until it expires"
    return counted(value, limits.unit if limits else "")
