"""Columns and records without a screen."""

from __future__ import annotations

import pytest

from lambdatui.ui.widgets.column import Column, fit
from lambdatui.ui.widgets.record_set import RecordSet


def column(name: str, **more: object) -> Column[str]:
    return Column(id=name, title=name.upper(), cell=lambda record: record, **more)


def widths(width: int, *columns: Column[str]) -> dict[str, int]:
    return {column.id: cells for column, cells in fit(columns, width)}


def test_a_flexible_column_takes_what_is_left():
    assert widths(40, column("a", flex=True), column("b", width=10)) == {"a": 25, "b": 10}


def test_flexible_columns_share_what_is_left():
    assert widths(40, column("a", flex=True), column("b", flex=True, min_width=10)) == {"a": 17, "b": 18}


def test_no_cell_is_lost_when_flexible_columns_share():
    assert sum(widths(42, *(column(name, flex=True) for name in "abc")).values()) == 42 - 2 - 2 * 2 - 1


@pytest.mark.parametrize(
    ("width", "kept"), [(39, "abcd"), (38, "abd"), (29, "abd"), (28, "ab"), (19, "ab"), (18, "a"), (3, "a"), (0, "a")]
)
def test_the_highest_priority_number_is_dropped_first(width, kept):
    columns = column("a", width=6), *(column(name, width=8, priority=p) for name, p in [("b", 1), ("c", 3), ("d", 2)])
    assert "".join(widths(width, *columns)) == kept


def test_the_rightmost_of_equal_priorities_is_dropped_first():
    assert "".join(widths(25, *(column(name, width=8, priority=1) for name in "abc"))) == "ab"


def test_reading_ahead_prepares_every_record_once():
    asked: list[str] = []
    records = RecordSet([Column[str](id="name", title="NAME", cell=lambda r: asked.append(r) or r)], key=str)
    records.add("abcde")
    while records.read_ahead(2):
        pass
    records.set_filter("c")
    assert (asked, records.shown) == (list("abcde"), ["c"])


def test_of_two_records_with_one_key_the_later_counts():
    records = RecordSet([column("name")], key=lambda record: record[0])
    records.replace(["a1", "b1", "a2"])
    assert list(records.by_key.values()) == ["a2", "b1"]


def test_what_is_read_again_of_some_is_not_asked_of_the_others():
    asked: list[str] = []
    records = RecordSet([Column[str](id="name", title="NAME", cell=lambda r: asked.append(r) or r)], key=str)
    records.add("abcde")
    records.sort("name", reverse=False)
    records.set_filter("!x")
    asked.clear()
    records.reread("bd")
    assert set(asked) == {"b", "d"}


def test_what_is_read_again_finds_its_place_in_order_and_filter():
    errors = {"a": 1, "b": 2, "c": 3}
    column = Column[str](id="err", title="ERR", cell=lambda r: str(errors[r]), value=lambda r: errors[r])
    records = RecordSet([column], key=str)
    records.add("abc")
    records.sort("err", reverse=False)
    records.set_filter("err<9")
    errors |= {"a": 5, "b": 9}
    records.reread("ab")
    assert records.shown == ["c", "a"]


def test_a_record_that_is_gone_is_not_read_again():
    records = RecordSet([column("name")], key=str)
    records.add("a")
    records.reread("ab")
    assert records.shown == ["a"]
