"""The least that an operation can be called with, by botocore's own model."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

SCALARS: dict[str, Any] = {
    "integer": 1,
    "long": 1,
    "float": 1.0,
    "double": 1.0,
    "boolean": True,
    "blob": b"x",
    "timestamp": datetime(2026, 11, 20, tzinfo=UTC),
}


def least_parameters(shape: Any) -> dict[str, Any]:
    """Parameters with every required member and nothing else; `shape` is an input shape, or None for no input."""
    return {} if shape is None else _value(shape)


def _value(shape: Any) -> Any:
    if getattr(shape, "is_document_type", False):
        return {}
    match shape.type_name:
        case "structure":
            required = list(shape.members)[:1] if getattr(shape, "is_tagged_union", False) else shape.required_members
            return {name: _value(shape.members[name]) for name in required}
        case "list":
            return [_value(shape.member)] * max(1, shape.metadata.get("min", 0))
        case "map":
            return {_value(shape.key): _value(shape.value)}
        case "string":
            return shape.enum[0] if shape.enum else "a" * max(3, shape.metadata.get("min", 0))
        case scalar:
            return (
                max(SCALARS[scalar], shape.metadata.get("min", 0)) if scalar in {"integer", "long"} else SCALARS[scalar]
            )
