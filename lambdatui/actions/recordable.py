"""What the audit trail may hold of the parameters of a request or an action: no secret, and no payload."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, SecretStr, ValidationInfo

from lambdatui.actions.action import MASK
from lambdatui.insight.quantities import counted

PAYLOADS = frozenset({"payload", "clientcontext"})
"""Parameters of which only the size is told, by AWS's names or the console's, without regard to case and ``_``."""

SECRET_MAPS = frozenset({"variables"})
"""Parameters of which only the names inside are told, likewise: the values of a function's environment."""


def recordable(value: Any) -> Any:
    """The value as JSON may hold it: payloads as their sizes, and a mask for whatever is secret or not plain."""
    match value:
        case Mapping():
            return {str(name): _parameter(name, part) for name, part in value.items()}
        case list():
            return [recordable(part) for part in value]
        case tuple():
            return tuple(recordable(part) for part in value)
        case bytes() | bytearray():
            return _size(value)
        case None | str() | int() | float():
            return value
        case _:
            return MASK


def _parameter(name: Any, value: Any) -> Any:
    known = str(name).replace("_", "").casefold()
    if known in PAYLOADS and value is not None:
        return _size(value)
    if known in SECRET_MAPS and isinstance(value, Mapping):
        return dict.fromkeys(value, MASK)
    return recordable(value)


def _size(payload: Any) -> str:
    match payload:
        case str():
            return _size(payload.encode(errors="surrogatepass"))
        case SecretStr():
            return _size(payload.get_secret_value())
        case bytes() | bytearray():
            return counted(len(payload), "bytes")
        case _:
            return MASK


def _unless_read(value: Any, info: ValidationInfo) -> Any:
    """A line that is read holds sizes already, which would be taken for payloads."""
    return value if info.mode == "json" else recordable(value)


def _as_it_is(value: Mapping[str, Any]) -> Mapping[str, Any]:
    if recordable(value) != value:
        raise ValueError("an inverse that needs a secret or a payload cannot be kept")
    return value


def _or_nothing(value: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return value if recordable(value) == value else None


Recordable = Annotated[Mapping[str, Any], BeforeValidator(_unless_read)]
"""What `recordable` leaves of parameters, whatever they were."""
RecordableWhole = Annotated[Mapping[str, Any], AfterValidator(_as_it_is)]
"""Parameters of which nothing has to be left out; others are a ValidationError."""
RecordableOrNothing = Annotated[Mapping[str, Any] | None, BeforeValidator(_or_nothing)]
"""Parameters of which nothing has to be left out, and None for others."""
