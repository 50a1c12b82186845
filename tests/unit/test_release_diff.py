"""What differs between two versions."""

from __future__ import annotations

from typing import Any

from lambdatui.insight.release_diff import Difference, ReleaseDiff, compare
from lambdatui.models.configuration import FunctionDetail
from tests.support.releases import version

SECRET = "hunter2-of-the-payments"
LAYER = "arn:aws:lambda:us-east-1:123456789012:layer"


def detail(number: int, **particular: Any) -> FunctionDetail:
    own = {"CodeSha256": "same", "Description": "", **particular}
    return FunctionDetail.model_validate({"Configuration": version("orders", number, **own)})


def diff(before: dict[str, Any], after: dict[str, Any]) -> ReleaseDiff:
    return compare(detail(1, **before), detail(2, **after))


def environment(**variables: str) -> dict[str, Any]:
    return {"Environment": {"Variables": variables}}


def layers(*names: str) -> dict[str, Any]:
    return {"Layers": [{"Arn": f"{LAYER}:{name}", "CodeSize": 1} for name in names]}


def test_what_every_version_has_of_its_own_is_no_difference() -> None:
    own = {"RevisionId": "2", "LastModified": "2026-11-21T00:00:00.000+0000", "State": "Active"}
    found = diff({}, own)
    assert (found.code.same, found.fields, found.layers, found.environment) == (True, (), (), ())


def test_a_changed_field_stands_with_both_values_under_awss_name() -> None:
    assert diff({"MemorySize": 128}, {"MemorySize": 512}).fields == (Difference("MemorySize", "128", "512"),)


def test_an_inner_field_is_named_by_its_path() -> None:
    found = diff({"TracingConfig": {"Mode": "Active"}}, {"TracingConfig": {"Mode": "PassThrough"}})
    assert found.fields == (Difference("TracingConfig.Mode", "Active", "PassThrough"),)


def test_a_field_that_the_console_does_not_know_is_compared_too() -> None:
    assert diff({}, {"DurableConfig": {"ExecutionTimeout": 60}}).fields == (
        Difference("DurableConfig.ExecutionTimeout", None, "60"),
    )


def test_what_follows_from_being_published_is_no_difference() -> None:
    before, after = ({"SnapStart": {"ApplyOn": "PublishedVersions", "OptimizationStatus": on}} for on in ("Off", "On"))
    assert diff({**before, "ConfigSha256": "a"}, {**after, "ConfigSha256": "b"}).fields == ()


def test_an_empty_field_and_an_absent_one_are_the_same() -> None:
    assert diff({"KMSKeyArn": "", "VpcConfig": {"SubnetIds": []}}, {}).fields == ()


def test_the_order_of_a_list_counts() -> None:
    before, after = ({"VpcConfig": {"SubnetIds": ids}} for ids in (["a", "b"], ["b", "a"]))
    assert diff(before, after).fields == (Difference("VpcConfig.SubnetIds", "a, b", "b, a"),)


def test_the_same_hash_is_the_same_code() -> None:
    assert diff({"CodeSha256": "a"}, {"CodeSha256": "a"}).code.same


def test_other_code_stands_with_both_hashes_and_sizes() -> None:
    code = diff({"CodeSha256": "a", "CodeSize": 1}, {"CodeSha256": "b", "CodeSize": 2}).code
    assert (code.same, code.before_sha256, code.after_sha256) == (False, "a", "b")
    assert (code.before_size, code.after_size) == (1, 2)


def test_the_image_that_a_version_runs_is_compared() -> None:
    before, after = detail(1), detail(2)
    images = [
        FunctionDetail.model_validate({"Configuration": one.configuration, "Code": {"ResolvedImageUri": uri}})
        for one, uri in ((before, "repo@sha256:1"), (after, "repo@sha256:2"))
    ]
    assert compare(*images).fields == (Difference("Image", "repo@sha256:1", "repo@sha256:2"),)


def test_a_layer_is_compared_by_its_version() -> None:
    assert diff(layers("telemetry:2"), layers("telemetry:3")).layers == (Difference("telemetry", "2", "3"),)


def test_a_layer_that_only_one_version_has_is_absent_in_the_other() -> None:
    assert diff(layers(), layers("money:1")).layers == (Difference("money", None, "1"),)


def test_a_layer_of_another_account_is_named_with_it() -> None:
    foreign = {"Layers": [{"Arn": "arn:aws:lambda:us-east-1:210987654321:layer:money:2"}]}
    assert diff(layers("money:1"), foreign).layers == (
        Difference("money", "1", None),
        Difference("money of account 210987654321", None, "2"),
    )


def test_the_same_layers_in_another_order_are_a_difference() -> None:
    found = diff(layers("a:1", "b:1"), layers("b:1", "a:1")).layers
    assert found == (Difference("order", "a, b", "b, a"),)


def test_a_variable_whose_value_changed_differs_and_shows_neither_value() -> None:
    found = diff(environment(KEY=SECRET), environment(KEY="other"))
    assert found.environment == (Difference("KEY", "differs", "differs"),)
    assert SECRET not in repr(found) and "other" not in repr(found)


def test_a_variable_that_came_or_went_is_told_by_its_name() -> None:
    found = diff(environment(OLD="1"), environment(NEW="2")).environment
    assert found == (Difference("NEW", None, "set"), Difference("OLD", "set", None))


def test_a_variable_with_the_same_value_is_not_told() -> None:
    assert diff(environment(KEY=SECRET), environment(KEY=SECRET)).environment == ()


def test_environments_that_cannot_be_read_are_not_called_the_same() -> None:
    unreadable = {"Environment": {"Error": {"ErrorCode": "AccessDeniedException", "Message": "no kms:Decrypt"}}}
    found = diff(environment(KEY=SECRET), unreadable)
    assert (found.environment, found.unreadable) == ((), "AccessDeniedException: no kms:Decrypt")
