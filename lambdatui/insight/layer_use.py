"""Which functions use which layer versions, and what a function's package weighs with its layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lambdatui.insight.layer_owners import Owner, layer_owner
from lambdatui.models.function import FunctionSummary
from lambdatui.models.layer import Layer, LayerVersion, LayerVersionId, UsedLayer

LIMIT = 5
"""Layers that a function may have (facts 3.7)."""
UNZIPPED_LIMIT = 250 * 1024 * 1024
"""Bytes that code and layers may have together, unzipped, which AWS tells nobody (facts 3.7, 9.8 O11)."""
NEAR_LIMIT = 60 * 1024 * 1024
"""Bytes, compressed, from which on the unzipped limit may be near (facts 9.8 O11, a rule of thumb)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerUse:
    """A layer version that functions use, or the newest of a layer that nobody uses."""

    id: LayerVersionId
    owner: Owner
    functions: int
    """How many functions have it in ``$LATEST``."""
    newest: int | None = None
    """The newest version of the layer; None where that is not known, or none is left."""
    gone: bool = False
    """Whether the account's layers were listed to the end, and this layer was not among them: it was deleted."""
    details: LayerVersion | None = None
    """Known of the newest version only: ListLayers tells no more."""

    @property
    def is_newest(self) -> bool:
        return self.id.version == self.newest

    @property
    def older(self) -> bool:
        """Whether a newer version is known."""
        return self.newest is not None and self.id.version < self.newest


def layer_uses(
    functions: Iterable[FunctionSummary], layers: Mapping[str, Layer], *, account: str, complete: bool
) -> list[LayerUse]:
    """Every layer version in use, and every layer's newest version; layers of other accounts included.

    Args:
        functions: the inventory.
        layers: the account's own layers by ARN, as far as they are listed.
        account: the account whose layers they are.
        complete: whether `layers` are all there are.
    """
    counts: dict[str, int] = {}
    for function in functions:
        for arn in function.layers:
            counts[arn] = counts.get(arn, 0) + 1
    newest = {
        arn: layer.latest_matching_version for arn, layer in layers.items() if layer.latest_matching_version is not None
    }
    for version in newest.values():
        counts.setdefault(version.layer_version_arn, 0)
    return [_use(LayerVersionId.parse(arn), count, newest, account, complete) for arn, count in counts.items()]


def _use(id_: LayerVersionId, count: int, newest: Mapping[str, LayerVersion], account: str, complete: bool) -> LayerUse:
    latest = newest.get(id_.layer_arn)
    return LayerUse(
        id=id_,
        owner=layer_owner(id_.account, account),
        functions=count,
        newest=latest.version if latest else None,
        gone=complete and latest is None and id_.account == account,
        details=latest if latest and latest.version == id_.version else None,
    )


def package_size(function: FunctionSummary, layers: Sequence[UsedLayer]) -> int | None:
    """Bytes of code and layers together, compressed; None where the size of a layer is not known."""
    sizes = [layer.size for layer in layers if isinstance(layer.size, int)]
    return function.code_size + sum(sizes) if len(sizes) == len(layers) else None
