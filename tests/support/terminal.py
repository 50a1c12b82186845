"""A program in a real terminal: a pseudo-terminal that it runs in, and a screen that shows what it wrote.

The pseudo-terminal answers no queries (synchronised output, in-band resize, keyboard protocol), as the plainest
terminals do not; Textual goes on without waiting for the answers.
"""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import pyte

REPOSITORY = Path(__file__).resolve().parents[2]

#: The names of keys that are more than their letter, for `Terminal.send`.
KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "space": " ",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "home": "\x1b[H",
    "ctrl+c": "\x03",
    "ctrl+r": "\x12",
}

#: The modes of a terminal that a full-screen program changes and must put back (xterm's DECSET numbers).
CURSOR_SHOWN, ALTERNATE_SCREEN, BRACKETED_PASTE, FOCUS_REPORTS = 25, 1049, 2004, 1004
MOUSE_REPORTS = frozenset({1000, 1002, 1003, 1006, 1015, 1016})

#: The keyboard protocol's pop, whose "<" pyte does not know: it would print the "u".
_KEYBOARD_POP = re.compile(r"\x1b\[<\d*u")


def private_environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a user who has only `home`: nothing of the host but PATH, no AWS_* but those in `extra`."""
    folders = {
        "HOME": home,
        "TMPDIR": home / "tmp",
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_CACHE_HOME": home / ".cache",
        "XDG_STATE_HOME": home / ".local" / "state",
        "XDG_DATA_HOME": home / ".local" / "share",
    }
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        **{name: str(folder) for name, folder in folders.items()},
        **(extra or {}),
    }


FOLLOWS_S = 0.002
"""Output that comes within this many seconds of a read belongs to the same paint."""


class _Screen(pyte.Screen):
    """As pyte's, but reads only lines that have changed since they were read, for all of them take longer than to draw.

    Half of a wide character that was written over is no error: the rest of its cell is empty.
    """

    def __init__(self, columns: int, lines: int) -> None:
        self._read: dict[int, str] = {}
        super().__init__(columns, lines)

    @property
    def display(self) -> list[str]:
        for y in self.dirty:
            line = self.buffer[y]
            self._read[y] = "".join([line[x].data for x in range(self.columns)])
        self.dirty.clear()
        return [self._read[y] for y in range(self.lines)]


class Terminal:
    """Runs a command in a terminal of `columns` x `rows` until the end of the `with` block.

    Reading and showing are apart, so that times are true: every read is stamped with the monotonic time (seconds) at
    which it came, and only then shown on the (slow) emulated screen, read by read. `wait_for_bytes` looks at what was
    read and leaves the screen alone.

    Args:
        command: what to run, from the repository's root.
        home: the user's folder, kept afterwards; without it, a new one that goes away with the terminal.
        env: added to the private environment.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 140,
        rows: int = 40,
        home: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._own_home = None if home else tempfile.mkdtemp(prefix="terminal-")
        self.home = home or Path(str(self._own_home))
        self.raw = bytearray()
        """Everything that the program wrote."""
        self.screen = _Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        self._unshown: deque[tuple[float, bytes]] = deque()
        self._ended = False
        self._master, slave = pty.openpty()
        self._set_size(columns, rows)
        environment = private_environment(self.home, env)
        self.started = self._shown_at = time.monotonic()
        self._process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=REPOSITORY,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - a system call, nothing locked
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # What is there to see

    @property
    def lines(self) -> list[str]:
        """The screen, line by line, each as wide as the screen."""
        self.show()
        return self.screen.display

    @property
    def text(self) -> str:
        """The screen, without the blanks at the ends of lines and the blank lines at its end."""
        return "\n".join(line.rstrip() for line in self.lines).rstrip()

    @property
    def modes(self) -> frozenset[int]:
        """The DECSET modes that are on, such as 25 (cursor shown) and 1049 (alternate screen)."""
        self.show()
        return frozenset(mode >> 5 for mode in self.screen.mode if mode >= 1 << 5)

    @property
    def line_mode(self) -> bool:
        """Whether the terminal edits lines and echoes keys, as a shell's does; a full-screen program turns it off."""
        flags = termios.tcgetattr(self._master)[3]
        return bool(flags & termios.ECHO and flags & termios.ICANON and flags & termios.ISIG)

    @property
    def bytes_written(self) -> int:
        """How many bytes the program has written so far."""
        self._drain()
        return len(self.raw)

    # Waiting

    def wait_for(self, wanted: str | Callable[[Terminal], object], timeout: float = 20.0) -> float:
        """Waits until the screen holds a text, or until a predicate on this terminal (its `screen`) is true.

        Returns:
            The monotonic time of the read that first made it so.

        Raises:
            TimeoutError: it did not within `timeout` seconds, or the program ended; the message holds the screen.
        """

        def seen() -> object:
            return wanted in "\n".join(self.screen.display) if isinstance(wanted, str) else wanted(self)

        deadline = time.monotonic() + timeout
        while not seen():
            if not self._unshown and not self._read(deadline):
                what = repr(wanted) if isinstance(wanted, str) else getattr(wanted, "__name__", wanted)
                raise TimeoutError(f"waited in vain for {what}{self._epitaph()}; the screen:\n{self.text}")
            self._take_rest()
            if self._unshown:
                self._show_next()
        return self._shown_at

    def wait_for_bytes(self, pattern: bytes, timeout: float = 20.0, since: int = 0) -> float:
        """Waits until the output from byte `since` on matches a regular expression (of up to 200 bytes).

        Returns:
            The monotonic time of the read that completed the match; now, if it was there before.

        Raises:
            TimeoutError: as `wait_for`.
        """
        wanted = re.compile(pattern)
        deadline = time.monotonic() + timeout
        read_at = time.monotonic()
        while not wanted.search(self.raw, since):
            since = max(since, len(self.raw) - 200)
            if not self._read(deadline):
                raise TimeoutError(f"waited in vain for {pattern!r}{self._epitaph()}; the screen:\n{self.text}")
            read_at = self._unshown[-1][0]
        return read_at

    def settle(self, quiet: float = 0.3, timeout: float = 20.0) -> None:
        """Reads on until the program has written nothing for `quiet` seconds, or `timeout` seconds have passed."""
        deadline = time.monotonic() + timeout
        while self._read(min(deadline, time.monotonic() + quiet)):
            pass

    def show(self) -> None:
        """Brings the screen up to all that the program has written."""
        self._drain()
        while self._unshown:
            self._show_next()

    def watch(self, seconds: float) -> int:
        """Reads for that long; returns how many bytes came."""
        before, deadline = self.bytes_written, time.monotonic() + seconds
        while self._read(deadline):
            pass
        return len(self.raw) - before

    # Doing

    def send(self, *keys: str) -> float:
        """Presses keys, by their name in `KEYS` or as text; returns the monotonic time just before."""
        data = "".join(KEYS.get(key, key) for key in keys).encode()
        now = time.monotonic()
        os.write(self._master, data)
        return now

    def resize(self, columns: int, rows: int) -> None:
        """Gives the terminal another size, of which the program is told."""
        self.show()
        self.screen.resize(rows, columns)
        self._set_size(columns, rows)

    def signal(self, number: signal.Signals) -> None:
        """Sends the program (alone, not its children) a signal."""
        self._process.send_signal(number)

    def hang_up(self) -> None:
        """The line drops: the terminal is gone, as when an SSH connection breaks."""
        self._ended = True
        os.close(self._master)
        self._master = -1

    def wait_exit(self, timeout: float = 20.0) -> int:
        """Waits until the program has ended; returns its status, negative where a signal killed it.

        Raises:
            TimeoutError: it still runs after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while self._read(deadline):
            pass
        try:
            return self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"still running after {timeout} s; the screen:\n{self.text}") from None

    def children(self) -> list[psutil.Process]:
        """The processes that the program started, and theirs."""
        return psutil.Process(self._process.pid).children(recursive=True)

    def rss_mb(self) -> float:
        """The resident memory of the program itself, in MB (10^6 bytes)."""
        return psutil.Process(self._process.pid).memory_info().rss / 1e6

    def tree_rss_mb(self) -> float:
        """The resident memory of the program and everything that it started, in MB (10^6 bytes)."""
        return self.rss_mb() + sum(process.memory_info().rss for process in self.children()) / 1e6

    def close(self) -> None:
        """Ends the program if it still runs, politely at first, and whatever it leaves behind."""
        family = []
        with contextlib.suppress(psutil.NoSuchProcess):
            family = self.children()
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(TimeoutError):
                self.wait_exit(timeout=5)
        for process in (*family, self._process):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()
        if self._master >= 0:
            os.close(self._master)
            self._master = -1
        if self._own_home:
            shutil.rmtree(self._own_home, ignore_errors=True)

    # Inside

    def _read(self, deadline: float) -> bool:
        """Takes in one read, waiting for it until `deadline`; False when none came, or none can."""
        if self._ended or not select.select([self._master], [], [], max(0.0, deadline - time.monotonic()))[0]:
            return False
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:
            data = b""  # Linux says EIO where others say end of file
        if not data:
            self._ended = True
            return False
        self._unshown.append((time.monotonic(), data))
        self.raw += data
        return True

    def _take_rest(self) -> None:
        """Takes in what follows at once: a terminal holds 4 KB, and a reader that emulates between reads slows it."""
        while self._read(time.monotonic() + FOLLOWS_S):
            pass

    def _drain(self) -> None:
        while self._read(0.0):
            pass

    def _show_next(self) -> None:
        self._shown_at, data = self._unshown.popleft()
        self._stream.feed(_KEYBOARD_POP.sub("", self._decode(data)))

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _epitaph(self) -> str:
        status = self._process.poll()
        return "" if status is None else f", and the program has ended with status {status}"
