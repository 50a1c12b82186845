"""From a key to an action's dialog: whether it can be done, which of several it is, and what it is done to."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lambdatui.actions import EMERGENCY_STOP, ActionEntry, entry_of
from lambdatui.errors import ConsoleError
from lambdatui.ui.operation import Operation, named
from lambdatui.ui.widgets.plain_text import plain

if TYPE_CHECKING:
    from lambdatui.actions.action import Subject
    from lambdatui.actions.journal import Deed
    from lambdatui.ui.dialogs.action_dialog import ActionDialog
    from lambdatui.ui.screens.main import MainScreen

DIALOG = "lambdatui.ui.dialogs.action_dialog:ActionDialog"
DIALOGS: Mapping[str, str] = {
    "invoke": "lambdatui.ui.dialogs.invoke:InvokeDialog",
    "traffic": "lambdatui.ui.dialogs.shift:ShiftDialog",
    "codedeploy-shift": "lambdatui.ui.dialogs.shift_hand_over:HandOverDialog",
}
"""The dialogs of those actions that ask for more than a form can, as ``module:class`` by the action's id."""


class Acting:
    """What the main screen does when the operator wants to act.

    Args:
        screen: says what is chosen, and has the dialogs opened.
    """

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._session = screen.session

    def chosen(self) -> tuple[Subject, ...]:
        """What the operator chose: what is marked or under the cursor, or else the function that the eye is on."""
        from lambdatui.actions.action import Subject  # noqa: PLC0415 - imports pydantic

        subject = self._screen.subject
        return self._screen.acting_pane.subjects() or ((Subject(function=subject.name),) if subject is not None else ())

    def refusal(self, entries: Sequence[ActionEntry], subjects: Sequence[Subject] | None = None) -> str:
        """Why none of some actions can be done here and now; empty where one can be tried.

        Args:
            subjects: what it would be done to; by default what is chosen.
        """
        if self._session.target.read_only:
            return f"read-only: {entries[0].needs[0]} is not sent"
        # In this order, for the line of keys asks on the first paint and after every key.
        if not self._session.ready:
            return "the console is still finding out where it is"
        if subjects is None and self._screen.subject is not None:
            return ""
        if not (self.chosen() if subjects is None else subjects):
            return "nothing is chosen to do it to"
        return ""

    def act(self, entries: Sequence[ActionEntry]) -> None:
        """Does what a key stands for, after asking which of several that is; or says why it cannot be done."""
        if refusal := self.refusal(entries):
            self._refuse(entries[0], self.chosen(), refusal)
        elif len(entries) == 1:
            self._begin(entries[0])
        else:
            title = entries[0].group.capitalize()
            if entries[0].id == EMERGENCY_STOP and self._stopped(self.chosen()):
                title, entries = f"{title} in force", entries[::-1]  # to restore is likelier now than to stop
            self.offer(title, entries)

    def _stopped(self, subjects: Sequence[Subject]) -> bool:
        """Whether an emergency stop holds all of them."""
        return all(subject.function in self._session.operations.stopped for subject in subjects)

    def take_back(self, deed: Deed) -> None:
        """Opens the inverse of what was done, where there is one: it is planned and confirmed as any action is."""
        from lambdatui.ui.dialogs.action_dialog import ActionDialog  # noqa: PLC0415 - the first paint does without

        entry, subject = deed.inverse, deed.subject
        if entry is None or subject is None:
            self._tell(deed.why_not or "what it was done to is not known")
            return
        if refusal := self.refusal((entry,), (subject,)):
            self._refuse(entry, (subject,), refusal)
            return
        try:
            params = deed.params()
        except ValueError:
            self._tell("another lambdatui wrote it down: this one asks for something else to take it back")
            return
        operation = Operation(self._session, entry, (subject,), undoes={subject: deed.line})
        self._screen.app.push_screen(ActionDialog(operation, params))

    def offer(self, title: str, entries: Sequence[ActionEntry]) -> None:
        """Lets the operator choose one of some actions; those that cannot be done say why."""
        from lambdatui.ui.dialogs.choice import Choice, Offer  # noqa: PLC0415 - the first paint does without

        subjects = self.chosen()
        several = len({entry.key for entry in entries}) > 1
        keys: dict[str | None, str] = {}
        for key, active in self._screen.active_bindings.items():
            keys.setdefault(active.binding.id, key)
        offers = [
            Offer(
                id=entry.id,
                title=entry.title,
                about=entry.about,
                key=keys.get(f"action.{entry.id}", "") if several else "",
                refusal=self.refusal((entry,)) or _too_many(entry, subjects),
            )
            for entry in entries
        ]
        about = f"{title}: {named(subjects)}" if subjects else title
        self._screen.app.push_screen(Choice(about, offers), self._begin_chosen)

    def _begin_chosen(self, action_id: str | None) -> None:
        if (entry := entry_of(action_id or "")) is not None:
            self._begin(entry)

    def _begin(self, entry: ActionEntry) -> None:
        self._screen.run_worker(
            self._open(entry), group="acting", exclusive=True, exit_on_error=False, description="what an action is for"
        )

    async def _open(self, entry: ActionEntry) -> None:
        """Opens the action's dialog on what is chosen, after asking which of several that is."""
        if subjects := await self._subjects(entry):
            module, _, name = DIALOGS.get(entry.id, DIALOG).partition(":")
            dialog: type[ActionDialog] = getattr(importlib.import_module(module), name)
            self._screen.app.push_screen(dialog(Operation(self._session, entry, subjects)))

    async def _subjects(self, entry: ActionEntry) -> Sequence[Subject]:
        """What an action is to be done to: what is chosen, or what of the function the operator then names."""
        from lambdatui.actions.action import candidates  # noqa: PLC0415 - imports pydantic
        from lambdatui.actions.subjects import subjects_of  # noqa: PLC0415 - imports the SDK

        chosen = self.chosen()
        if refusal := _too_many(entry, chosen):
            self._tell(f"{entry.title}: {refusal}")
            return ()
        fitting, functions = tuple(filter(None, _fitting(entry, chosen))), _functions(chosen)
        meant = candidates(chosen[0], entry.target) if len(chosen) == 1 else fitting
        if meant == fitting != () or not functions:
            return fitting
        function = functions.pop()
        try:
            there = await self._session.ask(
                entry.title, lambda connection: subjects_of(connection, function, entry.target)
            )
        except ConsoleError as error:
            self._tell(str(error))
            return ()
        offered = [subject for subject in there if subject in meant or not meant]
        if not offered:
            self._tell(f"{chosen[0] if meant else function} has no {entry.target} to do it to")
        return offered if len(offered) <= 1 else await self._one_of(entry.title, offered)

    async def _one_of(self, title: str, subjects: Sequence[Subject]) -> Sequence[Subject]:
        from lambdatui.ui.dialogs.choice import Choice, Offer  # noqa: PLC0415 - the first paint does without

        offers = [Offer(id=str(index), title=str(subject)) for index, subject in enumerate(subjects)]
        index = await self._screen.app.push_screen_wait(Choice(title, offers))
        return () if index is None else (subjects[int(index)],)

    def _refuse(self, entry: ActionEntry, subjects: Sequence[Subject], refusal: str) -> None:
        self._session.operations.record(entry, subjects, "refused", refusal)
        self._tell(refusal)

    def _tell(self, why: str) -> None:
        self._screen.notify(plain(why), severity="warning", markup=False)


def _fitting(entry: ActionEntry, chosen: Sequence[Subject]) -> Sequence[Subject | None]:
    """What an action is done to of each that is chosen, and each once; None where the choice does not say."""
    from lambdatui.actions.action import fits  # noqa: PLC0415 - imports pydantic

    return tuple(dict.fromkeys(fits(subject, entry.target) for subject in chosen))


def _functions(chosen: Sequence[Subject]) -> set[str]:
    return {subject.function for subject in chosen if subject.function}


def _too_many(entry: ActionEntry, chosen: Sequence[Subject]) -> str:
    """Why an action is not done to all that is chosen; empty where it can be tried."""
    fitting = _fitting(entry, chosen)
    unsaid = None in fitting
    if len(fitting) <= 1 and not (unsaid and len(_functions(chosen)) > 1):
        return ""
    if not entry.several:
        return "done to one at a time"
    return f"it is not known which {entry.target} of each is meant" if unsaid else ""
