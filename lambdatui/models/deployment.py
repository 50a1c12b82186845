"""What changed in a function, and when: versions that were published, aliases that were moved, other configuration."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One change to a function."""

    at_ms: int
    """Epoch ms."""
    what: str
    """In few words: ``14 published``, ``live → 14``."""
    version: str = ""
    """The version that was published; empty for every other change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeHistory:
    """The changes that a log of them knows, oldest first."""

    changes: tuple[Deployment, ...] = ()
    since_ms: int = 0
    """Epoch ms. Before it there may be changes that were not read."""
