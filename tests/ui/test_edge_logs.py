"""Logs of Lambda@Edge: found where the replicas of a function have run, and followed from then on."""

from __future__ import annotations

import pytest

from lambdatui.errors import ConsoleError
from lambdatui.ui.panes.logs import LogsPane
from tests.support.endpoint import ScriptedEndpoint, error, json_answer
from tests.support.log_group import LogGroup, Written
from tests.ui.answers import listing
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.stage import Stage, on_stage
from tests.ui.test_logs_pane import open_log

REPLICA = "/aws/lambda/us-east-1.orders"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lambdatui.ui.panes.followed_log.REST_S", 0.0)


@pytest.fixture(autouse=True)
def group(endpoint: ScriptedEndpoint, clock: Clock) -> LogGroup:
    """The log of the function `orders`, which there is besides `refunds`."""
    endpoint.on("lambda", "ListFunctions", listing("orders", "refunds"))
    made = LogGroup(lambda: clock.now_ms, [Written(clock.now_ms - 1000, clock.now_ms - 1000, 0, "charged")])
    endpoint.on("logs", "FilterLogEvents", made.answer)
    return made


@pytest.fixture
def replicas(endpoint: ScriptedEndpoint) -> None:
    """The function `orders` has run at edge locations near one region."""
    endpoint.on(
        "logs",
        "DescribeLogGroups",
        lambda seen: json_answer({"logGroups": [{"logGroupName": REPLICA}] if seen.region == "eu-west-1" else []}),
    )


async def look_for_edge_logs(stage: Stage) -> LogsPane:
    """Opens the log of `orders`, and asks for those of its replicas."""
    pane = await open_log(stage, seen="charged")
    await stage.press("E")
    return pane


async def follow_edge_logs(stage: Stage) -> LogsPane:
    """Returns when the log of the replica is among those that are followed."""
    pane = await look_for_edge_logs(stage)
    await stage.wait_for(lambda: REPLICA in {source.group for source in pane.feed.sources})
    return pane


def told(stage: Stage) -> list[str]:
    """All that was notified, without the line breaks of narrow boxes."""
    return [notification.message for notification in stage.app._notifications]


async def test_edge_logs_are_found_in_every_region_and_followed(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup, replicas: None
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await look_for_edge_logs(stage)
        await stage.wait_for("in eu-west-1")
        await stage.wait_for(lambda: any(asked["logGroupName"] == REPLICA for asked in group.asked))


@pytest.mark.parametrize(
    "start_anew",
    [("f", "backspace", "backspace", "1", "h", "enter"), ("backslash", "c", "enter"), ("ctrl+r",)],
    ids=["another time", "a pattern", "reading again"],
)
async def test_edge_logs_are_followed_on_when_the_log_starts_anew(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup, replicas: None, start_anew: tuple[str, ...]
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        pane = await follow_edge_logs(stage)
        former = pane.feed
        await stage.press(*start_anew)
        await stage.wait_for(lambda: pane.feed is not former)
        group.asked.clear()
        await stage.wait_for(lambda: any(asked["logGroupName"] == REPLICA for asked in group.asked))


async def test_edge_logs_of_one_function_are_none_of_another(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup, replicas: None
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        pane = await follow_edge_logs(stage)
        pane.show_subject(stage.app.session.functions["refunds"])
        await stage.wait_for(lambda: [each.name for each in pane.feed.functions] == ["refunds"])
        assert [source.group for source in pane.feed.sources] == ["/aws/lambda/refunds"]


async def test_edge_logs_are_looked_for_in_no_other_partition(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup, replicas: None
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await look_for_edge_logs(stage)
        await stage.wait_for("in eu-west-1")
    asked = {seen.region for seen in endpoint.requests if str(seen) == "logs:DescribeLogGroups"}
    assert asked >= {"us-east-1", "eu-west-1"}
    assert not [region for region in asked if region.startswith(("cn-", "us-gov-"))]


async def test_a_search_for_edge_logs_that_fails_is_told_and_entered_once(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_names(*_: object, **__: object) -> list[str]:
        raise ConsoleError("the regions cannot be read", "install lambdatui anew")

    monkeypatch.setattr("lambdatui.aws.log_sources.region_names", no_names)
    async with on_stage(console(endpoint.url)) as stage:
        await look_for_edge_logs(stage)
        await stage.wait_for("the regions cannot be read: install")
        assert [(entry.error.title, entry.times) for entry in stage.app.session.errors] == [
            ("the regions cannot be read", 1)
        ]


async def test_edge_logs_that_no_region_tells_of_are_not_said_to_be_missing(
    console: MakeConsole, endpoint: ScriptedEndpoint, group: LogGroup
) -> None:
    endpoint.on("logs", "DescribeLogGroups", error("AccessDeniedException", 400, "not authorized"))
    async with on_stage(console(endpoint.url)) as stage:
        await look_for_edge_logs(stage)
        await stage.wait_for(lambda: any("not permitted: logs:DescribeLogGroups" in each for each in told(stage)))
