"""Follows the orders table and keeps the count of open orders per state."""

import logging
from collections import Counter
from typing import Any

logger = logging.getLogger("orders-stream")

OPEN: Counter[str] = Counter()


def state(image: dict[str, Any] | None) -> str | None:
    value = ((image or {}).get("state") or {}).get("S")
    return str(value) if value else None


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    for record in event.get("Records", ()):
        change = record["dynamodb"]
        if before := state(change.get("OldImage")):
            OPEN[before] -= 1
        if after := state(change.get("NewImage")):
            OPEN[after] += 1
    logger.warning("%d changes, open now: %s", len(event.get("Records", ())), dict(OPEN))
    return {"batchItemFailures": []}
