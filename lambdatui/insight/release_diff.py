"""What differs between two versions of a function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from lambdatui.models.arn import Arn
from lambdatui.models.configuration import FunctionConfiguration, FunctionDetail

OF_THE_VERSION = {
    "function_name",
    "function_arn",
    "version",
    "revision_id",
    "last_modified",
    "state",
    "state_reason",
    "state_reason_code",
    "last_update_status",
    "last_update_status_reason",
    "last_update_status_reason_code",
}
"""What two versions never share, or what says nothing of how they run."""
TOLD_APART = {"code_sha256", "code_size", "environment", "layers"}
"""What has a part of its own in the comparison."""
NOT_CONFIGURED = {"ConfigSha256", "SnapStart.OptimizationStatus"}
"""What follows from the configuration or from its having been published."""

SET = "set"
"""Stands for an environment variable's value where the other version has no such variable."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs; None where a version does not have it."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeDifference:
    """The code of both versions, compared by its hash; sizes in bytes, compressed."""

    same: bool
    before_sha256: str
    after_sha256: str
    before_size: int
    after_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseDiff:
    """What differs between two versions, part by part; an empty part is the same in both."""

    code: CodeDifference
    fields: tuple[Difference, ...]
    layers: tuple[Difference, ...]
    environment: tuple[Difference, ...]
    """By name. No value stands here: one that changed is said to differ."""
    unreadable: str = ""
    """Why the environments cannot be compared."""


def compare(before: FunctionDetail, after: FunctionDetail) -> ReleaseDiff:
    """What differs from one version to another. Values of the environment are compared and never given out."""
    old, new = before.configuration, after.configuration
    return ReleaseDiff(
        code=CodeDifference(
            same=old.code_sha256 == new.code_sha256,
            before_sha256=old.code_sha256 or "",
            after_sha256=new.code_sha256 or "",
            before_size=old.code_size or 0,
            after_size=new.code_size or 0,
        ),
        fields=tuple(_differing({**_image(before), **_fields(old)}, {**_image(after), **_fields(new)})),
        layers=tuple(_layers(old, new)),
        environment=tuple(_environment(old, new)),
        unreadable=_unreadable(old, new),
    )


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Difference]:
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield Difference(name, before.get(name), after.get(name))


def _fields(configuration: FunctionConfiguration) -> dict[str, str]:
    """What is set, by AWS's names, those of inner structures after a dot."""
    sent = configuration.model_dump(mode="json", by_alias=True, exclude=OF_THE_VERSION | TOLD_APART)
    return {name: value for name, value in _flat(sent, "") if name not in NOT_CONFIGURED}


def _flat(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """The values in a structure by their paths. What is empty is not set: AWS sends either (facts 9.8)."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
        for index, item in enumerate(value, start=1):
            yield from _flat(item, f"{path}.{index}")
    elif isinstance(value, list | tuple):
        if value:
            yield path, ", ".join(map(str, value))
    elif value not in (None, ""):
        yield path, str(value)


def _image(detail: FunctionDetail) -> dict[str, str]:
    image = detail.code.resolved_image_uri if detail.code else None
    return {"Image": image} if image else {}


def _layers(old: FunctionConfiguration, new: FunctionConfiguration) -> Iterator[Difference]:
    """Layers by name, their versions compared; the same ones in another order are a difference too."""
    before, after = _by_layer(old), _by_layer(new)
    yield from _differing(before, after)
    if before == after and list(before) != list(after):
        yield Difference("order", ", ".join(before), ", ".join(after))


def _by_layer(configuration: FunctionConfiguration) -> dict[str, str]:
    own = Arn.parse(configuration.function_arn)
    layers = (one.arn.rpartition(":") for one in configuration.layers)
    return {_layer_name(layer, own): version for layer, _, version in layers}


def _layer_name(layer: str, function: Arn | None) -> str:
    """A layer's name, and its account where that is another one than the function's."""
    arn = Arn.parse(layer)
    if arn is None:
        return layer
    name = arn.resource.removeprefix("layer:")
    return name if function and arn.account == function.account else f"{name} of account {arn.account}"


def _environment(old: FunctionConfiguration, new: FunctionConfiguration) -> Iterable[Difference]:
    if _unreadable(old, new):
        return
    before, after = _variables(old), _variables(new)
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            both = name in before and name in after
            word = "differs" if both else SET
            yield Difference(name, word if name in before else None, word if name in after else None)


def _variables(configuration: FunctionConfiguration) -> Mapping[str, SecretStr]:
    return configuration.environment.variables if configuration.environment else {}


def _unreadable(*configurations: FunctionConfiguration) -> str:
    faults = [one.environment.error for one in configurations if one.environment and one.environment.error]
    return ": ".join(filter(None, (faults[0].error_code, faults[0].message))) if faults else ""
