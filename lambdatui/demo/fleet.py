"""The account that the demo shows: a tea shop's functions, their layers, and what calls them."""

from __future__ import annotations

from lambdatui.demo.blueprint import EventSource, Function, Layer, Queue, Trigger, Trouble
from lambdatui.demo.fleet_functions import FUNCTIONS, LOST_EVENTS, NEIGHBOUR_ACCOUNT, NEIGHBOUR_LAYER

__all__ = [
    "ACCOUNT_ALIAS",
    "ASYNCHRONOUS",
    "EVENT_SOURCES",
    "FUNCTIONS",
    "LAYERS",
    "LOST_EVENTS",
    "NEIGHBOUR_ACCOUNT",
    "NEIGHBOUR_LAYER",
    "QUEUES",
    "STREAMS",
    "TABLES",
    "TRIGGERS",
    "planted",
]

ACCOUNT_ALIAS = "tea-shop-demo"
LAYERS = (
    Layer(
        name="telemetry",
        description="Logging and request ids for every team",
        module="telemetry",
        versions=("telemetry_1", "telemetry_2", "telemetry_3"),
    ),
    Layer(
        name="money",
        description="Amounts of money without rounding surprises",
        module="money",
        versions=("money_1", "money_2"),
    ),
)

QUEUES = (
    Queue(name=LOST_EVENTS, retention_s=1_209_600),
    Queue(
        name="orders-intake-dead",
        retention_s=1_209_600,
        holds=('{"order": "o-5120"', '{"lines": [{"sku": "tea"}]}'),
    ),
    Queue(name="orders-intake", visibility_s=20, dead_letter="orders-intake-dead"),
    Queue(
        name="refunds-dead",
        retention_s=1_209_600,
        holds=('{"order": "o-4711", "amount": "49.00", "ledger": "2024"}',),
    ),
    Queue(
        name="refunds",
        visibility_s=120,
        dead_letter="refunds-dead",
        holds=('{"order": "o-4808", "amount": "49.00", "ledger": "2024"}',),
    ),
)

STREAMS = {"clickstream": 2}
"""Kinesis streams and their shards."""

TABLES = ("orders",)
"""DynamoDB tables with a stream."""

EVENT_SOURCES = (
    EventSource(function="orders-intake", qualifier="live", queue="orders-intake", max_concurrency=5),
    EventSource(function="refunds-worker", qualifier="live", queue="refunds", batch_size=1),
    EventSource(
        function="search-indexer", qualifier="live", stream="clickstream", batch_size=100, on_failure=LOST_EVENTS
    ),
    EventSource(
        function="clickstream-archive",
        stream="clickstream",
        batch_size=500,
        window_s=60,
        enabled=False,
        on_failure=LOST_EVENTS,
    ),
    EventSource(function="orders-stream", qualifier="live", table="orders", batch_size=50, on_failure=LOST_EVENTS),
)

TRIGGERS = (
    Trigger(kind="rest-api", function="payments-processor", qualifier="live", source="checkout", detail="POST charges"),
    Trigger(kind="rest-api", function="refunds-api", qualifier="live", source="checkout", detail="GET refunds"),
    Trigger(kind="http-api", function="orders-api", qualifier="live", source="shop", detail="POST /orders"),
    Trigger(kind="http-api", function="fraud-scoring", qualifier="live", source="shop", detail="POST /scores"),
    Trigger(kind="load-balancer", function="search-query", qualifier="live", source="shop-search", detail="/search*"),
    Trigger(
        kind="load-balancer", function="storefront-render", qualifier="live", source="shop-search", detail="/articles/*"
    ),
    Trigger(kind="bucket", function="thumbnails", qualifier="live", source="tea-shop-pictures", detail="incoming/"),
    Trigger(kind="topic", function="notifications-email", qualifier="live", source="order-mails"),
    Trigger(kind="topic", function="notifications-push", qualifier="live", source="order-pushes"),
    Trigger(kind="rule", function="orders-export", qualifier="live", source="hourly-export", detail="rate(1 hour)"),
    Trigger(kind="rule", function="inventory-sync", source="stock-changes", detail='{"source": ["shop.stock"]}'),
    Trigger(kind="rule", function="ledger-export", source="day-closed", detail='{"source": ["shop.ledger"]}'),
    Trigger(kind="rule", function="config-sync", source="settings-saved", detail='{"source": ["shop.settings"]}'),
    Trigger(kind="logs", function="audit-trail", source="/aws/lambda/refunds-worker", detail="closed"),
)


ASYNCHRONOUS = frozenset(
    trigger.function for trigger in TRIGGERS if trigger.kind in {"bucket", "topic", "rule", "logs"}
)
"""Names of the functions whose events AWS queues before it invokes them."""


def planted(trouble: Trouble) -> Function:
    """The function on which `trouble` was planted."""
    return next(function for function in FUNCTIONS if function.trouble is trouble)
