"""`enter` on a trigger - all of its settings, how its source stands, and whether the source really calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual import work
from textual.binding import Binding, BindingType

from lambdatui.errors import ConsoleError
from lambdatui.models.arn import Arn
from lambdatui.models.event_source import EventSourceMapping, QueueState
from lambdatui.models.function import FunctionSummary
from lambdatui.models.trigger import Permission, Trigger
from lambdatui.ui.dialogs.reading_dialog import ReadingDialog
from lambdatui.ui.panes.trigger_sections import MappingParts, mapping_sections, trigger_sections
from lambdatui.ui.panes.trigger_words import Outcome
from lambdatui.ui.session import Session
from lambdatui.ui.widgets.section_view import SectionView

if TYPE_CHECKING:
    from lambdatui.aws.connection import Connection

T = TypeVar("T")
Request = Callable[["Connection"], Awaitable[T]]


class TriggerDetail(ReadingDialog["Outcome | None"]):
    """Asks for what the list does not have, each part by itself, and gives what the check of a permission gave.

    Args:
        session: where to ask.
        subject: the function that the trigger calls.
        trigger: as its row has it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "ask", "ask again", id="trigger.again", tooltip="ask the source again"),
    ]

    def __init__(self, session: Session, subject: FunctionSummary, trigger: Trigger) -> None:
        self._view = SectionView()
        super().__init__(
            f"{trigger.source} to {subject.name}", self._view, "{trigger.again} asks again, {dialog.close} closes"
        )
        self.session = session
        self.subject = subject
        self.trigger = trigger
        self._outcome: Outcome | None = None
        self._parts = MappingParts()

    def on_mount(self) -> None:
        self.action_ask()

    def action_close(self) -> None:
        self.dismiss(self._outcome)

    def action_ask(self) -> None:
        """Asks for everything anew."""
        self._outcome, self._parts = None, MappingParts()
        self._draw()
        self._ask()

    def _draw(self) -> None:
        evidence = self.trigger.evidence
        if isinstance(evidence, EventSourceMapping):
            self._view.show(mapping_sections(evidence, self._parts, self.session.times))
        else:
            self._view.show(trigger_sections(self.trigger, self._outcome))

    @work(group="trigger", exclusive=True, exit_on_error=False, description="trigger")
    async def _ask(self) -> None:
        match self.trigger.evidence:
            case EventSourceMapping() as mapping:
                await self._ask_of_mapping(mapping)
            case Permission() as permission:
                self._outcome = await self._check(permission)
                self._draw()

    async def _check(self, permission: Permission) -> Outcome:
        from lambdatui.aws.trigger_sources import check_source  # noqa: PLC0415 - imports the SDK

        return await self._had(lambda connection: check_source(connection, permission, self.subject.arn))

    async def _ask_of_mapping(self, mapping: EventSourceMapping) -> None:
        from lambdatui.aws import event_source_metrics, event_sources  # noqa: PLC0415 - imports the SDK

        now = datetime.now(UTC)
        await asyncio.gather(
            self._part("whole", lambda connection: event_sources.get_event_source_mapping(connection, mapping.uuid)),
            self._part("metrics", lambda connection: event_source_metrics.get_metrics(connection, mapping, now)),
            self._part("source", lambda connection: event_sources.get_source_state(connection, mapping)),
        )
        source = self._parts.source
        arn = Arn.parse(source.dead_letter_arn or "") if isinstance(source, QueueState) else None
        if arn is not None:
            await self._part("dead_letter", lambda connection: event_sources.get_queue(connection, arn))

    async def _part(self, name: str, request: Request[Any]) -> None:
        had = await self._had(request)
        self._parts = replace(self._parts, **{name: had})
        self._draw()

    async def _had(self, request: Request[T]) -> T | ConsoleError:
        """The answer, or the error in its place: each part fails by itself."""
        try:
            return await self.session.ask(f"trigger {self.trigger.source} of {self.subject.name}", request)
        except ConsoleError as error:
            return error
