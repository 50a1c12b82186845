"""Zip files of the functions and layers, from the sources in functions/ and layers/."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from lambdatui.demo.blueprint import Function, Layer, Version

HERE = Path(__file__).parent

#: The name that a source gets inside its package, by its suffix.
ENTRIES = {".py": "app.py", ".mjs": "index.mjs", ".java": "shop/ledger/Export.java", ".bootstrap": "bootstrap"}


def function_package(function: Function, version: Version | None = None) -> bytes:
    """The code of `function`, as of `version` where one is given."""
    name = (version and version.source) or function.source_name
    (source,) = (HERE / "functions").glob(f"{name}.*")
    release = version.description if version else "unreleased"
    return packed({ENTRIES[source.suffix]: source.read_bytes(), "RELEASE": f"{release}\n".encode()})


def layer_package(layer: Layer, version: str) -> bytes:
    """The content of one version of `layer`."""
    source = HERE / "layers" / f"{version}.py"
    return packed({f"python/{layer.module}.py": source.read_bytes()})


def packed(files: dict[str, bytes]) -> bytes:
    """A zip file that is the same for the same content; every file may be executed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o755 << 16
            package.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
