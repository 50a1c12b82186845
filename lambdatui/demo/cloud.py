"""boto3 clients for the embedded AWS."""

from __future__ import annotations

import threading
from typing import Any

import boto3
from botocore.config import Config

from lambdatui.demo.emulator import ACCOUNT
from lambdatui.demo.endpoint import DemoEndpoint

#: No retries and no proxy: the endpoint is a process of ours on loopback, and once it is gone nobody should wait.
DIRECT = Config(
    proxies={},
    retries={"total_max_attempts": 1},
    max_pool_connections=16,
    disable_request_compression=True,
)


class Cloud:
    """The clients of one account, each made when it is first asked for. Threads may share it."""

    def __init__(self, endpoint: DemoEndpoint, account: str = ACCOUNT) -> None:
        """Args:
        endpoint: where the account is.
        account: twelve digits; the emulator takes them as the access key of an account other than its own.
        """
        self.region = endpoint.region
        self.account = account
        self._endpoint = endpoint
        self._session = boto3.Session(
            aws_access_key_id=endpoint.access_key_id if account == ACCOUNT else account,
            aws_secret_access_key=endpoint.secret_access_key,
            region_name=endpoint.region,
        )
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def __getitem__(self, service: str) -> Any:
        """The client of `service`, named as boto3 names it."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._session.client(
                    service, endpoint_url=self._endpoint.endpoint, config=DIRECT
                )
            return self._clients[service]

    def of_account(self, account: str) -> Cloud:
        """The same endpoint, in another account."""
        return Cloud(self._endpoint, account)

    def arn(self, service: str, resource: str) -> str:
        """The ARN of `resource` in this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def function_arn(self, name: str, qualifier: str = "") -> str:
        return self.arn("lambda", f"function:{name}" + (f":{qualifier}" if qualifier else ""))
