"""Finds out what became of an attempt of which nobody saw the end: its console was killed, or the answer was lost."""

from __future__ import annotations

from contextlib import aclosing

from lambdatui.actions import entry_of, load_action
from lambdatui.actions.action import Subject, changes
from lambdatui.actions.audit import AuditLine
from lambdatui.actions.performing import became
from lambdatui.aws.connection import Connection
from lambdatui.aws.inventory import read_function
from lambdatui.aws.logs import Tail
from lambdatui.clock import now_ms
from lambdatui.insight.report import Invocations
from lambdatui.models.log import LogSource

LOGGED_MS = 60_000
"""How long after it was sent an invocation is looked for in the log."""
TOLD = {
    "done": "found later: it was made",
    "failed": "found later: it was not made",
    "partial": "found later: some of it was made",
}
"""What is told of a result that was found by what is there."""


async def look_back(connection: Connection, line: AuditLine) -> AuditLine:
    """The attempt, concluded by what is there now; AWS is only read from.

    Unknown is what is neither as before nor as meant, what the trail does not say enough of to plan it again, and an
    invocation, which leaves nothing behind but its log.

    Args:
        connection: to the account and the region of the attempt.

    Raises:
        ConsoleError: what is there now could not be read.
    """
    if any(call.operation == "Invoke" for call in line.calls):
        return await _look_in_log(connection, line)
    entry = entry_of(line.action)
    if entry is None:
        return _lost(line, "this console has no such action")
    if line.params is None:
        return _lost(line, "it held what is not written down")
    action = load_action(entry)
    try:
        params = action.recalled(line.params)
    except ValueError:
        return _lost(line, "this console's action asks for something else")
    subject = Subject(function=line.function, qualifier=line.qualifier, mapping=line.mapping)
    now = await action.present(connection, subject, params)
    result = became(line.before, line.after, now)
    told = TOLD.get(result) or f"found later: it is not as meant: {'; '.join(changes(line.after, now))}"
    after = now if result == "partial" else None
    return line.concluded(result, error=told, request_ids=line.request_ids, after=after)


def _lost(line: AuditLine, why: str) -> AuditLine:
    return line.concluded("unknown", error=f"cannot be found out: {why}", request_ids=line.request_ids)


async def _look_in_log(connection: Connection, line: AuditLine) -> AuditLine:
    """Says how many requests the log has: which of them was the attempt's, only its request id can tell."""
    function = await read_function(connection, line.function)
    source = LogSource(function=function.name, group=function.log_group)
    until_ms = min(line.at_ms + LOGGED_MS, now_ms())
    invocations = Invocations()
    tail = Tail(connection, [source], since_ms=line.at_ms, until_ms=until_ms)
    async with aclosing(tail.batches()) as batches:
        async for batch in batches:
            invocations.add(batch)
    if any(invocations.get(request_id) for request_id in line.request_ids):
        return line.concluded("done", error="found later: it ran, says the log", request_ids=line.request_ids)
    count = len(invocations.all()) or "no"
    told = f"found later: the log has {count} requests of the {LOGGED_MS // 1000} s after it, and not whose they were"
    return line.concluded("unknown", error=told, request_ids=line.request_ids)
