"""The bottom line: the keys that work here and now."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget


class KeyLine(Widget):
    """The keys of what is in focus, as many as fit, taken from the bindings themselves."""

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
        self.keys = self._active()

    def render(self) -> Content:
        hints = [(binding.id or "", self._hint(binding, enabled)) for binding, enabled in self.keys]
        kept = {id_ for id_, _ in hints if id_ in _ALWAYS}
        room = self.size.width - sum(hint.cell_length for id_, hint in hints if id_ in kept)
        shown: list[Content] = []
        for id_, hint in hints:
            if id_ not in kept:
                room -= hint.cell_length
                if room < 0:
                    continue
            shown.append(hint)
        return Content.assemble(*shown)

    def _active(self) -> tuple[tuple[Binding, bool], ...]:
        shown: dict[str, tuple[Binding, bool]] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show:
                shown.setdefault(binding.action, (binding, active.enabled and not self._refused(binding.action)))
        return tuple(sorted(shown.values(), key=lambda hint: _LAST.get(hint[0].id or "", 0)))

    def _hint(self, binding: Binding, enabled: bool) -> Content:
        key = self.app.get_key_display(binding)
        if enabled:
            return Content.assemble(" ", (key, "bold $accent"), " ", binding.description, " ")
        return Content.styled(f" {key} {binding.description} ", "dim")


_ALWAYS = frozenset({"app.goto", "app.help", "screen.actions"})
"""What leads to all the other keys, and so has room before them."""
_LAST = {"app.filter": 1, "app.goto": 2, "app.help": 3}
"""Where the keys that work everywhere stand: behind those of the pane."""
