"""The console on a pilot: what a test presses and what it then sees."""

from __future__ import annotations

import asyncio
import base64
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from weakref import WeakKeyDictionary

from textual._compositor import Compositor
from textual._context import visible_screen_stack
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from lambdatui.ui.app import Console

PATIENCE_S = 20.0
"""No test takes as long; one that does has failed, and says what was on screen."""
POLL_S = 0.01
NARROW = (80, 24)
WIDE = (140, 40)

Seen = str | Callable[[], Any]


CHANGES = ((Widget, "_set_dirty"), (Compositor, "reflow"), (Compositor, "reflow_visible"))
"""What Textual calls where something on screen is to look different."""

_texts: WeakKeyDictionary[Screen[Any], str] = WeakKeyDictionary()
"""What was read of screens since anything on them changed."""


def noticed(change: Callable[..., Any]) -> Callable[..., Any]:
    """One of `CHANGES` that has `screen_text` read the screen anew."""

    @wraps(change)
    def noticing(*arguments: Any, **options: Any) -> Any:
        _texts.clear()
        return change(*arguments, **options)

    return noticing


def drawn_text(app: Console) -> str:
    """All that can be read on screen, line by line; what lies under a dialog included."""
    visible_screen_stack.set(app._background_screens)
    return "\n".join(line.text for line in app.screen._compositor.render_strips())


def screen_text(app: Console) -> str:
    """As `drawn_text`, drawn only if anything has changed; where `CHANGES` are `noticed`."""
    if app.screen not in _texts:
        _texts[app.screen] = drawn_text(app)
    return _texts[app.screen]


@dataclass
class Stage:
    """A running console."""

    app: Console
    pilot: Pilot[None]
    sent: list[str] = field(default_factory=list)
    """All that was written to the terminal beside the pictures: OSC 52 and the like."""

    @property
    def text(self) -> str:
        """The whole screen."""
        return screen_text(self.app)

    @property
    def header(self) -> str:
        """The top line."""
        return self.text.splitlines()[0]

    @property
    def footer(self) -> str:
        """The bottom line."""
        return self.text.splitlines()[-1]

    @property
    def rows(self) -> list[str]:
        """The names in the table of the open pane, as they stand."""
        return [record.name for record in self.app._main.pane.table.shown]  # type: ignore[attr-defined]

    @property
    def copied(self) -> list[str]:
        """What was given to the terminal's clipboard."""
        texts = re.findall(r"\x1b\]52;c;([^\x07]*)\x07", "".join(self.sent))
        return [base64.b64decode(text).decode() for text in texts]

    async def wait_for(self, seen: Seen) -> None:
        """Returns when a text is on screen, or when a predicate holds.

        Raises:
            AssertionError: it did not come, with what is on screen instead.
        """
        holds = (lambda: seen in self.text) if isinstance(seen, str) else seen
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > deadline:
                raise AssertionError(f"waited in vain for {seen!r}; on screen is\n{self.text}")
            await asyncio.sleep(POLL_S)

    async def wait_gone(self, text: str) -> None:
        """Returns when a text is on screen no more."""
        await self.wait_for(lambda: text not in self.text)

    async def wait_until_read(self) -> None:
        """Returns when the inventory was read to its end."""
        await self.wait_for(lambda: self.app.session.reading.read_at and not self.app.session.reading.running)

    async def press(self, *keys: str) -> None:
        """Presses keys, one after the other, each when the one before was worked off."""
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Types letters."""
        await self.pilot.press(*("space" if letter == " " else letter for letter in text))


@asynccontextmanager
async def on_stage(app: Console, size: tuple[int, int] = WIDE) -> AsyncIterator[Stage]:
    """Runs a console without a terminal."""
    async with app.run_test(size=size, notifications=True) as pilot:
        assert app._driver is not None
        stage = Stage(app, pilot)
        app._driver.write = stage.sent.append  # type: ignore[method-assign]
        yield stage
