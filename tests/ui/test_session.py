"""Leaving in the midst of an action, the console or the place: what was sent, the trail and the last words agree."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace

import pytest

from lambdatui.actions import event_source_mapping
from tests.support.endpoint import REGION, Answer, ScriptedEndpoint, Seen
from tests.support.releases import history, nothing_configured, versions
from tests.support.reservations import Reservations
from tests.support.stoppable import Stoppable
from tests.ui.attempts import FIRST, SECOND, THIRD, attempts, notified, put_by, ready, trail
from tests.ui.conftest import MakeConsole
from tests.ui.stage import Stage, on_stage

PUTS = ("lambda", "PutFunctionConcurrency")
LEFT = "the console was left"
LEFT_OUT = "cancelled: left out"
WAITS = "ending what is on its way: Reserve concurrency of "


class Held:
    """AWS carries out each reservation, and answers only when `answered` is set."""

    def __init__(self, reservations: Reservations) -> None:
        self.answered = asyncio.Event()
        self._reservations = reservations

    def __call__(self, seen: Seen) -> Answer:
        return replace(self._reservations.put(seen), after=self.answered)


@pytest.fixture
def held(endpoint: ScriptedEndpoint) -> Held:
    """The first function has reserved 5, and whatever else is reserved is answered late."""
    reservations = Reservations({FIRST: 5})
    reservations.serve(endpoint)
    holding = Held(reservations)
    endpoint.on(*PUTS, holding)
    return holding


async def begin(stage: Stage, endpoint: ScriptedEndpoint, marked: int = 0) -> None:
    """Reserves 7 for what is chosen, and waits until the first request was sent."""
    await ready(stage)
    await stage.press(*["space"] * marked)
    await stage.press("c")
    await stage.wait_for("Reserve concurrency")
    await stage.press("enter")
    await stage.wait_for("shows what would happen")
    await stage.press("7", "enter")
    await stage.wait_for("y does it")
    await stage.press("y")
    await stage.wait_for(lambda: put_by(endpoint))


def ended(stage: Stage) -> bool:
    return stage.app._exit


# -- the console


@pytest.mark.parametrize(
    ("way", "status"),
    [("ctrl+c", 0), ("q", 0), (signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGHUP, 128 + signal.SIGHUP)],
    ids=["ctrl+c", "q at the root", "SIGTERM", "SIGHUP"],
)
async def test_leaving_waits_for_the_answer_to_what_was_sent(
    console: MakeConsole, endpoint: ScriptedEndpoint, held: Held, way: str | signal.Signals, status: int
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage, endpoint)
        await stage.press("escape")
        await stage.wait_gone("under way…")
        if isinstance(way, signal.Signals):
            os.kill(os.getpid(), way)
        else:
            await stage.press(way)
        await notified(stage, WAITS + FIRST)
        assert not ended(stage)
        held.answered.set()
        await stage.wait_for(lambda: ended(stage))
        assert (stage.app.last_words, stage.app.return_code) == ([f"Reserve concurrency of {FIRST}: done"], status)
    assert attempts() == {FIRST: "done"}


async def test_leaving_begins_no_other_of_a_marked_set(
    console: MakeConsole, endpoint: ScriptedEndpoint, held: Held
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage, endpoint, marked=3)
        await stage.press("ctrl+c")
        await notified(stage, WAITS + "3 marked")
        held.answered.set()
        await stage.wait_for(lambda: ended(stage))
        became = {FIRST: "done", SECOND: LEFT_OUT, THIRD: LEFT_OUT}
        assert stage.app.last_words == [f"Reserve concurrency of {name}: {what}" for name, what in became.items()]
    assert put_by(endpoint) == [FIRST]
    assert attempts() == {FIRST: "done", SECOND: "cancelled", THIRD: "cancelled"}


async def test_what_is_confirmed_while_the_console_waits_is_left_out(
    console: MakeConsole, endpoint: ScriptedEndpoint, held: Held
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage, endpoint)
        await stage.press("ctrl+c", "escape")
        await notified(stage, WAITS)
        await stage.press("down", "c")
        await stage.wait_for("Reserve concurrency")
        await stage.press("enter")
        await stage.wait_for("shows what would happen")
        await stage.press("7", "enter")
        await stage.wait_for("y does it")
        await stage.press("y")
        await stage.wait_for(lambda: attempts().get(SECOND) == "cancelled")
        held.answered.set()
        await stage.wait_for(lambda: ended(stage))
    assert f"Reserve concurrency of {SECOND}: {LEFT_OUT}" in stage.app.last_words
    assert put_by(endpoint) == [FIRST]


async def test_who_asks_twice_does_not_wait_and_is_told_that_it_is_not_known(
    console: MakeConsole, endpoint: ScriptedEndpoint, held: Held
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage, endpoint)
        await stage.press("ctrl+c")
        await notified(stage, "^c again does not wait")
        await stage.press("ctrl+c")
        await stage.wait_for(lambda: ended(stage))
    assert stage.app.last_words == [f"Reserve concurrency of {FIRST}: unknown: {LEFT}"]
    (line,) = trail().read().entries
    assert (line.result, line.error) == ("unknown", LEFT)


async def test_a_key_that_steps_back_and_is_held_cuts_nothing_off(
    console: MakeConsole, endpoint: ScriptedEndpoint, held: Held
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage, endpoint)
        await stage.press("escape", "q", "q", "q")
        assert not ended(stage)
        held.answered.set()
        await stage.wait_for(lambda: ended(stage))
    assert attempts() == {FIRST: "done"}


async def test_it_is_not_waited_for_longer_than_a_few_seconds(
    console: MakeConsole, endpoint: ScriptedEndpoint, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lambdatui.ui.operation.LEAVE_S", 0.1)
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage, endpoint, marked=2)
        await stage.press("ctrl+c")
        await stage.wait_for(lambda: ended(stage))
        became = {FIRST: f"unknown: {LEFT}", SECOND: LEFT_OUT}
        assert stage.app.last_words == [f"Reserve concurrency of {name}: {what}" for name, what in became.items()]
    assert attempts() == {FIRST: "unknown", SECOND: "cancelled"}


async def test_what_was_confirmed_and_not_sent_yet_is_left_out(
    console: MakeConsole, endpoint: ScriptedEndpoint, held: Held
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await ready(stage)
        asked = endpoint.counts["sts:GetCallerIdentity"]
        endpoint.on("sts", "GetCallerIdentity", Answer(after=held.answered))
        await stage.press("c")
        await stage.wait_for("Reserve concurrency")
        await stage.press("enter")
        await stage.wait_for("shows what would happen")
        await stage.press("7", "enter")
        await stage.wait_for("y does it")
        await stage.press("y")
        await stage.wait_for(lambda: endpoint.counts["sts:GetCallerIdentity"] > asked)
        await stage.press("ctrl+c", "ctrl+c")
        await stage.wait_for(lambda: ended(stage))
    assert stage.app.last_words == [f"Reserve concurrency of {FIRST}: {LEFT_OUT}"]
    assert (put_by(endpoint), attempts()) == ([], {FIRST: "cancelled"})


async def test_leaving_does_not_wait_for_a_function_that_runs(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    nothing_configured(endpoint)
    endpoint.on("lambda", "ListVersionsByFunction", versions(*history(FIRST, 1)))
    endpoint.on("lambda", "Invoke", Answer(after=asyncio.Event()))
    async with on_stage(console(endpoint.url)) as stage:
        await ready(stage)
        await stage.press("i")
        await stage.wait_for("JSON, 2 B")
        await stage.press("ctrl+s")
        await stage.wait_for("y does it")
        await stage.press("y")
        await stage.wait_for(lambda: endpoint.counts["lambda:Invoke"])
        await stage.press("ctrl+c")
        await stage.wait_for(lambda: ended(stage))
    assert stage.app.last_words == [f"Invoke of {FIRST}:$LATEST: unknown: {LEFT}"]
    assert attempts() == {FIRST: "unknown"}


# -- the place


async def test_another_region_has_to_wait_for_what_is_sent(
    console: MakeConsole, endpoint: ScriptedEndpoint, held: Held
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await begin(stage, endpoint)
        await stage.app.go("region eu-west-1")
        await notified(stage, "something is being done here")
        assert stage.app.session.target.region == REGION
        held.answered.set()
        await stage.wait_for(lambda: attempts() == {FIRST: "done"})


@pytest.fixture
def stopping(endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch) -> Stoppable:
    """The first function has a mapping that is disabled, and never done with it."""
    monkeypatch.setattr(event_source_mapping, "WATCH_S", 0.05)
    account = Stoppable(name=FIRST, reserved=5, looks=1_000_000)
    account.add_mapping("11111111-0000-0000-0000-000000000000", "orders")
    account.behind(endpoint)
    return account


async def stop(stage: Stage) -> None:
    """Stops the first function, and waits until that is only watched."""
    await ready(stage)
    await stage.press("x")
    await stage.wait_for("Restore after an emergency stop")
    await stage.press("enter")
    await stage.wait_for("Disable mappings")
    await stage.press("ctrl+s")
    await stage.wait_for("y does it")
    await stage.press("y")
    await stage.wait_for("orders Disabling")
    await stage.press("escape")


async def test_what_is_only_watched_keeps_nobody_here_and_is_told(
    console: MakeConsole, endpoint: ScriptedEndpoint, stopping: Stoppable
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stop(stage)
        await stage.app.go("region eu-west-1")
        await notified(stage, f"watched no more: Emergency stop of {FIRST}: done, orders Disabling")
        await stage.wait_for(lambda: stage.app.session.target.region == "eu-west-1")
        await stage.wait_gone("under way")
    assert attempts() == {FIRST: "done"}


async def test_what_is_only_watched_keeps_nobody_from_quitting_and_is_told(
    console: MakeConsole, endpoint: ScriptedEndpoint, stopping: Stoppable
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await stop(stage)
        await stage.press("ctrl+c")
        await stage.wait_for(lambda: ended(stage))
        assert not [told for told in stage.app._notifications if "ending" in told.message]
    assert stage.app.last_words == [f"Emergency stop of {FIRST}: done, orders Disabling"]
