"""How fast the console asks: by a clock of the test's own, and at the wire."""

from __future__ import annotations

import asyncio

import pytest
from botocore.session import Session

from lambdatui.aws.quota import ALL_OTHERS, QUOTAS, REGIONAL, SHARE, UNMETERED, Quota, TokenBucket
from lambdatui.errors import Throttled
from tests.aws.conftest import Connect
from tests.support.endpoint import ScriptedEndpoint, error, json_answer


class Clock:
    """Time that passes only while something sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def quota(clock: Clock, region: str = "us-east-1", **quotas: float) -> Quota:
    return Quota(region, {"lambda": quotas} if quotas else QUOTAS, clock, clock.sleep)


async def test_a_burst_goes_at_once_and_the_rest_at_the_rate(clock: Clock) -> None:
    bucket = TokenBucket(rate=5, burst=3, clock=clock, sleep=clock.sleep)
    for _ in range(5):
        await bucket.take()
    assert clock.slept == pytest.approx([0.2, 0.2])


async def test_a_rest_fills_the_bucket_no_further_than_one_burst(clock: Clock) -> None:
    bucket = TokenBucket(rate=5, burst=3, clock=clock, sleep=clock.sleep)
    clock.now = 3600
    for _ in range(4):
        await bucket.take()
    assert clock.slept == pytest.approx([0.2])


async def test_those_who_wait_together_leave_one_after_the_other() -> None:
    frozen, waits = Clock(), []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    bucket = TokenBucket(rate=10, burst=1, clock=frozen, sleep=note)
    await asyncio.gather(*(bucket.take() for _ in range(4)))
    assert waits == pytest.approx([0.1, 0.2, 0.3])


async def test_one_who_gives_up_waiting_gives_the_turn_back() -> None:
    frozen, waits = Clock(), []

    async def give_up(seconds: float) -> None:
        waits.append(seconds)
        raise asyncio.CancelledError

    bucket = TokenBucket(rate=10, burst=1, clock=frozen, sleep=give_up)
    await bucket.take()
    for _ in range(2):
        with pytest.raises(asyncio.CancelledError):
            await bucket.take()
    assert waits == pytest.approx([0.1, 0.1])


async def test_lambda_has_three_buckets_and_the_third_is_shared_by_all_other_operations(clock: Clock) -> None:
    limited = quota(clock, GetFunction=100, GetPolicy=15, **{ALL_OTHERS: 15})
    for operation in ("ListFunctions", "ListAliases", "GetRuntimeManagementConfig"):
        for _ in range(5):
            await limited.wait("lambda", operation)
    assert clock.slept == []
    for operation in ("GetFunction", "GetPolicy"):
        await limited.wait("lambda", operation)
    assert clock.slept == []
    await limited.wait("lambda", "GetRuntimeManagementConfig")
    assert clock.slept == pytest.approx([1 / (15 * SHARE)])


@pytest.mark.parametrize("operation", sorted(UNMETERED["lambda"]))
async def test_invocations_are_not_held_back(clock: Clock, operation: str) -> None:
    limited = quota(clock)
    for _ in range(100):
        await limited.wait("lambda", operation)
    assert clock.slept == []


@pytest.mark.parametrize(("region", "at_once"), [("us-east-1", 25), ("eu-central-1", 5), ("eu-west-1", 10)])
async def test_a_quota_that_differs_by_region_is_that_of_the_region(clock: Clock, region: str, at_once: int) -> None:
    limited = quota(clock, region)
    for _ in range(at_once):
        await limited.wait("cloudwatch-logs", "FilterLogEvents")
    assert clock.slept == []
    await limited.wait("cloudwatch-logs", "FilterLogEvents")
    assert len(clock.slept) == 1


def test_every_quota_is_of_an_operation_in_botocores_model() -> None:
    session = Session()
    models = [session.get_service_model(name) for name in ("lambda", "logs", "cloudwatch", "cloudtrail", "kinesis")]
    models.append(session.get_service_model("dynamodbstreams"))
    known = {(model.service_id.hyphenize(), name) for model in models for name in (*model.operation_names, ALL_OTHERS)}
    limited = {(service, name) for service, names in QUOTAS.items() for name in names}
    limited |= {(service, name) for service, name, _region in REGIONAL}
    limited |= {(service, name) for service, names in UNMETERED.items() for name in names}
    assert limited <= known


async def test_at_the_wire_every_attempt_takes_a_turn_retries_included(
    connect: Connect, endpoint: ScriptedEndpoint, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiobotocore.endpoint.AioEndpoint._sleep", lambda *_: asyncio.sleep(0))
    endpoint.on("lambda", "ListFunctions", error("InternalFailure", 500), json_answer({"Functions": []}))
    connection = connect(quota=quota(clock, **{ALL_OTHERS: 1}))
    await connection.call("lambda", "ListFunctions")
    assert (len(endpoint.requests), connection.requests_sent) == (2, 2)
    assert clock.slept == pytest.approx([1 / SHARE])


async def test_an_endpoint_on_this_machine_has_no_quota(connect: Connect, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "GetPolicy", json_answer({}))
    connection = connect()
    async with asyncio.timeout(10):
        for _ in range(150):
            await connection.call("lambda", "GetPolicy", FunctionName="f")
    assert endpoint.counts == {"lambda:GetPolicy": 150}


async def test_throttling_that_lasts_is_said_so(
    connect: Connect, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    endpoint.on("lambda", "ListFunctions", error("TooManyRequestsException", 429, Reason="CallerRateLimitExceeded"))
    with pytest.raises(Throttled, match="throttled: lambda:ListFunctions"):
        await connect().call("lambda", "ListFunctions")
