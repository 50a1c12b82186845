"""The bottom line: the keys that work here and now."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from lambdatui.ui.keymap import bindings_of

URGENT = Binding.Group("urgent")
"""The group of the keys that somebody needs who was woken at night: they stand first, and have room first."""
ACTION_KEYS = Binding.Group("actions")
"""The group of the other keys that change something: they stand behind those of what is in focus."""
GENERAL = Binding.Group("general")
"""The group of the keys that are much the same wherever one is: they stand last. Those of screen and console are too,
unless they say otherwise."""
_OF_FOCUS = Binding.Group("of what is in focus")
_ORDER = (URGENT, _OF_FOCUS, ACTION_KEYS, GENERAL)
_ALWAYS = ("app.help", "screen.actions", "app.goto")
"""What leads to all the other keys, and so has room before them; the first of them longest."""


class KeyLine(Widget):
    """The keys of what is in focus, as many as fit, taken from the bindings themselves.

    Where there is no room for all, those that would do nothing give way first.
    """

    DEFAULT_CSS = """
    KeyLine {
        height: 1;
        background: $panel;
        color: $foreground;
    }
    """

    keys: reactive[tuple[tuple[Binding, bool], ...]] = reactive(())
    """What can be pressed, and whether it would do something; repainted when it is something else."""

    def __init__(self, refused: Callable[[str], bool] = lambda _: False) -> None:
        """Args:
        refused: whether the action of a key that can be pressed would only tell why it cannot be done.
        """
        super().__init__()
        self._refused = refused

    def compose(self) -> ComposeResult:
        return ()

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self._look())
        self._look()

    def _look(self) -> None:
        if self.app.screen is self.screen:  # under a dialog it stays as it was
            self.keys = self._active()

    def render(self) -> Content:
        hints = [self._hint(binding, enabled) for binding, enabled in self.keys]
        room, shown = self.size.width, list[int]()
        for index in sorted(range(len(hints)), key=lambda index: _need(*self.keys[index])):
            if hints[index].cell_length <= room:
                room -= hints[index].cell_length
                shown.append(index)
        return Content.assemble(*(hints[index] for index in sorted(shown)))

    def _active(self) -> tuple[tuple[Binding, bool], ...]:
        every = [active for active in self.screen.active_bindings.values() if active.binding.show]
        declared = {active.node: list(bindings_of(type(active.node))) for active in every}
        holders = list(declared)

        def place(active: ActiveBinding) -> tuple[int, int, int]:
            ids, id_ = declared[active.node], active.binding.id
            # as declared, for Textual has a key that was remapped behind the others
            return self._group(active), holders.index(active.node), ids.index(id_) if id_ in ids else len(ids)

        shown: dict[str, tuple[Binding, bool]] = {}
        for active in sorted(every, key=place):
            binding = active.binding
            shown.setdefault(binding.action, (binding, active.enabled and not self._refused(binding.action)))
        return tuple(shown.values())

    def _group(self, active: ActiveBinding) -> int:
        """Where the group of a key stands among the others."""
        everywhere = active.node in (self.screen, self.app)
        return _ORDER.index(active.binding.group or (GENERAL if everywhere else _OF_FOCUS))

    def _hint(self, binding: Binding, enabled: bool) -> Content:
        key = self.app.get_key_display(binding)
        if enabled:
            return Content.assemble(" ", (key, "bold $accent"), " ", binding.description, " ")
        return Content.styled(f" {key} {binding.description} ", "dim")


def _need(binding: Binding, enabled: bool) -> tuple[int, bool]:
    """How soon a key gives way where there is no room for all: the least stays longest."""
    return _ALWAYS.index(binding.id) if binding.id in _ALWAYS else len(_ALWAYS), not enabled
