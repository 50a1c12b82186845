"""The terminal, as Textual drives it, until it is gone: the console still ends then what it began."""

from __future__ import annotations

import os
import signal
from typing import Any, TextIO, cast

from textual.drivers.linux_driver import LinuxDriver

from lambdatui.hang_up import or_to_nowhere


class LastingDriver(LinuxDriver):
    """A terminal that is gone hangs the console up, as a broken connection does.

    Textual's own driver would crash it for want of input, and block it where its output is not taken any more.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        assert self._file is not None
        self._file = cast("Any", _Output(self._file))

    def run_input_thread(self) -> None:
        try:
            super().run_input_thread()
        except OSError:
            os.kill(os.getpid(), signal.SIGHUP)


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
