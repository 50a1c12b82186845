"""What invokes a function, from wherever that can be seen (facts 4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lambdatui.errors import ConsoleError
from lambdatui.models.arn import qualifier_of
from lambdatui.models.configuration import FunctionUrl
from lambdatui.models.event_source import EventSourceMapping


class Kind(StrEnum):
    """How a source invokes."""

    SYNCHRONOUS = "synchronous"
    ASYNCHRONOUS = "asynchronous"
    POLL_BASED = "poll-based"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a statement, as it was written."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What one statement of a resource policy says of one principal and one source.

    It proves that they may invoke, not that they do (facts 4.1).
    """

    qualifier: str
    """Whose policy it stands in."""
    sid: str = ""
    effect: str = ""
    """``Allow`` or ``Deny``."""
    principal_type: str = ""
    """``Service``, ``AWS``, ``*``, or what else stood there."""
    principal: str = ""
    service: str = ""
    """The service of a service principal, such as ``s3`` for ``s3.amazonaws.com``."""
    actions: tuple[str, ...] = ()
    source_arn: str | None = None
    source_account: str | None = None
    conditions: tuple[Condition, ...] = ()
    invokes: bool = False
    """Whether an invocation is among the actions; a statement may be about reading the function only."""
    public: bool = False
    """Whether anyone on earth may invoke by it."""
    via_url: bool = False
    """Whether it is about the function's URL alone."""
    not_read: tuple[str, ...] = ()
    """What of the statement was not understood; `raw` has it."""
    raw: str = ""
    """The statement as JSON, as it came."""

    @property
    def denies(self) -> bool:
        return self.effect == "Deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found in another service, for it leaves no trace on the function."""

    id: str
    state: str = ""
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRead:
    """A place that could not be searched, and why."""

    error: ConsoleError


Evidence = EventSourceMapping | FunctionUrl | Permission | Found | NotRead


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """One thing that invokes the function, or that may."""

    key: str
    source: str
    """A short name: queue, bucket, rule, route."""
    what: str
    """The kind of source in an operator's words."""
    kind: Kind | None
    """None where the caller chooses, or where it is not known."""
    qualifier: str
    evidence: Evidence


class Verdict(StrEnum):
    """What a look at the source itself gave."""

    CONFIRMED = "confirmed"
    GONE = "gone"
    NOT_CHECKED = "cannot be checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What the source says of the trigger. That it may not be asked, or did not answer, is an error and no check."""

    verdict: Verdict
    told: tuple[str, ...] = ()
    what: str = ""
    """The kind of source, where only the source itself tells: REST or HTTP API."""
    warning: str = ""
    """Why a source that is there still does not invoke: a rule that is disabled."""


def mapping_trigger(mapping: EventSourceMapping) -> Trigger:
    """The trigger that an event source mapping is."""
    return Trigger(
        key=f"mapping {mapping.uuid}",
        source=mapping.source,
        what=mapping.what,
        kind=Kind.POLL_BASED,
        qualifier=mapping.qualifier,
        evidence=mapping,
    )


def url_trigger(url: FunctionUrl) -> Trigger:
    """The trigger that a function URL is: synchronous (facts 4.2)."""
    return Trigger(
        key=f"url {url.function_url}",
        source=url.function_url.removeprefix("https://").rstrip("/"),
        what="Function URL",
        kind=Kind.SYNCHRONOUS,
        qualifier=qualifier_of(url.function_arn or ""),
        evidence=url,
    )


def not_read(place: str, qualifier: str, error: ConsoleError) -> Trigger:
    """What stands for a place that could not be searched."""
    return Trigger(
        key=f"not read {place} {qualifier}",
        source=place,
        what="-",
        kind=None,
        qualifier=qualifier,
        evidence=NotRead(error=error),
    )
