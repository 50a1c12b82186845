"""As in `tests.aws`, but nothing is tried twice: a fault shows at once."""

from __future__ import annotations

import pytest

from tests.aws.conftest import connect, connection, endpoint, machine
from tests.support.machine import Machine

__all__ = ["connect", "connection", "endpoint", "machine"]


@pytest.fixture(autouse=True)
def impatient(machine: Machine) -> None:
    """Sends every request once."""
    machine.set("AWS_MAX_ATTEMPTS", "1")
