"""Live Tail at the wire: it makes a tail quick, and takes nothing from what polling promises."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from typing import Any

import pytest

from lambdatui.aws.live_tail import GROUPS_AT_MOST
from lambdatui.aws.log_groups import LATEST_S
from lambdatui.aws.logs import WINDOW_MS, Tail
from lambdatui.errors import AccessDenied, ReadOnly, RequestRefused, Unreachable
from lambdatui.models.log import LogSource
from tests.aws.conftest import Connect
from tests.support.endpoint import ACCOUNT, ScriptedEndpoint, error
from tests.support.event_stream import LiveSession
from tests.support.log_group import LogGroup, Written
from tests.support.tailing import ORDERS, Case, following, numbered, read, until


@pytest.fixture
async def case(connect: Connect, endpoint: ScriptedEndpoint) -> Case:
    return await Case.begun(connect(), endpoint)


def serve_sessions(case: Case, *sessions: LiveSession) -> None:
    case.endpoint.on("logs", "StartLiveTail", *(session.answer for session in sessions))


async def listen(tail: Tail) -> None:
    """Goes live and returns when that is so."""
    tail.go_live(ACCOUNT)
    await until(lambda: tail.live == "on")


async def swept(case: Case, group: LogGroup) -> None:
    """Returns when everything that is there now has been polled, by head and sweep."""
    for kind in (False, True):
        begun, now = len(group.asked), case.clock.now_ms()
        await until(
            lambda begun=begun, kind=kind, now=now: any(
                ("endTime" in asked) is kind and asked.get("endTime", now) >= now for asked in group.asked[begun:]
            )
        )
    begun = len(group.asked)
    await until(lambda: len(group.asked) > begun + 2)


@pytest.mark.parametrize("identified", [f"{ACCOUNT}:", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:", ""])
async def test_an_event_that_is_heard_and_then_polled_is_shown_once(case: Case, identified: str) -> None:
    group, session = case.serve(), LiveSession(identified=identified)
    serve_sessions(case, session)
    tail = case.tail()
    async with following(tail) as had:
        await listen(tail)
        event = case.written(1)
        session.say(event)
        await until(lambda: had)
        group.write(event)
        await swept(case, group)
        assert had == ["line 1"]


async def test_an_event_that_is_polled_and_then_heard_is_shown_once(case: Case) -> None:
    group, session = case.serve(), LiveSession()
    serve_sessions(case, session)
    tail = case.tail()
    async with following(tail) as had:
        await listen(tail)
        event = case.written(1)
        group.write(event)
        await until(lambda: had)
        session.say(event)
        session.say(case.written(2))
        await until(lambda: "line 2" in had)
        assert had == ["line 1", "line 2"]


async def test_an_event_that_was_polled_before_live_tail_began_is_not_shown_again(case: Case) -> None:
    session = LiveSession()
    event = case.written(1)
    case.serve(event)
    serve_sessions(case, session)
    tail = case.tail()
    async with following(tail) as had:
        await until(lambda: had)
        await listen(tail)
        session.say(event, case.written(2))
        await until(lambda: "line 2" in had)
        assert had == ["line 1", "line 2"]


async def test_a_line_end_that_only_polling_has_makes_no_second_event(case: Case) -> None:
    group, session = case.serve(), LiveSession()
    serve_sessions(case, session)
    tail = case.tail()
    async with following(tail) as had:
        await listen(tail)
        now = case.clock.now_ms()
        session.say(case.written(1, "END", at_ms=now))
        await until(lambda: had)
        group.write(case.written(1, "END\n", at_ms=now))
        await swept(case, group)
        assert had == ["END"]


@pytest.mark.parametrize("heard_first", [0, 1, 2])
async def test_two_equal_lines_of_one_millisecond_are_shown_twice(case: Case, heard_first: int) -> None:
    group, session = case.serve(), LiveSession()
    serve_sessions(case, session)
    tail = case.tail()
    async with following(tail) as had:
        await listen(tail)
        now = case.clock.now_ms()
        twins = [Written(at_ms=now, arrives_ms=now, number=number, message="same") for number in (1, 2)]
        if heard_first:
            session.say(*twins[:heard_first])
            await until(lambda: len(had) == heard_first)
        group.write(*twins)
        await until(lambda: len(had) == 2)
        await swept(case, group)
        session.say(*twins[heard_first:])
        session.say(case.written(3, "last"))
        await until(lambda: "last" in had)
        assert had == ["same", "same", "last"]


async def test_what_live_tail_leaves_out_comes_by_polling(case: Case) -> None:
    group, session = case.serve(), LiveSession()
    serve_sessions(case, session)
    tail = case.tail()
    async with following(tail) as had:
        await listen(tail)
        events = [case.written(number) for number in range(500)]
        session.say(*events[::7], sampled=True)
        await until(lambda: tail.sampled)
        group.write(*events)
        await until(lambda: len(had) >= 500)
        assert Counter(had) == Counter(event.message for event in events)
        session.say()
        await until(lambda: not tail.sampled)


async def test_an_event_later_than_polling_looks_is_shown_when_it_is_heard(case: Case) -> None:
    case.clock.speed = 200.0
    session = LiveSession()
    case.serve(*numbered(2_000, since_ms=case.clock.began_ms, every_ms=100))
    serve_sessions(case, session)
    tail = case.tail()
    async with following(tail) as had:
        await listen(tail)
        await until(lambda: "line 1500" in had)
        session.say(case.written(9_999, "very late", at_ms=case.clock.began_ms + 1))
        await until(lambda: "very late" in had)


async def test_an_event_older_than_the_tail_is_not_shown(case: Case) -> None:
    session = LiveSession()
    case.serve()
    serve_sessions(case, session)
    tail = case.tail()
    async with following(tail) as had:
        await listen(tail)
        session.say(case.written(1, "old", at_ms=case.clock.began_ms - 1), case.written(2, "new"))
        await until(lambda: had)
        assert had == ["new"]


async def test_a_session_whose_time_is_over_is_followed_by_another_and_nothing_is_lost(case: Case) -> None:
    group, sessions = case.serve(), [LiveSession(), LiveSession()]
    serve_sessions(case, *sessions)
    tail = case.tail()
    async with following(tail) as had:
        await listen(tail)
        began_ms = tail.live_since_ms
        before, between, after = (case.written(number) for number in range(3))
        sessions[0].say(before)
        await until(lambda: had)
        sessions[0].time_out()
        await sessions[1].opened.wait()
        group.write(before, between)
        sessions[1].say(after)
        group.write(after)
        await swept(case, group)
        assert sorted(had) == ["line 0", "line 1", "line 2"]
        assert (tail.live, tail.live_since_ms, tail.live_problem) == ("on", began_ms, None)
    assert case.endpoint.counts["logs:StartLiveTail"] == 2


async def test_what_a_new_session_tells_again_is_left_to_polling(case: Case) -> None:
    sessions = [LiveSession(), LiveSession()]
    case.serve()
    serve_sessions(case, *sessions)
    tail = case.tail()
    async with following(tail) as had:
        await listen(tail)
        event = case.written(1)
        sessions[0].say(event)
        await until(lambda: had)
        sessions[0].time_out()
        await sessions[1].opened.wait()
        sessions[1].say(event, case.written(2, arrives_ms=event.arrives_ms + 1))
        await until(lambda: "line 2" in had)
        assert had == ["line 1", "line 2"]


@pytest.mark.parametrize(
    ("session", "end", "kind"),
    [
        (LiveSession, LiveSession.end, Unreachable),
        (lambda: LiveSession(cut=True), LiveSession.end, Unreachable),
        (LiveSession, LiveSession.fail, RequestRefused),
    ],
    ids=["ended", "cut", "failed"],
)
async def test_a_session_that_breaks_off_says_so_and_polling_loses_nothing(
    case: Case, session: Any, end: Any, kind: type
) -> None:
    group, opened = case.serve(), session()
    serve_sessions(case, opened)
    tail = case.tail()
    async with following(tail) as had:
        await listen(tail)
        heard, missed = case.written(1), case.written(2)
        opened.say(heard)
        await until(lambda: had)
        end(opened)
        await until(lambda: tail.live == "off")
        assert isinstance(tail.live_problem, kind)
        group.write(heard, missed)
        await swept(case, group)
        assert had == ["line 1", "line 2"]
    assert case.endpoint.counts["logs:StartLiveTail"] == 1


async def test_the_head_rests_while_live_tail_is_on_and_looks_at_once_when_it_is_over(case: Case) -> None:
    rested = asyncio.Event()

    async def sleep(seconds: float) -> None:
        if tail.live == "on" and seconds == LATEST_S:
            rested.set()
            await asyncio.Event().wait()
        await case.clock.sleep(seconds)

    group, session = case.serve(), LiveSession()
    serve_sessions(case, session)
    tail = case.tail(sleep=sleep)
    async with following(tail):
        await listen(tail)
        await rested.wait()
        group.asked.clear()
        tail.end_live()
        await until(lambda: any("endTime" not in asked for asked in group.asked))


@pytest.mark.parametrize("refusal", ["read-only", "AWS"])
async def test_where_it_is_not_allowed_polling_goes_on(
    connect: Connect, endpoint: ScriptedEndpoint, refusal: str
) -> None:
    forbidden = {"read_only": True, "billed_reads": False} if refusal == "read-only" else {}
    case = await Case.begun(connect(**forbidden), endpoint)
    endpoint.on("logs", "StartLiveTail", error("AccessDeniedException"))
    group, tail = case.serve(), case.tail()
    async with following(tail) as had:
        tail.go_live(ACCOUNT)
        await until(lambda: tail.live == "off")
        assert isinstance(tail.live_problem, ReadOnly if refusal == "read-only" else AccessDenied)
        group.write(case.written(1))
        await until(lambda: had)
    assert endpoint.counts["logs:StartLiveTail"] == (0 if refusal == "read-only" else 1)


async def test_nothing_is_billed_unless_it_is_asked_for(case: Case) -> None:
    case.serve(*numbered(100, since_ms=case.clock.began_ms, every_ms=100))
    tail = case.tail()
    await read(tail, lambda had: len(had) == 100)
    assert case.endpoint.counts["logs:StartLiveTail"] == 0
    assert (tail.live, tail.live_sessions, tail.live_since_ms) == ("off", 0, None)


async def test_more_groups_than_a_session_takes_are_refused_and_polled(case: Case) -> None:
    group = case.serve()
    sources = [LogSource(function=str(number), group=f"/{number}") for number in range(GROUPS_AT_MOST + 1)]
    tail = case.tail(*sources)
    async with following(tail) as had:
        tail.go_live(ACCOUNT)
        await until(lambda: tail.live == "off")
        assert isinstance(tail.live_problem, RequestRefused)
        assert "at most 10 log groups" in tail.live_problem.title
        group.write(case.written(1))
        await until(lambda: len(had) == len(sources))
    assert case.endpoint.counts["logs:StartLiveTail"] == 0


async def test_without_the_number_of_the_account_it_says_that_this_is_missing(case: Case) -> None:
    case.serve()
    tail = case.tail()
    async with following(tail):
        tail.go_live("")
        await until(lambda: tail.live == "off")
        assert "number of the account" in str(tail.live_problem)


@pytest.mark.parametrize("opens", [True, False], ids=["on", "starting"])
async def test_ending_it_closes_the_session_at_aws(case: Case, opens: bool) -> None:
    session = LiveSession(opens=opens)
    case.serve()
    serve_sessions(case, session)
    tail = case.tail()
    async with following(tail):
        tail.go_live(ACCOUNT)
        await session.opened.wait()
        await until(lambda: tail.live == ("on" if opens else "starting"))
        tail.end_live()
        assert (tail.live, tail.live_problem) == ("off", None)
        async with asyncio.timeout(10):
            await session.closed.wait()


@pytest.mark.parametrize("opens", [True, False], ids=["on", "starting"])
async def test_closing_the_tail_closes_the_session_at_aws_and_reading_again_opens_none(case: Case, opens: bool) -> None:
    session = LiveSession(opens=opens)
    case.serve(case.written(1))
    serve_sessions(case, session)
    tail = case.tail()
    async with following(tail):
        tail.go_live(ACCOUNT)
        await session.opened.wait()
    async with asyncio.timeout(10):
        await session.closed.wait()
    assert tail.live == "off"
    asked = len(case.endpoint.requests)
    async with following(tail):
        await until(lambda: len(case.endpoint.requests) > asked + 3)
    assert case.endpoint.counts["logs:StartLiveTail"] == 1


async def test_ending_it_and_going_live_again_at_once_leaves_one_session_open(case: Case) -> None:
    case.serve()
    sessions = [LiveSession(), LiveSession()]
    serve_sessions(case, *sessions)
    tail = case.tail()
    async with following(tail) as had:
        await listen(tail)
        tail.end_live()
        await listen(tail)
        await sessions[0].closed.wait()
        sessions[1].say(case.written(1))
        await until(lambda: had)
        assert (tail.live, tail.live_problem, sessions[1].closed.is_set()) == ("on", None, False)


async def test_it_may_be_asked_for_before_the_tail_is_read(case: Case) -> None:
    case.serve()
    serve_sessions(case, LiveSession())
    tail = case.tail()
    tail.go_live(ACCOUNT)
    async with following(tail):
        await until(lambda: tail.live == "on")


async def test_each_region_has_a_session_that_names_its_groups_and_the_pattern(case: Case) -> None:
    case.serve()
    sessions = [LiveSession(), LiveSession()]
    serve_sessions(case, *sessions)
    elsewhere = LogSource(function="orders", group="/shop/all", region="us-gov-west-1")
    tail = case.tail(ORDERS, elsewhere, pattern="?ERROR")
    async with following(tail):
        await listen(tail)
        assert tail.live_sessions == 2
    asked = {seen.region: json.loads(seen.body) for seen in case.endpoint.requests if seen.operation == "StartLiveTail"}
    assert asked == {
        "us-east-1": {
            "logGroupIdentifiers": [f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/lambda/orders"],
            "logEventFilterPattern": "?ERROR",
        },
        "us-gov-west-1": {
            "logGroupIdentifiers": [f"arn:aws-us-gov:logs:us-gov-west-1:{ACCOUNT}:log-group:/shop/all"],
            "logEventFilterPattern": "?ERROR",
        },
    }


async def test_what_was_heard_in_full_counts_as_read_and_a_sample_does_not(case: Case) -> None:
    case.serve()
    session = LiveSession()
    serve_sessions(case, session)
    tail = case.tail()
    async with following(tail) as had:
        await listen(tail)
        case.endpoint.on("logs", "FilterLogEvents", error("AccessDeniedException"))
        await until(lambda: tail.gap_ms > 3_000)
        session.say(case.written(1), sampled=True)
        await until(lambda: had)
        assert tail.lag_ms > 3_000
        session.say(case.written(2))
        await until(lambda: len(had) == 2)
        assert tail.lag_ms < tail.gap_ms


async def test_a_minute_of_samples_renewals_late_and_equal_lines_is_whole(case: Case) -> None:
    dice = random.Random(7)
    began_ms = case.clock.began_ms
    events = [
        Written(
            at_ms=(at := began_ms + number // 4 * 20),
            arrives_ms=at + (dice.randrange(WINDOW_MS - 20_000) if number % 31 == 0 else dice.randrange(400)),
            number=number,
            message=f"{dice.randrange(2)}",
        )
        for number in range(8_000)
    ]
    case.serve(*events, page=700, empty_every=9)
    sessions = [LiveSession() for _ in range(6)]
    serve_sessions(case, *sessions)
    tail = case.tail()
    heard = 0

    async def speak() -> None:
        nonlocal heard
        told = sorted(events, key=lambda event: event.arrives_ms)
        for session in sessions:
            await session.opened.wait()
            for _ in range(8):
                await case.clock.sleep(1)
                now = case.clock.now_ms() - dice.randrange(5_000)
                count = sum(event.arrives_ms <= now for event in told)
                batch, told = told[:count], told[count:]
                sample = [event for event in batch if dice.random() < 0.7]
                heard += len(sample)
                session.say(*sample, sampled=True)
            if session is not sessions[-1]:
                session.time_out()

    tail.go_live(ACCOUNT)
    async with asyncio.TaskGroup() as tasks:
        speaking = tasks.create_task(speak())
        had = await read(tail, lambda had: len(had) >= len(events) and speaking.done())
    assert Counter((event.at_ms, event.message) for event in had) == Counter(
        (event.at_ms, event.message) for event in events
    )
    assert heard > 3_000
