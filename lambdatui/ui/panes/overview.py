"""One function's configuration; each part is asked for by itself and fails by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widget import Widget

from lambdatui.clock import now_ms, today
from lambdatui.errors import ConsoleError, NotFound
from lambdatui.models.configuration import AwsModel, FunctionDetail
from lambdatui.models.function import FunctionSummary
from lambdatui.ui.panes.overview_sections import Part, answered, sections, unsettled
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.panes.reading_pane import REST_S
from lambdatui.ui.session import FIRST_RETRY_S, LONGEST_RETRY_S
from lambdatui.ui.widgets.frame import with_keys
from lambdatui.ui.widgets.page import Page
from lambdatui.ui.widgets.section_view import SectionView

if TYPE_CHECKING:
    from lambdatui.aws.connection import Connection

DRAW_EVERY_S = 0.1
"""Between two drawings while answers come (design 8)."""

Request = Callable[["Connection", str], Awaitable[AwsModel | None]]


def _requests() -> dict[str, Request]:
    """The parts of the overview and what asks for them."""
    from lambdatui.aws import functions  # noqa: PLC0415 - imports the SDK

    return {
        "function": functions.get_function,
        "event_invoke": functions.get_event_invoke_config,
        "url": functions.get_function_url,
        "runtime_management": functions.get_runtime_management,
        "recursion": functions.get_recursion,
    }


PARTS = ("function", "event_invoke", "url", "runtime_management", "recursion")


class OverviewPane(Pane):
    """Everything that configures the function under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("E", "reveal", "reveal", id="overview.reveal", tooltip="show or mask the environment values"),
    ]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._parts: dict[str, Part] = dict.fromkeys(PARTS, "asking")
        self._stale: dict[str, ConsoleError] = {}
        """Why a part that is shown could not be read again."""
        self._revealed = False
        self._due: Timer | None = None
        """Draws the answers that have come since the last drawing, all at once."""
        self._body = SectionView(columns=2)
        self._page = Page(self._body)

    def compose(self) -> ComposeResult:
        yield self._page

    @classmethod
    def contents(cls) -> tuple[tuple[type[Widget], ...], ...]:
        return ((Page,),)

    def on_mount(self) -> None:
        if self.subject is not None:
            self.show_subject(self.subject)

    def focus_content(self) -> None:
        self._page.focus(scroll_visible=False)

    def show_subject(self, subject: FunctionSummary) -> None:
        if self.subject is None or subject.name != self.subject.name:
            self._page.scroll_home(animate=False)
            self._revealed = False
            self._parts = dict.fromkeys(PARTS, "asking")
            self._stale = {}
        self.subject = subject
        self._draw()
        self._ask(rest_s=REST_S)

    def on_show(self) -> None:
        self._draw()

    def health_changed(self) -> None:
        if not self.hidden:  # a line more or less in it lays out the whole screen anew
            self._draw()

    def read_again(self) -> None:
        self._ask(rest_s=0)

    @work(group="overview", exclusive=True, exit_on_error=False, description="overview")
    async def _ask(self, rest_s: float) -> None:
        """Asks for every part; again, less and less often, for those that failed or are about to change."""
        assert self.subject is not None
        name = self.subject.name
        await asyncio.sleep(rest_s)
        await self.session.first_reading()
        await self.session.connection()
        requests = _requests()
        wait = FIRST_RETRY_S
        while requests:
            await asyncio.gather(*(self._ask_one(part, request, name) for part, request in requests.items()))
            requests = {part: requests[part] for part in requests if self._to_be_asked_again(part)}
            if requests:
                wait = min(wait * 2, LONGEST_RETRY_S)
                await asyncio.sleep(wait)

    def _to_be_asked_again(self, part: str) -> bool:
        return part in self._stale or unsettled(self._parts[part])

    async def _ask_one(self, part: str, request: Request, name: str) -> None:
        try:
            answer = await self.session.ask(f"overview of {name}", lambda connection: request(connection, name))
            self._parts[part] = answer
            if isinstance(answer, FunctionDetail):
                self.session.health.limits.take(name, answer.reserved_concurrency)
            self._stale.pop(part, None)
        except NotFound as error:
            self._parts[part] = error
            self._stale.pop(part, None)
        except ConsoleError as error:
            if answered(self._parts[part]):
                self._stale[part] = error
            else:
                self._parts[part] = error
        if self._due is None:
            self._due = self.set_timer(DRAW_EVERY_S, self._draw)

    # -- drawing

    def action_reveal(self) -> None:
        if not self.session.may_reveal:
            setting = "reveal_when_read_only" if self.session.target.read_only else "reveal"
            self.notify(f"not revealed: the setting {setting} is off", severity="warning", markup=False)
            return
        self._revealed = not self._revealed
        self._draw()

    def _draw(self) -> None:
        self._due = None
        if self.subject is None or not self.is_mounted:
            return
        told = sections(
            self.subject,
            self._parts,
            today=today(),
            now_ms=now_ms(),
            times=self.session.times,
            revealed=self._revealed,
            stale=self._stale.values(),
            verdict=self.session.health.health(self.subject),
            stopped_ms=self.session.operations.stopped.get(self.subject.name),
            keys=partial(with_keys, self.screen),
        )
        self._body.show(told)
