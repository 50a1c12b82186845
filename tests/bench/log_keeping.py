"""The log of a function, read and held as the console does but not shown: a process of its own.

``python -m tests.bench.log_keeping URL GROUP EVENTS`` reads so many events of the log group through the feed that the
console's panes show, and prints how many it had, and how many ms it took to have them all.
"""

from __future__ import annotations

import asyncio
import sys
import time

from lambdatui.aws.target import Target
from lambdatui.models.function import FunctionSummary
from lambdatui.ui.log_feed import LogFeed
from lambdatui.ui.session import Session
from tests.support.account_server import configuration
from tests.support.endpoint import REGION


async def keep(url: str, group: str, events: int) -> tuple[int, float]:
    """Reads until so many events were had; returns how many were, and the ms that it took."""
    target = Target(region=REGION, endpoint_url=url, access_key_id="test", secret_access_key="test")
    session = Session(target, tell=lambda _change: None)
    function = FunctionSummary.from_aws(configuration(0, LoggingConfig={"LogFormat": "Text", "LogGroup": group}))
    feed = LogFeed(session, [function], since_ms=0)
    enough = asyncio.Event()

    def told(_requests: set[str], _rewritten: bool) -> None:
        if feed.ring.arrived >= events:
            enough.set()

    await (await session.connection()).client("logs", once=True)
    began = time.monotonic()
    reading = asyncio.create_task(feed.run(told))
    waiting = asyncio.create_task(enough.wait())
    await asyncio.wait({reading, waiting}, return_when=asyncio.FIRST_COMPLETED)
    took_s = time.monotonic() - began
    for task in (reading, waiting):
        task.cancel()
    await asyncio.gather(reading, waiting, return_exceptions=True)
    await session.disconnect()
    return feed.ring.arrived, took_s * 1000


if __name__ == "__main__":
    print(*asyncio.run(keep(sys.argv[1], sys.argv[2], int(sys.argv[3]))), flush=True)
