"""What errors say, and what they must not."""

from __future__ import annotations

import pytest

from lambdatui.errors import Fault


def test_a_fault_names_its_place_and_quotes_no_value() -> None:
    password = "hunter2"
    with pytest.raises(KeyError) as caught:
        {}[password]
    told = str(Fault(caught.value))
    assert "KeyError at test_a_fault_names_its_place_and_quotes_no_value, line " in told
    assert password not in told
