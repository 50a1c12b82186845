"""Asks the source itself whether it really invokes a function: a permission alone proves nothing (facts 4.1, 4.2).

Every check raises only `lambdatui.errors`: that the source may not be asked, or that it did not answer, is not the
same as that it is gone.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from lambdatui.aws.connection import Connection
from lambdatui.aws.edge import list_associations
from lambdatui.aws.faults import translated
from lambdatui.aws.functions import get_function_url
from lambdatui.aws.paging import MARKER, SMALL_TOKEN, TOKEN, items
from lambdatui.errors import NotFound
from lambdatui.models.arn import LATEST, Arn, called, function_name
from lambdatui.models.trigger import Check, Permission, Verdict


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be confirmed: that a source calls a function at one qualifier."""

    permission: Permission
    function_arn: str
    """Without qualifier."""

    @property
    def arn(self) -> Arn | None:
        """The source that the permission names; None where it names none."""
        return Arn.parse(self.permission.source_arn or "")

    @property
    def callee(self) -> str:
        """The ARN that the source has to call."""
        qualifier = self.permission.qualifier
        return self.function_arn if qualifier == LATEST else f"{self.function_arn}:{qualifier}"

    def judge(self, calls: Iterable[tuple[str, str]], *, nothing: str, what: str = "", warning: str = "") -> Check:
        """The verdict on what a source calls.

        Args:
            calls: ARNs that it calls, each with what is told of it.
            nothing: said where none of them is the function's.
            what: the kind of source, where only the source tells.
            warning: why it does not invoke though it is there.
        """
        known = list(calls)
        confirmed = [told for arn, told in known if called(self.function_arn, arn) == self.permission.qualifier]
        if confirmed:
            return Check(verdict=Verdict.CONFIRMED, told=tuple(confirmed), what=what, warning=warning)
        others = {qualifier for arn, _ in known if (qualifier := called(self.function_arn, arn))}
        elsewhere = tuple(f"it calls {qualifier} instead" for qualifier in sorted(others))
        return Check(verdict=Verdict.GONE, told=elsewhere or (nothing,), what=what)


Checker = Callable[[Connection, Asked], Awaitable[Check]]


async def check_source(connection: Connection, permission: Permission, function_arn: str) -> Check:
    """Whether the source of a permission invokes the function.

    Args:
        permission: from the policy of the function or of one of its aliases.
        function_arn: without qualifier.

    Raises:
        ConsoleError: the source may not be asked (`AccessDenied` names the action), or could not be.
    """
    asked = Asked(permission, function_arn)
    if reason := _uncheckable(asked):
        return Check(verdict=Verdict.NOT_CHECKED, told=(reason,))
    if permission.via_url and permission.service != "cloudfront":
        return await _url(connection, asked)
    try:
        with translated(connection, permission.service):
            return await CHECKERS[permission.service](connection, asked)
    except NotFound as error:
        return Check(verdict=Verdict.GONE, told=(error.title,))


def _uncheckable(asked: Asked) -> str:
    """Why the source cannot be asked at all; empty if it can."""
    permission, arn, own = asked.permission, asked.arn, Arn.parse(asked.function_arn)
    if permission.not_read:
        return f"the statement is not understood: {', '.join(permission.not_read)}"
    if permission.denies:
        return "a statement that denies is no trigger"
    if permission.via_url:
        return ""
    if permission.principal_type != "Service":
        return "whoever may call by it leaves nothing to look at before they do"
    if permission.service not in CHECKERS:
        return f"the console does not know how to ask {permission.principal}"
    account = (arn.account if arn else "") or permission.source_account
    if own and account and account != own.account:
        return f"the source belongs to account {account}"
    if own and arn and arn.region and arn.region != own.region:
        return f"the source is in {arn.region}"
    if permission.service in NAMED and (arn is None or "*" in NAMED[permission.service](arn)):
        return "the statement names no one source"
    return ""


async def _url(connection: Connection, asked: Asked) -> Check:
    """A function URL: the permission stays when the URL is deleted (facts 3.11)."""
    qualifier = asked.permission.qualifier
    url = await get_function_url(
        connection, function_name(asked.function_arn), None if qualifier == LATEST else qualifier
    )
    if url is None:
        return Check(verdict=Verdict.GONE, told=(f"{qualifier} has no function URL",))
    allowed = next(
        (c.values for c in asked.permission.conditions if c.key.casefold() == "lambda:functionurlauthtype"), None
    )
    if allowed is not None and url.auth_type not in allowed:
        return Check(
            verdict=Verdict.GONE, told=(f"the URL asks for {url.auth_type}, the statement for {' '.join(allowed)}",)
        )
    return Check(verdict=Verdict.CONFIRMED, told=(f"{url.function_url} ({url.auth_type})",))


# -- API Gateway

_CALLED_BY_URI = re.compile(r"/functions/(arn:[^/]+?)(/invocations)?$")
_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")


async def _api(connection: Connection, asked: Asked) -> Check:
    """The id of an API does not say of which kind it is: REST is asked first, and HTTP where there is no such API."""
    if "/authorizers/" in str(asked.arn):
        return Check(verdict=Verdict.NOT_CHECKED, told=("it is the authorizer of an API, not the target of a route",))
    try:
        return await _rest_api(connection, asked)
    except NotFound:
        return await _http_api(connection, asked)


async def _rest_api(connection: Connection, asked: Asked) -> Check:
    api, route = _api_and_route(asked)
    found = items(
        connection, "apigateway", "GetResources", ("position", "position"), "items", restApiId=api, embed=["methods"]
    )
    integrations = [
        (method, resource["path"], _uri(held.get("methodIntegration") or {}))
        async for resource in found
        for method, held in (resource.get("resourceMethods") or {}).items()
    ]
    variables: list[Mapping[str, str]] = []
    if any(_STAGE_VARIABLE.search(uri) for *_, uri in integrations):
        stages = await connection.call("apigateway", "GetStages", restApiId=api)
        variables = [stage.get("variables") or {} for stage in stages.get("item") or ()]
    calls = [
        (arn, f"{method} {path}")
        for method, path, uri in integrations
        if _route_permitted(route, method, path)
        for arn in _resolved(uri, variables)
    ]
    return asked.judge(calls, nothing=f"API {api} calls it on no route of the statement", what="API Gateway REST")


async def _http_api(connection: Connection, asked: Asked) -> Check:
    api, route = _api_and_route(asked)
    uris = {
        integration["IntegrationId"]: integration.get("IntegrationUri") or ""
        async for integration in items(connection, "apigatewayv2", "GetIntegrations", TOKEN, "Items", ApiId=api)
    }
    routes = [
        (found["RouteKey"], uris.get((found.get("Target") or "").removeprefix("integrations/"), ""))
        async for found in items(connection, "apigatewayv2", "GetRoutes", TOKEN, "Items", ApiId=api)
    ]
    variables: list[Mapping[str, str]] = []
    if any(_STAGE_VARIABLE.search(uri) for _, uri in routes):
        variables = [
            stage.get("StageVariables") or {}
            async for stage in items(connection, "apigatewayv2", "GetStages", TOKEN, "Items", ApiId=api)
        ]
    calls = [
        (arn, key)
        for key, uri in routes
        if _route_permitted(route, *(key.split(" ", 1) if " " in key else ("*", f"/{key}")))
        for arn in _resolved(uri, variables)
    ]
    return asked.judge(calls, nothing=f"API {api} calls it on no route of the statement", what="API Gateway HTTP")


def _api_and_route(asked: Asked) -> tuple[str, str]:
    """The API's id, and what follows the stage: ``METHOD/path``, or the route of an API of web sockets."""
    assert asked.arn is not None
    api, _, rest = asked.arn.resource.partition("/")
    return api, rest.partition("/")[2] or "*"


def _route_permitted(permitted: str, method: str, path: str) -> bool:
    """Whether ``METHOD/path`` in a statement's ARN covers a route; ``ANY`` is served by every method."""
    verb, _, where = permitted.partition("/")
    verb_fits = verb == "*" or method in {"*", "ANY", verb}
    return fnmatchcase(f"{method}{path}", permitted) or (verb_fits and fnmatchcase(path[1:], where or verb))


def _uri(integration: Mapping[str, Any]) -> str:
    return integration.get("uri") or ""


def _resolved(uri: str, variables: Iterable[Mapping[str, str]]) -> set[str]:
    """The functions that an integration calls, one for every stage whose variables name another."""
    match = _CALLED_BY_URI.search(uri)
    arn = match[1] if match else uri
    if not _STAGE_VARIABLE.search(arn):
        return {arn}
    return {_STAGE_VARIABLE.sub(lambda name, stage=stage: stage.get(name[1], name[0]), arn) for stage in variables}


# -- the others


async def _target_group(connection: Connection, asked: Asked) -> Check:
    named = {} if asked.arn is None else {"TargetGroupArns": [str(asked.arn)]}
    groups = [
        group
        async for group in items(connection, "elbv2", "DescribeTargetGroups", MARKER, "TargetGroups", **named)
        if group.get("TargetType") == "lambda"
    ]
    calls = []
    for group in groups:
        health = await connection.call("elbv2", "DescribeTargetHealth", TargetGroupArn=group["TargetGroupArn"])
        for target in health.get("TargetHealthDescriptions") or ():
            state = (target.get("TargetHealth") or {}).get("State", "")
            calls.append((target["Target"]["Id"], f"target group {group['TargetGroupName']}, {state}"))
    return asked.judge(calls, nothing="no target group has it as its target")


async def _bucket(connection: Connection, asked: Asked) -> Check:
    assert asked.arn is not None
    bucket = asked.arn.resource
    answer = await connection.call("s3", "GetBucketNotificationConfiguration", Bucket=bucket)
    calls = []
    for configuration in answer.get("LambdaFunctionConfigurations") or ():
        rules = ((configuration.get("Filter") or {}).get("Key") or {}).get("FilterRules") or ()
        keys = [f"{rule['Name'].lower()} {rule['Value']}" for rule in rules]
        calls.append((configuration["LambdaFunctionArn"], ", ".join([*configuration["Events"], *keys])))
    return asked.judge(calls, nothing=f"bucket {bucket} notifies other functions or none")


async def _topic(connection: Connection, asked: Asked) -> Check:
    topic = str(asked.arn)
    calls = [
        (subscription["Endpoint"], subscription["SubscriptionArn"])
        async for subscription in items(
            connection, "sns", "ListSubscriptionsByTopic", TOKEN, "Subscriptions", TopicArn=topic
        )
        if subscription["Protocol"] == "lambda"
    ]
    return asked.judge(calls, nothing="the topic has no subscription for it")


async def _rule(connection: Connection, asked: Asked) -> Check:
    """A rule, on the default bus or on the one that its ARN names."""
    assert asked.arn is not None
    *bus, name = asked.arn.resource.removeprefix("rule/").rsplit("/", 1)
    place = {"EventBusName": bus[0]} if bus else {}
    rule = await connection.call("events", "DescribeRule", Name=name, **place)
    when = rule.get("ScheduleExpression") or rule.get("EventPattern") or ""
    calls = [
        (target["Arn"], when)
        async for target in items(connection, "events", "ListTargetsByRule", TOKEN, "Targets", Rule=name, **place)
    ]
    disabled = rule.get("State") == "DISABLED"
    return asked.judge(
        calls, nothing=f"rule {name} has other targets or none", warning="the rule is disabled" if disabled else ""
    )


async def _subscription_filter(connection: Connection, asked: Asked) -> Check:
    assert asked.arn is not None
    group = _log_group(asked.arn)
    calls = [
        (found["destinationArn"], f"{found['filterName']}: {found.get('filterPattern') or 'every line'}")
        async for found in items(
            connection, "logs", "DescribeSubscriptionFilters", SMALL_TOKEN, "subscriptionFilters", logGroupName=group
        )
    ]
    return asked.judge(calls, nothing=f"log group {group} has no subscription filter for it")


def _log_group(arn: Arn) -> str:
    return arn.resource.removeprefix("log-group:").removesuffix(":*")


async def _user_pool(connection: Connection, asked: Asked) -> Check:
    assert asked.arn is not None
    answer = await connection.call(
        "cognito-idp", "DescribeUserPool", UserPoolId=asked.arn.resource.removeprefix("userpool/")
    )
    configured = answer["UserPool"].get("LambdaConfig") or {}
    calls = [(hook if isinstance(hook, str) else hook.get("LambdaArn", ""), name) for name, hook in configured.items()]
    return asked.judge(calls, nothing="the user pool calls other functions or none")


async def _config_rule(connection: Connection, asked: Asked) -> Check:
    """AWS Config's permission names no rule, so all rules are looked at."""
    calls = [
        (rule["Source"]["SourceIdentifier"], f"{rule['ConfigRuleName']}, {rule.get('ConfigRuleState', '')}")
        async for rule in items(connection, "config", "DescribeConfigRules", TOKEN, "ConfigRules")
        if rule["Source"]["Owner"] == "CUSTOM_LAMBDA"
    ]
    return asked.judge(calls, nothing="no rule of AWS Config has it")


async def _iot_rule(connection: Connection, asked: Asked) -> Check:
    """IoT denies access to a rule that does not exist too, so that none is ever told to be gone."""
    assert asked.arn is not None
    answer = await connection.call("iot", "GetTopicRule", ruleName=asked.arn.resource.removeprefix("rule/"))
    rule = answer["rule"]
    actions = [*(rule.get("actions") or ()), rule.get("errorAction") or {}]
    calls = [(action["lambda"]["functionArn"], rule.get("sql", "")) for action in actions if "lambda" in action]
    return asked.judge(
        calls,
        nothing="the rule has other actions or none",
        warning="the rule is disabled" if rule.get("ruleDisabled") else "",
    )


async def _receipt_rule(connection: Connection, asked: Asked) -> Check:
    """SES obeys the active rule set only, whatever set the permission names."""
    answer = await connection.call("ses", "DescribeActiveReceiptRuleSet")
    calls = [
        (action["LambdaAction"]["FunctionArn"], f"receipt rule {rule['Name']}")
        for rule in answer.get("Rules") or ()
        if rule.get("Enabled")
        for action in rule.get("Actions") or ()
        if "LambdaAction" in action
    ]
    return asked.judge(calls, nothing="no enabled rule of the active rule set has it")


async def _bot_alias(connection: Connection, asked: Asked) -> Check:
    assert asked.arn is not None
    _, bot, alias = asked.arn.resource.split("/")
    answer = await connection.call("lexv2-models", "DescribeBotAlias", botId=bot, botAliasId=alias)
    calls = [
        (setting["codeHookSpecification"]["lambdaCodeHook"]["lambdaARN"], locale)
        for locale, setting in (answer.get("botAliasLocaleSettings") or {}).items()
        if setting.get("codeHookSpecification")
    ]
    return asked.judge(calls, nothing="the bot's alias calls other functions or none")


async def _edge(connection: Connection, asked: Asked) -> Check:
    """Lambda@Edge: the behaviours of distributions name a version (facts 3.14)."""
    calls = [
        (found.function_arn, f"distribution {found.distribution}, {found.event_type}")
        async for found in list_associations(connection)
    ]
    return asked.judge(calls, nothing="no distribution is associated with it")


async def _distribution(connection: Connection, asked: Asked) -> Check:
    """CloudFront in front of the function URL."""
    assert asked.arn is not None
    url = await _url(connection, asked)
    if url.verdict is not Verdict.CONFIRMED:
        return url
    answer = await connection.call(
        "cloudfront", "GetDistributionConfig", Id=asked.arn.resource.removeprefix("distribution/")
    )
    host = url.told[0].removeprefix("https://").partition("/")[0]
    origins = answer["DistributionConfig"]["Origins"].get("Items") or ()
    if any(origin["DomainName"] == host for origin in origins):
        return Check(verdict=Verdict.CONFIRMED, told=(f"its origin is {host}",))
    return Check(verdict=Verdict.GONE, told=(f"the distribution has no origin {host}",))


def _bot_alias_only(arn: Arn) -> str:
    """Lex V1 names bots in another way, and is not asked."""
    return arn.resource if arn.resource.startswith("bot-alias/") else "*"


CHECKERS: Mapping[str, Checker] = {
    "apigateway": _api,
    "elasticloadbalancing": _target_group,
    "s3": _bucket,
    "sns": _topic,
    "events": _rule,
    "logs": _subscription_filter,
    "cognito-idp": _user_pool,
    "config": _config_rule,
    "iot": _iot_rule,
    "ses": _receipt_rule,
    "lex": _bot_alias,
    "lexv2": _bot_alias,
    "edgelambda": _edge,
    "replicator.lambda": _edge,
    "cloudfront": _distribution,
}
"""Who is asked, by the service of the principal."""

NAMED: Mapping[str, Callable[[Arn], str]] = {
    "apigateway": lambda arn: arn.resource.partition("/")[0],
    "s3": lambda arn: arn.resource,
    "sns": lambda arn: arn.resource,
    "events": lambda arn: arn.resource,
    "logs": _log_group,
    "cognito-idp": lambda arn: arn.resource,
    "iot": lambda arn: arn.resource,
    "lex": _bot_alias_only,
    "lexv2": _bot_alias_only,
    "cloudfront": lambda arn: arn.resource,
}
"""What of a source's ARN has to be written out, for services that can only be asked about one source."""
