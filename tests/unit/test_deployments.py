"""Deployments from versions and from the log of changes: each once, in order, within the time that is looked at."""

from __future__ import annotations

from lambdatui.insight.deployments import SAME_MS, deployments
from lambdatui.models.deployment import Deployment
from lambdatui.models.function import FunctionSummary
from lambdatui.models.release import Version

HOUR = 3_600_000
NOON = 1_795_176_000_000


def version(number: str, at_ms: int | None) -> Version:
    return Version(number=number, function=FunctionSummary(name="orders", arn="", last_modified=at_ms))


def change(what: str, at_ms: int, version: str = "") -> Deployment:
    return Deployment(at_ms=at_ms, what=what, version=version)


def told(versions: list[Version], changes: list[Deployment]) -> list[str]:
    return [one.what for one in deployments(versions, changes, NOON - HOUR, NOON)]


def test_a_version_tells_when_it_was_published() -> None:
    (found,) = deployments([version("14", NOON - 5)], [], NOON - HOUR, NOON)
    assert found == Deployment(at_ms=NOON - 5, what="14 published", version="14")


def test_they_stand_from_the_oldest_to_the_newest() -> None:
    assert told([version("14", NOON - 5)], [change("live → 14", NOON - 2), change("live → 13", NOON - 9)]) == [
        "live → 13",
        "14 published",
        "live → 14",
    ]


def test_what_happened_before_or_after_is_left_out() -> None:
    assert told([version("13", NOON - HOUR - 1), version("14", NOON - HOUR), version("15", NOON)], []) == [
        "14 published"
    ]


def test_a_version_that_the_log_knows_is_not_told_twice() -> None:
    assert told([version("14", NOON - 5)], [change("14 published", NOON - 900, "14")]) == ["14 published"]


def test_latest_tells_its_last_change_to_those_who_may_not_read_the_log() -> None:
    assert told([version("$LATEST", NOON - 5)], []) == ["$LATEST changed"]


def test_a_change_of_latest_that_the_log_knows_is_not_told_twice() -> None:
    assert told([version("$LATEST", NOON - SAME_MS)], [change("code changed", NOON - 1)]) == ["code changed"]


def test_a_change_of_latest_that_the_log_does_not_know_yet_is_told() -> None:
    changes = [change("code changed", NOON - 5 - SAME_MS)]
    assert told([version("$LATEST", NOON - 5)], changes) == ["code changed", "$LATEST changed"]


def test_a_version_without_a_time_is_left_out() -> None:
    assert told([version("14", None)], []) == []
