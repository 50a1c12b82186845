"""What invokes one function, from all three places where that can be seen (facts 4.1)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content

from lambdatui.errors import AccessDenied, ConsoleError, NotFound, ReadOnly, RequestRefused
from lambdatui.insight.resource_policy import permission_trigger, read_policy
from lambdatui.models.arn import LATEST
from lambdatui.models.event_source import EventSourceMapping
from lambdatui.models.function import FunctionSummary
from lambdatui.models.trigger import Check, NotRead, Permission, Trigger, mapping_trigger, not_read, url_trigger
from lambdatui.ui.panes import trigger_words as words
from lambdatui.ui.panes.reading_pane import ReadingPane
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.record_table import Column, RecordTable
from lambdatui.ui.widgets.section_view import COLOURS, Value

if TYPE_CHECKING:
    from lambdatui.actions.action import Subject
    from lambdatui.aws.connection import Connection

LASTING = (AccessDenied, ReadOnly, RequestRefused)
"""What is not asked again by itself: only `ctrl+r` does."""
ELSEWHERE = "Scheduler, Pipes, Step Functions, CloudFront"


def told(value: Value) -> Content:
    """A value as a table draws it."""
    return Content.styled(plain(value.text), COLOURS[value.tone])


class TriggersPane(ReadingPane[Trigger]):
    """Event source mappings, resource policies and function URLs of the subject, each a row."""

    TITLE = "Triggers"
    THINGS = "triggers"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "o",
            "look_elsewhere",
            "look elsewhere",
            id="triggers.look_elsewhere",
            tooltip=f"look also in {ELSEWHERE}, which leave no trace on a function",
        ),
    ]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._outcomes: dict[str, words.Outcome] = {}
        self._elsewhere: list[Trigger] | None = None
        """What was found elsewhere; None before anyone looked."""
        self._looking = False
        super().__init__(*arguments, **options)

    def columns(self) -> Sequence[Column[Trigger]]:
        return (
            Column(id="source", title="SOURCE", cell=lambda t: t.source, flex=True, min_width=11),
            Column(id="what", title="WHAT", cell=self._what, width=16),
            Column(id="kind", title="KIND", cell=lambda t: t.kind or "-", width=12),
            Column(id="calls", title="CALLS", cell=lambda t: t.qualifier, width=7),
            Column(id="state", title="STATE", cell=lambda t: told(words.state(t)), width=9),
            Column(id="result", title="LAST RESULT", cell=self._result, flex=True, min_width=11),
        )

    def _what(self, trigger: Trigger) -> str:
        outcome = self._outcomes.get(trigger.key)
        return (outcome.what if isinstance(outcome, Check) else "") or trigger.what

    def _result(self, trigger: Trigger) -> Content:
        return told(words.result(trigger, self._outcomes.get(trigger.key)))

    def key(self, record: Trigger) -> str:
        return record.key

    def subject_of(self, record: Trigger) -> Subject | None:
        from lambdatui.actions.subjects import mapping_subject  # noqa: PLC0415 - imports the SDK

        return mapping_subject(record.evidence) if isinstance(record.evidence, EventSourceMapping) else None

    def name_of(self, record: Trigger) -> str:
        return record.source

    def unsettled(self, record: Trigger) -> bool:
        return isinstance(record.evidence, EventSourceMapping) and record.evidence.changing

    def state(self) -> Content:
        reading = super().state()
        if reading.plain:
            return reading
        if self._elsewhere is not None:
            return Content.styled(f"looked also in {ELSEWHERE}", "dim")
        return Content.assemble(("not searched: ", "dim"), (ELSEWHERE, "dim"), ("  ", ""), ("o", "bold $accent"))

    def nothing(self) -> Content:
        if self._elsewhere is not None:
            return Content(f"Nothing invokes {self.place}, in {ELSEWHERE} neither.")
        return Content.assemble(
            f"Nothing on {self.place} says that anything invokes it.\n{ELSEWHERE} leave no trace on a function: ",
            ("o", "bold $accent"),
            " looks there.",
        )

    def show_subject(self, subject: FunctionSummary) -> None:
        if self.subject is None or self.subject.arn != subject.arn:
            self._outcomes.clear()
            self._elsewhere, self._looking = None, False
        super().show_subject(subject)

    # -- reading

    def read_again(self) -> None:
        self._looking = self._elsewhere is not None
        super().read_again()

    def action_look_elsewhere(self) -> None:
        self._looking = True
        super().read_again()

    async def pages(self, connection: Connection) -> AsyncIterator[Sequence[Trigger]]:
        assert self.subject is not None
        function = self.subject
        aliases, *found = await asyncio.gather(
            self._aliases(connection, function),
            self._attempt("event source mappings", LATEST, _mappings(connection, function.name)),
            self._attempt("policy", LATEST, _policy(connection, function, LATEST)),
            self._attempt("function URLs", "-", _urls(connection, function)),
        )
        first = [found for found in aliases if isinstance(found, Trigger)]
        first += [trigger for triggers in found for trigger in triggers]
        yield first
        of_aliases = await asyncio.gather(
            *(
                self._attempt(place, alias, search)
                for alias in aliases
                if isinstance(alias, str)
                for place, search in (
                    ("policy", _policy(connection, function, alias)),
                    ("event source mappings", _mappings(connection, f"{function.name}:{alias}")),
                )
            )
        )
        second = [trigger for triggers in of_aliases for trigger in triggers]
        yield second
        if self._looking:
            self._elsewhere, self._looking = await self._look_elsewhere(connection, function), False
        elsewhere = self._elsewhere or []
        yield elsewhere
        self._complain((*first, *second, *elsewhere))

    def _complain(self, read: Sequence[Trigger]) -> None:
        """Logs what could not be read; what may pass is raised, so that it is tried again."""
        for trigger in read:
            if isinstance(trigger.evidence, NotRead):
                error = trigger.evidence.error
                if not isinstance(error, LASTING):
                    raise error
                self.session.log(f"triggers of {self.place}", error)

    async def _aliases(self, connection: Connection, function: FunctionSummary) -> list[str | Trigger]:
        """The names of the aliases, for each has a policy of its own (facts 1.1 notes)."""
        from lambdatui.aws.releases import list_aliases  # noqa: PLC0415 - imports the SDK

        try:
            return [alias.name for alias in await list_aliases(connection, function.name)]
        except NotFound:
            raise
        except ConsoleError as error:
            return [not_read("policies of aliases", "-", error)]

    async def _attempt(self, place: str, qualifier: str, search: Awaitable[list[Trigger]]) -> list[Trigger]:
        """What was found in one place, or a row that says that it could not be searched."""
        try:
            return await search
        except NotFound:
            if qualifier in {LATEST, "-"}:
                raise
            return []  # the alias was deleted after it was listed
        except ConsoleError as error:
            return [not_read(place, qualifier, error)]

    async def _look_elsewhere(self, connection: Connection, function: FunctionSummary) -> list[Trigger]:
        from lambdatui.aws.trigger_search import SEARCHES, search  # noqa: PLC0415 - imports the SDK

        found = await asyncio.gather(
            *(self._attempt(place, "-", search(connection, place, function.arn)) for place in SEARCHES)
        )
        return [trigger for triggers in found for trigger in triggers]

    # -- one trigger

    @on(RecordTable.Opened)
    def _open_detail(self, event: RecordTable.Opened) -> None:
        from lambdatui.ui.dialogs.trigger_detail import TriggerDetail  # noqa: PLC0415

        event.stop()
        assert self.subject is not None
        trigger: Trigger = event.record

        def keep(outcome: words.Outcome | None) -> None:
            if outcome is not None and isinstance(trigger.evidence, Permission):
                self._outcomes[trigger.key] = outcome
                self.table.reread()

        self.app.push_screen(TriggerDetail(self.session, self.subject, trigger), keep)


async def _mappings(connection: Connection, name: str) -> list[Trigger]:
    """The mappings of a function or of one of its aliases: AWS does not say that a bare name stands for both."""
    from lambdatui.aws.event_sources import list_event_source_mappings  # noqa: PLC0415 - imports the SDK

    return [mapping_trigger(mapping) async for page in list_event_source_mappings(connection, name) for mapping in page]


async def _urls(connection: Connection, function: FunctionSummary) -> list[Trigger]:
    from lambdatui.aws.releases import list_urls  # noqa: PLC0415 - imports the SDK

    return [url_trigger(url) for url in await list_urls(connection, function.name)]


async def _policy(connection: Connection, function: FunctionSummary, qualifier: str) -> list[Trigger]:
    from lambdatui.aws.triggers import get_policy  # noqa: PLC0415 - imports the SDK

    document = await get_policy(connection, function.name, qualifier)
    if document is None:
        return []
    return [permission_trigger(permission, function.arn) for permission in read_policy(document, qualifier)]
