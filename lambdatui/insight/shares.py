"""How a share is written, in sentences and on screen."""

from __future__ import annotations


def percent(share: float) -> str:
    """A share, 0 to 1, in per cent: ``8.2 %``."""
    if 0 < share < 0.0005:
        return "<0.1 %"
    return f"{share * 100:.1f} %" if 0 < share < 0.0995 else f"{share * 100:.0f} %"
