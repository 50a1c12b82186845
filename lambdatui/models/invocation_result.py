"""One invocation as an operator asks for it, and what AWS answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from lambdatui.models.arn import LATEST


class InvocationType(StrEnum):
    """How a function is invoked, in AWS's words."""

    REQUEST_RESPONSE = "RequestResponse"
    """Waits for what the function returns."""
    EVENT = "Event"
    """Queues the event; Lambda tries it up to three times (facts 3.8)."""
    DRY_RUN = "DryRun"
    """Asks whether it would be allowed, and runs nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationRequest:
    """What is to be sent. What may be secret in it is kept out of its `repr`."""

    function: str
    """A name or an ARN without qualifier."""
    qualifier: str = LATEST
    type: InvocationType = InvocationType.REQUEST_RESPONSE
    payload: str = field(default="", repr=False)
    """JSON; empty for none."""
    client_context: str = field(default="", repr=False)
    """JSON, which Lambda hands on in synchronous invocations only; empty for none."""
    tenant_id: str | None = None
    """Needed where the function isolates its tenants (facts 3.13)."""
    timeout_s: int = 900
    """The function's own timeout, seconds; by default the longest that there is (facts 3.7)."""

    @property
    def payload_bytes(self) -> bytes:
        """As it is sent. What is no valid Unicode is sent as well, for AWS to refuse."""
        return self.payload.encode(errors="surrogatepass")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationResult:
    """What AWS answered. What may be secret in it is kept out of its `repr`."""

    status: int
    """HTTP's: 200 it ran, 202 it is queued, 204 it would be allowed. 200 is no success: see `function_error`."""
    executed_version: str | None = None
    function_error: str | None = None
    """``Unhandled`` or ``Handled`` where the function failed; the payload then tells how (facts 5.4)."""
    payload: str = field(default="", repr=False)
    log_tail: str = field(default="", repr=False)
    """The last 4 KB of what it logged, of synchronous invocations only (facts 3.7)."""
    request_id: str
    trace_id: str | None = None
    """X-Ray's, whether or not the trace was recorded."""
    sent_ms: int
    """Epoch ms."""
    duration_ms: float
    """From sending to the end of the answer, as the operator waited."""
