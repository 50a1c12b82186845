"""What a function was invoked with: the last payloads and those with a name, kept for their owner alone.

Only what was sent is kept, never what came back.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticSerializationError

from lambdatui import paths
from lambdatui.errors import ConsoleError, NotFound, RequestRefused
from lambdatui.whole_file import write_whole

RECENT = 20
"""How many payloads are kept that have no name."""
RECENT_BYTES = 16 * 1024 * 1024
"""How much they may be together; the last one is kept whatever its size."""

_UNSAFE = re.compile(r"[^a-z0-9-]+")


class Payloads(BaseModel):
    """The payloads of one function, as they are kept. None of them shows in a `repr`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    function: str
    account: str
    region: str
    recent: Annotated[tuple[str, ...], Field(repr=False)] = ()
    """The newest first, each once."""
    named: Annotated[Mapping[str, str], Field(repr=False)] = {}
    """By the operator's names for them."""


class PayloadStore:
    """Keeps the payloads of one function in a file of its own. Several consoles may use it at once.

    All of its methods read or write the file, and raise ConsoleError, which names it, if that fails; what is in it
    then stays as it is.
    """

    def __init__(self, account: str, region: str, function: str) -> None:
        """Args:
        account: twelve digits.
        function: the function's name.
        """
        self._empty = Payloads(account=account, region=region, function=function)
        digest = hashlib.sha256("\n".join((account, region, function)).encode()).hexdigest()
        readable = _UNSAFE.sub("-", function.lower())[:40]
        # The digest tells apart what only case or length would, which not every file system does.
        self.path = paths.state_folder() / "payloads" / f"{readable}-{digest[:16]}.json"

    def load(self) -> Payloads:
        """All that is kept; nothing at first."""
        with self._told("read"):
            try:
                content = self.path.read_bytes()
            except FileNotFoundError:
                return self._empty
        try:
            return Payloads.model_validate_json(content)
        except ValidationError:
            raise ConsoleError(
                f"the payloads in {self.path} cannot be read", "mend the file, or move it away to begin anew"
            ) from None

    def remember(self, payload: str) -> Payloads:
        """Puts a payload before the others that have no name, and drops the oldest of them that are too many."""
        with self._changing() as kept:
            others = (other for other in kept.recent if other != payload)
            return self._write(kept, recent=_newest((payload, *others)))

    def save(self, name: str, payload: str) -> Payloads:
        """Keeps a payload under a name, in place of what had that name."""
        with self._changing() as kept:
            return self._write(kept, named={**kept.named, name: payload})

    def delete(self, name: str) -> Payloads:
        """Forgets a payload that has a name.

        Raises:
            NotFound: none has it.
        """
        with self._changing() as kept:
            if name not in kept.named:
                raise NotFound(f"no payload of {kept.function} is named {name}", "it may have been deleted meanwhile")
            return self._write(kept, named={other: kept.named[other] for other in kept.named if other != name})

    @contextmanager
    def _changing(self) -> Iterator[Payloads]:
        """What is kept, while no other console changes it."""
        with self._told("kept"):
            self.path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.parent.mkdir(mode=0o700, exist_ok=True)
            self.path.parent.chmod(0o700)
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                fcntl.flock(folder, fcntl.LOCK_EX)
                yield self.load()
            finally:
                os.close(folder)

    def _write(self, kept: Payloads, **changed: object) -> Payloads:
        """Writes the file, whole or not at all."""
        now = kept.model_copy(update=changed)
        write_whole(self.path, now.model_dump_json(indent=2))
        return now

    @contextmanager
    def _told(self, wanted: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ConsoleError(
                f"the payloads of {self._empty.function} cannot be {wanted}: {error.strerror}",
                f"look at {error.filename or self.path}",
            ) from None
        except PydanticSerializationError:
            raise RequestRefused(f"the payload cannot be {wanted}: it is not valid Unicode") from None


def _newest(payloads: tuple[str, ...]) -> tuple[str, ...]:
    """As many of the first as may be kept."""
    size = 0
    for count, payload in enumerate(payloads[:RECENT]):
        size += len(payload.encode(errors="surrogatepass"))
        if size > RECENT_BYTES and count:
            return payloads[:count]
    return payloads[:RECENT]
