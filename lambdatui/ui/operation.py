"""One action on its way: from what is there now, over what would happen, to what became of it.

It belongs to the console and not to the dialog that shows it: leaving the dialog does not cancel it (design 5).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from lambdatui.actions import EMERGENCY_STOP, ActionEntry, load_action
from lambdatui.clock import now_ms
from lambdatui.errors import AuthExpired, Conflict, ConsoleError, Fault, NotFound, RequestRefused
from lambdatui.hang_up import LEAVE_S
from lambdatui.paths import state_folder
from lambdatui.ui.widgets.trouble import trouble

if TYPE_CHECKING:
    from lambdatui.actions.action import Action, Draft, Params, Plan, Subject, Undo
    from lambdatui.actions.audit import AuditLine, AuditTrail, Result
    from lambdatui.actions.performing import Outcome, Performer
    from lambdatui.aws.connection import Connection
    from lambdatui.ui.dialogs.invoke_result import Run
    from lambdatui.ui.session import Session

T = TypeVar("T")
LASTING = frozenset({"invoke"})
"""The actions whose answer may take as long as a function runs, 15 minutes: leaving does not wait for it."""


@dataclass(eq=False)
class Operation:
    """An action on one subject, or on each of several.

    Args:
        session: whose operator does it.
        entry: the action.
        subjects: what it is done to, and nothing else.
        undoes: the attempt that it takes back, by what it is done to.
    """

    session: Session
    entry: ActionEntry
    subjects: Sequence[Subject]
    undoes: dict[Subject, AuditLine] = field(default_factory=dict)
    params: Params | None = None
    """What it was asked for when it was last planned; None for what is on record."""
    plans: list[Plan] = field(default_factory=list)
    """What would happen, of those subjects where it can happen."""
    refusals: list[tuple[Subject, ConsoleError]] = field(default_factory=list)
    """Those where it cannot, and why."""
    outcomes: list[Outcome] = field(default_factory=list)
    under_way: Plan | None = None
    """What is being sent."""
    progress: dict[Subject, str] = field(default_factory=dict)
    """What AWS is still doing about what it accepted, or at last did."""
    running: bool = False
    stopping: bool = False
    """Whether what has not begun is to be left out."""
    failure: ConsoleError | None = None
    """What ended it before all were tried."""
    changed: Callable[[], None] = lambda: None
    """Called when there is something new to show."""

    def __post_init__(self) -> None:
        self.action = self._loaded()
        self._sent = asyncio.Event()
        """Set from when on nothing is sent any more, and AWS only watched."""
        self._task: asyncio.Task[Any] | None = None

    def __str__(self) -> str:
        return f"{self.entry.title} of {named(self.subjects)}"

    def _loaded(self) -> Action[Any]:
        """The action, of which every preview has its own."""
        action = load_action(self.entry)
        action.metrics = self.session.metrics if self.session.metered else None
        return action

    async def draft(self) -> Draft[Any]:
        """What the form starts with; of several subjects, what the first one has.

        Raises:
            ConsoleError: it cannot be done here, or that could not be found out.
        """
        first, marked = self.subjects[0], len(self.subjects)
        draft: Draft[Any] = await self._ask(lambda connection: self.action.draft(connection, first))
        if marked == 1 or not draft.params.model_fields_set:
            return draft
        whose = f"filled in is what {first} has; what you give is set for all {marked}"
        return replace(draft, remarks=(*draft.remarks, whose))

    async def plan(self, params: Params | None) -> None:
        """Finds out what would happen to each subject. Nothing has happened when it returns.

        Args:
            params: what it is asked for; None for what is on record, of each subject its own.
        """
        self.action, self.params = self._loaded(), params
        self.plans, self.refusals = [], []
        self.changed()
        for subject in self.subjects:
            try:
                self.plans.append(await self._minding(await self._ask(partial(self._planned, subject, params))))
            except ConsoleError as error:
                self.refusals.append((subject, error))
            except Exception as error:  # one that nobody expected must not keep the others waiting for ever
                fault = Fault(error)
                self.session.log(self.entry.title, fault)
                self.refusals.append((subject, fault))
            self.changed()

    async def _planned(self, subject: Subject, params: Params | None, connection: Connection) -> Plan:
        if params is None:
            draft: Draft[Any] = await self.action.draft(connection, subject)
            params = draft.params
            if draft.undoes is not None:
                self.undoes[subject] = draft.undoes
        return await self.action.plan(connection, subject, params)

    async def _ask(self, question: Callable[[Connection], Awaitable[T]]) -> T:
        """Asks the action. That it cannot be done is an answer, and nothing that went wrong.

        Raises:
            RequestRefused, Conflict, NotFound: that is the answer.
            ConsoleError: also entered in the error log.
        """
        try:
            return await question(await self.session.connection())
        except (RequestRefused, Conflict, NotFound):
            raise
        except ConsoleError as error:
            self.session.log(self.entry.title, error)
            raise

    async def _minding(self, plan: Plan) -> Plan:
        """The plan, with a warning of what it changes that is not as the attempt left it that is to be taken back.

        How an attempt left things is not known where nobody saw its end.
        """
        from lambdatui.actions.action import changes, comparable  # noqa: PLC0415 - imports pydantic

        undone = self.undoes.get(plan.subject)
        if undone is None or undone.result not in {"done", "partial"}:
            return plan
        left, now, then = comparable(undone.after), comparable(plan.before), comparable(plan.after)
        changed = [label for label in left if label in now and now[label] not in {left[label], then.get(label)}]
        if not changed:
            return plan
        reading = await asyncio.to_thread(self.session.operations.trail.read)
        own = [comparable(line.after) for line in reading.after(undone)]
        since = [
            f"changed since by {'you' if any(state.get(label, '') == now[label] for state in own) else 'somebody'}: "
            f"{change}"
            for label in changed
            for change in changes({label: left[label]}, {label: now[label]})
        ]
        return replace(plan, warnings=(*plan.warnings, *since))

    @property
    def to_do(self) -> list[Plan]:
        """The plans that change something, be it only that nothing is left to be taken back."""
        return [plan for plan in self.plans if plan.calls or plan.subject in self.undoes]

    @property
    def needless(self) -> list[Plan]:
        """Those that change nothing: it is so already."""
        return [plan for plan in self.plans if plan not in self.to_do]

    @property
    def waiting(self) -> list[Plan]:
        """Those that change something and have not been tried."""
        return self.to_do[len(self.outcomes) :]

    def did(self, subject: Subject) -> bool:
        """Whether there is nothing left to do to what an operator chose: it was done, or it was so already."""
        from lambdatui.actions.action import fits  # noqa: PLC0415 - imports pydantic

        done = [outcome.plan.subject for outcome in self.outcomes if outcome.result == "done"]
        already = [plan.subject for plan in self.needless]
        return fits(subject, self.entry.target) in (*done, *already)

    @property
    def contested(self) -> list[Subject]:
        """Those that somebody changed after the preview, so that nothing was done to them."""
        return [outcome.plan.subject for outcome in self.outcomes if outcome.result == "conflict"]

    async def run(self) -> None:
        """Does what was planned, one subject after the other, and watches until it has settled.

        To be run on the app: nothing but `leave` is to end it.
        """
        from lambdatui.actions.performing import LEFT  # noqa: PLC0415 - imports the SDK

        operations = self.session.operations
        self._task = asyncio.current_task()
        self.running, self.stopping = True, operations.closing
        operations.running.append(self)
        self.session.tell_operation(self)
        try:
            await self._run()
        except ConsoleError as error:
            self.failure = error
            self.session.log(self.entry.title, error)
        finally:
            self.running = False
            operations.running.remove(self)
            if operations.closing:
                operations.left.append(self)
                if self.failure is None:
                    operations.record(self.entry, [plan.subject for plan in self.waiting], "cancelled", LEFT)
            self.session.tell_operation(self)
            self.changed()
        await operations.learn()

    async def leave(self, patience_s: float) -> None:
        """Begins nothing any more, waits for what is being sent, and ends: what is only watched goes on at AWS.

        Args:
            patience_s: seconds to wait; an invocation is not waited for.
        """
        self.stopping = True
        self.changed()
        if self.awaited:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._sent.wait(), patience_s)
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    @property
    def sending(self) -> bool:
        """Whether more than watching is to be done."""
        return not self._sent.is_set()

    @property
    def awaited(self) -> bool:
        """Whether the console is not to be left in the midst of it."""
        return self.sending and self.entry.id not in LASTING

    @property
    def last_words(self) -> Iterator[str]:
        """What became of each subject when the console, or the place, was left."""
        for outcome in self.outcomes:
            subject = outcome.plan.subject
            told = (outcome.summary, self.progress.get(subject, ""))
            yield f"{self.entry.title} of {subject}: {', '.join(filter(None, told))}"
        for plan in self.waiting:
            yield f"{self.entry.title} of {plan.subject}: {self.failure or 'cancelled: left out'}"

    async def _run(self) -> None:
        try:
            performer = await self.session.operations.performer()
            await self._send(performer)
        finally:
            self._sent.set()
        done = [outcome.plan for outcome in self.outcomes if outcome.error is None]
        await asyncio.gather(*(self._settle(performer.connection, plan) for plan in done))

    async def _send(self, performer: Performer) -> None:
        """Sends what was planned, one subject after the other."""
        from lambdatui.actions.performing import Sending  # noqa: PLC0415 - imports the SDK

        todo = self.to_do
        try:
            await performer.expect_account()
        except ConsoleError as error:
            self.session.operations.record(self.entry, [plan.subject for plan in todo], "refused", error.title)
            raise
        batch = uuid4().hex if len(todo) > 1 else None
        for plan in todo:
            if self.stopping:
                break
            self.under_way, sending = plan, Sending(plan)
            undone = self.undoes.get(plan.subject)
            undoes = undone.id if undone is not None else None
            self.changed()
            try:
                outcome = await performer.perform(
                    self.entry.id, self.action, plan, batch=batch, undoes=undoes, sending=sending
                )
            except asyncio.CancelledError:
                self.outcomes.append(sending.when_left)
                raise
            finally:
                self.under_way = None
            self.outcomes.append(outcome)
            self.changed()
            if outcome.error is not None:
                self.session.log(f"{self.entry.title} of {plan.subject}", outcome.error)
            if outcome.unwritten is not None:
                self.failure = outcome.unwritten
                self.session.log(self.entry.title, outcome.unwritten)
                break
            if isinstance(outcome.error, AuthExpired):
                break

    async def _settle(self, connection: Connection, plan: Plan) -> None:
        """Watches one subject; that AWS gave up on one says nothing of the others."""
        try:
            await self.action.settle(connection, plan, lambda progress: self._tell(plan, progress))
        except ConsoleError as error:
            self.session.log(f"{self.entry.title} of {plan.subject}", error)
            self._tell(plan, trouble(error).plain)

    def _tell(self, plan: Plan, progress: str) -> None:
        self.progress[plan.subject] = progress
        self.changed()


def named(subjects: Sequence[Subject]) -> str:
    """What something is done to, in a few words."""
    return str(subjects[0]) if len(subjects) == 1 else f"{len(subjects)} marked"


class Operations:
    """What is being done now, and the audit trail of what was.

    Args:
        session: whose operator does it.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.secret_undos: dict[str, Undo] = {}
        """The inverses that only this console knows, for they hold a secret, by the attempt's id."""
        self.running: list[Operation] = []
        self.left: list[Operation] = []
        """Those that ended as the console, or the place, was left."""
        self.closing = False
        """Whether that is being left, so that nothing begins any more."""
        self.last_runs: dict[str, Run] = {}
        """The last invocation of each function, to compare the next one with; it is kept nowhere else."""
        self.stopped: Mapping[str, int] = {}
        """The functions that an emergency stop of this operator still holds, and since when, epoch ms."""
        self.unfinished = 0
        """Of how many attempts of earlier consoles here the outcome is not known."""
        self._begun_ms = now_ms()
        self._learning = asyncio.Lock()
        """Held while the trail is read, lest what an earlier reading found comes after what a later one did."""

    @cached_property
    def trail(self) -> AuditTrail:
        """Where all that is attempted is written down."""
        from lambdatui.actions.audit import AuditTrail  # noqa: PLC0415 - imports pydantic

        return AuditTrail(state_folder())

    @property
    def busy(self) -> bool:
        """Whether anything is being sent: what is only watched can be left."""
        return any(operation.sending for operation in self.running)

    async def leave(self) -> None:
        """Begins nothing any more, and waits for what is being sent, as far as `LEAVE_S` allow.

        Called once more, it does not wait any longer.
        """
        patience_s = 0.0 if self.closing else LEAVE_S
        self.closing = True
        await asyncio.gather(*(operation.leave(patience_s) for operation in self.running))

    async def performer(self) -> Performer:
        """What carries out plans where the session is.

        Raises:
            ConsoleError: there is no connection.
        """
        from lambdatui.actions.performing import Performer  # noqa: PLC0415 - imports the SDK

        connection, identity = await self._session.connection(), self._session.identity
        assert identity is not None  # nothing was planned before the inventory named it
        return Performer(connection=connection, identity=identity, trail=self.trail, secret_undos=self.secret_undos)

    async def learn(self) -> None:
        """Learns from the audit trail what is left stopped, and what unfinished, where the session is."""
        if (identity := self._session.identity) is None:
            return
        async with self._learning:
            try:
                reading = await asyncio.to_thread(lambda: self.trail.read().at(identity.account, identity.region))
            except ConsoleError as error:
                self._session.log("audit trail", error)
                return
            self.unfinished = sum(line.at_ms < self._begun_ms for line in reading.open_intents())
            stopped = {line.function: line.at_ms for line in reading.standing() if line.action == EMERGENCY_STOP}
            deleted = [function for function in stopped if await self._is_deleted(function)]
            self.stopped = {function: at_ms for function, at_ms in stopped.items() if function not in deleted}
        self._session.tell_health()

    async def _is_deleted(self, function: str) -> bool:
        """Whether a function is certainly no more, so that there is nothing to restore."""
        from lambdatui.aws.concurrency import get_reserved_concurrency  # noqa: PLC0415 - imports the SDK

        if function in self._session.functions:
            return False
        try:
            await self._session.ask("emergency stop", partial(get_reserved_concurrency, function=function))
        except ConsoleError as error:  # entered in the error log
            return isinstance(error, NotFound)
        return False

    def record(self, entry: ActionEntry, subjects: Sequence[Subject], result: Result, why: str) -> None:
        """Writes down what was wanted where nothing was sent."""
        from lambdatui.actions.performing import attempt_of  # noqa: PLC0415 - imports the SDK

        if (identity := self._session.identity) is None:
            return
        for subject in subjects:
            try:
                self.trail.append(attempt_of(identity, entry.id, subject).concluded(result, error=why))
            except ConsoleError as error:
                self._session.log("audit trail", error)
