"""One function's configuration; each part is asked for by itself and fails by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from rich.cells import cell_len
from rich.console import Group
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from lambdatui.aws.inventory import now_ms
from lambdatui.errors import ConsoleError, NotFound
from lambdatui.models.configuration import AwsModel
from lambdatui.models.function import FunctionSummary
from lambdatui.ui.panes.overview_sections import Part, Section, answered, sections, unsettled
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.panes.reading_pane import REST_S
from lambdatui.ui.session import FIRST_RETRY_S, LONGEST_RETRY_S
from lambdatui.ui.widgets.plain_text import plain

if TYPE_CHECKING:
    from lambdatui.aws.connection import Connection

TWO_COLUMNS = 110
"""From as many cells on, the sections stand in two columns."""
LABEL_WIDTH = 26
"""At most; a column takes what its longest label needs."""

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
        Binding("j", "scroll('down')", show=False, id="overview.down", tooltip="scroll down"),
        Binding("k", "scroll('up')", show=False, id="overview.up", tooltip="scroll up"),
        Binding("g", "scroll('home')", show=False, id="overview.top", tooltip="to the top"),
        Binding("G", "scroll('end')", show=False, id="overview.bottom", tooltip="to the bottom"),
        Binding("ctrl+f", "scroll('page_down')", show=False, id="overview.page_down", tooltip="a page down"),
        Binding("ctrl+b", "scroll('page_up')", show=False, id="overview.page_up", tooltip="a page up"),
    ]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._parts: dict[str, Part] = dict.fromkeys(PARTS, "asking")
        self._stale: dict[str, ConsoleError] = {}
        """Why a part that is shown could not be read again."""
        self._revealed = False
        self._body = Static("", markup=False)
        self._scroll = VerticalScroll(self._body)

    def compose(self) -> ComposeResult:
        yield self._scroll

    def on_mount(self) -> None:
        if self.subject is not None:
            self.show_subject(self.subject)

    def focus_content(self) -> None:
        self._scroll.focus(scroll_visible=False)

    def on_resize(self) -> None:
        self._draw()

    def show_subject(self, subject: FunctionSummary) -> None:
        if self.subject is None or subject.name != self.subject.name:
            self._scroll.scroll_home(animate=False)
            self._revealed = False
            self._parts = dict.fromkeys(PARTS, "asking")
            self._stale = {}
        self.subject = subject
        self._draw()
        self._ask()

    def read_again(self) -> None:
        self._ask(rest_s=0)

    @work(group="overview", exclusive=True, exit_on_error=False, description="overview")
    async def _ask(self, rest_s: float = REST_S) -> None:
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
            self._parts[part] = await self.session.ask(
                f"overview of {name}", lambda connection: request(connection, name)
            )
            self._stale.pop(part, None)
        except NotFound as error:
            self._parts[part] = error
            self._stale.pop(part, None)
        except ConsoleError as error:
            if answered(self._parts[part]):
                self._stale[part] = error
            else:
                self._parts[part] = error
        self._draw()

    # -- drawing

    def action_reveal(self) -> None:
        if not self.session.may_reveal:
            setting = "reveal_when_read_only" if self.session.target.read_only else "reveal"
            self.notify(f"not revealed: the setting {setting} is off", severity="warning", markup=False)
            return
        self._revealed = not self._revealed
        self._draw()

    async def action_scroll(self, where: str) -> None:
        getattr(self._scroll, f"scroll_{where}")(animate=False)

    def _draw(self) -> None:
        if self.subject is None or not self.is_mounted:
            return
        told = sections(
            self.subject,
            self._parts,
            today=datetime.now(UTC).date(),
            now_ms=now_ms(),
            times=self.session.times,
            revealed=self._revealed,
            stale=self._stale.values(),
        )
        self._body.update(self._columns(told) if self.size.width >= TWO_COLUMNS else self._column(told))

    def _columns(self, told: list[Section]) -> Table:
        """Two columns of about the same height, in reading order."""
        heights = [len(section.rows) + 2 for section in told]
        split = next((i for i in range(len(told)) if sum(heights[:i]) * 2 >= sum(heights)), len(told))
        grid = Table.grid(expand=True, padding=(0, 2, 0, 0))
        grid.add_column(ratio=1)
        grid.add_column(ratio=1)
        grid.add_row(self._column(told[:split]), self._column(told[split:]))
        return grid

    def _column(self, told: list[Section]) -> Group:
        tones = self._tones()
        width = min(LABEL_WIDTH, max(cell_len(plain(label)) for section in told for label, _ in section.rows))
        blocks: list[Any] = []
        for section in told:
            grid = Table.grid(padding=(0, 1))
            grid.add_column(width=width, overflow="fold")
            grid.add_column(overflow="fold")
            for label, value in section.rows:
                grid.add_row(Text(plain(label), tones["label"]), Text(plain(value.text), tones[value.tone]))
            blocks += [Text(section.title, tones["title"]), grid, Text("")]
        return Group(*blocks)

    def _tones(self) -> dict[str, Style]:
        colours = self.app.theme_variables

        def of(colour: str, *, bold: bool = False) -> Style:
            return Style(color=colours[colour], bold=bold)

        return {
            "": Style(),
            "dim": Style(dim=True),
            "good": of("success"),
            "warning": of("warning"),
            "error": of("error", bold=True),
            "label": of("secondary"),
            "title": of("accent", bold=True),
        }
