"""Live Tail: CloudWatch Logs sends events about a second after it took them, for as long as somebody listens and pays.

It leaves events out when there are many (facts 2.4), says no ids, and knows nothing of what came before it. So it is
never a replacement for polling, which goes on and finds whatever Live Tail left out; it makes the ordinary case quick.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any, Literal, NamedTuple

from lambdatui.aws.connection import Connection
from lambdatui.aws.log_groups import Group, cause_of
from lambdatui.errors import ConsoleError, RequestRefused, Unreachable
from lambdatui.models.arn import Arn

GROUPS_AT_MOST = 10
"""Log groups in one session (facts 2.4)."""

BEFORE_PARSE = "before-parse.cloudwatch-logs.StartLiveTail"
"""botocore's event between the answer's headers and its first message."""

LiveState = Literal["off", "starting", "on"]


class LiveTail:
    """Sessions over some log groups, one in each region, opened and closed together.

    Args:
        groups: what hears the events.
        asked: further parameters of StartLiveTail.
        room: returns when there is room for more events.
        clock: the time, epoch ms.
    """

    def __init__(
        self,
        groups: Sequence[Group],
        *,
        asked: Mapping[str, str],
        room: Callable[[], Awaitable[object]],
        clock: Callable[[], int],
    ) -> None:
        self.state: LiveState = "off"
        self.problem: ConsoleError | None = None
        """Why it ended, or was not begun, though nobody asked for that."""
        self.since_ms: int | None = None
        """Epoch ms at which the first session was open; None while none is."""
        self._groups = groups
        self._by_region: defaultdict[Connection, dict[str, Group]] = defaultdict(dict)
        for group in groups:
            self._by_region[group.connection][group.name] = group
        self._account = ""
        self._asked = asked
        self._room = room
        self._clock = clock
        self._sampled: dict[Connection, bool] = {}
        """Of each session that is open, whether its last update left events out."""
        self._hosts: asyncio.TaskGroup | None = None
        self._listening: asyncio.Task[None] | None = None

    @property
    def sampled(self) -> bool:
        """Whether events were left out lately because there were too many."""
        return any(self._sampled.values())

    @property
    def sessions(self) -> int:
        """How many sessions are open: each is charged by the minute (facts 7.2)."""
        return len(self._sampled)

    def go(self, account: str) -> None:
        """Opens the sessions, as soon as `run` runs; `account` is the number of the groups' account."""
        if self.state == "off":
            self._account = account
            self.state, self.problem = "starting", None
            self._open()

    def end(self) -> None:
        """Closes the sessions."""
        if self._listening is not None:
            self._listening.cancel()
        self._reset()

    async def run(self) -> None:
        """Lets sessions be opened until it is cancelled, which closes them."""
        async with asyncio.TaskGroup() as hosts:
            self._hosts = hosts
            try:
                self._open()
                await asyncio.Event().wait()
            finally:
                self._hosts = None
                self.end()

    def _open(self) -> None:
        if self.state == "starting" and self._hosts is not None:
            self._listening = self._hosts.create_task(self._listen())

    def _reset(self) -> None:
        self.state, self.since_ms, self._listening = "off", None, None
        self._sampled.clear()
        for group in self._groups:
            group.end_live()

    async def _listen(self) -> None:
        """Listens until something is in the way."""
        try:
            self._check()
            async with asyncio.TaskGroup() as sessions:
                for connection, groups in self._by_region.items():
                    sessions.create_task(self._hear(connection, groups))
        except Exception as error:
            if self._listening is asyncio.current_task():
                self._reset()
                self.problem = cause_of(error)

    def _check(self) -> None:
        if len(self._groups) > GROUPS_AT_MOST:
            raise RequestRefused(
                f"Live Tail listens to at most {GROUPS_AT_MOST} log groups", f"these are {len(self._groups)}"
            )
        if not self._account:
            raise RequestRefused("Live Tail needs the number of the account, which is not known")

    async def _hear(self, connection: Connection, groups: Mapping[str, Group]) -> None:
        """Listens in one region. When AWS ends a session after its time, the next one begins at once."""
        arns = [_arn(name, connection.region, self._account) for name in groups]
        while True:
            for group in groups.values():
                group.begin_live()
            async with aclosing(session(connection, arns, self._asked)) as updates:
                async for update in updates:
                    self._sampled[connection] = update is not None and update.sampled
                    self.since_ms = self.since_ms or self._clock()
                    if self.state == "starting" and len(self._sampled) == len(self._by_region):
                        self.state = "on"
                    if update is not None:
                        _tell(groups, update)
                        await self._room()


class Update(NamedTuple):
    """What a session sends every second."""

    sampled: bool
    """Whether events of this second were left out."""
    events: Sequence[Mapping[str, Any]]


async def session(
    connection: Connection, arns: Sequence[str], asked: Mapping[str, str]
) -> AsyncGenerator[Update | None, None]:
    """One session: None once it is open, and then the updates that AWS sends.

    It ends when AWS ends it because its time is over, after three hours. Closing the iterator closes the session.

    Args:
        connection: to the region of the groups.
        arns: of the log groups, without ``:*``.
        asked: further parameters of StartLiveTail.

    Raises:
        ReadOnly: billed reads are not allowed.
        ConsoleError: the session could not be opened, or ended before its time.
    """
    from botocore.exceptions import EventStreamError  # noqa: PLC0415 (start-up speed)

    from lambdatui.aws.faults import translated  # noqa: PLC0415 (start-up speed)

    async with _closing(connection):
        answer = await connection.call_once("logs", "StartLiveTail", logGroupIdentifiers=arns, **asked)
        with translated(connection, "logs", "StartLiveTail"):
            try:
                async with aclosing(aiter(answer["responseStream"])) as sent:
                    async for event in sent:
                        yield _update(event["sessionUpdate"]) if "sessionUpdate" in event else None
            except EventStreamError as error:
                if error.response["Error"]["Code"] != "SessionTimeoutException":
                    raise
            else:
                raise Unreachable("the Live Tail session was cut short", "look at network and VPN; then begin it again")


@asynccontextmanager
async def _closing(connection: Connection) -> AsyncIterator[None]:
    """Closes the connection of a session that this task opens inside, and with it the session.

    The answer's stream could do that only once AWS has said its first word: a session that is given up before would go
    on, and be charged.
    """
    client = await connection.client("logs", once=True)
    task, answers = asyncio.current_task(), list[Any]()

    def keep(response_dict: Mapping[str, Any], **_: Any) -> None:
        if asyncio.current_task() is task and response_dict["status_code"] < 300:
            answers.append(response_dict["body"])

    client.meta.events.register(BEFORE_PARSE, keep)
    try:
        yield
    finally:
        client.meta.events.unregister(BEFORE_PARSE, keep)
        for answer in answers:
            answer.close()


def _update(content: Mapping[str, Any]) -> Update:
    return Update(content.get("sessionMetadata", {}).get("sampled", False), content.get("sessionResults", ()))


def _tell(groups: Mapping[str, Group], update: Update) -> None:
    """Lets each group hear what is its own."""
    by_group = defaultdict(list)
    for event in update.events:
        by_group[_name(event["logGroupIdentifier"])].append(event)
    for name, group in groups.items():
        group.hear(by_group[name], whole=not update.sampled)


def _arn(group: str, region: str, account: str) -> str:
    from lambdatui.aws.session import loader  # noqa: PLC0415 (start-up speed)

    partitions = loader.load_data("partitions")["partitions"]
    partition = next((each["id"] for each in partitions if re.match(each["regionRegex"], region)), "aws")
    return str(Arn(partition, "logs", region, account, f"log-group:{group}"))


def _name(identifier: str) -> str:
    """The name in what AWS calls a log group's identifier: its name, or its ARN or another text that ends in it."""
    return identifier.removesuffix(":*").rpartition(":")[2]
