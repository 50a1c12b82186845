"""CloudWatch Logs on loopback with one log group that grows as fast as it is told, in a process of its own.

``python -m tests.support.log_server --events 200000 --rate 10000`` prints its port and serves until it is ended. It
answers FilterLogEvents as AWS does (facts 2.4), whatever the group is called. The group is empty until `begin`. Every
event is encoded once, so that the server costs little beside whoever reads.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from bisect import bisect_left, bisect_right
from collections import deque
from http.client import HTTPConnection
from itertools import product
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PAGE_EVENTS, PAGE_BYTES = 10_000, 1_000_000
LATE_S = 3.0
STREAMS = 50
INVOCATION = 10
"""Events that one invocation writes."""
LAMBDAS = {
    0: "START RequestId: {} Version: 14\n",
    INVOCATION - 2: "END RequestId: {}\n",
    INVOCATION - 1: "REPORT RequestId: {}\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\t"
    "Max Memory Used: 64 MB\t\n",
}
"""Those of them that are Lambda's own, by their place."""
LETTERS = "jkw"
WORDS = ["".join(letters) for letters in product(LETTERS, repeat=3)]
PROSE = "puts an order of the queue into the table " * 30


class LogServer:
    """Runs the server as a process of its own until the end of the `with` block.

    Args:
        events: how many there will be.
        rate: how many in a second.
        size: bytes of a message on the average; those of Lambda's own events are shorter than the others.
        late_every: one event of so many can be had only `LATE_S` after its time; 0 for none.
    """

    def __init__(self, *, events: int, rate: int, size: int = 100, late_every: int = 0) -> None:
        self.events, self.rate = events, rate
        numbers = {"--events": events, "--rate": rate, "--size": size, "--late-every": late_every}
        flags = (str(part) for flag in numbers.items() for part in flag)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.log_server", *flags],
            cwd=Path(__file__).resolve().parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    @property
    def seconds(self) -> float:
        """How long it takes until all events are there."""
        return self.events / self.rate

    def begin(self, ago_s: float = 0.0) -> float:
        """Lets the first event be written now, or as if that had been so many seconds ago.

        Returns:
            The monotonic time of the first event, seconds; each of the others is ``1 / rate`` after the one before.
        """
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", f"/_begin?ago={ago_s}")
            began: float = json.load(connection.getresponse())
            return began
        finally:
            connection.close()


def message(number: int, size: int) -> str:
    """What an event says: a function that prints, between Lambda's own START, END and REPORT.

    What the function prints begins as ``event 00000042 kkj``: the event's number, and a word of `LETTERS`, which are in
    no other word of any message, so that a filter for them leaves some of the events wherever one looks.

    Args:
        size: bytes of all messages on the average.
    """
    request = f"{number // INVOCATION:08x}{'0' * 24}"
    request = "-".join((request[:8], request[8:12], request[12:16], request[16:20], request[20:]))
    place = number % INVOCATION
    if place in LAMBDAS:
        return LAMBDAS[place].format(request)
    lambdas = sum(len(line.format(request)) for line in LAMBDAS.values())
    own = (size * INVOCATION - lambdas) // (INVOCATION - len(LAMBDAS))
    return f"event {number:08d} {WORDS[number % len(WORDS)]} {PROSE}"[: own - 1] + "\n"


def own_numbers(events: int) -> set[int]:
    """The numbers of the function's own events among the first so many."""
    return {number for number in range(events) if number % INVOCATION not in LAMBDAS}


class Group:
    """The log group, and how it grows.

    Events are kept in the order in which they are answered: by time, then by number. A key holds both.
    """

    NUMBER_BITS = 24

    def __init__(self, *, events: int, rate: int, size: int, late_every: int) -> None:
        self._events, self._rate, self._size, self._late_every = events, rate, size, late_every
        self._page = min(PAGE_EVENTS, PAGE_BYTES // size)
        self._keys: list[int] = []
        self._encoded: list[bytes] = []
        self._late: deque[int] = deque()
        self._next = 0
        self._began: float | None = None
        self._began_ms = 0.0

    def begin(self, ago_s: float) -> float:
        """Lets the first event be written so many seconds ago; returns the monotonic time of that."""
        self._began = time.monotonic() - ago_s
        self._began_ms = (time.time() - ago_s) * 1000
        self._grow()
        return self._began

    def page(self, asked: dict[str, Any]) -> bytes:
        """The answer to FilterLogEvents: what is there between two times, both included, from the token on."""
        self._grow()
        start = bisect_left(self._keys, asked.get("startTime", 0) << self.NUMBER_BITS)
        if token := asked.get("nextToken"):
            start = bisect_right(self._keys, int(token))
        end = bisect_left(self._keys, (asked.get("endTime", 1 << 42) + 1) << self.NUMBER_BITS)
        stop = min(end, start + min(self._page, asked.get("limit", PAGE_EVENTS)))
        following = b',"nextToken":"%d"' % self._keys[stop - 1] if start < stop < end else b""
        return b'{"events":[%s],"searchedLogStreams":[]%s}' % (b",".join(self._encoded[start:stop]), following)

    def _grow(self) -> None:
        """Takes in what can be had by now."""
        if self._began is None:
            return
        age = time.monotonic() - self._began
        while self._next < self._events and self._next / self._rate <= age:
            if self._late_every and self._next % self._late_every == 0:
                self._late.append(self._next)
            else:
                self._add(self._next, 0.0)
            self._next += 1
        while self._late and self._late[0] / self._rate + LATE_S <= age:
            self._add(self._late.popleft(), LATE_S)

    def _add(self, number: int, late_s: float) -> None:
        at_ms = int(self._began_ms + number / self._rate * 1000)
        stream = b"2026/11/20/[14]%06x%026x" % (number // INVOCATION % STREAMS, 0)
        event = b'{"eventId":"%056d","ingestionTime":%d,"logStreamName":"%s","message":%s,"timestamp":%d}' % (
            number,
            at_ms + int(late_s * 1000),
            stream,
            json.dumps(message(number, self._size)).encode(),
            at_ms,
        )
        key = at_ms << self.NUMBER_BITS | number
        place = bisect_left(self._keys, key)
        self._keys.insert(place, key)
        self._encoded.insert(place, event)


DENIED = b'{"__type":"AccessDeniedException","message":"User is not authorized to perform this operation"}'


def serve(group: Group) -> None:
    """Serves the group on a free loopback port, printing the port when it listens, until SIGTERM."""
    import asyncio
    import gc

    from aiohttp import web

    async def answer(request: web.BaseRequest) -> web.Response:
        if request.path == "/_begin":
            return web.json_response(group.begin(float(request.query["ago"])))
        body = await request.read()
        known = request.headers.get("X-Amz-Target") == "Logs_20140328.FilterLogEvents"
        return web.Response(
            status=200 if known else 400,
            body=group.page(json.loads(body)) if known else DENIED,
            content_type="application/x-amz-json-1.1",
        )

    async def run() -> None:
        runner = web.ServerRunner(web.Server(answer, access_log=None))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.Event().wait()

    gc.disable()  # nothing here makes cycles, and looking for them among all events takes long
    asyncio.run(run())


def main() -> None:
    """The command line of the server's process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rate", type=int, default=1_000)
    parser.add_argument("--size", type=int, default=100)
    parser.add_argument("--late-every", type=int, default=0)
    serve(Group(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
