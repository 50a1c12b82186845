"""What was attempted, as the audit trail has it and as the screen tells it."""

from __future__ import annotations

from typing import Any

from lambdatui.actions.audit import AuditLine, AuditTrail
from lambdatui.paths import state_folder
from tests.support.endpoint import ACCOUNT, REGION, ScriptedEndpoint
from tests.support.reservations import PUT
from tests.ui.stage import Stage

FIRST, SECOND, THIRD = (f"function-{number:05d}" for number in range(3))


def trail() -> AuditTrail:
    return AuditTrail(state_folder())


def attempts() -> dict[str, str]:
    """What the audit trail says became of the attempts, by function, the newest of each."""
    return {line.function: line.result for line in reversed(trail().read().entries)}


def attempt(**particular: Any) -> AuditLine:
    """An attempt to have the first function reserve 7 in place of 5, of which the end is not known."""
    told = {
        "identity": f"arn:aws:sts::{ACCOUNT}:assumed-role/oncall/ann",
        "account": ACCOUNT,
        "region": REGION,
        "action": "reserved-concurrency",
        "function": FIRST,
        "params": {"reserved": 7},
        "before": {"reserved concurrency": "5"},
        "after": {"reserved concurrency": "7"},
        "undo": {"action": "reserved-concurrency", "parameters": {"reserved": 5}},
    }
    return AuditLine(**{**told, **particular})


def put_by(endpoint: ScriptedEndpoint) -> list[str]:
    """The functions for which a reservation was put, in order."""
    return [seen.path.split("/")[3] for seen in endpoint.requests if str(seen) == PUT]


async def ready(stage: Stage) -> None:
    await stage.wait_until_read()
    await stage.wait_for(lambda: stage.app.session.settings is not None)


async def notified(stage: Stage, text: str) -> None:
    """Returns when the operator was told so in passing."""
    await stage.wait_for(lambda: any(text in told.message for told in stage.app._notifications))
