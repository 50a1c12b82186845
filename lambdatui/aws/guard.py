"""The one gate that every request passes, those of credential clients included (design 6).

Operations are known by name, service by service: never by HTTP verb and never by IAM's access levels, for
``sqs:ReceiveMessage`` is "Read" in IAM and changes a queue, and every read of CloudWatch Logs is a POST (facts 1.1,
1.2). What nobody listed is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lambdatui.errors import BilledReadOff, ReadOnly


def _names(operations: str) -> frozenset[str]:
    return frozenset(operations.split())


READS: Mapping[str, frozenset[str]] = {
    "lambda": _names("""
        GetAccountSettings GetAlias GetCapacityProvider GetCodeSigningConfig GetDurableExecution
        GetDurableExecutionHistory GetEventSourceMapping GetFunction GetFunctionCodeSigningConfig
        GetFunctionConcurrency GetFunctionConfiguration GetFunctionEventInvokeConfig GetFunctionRecursionConfig
        GetFunctionScalingConfig GetFunctionUrlConfig GetLayerVersion GetLayerVersionByArn GetLayerVersionPolicy
        GetPolicy GetProvisionedConcurrencyConfig GetResourcePolicy GetRuntimeManagementConfig ListAliases
        ListCapacityProviders ListCodeSigningConfigs ListDurableExecutionsByFunction ListEventSourceMappings
        ListFunctionEventInvokeConfigs ListFunctionUrlConfigs ListFunctionVersionsByCapacityProvider ListFunctions
        ListFunctionsByCodeSigningConfig ListLayerVersions ListLayers ListProvisionedConcurrencyConfigs ListTags
        ListVersionsByFunction
    """),
    "logs": _names("""
        DescribeAccountPolicies DescribeLogGroups DescribeLogStreams DescribeMetricFilters DescribeQueries
        DescribeResourcePolicies DescribeSubscriptionFilters FilterLogEvents GetLogEvents GetLogGroupFields
        GetLogRecord GetQueryResults ListTagsForResource StopQuery
    """),
    "cloudwatch": _names("""
        DescribeAlarmHistory DescribeAlarms DescribeAlarmsForMetric GetMetricData GetMetricStatistics ListMetrics
    """),
    "sts": _names("GetCallerIdentity"),
    "iam": _names("""
        GetPolicy GetPolicyVersion GetRole GetRolePolicy ListAccountAliases ListAttachedRolePolicies ListRolePolicies
        SimulatePrincipalPolicy
    """),
    "sqs": _names("""
        GetQueueAttributes GetQueueUrl ListDeadLetterSourceQueues ListMessageMoveTasks ListQueueTags ListQueues
    """),
    "ec2": _names("""
        DescribeNatGateways DescribeNetworkInterfaces DescribeRegions DescribeRouteTables DescribeSecurityGroups
        DescribeSubnets DescribeVpcEndpoints DescribeVpcs
    """),
    "cloudformation": _names("DescribeStacks"),
    "codedeploy": _names("""
        BatchGetApplications BatchGetDeploymentGroups BatchGetDeploymentTargets BatchGetDeployments
        GetApplicationRevision GetDeployment GetDeploymentConfig GetDeploymentGroup GetDeploymentTarget ListApplications
        ListDeploymentConfigs ListDeploymentGroups ListDeploymentTargets ListDeployments
    """),
    "application-autoscaling": _names("""
        DescribeScalableTargets DescribeScalingActivities DescribeScalingPolicies DescribeScheduledActions
    """),
    "xray": _names("""
        BatchGetTraces GetServiceGraph GetTimeSeriesServiceStatistics GetTraceGraph GetTraceSegmentDestination
        GetTraceSummaries ListRetrievedTraces StartTraceRetrieval
    """),
    "cloudtrail": _names("DescribeTrails GetEventSelectors LookupEvents"),
    "pricing": _names("DescribeServices GetAttributeValues GetPriceListFileUrl GetProducts ListPriceLists"),
    "resourcegroupstaggingapi": _names("GetResources GetTagKeys GetTagValues"),
    "service-quotas": _names("GetAWSDefaultServiceQuota GetServiceQuota ListServiceQuotas"),
    "kinesis": _names("""
        DescribeLimits DescribeStreamConsumer DescribeStreamSummary ListShards ListStreamConsumers
    """),
    "dynamodb": _names("DescribeTable"),
    "dynamodbstreams": _names("DescribeStream ListStreams"),
    "events": _names("DescribeRule ListEventBuses ListRuleNamesByTarget ListRules ListTargetsByRule"),
    "scheduler": _names("GetSchedule ListScheduleGroups ListSchedules"),
    "pipes": _names("DescribePipe ListPipes"),
    "stepfunctions": _names("DescribeStateMachine ListStateMachines"),
    "s3": _names("GetBucketLocation GetBucketNotificationConfiguration"),
    "apigateway": _names("GetIntegration GetResources GetRestApis GetStages"),
    "apigatewayv2": _names("GetApis GetIntegrations GetRoutes GetStages"),
    "sns": _names("GetSubscriptionAttributes GetTopicAttributes ListSubscriptionsByTopic"),
    "elbv2": _names("DescribeListeners DescribeRules DescribeTargetGroups DescribeTargetHealth"),
    "kafka": _names("DescribeClusterV2"),
    "mq": _names("DescribeBroker"),
    "docdb": _names("DescribeDBClusters"),
    "cognito-idp": _names("DescribeUserPool"),
    "config": _names("DescribeConfigRules"),
    "iot": _names("GetTopicRule"),
    "ses": _names("DescribeActiveReceiptRuleSet"),
    "lexv2-models": _names("DescribeBotAlias"),
    "cloudfront": _names("GetDistributionConfig ListDistributions"),
    "kms": _names("DescribeKey"),
    "compute-optimizer": _names("GetEnrollmentStatus GetLambdaFunctionRecommendations"),
    "health": _names("DescribeAffectedEntities DescribeEvents"),
}
"""What changes nothing and costs nothing worth a question, by botocore's name of the service (facts 1.1, 1.2).

GetDurableExecutionState is a read by AWS's word and is left out: it is for the SDK that runs inside a function.
"""

BILLED_READS: Mapping[str, frozenset[str]] = {"logs": _names("StartLiveTail StartQuery")}
"""Reads that AWS charges for by the minute or by what they scan (facts 1.2)."""

SESSION_SETUP: Mapping[str, frozenset[str]] = {
    "sts": _names("AssumeRole AssumeRoleWithWebIdentity"),
    "sso": _names("GetRoleCredentials"),
    "sso-oidc": _names("CreateToken"),
    "signin": _names("CreateOAuth2Token"),
}
"""What botocore itself sends to obtain credentials. It changes nothing in the account."""

CHANGES: Mapping[str, frozenset[str]] = {
    "lambda": _names("""
        CreateAlias DeleteAlias DeleteFunctionConcurrency DeleteProvisionedConcurrencyConfig Invoke PublishVersion
        PutFunctionConcurrency PutProvisionedConcurrencyConfig TagResource UntagResource UpdateAlias
        UpdateEventSourceMapping UpdateFunctionConfiguration
    """),
    "logs": _names("DeleteRetentionPolicy PutRetentionPolicy"),
    "codedeploy": _names("CreateDeployment RegisterApplicationRevision StopDeployment"),
}
"""What the console's actions send besides; an action adds its operations here, and the IAM policy follows.

RegisterApplicationRevision is not sent: CreateDeployment needs its permission too (facts 10.6).
"""


class Guard:
    """Lets a request through or raises ReadOnly before a byte of it is sent.

    Args:
        read_only: refuse what is not listed as a read.
        billed_reads: let `BILLED_READS` through; if not, they are refused whether read-only or not.
    """

    def __init__(self, *, read_only: bool, billed_reads: bool) -> None:
        self._read_only = read_only
        self._billed_reads = billed_reads

    def before_call(self, model: Any, params: Mapping[str, Any], **_: Any) -> None:
        """botocore's ``before-call``, which every operation of every client passes after it is serialized.

        Raises:
            ReadOnly: the request is not to be sent.
        """
        service, operation = model.service_model.service_name, model.name
        listed = any(operation in reads.get(service, ()) for reads in (READS, BILLED_READS, SESSION_SETUP))
        if self._read_only and (not listed or _unmasks(model, params)):
            raise ReadOnly(f"{service}:{operation}")
        if operation in BILLED_READS.get(service, ()) and not self._billed_reads:
            raise BilledReadOff(f"{service}:{operation}")


def _unmasks(model: Any, params: Mapping[str, Any]) -> bool:
    """Whether the request asks CloudWatch Logs to show data that a protection policy masks (facts 1.2)."""
    if model.input_shape is None or "unmask" not in model.input_shape.members:
        return False
    return json.loads(params["body"]).get("unmask", False) is not False
