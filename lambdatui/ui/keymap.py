"""Every key there is, gathered from the bindings themselves: for remapping, for help, for the palette."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen

from lambdatui.errors import SettingsError
from lambdatui.ui.panes import PANES, load_pane
from lambdatui.ui.themes import THEMES
from lambdatui.ui.widgets.plain_text import plain

if TYPE_CHECKING:
    from lambdatui.ui.app import Console
    from lambdatui.ui.panes.pane import Pane


def scopes() -> list[tuple[type[DOMNode], ...]]:
    """What has keys of its own, by place: what stands together is live at the same time.

    Everything is imported here and not above, for the console has painted before it asks.
    """
    from lambdatui.ui.app import Console  # noqa: PLC0415
    from lambdatui.ui.dialogs.action_dialog import ActionDialog  # noqa: PLC0415
    from lambdatui.ui.dialogs.alarm import AlarmFacts  # noqa: PLC0415
    from lambdatui.ui.dialogs.choice import Choice  # noqa: PLC0415
    from lambdatui.ui.dialogs.confirmation import Confirmation  # noqa: PLC0415
    from lambdatui.ui.dialogs.goto import GoTo  # noqa: PLC0415
    from lambdatui.ui.dialogs.help import Help  # noqa: PLC0415
    from lambdatui.ui.dialogs.invoke import InvokeDialog  # noqa: PLC0415
    from lambdatui.ui.dialogs.invoke_result import InvokeResult  # noqa: PLC0415
    from lambdatui.ui.dialogs.log_lines import LogLines  # noqa: PLC0415
    from lambdatui.ui.dialogs.params_form import Tick  # noqa: PLC0415
    from lambdatui.ui.dialogs.query_editor import QueryEditor  # noqa: PLC0415
    from lambdatui.ui.dialogs.raw_json import RawJson  # noqa: PLC0415
    from lambdatui.ui.dialogs.release import ReleaseComparison  # noqa: PLC0415
    from lambdatui.ui.dialogs.shift import ShiftDialog  # noqa: PLC0415
    from lambdatui.ui.dialogs.shift_form import WeightInput  # noqa: PLC0415
    from lambdatui.ui.dialogs.trigger_detail import TriggerDetail  # noqa: PLC0415
    from lambdatui.ui.screens.main import MainScreen  # noqa: PLC0415
    from lambdatui.ui.widgets.frame import Frame  # noqa: PLC0415
    from lambdatui.ui.widgets.log_view import LogView  # noqa: PLC0415
    from lambdatui.ui.widgets.page import Page  # noqa: PLC0415
    from lambdatui.ui.widgets.text_lines import TextLines  # noqa: PLC0415
    from lambdatui.ui.widgets.typing_line import TypingLine  # noqa: PLC0415

    panes: list[type[Pane]] = [load_pane(path) for entry in PANES for path in (entry.region, entry.tab) if path]
    places: list[tuple[type[DOMNode], ...]] = [
        (Console, MainScreen, *contents, pane) for pane in panes for contents in pane.contents()
    ]
    return [
        *places,
        (Page, Frame, AlarmFacts),
        (Page, Help),
        *((Page, Frame, dialog) for dialog in (RawJson, ReleaseComparison, TriggerDetail)),
        (Tick, Frame, ActionDialog),
        (Page, Frame, InvokeDialog),
        (Page, Frame, ShiftDialog),
        (WeightInput, Frame, ShiftDialog),
        (TextLines, Frame, InvokeResult),
        (LogView, LogLines),
        (QueryEditor,),
        (TypingLine,),
        (GoTo,),
        (Frame, Choice),
        (Frame, Confirmation),
    ]


def bindings_of(holder: type[DOMNode]) -> dict[str, Binding]:
    """The bindings of a class and of those of ours that it builds on, by id."""
    found: dict[str, Binding] = {}
    for ancestor in reversed(holder.__mro__):
        if ancestor.__module__.startswith("lambdatui."):
            for binding in ancestor.__dict__.get("BINDINGS", ()):
                if isinstance(binding, Binding) and binding.id:
                    found[binding.id] = binding
    return found


def all_bindings() -> dict[str, Binding]:
    """Every binding that can be remapped, by id."""
    return {id_: binding for scope in scopes() for holder in scope for id_, binding in bindings_of(holder).items()}


def reference() -> str:
    """The table of keys in the README, in Markdown."""
    lines = ["| key | does | id, for remapping |", "| --- | --- | --- |"]
    for id_, binding in all_bindings().items():
        keys = " ".join(f"`{_TYPED.get(key, key)}`" for key in binding.key.split(","))
        lines.append(f"| {keys} | {binding.tooltip or binding.description} | `{id_}` |")
    return "\n".join(lines)


_TYPED = {
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "backslash": "\\",
    "colon": ":",
    "slash": "/",
    "question_mark": "?",
    "exclamation_mark": "!",
    "plus": "+",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "escape": "esc",
}
"""How a key is written where its name is not what is typed."""


def check_keys(keys: Mapping[str, Sequence[str]], origin: str) -> dict[str, str]:
    """The keymap for Textual, from the settings' ``[keys]``.

    Args:
        keys: the keys of an action, by its id.
        origin: where they were set, for the error.

    Raises:
        SettingsError: an id that is not there, or a key that would do two things in the same place.
    """
    if not keys:
        return {}
    known = all_bindings()
    problems = []
    for id_ in keys:
        if id_ not in known:
            near = difflib.get_close_matches(id_, known, n=1, cutoff=0)
            problems.append(f"{origin}: keys.{id_} is not an action; did you mean {near[0]}?")
    keymap = {id_: ",".join(names) for id_, names in keys.items() if id_ in known}
    problems += _clashes(keymap, origin)
    if problems:
        raise SettingsError("\n".join(problems))
    return keymap


def _clashes(keymap: Mapping[str, str], origin: str) -> Iterable[str]:
    """Where a remapped key would do two things in one place."""
    told: set[str] = set()
    for scope in scopes():
        taken: dict[str, str] = {}
        for id_, binding in {k: v for holder in scope for k, v in bindings_of(holder).items()}.items():
            for key in keymap.get(id_, binding.key).split(","):
                other = taken.setdefault(key, id_)
                clash = f"{origin}: the key {key} would do both {other} and {id_}"
                if other != id_ and {id_, other} & keymap.keys() and clash not in told:
                    told.add(clash)
                    yield clash


_NOT_IN_PALETTE = ("table.", "page.", "screen.back", "app.goto", "app.region", "app.profile")
"""What has no sense or another entry there."""


def palette(console: Console, screen: Screen[Any]) -> Iterable[SystemCommand]:
    """What the palette offers: every pane and theme, and everything that a key does here."""
    for entry in PANES:
        if entry.region:
            yield SystemCommand(f"Go to {entry.title}", entry.about, partial(console.go, entry.id))
    yield SystemCommand("Go to profile…", "switch to another profile", lambda: console.action_goto("profile "))
    yield SystemCommand("Go to region…", "switch to another region", lambda: console.action_goto("region "))
    for name in THEMES:
        yield SystemCommand(f"Theme: {name}", "change the colours", partial(console.go, f"theme {name}"))
    for active in screen.active_bindings.values():
        binding = active.binding
        if binding.id and active.enabled and not binding.id.startswith(_NOT_IN_PALETTE):
            yield SystemCommand(
                binding.description.capitalize(),
                f"{binding.tooltip}  ({key_name(console, binding)})",
                partial(console.run_action, binding.action, active.node),
            )


def key_name(app: App[Any], binding: Binding) -> str:
    """The key of a binding as an operator would write it."""
    return plain(app.get_key_display(binding))
