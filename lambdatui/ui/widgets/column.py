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

#: Cells between two columns.
GAP = 2


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
    """The unit of `value`, so that a filter can say ``timeout>2m``: one of the units in `record_filter.UNITS`."""
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


def fit(columns: Sequence[Column[R]], room: int) -> list[tuple[Column[R], int]]:
    """Chooses the columns that fit into so many cells, with their widths in cells.

    Columns are dropped by priority, the rightmost first among equals. What is left goes to the flexible ones.
    """
    kept = list(columns)

    def spare() -> int:
        return room - sum(column.min_width if column.flex else column.width for column in kept) - GAP * (len(kept) - 1)

    while spare() < 0 and any(column.priority for column in kept):
        kept.remove(max(reversed(kept), key=lambda column: column.priority))
    flexible = sum(column.flex for column in kept)
    share, rest = divmod(max(0, spare()), flexible or 1)
    fitted = []
    for column in kept:
        width = column.width
        if column.flex:
            width = column.min_width + share + (rest > 0)
            rest -= 1
        fitted.append((column, width))
    return fitted
