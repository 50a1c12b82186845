"""The releases of a function: its versions, the aliases that point at them, and what hangs on an alias."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from pydantic import Field

from lambdatui.errors import ConsoleError
from lambdatui.models.arn import LATEST, qualifier_of
from lambdatui.models.configuration import AwsModel, FunctionUrl
from lambdatui.models.function import FunctionSummary

T = TypeVar("T")

OWN_FIELDS = 7
"""Fields of a function's ARN; the eighth is the version or alias."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a function, without its environment; slotted for the same reason as `FunctionSummary`."""

    number: str
    """Digits; ``$LATEST``, or its kin of Managed Instances, ``$LATEST.PUBLISHED`` (facts 3.1)."""
    function: FunctionSummary
    """How it is configured; its ARN is the function's own."""
    snap_start_status: str = ""
    """``On`` or ``Off``; empty where AWS did not say."""

    @classmethod
    def from_aws(cls, configuration: Mapping[str, Any]) -> Version:
        """Reads a FunctionConfiguration as botocore parsed it; the environment is not looked at."""
        own_arn = ":".join(configuration.get("FunctionArn", "").split(":")[:OWN_FIELDS])
        return cls(
            number=configuration.get("Version", LATEST),
            function=FunctionSummary.from_aws({**configuration, "FunctionArn": own_arn}),
            snap_start_status=(configuration.get("SnapStart") or {}).get("OptimizationStatus") or "",
        )

    @property
    def published(self) -> bool:
        """Whether it is an immutable version with a number."""
        return self.number.isdecimal()

    @property
    def order(self) -> float:
        """The greater, the newer; ``$LATEST`` is newer than all that was published."""
        return int(self.number) if self.published else math.inf


class RoutingConfig(AwsModel):
    """What an alias sends to a version besides its main one: shares 0..1 by version, of one version at most."""

    additional_version_weights: dict[str, float] = Field(default_factory=dict)


class Alias(AwsModel):
    """A name that points at a version, or at two."""

    name: str
    function_version: str
    """The main version: it gets what the additional one leaves (facts 3.2)."""
    alias_arn: str | None = None
    description: str | None = None
    routing_config: RoutingConfig | None = None
    revision_id: str | None = None

    @property
    def additional(self) -> Mapping[str, float]:
        """The share of the traffic, 0..1, by additional version; empty where all of it goes to the main version."""
        return self.routing_config.additional_version_weights if self.routing_config else {}

    @property
    def shares(self) -> Mapping[str, float]:
        """The share of the traffic, 0..1, that each version gets, the main one first."""
        return {self.function_version: 1 - sum(self.additional.values()), **self.additional}

    @property
    def all_on_additional(self) -> str | None:
        """The additional version if it gets everything, which only a provisioned shift brings about (facts 3.3)."""
        return next((version for version, weight in self.additional.items() if weight >= 1), None)


class ProvisionedConcurrency(AwsModel):
    """Execution environments kept ready for a version or an alias; `status` may be a word of AWS's to come."""

    function_arn: str | None = None
    requested_provisioned_concurrent_executions: int = 0
    allocated_provisioned_concurrent_executions: int = 0
    available_provisioned_concurrent_executions: int = 0
    status: str | None = None
    """``IN_PROGRESS``, ``READY`` or ``FAILED``."""
    status_reason: str | None = None
    last_modified: str | None = None

    @property
    def qualifier(self) -> str:
        """The version or alias that it is for."""
        return qualifier_of(self.function_arn or "")


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """What one call gave: its items, or why there are none, or neither while it is being asked for.

    Items of an earlier call stay when a later one fails.
    """

    items: tuple[T, ...] = ()
    error: ConsoleError | None = None
    pending: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseParts:
    """What is asked for beside the versions; each part fails alone."""

    aliases: Part[Alias] = Part()
    provisioned: Part[ProvisionedConcurrency] = Part()
    urls: Part[FunctionUrl] = Part()
    policies: Part[str] = Part()
    """The aliases whose resource policy allows something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An alias at one of its versions."""

    alias: Alias
    share: float
    """Of the alias' traffic, 0..1."""

    @property
    def split(self) -> bool:
        """Whether the alias has weights at all."""
        return bool(self.alias.additional)


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said of a release, and how it is meant; an empty tone is a plain statement."""

    text: str
    """As short as a row needs it."""
    tone: Literal["", "dim", "warning", "error"] = ""
    explained: str = ""
    """The same at length, where there is more to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A version with the aliases that point at it and all that hangs on it or on them."""

    version: Version
    routes: tuple[Route, ...] = ()
    provisioned: tuple[ProvisionedConcurrency, ...] = ()
    urls: tuple[FunctionUrl, ...] = ()
    policies: tuple[str, ...] = ()
    """The aliases here whose resource policy allows something."""
    remarks: tuple[Remark, ...] = ()
    parts: ReleaseParts = field(default_factory=ReleaseParts)
    """What all of it was taken from, which knows what is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionReleases:
    """The releases of one function of the region, added up."""

    name: str
    latest: Version | None = None
    newest: Version | None = None
    """The newest published version of those seen so far."""
    versions: int = 0
    """Published ones."""
    code_size: int = 0
    """Bytes, of all versions together, ``$LATEST`` included."""
    whole: bool = False
    """Whether all versions were seen."""
    aliases: Part[str] = Part()
    """Those that had traffic lately."""
