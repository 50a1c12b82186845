"""What is looked at before a shift begins, each check with its evidence (facts 3.2 to 3.5, 10.4, 10.7)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from lambdatui.actions.codedeploy_collision import STOP
from lambdatui.actions.on_alias import has_url, mappings_on, provisioned_on
from lambdatui.actions.traffic import in_words, read_side, traffic_of
from lambdatui.aws.alarms import list_alarms
from lambdatui.aws.cloudformation import get_stack_status
from lambdatui.aws.codedeploy import list_alias_deployments
from lambdatui.aws.connection import Connection
from lambdatui.aws.functions import list_tags
from lambdatui.aws.metrics import Metrics
from lambdatui.aws.releases import get_alias, has_policy
from lambdatui.errors import ConsoleError, NotFound
from lambdatui.insight.shift_plan import ShiftPlan, thin_traffic
from lambdatui.insight.traffic import Side, unfit, unlike
from lambdatui.models.alarm import Watch, Watched, watches
from lambdatui.models.metric import HOUR, INVOCATIONS, Status
from lambdatui.models.release import Alias

Verdict = Literal["fail", "warn", "unknown", "pass"]
"""The worst first: a shift must not begin where one fails; a warning has a consequence that the evidence tells."""
NOT_READING = frozenset({"Disabled", "Disabling", "Deleting"})
"""The states of an event source mapping that reads no more (facts 4.3)."""
PATIENCE_S = 10.0
"""How long one check may keep the operator waiting: not every endpoint can be reached from everywhere."""
Finding = tuple[Verdict, str] | tuple[Verdict, str, float]
"""With its evidence, and how many invocations an hour it counted."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    title: str
    verdict: Verdict
    evidence: str
    """What was found, or why nothing could be, in one sentence."""
    per_hour: float | None = None
    """The alias's invocations in the last hour, of the check that counts them."""


@dataclass(frozen=True, slots=True)
class _Shift:
    """The shift that is to begin, with what more than one check needs."""

    connection: Connection
    function: str
    alias: Alias
    new: str
    reading: asyncio.Future[list[Side]]

    async def sides(self) -> list[Side]:
        """Of the old version and of the new one, read once for all who ask."""
        return await asyncio.shield(self.reading)

    @property
    def old(self) -> str:
        return self.alias.function_version

    @property
    def resource(self) -> str:
        """The alias as CloudWatch names it."""
        return f"{self.function}:{self.alias.name}"


async def preflight(connection: Connection, function: str, alias: str, new: str) -> tuple[Check, ...]:
    """Looks at all that speaks for and against a shift, at the same time; what cannot be seen is unknown by itself.

    Args:
        new: the version that is to get the traffic.

    Returns:
        The checks, those with the worst verdict first.

    Raises:
        ConsoleError: the alias itself could not be read.
    """
    found = await get_alias(connection, function, alias)
    versions = (found.function_version, new)
    reading = asyncio.gather(*(read_side(connection, function, version) for version in versions))
    shift = _Shift(connection, function, found, new, reading)
    try:
        checks = await asyncio.gather(*(_check(title, look, shift) for title, look in LOOKS.items()))
    finally:
        reading.cancel()
    return tuple(sorted(checks, key=lambda check: get_args(Verdict).index(check.verdict)))


def too_thin(checks: Iterable[Check], plan: ShiftPlan, sample: int) -> str:
    """What is to be said of a plan for which the alias gets too little traffic; empty where that is not known.

    Args:
        sample: how many invocations of each version are needed to judge.
    """
    return next((thin_traffic(plan, check.per_hour, sample) for check in checks if check.per_hour), "")


async def _check(title: str, look: Callable[[_Shift], Awaitable[Finding]], shift: _Shift) -> Check:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return Check(title, *await look(shift))
    except ConsoleError as error:
        return Check(title, "unknown", error.title)
    except TimeoutError:
        return Check(title, "unknown", f"no answer within {PATIENCE_S:g} s")


async def _division(shift: _Shift) -> Finding:
    if stuck := shift.alias.all_on_additional:
        return "fail", f"all traffic is on version {stuck} by a weight of 1: a provisioned shift has not ended"
    if shift.alias.additional:
        return "fail", f"it is divided already, {in_words(traffic_of(shift.alias))}: give all to one version first"
    return "pass", f"version {shift.old} has all of it"


async def _revision(shift: _Shift) -> Finding:
    if not shift.alias.revision_id:
        return "warn", "AWS told no RevisionId: a change by somebody else at the same moment would be overwritten"
    return "pass", f"{shift.alias.revision_id}, which the first change names"


async def _versions(shift: _Shift) -> Finding:
    if shift.new == shift.old:
        return "fail", f"version {shift.new} has the traffic already"
    for version in (shift.old, shift.new):
        if not version.isdecimal():
            return "fail", f"{version} is not published"
    try:
        sides = await shift.sides()
    except NotFound as missing:
        return "fail", missing.title
    for problem in unfit(sides):
        return "fail", problem
    for side in sides:
        if side.state == "Inactive":
            return "warn", f"version {side.version} is Inactive: the first invocation of it fails"
    return "pass", ", ".join(f"version {side.version} is {side.state or 'not told'}" for side in sides)


async def _alike(shift: _Shift) -> Finding:
    sides = await shift.sides()
    if problems := "; ".join(unlike(sides)):
        return "fail", problems
    role, letters = (sides[0].role or "").rpartition("/")[2], (sides[0].dead_letter or "").rpartition(":")[2]
    return "pass", f"role {role or 'not told'}; {f'dead letters to {letters}' if letters else 'no dead letters'}"


async def _provisioned(shift: _Shift) -> Finding:
    found = await provisioned_on(shift.connection, shift.function, shift.alias.name)
    if found is None:
        return "pass", "none on the alias"
    return "warn", (
        f"{found.requested_provisioned_concurrent_executions:,} on the alias: Lambda moves them with the weights, and "
        f"what finds none ready starts cold"
    )


async def _codedeploy(shift: _Shift) -> Finding:
    deployments = await list_alias_deployments(shift.connection, shift.function, shift.alias.name)
    for each in deployments:
        return "fail", f"{each.info.deployment_id} is {each.info.status}, {each}: {STOP} first, or wait"
    return "pass", "none is under way"


async def _stack(shift: _Shift) -> Finding:
    """Tags tell which stack the function is of; that its aliases are of the same is likely, and not sure."""
    arn = (shift.alias.alias_arn or "").removesuffix(f":{shift.alias.name}")
    if not (name := (await list_tags(shift.connection, arn)).get("aws:cloudformation:stack-name")):
        return "pass", "the function is of no stack"
    try:
        status = await get_stack_status(shift.connection, name)
    except ConsoleError as error:
        return "unknown", f"stack {name} may be setting the alias now: {error.title}"
    if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
        return "fail", f"stack {name} is {status}, and may set the alias"
    return "pass", f"stack {name} is {status}; when it is next updated, it may set the alias again"


async def _invoked(shift: _Shift) -> Finding:
    query = INVOCATIONS.of(shift.function, qualifier=shift.alias.name)
    series = (await Metrics(shift.connection).get([query], HOUR))[query]
    if not series.known:
        return "unknown", series.why
    if not (total := sum(series.values)):
        return "warn", "not in the last hour: what nobody calls cannot be judged"
    told = f"{total:,.0f} times in the last hour"
    return "pass", told if series.status is Status.COMPLETE else f"at least {told}", total


async def _callers(shift: _Shift) -> Finding:
    """What calls the alias, as far as its function's side tells; a caller with a permission of its own is not seen."""
    connection, function, alias = shift.connection, shift.function, shift.alias.name

    async def is_read_for() -> bool:
        return any(each.state not in NOT_READING for each in await mappings_on(connection, function, alias))

    looks = {
        "an event source mapping": is_read_for(),
        "a function URL": has_url(connection, function, alias),
        "a resource policy lets others call it": has_policy(connection, function, alias),
    }
    answers = await asyncio.gather(*looks.values(), return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, ConsoleError):
            raise answer
    if found := [what for what, answer in zip(looks, answers, strict=True) if answer is True]:
        return "pass", ", ".join(found)
    for answer in answers:
        if isinstance(answer, ConsoleError):
            raise answer
    return "warn", "no mapping, no URL and no policy: only callers with a permission of their own may call it"


async def _alarms(shift: _Shift) -> Finding:
    alarms = [alarm async for page in list_alarms(shift.connection) for alarm in page]
    ours = [watch for watch in watches(alarms, alarms) if any(_about(shift, watched) for watched in watch.watched)]
    if not ours:
        return "warn", "no alarm watches it: only its metrics and its log judge the shift"
    if firing := [watch for watch in ours if watch.alarm.firing]:
        return "warn", f"in ALARM already: {_names(firing)}"
    return "pass", f"{_names(ours)} {'watches' if len(ours) == 1 else 'watch'} it"


def _about(shift: _Shift, watched: Watched) -> bool:
    return watched.function in {"", shift.function} and watched.resource in {"", shift.function, shift.resource}


def _names(found: list[Watch]) -> str:
    return ", ".join(watch.alarm.alarm_name for watch in found)


LOOKS: Mapping[str, Callable[[_Shift], Awaitable[Finding]]] = {
    "all traffic on one version": _division,
    "RevisionId known": _revision,
    "both versions published and Active": _versions,
    "same role and dead-letter queue": _alike,
    "no provisioned concurrency": _provisioned,
    "no CodeDeploy deployment": _codedeploy,
    "no CloudFormation update": _stack,
    "invoked": _invoked,
    "something calls the alias": _callers,
    "alarms watch it": _alarms,
}
"""Every check by its title, in the order of those with the same verdict."""
