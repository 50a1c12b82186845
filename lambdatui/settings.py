"""The settings: what they are called, what they may be, and what they are when nobody says.

They are gathered in `lambdatui.settings_sources`, which imports no pydantic.
"""

from __future__ import annotations

import difflib
import json
from contextlib import suppress
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, NamedTuple, Self, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from lambdatui.errors import SettingsError
from lambdatui.insight.canary import DEFAULTS, Thresholds
from lambdatui.insight.shift_plan import EXAMPLE, read_plan
from lambdatui.settings_sources import PREFIX, Gathered, Given

REFRESH_AT_LEAST_S = 30


def _not_hasty(seconds: int) -> int:
    if 0 < seconds < REFRESH_AT_LEAST_S:
        raise ValueError(f"must be 0, or at least {REFRESH_AT_LEAST_S}")
    return seconds


def _absolute(path: Path) -> Path:
    with suppress(RuntimeError):  # ~somebody, and there is no such user
        path = path.expanduser()
    if not path.is_absolute():
        raise ValueError("must be an absolute path, or start with ~/")
    return path


def _several(keys: Any) -> Any:
    return tuple(keys) if isinstance(keys, list) else (keys,) if isinstance(keys, str) else keys


def _plan(text: str) -> str:
    try:
        read_plan(text)
    except SettingsError as error:
        raise ValueError(f"must be steps such as {EXAMPLE} ({error.title})") from None
    return text


def _not_before_it_is_held(times: float, info: ValidationInfo) -> float:
    held = info.data.get("slower_hold", times)
    if times < held:
        raise ValueError(f"must be at least slower_hold, which is {held:g}")
    return times


Text = Annotated[str, Field(min_length=1)]
Url = Annotated[str, Field(pattern=r"^https?://\S+$")]
AbsolutePath = Annotated[Path, Field(strict=False), AfterValidator(_absolute)]
Seconds = Annotated[int, Field(ge=0, le=3600), AfterValidator(_not_hasty)]
Keys = Annotated[tuple[Text, ...], BeforeValidator(_several)]
Plan = Annotated[str, AfterValidator(_plan)]


class _Table(BaseModel):
    """Strict, because a file that says ``read_only = "no"`` must be mended and not interpreted."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class ProfileSettings(_Table):
    """A section ``[profiles.NAME]``: what holds for one profile of the AWS configuration."""

    read_only: bool = Field(default=False, description="refuse every call that is not a listed read, in this profile")
    region: Text | None = Field(default=None, description="the region to open in this profile")
    protected: bool = Field(
        default=False, description="ask for the function's name before each change, in this profile"
    )


class CanarySettings(_Table):
    """The section ``[canary]``: what a shift of traffic is judged by; shares are 0..1."""

    false_alarm: Annotated[float, Field(ge=0.0001, le=0.1)] = Field(
        default=DEFAULTS.false_alarm,
        description="the most probable that an equally good version is rolled back for its errors, 0.0001 to 0.1",
    )
    sample: Annotated[int, Field(ge=10, le=1_000_000)] = Field(
        default=DEFAULTS.sample,
        description="invocations of each version without which a shift does not go on, 10 to 1,000,000",
    )
    tolerated: Annotated[float, Field(ge=0, le=0.5)] = Field(
        default=DEFAULTS.tolerated,
        description="how much more of the new version's invocations may fail, as a share, 0 to 0.5; "
        "or as many as of the old one's, if more",
    )
    doubt: Annotated[float, Field(ge=0.001, le=0.5)] = Field(
        default=DEFAULTS.doubt,
        description="how probable it may be, to go on, that the new version is worse by more than that, 0.001 to 0.5",
    )
    slower_hold: Annotated[float, Field(ge=1, le=1_000)] = Field(
        default=DEFAULTS.slower_hold,
        description="from how many times the old version's p95 or p99 on a shift is held, 1 to 1,000",
    )
    slower_roll_back: Annotated[float, Field(ge=1, le=1_000), AfterValidator(_not_before_it_is_held)] = Field(
        default=DEFAULTS.slower_roll_back,
        validate_default=True,
        description="from how many times on it is rolled back, slower_hold to 1,000",
    )
    fatal_errors: Annotated[int, Field(ge=1, le=1_000)] = Field(
        default=DEFAULTS.fatal_errors,
        description="how many timeouts, import errors or out-of-memory ends, which the old version has none of, "
        "roll back, 1 to 1,000",
    )


class Settings(_Table):
    """Every setting, checked. `SettingsError` is what `of` and `for_profile` raise."""

    profile: Text | None = Field(default=None, description="the profile of the AWS configuration to open")
    region: Text | None = Field(default=None, description="the region to open; AWS_REGION counts as the environment")
    endpoint_url: Url | None = Field(default=None, description="where to send the AWS calls instead of AWS")
    read_only: bool = Field(
        default=False,
        description="refuse every call that is not a listed read; any source switches it on, none switches it off",
    )
    protected: bool = Field(default=False, description="ask for the function's name, typed, before each change")
    theme: Literal["dark", "light", "high-contrast", "monochrome"] = Field(default="dark", description="the colours")
    reveal: bool = Field(default=True, description="let a key reveal the values of environment variables")
    reveal_when_read_only: bool = Field(default=False, description="let it do so in read-only mode too")
    billed_reads_when_read_only: bool = Field(
        default=False, description="allow reads that AWS bills (Logs Insights, Live Tail) in read-only mode"
    )
    low_bandwidth: bool = Field(default=False, description="send less to the terminal, for slow connections")
    refresh_s: Seconds = Field(
        default=0, description="read the lists again every so many seconds, 30 to 3600; 0 only on request"
    )
    log_lines: Annotated[int, Field(ge=1_000, le=1_000_000)] = Field(
        default=100_000, description="log events that are held, 1,000 to 1,000,000; the oldest leave for newer ones"
    )
    log_window_s: Annotated[int, Field(ge=5, le=900)] = Field(
        default=60, description="how late, in seconds, a log event may arrive and still be shown, 5 to 900"
    )
    metrics_budget_cents: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=25,
        description="US cents an hour that metrics may cost before they are read less often; 0 for none but those that "
        "a shift is judged by",
    )
    times: Literal["relative", "utc", "local"] = Field(default="relative", description="how times are shown")
    runtimes_file: AbsolutePath | None = Field(
        default=None, description="a JSON file to use instead of the shipped table of runtime deprecations"
    )
    keys: dict[str, Keys] = Field(default={}, description="the key, or a list of keys, of an action, by its id")
    plans: dict[str, Plan] = Field(
        default={}, description=f"the steps of a shift of traffic, by the plan's name, such as {EXAMPLE}"
    )
    canary: CanarySettings = Field(default=CanarySettings(), description="what a shift of traffic is judged by")
    profiles: dict[str, ProfileSettings] = Field(default={}, description="what holds for one profile, by its name")

    _gathered: Gathered | None = PrivateAttr(default=None)

    @property
    def thresholds(self) -> Thresholds:
        """What a shift of traffic is judged by."""
        return Thresholds(**self.canary.model_dump())

    @classmethod
    def of(cls, gathered: Gathered) -> Self:
        """Checks what was gathered.

        Raises:
            SettingsError: one line for each problem, naming source, key and expectation.
        """
        try:
            settings = cls.model_validate(gathered.raw)
        except ValidationError as error:
            problems = [_problem(details, gathered.origins) for details in error.errors(include_url=False)]
            raise SettingsError("\n".join(problems)) from None
        settings._gathered = gathered
        return settings

    def for_profile(self, name: str) -> Self:
        """The settings that hold in the profile `name`, whichever profile these were for.

        Read-only that a flag, a variable or the file's top level demands stays; that of a profile's section goes with
        its profile. A region given by flag or variable goes before the section's.
        """
        given = {key: Given(value, "given") for key, value in self.model_dump(exclude_unset=True).items()}
        gathered = self._gathered or Gathered(file=given, environment={}, flags={}, profile=self.profile or "default")
        return type(self).of(gathered.for_profile(name))


class Row(NamedTuple):
    """A setting in force: its value as JSON writes it, and where it came from."""

    key: str
    value: str
    origin: str
    description: str


def describe(gathered: Gathered, settings: Settings) -> list[Row]:
    """All settings in force, in the order of the reference; `origin` is ``default`` where no source gave a value."""
    values = settings.model_dump(mode="json")
    return [
        Row(key, json.dumps(values[key], ensure_ascii=False), gathered.origins.get(key, "default"), _description(field))
        for key, field in Settings.model_fields.items()
    ]


def reference() -> str:
    """The settings reference of the README, a Markdown table."""
    tables = {
        "keys": {"keys.ACTION": Settings.model_fields["keys"]},
        "plans": {"plans.NAME": Settings.model_fields["plans"]},
        "canary": {f"canary.{key}": field for key, field in CanarySettings.model_fields.items()},
        "profiles": {f"profiles.NAME.{key}": field for key, field in ProfileSettings.model_fields.items()},
    }
    lines = ["| setting | value | default | variable | meaning |", "| --- | --- | --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        for key, entry in tables.get(name, {name: field}).items():
            variable = "" if name in tables else f"`{PREFIX}{name.upper()}`"
            default = f"`{json.dumps(entry.default)}`" if entry.default not in (None, {}) else ""
            lines.append(f"| `{key}` | {_values(entry)} | {default} | {variable} | {_description(entry)} |")
    return "\n".join(lines)


_KINDS = {bool: "`true` or `false`", int: "number", float: "number", str: "text", Path: "path"}


def _values(field: FieldInfo) -> str:
    """What a setting may be, for the reference."""
    annotation: Any = field.annotation
    if get_origin(annotation) is dict:
        annotation = get_args(annotation)[1]
    options = [option for option in get_args(annotation) if option is not NoneType]
    if all(isinstance(option, str) for option in options) and options:
        return ", ".join(f"`{json.dumps(option)}`" for option in options)
    while NoneType in get_args(annotation) or hasattr(annotation, "__metadata__"):
        annotation = get_args(annotation)[0]
    return _KINDS.get(annotation, "text or list")


def _description(field: FieldInfo) -> str:
    return field.description or ""


#: What to say for pydantic's kinds of error, with the names that pydantic gives for each.
_EXPECTATIONS = {
    "bool_type": "must be true or false",
    "dict_type": "must be a table in the settings file",
    "finite_number": "must be a number",
    "float_type": "must be a number",
    "greater_than_equal": "must be at least {ge}",
    "int_type": "must be a whole number",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "model_type": "must be a table in the settings file",
    "path_type": "must be a path",
    "string_pattern_mismatch": "must start with http:// or https://",
    "string_too_short": "must not be empty",
    "string_type": "must be text",
    "tuple_type": "must be a key or a list of keys",
    "value_error": "{error}",
}


_SECTIONS: dict[str, type[_Table]] = {"canary": CanarySettings, "profiles": ProfileSettings}
"""The tables that hold settings of their own."""


def _problem(details: ErrorDetails, origins: dict[str, str]) -> str:
    """One line: the source, the key, and what was expected there."""
    path = [str(step) for step in details["loc"]]
    key, origin = ".".join(path), origins.get(path[0], "settings")
    if details["type"] == "extra_forbidden":
        known = _SECTIONS.get(path[0], Settings).model_fields
        near = difflib.get_close_matches(path[-1], known, n=1, cutoff=0)
        return f"{origin}: {key} is not a setting; did you mean {near[0]}?"
    expectation = _EXPECTATIONS.get(details["type"], details["msg"]).format(**details.get("ctx", {}))
    return f"{origin}: {key} {expectation}, not {json.dumps(details['input'], default=str)}"
