"""What the console sees of the embedded AWS: an endpoint, or an error that says what to do."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys

import psutil
import pytest

from lambdatui.demo import account
from lambdatui.demo.account import DemoAccount
from lambdatui.demo.cloud import Cloud
from lambdatui.demo.endpoint import DemoEndpoint
from lambdatui.errors import ConsoleError
from tests.demo.processes import Trace


async def test_started_account_answers_and_stopped_one_leaves_no_trace() -> None:
    demo = DemoAccount()
    endpoint = await demo.start()
    trace = Trace.of(os.getpid())
    assert Cloud(endpoint)["sts"].get_caller_identity()["Account"] == "123456789012"
    await demo.stop()
    assert trace.remains() == []


async def test_account_that_never_started_can_be_stopped() -> None:
    await DemoAccount().stop()


async def test_missing_extra_is_named_with_the_way_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "find_spec", lambda name: None if name == "ministack" else name)
    with pytest.raises(ConsoleError) as caught:
        await DemoAccount().start()
    assert "lambdatui[demo]" in caught.value.hint


async def test_account_that_does_not_start_is_a_console_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("true"))
    with pytest.raises(ConsoleError, match="did not start"):
        await DemoAccount().start()


def test_account_module_imports_nothing_heavy() -> None:
    program = "import sys, lambdatui.demo.account; print({'boto3', 'botocore', 'ministack'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "set()"


def test_instructions_can_be_pasted_into_a_shell() -> None:
    text = account.instructions(DemoEndpoint("http://127.0.0.1:4000", "us-east-1", "demo", "demo"))
    exports = [line for line in text.splitlines() if line.startswith("export ")]
    assert exports == [
        "export AWS_ENDPOINT_URL=http://127.0.0.1:4000",
        "export AWS_REGION=us-east-1",
        "export AWS_DEFAULT_REGION=us-east-1",
        "export AWS_ACCESS_KEY_ID=demo",
        "export AWS_SECRET_ACCESS_KEY=demo",
    ]


def test_served_account_ends_with_ctrl_c() -> None:
    program = "from lambdatui.demo.account import serve; raise SystemExit(serve())"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        assert "http://127.0.0.1:" in served.stdout.readline()
        children = psutil.Process(served.pid).children(recursive=True)
        served.send_signal(signal.SIGINT)
        status = served.wait(15)
    assert (status, psutil.wait_procs(children, 15)[1]) == (0, [])
