"""Fixtures that several folders of tests use."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from fcntl import LOCK_EX, LOCK_SH, LOCK_UN, flock
from typing import TextIO

import pytest

from lambdatui.demo.cloud import Cloud
from lambdatui.demo.emulator import Emulator
from lambdatui.demo.endpoint import DemoEndpoint
from lambdatui.demo.seed import seed_functions, seed_rest
from tests.support.worked_out import work_out_once


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "early: takes long or shares a costly fixture; begins before all others")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Lets what takes long begin first, for one worker is given many of the first tests at once.

    The last tests of a run are given out two by two, so that each worker would set the fixture up for itself.
    """
    items.sort(key=lambda item: item.get_closest_marker("early") is None)


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
def worked_out_once() -> Iterator[None]:
    """What libraries would work out anew for each console is a seventh of what its start costs."""
    with pytest.MonkeyPatch.context() as patch:
        work_out_once(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def seldom_collected() -> None:
    """Each console leaves a heap of cycles behind; looking as often as Python does takes a tenth of the time."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


@pytest.fixture(scope="session")
def demo_endpoint(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[DemoEndpoint]:
    """The demo's account, fully seeded, without traffic: one for all workers of a run, so change nothing in it.

    Who needs it first starts it and writes where it is to a file. The others lock that file together for as long as
    they use the account, and who started it ends it once it has the lock alone.
    """
    own = tmp_path_factory.getbasetemp()
    with ((own if worker_id == "master" else own.parent) / "demo").open("a+") as told:
        flock(told, LOCK_SH)
        while not (line := whole(told)):
            flock(told, LOCK_EX)
            if not whole(told):
                with Emulator() as endpoint:
                    cloud = Cloud(endpoint)
                    seed_rest(cloud, seed_functions(cloud))
                    print(endpoint.to_line(), file=told, flush=True)
                    flock(told, LOCK_UN)
                    yield endpoint
                    flock(told, LOCK_EX)
                    told.truncate(0)
                return
            flock(told, LOCK_SH)
        yield DemoEndpoint.from_line(line)


def whole(file: TextIO) -> str:
    """All that a file holds now."""
    file.seek(0)
    return file.read()


@pytest.fixture
def empty_endpoint() -> Iterator[DemoEndpoint]:
    """An account of the test's own with nothing in it."""
    with Emulator() as endpoint:
        yield endpoint
