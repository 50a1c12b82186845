"""What there is to know about one release, and what differs between two."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, ClassVar

from rich.console import Group
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from lambdatui.errors import ConsoleError
from lambdatui.insight.release_diff import CodeDifference, Difference, ReleaseDiff, compare
from lambdatui.models.configuration import FunctionDetail
from lambdatui.models.function import FunctionSummary
from lambdatui.ui import figures
from lambdatui.ui.session import Session
from lambdatui.ui.widgets.plain_text import plain

HASH_SHOWN = 12
"""Characters of a code hash: enough to tell versions apart by eye."""
ABSENT = "-"
LABEL_WIDTH = 26
"""At most; the column takes what its longest label needs."""

Row = tuple[str, ...]
Sheet = Iterable[tuple[str, Iterable[Row]]]
"""Headings, and under each its rows: a label and one value, or one value for each of two versions."""


class ReleaseDialog(ModalScreen[None]):
    """A sheet of labelled values that can be scrolled."""

    DEFAULT_CSS = """
    ReleaseDialog { background: $background; }
    ReleaseDialog > VerticalScroll {
        width: 100%;
        max-width: 120;
        height: 100%;
        background: $panel;
        border: round $primary;
        padding: 0 1;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,d", "dismiss", "close", id="release.close"),
        Binding("j", "scroll('down')", show=False, id="release.down"),
        Binding("k", "scroll('up')", show=False, id="release.up"),
        Binding("g", "scroll('home')", show=False, id="release.top"),
        Binding("G", "scroll('end')", show=False, id="release.bottom"),
        Binding("ctrl+f", "scroll('page_down')", show=False, id="release.page_down"),
        Binding("ctrl+b", "scroll('page_up')", show=False, id="release.page_up"),
    ]

    def __init__(self, title: str) -> None:
        super().__init__()
        self._body = Static("", markup=False)
        self._scroll = VerticalScroll(self._body)
        self._scroll.border_title = Text(plain(title)).markup
        self._scroll.border_subtitle = "esc closes"

    def compose(self) -> ComposeResult:
        yield self._scroll

    def on_mount(self) -> None:
        self._scroll.focus()

    def action_scroll(self, where: str) -> None:
        getattr(self._scroll, f"scroll_{where}")(animate=False)

    def say(self, text: str) -> None:
        """Shows a sentence in place of a sheet."""
        self._body.update(Text(plain(text)))

    def show_sheet(self, sheet: Sheet) -> None:
        """Shows headings with what stands under them, the labels in one column from top to bottom."""
        colours = self.app.theme_variables
        heading = Style(color=colours["accent"], bold=True)
        label = Style(color=colours["secondary"])
        blocks: list[Any] = []
        told_of = [(title, list(rows)) for title, rows in sheet]
        labels = (row[0] for _, rows in told_of for row in rows if len(row) > 1)
        width = min(LABEL_WIDTH, max(map(len, labels), default=0))
        for title, lines in told_of:
            grid = Table.grid(padding=(0, 2), expand=True)
            values = max(map(len, lines)) - 1
            if values:
                grid.add_column(width=width, overflow="fold")
            for _ in range(values or 1):
                grid.add_column(ratio=1, overflow="fold")
            for name, *told in lines:
                grid.add_row(Text(plain(name), label), *(Text(plain(value)) for value in told))
            blocks += [Text(title, heading), grid, Text("")]
        self._body.update(Group(*blocks))


class ReleaseFacts(ReleaseDialog):
    """All that is known of one release.

    Args:
        title: which one.
        sheet: what is known.
    """

    def __init__(self, title: str, sheet: Sheet) -> None:
        super().__init__(title)
        self._sheet = sheet

    def on_mount(self) -> None:
        self.show_sheet(self._sheet)


class ReleaseComparison(ReleaseDialog):
    """Reads two versions of a function and shows what differs, environment values never.

    Args:
        session: where to ask.
        function: whose versions they are.
        before: a version's number.
        after: another's.
    """

    def __init__(self, session: Session, function: FunctionSummary, before: str, after: str) -> None:
        super().__init__(f"{function.name}  {before} → {after}, environment values masked")
        self.session = session
        self.function = function
        self.before = before
        self.after = after

    def on_mount(self) -> None:
        self.say("Reading both versions…")
        self.run_worker(self._read(), exit_on_error=False, description="comparison")

    async def _read(self) -> None:
        try:
            before, after = await asyncio.gather(self._ask(self.before), self._ask(self.after))
        except ConsoleError as error:
            self.say(str(error))
            return
        self.show_sheet(self._differences(compare(before, after)))

    async def _ask(self, version: str) -> FunctionDetail:
        from lambdatui.aws.functions import get_function  # noqa: PLC0415 - imports the SDK

        return await self.session.ask(
            f"comparison of {self.function.name}:{version}",
            lambda connection: get_function(connection, self.function.name, version),
        )

    def _differences(self, found: ReleaseDiff) -> Sheet:
        yield "Versions", [("", self.before, self.after)]
        yield "Code", _code(found.code)
        yield "Configuration", _rows(found.fields)
        yield "Layers", _rows(found.layers)
        if found.unreadable:
            yield "Environment", [("not known", f"⊘ {found.unreadable}")]
        else:
            yield "Environment", _rows(found.environment)


def _rows(differences: Iterable[Difference]) -> list[Row]:
    return [(one.name, one.before or ABSENT, one.after or ABSENT) for one in differences] or [("the same in both",)]


def _code(code: CodeDifference) -> list[Row]:
    if code.same:
        return [("the codes are the same", f"{code.before_sha256[:HASH_SHOWN]}, {figures.size(code.before_size)}")]
    return [
        ("SHA-256", code.before_sha256[:HASH_SHOWN], code.after_sha256[:HASH_SHOWN]),
        ("size", figures.size(code.before_size), figures.size(code.after_size)),
    ]
