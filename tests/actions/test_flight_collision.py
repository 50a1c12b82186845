"""While a shift of an alias flies, nothing else changes the alias: the shift would stop, and blame somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lambdatui.actions.action import Params, Subject
from lambdatui.actions.aliases import Pointing
from lambdatui.actions.codedeploy_shift import HandedOver
from lambdatui.actions.flight_log import FlightLog
from lambdatui.actions.looking_back import look_back
from lambdatui.actions.traffic import Traffic
from lambdatui.errors import Conflict
from lambdatui.paths import keep_state_in
from tests.actions.acting import Acting
from tests.actions.flying import state
from tests.support.codedeploy import CodeDeploy
from tests.support.endpoint import ScriptedEndpoint
from tests.support.releases import aliases, history, versions
from tests.support.split_alias import SplitAlias

LIVE = Subject(function="orders", qualifier="live")
CHANGES = {
    "traffic": Traffic(version="2"),
    "alias-repoint": Pointing(version="2"),
    "alias-delete": Params(),
    "codedeploy-shift": HandedOver(group="app / group", target="2"),
}
"""Every action that changes an alias, and what it is asked for."""


@pytest.fixture
def log(tmp_path: Path) -> Iterator[FlightLog]:
    """Where the consoles of this user keep their flights."""
    keep_state_in(tmp_path)
    yield FlightLog(tmp_path / "flights")
    keep_state_in(None)


@pytest.fixture(autouse=True)
def account(endpoint: ScriptedEndpoint, live: SplitAlias) -> None:
    live.change("1", v2=0.1)
    endpoint.on("lambda", "ListAliases", lambda _: aliases(live._told()))
    endpoint.on("lambda", "ListVersionsByFunction", versions(*history("orders", 2)))
    CodeDeploy(endpoint, groups=[])


@pytest.mark.parametrize("action", CHANGES)
async def test_no_action_changes_an_alias_of_which_a_shift_flies(acting: Acting, log: FlightLog, action: str) -> None:
    flown = state(percent=10.0, step=0)
    log.save(flown.id, flown.model_dump_json())
    with log.flying(flown.id), pytest.raises(Conflict, match="a shift of it is on its way already - see :shifts"):
        await acting.plan(action, LIVE, CHANGES[action])


@pytest.mark.parametrize("action", ["traffic", "alias-delete"])
async def test_a_shift_that_began_after_the_preview_keeps_the_action_from_being_done(
    acting: Acting, log: FlightLog, live: SplitAlias, action: str
) -> None:
    plan = await acting.plan(action, LIVE, CHANGES[action])
    flown = state(percent=10.0, step=0)
    log.save(flown.id, flown.model_dump_json())
    with log.flying(flown.id):
        outcome = await acting.perform(action, plan)
    assert (outcome.result, str(outcome.error)) == ("conflict", "a shift of it is on its way already - see :shifts")
    assert live.shares == ("1", {"2": 0.1})


async def test_an_attempt_is_not_given_up_as_unknown_while_a_shift_flies(
    acting: Acting, log: FlightLog, live: SplitAlias
) -> None:
    await acting.do("traffic", LIVE, CHANGES["traffic"])
    attempt = acting.last.model_copy(update={"result": "open"})
    live.change("1", v2=0.1)
    flown = state(percent=10.0, step=0)
    log.save(flown.id, flown.model_dump_json())
    with log.flying(flown.id), pytest.raises(Conflict):
        await look_back(acting.connection, attempt)
    assert (await look_back(acting.connection, attempt)).result == "failed"


@pytest.mark.parametrize(
    "particular",
    [{"region": "eu-north-1"}, {"account": "210987654321"}, {"alias": "blue"}, {"function": "refunds"}],
    ids=str,
)
async def test_a_shift_of_another_alias_hinders_nothing(
    acting: Acting, log: FlightLog, particular: dict[str, str]
) -> None:
    flown = state(percent=10.0, step=0).model_copy(update=particular)
    log.save(flown.id, flown.model_dump_json())
    with log.flying(flown.id):
        assert (await acting.plan("traffic", LIVE, CHANGES["traffic"])).calls


async def test_a_shift_that_nobody_flies_any_more_hinders_nothing(acting: Acting, log: FlightLog) -> None:
    left = state(percent=10.0, step=0)
    log.save(left.id, left.model_dump_json())
    assert (await acting.plan("traffic", LIVE, CHANGES["traffic"])).calls
