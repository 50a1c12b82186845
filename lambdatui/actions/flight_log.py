"""What is known of flights that have not landed, kept so that the next start can tell."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lambdatui.errors import ConsoleError
from lambdatui.whole_file import write_whole


class FlightLog:
    """A file for each flight, for as long as it flies.

    Args:
        folder: where they are; made when first written to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, flight_id: str, state: str) -> None:
        """Keeps a flight's state so that it outlives the console and the machine's power.

        Raises:
            ConsoleError: it is not kept, and what was kept is as it was.
        """
        path = self._path(flight_id)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(path, state)
        except OSError as error:
            raise _unwritten(error, path) from None

    def forget(self, flight_id: str) -> None:
        """Forgets a flight that has landed; by whoever holds it, for its lock goes as well."""
        self._path(flight_id).unlink(missing_ok=True)
        self._lock(flight_id).unlink(missing_ok=True)

    def give_up(self, flight_id: str) -> None:
        """Forgets a flight that nobody flies.

        Raises:
            ConsoleError: another console flies it.
        """
        with self.flying(flight_id):
            self.forget(flight_id)

    def left(self) -> dict[str, str]:
        """The states of the flights that nobody flies any more, by id."""
        states = {}
        for path in sorted(self._folder.glob("*.json")):
            with suppress(ConsoleError, FileNotFoundError), self.flying(path.stem):
                states[path.stem] = path.read_text(encoding="utf-8")
        return states

    def kept(self) -> dict[str, str]:
        """The states of all flights that have not landed, whoever flies them, by id."""
        states = {}
        for path in sorted(self._folder.glob("*.json")):
            with suppress(FileNotFoundError):
                states[path.stem] = path.read_text(encoding="utf-8")
        return states

    def is_flown(self, flight_id: str) -> bool:
        """Whether somebody flies it now, as far as can be told."""
        try:
            with self.flying(flight_id):
                return False
        except ConsoleError:
            return True

    @contextmanager
    def flying(self, flight_id: str) -> Iterator[None]:
        """Holds a flight, so that no other console takes it for one that was left.

        Raises:
            ConsoleError: another console flies it or has just ended it, or the folder cannot be written to.
        """
        lock = self._lock(flight_id)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _unwritten(error, lock) from None
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ConsoleError("another console flies this shift") from None
            if not os.fstat(descriptor).st_nlink:
                raise ConsoleError("another console has ended this shift")
            yield
        finally:
            os.close(descriptor)

    def _path(self, flight_id: str) -> Path:
        return self._folder / f"{flight_id}.json"

    def _lock(self, flight_id: str) -> Path:
        return self._folder / f"{flight_id}.lock"


def _unwritten(error: OSError, path: Path) -> ConsoleError:
    return ConsoleError(
        f"the flight cannot be written down: {error.filename or path}: {error.strerror}",
        "nothing more is done to the alias until it can be",
    )
