"""Stores the orders that arrive on the queue; messages that cannot be read go back alone."""

import json
import logging
from typing import Any

logger = logging.getLogger("intake")

SEEN: set[str] = set()


def store(order: dict[str, Any]) -> None:
    if order["order"] in SEEN:
        logger.warning("order %s was delivered twice, ignored", order["order"])
        return
    SEEN.add(order["order"])
    logger.warning("stored order %s with %d lines", order["order"], len(order.get("lines", ())))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    failed = []
    for record in event.get("Records", ()):
        try:
            store(json.loads(record["body"]))
        except (ValueError, KeyError):
            logger.warning("message %s cannot be read", record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
