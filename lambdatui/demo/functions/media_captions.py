"""Cuts subtitles into lines that fit the player, wide characters counted twice."""

import unicodedata
from typing import Any


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def wrap(text: str, limit: int) -> list[str]:
    lines, line = [], ""
    for letter in text:
        if width(line + letter) > limit:
            lines.append(line)
            line = ""
        line += letter
    return [*lines, line] if line else lines


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {"lines": wrap(str(event.get("text", "")), int(event.get("limit", 42)))}
