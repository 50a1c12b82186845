"""Finds out what became of an attempt of which nobody saw the end: its console was killed, or the answer was lost."""

from __future__ import annotations

from contextlib import aclosing

from lambdatui.actions import entry_of, load_action
from lambdatui.actions.action import State, Subject, changes
from lambdatui.actions.audit import AuditLine, Result
from lambdatui.actions.function_changes import UPDATE_CONFIGURATION, read_configuration
from lambdatui.actions.performing import became
from lambdatui.aws.connection import Connection
from lambdatui.aws.inventory import read_function
from lambdatui.aws.logs import Tail
from lambdatui.clock import now_ms
from lambdatui.errors import NotFound, RequestRefused
from lambdatui.insight.quantities import counted
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

    Unknown is what is neither as before nor as meant, what is gone, what the trail does not say enough of to compare
    it, and an invocation, which leaves nothing behind but its log.

    Args:
        connection: to the account and the region of the attempt.

    Raises:
        ConsoleError: what is there now could not be read.
    """
    try:
        return await _look(connection, line)
    except (NotFound, RequestRefused) as never:  # which looking again would not change
        return _lost(line, never.title)


async def _look(connection: Connection, line: AuditLine) -> AuditLine:
    if any(call.operation == "Invoke" for call in line.calls):
        return await _look_in_log(connection, line)
    entry = entry_of(line.action)
    if entry is None:
        return _lost(line, "this console has no such action")
    if line.params is None:
        return await _look_at_revision(connection, line)
    action = load_action(entry)
    try:
        params = action.recalled(line.params)
    except ValueError:
        return _lost(line, "this console's action asks for something else")
    subject = Subject(function=line.function, qualifier=line.qualifier, mapping=line.mapping)
    now = await action.present(connection, subject, params)
    result = became(line.before, line.after, now)
    told = TOLD.get(result) or f"found later: it is not as meant: {'; '.join(changes(line.after, now))}"
    return _ended(line, result, told, after=now if result == "partial" else None)


def _lost(line: AuditLine, why: str) -> AuditLine:
    return _ended(line, "unknown", f"cannot be found out: {why}")


def _ended(line: AuditLine, result: Result, told: str, after: State | None = None) -> AuditLine:
    return line.concluded(result, error=told, request_ids=line.request_ids, after=after)


async def _look_at_revision(connection: Connection, line: AuditLine) -> AuditLine:
    """Says whether the function was changed at all since the attempt read it: what was asked for is a secret."""
    sent_with = {call.parameters.get("RevisionId") for call in line.calls if call.operation == UPDATE_CONFIGURATION}
    if not sent_with:
        return _lost(line, "it held what is not written down")
    if (await read_configuration(connection, line.function)).revision_id in sent_with:
        return _ended(line, "failed", TOLD["failed"])
    return _ended(line, "unknown", "found later: the function was changed since, by this or by somebody else")


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
        return _ended(line, "done", "found later: it ran, says the log")
    count = len(invocations.all())
    requests = counted(count, "requests") if count else "no request"
    told = f"found later: the log has {requests} in the {LOGGED_MS // 1000} s after it"
    return _ended(line, "unknown", f"{told}; whether this was one is not known" if count else told)
