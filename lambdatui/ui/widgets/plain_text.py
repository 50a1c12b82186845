"""Untrusted text made harmless and visible: everything that came from AWS is drawn through here (design 7)."""

from __future__ import annotations

import re

TAB = "    "

#: What `str.isprintable` lets through though it shows nothing or changes its neighbours: the grapheme joiner, the
#: Hangul and Khmer fillers, the Mongolian and the general variation selectors, and the blank Braille pattern.
INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)

#: A symbol with the selector that asks for its picture. Terminals disagree about the width of the pair, and without the
#: selector it is the same symbol, so that here alone something is left out.
PICTURE = re.compile("([\u203c-\u3299\U0001f000-\U0001faff])\ufe0f")

NEWLINE = re.compile("\r?\n")


def plain(text: str) -> str:
    """Returns the text on one line, without a character that could move, colour, hide or reorder anything.

    Control characters become their pictures (``␛``, ``␊``), a tab becomes four spaces, every other kind of space
    becomes a space, and what is invisible, unassigned or private becomes its number (``⟨U+202E⟩``), so that two names
    that differ never look alike for want of ink. Ordinary text comes back as it is. Markup is never interpreted.
    """
    if text.isprintable() and (text.isascii() or not INVISIBLE.search(text)):
        return text
    return "".join(map(_visible, PICTURE.sub(r"\1", text)))


def plain_lines(text: str) -> list[str]:
    """Returns the text as harmless lines, broken where a newline stands and nowhere else; no text is one empty line."""
    return [plain(line) for line in NEWLINE.split(text)]


def _visible(character: str) -> str:
    if character.isprintable() and not INVISIBLE.match(character):
        return character
    if character == "\t":
        return TAB
    if character < " ":
        return chr(0x2400 + ord(character))
    if character == "\x7f":
        return "␡"
    if character.isspace() and character not in "\x85\u2028\u2029":
        return " "
    return f"⟨U+{ord(character):04X}⟩"
