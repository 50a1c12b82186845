"""How triggers and their states are told, in a row and in detail: models in, words out."""

from __future__ import annotations

from lambdatui.errors import ConsoleError
from lambdatui.models.configuration import FunctionUrl
from lambdatui.models.event_source import EventSourceMapping
from lambdatui.models.trigger import Check, Found, NotRead, Permission, Trigger, Verdict
from lambdatui.ui.widgets.section_view import Value, problem

Outcome = Check | ConsoleError
"""What a look at a permission's source gave."""


def state_of_mapping(mapping: EventSourceMapping) -> Value:
    """The state in AWS's own word, whichever it is."""
    return Value(mapping.state or "-", "" if mapping.state == "Enabled" else "warning")


def result_of_mapping(mapping: EventSourceMapping) -> Value:
    """What the last processing gave; a queue's mapping usually does not say (facts 4.3)."""
    result = mapping.last_processing_result
    if not result:
        return Value("-", "dim")
    return Value(f"! {result}", "error") if mapping.failing else Value(result)


def state(trigger: Trigger) -> Value:
    """The state of a trigger, for its row."""
    match trigger.evidence:
        case EventSourceMapping() as mapping:
            return state_of_mapping(mapping)
        case FunctionUrl(auth_type=auth):
            return Value(f"▲ {auth}", "warning") if auth == "NONE" else Value(auth or "-")
        case Permission(public=True):
            return Value("▲ public", "error")
        case Permission(not_read=(_, *_)):
            return Value("? raw", "warning")
        case Permission(effect=effect):
            return Value(effect or "?")
        case Found(state=found):
            return Value(found or "-", "" if found in {"ENABLED", "RUNNING", "ACTIVE", "Deployed"} else "warning")
        case NotRead():
            return Value("not read", "warning")


def result(trigger: Trigger, outcome: Outcome | None) -> Value:
    """The last result of a mapping, or what is known of the source of a permission.

    Args:
        outcome: of the check of a permission; None before there was one.
    """
    match trigger.evidence:
        case EventSourceMapping() as mapping:
            return result_of_mapping(mapping)
        case FunctionUrl():
            return Value("configured", "dim")
        case Permission() as permission:
            return _result_of_permission(permission, outcome)
        case Found():
            return Value("found there", "dim")
        case NotRead(error=error):
            return problem(error)


def _result_of_permission(permission: Permission, outcome: Outcome | None) -> Value:
    if outcome is not None:
        return verdict(outcome)
    if permission.not_read:
        return Value(f"not understood: {', '.join(permission.not_read)}", "warning")
    if permission.denies:
        return Value("forbids", "dim")
    if not permission.invokes:
        return Value(f"no invoking: {', '.join(permission.actions)}", "dim")
    return Value("unchecked", "dim")


def verdict(outcome: Outcome) -> Value:
    """What a check gave, in short."""
    if isinstance(outcome, ConsoleError):
        return problem(outcome)
    match outcome.verdict:
        case Verdict.CONFIRMED:
            return Value(f"▲ {outcome.warning}", "warning") if outcome.warning else Value("✓ confirmed", "good")
        case Verdict.GONE:
            return Value("✗ gone", "error")
    return Value("cannot be checked", "dim")
