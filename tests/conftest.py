"""Fixtures that several folders of tests use."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest

from lambdatui.demo.cloud import Cloud
from lambdatui.demo.emulator import Emulator
from lambdatui.demo.endpoint import DemoEndpoint
from lambdatui.demo.seed import seed_functions, seed_rest


@pytest.fixture(scope="session", autouse=True)
def scrubbed_environment() -> Iterator[None]:
    """Keeps the settings, credentials and proxies of whoever runs the tests out of them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("AWS_", "LAMBDATUI_")) or name.lower().endswith("_proxy"):
                patch.delenv(name)
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            patch.setenv(name, os.devnull)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


@pytest.fixture(scope="session", autouse=True)
def seldom_collected() -> None:
    """Each console leaves a heap of cycles behind; looking as often as Python does takes a tenth of the time."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


@pytest.fixture(scope="session")
def demo_endpoint() -> Iterator[DemoEndpoint]:
    """The demo's account, fully seeded, without traffic: one for the whole session, so change nothing in it."""
    with Emulator() as endpoint:
        cloud = Cloud(endpoint)
        seed_rest(cloud, seed_functions(cloud))
        yield endpoint


@pytest.fixture
def empty_endpoint() -> Iterator[DemoEndpoint]:
    """An account of the test's own with nothing in it."""
    with Emulator() as endpoint:
        yield endpoint
