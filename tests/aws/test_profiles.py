"""What is read from the machine's AWS configuration, held against botocore's own reading of it."""

from __future__ import annotations

import pytest
from botocore.session import Session

from lambdatui.aws.connection import Connection, profile_names, region_names
from lambdatui.aws.profiles import Profiles
from lambdatui.aws.target import Target
from lambdatui.errors import SettingsError
from tests.support.machine import Machine

CONFIG = """
[default]
region = eu-west-1
[profile prod payments]
region = eu-central-1
[profile "quoted name"]
region = ap-south-1
[profile local]
region = us-west-2
services = local-services
endpoint_url = http://localhost:1
[profile ignoring]
endpoint_url = http://localhost:1
ignore_configured_endpoint_urls = true
[services local-services]
lambda =
  endpoint_url = http://localhost:2
cloudwatch_logs =
  endpoint_url = http://localhost:3
[sso-session corp]
sso_region = eu-west-1
"""


@pytest.fixture(autouse=True)
def configured(machine: Machine) -> None:
    machine.config(CONFIG)
    machine.credentials("[keys-only]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = x\nregion = sa-east-1\n")


def test_the_names_are_those_that_botocore_knows() -> None:
    assert profile_names() == sorted(Session().available_profiles)
    assert "quoted name" in profile_names()


@pytest.mark.parametrize("profile", [None, "quoted name", "local", "keys-only", "ignoring"])
def test_a_profiles_region_is_what_botocore_takes(profile: str | None) -> None:
    assert Profiles.load().region(profile) == Session(profile=profile).get_config_variable("region")


def test_the_environments_region_beats_the_profiles(machine: Machine) -> None:
    machine.set("AWS_DEFAULT_REGION", "us-east-2")
    assert Profiles.load().region("local") == "us-east-2"


def test_aws_region_beats_aws_default_region_as_for_the_cli(machine: Machine) -> None:
    machine.set("AWS_DEFAULT_REGION", "us-east-2")
    machine.set("AWS_REGION", "us-west-1")
    assert Profiles.load().region() == "us-west-1"


def test_the_environment_names_the_profile(machine: Machine) -> None:
    machine.set("AWS_PROFILE", "local")
    assert (Profiles.load().current(), Profiles.load().region()) == ("local", "us-west-2")


def test_a_profile_asked_for_beats_the_environments(machine: Machine) -> None:
    machine.set("AWS_PROFILE", "local")
    assert Profiles.load().current("ignoring") == "ignoring"


@pytest.mark.parametrize(
    ("profile", "service_id", "expected"),
    [
        (None, "Lambda", None),
        ("local", "Lambda", "http://localhost:2"),
        ("local", "CloudWatch Logs", "http://localhost:3"),
        ("local", "STS", "http://localhost:1"),
        ("ignoring", "Lambda", None),
    ],
)
def test_an_endpoint_is_the_services_own_then_the_profiles(
    profile: str | None, service_id: str, expected: str | None
) -> None:
    assert Profiles.load().endpoint_url(profile, service_id) == expected


def test_an_endpoint_in_the_environment_beats_the_profiles(machine: Machine) -> None:
    machine.set("AWS_ENDPOINT_URL", "http://localhost:4")
    assert Profiles.load().endpoint_url("local") == "http://localhost:4"
    machine.set("AWS_ENDPOINT_URL_LAMBDA", "http://localhost:5")
    assert Profiles.load().endpoint_url("local") == "http://localhost:5"


def test_no_endpoint_is_taken_where_they_are_to_be_ignored(machine: Machine) -> None:
    machine.set("AWS_ENDPOINT_URL", "http://localhost:4")
    machine.set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    assert Profiles.load().endpoint_url("local") is None


async def test_the_client_asks_the_endpoint_that_was_found(machine: Machine) -> None:
    machine.set("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    machine.set("AWS_SECRET_ACCESS_KEY", "x")
    machine.set("AWS_PROFILE", "local")
    async with Connection(Target()) as connection:
        client = await connection.client("lambda")
        assert client.meta.endpoint_url == connection.endpoint_url == "http://localhost:2"


def test_no_region_anywhere_says_how_to_give_one(machine: Machine) -> None:
    machine.config("[profile bare]\n")
    with pytest.raises(SettingsError, match=r"no region is configured.*aws configure set region REGION --profile bare"):
        _ = Connection(Target(profile="bare")).region


def test_a_file_that_cannot_be_parsed_is_named_without_its_content(machine: Machine) -> None:
    machine.credentials("aws_secret_access_key = hunter2\n")
    with pytest.raises(SettingsError) as raised:
        Profiles.load()
    assert ".aws/credentials" in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_the_regions_of_lambda_start_with_those_of_the_ordinary_partition() -> None:
    regions = region_names()
    assert regions.index("us-east-1") < regions.index("cn-north-1")
    assert "aws-global" not in regions


@pytest.mark.parametrize(
    ("region", "others"),
    [
        ("us-east-1", {"eu-west-1", "ap-southeast-2"}),
        ("cn-north-1", {"cn-northwest-1"}),
        ("us-gov-west-1", {"us-gov-east-1"}),
        ("eu-west-99", {"us-east-1"}),
    ],
)
def test_the_regions_beside_one_are_those_of_its_partition(region: str, others: set[str]) -> None:
    found = set(region_names("logs", beside=region))
    assert others <= found
    assert len({name.startswith("cn-") or "-gov-" in name for name in found}) == 1
