"""The operator's own editor, for a text of the console."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lambdatui.errors import ConsoleError

FALLBACK = "vi"
"""Which POSIX has everywhere."""
KEPT = "the payload is as it was"


def edited(text: str, suffix: str) -> str:
    """The text as it is after the operator edited it; the terminal must be the editor's meanwhile.

    It is in a file of the operator's alone for as long as that takes.

    Args:
        suffix: of the file's name, by which the editor knows what it is.

    Raises:
        ConsoleError: there is no such editor, it failed, or what it left is no text.
    """
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or FALLBACK
    handle, name = tempfile.mkstemp(prefix="lambdatui-", suffix=suffix)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogatepass") as file:
            file.write(text)
        with _keys_left_to_the_editor():
            ended = subprocess.run([*shlex.split(command), name], check=False)  # noqa: S603 - the operator's own choice
        if ended.returncode:
            raise ConsoleError(f"the editor {_ended(ended.returncode)}", KEPT)
        return Path(name).read_text(encoding="utf-8").removesuffix("\n")
    except UnicodeDecodeError:
        raise ConsoleError(f"the editor {command} cannot be used: what it left is not UTF-8", KEPT) from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise ConsoleError(f"the editor {command} cannot be used: {why}", KEPT) from None
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _keys_left_to_the_editor() -> Iterator[None]:
    """Ctrl+c and ctrl+\\ reach every program of a terminal. If ignored here, the editor would ignore them too."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGQUIT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ended(status: int) -> str:
    return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
