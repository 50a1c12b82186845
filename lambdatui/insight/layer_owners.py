"""Whose code a layer is: accounts of AWS and of vendors that publish layers for everyone (facts 9.6 X15).

An account that is not listed is a third party's, which says nothing against it; nobody has checked it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Publisher:
    """Accounts from which someone publishes layers, and where that can be read."""

    name: str
    layers: str
    """What they are, where the publisher has several kinds; may be empty."""
    source: str
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of a layer as it is shown.

    `known` is False for a third party; `own` is True for the function's own account.
    """

    label: str
    own: bool = False
    known: bool = True


THIS_ACCOUNT = Owner("this account", own=True)

_REGION_FACTS = "github.com/aws/aws-cdk: packages/aws-cdk-lib/region-info/build-tools/fact-tables.ts"

PUBLISHERS = (
    Publisher(
        "AWS",
        "Lambda Insights",
        _REGION_FACTS,
        (
            *("580247275435", "012438385374", "519774774795", "891564319516", "439286490199", "605207715842"),
            *("194566237122", "761377655185", "033019950311", "339249233099", "352183217350", "066549572091"),
            *("285320876703", "732604637566", "488211338238", "198461476570", "761018874580", "590183865173"),
            *("158895979263", "946466191631", "459530977127", "879381266642", "122132214140", "751350123760"),
            *("727646510379", "145023102084"),
        ),
    ),
    Publisher(
        "AWS",
        "AppConfig",
        _REGION_FACTS,
        (
            *("027255383542", "728743619870", "958113053741", "359756378197", "039592058896", "066940009817"),
            *("434848589818", "282860088358", "493207061005", "646970417810", "203683718741", "615057806174"),
            *("615084187847", "630222743974", "980059726660", "826293736237", "706869817123", "421114256042"),
            *("080788657173", "418787028745", "554480029851", "000010852771", "574348263942", "559955524753"),
            *("946561847325", "946746059096"),
        ),
    ),
    Publisher(
        "AWS",
        "Parameters and Secrets",
        "github.com/fedonev/lambda-params-secrets: data/aws-layer-arns.json, from docs.aws.amazon.com",
        (
            *("590474943231", "177933569100", "997803712105", "345057560386", "317013901791", "768336418462"),
            *("490737872127", "176022468876", "576959938190", "738900069198", "044395824272", "665172237481"),
            *("133490724326", "200266452380", "287114880934", "287310001119", "187925254637", "015030872274"),
            *("133256977650", "325218067255", "780235371811", "427196147048", "832021897121", "858974508948"),
            *("933737806257", "129776340158", "127562683043"),
        ),
    ),
    Publisher(
        "AWS",
        "OpenTelemetry",
        "releases of github.com/aws-observability/aws-otel-python-instrumentation and aws-otel-java-instrumentation",
        (
            *("615299751070", "904233096616", "888577020596", "796973505492", "039612877180", "713881805771"),
            *("152034782359", "980416031188", "156041407956"),
        ),
    ),
    Publisher(
        "AWS",
        "Powertools",
        "docs.aws.amazon.com/powertools: install pages of the Python and TypeScript editions",
        ("017000801446", "094274105915"),
    ),
    Publisher(
        "AWS",
        "SDK for pandas",
        "aws-sdk-pandas.readthedocs.io/en/stable/layers.html",
        ("336392948345", "839552336658"),
    ),
    Publisher("AWS", "Web Adapter", "github.com/awslabs/aws-lambda-web-adapter: README", ("753240598075",)),
    Publisher("Bref", "", "github.com/brefphp/bref: plugin/layers.js", ("873528684822",)),
    Publisher(
        "Datadog", "", "releases of github.com/DataDog/datadog-lambda-extension", ("464622532012", "002406178527")
    ),
    Publisher("Elastic", "", "github.com/elastic/apm-agent-java: docs/reference/aws-lambda.md", ("267093732750",)),
    Publisher(
        "OpenTelemetry", "", "clickhouse.com/docs/use-cases/observability/clickstack/sdks/aws_lambda", ("184161586896",)
    ),
    Publisher("Sentry", "", "github.com/getsentry/sentry-release-registry: aws-lambda-layers", ("943013980633",)),
    Publisher("Splunk", "", "github.com/signalfx/lambda-layer-versions", ("254067382080",)),
)
"""Found in November 2026 at each `source`."""


def layer_owner(account: str, own_account: str) -> Owner:
    """Who owns a layer.

    Args:
        account: the account in the layer's ARN; empty in the ARN of a layer that is part of Lambda.
        own_account: the function's.
    """
    if not account:
        return Owner("AWS")
    if account == own_account:
        return THIS_ACCOUNT
    publisher = _by_account().get(account)
    if publisher is None:
        return Owner(f"third-party {account}", known=False)
    return Owner(f"{publisher.name} {publisher.layers}".strip())


@cache
def _by_account() -> dict[str, Publisher]:
    return {account: publisher for publisher in PUBLISHERS for account in publisher.accounts}
