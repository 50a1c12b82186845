"""What would happen, and what became of it, told in sections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Literal

from lambdatui.ui.widgets.section_view import Section, Tone, Value, toned

if TYPE_CHECKING:
    from lambdatui.actions.action import Plan, State
    from lambdatui.actions.audit import Result
    from lambdatui.actions.performing import Outcome
    from lambdatui.ui.operation import Operation

MARKS: Mapping[Result | Literal["open"], tuple[str, Tone]] = {
    "done": ("✓", "good"),
    "open": ("?", "warning"),
    "unknown": ("?", "warning"),
    "partial": ("▲", "warning"),
    "cancelled": ("▲", "warning"),
    "refused": ("⊘", "warning"),
    "conflict": ("!", "error"),
    "failed": ("!", "error"),
}
"""The glyph of a result, and how it is meant."""
NOT_SET = "not set"
SO_ALREADY = "it is so already"


def plan_sections(operation: Operation) -> Sequence[Section]:
    """Where, what before and after, the exact requests, and what to mind."""
    return tuple(_plan_sections(operation))


def _plan_sections(operation: Operation) -> Iterator[Section]:
    yield _where(operation)
    for plan in operation.plans:
        title = "Change" if [plan.subject] == list(operation.subjects) else str(plan.subject)
        yield Section(title, tuple(_changes(plan)))
    if operation.refusals:
        rows = ((str(subject), toned(str(error), "error")) for subject, error in operation.refusals)
        yield Section("Will not be done", tuple(rows))
    calls = tuple(
        (str(number), Value(f"{call.service}:{call.operation}\n{call.shown()}", block=True))
        for number, call in enumerate((call for plan in operation.to_do for call in plan.calls), start=1)
    )
    if calls:
        yield Section("Requests", calls)


def _where(operation: Operation) -> Section:
    identity = operation.session.identity
    assert identity is not None  # nothing can be planned before the inventory named it
    account = " ".join(filter(None, (identity.account_alias, identity.account)))
    rows = [("account", Value(account)), ("region", Value(identity.region)), ("as", Value(identity.name))]
    return Section("Where", tuple(rows))


def _changes(plan: Plan) -> Iterator[tuple[str, Value]]:
    for warning in plan.warnings:
        yield "", toned(warning, "warning")
    if not plan.calls:
        yield "", Value(SO_ALREADY, "dim")
    yield from change_rows(plan.before, plan.after)
    for remark in plan.remarks:
        yield "", Value(f"· {remark}")
    if plan.price is not None:
        yield "price", Value(plan.price)


def change_rows(before: State, after: State) -> Iterator[tuple[str, Value]]:
    """How it was and is meant to be, what changes first."""
    unchanged = []
    for label in {**before, **after}:
        was, then = (side.get(label) or NOT_SET for side in (before, after))
        if was == then:
            unchanged.append((label, Value(was, "dim")))
        else:
            yield label, Value(f"{was} → {then}")
    yield from unchanged


def outcome_sections(operation: Operation) -> Sequence[Section]:
    """Each subject with what became of it so far, what is there now, and which requests AWS knows it by."""
    alone = len(operation.subjects) == 1
    now = tuple(_now_rows(operation.outcomes[0])) if alone and operation.outcomes else ()
    sections = (
        Section("Result", tuple(_result_rows(operation, alone=alone))),
        Section("Now", now),
        Section("Requests", tuple(_request_rows(operation))),
    )
    return tuple(section for section in sections if section.rows)


def _result_rows(operation: Operation, *, alone: bool) -> Iterator[tuple[str, Value]]:
    for outcome in operation.outcomes:
        glyph, tone = MARKS[outcome.result]
        changed = "" if alone else ", ".join(f"{label} {value}" for label, value in _changed(outcome).items())
        told = " · ".join(filter(None, (outcome.summary, changed, operation.progress.get(outcome.plan.subject))))
        yield str(outcome.plan.subject), Value(f"{glyph} {told}", tone)
    for plan in operation.waiting:
        yield str(plan.subject), Value(_prospect(operation, plan), "dim")
    for subject, error in operation.refusals:
        yield str(subject), Value(f"⊘ not done: {error}", "warning")
    for plan in operation.needless:
        yield str(plan.subject), Value(SO_ALREADY, "dim")
    if operation.failure is not None:
        yield "", toned(str(operation.failure), "error")


def _there(outcome: Outcome) -> State:
    """What is there now of what was to be changed: as meant where that was done, as read where it is something else;
    empty where all is as before, or not known."""
    return outcome.now or (outcome.plan.after if outcome.result == "done" else {})


def _changed(outcome: Outcome) -> Mapping[str, str]:
    """What is there now that was not before."""
    before, there = outcome.plan.before, _there(outcome)
    labels = {**before, **there} if there else ()
    return {label: there.get(label) or NOT_SET for label in labels if there.get(label) != before.get(label)}


def _now_rows(outcome: Outcome) -> Iterator[tuple[str, Value]]:
    """What is there now, what changed first."""
    changed = _changed(outcome)
    yield from ((label, Value(value)) for label, value in changed.items())
    for label, value in _there(outcome).items():
        if label not in changed:
            yield label, Value(value or NOT_SET, "dim")


def _request_rows(operation: Operation) -> Iterator[tuple[str, Value]]:
    """The requests that AWS carried out, numbered as in the preview, and what AWS calls each."""
    tried = chain.from_iterable(zip_longest(outcome.plan.calls, outcome.answers) for outcome in operation.outcomes)
    for number, (call, answer) in enumerate(tried, start=1):
        if answer is not None:
            request_id = answer.get("ResponseMetadata", {}).get("RequestId", "-")
            yield str(number), Value(f"{call.service}:{call.operation} · request id {request_id}", "dim")


def _prospect(operation: Operation, plan: Plan) -> str:
    """What is to become of a plan without an outcome."""
    if plan is operation.under_way:
        return "under way…"
    return "left out" if operation.stopping or not operation.running else "…"
