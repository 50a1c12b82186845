"""What the console is measured against: the least that anybody could do. Each runs as a process of its own.

``python -m tests.bench.yardsticks hello`` is a bare Textual app of one Static, which counts the keys pressed.
``python -m tests.bench.yardsticks paginator URL`` reads all functions with a bare aiobotocore paginator.
``python -m tests.bench.yardsticks log_paginator URL GROUP`` reads all log events with one.
"""

from __future__ import annotations

import sys

GREETING = "Hello, world!"


def hello() -> None:
    """Greets, and says after every key how many there were."""
    from textual.app import App, ComposeResult
    from textual.widgets import Static

    class Hello(App[None]):
        keys = 0

        def compose(self) -> ComposeResult:
            yield Static(GREETING)

        def on_key(self) -> None:
            self.keys += 1
            self.query_one(Static).update(f"{GREETING} {self.keys} keys")

    Hello().run()


def paginator(url: str) -> None:
    """Prints how many functions the account at `url` has, once it has read them all."""
    import asyncio

    from aiobotocore.session import get_session

    async def count() -> int:
        functions = 0
        async with get_session().create_client("lambda", endpoint_url=url, region_name="us-east-1") as client:
            async for page in client.get_paginator("list_functions").paginate():
                functions += len(page["Functions"])
        return functions

    print(f"{asyncio.run(count())} functions", flush=True)


def log_paginator(url: str, group: str) -> None:
    """Prints how many log events a group has, and how many ms it took to read them all."""
    import asyncio
    import time

    from aiobotocore.session import get_session

    async def read() -> tuple[int, float]:
        events = 0
        async with get_session().create_client("logs", endpoint_url=url, region_name="us-east-1") as client:
            began = time.monotonic()
            async for page in client.get_paginator("filter_log_events").paginate(logGroupName=group):
                events += len(page["events"])
        return events, (time.monotonic() - began) * 1000

    print(*asyncio.run(read()), flush=True)


if __name__ == "__main__":
    {"hello": hello, "paginator": paginator, "log_paginator": log_paginator}[sys.argv[1]](*sys.argv[2:])
