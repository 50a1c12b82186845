"""What a query of CloudWatch Logs Insights has found so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

POINTER = "@ptr"
"""The field that AWS adds to every row that is one log event (not to aggregates), and that nobody asked for."""

_UNDER_WAY = frozenset({"Scheduled", "Running"})
_STOPPED = frozenset({"Complete", "Failed", "Cancelled", "Timeout"})


@dataclass(frozen=True, slots=True, eq=False)
class QueryRow(Mapping[str, str]):
    """One row of a result: values by field. A field that has no value in the row is absent."""

    values_by_field: Mapping[str, str]
    pointer: str = ""
    """What GetLogRecord takes to show the whole event; empty where the row is an aggregate."""

    @classmethod
    def from_aws(cls, cells: Iterable[Mapping[str, str]]) -> QueryRow:
        """Reads a list of ResultField."""
        found = {cell["field"]: cell.get("value", "") for cell in cells if "field" in cell}
        pointer = found.pop(POINTER, "")
        return cls(MappingProxyType(found), pointer)

    def __getitem__(self, field: str) -> str:
        return self.values_by_field[field]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_field)

    def __len__(self) -> int:
        return len(self.values_by_field)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryState:
    """A query as AWS reports it at one moment; until it is settled, its rows and figures are partial."""

    status: str
    """In AWS's word: Scheduled, Running, Complete, Failed, Cancelled, Timeout, Unknown, or one to come."""
    fields: tuple[str, ...] = ()
    """The columns in the query's order, as far as rows have them."""
    rows: tuple[QueryRow, ...] = ()
    bytes_scanned: int = 0
    """What AWS charges for."""
    records_scanned: int = 0
    """Log events."""
    records_matched: int = 0
    """Log events that the query's filters let through; a limit may leave fewer rows."""

    @classmethod
    def from_aws(cls, answer: Mapping[str, Any]) -> QueryState:
        """Reads an answer of GetQueryResults as botocore parsed it."""
        rows = tuple(map(QueryRow.from_aws, answer.get("results") or ()))
        statistics = answer.get("statistics") or {}
        return cls(
            status=answer.get("status") or "Unknown",
            fields=_columns(rows),
            rows=rows,
            bytes_scanned=int(statistics.get("bytesScanned", 0)),
            records_scanned=int(statistics.get("recordsScanned", 0)),
            records_matched=int(statistics.get("recordsMatched", 0)),
        )

    @property
    def settled(self) -> bool:
        """Whether asking again would tell nothing new."""
        return self.status not in _UNDER_WAY

    @property
    def stopped(self) -> bool:
        """Whether AWS surely scans no more; of a query whose status is Unknown, nobody can tell."""
        return self.status in _STOPPED


def _columns(rows: Iterable[QueryRow]) -> tuple[str, ...]:
    """The fields of all rows. One that the rows before lack comes after its neighbour on the left."""
    columns: list[str] = []
    known: set[str] = set()
    for row in rows:
        if known.issuperset(row):
            continue
        at = 0
        for field in row:
            if field not in known:
                columns.insert(at, field)
                known.add(field)
            at = columns.index(field) + 1
    return tuple(columns)
