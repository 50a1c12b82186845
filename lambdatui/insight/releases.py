"""What the releases of a function mean together: who points where, what drifted, what is stuck."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum

from lambdatui.models.arn import qualifier_of
from lambdatui.models.function import FunctionSummary
from lambdatui.models.release import (
    Alias,
    FunctionReleases,
    ProvisionedConcurrency,
    Release,
    ReleaseParts,
    Remark,
    Route,
    Version,
)

IN_PROGRESS = "IN_PROGRESS"
READY = "READY"


class Drift(StrEnum):
    """How ``$LATEST`` stands to a version; the version's number completes the phrase."""

    SAME = "same code as"
    CONFIGURATION = "same code, other configuration than"
    CODE = "drifted from"


def drift(latest: Version, version: Version) -> Drift:
    """How the code and the visible configuration of ``$LATEST`` stand to those of a version.

    Lists of versions are read without environments, so that these are not compared.
    """
    if latest.function.code_sha256 != version.function.code_sha256:
        return Drift.CODE
    same = _configuration(latest) == _configuration(version)
    return Drift.SAME if same else Drift.CONFIGURATION


def _configuration(version: Version) -> FunctionSummary:
    return replace(version.function, arn="", description="", last_modified=None)


def releases(
    versions: Sequence[Version], parts: ReleaseParts, *, whole: bool, shifted: Container[str] | None = None
) -> list[Release]:
    """The versions with all that belongs to each, in the order given.

    Args:
        versions: as far as they have been read.
        parts: what is known beside them.
        whole: whether these are all versions, so that the newest is known.
        shifted: the aliases of which a shift is on record; None where that is not known.
    """
    newest = max((version for version in versions if version.published), key=lambda v: v.order, default=None)
    return [_release(version, newest, parts, whole=whole, shifted=shifted) for version in versions]


def _release(
    version: Version, newest: Version | None, parts: ReleaseParts, *, whole: bool, shifted: Container[str] | None
) -> Release:
    number = version.number
    routes = tuple(
        Route(alias=alias, share=alias.shares[number]) for alias in parts.aliases.items if number in alias.shares
    )
    # What hangs on an alias is shown where the alias itself points, and not again where it sends a share.
    here = {number, *(route.alias.name for route in routes if route.alias.function_version == number)}
    provisioned = tuple(one for one in parts.provisioned.items if one.qualifier in here)
    return Release(
        version=version,
        routes=routes,
        provisioned=provisioned,
        urls=tuple(url for url in parts.urls.items if qualifier_of(url.function_arn or "") in here),
        policies=tuple(name for name in parts.policies.items if name in here),
        remarks=(
            *_splits(version.number, routes, shifted),
            *_remarks(version, newest, routes, provisioned, parts, whole=whole),
        ),
        parts=parts,
    )


def _remarks(
    version: Version,
    newest: Version | None,
    routes: Iterable[Route],
    provisioned: Iterable[ProvisionedConcurrency],
    parts: ReleaseParts,
    *,
    whole: bool,
) -> Iterator[Remark]:
    for route in routes:
        if (additional := route.alias.all_on_additional) is not None:
            yield _shift(route.alias, additional, version.number, parts)
    for one in provisioned:
        if one.status not in {READY, None}:
            why = f": {one.status_reason}" if one.status_reason else ""
            yield Remark(f"provisioned {one.status}{why}", "warning" if one.status == IN_PROGRESS else "error")
    if not version.published:
        yield _standing(version, newest, whole=whole)
    elif not routes and not parts.aliases.pending and parts.aliases.error is None:
        yield Remark("no alias", "dim")


def _splits(number: str, routes: Iterable[Route], shifted: Container[str] | None) -> Iterator[Remark]:
    """What is to be said, of the version that gets the weight, about an alias that is divided."""
    for route in routes:
        weight = route.alias.additional.get(number, 0.0)
        if shifted is None or not 0 < weight < 1:
            continue
        split = f"split {weight * 100:.6g} %"
        if route.alias.name in shifted:
            yield Remark("split, shift on its way", "", f"alias {route.alias.name}, {split}: see :shifts")
        else:
            why = "no shift on record explains it; Shift traffic moves it on or back"
            yield Remark("split, no shift known", "warning", f"alias {route.alias.name}, {split}: {why}")


def _standing(latest: Version, newest: Version | None, *, whole: bool) -> Remark:
    if not whole:
        return Remark("…", "dim")
    if newest is None:
        return Remark("nothing published yet", "dim")
    how = drift(latest, newest)
    return Remark(f"{how} {newest.number}", "" if how is Drift.SAME else "warning")


def _shift(alias: Alias, additional: str, number: str, parts: ReleaseParts) -> Remark:
    """An additional version that gets everything: Lambda does so while it provisions the main one (facts 3.3)."""
    on_it = f"alias {alias.name}: all traffic on {additional} (additional)"
    if any(one.qualifier == alias.name and one.status == IN_PROGRESS for one in parts.provisioned.items):
        return Remark(
            f"shifting, all on {additional}", "warning", f"{on_it} while {alias.function_version} is provisioned"
        )
    stuck = "" if parts.provisioned.pending else ", stuck provisioned shift?"
    here = f"all on {additional}, stuck shift?" if number == additional else f"no traffic, all on {additional}"
    return Remark(here, "error", f"{on_it}{stuck}")


def unsettled(release: Release) -> bool:
    """Whether AWS is about to change something of it by itself."""
    return any(one.status == IN_PROGRESS for one in release.provisioned)


def added(known: FunctionReleases, version: Version) -> FunctionReleases:
    """The sum of a function's releases with one version more."""
    size = known.code_size + version.function.code_size
    if not version.published:
        return replace(known, code_size=size, latest=version)
    newer = known.newest is None or version.order > known.newest.order
    return replace(known, code_size=size, versions=known.versions + 1, newest=version if newer else known.newest)
