"""Amazon Resource Names, as far as the console reads them."""

from __future__ import annotations

from dataclasses import dataclass

LATEST = "$LATEST"


@dataclass(frozen=True, slots=True)
class Arn:
    """``arn:partition:service:region:account:resource``; region and account are empty where a service has none."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Arn | None:
        """Reads an ARN; None where the text is none."""
        head, *rest = text.split(":", 5)
        return cls(*rest) if head == "arn" and len(rest) == 5 else None

    def __str__(self) -> str:
        return ":".join(("arn", self.partition, self.service, self.region, self.account, self.resource))


def account_of(arn: str) -> str:
    """The account in an ARN; empty where it has none, or the text is no ARN."""
    parsed = Arn.parse(arn)
    return parsed.account if parsed else ""


def function_name(arn: str) -> str:
    """The function's name in the ARN of it or of its version or alias; empty where the text is no such ARN."""
    parsed = Arn.parse(arn)
    if parsed is None or not parsed.resource.startswith("function:"):
        return ""
    return parsed.resource.split(":")[1]


def qualifier_of(arn: str) -> str:
    """The version or alias in a function's ARN, ``$LATEST`` where there is none (facts 4.3)."""
    parsed = Arn.parse(arn)
    _, _, qualifier = (parsed.resource if parsed else "").removeprefix("function:").partition(":")
    return qualifier or LATEST


def called(function_arn: str, arn: str) -> str | None:
    """The qualifier with which an ARN calls a function; None where it calls another one.

    Args:
        function_arn: of the function, without qualifier.
        arn: what some source calls.
    """
    if arn == function_arn or arn.startswith(f"{function_arn}:"):
        return qualifier_of(arn)
    return None
