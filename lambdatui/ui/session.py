"""What every pane shares: where the console is connected, the inventory, and what went wrong."""

from __future__ import annotations

import asyncio
import importlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeVar

from lambdatui.aws.inventory import CachedInventory, InventoryCache, InventoryProcess, Page, read_function, read_region
from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError, Fault, NotFound
from lambdatui.models.function import FunctionSummary
from lambdatui.models.identity import Identity
from lambdatui.models.metric import HOUR, Window
from lambdatui.paths import cache_folder
from lambdatui.ui.flights import Flights
from lambdatui.ui.function_health import FunctionHealth
from lambdatui.ui.operation import Operation, Operations
from lambdatui.ui.shift import Running

if TYPE_CHECKING:
    from lambdatui.aws.connection import Connection
    from lambdatui.aws.metrics import Metrics
    from lambdatui.aws.target import Target
    from lambdatui.settings import Settings
    from lambdatui.ui.figures import Times
    from lambdatui.ui.log_feed import LogFeed

T = TypeVar("T")

FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 30.0
ERRORS_KEPT = 500
FIRST_READING_S = 2.0
"""How long the first reading may keep other requests waiting."""
TELL_EVERY_S = 0.1
"""Between two repaints while pages stream in (design 8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the inventory stands."""

    read_at: int | None = None
    """Epoch ms of the last complete reading; None if there was none."""
    cached: bool = False
    """Whether what is shown was read by an earlier run of the console."""
    running: bool = False
    pages: int = 0
    """Read so far by the running reading."""
    error: ConsoleError | None = None
    retry_s: float = 0.0
    """Seconds from the error to the next try."""


@dataclass(frozen=True, slots=True)
class InventoryChange:
    """What happened to the inventory.

    `arrived` came or was read again; `replaced` says that all of the inventory is to be taken anew.
    """

    arrived: Page = ()
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class LoggedError:
    """One thing that went wrong, for the error log."""

    at: int
    """Epoch ms of the first time."""
    where: str
    error: ConsoleError
    times: int = 1
    """How often since then."""


Told = InventoryChange | LoggedError | Operation | Running | Literal["whereabouts", "health", "flights"]
"""What a session tells of."""


class Session:
    """One operator's session in one place.

    It knows no widget: whoever is told of changes is given as `tell`.

    Args:
        target: where to connect to.
        tell: called with an InventoryChange, a LoggedError, an Operation that began or ended, a shift that runs no
            more, ``"whereabouts"`` when the header has to change, ``"health"`` when more is known of how functions are
            doing, or ``"flights"`` when more is known of shifts.
        cache: where the last inventory is kept; None keeps none.
        times: how the operator wants times written; known before the settings are checked, for columns are as wide.
        metered: whether metrics may cost anything, and so whether there are columns for them.
        settled: whether the target is known; if not, nothing is asked for before `settle_on`.
    """

    def __init__(
        self,
        target: Target,
        tell: Callable[[Told], None],
        cache: InventoryCache | None = None,
        times: Times = "relative",
        *,
        metered: bool = True,
        settled: bool = True,
    ) -> None:
        self.target = target
        self.times = times
        self.metered = metered
        self.settings: Settings | None = None
        """None until they could be checked, shortly after the first paint."""
        self.identity: Identity | None = None
        self.functions: dict[str, FunctionSummary] = {}
        self.reading = Reading()
        self.errors: deque[LoggedError] = deque(maxlen=ERRORS_KEPT)
        self.chosen: tuple[str, ...] = ()
        """The names of the functions that a pane about several is to be about."""
        self.feed: LogFeed | None = None
        """The log that was looked at last."""
        self.query = ""
        """The query of logs that the operator wrote last, in the Logs Insights query language."""
        self.window: Window = HOUR
        """Over which stretch of time metrics are shown."""
        self.active_ms = now_ms()
        """When the operator last pressed a key, epoch ms."""
        self._metrics: Metrics | None = None
        self.health = FunctionHealth(self)
        self.operations = Operations(self)
        self.flights = Flights(self)
        self._tell = tell
        self._cache = cache
        self._alias_asked = False
        self._first_reading = asyncio.Event()
        self._arrived: list[FunctionSummary] = []
        self._telling: asyncio.TimerHandle | None = None
        self._told_at = 0.0
        self._connection: Connection | None = None
        self._connecting = asyncio.Lock()
        self._settled = asyncio.Event()
        if settled:
            self._settled.set()

    @property
    def may_reveal(self) -> bool:
        """Whether environment values may be shown here (design 7)."""
        if self.settings is None or not self.settings.reveal:
            return False
        return self.settings.reveal_when_read_only or not self.target.read_only

    @property
    def ready(self) -> bool:
        """Whether it is known where this is and what the settings allow: before that nothing can be done."""
        return self.identity is not None and self.settings is not None

    @property
    def protected(self) -> bool:
        """Whether a change here takes the function's name, typed; so until the settings could be checked."""
        return self.settings is None or self.settings.protected

    # -- the connection

    async def connection(self) -> Connection:
        """The connection, made when first asked for: importing the SDK is kept off the first screen's way."""
        await self._settled.wait()
        async with self._connecting:
            if self._connection is None:
                module = await asyncio.to_thread(importlib.import_module, "lambdatui.aws.connection")
                self._connection = module.Connection(self.target)
            return self._connection

    def settle_on(self, target: Target) -> None:
        """Connects to a target that could not be known at first; whoever asked for something meanwhile is answered."""
        self.target = target
        self._settled.set()

    async def first_reading(self) -> None:
        """Returns when the first reading is over, or took long: until then the processor is better spent on it."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._first_reading.wait(), FIRST_READING_S)

    async def metrics(self) -> Metrics:
        """The metrics of this account and region, which every pane shares: they are charged for."""
        connection = await self.connection()
        module = await asyncio.to_thread(importlib.import_module, "lambdatui.aws.metrics")
        if self._metrics is None:
            self._metrics = module.Metrics(connection, budget_usd_per_hour=self.metrics_budget_usd)
        return self._metrics

    @property
    def metrics_budget_usd(self) -> float:
        """What metrics may cost in an hour, US dollars; nothing until the settings are checked."""
        return self.settings.metrics_budget_cents / 100 if self.settings is not None else 0.0

    @property
    def metrics_price_usd(self) -> float:
        """What the metrics of this session cost so far, US dollars."""
        return self.flights.price_usd + (self._metrics.price_usd if self._metrics is not None else 0.0)

    def tell_health(self) -> None:
        """Tells that more is known of how functions are doing, and that it had its price."""
        self._tell("health")

    def tell_operation(self, operation: Operation) -> None:
        """Tells that an action began, or is over."""
        self._tell(operation)

    def tell_flights(self) -> None:
        """Tells that a shift got on, or that more is known of one that was left."""
        self._tell("flights")

    def tell_flight(self, shift: Running) -> None:
        """Tells that a shift runs no more: it landed, it failed, or the console is being left."""
        self._tell(shift)

    @property
    def busy(self) -> bool:
        """Whether something is being done here that has to go on, and here."""
        return self.operations.busy or bool(self.flights.awaited)

    @property
    def awaited(self) -> list[str]:
        """What leaving waits for."""
        operations = (str(operation) for operation in self.operations.running if operation.awaited)
        return [*operations, *self.flights.awaited]

    async def leave(self) -> None:
        """Ends what is being done here, as far as `LEAVE_S` allow; what AWS goes on with is watched no more."""
        await asyncio.gather(self.operations.leave(), self.flights.leave())

    @property
    def last_words(self) -> list[str]:
        """What became of all that was being done when the console, or the place, was left."""
        operations = (words for operation in self.operations.left for words in operation.last_words)
        return [*operations, *(flown.parting for flown in self.flights.ended)]

    @property
    def metrics_slowed_until_ms(self) -> int | None:
        """Until when the budget holds metrics back, epoch ms; None where it does not."""
        return self._metrics.slowed_until_ms if self._metrics is not None else None

    async def disconnect(self) -> None:
        """Closes the connection; the next request makes another."""
        async with self._connecting:
            connection, self._connection, self._metrics = self._connection, None, None
        if connection is not None:
            await connection.close()

    async def move(self, target: Target) -> None:
        """Goes to another profile or region, with its settings. Nothing of the former place is kept."""
        await self.leave()
        self.target = target
        if self.settings is not None and target.profile is not None:
            self.settings = self.settings.for_profile(target.profile)
        self.identity = None
        self._alias_asked = False
        self._arrived = []
        self.functions = {}
        self.chosen = ()
        self.feed = None
        self.health = FunctionHealth(self)
        self.operations = Operations(self)
        self.flights = Flights(self)
        self.reading = Reading()
        self._cache = InventoryCache(cache_folder(), target) if self._cache is not None else None
        self._tell(InventoryChange(replaced=True))
        self._tell("whereabouts")
        await self.disconnect()

    async def ask(self, where: str, request: Callable[[Connection], Awaitable[T]]) -> T:
        """Makes one request for a pane.

        Args:
            where: what it is for, as the error log names it.

        Raises:
            NotFound: that is an answer, and no entry for the error log.
            ConsoleError: also entered in the error log.
        """
        try:
            return await request(await self.connection())
        except NotFound:
            raise
        except ConsoleError as error:
            self.log(where, error)
            raise

    # -- what went wrong

    def log(self, where: str, error: ConsoleError) -> None:
        """Enters an error in the log; one that is there already only counts, for several parts may fail in turns."""
        asked = (where, str(error))
        known = next((i for i, entry in enumerate(self.errors) if (entry.where, str(entry.error)) == asked), None)
        if known is None:
            entry = LoggedError(now_ms(), where, error)
            self.errors.append(entry)
        else:
            entry = self.errors[known] = replace(self.errors[known], times=self.errors[known].times + 1)
        self._tell(entry)

    def log_fault(self, where: str, error: BaseException | None) -> None:
        """Enters what a worker failed with and nobody expected; cancellation is no fault."""
        if error is not None and not isinstance(error, asyncio.CancelledError):
            self.log(where, error if isinstance(error, ConsoleError) else Fault(error))

    # -- the inventory

    def show_cached(self, cached: CachedInventory) -> None:
        """Takes the first page of the cached inventory; `read_cached` takes the rest."""
        self.identity = Identity(**cached.identity)
        self.reading = Reading(read_at=cached.saved_at, cached=True)
        self.functions.update((function.name, function) for function in next(cached.pages, ()))

    async def read_cached(self, cached: CachedInventory) -> None:
        """Takes the rest of the cached inventory, between other work."""
        for page in cached.pages:
            if not self.reading.cached:
                return
            self._arrive(page)
            await asyncio.sleep(0)

    async def read_inventory(self, process: InventoryProcess | None = None) -> None:
        """Reads the functions of the region until it has succeeded, waiting longer after each failure.

        What is on screen stays there meanwhile, marked stale.

        Args:
            process: does the first try, if given.
        """
        wait = FIRST_RETRY_S
        found = process.pages() if process is not None else None
        while True:
            self.reading = replace(self.reading, running=True, pages=0)
            self._tell("whereabouts")
            try:
                await self._read_once(found if found is not None else read_region(await self.connection()))
            except ConsoleError as error:
                self._first_reading.set()
                self.reading = replace(self.reading, running=False, error=error, retry_s=wait)
                self.log("functions", error)
                self._tell("whereabouts")
                self._tell(InventoryChange())
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_RETRY_S)
                found = None
            else:
                await self._learn_alias()
                return

    async def reread(self, names: Iterable[str]) -> None:
        """Reads some functions again, after something was done to them; one that is gone stays until all are read."""
        for name in names:
            with suppress(ConsoleError):  # entered in the error log, and what is on screen stays
                self._arrive((await self.ask("functions", partial(read_function, name=name)),))

    async def _learn_alias(self) -> None:
        """Asks once for the account's alias, which only the header needs."""
        if self.identity is None or self.identity.account_alias is not None or self._alias_asked:
            return
        from lambdatui.aws.identity import get_account_alias  # noqa: PLC0415 - the first paint does without

        self._alias_asked = True
        try:
            alias = await get_account_alias(await self.connection())
        except ConsoleError as error:
            self.log("account alias", error)
            return
        if alias is not None:
            self.identity = replace(self.identity, account_alias=alias)
            self._tell("whereabouts")
            await self._save()

    async def _read_once(self, found: AsyncIterator[Identity | Page]) -> None:
        read: dict[str, FunctionSummary] = {}
        async for item in found:
            if isinstance(item, Identity):
                self._identify(item, read)
                continue
            read.update((function.name, function) for function in item)
            self.reading = replace(self.reading, pages=self.reading.pages + 1)
            self._arrive(item)
        self._tell_arrived()
        gone = self.functions.keys() - read.keys()
        self.functions = read
        self.reading = Reading(read_at=now_ms())
        self._first_reading.set()
        self._tell(InventoryChange(replaced=bool(gone)))
        self._tell("whereabouts")
        await self._save()

    def _identify(self, identity: Identity, read: Mapping[str, FunctionSummary]) -> None:
        former, self.identity = self.identity, identity
        if former is not None and (former.account, former.region) == (identity.account, identity.region):
            self.identity = replace(identity, account_alias=former.account_alias)
        elif former is not None:
            self._arrived = []
            self.functions = dict(read)
            self.reading = replace(self.reading, read_at=None, cached=False)
            self._tell(InventoryChange(replaced=True))
        self._tell("whereabouts")

    def _arrive(self, page: Page) -> None:
        """Takes a page; the first is told of at once, the following ones together, ten times a second."""
        self.functions.update((function.name, function) for function in page)
        self._arrived += page
        if self._telling is None:
            loop = asyncio.get_running_loop()
            self._telling = loop.call_at(max(loop.time(), self._told_at + TELL_EVERY_S), self._tell_arrived)

    def _tell_arrived(self) -> None:
        if self._telling is not None:
            self._telling.cancel()
        arrived, self._arrived, self._telling = tuple(self._arrived), [], None
        self._told_at = asyncio.get_running_loop().time()
        if arrived:
            self._tell(InventoryChange(arrived=arrived))

    async def _save(self) -> None:
        if self._cache is None or self.identity is None or self.reading.read_at is None:
            return
        try:
            await asyncio.to_thread(
                self._cache.save, self.identity, list(self.functions.values()), self.reading.read_at
            )
        except OSError as error:
            self.log("cache", ConsoleError(f"the inventory cannot be cached: {error}", "the next start reads it anew"))
