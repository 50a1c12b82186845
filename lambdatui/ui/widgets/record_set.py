"""The records of a table: by key, filtered and sorted. No drawing here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence, Set
from itertools import islice
from operator import itemgetter
from typing import Generic

from lambdatui.ui.widgets.column import Column, R
from lambdatui.ui.widgets.record_filter import Filter, haystack, parse_filter

#: (whether it is text, the value, the record's key): numbers before text, so that any two can be compared.
Entry = tuple[bool, float | str, str]


class RecordSet(Generic[R]):
    """Keeps records by their keys and says which of them are shown, in which order.

    Everything that is worked out from a record is worked out once and kept until the record is replaced by one that
    differs from it. Records are equal or not by their own ``==``.

    Args:
        columns: what is searched and sorted by.
        key: names a record for good; of two with the same key the later one counts.
    """

    def __init__(self, columns: Sequence[Column[R]], key: Callable[[R], str]) -> None:
        self.columns = {column.id: column for column in columns}
        self.by_key: dict[str, R] = {}
        self.shown: list[str] = []
        """Keys, as they stand on the screen."""
        self.filter: Filter[R] = parse_filter("", columns)
        self.sorted_by: Column[R] | None = None
        self.reverse = False
        self.key = key
        self._columns = columns
        self._haystacks: dict[str, str] = {}
        self._matching: set[str] = set()
        self._sorted: list[Entry] = []
        self._unsorted: list[str] = []

    def replace(self, records: Iterable[R]) -> None:
        """Takes these records and no others."""
        former, self.by_key = self.by_key, {}
        for record in records:
            key = self.key(record)
            known = former.get(key)
            if known is record or known == record:
                self.by_key[key] = known
            else:
                self.by_key[key] = record
                self._haystacks.pop(key, None)
        for key in former.keys() - self.by_key.keys():
            self._haystacks.pop(key, None)
        self._search(self.by_key)
        self._sort()

    def add(self, records: Iterable[R]) -> None:
        """Takes these records too; one whose key is known replaces the former in its place."""
        fresh = {}
        for record in records:
            key = self.key(record)
            known = self.by_key.get(key)
            if key not in self.by_key or not (known is record or known == record):
                fresh[key] = record
        replaced = fresh.keys() & self.by_key.keys()
        self.by_key |= fresh
        self._forget(replaced)
        self._work_out(fresh)

    def set_filter(self, text: str) -> None:
        """Shows the records that pass the filter.

        Raises:
            FilterError: the filter cannot be understood; the former one stays.
        """
        former, self.filter = self.filter, parse_filter(text, self._columns)
        self._search(self.shown if self.filter.extends(former) else self.by_key)
        self._arrange()

    def sort(self, column_id: str | None, *, reverse: bool) -> None:
        """Sorts by the column's value, equal ones by key; by None the records stand as they came.

        Raises:
            KeyError: there is no such column.
        """
        column = None if column_id is None else self.columns[column_id]
        former, self.sorted_by, self.reverse = self.sorted_by, column, reverse
        if column is former:
            self._arrange()
        else:
            self._sort()

    def reread(self, keys: Iterable[str] | None = None) -> None:
        """Works out again, of these records or of all, what the columns say of them: it is something else by now."""
        again = self.by_key.keys() if keys is None else self.by_key.keys() & keys
        self._forget(again)
        self._work_out(again)

    def read_ahead(self, count: int) -> bool:
        """Prepares up to so many records for searching; False if there is none left to prepare."""
        unread = list(islice((key for key in self.by_key if key not in self._haystacks), count))
        self._prepare(unread)
        return bool(unread)

    def _forget(self, keys: Set[str]) -> None:
        for key in keys:
            self._haystacks.pop(key, None)
        self._matching -= keys
        if keys:
            self._sorted = [entry for entry in self._sorted if entry[2] not in keys]
            self._unsorted = [key for key in self._unsorted if key not in keys]

    def _work_out(self, keys: Collection[str]) -> None:
        """Finds a place among the others for records of which nothing is known yet."""
        self._matching.update(self._passing(keys))
        self._insert(keys)
        self._arrange()

    def _prepare(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._haystacks[key] = haystack(self.by_key[key], self._columns)

    def _search(self, keys: Collection[str]) -> None:
        self._matching = set(self._passing(keys))

    def _passing(self, keys: Collection[str]) -> Iterable[str]:
        """Those of the keys whose records pass the filter; none are told apart while there is no filter."""
        if not self.filter.terms:
            return ()
        self._prepare(key for key in keys if key not in self._haystacks)
        return self.filter.passing(keys, self.by_key, self._haystacks)

    def _sort(self) -> None:
        self._sorted, self._unsorted = [], []
        self._insert(self.by_key)
        self._arrange()

    def _insert(self, keys: Iterable[str]) -> None:
        if self.sorted_by is None:
            return
        for key in keys:
            value = self.sorted_by.comparable(self.by_key[key])
            if value is None:
                self._unsorted.append(key)
            else:
                self._sorted.append((isinstance(value, str), value, key))
        self._sorted.sort()  # what was sorted before is one run: this merges
        self._unsorted.sort()

    def _arrange(self) -> None:
        if self.sorted_by is None:
            order: Iterable[str] = self.by_key
        else:
            # Turned around by a stable sort, so that equal values still stand in the order of their keys.
            entries = sorted(self._sorted, key=itemgetter(0, 1), reverse=True) if self.reverse else self._sorted
            order = [entry[2] for entry in entries] + self._unsorted
        self.shown = [key for key in order if key in self._matching] if self.filter.terms else list(order)
