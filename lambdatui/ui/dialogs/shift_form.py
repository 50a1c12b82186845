"""What a shift of traffic asks for: the version, and in which steps or with which weight it gets its traffic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import Field, ValidationInfo, field_validator
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Select, Static

from lambdatui.actions.action import Draft, Params
from lambdatui.actions.flight_state import Leaving
from lambdatui.actions.traffic import Traffic
from lambdatui.errors import SettingsError
from lambdatui.insight.shift_plan import EXAMPLE, PLANS, ShiftPlan, odd_share, read_plan, written
from lambdatui.ui.dialogs.params_form import ParamsForm
from lambdatui.ui.panes.release_columns import bar, drawn
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.section_view import Section, SectionView

TYPED = "steps that are typed"
WEIGHT = "one weight, by hand"
PROMOTE = "promote: all to the new version"
ROLL_BACK = "roll back: all to the old version"
AT_ONCE = frozenset({WEIGHT, PROMOTE, ROLL_BACK})
"""The ways of shifting that take one change, and no steps."""
ASKED = {"steps": TYPED, "percent": WEIGHT}
"""The fields that only one way of shifting asks for."""


class Wish(Params):
    """What the operator wants of the alias."""

    new: str = Field(title="To version")
    how: str = Field(title="How")
    steps: str | None = Field(default=None, title="Steps")
    percent: float | None = Field(default=None, title="Weight, %")
    leaving: Leaving = Field(default="roll back", title="When the console ends")

    @field_validator("steps")
    @classmethod
    def _can_be_read(cls, steps: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("how") == TYPED:
            try:
                read_plan(steps or "")
            except SettingsError as error:
                raise ValueError(str(error)) from None
        return steps

    @field_validator("percent")
    @classmethod
    def _is_there(cls, percent: float | None, info: ValidationInfo) -> float | None:
        if info.data.get("how") == WEIGHT and (problem := odd_share(percent or 0)):
            raise ValueError(problem)
        return percent

    def plan(self, named: Mapping[str, str]) -> str | None:
        """The steps of the shift, as `read_plan` reads them; None where no steps are wanted.

        Args:
            named: the settings' own plans.
        """
        if self.how in AT_ONCE:
            return None
        return written(read_plan(self.steps or "") if self.how == TYPED else ways(named)[self.how])

    def traffic(self, old: str) -> Traffic:
        """How the alias is to be in one change, without steps."""
        if self.how == ROLL_BACK:
            return Traffic(version=old)
        if self.how == PROMOTE:
            return Traffic(version=self.new)
        return Traffic(version=old, additional=self.new, percent=self.percent)


def ways(named: Mapping[str, str]) -> Mapping[str, ShiftPlan]:
    """The plans that have a name, as they are offered; the settings' own go before those of the same name."""
    plans = {**PLANS, **{name: read_plan(name, named) for name in named}}
    return {f"{name}: {written(plan)}": plan for name, plan in plans.items()}


def wish_draft(now: Traffic, published: Sequence[str], named: Mapping[str, str]) -> Draft[Wish]:
    """What the form starts with.

    Args:
        now: how the alias is.
        published: the versions that there are, newest first.
        named: the settings' own plans.
    """
    others = tuple(version for version in published if version != now.version) or (now.version,)
    every = (*ways(named), TYPED, WEIGHT, PROMOTE, ROLL_BACK)
    return Draft(
        params=Wish(
            new=now.additional or others[0], how=WEIGHT if now.additional else every[0], percent=now.percent or 10
        ),
        remarks=(f"now  {drawn(now.version, now.additional or '', now.percent or 0)}",),
        choices={"new": others, "how": every},
    )


class WeightInput(Input):
    """A percentage, typed or moved by the arrow keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(  # with priority: no question mark can be typed here
            "question_mark",
            "app.help",
            show=False,
            id="app.help",
            key_display="?",
            priority=True,
            tooltip="the keys of what is in focus",
        ),
        Binding("left", "move(-1)", "less", show=False, id="weight.less", tooltip="1 % less"),
        Binding("right", "move(1)", "more", show=False, id="weight.more", tooltip="1 % more"),
        Binding("shift+left", "move(-10)", "less", show=False, id="weight.much_less", tooltip="10 % less"),
        Binding("shift+right", "move(10)", "more", show=False, id="weight.much_more", tooltip="10 % more"),
    ]

    def insert_text_at_cursor(self, text: str) -> None:
        """Takes a comma for the point that it is meant as."""
        super().insert_text_at_cursor(text.replace(",", "."))

    def action_move(self, by: int) -> None:
        """Changes it within 1 and 99."""
        self.value = f"{min(99.0, max(1.0, self.percent + by)):g}"
        self.action_end()

    @property
    def percent(self) -> float:
        """What it says, 0..100; 0 where that is no number."""
        try:
            return min(100.0, max(0.0, float(self.value)))
        except ValueError:
            return 0.0


class ShiftForm(ParamsForm):
    """The form of a shift, and under it what is known of the version that is chosen.

    Args:
        draft: what the fields hold at first.
    """

    DEFAULT_CSS = """
    ShiftForm WeightInput { width: 12; }
    """

    KEYS: ClassVar[Mapping[type[Widget], str]] = {
        WeightInput: "{weight.less} {weight.more} 1 % · {weight.much_less} {weight.much_more} 10 % · "
        "enter shows what would happen · {action.back} closes",
        **ParamsForm.KEYS,
    }

    class VersionChosen(Message):
        """Another version is to get the traffic."""

        def __init__(self, version: str) -> None:
            super().__init__()
            self.version = version

    def __init__(self, draft: Draft[Wish]) -> None:
        super().__init__(draft)
        self._bar = Static("", markup=False)
        self._offer = Static("", markup=False)
        self._offer.display = False
        self._known = SectionView()
        weight = WeightInput(f"{draft.params.percent:g}", type="number", compact=True)
        weight.cursor_blink = False  # blinking costs bytes, for nothing that is new
        self._fields["percent"] = weight
        steps = self._fields["steps"]
        assert isinstance(steps, Input)
        steps.placeholder = EXAMPLE

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield self._offer
        yield self._known

    def on_mount(self) -> None:
        self._row("percent").mount(self._bar)
        self._show_asked()

    def _row(self, name: str) -> Widget:
        row = self._fields[name].parent
        assert isinstance(row, Widget)  # each field stands beside its label
        return row

    @property
    def version(self) -> str:
        """The version that is to get the traffic."""
        return str(self._select("new").value)

    def offer(self, text: str) -> None:
        """Tells of another way to shift it."""
        self._offer.update(Content.styled(plain(text), "$accent"))
        self._offer.display = True

    def tell(self, sections: Sequence[Section]) -> None:
        """Shows what is known of the version that is chosen."""
        self._known.show(sections)

    def _select(self, name: str) -> Select[str]:
        field = self._fields[name]
        assert isinstance(field, Select)
        return field

    @on(Select.Changed)
    def _chosen(self, event: Select.Changed) -> None:
        event.stop()
        if event.select is self._fields["new"]:
            self.post_message(self.VersionChosen(str(event.value)))
        else:
            self._show_asked()

    @on(Input.Changed)
    def _typed_in(self, event: Input.Changed) -> None:
        if isinstance(event.input, WeightInput):
            self._bar.update(Content.styled(bar(event.input.percent / 100), "$accent"))

    def _show_asked(self) -> None:
        """Shows the fields that the chosen way asks for, and no others."""
        how = self._select("how").value
        asked = {name: how == way for name, way in ASKED.items()}
        asked["leaving"] = how not in AT_ONCE
        for name, wanted in asked.items():
            self._row(name).display = wanted
            self._problems[name].display &= wanted
