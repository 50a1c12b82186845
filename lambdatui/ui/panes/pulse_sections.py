"""What the pulse says: each section of it, made from what is known, and from why more is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from lambdatui.errors import AccessDenied, ConsoleError
from lambdatui.insight.health import ERROR_RATE, NEAR_TIMEOUT, State, health
from lambdatui.insight.health import figures as figures_of
from lambdatui.insight.pulse import NEAR_LIMIT, Found, Ranked, account, behind, functions_in, ranking, slowest
from lambdatui.insight.series import rate, total, typical
from lambdatui.models.concurrency import AccountConcurrency
from lambdatui.models.function import FunctionSummary
from lambdatui.models.metric import DURATION_P95, ERRORS, INVOCATIONS, THROTTLES, Metric, Series, Status, Window
from lambdatui.ui import figures
from lambdatui.ui.function_health import GLYPHS
from lambdatui.ui.panes.pulse_page import NONE, UNKNOWN, Finding, Section
from lambdatui.ui.widgets.trouble import FORBIDDEN, Mark, error_mark

if TYPE_CHECKING:
    from lambdatui.aws.metrics import Sweep
    from lambdatui.models.alarm import Watch

T = TypeVar("T")

WELL: Mark = ("✓", "$success")
FIRING: Mark = ("!", "bold $error")
FAILING = GLYPHS[State.FAILING]
THROTTLED = GLYPHS[State.THROTTLED]
SLOW = GLYPHS[State.SLOW]
BEHIND = GLYPHS[State.BEHIND]

HELD = "held back by the budget for metrics"
STALE_MS = 10 * 60_000
"""The age from which on a sweep is stale: twice the time after which it is repeated where the budget allows."""


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """What was answered last, and why there was no answer the last time."""

    value: T | None = None
    error: ConsoleError | None = None


# -- the sections


def region_section(told: Told[Found], window: Window, *, held: bool) -> Section:
    """The totals of all functions.

    Args:
        held: the budget holds newer metrics back.
    """
    title = "Region"
    found = told.value
    if found is None:
        return Section(title=title, findings=_silence(title, told), whole=True)
    invocations, errors, throttles = (total(found.get(metric.of_region)) for metric in (INVOCATIONS, ERRORS, THROTTLES))
    p95_ms = typical(found.get(DURATION_P95.of_region), found.get(INVOCATIONS.of_region))
    error_rate = rate(errors, invocations)

    def line(what: str, metric: Metric, value: float | None, number: str, mark: Mark, why: str) -> Finding:
        known = Finding(section=title, what=what, mark=mark, number=number, value=value, why=why, place="functions")
        return known if value is not None else _not_known(known, found.get(metric.of_region))

    failing = error_rate is not None and error_rate > ERROR_RATE
    lines = (
        line(
            "Invocations",
            INVOCATIONS,
            invocations,
            figures.short(invocations or 0),
            NONE,
            f"{figures.short((invocations or 0) * 60 / window.span_s)} a minute",
        ),
        line(
            "Errors",
            ERRORS,
            errors,
            figures.short(errors or 0),
            FAILING if failing else WELL,
            f"{figures.percent(error_rate)} of invocations" if error_rate is not None else "",
        ),
        line("Throttles", THROTTLES, throttles, figures.short(throttles or 0), THROTTLED if throttles else WELL, ""),
        line("Duration p95", DURATION_P95, p95_ms, figures.duration(p95_ms or 0), NONE, "of all functions"),
    )
    held_back = (_line(title, UNKNOWN, "read less often", HELD),) if held else ()
    return Section(title=title, findings=(*lines, *held_back, *_trouble(title, told)), whole=True)


def account_section(told: Told[Found], limits: Told[AccountConcurrency]) -> Section:
    """How much of the account's concurrency is claimed."""
    title = "Account"
    if limits.value is None:
        return Section(title=title, findings=_silence(title, limits), whole=True)
    state = account(told.value or {}, limits.value)
    near = state.share is not None and state.share >= NEAR_LIMIT
    claimed = state.claimed if state.claimed is not None else state.reserved
    why = [
        f"{figures.percent(state.share)} claimed" if state.share is not None else "",
        f"{figures.short(state.reserved)} reserved" if state.reserved else "",
        f"{figures.short(state.peak)} ran at once" if state.peak is not None else "",
    ]
    line = Finding(
        section=title,
        what="Concurrency",
        mark=THROTTLED if near else WELL,
        number=f"{figures.short(claimed or 0)}/{figures.short(state.limit or 0)}",
        value=state.share,
        why=", ".join(filter(None, why)),
        place="functions",
    )
    findings = (line, *_trouble(title, limits))
    return Section(title=title, findings=findings, trouble=THROTTLED, word="limit near", whole=True)


def alarms_section(told: Told[Sequence[Watch]], now_ms: int, why: Callable[[Watch], str]) -> Section:
    """The alarms that fire and watch functions, the newest first.

    Args:
        now_ms: epoch ms.
        why: when an alarm fires, in words.
    """
    title = "Alarms"
    firing = sorted((one for one in told.value or () if one.alarm.firing), key=lambda one: -(one.alarm.since_ms or 0))
    lines = (
        Finding(
            section=title,
            what=one.alarm.alarm_name,
            mark=FIRING,
            number=figures.moment(one.alarm.since_ms, now_ms),
            value=one.alarm.since_ms,
            why=why(one),
            place="alarms",
        )
        for one in firing
    )
    findings = _or_none(title, told, lines, "none fires", "alarms")
    return Section(title=title, findings=findings, trouble=FIRING, word="firing")


def errors_section(
    told: Told[Sweep], rows: Found, functions: dict[str, FunctionSummary], window: Window, now_ms: int
) -> Section:
    """The functions with most errors; failing ones first.

    Args:
        rows: the metrics of those functions that were looked at one by one: without their invocations, nobody knows
            whether a function fails.
        now_ms: epoch ms.
    """
    title = "Errors"
    found = {**_series_of(told), **rows}

    def line(one: Ranked) -> Finding:
        function = functions.get(one.function)
        known = figures_of(one.function, found, window.name, timeout_s=function.timeout_s if function else 3)
        share = known.error_rate
        return Finding(
            section=title,
            what=one.function,
            mark=FAILING if health(known).state is State.FAILING else NONE,
            number=figures.short(one.value),
            value=one.value,
            why=f"{figures.percent(share)} of {figures.short(known.invocations or 0)}" if share is not None else "",
            function=one.function,
            tab="metrics",
        )

    lines = sorted(map(line, ranking(found, ERRORS)), key=lambda finding: finding.mark != FAILING)
    return Section(title=title, findings=_swept(title, told, lines, now_ms), trouble=FAILING, word="failing")


def throttles_section(told: Told[Sweep], now_ms: int) -> Section:
    """The functions with most throttles. `now_ms` is epoch ms."""
    ranked = ranking(_series_of(told), THROTTLES)
    return _worst("Throttles", told, ranked, figures.short, THROTTLED, "throttled", "for want of concurrency", now_ms)


def slowest_section(told: Told[Found], functions: dict[str, FunctionSummary]) -> Section:
    """The functions that come nearest to their timeout, of those that were looked at."""
    title = "Slowest"
    found = told.value or {}
    looked_at = functions_in(found)
    of = f", of {figures.count(len(looked_at))} looked at" if len(looked_at) < len(functions) else ""
    lines = (
        Finding(
            section=title,
            what=slow.function.name,
            mark=SLOW if slow.share >= NEAR_TIMEOUT else NONE,
            number=figures.duration(slow.p95_ms),
            value=slow.p95_ms,
            why=f"{figures.percent(slow.share)} of {slow.function.timeout_s} s{of}",
            function=slow.function.name,
            tab="metrics",
        )
        for slow in slowest(found, (functions[name] for name in looked_at if name in functions))
    )
    held = told.value is not None and not found and functions
    findings = (
        (_line(title, UNKNOWN, "not asked", HELD),)
        if held
        else _or_none(title, told, lines, f"no durations{of}", "functions", NONE)
    )
    return Section(title=title, findings=findings, trouble=SLOW, word="slow", counted=False)


def streams_section(told: Told[Sweep], now_ms: int) -> Section:
    """The functions whose streams' records wait, by how long the newest of them waited. `now_ms` is epoch ms."""
    ranked = behind(_series_of(told))
    return _worst(
        "Streams", told, ranked, figures.duration, BEHIND, "behind", "behind its stream", now_ms, tab="triggers"
    )


def _worst(
    title: str,
    told: Told[Sweep],
    ranked: Iterable[Ranked],
    write: Callable[[float], str],
    mark: Mark,
    word: str,
    why: str,
    now_ms: int,
    *,
    tab: str = "metrics",
) -> Section:
    """Functions that all want a look, by a figure of a sweep."""
    lines = (
        Finding(
            section=title,
            what=one.function,
            mark=mark,
            number=write(one.value),
            value=one.value,
            why=why,
            function=one.function,
            tab=tab,
        )
        for one in ranked
    )
    return Section(title=title, findings=_swept(title, told, lines, now_ms), trouble=mark, word=word)


def changes_section(changed: Sequence[FunctionSummary], read: bool, now_ms: int) -> Section:
    """What changed in the last hour.

    Args:
        changed: the functions, the newest first.
        read: whether all functions of the region are known.
        now_ms: epoch ms.
    """
    title = "Changed"
    lines = tuple(
        Finding(
            section=title,
            what=function.name,
            number=figures.moment(function.last_modified, now_ms),
            value=function.last_modified,
            why="ago",
            function=function.name,
            tab="overview",
        )
        for function in changed
    )
    nothing = _line(title, NONE, "nothing", "in the last hour", "functions")
    reading = _line(title, UNKNOWN, "…", "reading the functions of the region", "functions")
    return Section(title=title, findings=lines or ((nothing,) if read else (reading,)))


# -- what is not known


def _line(section: str, mark: Mark, what: str, why: str, place: str = "") -> Finding:
    return Finding(section=section, what=what, mark=mark, why=why, place=place)


def _not_known(finding: Finding, series: Series | None) -> Finding:
    """The same without a number, and with the reason that it has none."""
    if series is None:
        return replace(finding, mark=UNKNOWN, number="-", why=HELD)
    mark = {Status.COMPLETE: NONE, Status.FORBIDDEN: FORBIDDEN}.get(series.status, UNKNOWN)
    return replace(finding, mark=mark, number="-", why=series.why or "nothing published")


def _trouble(section: str, told: Told[T]) -> Iterator[Finding]:
    """Why the last answer is missing, if it is."""
    if told.error is not None:
        stale = "stale: " if told.value is not None else ""
        what, why = told.error.title, told.error.hint
        if isinstance(told.error, AccessDenied):
            what, why = "not permitted", told.error.action
        yield _line(section, error_mark(told.error), f"{stale}{what}", why, "errors")


def _silence(section: str, told: Told[T]) -> tuple[Finding, ...]:
    """What stands where nothing was answered yet."""
    return tuple(_trouble(section, told)) or (_line(section, UNKNOWN, "…", "asking"),)


def _or_none(
    section: str, told: Told[T], lines: Iterable[Finding], none: str, place: str, well: Mark = WELL
) -> tuple[Finding, ...]:
    """The lines, or that there is none to be told of where that is known, and what keeps more from being known."""
    if told.value is None:
        return _silence(section, told)
    return (*_trouble(section, told), *(tuple(lines) or (_line(section, well, none, "", place),)))


def _swept(section: str, told: Told[Sweep], lines: Iterable[Finding], now_ms: int) -> tuple[Finding, ...]:
    """The same of a sweep, which may be held back, and need not be whole."""
    sweep = told.value
    if sweep is None:
        return _silence(section, told)
    if not sweep.asked_ms:
        return (*_trouble(section, told), _line(section, UNKNOWN, "not asked", HELD))
    of = "" if sweep.whole else f"of {figures.count(sweep.looked_at)} looked at"
    some = (replace(line, why=", ".join(filter(None, (line.why, of)))) for line in lines)
    found = _or_none(section, told, some, f"none {of}".rstrip(), "functions", WELL if sweep.whole else UNKNOWN)
    age_ms = now_ms - sweep.asked_ms
    stale = (_line(section, UNKNOWN, f"stale {figures.age(age_ms)}", HELD),) if age_ms >= STALE_MS else ()
    return (*found, *stale)


def _series_of(told: Told[Sweep]) -> Found:
    return told.value.series if told.value is not None else {}
