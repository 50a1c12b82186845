"""Answers whether an order may still be refunded."""

import json
from datetime import date, timedelta
from typing import Any

WINDOW = timedelta(days=30)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    query = event.get("queryStringParameters") or {}
    try:
        bought = date.fromisoformat(query["bought"])
    except (KeyError, ValueError):
        return {"statusCode": 400, "body": json.dumps({"error": "bought must be a date such as 2026-11-20"})}
    open_until = bought + WINDOW
    body = {"refundable": date.today() <= open_until, "until": open_until.isoformat()}
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
