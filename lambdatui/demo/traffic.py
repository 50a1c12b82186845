"""What happens in the account: an hour of history, then played and real invocations until it is told to stop.

Played invocations leave logs and metrics of any function, whatever its runtime. Real ones are executed by the
emulator, which writes their logs and their metrics by function; metrics by alias and version are added here.
"""

from __future__ import annotations

import itertools
import json
import threading
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from lambdatui.clock import now_ms
from lambdatui.demo import fleet
from lambdatui.demo.blueprint import Alias, Function
from lambdatui.demo.cloud import Cloud
from lambdatui.demo.load import MINUTE_MS, Invocation, Player
from lambdatui.demo.log_lines import lines
from lambdatui.demo.metrics import REGION, Concurrency, Tally, by_function, in_parts

HISTORY_MS = 60 * MINUTE_MS
BEAT_SECONDS = 3.0
LOOKS_PER_BEAT = 3
METRICS_EVERY_MS = MINUTE_MS
MAX_METRICS = 1000
"""Data that one PutMetricData takes."""
RESERVED = {function.name: function.reserved for function in fleet.FUNCTIONS if function.reserved}


class Traffic:
    """Writes the logs and metrics of the fleet, up to the time that it is given.

    Args:
        cloud: the seeded account.
        seeded_ms: epoch ms at which it was made; the history begins an hour before.
    """

    def __init__(self, cloud: Cloud, seeded_ms: int) -> None:
        self._cloud = cloud
        self._began_ms = self._played_ms = seeded_ms - HISTORY_MS
        self._published_ms = 0
        self._players = [
            Player(function, function.load, seeded_ms) for function in fleet.FUNCTIONS if function.load is not None
        ]
        self._running: list[tuple[Function, Invocation]] = []
        self._unsaid: list[tuple[int, str, str, str]] = []
        self._streams: set[tuple[str, str]] = set()
        self._tally = Tally()
        self._concurrency = Concurrency()

    def look(self, count: int) -> None:
        """Reads of the next `count` functions what an operator may have changed: aliases, reserved concurrency, or
        that the function is no more; its traffic follows."""
        for player in self._players[:count]:
            self._players.remove(player)
            try:
                player.aliases, player.stopped = self._read(player.function.name)
            except self._cloud["lambda"].exceptions.ResourceNotFoundException:
                continue
            self._players.append(player)

    def _read(self, name: str) -> tuple[tuple[Alias, ...], bool]:
        aliases = []
        for alias in self._cloud["lambda"].list_aliases(FunctionName=name)["Aliases"]:
            weights: dict[str, float] = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
            second, weight = next(iter(weights.items()), ("", 0.0))
            aliases.append(Alias(name=alias["Name"], version=alias["FunctionVersion"], second=second, weight=weight))
        # The busiest first, as in the fleet: "live" stands before all others.
        aliases.sort(key=lambda alias: alias.name != "live")
        reserved = self._cloud["lambda"].get_function_concurrency(FunctionName=name)
        return tuple(aliases), reserved.get("ReservedConcurrentExecutions") == 0

    def catch_up(self, until_ms: int) -> None:
        """Plays what happened since the last time, and writes the logs and metrics that are due at `until_ms`."""
        self.play(until_ms)
        self._say(until_ms)
        if until_ms - self._published_ms >= METRICS_EVERY_MS:
            self._published_ms = until_ms
            self.publish()

    def play(self, until_ms: int) -> None:
        """Plays what happened since the last time, and writes nothing yet.

        Of a longer pause, such as a machine's sleep, only the last hour is played.
        """
        since_ms = max(self._played_ms, until_ms - HISTORY_MS)
        arrived = [
            (player.function, invocation) for player in self._players for invocation in player.play(since_ms, until_ms)
        ]
        self._played_ms = until_ms
        for function, invocation in sorted(arrived, key=lambda each: each[1].at_ms):
            self._running.append((function, invocation))
            self._add_concurrency(function, invocation)
            for at_ms, message in lines(function, invocation):
                self._unsaid.append((at_ms, function.log_group, invocation.stream, message))
        self._count_ended(until_ms)

    def _count_ended(self, until_ms: int) -> None:
        """Metrics come when an invocation ends, stamped with its start (facts 6)."""
        ended = [each for each in self._running if each[1].ended_ms <= until_ms]
        self._running = [each for each in self._running if each[1].ended_ms > until_ms]
        for function, invocation in ended:
            self._tally.add(function, invocation)
            self._add_by_function(function, invocation)

    def _add_by_function(self, function: Function, invocation: Invocation) -> None:
        """The metrics that only some functions have."""
        load, dimensions = function.load, by_function(function)
        samples: dict[str, float] = {}
        if load and load.iterator_age_ms is not None:
            minutes = (invocation.at_ms - self._began_ms) / MINUTE_MS
            samples["IteratorAge"] = round(load.iterator_age_ms + minutes * load.behind_ms_per_minute)
        if function.name in fleet.ASYNCHRONOUS:
            samples["AsyncEventsReceived"] = 1
        if function.url:
            samples |= {"UrlRequestCount": 1, "Url5xxCount": int(invocation.failed)}
        for metric, value in samples.items():
            self._tally.sample(invocation.at_ms, metric, dimensions, value)

    def _add_concurrency(self, function: Function, invocation: Invocation) -> None:
        """The concurrency of the function and of the region; what is reserved counts as claimed (facts 6)."""
        running = self._concurrency.admit(function, invocation)
        unreserved = self._concurrency.total(excepted=RESERVED)
        self._tally.sample(invocation.at_ms, "ConcurrentExecutions", by_function(function), running)
        for metric, value in (
            ("ConcurrentExecutions", self._concurrency.total()),
            ("UnreservedConcurrentExecutions", unreserved),
            ("ClaimedAccountConcurrency", unreserved + sum(RESERVED.values())),
        ):
            self._tally.sample(invocation.at_ms, metric, REGION, value)

    def _say(self, until_ms: int) -> None:
        due: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        in_order = sorted((line for line in self._unsaid if line[0] <= until_ms), key=lambda line: line[0])
        for at_ms, group, stream, message in in_order:
            due[group, stream].append({"timestamp": at_ms, "message": message})
        self._unsaid = [line for line in self._unsaid if line[0] > until_ms]
        for (group, stream), events in due.items():
            # Whoever deletes a log group loses its lines, and nobody else's.
            with suppress(self._cloud["logs"].exceptions.ResourceNotFoundException):
                if (group, stream) not in self._streams:
                    self._cloud["logs"].create_log_stream(logGroupName=group, logStreamName=stream)
                    self._streams.add((group, stream))
                self._cloud["logs"].put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)

    def publish(self, most_dimensions: int = 3) -> None:
        """Puts the metrics counted so far that have no more dimensions."""
        for data in in_parts(list(self._tally.drain(most_dimensions)), MAX_METRICS):
            self._cloud["cloudwatch"].put_metric_data(Namespace="AWS/Lambda", MetricData=data)

    def invoke(self, function: Function, qualifier: str) -> None:
        """Really invokes a function, and counts by alias and version what the emulator counts only by function."""
        begun = now_ms()
        answer = self._cloud["lambda"].invoke(
            FunctionName=function.name, Qualifier=qualifier, Payload=json.dumps(function.sample)
        )
        invocation = Invocation(
            at_ms=begun,
            request=str(uuid4()),
            alias=qualifier,
            version=answer["ExecutedVersion"],
            duration_ms=float(now_ms() - begun),
            outcome="error" if "FunctionError" in answer else "success",
        )
        self._tally.add(function, invocation, by_function_too=False)


class Customers:
    """Does one small thing in the shop at a time, each of which makes functions run for real."""

    def __init__(self, cloud: Cloud, traffic: Traffic) -> None:
        self._cloud = cloud
        self._numbers = itertools.count(6000)
        invocations = [
            partial(traffic.invoke, function, alias.name)
            for function in fleet.FUNCTIONS
            if function.executed
            for alias in function.aliases
        ]
        self.deeds: tuple[Callable[[], None], ...] = (
            self.queue_order,
            *invocations,
            self.store_order,
            self.mail,
            self.click,
        )
        self._next = itertools.cycle(self.deeds)

    def act(self) -> None:
        """Does the next deed."""
        next(self._next)()

    def _order(self) -> str:
        return f"o-{next(self._numbers)}"

    def queue_order(self) -> None:
        url = self._cloud["sqs"].get_queue_url(QueueName="orders-intake")["QueueUrl"]
        order = {"order": self._order(), "lines": [{"sku": "tea", "count": 2}]}
        self._cloud["sqs"].send_message(QueueUrl=url, MessageBody=json.dumps(order))

    def store_order(self) -> None:
        order = {"order": {"S": self._order()}, "state": {"S": "new"}}
        self._cloud["dynamodb"].put_item(TableName="orders", Item=order)

    def mail(self) -> None:
        message = json.dumps({"kind": "received", "order": self._order()})
        self._cloud["sns"].publish(TopicArn=self._cloud.arn("sns", "order-mails"), Message=message)

    def click(self) -> None:
        click = json.dumps({"query": "green tea", "order": self._order()}).encode()
        self._cloud["kinesis"].put_record(StreamName="clickstream", Data=click, PartitionKey=self._order())


def keep_alive(cloud: Cloud, traffic: Traffic, ended: threading.Event) -> None:
    """Lets the shop live until `ended` is set."""
    customers = Customers(cloud, traffic)
    steps: tuple[Callable[[], object], ...] = (
        customers.act,
        lambda: traffic.look(LOOKS_PER_BEAT),
        lambda: traffic.catch_up(now_ms()),
    )
    while not ended.wait(BEAT_SECONDS):
        for step in steps:
            try:
                step()
            except (BotoCoreError, ClientError):
                # The operator may delete or throttle anything here at any time; the rest goes on.
                continue
