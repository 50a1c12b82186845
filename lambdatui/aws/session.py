"""The botocore session behind a connection: how it is set up, and what hangs on its requests.

The functions here read files and may take a while; a connection calls them in threads.
"""

from __future__ import annotations

import functools
import logging
import os
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from aiobotocore.config import AioConfig
from aiobotocore.credentials import create_credential_resolver
from aiobotocore.httpsession import AIOHTTPSession
from aiobotocore.parsers import AioJSONParser, AioResponseParserFactory
from aiobotocore.session import AioSession
from botocore.httpsession import create_urllib3_context, get_cert_path
from botocore.loaders import Loader
from botocore.utils import JSONFileCache

from lambdatui import __version__
from lambdatui.aws.faults import reject_foreign_answer
from lambdatui.aws.guard import Guard
from lambdatui.aws.quota import Quota
from lambdatui.errors import AuthExpired

if TYPE_CHECKING:
    from lambdatui.aws.connection import Connection

CONNECT_TIMEOUT = 3.1
"""Seconds, just over the three after which TCP sends a lost first packet again."""
READ_TIMEOUT = 30.0
"""Seconds without a byte. The control plane answers within a few."""
KEEPALIVE_AFTER = 60
"""Seconds of silence before TCP asks whether the other side is there. A NAT gateway forgets a silent connection after
350 s, and the system's own value is two hours."""
POOL = 20
"""Connections to one service at a time."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

NO_CONFIGURATION = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
"""botocore session variables that close its eyes to the machine's AWS configuration."""

# Without a handler, Python prints what aiobotocore warns of to the terminal, which belongs to the console.
logging.getLogger("aiobotocore").addHandler(logging.NullHandler())


class QuickLoader(Loader):  # type: ignore[misc]
    """Trusts that a folder of a service has every kind of model, instead of looking into all 400 of them."""

    def list_available_services(self, type_name: str) -> list[str]:
        return [entry.name for path in self.search_paths if Path(path).is_dir() for entry in Path(path).iterdir()]


class SendsOnce(AIOHTTPSession):  # type: ignore[misc]
    """Leaves it to botocore to repeat a request, which asks quota and counter each time.

    aiohttp by itself sends a GET, PUT or DELETE once more when the connection is cut, and anything once more to where
    it is redirected.
    """

    async def _get_session(self, proxy_url: str | None) -> Any:
        session = await super()._get_session(proxy_url)
        session._retry_connection = False
        session._request = functools.partial(type(session)._request, session, allow_redirects=False)
        return session

    def _build_ssl_contexts(self, proxy_url: str | None) -> tuple[ssl.SSLContext, ssl.SSLContext | None]:
        """As aiobotocore's, but the bundle of authorities is read once for all clients that show no certificate.

        Reading it takes longer than all else that makes a client.
        """
        if proxy_url or self._cert_file or not self._verify:
            built: tuple[ssl.SSLContext, ssl.SSLContext | None] = super()._build_ssl_contexts(proxy_url)
            return built
        return _trusting(get_cert_path(self._verify)), None


@functools.cache
def _trusting(bundle: str) -> ssl.SSLContext:
    """What a connection trusts: the certificate authorities of a bundle."""
    context: ssl.SSLContext = create_urllib3_context()
    context.check_hostname = True
    context.load_verify_locations(bundle)
    return context


class QuickParser(AioJSONParser):  # type: ignore[misc]
    """Takes log events as JSON gave them: each is texts and whole numbers already, and there are 10,000 to a page."""

    def _handle_list(self, shape: Any, node: Any) -> Any:
        return node if shape.name == "FilteredLogEvents" else super()._handle_list(shape, node)


class Parsers(AioResponseParserFactory):  # type: ignore[misc]
    """botocore's parsers, with our own for the protocol that CloudWatch Logs speaks."""

    def create_parser(self, protocol_name: str) -> Any:
        return QuickParser(**self._defaults) if protocol_name == "json" else super().create_parser(protocol_name)


loader = QuickLoader()
"""botocore's reader of models, one for all connections: it keeps what it has read."""


def open_session(connection: Connection, quota: Quota | None, count: Callable[..., None]) -> AioSession:
    """A session whose clients all pass the guard, the quota and the counter, those included that fetch credentials.

    Args:
        quota: how fast; None for AWS's quotas, which an endpoint on this machine does not have.
        count: called for each HTTP request.
    """
    target = connection.target
    alone = target.access_key_id is not None
    session = AioSession(NO_CONFIGURATION if alone else None, profile=target.profile)
    session.register_component("data_loader", loader)
    session.register_component("response_parser_factory", Parsers())
    session.set_default_client_config(
        AioConfig(
            retries={"mode": "adaptive"},
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=READ_TIMEOUT,
            max_pool_connections=POOL,
            connector_args={"socket_factory": _keepalive_socket},
            http_session_cls=SendsOnce,
            user_agent_extra=f"lambdatui/{__version__}",
            **({"proxies": {}} if alone else {}),
        )
    )
    session.register("before-call", Guard(read_only=target.read_only, billed_reads=target.billed_reads).before_call)
    if quota or not _is_local(connection.endpoint_url):
        session.register("before-send", (quota or Quota(connection.region)).before_send)
    session.register("before-send", count)
    session.register("before-parse", reject_foreign_answer)

    # The AWS CLI's own cache: a role that was assumed there, with a code from an MFA device, is assumed here too.
    cache = JSONFileCache(str(Path("~/.aws/cli/cache").expanduser()))
    resolver = create_credential_resolver(session, cache=cache, region_name=connection.region)
    resolver.get_provider("assume-role")._prompter = _refusal_to_prompt(connection.profile)
    session.register_component("credential_provider", resolver)
    return session


def client_arguments(
    connection: Connection, service: str, *, once: bool = False, read_timeout_s: float | None = None
) -> dict[str, Any]:
    """What the client of a service is made with; its models are read on the way, which is the slow part of making it.

    One that is to send everything `once` does not retry.

    A host prefix, such as Live Tail's, is for AWS's own hosts: an endpoint of one's own has no such name (facts 2.4).
    """
    for name in ("endpoints", "partitions"):
        loader.load_data(name)
    loader.load_service_model(service, "endpoint-rule-set-1")
    service_id = loader.load_service_model(service, "service-2")["metadata"]["serviceId"]
    particular: dict[str, Any] = {"retries": {"mode": "standard", "total_max_attempts": 1}} if once else {}
    if read_timeout_s is not None:
        particular["read_timeout"] = read_timeout_s
    if connection.endpoint_url_of(service_id) is not None:
        particular["inject_host_prefix"] = False
    return {
        "region_name": connection.region,
        "endpoint_url": connection.target.endpoint_url,
        "aws_access_key_id": connection.target.access_key_id,
        "aws_secret_access_key": connection.target.secret_access_key,
        "config": AioConfig(**particular),
    }


def _is_local(endpoint_url: str | None) -> bool:
    return endpoint_url is not None and urlsplit(endpoint_url).hostname in LOOPBACK


def _refusal_to_prompt(profile: str | None) -> Callable[[str], NoReturn]:
    """Stands where botocore would read a code from the terminal, which belongs to the console."""

    def refuse(_prompt: str) -> NoReturn:
        raise AuthExpired(
            f"profile {profile} needs a code from an MFA device",
            f"run: aws sts get-caller-identity --profile {profile}; then refresh",
        )

    return refuse


def _keepalive_socket(address: tuple[Any, ...]) -> socket.socket:
    """A socket whose connection is kept alive while a function runs for minutes without a byte."""
    family, kind, protocol, *_ = address
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    # macOS has another name for it.
    idle = getattr(socket, "TCP_KEEPIDLE", None) or getattr(socket, "TCP_KEEPALIVE", None)
    if idle is not None:
        made.setsockopt(socket.IPPROTO_TCP, idle, KEEPALIVE_AFTER)
    return made
