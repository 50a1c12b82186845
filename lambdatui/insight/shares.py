"""How shares are written, in sentences and on screen."""

from __future__ import annotations


def percent(share: float) -> str:
    """A share, 0 to 1, in per cent: ``8.2 %``."""
    if 0 < share < 0.0005:
        return "<0.1 %"
    return f"{share * 100:.1f} %" if 0 < share < 0.0995 else f"{share * 100:.0f} %"


def division(old: str, new: str, percent: float) -> str:
    """How two versions share an alias's traffic: ``10 % on version 2, 90 % on version 1``, or ``all on version 2``.

    Args:
        percent: the new one's, 0..100.
    """
    if 0 < percent < 100:
        return f"{percent:g} % on version {new}, {100 - percent:g} % on version {old}"
    return f"all on version {new if percent else old}"
