"""The changes to a function from all that knows of some of them."""

from __future__ import annotations

from collections.abc import Iterable

from lambdatui.models.deployment import Deployment
from lambdatui.models.release import Version

SAME_MS = 60_000
"""What two sources tell of the same kind of change within this time is one change. A rule of thumb."""


def deployments(
    versions: Iterable[Version], changes: Iterable[Deployment], since_ms: int, until_ms: int
) -> tuple[Deployment, ...]:
    """What changed from `since_ms` (included) until `until_ms` (excluded), epoch ms; oldest first, each once.

    A version tells when it was published, and ``$LATEST`` when it was last changed, even to those who may not read the
    log of changes. That log may know more, and later.

    Args:
        versions: of one function, ``$LATEST`` with them.
        changes: what the log tells; none where it could not be read.
    """
    told = list(changes)
    numbers = {change.version for change in told if change.version}
    for version in versions:
        at_ms = version.function.last_modified
        if at_ms is None or version.number in numbers:
            continue
        if version.published:
            told.append(Deployment(at_ms=at_ms, what=f"{version.number} published", version=version.number))
        elif not any(abs(change.at_ms - at_ms) < SAME_MS for change in told):
            told.append(Deployment(at_ms=at_ms, what=f"{version.number} changed"))
    return tuple(sorted((one for one in told if since_ms <= one.at_ms < until_ms), key=lambda one: one.at_ms))
