"""``lambdatui shift``: shifts an alias's traffic as the console does, without a screen.

What is looked at before it begins goes to standard error; `lambdatui.commands.unattended` flies it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from lambdatui.actions.action import Plan
from lambdatui.actions.audit import AuditTrail
from lambdatui.actions.flight import Flight
from lambdatui.actions.flight_log import FlightLog
from lambdatui.actions.flight_state import FlightState, Leaving
from lambdatui.actions.observing import Observer
from lambdatui.actions.performing import Performer
from lambdatui.actions.preflight import Check, preflight, too_thin
from lambdatui.actions.traffic import ShiftTraffic
from lambdatui.aws.connection import Connection
from lambdatui.aws.identity import get_identity
from lambdatui.aws.releases import get_alias
from lambdatui.aws.target import Target
from lambdatui.clock import now_ms
from lambdatui.commands.signals import heeding
from lambdatui.commands.status import Status
from lambdatui.commands.unattended import OF_SHIFT, Unattended, record, say
from lambdatui.errors import ConsoleError, ReadOnly, SettingsError
from lambdatui.insight.shift_plan import ShiftPlan, read_plan, written
from lambdatui.models.identity import Identity
from lambdatui.paths import state_folder
from lambdatui.settings import Settings

LINE = 4_096
"""Bytes of a line that a terminal takes at most."""
MARKS = {"pass": "✓", "fail": "✗", "warn": "!", "unknown": "?"}


@dataclass(frozen=True, kw_only=True)
class Order:
    """What the command line asks for."""

    function: str
    alias: str
    to: str
    plan: ShiftPlan
    leaving: Leaving
    yes: bool
    """Begin without asking."""
    dry_run: bool

    def begun(self, identity: Identity, old: str) -> FlightState:
        """The flight that begins now."""
        now = now_ms()
        return FlightState(
            account=identity.account,
            region=identity.region,
            function=self.function,
            alias=self.alias,
            old=old,
            new=self.to,
            plan=written(self.plan),
            leaving=self.leaving,
            began_ms=now,
            step_began_ms=now,
        )


def run(target: Target, settings: Settings, release: str, *, to: str, plan: str, **asked: Any) -> int:
    """Runs the command until the shift has landed or a signal ends it.

    Args:
        release: function and alias, ``orders:live``.
        to: the version that is to get the traffic.
        plan: as `read_plan` reads it.
        asked: `Order.leaving`, `Order.yes` and `Order.dry_run`.

    Returns:
        The exit status.

    Raises:
        ConsoleError: the command line is at fault, and AWS was asked for nothing.
    """
    function, _, alias = release.rpartition(":")
    if not function or ":" in function or alias.isdecimal():
        raise SettingsError(f"{release!r} is no alias of a function", "give both, such as orders:live")
    order = Order(function=function, alias=alias, to=to, plan=read_plan(plan, settings.plans), **asked)
    if not order.dry_run:
        if target.read_only:
            raise ReadOnly("lambda:UpdateAlias")
        if not order.yes and not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise SettingsError("there is no terminal to ask on", "--yes begins without asking")
    try:
        return asyncio.run(_shift(target, settings, order))
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except ConsoleError as error:
        say(f"lambdatui: {error}")
        return Status.FAILED


async def _shift(target: Target, settings: Settings, order: Order) -> int:
    """Looks, asks, and flies. Until it flies nothing is changed, and a signal ends it there and then."""
    log = FlightLog(state_folder() / "flights")
    _tell_left(log)
    beginning = asyncio.current_task()
    assert beginning is not None
    signals: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        signals.append(number)
        beginning.cancel()

    async with Connection(target) as connection:
        try:
            with heeding(end):
                begun = await _begun(connection, settings, order)
        except asyncio.CancelledError:
            say("")
            say("nothing was changed")
            return 128 + signals[0]
        if isinstance(begun, Status):
            return begun
        state, identity = begun
        flight = Flight(
            state,
            performer=Performer(connection=connection, identity=identity, trail=AuditTrail(state_folder())),
            observe=Observer(connection),
            log=log,
            thresholds=settings.thresholds,
        )
        return await Unattended(flight).fly()


async def _begun(connection: Connection, settings: Settings, order: Order) -> tuple[FlightState, Identity] | Status:
    """The flight that is to begin, and whose it is; the exit status where none is.

    Raises:
        ConsoleError: AWS would refuse it, or what is there could not be read.
    """
    identity = await get_identity(connection)
    alias = await get_alias(connection, order.function, order.alias)
    if alias.function_version == order.to and not alias.additional:
        say(f"version {order.to} has all of the traffic of {order.function}:{order.alias} already")
        return Status.PROMOTED
    state = order.begun(identity, alias.function_version)
    looked = await _look(connection, state, settings.thresholds.sample)
    if order.dry_run:
        looked.record(state)
    looked.say(state)
    if looked.first is None:
        say("nothing was changed: a shift must not begin like this")
        return Status.FAILED
    if order.dry_run:
        return Status.PROMOTED
    if not order.yes and not await _confirmed(order, protected=settings.protected):
        say("nothing was changed")
        return Status.FAILED
    now = now_ms()
    return state.model_copy(update={"began_ms": now, "step_began_ms": now}), identity  # and not when it was asked for


def _tell_left(log: FlightLog) -> None:
    """Says which shifts nobody flies any more; what becomes of them is decided in the console."""
    for text in log.left().values():
        with suppress(ValueError):  # a newer console's
            left = FlightState.model_validate_json(text)
            asked = f", {left.wanted:g} % was asked for" if left.wanted is not None else ""
            say(
                f"left: {left.subject} in {left.region}, version {left.new} had {left.percent:g} %{asked}; "
                f"the console offers what to do about it"
            )


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What speaks for and against a shift that is to begin."""

    checks: Sequence[Check]
    first: Plan | None = None
    """Of its first step; None where it must not begin."""
    refusal: str = ""
    """Why AWS, or a shift on its way, does not let it begin."""
    warnings: Sequence[str] = ()

    def record(self, state: FlightState) -> None:
        """Tells a program of it."""
        of, found = state.model_dump(include=OF_SHIFT), {"checks": self.checks, "warnings": self.warnings}
        record("preflight", state, **of, may_begin=self.first is not None, refusal=self.refusal, **found)

    def say(self, state: FlightState) -> None:
        """Tells a person of it, and what would happen: the steps, and the first request."""
        for check in self.checks:
            say(f"  {MARKS[check.verdict]} {check.title}: {check.evidence}")
        if self.refusal:
            say(f"  {MARKS['fail']} {self.refusal}")
        for warning in self.warnings:
            say(f"  ! {warning}")
        if self.first is not None:
            say(f"steps: {', '.join(map(str, state.steps))}; if it is left: {state.leaving}")
            for call in self.first.calls:
                say(f"first request: {call.operation} {json.dumps(json.loads(call.shown()), ensure_ascii=False)}")


async def _look(connection: Connection, state: FlightState, sample: int) -> Looked:
    """Looks at what speaks against a shift.

    Args:
        sample: how many invocations of each version are needed to judge.

    Raises:
        ConsoleError: what is there could not be read.
    """
    say(f"{state.subject} in {state.region} of {state.account}: from version {state.old} to {state.new}")
    checks = await preflight(connection, state.function, state.alias, state.new)
    if any(check.verdict == "fail" for check in checks):
        return Looked(checks=checks)
    try:
        first = await ShiftTraffic().plan(connection, state.subject, state.traffic(state.steps[0].percent))
    except ConsoleError as error:
        return Looked(checks=checks, refusal=str(error))
    slower = too_thin(checks, state.steps, sample)
    return Looked(checks=checks, first=first, warnings=tuple(filter(None, (*first.warnings, slower))))


async def _confirmed(order: Order, *, protected: bool) -> bool:
    """Asks on the terminal; a protected profile wants the function's name."""
    wanted = order.function if protected else "y"
    question = f"this profile is protected: type {wanted} to begin: " if protected else "begin? [y/N] "
    say(question, end="")
    line, ended, _ = (await _typed()).partition("\n")
    if not ended:
        say("")
    return bool(ended) and line.strip() == wanted


async def _typed() -> str:
    """What was typed on the terminal: a line, unless the input ended. Waiting for it can be cancelled."""
    loop, there = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sys.stdin, there.set)
    try:
        await there.wait()
    finally:
        loop.remove_reader(sys.stdin)
    try:
        return os.read(sys.stdin.fileno(), LINE).decode(errors="replace")
    except OSError:  # the terminal is gone
        return ""
