"""The line in which a filter is typed: the list follows every letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.widgets import Input

if TYPE_CHECKING:
    from lambdatui.ui.panes.list_pane import ListPane


class FilterBar(Input):
    """Typed text filters the pane that it stands in; the arrows go on moving through the list."""

    DEFAULT_CSS = """
    FilterBar { height: 1; border: none; padding: 0 1; background: $panel; }
    FilterBar:focus { border: none; background: $panel; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "keep filter", id="filter.keep"),
        Binding("escape", "drop", "clear filter", id="filter.clear"),
        Binding("up", "move('cursor_up')", show=False),
        Binding("down", "move('cursor_down')", show=False),
        Binding("pageup", "move('page_up')", show=False),
        Binding("pagedown", "move('page_down')", show=False),
    ]

    def __init__(self, text: str) -> None:
        super().__init__(
            text,
            placeholder='words   !not   runtime:python3.12   memory>512   "two words"',
            select_on_focus=False,
            compact=True,
        )
        self.cursor_blink = False  # blinking costs bytes, for nothing that is new

    @property
    def _pane(self) -> ListPane[object]:
        return cast("ListPane[object]", self.parent)

    def watch_value(self, value: str) -> None:
        if self.is_mounted:
            self._pane.filter_by(value)

    async def action_keep(self) -> None:
        await self._pane.close_filter(keep=True)

    async def action_drop(self) -> None:
        await self._pane.close_filter(keep=False)

    async def action_move(self, how: str) -> None:
        await self._pane.table.run_action(how)
