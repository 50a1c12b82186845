"""Who changed a function when, as CloudTrail tells it (facts 2.5). Raises only `lambdatui.errors`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from lambdatui.aws.connection import Connection
from lambdatui.aws.faults import translated
from lambdatui.aws.paging import TOKEN, answers
from lambdatui.models.deployment import ChangeHistory, Deployment

PAGES_AT_MOST = 3
"""Of 50 events, for each name that the function goes by: CloudTrail answers two requests a second."""

Members = Mapping[str, Any]


async def list_changes(connection: Connection, function_arn: str, since_ms: int, until_ms: int) -> ChangeHistory:
    """What was published, pointed elsewhere or configured anew, as far as it succeeded.

    CloudTrail knows a function by its name in some events and by its ARN in others, and tells an event some minutes
    after it happened.

    Args:
        function_arn: without a qualifier.
        since_ms: epoch ms, included; CloudTrail keeps 90 days.
        until_ms: epoch ms.

    Raises:
        AccessDenied: for want of ``cloudtrail:LookupEvents``.
        ConsoleError: it could not be had.
    """
    found: dict[str, Deployment] = {}
    whole_since_ms = since_ms
    for name in (function_arn.rpartition(":")[2], function_arn):
        asked: dict[str, Any] = {
            "LookupAttributes": [{"AttributeKey": "ResourceName", "AttributeValue": name}],
            "StartTime": since_ms / 1_000,
            "EndTime": until_ms / 1_000,
        }
        pages = 0
        async for answer in answers(connection, "cloudtrail", "LookupEvents", TOKEN, **asked):
            pages += 1
            with translated(connection, "cloudtrail", "LookupEvents"):
                events = answer.get("Events") or []
                found |= {event["EventId"]: change for event in events if (change := _change(event))}
                if pages == PAGES_AT_MOST and answer.get("NextToken"):  # the newest come first
                    whole_since_ms = max(whole_since_ms, min(map(_at_ms, events), default=until_ms))
                    break
    changes = sorted(found.values(), key=lambda change: change.at_ms)
    return ChangeHistory(changes=tuple(changes), since_ms=whole_since_ms)


def _change(event: Members) -> Deployment | None:
    """What an event says; None of one that failed, or that changed neither code nor configuration nor an alias."""
    tell = next((tell for prefix, tell in _TOLD.items() if event.get("EventName", "").startswith(prefix)), None)
    record = json.loads(event.get("CloudTrailEvent") or "{}")
    if tell is None or record.get("errorCode"):
        return None
    what, version = tell(record.get("requestParameters") or {}, record.get("responseElements") or {})
    return Deployment(at_ms=_at_ms(event), what=what, version=version)


def _at_ms(event: Members) -> int:
    return int(event["EventTime"].timestamp() * 1_000)


def _alias(asked: Members, answered: Members) -> tuple[str, str]:
    after = {**asked, **answered}
    routed = (after.get("routingConfig") or {}).get("additionalVersionWeights") or {}
    shares = "".join(f", {share * 100:.4g} % → {version}" for version, share in routed.items())
    return f"{after.get('name', 'alias')} → {after.get('functionVersion', '?')}{shares}", ""


def _published(asked: Members, answered: Members) -> tuple[str, str]:
    version = str(answered.get("version") or "")
    return f"{version or 'a version'} published", version


_TOLD: Mapping[str, Callable[[Members, Members], tuple[str, str]]] = {
    "UpdateAlias": _alias,
    "PublishVersion": _published,
    "UpdateFunctionCode": lambda _asked, _answered: ("code changed", ""),
    "UpdateFunctionConfiguration": lambda _asked, _answered: ("configuration changed", ""),
}
"""What is told of an event, by how its name begins: it ends in a date of the API (facts 2.5)."""
