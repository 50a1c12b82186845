"""The operator's own editor, for a text of the console."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from lambdatui.errors import ConsoleError

FALLBACK = "vi"
"""Which POSIX has everywhere."""


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
        ended = subprocess.run([*shlex.split(command), name], check=False)  # noqa: S603 - the operator's own choice
        if ended.returncode:
            raise ConsoleError(f"the editor ended with status {ended.returncode}", "the payload is as it was")
        return Path(name).read_text(encoding="utf-8").removesuffix("\n")
    except (OSError, ValueError) as error:
        raise ConsoleError(f"the editor {command} cannot be used: {_why(error)}", "set EDITOR") from None
    finally:
        Path(name).unlink(missing_ok=True)


def _why(error: OSError | ValueError) -> str:
    """In some words; a text that cannot be decoded is never quoted."""
    return (
        error.strerror or "" if isinstance(error, OSError) else "what it left is not UTF-8, or its name is no command"
    )
