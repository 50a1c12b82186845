"""What to connect to. Importing this costs nothing, which the start of the console needs."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Target:
    """What to connect to, as asked for; what is None is left to the AWS configuration of the machine."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    access_key_id: str | None = None
    """Given with `secret_access_key`, the machine's AWS configuration is not looked at: only the demo does this."""
    secret_access_key: str | None = field(default=None, repr=False)
    read_only: bool = False
    billed_reads: bool = True
    """Whether reads that AWS charges for (StartQuery, StartLiveTail) may be sent."""
