"""Payloads that are kept: for their owner alone, whole, and none lost."""

from __future__ import annotations

import errno
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lambdatui.actions import payloads
from lambdatui.actions.payloads import RECENT, PayloadStore
from lambdatui.errors import ConsoleError, NotFound, RequestRefused


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "state" / "lambdatui"
    monkeypatch.setattr("lambdatui.paths.state_folder", lambda: folder)
    return folder


def store(function: str = "orders", region: str = "eu-west-1", account: str = "123456789012") -> PayloadStore:
    return PayloadStore(account, region, function)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_at_first_nothing_is_kept_and_looking_writes_nothing(state: Path) -> None:
    kept = store().load()
    assert (kept.recent, kept.named, state.exists()) == ((), {}, False)


def test_the_newest_comes_first_and_each_once() -> None:
    for payload in ("1", "2", "1"):
        store().remember(payload)
    assert store().load().recent == ("1", "2")


def test_the_last_twenty_are_kept() -> None:
    for number in range(RECENT + 2):
        store().remember(str(number))
    assert store().load().recent == tuple(str(number) for number in range(RECENT + 1, 1, -1))


def test_big_ones_drop_the_oldest_but_never_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payloads, "RECENT_BYTES", 10)
    for payload in ("old", "ä" * 4, "b"):
        store().remember(payload)
    assert store().load().recent == ("b", "ä" * 4)
    assert store().remember("c" * 99).recent == ("c" * 99,)


def test_a_name_keeps_a_payload_whatever_was_sent_since() -> None:
    store().save("refund", '{"id": 1}')
    for number in range(RECENT + 1):
        store().remember(str(number))
    assert store().load().named == {"refund": '{"id": 1}'}


def test_the_same_name_again_replaces_what_had_it() -> None:
    store().save("refund", "1")
    assert store().save("refund", "2").named == {"refund": "2"}


def test_a_name_can_be_deleted() -> None:
    store().save("refund", "1")
    store().save("order", "2")
    store().delete("refund")
    assert store().load().named == {"order": "2"}


def test_a_name_that_is_not_there_is_told() -> None:
    with pytest.raises(NotFound, match="no payload of orders is named refund"):
        store().delete("refund")


def test_any_text_comes_back_as_it_was() -> None:
    text = '{"a": "\x00\u202e😀"}\r\n'
    store().save(text, text)
    store().remember(text)
    kept = store().load()
    assert (kept.named, kept.recent) == ({text: text}, (text,))


def test_file_and_folders_are_their_owners_alone(state: Path) -> None:
    kept = store()
    kept.remember("1")
    assert (mode(kept.path), mode(kept.path.parent), mode(state)) == (0o600, 0o700, 0o700)


def test_a_folder_that_was_open_to_others_is_closed(state: Path) -> None:
    (state / "payloads").mkdir(parents=True, mode=0o755)
    store().remember("1")
    assert mode(state / "payloads") == 0o700


@pytest.mark.parametrize(
    "other",
    [("Orders",), ("orders", "us-east-1"), ("orders", "eu-west-1", "999999999999")],
    ids=["case", "region", "account"],
)
def test_functions_that_differ_in_anything_have_files_of_their_own(other: tuple[str, ...]) -> None:
    assert store().path.name.lower() != store(*other).path.name.lower()


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "x" * 300, "", "ünï:\n$LATEST"])
def test_any_name_of_a_function_makes_a_file_in_the_folder(state: Path, name: str) -> None:
    kept = store(name)
    kept.remember("1")
    assert [path.name for path in (state / "payloads").iterdir()] == [kept.path.name]


def test_none_shows_in_a_repr() -> None:
    store().save("refund", "hunter2")
    assert "hunter2" not in repr(store().remember("hunter2"))


# -- what goes wrong


@pytest.mark.parametrize(
    "broken", ['{"recent": ["hunter2"', '{"recent": "hunter2"}', ""], ids=["cut", "other", "empty"]
)
def test_a_broken_file_is_named_and_stays_as_it_is(broken: str) -> None:
    kept = store()
    kept.remember("1")
    kept.path.write_text(broken)
    for attempt in (kept.load, lambda: kept.remember("2"), lambda: kept.save("n", "2"), lambda: kept.delete("n")):
        with pytest.raises(ConsoleError, match="cannot be read") as raised:
            attempt()
        assert str(kept.path) in raised.value.title
        assert "hunter2" not in str(raised.value)
    assert kept.path.read_text() == broken


def test_a_full_disk_is_told_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = store()
    kept.remember("1")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(ConsoleError, match="cannot be kept: No space left on device"):
            kept.remember("2")
    assert kept.load().recent == ("1",)
    assert list(kept.path.parent.iterdir()) == [kept.path]


def test_what_is_no_valid_unicode_is_refused_and_loses_nothing() -> None:
    store().remember("1")
    with pytest.raises(RequestRefused, match="not valid Unicode") as raised:
        store().remember("hunter2 \ud800")
    assert "hunter2" not in str(raised.value)
    assert store().load().recent == ("1",)


def test_several_consoles_at_once_lose_nothing() -> None:
    with ThreadPoolExecutor(8) as consoles:
        list(consoles.map(lambda number: store().save(str(number), "1"), range(40)))
    assert len(store().load().named) == 40
