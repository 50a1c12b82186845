"""As in `tests.aws`, but nothing is tried twice: a fault shows at once."""

from __future__ import annotations

import pytest

from tests.aws.conftest import connect, connection, endpoint, impatient, machine

__all__ = ["connect", "connection", "endpoint", "impatient", "machine"]


@pytest.fixture(autouse=True)
def once(impatient: None) -> None:
    """Sends every request once."""
