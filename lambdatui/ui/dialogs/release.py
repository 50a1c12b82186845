"""What differs between two releases."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from rich.console import Group
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import Static

from lambdatui.errors import ConsoleError
from lambdatui.insight.release_diff import CodeDifference, Difference, ReleaseDiff, compare
from lambdatui.models.configuration import FunctionDetail
from lambdatui.models.function import FunctionSummary
from lambdatui.ui import figures
from lambdatui.ui.dialogs.reading_dialog import ReadingDialog
from lambdatui.ui.session import Session
from lambdatui.ui.widgets.plain_text import plain

HASH_SHOWN = 12
"""Characters of a code hash: enough to tell versions apart by eye."""
ABSENT = "-"
LABEL_WIDTH = 26
"""At most; the column takes what its longest label needs."""

Row = tuple[str, ...]
"""A label and one value, or one value for each of two versions; a label alone is a remark."""


class ReleaseComparison(ReadingDialog[None]):
    """Reads two versions of a function and shows what differs, environment values never.

    Args:
        session: where to ask.
        function: whose versions they are.
        before: a version's number.
        after: another's.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("d", "close", "close", show=False, id="release.close")]

    def __init__(self, session: Session, function: FunctionSummary, before: str, after: str) -> None:
        self._body = Static("Reading both versions…", markup=False)
        super().__init__(
            f"{function.name}  {before} → {after}, environment values masked",
            self._body,
        )
        self.session = session
        self.function = function
        self.before = before
        self.after = after

    def on_mount(self) -> None:
        self.run_worker(self._read(), exit_on_error=False, description="comparison")

    async def _read(self) -> None:
        try:
            before, after = await asyncio.gather(self._ask(self.before), self._ask(self.after))
        except ConsoleError as error:
            self._body.update(Text(plain(str(error))))
            return
        self._body.update(self._drawn(dict(self._differences(compare(before, after)))))

    async def _ask(self, version: str) -> FunctionDetail:
        from lambdatui.aws.functions import get_function  # noqa: PLC0415 - imports the SDK

        return await self.session.ask(
            f"comparison of {self.function.name}:{version}",
            lambda connection: get_function(connection, self.function.name, version),
        )

    def _drawn(self, sheet: Mapping[str, Sequence[Row]]) -> Group:
        """Headings, and under each what differs: its name, and how it is in either version."""
        colours = self.app.theme_variables
        heading = Style(color=colours["accent"], bold=True)
        label = Style(color=colours["secondary"])
        width = min(LABEL_WIDTH, max(len(name) for rows in sheet.values() for name, *values in rows if values))
        blocks: list[Any] = []
        for title, rows in sheet.items():
            grid = Table.grid(padding=(0, 2), expand=True)
            values = max(map(len, rows)) - 1
            if values:
                grid.add_column(width=width, overflow="fold")
            for _ in range(values or 1):
                grid.add_column(ratio=1, overflow="fold")
            for name, *told in rows:
                grid.add_row(Text(plain(name), label), *(Text(plain(value)) for value in told))
            blocks += [Text(title, heading), grid, Text("")]
        return Group(*blocks)

    def _differences(self, found: ReleaseDiff) -> Iterator[tuple[str, Sequence[Row]]]:
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
