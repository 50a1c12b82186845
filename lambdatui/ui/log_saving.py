"""What a log shows, written to a file of the operator's."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from lambdatui.errors import ConsoleError
from lambdatui.models.invocation import Invocation
from lambdatui.models.log import LogEvent
from lambdatui.ui.log_text import as_record, as_text
from lambdatui.ui.widgets.column import Column

T = TypeVar("T")

AT_ONCE = 1_000
"""Lines written between two turns of the loop."""


def file_name(what: str, now: int) -> str:
    """A name for a file in the current folder, of harmless characters: ``orders-20261120T221500Z.log``.

    Args:
        now: epoch ms.
    """
    stamp = datetime.fromtimestamp(now / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"{re.sub(r'[^A-Za-z0-9_.-]', '-', what)}-{stamp}.log"


async def save_events(path: Path, events: Sequence[LogEvent], *, several: bool) -> int:
    """Writes log events as `lambdatui logs` prints them: JSON lines to a ``.jsonl``, and otherwise text.

    Args:
        several: whether text lines are to name the function.

    Returns:
        How many were written.

    Raises:
        ConsoleError: there is such a file already, or it cannot be written.
    """
    if _is_jsonl(path):
        return await _save(path, events, as_record)
    return await _save(path, events, lambda event: as_text(event, several))


async def save_invocations(path: Path, invocations: Sequence[Invocation], columns: Sequence[Column[Invocation]]) -> int:
    """Writes invocations: all that is known to a ``.jsonl``, and otherwise the columns with tabs between them.

    Returns, and raises, as `save_events` does.
    """
    if _is_jsonl(path):
        return await _save(path, invocations, lambda each: json.dumps(dataclasses.asdict(each)) + "\n")
    return await _save(path, invocations, lambda each: "\t".join(column.text(each) for column in columns) + "\n")


def _is_jsonl(path: Path) -> bool:
    return path.suffix in {".jsonl", ".ndjson"}


async def _save(path: Path, records: Iterable[T], write: Callable[[T], str]) -> int:
    """Creates the file, which only its owner may read: logs hold what nobody meant to show."""
    count = 0
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            for record in records:
                file.write(write(record))
                count += 1
                if count % AT_ONCE == 0:
                    await asyncio.sleep(0)
    except FileExistsError:
        raise ConsoleError(f"{path} is there already", "choose another name") from None
    except (OSError, UnicodeError, ValueError) as error:
        raise ConsoleError(f"{path} cannot be written: {error}", "choose another place") from None
    return count
