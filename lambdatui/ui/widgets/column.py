"""What a table of records is made of: columns, and which of them fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeAlias, TypeVar

from lambdatui.ui.widgets.plain_text import plain

if TYPE_CHECKING:
    from rich.text import Text
    from textual.content import Content

R = TypeVar("R")

Cell: TypeAlias = "str | Text | Content"
Value: TypeAlias = str | int | float | None

GUTTER = 2
"""Cells left of the first column: the mark and a space."""
GAP = 2
"""Cells between two columns."""
MARGIN = 1
"""Cells right of the last column."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Column(Generic[R]):
    """One column: what it draws, what it is sorted and compared by, and how much room it takes."""

    id: str
    """The name that filters and settings use."""
    title: str
    cell: Callable[[R], Cell]
    """What is drawn. A str needs no care: it is drawn as harmless text."""
    value: Callable[[R], Value] | None = None
    """What is sorted and compared: by default the text of the cell. None sorts last in both directions."""
    unit: str = ""
    """The unit of `value`, so that a filter can say ``timeout>2m``: one in `record_filter.UNITS`, or ``epoch ms``."""
    width: int = 0
    """Cells; not used where `flex` is set."""
    flex: bool = False
    """Takes its share of the room that the other columns leave."""
    min_width: int = 8
    """The least that a flexible column makes do with, in cells."""
    align: Literal["left", "right"] = "left"
    priority: int = 0
    """0 is never dropped; of the others the highest number is dropped first as the table narrows."""

    def text(self, record: R) -> str:
        """What the cell says, on one line and harmless."""
        cell = self.cell(record)
        return plain(cell if isinstance(cell, str) else cell.plain)

    def comparable(self, record: R) -> Value:
        """What the record is sorted and compared by; text without regard to case, and NaN as None."""
        value = self.value(record) if self.value else self.text(record)
        if isinstance(value, str):
            return value.casefold()
        return value if value == value else None  # noqa: PLR0124 - only NaN differs from itself


def fit(columns: Sequence[Column[R]], width: int) -> list[tuple[Column[R], int]]:
    """Chooses the columns that fit into a table of so many cells, with the width of each in cells.

    Columns are dropped by priority, the rightmost first among equals. What is left goes to the flexible ones.
    """
    kept = list(columns)

    def spare() -> int:
        taken = sum(column.min_width if column.flex else column.width for column in kept)
        return width - GUTTER - taken - GAP * (len(kept) - 1) - MARGIN

    while spare() < 0 and any(column.priority for column in kept):
        kept.remove(max(reversed(kept), key=lambda column: column.priority))
    flexible = sum(column.flex for column in kept)
    share, rest = divmod(max(0, spare()), flexible or 1)
    fitted = []
    for column in kept:
        if column.flex:
            fitted.append((column, column.min_width + share + (rest > 0)))
            rest -= 1
        else:
            fitted.append((column, column.width))
    return fitted
