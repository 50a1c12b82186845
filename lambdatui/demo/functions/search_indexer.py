"""Turns the click stream into term counts for the search index."""

import base64
import json
from collections import Counter
from typing import Any


def terms(record: dict[str, Any]) -> list[str]:
    try:
        click = json.loads(base64.b64decode(record["kinesis"]["data"]))
    except ValueError:
        return []
    return str(click.get("query", "")).lower().split()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    for record in event.get("Records", ()):
        counts.update(terms(record))
    return {"batchItemFailures": [], "top": counts.most_common(5)}
