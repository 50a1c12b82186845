"""Where credentials come from, and what the clients of a connection have in common."""

from __future__ import annotations

import asyncio
import json
import shlex
import subprocess
import sys
from datetime import timedelta

import pytest

from lambdatui import __version__
from lambdatui.aws.connection import Connection
from lambdatui.aws.target import Target
from lambdatui.errors import AuthExpired, Unreachable
from tests.aws.conftest import Connect
from tests.support.endpoint import ScriptedEndpoint, error, json_answer, xml_answer
from tests.support.machine import Machine

ROLE = "arn:aws:iam::123456789012:role/deploy"
ASSUMED = xml_answer("""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:s</AssumedRoleId><Arn>arn:aws:sts::1:assumed-role/deploy/s</Arn>
</AssumedRoleUser><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
<SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>
</AssumeRoleResponse>""")
BASE = "[base]\naws_access_key_id=AKIABASE\naws_secret_access_key=s\n"


@pytest.fixture(autouse=True)
def functions(endpoint: ScriptedEndpoint, machine: Machine) -> None:
    endpoint.on("lambda", "ListFunctions", json_answer({"Functions": []}))
    machine.set("AWS_ENDPOINT_URL", endpoint.url)


def key_of_last(endpoint: ScriptedEndpoint) -> str:
    """The access key with which the last request was signed."""
    return endpoint.requests[-1].headers["Authorization"].partition("Credential=")[2].partition("/")[0]


async def test_a_profile_with_keys_signs_with_them(
    connect: Connect, endpoint: ScriptedEndpoint, machine: Machine
) -> None:
    machine.credentials(BASE)
    await connect(profile="base").call("lambda", "ListFunctions")
    assert key_of_last(endpoint) == "AKIABASE"


async def test_the_environments_keys_are_taken(connect: Connect, endpoint: ScriptedEndpoint, machine: Machine) -> None:
    machine.set("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT")
    machine.set("AWS_SECRET_ACCESS_KEY", "s")
    await connect(profile=None).call("lambda", "ListFunctions")
    assert key_of_last(endpoint) == "AKIAENVIRONMENT"


async def test_a_profile_asked_for_beats_the_environments_keys(
    connect: Connect, endpoint: ScriptedEndpoint, machine: Machine
) -> None:
    machine.set("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT")
    machine.set("AWS_SECRET_ACCESS_KEY", "s")
    machine.credentials(BASE)
    await connect(profile="base").call("lambda", "ListFunctions")
    assert key_of_last(endpoint) == "AKIABASE"


async def test_a_credential_process_is_run(connect: Connect, endpoint: ScriptedEndpoint, machine: Machine) -> None:
    told = json.dumps({"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "s"})
    machine.config(f"[profile vault]\ncredential_process = {shlex.join(['echo', told])}\n")
    await connect(profile="vault").call("lambda", "ListFunctions")
    assert key_of_last(endpoint) == "AKIAPROCESS"


async def test_a_role_is_assumed_even_in_read_only_mode(
    connect: Connect, endpoint: ScriptedEndpoint, machine: Machine
) -> None:
    machine.credentials(BASE)
    machine.config(f"[profile deploy]\nrole_arn={ROLE}\nsource_profile=base\n")
    endpoint.on("sts", "AssumeRole", ASSUMED)
    connection = connect(profile="deploy", read_only=True)
    await connection.call("lambda", "ListFunctions")
    assert endpoint.operations == ["sts:AssumeRole", "lambda:ListFunctions"]
    assert key_of_last(endpoint) == "ASIAROLE"
    assert connection.requests_sent == 2


async def test_a_role_that_was_assumed_is_taken_from_the_cli_cache(
    connect: Connect, endpoint: ScriptedEndpoint, machine: Machine
) -> None:
    machine.credentials(BASE)
    machine.config(f"[profile deploy]\nrole_arn={ROLE}\nsource_profile=base\n")
    endpoint.on("sts", "AssumeRole", ASSUMED)
    for _ in range(2):
        await connect(profile="deploy").call("lambda", "ListFunctions")
    assert endpoint.counts["sts:AssumeRole"] == 1
    (cached,) = (machine.home / ".aws/cli/cache").iterdir()
    assert cached.stat().st_mode & 0o077 == 0


async def test_an_mfa_device_is_never_asked_for_at_the_terminal(
    connect: Connect, endpoint: ScriptedEndpoint, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reads_the_terminal(*_: object) -> str:
        raise AssertionError("the terminal was read")

    monkeypatch.setattr("getpass.getpass", reads_the_terminal)
    machine.credentials(BASE)
    machine.config(f"[profile deploy]\nrole_arn={ROLE}\nsource_profile=base\nmfa_serial=arn:aws:iam::1:mfa/ann\n")
    with pytest.raises(AuthExpired, match=r"needs a code.*aws sts get-caller-identity --profile deploy"):
        await connect(profile="deploy").call("lambda", "ListFunctions")
    assert endpoint.operations == []


async def test_an_sso_session_gives_the_roles_credentials(
    connect: Connect, endpoint: ScriptedEndpoint, machine: Machine
) -> None:
    machine.config(
        "[sso-session corp]\nsso_region=us-east-1\nsso_start_url=https://example\n"
        "[profile sso]\nsso_session=corp\nsso_account_id=123456789012\nsso_role_name=ReadOnly\n"
    )
    machine.sso_token("corp", expires_in=timedelta(hours=1))
    role = {"accessKeyId": "ASIASSO", "secretAccessKey": "s", "sessionToken": "t", "expiration": 4_070_908_800_000}
    endpoint.on("sso", "GetRoleCredentials", json_answer({"roleCredentials": role}))
    await connect(profile="sso", read_only=True).call("lambda", "ListFunctions")
    assert endpoint.operations == ["sso:GetRoleCredentials", "lambda:ListFunctions"]
    assert key_of_last(endpoint) == "ASIASSO"


async def test_given_keys_close_the_eyes_to_the_machines_configuration(
    connect: Connect, endpoint: ScriptedEndpoint, machine: Machine
) -> None:
    machine.set("AWS_PROFILE", "not-there")
    machine.set("HTTP_PROXY", "http://127.0.0.1:1")
    machine.set("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    await connect().call("lambda", "ListFunctions")
    assert key_of_last(endpoint) == "AKIAEXAMPLE"


async def test_credentials_that_were_renewed_are_taken_by_the_next_call(
    connect: Connect, endpoint: ScriptedEndpoint, machine: Machine
) -> None:
    machine.credentials(BASE)
    endpoint.on("lambda", "ListFunctions", error("ExpiredTokenException", 403), json_answer({"Functions": []}))
    connection = connect(profile="base")
    with pytest.raises(AuthExpired):
        await connection.call("lambda", "ListFunctions")
    machine.credentials(BASE.replace("AKIABASE", "AKIARENEWED"))
    await connection.call("lambda", "ListFunctions")
    assert key_of_last(endpoint) == "AKIARENEWED"


async def test_a_service_has_one_client_however_many_ask_at_once(connect: Connect) -> None:
    connection = connect()
    clients = await asyncio.gather(*(connection.client("lambda") for _ in range(5)))
    assert len(set(map(id, clients))) == 1


async def test_requests_say_who_sends_them(connect: Connect, endpoint: ScriptedEndpoint) -> None:
    await connect().call("lambda", "ListFunctions")
    assert f"lambdatui/{__version__}" in endpoint.requests[0].headers["User-Agent"]


async def test_a_host_prefix_goes_before_awss_hosts_only(connect: Connect, machine: Machine) -> None:
    own = await connect().client("logs")
    machine.set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    machine.credentials(BASE)
    awss = await connect(profile="base").client("logs")
    assert (own.meta.config.inject_host_prefix, awss.meta.config.inject_host_prefix) == (False, True)


async def test_a_closed_connection_says_so(connect: Connect) -> None:
    connection = connect()
    await connection.close()
    await connection.close()
    with pytest.raises(Unreachable, match="the connection is closed"):
        await connection.call("lambda", "ListFunctions")


def test_a_secret_key_is_in_no_repr() -> None:
    target = Target(access_key_id="AKIAEXAMPLE", secret_access_key="hunter2")
    assert "hunter2" not in repr(target) + repr(Connection(target)) + str(vars(Connection(target)))


def test_importing_the_connection_imports_nothing_of_aws() -> None:
    heavy = ("aiobotocore", "aiohttp", "boto3", "botocore", "pydantic")
    asked = f"import sys, lambdatui.aws.connection; print([name for name in {heavy} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


async def test_a_connection_in_another_region_is_made_once_and_asks_there(
    connect: Connect, endpoint: ScriptedEndpoint
) -> None:
    connection = connect()
    other = connection.in_region("eu-west-1")
    await other.call("lambda", "ListFunctions")
    assert other is connection.in_region("eu-west-1")
    assert connection is connection.in_region(connection.region)
    assert [seen.region for seen in endpoint.requests] == ["eu-west-1"]
    assert connection.requests_sent == 1


async def test_a_connection_in_another_region_is_closed_with_the_first(connect: Connect) -> None:
    connection = connect()
    other = connection.in_region("eu-west-1")
    await other.call("lambda", "ListFunctions")
    await connection.close()
    for closed in (other, connection.in_region("ap-south-1")):
        with pytest.raises(Unreachable):
            await closed.call("lambda", "ListFunctions")
