"""What may be set on a function, its aliases, its tags and its log group."""

from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.session import get_session
from pydantic import SecretStr

from lambdatui.insight import configuration_settings as rules
from lambdatui.models.configuration import FunctionConfiguration
from tests.support.endpoint import ACCOUNT, REGION, function

SECRET = "hunter2-do-not-show"


def configured(**particular: Any) -> FunctionConfiguration:
    return FunctionConfiguration.model_validate(function("orders", **particular))


def variables(**plain: str) -> dict[str, SecretStr]:
    return {name: SecretStr(value) for name, value in plain.items()}


def layer(name: str, version: int = 1, region: str = REGION) -> str:
    return f"arn:aws:lambda:{region}:{ACCOUNT}:layer:{name}:{version}"


def members(operation: str, service: str = "lambda") -> Any:
    return get_session().get_service_model(service).operation_model(operation).input_shape.members


MANAGED = configured(
    CapacityProviderConfig={"LambdaManagedInstancesCapacityProviderConfig": {"CapacityProviderArn": "a"}}
)
ACCELERATED = configured(AcceleratorConfig={"Kind": "any"})
SNAP_START = configured(SnapStart={"ApplyOn": "PublishedVersions"})

# -- memory, time, disk


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        (rules.memory_bounds(configured()), "128 to 10,240 MB"),
        (rules.memory_bounds(MANAGED), "128 to 32,768 MB"),
        (rules.memory_bounds(ACCELERATED), "128 to 32,768 MB"),
        (rules.timeout_bounds(configured()), "1 to 900 s"),
        (rules.timeout_bounds(MANAGED), "1 to 5,400 s"),
        (rules.ephemeral_bounds(configured()), "512 to 10,240 MB"),
        (rules.ephemeral_bounds(ACCELERATED), "512 to 32,768 MB"),
        (rules.ephemeral_bounds(SNAP_START), "512 to 512 MB"),
    ],
)
def test_what_runs_a_function_decides_how_much_it_can_have(bounds: rules.Bounds, expected: str) -> None:
    assert str(bounds) == expected


def test_the_widest_bounds_are_those_of_botocores_model() -> None:
    known = members("UpdateFunctionConfiguration")
    assert rules.memory_bounds(MANAGED).high == known["MemorySize"].metadata["max"]
    assert rules.timeout_bounds(MANAGED).high == known["Timeout"].metadata["max"]
    assert rules.ephemeral_bounds(ACCELERATED).high == known["EphemeralStorage"].members["Size"].metadata["max"]
    assert known["Description"].metadata["max"] == rules.DESCRIPTION_LENGTH


@pytest.mark.parametrize(("value", "wrong"), [(127, True), (128, False), (10_240, False), (10_241, True)])
def test_a_number_beyond_its_bounds_is_told_them(value: int, wrong: bool) -> None:
    assert rules.memory_bounds(configured()).problem(value) == ("must be 128 to 10,240 MB" if wrong else None)


# -- environment


@pytest.mark.parametrize("name", ["AWS_REGION", "_HANDLER", "LAMBDA_TASK_ROOT"])
def test_a_name_that_lambda_sets_itself_is_refused(name: str) -> None:
    assert rules.variable_problem(name) == f"{name} is reserved: Lambda sets it"


@pytest.mark.parametrize("name", ["", "A", "1ST", "_PRIVATE", "WITH-DASH", "WITH SPACE", "NAME\n"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    assert "a name is a letter" in (rules.variable_problem(name) or "")


@pytest.mark.parametrize("name", ["TABLE", "a1", "TZ", "PATH", "PYTHONPATH", "AWS_XRAY_CONTEXT_MISSING"])
def test_a_name_that_may_be_set_is_no_problem(name: str) -> None:
    assert rules.variable_problem(name) is None


@pytest.mark.parametrize(
    ("given", "measured"),
    [
        ({}, "{}"),
        ({"TABLE": "orders", "STAGE": "live"}, '{"TABLE":"orders","STAGE":"live"}'),
        ({"QUOTED": 'say "no"\n'}, r'{"QUOTED":"say \"no\"\n"}'),
        ({"CITY": "Zürich"}, '{"CITY":"Zürich"}'),
    ],
)
def test_an_environment_is_measured_as_json(given: dict[str, str], measured: str) -> None:
    assert rules.environment_size(variables(**given)) == len(measured.encode())


def test_an_environment_of_4096_bytes_fits_and_of_one_more_does_not() -> None:
    room = 4_096 - len('{"BLOB":""}')
    assert rules.environment_problem(configured(), variables(BLOB="x" * room)) is None
    assert "4,097 bytes" in (rules.environment_problem(configured(), variables(BLOB="x" * (room + 1))) or "")


def test_no_problem_of_an_environment_shows_a_value() -> None:
    for name in ("TOO_LARGE", "AWS_REGION", "WRONG-NAME"):
        problem = rules.environment_problem(configured(), {name: SecretStr(SECRET * 300)})
        assert problem and SECRET not in problem


def test_an_environment_that_could_not_be_decrypted_is_not_written_over() -> None:
    unread = configured(Environment={"Error": {"ErrorCode": "AccessDeniedException", "Message": "no kms:Decrypt"}})
    problem = rules.environment_problem(unread, variables(TABLE="orders"))
    assert problem == "the present variables could not be decrypted and would all be lost: no kms:Decrypt"


def test_a_name_that_a_function_has_already_is_not_looked_at_again() -> None:
    odd = configured(Environment={"Variables": {"odd-name": "x"}})
    assert rules.environment_problem(odd, variables(**{"odd-name": "y"})) is None


def test_a_key_of_the_accounts_own_is_warned_of() -> None:
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k"
    assert key in (rules.environment_warning(configured(KMSKeyArn=key)) or "")
    assert rules.environment_warning(configured()) is None


def test_the_pattern_of_names_is_that_of_botocores_model() -> None:
    known = members("UpdateFunctionConfiguration")["Environment"].members["Variables"].key.metadata["pattern"]
    for name in ("A", "AB", "A_1", "1A", "_A", "A-B"):
        assert (rules.variable_problem(name) is None) == bool(re.fullmatch(known, name))


# -- layers


@pytest.mark.parametrize(
    "arns",
    [
        [],
        [layer("tracing", 3), layer("money")],
        [layer("money"), layer("tracing", 3)],
        [layer(f"layer-{number}") for number in range(5)],
        ["arn:aws:lambda:::awslayer:AmazonLinux1803"],
    ],
    ids=["none", "two", "two in the other order", "five", "AWS's own"],
)
def test_layers_that_fit_are_no_problem(arns: list[str]) -> None:
    assert rules.layers_problem(configured(), arns) is None


@pytest.mark.parametrize(
    ("arns", "said"),
    [
        ([layer(f"layer-{number}") for number in range(6)], "6 layers: 5 are allowed"),
        ([layer("money", 1), layer("money", 2)], ":layer:money is there twice"),
        ([layer("money", region="eu-west-1")], "in another region"),
        ([layer("money").rpartition(":")[0]], "is no layer version's ARN"),
        (["money:1"], "is no layer version's ARN"),
    ],
    ids=["six", "two versions of one", "another region", "no version", "no ARN"],
)
def test_layers_that_do_not_fit_are_refused(arns: list[str], said: str) -> None:
    assert said in (rules.layers_problem(configured(), arns) or "")


def test_a_container_image_has_no_layers() -> None:
    image = configured(PackageType="Image")
    assert "container image" in (rules.layers_problem(image, [layer("money")]) or "")
    assert rules.layers_problem(image, []) is None


# -- aliases


@pytest.mark.parametrize("name", ["live", "v2", "2-1", "blue_green", "a" * 128])
def test_a_name_for_an_alias_is_no_problem(name: str) -> None:
    assert rules.alias_name_problem(name, ["other"]) is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "a name has letters"),
        ("42", "is no number"),
        ("with space", "a name has letters"),
        ("$LATEST", "a name has letters"),
        ("a" * 129, "128 are allowed"),
        ("live", "there is an alias live already"),
    ],
)
def test_a_name_that_no_alias_can_have_is_refused(name: str, said: str) -> None:
    assert said in (rules.alias_name_problem(name, ["live"]) or "")


@pytest.mark.parametrize("version", ["2", "$LATEST"])
def test_a_version_that_an_alias_can_point_at_is_no_problem(version: str) -> None:
    assert rules.alias_version_problem(version, ["1", "2", "3"]) is None


@pytest.mark.parametrize(("version", "said"), [("9", "there is no version 9"), ("$LATEST", "provisioned concurrency")])
def test_a_version_that_an_alias_cannot_point_at_is_refused(version: str, said: str) -> None:
    assert said in (rules.alias_version_problem(version, ["1", "2", "3"], provisioned=True) or "")


# -- log retention


def test_the_days_are_those_that_aws_names() -> None:
    documented = re.search(
        r"Possible values are: ([^.]+)\.", members("PutRetentionPolicy", "logs")["retentionInDays"].documentation
    )
    assert documented
    assert [int(days) for days in re.findall(r"\d+", documented[1])] == list(rules.RETENTION_DAYS)


def test_other_days_are_refused_with_those_that_are_allowed() -> None:
    assert rules.retention_problem(30) is None
    assert rules.retention_problem(None) is None
    assert "must be one of 1, 3, 5," in (rules.retention_problem(31) or "")


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [(None, 30, True), (30, 7, True), (7, 30, False), (7, None, False), (None, None, False), (7, 7, False)],
)
def test_keeping_logs_for_less_long_is_warned_of(before: int | None, after: int | None, lost: bool) -> None:
    warning = rules.retention_warning(before, after)
    assert warning == (f"log events older than {after} days are deleted for good" if lost else None)


# -- tags


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("team", "payments"),
        ("cost centre", ""),
        ("k" * 128, "v" * 256),
        ("owner", "ann@example.com"),
        ("città", "東京"),
    ],
)
def test_a_tag_that_aws_takes_is_no_problem(key: str, value: str) -> None:
    assert rules.tag_problem(key, value) is None


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("", "x", "needs a key"),
        ("k" * 129, "x", "the key has 129 characters"),
        ("team", "v" * 257, "the value has 257 characters"),
        ("AWS:stack", "x", "the key begins with aws:"),
        ("team", "aws:x", "the value begins with aws:"),
        ("team!", "x", "the key has a character"),
        ("team", "a\nb", "the value has a character"),
    ],
)
def test_a_tag_that_aws_refuses_is_told_why(key: str, value: str, said: str) -> None:
    assert said in (rules.tag_problem(key, value) or "")


def test_fifty_tags_are_allowed_beside_those_of_aws() -> None:
    own = {f"key-{number}": "x" for number in range(50)}
    assert rules.tags_problem({**own, "aws:cloudformation:stack-name": "orders"}) is None
    assert rules.tags_problem({**own, "one-more": "x"}) == "51 tags: 50 are allowed"


def test_the_lengths_of_tags_are_those_of_botocores_model() -> None:
    tags = members("TagResource")["Tags"]
    assert (tags.key.metadata["max"], tags.value.metadata["max"]) == (rules.TAG_KEY_LENGTH, rules.TAG_VALUE_LENGTH)
