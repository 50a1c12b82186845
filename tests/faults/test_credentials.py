"""Credentials that are missing, incomplete, refused or past: what is said, and that the next try takes new ones."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from lambdatui.aws.connection import Connection
from lambdatui.errors import AuthExpired, ConsoleError
from tests.aws.conftest import Connect
from tests.support.endpoint import ScriptedEndpoint, error, json_answer, xml_error
from tests.support.machine import Machine

LIST = ("lambda", "ListFunctions")
KEYS = "aws_access_key_id=AKIABASE\naws_secret_access_key=hunter2\n"
SSO = (
    "[sso-session corp]\nsso_region=us-east-1\nsso_start_url=https://example\n"
    "[profile sso]\nsso_session=corp\nsso_account_id=123456789012\nsso_role_name=ReadOnly\n"
)


@pytest.fixture(autouse=True)
def configured_endpoint(endpoint: ScriptedEndpoint, machine: Machine) -> None:
    machine.set("AWS_ENDPOINT_URL", endpoint.url)
    endpoint.on(*LIST, json_answer({"Functions": []}))


async def said(connection: Connection) -> str:
    with pytest.raises(AuthExpired) as raised:
        await connection.call(*LIST)
    told = str(raised.value)
    assert "hunter2" not in told
    return told


async def test_a_profile_that_is_not_there_is_named(connect: Connect, endpoint: ScriptedEndpoint) -> None:
    assert "there is no profile nobody in the AWS configuration" in await said(connect(profile="nobody"))
    assert endpoint.operations == []


async def test_a_profile_that_was_written_meanwhile_is_taken(connect: Connect, machine: Machine) -> None:
    connection = connect(profile="later")
    await said(connection)
    machine.credentials(f"[later]\n{KEYS}")
    assert (await connection.call(*LIST))["Functions"] == []


async def test_no_credentials_anywhere_says_how_to_get_some(connect: Connect, endpoint: ScriptedEndpoint) -> None:
    told = await said(connect(profile=None))
    assert "no credentials were found" in told
    assert "run: aws configure sso; or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" in told
    assert endpoint.operations == []


async def test_credentials_that_were_found_meanwhile_are_taken(connect: Connect, machine: Machine) -> None:
    connection = connect(profile=None)
    await said(connection)
    machine.credentials(f"[default]\n{KEYS}")
    assert (await connection.call(*LIST))["Functions"] == []


async def test_half_a_pair_of_keys_names_the_missing_half(connect: Connect, machine: Machine) -> None:
    machine.credentials("[half]\naws_access_key_id=AKIAHALF\n")
    assert "are incomplete: aws_secret_access_key is missing" in await said(connect(profile="half"))


async def test_an_sso_session_that_expired_names_the_login(
    connect: Connect, machine: Machine, endpoint: ScriptedEndpoint
) -> None:
    machine.config(SSO)
    machine.sso_token("corp", expires_in=timedelta(hours=-1))
    assert "run: aws sso login --profile sso" in await said(connect(profile="sso"))
    assert endpoint.operations == []


async def test_an_sso_session_that_was_never_opened_names_the_login(connect: Connect, machine: Machine) -> None:
    machine.config(SSO)
    assert "run: aws sso login --profile sso" in await said(connect(profile="sso"))


async def test_an_sso_token_that_is_refused_names_the_login(
    connect: Connect, machine: Machine, endpoint: ScriptedEndpoint
) -> None:
    machine.config(SSO)
    machine.sso_token("corp", expires_in=timedelta(hours=1))
    endpoint.on("sso", "GetRoleCredentials", error("UnauthorizedException", 401))
    assert "run: aws sso login --profile sso" in await said(connect(profile="sso"))


async def test_a_login_meanwhile_is_taken(connect: Connect, machine: Machine, endpoint: ScriptedEndpoint) -> None:
    machine.config(SSO)
    connection = connect(profile="sso")
    await said(connection)
    machine.sso_token("corp", expires_in=timedelta(hours=1))
    role = {"accessKeyId": "ASIASSO", "secretAccessKey": "s", "sessionToken": "t", "expiration": 4_070_908_800_000}
    endpoint.on("sso", "GetRoleCredentials", json_answer({"roleCredentials": role}))
    assert (await connection.call(*LIST))["Functions"] == []


async def test_a_role_that_may_not_be_assumed_is_a_matter_of_credentials(
    connect: Connect, machine: Machine, endpoint: ScriptedEndpoint
) -> None:
    machine.credentials(f"[base]\n{KEYS}")
    machine.config("[profile deploy]\nrole_arn=arn:aws:iam::123456789012:role/d\nsource_profile=base\n")
    endpoint.on("sts", "AssumeRole", xml_error("AccessDenied", 403, "no trust"))
    assert "no credentials of profile deploy: sts:AssumeRole: no trust" in await said(connect(profile="deploy"))
    assert endpoint.operations == ["sts:AssumeRole"]


async def test_a_credential_process_that_fails_is_told_without_its_output(connect: Connect, machine: Machine) -> None:
    machine.config("[profile vault]\ncredential_process = sh -c 'echo hunter2 >&2; exit 1'\n")
    assert "the source of the credentials of profile vault failed" in await said(connect(profile="vault"))


async def test_a_profile_that_refers_to_nothing_is_told_as_a_mistake_in_the_configuration(
    connect: Connect, machine: Machine
) -> None:
    machine.config("[profile deploy]\nrole_arn=arn:aws:iam::123456789012:role/d\nsource_profile=nobody\n")
    with pytest.raises(ConsoleError, match="the AWS configuration of profile deploy cannot be used"):
        await connect(profile="deploy").call(*LIST)


@pytest.mark.parametrize("code", ["ExpiredToken", "ExpiredTokenException", "RequestExpired"])
async def test_credentials_that_expired_say_so(connect: Connect, endpoint: ScriptedEndpoint, code: str) -> None:
    endpoint.on(*LIST, error(code, 403))
    assert "the credentials have expired" in await said(connect())


async def test_credentials_that_aws_does_not_know_say_so(connect: Connect, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("sts", "GetCallerIdentity", xml_error("InvalidClientTokenId", 403))
    with pytest.raises(AuthExpired, match="AWS does not accept the credentials: InvalidClientTokenId"):
        await connect().call("sts", "GetCallerIdentity")


async def test_nothing_is_printed_to_the_terminal(
    connect: Connect, machine: Machine, capfd: pytest.CaptureFixture[str]
) -> None:
    machine.config(SSO)
    machine.sso_token("corp", expires_in=timedelta(hours=-1))
    await said(connect(profile="sso"))
    assert capfd.readouterr() == ("", "")


async def test_a_request_that_is_cut_off_because_another_found_the_credentials_expired_says_that(
    connect: Connect, endpoint: ScriptedEndpoint
) -> None:
    never = asyncio.Event()
    endpoint.on(*LIST, replace(json_answer({}), after=never), error("ExpiredToken", 403))
    connection = connect()
    slow = asyncio.create_task(connection.call_once(*LIST))
    while not endpoint.operations:
        await asyncio.sleep(0)
    with pytest.raises(AuthExpired, match="expired"):
        await connection.call_once(*LIST)
    with pytest.raises(AuthExpired, match="expired"):
        await slow
    never.set()
