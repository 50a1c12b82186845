"""The README's tables are made from the code; what it promises by hand is tested where it happens."""

from __future__ import annotations

import re
from pathlib import Path

from lambdatui.ui.keymap import reference

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_holds_every_key() -> None:
    held = re.search(r"<!-- keys -->\n(.*?)\n?<!-- /keys -->", README.read_text(), re.DOTALL)
    assert held and held[1] == reference(), (
        "put this between the markers: python -c 'from lambdatui.ui.keymap import reference; print(reference())'"
    )


def test_every_screenshot_in_the_readme_exists() -> None:
    shown = re.findall(r"\]\((screenshots/[^)]+)\)", README.read_text())
    assert shown and all((README.parent / path).is_file() for path in shown)
