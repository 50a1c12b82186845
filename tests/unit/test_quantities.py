"""Numbers as sentences tell them."""

from __future__ import annotations

import pytest

from lambdatui.insight.quantities import counted


@pytest.mark.parametrize(
    ("count", "what", "told"),
    [
        (0, "bytes", "0 bytes"),
        (1, "bytes", "1 byte"),
        (2000, "bytes", "2,000 bytes"),
        (1, "s", "1 s"),
        (30, "s", "30 s"),
        (1, "MB", "1 MB"),
        (1, "", "1"),
    ],
)
def test_one_of_many_is_told_as_one_and_a_unit_stays_as_it_is(count: int, what: str, told: str) -> None:
    assert counted(count, what) == told
