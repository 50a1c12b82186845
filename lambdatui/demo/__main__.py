"""``python -m lambdatui.demo``: supervises the embedded AWS until standard input ends or a signal asks to stop.

Prints one line of JSON, the `DemoEndpoint`, as soon as the account can be used; on failure the reason instead.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from botocore.exceptions import BotoCoreError

from lambdatui.demo.cloud import Cloud
from lambdatui.demo.emulator import Emulator, EmulatorError, scrubbed
from lambdatui.demo.seed import seed_functions, seed_rest
from lambdatui.demo.traffic import Traffic, keep_alive


def main() -> int:
    """Runs the account; returns the exit status."""
    ended = threading.Event()
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    threading.Thread(target=watch, args=(sys.stdin.fileno(), ended), daemon=True).start()
    environment = scrubbed(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    try:
        with Emulator() as endpoint:
            cloud = Cloud(endpoint)
            traffic = seed_functions(cloud)
            sys.stdout.write(endpoint.to_line() + "\n")
            sys.stdout.flush()
            threading.Thread(target=live, args=(cloud, traffic, ended), daemon=True).start()
            ended.wait()
    except EmulatorError as error:
        sys.stdout.write(f"{error}\n")
        return 1
    return 0


def live(cloud: Cloud, traffic: Traffic, ended: threading.Event) -> None:
    """Seeds what may come after the first look, then lets the account live until `ended` is set."""
    try:
        seed_rest(cloud, traffic)
        keep_alive(cloud, traffic, ended)
    except BotoCoreError:
        if not ended.is_set():
            raise


def watch(stdin: int, ended: threading.Event) -> None:
    """Sets `ended` when standard input ends; what is written there is ignored."""
    while os.read(stdin, 4096):
        pass
    ended.set()


if __name__ == "__main__":
    sys.exit(main())
