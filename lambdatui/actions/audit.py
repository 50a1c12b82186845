"""The audit trail, which is the journal as well: what was attempted, by whom, and what became of it.

Each attempt is written down before anything is sent, and once more when it is known how it went. A line says all that
is known when it is written, so that the last line of an attempt is the attempt, and one whose last line is still open
is one that the console did not live to see the end of.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal
from uuid import uuid4

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, ValidationError, computed_field

from lambdatui.actions.recordable import Recordable, RecordableOrNothing, RecordableWhole
from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError

Result = Literal["done", "refused", "failed", "partial", "unknown", "cancelled", "conflict"]
"""What became of an attempt. `partial`: some of its requests were carried out. `unknown`: sent, without an answer."""

IN_FORCE = frozenset({"open", "done", "partial", "unknown"})
"""The results after which what was attempted may be so."""

FILE_BYTES = 5_000_000
"""How big a file grows before the next one is begun."""

FILES_KEPT = 10
"""How many full files are kept."""

FULL_FILE = "audit-%Y%m%dT%H%M%S.jsonl"
"""What a full file is called, by the time in UTC at which it was put aside."""

FULL_FILES = f"audit-{'[0-9]' * 8}T{'[0-9]' * 6}.jsonl"
"""The pattern of these names."""


class AuditFailed(ConsoleError):
    """The audit trail cannot be written or read. What cannot be written down is not done.

    Args:
        path: the file at fault, unless the error names another.
        wanted: ``written`` or ``read``.
    """

    def __init__(self, path: Path, wanted: Literal["written", "read"], error: OSError) -> None:
        super().__init__(
            f"the audit trail cannot be {wanted}: {error.filename or path}: {error.strerror or error}",
            "nothing can be changed until it can be written" if wanted == "written" else "",
        )


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=at_ms)


Moment = Annotated[AwareDatetime, PlainSerializer(_iso)]
"""A time, exact to the ms, in the file as ISO 8601 in UTC."""


class Recorded(BaseModel):
    """A part of a line. What a newer console added is passed over; what is wrong in it is never quoted."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class AuditCall(Recorded):
    """A request of an attempt."""

    service: str
    operation: str
    parameters: Recordable = {}
    """With AWS's names."""


class AuditUndo(Recorded):
    """The inverse of an attempt: an action again. ValidationError if it holds what the trail must not."""

    action: str
    parameters: RecordableWhole = {}


class AuditLine(Recorded):
    """One attempt to change something, as far as it is known."""

    id: str = Field(default_factory=lambda: uuid4().hex)
    batch: str | None = None
    """The same for all the attempts on one marked set."""
    at: Moment = Field(default_factory=lambda: _moment(now_ms()))
    """When it was begun."""
    ended: Moment | None = None
    """When it was known what became of it."""
    result: Result | Literal["open"] = "open"
    identity: str
    """The caller's ARN."""
    account: str
    region: str
    action: str
    """The action's id."""
    function: str
    qualifier: str = ""
    mapping: str = ""
    """The UUID of an event source mapping."""
    title: str = ""
    """How a person knows what it was done to, where that is not its name."""
    params: RecordableOrNothing = None
    """What the action was asked for, to plan it again; None where that holds a secret or a payload."""
    before: Mapping[str, str | None] = {}
    """As it was shown, by label; None for what is not there. Secrets are masked by who shows them."""
    after: Mapping[str, str | None] = {}
    """As it is meant to be, or as it became."""
    calls: tuple[AuditCall, ...] = ()
    request_ids: tuple[str, ...] = ()
    error: str = ""
    """The title of what went wrong."""
    undo: AuditUndo | None = None
    undoes: str | None = None
    """The id of the attempt that this one takes back."""
    standing: bool = False
    """Whether it is meant to be taken back some day, as an emergency stop is: it outlives the files until then."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def stage(self) -> Literal["intent", "outcome"]:
        return "intent" if self.result == "open" else "outcome"

    @property
    def at_ms(self) -> int:
        """When it was begun, epoch ms."""
        return round(self.at.timestamp() * 1000)

    @property
    def changed(self) -> Mapping[str, tuple[str | None, str | None]]:
        """What was to be changed, by its label: how it was, and how it was meant to be."""
        sides = {label: (self.before.get(label), self.after.get(label)) for label in {**self.before, **self.after}}
        return {label: (before, after) for label, (before, after) in sides.items() if before != after}

    def concluded(
        self,
        result: Result,
        *,
        error: str = "",
        request_ids: Iterable[str] = (),
        after: Mapping[str, str | None] | None = None,
    ) -> AuditLine:
        """The line of the outcome.

        Args:
            error: the title of what went wrong.
            after: what it became, where that is not what was meant.
        """
        learned = {
            "result": result,
            "ended": _moment(now_ms()),
            "error": error,
            "request_ids": tuple(request_ids),
            "after": self.after if after is None else after,
        }
        return AuditLine.model_validate({**dict(self), **learned})


def as_record(line: AuditLine) -> str:
    """The line as the file holds it: one object of JSON in ASCII, harmless wherever it is printed, and a newline."""
    return json.dumps(line.model_dump(mode="json")) + "\n"


@dataclass(frozen=True, slots=True)
class AuditReading:
    """What the audit trail said when it was read."""

    entries: tuple[AuditLine, ...] = ()
    """The attempts, newest first, each as its last line tells it."""
    unreadable: int = 0
    """How many lines were torn, or not the console's."""

    @classmethod
    def of(cls, content: bytes) -> AuditReading:
        """Reads the lines of one file, or of several one after the other."""
        attempts: dict[str, AuditLine] = {}
        unreadable = 0
        for record in filter(None, content.split(b"\n")):
            try:
                line = AuditLine.model_validate_json(record)
            except ValidationError:
                unreadable += 1
                continue
            if line.result != "open" or line.id not in attempts:
                attempts[line.id] = line
        oldest_first = sorted(attempts.values(), key=lambda line: line.at)
        return cls(tuple(oldest_first[::-1]), unreadable)

    @property
    def taken_back(self) -> frozenset[str]:
        """The ids of the attempts that others took back."""
        return frozenset(line.undoes for line in self.entries if line.undoes and line.result == "done")

    def open_intents(self) -> tuple[AuditLine, ...]:
        """The attempts of which nobody wrote down what became of them."""
        return tuple(line for line in self.entries if line.result == "open")

    def standing(self) -> tuple[AuditLine, ...]:
        """What is meant to be taken back some day, may be in force, and was not taken back: what is left stopped.

        Of several that an action did to one thing, the newest has taken over what the others left to be taken back.
        """
        newest: dict[tuple[str, ...], AuditLine] = {}
        for line in self.entries:
            if line.standing and line.result in IN_FORCE:
                done_to = line.account, line.region, line.action, line.function, line.qualifier, line.mapping
                newest.setdefault(done_to, line)
        taken_back = self.taken_back
        return tuple(line for line in newest.values() if line.id not in taken_back)

    def after(self, done: AuditLine) -> tuple[AuditLine, ...]:
        """What may be in force of what was done later to the same thing."""

        def of(line: AuditLine) -> tuple[str, ...]:
            return line.account, line.region, line.function, line.qualifier, line.mapping

        return tuple(
            line for line in self.entries if line.at > done.at and line.result in IN_FORCE and of(line) == of(done)
        )

    def at(self, account: str, region: str) -> AuditReading:
        """What of it was attempted in one region of an account."""
        here = tuple(line for line in self.entries if (line.account, line.region) == (account, region))
        return replace(self, entries=here)


class AuditTrail:
    """The files that hold what this operator attempted, shared by all the consoles of the operator.

    Everything blocks for as long as the disk takes.

    Args:
        folder: where they are; made when first written to.
        clock: tells the epoch ms that a full file is named after.
        file_bytes: how big a file grows before the next one is begun.
    """

    def __init__(self, folder: Path, clock: Callable[[], int] = now_ms, *, file_bytes: int = FILE_BYTES) -> None:
        self.path = folder / "audit.jsonl"
        self._folder = folder
        self._lock = folder / "audit.lock"
        self._clock = clock
        self._file_bytes = file_bytes

    def append(self, line: AuditLine) -> None:
        """Writes the line so that it outlives the console and the machine's power.

        Raises:
            AuditFailed: it is not written, and the file is as it was.
        """
        record = as_record(line).encode()
        with self._failing("written"):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            with self._locked(os.O_RDWR | os.O_CREAT, fcntl.LOCK_EX):
                if self.path.exists() and self.path.stat().st_size + len(record) > self._file_bytes:
                    self._rotate()
                self._write(record)

    def read(self) -> AuditReading:
        """Reads all that is kept.

        Raises:
            AuditFailed: a file cannot be read.
        """
        with self._failing("read"):
            try:
                with self._locked(os.O_RDONLY, fcntl.LOCK_SH):
                    content = self._content()
            except FileNotFoundError:  # nothing was ever written here, unless files were copied here to be looked at
                content = self._content()
        return AuditReading.of(content)

    def _content(self) -> bytes:
        return _joined([*self._full_files(), *([self.path] if self.path.exists() else [])])

    def _full_files(self) -> list[Path]:
        """Oldest first."""
        return sorted(self._folder.glob(FULL_FILES))

    def _rotate(self) -> None:
        """Puts the full file aside, and writes anew what still matters of the files that are then too many.

        What a killed console left half done, the next rotation does: attempts that are written twice are read as one.
        """
        self.path.rename(self._folder / f"{self._next_file_at():{FULL_FILE}}")
        if stale := self._full_files()[:-FILES_KEPT]:
            going = {line.id for line in AuditReading.of(_joined(stale)).entries}
            reading = AuditReading.of(self._content())
            matters = {line.id: line for line in (*reading.open_intents(), *reading.standing()) if line.id in going}
            if matters:
                self._write("".join(map(as_record, matters.values())).encode())
            for file in stale:
                file.unlink()

    def _next_file_at(self) -> datetime:
        """Now, or later than the newest full file where the clock was put back: the oldest by name are removed."""
        now = _moment(self._clock())
        if files := self._full_files():
            return max(now, datetime.strptime(files[-1].name, FULL_FILE).replace(tzinfo=UTC) + timedelta(seconds=1))
        return now

    def _write(self, records: bytes) -> None:
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.fchmod(descriptor, 0o600)
            size = os.fstat(descriptor).st_size
            torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            try:
                _write_all(descriptor, b"\n" * torn + records)
                os.fsync(descriptor)
                if size == 0:
                    self._sync_folder()
            except OSError:
                with suppress(OSError):
                    os.ftruncate(descriptor, size)
                raise
        finally:
            os.close(descriptor)

    def _sync_folder(self) -> None:
        """Makes the names of new files outlive a power cut."""
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    @contextmanager
    def _locked(self, flags: int, kind: int) -> Iterator[None]:
        descriptor = os.open(self._lock, flags, 0o600)
        try:
            fcntl.flock(descriptor, kind)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def _failing(self, wanted: Literal["written", "read"]) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise AuditFailed(self.path, wanted, error) from error


def _joined(files: Iterable[Path]) -> bytes:
    """What the files hold; a torn end of one does not spoil the beginning of the next."""
    return b"\n".join(file.read_bytes() for file in files)


def _write_all(descriptor: int, data: bytes) -> None:
    """One write, unless the disk takes only a part: then what it does not take is what it fails on."""
    while data:
        data = data[os.write(descriptor, data) :]
