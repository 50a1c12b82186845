"""Logging in the shop's form, with the request id."""

import logging
from typing import Any

logging.basicConfig(level=logging.WARNING, format="[%(levelname)s]\t%(asctime)s\t%(message)s", force=True)


def remember(context: Any) -> None:
    """Puts the request id of this invocation in front of every message."""
    form = f"[%(levelname)s]\t%(asctime)s\t{context.aws_request_id}\t%(message)s"
    for handler in logging.getLogger().handlers:
        handler.setFormatter(logging.Formatter(form))
