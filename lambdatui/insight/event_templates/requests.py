"""Requests over HTTP: API Gateway, load balancers and function URLs (facts 4.2)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from lambdatui.insight.event_templates.occasion import CLIENT_IP, USER_AGENT, Occasion

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_BODY = json.dumps({"message": "hello"})


def rest_api(occasion: Occasion) -> dict[str, Any]:
    """A request through a REST API: payload format 1.0."""
    api, stage, method, path = _route(occasion, "prod")
    host = f"{api}.execute-api.{occasion.region}.{occasion.domain}"
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "Host": host,
        "User-Agent": USER_AGENT,
        "X-Amzn-Trace-Id": occasion.trace_header,
        "X-Forwarded-For": CLIENT_IP,
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "accountId": occasion.account,
            "apiId": api,
            "domainName": host,
            "domainPrefix": api,
            "extendedRequestId": occasion.hex("extended", 16),
            "httpMethod": method,
            "identity": {
                "accessKey": None,
                "accountId": None,
                "caller": None,
                "cognitoAuthenticationProvider": None,
                "cognitoAuthenticationType": None,
                "cognitoIdentityId": None,
                "cognitoIdentityPoolId": None,
                "principalOrgId": None,
                "sourceIp": CLIENT_IP,
                "user": None,
                "userAgent": USER_AGENT,
                "userArn": None,
            },
            "path": f"/{stage}{path}",
            "protocol": "HTTP/1.1",
            "requestId": occasion.uuid("request"),
            "requestTime": occasion.clf,
            "requestTimeEpoch": occasion.now_ms,
            "resourceId": occasion.hex("resource", 6),
            "resourcePath": path,
            "stage": stage,
        },
        "body": _BODY if method in _WITH_BODY else None,
        "isBase64Encoded": False,
    }


def http_api(occasion: Occasion) -> dict[str, Any]:
    """A request through an HTTP API: payload format 2.0."""
    api, stage, method, path = _route(occasion, "$default")
    host = f"{api}.execute-api.{occasion.region}.{occasion.domain}"
    raw_path = path if stage == "$default" else f"/{stage}{path}"
    return _version_2(occasion, occasion.account, host, f"{method} {path}", stage, method, raw_path)


def function_url(occasion: Occasion) -> dict[str, Any]:
    """A request to a function URL that asks for no credentials: payload format 2.0 as well."""
    host = urlsplit(occasion.source or "").hostname
    host = host or f"{occasion.hex('url', 32)}.lambda-url.{occasion.region}.on.aws"
    return _version_2(occasion, "anonymous", host, "$default", "$default", "GET", "/")


def _version_2(
    occasion: Occasion, account: str, host: str, route: str, stage: str, method: str, raw_path: str
) -> dict[str, Any]:
    with_body = method in _WITH_BODY
    prefix = host.partition(".")[0]
    return {
        "version": "2.0",
        "routeKey": route,
        "rawPath": raw_path,
        "rawQueryString": "",
        "headers": {
            "accept": "application/json",
            "content-type": "application/json",
            "host": host,
            "user-agent": USER_AGENT,
            "x-amzn-trace-id": occasion.trace_header,
            "x-forwarded-for": CLIENT_IP,
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": account,
            "apiId": prefix,
            "domainName": host,
            "domainPrefix": prefix,
            "http": {
                "method": method,
                "path": raw_path,
                "protocol": "HTTP/1.1",
                "sourceIp": CLIENT_IP,
                "userAgent": USER_AGENT,
            },
            "requestId": occasion.uuid("request"),
            "routeKey": route,
            "stage": stage,
            "time": occasion.clf,
            "timeEpoch": occasion.now_ms,
        },
        **({"body": _BODY} if with_body else {}),
        "isBase64Encoded": False,
    }


def load_balancer(occasion: Occasion) -> dict[str, Any]:
    """A request through an Application Load Balancer without multi-value headers."""
    group = occasion.source_arn("elasticloadbalancing", "targetgroup/example/0123456789abcdef")
    return {
        "requestContext": {"elb": {"targetGroupArn": str(group)}},
        "httpMethod": "GET",
        "path": "/",
        "queryStringParameters": {},
        "headers": {
            "accept": "application/json",
            "host": f"example-123456789.{occasion.region}.elb.{occasion.domain}",
            "user-agent": USER_AGENT,
            "x-amzn-trace-id": occasion.trace_header,
            "x-forwarded-for": CLIENT_IP,
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "body": "",
        "isBase64Encoded": False,
    }


def _route(occasion: Occasion, stage: str) -> tuple[str, str, str, str]:
    """The API's id, stage, method and path, from ``api/stage/METHOD/path``; examples stand for what is left open.

    Args:
        stage: what stands for any stage.
    """
    arn = occasion.source_arn("execute-api", "a1b2c3d4e5")
    api, named_stage, method, path, *_ = [*arn.resource.split("/", 3), "", "", ""]
    path = "" if path == "*" else path.replace("*", "example")
    return api, _or(named_stage, stage), _or(method, "GET"), f"/{path}"


def _or(named: str, example: str) -> str:
    return example if "*" in named or not named else named
