"""What the operator is told in passing, wherever the eye is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lambdatui.insight.quantities import counted
from lambdatui.ui.shift import Running
from lambdatui.ui.widgets.frame import with_keys
from lambdatui.ui.widgets.plain_text import plain

if TYPE_CHECKING:
    from textual.app import App
    from textual.notifications import SeverityLevel

    from lambdatui.ui.flights import Flights
    from lambdatui.ui.operation import Operations

NAMED = 3
"""How many functions a notice names."""
NOTICE_S = 30.0
"""How long a notice stays that is told once."""


class Notices:
    """Tells each thing once.

    Args:
        app: where it is shown.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._stuck: set[tuple[Running, str]] = set()
        """The shifts of which it was told that they are stuck, and in which phase."""

    def left_by_operations(self, operations: Operations) -> None:
        """Tells what earlier consoles left stopped, and what they did not see the end of."""
        if stopped := sorted(operations.stopped):
            names = ", ".join(stopped[:NAMED]) + (f" and {len(stopped) - NAMED} more" if len(stopped) > NAMED else "")
            told = f"left stopped by an emergency stop: {names} · {{action.emergency-stop}} on it restores"
            self._tell(with_keys(self._app.screen_stack[0], told))
        if count := operations.unfinished:
            self._tell(f"it is not known what became of {counted(count, 'attempts')} of an earlier console: see :audit")

    def left_by_flights(self, flights: Flights) -> None:
        """Tells which shifts were left on their way; what is done about them is done where they are shown."""
        for left in flights.left.values():
            self._tell(
                f"a shift of {left.subject} was left on its way: {left.standing} - :shifts tells what can be done"
            )

    def landed(self, shift: Running) -> None:
        """Tells what became of a shift."""
        self._tell(shift.in_a_line, shift.severity, f"Shift of {shift.subject}")

    def stuck(self, running: Sequence[Running]) -> None:
        """Tells which of the shifts on their way are stuck; of each once, until it is not or stands otherwise."""
        found = {(shift, shift.phase) for shift in running if shift.trouble}
        for shift, _ in found - self._stuck:
            self._tell(shift.in_a_line, shift.severity, f"Shift of {shift.subject}")
        self._stuck = found

    def ending(self, awaited: Sequence[str]) -> None:
        """Tells for what the console waits before it ends."""
        told = f"ending what is on its way: {', '.join(awaited)} · {{app.quit}} again does not wait"
        self._tell(with_keys(self._app.screen_stack[0], told))

    def _tell(self, text: str, severity: SeverityLevel = "warning", title: str = "") -> None:
        self._app.notify(plain(text), title=plain(title), severity=severity, timeout=NOTICE_S, markup=False)
