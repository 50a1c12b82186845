"""The dialog of a shift: what is known, what is asked for, what is refused, and what begins."""

from __future__ import annotations

import json

import pytest
from textual.widgets import Input, Select

from lambdatui.insight.shift_plan import PLANS
from lambdatui.ui.dialogs.shift import ShiftDialog
from lambdatui.ui.dialogs.shift_form import ShiftForm
from lambdatui.ui.widgets.frame import Frame
from tests.support.endpoint import ScriptedEndpoint, error
from tests.support.split_alias import UPDATE, SplitAlias
from tests.support.split_traffic import SplitTraffic
from tests.ui import flying
from tests.ui.conftest import MakeConsole
from tests.ui.flying import form, preview, take
from tests.ui.stage import NARROW, Stage, on_stage


@pytest.fixture
def alias(endpoint: ScriptedEndpoint) -> SplitAlias:
    """Alias live of orders, all of it on version 1."""
    return flying.account(endpoint)[0]


def updates(endpoint: ScriptedEndpoint) -> list[dict[str, object]]:
    """The UpdateAlias requests at the wire, in order."""
    return [json.loads(seen.body) for seen in endpoint.requests if str(seen) == UPDATE]


async def confirm(stage: Stage) -> None:
    """Has one change done, and waits until it was."""
    await stage.press("ctrl+s")
    await stage.wait_for("y does it")
    await stage.press("y")
    await stage.wait_for("✓ done")


# -- what is known


async def test_the_form_says_what_differs_between_the_versions(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await form(stage)
        assert "What differs, 1 to 2" in stage.text
        assert "128 → 256" in stage.text


async def test_what_is_looked_at_is_told_with_its_evidence(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await form(stage)
        for told in ("version 1 has all of it", "36,000 times in the last hour", "no alarm watches it"):
            assert told in stage.text


async def test_the_heading_counts_what_was_found_and_the_worst_comes_first(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await form(stage)
        assert "Preflight: 2 ▲, 1 ?, 7 ✓" in stage.text
        assert stage.text.index("alarms watch it") < stage.text.index("all traffic on one version")


async def test_where_there_is_one_version_there_is_nothing_to_shift_to(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    endpoint.on("lambda", "ListVersionsByFunction", flying.versions(*flying.history("orders", 1)))
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_until_read()
        await stage.press("t")
        await stage.wait_for("orders has no other version to shift live to")


async def test_what_may_not_be_looked_at_is_unknown_and_names_the_permission(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    endpoint.on("cloudwatch", "DescribeAlarms", error("AccessDeniedException", 403))
    async with on_stage(console(endpoint.url)) as stage:
        await form(stage)
        line = next(line for line in stage.text.splitlines() if "alarms watch it" in line)
        assert "?" in line
        assert "cloudwatch:DescribeAlarms" in line


async def test_the_newest_version_is_proposed(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    alias.versions["3"] = {}
    endpoint.on("lambda", "ListVersionsByFunction", flying.versions(*flying.history("orders", 3)))
    async with on_stage(console(endpoint.url)) as stage:
        await form(stage)
        assert "What differs, 1 to 3" in stage.text


async def test_a_divided_alias_is_drawn_as_it_is(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    alias.change("1", v2=0.25)
    async with on_stage(console(endpoint.url)) as stage:
        await form(stage)
        assert "25 % on version 2, 75 % on version 1" in stage.text


# -- the flight's preview


async def test_the_preview_says_the_steps_with_their_times_and_the_first_request(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url), (140, 60)) as stage:
        await preview(stage)
        for told in ("Flight, 1 to 2", "at 0:00", "10 % for 5m", "at 5:00", "lambda:UpdateAlias", '"2": 0.1'):
            assert told in stage.text
    assert updates(endpoint) == []


async def test_the_preview_does_not_promise_times_that_the_traffic_cannot_keep(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    traffic = SplitTraffic(invocations=50)
    traffic.behind(endpoint)
    async with on_stage(console(endpoint.url), (140, 60)) as stage:
        await preview(stage)
        assert "with 3,000 invocations an hour the first step takes about 20m, not 5m" in stage.text


async def test_what_is_not_known_of_codedeploy_is_told_once(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    endpoint.on("codedeploy", "ListDeployments", error("AccessDeniedException", 403))
    async with on_stage(console(endpoint.url), (140, 60)) as stage:
        await preview(stage)
        assert stage.text.count("codedeploy:ListDeployments") == 1


async def test_a_failing_check_refuses_and_says_why(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    alias.versions["2"] = {"State": "Pending"}
    async with on_stage(console(endpoint.url)) as stage:
        await form(stage)
        await stage.press("ctrl+s")
        await stage.wait_for("it cannot be done")
        assert "version 2 is Pending, not Active" in stage.text
        await stage.press("y")
        assert not stage.app.session.flights.flown
    assert updates(endpoint) == []


async def test_steps_that_are_typed_are_read_and_a_mistake_is_told_beside_them(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url), (140, 60)) as stage:
        await form(stage)
        await take(stage, "steps that are typed")
        await stage.press("tab")
        await stage.type("5%/5m, 3%/5m")
        await stage.press("enter")
        await stage.wait_for("more than the one before")
        await stage.press(*["backspace"] * 12)
        await stage.type("5%/5m, 25%/10m")
        await stage.press("enter")
        await stage.wait_for("y does it")
        assert "25 % for 10m" in stage.text
        assert "at 15:00" in stage.text


async def test_a_plan_of_the_settings_has_its_name_among_the_others(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url, file='[plans]\ncareful = "1%/1h, 100%"\n'), (140, 60)) as stage:
        await form(stage)
        await take(stage, "careful: 1%/1h, 100%")
        await stage.press("ctrl+s")
        await stage.wait_for("y does it")
        assert "1 % for 1h" in stage.text


@pytest.mark.parametrize("time", ["9999999999999h", "0.00001s", "9" * 400 + "h"])
async def test_a_step_of_no_sensible_time_is_told_beside_the_field(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, time: str
) -> None:
    async with on_stage(console(endpoint.url), (140, 60)) as stage:
        await form(stage)
        await take(stage, "steps that are typed")
        stage.app.screen.query_one("ShiftForm Input", Input).value = f"10%/{time}"
        await stage.press("ctrl+s")
        await stage.wait_for("! '10%/")
        assert isinstance(stage.app.screen, ShiftDialog)


async def test_a_plan_of_the_settings_may_have_a_colon_in_its_name(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url, file='[plans]\n"eu: slow" = "1%/1d"\n'), (140, 60)) as stage:
        await form(stage)
        await take(stage, "eu: slow: 1%/1d, 100%")
        await stage.press("ctrl+s")
        await stage.wait_for("y does it")
        assert "1 % for 1d" in stage.text


async def test_a_protected_profile_takes_the_functions_name(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url, settings={"protected": True})) as stage:
        await form(stage)
        await stage.press("ctrl+s")
        await stage.wait_for("this profile is protected")
        await stage.type("order")
        await stage.press("enter")
        assert not stage.app.session.flights.flown
        await stage.type("s")
        await stage.press("enter")
        await stage.wait_for("10 % on version 2")
    assert updates(endpoint)[0]["RoutingConfig"] == {"AdditionalVersionWeights": {"2": 0.1}}


# -- one change


async def test_a_weight_is_typed_or_moved_by_the_arrow_keys(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url), (140, 60)) as stage:
        await form(stage)
        await take(stage, "one weight, by hand")
        await stage.press("tab", "backspace", "backspace", "2", "0", "right", "right", "left", "shift+right")
        await confirm(stage)
    assert alias.shares == ("1", {"2": 0.31})


async def test_a_comma_in_a_weight_is_a_point(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url), (140, 60)) as stage:
        await form(stage)
        await take(stage, "one weight, by hand")
        await stage.press("tab", "backspace", "backspace", "1", "comma", "5")
        await confirm(stage)
    assert alias.shares == ("1", {"2": 0.015})


@pytest.mark.parametrize("weight", ["0", "100", "-1"])
async def test_a_weight_that_is_none_is_told_with_its_bounds(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, weight: str
) -> None:
    async with on_stage(console(endpoint.url), (140, 60)) as stage:
        await form(stage)
        await take(stage, "one weight, by hand")
        await stage.press("tab", "backspace", "backspace")
        await stage.type(weight)
        await stage.press("ctrl+s")
        await stage.wait_for("above 0 and below 100")


@pytest.mark.parametrize("weight", ["0.00001", "33.33333"])
async def test_a_weight_that_would_be_rounded_is_told_beside_the_field(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, weight: str
) -> None:
    async with on_stage(console(endpoint.url), (140, 60)) as stage:
        await form(stage)
        await take(stage, "one weight, by hand")
        await stage.press("tab", "backspace", "backspace")
        await stage.type(weight)
        await stage.press("ctrl+s")
        await stage.wait_for("! 4 decimals at most")
        await take(stage, "promote: all to the new version")
        await stage.wait_for(lambda: "decimals" not in stage.text)


async def test_the_hint_follows_the_field_in_focus(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await form(stage)
        await stage.wait_for("enter opens it · ^s shows what would happen")
        await stage.press("enter")
        await stage.wait_for("enter takes it · j k move · esc closes the list")
        await stage.press("escape")
        await take(stage, "steps that are typed")
        await stage.press("tab")
        await stage.wait_for("enter or ^s shows what would happen")
        await stage.press("shift+tab")
        await take(stage, "one weight, by hand")
        await stage.press("tab")
        await stage.wait_for("← → 1 % · shift+← shift+→ 10 % · enter shows what would happen")


async def test_one_moves_in_an_open_list_as_in_any_other(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url), (140, 60)) as stage:
        await form(stage)
        select = stage.app.screen.query(Select)[1]
        select.focus()
        await stage.press("enter")
        await stage.wait_for(lambda: select.expanded)
        await stage.press("G", "k", "k", "j", "enter")
        await stage.wait_for(lambda: select.value == "promote: all to the new version")


async def test_a_question_mark_shows_the_keys_of_the_weight(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url), (140, 60)) as stage:
        await form(stage)
        await take(stage, "one weight, by hand")
        await stage.press("tab", "question_mark")
        await stage.wait_for("10 % less")


@pytest.mark.parametrize("theme", ["dark", "light", "high-contrast", "monochrome"])
async def test_a_bar_marks_the_field_in_focus(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, theme: str
) -> None:
    async with on_stage(console(endpoint.url, settings={"theme": theme}), NARROW) as stage:
        await form(stage)
        await stage.wait_for("▌To version")
        await stage.press("tab")
        await stage.wait_for("▌How")


@pytest.mark.parametrize("theme", ["dark", "light", "high-contrast", "monochrome"])
async def test_the_scroll_bar_of_a_dialog_stands_out_from_it(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias, theme: str
) -> None:
    async with on_stage(console(endpoint.url, settings={"theme": theme}), NARROW) as stage:
        await form(stage)
        shown = stage.app.screen.query_one(ShiftForm)
        thumb, ground = shown.styles.scrollbar_color, shown.background_colors[1]
        assert abs(thumb.brightness - ground.brightness) > 0.25


async def test_esc_in_an_open_list_closes_the_list_alone(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url), (140, 60)) as stage:
        await form(stage)
        select = stage.app.screen.query(Select)[1]
        select.focus()
        await stage.press("enter")
        await stage.wait_for(lambda: select.expanded)
        await stage.press("escape")
        await stage.wait_for(lambda: not select.expanded)
        assert isinstance(stage.app.screen, ShiftDialog)


async def test_promoting_sets_the_version_and_empties_the_weights_in_one_request(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    alias.change("1", v2=0.25)
    async with on_stage(console(endpoint.url), (140, 60)) as stage:
        await form(stage)
        await take(stage, "promote: all to the new version")
        await confirm(stage)
    (sent,) = updates(endpoint)
    assert (sent["FunctionVersion"], sent["RoutingConfig"]) == ("2", {"AdditionalVersionWeights": {}})


async def test_what_became_of_it_stands_by_itself_in_the_middle(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await form(stage)
        frame = stage.app.screen.query_one(Frame)
        await stage.wait_for(lambda: frame.size.height == NARROW[1] - 2)
        await take(stage, "promote: all to the new version")
        await confirm(stage)
        await stage.wait_for(lambda: frame.size.height < 12)


async def test_rolling_back_empties_the_weights(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    alias.change("1", v2=0.25)
    async with on_stage(console(endpoint.url), (140, 60)) as stage:
        await form(stage)
        await take(stage, "roll back: all to the old version")
        await confirm(stage)
    assert alias.shares == ("1", {})


# -- where it is begun


async def test_from_a_release_its_only_alias_is_shifted(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    staging = {**flying.aliases_of(alias)[0], "Name": "staging", "FunctionVersion": "2"}
    endpoint.on("lambda", "ListAliases", flying.aliases(*flying.aliases_of(alias), staging))
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await stage.wait_until_read()
        await stage.press("2")
        await stage.wait_for("staging")
        await stage.press("end")
        await stage.press("t")
        await stage.wait_for("Shift traffic: orders:live")


async def test_a_read_only_console_says_so_and_opens_nothing(
    console: MakeConsole, endpoint: ScriptedEndpoint, alias: SplitAlias
) -> None:
    async with on_stage(console(endpoint.url, read_only=True)) as stage:
        await stage.wait_until_read()
        await stage.press("t")
        await stage.wait_for("read-only: lambda:UpdateAlias is not sent")


def test_every_plan_that_has_a_name_is_offered() -> None:
    from lambdatui.ui.dialogs.shift_form import ways

    assert [way.partition(":")[0] for way in ways({})][: len(PLANS)] == list(PLANS)
