"""How fast the console may ask: token buckets for one account and region.

AWS's quotas are shared with deployments, Terraform and the AWS console, so this console keeps to a share of them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

SHARE = 1 / 3
"""The part of every quota that this console takes at most; a burst may use up one second's whole quota."""

ALL_OTHERS = "*"

QUOTAS: Mapping[str, Mapping[str, float]] = {
    "lambda": {
        "GetFunction": 100,
        "GetPolicy": 15,
        "GetDurableExecution": 30,
        "GetDurableExecutionHistory": 15,
        "ListDurableExecutionsByFunction": 15,
        ALL_OTHERS: 15,
    },
    "cloudwatch": {
        "GetMetricData": 30,
        "GetMetricStatistics": 400,
        "ListMetrics": 25,
        "DescribeAlarms": 9,
        "DescribeAlarmsForMetric": 9,
        "DescribeAlarmHistory": 20,
    },
    "cloudwatch-logs": {
        "FilterLogEvents": 10,
        "GetLogEvents": 10,
        "DescribeLogGroups": 10,
        "DescribeLogStreams": 25,
        "StartQuery": 10,
        "GetQueryResults": 10,
        "StartLiveTail": 5,
    },
    "cloudtrail": {"LookupEvents": 2},
    "kinesis": {"DescribeStreamSummary": 20},
    "dynamodb-streams": {"DescribeStream": 10},
}
"""Requests per second by service (as botocore's events name it) and operation (facts 2.1, 2.4, 2.5).

Operations without a bucket of their own share the service's `ALL_OTHERS`; without that they are not held back.
GetMetricData stands at 30, far below today's quota, because older accounts were given 50 (facts 2.4).
"""

REGIONAL: Mapping[tuple[str, str, str], float] = {
    ("cloudwatch-logs", "FilterLogEvents", "us-east-1"): 25,
    ("cloudwatch-logs", "FilterLogEvents", "eu-central-1"): 5,
    ("cloudwatch-logs", "FilterLogEvents", "ap-northeast-3"): 5,
    ("cloudwatch-logs", "FilterLogEvents", "ap-southeast-3"): 5,
    ("cloudwatch-logs", "FilterLogEvents", "ca-west-1"): 5,
    ("cloudwatch-logs", "FilterLogEvents", "il-central-1"): 5,
}
"""Where a region's quota differs (facts 2.4)."""

UNMETERED = {
    "lambda": frozenset({"Invoke", "InvokeAsync", "InvokeWithResponseStream"}),
}
"""What the control plane's quota does not cover: invocations are bounded by concurrency (facts 2.1)."""


def per_second(service: str, operation: str, region: str) -> float:
    """How often this console may send an operation in a region in the long run: its share of the listed quota.

    Raises:
        KeyError: the operation has no bucket of its own.
    """
    return SHARE * REGIONAL.get((service, operation, region), QUOTAS[service][operation])


class TokenBucket:
    """Lets requests through at a rate, after a first burst, in the order in which they came.

    Args:
        rate: requests per second in the long run.
        burst: requests that may go at once after a rest.
        clock: seconds that only ever grow.
        sleep: waits for so many seconds.
    """

    def __init__(
        self,
        rate: float,
        burst: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._sleep = sleep
        self._tokens = burst
        self._counted_at = clock()

    async def take(self) -> None:
        """Returns when the caller may send one request. Cancelled while waiting, it gives its turn back."""
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._counted_at) * self._rate)
        self._counted_at = now
        self._tokens -= 1
        if self._tokens < 0:
            try:
                await self._sleep(-self._tokens / self._rate)
            except asyncio.CancelledError:
                self._tokens += 1
                raise


class Quota:
    """The buckets of one account in one region.

    Args:
        region: where, since some quotas differ by region.
        quotas: requests per second, shaped as `QUOTAS`.
    """

    def __init__(
        self,
        region: str,
        quotas: Mapping[str, Mapping[str, float]] = QUOTAS,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._buckets: dict[tuple[str, str], TokenBucket] = {}
        for service, operations in quotas.items():
            for operation, listed in operations.items():
                per_second = REGIONAL.get((service, operation, region), listed)
                bucket = TokenBucket(per_second * SHARE, per_second, clock, sleep)
                self._buckets[service, operation] = bucket

    async def wait(self, service: str, operation: str) -> None:
        """Returns when one request may be sent; at once where nothing limits it."""
        if operation in UNMETERED.get(service, ()):
            return
        bucket = self._buckets.get((service, operation)) or self._buckets.get((service, ALL_OTHERS))
        if bucket:
            await bucket.take()

    async def before_send(self, event_name: str, **_: Any) -> None:
        """botocore's ``before-send``: once for every attempt, retries included."""
        _event, service, operation = event_name.split(".")
        await self.wait(service, operation)
