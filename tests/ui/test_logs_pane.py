"""The log of a function, or of several: lines, invocations, where it starts, what is saved."""

from __future__ import annotations

import json
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest
from textual.pilot import Pilot

from lambdatui.ui.panes.logs import LogsPane
from lambdatui.ui.widgets.typing_line import TypingLine
from tests.support.endpoint import ScriptedEndpoint, function, json_answer
from tests.support.log_group import LogGroup, Written
from tests.ui.answers import listing
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.stage import NARROW, WIDE, Stage, on_stage
from tests.ui.test_looks import Compare, until
from tests.ui.test_looks import shown as shown_on

STREAM = "2026/11/20/[7]aaaaaa{}0000000000000000000000000"
FAILED, QUICK, COLD, RUNNING = (f"{number}5a2b0c1-7d5e-4c3b-9a1f-0123456789ab" for number in range(4))
TRACE = "1-6b014b02-efe5210ef7f7edf4f9398a17"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lambdatui.ui.panes.followed_log.REST_S", 0.0)
    monkeypatch.setattr("lambdatui.ui.panes.followed_log.TICK_S", 0.2)


def lines(now_ms: int) -> list[Written]:
    """Four invocations in two streams: one that failed, a quick one, a cold one, and one that still runs."""
    told = [
        (200_000, 0, f"START RequestId: {FAILED} Version: 7"),
        (199_990, 0, f"[INFO]\t2026-11-20T21:56:40.010Z\t{FAILED}\tcharging order 4711"),
        (199_900, 0, "[ERROR] KeyError: 'amount'\nTraceback (most recent call last):\n  File \"app.py\", line 3"),
        (199_800, 0, f"END RequestId: {FAILED}"),
        (
            199_800,
            0,
            f"REPORT RequestId: {FAILED}\tDuration: 200.00 ms\tBilled Duration: 200 ms\tMemory Size: 128 MB\t"
            f"Max Memory Used: 64 MB\t\nXRAY TraceId: {TRACE}\tSegmentId: cbdecec1ca4ca369\tSampled: true\t\n",
        ),
        (100_000, 0, f"START RequestId: {QUICK} Version: 7"),
        (99_990, 0, '{"level": "WARN", "message": "slow upstream", "order": 4712}'),
        (
            99_900,
            0,
            f"REPORT RequestId: {QUICK}\tDuration: 2900.00 ms\tBilled Duration: 2900 ms\tMemory Size: 128 MB\t"
            "Max Memory Used: 126 MB",
        ),
        (50_300, 1, "INIT_START Runtime Version: python:3.13.v30"),
        (50_000, 1, f"START RequestId: {COLD} Version: 7"),
        (
            49_000,
            1,
            f"REPORT RequestId: {COLD}\tDuration: 12.00 ms\tBilled Duration: 312 ms\tMemory Size: 128 MB\t"
            "Max Memory Used: 60 MB\tInit Duration: 300.00 ms",
        ),
        (2_000, 1, f"START RequestId: {RUNNING} Version: 7"),
    ]
    return [
        Written(at_ms=now_ms - ago, arrives_ms=now_ms - ago, number=number, message=text, stream=STREAM.format(stream))
        for number, (ago, stream, text) in enumerate(told)
    ]


@pytest.fixture
def group(endpoint: ScriptedEndpoint, clock: Clock) -> LogGroup:
    """The log of the function `orders`, which there is besides `refunds`."""
    found = [
        function("orders", LoggingConfig={"LogGroup": "/shop/orders", "LogFormat": "Text"}),
        function("refunds"),
    ]
    endpoint.on("lambda", "ListFunctions", listing(*found))
    made = LogGroup(lambda: clock.now_ms, lines(clock.now_ms))
    endpoint.on("logs", "FilterLogEvents", made.answer)
    return made


async def open_log(stage: Stage, *keys: str, seen: str = "charging order 4711") -> LogsPane:
    """Returns when the log of the function under the cursor is open, by `l` or other keys, and shows a text."""
    await stage.wait_until_read()
    await stage.wait_for(lambda: stage.app._main.subject is not None)
    await stage.press(*(keys or ("l",)))
    await stage.wait_for(lambda: bool(stage.app.screen.query(LogsPane)))
    await stage.wait_for(seen)
    return stage.app.screen.query(LogsPane).last()


def said(pane: LogsPane) -> list[str]:
    """The messages that are shown."""
    return [event.message for event in pane.view.shown_events()]


async def answer(stage: Stage, key: str, text: str) -> None:
    """Presses a key that asks for something, and answers."""
    await stage.press(key)
    stage.app.screen.query_one(TypingLine).value = text
    await stage.press("enter")


async def test_l_follows_the_group_that_the_function_is_configured_to_log_to(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup, clock: Clock
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        pane = await open_log(stage)
        group.write(Written(clock.now_ms, clock.now_ms, 99, "the newest", STREAM.format(1)))
        await stage.wait_for("the newest")
        assert pane.view.following
    assert {asked["logGroupName"] for asked in group.asked} == {"/shop/orders"}
    assert group.asked[0]["startTime"] == clock.now_ms - 300_000


async def test_a_stack_trace_stands_under_its_first_line(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage, seen="KeyError: 'amount'")
        assert "line 3" not in stage.text
        await stage.press("g", "j", "j", "enter")
        await stage.wait_for('File "app.py", line 3')


async def test_slash_shows_only_matches_and_esc_everything_again(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        pane = await open_log(stage)
        await stage.press("slash")
        await stage.type("upstream")
        await stage.wait_for("/upstream  1 shown")
        assert len(said(pane)) == 1
        await stage.press("enter", "escape")
        await stage.wait_for("charging order 4711")


async def test_a_filter_without_a_match_says_so(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage)
        await stage.press("slash")
        await stage.type("nonsense")
        await stage.wait_for("No line matches")


async def test_a_pattern_is_heeded_at_the_source_from_the_same_time_on(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup, clock: Clock
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage)
        await answer(stage, "backslash", "?ERROR ?WARN")
        await stage.wait_for(lambda: group.asked[-1].get("filterPattern") == "?ERROR ?WARN")
        await stage.wait_for("\\?ERROR ?WARN")
    first = next(asked for asked in group.asked if "filterPattern" in asked)
    assert first["startTime"] == clock.now_ms - 300_000


@pytest.mark.parametrize(("text", "ago_ms"), [("1h", 3_600_000), ("now", 0), ("2026-11-20T21:00:00Z", 3_600_000)])
async def test_it_starts_from_where_it_is_told(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup, clock: Clock, text: str, ago_ms: int
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        pane = await open_log(stage)
        await answer(stage, "f", text)
        await stage.wait_for(lambda: pane.feed.since_ms == clock.now_ms - ago_ms)
        await stage.wait_for(lambda: group.asked[-1]["startTime"] <= clock.now_ms - min(ago_ms, 2_000))


async def test_it_starts_from_an_invocation(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup, clock: Clock
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        pane = await open_log(stage)
        await stage.press("I")
        await stage.wait_for("Invocations 4")
        pane.invocations.table.move_to(COLD)
        await stage.press("f", "enter")
        await stage.wait_for(lambda: pane.feed.since_ms == clock.now_ms - 51_000)
        await stage.wait_for("Invocations 2")


async def test_a_start_that_is_no_time_is_told_and_stays_to_be_mended(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup, clock: Clock
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        pane = await open_log(stage)
        await answer(stage, "f", "yesterday")
        await stage.wait_for("yesterday is not a time")
        assert pane._line is not None
        assert pane._line.value == "yesterday"
        assert "charging order 4711" in "".join(said(pane))


async def test_invocations_show_how_each_went(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage, "7", seen="Invocations 4")
        rows = {request: line for line in stage.text.splitlines() for request in "0123" if f" {request}5a2b0" in line}
        assert "KeyError: 'amount'" in rows["0"]
        assert "success" in rows["1"]
        assert "126 / 128 █" in rows["1"]
        assert "init 300 ms" in rows["2"]
        assert "2 of 3 s" in rows["3"]


@pytest.mark.parametrize(
    ("key", "requests"), [("F", [FAILED]), ("T", []), ("D", [QUICK]), ("M", [QUICK]), ("C", [COLD])]
)
async def test_one_key_shows_one_kind_of_invocation_and_all_again(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup, key: str, requests: Sequence[str]
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        pane = await open_log(stage, "7", seen="Invocations 4")
        await stage.press(key)
        assert [one.request_id for one in pane.invocations.table.shown] == requests
        await stage.press(key)
        assert len(pane.invocations.table.shown) == 4


async def test_enter_on_an_invocation_shows_its_lines_and_no_others(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        pane = await open_log(stage, "7", seen="Invocations 4")
        pane.invocations.table.move_to(FAILED)
        await stage.press("enter")
        await stage.wait_for(f"orders {FAILED}  5 events")
        assert "KeyError: 'amount'" in stage.text
        assert "slow upstream" not in stage.text
        await stage.press("escape")
        await stage.wait_for("Invocations 4")


async def test_lines_that_left_the_console_are_read_again(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup, clock: Clock
) -> None:
    async with on_stage(console(endpoint.url, settings={"log_lines": 1000})) as stage:
        pane = await open_log(stage, "7", seen="Invocations 4")
        group.write(*(Written(clock.now_ms, clock.now_ms, 100 + n, f"line {n}", STREAM.format(2)) for n in range(1000)))
        await stage.wait_for("dropped 12")
        pane.invocations.table.move_to(FAILED)
        await stage.press("enter")
        await stage.wait_for(f"orders {FAILED}  5 events")


async def test_y_copies_the_trace_id_and_shift_y_the_request_id(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        pane = await open_log(stage, "7", seen="Invocations 4")
        pane.invocations.table.move_to(FAILED)
        await stage.press("y", "Y")
        assert stage.copied == [TRACE, FAILED]
        pane.invocations.table.move_to(QUICK)
        await stage.press("y")
        await stage.wait_for("no trace id")


async def test_a_log_level_that_hides_reports_is_told(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup
) -> None:
    quiet = {"LogGroup": "/shop/orders", "LogFormat": "JSON", "SystemLogLevel": "WARN"}
    endpoint.on("lambda", "ListFunctions", listing(function("orders", LoggingConfig=quiet)))
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage, "7", seen="system log level WARN hides starts and reports")


async def test_marked_functions_share_one_log_that_says_whose_line_it_is(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        pane = await open_log(stage, "space", "space", "l", seen="orders +1")
        await stage.wait_for("charging order 4711")
        await stage.wait_for(
            lambda: {event.source.function for event in pane.view.shown_events()} == {"orders", "refunds"}
        )
        assert any(" refunds " in line and "4711" in line for line in stage.text.splitlines())
    assert {asked["logGroupName"] for asked in group.asked} == {"/shop/orders", "/aws/lambda/refunds"}


async def test_another_function_shows_another_log_and_nothing_of_the_former(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup, clock: Clock
) -> None:
    other = LogGroup(lambda: clock.now_ms, [Written(clock.now_ms - 1000, clock.now_ms - 1000, 7, "refunding")])
    groups = {"/shop/orders": group, "/aws/lambda/refunds": other}
    endpoint.on("logs", "FilterLogEvents", lambda seen: groups[json.loads(seen.body)["logGroupName"]].answer(seen))
    async with on_stage(console(endpoint.url)) as stage:
        pane = await open_log(stage, "5")
        await stage.press("escape", "j")
        await stage.wait_for("refunding")
        assert said(pane) == ["refunding"]


async def test_nothing_chosen_says_how_to_choose(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup
) -> None:
    endpoint.on("lambda", "ListFunctions", listing())
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_until_read()
        await stage.app.go("logs")
        await stage.wait_for("No function is chosen")
    assert group.asked == []


async def test_a_silent_log_says_since_when(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup, clock: Clock
) -> None:
    endpoint.on("logs", "FilterLogEvents", json_answer({"events": []}))
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage, seen="orders has logged nothing since 21:55:00Z")


async def test_what_left_the_ring_is_counted(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup, clock: Clock
) -> None:
    group.write(*(Written(clock.now_ms - 1, clock.now_ms, 100 + n, f"line {n}", STREAM.format(2)) for n in range(1500)))
    async with on_stage(console(endpoint.url, settings={"log_lines": 1000})) as stage:
        await open_log(stage, seen="dropped 512")


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("orders.log", "2026-11-20T21:56:40.010Z  [INFO]"),
        ("orders.jsonl", '"logGroup": "/shop/orders"'),
    ],
)
async def test_what_is_shown_is_saved_for_its_owner_only(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup, tmp_path: Path, name: str, line: str
) -> None:
    file = tmp_path / name
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage)
        await stage.press("slash")
        await stage.type("charging")
        await stage.press("enter")
        await answer(stage, "ctrl+s", str(file))
        await stage.wait_for("1 saved in")
    assert line in file.read_text()
    assert file.read_text().count("\n") == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_invocations_are_saved_too(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup, tmp_path: Path
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage, "7", seen="Invocations 4")
        await answer(stage, "ctrl+s", str(tmp_path / "all.jsonl"))
        await stage.wait_for("4 saved in")
    saved = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
    assert [one["request_id"] for one in saved] == [RUNNING, COLD, QUICK, FAILED]


async def test_a_file_that_is_there_is_not_written_over(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup, tmp_path: Path
) -> None:
    (tmp_path / "mine").write_text("mine")
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage)
        await answer(stage, "ctrl+s", str(tmp_path / "mine"))
        await stage.wait_for("is there already")
    assert (tmp_path / "mine").read_text() == "mine"


async def test_t_writes_times_in_another_way(console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage)
        await stage.press("T")
        await stage.wait_for("21:56:40.010 7·aaaaaa")


async def test_y_copies_the_message_under_the_cursor(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage)
        await stage.press("g", "y")
        assert stage.copied == [f"START RequestId: {FAILED} Version: 7"]


async def test_live_tail_of_what_is_not_read_yet_says_why_not(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "ListFunctions", listing())
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_until_read()
        await stage.app.go("logs")
        await stage.wait_for("No function is chosen")
        await stage.wait_for(lambda: stage.app.screen.query_one(LogsPane).has_focus_within)
        await stage.press("L")
        await stage.wait_for("the log is not being read yet")


async def test_live_tail_in_an_account_that_is_not_known_yet_says_so(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage)
        stage.app.session.identity = None
        await stage.press("L")
        await stage.wait_for("the account is not known yet")


async def test_live_tail_that_read_only_mode_holds_back_says_which_setting_allows_it(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup
) -> None:
    async with on_stage(console(endpoint.url, read_only=True, billed_reads=False)) as stage:
        await open_log(stage)
        await stage.press("L")
        await stage.wait_for("billed_reads_when_read_only = true")
        assert "◌ opening Live Tail" not in stage.text


async def test_live_tail_that_is_not_permitted_leaves_the_polling_going(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage)
        await stage.press("L")
        await stage.wait_for("polling, no Live Tail: not permitted: logs:StartLiveTail")


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])
@pytest.mark.parametrize(
    ("keys", "seen"),
    [
        pytest.param(("l",), "slow upstream", id="lines"),
        pytest.param(("l", "I"), "Invocations 4", id="invocations"),
        pytest.param(("l", "I", "G", "enter"), "esc closes", id="request"),
    ],
)
def test_how_it_looks(
    snap_compare: Compare,
    console: MakeConsole,
    clock: Clock,
    size: tuple[int, int],
    keys: tuple[str, ...],
    seen: str,
) -> None:
    with ScriptedEndpoint.in_thread() as account:
        account.many_functions(0)
        account.on("lambda", "ListFunctions", listing(function("orders"), function("refunds")))
        account.on("logs", "FilterLogEvents", LogGroup(lambda: clock.now_ms, lines(clock.now_ms)).answer)

        async def prepare(pilot: Pilot[None]) -> None:
            await shown_on(pilot, "refunds")
            await pilot.press(keys[0])
            await shown_on(pilot, "slow upstream")
            await until(pilot, lambda text: "lag <1 s" in text and " 0/s" not in text)
            clock.now_ms += 6_000
            await until(pilot, lambda text: "lag <1 s" in text and " 0/s" in text)
            for key in keys[1:]:
                await pilot.press(key)
                await shown_on(pilot, "Invocations 4" if key == "I" else "")
            await shown_on(pilot, seen)
            await pilot.pause()

        assert snap_compare(console(account.url), terminal_size=size, run_before=prepare)


async def test_a_text_longer_than_its_line_shows_its_end(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup
) -> None:
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_log(stage)
        await stage.press("backslash")
        stage.app.screen.query_one(TypingLine).value = "x" * 120 + "beginning"
        await stage.press("end", "e", "n", "d")
        await stage.wait_for("beginningend")
