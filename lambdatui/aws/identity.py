"""Who the caller is."""

from __future__ import annotations

import re

from lambdatui.aws.connection import Connection
from lambdatui.errors import AccessDenied
from lambdatui.models.identity import Identity

_SSO_ROLE = re.compile(r"AWSReservedSSO_(?P<name>.+)_[0-9a-f]{16}")


async def get_identity(connection: Connection) -> Identity:
    """The caller's account and name. STS answers this to anyone with working credentials (facts 1.2)."""
    answer = await connection.call("sts", "GetCallerIdentity")
    return Identity(
        account=answer["Account"],
        arn=answer["Arn"],
        user_id=answer["UserId"],
        region=connection.region,
        name=short_name(answer["Arn"]),
    )


async def get_account_alias(connection: Connection) -> str | None:
    """The account's alias; None where it has none, or where ``iam:ListAccountAliases`` is not permitted."""
    try:
        answer = await connection.call("iam", "ListAccountAliases")
    except AccessDenied:
        return None
    return next(iter(answer["AccountAliases"]), None)


def short_name(arn: str) -> str:
    """The role or the user in a caller's ARN, without path and session; a permission set for one of Identity Center.

    ``arn:aws:sts::1:assumed-role/deploy/ci`` -> ``deploy``; ``arn:aws:iam::1:user/eu/ann`` -> ``ann``.
    """
    kind, *names = arn.rsplit(":", 1)[-1].split("/")
    if not names:
        return kind
    name = names[0] if kind == "assumed-role" else names[-1]
    permission_set = _SSO_ROLE.fullmatch(name)
    return permission_set["name"] if permission_set else name
