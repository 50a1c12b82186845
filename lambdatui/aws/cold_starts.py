"""The reports of cold starts in a function's log: CloudWatch has no metric for them. Raises only `lambdatui.errors`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lambdatui.aws.connection import Connection
from lambdatui.aws.log_groups import STREAM_OF_FUNCTION
from lambdatui.aws.paging import SMALL_TOKEN, answers
from lambdatui.models.log import LogSource

PAGES = 20
"""Asked for at one time at most: a busy log has hundreds, some of them empty (facts 2.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """What was found, and how far that goes."""

    events: tuple[tuple[int, str], ...]
    """Epoch ms and message, oldest first."""
    until_ms: int
    """Epoch ms up to which all was read."""
    whole: bool
    """Whether that is as far as was asked for."""


async def read_reports(
    connection: Connection, source: LogSource, terms: Sequence[str], since_ms: int, until_ms: int
) -> Reports:
    """The events of a function that have one of some terms in them. AWS charges nothing for that (facts 7.2).

    Args:
        terms: one or more; a single one is sought as such, for that is the simplest pattern.
        since_ms: epoch ms.
        until_ms: epoch ms.

    Raises:
        NotFound: there is no such log group: the function never ran, or logs elsewhere (facts 5.1).
        ConsoleError: a page could not be had.
    """
    events: list[tuple[int, str]] = []
    pages = answers(
        connection,
        "logs",
        "FilterLogEvents",
        SMALL_TOKEN,
        logGroupName=source.group,
        startTime=since_ms,
        endTime=until_ms,
        filterPattern=pattern(terms),
    )
    read_ms, number = since_ms, 0
    async for page in pages:
        number += 1
        found = page.get("events") or ()
        events += [(each["timestamp"], each["message"]) for each in found if _is_of(source, each["logStreamName"])]
        read_ms = max([read_ms, *(each["timestamp"] for each in found)])
        if number == PAGES and page.get(SMALL_TOKEN[1]):
            return Reports(events=tuple(events), until_ms=read_ms, whole=False)
    return Reports(events=tuple(events), until_ms=until_ms, whole=True)


def pattern(terms: Sequence[str]) -> str:
    """The filter pattern that matches any of the terms: ``"a"``, or ``?"a" ?"b"``."""
    quoted = [f'"{term}"' for term in terms]
    return quoted[0] if len(quoted) == 1 else " ".join(f"?{term}" for term in quoted)


def _is_of(source: LogSource, stream: str) -> bool:
    """Whether a stream is the function's, in a group that several may share."""
    named = None if source.own else STREAM_OF_FUNCTION.match(stream)
    return named is None or named["function"] == source.function
