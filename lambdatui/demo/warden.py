"""Runs one command in a private temp folder for as long as standard input stays open, then leaves nothing behind.

Whoever starts a warden holds the other end of its standard input. However that process ends, a crash and kill -9
included, the kernel closes the pipe; the warden then kills the command with everything that it started, and removes
the folder. It is run as a plain script with only the standard library, so that it is up in a few milliseconds.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from types import FrameType

ENDINGS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)


def leave(_number: int, _frame: FrameType | None) -> None:
    """Ends the warden by way of its ``finally`` clauses, once."""
    for number in ENDINGS:
        signal.signal(number, signal.SIG_DFL if number == signal.SIGCHLD else signal.SIG_IGN)
    sys.exit()


def main(command: list[str]) -> None:
    """Runs `command` until standard input ends, the command ends, or a signal asks to stop."""
    for number in ENDINGS:
        signal.signal(number, leave)
    folder = tempfile.mkdtemp(prefix="lambdatui-demo-")
    try:
        child = subprocess.Popen(  # noqa: S603 (the command is given by Emulator, not by a user)
            command,
            cwd=folder,
            env={**os.environ, "HOME": folder, "TMPDIR": folder},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            sys.stdin.buffer.read()
        finally:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
