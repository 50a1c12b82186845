"""Settings: which source wins, that read-only only ever tightens, and what a bad setting is told."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from lambdatui.errors import SettingsError
from lambdatui.insight.canary import Thresholds
from lambdatui.insight.shift_plan import read_plan
from lambdatui.settings import CanarySettings, ProfileSettings, Settings, describe, reference
from lambdatui.settings_sources import NUMBERS, PROFILE_KEYS, SWITCHES, Gathered, gather

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def gathered(file: Path, toml: str = "", flags: dict[str, Any] | None = None, **environ: str) -> Gathered:
    file.write_text(toml, encoding="utf-8")
    return gather(flags or {}, environ, file)


def problems(file: Path, toml: str = "", flags: dict[str, Any] | None = None, **environ: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        gathered(file, toml, flags, **environ).validate()
    return str(caught.value).splitlines()


# Which source wins


def test_without_any_source_everything_has_its_default(file: Path) -> None:
    found = gather({}, {}, file)
    assert found.raw == {}
    assert found.validate().model_dump() == Settings().model_dump()


def test_the_environment_goes_before_the_file_and_a_flag_before_both(file: Path) -> None:
    toml = 'theme = "light"\ntimes = "utc"\nregion = "eu-west-1"'
    environ = {"LAMBDATUI_THEME": "monochrome", "LAMBDATUI_TIMES": "local"}
    settings = gathered(file, toml, {"theme": "high-contrast"}, **environ).validate()
    assert (settings.region, settings.times, settings.theme) == ("eu-west-1", "local", "high-contrast")


def test_each_value_remembers_its_source(file: Path) -> None:
    found = gathered(file, 'region = "eu-west-1"', {"theme": "light"}, LAMBDATUI_TIMES="utc")
    assert found.origins == {"region": str(file), "times": "LAMBDATUI_TIMES", "theme": "--theme"}


@pytest.mark.parametrize("absent", [None, False])
def test_a_flag_that_was_not_given_hides_nothing(file: Path, absent: object) -> None:
    assert gathered(file, "low_bandwidth = true", {"low_bandwidth": absent}).raw["low_bandwidth"] is True


def test_aws_region_goes_before_the_file_and_our_variable_before_it(file: Path) -> None:
    toml = 'region = "eu-west-1"'
    aws = {"AWS_DEFAULT_REGION": "eu-west-2", "AWS_REGION": "eu-west-3"}
    assert gathered(file, toml, AWS_DEFAULT_REGION="eu-west-2").raw["region"] == "eu-west-2"
    assert gathered(file, toml, **aws).raw["region"] == "eu-west-3"
    assert gathered(file, toml, **aws, LAMBDATUI_REGION="us-west-2").raw["region"] == "us-west-2"


def test_aws_profile_goes_before_the_file_and_is_left_to_botocore(file: Path) -> None:
    found = gathered(file, 'profile = "dev"\n[profiles.prod]\nregion = "eu-west-1"', AWS_PROFILE="prod")
    assert (found.raw["profile"], found.origins["profile"]) == (None, "AWS_PROFILE")
    assert found.validate().region == "eu-west-1"


def test_one_key_may_stand_alone_or_in_a_list(file: Path) -> None:
    settings = gathered(file, '[keys]\nquit = "q"\nhelp = ["f1", "question_mark"]').validate()
    assert settings.keys == {"quit": ("q",), "help": ("f1", "question_mark")}


def test_a_home_folder_is_resolved(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/operator")
    settings = gathered(file, LAMBDATUI_RUNTIMES_FILE="~/runtimes.json").validate()
    assert settings.runtimes_file == Path("/home/operator/runtimes.json")


def test_gathering_imports_neither_pydantic_nor_a_toml_reader_that_no_file_needs() -> None:
    code = (
        "import sys, pathlib; from lambdatui.settings_sources import gather; gather({}, {}, pathlib.Path('nowhere'));"
        "print([name for name in ('pydantic', 'tomllib') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_names_that_are_gathered_are_the_names_of_the_model() -> None:
    kinds = {name: field.annotation for name, field in Settings.model_fields.items()}
    assert {name for name, kind in kinds.items() if kind is bool} == SWITCHES
    assert {name for name, kind in kinds.items() if kind is int} == NUMBERS
    assert set(PROFILE_KEYS) == set(ProfileSettings.model_fields)


# Read-only tightens and never loosens

READ_ONLY_SOURCES: dict[str, dict[str, Any]] = {
    "file": {"toml": "read_only = true"},
    "profile section": {"toml": 'profile = "prod"\n[profiles.prod]\nread_only = true'},
    "environment": {"LAMBDATUI_READ_ONLY": "1"},
    "flag": {"flags": {"read_only": True}},
}


@pytest.mark.parametrize("source", READ_ONLY_SOURCES)
def test_any_source_switches_read_only_on(file: Path, source: str) -> None:
    assert gathered(file, **READ_ONLY_SOURCES[source]).validate().read_only is True


@pytest.mark.parametrize("source", ["file", "profile section"])
def test_the_environment_cannot_switch_read_only_off(file: Path, source: str) -> None:
    found = gathered(file, **READ_ONLY_SOURCES[source], LAMBDATUI_READ_ONLY="0")
    assert found.validate().read_only is True
    assert found.origins["read_only"].startswith(str(file))


def test_a_profile_section_cannot_switch_read_only_off(file: Path) -> None:
    toml = 'read_only = true\nprofile = "dev"\n[profiles.dev]\nread_only = false'
    assert gathered(file, toml).validate().read_only is True


@pytest.mark.parametrize("word", ["1", "true", "YES", " on "])
def test_words_that_switch_read_only_on(file: Path, word: str) -> None:
    assert gathered(file, LAMBDATUI_READ_ONLY=word).validate().read_only is True


@pytest.mark.parametrize("word", ["0", "False", "no", "off"])
def test_words_that_leave_read_only_off(file: Path, word: str) -> None:
    assert gathered(file, LAMBDATUI_READ_ONLY=word).validate().read_only is False


@pytest.mark.parametrize("word", ["", "maybe", "2", "ture", "y"])
def test_any_other_word_for_read_only_is_an_error(file: Path, word: str) -> None:
    (problem,) = problems(file, LAMBDATUI_READ_ONLY=word)
    assert problem == f'LAMBDATUI_READ_ONLY: read_only must be true or false, not "{word}"'


def test_a_misspelt_read_only_variable_is_an_error(file: Path) -> None:
    (problem,) = problems(file, LAMBDATUI_READONLY="1")
    assert problem == "LAMBDATUI_READONLY: readonly is not a setting; did you mean read_only?"


def test_a_settings_file_that_was_named_and_is_not_there_is_an_error(file: Path) -> None:
    with pytest.raises(SettingsError, match=f"LAMBDATUI_CONFIG: there is no file {file}"):
        gather({}, {"LAMBDATUI_CONFIG": str(file)}, file)


# Switching the profile in place

PROFILES = """
profile = "prod"
region = "us-east-1"
[profiles.prod]
read_only = true
region = "eu-west-1"
[profiles.dev]
"""


def test_a_profile_brings_its_own_read_only_and_takes_it_along(file: Path) -> None:
    prod = gathered(file, PROFILES).validate()
    dev = prod.for_profile("dev")
    assert [settings.read_only for settings in (prod, dev, dev.for_profile("prod"))] == [True, False, True]


@pytest.mark.parametrize("source", ["file", "environment", "flag"])
def test_read_only_from_outside_a_section_stays_whatever_the_profile(file: Path, source: str) -> None:
    given = READ_ONLY_SOURCES[source]
    toml = given.get("toml", "") + PROFILES
    settings = gathered(file, **{**given, "toml": toml}).validate()
    assert settings.for_profile("dev").read_only is True


def test_a_profile_without_a_section_has_what_the_top_level_says(file: Path) -> None:
    other = gathered(file, PROFILES).validate().for_profile("other")
    assert (other.profile, other.region, other.read_only) == ("other", "us-east-1", False)


def test_the_section_is_named_as_the_source(file: Path) -> None:
    found = gathered(file, PROFILES)
    assert found.origins["region"] == f"{file} [profiles.prod]"
    assert found.for_profile("dev").origins["profile"] == "chosen in the console"


def test_a_region_by_flag_goes_before_the_section(file: Path) -> None:
    assert gathered(file, PROFILES, {"region": "us-west-2"}).validate().region == "us-west-2"


def test_without_a_name_the_default_profile_s_section_applies(file: Path) -> None:
    assert gathered(file, "[profiles.default]\nread_only = true").validate().read_only is True


def test_settings_made_in_code_switch_profile_too() -> None:
    settings = Settings(region="eu-west-1", read_only=True).for_profile("dev")
    assert (settings.profile, settings.region, settings.read_only) == ("dev", "eu-west-1", True)


# What a bad setting is told

BAD = {
    "unknown key": ('theem = "dark"', "theem is not a setting; did you mean theme?"),
    "unknown key in a profile": (
        '[profiles.a]\nregoin = "x"',
        "profiles.a.regoin is not a setting; did you mean region?",
    ),
    "text for a switch": ('read_only = "no"', 'read_only must be true or false, not "no"'),
    "number for a switch": ("reveal = 1", "reveal must be true or false, not 1"),
    "number for text": ("region = 3", "region must be text, not 3"),
    "empty text": ('region = ""', 'region must not be empty, not ""'),
    "not a choice": (
        'theme = "purple"',
        "theme must be 'dark', 'light', 'high-contrast' or 'monochrome', not \"purple\"",
    ),
    "text for a number": ('refresh_s = "60"', 'refresh_s must be a whole number, not "60"'),
    "below the bounds": ("refresh_s = -1", "refresh_s must be at least 0, not -1"),
    "too often": ("refresh_s = 29", "refresh_s must be 0, or at least 30, not 29"),
    "above the bounds": ("refresh_s = 3601", "refresh_s must be at most 3600, not 3601"),
    "not a URL": (
        'endpoint_url = "localhost:4566"',
        'endpoint_url must start with http:// or https://, not "localhost:4566"',
    ),
    "relative path": (
        'runtimes_file = "runtimes.json"',
        'runtimes_file must be an absolute path, or start with ~/, not "runtimes.json"',
    ),
    "home of nobody": (
        'runtimes_file = "~no-such-user/x"',
        'runtimes_file must be an absolute path, or start with ~/, not "~no-such-user/x"',
    ),
    "not a table": ('profiles = "prod"', 'profiles must be a table in the settings file, not "prod"'),
    "profile that is not a table": ("[profiles]\na = 1", "profiles.a must be a table in the settings file, not 1"),
    "number for a key": ("[keys]\nquit = 1", "keys.quit must be a key or a list of keys, not 1"),
    "no key": ('[keys]\nquit = ["q", ""]', 'keys.quit.1 must not be empty, not ""'),
    "share above the bounds": ("[canary]\ntolerated = 0.6", "canary.tolerated must be at most 0.5, not 0.6"),
    "share below the bounds": ("[canary]\nfalse_alarm = 0", "canary.false_alarm must be at least 0.0001, not 0"),
    "text for a share": ('[canary]\ndoubt = "10 %"', 'canary.doubt must be a number, not "10 %"'),
    "no number": ("[canary]\nslower_hold = nan", "canary.slower_hold must be a number, not NaN"),
    "a part of an invocation": ("[canary]\nsample = 99.5", "canary.sample must be a whole number, not 99.5"),
    "rolled back before it is held": (
        "[canary]\nslower_hold = 4",
        "canary.slower_roll_back must be at least slower_hold, which is 4, not 3.0",
    ),
    "unknown key of the canary": (
        "[canary]\nsampel = 20",
        "canary.sampel is not a setting; did you mean sample?",
    ),
    "a canary that is not a table": ("canary = true", "canary must be a table in the settings file, not true"),
    "a plan without times": (
        '[plans]\nslow = "5%, 100%"',
        "plans.slow must be steps such as 5%/5m, 25%/10m, 50%/10m, 100% "
        '(each step but that to 100 % needs a time, such as 10%/5m), not "5%, 100%"',
    ),
    "a plan of a thousand years": (
        '[plans]\nbad = "10%/9999999h"',
        "plans.bad must be steps such as 5%/5m, 25%/10m, 50%/10m, 100% "
        "('10%/9999999h' is longer than 7d), not \"10%/9999999h\"",
    ),
    "a list for a plan": ('[plans]\nslow = ["5%/5m"]', 'plans.slow must be text, not ["5%/5m"]'),
    "plans that are not a table": ('plans = "5%/5m"', 'plans must be a table in the settings file, not "5%/5m"'),
    "date for text": ("profile = 2026-11-20", 'profile must be text, not "2026-11-20"'),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_setting_names_file_key_and_expectation(file: Path, case: str) -> None:
    toml, expectation = BAD[case]
    assert problems(file, toml) == [f"{file}: {expectation}"]


def test_a_bad_variable_or_flag_is_named_instead_of_the_file(file: Path) -> None:
    assert problems(file, 'theme = "dark"', {"theme": "purple"}, LAMBDATUI_REFRESH_S="often") == [
        "--theme: theme must be 'dark', 'light', 'high-contrast' or 'monochrome', not \"purple\"",
        'LAMBDATUI_REFRESH_S: refresh_s must be a whole number, not "often"',
    ]


def test_keys_cannot_be_set_by_a_variable(file: Path) -> None:
    assert problems(file, LAMBDATUI_KEYS="q") == [
        'LAMBDATUI_KEYS: keys must be a table in the settings file, not "q"',
    ]


def test_all_problems_are_told_at_once(file: Path) -> None:
    toml = "reveal = 1\nregion = 3\n[profiles.a]\nread_only = 1\n"
    assert len(problems(file, toml, LAMBDATUI_REGOIN="x", LAMBDATUI_LOW_BANDWIDTH="x")) == 5


@pytest.mark.parametrize(
    ("toml", "line"), [("a = 1\nb =\n", 2), ("a = 1\na = 2\n", 2), ('a = 1\n\nb = """never closed', 3)]
)
def test_broken_toml_names_file_and_line(file: Path, toml: str, line: int) -> None:
    (problem,) = problems(file, toml)
    assert problem.startswith(f"{file}: must be TOML: ")
    assert f"at line {line}," in problem


def test_a_folder_in_the_place_of_the_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"{tmp_path}: cannot be read: Is a directory"):
        gather({}, {}, tmp_path)


def test_a_file_that_cannot_be_opened_is_an_error(file: Path) -> None:
    file.symlink_to(file)
    with pytest.raises(SettingsError, match=f"{file}: cannot be read: "):
        gather({}, {}, file)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_an_error(file: Path) -> None:
    file.touch(mode=0)
    with pytest.raises(SettingsError, match=f"{file}: cannot be read: Permission denied"):
        gather({}, {}, file)


def test_a_file_that_is_not_text_is_an_error(file: Path) -> None:
    file.write_bytes(b"theme = '\xff'")
    with pytest.raises(SettingsError, match=f"{file}: must be UTF-8 text"):
        gather({}, {}, file)


# What a shift of traffic goes by


def test_without_a_word_a_shift_is_judged_by_the_measured_defaults() -> None:
    assert Settings().thresholds == Thresholds()


def test_every_threshold_can_be_set(file: Path) -> None:
    wanted = Thresholds(
        false_alarm=0.01,
        sample=500,
        tolerated=0.0,
        doubt=0.2,
        slower_hold=2.0,
        slower_roll_back=2.0,
        fatal_errors=1,
    )
    toml = "[canary]\n" + "\n".join(f"{name} = {value}" for name, value in asdict(wanted).items())
    assert gathered(file, toml).validate().thresholds == wanted


def test_plans_have_names(file: Path) -> None:
    plans = gathered(file, '[plans]\nnight = "5%/5m, 25%/10m"\nsam = "Linear10PercentEvery1Minute"').validate().plans
    assert read_plan("night", plans) == read_plan("5%/5m, 25%/10m, 100%")
    assert read_plan("sam", plans) == read_plan("linear")


# What is shown of them


def test_describe_shows_every_setting_with_its_source(file: Path) -> None:
    found = gathered(file, "refresh_s = 60", {"read_only": True})
    rows = {row.key: row for row in describe(found, found.validate())}
    assert list(rows) == list(Settings.model_fields)
    assert rows["refresh_s"][1:3] == ("60", str(file))
    assert rows["read_only"][1:3] == ("true", "--read-only")
    assert rows["theme"][1:3] == ('"dark"', "default")


def test_every_setting_is_described() -> None:
    tables = (Settings, ProfileSettings, CanarySettings)
    described = [field for table in tables for field in table.model_fields.values()]
    assert all(field.description for field in described)


def test_the_readme_holds_the_reference() -> None:
    _, _, after = README.read_text(encoding="utf-8").partition("<!-- settings -->\n")
    section, end, _ = after.partition("<!-- /settings -->")
    assert end, "README.md needs its settings between <!-- settings --> and <!-- /settings -->"
    assert section.strip() == reference(), (
        "put this into README.md: python -c 'from lambdatui.settings import reference; print(reference())'"
    )
