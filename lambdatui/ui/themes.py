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
    on_cursor: str,
) -> Theme:
    """A theme from few colours; `cursor` and `on_cursor` are the ground and the text of the cursor's line."""
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
            "block-cursor-background": cursor,
            "block-cursor-foreground": on_cursor,
            "block-cursor-text-style": "bold",
            "block-cursor-blurred-background": panel,
            "block-cursor-blurred-foreground": foreground,
            "block-cursor-blurred-text-style": "none",
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
            cursor="#24507a",
            on_cursor="#ffffff",
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
            cursor="#c4dcf3",
            on_cursor="#10151a",
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
            cursor="#00e5ff",
            on_cursor="#000000",
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
            cursor="#dcdcdc",
            on_cursor="#101010",
        ),
    )
}
