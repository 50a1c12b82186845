"""The top line: what gives way where there is no room for all."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App, ComposeResult

from lambdatui.ui.whereabouts import place
from lambdatui.ui.widgets.header_line import HeaderLine, Part
from tests.support.endpoint import REGION, ScriptedEndpoint
from tests.ui.conftest import MakeConsole
from tests.ui.stage import NARROW, on_stage

PLACE = (
    Part(" lambdatui ", yields=7),
    Part(" 123456789012 · us-east-1"),
    Part(" · oncall", yields=6),
    Part("  READ-ONLY "),
    Part("  PROTECTED ", yields=1),
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
        (
            122,
            " lambdatui  123456789012 · us-east-1 · oncall  READ-ONLY   PROTECTED ",
            f"read 30 m ago · $0.02 · {BADGE}",
        ),
        (107, " lambdatui  123456789012 · us-east-1 · oncall  READ-ONLY   PROTECTED ", f"$0.02 · {BADGE}"),
        (96, " lambdatui  123456789012 · us-east-1 · oncall  READ-ONLY   PROTECTED ", BADGE),
        (92, " 123456789012 · us-east-1 · oncall  READ-ONLY   PROTECTED ", BADGE),
        (78, " 123456789012 · us-east-1  READ-ONLY   PROTECTED ", BADGE),
        (66, " 123456789012 · us-east-1  READ-ONLY ", BADGE),
        (52, " 123456789012 · us-east-1  READ-ONLY ", "▸ orders:li…"),
    ],
)
async def test_what_can_be_done_without_gives_way_first(width: int, place: str, state: str) -> None:
    async with Host().run_test(size=(width, 3)) as pilot:
        drawn = pilot.app.query_one(HeaderLine).render().plain
        assert (drawn[: len(place)], drawn[len(place) :].strip()) == (place, state)
        assert len(drawn) <= width


@pytest.mark.parametrize(
    ("protected", "read_only", "told"),
    [
        (True, False, "oncall  PROTECTED"),
        (True, True, "oncall  READ-ONLY   PROTECTED"),
        (False, True, "oncall  READ-ONLY "),
    ],
)
async def test_how_much_may_be_done_stands_beside_the_identity(
    console: MakeConsole, endpoint: ScriptedEndpoint, protected: bool, read_only: bool, told: str
) -> None:
    app = console(endpoint.url, settings={"protected": protected}, read_only=read_only)
    async with on_stage(app, NARROW) as stage:
        await stage.wait_until_read()
        await stage.wait_for(lambda: stage.header.rstrip().endswith(told.rstrip()))


def test_nothing_is_called_protected_before_the_settings_were_checked(console: MakeConsole) -> None:
    app = console(settings={"protected": True})
    assert app.session.protected
    assert "PROTECTED" not in "".join(part.text for part in place(app.session, demo=False))


async def test_a_protected_profile_that_is_switched_to_is_protected(
    console: MakeConsole, endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    (tmp_path / "aws-config").write_text("[profile prod]\n[profile dev]\n")
    file = f'[profiles.prod]\nprotected = true\nregion = "{REGION}"\n[profiles.dev]\nregion = "{REGION}"\n'
    async with on_stage(console(endpoint.url, file=file), NARROW) as stage:
        await stage.wait_until_read()
        await stage.wait_for(lambda: stage.app.session.ready)
        assert "PROTECTED" not in stage.header
        await stage.app.go("profile prod")
        await stage.wait_for(lambda: "PROTECTED" in stage.header)
        assert stage.app.session.protected
        await stage.app.go("profile dev")
        await stage.wait_for(lambda: "dev" in stage.header and "PROTECTED" not in stage.header)
        assert not stage.app.session.protected
