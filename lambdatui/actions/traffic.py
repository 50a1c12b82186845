"""Divides an alias's traffic between two versions, or gives all of it to one."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from lambdatui.actions.action import Action, Call, Draft, Params, Plan, Subject, Undo
from lambdatui.actions.codedeploy_collision import refuse_while_codedeploy_shifts
from lambdatui.actions.flight_collision import refuse_while_a_shift_flies
from lambdatui.actions.on_alias import provisioned_on
from lambdatui.actions.permission import permitted
from lambdatui.aws.connection import Connection
from lambdatui.aws.functions import get_function
from lambdatui.aws.releases import get_alias, list_versions
from lambdatui.errors import NotFound, RequestRefused
from lambdatui.insight.shares import division
from lambdatui.insight.shift_plan import odd_share
from lambdatui.insight.traffic import Side, rule_on_traffic
from lambdatui.models.release import Alias


def _as_it_is_sent(percent: float) -> float:
    if problem := odd_share(percent):
        raise ValueError(problem)
    return percent


Percent = Annotated[float, AfterValidator(_as_it_is_sent)]
PLACES = 6
"""Decimals of a weight that is sent: a double whose rounding AWS does not document (facts 3.2)."""


class Traffic(Params):
    """Which versions an alias sends its traffic to."""

    version: str = Field(title="Version", description="gets what the other one leaves")
    additional: str | None = Field(default=None, title="Additional version", description="empty sends all to the one")
    percent: Percent | None = Field(default=None, title="Its share, %", description="above 0 and below 100")

    def share_of(self, version: str) -> float:
        """A version's share in per cent, 0..100."""
        additional = self.percent or 0.0
        if version == self.additional:
            return additional
        return round(100 - additional, PLACES - 2) if version == self.version else 0.0


class ShiftTraffic(Action[Traffic]):
    """One UpdateAlias with the RevisionId: the weights are always told, for what is left out stays (facts 3.2).

    Args:
        in_flight: whether it is a step of a shift on its way, which hinders all other changes.
    """

    params = Traffic

    def __init__(self, *, in_flight: bool = False) -> None:
        self._in_flight = in_flight

    async def draft(self, connection: Connection, subject: Subject) -> Draft[Traffic]:
        alias = await get_alias(connection, subject.function, subject.qualifier)
        versions = [v.number async for page in list_versions(connection, subject.function) for v in page]
        published = tuple(number for number in reversed(versions) if number.isdecimal())
        if set(published) <= {alias.function_version}:
            raise RequestRefused(f"{subject.function} has no other version to shift {alias.name} to")
        return Draft(params=traffic_of(alias), choices={"version": published, "additional": published})

    async def plan(self, connection: Connection, subject: Subject, params: Traffic) -> Plan:
        alias = await get_alias(connection, subject.function, subject.qualifier)
        before, after = told(traffic_of(alias)), told(params)
        if before != after and not self._in_flight:
            await refuse_while_a_shift_flies(connection, subject)
        judged = _to_judge(alias, params)
        provisioned = await permitted(provisioned_on(connection, subject.function, alias.name)) if judged else None
        ruling = rule_on_traffic(
            alias,
            version=params.version,
            additional=params.additional,
            share=_weight(params),
            sides=[await read_side(connection, subject.function, one) for one in judged],
            provisioned=provisioned is not None,
        )
        if ruling.refusals and before != after:
            raise RequestRefused(ruling.refusals[0])
        shifts = before != after and judged
        collision = await refuse_while_codedeploy_shifts(connection, subject) if shifts else ()
        return Plan(
            subject=subject,
            params=params,
            before=before,
            after=after,
            calls=() if before == after else (_call(subject, alias, params),),
            warnings=(*ruling.warnings, *collision),
            undo=Undo(action="traffic", params=traffic_of(alias)),
        )


def traffic_of(alias: Alias) -> Traffic:
    """How an alias divides its traffic now.

    A weight of 1 on the additional version, which only a provisioned shift brings about, is told as it is: all of the
    traffic goes there (facts 3.3).
    """
    additional, weight = next(iter(alias.additional.items()), (None, 0.0))
    percent = round(weight * 100, PLACES - 2) or None
    return Traffic.model_construct(
        version=alias.function_version, additional=additional if percent else None, percent=percent
    )


def told(traffic: Traffic) -> dict[str, str | None]:
    """A division as plans tell it: the share of each version, the main one first."""
    if traffic.additional is None:
        return {"version": traffic.version, "additional": None}
    percent = round(_weight(traffic) * 100, PLACES - 2)
    rest = round(100 - percent, PLACES - 2)
    return {"version": f"{traffic.version} ({rest:g} %)", "additional": f"{traffic.additional} ({percent:g} %)"}


def in_words(traffic: Traffic) -> str:
    """A division in a sentence."""
    return division(traffic.version, traffic.additional or "", traffic.percent or 0.0)


def _to_judge(alias: Alias, params: Traffic) -> list[str]:
    """The versions whose fitness matters: none where an additional one is only taken away, which nothing may hinder."""
    if params.additional is None:
        return [] if params.version == alias.function_version else [params.version]
    return [params.version, params.additional]


async def read_side(connection: Connection, function: str, version: str) -> Side:
    """What the rules must know of a version.

    Raises:
        NotFound: there is no such version.
    """
    try:
        configuration = (await get_function(connection, function, version)).configuration
    except NotFound:
        raise NotFound(f"{function} has no version {version}") from None
    letters = configuration.dead_letter_config
    return Side(
        version=version,
        state=configuration.state,
        update=configuration.last_update_status,
        role=configuration.role,
        dead_letter=letters.target_arn if letters else None,
    )


def _weight(params: Traffic) -> float:
    """The additional version's weight as it is sent, 0..1."""
    return round((params.percent or 0) / 100, PLACES)


def _call(subject: Subject, alias: Alias, params: Traffic) -> Call:
    weights = {params.additional: _weight(params)} if params.additional else {}
    parameters: dict[str, Any] = {
        "FunctionName": subject.function,
        "Name": subject.qualifier,
        "FunctionVersion": params.version,
        "RoutingConfig": {"AdditionalVersionWeights": weights},
    }
    if alias.revision_id:
        parameters["RevisionId"] = alias.revision_id
    return Call(service="lambda", operation="UpdateAlias", parameters=parameters)
