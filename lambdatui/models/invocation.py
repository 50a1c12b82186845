"""One invocation of a function, as its log tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["unknown", "running", "success", "error", "timeout", "out of memory"]
"""How an invocation went. `unknown`: it ended, or was heard of, but nothing told how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One request to a function; its last attempt, where Lambda tried it again under the same request id."""

    request_id: str
    function: str
    version: str | None = None
    stream: str
    """The log stream of its last start or report: one execution environment."""
    started_ms: int
    """Epoch ms; where no start was seen, reckoned from what was."""
    ended_ms: int | None = None
    """Epoch ms."""
    duration_ms: float | None = None
    """Excludes the init, unless the init had to be run again inside the invocation (facts 5.2 rule 3)."""
    billed_ms: int | None = None
    """Includes init and billed restore already: nothing is to be added (facts 5.2 rule 2)."""
    memory_mb: int | None = None
    """The function's memory size."""
    used_mb: int | None = None
    """The most that the environment used over all its invocations so far, not this one alone (facts 5.2 rule 5)."""
    init_ms: float | None = None
    restore_ms: float | None = None
    """How long SnapStart took to restore the environment."""
    status: Status
    """Text logs of a success say nothing, so `success` is then: it was reported, and no failure was seen."""
    error_type: str | None = None
    error_message: str | None = None
    """The first line."""
    trace_id: str | None = None
    """X-Ray's."""

    @property
    def cold(self) -> bool:
        """Whether it waited for an environment to be made or restored (facts 5.2 rule 7)."""
        return self.init_ms is not None or self.restore_ms is not None

    @property
    def failed(self) -> bool:
        return self.status in {"error", "timeout", "out of memory"}

    def age_ms(self, now_ms: int) -> int | None:
        """For how many ms it has been running; None where it is not."""
        return max(0, now_ms - self.started_ms) if self.status == "running" else None
