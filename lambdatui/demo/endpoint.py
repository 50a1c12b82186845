"""Where the embedded AWS listens, and with which keys."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class DemoEndpoint:
    """Everything that a client needs to use the embedded AWS."""

    endpoint: str
    """``http://127.0.0.1:PORT``."""
    region: str
    access_key_id: str
    secret_access_key: str

    def to_line(self) -> str:
        """One line of JSON; `from_line` reads it back."""
        return json.dumps(asdict(self))

    @classmethod
    def from_line(cls, line: str | bytes) -> DemoEndpoint:
        """The inverse of `to_line`.

        Raises:
            ValueError: the line is not such a JSON object.
        """
        fields = json.loads(line)
        if not isinstance(fields, dict) or set(fields) != set(cls.__dataclass_fields__):
            raise ValueError("not an endpoint")
        return cls(**fields)

    def environment(self) -> dict[str, str]:
        """The variables that point any AWS client (CLI, SDK, Terraform) at this endpoint.

        Each takes the region from one of two, and one that is set already must not lead it elsewhere.
        """
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
        }
