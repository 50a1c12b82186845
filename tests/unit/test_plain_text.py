"""Untrusted text is shown harmless: no control, no hidden character, nothing that reorders a line."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from lambdatui.ui.widgets.plain_text import plain, plain_lines

HARMFUL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.fixture(scope="module")
def alone() -> list[str]:
    """What is shown of each code point between two letters."""
    return [plain(f"a{chr(point)}b") for point in range(sys.maxunicode + 1)]


def test_no_code_point_survives_that_could_do_harm(alone):
    survivors = {
        f"U+{point:04X}"
        for point, shown in enumerate(alone)
        if any(unicodedata.category(character) in HARMFUL for character in shown)
    }
    assert not survivors


def test_no_code_point_vanishes_alone(alone):
    vanished = [f"U+{point:04X}" for point, shown in enumerate(alone) if shown == "ab"]
    assert not vanished


def test_no_code_point_starts_a_line(alone):
    started = [f"U+{point:04X}" for point, shown in enumerate(alone) if len(shown.splitlines()) != 1]
    assert not started


def test_harmless_text_is_left_alone_the_second_time():
    everything = "".join(map(chr, range(0x3100)))
    assert plain(plain(everything)) == plain(everything)


@pytest.mark.parametrize(
    "text", ["", "payments-api", "größe", "日本語", "नमस्ते", "naïve e\u0301", "🚀 live", "[red]no markup[/]"]
)
def test_ordinary_text_comes_back_as_it_is(text):
    assert plain(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "␛[31mred"),
        ("two\nlines", "two␊lines"),
        ("back\rover", "back␍over"),
        ("null\0", "null␀"),
        ("del\x7f", "del␡"),
        ("c1\x9b31m", "c1⟨U+009B⟩31m"),
        ("next\x85line", "next⟨U+0085⟩line"),
        ("a\tb", "a    b"),
        ("evil\u202egpj.exe", "evil⟨U+202E⟩gpj.exe"),
        ("pay\u200bments", "pay⟨U+200B⟩ments"),
        ("tag\U000e0041", "tag⟨U+E0041⟩"),
        ("para\u2029graph", "para⟨U+2029⟩graph"),
        ("no\xa0break", "no break"),
        ("lone\ud800", "lone⟨U+D800⟩"),
        ("private\ue000", "private⟨U+E000⟩"),
        ("filler\u3164", "filler⟨U+3164⟩"),
    ],
)
def test_what_could_do_harm_becomes_visible(text, shown):
    assert plain(text) == shown


def test_the_picture_selector_is_left_out_after_a_symbol():
    assert plain("⚠\ufe0f old") == "⚠ old"


def test_the_picture_selector_is_visible_after_anything_else():
    assert plain("a\ufe0fb") == "a⟨U+FE0F⟩b"


def test_lines_break_at_newlines_only():
    assert plain_lines("one\r\ntwo\n\nfo\rur\u2028") == ["one", "two", "", "fo␍ur⟨U+2028⟩"]


def test_no_text_is_one_empty_line():
    assert plain_lines("") == [""]
