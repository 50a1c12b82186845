"""The functions of a region, held once: read from the cache, streamed from AWS, written back.

Importing this costs nothing of AWS. On a cold start the first inventory is fetched by a process of its own (this module
run as a program) while the screen is being built: importing an AWS SDK takes longer than drawing the console, and both
at once halve the wait. The cache file and the pipe hold the same lines, so that one reader serves both.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from lambdatui import errors
from lambdatui.errors import ConsoleError
from lambdatui.models.function import FIELD_NAMES, FunctionSummary

if TYPE_CHECKING:
    from lambdatui.aws.connection import Connection
    from lambdatui.aws.target import Target
    from lambdatui.models.identity import Identity

Page = tuple[FunctionSummary, ...]

PAGE_SIZE = 50
"""AWS sends no more functions than this in one page, whatever is asked for (facts 2.2); about a first screen."""
LONGEST_LINE = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedInventory:
    """What the last complete reading of a region left behind.

    `pages` reads on as it is consumed: the first one is enough for the first screen.
    """

    identity: Mapping[str, str]
    saved_at: int
    """Epoch ms."""
    count: int
    pages: Iterator[Page]


class InventoryCache:
    """The file that keeps the last inventory for what was asked for: profile, region, endpoint and access key."""

    def __init__(self, folder: Path, target: Target, environ: Mapping[str, str] = os.environ) -> None:
        asked = (
            target.profile or environ.get("AWS_DEFAULT_PROFILE") or environ.get("AWS_PROFILE"),
            target.region or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION"),
            target.endpoint_url or environ.get("AWS_ENDPOINT_URL_LAMBDA") or environ.get("AWS_ENDPOINT_URL"),
            target.access_key_id or environ.get("AWS_ACCESS_KEY_ID"),
            environ.get("AWS_CONFIG_FILE"),
            environ.get("AWS_SHARED_CREDENTIALS_FILE"),
        )
        self.path = folder / f"inventory-{crc32(repr(asked).encode()):08x}.jsonl"

    def load(self) -> CachedInventory | None:
        """The cached inventory; None if there is none, or one of another version or that cannot be read."""
        try:
            file = self.path.open(encoding="utf-8")
            head = json.loads(file.readline())
            if head["fields"] != list(FIELD_NAMES):
                return None
            return CachedInventory(
                identity=head["identity"], saved_at=head["saved_at"], count=head["count"], pages=_pages(file)
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, identity: Identity, functions: Iterable[FunctionSummary], saved_at: int) -> None:
        """Writes the inventory, whole or not at all, readable by its owner only.

        Args:
            saved_at: epoch ms of the reading.

        Raises:
            OSError: the cache folder cannot be written.
        """
        ordered = sorted(functions, key=lambda function: function.name)
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        import tempfile  # noqa: PLC0415 - the start does without

        handle, unfinished = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
        head = {"fields": FIELD_NAMES, "identity": asdict(identity), "saved_at": saved_at, "count": len(ordered)}
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(json.dumps(head) + "\n")
                for start in range(0, len(ordered), PAGE_SIZE):
                    file.write(_line(ordered[start : start + PAGE_SIZE]))
            Path(unfinished).replace(self.path)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise


def _line(functions: Iterable[FunctionSummary]) -> str:
    return json.dumps([function.to_row() for function in functions], separators=(",", ":")) + "\n"


def _page(line: str | bytes) -> Page:
    return tuple(FunctionSummary.from_row(row) for row in json.loads(line))


def _pages(file: Iterable[str]) -> Iterator[Page]:
    """Reads page after page; a line that cannot be read ends it, as if the file ended there."""
    try:
        for line in file:
            yield _page(line)
    except (ValueError, TypeError):
        return


class InventoryProcess:
    """The first reading of a region, done beside the start of the console.

    Start it as early as possible; `identity` and `pages` then give what it found. The process can only read: its
    connection is read-only whatever the console's is.
    """

    def __init__(self, target: Target) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "lambdatui.aws.inventory"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(target)).encode())
        self._process.stdin.close()

    async def pages(self) -> AsyncIterator[Identity | Page]:
        """The identity and the pages, as they come.

        Raises:
            ConsoleError: as the process met it.
        """
        import asyncio  # noqa: PLC0415 - the process must be on its way before this is imported

        from lambdatui.models.identity import Identity  # noqa: PLC0415

        assert self._process.stdout is not None
        reader = asyncio.StreamReader(limit=LONGEST_LINE)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), self._process.stdout
        )
        try:
            while line := await reader.readline():
                match json.loads(line):
                    case {"identity": identity}:
                        yield Identity(**identity)
                    case {"error": kind, "title": title, "hint": hint, "action": action}:
                        raise _error(kind, title, hint, action)
                    case {"complete": True}:
                        return
                    case _:
                        yield _page(line)
            raise errors.Unreachable("the first reading of the functions stopped half-way")
        finally:
            transport.close()
            self.stop()

    def stop(self) -> None:
        """Ends the process if it still runs. May be called twice."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def _error(kind: str, title: str, hint: str, action: str | None) -> ConsoleError:
    error_class: type[ConsoleError] = getattr(errors, kind, errors.RequestRefused)
    if action is not None:
        return errors.AccessDenied(action, hint)
    return error_class(title, hint)


async def read_region(connection: Connection) -> AsyncIterator[Identity | Page]:
    """The functions page by page, and behind the first page who we are.

    Raises:
        ConsoleError: either could not be had.
    """
    from lambdatui.aws.identity import get_identity  # noqa: PLC0415

    told = False
    async for page in list_functions(connection):
        yield page
        if not told:
            told = True
            yield await get_identity(connection)


async def list_functions(connection: Connection) -> AsyncIterator[Page]:
    """All functions of the region, a page at a time and in AWS's order.

    Raises:
        ConsoleError: a page could not be had.
    """
    marker: dict[str, str] = {}
    while True:
        answer = await connection.call("lambda", "ListFunctions", MaxItems=PAGE_SIZE, **marker)
        yield tuple(FunctionSummary.from_aws(configuration) for configuration in answer["Functions"])
        if not answer.get("NextMarker"):
            return
        marker = {"Marker": answer["NextMarker"]}


async def read_function(connection: Connection, name: str) -> FunctionSummary:
    """One function as it is now.

    Raises:
        ConsoleError: it could not be had.
    """
    return FunctionSummary.from_aws(await connection.call("lambda", "GetFunctionConfiguration", FunctionName=name))


async def _main() -> None:
    from lambdatui.aws.connection import Connection  # noqa: PLC0415
    from lambdatui.aws.target import Target  # noqa: PLC0415

    target = Target(**{**json.load(sys.stdin), "read_only": True, "billed_reads": False})
    out = sys.stdout
    try:
        async with Connection(target) as connection:
            async for found in read_region(connection):
                out.write(_line(found) if isinstance(found, tuple) else json.dumps({"identity": asdict(found)}) + "\n")
                out.flush()
        out.write('{"complete": true}\n')
    except ConsoleError as error:
        told: dict[str, Any] = {
            "error": type(error).__name__,
            "title": error.title,
            "hint": error.hint,
            "action": getattr(error, "action", None),
        }
        out.write(json.dumps(told) + "\n")
    except BrokenPipeError:
        pass


if __name__ == "__main__":
    import asyncio
    import gc

    gc.disable()
    asyncio.run(_main())
