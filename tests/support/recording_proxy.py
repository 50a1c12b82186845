"""Stands between a client and an endpoint, passes everything on, and keeps what was asked."""

from __future__ import annotations

from typing import Self

import aiohttp
from aiohttp import web

from tests.support.endpoint import identify

HOP_BY_HOP = frozenset({"connection", "content-length", "content-encoding", "keep-alive", "transfer-encoding"})


class RecordingProxy:
    """A proxy on a free loopback port, while its context is open.

    Args:
        upstream: the URL of the endpoint behind it.
    """

    def __init__(self, upstream: str) -> None:
        self.url = ""
        self.asked: list[tuple[str, str]] = []
        """Service and operation of every request, in order, as `tests.support.endpoint.identify` names them."""
        self._upstream = upstream

    async def __aenter__(self) -> Self:
        self._client = aiohttp.ClientSession(auto_decompress=False)
        application = web.Application(client_max_size=64 * 1024 * 1024)
        application.router.add_route("*", "/{path:.*}", self._pass_on)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        await self._client.close()

    async def _pass_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.asked.append(identify(request.method, request.raw_path, dict(request.headers), body))
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP}
        url = aiohttp.client.URL(f"{self._upstream}{request.raw_path}", encoded=True)
        async with self._client.request(request.method, url, headers=headers, data=body) as answer:
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP}
            return web.Response(status=answer.status, headers=kept, body=await answer.read())
