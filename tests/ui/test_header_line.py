"""The top line: what gives way where there is no room for all."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from lambdatui.ui.widgets.header_line import HeaderLine, Part

PLACE = (
    Part(" lambdatui ", yields=7),
    Part(" 123456789012 · us-east-1"),
    Part(" · oncall", yields=6),
    Part("  READ-ONLY "),
)
STATE = (Part("read 30 m ago", yields=9), Part("$0.02", yields=8), Part("▸ orders:live 10 % 1:00"))
BADGE = "▸ orders:live 10 % 1:00"


class Host(App[None]):
    def compose(self) -> ComposeResult:
        line = HeaderLine()
        line.place, line.state = PLACE, STATE
        yield line


@pytest.mark.parametrize(
    ("width", "place", "state"),
    [
        (110, " lambdatui  123456789012 · us-east-1 · oncall  READ-ONLY ", f"read 30 m ago · $0.02 · {BADGE}"),
        (95, " lambdatui  123456789012 · us-east-1 · oncall  READ-ONLY ", f"$0.02 · {BADGE}"),
        (84, " lambdatui  123456789012 · us-east-1 · oncall  READ-ONLY ", BADGE),
        (80, " 123456789012 · us-east-1 · oncall  READ-ONLY ", BADGE),
        (66, " 123456789012 · us-east-1  READ-ONLY ", BADGE),
        (52, " 123456789012 · us-east-1  READ-ONLY ", "▸ orders:li…"),
    ],
)
async def test_what_can_be_done_without_gives_way_first(width: int, place: str, state: str) -> None:
    async with Host().run_test(size=(width, 3)) as pilot:
        drawn = pilot.app.query_one(HeaderLine).render().plain
        assert (drawn[: len(place)], drawn[len(place) :].strip()) == (place, state)
        assert len(drawn) <= width
