"""Who the console is, and where."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The caller as STS names it, in one region.

    A slotted dataclass, for the header shows the last one before pydantic could be imported.
    """

    account: str
    """Twelve digits."""
    arn: str
    user_id: str
    region: str
    name: str
    """Short, for the header: the role's or the user's name, or ``root``."""
    account_alias: str | None = None
    """None where there is none, or the caller may not know it."""
