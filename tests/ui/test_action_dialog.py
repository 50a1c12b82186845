"""How the dialog of every action leads from step to step."""

from __future__ import annotations

from lambdatui.ui.dialogs.action_dialog import ActionDialog
from tests.support.endpoint import ScriptedEndpoint
from tests.ui import flying
from tests.ui.conftest import MakeConsole
from tests.ui.stage import on_stage


async def test_going_back_from_the_preview_leads_to_the_field_that_it_was_asked_for_from(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    flying.account(endpoint)
    async with on_stage(console(endpoint.url)) as stage:
        await flying.form(stage)
        assert isinstance(stage.app.screen, ActionDialog)
        await stage.press("tab", "tab")
        field = stage.app.focused
        await stage.press("ctrl+s")
        await stage.wait_for("y does it")
        await stage.press("escape")
        await stage.wait_for(lambda: stage.app.focused is field)
