"""The four themes. One accent each; state is told by glyph as well as by colour, so that monochrome loses nothing."""

from __future__ import annotations

from textual.theme import Theme

DEFAULT = "dark"


def _theme(
    name: str,
    *,
    background: str,
    panel: str,
    foreground: str,
    muted: str,
    accent: str,
    success: str,
    warning: str,
    error: str,
    cursor: str,
) -> Theme:
    """A theme from few colours; `cursor` is the text style of the cursor line."""
    return Theme(
        name=name,
        primary=accent,
        secondary=muted,
        accent=accent,
        foreground=foreground,
        background=background,
        surface=background,
        panel=panel,
        dark=name != "light",
        variables={
            "block-cursor-text-style": cursor,
            "scrollbar": panel,
            "scrollbar-hover": muted,
            "scrollbar-active": accent,
            "scrollbar-background": background,
            "scrollbar-background-hover": background,
            "scrollbar-background-active": background,
            "scrollbar-corner-color": background,
        },
        success=success,
        warning=warning,
        error=error,
    )


THEMES = {
    theme.name: theme
    for theme in (
        _theme(
            "dark",
            background="#11161c",
            panel="#1b232d",
            foreground="#d8dee6",
            muted="#8fa3b5",
            accent="#6cb2eb",
            success="#8cc88c",
            warning="#e5b567",
            error="#ef7b7b",
            cursor="none",
        ),
        _theme(
            "light",
            background="#fbfbf9",
            panel="#e3e7ea",
            foreground="#1b1f24",
            muted="#5b6b7b",
            accent="#0b5cad",
            success="#1e6b32",
            warning="#8a5a00",
            error="#b3261e",
            cursor="none",
        ),
        _theme(
            "high-contrast",
            background="#000000",
            panel="#303030",
            foreground="#ffffff",
            muted="#ffffff",
            accent="#00e5ff",
            success="#40ff40",
            warning="#ffff00",
            error="#ff6060",
            cursor="bold",
        ),
        _theme(
            "monochrome",
            background="#101010",
            panel="#303030",
            foreground="#dcdcdc",
            muted="#a8a8a8",
            accent="#ffffff",
            success="#ffffff",
            warning="#ffffff",
            error="#ffffff",
            cursor="bold reverse",
        ),
    )
}
