"""``lambdatui logs``: the log events of functions on standard output, for pipes."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterable
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TextIO

from lambdatui.aws.connection import Connection
from lambdatui.aws.functions import get_function
from lambdatui.aws.logs import SOONEST_S, Tail
from lambdatui.aws.target import Target
from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError, SettingsError
from lambdatui.models.log import LogEvent, LogSource
from lambdatui.ui.widgets.plain_text import plain, plain_lines

AGO = re.compile(r"(?P<count>\d+)(?P<unit>[smhdw])")
UNITS_MS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}


def read_since(text: str, now: int) -> int:
    """The epoch ms that ``5m``, ``2d``, ``2026-11-20`` or ``2026-11-20T22:15:00Z`` stands for; UTC without a zone.

    Args:
        now: the time, epoch ms.

    Raises:
        SettingsError: the text is none of these, or in the future.
    """
    if ago := AGO.fullmatch(text):
        return now - int(ago["count"]) * UNITS_MS[ago["unit"]]
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(
            f"--since {plain(text)} is not a time",
            "say how long ago, as 5m or 2d, or when, as 2026-11-20T22:15:00Z",
        ) from None
    since_ms = int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    if since_ms > now:
        raise SettingsError(f"--since {text} has not come yet", "times without a zone are UTC")
    return since_ms


async def print_logs(
    target: Target,
    names: Iterable[str],
    *,
    since_ms: int,
    follow: bool,
    pattern: str,
    as_json: bool,
    out: TextIO,
) -> None:
    """Prints what the functions logged, and goes on with what they log if it is to `follow`.

    What stands in the way while following is said on standard error and waited out.

    Args:
        names: names or ARNs of functions.
        since_ms: epoch ms; nothing older is printed.
        pattern: CloudWatch's filter pattern; empty for everything.

    Raises:
        ConsoleError: there is no such function, or, where nothing is followed, something could not be read.
    """
    async with Connection(target) as connection:
        sources = await asyncio.gather(*(_source(connection, name) for name in dict.fromkeys(names)))
        until_ms = None if follow else now_ms()
        tail = Tail(connection, sources, since_ms=since_ms, until_ms=until_ms, pattern=pattern)
        several = len({source.function for source in sources}) > 1
        complaining = asyncio.create_task(_complain(tail))
        try:
            async with aclosing(tail.batches()) as batches:
                async for events in batches:
                    out.write("".join([as_record(event) if as_json else as_text(event, several) for event in events]))
                    out.flush()
        finally:
            complaining.cancel()


async def _source(connection: Connection, name: str) -> LogSource:
    configuration = (await get_function(connection, name)).configuration
    logging, function = configuration.logging_config, configuration.function_name
    group = logging.log_group if logging is not None else None
    return LogSource(function=function, group=group or f"/aws/lambda/{function}")


async def _complain(tail: Tail) -> None:
    """Says on standard error what stands in the way, once for each new thing."""
    said: dict[str, str] = {}
    while True:
        told = {group: str(problem) for group, problem in tail.problems.items()}
        for group, problem in told.items():
            if said.get(group) != problem:
                print(f"lambdatui: {plain(group)}: {plain(problem)}", file=sys.stderr, flush=True)
        said |= told
        await asyncio.sleep(SOONEST_S)


def as_text(event: LogEvent, several: bool) -> str:
    """The event as harmless text that ends in a newline: time, function where there are `several`, and message.

    Further lines of a message are indented, so that each event begins where a line begins with a time.
    """
    first, *others = plain_lines(event.message.rstrip("\r\n"))
    function = f"{plain(event.source.function)}  " if several else ""
    return "".join((f"{_iso(event.at_ms)}  {function}{first}\n", *(f"    {line}\n" for line in others)))


def as_record(event: LogEvent) -> str:
    """The event as one line of JSON, its message as it came."""
    return (
        json.dumps(
            {
                "timestamp": event.at_ms,
                "ingestionTime": event.ingested_ms,
                "function": event.source.function,
                "logGroup": event.source.group,
                "logStream": event.stream,
                "message": event.message,
            }
        )
        + "\n"
    )


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def run(target: Target, names: Iterable[str], *, since: str, follow: bool, pattern: str, as_json: bool) -> int:
    """Runs the command until it is done or interrupted; returns the exit status."""
    since_ms = read_since(since, now_ms())
    try:
        asyncio.run(
            print_logs(
                target, names, since_ms=since_ms, follow=follow, pattern=pattern, as_json=as_json, out=sys.stdout
            )
        )
    except KeyboardInterrupt:
        return 130
    except SettingsError:
        raise
    except ConsoleError as error:
        print(f"lambdatui: {error}", file=sys.stderr)
        return 1
    return 0
