"""Keys, each worked off before the next one is looked at."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from textual import events
from textual.app import App
from textual.dom import DOMNode

LOST_S = 0.5
"""How long a key keeps others back whose end nothing tells, as where its widget went away in the midst."""


class KeysInTurn(App[None]):
    """Gives a key, or what was pasted, to what is in focus once all before it have been worked off.

    Textual itself gives it to what is in focus when it comes. A slow connection delivers several at once: what was
    typed right behind the key that opens a line to type in would be taken for keys of the pane, each of which may do
    something else.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._under_way: events.Event | None = None
        self._held: deque[events.Event] = deque()

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._under_way is None:
            await self._take(event)
        else:
            self._held.append(event)

    async def _take(self, event: events.Event) -> None:
        """Sends it on its way, which is up from what is in focus until something takes it."""
        self._under_way = event
        asyncio.get_running_loop().call_later(LOST_S, self._go_after, event)
        path = self._upwards()
        await super().on_event(event)
        _behind(path if event.is_forwarded else (), partial(self._passed, event))

    def _go_after(self, event: events.Event) -> None:
        """Does without its way: it may be lost, or only take long, and then what comes next stays behind it."""
        if event is self._under_way:
            _behind(self._upwards(), partial(self._passed, event))

    def _passed(self, event: events.Event) -> None:
        """What it began to do may have left messages of its own: what comes next is for what is there after them."""
        _behind(self._upwards() if self._held else (), partial(self._worked_off, event))

    def _worked_off(self, event: events.Event) -> None:
        if event is not self._under_way:
            return
        if self._held:
            self._under_way = following = self._held.popleft()
            self.call_later(self._take, following)
        else:
            self._under_way = None

    def _upwards(self) -> Sequence[DOMNode]:
        return (self.focused or self.screen).ancestors_with_self if self.screen_stack else ()


def _behind(path: Sequence[DOMNode], then: Callable[[], None]) -> None:
    """Calls it when each node of the path, one after the other, has worked off all that waits for it now."""
    for index, node in enumerate(path):
        if node.call_later(_behind, path[index + 1 :], then):  # one that is going away takes no more
            return
    then()
