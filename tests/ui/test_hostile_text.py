"""Whatever AWS sends shows as harmless text, wherever it is shown."""

from __future__ import annotations

import unicodedata

import pytest

from tests.support.endpoint import ScriptedEndpoint, error, function, json_answer, xml_answer
from tests.ui.answers import all_parts, detail, identity, listing
from tests.ui.conftest import MakeConsole
from tests.ui.stage import Stage, on_stage

TALL = (160, 70)
HOSTILE = {
    "markup": ("[red]x[/red]", "[red]x[/red]"),
    "broken markup": ("[/x] [@click=app.bell]", "[/x] [@click=app.bell]"),
    "an escape": ("\x1b[31mx", "␛[31mx"),
    "a line break": ("one\ntwo", "one␊two"),
    "a bidi override": ("abc\u202egnp.exe", "abc⟨U+202E⟩gnp.exe"),
    "wide letters": ("東京の関数", "東京の関数"),
}
"""What comes, and what is to be read of it."""
EVERY_TEXT = pytest.mark.parametrize(("sent", "shown"), HOSTILE.values(), ids=list(HOSTILE))
MAY_BE_SHOWN = {"Cc", "Cf", "Co", "Cs"}


def harmless(stage: Stage) -> bool:
    """Whether nothing on screen moves, hides or reorders anything."""
    return not any(unicodedata.category(letter) in MAY_BE_SHOWN for letter in stage.text.replace("\n", ""))


def account(endpoint: ScriptedEndpoint, text: str, name: str = "") -> None:
    """Puts the text wherever a function can hold one; its name is ``f-TEXT`` unless another is given."""
    name = name or f"f-{text}"
    named = function(name, Description=text, Role=text, Handler=text)
    endpoint.on("lambda", "ListFunctions", listing(named))
    answer = detail(
        name,
        Description=text,
        Environment={"Variables": {f"E-{text}": f"V-{text}"}},
        StateReason=f"R-{text}",
        Unheard={f"U-{text}": text},
        answer={"Tags": {f"T-{text}": f"W-{text}"}},
    )
    endpoint.on("lambda", "GetFunction", answer)
    all_parts(endpoint)
    endpoint.on("lambda", "GetFunctionUrlConfig", json_answer({"FunctionUrl": f"L-{text}", "AuthType": "AWS_IAM"}))


@EVERY_TEXT
async def test_names_and_descriptions_in_the_list(
    console: MakeConsole, endpoint: ScriptedEndpoint, sent: str, shown: str
) -> None:
    account(endpoint, sent)
    async with on_stage(console(endpoint.url), (160, 24)) as stage:
        await stage.wait_for(f"f-{shown}")
        assert stage.text.count(shown) == 2
        assert harmless(stage)


@EVERY_TEXT
async def test_everything_in_the_overview(
    console: MakeConsole, endpoint: ScriptedEndpoint, sent: str, shown: str
) -> None:
    account(endpoint, sent, "orders")
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_until_read()
        await stage.press("enter", "E")
        for prefix in ("E", "V", "R", "T", "W", "L"):
            await stage.wait_for(f"{prefix}-{shown}")
        assert harmless(stage)


@EVERY_TEXT
async def test_the_name_over_the_tabs_and_over_raw_json(
    console: MakeConsole, endpoint: ScriptedEndpoint, sent: str, shown: str
) -> None:
    account(endpoint, sent)
    async with on_stage(console(endpoint.url), (160, 40)) as stage:
        await stage.wait_for(f" f-{shown}  1 Overview")
        await stage.press("v")
        await stage.wait_for(f" f-{shown}  raw JSON")
        assert harmless(stage)


@EVERY_TEXT
async def test_raw_json(console: MakeConsole, endpoint: ScriptedEndpoint, sent: str, shown: str) -> None:
    account(endpoint, sent, "orders")
    async with on_stage(console(endpoint.url), TALL) as stage:
        await stage.wait_until_read()
        await stage.press("v")
        await stage.wait_for('"Tags"')
        assert len(stage.text.splitlines()) == TALL[1]
        assert harmless(stage)


@EVERY_TEXT
async def test_what_a_notification_says_was_copied(
    console: MakeConsole, endpoint: ScriptedEndpoint, sent: str, shown: str
) -> None:
    account(endpoint, sent)
    async with on_stage(console(endpoint.url), (160, 24)) as stage:
        await stage.wait_until_read()
        await stage.press("y")
        await stage.wait_for(f"copied f-{shown}")
        assert stage.copied == [f"f-{sent}"]


@EVERY_TEXT
async def test_what_go_to_offers(console: MakeConsole, endpoint: ScriptedEndpoint, sent: str, shown: str) -> None:
    account(endpoint, sent)
    async with on_stage(console(endpoint.url), (160, 24)) as stage:
        await stage.wait_until_read()
        await stage.press("colon", "f", "minus")
        await stage.wait_for(lambda: f"│f-{shown} " in stage.text)
        assert harmless(stage)
        await stage.press("enter")
        await stage.wait_for(lambda: stage.app._main.alone == "detail")


@EVERY_TEXT
async def test_what_aws_says_in_an_error(
    console: MakeConsole, endpoint: ScriptedEndpoint, sent: str, shown: str
) -> None:
    endpoint.on("lambda", "ListFunctions", error("InvalidParameterValueException", 400, f"M-{sent}"))
    async with on_stage(console(endpoint.url), (160, 24)) as stage:
        await stage.wait_for(f"M-{shown}")
        assert harmless(stage)
        await stage.press("exclamation_mark")
        await stage.wait_for("WHAT, AND WHAT TO DO")
        await stage.wait_for(f"M-{shown}")
        assert harmless(stage)


@EVERY_TEXT
async def test_what_stands_in_the_header(
    console: MakeConsole, endpoint: ScriptedEndpoint, sent: str, shown: str
) -> None:
    escaped = "".join(f"&#{ord(letter)};" if letter.isprintable() or letter == "\n" else "?" for letter in sent)
    caller = identity("123456789012").body.decode().replace("assumed-role/oncall", f"assumed-role/{escaped}")
    endpoint.on("sts", "GetCallerIdentity", xml_answer(caller))
    endpoint.on("lambda", "ListFunctions", listing("alpha"))
    async with on_stage(console(endpoint.url), (160, 24)) as stage:
        await stage.wait_until_read()
        await stage.wait_for(lambda: "us-east-1 · " in stage.header)
        assert harmless(stage)


@EVERY_TEXT
async def test_what_is_typed_into_the_filter(
    console: MakeConsole, endpoint: ScriptedEndpoint, sent: str, shown: str
) -> None:
    account(endpoint, sent)
    async with on_stage(console(endpoint.url), (160, 24)) as stage:
        await stage.wait_until_read()
        stage.app._main.pane.filter_by(f'"{sent}"')  # type: ignore[attr-defined]
        await stage.wait_for(f'/"{shown}"')
        assert harmless(stage)
