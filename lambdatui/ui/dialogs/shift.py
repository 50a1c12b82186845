"""`t` - shifts an alias to another version: in watched steps, or at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget

from lambdatui.actions import entry_of
from lambdatui.actions.action import Draft, Params
from lambdatui.actions.flight_state import FlightState
from lambdatui.actions.preflight import Check, preflight, too_thin
from lambdatui.actions.preflight import Verdict as Looked
from lambdatui.actions.traffic import Traffic
from lambdatui.aws.codedeploy import groups_of, list_groups
from lambdatui.aws.functions import get_function
from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError, RequestRefused
from lambdatui.insight.canary import DEFAULTS
from lambdatui.insight.release_diff import ReleaseDiff, compare
from lambdatui.insight.shift_plan import ShiftPlan
from lambdatui.ui.dialogs.action_dialog import ActionDialog
from lambdatui.ui.dialogs.shift_form import ShiftForm, Wish, wish_draft
from lambdatui.ui.dialogs.shift_hand_over import HandOverDialog
from lambdatui.ui.operation import Operation
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.shift import clock
from lambdatui.ui.widgets.frame import with_keys
from lambdatui.ui.widgets.section_view import Section, Tone, Value, toned

if TYPE_CHECKING:
    from lambdatui.models.codedeploy import DeploymentGroup

MARKS: Mapping[Looked, tuple[str, Tone]] = {
    "fail": ("✗", "error"),
    "warn": ("▲", "warning"),
    "unknown": ("?", "warning"),
    "pass": ("✓", "good"),
}
"""How what was looked at before the shift is told, the worst first."""
HASH_SHOWN = 12
LEAVING = {
    "roll back": "it is rolled back",
    "hold": "it is held as it is, and the next start offers it",
    "refuse": "the console does not quit while it flies; a signal leaves it as it is, and the next start offers it",
}
"""What becomes of a shift when the console is left, in words."""


class ShiftDialog(ActionDialog):
    """An action's dialog that plans a flight, or one change of the weights."""

    DEFAULT_CSS = "ShiftDialog > Frame.-form { height: 100%; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+o",
            "hand_over",
            "CodeDeploy",
            id="shift.hand_over",
            priority=True,
            show=False,
            tooltip="hand the shift to CodeDeploy, where it has deployed the alias before",
        ),
    ]

    def __init__(self, operation: Operation, params: Params | None = None) -> None:
        super().__init__(operation, params)
        self._now = Traffic(version="")
        """How the alias is, as the form was told."""
        self._flight: FlightState | None = None
        """What is to be flown; None where one change is to be made."""
        self._group: DeploymentGroup | None = None
        """CodeDeploy's deployment group that the alias belongs to, once it is known."""

    def _show(self, *shown: Widget, keys: str, focus: Widget | None = None) -> None:
        super()._show(*shown, keys=keys, focus=focus)
        self._frame.set_class(self._form in shown, "-form")  # what the form tells comes and goes: it stays as high

    async def form_of(self, draft: Draft[Any]) -> ShiftForm:
        self._now = draft.params
        wish = wish_draft(draft.params, draft.choices.get("version", ()), self._plans)
        form = ShiftForm(replace(wish, remarks=(*wish.remarks, *filter(None, [self._under_way]))))
        self._look_for_group(form)
        return form

    @property
    def _plans(self) -> Mapping[str, str]:
        settings = self.operation.session.settings
        return settings.plans if settings is not None else {}

    @property
    def _sample(self) -> int:
        """How many invocations of each version are needed to judge."""
        settings = self.operation.session.settings
        return (settings.thresholds if settings is not None else DEFAULTS).sample

    @property
    def _under_way(self) -> str:
        """That the alias is on its way already; empty where it is not."""
        shift = self.operation.session.flights.under_way(self.operation.subjects[0])
        return "" if shift is None else "a shift of it is on its way already: see :shifts"

    # -- what is known of the version that is chosen

    @on(ShiftForm.VersionChosen)
    @work(exclusive=True, group="version", exit_on_error=False, description="version of a shift")
    async def _look_into(self, event: ShiftForm.VersionChosen) -> None:
        event.stop()
        form, new = self._form, event.version
        if not isinstance(form, ShiftForm):
            return
        form.tell([Section(f"Version {new}", (("", Value("…", "dim")),))])
        told = await asyncio.gather(self._differences(new), self._looked_at(new))
        form.tell(told)

    async def _differences(self, new: str) -> Section:
        title = f"What differs, {self._now.version} to {new}"
        try:
            versions = await asyncio.gather(*(self._version(number) for number in (self._now.version, new)))
        except ConsoleError as error:
            return Section(title, (("", toned(error.title, "warning")),))
        return Section(title, tuple(_rows(compare(*versions))) or (("", Value("nothing that AWS tells", "dim")),))

    async def _version(self, number: str) -> Any:
        name = self.operation.subjects[0].function
        asking = partial(get_function, name=name, qualifier=number)
        return await self.operation.session.ask(f"version {number} of {name}", asking)

    async def _looked_at(self, new: str) -> Section:
        try:
            return _preflight_section(await self._checks(new))
        except ConsoleError as error:
            return Section("Preflight", (("", toned(error.title, "error")),))

    async def _checks(self, new: str) -> Sequence[Check]:
        subject = self.operation.subjects[0]
        asking = partial(preflight, function=subject.function, alias=subject.qualifier, new=new)
        return await self.operation.session.ask(f"preflight of {subject}", asking)

    # -- the way over CodeDeploy

    @work(exclusive=True, group="codedeploy", exit_on_error=False, description="deployment group of an alias")
    async def _look_for_group(self, form: ShiftForm) -> None:
        """Offers the hand-over where CodeDeploy has deployed the alias; who may not see that is offered nothing."""
        subject = self.operation.subjects[0]
        connection = await self.operation.session.connection()
        try:
            groups = await groups_of(connection, subject.function, subject.qualifier, await list_groups(connection))
        except ConsoleError:
            return
        if groups:
            self._group = groups[0]
            key = with_keys(self, "{shift.hand_over} hands the shift over")
            form.offer(f"{self._group} of CodeDeploy deploys it: {key}")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "hand_over":
            return self._group is not None and self._form is not None and bool(self._form.display)
        return super().check_action(action, parameters)

    def action_hand_over(self) -> None:
        """Goes on in the dialog that hands the shift to CodeDeploy."""
        form, entry = self._form, entry_of("codedeploy-shift")
        if isinstance(form, ShiftForm) and entry is not None:
            operation = Operation(self.operation.session, entry, self.operation.subjects)
            self.app.switch_screen(HandOverDialog(operation, target=form.version))

    # -- what would happen

    def params_of(self, filled_in: Params) -> Traffic:
        """The one change that is wished for, or what the flight that is wished for begins with."""
        assert isinstance(filled_in, Wish)  # its own form asked for it
        plan = filled_in.plan(self._plans)
        self._flight = None if plan is None else self._to_fly(filled_in, plan)
        return filled_in.traffic(self._now.version) if self._flight is None else _first(self._flight)

    def _to_fly(self, wish: Wish, plan: str) -> FlightState:
        identity, subject = self.operation.session.identity, self.operation.subjects[0]
        assert identity is not None  # no action begins before the inventory named it
        return FlightState(
            account=identity.account,
            region=identity.region,
            function=subject.function,
            alias=subject.qualifier,
            old=self._now.version,
            new=wish.new,
            plan=plan,
            leaving=wish.leaving,
            began_ms=now_ms(),
            step_began_ms=now_ms(),
        )

    async def preview(self) -> Sequence[Section]:
        if self._under_way:
            self._forbid(self._under_way)
        elif self._flight is not None:
            return await self._flight_preview(self._flight)
        return await super().preview()

    async def _flight_preview(self, flight: FlightState) -> Sequence[Section]:
        """The steps and what was looked at, beside the first change; where a check fails, nothing can be begun.

        What a change by itself is warned of, a check tells.
        """
        try:
            checks = await self._checks(flight.new)
        except ConsoleError as error:
            self._forbid(error.title)
            return await super().preview()
        for check in checks:
            if check.verdict == "fail":
                self._forbid(f"{check.title}: {check.evidence}")
        self.operation.plans = [replace(plan, warnings=()) for plan in self.operation.plans]
        where, *rest = await super().preview()
        slower = too_thin(checks, flight.steps, self._sample)
        return (where, _flight_section(flight, slower), _preflight_section(checks), *rest)

    def _forbid(self, why: str) -> None:
        """Leaves nothing that could be done."""
        self.operation.plans.clear()
        self.operation.refusals.append((self.operation.subjects[0], RequestRefused(why)))

    # -- the start

    def _start(self) -> None:
        """Begins the flight and shows it, or makes the one change."""
        if self._flight is None:
            super()._start()
        elif not self._started:
            self._started = True
            began = self._flight.model_copy(update={"began_ms": now_ms(), "step_began_ms": now_ms()})
            self.app.run_worker(
                self.operation.session.flights.fly(began),
                group="actions",
                exit_on_error=False,
                description=f"shift of {began.subject}",
            )
            self.app.post_message(Pane.PlaceWanted("shifts"))
            self.dismiss()


def _first(flight: FlightState) -> Traffic:
    """What the flight begins with."""
    return flight.traffic(flight.steps[0].percent)


def _flight_section(flight: FlightState, slower: str) -> Section:
    """The steps with the times, from the beginning, at which each is taken if nothing speaks against it.

    Args:
        slower: why it takes longer all the same; empty where nothing is known to delay it.
    """
    rows = [(f"at {clock(at)}", Value(str(step))) for at, step in _times(flight.steps)]
    if slower:
        rows.append(("", toned(slower, "warning")))
    rows.append(("on leaving", Value(LEAVING[flight.leaving])))
    return Section(f"Flight, {flight.old} to {flight.new}", tuple(rows))


def _times(plan: ShiftPlan) -> Iterator[tuple[float, Any]]:
    at = 0.0
    for step in plan:
        yield at, step
        at += step.bake_s


def _preflight_section(checks: Sequence[Check]) -> Section:
    """The checks under how many there are of each verdict."""
    counts = Counter(check.verdict for check in checks)
    counted = ", ".join(f"{counts[verdict]} {mark}" for verdict, (mark, _) in MARKS.items() if counts[verdict])
    rows = []
    for check in checks:
        mark, tone = MARKS[check.verdict]
        rows.append((mark, Value(f"{check.title}: {check.evidence}", "" if tone == "good" else tone)))
    return Section(f"Preflight: {counted}", tuple(rows))


def _rows(found: ReleaseDiff) -> Iterator[tuple[str, Value]]:
    """What differs, a row each; what is the same in both is left out."""
    if found.code.same:
        yield "code", Value("the same", "dim")
    else:
        before, after = (sha[:HASH_SHOWN] for sha in (found.code.before_sha256, found.code.after_sha256))
        yield "code", Value(f"{before} → {after}")
    for difference in (*found.fields, *found.layers, *found.environment):
        yield difference.name, Value(f"{difference.before or '-'} → {difference.after or '-'}")
    if found.unreadable:
        yield "environment", toned(found.unreadable, "warning")
