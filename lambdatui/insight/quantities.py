"""Numbers as sentences tell them."""

from __future__ import annotations


def counted(count: int, what: str) -> str:
    """A number and what it counts, such as ``1 byte`` and ``2,000 bytes``; a unit such as ``s`` has no plural.

    Args:
        what: in the plural.
    """
    one = what.removesuffix("s") if count == 1 else what
    return f"{count:,} {one or what}".rstrip()
