"""The four themes. One accent each; state is told by glyph as well as by colour, so that monochrome loses nothing."""

from __future__ import annotations

from textual.theme import Theme

DEFAULT = "dark"

THEMES = {
    theme.name: theme
    for theme in (
        Theme(
            name="dark",
            primary="#6cb2eb",
            secondary="#8fa3b5",
            accent="#6cb2eb",
            warning="#e5b567",
            error="#ef7b7b",
            success="#8cc88c",
            foreground="#d8dee6",
            background="#11161c",
            surface="#11161c",
            panel="#1b232d",
            dark=True,
            variables={"block-cursor-text-style": "none"},
        ),
        Theme(
            name="light",
            primary="#0b5cad",
            secondary="#5b6b7b",
            accent="#0b5cad",
            warning="#8a5a00",
            error="#b3261e",
            success="#1e6b32",
            foreground="#1b1f24",
            background="#fbfbf9",
            surface="#fbfbf9",
            panel="#e9ecef",
            dark=False,
            variables={"block-cursor-text-style": "none"},
        ),
        Theme(
            name="high-contrast",
            primary="#00e5ff",
            secondary="#ffffff",
            accent="#00e5ff",
            warning="#ffff00",
            error="#ff6060",
            success="#40ff40",
            foreground="#ffffff",
            background="#000000",
            surface="#000000",
            panel="#262626",
            dark=True,
            variables={"block-cursor-text-style": "bold"},
        ),
        Theme(
            name="monochrome",
            primary="#ffffff",
            secondary="#a8a8a8",
            accent="#ffffff",
            warning="#ffffff",
            error="#ffffff",
            success="#ffffff",
            foreground="#dcdcdc",
            background="#101010",
            surface="#101010",
            panel="#262626",
            dark=True,
            variables={"block-cursor-text-style": "bold reverse"},
        ),
    )
}
