"""Writes the mails that follow an order."""

import json
import logging
from string import Template
from typing import Any

logger = logging.getLogger("mail")

TEXTS = {
    "received": Template("Thank you! Your order $order is with us."),
    "shipped": Template("Your order $order is on its way."),
}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    sent = 0
    for record in event.get("Records", ()):
        message = json.loads(record["Sns"]["Message"])
        text = TEXTS[message["kind"]].substitute(order=message["order"])
        logger.warning("mail to customer of %s: %d characters", message["order"], len(text))
        sent += 1
    return {"sent": sent}
