"""The policy that `lambdatui iam-policy` prints."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from lambdatui.aws.guard import READS
from lambdatui.aws.iam_policy import iam_action, least_policy

MANAGED_POLICY_LIMIT = 6144
"""Characters without white space (IAM and AWS STS quotas)."""


def actions(policy: dict[str, Any]) -> set[str]:
    return {action for statement in policy["Statement"] for action in statement["Action"]}


@pytest.mark.parametrize(
    ("service", "operation", "action"),
    [
        ("lambda", "GetFunction", "lambda:GetFunction"),
        ("lambda", "GetLayerVersionByArn", "lambda:GetLayerVersion"),
        ("lambda", "Invoke", "lambda:InvokeFunction"),
        ("s3", "GetBucketNotificationConfiguration", "s3:GetBucketNotification"),
        ("resourcegroupstaggingapi", "GetResources", "tag:GetResources"),
        ("elbv2", "DescribeRules", "elasticloadbalancing:DescribeRules"),
        ("service-quotas", "GetServiceQuota", "servicequotas:GetServiceQuota"),
        ("docdb", "DescribeDBClusters", "rds:DescribeDBClusters"),
        ("dynamodbstreams", "DescribeStream", "dynamodb:DescribeStream"),
        ("stepfunctions", "ListStateMachines", "states:ListStateMachines"),
        ("apigateway", "GetRestApis", "apigateway:GET"),
        ("apigatewayv2", "GetApis", "apigateway:GET"),
    ],
)
def test_an_operation_needs_the_action_that_iam_knows(service: str, operation: str, action: str) -> None:
    assert iam_action(service, operation) == action


def test_the_read_only_policy_allows_every_read_that_needs_permission_and_nothing_else() -> None:
    reads = {iam_action(service, operation) for service, operations in READS.items() for operation in operations}
    assert actions(least_policy(read_only=True)) == reads - {"sts:GetCallerIdentity"}


def test_only_the_full_policy_allows_reads_that_are_billed() -> None:
    extra = actions(least_policy(read_only=False)) - actions(least_policy(read_only=True))
    assert extra >= {"logs:StartQuery", "logs:StartLiveTail"}
    assert "logs:StartQuery" not in actions(least_policy(read_only=True))


@pytest.mark.parametrize("read_only", [True, False])
def test_no_action_is_a_wildcard(read_only: bool) -> None:
    assert not [action for action in actions(least_policy(read_only)) if "*" in action]


@pytest.mark.parametrize("read_only", [True, False])
def test_the_policy_fits_a_managed_policy(read_only: bool) -> None:
    assert len(re.sub(r"\s", "", json.dumps(least_policy(read_only)))) <= MANAGED_POLICY_LIMIT
