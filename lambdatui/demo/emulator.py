"""One ministack on a free loopback port: started scrubbed and caged, gone without trace when it is stopped."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO

from lambdatui.demo.endpoint import DemoEndpoint

ACCOUNT = "123456789012"
REGION = "us-east-1"
START_ATTEMPTS = 3
START_SECONDS = 20.0
STOP_SECONDS = 10.0
WARDEN = Path(__file__).with_name("warden.py")
LAUNCH = Path(__file__).with_name("launch.py")

#: All that the emulator, and with it every function, may know of the machine that it runs on.
KEPT = ("LANG", "LC_ALL", "PATH", "TZ")

#: A fast start, no listener but ours, nothing read from the user's AWS files, and hands off a Docker daemon that may
#: be running: ministack would remove containers and pull images there.
SETTINGS = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "BIND_HOST": "127.0.0.1",
    "DOCKER_HOST": "unix:///nonexistent/docker.sock",
    "IOT_MTLS_ENABLED": "0",
    "LAMBDA_ACCOUNT_CONCURRENCY": "1000",
    "LOG_LEVEL": "ERROR",
    "MINISTACK_ACCOUNT_ID": ACCOUNT,
    "MINISTACK_REGION": REGION,
    "SFTP_ENABLED": "0",
}


class EmulatorError(Exception):
    """ministack did not start; the message is what it said."""


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """What of `environment` may be passed on: no credentials, no proxies, no AWS settings."""
    return {name: environment[name] for name in KEPT if name in environment} | SETTINGS


class Emulator:
    """A context manager around one ministack.

    Example:
        ``with Emulator() as endpoint: ...``
    """

    def __init__(self) -> None:
        self._warden: subprocess.Popen[bytes] | None = None

    def start(self) -> DemoEndpoint:
        """Starts ministack and waits until it answers.

        Raises:
            EmulatorError: it ended or kept silent for `START_SECONDS`.
        """
        message = ""
        for _ in range(START_ATTEMPTS):
            port = free_port()
            with tempfile.TemporaryFile() as said:
                self._warden = self._spawn(port, said)
                if self._answers(f"http://127.0.0.1:{port}"):
                    return DemoEndpoint(f"http://127.0.0.1:{port}", REGION, "demo", "demo")
                self.stop()
                said.seek(0)
                message = said.read().decode(errors="replace").strip()
        raise EmulatorError(message[-2000:] or "ministack gave no answer")

    def stop(self) -> None:
        """Kills ministack with all that it started and removes its files; nothing happens if it is not running."""
        warden, self._warden = self._warden, None
        if warden is None:
            return
        assert warden.stdin is not None
        warden.stdin.close()
        try:
            warden.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            warden.terminate()
            warden.wait()

    def __enter__(self) -> DemoEndpoint:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @staticmethod
    def _spawn(port: int, said: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", str(WARDEN), sys.executable, "-P", str(LAUNCH)],
            env=scrubbed(os.environ) | {"GATEWAY_PORT": str(port)},
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )

    def _answers(self, url: str) -> bool:
        """Whether ministack at `url` gets ready before it ends or the time is up."""
        assert self._warden is not None
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + START_SECONDS
        while self._warden.poll() is None and time.monotonic() < deadline:
            try:
                with direct.open(f"{url}/_ministack/ready", timeout=5):
                    return True
            except (urllib.error.URLError, OSError):
                time.sleep(0.01)
        return False


def free_port() -> int:
    """A loopback port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
