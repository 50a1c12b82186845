"""The line of tabs over the detail of a function."""

from __future__ import annotations

import pytest

from lambdatui.ui.panes.detail import NAME_AT_LEAST
from tests.support.endpoint import ScriptedEndpoint
from tests.ui.answers import one_function
from tests.ui.conftest import MakeConsole
from tests.ui.stage import NARROW, WIDE, on_stage

LONG = "thumbnails-of-everything-that-was-ever-uploaded"
FORMS = {
    WIDE: "1 Overview  2 Releases  3 Triggers  4 Layers  5 Logs  6 Metrics  7 Invocations",
    NARROW: "1 Overview 2 Rele 3 Trig 4 Laye 5 Logs 6 Metr 7 Invo",
    (64, 24): "1 Overview 2 Rel 3 Tri 4 Lay 5 Log 6 Met 7 Inv",
    (50, 24): "1 Overview 2 3 4 5 6 7",
}


@pytest.mark.parametrize("size", FORMS, ids=str)
async def test_tabs_are_named_as_far_as_there_is_room_beside_the_functions_name(
    console: MakeConsole, endpoint: ScriptedEndpoint, size: tuple[int, int]
) -> None:
    one_function(endpoint, LONG)
    async with on_stage(console(endpoint.url), size) as stage:
        await stage.wait_until_read()
        await stage.press("enter")
        await stage.wait_for("1 Overview")
        line = next(line for line in stage.text.splitlines() if "1 Overview" in line)
        assert line.rstrip().endswith(FORMS[size])
        assert LONG[: NAME_AT_LEAST - 1] in line
