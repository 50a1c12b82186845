"""Where lambdatui keeps its files: the XDG folders of the platform."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import PlatformDirs

_dirs = PlatformDirs("lambdatui", appauthor=False)
_state: Path | None = None


def settings_file() -> Path:
    """The settings file: ``LAMBDATUI_CONFIG`` where it is set, else config.toml in the config folder."""
    if named := os.environ.get("LAMBDATUI_CONFIG"):
        return Path(named).expanduser()
    return Path(_dirs.user_config_dir) / "config.toml"


def state_folder() -> Path:
    """For what must outlive an upgrade: the audit trail, journals."""
    return _state or Path(_dirs.user_state_dir)


def keep_state_in(folder: Path | None) -> None:
    """Makes `folder` the state folder of this process; None for the platform's own."""
    global _state  # noqa: PLW0603 - like the environment that it stands for
    _state = folder


def cache_folder() -> Path:
    """For what can be fetched again: inventories."""
    return Path(_dirs.user_cache_dir)
