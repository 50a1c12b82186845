"""Decides which customers see an unfinished feature; nobody has asked yet."""

import zlib
from typing import Any

SHARES = {"new-checkout": 0.05, "dark-mode": 0.5}


def handler(event: dict[str, Any], context: Any) -> dict[str, bool]:
    customer = str(event.get("customer", ""))
    return {flag: zlib.crc32(f"{flag}:{customer}".encode()) / 2**32 < share for flag, share in SHARES.items()}
