"""AWS's event streams as they go over the wire, and a Live Tail session that a test feeds."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncGenerator
from typing import Any
from zlib import crc32

from tests.support.endpoint import Answer, Seen
from tests.support.log_group import Written

STRING = 7
"""The type of a header's value that is text."""


def frame(payload: bytes, **headers: str) -> bytes:
    """One message of ``application/vnd.amazon.eventstream``: lengths and their checksum, headers, payload, checksum.

    Args:
        headers: without the colon that their names begin with, and with ``_`` for ``-``.
    """
    head = b"".join(
        struct.pack(f"!B{len(name) + 1}sBH", len(name) + 1, f":{name.replace('_', '-')}".encode(), STRING, len(value))
        + value.encode()
        for name, value in headers.items()
    )
    lengths = struct.pack("!II", 16 + len(head) + len(payload), len(head))
    checked = lengths + struct.pack("!I", crc32(lengths)) + head + payload
    return checked + struct.pack("!I", crc32(checked))


def event(kind: str, content: Any) -> bytes:
    """An event of a stream of a service that speaks JSON."""
    return frame(json.dumps(content).encode(), message_type="event", event_type=kind, content_type="application/json")


def exception(kind: str, message: str) -> bytes:
    """An exception that ends a stream."""
    content = json.dumps({"message": message}).encode()
    return frame(content, message_type="exception", exception_type=kind, content_type="application/json")


class LiveSession:
    """One session of StartLiveTail; `answer` is a script of `ScriptedEndpoint.on("logs", "StartLiveTail", …)`.

    Args:
        identified: what AWS puts before a group's name to identify it.
        opens: whether AWS says at once that the session is open.
        cut: whether the end is a cut of the connection.
    """

    def __init__(self, *, identified: str = "123456789012:", opens: bool = True, cut: bool = False) -> None:
        self.opened = asyncio.Event()
        self.closed = asyncio.Event()
        """Set when nobody listens any more, or the test has ended the session."""
        self._identified = identified
        self._cut_at = 0 if cut else None
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue()
        if opens:
            self._frames.put_nowait(event("initial-response", {}))
            self._frames.put_nowait(event("sessionStart", {"sessionId": "1", "requestId": "1"}))

    def say(self, *written: Written, group: str = "/aws/lambda/orders", sampled: bool = False) -> None:
        """Sends an update."""
        told = [
            {
                "logGroupIdentifier": f"{self._identified}{group}",
                "logStreamName": each.stream,
                "timestamp": each.at_ms,
                "ingestionTime": each.arrives_ms,
                "message": each.message,
            }
            for each in written
        ]
        content = {"sessionMetadata": {"sampled": sampled}, "sessionResults": told}
        self._frames.put_nowait(event("sessionUpdate", content))

    def time_out(self) -> None:
        """Ends the session as AWS does after three hours."""
        self._frames.put_nowait(exception("SessionTimeoutException", "The session has timed out."))
        self._frames.put_nowait(None)

    def fail(self) -> None:
        """Ends the session as AWS does when something is wrong there."""
        self._frames.put_nowait(exception("SessionStreamingException", "Something went wrong."))
        self._frames.put_nowait(None)

    def end(self) -> None:
        """Ends the session without a word."""
        self._frames.put_nowait(None)

    def answer(self, _: Seen) -> Answer:
        headers = {"Content-Type": "application/vnd.amazon.eventstream"}
        return Answer(headers=headers, stream=self._sent(), cut_at=self._cut_at)

    async def _sent(self) -> AsyncGenerator[bytes, None]:
        self.opened.set()
        try:
            while (sent := await self._frames.get()) is not None:
                yield sent
        finally:
            self.closed.set()
