"""The resource policies of a function: who may invoke it (facts 4.1).

Raises only `lambdatui.errors`.
"""

from __future__ import annotations

from lambdatui.aws.connection import Connection
from lambdatui.aws.faults import translated
from lambdatui.aws.functions import names_the_missing
from lambdatui.errors import NotFound
from lambdatui.models.arn import LATEST


async def get_policy(connection: Connection, name: str, qualifier: str = LATEST) -> str | None:
    """The policy document of a function, or of one of its aliases or versions; None where it has none.

    A missing policy and a missing function are both 404, and only the message tells them apart (facts 1.1 notes).

    Args:
        qualifier: ``$LATEST`` for the policy of the unqualified function: it can have no other (facts 1.1 notes).

    Raises:
        NotFound: there is no such function or alias.
    """
    qualified = {} if qualifier == LATEST else {"Qualifier": qualifier}
    try:
        answer = await connection.call("lambda", "GetPolicy", FunctionName=name, **qualified)
    except NotFound as error:
        if names_the_missing(error):
            raise
        return None
    with translated(connection, "lambda", "GetPolicy"):
        policy: str = answer["Policy"]
        return policy
