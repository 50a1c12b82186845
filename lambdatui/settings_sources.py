"""Gathers the settings from where they may stand, without judging them: that is `lambdatui.settings`.

Two halves, because the console paints before pydantic could be imported: what is gathered here is enough for the first
paint, and `Gathered.validate` follows it. Later sources win: the file, the file's section for the profile in force,
the environment, the flags. Only `read_only` differs: any source can switch it on and none can switch it off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lambdatui.errors import SettingsError

if TYPE_CHECKING:
    from lambdatui.settings import Settings

PREFIX = "LAMBDATUI_"
FILE_VARIABLE = "LAMBDATUI_CONFIG"

#: AWS's own variables, the strongest first: the AWS CLI reads both of a region's (botocore only the second), and
#: botocore takes the profile's in this order.
REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
PROFILE_VARIABLES = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")

#: What a section `[profiles.NAME]` may hold.
PROFILE_KEYS = ("read_only", "region", "protected")

#: The settings that a variable, being text, must be translated for.
SWITCHES = frozenset(
    {"read_only", "protected", "reveal", "reveal_when_read_only", "billed_reads_when_read_only", "low_bandwidth"}
)
NUMBERS = frozenset({"refresh_s", "log_lines", "log_window_s", "metrics_budget_cents"})
SWITCH_WORDS = dict.fromkeys(("1", "true", "yes", "on"), True) | dict.fromkeys(("0", "false", "no", "off"), False)


class Given(NamedTuple):
    """A value, and the source that gave it: a file's path, a variable's name, or a flag."""

    value: Any
    origin: str


Source = Mapping[str, Given]


@dataclass(frozen=True)
class Gathered:
    """The settings as they were given, by source, not yet validated.

    `profile` is the profile whose section of the file applies; `switched` says that it was chosen in the console.
    """

    file: Source
    environment: Source
    flags: Source
    profile: str
    switched: bool = False

    @cached_property
    def raw(self) -> dict[str, Any]:
        """The values in force, for those settings that a source gave. A bad value stands as it was given."""
        return {key: given.value for key, given in self._in_force.items()}

    @cached_property
    def origins(self) -> dict[str, str]:
        """Where each value in force came from; a setting that is not here has its default."""
        return {key: given.origin for key, given in self._in_force.items()}

    def for_profile(self, name: str) -> Gathered:
        """The same sources, with the section of the profile `name` in the place of the former profile's."""
        return self if name == self.profile else replace(self, profile=name, switched=True)

    def validate(self) -> Settings:
        """Checks all values (importing pydantic).

        Raises:
            SettingsError: one line for each problem, naming source, key and expectation.
        """
        from lambdatui.settings import Settings  # noqa: PLC0415

        return Settings.of(self)

    @cached_property
    def _in_force(self) -> dict[str, Given]:
        switched = {"profile": Given(self.profile, "chosen in the console")} if self.switched else {}
        return _merge((self.file, self._section, self.environment, self.flags, switched))

    @property
    def _section(self) -> Source:
        profiles = self.file.get("profiles", Given({}, ""))
        section = profiles.value.get(self.profile) if isinstance(profiles.value, Mapping) else None
        if not isinstance(section, Mapping):
            return {}
        origin = f"{profiles.origin} [profiles.{self.profile}]"
        return {key: Given(section[key], origin) for key in PROFILE_KEYS if key in section}


def gather(flags: Mapping[str, Any], environ: Mapping[str, str], file: Path) -> Gathered:
    """Collects the settings; cheap.

    Args:
        flags: by the setting's name; None and False mean that the flag was not given.
        environ: read for ``LAMBDATUI_<NAME>`` and for AWS's region and profile.
        file: the TOML file; it need not exist, unless ``LAMBDATUI_CONFIG`` names it.

    Raises:
        SettingsError: the file cannot be read, or is not TOML.
    """
    in_file = _from_file(file, required=FILE_VARIABLE in environ)
    in_environment = _from_environment(environ)
    in_flags = {
        key: Given(value, f"--{key.replace('_', '-')}")
        for key, value in flags.items()
        if value is not None and value is not False
    }
    named = _merge((in_file, in_environment, in_flags)).get("profile") or Given(None, "default")
    by_aws = _first(environ, PROFILE_VARIABLES) or Given("default", "default")
    return Gathered(in_file, in_environment, in_flags, profile=str(named.value or by_aws.value))


def _merge(sources: Iterable[Source]) -> dict[str, Given]:
    merged: dict[str, Given] = {}
    for source in sources:
        for key, given in source.items():
            if key == "read_only" and given.value is False and key in merged:
                continue
            merged[key] = given
    return merged


def _from_file(file: Path, *, required: bool) -> Source:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        if required:
            raise SettingsError(f"{FILE_VARIABLE}: there is no file {file}") from None
        return {}
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file}: must be UTF-8 text") from error

    import tomllib  # noqa: PLC0415

    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = str(error).replace("at end of document", f"at line {text.count(chr(10)) + 1}, the end")
        raise SettingsError(f"{file}: must be TOML: {where}") from error
    return {key: Given(value, str(file)) for key, value in values.items()}


def _from_environment(environ: Mapping[str, str]) -> Source:
    """Reads every variable with our prefix, the unknown too: one that is misspelt must not be passed over."""
    aws: dict[str, Given] = {}
    if region := _first(environ, REGION_VARIABLES):
        aws["region"] = region
    if profile := _first(environ, PROFILE_VARIABLES):
        # No value: botocore must read the variable itself, or the profile would go before AWS_ACCESS_KEY_ID.
        aws["profile"] = Given(None, profile.origin)
    ours = {
        (key := variable.removeprefix(PREFIX).lower()): Given(_read(key, text), variable)
        for variable, text in environ.items()
        if variable.startswith(PREFIX) and variable != FILE_VARIABLE
    }
    return aws | ours


def _first(environ: Mapping[str, str], names: Iterable[str]) -> Given | None:
    return next((Given(environ[name], name) for name in names if environ.get(name)), None)


def _read(key: str, text: str) -> Any:
    """Translates a variable's text; text that does not fit is left as it is, for the validation to refuse."""
    if key in SWITCHES:
        return SWITCH_WORDS.get(text.strip().lower(), text)
    if key in NUMBERS and text.strip().isdecimal():
        return int(text)
    return text
