"""What CloudTrail tells of a function's changes, at the wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from lambdatui.aws.connection import Connection
from lambdatui.aws.deployments import PAGES_AT_MOST, list_changes
from lambdatui.errors import AccessDenied
from tests.support.endpoint import ACCOUNT, REGION, Answer, ScriptedEndpoint, Seen, error, json_answer
from tests.support.metrics import MINUTE, TEN

ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"
HOUR = 60 * MINUTE


def event(id_: str, name: str, minutes_ago: int = 10, **record: Any) -> dict[str, Any]:
    """An event as LookupEvents sends it; `record` is what CloudTrail logged beside."""
    return {
        "EventId": id_,
        "EventName": name,
        "EventTime": (TEN - minutes_ago * MINUTE) / 1_000,
        "CloudTrailEvent": json.dumps({"eventName": name, **record}),
    }


def events(*found: dict[str, Any], more: str = "") -> Answer:
    return json_answer({"Events": list(found), **({"NextToken": more} if more else {})})


def by_name(**answers: Answer) -> Callable[[Seen], Answer]:
    """Answers by the name that is looked up: `name` for the function's name, `arn` for its ARN."""

    def answer(seen: Seen) -> Answer:
        (attribute,) = json.loads(seen.body)["LookupAttributes"]
        return answers.get("arn" if attribute["AttributeValue"] == ARN else "name", events())

    return answer


async def changes(connection: Connection) -> list[tuple[int, str]]:
    """How many minutes ago, and what."""
    history = await list_changes(connection, ARN, TEN - HOUR, TEN)
    return [((TEN - change.at_ms) // MINUTE, change.what) for change in history.changes]


async def test_a_change_known_by_name_and_by_arn_is_told_once(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    code = event("1", "UpdateFunctionCode20150331v2", 9)
    configured = event("2", "UpdateFunctionConfiguration20150331v2", 12)
    endpoint.on("cloudtrail", "LookupEvents", by_name(name=events(code), arn=events(code, configured)))
    assert await changes(connection) == [(12, "configuration changed"), (9, "code changed")]


ASKED_ALIAS = {"functionName": "orders", "name": "live", "functionVersion": "14"}
TOLD = [
    ("PublishVersion20150331", {"responseElements": {"version": "14"}}, "14 published"),
    ("UpdateAlias20150331", {"requestParameters": ASKED_ALIAS}, "live → 14"),
    (
        "UpdateAlias20150331",
        {
            "requestParameters": {
                **ASKED_ALIAS,
                "routingConfig": {"additionalVersionWeights": {"15": 0.1}},
            }
        },
        "live → 14, 10 % → 15",
    ),
    (
        "UpdateAlias20150331",
        {"requestParameters": {"name": "live"}, "responseElements": {"name": "live", "functionVersion": "14"}},
        "live → 14",
    ),
]


@pytest.mark.parametrize(("name", "record", "told"), TOLD, ids=["published", "moved", "split", "answered"])
async def test_an_event_is_told_in_few_words(
    connection: Connection, endpoint: ScriptedEndpoint, name: str, record: dict[str, Any], told: str
) -> None:
    endpoint.on("cloudtrail", "LookupEvents", events(event("1", name, **record)))
    assert await changes(connection) == [(10, told)]


async def test_what_failed_or_changed_nothing_of_interest_is_left_out(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    failed = event("1", "UpdateFunctionCode20150331v2", errorCode="AccessDenied")
    endpoint.on("cloudtrail", "LookupEvents", events(failed, event("2", "TagResource20170331v2")))
    assert await changes(connection) == []


async def test_a_history_that_is_read_to_its_end_is_known_from_where_it_was_asked_for(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("cloudtrail", "LookupEvents", events(event("1", "UpdateAlias20150331")))
    assert (await list_changes(connection, ARN, TEN - HOUR, TEN)).since_ms == TEN - HOUR


async def test_of_a_long_history_a_few_pages_are_read_and_from_when_on_is_told(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    busy = events(event("1", "UpdateAlias20150331", 5), event("2", "UpdateAlias20150331", 7), more="next")
    endpoint.on("cloudtrail", "LookupEvents", by_name(name=busy))
    history = await list_changes(connection, ARN, TEN - HOUR, TEN)
    assert history.since_ms == TEN - 7 * MINUTE
    assert endpoint.counts == {"cloudtrail:LookupEvents": PAGES_AT_MOST + 1}


async def test_a_missing_permission_is_named(
    connection: Connection, endpoint: ScriptedEndpoint, impatient: None
) -> None:
    endpoint.on("cloudtrail", "LookupEvents", error("AccessDeniedException"))
    with pytest.raises(AccessDenied) as raised:
        await changes(connection)
    assert raised.value.action == "cloudtrail:LookupEvents"
