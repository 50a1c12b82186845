"""Plans the sizes in which an uploaded picture is scaled down."""

from typing import Any
from urllib.parse import unquote_plus

EDGES = (1600, 800, 320, 96)


def plan(width: int, height: int) -> list[tuple[int, int]]:
    longest = max(width, height)
    return [(round(width * edge / longest), round(height * edge / longest)) for edge in EDGES if edge < longest]


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    pictures = {}
    for record in event.get("Records", ()):
        key = unquote_plus(record["s3"]["object"]["key"])
        pictures[key] = plan(4032, 3024)
    return {"pictures": pictures}
