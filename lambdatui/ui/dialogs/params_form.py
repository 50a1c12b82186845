"""The form that an action's Params make: a field for each, checked as pydantic bounds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import NoneType
from typing import Annotated, Any, ClassVar, Literal, get_args, get_origin

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Select, Static, TextArea
from textual.widgets._select import SelectCurrent, SelectOverlay

from lambdatui.actions.action import NOT_ASKED, Draft, Edit, Params
from lambdatui.ui.dialogs.choice import MOVES
from lambdatui.ui.widgets.frame import Frame
from lambdatui.ui.widgets.plain_text import plain

LABEL_WIDTH = 24


class Offered(SelectOverlay):
    """What a list has to choose from: searched by what is typed, save for the keys that move in it."""

    BINDINGS: ClassVar[list[BindingType]] = [*MOVES]

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        return key not in self._bindings.key_to_bindings and super().check_consume_key(key, character)

    def action_move(self, move: str) -> None:
        """Moves as in any other list."""
        getattr(self, f"action_{move}")()


class Pick(Select[str]):
    """A list to choose from."""

    def compose(self) -> ComposeResult:
        yield SelectCurrent(self.prompt)
        yield Offered().data_bind(compact=Select.compact)


class Tick(Checkbox, inherit_bindings=False):
    """A checkbox that shows its state without colour, and leaves `enter` to the form."""

    BUTTON_INNER = " "
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "toggle_button", "switch", show=False, id="form.tick", tooltip="switch it on or off"),
    ]

    def watch_value(self) -> None:
        self.BUTTON_INNER = "✓" if self.value else " "
        super().watch_value()


class ParamsForm(VerticalScroll, can_focus=False):
    """Fields to fill in.

    Args:
        draft: what they hold at first.
    """

    DEFAULT_CSS = """
    ParamsForm { height: auto; max-height: 1fr; scrollbar-size-vertical: 1; }
    ParamsForm .row { height: auto; border-left: blank; }
    ParamsForm .row:focus-within { border-left: outer $accent; }
    ParamsForm .row:focus-within > .label { color: $foreground; text-style: bold; }
    ParamsForm .label { width: 24; color: $secondary; }
    ParamsForm .hint { color: $foreground-muted; padding-left: 25; }
    ParamsForm .problem { color: $error; padding-left: 25; display: none; }
    ParamsForm Input, ParamsForm Select { width: 1fr; }
    ParamsForm Checkbox { width: 1fr; border: none; padding: 0; background: transparent; }
    ParamsForm TextArea { width: 1fr; height: 6; border: none; }
    """

    KEYS: ClassVar[Mapping[type[Widget], str]] = {
        Pick: "enter opens it · {action.preview} shows what would happen · tab next field · {action.back} closes",
        Offered: "enter takes it · {choice.down} {choice.up} move · {action.back} closes the list",
        Tick: "{form.tick} switches it · enter shows what would happen · tab next field · {action.back} closes",
        TextArea: "{action.preview} shows what would happen · tab next field · {action.back} closes",
        Input: "enter or {action.preview} shows what would happen · tab next field · {action.back} closes",
    }
    """What the keys do in a field that has the focus, by its kind, as `Frame` tells it."""

    def __init__(self, draft: Draft[Any]) -> None:
        super().__init__()
        self._draft = draft
        self._fields = dict(_fields(draft))
        self._problems = {name: Static("", classes="problem", markup=False) for name in self._fields}
        self._at_first: Mapping[str, Any] = {}

    def on_mount(self) -> None:
        self._at_first = self.given

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Says what the keys do now."""
        keys = next((keys for kind, keys in self.KEYS.items() if isinstance(event.widget, kind)), "")
        if keys and self.display:  # what comes after the form has keys of its own
            self.query_ancestor(Frame).tell_keys(keys)

    def compose(self) -> ComposeResult:
        for remark in self._draft.remarks:
            yield Static(Content(plain(remark)), markup=False)
        for name, widget in self._fields.items():
            about = type(self._draft.params).model_fields[name]
            with Horizontal(classes="row"):
                yield Static(about.title or name, classes="label", markup=False)
                yield widget
            if about.description:
                yield Static(about.description, classes="hint", markup=False)
            yield self._problems[name]

    def focus_first(self) -> None:
        """Puts the focus where typing can begin."""
        next(iter(self._fields.values())).focus()

    @property
    def given(self) -> Mapping[str, Any]:
        """What the fields hold now, by name."""
        about = type(self._draft.params).model_fields
        return {name: _value(widget, about[name]) for name, widget in self._fields.items()}

    def filled_in(self) -> Params | None:
        """What was filled in; None where something does not fit, which is then told beside its field.

        Of an `Edit` only what was touched is given: the rest may have been changed by others since it was read.
        """
        params: type[Params] = type(self._draft.params)
        given = self.given
        if issubclass(params, Edit):
            given = {name: value for name, value in given.items() if value != self._at_first[name]}
        filled_in: Params | None = None
        try:
            filled_in = params.model_validate(given)
            problems = self._draft.problems(filled_in)
        except ValidationError as error:
            problems = {
                str(details["loc"][0]) if details["loc"] else next(iter(self._fields)): _in_words(details)
                for details in error.errors(include_url=False, include_input=False)
            }
        for name, shown in self._problems.items():
            shown.display = name in problems
            shown.update(f"! {plain(problems.get(name, ''))}")
        if problems:
            self._fields[next(iter(problems))].focus()
            return None
        return filled_in


def _in_words(details: ErrorDetails) -> str:
    """What is wrong with a field, as the console says it: pydantic speaks to programmers."""
    if words := _WORDS.get(details["type"]):
        return words.format(**details.get("ctx", {}))
    return details["msg"].removeprefix("Value error, ")


_WORDS = {
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} at least",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} at most",
    "string_type": "is needed",
    "string_too_short": "{min_length} characters at least",
    "string_too_long": "{max_length} characters at most",
}
"""By pydantic's type of error."""


def _fields(draft: Draft[Any]) -> Iterator[tuple[str, Widget]]:
    for name, about in type(draft.params).model_fields.items():
        if about.json_schema_extra == NOT_ASKED:
            continue
        choices = draft.choices.get(name) or _choices(about)
        widget = _field(about, getattr(draft.params, name), choices)
        if isinstance(widget, Input) and name in draft.suggestions:
            widget.suggester = SuggestFromList(draft.suggestions[name], case_sensitive=False)
        yield name, widget


def _field(about: FieldInfo, value: Any, choices: tuple[str, ...]) -> Widget:
    if choices:
        known = [(plain(choice), choice) for choice in choices]
        return Pick(known, value=value if value in choices else Pick.NULL, allow_blank=_optional(about), compact=True)
    kinds = _kinds(about)
    if bool in kinds:
        return Tick("", value=bool(value), compact=True)
    extra = about.json_schema_extra
    if isinstance(extra, dict) and extra.get("lines"):
        return TextArea(value or "", compact=True)
    field = Input(
        "" if value is None else value.get_secret_value() if isinstance(value, SecretStr) else str(value),
        type="integer" if int in kinds else "number" if float in kinds else "text",
        password=SecretStr in kinds,
        placeholder="not set" if _optional(about) else "",
        compact=True,
    )
    field.cursor_blink = False  # blinking costs bytes, for nothing that is new
    return field


def _value(widget: Widget, about: FieldInfo) -> Any:
    if isinstance(widget, TextArea):
        return widget.text
    value = getattr(widget, "value", None)
    if value is Select.NULL or (value == "" and _optional(about)):
        return None
    return value


def _kinds(about: FieldInfo) -> tuple[Any, ...]:
    """What a field takes; what bounds it inside a union is left out."""
    kinds = get_args(about.annotation) or (about.annotation,)
    return tuple(get_args(kind)[0] if get_origin(kind) is Annotated else kind for kind in kinds)


def _optional(about: FieldInfo) -> bool:
    return NoneType in _kinds(about)


def _choices(about: FieldInfo) -> tuple[str, ...]:
    """What a Literal can be."""
    annotations = (about.annotation, *get_args(about.annotation))
    return next((get_args(annotation) for annotation in annotations if get_origin(annotation) is Literal), ())
