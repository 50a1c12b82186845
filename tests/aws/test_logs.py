"""Log events at the wire: none is lost and none comes twice, whatever CloudWatch Logs does."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import pytest

from lambdatui.aws.log_groups import LATEST_S, OVERLAP_MS
from lambdatui.aws.logs import SOONEST_S, WINDOW_MS, Tail
from lambdatui.errors import AccessDenied, AuthExpired, NotFound, Throttled
from lambdatui.models.log import LogEvent, LogSource
from tests.aws.conftest import Connect
from tests.support.endpoint import ScriptedEndpoint, cut, error
from tests.support.log_group import FastClock, LogGroup, Written

ORDERS = LogSource(function="orders", group="/aws/lambda/orders")
PATIENCE_S = 30.0
SHARED = "2026/11/20/{}[7][0a1b2c3d4e5f]"


async def read(tail: Tail, enough: Callable[[list[LogEvent]], bool]) -> list[LogEvent]:
    """What a tail gave, in its order, until it was enough."""
    had: list[LogEvent] = []
    async with asyncio.timeout(PATIENCE_S), aclosing(tail.batches()) as batches:
        async for batch in batches:
            had += batch
            if enough(had):
                return had
    return had


def at_least(count: int) -> Callable[[list[LogEvent]], bool]:
    return lambda had: len(had) >= count


def numbered(count: int, *, since_ms: int, every_ms: float = 1.0) -> list[Written]:
    return [
        Written(at_ms=(at := since_ms + int(number * every_ms)), arrives_ms=at, number=number, message=f"line {number}")
        for number in range(count)
    ]


class Case:
    """A group at the wire, and tails of it."""

    def __init__(self, connect: Connect, endpoint: ScriptedEndpoint) -> None:
        self.clock = FastClock()
        self.endpoint = endpoint
        self.connection = connect()

    def serve(self, *events: Written, **particular: Any) -> LogGroup:
        group = LogGroup(self.clock.now_ms, events, **particular)
        self.endpoint.on("logs", "FilterLogEvents", group.answer)
        return group

    def tail(self, *sources: LogSource, **particular: Any) -> Tail:
        given = {"since_ms": self.clock.began_ms, "clock": self.clock.now_ms, "sleep": self.clock.sleep, **particular}
        return Tail(self.connection, sources or (ORDERS,), **given)


@pytest.fixture
def case(connect: Connect, endpoint: ScriptedEndpoint) -> Case:
    return Case(connect, endpoint)


async def test_a_minute_of_2000_events_a_second_with_late_ones_and_faults_is_whole(case: Case) -> None:
    dice = random.Random(97)
    began_ms = case.clock.began_ms
    events = [
        Written(
            at_ms=(at := began_ms + number // 10 * 5),
            arrives_ms=at + (3_000 if number % 97 == 0 else dice.randrange(40)),
            number=number,
            message=f"{number}",
        )
        for number in range(120_000)
    ]
    faults = {5: error("ThrottlingException"), 17: error("ThrottlingException"), 18: error("ThrottlingException")}
    group = case.serve(*events, empty_every=7, faults={**faults, 23: cut()})
    tail = case.tail()
    enough = began_ms + 60_000 + 3 * WINDOW_MS // 2

    def over(had: list[LogEvent]) -> bool:
        if len(had) >= len(events) and case.clock.now_ms() < enough:
            group.write(Written(at_ms=case.clock.now_ms(), arrives_ms=0, number=10**9 + len(had), message="after"))
        return case.clock.now_ms() >= enough

    had = await read(tail, over)
    messages = Counter(event.message for event in had if event.message != "after")
    assert [number for number in range(len(events)) if messages[str(number)] != 1] == []
    assert tail.throttled == 3
    newest = 0
    for event in had:
        assert event.at_ms > newest - WINDOW_MS
        newest = max(newest, event.at_ms)


async def test_each_batch_is_in_order_of_time_then_ingestion(case: Case) -> None:
    at_ms = case.clock.began_ms - 60_000
    case.serve(
        Written(at_ms=at_ms + 2, arrives_ms=at_ms + 2, number=0, message="third"),
        Written(at_ms=at_ms + 1, arrives_ms=at_ms + 9, number=1, message="second"),
        Written(at_ms=at_ms + 1, arrives_ms=at_ms + 3, number=2, message="first"),
    )
    had = await read(case.tail(since_ms=at_ms), at_least(3))
    assert [event.message for event in had] == ["first", "second", "third"]


async def test_an_event_that_arrives_late_within_the_window_is_found(case: Case) -> None:
    events = numbered(200, since_ms=case.clock.began_ms, every_ms=500)
    late = Written(at_ms=events[3].at_ms, arrives_ms=events[3].at_ms + WINDOW_MS - 5_000, number=999, message="late")
    case.serve(*events, late)
    tail = case.tail()
    had = await read(tail, lambda had: any(event.message == "late" for event in had))
    assert Counter(event.message for event in had).most_common(1)[0][1] == 1
    assert tail.late == 1


async def test_a_quiet_group_that_speaks_again_repeats_nothing(case: Case) -> None:
    case.clock.speed = 100.0
    began_ms = case.clock.began_ms
    times = [began_ms, began_ms + 1, *range(began_ms + 4 * WINDOW_MS, began_ms + 6 * WINDOW_MS, 1_000)]
    case.serve(*(Written(at_ms=at, arrives_ms=at, number=i, message=f"{i}") for i, at in enumerate(times)))
    had = await read(case.tail(), lambda had: had[-1].message == str(len(times) - 1))
    assert Counter(event.message for event in had) == Counter(map(str, range(len(times))))


async def test_every_page_of_the_past_is_read_empty_ones_included(case: Case) -> None:
    since_ms = case.clock.began_ms - 60_000
    case.serve(*numbered(1_000, since_ms=since_ms), page=30, empty_every=2)
    had = await read(case.tail(since_ms=since_ms), at_least(1_000))
    assert [event.message for event in had] == [f"line {number}" for number in range(1_000)]


async def test_reading_up_to_a_time_ends_by_itself(case: Case) -> None:
    since_ms = case.clock.began_ms - 60_000
    group = case.serve(*numbered(50, since_ms=since_ms, every_ms=1000))
    had = await read(case.tail(since_ms=since_ms, until_ms=since_ms + 10_000), at_least(1_000))
    assert len(had) == 10
    assert len(group.asked) == 1


async def test_a_token_that_is_no_longer_known_loses_and_repeats_nothing(case: Case) -> None:
    since_ms = case.clock.began_ms - 60_000
    refused = error("InvalidParameterException", 400, "The specified nextToken is invalid.")
    case.serve(*numbered(1_000, since_ms=since_ms), page=300, faults={3: refused})
    had = await read(case.tail(since_ms=since_ms), at_least(1_000))
    assert [event.message for event in had] == [f"line {number}" for number in range(1_000)]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (error("ResourceNotFoundException", 400, "The specified log group does not exist."), NotFound),
        (error("AccessDeniedException", 400), AccessDenied),
        (error("ExpiredTokenException", 400), AuthExpired),
        (error("ThrottlingException", 400), Throttled),
    ],
    ids=["no group", "forbidden", "expired", "throttled"],
)
async def test_a_fault_is_told_and_what_it_kept_back_comes_after_it(case: Case, fault: Any, kind: type) -> None:
    told: list[object] = []
    events = numbered(100, since_ms=case.clock.began_ms, every_ms=20)
    group = case.serve(*events, faults=dict.fromkeys(range(3, 6), fault))
    tail = case.tail()
    answer = group.answer

    def watch(seen: Any) -> Any:
        told.append(tail.problems.get(ORDERS.group))
        return answer(seen)

    case.endpoint.on("logs", "FilterLogEvents", watch)
    had = await read(tail, at_least(100))
    assert Counter(event.message for event in had) == Counter(event.message for event in events)
    assert any(isinstance(problem, kind) for problem in told)
    assert tail.problems == {}


async def test_functions_that_share_a_group_are_told_apart_and_others_left_out(case: Case) -> None:
    began_ms = case.clock.began_ms
    names = ("orders", "refunds", "somebody-else", "orders")
    group = case.serve(
        *(
            Written(at_ms=began_ms + i, arrives_ms=began_ms, number=i, message=name, stream=SHARED.format(name))
            for i, name in enumerate(names)
        )
    )
    sources = [LogSource(function=name, group="/shop/all") for name in ("orders", "refunds")]
    had = await read(case.tail(*sources), at_least(3))
    assert (
        [event.source.function for event in had] == [event.message for event in had] == ["orders", "refunds", "orders"]
    )
    assert {asked["logGroupName"] for asked in group.asked} == {"/shop/all"}


async def test_a_stream_that_names_no_function_is_shown_all_the_same(case: Case) -> None:
    began_ms = case.clock.began_ms
    case.serve(Written(at_ms=began_ms, arrives_ms=began_ms, number=1, message="said", stream="my-own-stream"))
    had = await read(case.tail(LogSource(function="orders", group="/shop/all")), at_least(1))
    assert had[0].source.function == "orders"


async def test_the_filter_pattern_is_heeded_at_the_source(case: Case) -> None:
    group = case.serve(*numbered(1, since_ms=case.clock.began_ms))
    await read(case.tail(pattern="?ERROR ?WARN"), at_least(1))
    assert {asked["filterPattern"] for asked in group.asked} == {"?ERROR ?WARN"}


async def test_closing_the_stream_leaves_nobody_who_asks(case: Case) -> None:
    before = asyncio.all_tasks()
    case.serve(*numbered(1, since_ms=case.clock.began_ms))
    await read(case.tail(), at_least(1))
    readers = {task for task in asyncio.all_tasks() - before if "Group" in str(task) or "Tail" in str(task)}
    assert readers == set()


async def test_a_reader_that_is_slow_holds_the_asking_back(case: Case) -> None:
    since_ms = case.clock.began_ms - 60_000
    group = case.serve(*numbered(1_000, since_ms=since_ms), page=2)
    tail = case.tail(since_ms=since_ms)
    async with asyncio.timeout(PATIENCE_S), aclosing(tail.batches()) as batches:
        await anext(batches)
        held = 0
        while held != len(group.asked):
            held = len(group.asked)
            await case.clock.sleep(20)
    assert held < 100


async def test_a_rest_makes_the_looks_rarer_and_traffic_makes_them_frequent_again(case: Case) -> None:
    rested = asyncio.Event()
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if seconds == LATEST_S:
            rested.set()
        await asyncio.sleep(0)

    group = case.serve()
    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(read(case.tail(sleep=sleep), at_least(2)))
        await rested.wait()
        pauses.clear()
        group.write(*numbered(1, since_ms=case.clock.began_ms))
        while SOONEST_S not in pauses:
            await asyncio.sleep(0)
        reading.cancel()


async def test_what_is_true_about_the_stream_is_told(case: Case) -> None:
    case.serve(*numbered(500, since_ms=case.clock.began_ms, every_ms=10))
    tail = case.tail()
    await read(tail, at_least(400))
    assert 20 < tail.per_second <= 101
    assert 0 <= tail.lag_ms < WINDOW_MS


async def test_the_head_looks_back_a_little_and_the_sweep_over_the_window(case: Case) -> None:
    began_ms = case.clock.began_ms
    group = case.serve(*numbered(3_000, since_ms=began_ms - 100_000, every_ms=50))
    await read(case.tail(since_ms=began_ms - 200_000), lambda had: had[-1].at_ms > began_ms + 20_000)
    heads = [asked for asked in group.asked[1:] if "endTime" not in asked]
    sweeps = [asked for asked in group.asked if "endTime" in asked]
    assert all(int(str(asked["startTime"])) >= began_ms - OVERLAP_MS - 1_000 for asked in heads)
    assert all(int(str(ask["endTime"])) - int(str(ask["startTime"])) >= WINDOW_MS for ask in sweeps)
