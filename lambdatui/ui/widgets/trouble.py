"""How errors look, wherever they are told: what may not be done looks different from what failed."""

from __future__ import annotations

from textual.content import Content

from lambdatui.errors import AccessDenied, ConsoleError, ReadOnly
from lambdatui.ui.widgets.plain_text import plain

Mark = tuple[str, str]
"""A glyph and its colour."""
FORBIDDEN: Mark = ("⊘", "$warning")
FAILED: Mark = ("!", "$error")


def error_mark(error: ConsoleError) -> Mark:
    """The glyph and the colour of an error."""
    return FORBIDDEN if isinstance(error, AccessDenied | ReadOnly) else FAILED


def trouble(error: ConsoleError, before: str = "") -> Content:
    """Why something is not known, on one line.

    Args:
        before: harmless words between the glyph and the error's own, such as ``stale 3 m: ``.
    """
    glyph, colour = error_mark(error)
    return Content.styled(f"{glyph} {before}{plain(error.title)}", colour)


def in_short(error: ConsoleError) -> tuple[Mark, str]:
    """The mark of an error and one word for it, where there is no room for what exactly it is."""
    mark = error_mark(error)
    return mark, "not permitted" if mark is FORBIDDEN else "failed"


def forbidden_or_failed(
    error: ConsoleError, what_then: str = "It is tried again by itself; ctrl+r tries now."
) -> Content:
    """What stands where nothing can be shown because of an error.

    Args:
        what_then: what the console does about it, and what the operator can.
    """
    glyph, colour = error_mark(error)
    lines = [
        Content.styled(f"{glyph} {plain(error.title)}", f"bold {colour}"),
        Content(plain(error.hint)),
        Content.styled(what_then, "dim"),
    ]
    return Content("\n").join(line for line in lines if line)
