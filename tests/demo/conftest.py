"""Fixtures for the tests of the embedded AWS."""

from __future__ import annotations

import pytest

from lambdatui.demo.cloud import Cloud
from lambdatui.demo.endpoint import DemoEndpoint


@pytest.fixture(scope="session")
def cloud(demo_endpoint: DemoEndpoint) -> Cloud:
    """Clients of the seeded account; change nothing in it."""
    return Cloud(demo_endpoint)
