"""Whether a console on this machine shifts an alias that is to be changed: it would take that for somebody else's doing
and stop."""

from __future__ import annotations

import asyncio

from pydantic import BaseModel, ValidationError

from lambdatui.actions.action import Subject
from lambdatui.actions.flight_log import FlightLog
from lambdatui.aws.connection import Connection
from lambdatui.aws.identity import get_identity
from lambdatui.errors import Conflict, ConsoleError
from lambdatui.paths import state_folder


class _Kept(BaseModel):
    """Of what the log keeps of a flight: which alias it shifts."""

    account: str
    region: str
    function: str
    alias: str


async def refuse_while_a_shift_flies(connection: Connection, subject: Subject) -> None:
    """Refuses to change an alias while a shift of it flies, in this console or in another process of this user.

    AWS is asked whose the account is only where the names match.

    Args:
        subject: the alias.

    Raises:
        Conflict: a shift of it flies.
        ConsoleError: whether one does could not be found out.
    """
    try:
        flown = await asyncio.to_thread(_flown, subject)
    except OSError as error:
        raise ConsoleError(f"shifts on record cannot be read: {error}") from None
    if not flown:
        return
    here = await get_identity(connection)
    if (here.account, here.region) in flown:
        raise Conflict("a shift of it is on its way already", "see :shifts")


def _flown(subject: Subject) -> set[tuple[str, str]]:
    """The accounts and regions in which a shift of an alias of these names flies."""
    log = FlightLog(state_folder() / "flights")
    flown = set()
    for flight_id, text in log.kept().items():
        try:
            kept = _Kept.model_validate_json(text)
        except ValidationError:  # of an older or newer console
            continue
        if (kept.function, kept.alias) == (subject.function, subject.qualifier) and log.is_flown(flight_id):
            flown.add((kept.account, kept.region))
    return flown
