"""What this operator's audit trail knows of the account and region that a connection leads to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from lambdatui.actions.audit import AuditLine, AuditReading, AuditTrail
from lambdatui.aws.connection import Connection
from lambdatui.aws.identity import get_identity
from lambdatui.paths import state_folder


async def on_record(
    connection: Connection, concerned: Callable[[AuditReading], Iterable[AuditLine]]
) -> tuple[AuditLine, ...]:
    """The attempts that are of concern and were made there, newest first. AWS is asked who is asking only for those.

    Args:
        concerned: chooses among all that is kept.

    Raises:
        AuditFailed: the trail cannot be read.
        ConsoleError: AWS did not tell the account.
    """
    chosen = tuple(concerned(await asyncio.to_thread(AuditTrail(state_folder()).read)))
    if not chosen:
        return ()
    here = await get_identity(connection)
    return tuple(line for line in chosen if (line.account, line.region) == (here.account, here.region))
