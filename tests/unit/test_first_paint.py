"""What the console does without until it has painted."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("pydantic", "botocore", "aiobotocore", "aiohttp", "tree_sitter", "plotext", "lambdatui.actions.action")


def test_nothing_heavy_is_imported_before_the_first_paint() -> None:
    program = f"import sys, lambdatui.ui.app; print([name for name in {HEAVY} if name in sys.modules])"
    imported = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert imported.strip() == "[]"
