"""`lambdatui shift`: in fast time, and as a process that signals and readers come and go to."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lambdatui import cli, clock
from lambdatui.actions import flight, performing
from lambdatui.actions.audit import AuditTrail
from lambdatui.actions.flight_log import FlightLog
from lambdatui.actions.flight_state import FlightState
from lambdatui.aws.target import Target
from lambdatui.commands import shift, status, unattended
from lambdatui.commands.signals import SIGNALS
from lambdatui.errors import AccessDenied, ConsoleError, ReadOnly, SettingsError
from lambdatui.insight.canary import Evidence
from lambdatui.paths import keep_state_in
from lambdatui.settings import Settings
from tests.actions.flying import ALIKE, LATE, LOOK_S, MINUTE_NS, QUIET, WORSE, Clock, Sight, state
from tests.support.endpoint import ACCOUNT, IDENTITY, REGION, ScriptedEndpoint, error, xml_answer
from tests.support.machine import Machine
from tests.support.split_alias import SplitAlias
from tests.support.terminal import Terminal, private_environment

PATIENCE_S = 20.0
README = Path(__file__).parents[2] / "README.md"
PLAN = "10%/5m, 50%/5m"
DENIED = error("AccessDeniedException", 403)


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    """Beside the command, which has a loop of its own."""
    with ScriptedEndpoint.in_thread() as scripted:
        scripted.on("sts", "GetCallerIdentity", IDENTITY)
        yield scripted


@pytest.fixture
def alias(endpoint: ScriptedEndpoint) -> SplitAlias:
    served = SplitAlias()
    served.behind(endpoint)
    return served


# -- in fast time


class Ground:
    """Runs the command here. `sights` are what its looks find, the last one ever after; a minute goes by at each."""

    def __init__(self, url: str, clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
        self.target = Target(region=REGION, access_key_id="AKIAEXAMPLE", secret_access_key="example", endpoint_url=url)
        self.clock = clock
        self.capsys = capsys
        self.sights: list[Sight] = [ALIKE]
        self.at_look: dict[int, Callable[[], None]] = {}
        self.looks = 0

    async def observe(self, _: FlightState) -> Evidence:
        self.looks += 1
        self.clock.now_ns += MINUTE_NS
        self.at_look.get(self.looks, lambda: None)()
        sight = self.sights.pop(0) if len(self.sights) > 1 else self.sights[0]
        if isinstance(sight, ConsoleError):
            raise sight
        return sight

    def run(self, release: str = "orders:live", settings: Settings | None = None, **asked: Any) -> int:
        order = {"to": "2", "plan": PLAN, "leaving": "roll back", "yes": True, "dry_run": False, **asked}
        self.capsys.readouterr()
        status = shift.run(self.target, settings or Settings(), release, **order)
        out, self.said = self.capsys.readouterr()
        events = [json.loads(line) for line in out.splitlines()]
        self.preflight = next((event for event in events if event["event"] == "preflight"), None)
        self.events = [event for event in events if event is not self.preflight]
        """What is told from the beginning on."""
        return status

    @property
    def told(self) -> list[str]:
        return [event["event"] for event in self.events]


@pytest.fixture
def ground(
    endpoint: ScriptedEndpoint,
    alias: SplitAlias,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Ground:
    Machine(tmp_path, monkeypatch).set("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setattr(shift, "state_folder", lambda: tmp_path / "state")
    monkeypatch.setattr(flight, "LOOK_S", LOOK_S)
    monkeypatch.setattr(performing, "THROTTLED_S", (0, 0, 0))
    time = Clock()
    monkeypatch.setattr(clock, "time_ns", time)
    made = Ground(endpoint.url, time, capsys)
    monkeypatch.setattr(shift, "Observer", lambda _: made.observe)
    return made


def test_a_good_version_gets_all_of_the_traffic_step_by_step(ground: Ground, alias: SplitAlias) -> None:
    assert ground.run() == 0
    assert alias.shares == ("2", {})
    assert ground.told == ["began", "step", "judgement", "step", "step", "landed"]
    assert [event["percent"] for event in ground.events if event["event"] == "step"] == [10, 50, 100]
    assert ground.events[-1] | {"phase": "promoted", "status": 0} == ground.events[-1]
    assert "+5:00  step 2 of 3, 50 % for 5m\n" in ground.said
    assert ground.said.splitlines()[-1].startswith("+10:00  promoted, 100 % on version 2: 1.0 % of the new version's")


def test_each_event_says_when_and_of_which_shift(ground: Ground) -> None:
    ground.run()
    began = ground.events[0]
    assert began["at"] == "2026-11-20T22:00:30.000Z"
    assert began | {"old": "1", "new": "2", "plan": "10%/5m, 50%/5m, 100%", "leaving": "roll back"} == began
    assert {(event["shift"], event["function"], event["alias"]) for event in ground.events} == {
        (began["shift"], "orders", "live")
    }


def test_a_bad_version_is_rolled_back_with_the_reason(ground: Ground, alias: SplitAlias) -> None:
    ground.sights = [ALIKE, WORSE]
    assert ground.run() == 3
    assert alias.shares == ("1", {})
    judged = ground.events[-2]
    assert (judged["verdict"], judged["new"]) == ("roll back", {"invocations": 1_000, "errors": 900})
    assert "rolled back, 0 % on version 2: 90 % of the new version's invocations fail" in ground.said


def test_a_judgement_is_told_again_only_when_more_than_its_numbers_changed(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unattended, "AGAIN_MS", 10**9)
    more = Evidence(periods=(*QUIET.periods, *QUIET.periods))
    ground.sights = [QUIET, more, LATE, ALIKE]
    ground.run()
    judged = [event["why"] for event in ground.events if event["event"] == "judgement"]
    assert [why.split(":")[0] for why in judged[:2]] == ["not enough evidence", "metrics are 240 s late"]
    assert len(judged) == 3


def test_while_it_is_held_it_is_told_every_minute_that_it_lives(ground: Ground) -> None:
    ground.sights = [QUIET, QUIET, QUIET, ALIKE]
    ground.run()
    judged = [event["verdict"] for event in ground.events if event["event"] == "judgement"]
    assert judged == ["hold", "hold", "hold", "continue"]
    assert "+3:00  hold: not enough evidence" in ground.said


def test_nothing_is_concluded_where_nothing_can_be_seen(ground: Ground, alias: SplitAlias) -> None:
    ground.sights = [AccessDenied("cloudwatch:GetMetricData"), WORSE]
    assert ground.run() == 3
    assert ground.events[2]["why"] == "not enough evidence: not permitted: cloudwatch:GetMetricData"


def test_somebody_else_s_change_stops_it_and_stays(ground: Ground, alias: SplitAlias) -> None:
    ground.at_look = {2: lambda: alias.change("1", v2=0.3)}
    assert ground.run() == 5
    assert alias.shares == ("1", {"2": 0.3})
    assert "stopped, 30 % on version 2: somebody else changed the alias" in ground.said
    assert (ground.events[-1]["phase"], ground.events[-1]["percent"]) == ("stopped", 30)
    assert "offered by the console" in ground.said


def test_of_an_alias_that_was_deleted_no_share_is_told(ground: Ground, alias: SplitAlias) -> None:
    ground.at_look = {2: lambda: setattr(alias, "gone", True)}
    assert ground.run() == 5
    assert (ground.events[-1]["phase"], ground.events[-1]["percent"]) == ("gone", None)
    assert "gone: the alias is gone" in ground.said


def test_a_step_that_aws_does_not_carry_out_is_tried_again(ground: Ground, alias: SplitAlias) -> None:
    def mended() -> None:
        alias.fault = None

    ground.at_look = {2: lambda: setattr(alias, "fault", error("ServiceException", 500)), 7: mended}
    assert ground.run() == 0
    trouble = [event for event in ground.events if event["event"] == "trouble"]
    assert trouble and all(event["wanted"] == 50 for event in trouble)


def test_what_cannot_go_on_is_rolled_back(ground: Ground, alias: SplitAlias) -> None:
    def forbid_all_but_going_back(seen: Any) -> Any:
        weights = json.loads(seen.body)["RoutingConfig"]["AdditionalVersionWeights"]
        return DENIED if weights else alias.carry_out(seen)

    ground.at_look = {1: lambda: setattr(alias, "fault", forbid_all_but_going_back)}
    assert ground.run() == 3
    assert alias.shares == ("1", {})
    assert ground.told.count("trouble") == 1 + unattended.TRIES
    assert "it could not go on: not permitted: lambda:UpdateAlias" in ground.events[-1]["why"]


def test_what_cannot_go_on_is_left_where_that_was_asked_for(ground: Ground, alias: SplitAlias, tmp_path: Path) -> None:
    ground.at_look = {1: lambda: setattr(alias, "fault", DENIED)}
    assert ground.run(leaving="hold") == 4
    assert alias.shares == ("1", {"2": 0.1})
    assert ground.events[-1] | {"phase": "held", "percent": 10, "status": 4} == ground.events[-1]
    (left,) = FlightLog(tmp_path / "state" / "flights").left().values()
    assert FlightState.model_validate_json(left).percent == 10


def test_what_can_go_neither_on_nor_back_is_left_and_told(ground: Ground, alias: SplitAlias, tmp_path: Path) -> None:
    ground.at_look = {1: lambda: setattr(alias, "fault", DENIED)}
    assert ground.run() == 4
    assert alias.shares == ("1", {"2": 0.1})
    assert ground.events[-1] | {"phase": "no way back", "percent": 10, "status": 4} == ground.events[-1]
    assert "not permitted: lambda:UpdateAlias" in ground.events[-1]["trouble"]
    assert list(FlightLog(tmp_path / "state" / "flights").left()) == [ground.events[0]["shift"]]


def test_with_the_credentials_of_another_account_it_is_left_and_told(
    ground: Ground, alias: SplitAlias, endpoint: ScriptedEndpoint
) -> None:
    other = xml_answer(IDENTITY.body.decode().replace(ACCOUNT, "210987654321"))
    endpoint.on("sts", "GetCallerIdentity", IDENTITY, IDENTITY, other)  # at its beginning, and at the first step
    assert ground.run() == 4
    assert ground.events[-1]["trouble"].startswith("the credentials are of account 210987654321 now")
    assert alias.shares == ("1", {"2": 0.1})


def test_a_first_step_that_is_forbidden_changes_nothing(ground: Ground, alias: SplitAlias) -> None:
    alias.fault = DENIED
    assert ground.run() == 3
    assert alias.shares == ("1", {})
    assert ground.run(leaving="hold") == 1


def test_the_audit_trail_tells_of_each_change(ground: Ground, tmp_path: Path) -> None:
    ground.run()
    lines = AuditTrail(tmp_path / "state").read().entries
    assert [(line.action, line.result, line.batch) for line in lines] == [
        ("traffic", "done", ground.events[0]["shift"])
    ] * 3


def test_the_settings_judge(ground: Ground, alias: SplitAlias) -> None:
    strict = Settings.model_validate({"canary": {"fatal_errors": 1}})
    ground.sights = [Evidence(periods=ALIKE.periods, fatal={"Runtime.ImportModuleError": 1})]
    assert ground.run(settings=strict) == 3


def test_a_plan_of_the_settings_is_flown(ground: Ground) -> None:
    assert ground.run(plan="night", settings=Settings(plans={"night": "30%/1m"})) == 0
    assert ground.events[0]["plan"] == "30%/1m, 100%"


def test_what_is_there_already_is_done(ground: Ground, endpoint: ScriptedEndpoint, alias: SplitAlias) -> None:
    alias.change("2")
    assert ground.run() == 0
    assert "has all of the traffic of orders:live already" in ground.said
    assert "lambda:UpdateAlias" not in endpoint.operations


def test_what_the_preflight_fails_does_not_begin(ground: Ground, endpoint: ScriptedEndpoint, alias: SplitAlias) -> None:
    alias.change("1", v2=0.2)
    assert ground.run() == 1
    assert "✗ all traffic on one version" in ground.said
    assert "lambda:UpdateAlias" not in endpoint.operations
    assert ground.events == []
    assert ground.run(dry_run=True) == 1
    assert ground.preflight is not None
    failed = [check["title"] for check in ground.preflight["checks"] if check["verdict"] == "fail"]
    assert (failed, ground.preflight["may_begin"]) == (["all traffic on one version"], False)


def test_what_aws_would_refuse_does_not_begin(ground: Ground, endpoint: ScriptedEndpoint, alias: SplitAlias) -> None:
    assert ground.run(to="7", dry_run=True) == 1
    assert ground.preflight is not None
    assert not ground.preflight["may_begin"]


def test_an_alias_that_is_not_there_is_told(ground: Ground, alias: SplitAlias) -> None:
    alias.gone = True
    assert ground.run() == 1
    assert "Alias not found" in ground.said or "no alias" in ground.said


def test_a_dry_run_says_what_would_be_sent_and_sends_nothing(ground: Ground, endpoint: ScriptedEndpoint) -> None:
    assert ground.run(yes=False, dry_run=True) == 0
    assert "steps: 10 % for 5m, 50 % for 5m, 100 %; if it is left: roll back" in ground.said
    assert '"RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1}}' in ground.said
    assert "lambda:UpdateAlias" not in endpoint.operations
    assert ground.events == []


def test_a_dry_run_tells_a_program_what_was_looked_at(ground: Ground) -> None:
    ground.run(yes=False, dry_run=True)
    told = ground.preflight
    assert told is not None
    of = {"function": "orders", "alias": "live", "old": "1", "new": "2", "plan": "10%/5m, 50%/5m, 100%"}
    assert told | of | {"region": REGION, "may_begin": True, "refusal": ""} == told
    assert {check["title"]: check["verdict"] for check in told["checks"]}["all traffic on one version"] == "pass"


def test_a_shift_that_flies_already_is_not_begun_once_more(ground: Ground, tmp_path: Path) -> None:
    keep_state_in(tmp_path / "state")
    log = FlightLog(tmp_path / "state" / "flights")
    flown = state(percent=0.0, step=0)
    log.save(flown.id, flown.model_dump_json())
    try:
        with log.flying(flown.id):
            assert ground.run(dry_run=True) == 1
    finally:
        keep_state_in(None)
    assert ground.preflight is not None
    assert ground.preflight["refusal"] == "a shift of it is on its way already - see :shifts"


def test_a_shift_that_was_left_is_told_and_left_alone(ground: Ground, tmp_path: Path) -> None:
    log = FlightLog(tmp_path / "state" / "flights")
    left = state(percent=10.0, wanted=50.0, step=0)
    log.save(left.id, left.model_dump_json())
    ground.run(dry_run=True)
    assert "left: orders:live in us-east-1, version 2 had 10 %, 50 % was asked for" in ground.said
    assert list(log.left()) == [left.id]


@pytest.mark.parametrize(
    ("asked", "refusal", "why"),
    [
        ({"release": "orders"}, SettingsError, "no alias of a function"),
        ({"release": "orders:7"}, SettingsError, "no alias of a function"),
        ({"plan": "10%"}, SettingsError, "needs a time"),
        ({"plan": "0.00001%/5m"}, SettingsError, "'0.00001%/5m' has a share"),
        ({"plan": "cannary"}, SettingsError, "'cannary' is no plan - there are canary, linear"),
        ({"yes": False}, SettingsError, "no terminal to ask on"),
    ],
)
def test_a_command_line_at_fault_is_refused_before_aws_is_asked(
    ground: Ground, endpoint: ScriptedEndpoint, asked: dict[str, Any], refusal: type[ConsoleError], why: str
) -> None:
    with pytest.raises(refusal, match=why):
        ground.run(**asked)
    assert endpoint.operations == []


def test_read_only_refuses_it_and_permits_its_dry_run(ground: Ground, endpoint: ScriptedEndpoint) -> None:
    ground.target = Target(**{**ground.target.__dict__, "read_only": True})
    with pytest.raises(ReadOnly):
        ground.run()
    assert endpoint.operations == []
    assert ground.run(dry_run=True) == 0


# -- as a process

Start = Callable[..., Awaitable[Process]]


def command(url: str, *arguments: str) -> list[str]:
    flags = ["--endpoint-url", url, "--region", REGION]
    return [sys.executable, "-m", "lambdatui", *flags, "shift", "orders:live", "--to", "2", *arguments]


KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example", "AWS_MAX_ATTEMPTS": "1"}


@pytest.fixture
async def start(endpoint: ScriptedEndpoint, alias: SplitAlias, tmp_path: Path) -> AsyncIterator[Start]:
    """Starts the command; what still runs at the end is killed."""
    started: list[Process] = []

    async def begin(*arguments: str, **particular: Any) -> Process:
        process = await asyncio.create_subprocess_exec(
            *command(endpoint.url, "--yes", *arguments),
            **{"stdout": PIPE, "stderr": PIPE, "env": private_environment(tmp_path, KEYS), **particular},
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def flying(process: Process) -> None:
    """Waits until the first step is made."""
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        while json.loads(await process.stdout.readline())["event"] != "step":
            pass


async def ended(process: Process) -> tuple[int | None, list[dict[str, Any]], str]:
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    return process.returncode, [json.loads(line) for line in out.splitlines()], err.decode()


@pytest.mark.parametrize("number", SIGNALS)
async def test_a_signal_rolls_it_back(start: Start, alias: SplitAlias, number: signal.Signals) -> None:
    process = await start()
    await flying(process)
    assert alias.shares == ("1", {"2": 0.1})
    process.send_signal(number)
    status, events, err = await ended(process)
    assert alias.shares == ("1", {})
    assert (status, events[-1]["phase"]) == (128 + number, "rolled back")
    assert events[-1]["why"] == f"{number.name} ended it"
    assert "Traceback" not in err


async def test_a_signal_leaves_it_where_that_was_asked_for(start: Start, alias: SplitAlias) -> None:
    process = await start("--leaving", "hold")
    await flying(process)
    process.terminate()
    status, events, err = await ended(process)
    assert alias.shares == ("1", {"2": 0.1})
    assert (status, events[-1]["phase"]) == (128 + signal.SIGTERM, "held")
    assert "offered by the console" in err


async def test_a_roll_back_that_is_refused_at_the_end_is_told_and_left_for_the_next_start(
    start: Start, alias: SplitAlias, tmp_path: Path
) -> None:
    process = await start()
    await flying(process)
    alias.fault = DENIED
    process.terminate()
    status, events, _ = await ended(process)
    assert (status, events[-1]["phase"], events[-1]["percent"]) == (128 + signal.SIGTERM, "no way back", 10)
    assert "not permitted: lambda:UpdateAlias" in events[-1]["trouble"]
    (left,) = FlightLog(tmp_path / ".local/state/lambdatui/flights").left().values()
    assert FlightState.model_validate_json(left).percent == 10


async def test_a_reader_that_leaves_does_not_end_it(start: Start, alias: SplitAlias) -> None:
    process = await start()
    await flying(process)
    process._transport.get_pipe_transport(1).close()  # type: ignore[attr-defined]
    process._transport.get_pipe_transport(2).close()  # type: ignore[attr-defined]
    process.terminate()
    assert await asyncio.wait_for(process.wait(), PATIENCE_S) == 128 + signal.SIGTERM
    assert alias.shares == ("1", {})


async def test_under_nohup_a_hangup_is_nothing(start: Start, alias: SplitAlias) -> None:
    process = await start(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    await flying(process)
    process.send_signal(signal.SIGHUP)
    process.terminate()
    status, _, _ = await ended(process)
    assert status == 128 + signal.SIGTERM


def test_on_a_terminal_it_asks(endpoint: ScriptedEndpoint, alias: SplitAlias) -> None:
    with Terminal(command(endpoint.url), env=KEYS) as terminal:
        terminal.wait_for_bytes(rb"begin\? \[y/N\]")
        assert "lambda:UpdateAlias" not in endpoint.operations
        terminal.send("n", "enter")
        terminal.wait_for_bytes(b"nothing was changed")
        assert terminal.wait_exit() == 1
    assert "lambda:UpdateAlias" not in endpoint.operations


def test_a_protected_profile_wants_the_function_s_name(endpoint: ScriptedEndpoint, alias: SplitAlias) -> None:
    with Terminal(command(endpoint.url), env={**KEYS, "LAMBDATUI_PROTECTED": "1"}) as terminal:
        terminal.wait_for_bytes(b"type orders to begin")
        terminal.send(*"orders", "enter")
        terminal.wait_for_bytes(b'"event": "step"')
        assert alias.shares == ("1", {"2": 0.1})
        terminal.send("ctrl+c")
        assert terminal.wait_exit() == 128 + signal.SIGINT
    assert alias.shares == ("1", {})


@pytest.mark.parametrize("protected", [False, True], ids=["yes", "name"])
@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_at_the_question_is_a_no(
    endpoint: ScriptedEndpoint, alias: SplitAlias, number: signal.Signals, protected: bool
) -> None:
    with Terminal(command(endpoint.url), env=KEYS | ({"LAMBDATUI_PROTECTED": "1"} if protected else {})) as terminal:
        terminal.wait_for_bytes(b"to begin: " if protected else rb"begin\? \[y/N\]")
        terminal.signal(number)
        assert terminal.wait_exit() == 128 + number
        assert terminal.text.splitlines()[-1] == "nothing was changed"
        assert FlightLog(terminal.home / ".local/state/lambdatui/flights").kept() == {}
    assert "lambda:UpdateAlias" not in endpoint.operations


@pytest.mark.parametrize("typed", ["\x04", "y\x04\x04"], ids=["nothing", "without an end of line"])
def test_the_end_of_input_at_the_question_is_a_no(endpoint: ScriptedEndpoint, alias: SplitAlias, typed: str) -> None:
    with Terminal(command(endpoint.url), env=KEYS) as terminal:
        terminal.wait_for_bytes(rb"begin\? \[y/N\]")
        terminal.send(typed)
        assert terminal.wait_exit() == 1
        assert terminal.text.splitlines()[-1] == "nothing was changed"
    assert "lambda:UpdateAlias" not in endpoint.operations


def test_a_terminal_that_hangs_up_at_the_question_begins_nothing(endpoint: ScriptedEndpoint, alias: SplitAlias) -> None:
    with Terminal(command(endpoint.url), env=KEYS) as terminal:
        terminal.wait_for_bytes(rb"begin\? \[y/N\]")
        terminal.hang_up()
        assert terminal.wait_exit() in {1, 128 + signal.SIGHUP}, "end of input, or the signal that comes with it"
    assert "lambda:UpdateAlias" not in endpoint.operations


def test_read_only_may_stand_behind_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["shift", "orders:live", "--to", "2", "--yes", "--read-only"]) == 2
    assert "read-only" in capsys.readouterr().err


@pytest.mark.parametrize("behind", [False, True], ids=["before", "behind"])
@pytest.mark.parametrize("words", [["config"], ["shift", "orders:live", "--to", "2"], ["logs", "orders"]], ids="-".join)
def test_where_to_connect_to_may_stand_on_either_side_of_a_command(words: list[str], behind: bool) -> None:
    where = ["--profile", "prod", "--region", "eu-west-1", "--endpoint-url", "http://localhost:1"]
    options = cli._parser().parse_args([*words, *where] if behind else [*where, *words])
    assert (options.profile, options.region, options.endpoint_url) == ("prod", "eu-west-1", "http://localhost:1")


def test_its_help_tells_each_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["shift", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert all(f"{number} {meaning}" in told for number, meaning in status.meanings().items())


def test_the_readme_tells_each_exit_status() -> None:
    held = re.search(r"<!-- statuses -->\n(.*?)\n<!-- /statuses -->", README.read_text(), re.DOTALL)
    assert held
    assert held[1] == status.reference(), (
        "put this between the markers: python -c 'from lambdatui.commands.status import reference; print(reference())'"
    )


def test_the_demo_is_not_mistaken_for_the_account() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "lambdatui", "--demo", "shift", "orders:live", "--to", "2", "--yes"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert "--demo" in ran.stderr
