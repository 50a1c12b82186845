"""Dividing an alias's traffic: one request, told in full, and what AWS would refuse is not sent (facts 3.2, 3.3)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from lambdatui.actions.action import Subject
from lambdatui.actions.traffic import ShiftTraffic, Traffic
from lambdatui.errors import Conflict, NotFound, RequestRefused
from tests.actions.acting import Acting, check
from tests.support.endpoint import ScriptedEndpoint, error
from tests.support.releases import history, provisioned, versions
from tests.support.split_alias import UPDATE, SplitAlias, changed_first

LIVE = Subject(function="orders", qualifier="live")
SHIFT = ShiftTraffic()
TENTH = Traffic(version="1", additional="2", percent=10)


async def planned(acting: Acting, traffic: Traffic) -> Any:
    """The plan, each request of which AWS's model takes."""
    plan = await SHIFT.plan(acting.connection, LIVE, traffic)
    for call in plan.calls:
        check(call)
    return plan


async def shifted(acting: Acting, traffic: Traffic) -> Any:
    return await acting.performer.perform("traffic", SHIFT, await planned(acting, traffic))


def updates(endpoint: ScriptedEndpoint) -> list[dict[str, Any]]:
    """What UpdateAlias was sent."""
    return [json.loads(seen.body) for seen in endpoint.requests if str(seen) == UPDATE]


async def test_a_share_is_one_request_with_the_revision_that_it_was_planned_on(
    acting: Acting, endpoint: ScriptedEndpoint, live: SplitAlias
) -> None:
    assert (await shifted(acting, TENTH)).result == "done"
    assert live.shares == ("1", {"2": 0.1})
    assert updates(endpoint) == [
        {
            "FunctionVersion": "1",
            "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1}},
            "RevisionId": "00000000-0000-0000-0000-000000000001",
        }
    ]


@pytest.mark.parametrize("version", ["1", "2"], ids=["rolled back", "promoted"])
async def test_all_to_one_version_names_it_and_empties_the_weights_in_the_same_request(
    version: str, acting: Acting, endpoint: ScriptedEndpoint, live: SplitAlias
) -> None:
    live.change("1", v2=0.1)
    assert (await shifted(acting, Traffic(version=version))).result == "done"
    assert live.shares == (version, {})
    (sent,) = updates(endpoint)
    assert (sent["FunctionVersion"], sent["RoutingConfig"]) == (version, {"AdditionalVersionWeights": {}})


@pytest.mark.parametrize("hindered", ["ListProvisionedConcurrencyConfigs", "GetFunction"])
async def test_all_back_to_the_main_version_takes_nothing_but_the_alias_itself(
    hindered: str, acting: Acting, endpoint: ScriptedEndpoint, live: SplitAlias
) -> None:
    live.change("1", v2=0.1)
    endpoint.on("lambda", hindered, error("ServiceException", 500))
    endpoint.on("codedeploy", "ListDeployments", error("ServiceException", 500))
    assert (await shifted(acting, Traffic(version="1"))).result == "done"
    assert live.shares == ("1", {})


async def test_what_is_so_already_is_not_asked_for(acting: Acting, live: SplitAlias) -> None:
    live.change("1", v2=0.1)
    assert (await planned(acting, TENTH)).calls == ()


@pytest.mark.parametrize("percent", [0.1555, 12.3456, 33.3333, 99.99])
async def test_a_share_is_known_again_with_all_of_its_decimals(
    percent: float, acting: Acting, live: SplitAlias
) -> None:
    asked = Traffic(version="1", additional="2", percent=percent)
    assert (await shifted(acting, asked)).result == "done"
    assert (await planned(acting, asked)).calls == ()


async def test_it_is_taken_back_to_the_shares_there_were(acting: Acting, live: SplitAlias) -> None:
    live.change("1", v2=0.05)
    plan = await planned(acting, Traffic(version="2"))
    assert plan.undo.params == Traffic(version="1", additional="2", percent=5)


@pytest.mark.parametrize(
    ("traffic", "why"),
    [
        (Traffic(version="1", additional="$LATEST", percent=10), r"\$LATEST cannot share an alias's traffic"),
        (Traffic(version="$LATEST", additional="2", percent=10), r"\$LATEST cannot share an alias's traffic"),
        (Traffic(version="1", additional="1", percent=10), "version 1 is the main one already"),
        (Traffic(version="1", additional="2"), "share is above 0"),
    ],
    ids=["additional $LATEST", "main $LATEST", "twice the same", "no share"],
)
async def test_what_aws_would_refuse_is_refused_with_the_reason(
    traffic: Traffic, why: str, acting: Acting, live: SplitAlias
) -> None:
    live.versions["$LATEST"] = {}
    with pytest.raises(RequestRefused, match=why):
        await planned(acting, traffic)


@pytest.mark.parametrize("percent", [0, 100, -1, 101, float("nan")])
def test_a_share_of_none_or_all_is_no_share(percent: float) -> None:
    with pytest.raises(ValidationError):
        Traffic(version="1", additional="2", percent=percent)


@pytest.mark.parametrize("percent", [0.00001, 33.33333, 99.99999])
def test_a_share_that_would_be_rounded_is_refused(percent: float) -> None:
    with pytest.raises(ValidationError, match="4 decimals at most"):
        Traffic(version="1", additional="2", percent=percent)


def test_the_share_of_the_main_version_has_no_more_decimals_than_the_other_ones() -> None:
    divided = Traffic(version="1", additional="2", percent=33.3333)
    assert Traffic(version="1", additional="2", percent=divided.share_of("1")).percent == 66.6667


async def test_two_versions_do_not_change_places_in_one_step(acting: Acting, live: SplitAlias) -> None:
    live.change("1", v2=0.1)
    with pytest.raises(RequestRefused, match="cannot change places in one step"):
        await planned(acting, Traffic(version="2", additional="1", percent=5))


@pytest.mark.parametrize(
    ("particular", "why"),
    [
        ({"Role": "arn:aws:iam::123456789012:role/other"}, "different execution roles"),
        ({"DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-east-1:1:dead"}}, "different dead-letter queues"),
        ({"State": "Pending"}, "version 2 is Pending, not Active"),
        ({"LastUpdateStatus": "InProgress"}, "last update is InProgress, not Successful"),
    ],
)
async def test_versions_that_may_not_share_an_alias_are_refused(
    particular: dict[str, Any], why: str, acting: Acting, live: SplitAlias
) -> None:
    live.versions["2"] = particular
    with pytest.raises(RequestRefused, match=why):
        await planned(acting, TENTH)


@pytest.mark.parametrize("particular", [{"State": "Failed"}, {"Role": "arn:aws:iam::123456789012:role/other"}])
async def test_nothing_of_the_new_version_hinders_the_way_back(
    particular: dict[str, Any], acting: Acting, live: SplitAlias
) -> None:
    live.change("1", v2=0.1)
    live.versions = {"1": {}, "2": particular}
    assert (await shifted(acting, Traffic(version="1"))).result == "done"


async def test_a_version_that_is_gone_is_not_found(acting: Acting, live: SplitAlias) -> None:
    del live.versions["2"]
    with pytest.raises(NotFound):
        await planned(acting, TENTH)


@pytest.mark.parametrize("percent", [0.1, 0.0001, 12.5, 33.3333, 66.6667, 99.9])
async def test_shares_are_read_back_as_they_were_sent(percent: float, acting: Acting, live: SplitAlias) -> None:
    asked = Traffic(version="1", additional="2", percent=percent)
    plan = await planned(acting, asked)
    assert (await acting.performer.perform("traffic", SHIFT, plan)).result == "done"
    assert (await planned(acting, asked)).before == plan.after


async def test_a_weight_of_one_is_told_as_all_on_the_additional_version(acting: Acting, live: SplitAlias) -> None:
    live.change("2", v1=1.0)
    plan = await planned(acting, Traffic(version="2"))
    assert plan.before == {"version": "2 (0 %)", "additional": "1 (100 %)"}
    assert plan.warnings[0].startswith("all traffic is on version 1 by a weight of 1")
    assert (await acting.performer.perform("traffic", SHIFT, plan)).result == "done"
    assert live.shares == ("2", {})


async def test_provisioned_concurrency_is_warned_of(
    acting: Acting, endpoint: ScriptedEndpoint, live: SplitAlias
) -> None:
    endpoint.on("lambda", "ListProvisionedConcurrencyConfigs", provisioned("live", "READY"))
    assert "Lambda shifts it by the weights" in (await planned(acting, TENTH)).warnings[0]
    assert "moves the traffic when it is allocated" in (await planned(acting, Traffic(version="2"))).warnings[0]


async def test_provisioned_concurrency_that_may_not_be_read_is_no_hindrance(
    acting: Acting, endpoint: ScriptedEndpoint, live: SplitAlias
) -> None:
    endpoint.on("lambda", "ListProvisionedConcurrencyConfigs", error("AccessDeniedException", 403))
    assert (await shifted(acting, TENTH)).result == "done"


async def test_a_change_between_reading_and_writing_is_a_conflict(acting: Acting, live: SplitAlias) -> None:
    live.fault = changed_first(lambda: live.change("1"), live.carry_out)
    outcome = await shifted(acting, TENTH)
    assert (outcome.result, live.shares) == ("conflict", ("1", {}))
    assert isinstance(outcome.error, Conflict)


async def test_the_form_offers_published_versions_only(
    acting: Acting, endpoint: ScriptedEndpoint, live: SplitAlias
) -> None:
    endpoint.on("lambda", "ListVersionsByFunction", versions(*history("orders", 2)))
    draft = await SHIFT.draft(acting.connection, LIVE)
    assert draft.choices == {"version": ("2", "1"), "additional": ("2", "1")}
    assert draft.params == Traffic(version="1")
