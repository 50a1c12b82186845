"""The keys: what they do, in which order they step back, and how they are remapped."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from dataclasses import replace
from pathlib import Path

import pytest
from textual.dom import DOMNode

import lambdatui.ui
from lambdatui.ui.keymap import all_bindings, bindings_of
from lambdatui.ui.widgets.key_line import KeyLine
from tests.support.endpoint import ACCOUNT, IDENTITY, REGION, ScriptedEndpoint, json_answer
from tests.ui.answers import listing, one_function
from tests.ui.conftest import MakeConsole
from tests.ui.stage import NARROW, WIDE, Stage, on_stage

ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"


async def test_the_keys_of_actions_are_dimmed_until_it_is_known_where_the_console_is(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    known = asyncio.Event()
    endpoint.on("sts", "GetCallerIdentity", replace(IDENTITY, after=known))
    async with on_stage(console(endpoint.url), WIDE) as stage:
        line = stage.app.screen.query_one(KeyLine)
        await stage.wait_for(lambda: "function-00000" in stage.text and any(" i " in part for part in painted(line)))
        known.set()
        await stage.wait_for(lambda: "i" in painted(line))


async def test_the_line_of_keys_is_not_painted_again_while_the_same_can_be_pressed(
    console: MakeConsole, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await stage.wait_until_read()
        await stage.wait_for(lambda: "i" in painted(stage.app.screen.query_one(KeyLine)))
        repainted: list[str] = []
        monkeypatch.setattr(KeyLine, "refresh", lambda line, *_, **__: repainted.append(line.render_line(0).text))
        await stage.press("down")
        await stage.wait_for("› function-00001")
        stage.app.screen.refresh_bindings()
        await stage.pilot.pause()
        assert repainted == []


def painted(line: KeyLine) -> list[str]:
    """The parts of the line, each of one look; a dimmed key looks like what it does."""
    return [segment.text for segment in line.render_line(0)]


# -- stepping back


@pytest.mark.parametrize("key", ["q", "escape"])
async def test_back_leaves_the_detail_for_the_list(console: MakeConsole, endpoint: ScriptedEndpoint, key: str) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("enter")
        await stage.wait_for("1 Overview")
        await stage.press(key)
        await stage.wait_for("Functions 3")


@pytest.mark.parametrize("key", ["q", "escape"])
async def test_back_from_the_detail_keeps_filter_and_marks(
    console: MakeConsole, endpoint: ScriptedEndpoint, key: str
) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("space", "slash", "0", "enter", "enter", key)
        await stage.wait_for("/0  3 shown  ● 1 marked")


@pytest.mark.parametrize("key", ["q", "escape"])
async def test_back_clears_the_filter_before_the_marks(
    console: MakeConsole, endpoint: ScriptedEndpoint, key: str
) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("space", "slash", "0", "enter", key)
        await stage.wait_gone("/0")
        assert "● 1 marked" in stage.text
        await stage.press(key)
        await stage.wait_gone("marked")


async def test_back_leaves_the_error_log_for_the_functions(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("exclamation_mark")
        await stage.wait_for("Errors 0")
        await stage.press("q")
        await stage.wait_for("Functions 3")


async def test_q_quits_at_the_root(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("q")
        await stage.wait_for(lambda: stage.app._exit)
        assert not stage.app.return_code


async def test_escape_does_not_quit_at_the_root(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("escape", "escape")
        assert not stage.app._exit


@pytest.mark.parametrize("before", ["", "slash", "colon", "question_mark", "v", "enter"])
async def test_ctrl_c_quits_everywhere(console: MakeConsole, endpoint: ScriptedEndpoint, before: str) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press(*filter(None, [before]), "ctrl+c")
        await stage.wait_for(lambda: stage.app._exit)


# -- moving about


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])
async def test_enter_gives_the_whole_screen_to_the_detail(
    console: MakeConsole, endpoint: ScriptedEndpoint, size: tuple[int, int]
) -> None:
    async with on_stage(console(endpoint.url), size) as stage:
        await stage.wait_until_read()
        await stage.press("enter")
        await stage.wait_gone("Functions 3")
        assert "function-00000  1 Overview" in stage.text.splitlines()[1]


async def test_the_detail_stands_beside_the_list_from_two_hundred_columns(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with on_stage(console(endpoint.url), (200, 40)) as stage:
        await stage.wait_for("1 Overview")
        title = stage.text.splitlines()[1]
        assert title.index("Functions 3") < title.index("function-00000  1 Overview")


async def test_zoom_gives_the_list_the_whole_screen_and_takes_it_back(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for("1 Overview")
        await stage.press("plus")
        await stage.wait_gone("1 Overview")
        await stage.press("plus")
        await stage.wait_for("1 Overview")


async def test_a_tab_opens_by_its_number(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("1")
        await stage.wait_for("1 Overview")


async def test_ctrl_r_reads_again(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("ctrl+r")
        await stage.wait_for(lambda: endpoint.counts["lambda:ListFunctions"] == 2)


async def test_ctrl_p_offers_every_action(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url), WIDE) as stage:
        await stage.wait_until_read()
        await stage.press("ctrl+p")
        await stage.type("theme light")
        await stage.wait_for("Theme: light")
        await stage.press("down", "enter")
        await stage.wait_for(lambda: stage.app.theme == "light")


async def test_s_sorts_by_the_next_column_and_capital_s_turns_it_around(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("s")
        await stage.wait_for("RUNTIME▲")
        await stage.press("S")
        await stage.wait_for("RUNTIME▼")


async def test_a_filter_that_cannot_be_read_says_why(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_until_read()
        await stage.press("slash")
        await stage.type("nosuch>5")
        await stage.wait_for("no column nosuch: there are name, runtime")


async def test_a_filter_that_cannot_be_read_is_forgotten_when_it_is_cleared(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_until_read()
        await stage.press("slash")
        await stage.type("nosuch>5")
        await stage.press("escape")
        await stage.wait_gone("no column nosuch")
        assert len(stage.rows) == 3


# -- copying


@pytest.mark.parametrize(("key", "copied"), [("y", "function-00000"), ("Y", f"{ARN}function-00000")])
async def test_the_function_under_the_cursor_is_copied(
    console: MakeConsole, endpoint: ScriptedEndpoint, key: str, copied: str
) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press(key)
        assert stage.copied == [copied]


@pytest.mark.parametrize(("key", "prefix"), [("y", ""), ("Y", ARN)])
async def test_marked_functions_are_copied_line_by_line(
    console: MakeConsole, endpoint: ScriptedEndpoint, key: str, prefix: str
) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("space", "j", "space", key)
        assert stage.copied == [f"{prefix}function-00000\n{prefix}function-00002"]


async def test_copying_says_what_was_copied(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("y")
        await stage.wait_for("copied function-00000")


async def test_an_empty_list_copies_nothing(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    endpoint.many_functions(0)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("y", "Y")
        assert stage.copied == []


# -- going to


async def goes_to(stage: Stage, typed: str) -> None:
    await stage.press("colon")
    await stage.type(typed)
    await stage.press("enter")


async def test_go_to_opens_a_pane_by_the_start_of_its_name(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await goes_to(stage, "err")
        await stage.wait_for("Nothing went wrong in this session.")


async def test_go_to_opens_a_function_by_some_of_its_name(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await goes_to(stage, "0002")
        await stage.wait_for("function-00002  1 Overview")


async def test_go_to_finds_a_function_that_the_filter_hides(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("slash", "0", "1", "enter")
        await goes_to(stage, "0002")
        await stage.wait_for("function-00002  1 Overview")


async def test_go_to_offers_a_function_before_a_region_that_has_the_same_letters(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "ListFunctions", listing("f-west", "orders-west"))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("colon")
        await stage.type("west")
        await stage.wait_for("region eu-west-1")
        assert stage.text.index("│orders-west ") < stage.text.index("region eu-west-1")
        await stage.press("enter")
        await stage.wait_for("f-west  1 Overview")


async def test_go_to_completes_with_tab(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("colon")
        await stage.type("theme hi")
        await stage.wait_for("theme high-contrast")
        await stage.press("tab")
        assert stage.app.screen.query_one("Input").value == "theme high-contrast"  # type: ignore[attr-defined]


async def test_go_to_a_place_that_is_not_there_says_so(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await goes_to(stage, "zzz")
        await stage.wait_for("there is no zzz")


@pytest.mark.parametrize("theme", ["dark", "light", "high-contrast", "monochrome"])
async def test_go_to_changes_the_theme(console: MakeConsole, endpoint: ScriptedEndpoint, theme: str) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("colon")
        await stage.type(f"theme {theme}")
        await stage.wait_for(f"│theme {theme} ")
        await stage.press("enter")
        await stage.wait_for(lambda: stage.app.theme == theme)


async def test_another_region_shows_nothing_of_the_former(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    def by_region(seen: object) -> object:
        credential = getattr(seen, "headers")["Authorization"]  # noqa: B009
        return listing("dublin") if "/eu-west-1/" in credential else listing("virginia")

    one_function(endpoint, "virginia")
    endpoint.on("lambda", "ListFunctions", by_region)  # type: ignore[arg-type]
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for("✓ Active")
        await stage.press("R")
        await stage.type("eu-west-1")
        await stage.wait_for("region eu-west-1  ")
        await stage.press("enter")
        await stage.wait_for(lambda: stage.rows == ["dublin"])
        await stage.wait_for(lambda: "eu-west-1" in stage.header and "us-east-1" not in stage.header)
        await stage.wait_gone("virginia")


async def test_a_region_that_does_not_answer_shows_nothing_of_the_former(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for("1 Overview")
        endpoint.on("lambda", "ListFunctions", json_answer({"__type": "AccessDeniedException"}, 403))
        await goes_to(stage, "region eu-west-1")
        await stage.wait_for("not permitted: lambda:ListFunctions")
        assert "function-0" not in stage.text
        assert ACCOUNT not in stage.text


async def test_another_profile_is_opened_with_its_own_settings(
    console: MakeConsole, endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    (tmp_path / "aws-config").write_text("[profile audit]\nregion = eu-west-1\n")
    file = '[profiles.audit]\nread_only = true\nregion = "eu-west-3"\n'
    async with on_stage(console(endpoint.url, file=file)) as stage:
        await stage.wait_until_read()
        await stage.press("P")
        await stage.type("audit")
        await stage.press("enter")
        await stage.wait_for(lambda: "audit" in stage.header and "READ-ONLY" in stage.header)
        await stage.wait_for(lambda: "eu-west-3" in stage.header)


@pytest.mark.parametrize("allowed", [False, True])
async def test_a_read_only_profile_that_is_switched_to_decides_on_billed_reads(
    console: MakeConsole, endpoint: ScriptedEndpoint, tmp_path: Path, allowed: bool
) -> None:
    (tmp_path / "aws-config").write_text("[profile audit]\nregion = eu-west-1\n")
    file = f"billed_reads_when_read_only = {str(allowed).lower()}\n[profiles.audit]\nread_only = true\n"
    async with on_stage(console(endpoint.url, file=file)) as stage:
        await stage.wait_until_read()
        await goes_to(stage, "profile audit")
        await stage.wait_for(lambda: "READ-ONLY" in stage.header)
        assert stage.app.session.target.billed_reads is allowed


# -- help and the error log


async def test_help_lists_the_keys_of_the_list_first_when_it_is_in_focus(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with on_stage(console(endpoint.url), (100, 60)) as stage:
        await stage.wait_until_read()
        await stage.press("question_mark")
        await stage.wait_for("Everywhere")
        assert stage.text.index(" List") < stage.text.index(" Everywhere")
        assert "show or mask the environment values" not in stage.text


async def test_help_lists_the_keys_of_the_overview_first_when_it_is_in_focus(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with on_stage(console(endpoint.url), (100, 60)) as stage:
        await stage.wait_until_read()
        await stage.press("enter", "question_mark")
        await stage.wait_for("show or mask the environment values")
        assert stage.text.index(" Overview") < stage.text.index(" Everywhere")
        assert "sort by the next column" not in stage.text


@pytest.mark.parametrize("key", ["escape", "q", "question_mark"])
async def test_help_closes(console: MakeConsole, endpoint: ScriptedEndpoint, key: str) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("question_mark", key)
        assert len(stage.app.screen_stack) == 1


async def test_the_error_log_lists_the_newest_first_with_what_to_do(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "ListFunctions", json_answer({"__type": "AccessDeniedException"}, 403))
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for("not permitted")
        endpoint.on("lambda", "ListFunctions", json_answer({"__type": "ServiceException"}, 500))
        await stage.wait_for("out of order")
        await stage.press("exclamation_mark")
        await stage.wait_for("Errors 2")
        assert stage.text.index("out of order") < stage.text.index("ask for lambda:ListFunctions")


# -- remapping


async def test_a_remapped_key_does_what_the_former_did(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url, file='[keys]\n"list.sort" = "f5"'), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("f5")
        await stage.wait_for("RUNTIME▲")


def test_every_key_that_a_widget_has_can_be_remapped() -> None:
    for module in pkgutil.walk_packages(lambdatui.ui.__path__, "lambdatui.ui."):
        importlib.import_module(module.name)
    known = set(all_bindings())
    holders = [DOMNode]
    for holder in holders:
        holders += holder.__subclasses__()
    forgotten = {holder.__name__: ids for holder in holders if (ids := set(bindings_of(holder)) - known)}
    assert not forgotten


async def test_the_former_key_of_a_remapped_action_does_nothing(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with on_stage(console(endpoint.url, file='[keys]\n"list.sort" = "f5"'), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("s")
        assert "RUNTIME▲" not in stage.text


async def test_a_remapped_key_stands_in_the_footer(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url, file='[keys]\n"app.goto" = "f6"'), WIDE) as stage:
        await stage.wait_until_read()
        await stage.wait_for(lambda: " f6 go to" in stage.footer)


async def test_a_remapped_key_stands_in_help(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with on_stage(console(endpoint.url, file='[keys]\n"list.sort" = ["f5", "f7"]'), (100, 60)) as stage:
        await stage.wait_until_read()
        await stage.press("question_mark")
        await stage.wait_for("f5 f7")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('"list.srot" = "f5"', "keys.list.srot is not an action; did you mean list.sort?"),
        ('"list.sort" = "y"', "the key y would do both list."),
        ('"list.sort" = ""', "keys.list.sort.0 must not be empty"),
    ],
    ids=["unknown", "clash", "empty"],
)
async def test_a_bad_key_ends_the_console_naming_the_file_and_what_is_expected(
    console: MakeConsole,
    endpoint: ScriptedEndpoint,
    tmp_path: Path,
    keys: str,
    said: str,
) -> None:
    app = console(endpoint.url, file=f"[keys]\n{keys}")
    async with on_stage(app, NARROW) as stage:
        await stage.wait_for(lambda: stage.app._exit)
    assert app.return_code == 2
    assert said in str(app.gave_up)
    assert str(tmp_path / "settings.toml") in str(app.gave_up)
