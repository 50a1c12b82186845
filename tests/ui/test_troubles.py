"""What can go wrong with the reading of the functions: each has its message, loses no row, and passes by itself."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from lambdatui.demo.emulator import free_port
from tests.support.endpoint import Answer, ScriptedEndpoint, cut, error, html, json_answer
from tests.ui.answers import all_parts, detail, listing
from tests.ui.conftest import MakeConsole
from tests.ui.stage import NARROW, Stage, on_stage

WHOLE = listing("alpha", "bravo", "charlie")


@dataclass(frozen=True)
class Trouble:
    """An answer of AWS that is none, and what the operator reads of it."""

    answer: Answer
    title: str
    advice: str


TROUBLES = {
    "throttling": Trouble(
        error("TooManyRequestsException", 429, "Rate exceeded"),
        "throttled: lambda:ListFunctions",
        "AWS asks to slow down",
    ),
    "a web page": Trouble(
        html(),
        "the endpoint answered with a web page, not as AWS does",
        "look for a proxy or a sign-in page between here and AWS",
    ),
    "a cut connection": Trouble(
        cut(WHOLE, 200),
        "was cut in the middle of an answer",
        "look at network, VPN and endpoint URL",
    ),
    "half a page of JSON": Trouble(
        Answer(body=WHOLE.body[:200], headers=WHOLE.headers),
        "the endpoint answered with text that",
        "look for a proxy or a sign-in page between here and AWS",
    ),
    "a refusal": Trouble(
        error("AccessDeniedException", 403, "User is not authorized to perform: lambda:ListFunctions"),
        "not permitted: lambda:ListFunctions",
        "ask for lambda:ListFunctions",
    ),
    "an expired token": Trouble(
        error("ExpiredTokenException", 403, "The security token included in the request is expired"),
        "the credentials have expired",
        "run: aws",
    ),
    "wrong credentials": Trouble(
        error("UnrecognizedClientException", 403, "The security token included in the request is invalid"),
        "AWS does not accept the credentials: UnrecognizedClientException",
        "see also that the clock is right",
    ),
    "an outage": Trouble(
        error("ServiceException", 500, "Service encountered an internal error"),
        "lambda is out of order: ServiceException (HTTP 500)",
        "nothing to do here; see health.aws.amazon.com",
    ),
}
EVERY_TROUBLE = pytest.mark.parametrize("trouble", TROUBLES.values(), ids=list(TROUBLES))


def words(text: str) -> str:
    """The text without the line breaks that the screen's width made."""
    return " ".join(text.split())


async def wait_for_words(stage: Stage, text: str) -> None:
    await stage.wait_for(lambda: text in words(stage.text))


@EVERY_TROUBLE
async def test_a_trouble_from_the_start_is_named_with_what_to_do(
    console: MakeConsole, endpoint: ScriptedEndpoint, trouble: Trouble
) -> None:
    endpoint.on("lambda", "ListFunctions", trouble.answer)
    async with on_stage(console(endpoint.url)) as stage:
        await wait_for_words(stage, trouble.title)
        await wait_for_words(stage, trouble.advice)


@EVERY_TROUBLE
async def test_what_to_do_is_readable_at_eighty_columns(
    console: MakeConsole, endpoint: ScriptedEndpoint, trouble: Trouble
) -> None:
    endpoint.on("lambda", "ListFunctions", trouble.answer)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await wait_for_words(stage, f"{trouble.advice}")
        await wait_for_words(stage, "It is tried again by itself; ctrl+r tries now.")


@EVERY_TROUBLE
async def test_the_functions_appear_by_themselves_when_the_trouble_is_over(
    console: MakeConsole, endpoint: ScriptedEndpoint, trouble: Trouble
) -> None:
    endpoint.on("lambda", "ListFunctions", trouble.answer)
    async with on_stage(console(endpoint.url), NARROW) as stage:
        await wait_for_words(stage, trouble.title)
        endpoint.on("lambda", "ListFunctions", WHOLE)
        await stage.wait_for("Functions 3")
        await stage.wait_for(lambda: trouble.title not in words(stage.text))


@EVERY_TROUBLE
async def test_a_later_trouble_leaves_the_rows_and_says_that_they_are_stale_and_why(
    console: MakeConsole, endpoint: ScriptedEndpoint, trouble: Trouble
) -> None:
    endpoint.on("lambda", "ListFunctions", WHOLE, trouble.answer)
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_until_read()
        await stage.press("ctrl+r")
        await stage.wait_for(lambda: "stale" in title(stage) and trouble.title in title(stage))
        assert stage.rows == ["alpha", "bravo", "charlie"]
        endpoint.on("lambda", "ListFunctions", WHOLE)
        await stage.wait_for(lambda: "stale" not in title(stage))


def title(stage: Stage) -> str:
    return stage.text.splitlines()[1]


async def test_a_connection_cut_in_the_second_page_keeps_the_first(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    def second(_seen: object) -> Answer:
        return cut(WHOLE, 200)

    def page(seen: object) -> Answer:
        return second(seen) if getattr(seen, "query", {}).get("Marker") else listing("alpha", more="2")

    endpoint.on("lambda", "ListFunctions", page)
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for(lambda: "was cut in the middle" in title(stage))
        assert stage.rows == ["alpha"]


async def test_a_trouble_that_lasts_is_one_line_in_the_error_log(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "ListFunctions", TROUBLES["an outage"].answer)
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for(lambda: endpoint.counts["lambda:ListFunctions"] > 3)
        assert len(stage.app.session.errors) == 1
        assert stage.header.rstrip().endswith("! 1")


async def test_a_list_that_cannot_be_read_cuts_off_no_request_of_the_overview(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    gate = asyncio.Event()
    endpoint.on("lambda", "ListFunctions", WHOLE, TROUBLES["a refusal"].answer)
    endpoint.on("lambda", "GetFunction", replace(detail("alpha"), after=gate))
    all_parts(endpoint)
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for(lambda: endpoint.counts["lambda:GetFunction"])
        await stage.press("ctrl+r")
        await stage.wait_for(lambda: endpoint.counts["lambda:ListFunctions"] > 3)
        gate.set()
        await stage.wait_for("✓ Active")
        assert [entry.where for entry in stage.app.session.errors] == ["functions"]


async def test_an_identity_that_cannot_be_had_keeps_the_rows(console: MakeConsole, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("sts", "GetCallerIdentity", html())
    async with on_stage(console(endpoint.url)) as stage:
        await stage.wait_for(lambda: "a web page" in title(stage))
        assert stage.rows == ["function-00000", "function-00001", "function-00002"]


async def test_an_endpoint_that_refuses_is_read_when_it_listens(
    console: MakeConsole, endpoint: ScriptedEndpoint
) -> None:
    port = free_port()
    async with on_stage(console(f"http://127.0.0.1:{port}")) as stage:
        await wait_for_words(stage, f"no connection to http://127.0.0.1:{port}: refused")
        await wait_for_words(stage, "look at network, VPN and endpoint URL")
        assert endpoint._runner is not None
        await web.TCPSite(endpoint._runner, "127.0.0.1", port).start()
        await stage.wait_for("Functions 3")


# -- the machine's own AWS configuration


def configure(text: str, credentials: str = "") -> None:
    Path(os.environ["AWS_CONFIG_FILE"]).write_text(text)
    Path(os.environ["AWS_SHARED_CREDENTIALS_FILE"]).write_text(credentials)


KEYS = "aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = example\n"


@pytest.fixture
def own_endpoint(endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch) -> ScriptedEndpoint:
    """The scripted endpoint as the environment names it, credentials included."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint.url)
    return endpoint


@pytest.mark.usefixtures("own_endpoint")
async def test_a_profile_that_is_not_there_is_named_and_read_once_it_is_written(console: MakeConsole) -> None:
    configure("", f"[office]\n{KEYS}")
    async with on_stage(console(profile="ofice")) as stage:
        await wait_for_words(stage, "there is no profile ofice")
        configure("", f"[office]\n{KEYS}[ofice]\n{KEYS}")
        await stage.wait_for("Functions 3")


@pytest.mark.usefixtures("own_endpoint")
async def test_missing_credentials_say_how_to_get_some_and_are_read_once_they_are_there(
    console: MakeConsole,
) -> None:
    async with on_stage(console()) as stage:
        await wait_for_words(stage, "no credentials")
        await wait_for_words(stage, "run: aws configure")
        configure("", f"[default]\n{KEYS}")
        await stage.wait_for("Functions 3")


@pytest.mark.usefixtures("own_endpoint")
async def test_a_missing_region_says_how_to_give_one_and_is_read_once_it_is_there(console: MakeConsole) -> None:
    configure("", f"[default]\n{KEYS}")
    async with on_stage(console(region=None)) as stage:
        await wait_for_words(stage, "no region is configured")
        await wait_for_words(stage, "give --region")
        configure("[default]\nregion = eu-west-1\n", f"[default]\n{KEYS}")
        await stage.wait_for("Functions 3")


@pytest.fixture
def sso_tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where `aws sso login` would leave its token; botocore looked up the home folder when it was imported."""
    from botocore import credentials, tokens

    folder = tmp_path / "sso-cache"
    folder.mkdir()
    for holder in (tokens.SSOTokenProvider, credentials.SSOProvider):
        monkeypatch.setattr(holder, "_SSO_TOKEN_CACHE_DIR", str(folder))
    monkeypatch.setattr("botocore.credentials.SSOTokenLoader.__init__.__defaults__", None, raising=False)
    return folder


SSO = """
[sso-session office]
sso_start_url = https://example.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[profile dev]
sso_session = office
sso_account_id = 123456789012
sso_role_name = oncall
region = us-east-1
"""


def sign_in(folder: Path, expires: datetime) -> None:
    """Leaves the token that `aws sso login` leaves."""
    token = {
        "startUrl": "https://example.awsapps.com/start",
        "region": "us-east-1",
        "accessToken": "token",
        "expiresAt": f"{expires:%Y-%m-%dT%H:%M:%SZ}",
    }
    (folder / f"{hashlib.sha1(b'office').hexdigest()}.json").write_text(json.dumps(token))


@pytest.mark.parametrize("signed_in", [False, True], ids=["never signed in", "expired"])
async def test_an_sso_session_that_is_not_valid_names_the_login_and_is_read_after_it(
    console: MakeConsole, own_endpoint: ScriptedEndpoint, sso_tokens: Path, signed_in: bool
) -> None:
    now = datetime.now(UTC)
    configure(SSO)
    if signed_in:
        sign_in(sso_tokens, now - timedelta(hours=1))
    role = {"accessKeyId": "A", "secretAccessKey": "s", "sessionToken": "t"}
    expiration = int((now + timedelta(hours=1)).timestamp() * 1000)
    own_endpoint.on("sso", "GetRoleCredentials", json_answer({"roleCredentials": {**role, "expiration": expiration}}))
    async with on_stage(console(profile="dev")) as stage:
        await wait_for_words(stage, "the SSO session of profile dev has expired or was never opened")
        await wait_for_words(stage, "run: aws sso login --profile dev")
        sign_in(sso_tokens, now + timedelta(hours=1))
        await stage.wait_for("Functions 3")
