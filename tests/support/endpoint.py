"""An AWS endpoint on loopback that does what a script says: answers, faults, slow and broken connections.

It knows which operation a request is from botocore's own models, whatever the service's protocol, and keeps every
request for counting at the wire::

    async with ScriptedEndpoint() as endpoint:
        endpoint.on("lambda", "ListFunctions", error("TooManyRequestsException", 429), json_answer({"Functions": []}))
        endpoint.on("sts", "GetCallerIdentity", IDENTITY)
        ...
        assert endpoint.operations == ["sts:GetCallerIdentity", "lambda:ListFunctions", "lambda:ListFunctions"]

Of several answers each serves once, and the last one ever after. What no script mentions is refused with
AccessDeniedException. `ScriptedEndpoint.in_thread()` runs it beside code that does not run in the test's loop.
"""

from __future__ import annotations

import asyncio
import functools
import json
import re
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import parse_qs, unquote

from aiohttp import web

ACCOUNT = "123456789012"
REGION = "us-east-1"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One request as it came over the wire."""

    service: str
    """botocore's name; the signing name where no model knows the request."""
    operation: str
    """AWS's name; ``Unknown`` where no model knows the request."""
    method: str
    path: str
    """With the query."""
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        """The parameters in the path's query."""
        return {name: values[0] for name, values in parse_qs(self.path.partition("?")[2]).items()}

    @property
    def region(self) -> str:
        """The region that the request is signed for; empty where it is not signed."""
        scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/", self.headers.get("Authorization", ""))
        return scope[1] if scope else ""

    def __str__(self) -> str:
        return f"{self.service}:{self.operation}"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes back.

    `after` is waited for before the first byte (set it in the endpoint's own loop); of the body only the first
    `cut_at` bytes are sent, and then the connection is cut (0 cuts it before anything is answered). A `stream` is sent
    in place of a body, chunk by chunk as they come, and closed when whoever asked goes away; with `cut_at`, the
    connection is cut after the last chunk.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    after: asyncio.Event | None = None
    cut_at: int | None = None
    stream: AsyncGenerator[bytes, None] | None = None


Script = Answer | Callable[[Seen], Answer]


def json_answer(content: Any, status: int = 200, **headers: str) -> Answer:
    """An answer in JSON."""
    sent = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Answer(status=status, body=json.dumps(content).encode(), headers=sent)


def xml_answer(text: str, status: int = 200) -> Answer:
    """An answer in XML, as STS, IAM, SNS, EC2 and S3 give."""
    return Answer(status=status, body=text.encode(), headers={"Content-Type": "text/xml"})


def error(code: str, status: int = 400, message: str = "", **members: Any) -> Answer:
    """An error of a service that speaks JSON."""
    content = {"__type": code, "message": message, **members}
    return json_answer(content, status, **{"x_amzn_ErrorType": code})


def xml_error(code: str, status: int = 400, message: str = "") -> Answer:
    """An error of a service that speaks XML."""
    return xml_answer(
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        "<RequestId>0</RequestId></ErrorResponse>",
        status,
    )


def html(status: int = 200, text: str = "<html><body>Please sign in</body></html>") -> Answer:
    """A web page, as a proxy or a captive portal sends it."""
    return Answer(status=status, body=text.encode(), headers={"Content-Type": "text/html"})


def cut(answer: Answer | None = None, at: int = 0) -> Answer:
    """An answer of which `at` bytes arrive before the connection is cut; nothing at all arrives by default."""
    return replace(answer or Answer(), cut_at=at)


IDENTITY = xml_answer(f"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult><Arn>arn:aws:sts::{ACCOUNT}:assumed-role/oncall/ann</Arn><UserId>AROAEXAMPLE:ann</UserId>
  <Account>{ACCOUNT}</Account></GetCallerIdentityResult>
  <ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></GetCallerIdentityResponse>""")
"""The answer to ``sts:GetCallerIdentity``: the role ``oncall`` of account 123456789012."""

NO_ALIAS = xml_answer("""<ListAccountAliasesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
  <ListAccountAliasesResult><IsTruncated>false</IsTruncated><AccountAliases/></ListAccountAliasesResult>
  <ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></ListAccountAliasesResponse>""")
"""The answer to ``iam:ListAccountAliases`` in an account without one."""


class ScriptedEndpoint:
    """The endpoint; `url` once it runs."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[Seen] = []
        self._scripts: dict[tuple[str, str], list[Script]] = {}
        self._runner: web.AppRunner | None = None

    def on(self, service: str, operation: str, *answers: Script) -> None:
        """Says what an operation answers, in place of what was said before; ``*`` stands for any operation."""
        self._scripts[service, operation] = list(answers)

    def many_functions(self, count: int, **particular: Any) -> None:
        """Serves so many functions, 50 a page whatever is asked for, with GetFunction for each, and the identity.

        Args:
            particular: members of FunctionConfiguration that all of them have.
        """
        fleet = {name: function(name, **particular) for name in (f"function-{n:05d}" for n in range(count))}

        def page(seen: Seen) -> Answer:
            start = int(seen.query.get("Marker", 0))
            following = {"NextMarker": str(start + 50)} if start + 50 < count else {}
            return json_answer({"Functions": list(fleet.values())[start : start + 50], **following})

        def detail(seen: Seen) -> Answer:
            name = unquote(seen.path.partition("?")[0].rpartition("/")[2])
            if name not in fleet:
                return error("ResourceNotFoundException", 404, f"Function not found: {name}")
            running = {**fleet[name], "State": "Active", "LastUpdateStatus": "Successful"}
            return json_answer({"Configuration": running, "Code": {"RepositoryType": "S3"}, "Tags": {}})

        self.on("lambda", "ListFunctions", page)
        self.on("lambda", "GetFunction", detail)
        self.on("lambda", "ListEventSourceMappings", json_answer({"EventSourceMappings": []}))
        self.on("sts", "GetCallerIdentity", IDENTITY)
        self.on("iam", "ListAccountAliases", NO_ALIAS)

    @property
    def operations(self) -> list[str]:
        """What was asked, in order, such as ``lambda:ListFunctions``."""
        return [str(seen) for seen in self.requests]

    @property
    def counts(self) -> Counter[str]:
        """How often each operation was asked."""
        return Counter(self.operations)

    async def start(self) -> None:
        """Listens on a free loopback port."""
        application = web.Application(client_max_size=64 * 1024 * 1024)
        application.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stops listening and cuts what is still connected: from then on the address refuses. May be called twice."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @classmethod
    @contextmanager
    def in_thread(cls) -> Iterator[Self]:
        """The endpoint in a loop and thread of its own."""
        endpoint = cls()
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        try:
            asyncio.run_coroutine_threadsafe(endpoint.start(), loop).result()
            yield endpoint
        finally:
            asyncio.run_coroutine_threadsafe(endpoint.stop(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        service, operation = identify(request.method, request.raw_path, dict(request.headers), body)
        seen = Seen(
            service=service,
            operation=operation,
            method=request.method,
            path=request.raw_path,
            headers=dict(request.headers),
            body=body,
        )
        self.requests.append(seen)
        answer = self._answer(seen)
        if answer.after:
            await answer.after.wait()
        if answer.stream:
            return await self._stream(request, answer, answer.stream)
        if answer.cut_at == 0:
            return self._cut(request)
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        response.content_length = len(answer.body)
        await response.prepare(request)
        await response.write(answer.body[: answer.cut_at])
        if answer.cut_at is not None:
            return self._cut(request)
        await response.write_eof()
        return response

    async def _stream(
        self, request: web.Request, answer: Answer, stream: AsyncGenerator[bytes, None]
    ) -> web.StreamResponse:
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        await response.prepare(request)
        async with aclosing(stream) as chunks:
            async for chunk in chunks:
                await response.write(chunk)
        return response if answer.cut_at is None else self._cut(request)

    def _cut(self, request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    def _answer(self, seen: Seen) -> Answer:
        scripts = self._scripts.get((seen.service, seen.operation)) or self._scripts.get((seen.service, "*"))
        if not scripts:
            refuse = xml_error if seen.body.startswith(b"Action=") else error
            return refuse("AccessDeniedException", 403, "the script does not mention it")
        script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
        return script(seen) if callable(script) else script


def function(name: str, **particular: Any) -> dict[str, Any]:
    """A FunctionConfiguration as ListFunctions sends it.

    Args:
        particular: members that differ from those of an ordinary function.
    """
    return {
        "FunctionName": name,
        "FunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}",
        "Runtime": "python3.13",
        "Role": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "Handler": "app.handler",
        "CodeSize": 1024,
        "Description": "",
        "Timeout": 3,
        "MemorySize": 128,
        "LastModified": "2026-11-20T10:11:12.000+0000",
        "CodeSha256": "c2hh",
        "Version": "$LATEST",
        "TracingConfig": {"Mode": "PassThrough"},
        "RevisionId": "00000000-0000-0000-0000-000000000000",
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"},
        **particular,
    }


def identify(method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[str, str]:
    """Which service and operation a signed request is."""
    folded = {name.lower(): value for name, value in headers.items()}
    scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request", folded.get("authorization", ""))
    signed_for = scope[1] if scope else ""
    plain = path.partition("?")[0]
    if target := folded.get("x-amz-target"):
        operation = target.rpartition(".")[2]
    elif called := re.fullmatch(r".*/service/[^/]+/operation/([^/]+)", plain):
        operation = called[1]
    elif named := re.match(rb"Action=(\w+)", body):
        operation = named[1].decode()
    else:
        for service in _candidates(signed_for):
            for verb, fixed, pattern, name in _routes(service):
                if verb == method and fixed in path and pattern.fullmatch(plain):
                    return service, name
        return signed_for, "Unknown"
    known = (service for service in _candidates(signed_for) if operation in _model(service).operation_names)
    return next(known, signed_for), operation


SIGNED_AS = {
    "apigateway": ("apigateway", "apigatewayv2"),
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "elasticloadbalancing": ("elbv2",),
    "lex": ("lexv2-models",),
    "monitoring": ("cloudwatch",),
    "rds": ("docdb",),
    "servicequotas": ("service-quotas",),
    "states": ("stepfunctions",),
    "tagging": ("resourcegroupstaggingapi",),
    "": ("sts", "sso", "sso-oidc", "signin"),
}
"""The services behind a signature's service, where it is not botocore's name; unsigned requests are for credentials."""


def _candidates(signed_for: str) -> tuple[str, ...]:
    return SIGNED_AS.get(signed_for, (signed_for,))


@functools.cache
def _model(service: str) -> Any:
    return _session().get_service_model(service)


@functools.cache
def _session() -> Any:
    from botocore.session import get_session

    return get_session()


@functools.cache
def _routes(service: str) -> list[tuple[str, str, re.Pattern[str], str]]:
    """Verb, fixed query, path and operation; the most particular first, those in use before deprecated ones."""
    routes = []
    names = _model(service).operation_names
    for name in sorted(names, key=lambda name: _model(service).operation_model(name).deprecated):
        http = _model(service).operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        pattern = "".join(
            ".+" if part.endswith("+}") else "[^/]+" if part.startswith("{") else re.escape(part)
            for part in re.split(r"(\{[\w+-]+\})", path.rstrip("/"))
        )
        routes.append((http["method"], query, re.compile(f"{pattern}/?"), name))
    return sorted(routes, key=lambda route: (not route[1], route[2].pattern.count("[^/]+")))
