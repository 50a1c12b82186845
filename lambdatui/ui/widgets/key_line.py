"""The bottom line: the keys that work here and now."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
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

    def compose(self) -> ComposeResult:
        return ()

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def render(self) -> Content:
        hints: list[Content] = []
        used = 0
        for binding, enabled in self._active():
            hint = self._hint(binding, enabled)
            if used + hint.cell_length > self.size.width:
                break
            used += hint.cell_length
            hints.append(hint)
        return Content.assemble(*hints)

    def _active(self) -> list[tuple[Binding, bool]]:
        shown: dict[str, tuple[Binding, bool]] = {}
        for active in self.screen.active_bindings.values():
            if active.binding.show:
                shown.setdefault(active.binding.action, (active.binding, active.enabled))
        return sorted(shown.values(), key=lambda hint: _LAST.get(hint[0].id or "", 0))

    def _hint(self, binding: Binding, enabled: bool) -> Content:
        key = self.app.get_key_display(binding)
        if enabled:
            return Content.assemble(" ", (key, "bold $accent"), " ", binding.description, " ")
        return Content.styled(f" {key} {binding.description} ", "dim")


_LAST = {"app.filter": 1, "app.goto": 2, "app.help": 3}
"""Where the keys that work everywhere stand: behind those of the pane."""
