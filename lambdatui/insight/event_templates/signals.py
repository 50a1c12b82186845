"""Events that stand alone: EventBridge, schedules, CloudWatch Logs and Cognito (facts 4.2)."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

from lambdatui.insight.event_templates.occasion import Occasion


def event(occasion: Occasion) -> dict[str, Any]:
    """An event of an application's own, as a rule hands it on. The event does not name the rule."""
    return _event(occasion, "com.example.orders", "Example", [], {"message": "hello"})


def scheduled(occasion: Occasion) -> dict[str, Any]:
    """What a rule sends by its schedule: its own ARN."""
    rule = occasion.source_arn("events", "rule/example-rule")
    return _event(occasion, "aws.events", "Scheduled Event", [str(rule)], {})


def _event(
    occasion: Occasion, source: str, detail_type: str, resources: list[str], detail: dict[str, Any]
) -> dict[str, Any]:
    return {
        "version": "0",
        "id": occasion.uuid("event"),
        "detail-type": detail_type,
        "source": source,
        "account": occasion.account,
        "time": occasion.iso_s,
        "region": occasion.region,
        "resources": resources,
        "detail": detail,
    }


def logs(occasion: Occasion) -> dict[str, Any]:
    """Lines that passed a subscription filter: JSON, compressed by gzip, in base64."""
    group = occasion.source_arn("logs", "log-group:/example/group:*").resource
    message = {
        "messageType": "DATA_MESSAGE",
        "owner": occasion.account,
        "logGroup": group.removeprefix("log-group:").removesuffix(":*"),
        "logStream": "example-stream",
        "subscriptionFilters": ["example-filter"],
        "logEvents": [
            {"id": f"{occasion.now_ms}{0:043d}", "timestamp": occasion.now_ms, "message": "[ERROR] hello"},
        ],
    }
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(message).encode(), mtime=0)).decode()}}


def cognito(occasion: Occasion) -> dict[str, Any]:
    """A user who signs up; the other triggers of a user pool differ in ``triggerSource``, request and response."""
    pool = occasion.source_arn("cognito-idp", f"userpool/{occasion.region}_EXAMPLE12").resource
    return {
        "version": "1",
        "region": occasion.region,
        "userPoolId": pool.removeprefix("userpool/"),
        "userName": occasion.uuid("user"),
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": occasion.hex("client", 26)},
        "triggerSource": "PreSignUp_SignUp",
        "request": {
            "userAttributes": {"email": "ann@example.com"},
            "validationData": None,
            "clientMetadata": {},
        },
        "response": {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False},
    }
