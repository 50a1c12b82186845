"""Where the stylesheets are: beside the package in a checkout, inside it in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent
FOLDER = next((folder for folder in (_PACKAGE / "styles", _PACKAGE.parent / "styles") if folder.is_dir()), _PACKAGE)


def stylesheet(name: str) -> Path:
    """The path of a stylesheet."""
    return FOLDER / name
