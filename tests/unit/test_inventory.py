"""The cached inventory: what is written is read back, and what cannot be read is as if it were not there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from lambdatui.aws.inventory import PAGE_SIZE, InventoryCache
from lambdatui.aws.target import Target
from lambdatui.models.function import FIELD_NAMES, FunctionSummary
from lambdatui.models.identity import Identity

CALLER = Identity(account="123456789012", arn="arn", user_id="id", region="us-east-1", name="oncall")
FULL = FunctionSummary(
    name="orders\x1b[31m",
    arn="arn:aws:lambda:us-east-1:123456789012:function:orders",
    runtime="python3.13",
    handler="app.handler",
    description='two\nlines and "quotes"',
    last_modified=1_795_212_000_000,
    architectures=("arm64",),
    layers=("arn:1", "arn:2"),
    vpc_id="vpc-1",
)


def fleet(count: int) -> list[FunctionSummary]:
    return [replace(FULL, name=f"function-{number:05d}") for number in range(count)]


@pytest.fixture
def cache(tmp_path: Path) -> InventoryCache:
    return InventoryCache(tmp_path / "cache", Target(region="us-east-1"), environ={})


def read(cache: InventoryCache) -> list[FunctionSummary]:
    cached = cache.load()
    assert cached is not None
    return [function for page in cached.pages for function in page]


def test_nothing_was_cached_at_first(cache: InventoryCache) -> None:
    assert cache.load() is None


def test_every_field_comes_back(cache: InventoryCache) -> None:
    cache.save(CALLER, [FULL], 1)
    assert read(cache) == [FULL]


def test_the_head_tells_who_when_and_how_many(cache: InventoryCache) -> None:
    cache.save(CALLER, fleet(3), 42)
    cached = cache.load()
    assert cached is not None
    assert (Identity(**cached.identity), cached.saved_at, cached.count) == (CALLER, 42, 3)


def test_functions_come_back_by_name_a_page_at_a_time(cache: InventoryCache) -> None:
    functions = fleet(2 * PAGE_SIZE + 1)
    cache.save(CALLER, reversed(functions), 1)
    cached = cache.load()
    assert cached is not None
    assert [len(page) for page in cached.pages] == [PAGE_SIZE, PAGE_SIZE, 1]
    assert read(cache) == functions


def test_an_empty_account_is_cached_too(cache: InventoryCache) -> None:
    cache.save(CALLER, [], 1)
    assert read(cache) == []


def test_saving_leaves_one_file_that_its_owner_alone_can_read(cache: InventoryCache) -> None:
    cache.save(CALLER, fleet(1), 1)
    cache.save(CALLER, fleet(2), 2)
    assert [file.name for file in cache.path.parent.iterdir()] == [cache.path.name]
    assert cache.path.stat().st_mode & 0o777 == 0o600
    assert cache.path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not JSON\n",
        "[]\n",
        "{}\n",
        json.dumps({"fields": [*FIELD_NAMES, "colour"], "identity": {}, "saved_at": 1, "count": 0}) + "\n",
        json.dumps({"fields": list(FIELD_NAMES), "saved_at": 1, "count": 0}) + "\n",
    ],
    ids=["empty", "not JSON", "a list", "an empty head", "other fields", "no identity"],
)
def test_a_file_of_another_kind_is_passed_over(cache: InventoryCache, text: str) -> None:
    cache.path.parent.mkdir()
    cache.path.write_text(text)
    assert cache.load() is None


@pytest.mark.parametrize("line", ["[[1, 2", "7", '[["too short"]]', "[null]"])
def test_a_page_that_cannot_be_read_ends_the_inventory(cache: InventoryCache, line: str) -> None:
    cache.save(CALLER, fleet(PAGE_SIZE), 1)
    with cache.path.open("a") as file:
        file.write(f"{line}\n")
    assert read(cache) == fleet(PAGE_SIZE)


@pytest.mark.parametrize(
    ("target", "environ"),
    [
        (Target(region="eu-west-1"), {}),
        (Target(region="us-east-1", profile="audit"), {}),
        (Target(region="us-east-1", endpoint_url="http://127.0.0.1:1"), {}),
        (Target(region="us-east-1"), {"AWS_PROFILE": "audit"}),
        (Target(region="us-east-1"), {"AWS_ACCESS_KEY_ID": "AKIAOTHER"}),
        (Target(region="us-east-1"), {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}),
        (Target(region="us-east-1"), {"AWS_CONFIG_FILE": "/elsewhere"}),
    ],
    ids=["region", "profile", "endpoint", "profile variable", "key variable", "endpoint variable", "configuration"],
)
def test_every_place_has_a_file_of_its_own(
    cache: InventoryCache, tmp_path: Path, target: Target, environ: dict[str, str]
) -> None:
    assert InventoryCache(tmp_path / "cache", target, environ=environ).path != cache.path


def test_read_only_shares_the_file(cache: InventoryCache, tmp_path: Path) -> None:
    target = Target(region="us-east-1", read_only=True)
    assert InventoryCache(tmp_path / "cache", target, environ={}).path == cache.path
