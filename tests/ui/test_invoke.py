"""Invoking at the keyboard: three keys for the last payload, an editor that knows JSON, and all that came back."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual import events

from lambdatui.actions.payloads import PayloadStore
from lambdatui.clock import now_ms
from lambdatui.demo.cloud import Cloud
from lambdatui.demo.endpoint import DemoEndpoint
from lambdatui.demo.packages import packed
from lambdatui.paths import state_folder
from lambdatui.ui.dialogs.invoke import InvokeDialog
from lambdatui.ui.widgets.payload_editor import HIGHLIGHTED_AT_MOST, PayloadEditor, harmless_json
from tests.support.endpoint import ACCOUNT, REGION, Answer, ScriptedEndpoint, cut, error, function, json_answer
from tests.support.log_group import LogGroup, Written
from tests.ui.answers import all_parts, detail, listing
from tests.ui.attempts import notified
from tests.ui.conftest import MakeConsole
from tests.ui.stage import NARROW, WIDE, Stage, on_stage

INVOKE = ("lambda", "Invoke")
REQUEST_ID = "5e2f0a52-0000-4000-8000-000000000001"
REPORT = (
    f"START RequestId: {REQUEST_ID} Version: 7\n"
    f"REPORT RequestId: {REQUEST_ID}\tDuration: 12.30 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\t"
    "Max Memory Used: 45 MB\tInit Duration: 120.00 ms\t\n"
)
TRACE = "1-5759e988-bd862e3fe1be46a994272793"
SECRET = "hunter2-planted"


def ran(content: Any, status: int = 200, tail: str = REPORT, **headers: str) -> Answer:
    """An answer of Lambda's, with the end of the log."""
    return json_answer(
        content,
        status,
        x_amzn_RequestId=REQUEST_ID,
        x_amz_Executed_Version="7",
        x_amz_log_result=base64.b64encode(tail.encode()).decode(),
        x_amzn_trace_id=f"Root={TRACE};Sampled=1",
        **headers,
    )


FAILED = ran(
    {
        "errorType": "KeyError",
        "errorMessage": "'amount'",
        "stackTrace": ['  File "/var/task/app.py", line 3, in handler\n    return event["amount"]\n'],
    },
    x_amz_function_error="Unhandled",
)


def account(endpoint: ScriptedEndpoint, **particular: Any) -> None:
    """One function, with an alias and two versions."""
    endpoint.many_functions(0)
    endpoint.on("lambda", "ListFunctions", listing(function("orders", **particular)))
    endpoint.on("lambda", "GetFunction", detail("orders", **particular))
    all_parts(endpoint)
    versions = [function("orders", Version=number) for number in ("$LATEST", "6", "7")]
    endpoint.on("lambda", "ListVersionsByFunction", json_answer({"Versions": versions}))
    live = {"Name": "live", "FunctionVersion": "7", "AliasArn": f"{function('orders')['FunctionArn']}:live"}
    endpoint.on("lambda", "ListAliases", json_answer({"Aliases": [live]}))
    endpoint.on("lambda", "ListEventSourceMappings", json_answer({"EventSourceMappings": []}))
    endpoint.on("lambda", "ListFunctionUrlConfigs", json_answer({"FunctionUrlConfigs": []}))
    endpoint.on("lambda", "GetPolicy", error("ResourceNotFoundException", 404, "The resource you requested"))
    endpoint.on(*INVOKE, ran({"ok": True, "items": [1, 2]}))


@pytest.fixture
async def endpoint() -> AsyncIterator[ScriptedEndpoint]:
    async with ScriptedEndpoint() as scripted:
        account(scripted)
        yield scripted


@asynccontextmanager
async def opened(
    console: MakeConsole, endpoint: ScriptedEndpoint, *sent: str, size: tuple[int, int] = WIDE, **options: Any
) -> AsyncIterator[Stage]:
    """A console on the function, to which some payloads were sent before."""
    for payload in sent:
        PayloadStore(ACCOUNT, REGION, "orders").remember(payload)
    async with on_stage(console(endpoint.url, **options), size) as stage:
        await stage.wait_until_read()
        await stage.wait_for("orders")
        yield stage


def editor(stage: Stage) -> PayloadEditor:
    return stage.app.screen.query_one(PayloadEditor)


async def editing(stage: Stage) -> PayloadEditor:
    """Presses the key, and gives the editor when it is there."""
    await stage.press("i")
    await stage.wait_for(lambda: bool(stage.app.screen.query(PayloadEditor)) and editor(stage).has_focus)
    return editor(stage)


async def load(stage: Stage, file: Path) -> None:
    """Asks for the payload of a file."""
    await stage.press("ctrl+l")
    await stage.type(str(file))
    await stage.press("enter")


def holding_the_secret(folder: Path) -> set[Path]:
    return {file for file in folder.rglob("*") if file.is_file() and SECRET.encode() in file.read_bytes()}


async def previewed(stage: Stage) -> None:
    await stage.press("ctrl+s")
    await stage.wait_for("lambda:Invoke")


async def invoked(stage: Stage, seen: str = "Result of orders") -> None:
    """Everything from the key to the result."""
    await editing(stage)
    await previewed(stage)
    await stage.press("y")
    await stage.wait_for(seen)


async def again(stage: Stage) -> None:
    """From a result to the preview of the same once more."""
    await stage.press("r")
    await stage.wait_for("Requests")


def bodies(endpoint: ScriptedEndpoint) -> list[Any]:
    return [json.loads(seen.body) for seen in endpoint.requests if seen.operation == "Invoke"]


# -- the payload


async def test_the_last_payload_is_sent_again_with_three_keys(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with opened(console, endpoint, '{"old": 1}', '{"order": 4711}') as stage:
        await invoked(stage)
        assert bodies(endpoint) == [{"order": 4711}]


async def test_the_preview_that_is_asked_for_while_the_function_is_read_follows_and_nothing_is_typed(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    read = asyncio.Event()
    async with opened(console, endpoint, "1") as stage:
        endpoint.on("lambda", "ListAliases", replace(json_answer({"Aliases": []}), after=read))
        await stage.press("i")
        await stage.wait_for("Reading what is there now")
        await stage.press("ctrl+s", "y")
        read.set()
        await stage.wait_for("the payload has 1 byte")
        assert bodies(endpoint) == []


async def test_the_preview_may_be_asked_for_in_one_breath(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with opened(console, endpoint, "1") as stage:
        for key in ("i", "ctrl+s", "y"):
            stage.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await stage.wait_for("the payload has 1 byte")
        assert bodies(endpoint) == []


async def test_the_preview_says_what_is_sent_and_what_follows(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with opened(console, endpoint, '{"order": 4711}') as stage:
        await editing(stage)
        await previewed(stage)
        for told in ("the payload has 15 bytes", "runs for up to 3 s", '"Payload": "(masked)"', ACCOUNT, REGION):
            assert told in stage.text
        assert bodies(endpoint) == []


async def test_what_is_no_json_is_not_previewed_and_the_cursor_goes_there(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with opened(console, endpoint, '{\n  "a": 1,\n  "b" 2\n}') as stage:
        text = await editing(stage)
        await stage.wait_for("line 3, column 7: expecting ':' delimiter")
        await stage.press("ctrl+s")
        await stage.wait_for(lambda: text.cursor_location == (2, 6))
        assert "lambda:Invoke" not in stage.text


async def test_the_frame_says_of_every_key_whether_it_is_json(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with opened(console, endpoint, "1") as stage:
        await editing(stage)
        await stage.wait_for("JSON, 1 B")
        await stage.press("end", "x")
        await stage.wait_for("line 1, column 2: extra data")
        await stage.press("backspace", "backspace")
        await stage.wait_for("no payload")


async def test_a_long_payload_is_neither_coloured_nor_checked_at_every_key_and_says_so(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with opened(console, endpoint, "1") as stage:
        text = await editing(stage)
        text.insert("x" * HIGHLIGHTED_AT_MOST)
        await stage.wait_for("too long to be coloured; checked at the preview")
        assert text.language is None
        text.put("[]")
        await stage.wait_for("JSON, 2 B")
        assert text.language == "json"


async def test_a_function_that_was_never_invoked_begins_with_the_event_of_its_first_source(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders-intake"
    mapping = {"UUID": "u-1", "EventSourceArn": queue, "FunctionArn": function("orders")["FunctionArn"]}
    endpoint.on("lambda", "ListEventSourceMappings", json_answer({"EventSourceMappings": [mapping]}))
    async with opened(console, endpoint) as stage:
        text = await editing(stage)
        assert json.loads(text.text)["Records"][0]["eventSourceARN"] == queue


async def test_a_template_takes_the_place_of_the_payload(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with opened(console, endpoint, "1") as stage:
        text = await editing(stage)
        await stage.press("ctrl+t")
        await stage.wait_for("Cognito")
        await stage.press("j", "enter")
        await stage.wait_for(lambda: text.text != "1" and text.has_focus)
        assert json.loads(text.text)


async def test_a_payload_that_was_kept_under_a_name_is_found_again(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with opened(console, endpoint, '{"order": 1}') as stage:
        text = await editing(stage)
        await stage.press("ctrl+n")
        await stage.type("refund")
        await stage.press("enter")
        await stage.wait_for("kept as refund")
        text.put('{"order": 2}')
        await stage.press("ctrl+o")
        await stage.wait_for("12 B")
        await stage.press("enter")
        await stage.wait_for(lambda: text.text == '{"order": 1}')


async def test_a_payload_comes_from_a_file_and_is_not_dropped_by_one_key(
    console: MakeConsole, endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    (tmp_path / "p.json").write_text('{"from": "file"}')
    async with opened(console, endpoint, "1") as stage:
        text = await editing(stage)
        await load(stage, tmp_path / "p.json")
        await stage.wait_for(lambda: text.text == '{"from": "file"}' and text.has_focus)
        await stage.press("escape")
        await stage.wait_for("esc once more drops what you filled in")


async def test_a_file_that_is_not_there_leaves_the_payload_alone(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with opened(console, endpoint, "1") as stage:
        text = await editing(stage)
        await load(stage, Path("/nowhere.json"))
        await stage.wait_for("/nowhere.json cannot be read: No such file")
        assert text.text == "1"


async def test_esc_closes_the_line_for_a_file_and_not_the_dialog(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with opened(console, endpoint, "1") as stage:
        text = await editing(stage)
        await stage.press("ctrl+l", "x", "escape")
        await stage.wait_for(lambda: text.has_focus)
        assert isinstance(stage.app.screen, InvokeDialog)


async def test_the_operators_editor_gets_the_payload_in_a_file_of_its_own_which_is_removed(
    console: MakeConsole, endpoint: ScriptedEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    script = tmp_path / "editor.py"
    script.write_text(
        "import os, pathlib, sys\n"
        "file = pathlib.Path(sys.argv[1])\n"
        f"pathlib.Path({str(tmp_path / 'seen')!r}).write_text(f'{{file}} {{file.stat().st_mode & 0o777:o}}')\n"
        "file.write_text(file.read_text().replace('1', '2') + '\\n')\n"
    )
    monkeypatch.setenv("VISUAL", f"{sys.executable} {script}")
    async with opened(console, endpoint, '{"n": 1}') as stage:
        text = await editing(stage)
        monkeypatch.setattr(stage.app, "suspend", nullcontext)
        await stage.press("ctrl+e")
        await stage.wait_for(lambda: text.text == '{"n": 2}')
    file, mode = (tmp_path / "seen").read_text().split()
    assert (mode, file.startswith(str(scratch)), list(scratch.iterdir())) == ("600", True, [])


async def test_what_was_written_is_not_dropped_by_one_key(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with opened(console, endpoint, "1") as stage:
        await editing(stage)
        await stage.press("end", "2", "escape")
        await notified(stage, "esc once more drops what you filled in · ^n keeps it")
        assert isinstance(stage.app.screen, InvokeDialog)
        await stage.press("escape")
        await stage.wait_for(lambda: not isinstance(stage.app.screen, InvokeDialog))


async def test_the_payload_keeps_its_frame_and_its_verdict_while_the_eye_is_elsewhere(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    async with opened(console, endpoint, '{"n": 1}') as stage:
        await editing(stage)
        await stage.press("shift+tab")
        await stage.wait_for(lambda: not isinstance(stage.app.focused, PayloadEditor))
        await stage.wait_for("JSON, 8 B")


def test_what_would_reorder_the_screen_is_escaped_and_means_the_same() -> None:
    text = '{"a": "x\u202ey\U000e0101", "b": "é❤ 東京"}'
    assert json.loads(harmless_json(text)) == json.loads(text)
    assert "\u202e" not in harmless_json(text)
    assert "東京" in harmless_json(text)


# -- what came back


async def test_the_result_tells_all_that_lambda_says(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with opened(console, endpoint, "1") as stage:
        await invoked(stage)
        for told in (
            "✓ 200",
            "ran 12 ms · billed 13 ms · init 120 ms",
            "45 of 128 MB",
            TRACE,
            REQUEST_ID,
            '"items": [',
        ):
            assert told in stage.text
        assert "REPORT RequestId" in stage.text


async def test_a_function_that_failed_shows_its_error_and_stack_trace(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on(*INVOKE, FAILED)
    async with opened(console, endpoint, "1") as stage:
        await invoked(stage)
        for told in ("Unhandled error", "KeyError: 'amount'", 'File "/var/task/app.py", line 3, in handler'):
            assert told in stage.text


async def test_a_lost_answer_is_told_as_unknown_and_looked_for_in_the_log(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on(*INVOKE, cut())
    endpoint.on("logs", "FilterLogEvents", json_answer({"events": []}))
    async with opened(console, endpoint, "1") as stage:
        await invoked(stage, "sent, outcome unknown: the connection was cut")
        await stage.press("l")
        await stage.wait_for("orders since it was sent")
        await stage.wait_for("There is no such line")
    assert len(bodies(endpoint)) == 1
    assert [line.result for line in stage.app.session.operations.trail.read().entries] == ["unknown"]


async def test_the_lines_of_the_request_are_found_in_the_log(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    said = (
        f"START RequestId: {REQUEST_ID} Version: 7",
        "of this request",
        f"END RequestId: {REQUEST_ID}",
        "START RequestId: 5e2f0a52-0000-4000-8000-00000000000f Version: 7",
        "of another",
    )
    at_ms = now_ms()
    group = LogGroup(now_ms, [Written(at_ms, at_ms, number, message) for number, message in enumerate(said)])
    endpoint.on("logs", "FilterLogEvents", group.answer)
    async with opened(console, endpoint, "1") as stage:
        await invoked(stage)
        await stage.press("l")
        await stage.wait_for(f"orders {REQUEST_ID}")
        await stage.wait_for("of this request")
        assert "of another" not in stage.text


async def test_what_aws_refused_says_why_and_can_be_previewed_again(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    throttled = error("TooManyRequestsException", 429, Reason="ReservedFunctionConcurrentInvocationLimitExceeded")
    endpoint.on(*INVOKE, throttled, ran({"ok": True}))
    async with opened(console, endpoint, '"first"') as stage:
        await invoked(stage, "the function's reserved concurrency is used up")
        await stage.wait_for("r reads anew and asks again")
        await again(stage)
        assert bodies(endpoint) == ["first"]
        await stage.press("y")
        await stage.wait_for("Result of orders")
    assert bodies(endpoint) == ["first", "first"]


async def test_it_can_be_run_again_and_compared_with_the_run_before(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on(*INVOKE, ran({"total": 1}), ran({"total": 2}))
    async with opened(console, endpoint, "1") as stage:
        await invoked(stage, '"total": 1')
        await again(stage)
        await stage.press("y")
        await stage.wait_for('"total": 2')
        await stage.press("d")
        await stage.wait_for('-  "total": 1')
        await stage.wait_for('+  "total": 2')
    assert len(bodies(endpoint)) == 2


async def test_a_long_figure_of_a_comparison_goes_on_where_it_began(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    failed = {"errorType": "KeyError", "errorMessage": "word " * 30}
    endpoint.on(*INVOKE, ran(failed, x_amz_Function_Error="Unhandled"))
    async with opened(console, endpoint, "1", size=NARROW) as stage:
        await invoked(stage, "KeyError")
        await again(stage)
        await stage.press("y")
        await stage.wait_for("d compare")
        await stage.press("d")
        await stage.wait_for("this run and the one before")
        begun, *going_on = [line for line in stage.text.splitlines() if "word" in line]
        assert {line.index("word") for line in going_on} == {begun.index("KeyError")}


async def test_the_response_is_searched_and_copied_as_it_came(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    content = {"rows": [f"row {number}" for number in range(500)]}
    endpoint.on(*INVOKE, ran(content))
    async with opened(console, endpoint, "1", size=NARROW) as stage:
        await invoked(stage)
        assert "row 444" not in stage.text
        await stage.press("slash")
        await stage.type("row 44")
        await stage.wait_for("row 44")
        await stage.press("enter", "n")
        await stage.wait_for("row 444")
        await stage.press("y")
        await stage.wait_for(lambda: stage.copied == [json.dumps(content)])


async def test_leaving_while_it_runs_stops_nothing_and_the_end_is_told(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    answered = asyncio.Event()
    endpoint.on(*INVOKE, replace(ran({"ok": True}), after=answered))
    async with opened(console, endpoint, "1") as stage:
        await invoked(stage, "the function's timeout is 3 s")
        await stage.press("escape")
        await stage.wait_for("the function goes on running")
        answered.set()
        await stage.wait_for("orders: it answered in")
        await stage.wait_for(lambda: not stage.app.session.operations.running)
    assert [line.result for line in stage.app.session.operations.trail.read().entries] == ["done"]


async def test_hostile_text_of_a_response_shows_harmlessly(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    endpoint.on(*INVOKE, ran("\x1b[31mred [b]bold[/b] \u202egnp"))
    async with opened(console, endpoint, "1") as stage:
        await invoked(stage)
        await stage.wait_for("[b]bold[/b] ⟨U+202E⟩gnp")
        assert not any("\x1b[31m" in sent for sent in stage.sent)


async def test_secrets_of_payload_and_response_are_kept_nowhere_but_in_the_history(
    console: MakeConsole, endpoint: ScriptedEndpoint, home: Path
) -> None:
    endpoint.on(*INVOKE, ran({"token": f"response-{SECRET}"}, tail=f"log-{SECRET}"), error("ServiceException", 500))
    async with opened(console, endpoint, json.dumps({"card": SECRET})) as stage:
        await invoked(stage, f"response-{SECRET}")
        await again(stage)
        assert SECRET not in stage.text
        await stage.press("y")
        await stage.wait_for("outcome unknown")
        told = "".join(f"{entry.where} {entry.error}" for entry in stage.app.session.errors)
        assert told and SECRET not in told
        assert SECRET not in repr(stage.app.session.operations.last_runs)
    holding = holding_the_secret(home)
    assert holding == {PayloadStore(ACCOUNT, REGION, "orders").path}
    assert all(f"response-{SECRET}" not in file.read_text() for file in holding)
    assert '"20 bytes"' not in (state_folder() / "audit.jsonl").read_text()
    assert f'"Payload": "{len(json.dumps({"card": SECRET}))} bytes"' in (state_folder() / "audit.jsonl").read_text()


async def test_a_protected_profile_takes_the_typed_name(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    file = "[profiles.prod]\nprotected = true\n"
    async with opened(console, endpoint, "1", file=file, settings={"profile": "prod"}) as stage:
        await editing(stage)
        await previewed(stage)
        await stage.type("orders")
        assert bodies(endpoint) == []
        await stage.press("enter")
        await stage.wait_for("Result of orders")


async def test_a_read_only_console_invokes_nothing(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    async with opened(console, endpoint, "1", read_only=True) as stage:
        await stage.press("i")
        await stage.wait_for("read-only: lambda:InvokeFunction is not sent")
    assert bodies(endpoint) == []


# -- the real thing


@pytest.fixture
def greeting(empty_endpoint: DemoEndpoint) -> Iterator[DemoEndpoint]:
    """An account with a function that answers with what it was given."""
    code = "def handler(event, context):\n    return {'given': event, 'of': context.function_name}\n"
    client = Cloud(empty_endpoint)["lambda"]
    client.create_function(
        FunctionName="orders",
        Runtime="python3.12",
        Role=f"arn:aws:iam::{ACCOUNT}:role/orders",
        Handler="app.handler",
        Code={"ZipFile": packed({"app.py": code.encode()})},
    )
    client.get_waiter("function_active_v2").wait(FunctionName="orders", WaiterConfig={"Delay": 1})
    yield empty_endpoint


async def test_a_function_of_the_emulator_answers(console: MakeConsole, greeting: DemoEndpoint) -> None:
    keys = {"access_key_id": greeting.access_key_id, "secret_access_key": greeting.secret_access_key}
    async with on_stage(console(greeting.endpoint, **keys)) as stage:
        await stage.wait_until_read()
        text = await editing(stage)
        text.put('{"who": "ann"}')
        await previewed(stage)
        await stage.press("y")
        await stage.wait_for('"who": "ann"')
        assert '"of": "orders"' in stage.text
