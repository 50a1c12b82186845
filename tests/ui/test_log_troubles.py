"""What can go wrong while a log is followed: it is said, no line is lost or comes twice, and it passes by itself."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from aiohttp import web

from lambdatui.clock import now_ms
from lambdatui.demo.emulator import free_port
from tests.support.endpoint import Answer, ScriptedEndpoint, cut, error, html, json_answer
from tests.support.log_group import LogGroup, Written
from tests.ui.answers import listing
from tests.ui.conftest import MakeConsole
from tests.ui.stage import NARROW, WIDE, Stage, on_stage

OPERATION = "logs:FilterLogEvents"
FUNCTIONS = "lambda:ListFunctions"
WAIT_S = 0.08
NO_GROUP = error("ResourceNotFoundException", 400, "The specified log group does not exist.")
THROTTLED = error("ThrottlingException", 400, "Rate exceeded")


@dataclass(frozen=True)
class Trouble:
    """An answer of AWS that is no page of a log, and what the operator reads of it."""

    answer: Answer
    title: str
    advice: str
    """What the empty log says besides."""


TROUBLES = {
    "no group": Trouble(
        NO_GROUP, "The specified log group does not exist", "There is no log group /aws/lambda/orders. It comes to be"
    ),
    "a refusal": Trouble(
        error(
            "AccessDeniedException",
            400,
            "User: arn:aws:sts::123456789012:assumed-role/oncall/ann is not authorized to perform: "
            "logs:FilterLogEvents on resource: arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/orders",
        ),
        "not permitted: logs:FilterLogEvents",
        "⊘ not permitted: logs:FilterLogEvents ask for logs:FilterLogEvents",
    ),
    "an expired token": Trouble(
        error("ExpiredTokenException", 400, "The security token included in the request is expired"),
        "the credentials have expired",
        "run: aws",
    ),
    "throttling": Trouble(THROTTLED, "throttled: logs:FilterLogEvents", "AWS asks to slow down"),
    "an outage": Trouble(
        error("ServiceUnavailableException", 503, "The service cannot complete the request."),
        "logs is out of order: ServiceUnavailableException (HTTP 503)",
        "nothing to do here; see health.aws.amazon.com",
    ),
    "a cut connection": Trouble(
        cut(json_answer({"events": [], "padding": "x" * 500}), 200),
        "was cut in the middle of an answer",
        "look at network, VPN and endpoint URL",
    ),
    "no answer at all": Trouble(cut(), "was cut in the middle of an answer", "look at network, VPN and endpoint URL"),
    "a web page": Trouble(
        html(),
        "the endpoint answered with a web page, not as AWS does",
        "look for a proxy or a sign-in page between here and AWS",
    ),
}
EVERY_TROUBLE = pytest.mark.parametrize("trouble", TROUBLES.values(), ids=list(TROUBLES))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No patience between two requests, two tries and two looks."""
    for name in ("FIRST_WAIT_S", "LONGEST_WAIT_S", "LATEST_S", "SWEEP_S"):
        monkeypatch.setattr(f"lambdatui.aws.log_groups.{name}", WAIT_S)
    monkeypatch.setattr("lambdatui.aws.logs.SOONEST_S", WAIT_S)
    monkeypatch.setattr("lambdatui.aws.logs.per_second", lambda *_: 1000.0)
    monkeypatch.setattr("lambdatui.ui.panes.followed_log.REST_S", 0.0)
    monkeypatch.setattr("lambdatui.ui.panes.followed_log.TICK_S", WAIT_S)
    monkeypatch.setattr("lambdatui.ui.widgets.log_view.FRAME_S", WAIT_S)


class Log:
    """The log group of the function `orders` at the wire: it can be broken, mended and written to."""

    def __init__(self, endpoint: ScriptedEndpoint) -> None:
        self._endpoint = endpoint
        self.group = LogGroup(now_ms)
        self.written: list[str] = []
        self.mend()

    def write(self, *messages: str) -> None:
        """Logs something just now."""
        for message in messages:
            now = now_ms()
            self.group.write(Written(at_ms=now, arrives_ms=now, number=len(self.written), message=message))
            self.written.append(message)

    def fail(self, answer: Answer) -> None:
        """From now on answers every request so."""
        self._endpoint.on("logs", "FilterLogEvents", answer)

    def mend(self) -> None:
        """From now on answers with the log."""
        self._endpoint.on("logs", "FilterLogEvents", self.group.answer)

    def make_again(self) -> None:
        """The group was deleted and is there again, empty."""
        self.group = LogGroup(now_ms)
        self.mend()

    @property
    def asked(self) -> int:
        """Requests so far."""
        return self._endpoint.counts[OPERATION]


@pytest.fixture
def log(endpoint: ScriptedEndpoint) -> Log:
    endpoint.on("lambda", "ListFunctions", listing("orders"))
    return Log(endpoint)


async def open_log(stage: Stage) -> None:
    await stage.wait_until_read()
    await stage.press("l")
    await stage.wait_for("from ")


async def asked_again(stage: Stage, log: Log, times: int = 6) -> None:
    """Returns when so many more requests have come: what one answer changes is on screen by then."""
    before = log.asked
    await stage.wait_for(lambda: log.asked >= before + times)


def words(stage: Stage) -> str:
    """What is on screen, without the line breaks that its width made."""
    return " ".join(stage.text.split())


async def wait_for_words(stage: Stage, text: str) -> None:
    await stage.wait_for(lambda: text in words(stage))


def title(stage: Stage) -> str:
    """The line over the log."""
    return next(line for line in stage.text.splitlines() if line.startswith(" Logs "))


def facts(stage: Stage) -> str:
    """The line under the log."""
    return next(line for line in stage.text.splitlines() if "dropped" in line)


def had(stage: Stage) -> list[str]:
    """The messages that the console holds, in its order."""
    feed = stage.app.session.feed
    return [event.message for event in feed.ring] if feed is not None else []


async def wait_for_lines(stage: Stage, *messages: str) -> None:
    """Returns when these are on screen."""
    for message in messages:
        await stage.wait_for(message)


def log_errors(stage: Stage) -> list[tuple[str, int]]:
    """Of the error log: what is about logs, and how often it was."""
    return [(entry.error.title, entry.times) for entry in stage.app.session.errors if entry.where.startswith("log")]


@EVERY_TROUBLE
async def test_a_trouble_from_the_start_is_said_in_place_of_the_log_with_what_to_do(
    console: MakeConsole, endpoint: ScriptedEndpoint, log: Log, trouble: Trouble
) -> None:
    log.fail(trouble.answer)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_log(stage)
        await wait_for_words(stage, trouble.advice)
        assert "! trying again" in stage.text


@EVERY_TROUBLE
async def test_the_log_appears_by_itself_when_the_trouble_is_over(
    console: MakeConsole, endpoint: ScriptedEndpoint, log: Log, trouble: Trouble
) -> None:
    log.fail(trouble.answer)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_log(stage)
        await wait_for_words(stage, trouble.advice)
        log.write("the first line")
        log.mend()
        await wait_for_lines(stage, "the first line")
        await stage.wait_for(lambda: "following" in title(stage) and "● polling" in facts(stage))


@EVERY_TROUBLE
async def test_a_trouble_that_passes_over_an_empty_log_is_said_no_more(
    console: MakeConsole, endpoint: ScriptedEndpoint, log: Log, trouble: Trouble
) -> None:
    log.fail(trouble.answer)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await open_log(stage)
        await wait_for_words(stage, trouble.advice)
        log.mend()
        await stage.wait_for("orders has logged nothing since")
        assert "!" not in title(stage)


@EVERY_TROUBLE
async def test_a_trouble_while_a_log_is_followed_leaves_its_lines_and_says_what_it_is(
    console: MakeConsole, endpoint: ScriptedEndpoint, log: Log, trouble: Trouble
) -> None:
    log.write("a line before")
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage)
        await wait_for_lines(stage, "a line before")
        log.fail(trouble.answer)
        await stage.wait_for(lambda: trouble.title in title(stage) and "! trying again" in facts(stage))
        assert "a line before" in stage.text


@EVERY_TROUBLE
async def test_what_is_logged_during_a_trouble_comes_after_it_once_and_in_order(
    console: MakeConsole, endpoint: ScriptedEndpoint, log: Log, trouble: Trouble
) -> None:
    log.write("before 0", "before 1")
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage)
        await wait_for_lines(stage, "before 1")
        log.fail(trouble.answer)
        await stage.wait_for(lambda: trouble.title in title(stage))
        log.write("during 0", "during 1")
        await asked_again(stage, log)
        log.write("during 2")
        log.mend()
        await wait_for_lines(stage, "during 0", "during 1", "during 2")
        log.write("after 0")
        await wait_for_lines(stage, "after 0")
        await asked_again(stage, log)
        assert had(stage) == log.written


@pytest.mark.parametrize("name", [name for name in TROUBLES if name != "no group"])
async def test_a_trouble_that_lasts_is_entered_in_the_error_log_once(
    console: MakeConsole, endpoint: ScriptedEndpoint, log: Log, name: str
) -> None:
    trouble = TROUBLES[name]
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage)
        await stage.wait_for("orders has logged nothing since")
        log.fail(trouble.answer)
        await stage.wait_for(lambda: trouble.title in title(stage))
        await asked_again(stage, log, 10)
        assert [times for told, times in log_errors(stage) if trouble.title in told] == [1]
        assert len(log_errors(stage)) == 1


async def test_a_function_that_has_not_logged_yet_is_no_error(
    console: MakeConsole, endpoint: ScriptedEndpoint, log: Log
) -> None:
    log.fail(NO_GROUP)
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage)
        await wait_for_words(stage, TROUBLES["no group"].advice)
        await asked_again(stage, log)
        assert log_errors(stage) == []


async def test_a_trouble_that_comes_again_counts_in_the_error_log(
    console: MakeConsole, endpoint: ScriptedEndpoint, log: Log
) -> None:
    outage = TROUBLES["an outage"]
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage)
        for times in (1, 2):
            log.fail(outage.answer)
            await stage.wait_for(lambda: outage.title in title(stage))
            await stage.wait_for(lambda times=times: log_errors(stage) == [(outage.title, times)])
            log.mend()
            await stage.wait_for(lambda: outage.title not in title(stage))


async def test_a_group_deleted_and_made_again_keeps_the_lines_before_and_shows_those_after(
    console: MakeConsole, endpoint: ScriptedEndpoint, log: Log
) -> None:
    log.write("of the former group")
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage)
        await wait_for_lines(stage, "of the former group")
        log.fail(NO_GROUP)
        await stage.wait_for(lambda: "does not exist" in title(stage))
        log.make_again()
        log.write("of the new group")
        await wait_for_lines(stage, "of the former group", "of the new group")
        await asked_again(stage, log)
        assert had(stage) == log.written


async def test_throttling_is_counted_under_the_log(console: MakeConsole, endpoint: ScriptedEndpoint, log: Log) -> None:
    endpoint.on("logs", "FilterLogEvents", THROTTLED, THROTTLED, THROTTLED, log.group.answer)
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage)
        await stage.wait_for("throttled 3")
        await stage.wait_for(lambda: "● polling" in facts(stage))


async def test_a_group_that_is_refused_leaves_the_other_groups_to_read(
    console: MakeConsole, endpoint: ScriptedEndpoint, log: Log
) -> None:
    refusal = TROUBLES["a refusal"].answer
    endpoint.on("lambda", "ListFunctions", listing("orders", "refunds"))
    endpoint.on("logs", "FilterLogEvents", lambda seen: refusal if b"refunds" in seen.body else log.group.answer(seen))
    log.write("of the permitted group")
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_until_read()
        await stage.press("space", "down", "space", "l")
        await wait_for_lines(stage, "of the permitted group")
        await stage.wait_for(lambda: "⊘ not permitted: logs:FilterLogEvents" in title(stage))
        await stage.wait_for(lambda: log_errors(stage) == [("not permitted: logs:FilterLogEvents", 1)])


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])
async def test_a_pattern_that_aws_refuses_is_told_in_its_words_and_mended_in_place(
    console: MakeConsole, endpoint: ScriptedEndpoint, log: Log, size: tuple[int, int]
) -> None:
    refusal = error("InvalidParameterException", 400, "Invalid character(s) in term '{'")

    def answer(seen: object) -> Answer:
        asked = str(getattr(seen, "body", b""))
        return refusal if '"filterPattern": "{"' in asked else log.group.answer(seen)  # type: ignore[arg-type]

    endpoint.on("logs", "FilterLogEvents", answer)
    log.write("a line")
    async with on_stage(console(endpoint.url), size) as stage:
        await open_log(stage)
        await wait_for_lines(stage, "a line")
        await stage.press("backslash", "{", "enter")
        await wait_for_words(stage, "Invalid character(s) in term '{'")
        await stage.press("backslash", "backspace", "l", "i", "n", "e", "enter")
        await wait_for_lines(stage, "a line")
        assert "Invalid" not in stage.text


async def test_an_endpoint_that_went_away_is_read_on_from_where_it_left(
    console: MakeConsole, endpoint: ScriptedEndpoint, log: Log
) -> None:
    assert endpoint._runner is not None
    port = free_port()
    site = web.TCPSite(endpoint._runner, "127.0.0.1", port)
    await site.start()
    log.write("before")
    async with on_stage(console(f"http://127.0.0.1:{port}")) as stage:
        await open_log(stage)
        await wait_for_lines(stage, "before")
        await site.stop()
        log.fail(cut())
        await stage.wait_for(lambda: f"no connection to http://127.0.0.1:{port}: refused" in title(stage))
        log.write("meanwhile")
        log.mend()
        await web.TCPSite(endpoint._runner, "127.0.0.1", port).start()
        await wait_for_lines(stage, "before", "meanwhile")
        await asked_again(stage, log)
        assert had(stage) == log.written


# -- a log that nobody sees


HIDING = {
    "another tab": (("1",), ("5",)),
    "the list alone": (("q", "plus"), ("plus",)),
    "another pane": (("colon", *"errors", "enter"), ("q", "l")),
}
"""How a log gets out of sight, and how it is seen again."""


@pytest.mark.parametrize(("leave", "come_back"), HIDING.values(), ids=list(HIDING))
async def test_a_log_that_is_out_of_sight_is_not_asked_for_and_goes_on_without_loss_when_it_is_seen(
    console: MakeConsole,
    endpoint: ScriptedEndpoint,
    log: Log,
    leave: tuple[str, ...],
    come_back: tuple[str, ...],
) -> None:
    log.write("before")
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage)
        await wait_for_lines(stage, "before")
        await stage.press(*leave)
        await stage.wait_for(lambda: not reading(stage))
        asked = log.asked
        log.write("while nobody looked")
        await other_requests(stage)
        assert log.asked == asked
        await stage.press(*come_back)
        await wait_for_lines(stage, "before", "while nobody looked")
        log.write("after")
        await wait_for_lines(stage, "after")
        await asked_again(stage, log)
        assert had(stage) == log.written


async def test_reading_again_what_is_seen_leaves_a_hidden_log_alone(
    console: MakeConsole, endpoint: ScriptedEndpoint, log: Log
) -> None:
    async with on_stage(console(endpoint.url)) as stage:
        await open_log(stage)
        await stage.wait_for("orders has logged nothing since")
        await stage.press("q", "plus")
        await stage.wait_for(lambda: not reading(stage))
        asked, listed = log.asked, endpoint.counts[FUNCTIONS]
        await stage.press("ctrl+r")
        await stage.wait_for(lambda: endpoint.counts[FUNCTIONS] > listed)
        await other_requests(stage)
        assert log.asked == asked


async def other_requests(stage: Stage, count: int = 50) -> None:
    """Makes some requests, one after the other: time enough for a log that is read to be asked for."""
    connection = await stage.app.session.connection()
    for _ in range(count):
        await connection.call("sts", "GetCallerIdentity")


def reading(stage: Stage) -> bool:
    """Whether anything reads a log."""
    return any(worker.group == "tail" and not worker.is_finished for worker in stage.app.workers)
