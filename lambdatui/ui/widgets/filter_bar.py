"""The line in which a filter is typed: the list follows every letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType

from lambdatui.ui.widgets.typing_line import TypingLine

if TYPE_CHECKING:
    from lambdatui.ui.panes.list_pane import ListPane


class FilterBar(TypingLine):
    """Typed text filters the pane that it stands in; the arrows go on moving through the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move('cursor_up')", show=False),
        Binding("down", "move('cursor_down')", show=False),
        Binding("pageup", "move('page_up')", show=False),
        Binding("pagedown", "move('page_down')", show=False),
    ]

    def __init__(self, text: str) -> None:
        super().__init__(text, placeholder='words   !not   runtime:python3.12   memory>512   "two words"')

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
