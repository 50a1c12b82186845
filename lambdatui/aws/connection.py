"""One identity in one region: the session, its clients, and what every request goes through.

Nothing of AWS is imported before the first call, so that this module can be imported on the way to the first paint.
"""

from __future__ import annotations

import asyncio
import functools
import socket
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from lambdatui import __version__
from lambdatui.aws.profiles import Profiles
from lambdatui.aws.target import Target
from lambdatui.errors import AuthExpired, ConsoleError, SettingsError, Unreachable

if TYPE_CHECKING:
    from lambdatui.aws.quota import Quota

CONNECT_TIMEOUT = 3.1
"""Seconds, just over the three after which TCP sends a lost first packet again."""
READ_TIMEOUT = 30.0
"""Seconds without a byte. The control plane answers within a few."""
POOL = 20
"""Connections to one service at a time."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Connection:
    """One identity in one region.

    Cheap to make: configuration is read, and aiobotocore imported, when something is asked for.

    Args:
        target: what to connect to.
        quota: how fast; None for AWS's quotas, which an endpoint on this machine does not have.
    """

    def __init__(self, target: Target, *, quota: Quota | None = None) -> None:
        self.target = target
        self.requests_sent = 0
        """HTTP requests that left, every attempt of every client counted, those for credentials included."""
        self._quota = quota
        self._session: Any = None
        self._clients: dict[str, Any] = {}
        self._opening = asyncio.Lock()
        self._open = AsyncExitStack()
        self._closed = False

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
    def endpoint_url(self) -> str | None:
        """Where Lambda is asked in place of AWS's own endpoint; None where it is AWS's own."""
        return self._endpoint_url("Lambda")

    async def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """Sends one request and returns AWS's answer, ``ResponseMetadata`` included.

        Args:
            service: botocore's name of the service, such as ``logs``.
            operation: AWS's name of the operation, such as ``ListFunctions``.

        Raises:
            ConsoleError: one of its kinds, whatever went wrong.
        """
        from lambdatui.aws.faults import translated  # noqa: PLC0415 (start-up speed)

        client = await self.client(service)
        try:
            with translated(self, service, operation):
                answer: dict[str, Any] = await client._make_api_call(operation, parameters)
                return answer
        except AuthExpired:
            if self._clients.get(service) is client:
                await self._forget()
            raise

    async def client(self, service: str) -> Any:
        """The client of a service: made once, closed with the connection.

        Raises:
            ConsoleError: profile, region or credentials are wrong or missing, or the connection is closed.
        """
        if client := self._clients.get(service):
            return client
        async with self._opening:
            if service not in self._clients:
                try:
                    self._clients[service] = await self._create(service)
                except ConsoleError:
                    if not self._clients:
                        self._session = None
                        self._reread()
                    raise
            return self._clients[service]

    async def close(self) -> None:
        """Closes every client; what is still under way fails. May be called twice."""
        self._closed = True
        await self._forget()

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

    async def _create(self, service: str) -> Any:
        # Importing and reading models takes a quarter of a second: in a thread, so that the screen stays alive.
        faults = await asyncio.to_thread(_import_faults)
        with faults.translated(self, service):
            if self._closed:
                raise Unreachable("the connection is closed", "it was closed when profile or region changed")
            service_id = await asyncio.to_thread(self._prepare, service)
            endpoint_url = self._endpoint_url(service_id)
            from aiobotocore.config import AioConfig  # noqa: PLC0415

            config = AioConfig() if endpoint_url is None else AioConfig(inject_host_prefix=False)
            return await self._open.enter_async_context(
                self._session.create_client(
                    service,
                    region_name=self.region,
                    endpoint_url=self.target.endpoint_url,
                    aws_access_key_id=self.target.access_key_id,
                    aws_secret_access_key=self.target.secret_access_key,
                    config=config,
                )
            )

    def _prepare(self, service: str) -> str:
        """Opens the session where there is none yet, reads the service's model, and returns its service id."""
        if self._session is None:
            self._session = self._open_session()
        loader = _loader()
        for name in ("endpoints", "partitions"):
            loader.load_data(name)
        loader.load_service_model(service, "endpoint-rule-set-1")
        service_id: str = loader.load_service_model(service, "service-2")["metadata"]["serviceId"]
        return service_id

    def _open_session(self) -> Any:
        from aiobotocore.config import AioConfig  # noqa: PLC0415
        from aiobotocore.credentials import create_credential_resolver  # noqa: PLC0415
        from aiobotocore.session import AioSession  # noqa: PLC0415
        from botocore.utils import JSONFileCache  # noqa: PLC0415

        from lambdatui.aws.faults import reject_foreign_answer  # noqa: PLC0415
        from lambdatui.aws.guard import Guard  # noqa: PLC0415

        alone = self.target.access_key_id is not None
        session = AioSession(_NO_CONFIGURATION if alone else None, profile=self.target.profile)
        session.register_component("data_loader", _loader())
        # The defaults of every client, those included that fetch credentials.
        session.set_default_client_config(
            AioConfig(
                retries={"mode": "adaptive"},
                connect_timeout=CONNECT_TIMEOUT,
                read_timeout=READ_TIMEOUT,
                max_pool_connections=POOL,
                connector_args={"socket_factory": _keepalive_socket},
                user_agent_extra=f"lambdatui/{__version__}",
                **({"proxies": {}} if alone else {}),
            )
        )
        guard = Guard(read_only=self.target.read_only, billed_reads=self.target.billed_reads)
        session.register("before-call", guard.before_call)
        if quota := self._quota or self._aws_quota():
            session.register("before-send", quota.before_send)
        session.register("before-send", self._count)
        session.register("before-parse", reject_foreign_answer)

        # The AWS CLI's own cache: a role that was assumed there, with a code from an MFA device, is assumed here too.
        resolver = create_credential_resolver(
            session, cache=JSONFileCache(str(Path("~/.aws/cli/cache").expanduser())), region_name=self.region
        )
        resolver.get_provider("assume-role")._prompter = self._refuse_prompt
        session.register_component("credential_provider", resolver)
        return session

    def _endpoint_url(self, service_id: str) -> str | None:
        return self.target.endpoint_url or self.profiles.endpoint_url(self.target.profile, service_id)

    def _aws_quota(self) -> Quota | None:
        from lambdatui.aws.quota import Quota  # noqa: PLC0415

        local = self.endpoint_url is not None and urlsplit(self.endpoint_url).hostname in _LOOPBACK
        return None if local else Quota(self.region)

    def _count(self, **_: Any) -> None:
        self.requests_sent += 1

    def _refuse_prompt(self, _prompt: str) -> NoReturn:
        """Stands where botocore would read a code from the terminal, which belongs to the console."""
        raise AuthExpired(
            f"profile {self.profile} needs a code from an MFA device",
            f"run: aws sts get-caller-identity --profile {self.profile}; then refresh",
        )


def profile_names() -> list[str]:
    """The profiles in the machine's AWS configuration, sorted."""
    return sorted(Profiles.load().profiles)


def region_names(service: str = "lambda") -> list[str]:
    """The regions where a service exists, in AWS's ordinary partition first, then the others; from botocore's data."""
    endpoints = _loader().load_data("endpoints")["partitions"]
    prefix = _loader().load_service_model(service, "service-2")["metadata"]["endpointPrefix"]
    return [
        region
        for partition in endpoints
        for region in sorted(partition["services"].get(prefix, {}).get("endpoints", ()))
        if region in partition["regions"]
    ]


_NO_CONFIGURATION = {
    "profile": (None, None, None, None),
    "config_file": (None, None, "/dev/null", None),
    "credentials_file": (None, None, "/dev/null", None),
}
"""botocore session variables that close its eyes to the machine's AWS configuration."""


@functools.cache
def _loader() -> Any:
    """botocore's reader of models, one for all connections: it keeps what it has read."""
    from botocore.loaders import Loader  # noqa: PLC0415

    class QuickLoader(Loader):  # type: ignore[misc]
        """Trusts that a folder of a service has every kind of model, instead of looking into all 400 of them."""

        def list_available_services(self, type_name: str) -> list[str]:
            return [entry.name for path in self.search_paths if Path(path).is_dir() for entry in Path(path).iterdir()]

    return QuickLoader()


def _import_faults() -> Any:
    import aiobotocore.session  # noqa: F401, PLC0415

    from lambdatui.aws import faults  # noqa: PLC0415

    return faults


def _keepalive_socket(address: tuple[Any, ...]) -> socket.socket:
    """A socket whose connection is kept alive while a function runs for minutes without a byte."""
    family, kind, protocol, *_ = address
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return made
