"""One identity in one region: the session, its clients, and what every request goes through.

Nothing of AWS is imported before the first call, so that this module can be imported on the way to the first paint.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any

from lambdatui.aws.profiles import Profiles
from lambdatui.aws.target import Target
from lambdatui.errors import AuthExpired, ConsoleError, SettingsError, Unreachable

if TYPE_CHECKING:
    from lambdatui.aws.quota import Quota


class Connection:
    """One identity in one region.

    Cheap to make: configuration is read, and aiobotocore imported, when something is asked for.

    Args:
        target: what to connect to.
        quota: how fast; None for AWS's quotas, which an endpoint on this machine does not have.
    """

    def __init__(self, target: Target, *, quota: Quota | None = None) -> None:
        self.target = target
        self._sent = 0
        self._quota = quota
        self._elsewhere: dict[str, Connection] = {}
        self._session: Any = None
        self._clients: dict[tuple[str, bool], Any] = {}
        self._opening = asyncio.Lock()
        self._open = AsyncExitStack()
        self._closed = False
        self._expired: AuthExpired | None = None
        """Why the clients were dropped last."""

    @functools.cached_property
    def profiles(self) -> Profiles:
        """The machine's AWS configuration as far as this target heeds it."""
        return Profiles() if self.target.access_key_id else Profiles.load()

    @property
    def profile(self) -> str | None:
        """The profile in force; None where nothing names one."""
        return self.profiles.current(self.target.profile)

    @functools.cached_property
    def region(self) -> str:
        """The region in force.

        Raises:
            SettingsError: nothing configures one.
        """
        region = self.target.region or self.profiles.region(self.target.profile)
        if region:
            return region
        profile = f" --profile {self.profile}" if self.profile else ""
        raise SettingsError(
            "no region is configured",
            f"give --region, set AWS_REGION, or run: aws configure set region REGION{profile}",
        )

    @property
    def requests_sent(self) -> int:
        """HTTP requests that left, every attempt of every client in every region, those for credentials included."""
        return self._sent + sum(other.requests_sent for other in self._elsewhere.values())

    def in_region(self, region: str) -> Connection:
        """The same target in another region: made once, and closed with this one. Its own region is the connection's.

        Raises:
            SettingsError: nothing configures the connection's own region.
        """
        if region == self.region:
            return self
        if region not in self._elsewhere:
            other = Connection(replace(self.target, region=region), quota=self._quota)
            other._closed = self._closed
            self._elsewhere[region] = other
        return self._elsewhere[region]

    @property
    def endpoint_url(self) -> str | None:
        """Where Lambda is asked in place of AWS's own endpoint; None where it is AWS's own."""
        return self.endpoint_url_of("Lambda")

    def endpoint_url_of(self, service_id: str) -> str | None:
        """Where a service is asked in place of AWS's own endpoint; None where it is AWS's own.

        Args:
            service_id: the service's id in AWS's models, such as ``CloudWatch Logs``.
        """
        return self.target.endpoint_url or self.profiles.endpoint_url(self.target.profile, service_id)

    async def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """Sends one request and returns AWS's answer, ``ResponseMetadata`` included.

        Args:
            service: botocore's name of the service, such as ``logs``.
            operation: AWS's name of the operation, such as ``ListFunctions``.

        Raises:
            ConsoleError: one of its kinds, whatever went wrong.
        """
        return await self._call(service, operation, parameters, once=False)

    async def call_once(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """As `call`, but what was sent is never sent again, whatever becomes of it.

        For what is billed or acts each time it arrives, and for callers that wait in their own way.
        """
        return await self._call(service, operation, parameters, once=True)

    async def _call(self, service: str, operation: str, parameters: dict[str, Any], *, once: bool) -> dict[str, Any]:
        from lambdatui.aws.faults import translated  # noqa: PLC0415 (start-up speed)

        client = await self.client(service, once=once)
        try:
            with translated(self, service, operation):
                answer: dict[str, Any] = await client._make_api_call(operation, parameters)
                return answer
        except AuthExpired as error:
            if client in self._clients.values():
                self._expired = error
                await self._forget()
            raise
        except Unreachable:
            if self._expired is not None and not self._closed and client not in self._clients.values():
                raise self._expired from None  # another request found it out, and this one was cut off for it
            raise

    async def client(self, service: str, *, once: bool = False) -> Any:
        """The client of a service: made once, closed with the connection. One for `once` never retries.

        Raises:
            ConsoleError: profile, region or credentials are wrong or missing, or the connection is closed.
        """
        kind = (service, once)
        if client := self._clients.get(kind):
            return client
        async with self._opening:
            if kind not in self._clients:
                self._clients[kind] = await self._create(self._open, service, once=once)
            return self._clients[kind]

    @asynccontextmanager
    async def client_apart(self, service: str, *, read_timeout_s: float) -> AsyncIterator[Any]:
        """A client for one request that may take minutes and must not be sent twice: it never retries.

        It shares no connections, so that none which AWS gave up meanwhile is used; and what it has under way goes on
        when another request finds the credentials expired, and when the connection is closed.

        Args:
            read_timeout_s: seconds without a byte, above what the answer may take.

        Raises:
            ConsoleError: as `client`.
        """
        async with AsyncExitStack() as opened:
            async with self._opening:
                client = await self._create(opened, service, once=True, read_timeout_s=read_timeout_s)
                session = self._session
            try:
                yield client
            except AuthExpired as error:
                if session is self._session:
                    self._expired = error
                    await self._forget()
                raise

    async def close(self) -> None:
        """Closes every client, those in other regions too; what is still under way fails. May be called twice."""
        self._closed = True
        await asyncio.gather(self._forget(), *(other.close() for other in self._elsewhere.values()))

    async def _forget(self) -> None:
        """Drops session and clients, so that the next call takes credentials that were renewed meanwhile."""
        async with self._opening:
            clients, self._open = self._open, AsyncExitStack()
            self._clients.clear()
            self._session = None
            self._reread()
            await clients.aclose()

    def _reread(self) -> None:
        """Makes the next look at the machine's AWS configuration read it again."""
        self.__dict__.pop("profiles", None)
        self.__dict__.pop("region", None)

    async def __aenter__(self) -> Connection:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _create(self, opened: AsyncExitStack, service: str, **asked: Any) -> Any:
        """Makes a client that closes with `opened`; `asked` is for `client_arguments`. Call it with `_opening` held."""
        # Importing botocore and reading its models takes a quarter of a second: in threads, to keep the screen alive.
        session = await asyncio.to_thread(importlib.import_module, "lambdatui.aws.session")
        from lambdatui.aws.faults import translated  # noqa: PLC0415 (start-up speed)

        try:
            with translated(self, service):
                if self._closed:
                    raise Unreachable("the connection is closed", "it was closed when profile or region changed")
                if self._session is None:
                    self._session = await asyncio.to_thread(session.open_session, self, self._quota, self._count)
                arguments = await asyncio.to_thread(session.client_arguments, self, service, **asked)
                return await opened.enter_async_context(self._session.create_client(service, **arguments))
        except ConsoleError:
            if not self._clients:
                self._session = None
                self._reread()
            raise

    def _count(self, **_: Any) -> None:
        self._sent += 1


def profile_names() -> list[str]:
    """The profiles in the machine's AWS configuration, sorted."""
    return sorted(Profiles.load().profiles)


def region_names(service: str = "lambda", *, beside: str | None = None) -> list[str]:
    """The regions where a service exists, in AWS's ordinary partition first, then the others; from botocore's data.

    Args:
        service: botocore's name of the service.
        beside: only regions of this one's partition, for credentials hold in no other; it may be newer than the data.
    """
    from lambdatui.aws.session import loader  # noqa: PLC0415 (start-up speed)

    endpoints = loader.load_data("endpoints")["partitions"]
    prefix = loader.load_service_model(service, "service-2")["metadata"]["endpointPrefix"]
    return [
        region
        for partition in endpoints
        if beside is None or re.match(partition["regionRegex"], beside)
        for region in sorted(partition["services"].get(prefix, {}).get("endpoints", ()))
        if region in partition["regions"]
    ]
