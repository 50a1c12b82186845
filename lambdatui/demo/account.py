"""The embedded AWS as the console uses it: a supervisor process, and nothing heavy imported here."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from importlib.util import find_spec

from lambdatui.demo.endpoint import DemoEndpoint
from lambdatui.errors import ConsoleError

STOP_SECONDS = 10.0


class DemoAccount:
    """Runs ``python -m lambdatui.demo`` for as long as the console lives.

    The supervisor ends when its standard input does, so it goes away however this process ends.
    """

    def __init__(self) -> None:
        self._supervisor: subprocess.Popen[bytes] | None = None

    async def start(self) -> DemoEndpoint:
        """Starts the account and waits until its functions can be listed.

        Raises:
            ConsoleError: the `demo` extra is not installed, or the account did not start.
        """
        if any(find_spec(needed) is None for needed in ("boto3", "ministack")):
            raise ConsoleError("the demo is not installed", "install it with: pip install 'lambdatui[demo]'")
        self._supervisor = subprocess.Popen(  # noqa: ASYNC220 (starting it takes a millisecond)
            [sys.executable, "-P", "-m", "lambdatui.demo"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self._supervisor.stdout is not None
        line = await asyncio.to_thread(self._supervisor.stdout.readline)
        try:
            return DemoEndpoint.from_line(line)
        except ValueError:
            await self.stop()
            said = line.decode(errors="replace").strip() or "it said nothing"
            hint = f"python -m lambdatui.demo shows why: {said}"
            raise ConsoleError("the embedded AWS did not start", hint) from None

    async def stop(self) -> None:
        """Ends the account and waits until it is gone; nothing happens if it is not running."""
        await asyncio.to_thread(self.kill)

    def kill(self) -> None:
        """As `stop`, for where no event loop runs any more."""
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is None:
            return
        assert supervisor.stdin is not None
        supervisor.stdin.close()
        try:
            supervisor.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            supervisor.kill()
            supervisor.wait()


def serve() -> int:
    """Runs the account in the foreground until ctrl+c, SIGTERM or SIGHUP, for use with any AWS client.

    Returns:
        The exit status.

    Raises:
        ConsoleError: as `DemoAccount.start`.
    """
    asyncio.run(_serve())
    return 0


async def _serve() -> None:
    ended = asyncio.Event()
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    account = DemoAccount()
    try:
        endpoint = await account.start()
        sys.stdout.write(instructions(endpoint))
        sys.stdout.flush()
        await ended.wait()
    finally:
        await account.stop()


def instructions(endpoint: DemoEndpoint) -> str:
    """What a user types to use the account from another terminal."""
    exports = "".join(f"export {name}={value}\n" for name, value in endpoint.environment().items())
    return f"The embedded AWS listens on {endpoint.endpoint} until ctrl+c. For any AWS client:\n\n{exports}\n"
