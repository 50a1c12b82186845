"""A function as ListFunctions describes it: one row of the inventory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSummary:
    """One function of the region, without its environment values.

    A slotted dataclass and not a pydantic model: the console holds 10,000 of them and shows the first ones from the
    cache before pydantic could be imported. Everything that is shown once is a pydantic model.

    ListFunctions omits State and LastUpdateStatus, so this has neither (facts 2.1). `runtime` and `handler` are absent
    for container images (facts 8).
    """

    name: str
    arn: str
    runtime: str | None = None
    handler: str | None = None
    role: str = ""
    description: str = ""
    memory_mb: int = 128
    timeout_s: int = 3
    code_size: int = 0
    """Bytes, compressed."""
    code_sha256: str = ""
    last_modified: int | None = None
    """Epoch ms; None where AWS sent no time that can be read."""
    package_type: str = "Zip"
    architectures: tuple[str, ...] = ("x86_64",)
    ephemeral_storage_mb: int = 512
    layers: tuple[str, ...] = ()
    """Layer version ARNs, in order."""
    vpc_id: str | None = None
    log_group: str = ""
    log_format: str = "Text"
    system_log_level: str = "INFO"
    """Which of Lambda's own lines are logged; counts for JSON alone (facts 5.1)."""
    tracing: str = "PassThrough"
    snap_start: str = "None"
    dead_letter_arn: str | None = None
    master_arn: str | None = None
    """The function in us-east-1 that this Lambda@Edge replica copies (facts 3.14)."""

    @classmethod
    def from_aws(cls, configuration: Mapping[str, Any]) -> FunctionSummary:
        """Reads a FunctionConfiguration as botocore parsed it; the environment is not looked at."""
        vpc = configuration.get("VpcConfig") or {}
        logging = configuration.get("LoggingConfig") or {}
        name = configuration["FunctionName"]
        return cls(
            name=name,
            arn=configuration.get("FunctionArn", ""),
            runtime=configuration.get("Runtime"),
            handler=configuration.get("Handler"),
            role=configuration.get("Role", ""),
            description=configuration.get("Description", ""),
            memory_mb=configuration.get("MemorySize", 128),
            timeout_s=configuration.get("Timeout", 3),
            code_size=configuration.get("CodeSize", 0),
            code_sha256=configuration.get("CodeSha256", ""),
            last_modified=epoch_ms(configuration.get("LastModified")),
            package_type=configuration.get("PackageType", "Zip"),
            architectures=tuple(configuration.get("Architectures") or ("x86_64",)),
            ephemeral_storage_mb=(configuration.get("EphemeralStorage") or {}).get("Size", 512),
            layers=tuple(layer["Arn"] for layer in configuration.get("Layers") or ()),
            vpc_id=vpc.get("VpcId") or None,
            log_group=logging.get("LogGroup") or f"/aws/lambda/{name}",
            log_format=logging.get("LogFormat", "Text"),
            system_log_level=logging.get("SystemLogLevel", "INFO"),
            tracing=(configuration.get("TracingConfig") or {}).get("Mode", "PassThrough"),
            snap_start=(configuration.get("SnapStart") or {}).get("ApplyOn", "None"),
            dead_letter_arn=(configuration.get("DeadLetterConfig") or {}).get("TargetArn"),
            master_arn=configuration.get("MasterArn"),
        )

    def to_row(self) -> list[Any]:
        """The fields in order, as JSON can hold them; `from_row` reads it back."""
        return [getattr(self, name) for name in FIELD_NAMES]

    @classmethod
    def from_row(cls, row: list[Any]) -> FunctionSummary:
        """The inverse of `to_row`, after JSON turned tuples into lists."""
        values: Iterable[Any] = (tuple(value) if isinstance(value, list) else value for value in row)
        return cls(**dict(zip(FIELD_NAMES, values, strict=True)))


FIELD_NAMES = tuple(field.name for field in fields(FunctionSummary))


def epoch_ms(timestamp: str | None) -> int | None:
    """Reads Lambda's ``2026-11-20T10:11:12.000+0000`` as epoch ms; None if there is none or it cannot be read."""
    if not timestamp:
        return None
    try:
        return int(datetime.fromisoformat(timestamp).timestamp() * 1000)
    except ValueError:
        return None
