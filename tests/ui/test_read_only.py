"""The auditor's promise: whatever is pressed in read-only mode, only listed reads are on the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from lambdatui.actions import KEYS
from lambdatui.aws.guard import READS, SESSION_SETUP
from lambdatui.clock import now_ms
from lambdatui.demo.endpoint import DemoEndpoint
from lambdatui.models.invocation import Invocation
from lambdatui.ui.dialogs.log_lines import LogLines
from lambdatui.ui.panes import REGION_PANES
from lambdatui.ui.session import Session
from tests.support.recording_proxy import RecordingProxy
from tests.ui.conftest import MakeConsole
from tests.ui.stage import NARROW, WIDE, Stage, on_stage

PLACES = {
    "the list": (),
    "the detail": ("enter",),
    "the filter": ("slash",),
    "the error log": ("exclamation_mark",),
    "go to": ("colon",),
    "help": ("question_mark",),
    "raw JSON": ("v",),
    "the palette": ("ctrl+p", *"sort"),
    "the logs": ("l",),
    "a filter line in the logs": ("l", "slash"),
    "the invocations": ("l", "I"),
    "the lines of a request": ("l",),
    "the metrics": ("enter", "6"),
    "the releases": ("enter", "2"),
    "the triggers": ("enter", "3"),
    "the layers": ("enter", "4"),
    "the actions": ("a",),
    "the undo list": ("u",),
    **{f":{id_}": ("colon", *id_, "enter") for id_ in REGION_PANES if id_ not in {"functions", "errors", "undo"}},
}
"""Every place that has keys, and how it is reached from the list."""
READ_ONLY = {"read_only": True, "billed_reads": False}
"""The target that `--read-only` makes, unless the settings allow billed reads."""
LEAVING = {"q", "ctrl+c", "ctrl+q", "ctrl+z"}
"""What ends or suspends the console; tested by itself."""
MAY_LEAVE = {"the palette": {"enter"}}
"""What may choose to leave; what else it may choose is tested by itself."""


def changes(asked: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """What of the requests is not a listed read; unknown operations count."""
    return [
        (service, operation)
        for service, operation in asked
        if not any(operation in listed.get(service, ()) for listed in (READS, SESSION_SETUP))
    ]


def standing(stage: Stage) -> tuple[object, ...]:
    """Where the console is."""
    main = stage.app._main
    return (stage.app.screen, stage.app.focused, main.pane, main.alone)


def keys_of(stage: Stage, place: str) -> list[str]:
    """The keys of the place and of the actions, and in the list and the detail those of the console and its screen.

    These do the same wherever they are pressed, and mostly lead away.
    """
    everywhere = place in {"the list", "the detail"}
    active = stage.app.screen.active_bindings
    elsewhere = (stage.app, stage.app._main)
    own = {key for key, (node, *_) in active.items() if everywhere or key in KEYS or node not in elsewhere}
    return sorted(own - LEAVING - MAY_LEAVE.get(place, set()))


async def go_to(stage: Stage, place: str) -> None:
    """Goes to a place from wherever the last key led."""
    app = stage.app
    while len(app.screen_stack) > 1:
        await app.pop_screen()
    await app._main.open_pane(REGION_PANES["errors"])
    await app._main.open_pane(REGION_PANES["functions"])
    while app._main.pane.step_back():  # from the filter and the marks that were left there
        pass
    await stage.wait_for(lambda: app._main.subject is not None)
    await stage.press(*PLACES[place])
    if place == "the lines of a request":
        await app.push_screen(lines_of_a_request(app.session))


def lines_of_a_request(session: Session) -> LogLines:
    """What `enter` on an invocation opens; the account has had none, so that its lines have to be read."""
    assert session.feed is not None
    invocation = Invocation(function="orders", request_id="0", stream="0", started_ms=now_ms(), status="success")
    return LogLines.of_invocation(session, session.feed, invocation)


@pytest.fixture
async def proxy(demo_endpoint: DemoEndpoint) -> Any:
    async with RecordingProxy(demo_endpoint.endpoint) as recording:
        yield recording


@pytest.mark.parametrize("place", PLACES)
async def test_every_key_in_every_place_sends_listed_reads_only(
    console: MakeConsole, proxy: RecordingProxy, place: str
) -> None:
    async with on_stage(console(proxy.url, **READ_ONLY), NARROW) as stage:
        await stage.wait_until_read()
        await go_to(stage, place)
        if PLACES[place][:1] == ("l",):
            await stage.wait_for(lambda: ("logs", "FilterLogEvents") in proxy.asked)
        here = standing(stage)
        for key in keys_of(stage, place):
            if standing(stage) != here:
                await go_to(stage, place)
                here = standing(stage)
            await stage.press(key)
    assert ("lambda", "ListFunctions") in proxy.asked
    assert changes(proxy.asked) == []


async def test_every_entry_of_the_palette_sends_listed_reads_only(console: MakeConsole, proxy: RecordingProxy) -> None:
    async with on_stage(console(proxy.url, **READ_ONLY), NARROW) as stage:
        await stage.wait_until_read()
        for place in ("the list", "the detail"):
            await go_to(stage, place)
            here = standing(stage)
            for title in sorted(entries(stage).keys() - {"Back", "Quit"}):
                if standing(stage) != here:
                    await go_to(stage, place)
                    here = standing(stage)
                if run := entries(stage).get(title):
                    await run_entry(stage, run)
    assert ("lambda", "GetFunction") in proxy.asked
    assert changes(proxy.asked) == []


def entries(stage: Stage) -> dict[str, Callable[[], Any]]:
    """What the palette offers here, by title."""
    return {entry.title: entry.callback for entry in stage.app.get_system_commands(stage.app.screen)}


async def run_entry(stage: Stage, run: Callable[[], Any]) -> None:
    result = run()
    if hasattr(result, "__await__"):
        await result
    await stage.pilot.pause()


async def test_another_region_is_read_and_not_changed(console: MakeConsole, proxy: RecordingProxy) -> None:
    async with on_stage(console(proxy.url, **READ_ONLY), NARROW) as stage:
        await stage.wait_until_read()
        await stage.app.go("region eu-west-1")
        await stage.wait_until_read()
    assert changes(proxy.asked) == []


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])
async def test_leaving_sends_nothing_but_listed_reads(
    console: MakeConsole, proxy: RecordingProxy, size: tuple[int, int]
) -> None:
    async with on_stage(console(proxy.url, **READ_ONLY), size) as stage:
        await stage.wait_until_read()
        await stage.press("q")
        await stage.wait_for(lambda: stage.app._exit)
    assert changes(proxy.asked) == []


async def test_the_header_says_that_the_console_is_read_only(console: MakeConsole, proxy: RecordingProxy) -> None:
    async with on_stage(console(proxy.url, **READ_ONLY), NARROW) as stage:
        await stage.wait_for(lambda: "READ-ONLY" in stage.header)


async def test_a_proxy_that_saw_a_change_would_tell(demo_endpoint: DemoEndpoint) -> None:
    from lambdatui.aws.connection import Connection
    from lambdatui.aws.target import Target

    async with RecordingProxy(demo_endpoint.endpoint) as recording:
        target = Target(endpoint_url=recording.url, region="us-east-1", access_key_id="a", secret_access_key="b")
        async with Connection(target) as connection:
            with pytest.raises(Exception, match="no-such-function"):
                await connection.call("lambda", "DeleteFunction", FunctionName="no-such-function")
        assert changes(recording.asked) == [("lambda", "DeleteFunction")]
