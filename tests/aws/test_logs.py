"""Log events at the wire: none is lost and none comes twice, whatever CloudWatch Logs does."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import aclosing
from typing import Any

import pytest

from lambdatui.aws.log_groups import LATEST_S, OVERLAP_MS
from lambdatui.aws.logs import SOONEST_S, WINDOW_MS
from lambdatui.errors import AccessDenied, AuthExpired, NotFound, Throttled
from lambdatui.models.log import LogEvent, LogSource
from tests.aws.conftest import Connect
from tests.support.endpoint import ScriptedEndpoint, cut, error
from tests.support.log_group import LogGroup, Written
from tests.support.tailing import ORDERS, PATIENCE_S, Case, at_least, following, numbered, read, repeated, until

SHARED = "2026/11/20/{}[7][0a1b2c3d4e5f]"


@pytest.fixture
async def case(connect: Connect, endpoint: ScriptedEndpoint) -> Case:
    return await Case.begun(connect(), endpoint)


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
        return len(had) >= len(events) and case.clock.now_ms() >= enough

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
    events = numbered(100, since_ms=case.clock.began_ms, every_ms=100)
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


async def test_a_tail_that_is_closed_and_read_again_goes_on_where_it_stopped(case: Case) -> None:
    dice = random.Random(13)
    began_ms = case.clock.began_ms
    events = [
        Written(
            at_ms=(at := began_ms + number * 20),
            arrives_ms=at + (20_000 if number % 50 == 0 else dice.randrange(500)),
            number=number,
            message=str(number),
        )
        for number in range(4_000)
    ]
    case.serve(*events, page=300, empty_every=5)
    tail = case.tail()
    had: list[str] = []
    while len(had) < len(events):
        some = min(dice.randrange(1, 800), len(events) - len(had))
        had += [event.message for event in await read(tail, at_least(some))]
        await case.clock.sleep(dice.randrange(4))
    assert Counter(had) == Counter(map(str, range(len(events))))


async def test_what_was_read_when_a_tail_was_closed_is_given_first_when_it_is_read_again(case: Case) -> None:
    since_ms = case.clock.began_ms - 60_000
    group = case.serve(*numbered(1_000, since_ms=since_ms), page=2)
    tail = case.tail(since_ms=since_ms)
    async with aclosing(tail.batches()) as batches:
        had = await anext(batches)
        await until(lambda: len(group.asked) > 20)
    had += await read(tail, at_least(998))
    assert [event.message for event in had] == [f"line {number}" for number in range(1_000)]


async def test_a_tail_that_is_read_again_asks_for_the_window_alone(case: Case) -> None:
    case.clock.speed = 200.0
    began_ms = case.clock.began_ms
    group = case.serve(*numbered(5_000, since_ms=began_ms - 1_000_000, every_ms=1_000))
    tail = case.tail(since_ms=began_ms - 1_000_000)
    await read(tail, lambda had: had[-1].at_ms > began_ms + 2 * WINDOW_MS)
    group.asked.clear()
    closed_ms = case.clock.now_ms()
    await read(tail, lambda _: bool(group.asked))
    assert began_ms - WINDOW_MS <= int(str(group.asked[0]["startTime"])) < closed_ms - WINDOW_MS


async def test_groups_of_the_same_name_in_several_regions_are_read_each_in_its_own(case: Case) -> None:
    name = "/aws/lambda/us-east-1.orders"
    regions = ["us-east-1", "eu-west-1", "ap-south-1"]
    groups = {region: LogGroup(case.clock.now_ms, [case.written(1, region)]) for region in regions}
    case.serve_each({(region, name): group for region, group in groups.items()})
    sources = [LogSource(function="orders", group=name, region=region) for region in ("", *regions[1:])]
    had = await read(case.tail(*sources), at_least(3))
    assert {(event.source.region, event.message) for event in had} == {
        ("", "us-east-1"),
        ("eu-west-1", "eu-west-1"),
        ("ap-south-1", "ap-south-1"),
    }


async def test_a_problem_names_the_region_where_that_is_not_the_connections(case: Case) -> None:
    case.endpoint.on("logs", "FilterLogEvents", error("AccessDeniedException"))
    tail = case.tail(ORDERS, LogSource(function="orders", group=ORDERS.group, region="eu-west-1"))
    async with following(tail):
        await until(lambda: len(tail.problems) == 2)
        assert set(tail.problems) == {"/aws/lambda/orders", "/aws/lambda/orders (eu-west-1)"}


async def test_the_gap_is_what_could_not_be_read_for_as_long_as_that_lasts(case: Case) -> None:
    group = case.serve(*numbered(1, since_ms=case.clock.began_ms))
    tail = case.tail()
    async with following(tail) as had:
        await until(lambda: had)
        assert tail.gap_ms == 0
        case.endpoint.on("logs", "FilterLogEvents", error("AccessDeniedException"))
        await until(lambda: tail.problems)
        refused_ms = case.clock.now_ms()
        await until(lambda: case.clock.now_ms() > refused_ms + 10_000)
        assert tail.gap_ms >= case.clock.now_ms() - refused_ms - 1_000
        case.endpoint.on("logs", "FilterLogEvents", group.answer)
        await until(lambda: not tail.problems)
        assert tail.gap_ms == 0
    assert repeated(had) == []
