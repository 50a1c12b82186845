"""Log events, and where a function's log events are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

REPLICA_PREFIX = "us-east-1."
"""How the group of a Lambda@Edge function begins in the regions where it runs (facts 3.14)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSource:
    """Where one function writes its logs (facts 5.1)."""

    function: str
    group: str
    """The log group's name, as LoggingConfig says; never guessed."""
    region: str = ""
    """Where the group is; empty for the region of the connection."""

    @property
    def own(self) -> bool:
        """Whether the group is the function's alone; other groups may be shared with other functions."""
        return self.group in {f"/aws/lambda/{self.function}", f"/aws/lambda/{REPLICA_PREFIX}{self.function}"}


class LogEvent(NamedTuple):
    """One event of a log stream. Events sort by time, then by ingestion, then as they arrived."""

    at_ms: int
    """Epoch ms, as whoever logged says."""
    ingested_ms: int
    """Epoch ms at which CloudWatch Logs took it."""
    sequence: int
    """Counts the events in the order in which the console had them; no two are equal."""
    source: LogSource
    stream: str
    message: str
    """As it came: several lines, control characters and all."""
