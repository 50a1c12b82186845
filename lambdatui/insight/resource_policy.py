"""Reads a function's resource policy: JSON in, one permission for each principal and source out.

Policies are written by hand, by tools and by AWS itself, so nothing about them is taken for granted, and nothing is
lost: what is not understood stays in `Permission.not_read` and `Permission.raw` (facts 4.1).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import product
from typing import Any

from lambdatui.models.arn import Arn, account_of, function_name, qualifier_of
from lambdatui.models.trigger import Condition, Kind, Permission, Trigger

SERVICES: Mapping[str, tuple[str, Kind | None]] = {
    "apigateway": ("API Gateway", Kind.SYNCHRONOUS),
    "elasticloadbalancing": ("ALB", Kind.SYNCHRONOUS),
    "s3": ("S3", Kind.ASYNCHRONOUS),
    "sns": ("SNS", Kind.ASYNCHRONOUS),
    "events": ("EventBridge", Kind.ASYNCHRONOUS),
    "logs": ("CloudWatch Logs", Kind.ASYNCHRONOUS),
    "cognito-idp": ("Cognito", Kind.SYNCHRONOUS),
    "config": ("Config", Kind.ASYNCHRONOUS),
    "iot": ("IoT", Kind.ASYNCHRONOUS),
    "ses": ("SES", Kind.ASYNCHRONOUS),
    "lex": ("Lex", Kind.SYNCHRONOUS),
    "lexv2": ("Lex", Kind.SYNCHRONOUS),
    "cloudfront": ("CloudFront", Kind.SYNCHRONOUS),
    "edgelambda": ("Lambda@Edge", Kind.SYNCHRONOUS),
    "replicator.lambda": ("Lambda@Edge", Kind.SYNCHRONOUS),
    "secretsmanager": ("Secrets Manager", None),
    "codepipeline": ("CodePipeline", None),
    "connect": ("Connect", None),
    "vpc-lattice": ("VPC Lattice", None),
}
"""What invokes by a service principal, and how (facts 4.2); None where the facts do not say how."""

_SERVICE_PRINCIPAL = re.compile(r"(?P<service>.+?)(\.[a-z]{2}(-[a-z]+)+-\d+)?\.amazonaws\.com(\.cn)?")
_ACCOUNT = re.compile(r"\d{12}")
_POSITIVE = re.compile(r"(ForAnyValue:|ForAllValues:)?(Arn|String)(Like|Equals)(IgnoreCase)?(IfExists)?", re.IGNORECASE)
_ELEMENTS = frozenset({"Sid", "Effect", "Principal", "Action", "Resource", "Condition"})
_INVOKING = ("lambda:invokefunction", "lambda:invokefunctionurl", "lambda:invokeasync")
_RESTRICTING = frozenset(
    {
        "aws:sourcearn",
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:principalorgid",
        "aws:principalarn",
        "aws:principalaccount",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "lambda:eventsourcetoken",
    }
)
"""Conditions that keep a principal ``*`` from being everyone, if their values are fixed (facts 9.6 X1)."""


def read_policy(document: str, qualifier: str) -> tuple[Permission, ...]:
    """All that a resource policy says.

    Args:
        document: the policy as GetPolicy sends it.
        qualifier: the alias or version that it belongs to, ``$LATEST`` for the unqualified function.
    """
    try:
        policy = json.loads(document)
    except ValueError:
        return (Permission(qualifier=qualifier, not_read=("the policy is not JSON",), raw=document),)
    if not isinstance(policy, dict):
        return (Permission(qualifier=qualifier, not_read=("the policy is no object",), raw=document),)
    found = [
        permission
        for statement in _listed(policy.get("Statement"))
        for permission in _read_statement(statement, qualifier)
    ]
    if foreign := {name: value for name, value in policy.items() if name not in {"Version", "Id", "Statement"}}:
        found.append(Permission(qualifier=qualifier, not_read=tuple(foreign), raw=_json(foreign)))
    return tuple(found)


def _read_statement(statement: Any, qualifier: str) -> Iterable[Permission]:
    raw = _json(statement)
    if not isinstance(statement, dict):
        return [Permission(qualifier=qualifier, not_read=("a statement that is no object",), raw=raw)]
    not_read = [name for name in statement if name not in _ELEMENTS]
    conditions = _conditions(statement.get("Condition"))
    if conditions is None:
        not_read.append("Condition")
    principals = _principals(statement.get("Principal"))
    if principals is None:
        not_read.append("Principal")
    effect = statement.get("Effect")
    if effect not in {"Allow", "Deny"}:
        not_read.append("Effect")
    if (resource := statement.get("Resource")) is not None and not isinstance(resource, str | list):
        not_read.append("Resource")
    sources: Sequence[str | None] = _values(conditions or (), "aws:sourcearn") or (None,)
    accounts = _values(conditions or (), "aws:sourceaccount")
    actions = tuple(map(_text, _listed(statement.get("Action"))))
    return [
        Permission(
            qualifier=_qualifier(resource, qualifier),
            sid=_text(statement.get("Sid", "")),
            effect=_text(effect),
            principal_type=principal_type,
            principal=principal,
            service=_service(principal) if principal_type == "Service" else "",
            actions=actions,
            source_arn=source,
            source_account=accounts[0] if len(accounts) == 1 else None,
            conditions=conditions or (),
            invokes=_invokes(actions),
            public=effect == "Allow" and principal == "*" and _invokes(actions) and not _restricted(conditions or ()),
            via_url=_via_url(actions, conditions or ()),
            not_read=tuple(dict.fromkeys(not_read)),
            raw=raw,
        )
        for (principal_type, principal), source in product(principals or [("", "")], sources)
    ]


def _qualifier(resource: Any, qualifier: str) -> str:
    """What a statement is about: its resource says it, where that is one alias or version of a function."""
    return qualifier_of(resource) if isinstance(resource, str) and function_name(resource) else qualifier


def _principals(element: Any) -> list[tuple[str, str]] | None:
    """Type and value of every principal; None where the element is missing or not understood."""
    if element == "*":
        return [("*", "*")]
    if not isinstance(element, dict) or not element:
        return None
    return [
        ("*", "*") if kind == "AWS" and value == "*" else (kind, _text(value))
        for kind, values in element.items()
        for value in _listed(values)
    ] or None


def _conditions(element: Any) -> tuple[Condition, ...] | None:
    if element is None:
        return ()
    if not isinstance(element, dict) or not all(isinstance(block, dict) for block in element.values()):
        return None
    return tuple(
        Condition(operator, key, tuple(map(_text, _listed(values))))
        for operator, block in element.items()
        for key, values in block.items()
    )


def _values(conditions: Iterable[Condition], key: str) -> tuple[str, ...]:
    """What the conditions allow a key to be; keys are the same in any case (facts 4.1)."""
    return tuple(
        value
        for condition in conditions
        if condition.key.casefold() == key and _POSITIVE.fullmatch(condition.operator)
        for value in condition.values
    )


def _restricted(conditions: Iterable[Condition]) -> bool:
    return any(
        condition.key.casefold() in _RESTRICTING
        and _POSITIVE.fullmatch(condition.operator)
        and not any("*" in value or "${" in value for value in condition.values)
        for condition in conditions
    )


def _via_url(actions: Sequence[str], conditions: Iterable[Condition]) -> bool:
    """Whether it permits calls through the function's URL only: two kinds of statement do (facts 3.11)."""
    if actions and all(action.casefold() == "lambda:invokefunctionurl" for action in actions):
        return True
    return any(
        condition.key.casefold() == "lambda:invokedviafunctionurl" and condition.values == ("true",)
        for condition in conditions
    )


def _invokes(actions: Iterable[str]) -> bool:
    return any(fnmatchcase(invoking, action.casefold()) for action in actions for invoking in _INVOKING)


def _service(principal: str) -> str:
    match = _SERVICE_PRINCIPAL.fullmatch(principal)
    return match["service"] if match else ""


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


# -- permissions as triggers


def permission_trigger(permission: Permission, function_arn: str) -> Trigger:
    """What a permission looks like among the function's triggers.

    Args:
        permission: one of `read_policy`.
        function_arn: whose account is "this" one.
    """
    what, kind = _caller(permission, function_arn)
    named = (permission.qualifier, permission.sid or permission.raw, permission.principal, permission.source_arn)
    return Trigger(
        key=f"permission {' '.join(filter(None, named))}",
        source=_source(permission),
        what=what,
        kind=kind,
        qualifier=permission.qualifier,
        evidence=permission,
    )


def _caller(permission: Permission, function_arn: str) -> tuple[str, Kind | None]:
    if permission.service in SERVICES:
        return SERVICES[permission.service]
    if permission.via_url:
        return "Function URL", Kind.SYNCHRONOUS
    if permission.principal_type == "*":
        return "anyone", None
    if permission.principal_type == "AWS" and (account := principal_account(permission.principal)):
        return "this account" if account_of(function_arn) == account else "other account", None
    return permission.principal or "not understood", None


def principal_account(principal: str) -> str:
    """The account of an ``AWS`` principal, twelve digits; empty where it names none."""
    account = account_of(principal) or principal
    return account if _ACCOUNT.fullmatch(account) else ""


def _source(permission: Permission) -> str:
    if permission.source_arn:
        return short_name(permission.source_arn)
    if permission.source_account:
        return f"any of account {permission.source_account}"
    if permission.principal_type == "AWS":
        arn = Arn.parse(permission.principal)
        return f"{arn.account} {arn.resource}" if arn else permission.principal
    if permission.principal_type == "*":
        return "anyone"
    return "any source" if permission.principal_type == "Service" else permission.sid or "a statement"


def short_name(source_arn: str) -> str:
    """A source as an operator would name it: an API by its id and route, all others by their own name."""
    arn = Arn.parse(source_arn)
    if arn is None:
        return source_arn
    match arn.service:
        case "execute-api":
            api, *route = arn.resource.split("/", 3)  # stage, method and path; a route of web sockets has no path
            return " ".join([api, *route[1:2], *(f"/{path}" for path in route[2:])])
        case "elasticloadbalancing":
            return next(iter(arn.resource.split("/")[1:2]), arn.resource)
        case "logs":
            return arn.resource.removeprefix("log-group:").removesuffix(":*")
        case "ses":
            return arn.resource.removeprefix("receipt-rule-set/").replace(":receipt-rule/", "/")
        case "s3" | "sns":
            return arn.resource
    return arn.resource.partition("/")[2] or arn.resource
