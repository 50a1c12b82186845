"""Pays refunds back, one queue message each."""

import json
import logging
from decimal import Decimal
from typing import Any

logger = logging.getLogger("refunds")


class LedgerClosedError(Exception):
    """The ledger refused the booking."""


def reason(refund: dict[str, Any], amount: Decimal) -> str:
    return f"ledger {refund.get('ledger', '2024')} is closed, cannot book {amount}"


def book(refund: dict[str, Any]) -> None:
    amount = Decimal(str(refund["amount"]))
    if refund.get("ledger", "2024") != "2026":
        raise LedgerClosedError(reason(refund, amount))
    logger.warning("refunded %s for order %s", amount, refund["order"])


def handler(event: dict[str, Any], context: Any) -> None:
    for record in event["Records"]:
        book(json.loads(record["body"]))
