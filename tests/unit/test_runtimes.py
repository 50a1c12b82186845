"""The table of runtimes: which stage a runtime is in on a day, and what a bad table of the operator's own is told."""

from __future__ import annotations

import json
import warnings
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import botocore.loaders
import pytest

from lambdatui.errors import SettingsError
from lambdatui.insight import runtimes
from lambdatui.insight.runtimes import Lifecycle, RuntimeTable, Support, runtime_status, runtime_table

TODAY = date(2026, 11, 20)
PREVIEWS = {"nodejs26.x", "python3.15"}
STALE_AFTER_DAYS = 180


@pytest.mark.parametrize(
    ("runtime", "support", "days_left"),
    [
        ("python3.12", Support.SUPPORTED, 711),
        ("nodejs22.x", Support.ENDS_SOON, 161),
        ("python3.10", Support.DEPRECATED, -20),
        ("python3.7", Support.CREATE_BLOCKED, -1082),
        ("nodejs12.x", Support.UPDATE_BLOCKED, -1330),
        ("java17.al2023", Support.SUPPORTED, 953),
        ("python3.15", Support.UNKNOWN, None),
        ("custom", Support.UNKNOWN, None),
        ("", Support.UNKNOWN, None),
        (None, Support.NO_RUNTIME, None),
    ],
)
def test_stage_of_a_runtime(runtime: str | None, support: Support, days_left: int | None) -> None:
    status = runtime_status(runtime, TODAY)
    assert (status.support, status.days_left) == (support, days_left)


@pytest.mark.parametrize(
    ("today", "support"),
    [
        (date(2026, 5, 4), Support.SUPPORTED),
        (date(2026, 5, 5), Support.ENDS_SOON),
        (date(2026, 10, 30), Support.ENDS_SOON),
        (date(2026, 10, 31), Support.DEPRECATED),
        (date(2027, 1, 31), Support.DEPRECATED),
        (date(2027, 2, 1), Support.CREATE_BLOCKED),
        (date(2027, 3, 2), Support.CREATE_BLOCKED),
        (date(2027, 3, 3), Support.UPDATE_BLOCKED),
    ],
)
def test_a_stage_begins_on_its_date(today: date, support: Support) -> None:
    assert runtime_status("python3.10", today).support is support


@pytest.mark.parametrize(
    ("runtime", "words"),
    [
        (
            "python3.10",
            "deprecated since 2026-10-31; create blocked from 2027-02-01 (73 days); "
            "update blocked from 2027-03-03 (103 days); as announced by 2026-11-20",
        ),
        ("nodejs12.x", "update blocked since 2023-04-30; as announced by 2026-11-20"),
        (
            "java17.al2023",
            "supported; deprecated from 2029-06-30 (953 days); update blocked from 2029-08-31 (1015 days); "
            "as announced by 2026-11-20",
        ),
        ("custom", "not in the table of runtimes as of 2026-11-20: unknown, not deprecated"),
        (None, "a container image has no runtime: its base image decides"),
    ],
)
def test_explanation(runtime: str | None, words: str) -> None:
    assert runtime_status(runtime, TODAY).explain() == words


def test_the_last_day_is_one_day() -> None:
    assert "deprecated from 2026-10-31 (1 day);" in runtime_status("python3.10", date(2026, 10, 30)).explain()


def test_only_runtimes_to_worry_about_are_marked_and_each_stage_differs() -> None:
    marks = {}
    for runtime in ("nodejs22.x", "python3.10", "python3.7", "nodejs12.x"):
        status = runtime_status(runtime, TODAY)
        marks[status.support] = (status.glyph, status.colour)
    assert all(glyph and colour for glyph, colour in marks.values())
    assert len(set(marks.values())) == 4
    for runtime in ("python3.12", "custom", None):
        assert runtime_status(runtime, TODAY).glyph == ""


def test_a_table_may_be_given() -> None:
    table = RuntimeTable(TODAY, "here", {"python3.12": Lifecycle(deprecation=date(2020, 1, 1))})
    assert runtime_status("python3.12", TODAY, table).support is Support.DEPRECATED
    assert runtime_status("python3.9", TODAY, table).support is Support.UNKNOWN


# The table that is shipped


def test_the_shipped_table_knows_every_runtime_of_the_service_model_but_previews() -> None:
    model = botocore.loaders.Loader().load_service_model("lambda", "service-2")
    assert set(model["shapes"]["Runtime"]["enum"]) - PREVIEWS <= runtime_table().lifecycles.keys()


def test_the_shipped_dates_are_in_the_order_of_the_stages() -> None:
    for runtime, lifecycle in runtime_table().lifecycles.items():
        days = [day for day in lifecycle if day]
        assert lifecycle.deprecation, runtime
        assert days == sorted(days), runtime


def test_a_table_is_read_once() -> None:
    assert runtime_table() is runtime_table()


def test_the_shipped_table_is_fresh() -> None:
    table = runtime_table()
    age = (datetime.now(UTC).date() - table.as_of).days
    if age > STALE_AFTER_DAYS:
        warnings.warn(f"runtimes.json is {age} days old: compare it with {table.source}", stacklevel=1)


# A table of the operator's own


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "runtimes.json"


def own(**changes: Any) -> dict[str, Any]:
    runtimes = {"python3.12": {"deprecation": "2030-01-01", "block_create": None}}
    return {"as_of": "2026-11-01", "source": "our platform team", "runtimes": runtimes} | changes


def test_an_own_table_replaces_the_shipped_one(file: Path) -> None:
    file.write_text(json.dumps(own()))
    table = runtime_table(file)
    assert (table.as_of, table.source) == (date(2026, 11, 1), "our platform team")
    assert table.lifecycles == {"python3.12": Lifecycle(deprecation=date(2030, 1, 1))}


def test_an_own_table_is_judged_by_once_it_is_in_use(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtimes, "_in_use", runtimes.SHIPPED)
    file.write_text(json.dumps(own(runtimes={"python3.12": {"deprecation": "2020-01-01"}})))
    runtimes.use_table(file)
    assert runtime_status("python3.12", TODAY).support is Support.DEPRECATED


def test_a_bad_table_leaves_the_one_in_use(file: Path) -> None:
    file.write_text("[]")
    with pytest.raises(SettingsError):
        runtimes.use_table(file)
    assert runtime_status("python3.12", TODAY).support is Support.SUPPORTED


BAD = {
    "not an object": ([], "the content must be an object, not []"),
    "misspelt name": (own(runtime={}), "a name in the content must be one of as_of, source, runtimes, not 'runtime'"),
    "no date of the table": (own(as_of=None), "as_of must be a date such as 2026-11-20, not None"),
    "no source": (own(source=None), "source must be text, not None"),
    "runtimes in a list": (own(runtimes=["go1.x"]), "runtimes must be an object, not ['go1.x']"),
    "dates in a list": (own(runtimes={"go1.x": []}), "runtimes.go1.x must be an object, not []"),
    "misspelt date": (
        own(runtimes={"go1.x": {"depreciation": "2024-01-08"}}),
        "a name in runtimes.go1.x must be one of deprecation, block_create, block_update, not 'depreciation'",
    ),
    "no such day": (
        own(runtimes={"go1.x": {"deprecation": "2024-02-30"}}),
        "runtimes.go1.x.deprecation must be a date such as 2026-11-20, not '2024-02-30'",
    ),
    "number for a date": (
        own(runtimes={"go1.x": {"block_update": 2027}}),
        "runtimes.go1.x.block_update must be a date such as 2026-11-20, not 2027",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_table_names_file_key_and_expectation(file: Path, case: str) -> None:
    content, expectation = BAD[case]
    file.write_text(json.dumps(content))
    with pytest.raises(SettingsError) as caught:
        runtime_table(file)
    assert str(caught.value) == f"{file}: {expectation}"


def test_a_table_that_is_not_json_names_the_line(file: Path) -> None:
    file.write_text('{\n"as_of": \n}')
    with pytest.raises(SettingsError, match=f"{file}: must be JSON: .* line 3"):
        runtime_table(file)


def test_a_table_that_is_not_text_is_an_error(file: Path) -> None:
    file.write_bytes(b'{"as_of": "\xff"}')
    with pytest.raises(SettingsError, match=f"{file}: must be UTF-8 text"):
        runtime_table(file)


def test_a_table_that_is_not_there_is_an_error(file: Path) -> None:
    with pytest.raises(SettingsError, match=f"{file}: cannot be read: No such file or directory"):
        runtime_table(file)
