"""The contract that every action keeps: what it asks for, what it plans, and how it is seen to have settled.

An action never sends anything that changes something. It reads, and plans; `lambdatui.actions.performing` sends what
was planned, and nothing else, so that what the operator saw is what happens.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, SecretStr
from pydantic.config import JsonDict

from lambdatui.models.arn import LATEST

if TYPE_CHECKING:
    from lambdatui.actions.audit import AuditLine
    from lambdatui.aws.connection import Connection
    from lambdatui.aws.metrics import Metrics

Kind = Literal[
    "function", "version", "alias", "release", "published release", "provisioned release", "mapping", "invocable"
]
"""What an action can be done to; a release is a version or an alias, ``$LATEST`` included, and invocable is a
function as well as a release of it. Which releases are published or provisioned counts where one is to be chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an action is done to. What does not apply is empty."""

    function: str
    qualifier: str = ""
    """A version or an alias."""
    mapping: str = ""
    """The UUID of an event source mapping."""
    title: str = ""
    """How a person knows it, where that is not its name."""
    aliases: tuple[str, ...] = field(default=(), compare=False)
    """Of a version: those that point at it, for an action that is done to an alias."""

    @property
    def alias(self) -> str:
        """The alias that the qualifier is; empty where it is a version, or there is none."""
        number = self.qualifier.isdecimal() or self.qualifier.startswith(LATEST)
        return "" if number else self.qualifier

    def __str__(self) -> str:
        return self.title or ":".join(filter(None, (self.function, self.qualifier)))


def fits(subject: Subject, kind: Kind) -> Subject | None:
    """What of a subject an action of a kind is done to; None where the subject does not say."""
    match kind:
        case "function":
            return Subject(function=subject.function) if subject.function else None
        case "invocable":
            return Subject(function=subject.function, qualifier=subject.qualifier) if subject.function else None
        case "mapping":
            return subject if subject.mapping else None
        case _ if subject.mapping or not subject.qualifier:
            return None
        case "version":
            return None if subject.alias else subject
        case "alias" if len(subject.aliases) == 1:
            return Subject(function=subject.function, qualifier=subject.aliases[0])
        case "alias":
            return subject if subject.alias else None
        case _:
            return subject


def candidates(subject: Subject, kind: Kind) -> tuple[Subject, ...]:
    """All that an action of a kind can be done to where one thing is chosen: a version stands for its aliases too.

    An invocation, for which that can be filled in later, is of what was chosen.
    """
    aliases = () if kind == "invocable" else subject.aliases
    named = (subject, *(Subject(function=subject.function, qualifier=alias) for alias in aliases))
    return tuple(dict.fromkeys(filter(None, (fits(one, kind) for one in named))))


NOT_ASKED: JsonDict = {"asked": False}
"""A field's ``json_schema_extra`` that keeps it out of the form."""


class Params(BaseModel):
    """What an action asks the operator for: a field of the form for each field.

    ``title`` and ``description`` of a field are its label and its hint, its bounds are checked as it is typed in, and
    None, where it is allowed, is an empty field. ``SecretStr`` is typed unseen. A field with ``NOT_ASKED`` is only for
    inverses, which must say more than an operator is asked for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Edit(Params):
    """Params of which only those fields are set that are to be changed (`model_fields_set`); each has a default.

    A form sets what the operator touched, an inverse what the edit changed, and the audit trail keeps no more than
    that. `plan()` leaves all else as it finds it: what somebody changed while the form was open, or after the edit, is
    not taken back along with it.
    """

    def former(self, present: E) -> E:
        """What takes the edit back: of what is there, the fields that it sets."""
        kept = self.model_fields_set & present.model_fields_set
        return present.model_construct(**{name: getattr(present, name) for name in kept})


E = TypeVar("E", bound=Edit)
P = TypeVar("P", bound=Params)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, exactly as it will be sent."""

    service: str
    """botocore's name of the service."""
    operation: str
    """AWS's name of the operation."""
    parameters: Mapping[str, Any]
    """With AWS's names. What is secret is a SecretStr until it is sent."""

    def shown(self) -> str:
        """The parameters as JSON, one to a line, what is secret masked."""
        return json.dumps(masked(self.parameters), ensure_ascii=False, indent=2)

    def sent(self) -> dict[str, Any]:
        """The parameters with the secrets in them."""
        return {name: _unmasked(value) for name, value in self.parameters.items()}


MASK = "(masked)"
MASKS = (MASK, "(set", "(changed")
"""How what stands for a secret begins."""

State = Mapping[str, str | None]
"""What is there, by its label; None for what is not there. Secrets are masked."""


def changes(was: State, now: State) -> list[str]:
    """What is not as it was, a phrase each."""
    return [
        f"{label} was {was.get(label) or 'not set'} and is {now.get(label) or 'not set'}"
        for label in {**was, **now}
        if was.get(label) != now.get(label)
    ]


def comparable(state: State) -> State:
    """The state with one mask for whatever stands for a secret: of that no more can be compared than its presence."""
    return {label: MASK if value is not None and value.startswith(MASKS) else value for label, value in state.items()}


def masked(value: Any) -> Any:
    """A value with every SecretStr in it replaced, fit for JSON, screen and disk."""
    if isinstance(value, SecretStr):
        return MASK
    if isinstance(value, Mapping):
        return {name: masked(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [masked(part) for part in value]
    return value


def _unmasked(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Mapping):
        return {name: _unmasked(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_unmasked(part) for part in value]
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """The inverse of what was done: an action again, so that it is planned, shown and confirmed like any other."""

    action: str
    """The action's id."""
    params: Params


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would happen to one subject. Nothing of it has happened yet."""

    subject: Subject
    params: Params
    """What it was made from: it is made again before anything is sent, to see that nothing changed meanwhile."""
    before: State
    """What is to be changed, as it is now."""
    after: State
    calls: tuple[Call, ...]
    """What is sent, in this order; none where all is as it should be already."""
    remarks: tuple[str, ...] = ()
    """What follows from it elsewhere, a sentence each."""
    warnings: tuple[str, ...] = ()
    price: str | None = None
    """What it costs, as a phrase."""
    undo: Undo | None = None
    standing: bool = False
    """Whether it is meant to be taken back some day, as an emergency stop is."""

    @property
    def inverse(self) -> Undo | None:
        """What takes it back; nothing does where nothing is sent."""
        return self.undo if self.calls else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft(Generic[P]):
    """What a form starts with."""

    params: P
    """What is there now."""
    remarks: tuple[str, ...] = ()
    """What the operator should know while filling it in, a sentence each."""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What a field can be, where that is only known now, such as the versions there are."""
    suggestions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What a field may well be, among much else: typing is completed from it."""
    problems: Callable[[P], Mapping[str, str]] = lambda _: {}
    """Why AWS would refuse what was filled in, by field, as far as that is known without asking again."""
    undoes: AuditLine | None = None
    """The attempt that `params` take back, where that is what the action does: there is nothing to fill in then."""


class Action(ABC, Generic[P]):
    """Something that an operator can do.

    One that plans for several subjects may remember what it read and planned for those before: each preview has an
    action of its own.
    """

    params: ClassVar[type[Params]] = Params
    """What it asks for; nothing, unless it says so."""
    resend_throttled: ClassVar[bool] = True
    """Whether a request that AWS refused for its pace may be sent again."""
    metrics: Callable[[], Awaitable[Metrics]] | None = None
    """What asks CloudWatch for what helps to judge, within the operator's budget; None asks for nothing."""

    def recalled(self, recorded: Mapping[str, Any]) -> P:
        """What it was asked for once, as the audit trail kept it.

        Raises:
            ValueError: that is not what it asks for.
        """
        return self.params.model_validate(recorded)  # type: ignore[return-value]

    async def draft(self, connection: Connection, subject: Subject) -> Draft[P]:
        """What the form starts with, read from what is there now.

        Raises:
            ConsoleError: it cannot be done to this subject, or that could not be found out.
        """
        return Draft(params=self.params())  # type: ignore[arg-type]

    def undo_of(self, plan: Plan, made: Sequence[Call]) -> Undo | None:
        """The inverse of a plan of which only the first requests were made: the whole one, where all are about one
        thing."""
        return plan.undo

    @abstractmethod
    async def plan(self, connection: Connection, subject: Subject, params: P) -> Plan:
        """Reads what is there now and says what would happen. Sends only what the guard lists as a read.

        Raises:
            RequestRefused: AWS would refuse it, with the reason.
            ConsoleError: what is there now could not be read.
        """

    async def present(self, connection: Connection, subject: Subject, params: P) -> State:
        """What is there now of what a plan would change, as its `before` tells it.

        It is read again after the operator's yes, and to find out what became of a request. An action whose plan also
        reads what only helps to judge leaves that out here, but not what must still keep it from being done.

        Raises:
            ConsoleError: as `plan`.
        """
        return (await self.plan(connection, subject, params)).before

    async def send(self, connection: Connection, call: Call) -> Mapping[str, Any]:
        """Sends one request of a plan, once.

        Raises:
            ConsoleError: AWS refused it, or what became of it is not known.
        """
        return await connection.call_once(call.service, call.operation, **call.sent())

    def complaint(self, answers: Sequence[Mapping[str, Any]]) -> str:
        """What went wrong although AWS did all that it was asked, told without a secret; empty where nothing did."""
        return ""

    async def settle(self, connection: Connection, plan: Plan, tell: Callable[[str], None]) -> None:
        """Watches until AWS has carried out what it accepted; most is done with the answer.

        Args:
            tell: is given how far it is.

        Raises:
            ConsoleError: AWS accepted it and then failed, with AWS's reason.
        """
