"""The audit trail: nothing is lost, nothing is torn, and nothing secret gets in."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import SecretStr, ValidationError

from lambdatui.actions.audit import AuditCall, AuditFailed, AuditLine, AuditTrail, AuditUndo, Result

BEGUN = datetime(2026, 11, 21, 10, 20, 30, 123_000, UTC)
BEGUN_MS = 1_795_256_430_123
SECRET = "hunter2-and-more"
WRITER = """
import sys
from pathlib import Path
from lambdatui.actions.audit import AuditLine, AuditTrail
trail = AuditTrail(Path(sys.argv[1]), file_bytes=int(sys.argv[4]))
for number in range(int(sys.argv[3])):
    trail.append(AuditLine(identity="arn", account="1", region="r", action="a", function=f"{sys.argv[2]}-{number}"))
print("written", flush=True)
sys.stdin.read()
"""


def attempt(function: str = "orders", **particular: Any) -> AuditLine:
    told = {"identity": "arn:aws:iam::123456789012:user/jane", "account": "123456789012", "region": "eu-central-1"}
    return AuditLine(**{**told, "action": "reserved-concurrency", "function": function, "at": BEGUN} | particular)


def functions(lines: Sequence[AuditLine]) -> list[str]:
    return [line.function for line in lines]


def writer(folder: Path, name: str, count: int, file_bytes: int = 10_000_000) -> subprocess.Popen[str]:
    command = (sys.executable, "-c", WRITER, str(folder), name, str(count), str(file_bytes))
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "lambdatui"


@pytest.fixture
def trail(folder: Path) -> AuditTrail:
    return AuditTrail(folder)


def test_an_attempt_is_read_as_its_outcome_tells_it(trail: AuditTrail) -> None:
    intent = attempt(
        before={"reserved": None},
        after={"reserved": "5"},
        calls=(AuditCall(service="lambda", operation="PutFunctionConcurrency", parameters={"FunctionName": "orders"}),),
        undo=AuditUndo(action="remove-reserved-concurrency"),
    )
    trail.append(intent)
    outcome = intent.concluded("done", request_ids=["r-1"])
    trail.append(outcome)
    assert trail.read().entries == (outcome,)
    assert (outcome.id, outcome.at, outcome.before, outcome.undo) == (intent.id, BEGUN, intent.before, intent.undo)


@pytest.mark.parametrize("result", get_args(Result))
def test_every_result_closes_an_attempt(trail: AuditTrail, result: Result) -> None:
    trail.append(attempt())
    trail.append(trail.read().entries[0].concluded(result, error="why"))
    assert [(line.result, line.error) for line in trail.read().entries] == [(result, "why")]
    assert trail.read().open_intents() == ()


def test_a_line_in_the_file_names_its_stage_and_its_time_to_the_ms(trail: AuditTrail) -> None:
    trail.append(attempt())
    trail.append(attempt().concluded("failed"))
    told = [json.loads(line) for line in trail.path.read_text().splitlines()]
    assert [(line["stage"], line["at"]) for line in told] == [
        ("intent", "2026-11-21T10:20:30.123Z"),
        ("outcome", "2026-11-21T10:20:30.123Z"),
    ]


def test_the_newest_comes_first_also_within_one_ms(trail: AuditTrail) -> None:
    for line in (attempt("a"), attempt("c", at=BEGUN + timedelta(hours=1)), attempt("b")):
        trail.append(line)
    assert functions(trail.read().entries) == ["c", "b", "a"]


def test_an_attempt_that_was_closed_is_not_opened_by_an_older_line(trail: AuditTrail) -> None:
    intent = attempt()
    for line in (intent.concluded("unknown"), intent):
        trail.append(line)
    assert trail.read().open_intents() == ()


def test_nothing_written_reads_as_nothing_and_makes_nothing(trail: AuditTrail, folder: Path) -> None:
    assert trail.read().entries == ()
    assert not folder.exists()


def test_a_copy_without_its_lock_is_read(trail: AuditTrail, tmp_path: Path) -> None:
    trail.append(attempt())
    (tmp_path / "audit.jsonl").write_bytes(trail.path.read_bytes())
    assert functions(AuditTrail(tmp_path).read().entries) == ["orders"]


def test_what_somebody_tried_in_vain_to_take_back_was_not_taken_back(trail: AuditTrail) -> None:
    undone, kept = attempt("undone"), attempt("kept")
    for line in (undone, kept):
        trail.append(line.concluded("done"))
    trail.append(attempt("taker", undoes=undone.id).concluded("done"))
    trail.append(attempt("taker", undoes=kept.id).concluded("failed"))
    assert trail.read().taken_back == {undone.id}


@pytest.mark.parametrize(
    ("result", "stands"), [("done", True), ("partial", True), ("unknown", True), ("failed", False), ("refused", False)]
)
def test_a_stop_stands_where_it_may_be_in_force(trail: AuditTrail, result: Result, stands: bool) -> None:
    trail.append(attempt(standing=True).concluded(result))
    assert bool(trail.read().standing()) is stands


def test_a_stop_that_was_restored_stands_no_longer(trail: AuditTrail) -> None:
    stop = attempt(standing=True)
    trail.append(stop.concluded("done"))
    trail.append(attempt(undoes=stop.id).concluded("done"))
    assert trail.read().standing() == ()


def test_of_several_stops_of_a_function_the_newest_alone_stands_and_falls(trail: AuditTrail) -> None:
    first, second = attempt(standing=True), attempt(standing=True)
    for stop in (first, second):
        trail.append(stop.concluded("done"))
    assert [line.id for line in trail.read().standing()] == [second.id]
    trail.append(attempt(undoes=second.id).concluded("done"))
    assert trail.read().standing() == ()


def test_what_was_attempted_elsewhere_is_left_out(trail: AuditTrail) -> None:
    for line in (attempt("here"), attempt("there", region="eu-north-1"), attempt("theirs", account="210987654321")):
        trail.append(line)
    assert functions(trail.read().at("123456789012", "eu-central-1").entries) == ["here"]


def test_only_the_owner_can_read_what_is_written(trail: AuditTrail, folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o755)
    trail.path.touch(mode=0o644)
    trail.append(attempt())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_consoles_that_write_at_once_tear_and_lose_nothing(trail: AuditTrail, folder: Path) -> None:
    writers = [writer(folder, str(number), 200, file_bytes=100_000) for number in range(4)]
    for process in writers:
        process.communicate()
    reading = trail.read()
    assert reading.unreadable == 0
    assert sorted(functions(reading.entries)) == sorted(f"{a}-{b}" for a in range(4) for b in range(200))


def test_what_a_killed_console_had_begun_is_open(trail: AuditTrail, folder: Path) -> None:
    process = writer(folder, "orders", 1)
    assert process.stdout is not None and process.stdin is not None
    assert process.stdout.readline() == "written\n"
    process.kill()
    assert process.wait() == -signal.SIGKILL
    process.stdin.close()
    process.stdout.close()
    assert functions(trail.read().open_intents()) == ["orders-0"]


def test_an_attempt_that_was_closed_before_the_kill_is_not_open(trail: AuditTrail, folder: Path) -> None:
    with writer(folder, "orders", 2) as process:
        assert process.stdout is not None
        process.stdout.readline()
        first = trail.read().entries[-1]
        trail.append(first.concluded("done"))
        process.kill()
    assert functions(trail.read().open_intents()) == ["orders-1"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_a_line_that_cannot_be_written_says_which_file_and_why(
    trail: AuditTrail, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "write", refuse)
    with pytest.raises(AuditFailed) as failed:
        trail.append(attempt())
    assert str(trail.path) in failed.value.title and os.strerror(code) in failed.value.title


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AuditFailed, match="Not a directory"):
        AuditTrail(tmp_path / "file" / "state").append(attempt())


def test_a_line_for_which_there_is_only_part_of_the_room_leaves_nothing_behind(trail: AuditTrail) -> None:
    trail.append(attempt("first"))
    before = trail.path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, hard))
    try:
        with pytest.raises(AuditFailed):
            trail.append(attempt("second"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert trail.path.read_bytes() == before


def test_a_line_that_may_not_outlive_a_power_cut_is_taken_back(
    trail: AuditTrail, monkeypatch: pytest.MonkeyPatch
) -> None:
    trail.append(attempt("first"))

    def fail(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(AuditFailed):
            trail.append(attempt("second"))
    assert functions(trail.read().entries) == ["first"]


def test_a_file_that_cannot_be_read_says_so(trail: AuditTrail) -> None:
    trail.path.mkdir(parents=True)
    with pytest.raises(AuditFailed, match="cannot be read"):
        trail.read()


@pytest.mark.parametrize(
    "foreign", [b"{}\n", b"\xff\xfe\n", b"null\n", b"[" * 5000 + b"\n", b'{"id": "x", "result": "new"}\n', b'{"id": "t']
)
def test_a_line_that_cannot_be_read_is_counted_and_spoils_no_other(trail: AuditTrail, foreign: bytes) -> None:
    trail.append(attempt("before"))
    with trail.path.open("ab") as file:
        file.write(foreign)
    trail.append(attempt("after"))
    reading = trail.read()
    assert (functions(reading.entries), reading.unreadable) == (["after", "before"], 1)


def test_what_a_newer_console_added_is_passed_over(trail: AuditTrail) -> None:
    trail.append(attempt())
    line = json.loads(trail.path.read_text()) | {"added": 1}
    trail.path.write_text(json.dumps(line) + "\n")
    assert functions(trail.read().entries) == ["orders"]


def test_full_files_are_put_aside_and_read_with_the_rest(folder: Path) -> None:
    times = iter(range(BEGUN_MS, BEGUN_MS + 240_000, 60_000))
    trail = AuditTrail(folder, lambda: next(times), file_bytes=1)
    for number in range(5):
        trail.append(attempt(str(number)))
    assert functions(trail.read().entries) == ["4", "3", "2", "1", "0"]
    assert sorted(file.name for file in folder.glob("audit-*")) == [
        f"audit-20261121T10{minute}30.jsonl" for minute in range(20, 24)
    ]


def test_a_clock_that_was_put_back_does_not_make_the_newest_go_first(folder: Path) -> None:
    times = iter(range(BEGUN_MS, 0, -86_400_000))
    trail = AuditTrail(folder, lambda: next(times), file_bytes=1)
    for number in range(30):
        trail.append(attempt(str(number)).concluded("done"))
    assert functions(trail.read().entries) == [str(number) for number in range(29, 18, -1)]


def test_of_the_files_that_go_only_what_is_open_or_stands_is_carried_over(folder: Path) -> None:
    trail = AuditTrail(folder, lambda: BEGUN_MS, file_bytes=1)
    closed = attempt("closed")
    restored = attempt("restored", standing=True)
    trail.append(closed)
    for line in (attempt("open"), attempt("stopped", standing=True).concluded("done"), restored.concluded("done")):
        trail.append(line)
    trail.append(closed.concluded("done"))
    trail.append(attempt("restoring", undoes=restored.id).concluded("done"))
    for number in range(40):
        trail.append(attempt(f"later-{number}").concluded("done"))
    reading = trail.read()
    assert functions(reading.open_intents()) == ["open"]
    assert functions(reading.standing()) == ["stopped"]
    assert len(list(folder.glob("audit-*"))) == 10
    assert not {"closed", "restored", "restoring", "later-0"} & set(functions(reading.entries))


def test_a_rotation_that_was_cut_short_loses_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trail = AuditTrail(folder, lambda: BEGUN_MS, file_bytes=1)
    trail.append(attempt("open"))
    for number in range(10):
        trail.append(attempt(f"later-{number}").concluded("done"))

    def fail(_: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", fail)
        with pytest.raises(AuditFailed):
            trail.append(attempt("refused"))
    for number in range(30):
        trail.append(attempt(f"last-{number}").concluded("done"))
    reading = trail.read()
    assert (functions(reading.open_intents()), reading.unreadable) == (["open"], 0)
    assert len(list(folder.glob("audit-*"))) == 10


def test_secrets_and_payloads_stay_out_of_the_file(trail: AuditTrail) -> None:
    parameters = {
        "FunctionName": "orders",
        "Payload": SECRET,
        "ClientContext": SecretStr(SECRET),
        "Environment": {"Variables": {"TOKEN": SECRET}},
        "Nested": [{"Key": SecretStr(SECRET)}, SECRET.encode()],
        "Unheard": {SECRET},
    }
    trail.append(attempt(calls=[{"service": "lambda", "operation": "Invoke", "parameters": parameters}]))
    (line,) = trail.read().entries
    assert SECRET not in trail.path.read_text()
    assert line.calls[0].parameters == {
        "FunctionName": "orders",
        "Payload": "16 bytes",
        "ClientContext": "16 bytes",
        "Environment": {"Variables": {"TOKEN": "(masked)"}},
        "Nested": [{"Key": "(masked)"}, "16 bytes"],
        "Unheard": "(masked)",
    }


def test_the_size_of_a_payload_is_in_bytes() -> None:
    call = AuditCall(service="lambda", operation="Invoke", parameters={"Payload": "é" * 617})
    assert call.parameters == {"Payload": "1,234 bytes"}
    unseen = AuditCall(service="lambda", operation="Invoke", parameters={"Payload": SecretStr(SECRET)})
    assert unseen.parameters == {"Payload": "16 bytes"}


@pytest.mark.parametrize("field", ["before", "after"])
def test_a_shown_value_that_is_a_secret_is_refused(field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        attempt(**{field: {"TOKEN": SecretStr(SECRET)}})
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "parameters", [{"value": SecretStr(SECRET)}, {"Payload": SECRET}, {"Variables": {"TOKEN": SECRET}}]
)
def test_an_inverse_that_needs_a_secret_is_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        AuditUndo(action="environment", parameters=parameters)
    assert SECRET not in str(refused.value)


def test_an_inverse_with_several_values_is_kept(trail: AuditTrail) -> None:
    trail.append(attempt(undo=AuditUndo(action="layers", parameters={"layers": ("a:1", "b:2")})))
    undo = trail.read().entries[0].undo
    assert undo is not None and undo.parameters == {"layers": ["a:1", "b:2"]}


def test_an_outcome_that_holds_a_secret_is_refused() -> None:
    with pytest.raises(ValidationError):
        attempt().concluded("done", after={"TOKEN": SecretStr(SECRET)})  # type: ignore[dict-item]


def test_hostile_names_come_back_as_they_were_and_are_harmless_in_the_file(trail: AuditTrail) -> None:
    hostile = "\x1b[2J\u202e\x00\r\n\u2028\x9b é"
    trail.append(attempt(hostile))
    assert functions(trail.read().entries) == [hostile]
    assert trail.path.read_text().removesuffix("\n").isprintable() and trail.path.read_bytes().isascii()


@pytest.mark.parametrize("params", [{}, {"reserved": None}, {"weights": {"3": 0.1}, "layers": ["a", "b"], "on": True}])
def test_what_was_asked_for_is_kept_to_be_planned_again(trail: AuditTrail, params: dict[str, Any]) -> None:
    trail.append(attempt(params=params).concluded("done"))
    assert trail.read().entries[0].params == params


@pytest.mark.parametrize(
    "params",
    [
        {"value": SecretStr(SECRET)},
        {"payload": SECRET},
        {"client_context": SECRET},
        {"variables": {"TOKEN": SECRET}},
        {"qualifier": "live", "inner": [{"payload": SECRET}]},
    ],
)
def test_what_was_asked_for_is_not_kept_where_it_holds_a_secret(trail: AuditTrail, params: dict[str, Any]) -> None:
    line = attempt(params=params)
    trail.append(line)
    assert line.params is None
    assert SECRET not in trail.path.read_text()
