"""What every event is made of: the function, its source, the moment, and identifiers that look real."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from lambdatui.models.arn import Arn, function_name

EXAMPLE_TOPIC = "example-topic"
CLIENT_IP = "203.0.113.17"
"""Of a range that is kept for documentation."""
USER_AGENT = "lambdatui"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One event that might have happened."""

    function_arn: Arn
    now_ms: int
    source: str | None
    topic: str

    @classmethod
    def of(cls, function_arn: str, now_ms: int, source: str | None, topic: str) -> Occasion:
        """Raises:
        ValueError: the function's ARN is none.
        """
        parsed = Arn.parse(function_arn)
        if parsed is None or not function_name(function_arn):
            raise ValueError("not the ARN of a function")
        return cls(function_arn=parsed, now_ms=now_ms, source=source, topic=topic)

    @property
    def region(self) -> str:
        return self.function_arn.region

    @property
    def account(self) -> str:
        return self.function_arn.account

    @property
    def function(self) -> str:
        return function_name(str(self.function_arn))

    @property
    def domain(self) -> str:
        """Where the services of the partition have their addresses."""
        return "amazonaws.com.cn" if self.function_arn.partition == "aws-cn" else "amazonaws.com"

    @property
    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.now_ms / 1000, UTC)

    @property
    def iso_ms(self) -> str:
        """Such as ``2026-11-20T10:11:12.345Z``."""
        return self.moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    @property
    def iso_s(self) -> str:
        """Such as ``2026-11-20T10:11:12Z``."""
        return self.moment.isoformat(timespec="seconds").replace("+00:00", "Z")

    @property
    def clf(self) -> str:
        """As web servers log it, such as ``20/Nov/2026:10:11:12 +0000``."""
        return f"{self.moment:%d/%b/%Y:%H:%M:%S %z}"

    def source_arn(self, service: str, resource: str) -> Arn:
        """The source's ARN; one of an example in the function's own region and account, if there is no source."""
        known = Arn.parse(self.source or "")
        return known or Arn(self.function_arn.partition, service, self.region, self.account, resource)

    def uuid(self, what: str) -> str:
        """An identifier that is the same for the same function and moment."""
        return str(uuid5(NAMESPACE_URL, f"{self.function_arn}/{self.now_ms}/{what}"))

    def hex(self, what: str, length: int) -> str:
        """As `uuid`, in up to 32 hexadecimal digits."""
        return self.uuid(what).replace("-", "")[:length]

    @property
    def trace_header(self) -> str:
        """X-Ray's, as the front doors add it to a request."""
        return f"Root=1-{self.now_ms // 1000:08x}-{self.hex('trace', 24)}"


Builder = Callable[[Occasion], dict[str, Any]]
