"""``lambdatui logs``: the log events of functions on standard output, for pipes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from contextlib import aclosing
from typing import TextIO

from lambdatui.aws.connection import Connection
from lambdatui.aws.functions import get_function
from lambdatui.aws.logs import SOONEST_S, Tail
from lambdatui.aws.target import Target
from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError, SettingsError
from lambdatui.models.log import LogSource
from lambdatui.ui.log_text import as_record, as_text, read_since
from lambdatui.ui.widgets.plain_text import plain


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
