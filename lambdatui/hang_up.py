"""Leaving, perhaps with nobody there to read any more, while there is still something to end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

LEAVE_S = 5.0
"""How long all that flies may take to end as its plan says."""


@contextmanager
def or_to_nowhere(stream: TextIO) -> Iterator[None]:
    """Where nobody reads the stream any more, what is written to it in the block is lost, and so is all that follows.

    It is no error: neither a shift nor a console ends with its reader.
    """
    try:
        yield
    except OSError:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())
