"""Logging in the form of Lambda's own Python runtime: level, UTC time, request id, message, separated by tabs."""

import logging
import time
from typing import Any


class Line(logging.Formatter):
    """One line for each record, stamped with the invocation that it belongs to."""

    converter = staticmethod(time.gmtime)
    default_msec_format = "%s.%03dZ"
    default_time_format = "%Y-%m-%dT%H:%M:%S"

    def __init__(self, request_id: str = "") -> None:
        super().__init__(f"[%(levelname)s]\t%(asctime)s\t{request_id}\t%(message)s")


_stream = logging.StreamHandler()
_stream.setFormatter(Line())
logging.basicConfig(level=logging.WARNING, handlers=[_stream], force=True)


def remember(context: Any) -> None:
    """Stamps the lines that follow with the request id of this invocation."""
    _stream.setFormatter(Line(context.aws_request_id))
