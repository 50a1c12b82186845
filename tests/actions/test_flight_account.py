"""A shift whose credentials are renewed as those of another account: nothing is done there, and nothing concluded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from lambdatui.actions import flight as engine
from lambdatui.actions.flight import Flight
from lambdatui.actions.flight_state import Phase
from tests.actions.flying import LOOK_S, PATIENCE_S, QUIET, Sky, state, until
from tests.support.endpoint import ACCOUNT, IDENTITY, Answer, ScriptedEndpoint, xml_answer, xml_error
from tests.support.split_alias import GET, UPDATE, SplitAlias

OTHER = xml_answer(IDENTITY.body.decode().replace(ACCOUNT, "210987654321"))
NOT_OURS = f"the credentials are of account 210987654321 now, and not of {ACCOUNT} - renew those of {ACCOUNT}"
IDENTIFIES = ("sts", "GetCallerIdentity")


@pytest.fixture
async def flight(sky: Sky) -> AsyncIterator[Flight]:
    """A flight that bakes at 10 %, and of which nothing tells that it is to go anywhere."""
    sky.sight = QUIET
    flying = sky.flight(state())
    task = asyncio.create_task(flying.run())
    await until(flying, lambda state: state.percent == 10)
    yield flying
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def looks(endpoint: ScriptedEndpoint, operation: str) -> None:
    """Returns when AWS was asked three times more."""
    asked = endpoint.counts[operation]
    async with asyncio.timeout(PATIENCE_S):
        while endpoint.counts[operation] < asked + 3:
            await asyncio.sleep(LOOK_S)


async def test_no_step_is_taken_with_the_credentials_of_another_account(
    sky: Sky, flight: Flight, live: SplitAlias, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on(*IDENTIFIES, OTHER)
    flight.next()
    await until(flight, lambda state: state.phase is Phase.HELD)
    assert (flight.state.trouble, live.shares, endpoint.counts[UPDATE]) == (NOT_OURS, ("1", {"2": 0.1}), 1)
    line = sky.performer.trail.read().entries[0]
    assert (line.batch, line.result, line.error) == (flight.state.id, "refused", NOT_OURS.partition(" - ")[0])


async def test_with_the_right_credentials_again_it_goes_on(
    sky: Sky, flight: Flight, live: SplitAlias, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on(*IDENTIFIES, OTHER)
    flight.next()
    await until(flight, lambda state: state.phase is Phase.HELD)
    endpoint.on(*IDENTIFIES, IDENTITY)
    flight.next()
    await until(flight, lambda state: state.percent == 50)
    assert flight.state.trouble == ""


async def test_no_way_back_is_made_in_another_account(
    sky: Sky, flight: Flight, live: SplitAlias, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on(*IDENTIFIES, OTHER)
    flight.roll_back()
    await until(flight, lambda state: state.phase is Phase.NO_WAY_BACK)
    assert (flight.state.trouble, live.shares, endpoint.counts[UPDATE]) == (NOT_OURS, ("1", {"2": 0.1}), 1)


async def test_what_another_account_has_in_place_of_the_alias_says_nothing_of_it(
    sky: Sky, flight: Flight, live: SplitAlias, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on(*IDENTIFIES, OTHER)
    live.gone = True
    await until(flight, lambda state: state.phase is Phase.HELD)
    assert (flight.state.trouble, flight.state.percent) == (NOT_OURS, 10)
    live.gone = False
    live.change("7")
    await looks(endpoint, GET)
    assert (flight.state.phase, flight.state.percent) == (Phase.HELD, 10)


async def test_while_it_cannot_be_told_whose_they_are_no_alias_is_taken_for_gone(
    sky: Sky, flight: Flight, live: SplitAlias, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on(*IDENTIFIES, xml_error("InternalFailure", 500))
    live.gone = True
    await looks(endpoint, "sts:GetCallerIdentity")
    assert flight.state.phase is Phase.BAKING
    endpoint.on(*IDENTIFIES, IDENTITY)
    await until(flight, lambda state: state.phase is Phase.GONE)


async def test_a_step_is_not_taken_where_nobody_tells_whose_they_are(
    sky: Sky, flight: Flight, live: SplitAlias, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on(*IDENTIFIES, xml_error("InternalFailure", 500))
    flight.next()
    await until(flight, lambda state: state.phase is Phase.HELD)
    assert (flight.state.trouble.startswith("sts is out of order"), endpoint.counts[UPDATE]) == (True, 1)


@pytest.mark.parametrize("silent", [False, True], ids=["it fails", "it never answers"])
async def test_a_way_back_is_neither_prevented_nor_delayed_by_not_knowing_whose_they_are(
    silent: bool,
    sky: Sky,
    flight: Flight,
    live: SplitAlias,
    endpoint: ScriptedEndpoint,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "ACCOUNT_S", 0.05)
    endpoint.on(*IDENTIFIES, Answer(after=asyncio.Event()) if silent else xml_error("InternalFailure", 500))
    flight.roll_back()
    await until(flight, lambda state: not state.flying)
    assert (flight.state.phase, live.shares) == (Phase.ROLLED_BACK, ("1", {}))
