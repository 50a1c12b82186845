"""What would happen, and what became of it, told in sections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from lambdatui.ui.widgets.section_view import Section, Tone, Value, toned

if TYPE_CHECKING:
    from lambdatui.actions.action import Plan, State
    from lambdatui.actions.audit import Result
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
        yield "", Value("it is so already", "dim")
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
    """Each subject with what became of it so far."""
    rows: list[tuple[str, Value]] = []
    for outcome in operation.outcomes:
        glyph, tone = MARKS[outcome.result]
        told = " · ".join(filter(None, (outcome.summary, operation.progress.get(outcome.plan.subject))))
        rows.append((str(outcome.plan.subject), Value(f"{glyph} {told}", tone)))
    for plan in operation.waiting:
        rows.append((str(plan.subject), Value(_prospect(operation, plan), "dim")))
    if any(outcome.result == "done" and outcome.plan.undo is not None for outcome in operation.outcomes):
        rows.append(("", Value(":undo takes it back", "dim")))
    if operation.failure is not None:
        rows.append(("", toned(str(operation.failure), "error")))
    return (Section("Result", tuple(rows)),)


def _prospect(operation: Operation, plan: Plan) -> str:
    """What is to become of a plan without an outcome."""
    if plan is operation.under_way:
        return "under way…"
    return "left out" if operation.stopping or not operation.running else "…"
