"""The IAM actions behind operations, and the least policy that the console needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lambdatui.aws.guard import BILLED_READS, CHANGES, READS

PREFIXES: Mapping[str, str] = {
    "apigatewayv2": "apigateway",
    "docdb": "rds",
    "dynamodbstreams": "dynamodb",
    "elbv2": "elasticloadbalancing",
    "lexv2-models": "lex",
    "resourcegroupstaggingapi": "tag",
    "service-quotas": "servicequotas",
    "stepfunctions": "states",
}
"""IAM's prefix where it is not botocore's name of the service (facts 1.2)."""

ACTIONS: Mapping[tuple[str, str], str] = {
    ("lambda", "GetLayerVersionByArn"): "GetLayerVersion",
    ("lambda", "Invoke"): "InvokeFunction",
    ("lambda", "InvokeAsync"): "InvokeFunction",
    ("lambda", "InvokeWithResponseStream"): "InvokeFunction",
    ("s3", "GetBucketNotificationConfiguration"): "GetBucketNotification",
    ("s3", "PutBucketNotificationConfiguration"): "PutBucketNotification",
}
"""IAM's action where it is not the operation's name (facts 1.1, 1.2)."""

NEEDS_NO_PERMISSION = frozenset({"sts:GetCallerIdentity"})
"""Answered to anyone with credentials (facts 1.2)."""


def iam_action(service: str, operation: str) -> str:
    """The IAM action that an operation needs, such as ``lambda:GetPolicy``.

    API Gateway's reads are one action, named after the HTTP verb (facts 1.2).
    """
    prefix = PREFIXES.get(service, service)
    if prefix == "apigateway" and operation.startswith("Get"):
        return "apigateway:GET"
    return f"{prefix}:{ACTIONS.get((service, operation), operation)}"


def least_policy(read_only: bool) -> dict[str, Any]:
    """The IAM policy document that allows what the console can do, and nothing else.

    Args:
        read_only: only reads that cost nothing, for someone who may look at everything and change nothing.
    """
    statements = {"Read": READS}
    if not read_only:
        statements |= {"BilledRead": BILLED_READS, "Change": CHANGES}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": "*"}
            for sid, operations in statements.items()
            if (actions := _actions(operations))
        ],
    }


def _actions(operations: Mapping[str, frozenset[str]]) -> list[str]:
    actions = {iam_action(service, operation) for service, names in operations.items() for operation in names}
    return sorted(actions - NEEDS_NO_PERMISSION)
