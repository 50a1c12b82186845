"""A machine of the test's own: its home folder, its AWS configuration and its environment."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

CLEARED = (
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_PROFILE",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_MAX_ATTEMPTS",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)


class Machine:
    """What the AWS configuration is read from.

    Args:
        home: an empty folder.
        patch: takes everything back when the test ends.
    """

    def __init__(self, home: Path, patch: pytest.MonkeyPatch) -> None:
        self.home = home
        self._patch = patch
        for name in CLEARED:
            patch.delenv(name, raising=False)
        self.set("HOME", str(home))
        self.set("AWS_CONFIG_FILE", str(home / ".aws/config"))
        self.set("AWS_SHARED_CREDENTIALS_FILE", str(home / ".aws/credentials"))
        self.set("AWS_EC2_METADATA_DISABLED", "true")
        self._sso_cache = home / ".aws/sso/cache"
        # botocore looked up the home folder when it was imported.
        for holder in ("botocore.credentials.SSOProvider", "botocore.tokens.SSOTokenProvider"):
            patch.setattr(f"{holder}._SSO_TOKEN_CACHE_DIR", str(self._sso_cache))
        (home / ".aws").mkdir()

    def set(self, variable: str, value: str) -> None:
        """Sets an environment variable."""
        self._patch.setenv(variable, value)

    def config(self, text: str) -> None:
        """Writes ``~/.aws/config``."""
        (self.home / ".aws/config").write_text(text)

    def credentials(self, text: str) -> None:
        """Writes ``~/.aws/credentials``."""
        (self.home / ".aws/credentials").write_text(text)

    def sso_token(self, session: str, *, expires_in: timedelta) -> None:
        """Writes what ``aws sso login`` leaves behind for an SSO session."""
        self._sso_cache.mkdir(parents=True, exist_ok=True)
        expires_at = (datetime.now(UTC) + expires_in).strftime("%Y-%m-%dT%H:%M:%SZ")
        token = {"accessToken": "sso-token", "expiresAt": expires_at, "startUrl": "https://example", "region": "x"}
        name = hashlib.sha1(session.encode()).hexdigest()  # the AWS CLI names the file so
        (self._sso_cache / f"{name}.json").write_text(json.dumps(token))
