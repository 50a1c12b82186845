"""What can go wrong between here and AWS, put into the operator's words."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import aiohttp
from botocore import exceptions as botocore
from botocore.eventstream import ParserError as EventStreamError
from botocore.parsers import ResponseParserError

from lambdatui.aws.guard import SESSION_SETUP
from lambdatui.aws.iam_policy import iam_action
from lambdatui.errors import (
    AccessDenied,
    AuthExpired,
    Conflict,
    ConsoleError,
    Fault,
    NotFound,
    RequestRefused,
    SettingsError,
    Throttled,
    Unreachable,
)

if TYPE_CHECKING:
    from lambdatui.aws.connection import Connection

_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
_WRONG_CREDENTIALS = frozenset(
    {
        "AuthFailure",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "ForbiddenException",
        "NotAuthorized",
        "UnauthorizedAccess",
        "UnauthorizedException",
        "UnauthorizedOperation",
    }
)
"""Denials of one call; of a call that is to fetch credentials, `_refused` takes them for a matter of credentials."""
_THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_LIMITS = {
    "CallerRateLimitExceeded": (
        "the account sends more requests a second than AWS takes",
        "wait a little, and look who else asks that much",
    ),
    "ConcurrentInvocationLimitExceeded": (
        "the concurrency of the account in this region is used up",
        "wait until other invocations end, and look who claims it",
    ),
    "ConcurrentSnapshotCreateLimitExceeded": (
        "too many snapshots for SnapStart are being made",
        "wait until others are made",
    ),
    "FunctionInvocationRateLimitExceeded": (
        "the function is invoked more than ten times a second for each of its environments",
        "wait a little, or have it take more in one invocation",
    ),
    "ReservedFunctionConcurrentInvocationLimitExceeded": (
        "the function's reserved concurrency is used up",
        "wait until other invocations end, or reserve more; with 0 reserved it takes none",
    ),
    "ReservedFunctionInvocationRateLimitExceeded": (
        "the function is invoked more than ten times a second for each that it has reserved",
        "wait a little, or reserve more; with 0 reserved it takes none",
    ),
}
"""What is exceeded and what to do about it, by Lambda's reason for throttling (facts 2.1)."""
_IN_CONFLICT = frozenset({"OperationAbortedException", "ResourceInUseException"})
"""What comes with HTTP 400 where something else is changing the same (facts 3.5)."""
_OUT_OF_ORDER = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServerException",
        "InternalServiceError",
        "InternalServiceException",
        "ServiceException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)
"""Faults of the service that pass. Lambda's other 5xx are faults of a configuration and stay (facts 1.1 notes)."""

_MISSING = ("NotFound", "NotFoundException", "NonExistentQueue", "QueueDoesNotExist")
"""How the codes end that tell of what does not exist. SQS's own come with HTTP 400."""

_NAMED_ACTION = re.compile(r"not authorized to perform:? ([a-z0-9-]+:\w+)")
_QUOTED_VALUE = re.compile(r"Value '.*?' at ", re.DOTALL)
_QUOTED_ENVIRONMENT = re.compile(r"\s*String measured:.*", re.DOTALL)
"""How Lambda's refusal of too large an environment ends: with all the variables, and their values."""
_PARAMETER = re.compile(r'parameter "?([\w.\[\]]+)"?|in input: "([\w.\[\]]+)"')


@contextmanager
def translated(connection: Connection, service: str, operation: str = "") -> Iterator[None]:
    """Raises whatever goes wrong inside as one of `lambdatui.errors`.

    The original is dropped with its traceback: both can hold what must not reach a screen or a log.

    Args:
        connection: whose profile, region and endpoint the hints name.
        service: botocore's name of the service asked.
        operation: AWS's name of the operation, as far as one was chosen.
    """
    try:
        yield
    except ConsoleError:
        raise
    except Exception as error:
        raise _translate(error, connection, service, operation) from None


def reject_foreign_answer(operation_model: Any, response_dict: Mapping[str, Any], **_: Any) -> None:
    """botocore's ``before-parse``: refuses a success that is not AWS's, such as the page of a captive portal.

    botocore reads an answer in JSON that is none as one without members: an empty account.

    Raises:
        Unreachable: the answer was not written by AWS.
    """
    streamed = operation_model.has_streaming_output or operation_model.has_event_stream_output
    if streamed or response_dict["status_code"] >= 300:
        return
    body = response_dict["body"].strip()
    if response_dict["headers"].get("content-type", "").startswith("text/html"):
        raise _foreign("a web page")
    if not operation_model.service_model.resolved_protocol.endswith("json"):
        return
    if body and not (body.startswith(b"{") and body.endswith(b"}")):
        raise _foreign("text that is not JSON")
    if not body and _expects_body(operation_model):
        raise _foreign("nothing")


def _expects_body(operation_model: Any) -> bool:
    shape = operation_model.output_shape
    return shape is not None and any("location" not in member.serialization for member in shape.members.values())


def _foreign(what: str) -> Unreachable:
    return Unreachable(
        f"the endpoint answered with {what}, not as AWS does",
        "look for a proxy or a sign-in page between here and AWS, and at the endpoint URL",
    )


def _translate(error: Exception, connection: Connection, service: str, operation: str) -> ConsoleError:
    if isinstance(error, botocore.ClientError):
        return _refused(error, connection, service)
    return (
        _of_credentials(error, connection)
        or _of_network(error, connection, service)
        or _of_content(error, connection, service, operation)
    )


def _refused(error: botocore.ClientError, connection: Connection, service: str) -> ConsoleError:
    """An answer of AWS that says no."""
    details = error.response.get("Error", {})
    code = str(details.get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    unquoted = _QUOTED_ENVIRONMENT.sub("", _QUOTED_VALUE.sub("the value at ", str(details.get("Message") or code)))
    message = unquoted.strip().rstrip(".")
    operation = error.operation_name
    setting_up = next((name for name, names in SESSION_SETUP.items() if operation in names), None)

    if code in _EXPIRED:
        return AuthExpired(f"the credentials{_of_profile(connection)} have expired", _renew(connection))
    if code in _WRONG_CREDENTIALS:
        return AuthExpired(
            f"AWS does not accept the credentials{_of_profile(connection)}: {code}",
            f"{_renew(connection)}; see also that the clock is right and that {connection.region} is enabled",
        )
    if setting_up:
        return AuthExpired(
            f"no credentials{_of_profile(connection)}: {iam_action(setting_up, operation)}: {message}",
            _renew(connection),
        )
    if code == "KMSAccessDeniedException":
        return AccessDenied("kms:Decrypt")
    if code in _DENIED:
        named = _NAMED_ACTION.search(message)
        return AccessDenied(named[1] if named else iam_action(service, operation), _who_denies(message))
    if code in _THROTTLED or status == 429:
        exceeded, hint = _LIMITS.get(str(error.response.get("Reason")), ("", "AWS asks to slow down"))
        return Throttled(": ".join(filter(None, ("throttled", iam_action(service, operation), exceeded))), hint)
    if code.isdigit() or code == "":
        return _foreign(f"HTTP {status} and no error of AWS")
    if status >= 500 and code in _OUT_OF_ORDER:
        return Unreachable(
            f"{service} is out of order: {code} (HTTP {status})", "nothing to do here; see health.aws.amazon.com"
        )
    if status in {409, 412} or code in _IN_CONFLICT:
        return Conflict(message, "look again at what is there now")
    if status == 404 or code.startswith("NoSuch") or code.endswith(_MISSING):
        return NotFound(message, "it may have been deleted; refresh")
    return RequestRefused(message, f"{iam_action(service, operation)}: {code}")


def _who_denies(message: str) -> str:
    """Which kind of policy refuses, where AWS says so; empty where it does not."""
    denied = re.search(r"with an explicit deny in an? ([\w -]*policy)", message)
    return f"a {denied[1]} denies it explicitly: only its owner can allow it" if denied else ""


def _of_credentials(error: Exception, connection: Connection) -> ConsoleError | None:
    """Credentials that are missing, incomplete or past, as botocore finds before anything is sent."""
    profile = _of_profile(connection)
    match error:
        case botocore.ProfileNotFound():
            return AuthExpired(
                f"there is no profile {connection.profile} in the AWS configuration",
                "choose another with P or --profile; to list them: aws configure list-profiles",
            )
        case botocore.NoCredentialsError():
            other = "" if profile else "; or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            return AuthExpired(f"no credentials were found{profile}", f"{_renew(connection)}{other}")
        case botocore.PartialCredentialsError():
            missing = error.kwargs["cred_var"]
            return AuthExpired(f"the credentials{profile} are incomplete: {missing} is missing", _renew(connection))
        case botocore.SSOError() | botocore.TokenRetrievalError() | botocore.NoAuthTokenError():
            return AuthExpired(f"the SSO session{profile} has expired or was never opened", _renew(connection))
        case botocore.LoginError():
            return AuthExpired(f"the sign-in session{profile} has expired", _renew(connection, "aws login"))
        case botocore.RefreshWithMFAUnsupportedError():
            return AuthExpired(
                f"the session{profile} has expired and needs a code from an MFA device",
                f"run: aws sts get-caller-identity{_profile_flag(connection)}; then refresh",
            )
        case botocore.CredentialRetrievalError() | botocore.MetadataRetrievalError():
            return AuthExpired(f"the source of the credentials{profile} failed", _renew(connection))
        case botocore.InvalidConfigError() | botocore.UnknownCredentialError() | botocore.ConfigNotFound():
            return SettingsError(f"the AWS configuration{profile} cannot be used: {error}", "mend ~/.aws/config")
    return None


def _of_network(error: Exception, connection: Connection, service: str) -> ConsoleError | None:
    """No answer, or half of one."""
    where = connection.endpoint_url or f"{service} in {connection.region}"
    match error:
        case botocore.ConnectTimeoutError():
            return Unreachable(f"no connection to {where}: timed out", _NETWORK)
        case botocore.ReadTimeoutError():
            return Unreachable(f"no answer from {where}: timed out", _NETWORK)
        case botocore.SSLError():
            return Unreachable(
                f"no safe connection to {where}: its certificate is not accepted",
                "behind a proxy that opens TLS, set AWS_CA_BUNDLE to its certificate",
            )
        case botocore.ProxyConnectionError():
            return Unreachable(f"no connection to {where}: the proxy does not answer", "look at HTTPS_PROXY")
        case botocore.ConnectionClosedError() | botocore.ResponseStreamingError() | botocore.IncompleteReadError():
            return Unreachable(f"the connection to {where} was cut in the middle of an answer", _NETWORK)
        case botocore.ConnectionError():
            return Unreachable(f"no connection to {where}: {_cause(error)}", _NETWORK)
        case botocore.HTTPClientError() | aiohttp.ClientError() | asyncio.TimeoutError() | OSError():
            return Unreachable(f"no answer from {where}", _NETWORK)
    return None


_NETWORK = "look at network, VPN and endpoint URL"


def _cause(error: botocore.ConnectionError) -> str:
    """Why a connection failed: a name that does not resolve is mended elsewhere than a port that is closed."""
    cause = error.kwargs.get("error")
    if isinstance(cause, aiohttp.ClientConnectorDNSError):
        return "its name does not resolve"
    if isinstance(cause, aiohttp.ClientConnectorError) and isinstance(cause.os_error, ConnectionRefusedError):
        return "refused"
    return "the network does not reach it"


def _of_content(error: Exception, connection: Connection, service: str, operation: str) -> ConsoleError:
    """What was asked or answered does not fit; no value is quoted, for it may be a secret."""
    from pydantic import ValidationError  # noqa: PLC0415 (start-up speed)

    asked = iam_action(service, operation) if operation else service
    match error:
        case ResponseParserError() | ParseError() | EventStreamError():
            return _foreign("text that cannot be read")
        case ValidationError():
            return Unreachable(
                f"the answer to {asked} does not fit AWS's description of it", "look for a newer lambdatui"
            )
        case botocore.ParamValidationError():
            names = ", ".join(one or other for one, other in _PARAMETER.findall(error.kwargs["report"]))
            return RequestRefused(f"{asked} was not sent: {names or 'a parameter'} is not valid")
        case botocore.NoRegionError() | botocore.InvalidRegionError():
            return SettingsError("the region is not valid", "choose another with R or --region")
        case botocore.EndpointProviderError() | botocore.UnknownServiceError() | botocore.UnknownEndpointError():
            return RequestRefused(f"{service} does not exist in {connection.region}", "choose another region with R")
    return Fault(error)


def _renew(connection: Connection, command: str = "") -> str:
    """How to get working credentials for the profile in force."""
    chosen = connection.profiles.profiles.get(connection.profile or "default", {})
    if not command and ("sso_session" in chosen or "sso_start_url" in chosen):
        command = "aws sso login"
    if not command:
        command = "aws configure" if connection.profile in connection.profiles.profiles else "aws configure sso"
    return f"run: {command}{_profile_flag(connection)}"


def _profile_flag(connection: Connection) -> str:
    return f" --profile {connection.profile}" if connection.profile else ""


def _of_profile(connection: Connection) -> str:
    return f" of profile {connection.profile}" if connection.profile else ""
