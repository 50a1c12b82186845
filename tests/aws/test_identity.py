"""Who the caller is, at the wire."""

from __future__ import annotations

import pytest

from lambdatui.aws.connection import Connection
from lambdatui.aws.identity import get_account_alias, get_identity, short_name
from lambdatui.models.identity import Identity
from tests.support.endpoint import ACCOUNT, IDENTITY, NO_ALIAS, REGION, ScriptedEndpoint, xml_answer, xml_error

ALIAS = """<ListAccountAliasesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListAccountAliasesResult>
<IsTruncated>false</IsTruncated><AccountAliases><member>prod-payments</member></AccountAliases>
</ListAccountAliasesResult></ListAccountAliasesResponse>"""


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        (f"arn:aws:iam::{ACCOUNT}:root", "root"),
        (f"arn:aws:iam::{ACCOUNT}:user/ann", "ann"),
        (f"arn:aws:iam::{ACCOUNT}:user/eu/ann", "ann"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/oncall/session", "oncall"),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/ann", "ann"),
        (f"arn:aws-cn:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Read_Only_0123456789abcdef/ann@corp", "Read_Only"),
    ],
)
def test_the_short_name_is_the_role_or_the_user(arn: str, name: str) -> None:
    assert short_name(arn) == name


async def test_the_identity_is_what_sts_says(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("sts", "GetCallerIdentity", IDENTITY)
    assert await get_identity(connection) == Identity(
        account=ACCOUNT,
        arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/oncall/ann",
        user_id="AROAEXAMPLE:ann",
        region=REGION,
        name="oncall",
    )


async def test_the_account_alias_is_what_iam_says(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("iam", "ListAccountAliases", xml_answer(ALIAS))
    assert await get_account_alias(connection) == "prod-payments"


async def test_an_account_without_alias_has_none(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("iam", "ListAccountAliases", NO_ALIAS)
    assert await get_account_alias(connection) is None


async def test_an_alias_that_may_not_be_known_is_none(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("iam", "ListAccountAliases", xml_error("AccessDenied", 403))
    assert await get_account_alias(connection) is None
