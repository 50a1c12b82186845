"""Answers how much of an article is left in the warehouses."""

from typing import Any

STOCK = {"tea": {"north": 120, "south": 80}, "pot": {"north": 4, "south": 0}, "cup": {"north": 60, "south": 12}}
RESERVE = 3


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    warehouses = STOCK.get(str(event.get("sku", "")), {})
    return {name: max(0, count - RESERVE) for name, count in warehouses.items()}
