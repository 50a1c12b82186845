"""Versions, aliases and what hangs on them, put together."""

from __future__ import annotations

from typing import Any

import pytest

from lambdatui.errors import AccessDenied
from lambdatui.insight.releases import Drift, added, drift, releases, unsettled
from lambdatui.models import release as models
from lambdatui.models.configuration import FunctionUrl
from lambdatui.models.release import FunctionReleases, Part, ProvisionedConcurrency, Release, ReleaseParts
from tests.support.releases import alias, arn, version


def a_version(number: int | str, **particular: Any) -> models.Version:
    return models.Version.from_aws(version("orders", number, **particular))


HISTORY = [a_version("$LATEST", CodeSha256="code-of-3"), *(a_version(n) for n in (1, 2, 3))]


def an_alias(name: str, points_at: int, **weights: float) -> models.Alias:
    return models.Alias.model_validate(alias(name, points_at, **weights))


def concurrency(qualifier: str, status: str, reason: str = "") -> ProvisionedConcurrency:
    return ProvisionedConcurrency(
        function_arn=arn("orders", qualifier),
        requested_provisioned_concurrent_executions=5,
        status=status,
        status_reason=reason or None,
    )


def known(*aliases: models.Alias, provisioned: tuple[ProvisionedConcurrency, ...] = ()) -> ReleaseParts:
    return ReleaseParts(
        aliases=Part(aliases, pending=False),
        provisioned=Part(provisioned, pending=False),
        urls=Part(pending=False),
        policies=Part(pending=False),
    )


def picture(parts: ReleaseParts, versions: list[models.Version] = HISTORY, *, whole: bool = True) -> dict[str, Release]:
    return {release.version.number: release for release in releases(versions, parts, whole=whole)}


def remarks(release: Release) -> list[str]:
    return [remark.text for remark in release.remarks]


def test_an_alias_stands_beside_the_version_that_it_points_at() -> None:
    found = picture(known(an_alias("live", 2)))
    assert {number: [route.alias.name for route in one.routes] for number, one in found.items()} == {
        "$LATEST": [],
        "1": [],
        "2": ["live"],
        "3": [],
    }


def test_the_main_version_gets_what_the_additional_one_leaves() -> None:
    found = picture(known(an_alias("live", 2, v3=0.1)))
    assert (found["2"].routes[0].share, found["3"].routes[0].share) == (0.9, 0.1)


def test_a_version_that_no_alias_uses_says_so() -> None:
    assert remarks(picture(known(an_alias("live", 2)))["1"]) == ["no alias"]


@pytest.mark.parametrize("aliases", [Part(), Part(error=AccessDenied("lambda:ListAliases"), pending=False)])
def test_while_the_aliases_are_not_known_no_version_is_said_to_have_none(aliases: Part[models.Alias]) -> None:
    assert remarks(picture(ReleaseParts(aliases=aliases))["1"]) == []


def test_latest_with_the_code_of_the_newest_version_says_which() -> None:
    assert remarks(picture(known())["$LATEST"]) == ["same code as 3"]


def test_latest_with_other_code_has_drifted() -> None:
    drifted = [a_version("$LATEST", CodeSha256="new"), *HISTORY[1:]]
    assert remarks(picture(known(), drifted)["$LATEST"]) == ["drifted from 3"]


def test_latest_with_other_configuration_says_that_the_code_is_the_same() -> None:
    changed = [a_version("$LATEST", CodeSha256="code-of-3", MemorySize=512), *HISTORY[1:]]
    assert remarks(picture(known(), changed)["$LATEST"]) == ["same code, other configuration than 3"]


def test_the_description_of_a_release_is_no_configuration() -> None:
    assert drift(HISTORY[0], a_version(3, Description="1.4.0")) is Drift.SAME


def test_latest_is_compared_with_nothing_until_all_versions_are_read() -> None:
    assert remarks(picture(known(), HISTORY[:2], whole=False)["$LATEST"]) == ["…"]


def test_latest_without_published_versions_says_so() -> None:
    assert remarks(picture(known(), HISTORY[:1])["$LATEST"]) == ["nothing published yet"]


def test_a_weight_of_one_is_marked_as_a_stuck_shift_on_the_version_that_gets_all() -> None:
    found = picture(known(an_alias("live", 3, v2=1.0)))
    assert (remarks(found["2"]), remarks(found["3"])) == (["all on 2, stuck shift?"], ["no traffic, all on 2"])
    explained = found["2"].remarks[0].explained
    assert explained == "alias live: all traffic on 2 (additional), stuck provisioned shift?"


def test_a_weight_of_one_while_provisioning_is_a_shift_under_way() -> None:
    found = picture(known(an_alias("live", 3, v2=1.0), provisioned=(concurrency("live", "IN_PROGRESS"),)))
    assert remarks(found["2"]) == ["shifting, all on 2"]
    assert found["2"].remarks[0].explained == "alias live: all traffic on 2 (additional) while 3 is provisioned"


def test_a_canary_is_not_taken_for_a_stuck_shift() -> None:
    assert remarks(picture(known(an_alias("live", 2, v3=0.99)))["3"]) == []


def test_provisioned_concurrency_of_an_alias_stands_where_the_alias_points() -> None:
    found = picture(known(an_alias("live", 2, v3=0.1), provisioned=(concurrency("live", "READY"),)))
    assert [number for number, one in found.items() if one.provisioned] == ["2"]


def test_provisioned_concurrency_of_a_version_stands_there() -> None:
    found = picture(known(provisioned=(concurrency("3", "READY"),)))
    assert [number for number, one in found.items() if one.provisioned] == ["3"]


def test_failed_provisioned_concurrency_says_why() -> None:
    failed = concurrency("3", "FAILED", "FUNCTION_ERROR_INIT_FAILURE")
    assert "provisioned FAILED: FUNCTION_ERROR_INIT_FAILURE" in remarks(picture(known(provisioned=(failed,)))["3"])


@pytest.mark.parametrize(("status", "watched"), [("IN_PROGRESS", True), ("READY", False), ("FAILED", False)])
def test_only_provisioning_under_way_is_watched(status: str, watched: bool) -> None:
    assert unsettled(picture(known(provisioned=(concurrency("3", status),)))["3"]) is watched


def test_a_url_stands_with_the_alias_that_has_it() -> None:
    url = FunctionUrl(function_url="https://abc/", function_arn=arn("orders", "live"))
    parts = ReleaseParts(aliases=Part((an_alias("live", 2),), pending=False), urls=Part((url,), pending=False))
    assert [number for number, one in picture(parts).items() if one.urls] == ["2"]


def test_the_functions_own_url_stands_with_latest() -> None:
    url = FunctionUrl(function_url="https://abc/", function_arn="arn:aws:lambda:us-east-1:123456789012:function:orders")
    assert [n for n, one in picture(ReleaseParts(urls=Part((url,), pending=False))).items() if one.urls] == ["$LATEST"]


def test_the_sum_of_a_functions_releases_does_not_depend_on_their_order() -> None:
    sums = []
    for versions in (HISTORY, HISTORY[::-1]):
        known_so_far = FunctionReleases(name="orders")
        for one in versions:
            known_so_far = added(known_so_far, one)
        sums.append(known_so_far)
    assert sums[0] == sums[1]
    assert (sums[0].versions, sums[0].code_size, sums[0].newest) == (3, 4096, HISTORY[3])


@pytest.mark.parametrize(
    ("shifted", "told"),
    [(None, []), (frozenset(), ["split, no shift known"]), (frozenset({"live"}), ["split, shift on its way"])],
    ids=["not known", "nobody's", "somebody's"],
)
def test_the_version_that_gets_a_weight_says_whether_a_shift_explains_it(
    shifted: frozenset[str] | None, told: list[str]
) -> None:
    found = releases(HISTORY, known(an_alias("live", 2, v3=0.1)), whole=True, shifted=shifted)
    assert {release.version.number: remarks(release) for release in found if release.routes} == {"2": [], "3": told}
