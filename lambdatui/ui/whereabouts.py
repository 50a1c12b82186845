"""What the header says: where the console is at the left, and how all stands there at the right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lambdatui.clock import now_ms
from lambdatui.ui import figures
from lambdatui.ui.shift import badges
from lambdatui.ui.widgets.header_line import Part

if TYPE_CHECKING:
    from lambdatui.ui.session import Session

CENT_USD = 0.01
OLD_MS = 60_000
"""From this age on it is told when the functions were read."""


def place(session: Session, *, demo: bool) -> tuple[Part, ...]:
    """Account, region and identity, as far as they are known, and whether this is read-only, protected or the demo."""
    return tuple(_place(session, demo=demo))


def _place(session: Session, *, demo: bool) -> Iterator[Part]:
    target, identity = session.target, session.identity
    yield Part(" lambdatui ", "bold", yields=7)
    if identity is not None:
        if identity.account_alias:
            yield Part(f" {identity.account_alias}", yields=3)
        yield Part(f" {identity.account} · {identity.region}")
        yield Part(f" · {identity.name}", yields=6)
    elif target.region:
        yield Part(f" {target.region}")
    if target.profile:
        yield Part(f" · {target.profile}", yields=4)
    if target.read_only:
        yield Part("  READ-ONLY ", "bold reverse")
    if session.settings is not None and session.settings.protected:
        yield Part("  PROTECTED ", "bold $warning", yields=1 if target.read_only else 0)
    if demo:
        yield Part("  demo", "$secondary", yields=3)


def state(session: Session) -> tuple[Part, ...]:
    """How old the picture is, what it cost, what is on its way, and what went wrong."""
    return tuple(_state(session))


def _state(session: Session) -> Iterator[Part]:
    reading, now = session.reading, now_ms()
    if reading.read_at is not None and reading.cached:
        yield Part(f"cached {figures.age(now - reading.read_at)}", "$warning", yields=5)
    elif reading.read_at is not None and now - reading.read_at >= OLD_MS:
        yield Part(f"read {figures.age(now - reading.read_at)} ago", "$secondary", yields=9)
    if (price := session.metrics_price_usd) >= CENT_USD / 2:
        yield Part(f"${price:.2f}", "$secondary", yields=8)
    if under_way := len(session.operations.running):
        yield Part(f"▸ {under_way} under way", "$warning", yields=2)
    for badge, style in badges(session.flights.running, len(session.flights.left), now):
        yield Part(badge, style)
    if session.errors:
        yield Part(f"! {len(session.errors)}", "$error", yields=4)
