"""Actions without a key of their own: from the menu through their forms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.widgets import Input, OptionList

from lambdatui.actions import ACTIONS, entry_of
from lambdatui.actions.audit import AuditTrail
from lambdatui.paths import state_folder
from lambdatui.ui.dialogs.action_dialog import ActionDialog
from lambdatui.ui.dialogs.choice import Choice
from lambdatui.ui.dialogs.params_form import ParamsForm
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, function, json_answer
from tests.support.releases import alias, aliases, history, versions
from tests.ui.conftest import MakeConsole
from tests.ui.stage import NARROW, Stage, on_stage

NAME = "function-00000"
PASSWORD, NEW = "hunter2-and-then-some", "correct-horse-battery"


class Account:
    """The first function, with two variables in its environment."""

    def __init__(self, endpoint: ScriptedEndpoint) -> None:
        self.variables = {"MODE": "slow", "PASSWORD": PASSWORD}
        endpoint.on("lambda", "GetFunction", self.detail)
        endpoint.on("lambda", "UpdateFunctionConfiguration", self.update)

    def detail(self, seen: Seen) -> Answer:
        environment = {"Environment": {"Variables": self.variables}}
        ready = {"State": "Active", "LastUpdateStatus": "Successful"}
        return json_answer({"Configuration": function(NAME, **environment, **ready), "Tags": {}})

    def update(self, seen: Seen) -> Answer:
        sent: dict[str, Any] = json.loads(seen.body)
        self.variables = sent["Environment"]["Variables"]
        return json_answer(function(NAME))


@pytest.fixture
def account(endpoint: ScriptedEndpoint) -> Account:
    return Account(endpoint)


async def choose(stage: Stage, action_id: str) -> ParamsForm:
    """Goes through the menu to an action's form."""
    await stage.wait_until_read()
    await stage.wait_for(lambda: stage.app.session.settings is not None)
    await stage.press("a")
    entry = entry_of(action_id)
    assert entry is not None
    await stage.wait_for(entry.title)
    await stage.press(*["j"] * ACTIONS.index(entry), "enter")
    await stage.wait_for("shows what would happen")
    dialog = stage.app.screen
    assert isinstance(dialog, ActionDialog)
    return dialog.query_one(ParamsForm)


async def test_a_variable_is_set_unseen(
    console: MakeConsole, endpoint: ScriptedEndpoint, account: Account, home: Path
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await choose(stage, "environment-variable")
        seen = [stage.text]
        await stage.type("pass")
        await stage.wait_for(lambda: getattr(stage.app.focused, "_suggestion", ""))
        await stage.press("right", "tab")
        await stage.press(*("minus" if letter == "-" else letter for letter in NEW))
        seen.append(stage.text)
        await stage.press("enter")
        await stage.wait_for("y does it")
        seen.append(stage.text)
        await stage.press("y")
        await stage.wait_for("in force")
        seen.append(stage.text)
    assert account.variables == {"MODE": "slow", "PASSWORD": NEW}
    assert "(set) → (set as given)" in seen[2]
    written = "".join(file.read_text() for file in state_folder().rglob("*") if file.is_file())
    assert "PASSWORD" in written
    assert not [secret for secret in (PASSWORD, NEW) for text in (*seen, written) if secret in text]


async def test_a_preview_has_help_of_its_own(
    console: MakeConsole, endpoint: ScriptedEndpoint, account: Account
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await choose(stage, "environment-variable")
        await stage.press(*"MODE", "tab", "x", "enter")
        await stage.wait_for("y does it")
        await stage.press("question_mark")
        await stage.wait_for("do what the preview says")
        await stage.press("escape")
        await stage.wait_for("y does it")


async def test_a_key_pressed_twice_chooses_once(
    console: MakeConsole, endpoint: ScriptedEndpoint, account: Account
) -> None:
    for keys in (("a", "c", "c"), ("a", "enter", "enter"), ("c", "enter", "enter", "enter")):
        async with on_stage(console(endpoint.url)) as stage:
            await stage.wait_until_read()
            await stage.wait_for(lambda: stage.app.session.ready)
            for key in keys:
                stage.app.post_message(events.Key(key, key if len(key) == 1 else None))
            await stage.wait_for(lambda: isinstance(stage.app.screen, ActionDialog))
            assert len(stage.app.screen_stack) == 2


async def test_the_menu_says_what_it_is_about_and_in_full_what_is_cut_off(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.wait_for(lambda: stage.app.session.settings is not None)
        await stage.press("c")
        await stage.wait_for(f"Concurrency: {NAME}")
        await stage.wait_for("set, change or remove what the function has reserved")
        await stage.press("j")
        await stage.wait_for("keep environments of a version or alias ready")


async def test_the_ends_of_the_menu_are_a_key_away(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.wait_for(lambda: stage.app.session.settings is not None)
        await stage.press("a", "G")
        await stage.wait_for("how long the log group keeps events")
        menu = stage.app.screen.query_one(OptionList)
        assert menu.highlighted == len(ACTIONS) - 1
        await stage.press("g")
        assert menu.highlighted == 0


async def test_the_menu_takes_and_shows_the_keys_as_the_operator_has_them(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    keys = {"keys": {"action.reserved-concurrency": "z"}}
    async with on_stage(console(endpoint.url, settings=keys), NARROW) as stage:
        await stage.wait_until_read()
        await stage.wait_for(lambda: stage.app.session.settings is not None)
        await stage.press("a")
        await stage.wait_for("z  Reserve concurrency")
        await stage.press("c")
        assert isinstance(stage.app.screen, Choice)
        await stage.press("z")
        await stage.wait_for(f"Reserve concurrency: {NAME}")


async def test_a_key_with_a_long_name_moves_no_title(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    keys = {"keys": {"action.reserved-concurrency": "ctrl+g"}}
    async with on_stage(console(endpoint.url, settings=keys), NARROW) as stage:
        await stage.wait_until_read()
        await stage.wait_for(lambda: stage.app.session.settings is not None)
        await stage.press("a")
        await stage.wait_for("^g  Reserve concurrency")
        lines = stage.text.splitlines()
        titles = "Reserve concurrency", "Provision concurrency"
        assert len({line.index(title) for title in titles for line in lines if title in line}) == 1


async def test_what_does_not_fit_is_told_beside_its_field(
    console: MakeConsole, endpoint: ScriptedEndpoint, account: Account
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await choose(stage, "environment-variable")
        await stage.type("MODE")
        await stage.press("enter")
        await stage.wait_for("give a value, or say that it is to be removed")
        assert not AuditTrail(state_folder()).read().entries


async def test_all_that_does_not_fit_is_told_at_once_and_what_was_filled_in_stays(
    console: MakeConsole, endpoint: ScriptedEndpoint, account: Account
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        form = await choose(stage, "configuration-edit")
        for field, wrong in zip(form.query(Input), ("64", "901", "20000"), strict=False):
            field.value = wrong
        await stage.press("enter")
        for told in ("! must be 128 to 10,240 MB", "! must be 1 to 900 s", "! must be 512 to 10,240 MB"):
            await stage.wait_for(told)
        assert [field.value for field in form.query(Input)][:3] == ["64", "901", "20000"]


@pytest.mark.parametrize(
    ("action_id", "typed", "told"),
    [
        ("alias-create", ("7",), "a name has letters, digits, - and _, and is no number"),
        ("tag-set", ("a", "tab", "dollar_sign"), "the value has a character other than letters"),
        ("environment-variable", ("7", "tab", "x"), "a name is a letter followed by letters, digits and _"),
        ("layers-edit", ("x", "ctrl+s"), "x is no layer version's ARN"),
        ("configuration-edit", ("minus",), "must be a whole number"),
        ("reserved-concurrency", ("minus", "5"), "must be 0 at least"),
    ],
)
async def test_a_field_says_what_is_wrong_with_it_and_the_form_stays(
    console: MakeConsole,
    endpoint: ScriptedEndpoint,
    account: Account,
    action_id: str,
    typed: tuple[str, ...],
    told: str,
) -> None:
    endpoint.on("lambda", "ListVersionsByFunction", versions(*history(NAME, 1)))
    endpoint.on("lambda", "GetFunctionConcurrency", json_answer({}))
    endpoint.on("lambda", "ListAliases", aliases())
    async with on_stage(console(endpoint.url)) as stage:
        form = await choose(stage, action_id)
        await stage.press(*typed, "enter")
        await stage.wait_for(told)
        assert form.display


async def test_the_preview_names_the_alias_that_is_to_be(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "ListVersionsByFunction", versions(*history(NAME, 1)))
    endpoint.on("lambda", "ListAliases", aliases())
    async with on_stage(console(endpoint.url)) as stage:
        await choose(stage, "alias-create")
        await stage.press(*"live", "enter")
        await stage.wait_for("y does it")
        assert f"│ {NAME}:live " in stage.text


async def test_what_only_an_inverse_says_is_not_asked_for(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "ListVersionsByFunction", versions(*history(NAME, 2)))
    endpoint.on("lambda", "ListAliases", aliases(alias("live", 1)))
    async with on_stage(console(endpoint.url)) as stage:
        form = await choose(stage, "alias-create")
        assert "Name" in stage.text
        assert "weights" not in stage.text
        assert len(form.query(Input)) == 2
