"""Invokes a function: once, whatever becomes of it."""

from __future__ import annotations

import base64
import re
import time
from typing import Any

import aiohttp
from botocore import exceptions as botocore
from botocore.parsers import ResponseParserError

from lambdatui.aws.connection import Connection
from lambdatui.aws.faults import translated
from lambdatui.clock import now_ms
from lambdatui.errors import OutcomeUnknown, RequestRefused
from lambdatui.models.arn import LATEST
from lambdatui.models.invocation_result import InvocationRequest, InvocationResult, InvocationType

PAYLOAD_AT_MOST = {
    InvocationType.REQUEST_RESPONSE: 6 * 1024 * 1024,
    InvocationType.EVENT: 1024 * 1024,
    InvocationType.DRY_RUN: 6 * 1024 * 1024,
}
"""Bytes (facts 3.7)."""
CLIENT_CONTEXT_AT_MOST = 3_583
"""Bytes in base64 (the Invoke page of AWS's API reference)."""
SLACK_S = 60
"""How much longer than the function's timeout an answer is waited for: its environment has to be made first."""

_TRACE_ROOT = re.compile(r"Root=([^;]+)")


async def invoke(connection: Connection, request: InvocationRequest) -> InvocationResult:
    """Sends one invocation over a connection of its own, and never again.

    Raises:
        OutcomeUnknown: it was sent, and it is not known whether the function runs, ran, or will run.
        RequestRefused: it is too big and was not sent; or AWS refused it and it did not run.
        Throttled: AWS refused it, and it did not run.
        ReadOnly: it was not sent.
        Unreachable: it was not sent, for there was no connection; or it was a dry run, which runs nothing.
        ConsoleError: one of its other kinds; it did not run.
    """
    check(request)
    waits = request.type is InvocationType.REQUEST_RESPONSE
    patience_s = SLACK_S + (request.timeout_s if waits else 0)
    departure: list[tuple[int, float]] = []
    answer: dict[str, Any] = {}

    def depart(**_: Any) -> None:
        departure.append((now_ms(), time.perf_counter()))

    async with connection.client_apart("lambda", read_timeout_s=patience_s) as client:
        client.meta.events.register_last("before-send.lambda.Invoke", depart)
        with translated(connection, "lambda", "Invoke"):
            try:
                answer = await client._make_api_call("Invoke", parameters_of(request))
                return _result(answer, await answer["Payload"].read(), *departure[0])
            except Exception as error:
                if not departure or request.type is InvocationType.DRY_RUN or _certain(error, client):
                    raise
                told = error.response if isinstance(error, botocore.ClientError) else answer
                request_id = told.get("ResponseMetadata", {}).get("RequestId")
                raise OutcomeUnknown(_why(error, patience_s), sent_ms=departure[0][0], request_id=request_id) from None


def check(request: InvocationRequest) -> None:
    """Refuses what AWS would refuse for its size, without quoting it.

    Raises:
        RequestRefused: the payload or the client context is too big.
    """
    size, limit = len(request.payload_bytes), PAYLOAD_AT_MOST[request.type]
    if size > limit:
        raise RequestRefused(
            f"the payload has {size:,} bytes, and AWS takes {limit:,} at most ({request.type})",
            "put the data into S3 and send where it is",
        )
    size = len(_encoded(request.client_context))
    if size > CLIENT_CONTEXT_AT_MOST:
        raise RequestRefused(
            f"the client context has {size:,} bytes in base64, and AWS takes {CLIENT_CONTEXT_AT_MOST:,} at most",
            "move what is big into the payload",
        )


def parameters_of(request: InvocationRequest) -> dict[str, Any]:
    """Invoke's parameters, exactly as they are sent.

    ``$LATEST`` goes unnamed: a policy that names the function does not cover ``function:$LATEST``.
    """
    parameters: dict[str, Any] = {"FunctionName": request.function, "InvocationType": request.type.value}
    if request.type is InvocationType.REQUEST_RESPONSE:
        parameters["LogType"] = "Tail"
    if request.qualifier != LATEST:
        parameters["Qualifier"] = request.qualifier
    if request.payload:
        parameters["Payload"] = request.payload_bytes
    if request.client_context:
        parameters["ClientContext"] = _encoded(request.client_context)
    if request.tenant_id:
        parameters["TenantId"] = request.tenant_id
    return parameters


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode(errors="surrogatepass")).decode()


def _result(answer: dict[str, Any], payload: bytes, sent_ms: int, sent: float) -> InvocationResult:
    """Reads an answer.

    Args:
        sent: when, by the clock that measures.

    Raises:
        KeyError: AWS did not write it, for it has no request id.
    """
    metadata = answer["ResponseMetadata"]
    trace = _TRACE_ROOT.search(metadata["HTTPHeaders"].get("x-amzn-trace-id", ""))
    return InvocationResult(
        status=answer["StatusCode"],
        executed_version=answer.get("ExecutedVersion"),
        function_error=answer.get("FunctionError"),
        payload=payload.decode(errors="replace"),
        log_tail=base64.b64decode(answer.get("LogResult", "")).decode(errors="replace"),
        request_id=metadata["RequestId"],
        trace_id=trace[1] if trace else None,
        sent_ms=sent_ms,
        duration_ms=(time.perf_counter() - sent) * 1000,
    )


def _certain(error: Exception, client: Any) -> bool:
    """Whether an error after departure proves that the function does not run.

    AWS's own refusals do, and so do its 502s that name a fault of the configuration (facts 1.1 notes). A failed
    connection does too; but a reset in the middle of an answer comes under the same name, so its cause is looked at.
    """
    match error:
        case botocore.ClientError():
            code = error.response["Error"].get("Code", "")
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            declared = {shape.name for shape in client.meta.service_model.operation_model("Invoke").error_shapes}
            return code in declared - {"ServiceException"} or (status < 500 and code != "" and not code.isdigit())
        case botocore.ConnectTimeoutError() | botocore.SSLError() | botocore.ProxyConnectionError():
            return True
        case botocore.EndpointConnectionError():
            return isinstance(error.kwargs["error"], aiohttp.ClientConnectorError)
    return False


def _why(error: Exception, patience_s: int) -> str:
    match error:
        case botocore.ClientError():
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            code = str(error.response["Error"].get("Code", ""))
            return f"HTTP {status}" if code.isdigit() or not code else f"AWS answered {code} (HTTP {status})"
        case botocore.ReadTimeoutError():
            return f"no answer within {patience_s:,.0f} s"
        case KeyError() | ValueError() | ResponseParserError():
            return "what answered is not AWS; look for a proxy"
    return "the connection was cut"
