"""Layers: code and libraries that functions share, published in numbered versions."""

from __future__ import annotations

from dataclasses import dataclass

from lambdatui.errors import ConsoleError, NotFound
from lambdatui.models.configuration import AwsModel, Downloadable
from lambdatui.models.function import epoch_ms


@dataclass(frozen=True, slots=True)
class LayerVersionId:
    """One version of a layer, by its ARN.

    `account` is empty and `version` 0 where the ARN has none: Lambda's own ``arn:aws:lambda:::awslayer:NAME``.
    """

    arn: str
    layer_arn: str
    """The layer's, without the version."""
    account: str
    name: str
    version: int

    @classmethod
    def parse(cls, arn: str) -> LayerVersionId:
        """Reads a layer version's ARN; one of another form keeps all of it as the name, so that nothing is lost."""
        parts = arn.split(":")
        if len(parts) == 8 and parts[5] == "layer" and parts[7].isdigit():
            return cls(arn, arn.rpartition(":")[0], parts[4], parts[6], int(parts[7]))
        name = parts[6] if len(parts) == 7 and parts[5] == "awslayer" else arn
        return cls(arn, arn, "", name, 0)

    def __str__(self) -> str:
        return f"{self.name}:{self.version}" if self.version else self.name


class LayerContent(Downloadable):
    """The archive of a layer version."""

    code_size: int | None = None
    """Bytes, compressed."""
    code_sha256: str | None = None
    signing_profile_version_arn: str | None = None
    signing_job_arn: str | None = None


class LayerVersion(AwsModel):
    """One published version. Lists leave `content` and `layer_arn` out."""

    layer_version_arn: str
    version: int
    layer_arn: str | None = None
    description: str | None = None
    created_date: str | None = None
    """As AWS wrote it; `created_ms` reads it."""
    compatible_runtimes: tuple[str, ...] = ()
    """Empty where the publisher declared none: any runtime may use it."""
    compatible_architectures: tuple[str, ...] = ()
    """Empty where the publisher declared none."""
    license_info: str | None = None
    content: LayerContent | None = None

    @property
    def created_ms(self) -> int | None:
        """Epoch ms; None where AWS sent no time that can be read."""
        return epoch_ms(self.created_date)


class Layer(AwsModel):
    """A layer of the account as ListLayers gives it: with its newest version and no other."""

    layer_name: str
    layer_arn: str
    latest_matching_version: LayerVersion | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedLayer:
    """One layer of a function. Its parts are asked for one by one: each is None until it is known, or why it is not."""

    position: int
    """From 1: a later layer's files go over those of an earlier one."""
    id: LayerVersionId
    size: int | ConsoleError | None = None
    """Bytes, compressed, as the function tells it."""
    details: LayerVersion | ConsoleError | None = None
    """NotFound: this version was deleted; functions that have it keep running with it (facts 9.8 O12)."""
    versions: tuple[int, ...] | ConsoleError | None = None
    """The versions that exist."""

    @property
    def deleted(self) -> bool:
        """Whether this version is known to exist no more."""
        return isinstance(self.details, NotFound)

    @property
    def newest(self) -> int | None:
        """The newest version there is; None where that is not known, or none is left."""
        return max(self.versions, default=None) if isinstance(self.versions, tuple) else None

    @property
    def behind(self) -> int | None:
        """How many newer versions there are; None where that is not known."""
        if not isinstance(self.versions, tuple) or not self.versions:
            return None
        return sum(version > self.id.version for version in self.versions)

    @property
    def troubles(self) -> tuple[ConsoleError, ...]:
        """Why parts are not known; a deleted version is an answer and no trouble."""
        parts = (self.size, self.details, self.versions)
        return tuple(part for part in parts if isinstance(part, ConsoleError) and not isinstance(part, NotFound))
