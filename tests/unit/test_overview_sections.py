"""What the overview says of a function: models in, labelled values out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lambdatui.errors import AccessDenied, NotFound, Throttled
from lambdatui.models.configuration import EventInvokeConfig, FunctionDetail, FunctionUrl, Recursion, RuntimeManagement
from lambdatui.models.function import FunctionSummary
from lambdatui.ui.panes.overview_sections import Part, sections, unsettled
from lambdatui.ui.widgets.section_view import Value
from tests.support.endpoint import function

TODAY = date(2026, 11, 20)
NOW_MS = 1_795_212_000_000
ASKING: dict[str, Part] = dict.fromkeys(
    ("function", "event_invoke", "url", "runtime_management", "recursion"), "asking"
)


def detail(answer: dict[str, Any] | None = None, **particular: Any) -> FunctionDetail:
    return FunctionDetail.model_validate({"Configuration": function("orders", **particular), **(answer or {})})


def told(*, revealed: bool = False, listed: dict[str, Any] | None = None, **parts: Part) -> dict[str, Value]:
    """All labelled values by label; of the same label the last."""
    summary = FunctionSummary.from_aws(function("orders", **(listed or {})))
    found = sections(
        summary, {**ASKING, **parts}, today=TODAY, now_ms=NOW_MS, times="relative", revealed=revealed, keys=str
    )
    return {label: value for section in found for label, value in section.rows}


def test_what_the_list_knows_is_told_before_anything_was_answered() -> None:
    assert told()["memory"] == Value("128 MB")


@pytest.mark.parametrize("label", ["state", "variables", "tags", "retries", "function URL", "recursive loop"])
def test_what_is_being_asked_for_is_pending(label: str) -> None:
    assert told()[label] == Value("…", "dim")


@pytest.mark.parametrize(
    ("part", "label"),
    [
        ("function", "state"),
        ("event_invoke", "retries"),
        ("url", "function URL"),
        ("runtime_management", "runtime updates"),
        ("recursion", "recursive loop"),
    ],
)
def test_a_forbidden_part_names_the_action(part: str, label: str) -> None:
    assert told(**{part: AccessDenied("lambda:GetIt")})[label] == Value("⊘ not permitted: lambda:GetIt", "warning")


@pytest.mark.parametrize("label", ["variables", "tags", "reserved concurrency"])
def test_what_comes_with_the_function_is_not_known_without_it(label: str) -> None:
    assert told(function=AccessDenied("lambda:GetFunction"))[label] == Value("not known", "dim")


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ({}, Value("none: shares the account's unreserved", "dim")),
        ({"Concurrency": {}}, Value("none: shares the account's unreserved", "dim")),
        ({"Concurrency": {"ReservedConcurrentExecutions": 0}}, Value("! 0: switched off", "error")),
        ({"Concurrency": {"ReservedConcurrentExecutions": 1500}}, Value("1,500")),
    ],
    ids=["absent", "empty", "0", "1500"],
)
def test_reserved_concurrency_that_is_absent_is_not_zero(answer: dict[str, Any], value: Value) -> None:
    assert told(function=detail(answer))["reserved concurrency"] == value


@pytest.mark.parametrize(
    ("state", "tone"), [("Active", "good"), ("Pending", "warning"), ("Inactive", "warning"), ("Failed", "error")]
)
def test_a_state_has_its_tone(state: str, tone: str) -> None:
    assert told(function=detail(State=state))["state"].tone == tone


def test_retries_of_zero_are_not_the_default() -> None:
    assert told(event_invoke=EventInvokeConfig(maximum_retry_attempts=0))["retries"] == Value("0")


def test_asynchronous_invocations_without_configuration_have_awss_defaults() -> None:
    values = told(event_invoke=None)
    assert values["retries"] == Value("2 (default)", "dim")
    assert values["maximum age"] == Value("21,600 s (default)", "dim")


def test_a_public_url_is_a_warning() -> None:
    assert told(url=FunctionUrl(function_url="https://x/", auth_type="NONE"))["URL auth"].tone == "warning"


def test_a_url_that_is_not_configured_is_none() -> None:
    assert told(url=None)["function URL"] == Value("none", "dim")


def test_a_loop_that_is_allowed_is_a_warning() -> None:
    assert told(recursion=Recursion(recursive_loop="Allow"))["recursive loop"] == Value("▲ Allow", "warning")


def test_a_runtime_that_is_pinned_is_a_warning_with_its_version() -> None:
    pinned = RuntimeManagement(update_runtime_on="Manual", runtime_version_arn="arn:runtime")
    value = told(runtime_management=pinned)["runtime updates"]
    assert (value.tone, "arn:runtime" in value.text) == ("warning", True)


SECRET = {"Environment": {"Variables": {"TOKEN": "hunter2"}}}


def test_environment_values_are_masked() -> None:
    assert told(function=detail(**SECRET))["TOKEN"] == Value("••••••••", "dim")


def test_a_mask_does_not_tell_how_long_the_value_is() -> None:
    short, long = ({"Environment": {"Variables": {"TOKEN": value}}} for value in ("a", "a" * 100))
    assert told(function=detail(**short)) == told(function=detail(**long))


def test_environment_values_are_shown_when_revealed() -> None:
    assert told(function=detail(**SECRET), revealed=True)["TOKEN"] == Value("hunter2")


def test_an_environment_that_could_not_be_decrypted_says_why() -> None:
    failed = {"Environment": {"Error": {"ErrorCode": "KMSAccessDenied", "Message": "no key"}}}
    assert told(function=detail(**failed))["variables"] == Value("⊘ KMSAccessDenied: no key", "warning")


def test_tags_that_may_not_be_listed_are_not_none() -> None:
    refused = detail({"TagsError": {"ErrorCode": "AccessDenied", "Message": "no"}})
    assert told(function=refused)["tags"] == Value("⊘ not permitted: lambda:ListTags", "warning")


def test_fields_that_no_model_knows_are_told_where_they_came_from() -> None:
    values = told(function=detail(Novelty={"Depth": 1}))
    assert values["configuration.Novelty"] == Value('{"Depth": 1}')


def test_why_a_part_is_stale_is_told_once() -> None:
    summary = FunctionSummary.from_aws(function("orders"))
    reasons = [Throttled("throttled", "wait"), Throttled("throttled", "wait")]
    found = sections(
        summary, ASKING, today=TODAY, now_ms=NOW_MS, times="relative", revealed=False, stale=reasons, keys=str
    )
    assert [label for label, _ in found[0].rows].count("stale") == 1


@pytest.mark.parametrize(
    ("part", "again"),
    [
        (Throttled("throttled"), True),
        (AccessDenied("lambda:GetFunction"), True),
        (NotFound("no"), False),
        (None, False),
        (detail(State="Active"), False),
        (detail(State="Pending"), True),
        (detail(LastUpdateStatus="InProgress"), True),
    ],
    ids=["throttled", "forbidden", "gone", "not configured", "active", "pending", "being updated"],
)
def test_a_part_that_may_change_by_itself_is_asked_again(part: Part, again: bool) -> None:
    assert unsettled(part) is again
