"""Finds articles by words, best match first."""

import json
from typing import Any

ARTICLES = {
    "tea": "green tea from Uji, second harvest",
    "pot": "cast iron tea pot, one litre",
    "cup": "porcelain cup, blue rim",
    "tin": "tin for loose tea",
}


def rank(words: set[str], text: str) -> int:
    return len(words & set(text.replace(",", " ").split()))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    words = set((event.get("queryStringParameters") or {}).get("q", "").lower().split())
    ranked = sorted(ARTICLES, key=lambda sku: -rank(words, ARTICLES[sku]))
    found = [sku for sku in ranked if rank(words, ARTICLES[sku])]
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps({"found": found})}
