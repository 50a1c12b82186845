"""How a shift stands, told in sections: the alias, both versions side by side, and what the new one's log tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import singledispatch
from typing import TYPE_CHECKING

from lambdatui.insight.canary import Judgement, Tally, Verdict
from lambdatui.models.codedeploy import SUCCEEDED
from lambdatui.ui import figures
from lambdatui.ui.deployments import Deployed
from lambdatui.ui.flown import WAITING, Elsewhere, Flown, Left
from lambdatui.ui.panes.release_columns import drawn
from lambdatui.ui.shift import Shift, clock
from lambdatui.ui.widgets.section_view import Section, Tone, Value, toned

if TYPE_CHECKING:
    from lambdatui.actions.flight_state import FlightState
    from lambdatui.actions.observing import Figures, VersionFigures
    from lambdatui.errors import ConsoleError

Row = tuple[str, Value]

PHASES: Mapping[str, Tone] = {
    "baking": "",
    "held": "warning",
    "rolling back": "warning",
    "no way back": "error",
    "rolled back": "warning",
    "promoted": "good",
    "stopped": "error",
    "gone": "error",
}
"""How a flight's phase is meant."""
VERDICTS: Mapping[Verdict, Tone] = {Verdict.CONTINUE: "good", Verdict.HOLD: "warning", Verdict.ROLL_BACK: "error"}
SIDE = 28
"""Cells of one version's figures."""


Keys = Callable[[str], str]
"""Tells which keys do what the ids in braces stand for."""


@singledispatch
def sections(shift: Shift, now_ms: int, times: figures.Times, keys: Keys) -> Iterator[Section]:
    """All that is to be told of a shift, whoever runs it."""
    raise TypeError(type(shift).__name__)


@sections.register
def _(flown: Flown, now_ms: int, times: figures.Times, keys: Keys) -> Iterator[Section]:
    state = flown.state
    rows = [*([] if flown.gone else [_traffic(state)]), *_progress(state, now_ms, flown.trouble)]
    rows += _judged(state, flown.flight.judgement)
    if flown.failure is not None:
        rows.append(("", toned(f"this console flies it no more: {flown.failure}", "error")))
    yield Section(str(state.subject), tuple(rows))
    asked = f"{state.percent:g} % requested" if state.flying else ""
    yield from _watched(flown.observer.figures, state.old, state.new, asked, times)


@sections.register
def _(elsewhere: Elsewhere, now_ms: int, times: figures.Times, keys: Keys) -> Iterator[Section]:
    state = elsewhere.state
    rows = (
        _traffic(state),
        *_progress(state, now_ms, state.trouble),
        ("keys", Value("none: another process flies it")),
    )
    yield Section(str(state.subject), rows)


@sections.register
def _(deployed: Deployed, now_ms: int, times: figures.Times, keys: Keys) -> Iterator[Section]:
    yield Section(str(deployed.subject), tuple(_deployed(deployed, now_ms, keys)))
    asked = f"{deployed.percent:g} % on the alias"
    yield from _watched(deployed.observer.figures, deployed.old, deployed.new, asked, times)


@sections.register
def _(left: Left, now_ms: int, times: figures.Times, keys: Keys) -> Iterator[Section]:
    state = left.state
    rows = [
        (left.phase, toned(left.standing if left.shares is None else left.came, "warning")),
        ("shift", Value(f"version {state.old} to {state.new} by {state.plan}")),
    ]
    if left.shares is not None:
        rows.insert(0, ("traffic", Value(drawn(*left.shares))))
    if state.flying and state.why:
        rows.append(("why", Value(state.why)))
    if state.trouble:
        rows.append(("trouble", toned(state.trouble, "error")))
    yield Section(str(state.subject), tuple(rows))
    if left.commands:
        yield Section("What to do", tuple(_to_do(left, keys)))


def _to_do(left: Left, keys: Keys) -> Iterator[Row]:
    """Each key that does something, and what."""
    about = {
        "hold": "resumes it, judged by all that was measured since it began; asks first",
        "roll_back": f"rolls it back: all traffic to version {left.state.old}",
        "forget": "forgets it: the alias stays as it is, and nobody watches it; asks first",
    }
    for name, command in left.commands.items():
        if command.sends and left.read_only:
            yield "", Value(f"not here, as {command.sends} is not sent in read-only mode: {about[name]}", "dim")
        else:
            asks = "; shows first what would happen" if command.params is not None else ""
            yield keys(f"{{flights.{name}}}"), Value(about[name] + asks)


def none_section(keys: Keys) -> Section:
    """That there is no shift, and how one is begun."""
    how = "on a release shifts its alias to another version in steps, watched and judged"
    while_it_flies = "A shift goes on while other panes are open; its place is in the header then."
    rows = ((keys("{action.traffic}"), Value(how)), ("", Value(while_it_flies, "dim")))
    return Section("No shift is on its way", rows)


def several_section(shown: str, shifts: Mapping[str, Shift], keys: Keys) -> Section:
    """All shifts by id, the one that is shown marked."""
    rows = [("▸" if id_ == shown else "", Value(f"{shift}  {shift.phase}")) for id_, shift in shifts.items()]
    return Section(f"Shifts, {keys('{flights.another}')} shows the next of {len(shifts)}", tuple(rows))


def unseen_section(error: ConsoleError) -> Section:
    """That it is not known what CodeDeploy does."""
    return Section("CodeDeploy", (("", toned(f"what it shifts is not known: {error.title}", "warning")),))


def _traffic(state: FlightState) -> Row:
    asked = "" if state.wanted in {None, state.percent} else f"; {state.wanted:g} % asked for"
    return "traffic", Value(drawn(state.old, state.new, state.percent) + asked)


def _deployed(deployed: Deployed, now_ms: int, keys: Keys) -> Iterator[Row]:
    info, target = deployed.deployment.info, deployed.deployment.target
    yield "traffic", Value(drawn(deployed.old, deployed.new, deployed.percent))
    yield "by", Value(f"{info.group} of CodeDeploy, {info.deployment_id}")
    yield "pace", Value(info.deployment_config_name)
    tone: Tone = "" if info.under_way else "good" if deployed.landed_well else "error"
    told = f"{info.status} {'for' if deployed.under_way else 'after'} {clock(deployed.gone_s(now_ms))}"
    yield "status", toned(": ".join(filter(None, (told, info.why))), tone)
    if target.lifecycle_events:
        yield "lifecycle", Value(" · ".join(map(str, target.lifecycle_events)))
    if (back := deployed.back) is not None:
        told = f"by {back.info.deployment_id}: {back.info.status}"
        tone = "warning" if back.info.under_way or back.info.status == SUCCEEDED else "error"
        yield "taken back", toned(": ".join(filter(None, (told, back.info.why))), tone)
    if deployed.trouble:
        yield "trouble", toned(deployed.trouble, "error")
    for what, error in deployed.unread.items():
        yield "not read", toned(f"{what}: {error.title}", "warning")
    if deployed.commands:
        yield "keys", Value(keys("only {flights.roll_back}, which has it taken back: CodeDeploy runs this shift"))


def _progress(state: FlightState, now_ms: int, trouble: str) -> Iterator[Row]:
    steps, phase = state.steps, state.phase.value
    if state.flying and 0 <= state.step < len(steps):
        told = f"{state.step + 1} of {len(steps)}: {steps[state.step]}"
        if state.phase == "baking" and steps[state.step].bake_s:
            left_s = state.left_s(now_ms)
            told += f", {clock(left_s)} left" if left_s else ", which is over: it goes on with enough evidence"
            phase = phase if left_s else WAITING
        yield "step", Value(told)
        if state.step + 1 < len(steps):
            yield "next", Value(str(steps[state.step + 1]))
    told = ": ".join(filter(None, (phase, state.why)))
    yield "phase", toned(told, PHASES[state.phase.value])
    if trouble:
        yield "trouble", toned(trouble, "error")


def _judged(state: FlightState, judgement: Judgement | None) -> Iterator[Row]:
    if not state.flying:  # the phase has told what was judged last
        return
    if judgement is None:
        yield "judgement", Value("not looked at yet", "dim")
    else:
        yield "judgement", toned(f"{judgement.verdict}: {judgement.why}", VERDICTS[judgement.verdict])


def _watched(seen: Figures, old: str, new: str, asked: str, times: figures.Times) -> Iterator[Section]:
    """Both versions side by side, and what the new one's log tells."""
    yield Section("Versions", tuple(_versions(seen, old, new, asked)))
    errors = [
        ("", Value(f"{_at(error.at_ms, times)}  {error.kind} {error.message}")) for error in reversed(seen.errors)
    ]
    yield Section(f"Last errors of version {new}", tuple(errors) or (("", Value("none seen", "dim")),))


def _versions(seen: Figures, old: str, new: str, asked: str) -> Iterator[Row]:
    before, after = seen.old, seen.new
    yield "", _pair(f"version {old}", f"version {new}")
    until = figures.absolute(seen.newest_ms) if seen.newest_ms is not None else ""
    yield "invocations", _pair(*(f"{version.invocations:,}" if until else "-" for version in (before, after)))
    yield "errors", _pair(_errors(before), _errors(after))
    for name in ("p50", "p95", "p99"):
        yield name, _pair(_duration(before, name), _duration(after, name))
    yield "cold starts", _pair(_known(before.cold_starts), _known(after.cold_starts))
    yield "throttles", Value(f"{seen.throttles:,} of the alias" if until else "-")
    if asked:
        observed = "not observed yet" if seen.share is None else f"{figures.percent(seen.share)} observed"
        yield "share", Value(f"{observed}, {asked}")
    yield "metrics until", Value(until or "none yet: a minute is known one or two after it is over")
    for missing in seen.missing:
        yield "not looked at", toned(missing, "warning")


def _at(at_ms: int, times: figures.Times) -> str:
    return figures.absolute(at_ms, times if times != "relative" else "utc")


def _pair(old: str, new: str) -> Value:
    return Value(f"{old:<{SIDE}}{new}")


def _errors(version: VersionFigures) -> str:
    tally: Tally = version.tally
    if tally.rate is None or version.interval is None:
        return "-"
    low, high = version.interval
    return f"{figures.percent(tally.rate)} ({figures.percent(low)} to {figures.percent(high)})"


def _duration(version: VersionFigures, name: str) -> str:
    value = version.percentiles.get(name)
    return "-" if value is None else figures.duration(value)


def _known(count: int | None) -> str:
    return "not known" if count is None else f"{count:,}"
