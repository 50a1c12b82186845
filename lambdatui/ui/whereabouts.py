"""What the header says: where the console is at the left, and how all stands there at the right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.content import Content

from lambdatui.clock import now_ms
from lambdatui.ui import figures
from lambdatui.ui.shift import badges
from lambdatui.ui.widgets.plain_text import plain

if TYPE_CHECKING:
    from lambdatui.ui.session import Session

CENT_USD = 0.01
OLD_MS = 60_000
"""From this age on it is told when the functions were read."""


def place(session: Session, *, demo: bool) -> Content:
    """Account, region and identity, as far as they are known, and whether this is read-only or the demo."""
    target, identity = session.target, session.identity
    parts = [Content.styled(" lambdatui ", "bold")]
    if identity is not None:
        account = f"{plain(identity.account_alias)} {identity.account}" if identity.account_alias else identity.account
        parts.append(Content(f" {account} · {plain(identity.region)} · {plain(identity.name)}"))
    elif target.region:
        parts.append(Content(f" {plain(target.region)}"))
    if target.profile:
        parts.append(Content(f" · {plain(target.profile)}"))
    if target.read_only:
        parts.append(Content.styled("  READ-ONLY ", "bold reverse"))
    if demo:
        parts.append(Content.styled("  demo", "$secondary"))
    return Content.assemble(*parts)


def state(session: Session) -> Content:
    """How old the picture is, what it cost, what is on its way, and what went wrong."""
    return Content(" · ").join(Content.styled(plain(text), style) for text, style in _told(session))


def _told(session: Session) -> Iterator[tuple[str, str]]:
    """Each thing with its style."""
    reading, now = session.reading, now_ms()
    if reading.read_at is not None and reading.cached:
        yield f"cached {figures.age(now - reading.read_at)}", "$warning"
    elif reading.read_at is not None and now - reading.read_at >= OLD_MS:
        yield f"read {figures.age(now - reading.read_at)} ago", "$secondary"
    if (price := session.metrics_price_usd) >= CENT_USD / 2:
        yield f"${price:.2f}", "$secondary"
    if under_way := len(session.operations.running):
        yield f"▸ {under_way} under way", "$warning"
    yield from badges(session.flights.running, now)
    if left := len(session.flights.left):
        yield f"! {left} shift{'' if left == 1 else 's'} left", "$error"
    if session.errors:
        yield f"! {len(session.errors)}", "$error"
