"""How a shift stands, told in sections: the alias, both versions side by side, and what the new one's log tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from lambdatui.insight.canary import Judgement, Tally, Verdict
from lambdatui.ui import figures
from lambdatui.ui.dialogs.plan_sections import toned
from lambdatui.ui.flights import clock
from lambdatui.ui.panes.release_columns import bar
from lambdatui.ui.widgets.section_view import Section, Tone, Value

if TYPE_CHECKING:
    from lambdatui.actions.flight import FlightState
    from lambdatui.actions.observing import Figures, VersionFigures
    from lambdatui.ui.flights import Flown, Left

Row = tuple[str, Value]

PHASES: Mapping[str, Tone] = {
    "baking": "",
    "held": "warning",
    "rolling back": "warning",
    "rolled back": "warning",
    "promoted": "good",
    "stopped": "error",
}
"""How a flight's phase is meant."""
VERDICTS: Mapping[Verdict, Tone] = {Verdict.CONTINUE: "good", Verdict.HOLD: "warning", Verdict.ROLL_BACK: "error"}
SIDE = 28
"""Cells of one version's figures."""


def flown_sections(flown: Flown, now_ms: int, times: figures.Times) -> Iterator[Section]:
    """A shift that this console flies or flew."""
    state, seen = flown.state, flown.observer.figures
    rows = [*_alias(state), *_progress(state, now_ms), *_judged(state, flown.flight.judgement)]
    if flown.failure is not None:
        rows.append(("", toned(f"nobody flies it any more: {flown.failure}", "error")))
    yield Section(str(state.subject), tuple(rows))
    yield Section("Versions", tuple(_versions(state, seen)))
    errors = [
        (figures.absolute(error.at_ms, times if times != "relative" else "utc"), Value(f"{error.kind} {error.message}"))
        for error in reversed(seen.errors)
    ]
    yield Section(f"Last errors of version {state.new}", tuple(errors) or (("", Value("none seen", "dim")),))


def left_sections(left: Left) -> Iterator[Section]:
    """A shift that was left on its way, and what can be done about it."""
    state = left.state
    yield Section(
        str(state.subject),
        (
            ("left", toned(left.standing, "warning")),
            ("shift", Value(f"version {state.old} to {state.new} by {state.plan}")),
            *((("why", Value(state.why)),) if state.why else ()),
            *((("trouble", toned(state.trouble, "error")),) if state.trouble else ()),
        ),
    )
    yield Section(
        "What to do",
        (
            ("space", Value("resumes it, judged by all that was measured since it began")),
            ("b", Value(f"rolls it back: all traffic to version {state.old}")),
            ("f", Value("forgets it: the alias stays as it is, and nobody watches it")),
        ),
    )


def several_section(shown: str, flights: Mapping[str, FlightState]) -> Section:
    """All shifts by id, the one that is shown marked."""
    rows = [
        ("▸" if id_ == shown else "", Value(f"{state.subject}  {state.percent:g} %  {state.phase.value}"))
        for id_, state in flights.items()
    ]
    return Section(f"Shifts, n shows the next of {len(flights)}", tuple(rows))


def _alias(state: FlightState) -> Iterator[Row]:
    share = state.percent / 100
    told = f"{state.old} {bar(share)} {state.new}  {state.percent:g} % on version {state.new}"
    asked = "" if state.wanted in {None, state.percent} else f", {state.wanted:g} % asked for"
    yield "traffic", Value(told + asked)


def _progress(state: FlightState, now_ms: int) -> Iterator[Row]:
    steps = state.steps
    if state.flying and 0 <= state.step < len(steps):
        left = f", {clock(state.left_s(now_ms))} left" if steps[state.step].bake_s else ""
        yield "step", Value(f"{state.step + 1} of {len(steps)}: {steps[state.step]}{left}")
        if state.step + 1 < len(steps):
            yield "next", Value(str(steps[state.step + 1]))
    told = ": ".join(filter(None, (state.phase.value, state.why)))
    yield "phase", toned(told, PHASES[state.phase.value])
    if state.trouble:
        yield "trouble", toned(state.trouble, "error")


def _judged(state: FlightState, judgement: Judgement | None) -> Iterator[Row]:
    if not state.flying:  # the phase has told what was judged last
        return
    if judgement is None:
        yield "judgement", Value("not looked at yet", "dim")
    else:
        yield "judgement", toned(f"{judgement.verdict}: {judgement.why}", VERDICTS[judgement.verdict])


def _versions(state: FlightState, seen: Figures) -> Iterator[Row]:
    old, new = seen.old, seen.new
    yield "", _pair(f"version {state.old}", f"version {state.new}")
    yield "invocations", _pair(f"{old.invocations:,}", f"{new.invocations:,}")
    yield "errors", _pair(_errors(old), _errors(new))
    for name in ("p50", "p95", "p99"):
        yield name, _pair(_duration(old, name), _duration(new, name))
    yield "cold starts", _pair(_known(old.cold_starts), _known(new.cold_starts))
    yield "throttles", Value(f"{seen.throttles:,} of the alias")
    observed = "not known yet" if seen.share is None else figures.percent(seen.share)
    yield "share", Value(f"{observed} observed, {state.percent:g} % requested")
    if seen.newest_ms is not None:
        yield "metrics until", Value(figures.absolute(seen.newest_ms))
    for missing in seen.missing:
        yield "not looked at", toned(missing, "warning")


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
