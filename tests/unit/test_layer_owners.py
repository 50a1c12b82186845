"""Whose layer it is, by the account in its ARN."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from lambdatui.insight.layer_owners import PUBLISHERS, layer_owner
from lambdatui.models.arn import account_of

OWN = "123456789012"


@pytest.mark.parametrize(
    ("account", "label", "own", "known"),
    [
        (OWN, "this account", True, True),
        ("580247275435", "AWS Lambda Insights", False, True),
        ("017000801446", "AWS Powertools", False, True),
        ("464622532012", "Datadog", False, True),
        ("210987654321", "third-party 210987654321", False, False),
        ("", "AWS", False, True),
    ],
)
def test_an_owner_is_named_or_is_a_third_party(account: str, label: str, own: bool, known: bool) -> None:
    owner = layer_owner(account, OWN)
    assert (owner.label, owner.own, owner.known) == (label, own, known)


def test_a_publisher_that_looks_at_its_own_functions_owns_its_layers() -> None:
    assert layer_owner("464622532012", "464622532012").own


def test_no_account_is_listed_twice() -> None:
    counts = Counter(account for publisher in PUBLISHERS for account in publisher.accounts)
    assert [account for account, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("publisher", PUBLISHERS, ids=lambda publisher: f"{publisher.name} {publisher.layers}")
def test_a_publisher_has_a_source_and_account_numbers(publisher: object) -> None:
    assert publisher.source  # type: ignore[attr-defined]
    assert all(re.fullmatch(r"\d{12}", account) for account in publisher.accounts)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("arn", "account"),
    [
        (f"arn:aws:lambda:us-east-1:{OWN}:function:orders", OWN),
        ("arn:aws:lambda:::awslayer:AmazonLinux1803", ""),
        ("orders", ""),
    ],
)
def test_the_account_in_an_arn(arn: str, account: str) -> None:
    assert account_of(arn) == account
