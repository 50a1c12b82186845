"""CloudWatch alarms as DescribeAlarms sends them, and which functions each of them watches (facts 1.2, 6).

How a Metrics Insights query reads: "Metrics Insights query components and syntax" in the CloudWatch user guide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from pydantic import Field

from lambdatui.models.arn import account_of
from lambdatui.models.configuration import AwsModel

NAMESPACE = "AWS/Lambda"

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([^\s(),"]+)')
"""A name in quotation marks, or a word without them: both may stand for an alarm in a rule."""
_ESCAPE = re.compile(r"\\(.)")
_QUERY = re.compile(rf'(?i:\bFROM\s+(?:SCHEMA\s*\(\s*)?)"{NAMESPACE}"')
"""What a Metrics Insights query over metrics of Lambda has in it; keywords may be written in either case."""
_CONDITION = re.compile(r"""(\w+)"?\s*=\s*'([^']*)'""")
"""A dimension and the value that it has to have, in a query's WHERE; there they are joined by AND alone."""
_WORDS = frozenset({"ALARM", "OK", "INSUFFICIENT_DATA", "AND", "OR", "NOT", "TRUE", "FALSE", "AT_LEAST"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What of a function a metric is about: all of it, a release, or what a version ran for an alias (facts 6)."""

    function: str
    """Its name; empty for every function of the region."""
    resource: str = ""
    """``name:alias`` or ``name:version``; empty for all of the function."""
    executed_version: str = ""

    def __str__(self) -> str:
        version = f" version {self.executed_version}" if self.executed_version else ""
        return (self.resource or self.function or "every function") + version

    @classmethod
    def by(cls, dimensions: Mapping[str, str]) -> Watched:
        """What a metric with these dimensions is about, values by name."""
        resource = dimensions.get("Resource", "")
        return cls(
            function=dimensions.get("FunctionName") or resource.partition(":")[0],
            resource=resource,
            executed_version=dimensions.get("ExecutedVersion", ""),
        )


class Dimension(AwsModel):
    """A name and a value that set a metric apart from others of its name."""

    name: str = ""
    value: str = ""


class Metric(AwsModel):
    """Which metric."""

    namespace: str | None = None
    metric_name: str | None = None
    dimensions: tuple[Dimension, ...] = ()

    @property
    def watched(self) -> Watched | None:
        """The function that it is about; None where it is about none, or about the whole region."""
        told = {dimension.name: dimension.value for dimension in self.dimensions}
        if self.namespace != NAMESPACE or not told.get("FunctionName"):
            return None
        return Watched.by(told)


class MetricStat(AwsModel):
    """A metric, and how its values of one period are made one; `period` is seconds."""

    metric: Metric = Metric()
    period: int | None = None
    stat: str | None = None


class MetricDataQuery(AwsModel):
    """One metric of a metric-math alarm, or one expression over the others."""

    id: str = ""
    metric_stat: MetricStat | None = None
    expression: str | None = None
    """Metric math over other queries, or a Metrics Insights query of its own."""
    period: int | None = None
    """Seconds; of an expression, where it needs one."""
    label: str | None = None
    return_data: bool | None = None
    """Whether this is the one that is compared; absent means yes (API reference, MetricDataQuery)."""
    account_id: str | None = None
    """The account that the metric is in, where that is another one."""

    @property
    def watched(self) -> Watched | None:
        """The function that it is about; every one where it is a query over Lambda that names none."""
        if self.metric_stat is not None:
            return self.metric_stat.metric.watched
        if self.expression is None or not _QUERY.search(self.expression):
            return None
        return Watched.by(dict(_CONDITION.findall(self.expression)))

    @property
    def period_s(self) -> int:
        """Its period in seconds; 0 where it has none of its own."""
        return (self.metric_stat.period if self.metric_stat is not None else self.period) or 0


class Alarm(AwsModel):
    """What alarms of every kind have."""

    alarm_name: str
    alarm_arn: str = ""
    alarm_description: str | None = None
    actions_enabled: bool | None = None
    alarm_actions: tuple[str, ...] = ()
    """ARNs of what is told or done when it fires; and so on for the other states."""
    ok_actions: tuple[str, ...] = Field((), alias="OKActions")
    insufficient_data_actions: tuple[str, ...] = ()
    state_value: str | None = None
    """``ALARM``, ``OK``, ``INSUFFICIENT_DATA``, or a word that AWS invented since."""
    state_reason: str | None = None
    state_updated_timestamp: datetime | None = None
    state_transitioned_timestamp: datetime | None = None

    @property
    def firing(self) -> bool:
        return self.state_value == "ALARM"

    @property
    def since_ms(self) -> int | None:
        """When the state was entered, or at least last updated, in epoch ms; None where AWS did not say."""
        since = self.state_transitioned_timestamp or self.state_updated_timestamp
        return None if since is None else int(since.timestamp() * 1000)

    @property
    def muted(self) -> bool:
        """Whether nobody is told when the state changes."""
        return self.actions_enabled is False


class MetricAlarm(Alarm):
    """Compares one metric, or what metric math makes of several, with a threshold or a band; `period` is seconds."""

    namespace: str | None = None
    metric_name: str | None = None
    dimensions: tuple[Dimension, ...] = ()
    statistic: str | None = None
    extended_statistic: str | None = None
    """A percentile such as ``p99``, in place of `statistic`."""
    period: int | None = None
    evaluation_periods: int | None = None
    datapoints_to_alarm: int | None = None
    """How many of the `evaluation_periods` have to breach; all of them where it is absent."""
    threshold: float | None = None
    comparison_operator: str | None = None
    treat_missing_data: str | None = None
    """What a period without data counts as: ``missing``, ``ignore``, ``breaching`` or ``notBreaching``."""
    metrics: tuple[MetricDataQuery, ...] = ()
    evaluation_state: str | None = None
    """Set where the alarm could not be evaluated as it should: on partial data, or not at all."""

    @property
    def queries(self) -> tuple[MetricDataQuery, ...]:
        """What it looks at, in the form of metric math whether it uses that or not."""
        if self.metrics:
            return self.metrics
        metric = Metric(namespace=self.namespace, metric_name=self.metric_name, dimensions=self.dimensions)
        stat = MetricStat(metric=metric, period=self.period, stat=self.extended_statistic or self.statistic)
        return (MetricDataQuery(metric_stat=stat),)

    @property
    def compared(self) -> MetricDataQuery:
        """The metric or the expression whose values are compared; an empty one where AWS names none."""
        return next((query for query in self.queries if query.return_data is not False), MetricDataQuery())

    @property
    def longest_period_s(self) -> int | None:
        """The period in seconds, the longest of several; None where it has none, as a query in PromQL."""
        return max((query.period_s for query in self.queries), default=0) or None

    @cached_property
    def watched(self) -> tuple[Watched, ...]:
        """The functions of this account that its metrics are about, each once."""
        ours = {None, account_of(self.alarm_arn)}
        watched = (query.watched for query in self.queries if query.account_id in ours)
        return tuple(dict.fromkeys(filter(None, watched)))


class CompositeAlarm(Alarm):
    """An alarm over the states of other alarms."""

    alarm_rule: str = ""

    @cached_property
    def children(self) -> tuple[str, ...]:
        """The names and ARNs of alarms in its rule, each once. A word that is none of ours may stand among them."""
        found = (
            _ESCAPE.sub(r"\1", token[1]) if token[1] is not None else token[2]
            for token in _TOKEN.finditer(self.alarm_rule)
            if token[2] not in _WORDS
        )
        return tuple(dict.fromkeys(found))


AnyAlarm = MetricAlarm | CompositeAlarm


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """An alarm with what it watches, by itself or through the alarms in its rule."""

    alarm: AnyAlarm
    watched: tuple[Watched, ...]

    @property
    def functions(self) -> tuple[str, ...]:
        """The names of the functions, each once; none for an alarm that watches them all without naming one."""
        return tuple(dict.fromkeys(watched.function for watched in self.watched if watched.function))

    def concerns(self, function: str) -> bool:
        """Whether it watches the function of this name, among others or alone."""
        return any(watched.function in {"", function} for watched in self.watched)


def watches(alarms: Iterable[AnyAlarm], among: Iterable[AnyAlarm]) -> tuple[Watch, ...]:
    """What each of `alarms` watches.

    Args:
        among: all alarms of the region that are known, by which the rules of composite alarms are followed: through
            other composites, and once each where they go in a circle.
    """
    known = {key: alarm for alarm in among for key in (alarm.alarm_name, alarm.alarm_arn)}
    return tuple(Watch(alarm=alarm, watched=_watched(alarm, known)) for alarm in alarms)


def _watched(alarm: AnyAlarm, known: dict[str, AnyAlarm]) -> tuple[Watched, ...]:
    if isinstance(alarm, MetricAlarm):
        return alarm.watched
    found: dict[Watched, None] = {}
    followed: set[str] = set()
    ahead: list[AnyAlarm] = [alarm]
    while ahead:
        one = ahead.pop(0)
        if one.alarm_name in followed:
            continue
        followed.add(one.alarm_name)
        if isinstance(one, MetricAlarm):
            found |= dict.fromkeys(one.watched)
        else:
            ahead += (known[child] for child in one.children if child in known)
    return tuple(found)
