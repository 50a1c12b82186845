"""The terminal, as Textual drives it, until it is gone: the console still ends then what it began."""

from __future__ import annotations

import os
import selectors
import signal
from codecs import getincrementaldecoder
from collections.abc import Mapping
from typing import Any, TextIO, cast

from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.drivers.linux_driver import LinuxDriver

from lambdatui.hang_up import or_to_nowhere

READ_BYTES = 4_096
TICK_S = 0.1
"""How often the parser is asked whether an escape that nothing followed was the key."""
VISIBLE: Mapping[int, str] = {
    control: f"\\u{control:04x}" for control in (*range(0x20), *range(0x7F, 0xA0)) if chr(control) not in "\t\n\r"
}
"""Control characters that are pasted, as JSON writes them: in a payload that means the same."""


class LastingDriver(LinuxDriver):
    """A terminal that is gone hangs the console up, as a broken connection does, and what is pasted types nothing.

    Textual's own driver would crash it for want of input, and block it where its output is not taken any more.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        assert self._file is not None
        self._file = cast("Any", _Output(self._file))

    def run_input_thread(self) -> None:
        """Reads keys until the console ends or the terminal is gone. What is no UTF-8 is replaced, and no end."""
        parser, pastes, decode = XTermParser(self._debug), Pastes(), getincrementaldecoder("utf-8")("replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(TICK_S):
                    if not (data := self._read()):
                        os.kill(os.getpid(), signal.SIGHUP)
                        return
                    # of a character or a marker that has only begun there is nothing to parse yet; "" would be the end
                    for message in parser.feed(text) if (text := pastes.tamed(decode(data))) else ():
                        self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)

    def _read(self) -> bytes:
        """What was typed; nothing where there is no terminal any more."""
        try:
            return os.read(self.fileno, READ_BYTES)
        except OSError:
            return b""


class Pastes:
    """Tells what is pasted from what is typed, in what a terminal sends that brackets pastes.

    Textual takes a paste for ended at its first escape, and what follows for keys. A text that holds the end marker
    itself cannot be told from a paste that ended: terminals leave escapes out of what they paste for that reason.
    """

    def __init__(self) -> None:
        self._pasting = False
        self._begun = ""
        """What may be the beginning of a marker whose rest comes with the next read; within a paste it waits for it."""

    def tamed(self, read: str) -> str:
        """What is to be parsed of what was read: keys as they are, and a pasted text without control characters."""
        tame, rest, parsed = "", self._begun + read, 0 if self._pasting else len(self._begun)
        while True:
            marker = BRACKETED_PASTE_END if self._pasting else BRACKETED_PASTE_START
            before, found, after = rest.partition(marker)
            if not found:
                break
            tame += (before.translate(VISIBLE) if self._pasting else before) + found
            self._pasting, rest = not self._pasting, after
        self._begun = next((part for n in range(len(marker) - 1, 0, -1) if rest.endswith(part := marker[:n])), "")
        return (tame + (rest.removesuffix(self._begun).translate(VISIBLE) if self._pasting else rest))[parsed:]


class _Output:
    """Takes what is written whether there is a terminal or not."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal
        self.fileno = terminal.fileno

    def write(self, text: str) -> None:
        with or_to_nowhere(self._terminal):
            self._terminal.write(text)

    def flush(self) -> None:
        with or_to_nowhere(self._terminal):
            self._terminal.flush()
